"""A halt and what is on its way: nothing that may fill leaves behind its number, and cancels overtake all."""

import asyncio
import random
from typing import Any

import msgspec
import pytest

from tests.simulation import simloop
from tests.trading.desks import NOW, SmallDesk, cancel, submit
from tests.trading.test_sequencer_batches import on_virtual_time
from trade2026.model.commands import Command, ReplaceOrder, SetTradingState, SubmitOrder
from trade2026.model.enums import ExecType, Scope, TradingState
from trade2026.model.events import (
    OrderApproved,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRefused,
    OrderReleased,
    TradingStateSet,
)
from trade2026.ports.storage import DiskFull
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.codec import decode_record
from trade2026.trading.halts import stopped
from trade2026.trading.journal import frames

HALTED, ACTIVE = TradingState.HALTED, TradingState.ACTIVE
SCOPES = [
    (Scope.GLOBAL, ""), (Scope.VENUE, "SIM"), (Scope.ACCOUNT, "margin"), (Scope.STRATEGY, "s1"),
    (Scope.INSTRUMENT, "AAPL.SIM"),
]  # fmt: skip


def halt(scope: Scope = Scope.GLOBAL, target: str = "", state: TradingState = HALTED) -> SetTradingState:
    return SetTradingState(NOW, scope, target, state, "boss", "a test")


def order(name: str, strategy_id: str = "s1", instrument_id: str = "AAPL.SIM") -> SubmitOrder:
    whole = submit(name, instrument_id=instrument_id)
    return msgspec.structs.replace(whole, strategy_id=strategy_id)


def replace(name: str, order_id: int) -> ReplaceOrder:
    return ReplaceOrder(
        NOW, "margin", name, "desk", order_id, 2 * UNIT, 190 * UNIT, 190 * UNIT, NOW, 0, 2**62
    )


def names(desk: SmallDesk) -> list[str]:
    return [each.client_order_id for each in desk.venue.got]


@pytest.mark.parametrize(("scope", "target"), SCOPES)
def test_an_approved_order_that_has_not_left_is_stopped_and_ends(scope, target):
    desk = SmallDesk()
    desk.do(order("before"))
    desk.sequencer.execute(order("approved"))
    desk.sequencer.execute(replace("more", 1))
    desk.sequencer.execute(cancel("cancel", 1))
    desk.sequencer.execute(halt(scope, target))
    desk.sequencer.flush()
    assert names(desk) == ["before", "cancel"], "cancels always go"
    stopped = desk.core.engines.oms.orders[2]
    assert stopped.done_reason == "REJECTED"
    assert desk.core.engines.oms.orders[1].pending_replace_id == ""
    assert set(desk.core.engines.risk.open_orders) == {1}, "its exposure has returned"
    assert desk.journal.durable_seq == desk.journal.last_seq
    name = f"{scope} {target}".rstrip()
    text = f"not sent: trading is HALTED for {name}".encode()
    assert sum(text in frame.payload for frame in frames(desk.storage)) == 2


@pytest.mark.parametrize(
    ("scope", "target"),
    [(Scope.ACCOUNT, "cash"), (Scope.STRATEGY, "s2"), (Scope.INSTRUMENT, "MSFT.SIM"), (Scope.STRATEGY, "")],
)
def test_a_halt_elsewhere_stops_nothing(scope, target):
    desk = SmallDesk()
    desk.sequencer.execute(order("approved"))
    desk.sequencer.execute(halt(scope, target))
    desk.sequencer.flush()
    assert names(desk) == ["approved"]


def test_reducing_is_for_risk_to_judge_and_stops_nothing_approved():
    desk = SmallDesk()
    desk.sequencer.execute(order("approved"))
    desk.sequencer.execute(halt(state=TradingState.REDUCING))
    desk.sequencer.flush()
    assert names(desk) == ["approved"]


def test_what_the_core_held_is_stopped_when_it_is_released():
    """A halt is asked of the order's own strategy; the report names the request that was to leave."""
    desk = SmallDesk()
    ((approved,),) = desk.do(order("held"))
    assert isinstance(approved, OrderApproved)
    part = msgspec.structs.replace(approved, client_order_id="held-1", strategy_id="")
    released = OrderReleased(approved.order_id, NOW, part, 0, 0, "its trigger was met")
    assert desk.router.send(released) is None
    assert names(desk) == ["held", "held-1"]
    for scope, target in SCOPES:
        desk.do(halt(scope, target))
        report = stopped(desk.core.engines, released)
        assert report is not None
        assert (report.report.client_order_id, report.report.exec_type) == ("held-1", ExecType.REJECTED)
        desk.do(halt(scope, target, ACTIVE))
    assert stopped(desk.core.engines, released) is None


@pytest.mark.parametrize("seed", range(60))
def test_nothing_leaves_behind_the_number_of_a_halt(seed):
    """Any interleaving: orders, replaces, cancels, halts and resumptions of every scope, slow disks."""
    chance = random.Random(seed)
    desk = SmallDesk(seed, latency_s=chance.choice((0.001, 0.02)))
    left: list[tuple[int, Any]] = []
    for name in ("submit", "replace", "cancel"):
        whole = getattr(desk.venue, name)

        def sent(request, whole=whole):
            left.append((desk.journal.last_seq, request))
            whole(request)

        setattr(desk.venue, name, sent)

    def draw(number: int) -> Command:
        kind = chance.random()
        known = len(desk.core.engines.oms.orders)
        if kind < 0.55 or not known:
            return order(f"c{number}", chance.choice(("s1", "s2")), chance.choice(("AAPL.SIM", "MSFT.SIM")))
        if kind < 0.7:
            return replace(f"c{number}", chance.randint(1, known))
        if kind < 0.8:
            return cancel(f"c{number}", chance.randint(1, known))
        scope, target = chance.choice(SCOPES)
        return halt(scope, target, chance.choice((HALTED, ACTIVE, ACTIVE)))

    async def client(batching, first: int) -> None:
        for number in range(first, first + 40):
            batching.post(draw(number)).add_done_callback(lambda done: done.exception())
            if chance.random() < 0.7:
                await asyncio.sleep(chance.random() * 0.01)

    async def test(loop):
        batching = desk.start(batch_max=chance.choice((1, 4, 512)))
        await asyncio.gather(*(client(batching, 1_000 * each) for each in range(3)))
        await batching.close()

    simloop.run(seed, test)
    check_against_journal(desk, left)


def check_against_journal(desk: SmallDesk, left: list[tuple[int, Any]]) -> None:
    """The journal alone tells what was halted when something left, and that the rest ended."""
    states: list[tuple[int, TradingStateSet]] = []
    approved: dict[int, OrderApproved] = {}
    pending: list[Any] = []
    for frame in frames(desk.storage):
        for event in decode_record(frame.payload, frame.seq)[1]:
            if type(event) is TradingStateSet:
                states.append((frame.seq, event))
            elif type(event) is OrderApproved:
                approved[event.order_id] = event
            elif type(event) in (OrderPendingCancel, OrderPendingReplace):
                pending.append(event)
    for seq, request in left:
        if type(request) is OrderPendingCancel:
            continue
        of = approved[request.order_id]
        in_force = {(event.scope, event.target): event.state for at, event in states if at <= seq}
        for scope in (
            (Scope.GLOBAL, ""), (Scope.VENUE, "SIM"), (Scope.ACCOUNT, of.account_id),
            (Scope.STRATEGY, of.strategy_id), (Scope.INSTRUMENT, of.instrument_id),
        ):  # fmt: skip
            assert in_force.get(scope) is not HALTED, f"left at {seq} with {scope} halted: {request}"
    sent = [request for _, request in left]
    events: list[Any] = [*approved.values(), *pending]
    for event in events:
        if event in sent:
            assert sent.count(event) == 1
            continue
        assert type(event) is not OrderPendingCancel, f"a cancel stayed: {event}"
        ended = desk.core.engines.oms.orders[event.order_id]
        if type(event) is OrderApproved:
            assert ended.done_reason == "REJECTED"
        else:
            assert ended.pending_replace_id != event.client_order_id


def test_a_halt_that_comes_while_a_sync_runs_stops_what_the_sync_covers():
    desk = SmallDesk()

    async def test(loop):
        batching = desk.start()
        approved = batching.post(order("on its way"))
        await asyncio.sleep(0.005)  # Half of the sync: decided, and not durable yet.
        assert desk.journal.last_seq > desk.journal.durable_seq
        events = await batching.post(halt())
        assert type(events[0]) is TradingStateSet
        assert type((await approved)[0]) is OrderApproved
        assert desk.core.engines.oms.orders[1].done_reason == "REJECTED"
        await batching.close()

    on_virtual_time(test)
    assert names(desk) == []


def test_halts_and_cancels_do_not_wait_behind_orders():
    desk = SmallDesk()
    desk.do(*(order(f"open{number}", "") for number in range(40)))
    desk.venue.got.clear()

    async def test(loop):
        batching = desk.start(batch_max=20)
        orders = [batching.post(order(f"c{number}")) for number in range(400)]
        cancels = [batching.post(cancel(f"k{number}", number)) for number in range(1, 41)]
        halting = batching.post(halt())
        began = loop.time()
        await halting
        assert loop.time() - began < 0.021, "in the first batch, however many wait"
        await asyncio.gather(*cancels)
        assert loop.time() - began < 0.06, "in the batches after it"
        assert not all(each.done() for each in orders)
        for answer in orders:
            assert type((await answer)[0]) is OrderRefused
        await batching.close()

    on_virtual_time(test)
    assert names(desk) == [f"k{number}" for number in range(1, 41)], "in the order they were posted"


def test_halts_keep_their_order_and_so_does_what_comes_after_a_resumption():
    desk = SmallDesk()

    async def test(loop):
        batching = desk.start()
        batching.post(halt())
        batching.post(halt(state=ACTIVE))
        answer = batching.post(order("after"))
        assert type((await answer)[0]) is OrderApproved
        batching.post(halt(state=ACTIVE))
        batching.post(halt())
        answer = batching.post(order("refused"))
        assert type((await answer)[0]) is OrderRefused
        await batching.close()

    on_virtual_time(test)


def test_cancels_leave_a_quarter_of_each_batch_to_everything_else():
    desk = SmallDesk()
    desk.do(*(order(f"open{number}") for number in range(50)))

    async def test(loop):
        batching = desk.start(batch_max=8)
        cancels = [batching.post(cancel(f"k{number}", number)) for number in range(1, 51)]
        others = [batching.post(order(f"c{number}")) for number in range(4)]
        await asyncio.gather(*others)
        assert sum(each.done() for each in cancels) == 12, "two batches of six"
        await batching.close()

    on_virtual_time(test)


def test_a_report_of_what_was_stopped_waits_for_room_and_nothing_is_sent_meanwhile():
    desk = SmallDesk()
    append = desk.journal.append
    is_full = True

    def full_for_a_while(payload, *, reserve=False):
        if is_full and b"not sent" in payload:
            raise DiskFull("cannot write: no room", retryable=True)
        return append(payload, reserve=reserve)

    desk.journal.append = full_for_a_while  # type: ignore[method-assign]

    async def test(loop):
        nonlocal is_full
        batching = desk.start()
        batching.post(order("stopped"))
        await asyncio.sleep(0.005)
        await batching.post(halt())
        await asyncio.sleep(0.05)
        assert desk.core.engines.oms.orders[1].done_reason is None
        is_full = False
        await asyncio.sleep(0.5)  # Nobody posts: the report alone wakes it.
        assert desk.core.engines.oms.orders[1].done_reason == "REJECTED"
        await batching.close()

    on_virtual_time(test)
    assert names(desk) == []
