"""Halts of a running desk: every scope, its cancels, its end, and that it outlives the desk."""

import asyncio

import pytest

from tests.application.live.sim_desk import KO, SimDesk, submit
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimLoop, run
from trade2026.application.local_halt import cancels_of
from trade2026.model.enums import OrderStatus, Scope, TradingState
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderRefused, TradingStateSet
from trade2026.ports.core_link import (
    DESK_TRADER,
    Decision,
    SetEntitlementIntent,
    SetTradingStateIntent,
    SubmitIntent,
)
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import frames

HALTED, ACTIVE = TradingState.HALTED, TradingState.ACTIVE
PG = "PG.XNYS"
SCOPES = [
    (Scope.GLOBAL, ""), (Scope.VENUE, "XNYS"), (Scope.ACCOUNT, "PAPER"), (Scope.STRATEGY, "s-1"),
    (Scope.INSTRUMENT, KO),
]  # fmt: skip


def intent(name: str, instrument_id: str = KO, strategy_id: str = "s-1") -> SubmitIntent:
    """A buy that rests."""
    plain = submit(name, price=1_000_000_000, instrument_id=instrument_id)
    return SubmitIntent(
        plain.account_id, name, plain.trader_id, strategy_id, instrument_id, plain.side, plain.order_type,
        plain.time_in_force, plain.order_qty, plain.limit_price,
    )  # fmt: skip


def halt(scope: Scope, target: str, state: TradingState = HALTED) -> SetTradingStateIntent:
    return SetTradingStateIntent(scope, target, state, "boss", "a test")


def working(desk: SimDesk, scope: Scope = Scope.GLOBAL, target: str = "") -> int:
    return desk.desk.service.working(scope, target).count


@pytest.mark.parametrize(("scope", "target"), SCOPES)
def test_a_halt_of_each_scope_cancels_its_orders_outlives_a_restart_and_is_lifted_alone(scope, target):
    disk = SimDisk(5)

    async def before(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        await desk.entitle()
        await desk.one(intent("in the scope"))
        await desk.one(intent("elsewhere", PG, "s-2"))
        await desk.until(lambda: working(desk) == 2)
        assert working(desk, scope, target) == (2 if scope.value in ("GLOBAL", "VENUE", "ACCOUNT") else 1)
        _, canceled = await desk.ask(halt(scope, target), cancels_of(scope, target, "halt-1"))
        found = desk.desk.service.working(scope, target)
        assert found.state is HALTED
        assert {type(event) for event in canceled.events} == {OrderPendingCancel}
        await desk.until(lambda: working(desk, scope, target) == 0)
        await desk.close()

    async def after(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        assert desk.desk.service.working(scope, target).state is HALTED
        assert isinstance(await desk.one(intent("refused")), OrderRefused)
        others = [each for each in SCOPES if each != (scope, target)]
        for other in others:
            await desk.one(halt(*other, ACTIVE))
        assert isinstance(await desk.one(intent("still refused")), OrderRefused)
        await desk.one(halt(scope, target, ACTIVE))
        assert isinstance(await desk.one(intent("taken")), OrderApproved)
        await desk.close()

    run(5, before)
    run(6, after)


def test_cancels_of_a_halt_do_not_wait_for_what_is_not_decided_yet():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(7)).open()
        await desk.entitle()
        for number in range(5):
            await desk.one(intent(f"open-{number}"))
        desk.desk.sequencer._batch_max = 4  # So that a queue lasts.
        late = [asyncio.ensure_future(desk.ask(intent(f"late-{number}"))) for number in range(300)]
        await asyncio.sleep(0)
        _, canceled = await desk.ask(halt(Scope.VENUE, "XNYS"), cancels_of(Scope.VENUE, "XNYS", "h"))
        assert len(canceled.events) == 5
        assert sum(each.done() for each in late) < 50, "hundreds of orders are still to be decided"
        decided = await asyncio.gather(*late)
        assert {type(each[0].events[0]) for each in decided} <= {OrderRefused, OrderApproved}
        await desk.until(lambda: working(desk) == 0)

    run(7, main)


def test_cancels_without_a_halt_reach_everything_asked_for_before():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(8)).open()
        await desk.entitle()
        desk.desk.sequencer._batch_max = 4
        before = [asyncio.ensure_future(desk.ask(intent(f"c-{number}"))) for number in range(50)]
        await asyncio.sleep(0)
        elsewhere, canceled = await desk.ask(
            cancels_of(Scope.VENUE, "XNAS", "e"), cancels_of(Scope.VENUE, "XNYS", "c")
        )
        assert elsewhere.events == ()
        assert len(canceled.events) == 50
        await asyncio.gather(*before)

    run(8, main)


def test_a_halt_by_a_signal_is_journaled_as_such_and_cancels_everything():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(9)).open()
        await desk.entitle()
        await desk.one(SetEntitlementIntent("PAPER", "s-1", True))
        await desk.one(intent("one"))
        await desk.one(intent("two", PG))
        told: list[tuple[int, tuple[Decision, ...]]] = []
        halt_everything = desk.desk.service.halt_everything
        for _ in range(2):
            halt_everything(DESK_TRADER, "by the signal SIGUSR1", lambda *answer: told.append(answer))
        await desk.until(lambda: len(told) == 2 and working(desk) == 0)
        canceled = [event for _, decisions in told for event in decisions[1].events]
        assert sum(type(event) is OrderPendingCancel for event in canceled) == 2, "each order once"
        assert not any(each.error for _, decisions in told for each in decisions)
        found = [
            event
            for frame in frames(desk.storage)
            for event in decode_record(frame.payload, frame.seq)[1]
            if type(event) is TradingStateSet
        ]
        assert found[0].text == "by the signal SIGUSR1"
        assert (found[0].scope, found[0].state, found[0].trader_id) == (Scope.GLOBAL, HALTED, DESK_TRADER)

    run(9, main)


def test_what_works_is_named_with_its_state_and_an_unknown_target_has_nothing():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(10)).open()
        await desk.entitle()
        made = await desk.one(intent("one"))
        await desk.until(lambda: desk.desk.service.working(Scope.GLOBAL, "").orders[0].status == "NEW")
        found = desk.desk.service.working(Scope.STRATEGY, "s-1")
        assert (found.count, found.canceling, found.state) == (1, 0, ACTIVE)
        (order,) = found.orders
        assert (order.order_id, order.account_id, order.strategy_id) == (made.order_id, "PAPER", "s-1")
        assert (order.instrument_id, order.status) == (KO, OrderStatus.NEW)
        for scope in (Scope.VENUE, Scope.ACCOUNT, Scope.STRATEGY, Scope.INSTRUMENT):
            assert working(desk, scope, "NOWHERE") == 0

    run(10, main)
