"""How far a venue is trusted: gaps, silence, clocks, dropped fills, garbage, and what a person decides."""

import asyncio
from typing import Any

import msgspec
import pytest

from tests.simulation.faults import LineFaults
from tests.simulation.simloop import SimLoop, run
from tests.simulation.simvenue import Habits
from tests.trading.venues.edge import NOW, READY, SECOND, TERMS, Edge, Life, cancel, submit
from tests.trading.venues.storms import state_of
from trade2026.model.commands import RecordMarks, SetTradingState, TransferCash
from trade2026.model.commands.desk import Mark
from trade2026.model.enums import (
    ExecType,
    OrderStatus,
    Scope,
    Side,
    TimeInForce,
    TradingState,
    VenueSessionState,
)
from trade2026.model.events import OrderApproved, OrderRefused
from trade2026.model.execution import ExecutionReport
from trade2026.oms.state import EXTERNAL
from trade2026.oms.status import order_status
from trade2026.ports.venue import Page, StreamState
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, encode_money
from trade2026.trading.venues.sane import why_unusable_report

FILLING = Habits(silent=0.0, rejects=0.0, unsolicited=0.0, tail=0.0, fees=True)
PAUSED, RECONCILING, DOWN = VenueSessionState.PAUSED, VenueSessionState.RECONCILING, VenueSessionState.DOWN


def live(seed: int, edge: Edge, story: Any) -> None:
    """A life up to READY, then the story."""

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        await story(life)
        await life.stop()

    run(seed, main)


def journaled(life: Life) -> VenueSessionState:
    return life.core.engines.risk.venue_sessions["SIM"]


def test_nothing_is_sent_before_the_books_are_squared() -> None:
    edge = Edge(1, faults=LineFaults(unanswered_query=1.0))

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await asyncio.sleep(20)
        assert life.session.state is RECONCILING
        (event,) = await life.do(submit("a", life.clock.now_ns()))
        assert isinstance(event, OrderRefused)
        assert [str(each.check) for each in event.failures] == ["VENUE_SESSION"]
        assert edge.sent == []
        edge.line.heal()
        await life.until(READY)
        await life.stop()

    run(1, main)


def test_a_start_finds_the_venue_down_whatever_was_before() -> None:
    edge = Edge(1)

    async def first(loop: SimLoop) -> None:
        life = await edge.start(loop)
        assert journaled(life) is DOWN
        await life.until(READY)
        edge.crash(life, power=False)

    async def second(loop: SimLoop) -> None:
        life = Life(edge, loop)
        assert "SIM" not in life.core.engines.risk.venue_sessions, "READY, as the crash left it"
        await life.open()
        assert journaled(life) is DOWN
        await life.stop()

    run(1, first)
    run(2, second)


def test_a_gap_closes_the_venue_at_once_and_is_filled_by_asking() -> None:
    edge = Edge(2)

    async def story(life: Life) -> None:
        edge.faults.dropped_report = 1.0
        await life.do(submit("a", life.clock.now_ns()))
        await asyncio.sleep(0.1)
        edge.faults.dropped_report = 0.0
        began = life.loop.time()
        life.session._gate._on_stream(StreamState.GAP, "a number is missing")
        assert life.session.state is RECONCILING
        await life.until(READY, 10)
        assert life.loop.time() - began < 10
        assert order_status(life.order("a")) is OrderStatus.NEW

    live(2, edge, story)


def test_silence_is_noticed_within_a_heartbeat_and_a_half() -> None:
    edge = Edge(3)

    async def story(life: Life) -> None:
        edge.line._is_half_open = True
        began = life.loop.time()
        while life.session.state is READY:
            await asyncio.sleep(0.05)
            assert life.loop.time() - began < 2.0
        edge.line._is_half_open = False
        await life.until(READY, 60)

    live(3, edge, story)


@pytest.mark.parametrize("seed", range(5))
def test_a_stream_that_lives_and_drops_fills_is_found_out_within_five_seconds(seed: int) -> None:
    edge = Edge(seed, habits=FILLING, faults=LineFaults(dropped_fill=0.8))

    async def story(life: Life) -> None:
        missing_since: float | None = None
        for number in range(40):
            await life.do(submit(f"o{number}", life.clock.now_ns(), lots=3))
            await asyncio.sleep(0.25)
            fills = len(edge.market.fills)
            booked = sum(len(each) for each in life.core.engines.oms.accounts["margin"].executions.values())
            if booked == fills:
                missing_since = None
            elif missing_since is None:
                missing_since = life.loop.time()
            else:
                assert life.loop.time() - missing_since < 5 + 5, "noticed in five seconds, squared in ten"
        await asyncio.sleep(12)
        life.check_books()
        texts = [text for text in edge.texts if "left out" in text]
        assert texts

    live(seed, edge, story)


def test_a_clock_that_is_set_pauses_the_venue_and_cancels_still_go() -> None:
    edge = Edge(4)

    async def story(life: Life) -> None:
        await life.do(submit("a", life.clock.now_ns()))
        await asyncio.sleep(0.5)
        life.clock.step_ns = 3600 * SECOND
        await life.do(submit("b", life.clock.now_ns()))
        await asyncio.sleep(3)
        assert life.session.state is PAUSED
        assert "clock" in life.session.text
        assert "b" not in [each.client_order_id for each in edge.sent]
        assert order_status(life.order("b")) is OrderStatus.REJECTED
        await life.do(cancel("c", life.order("a").order_id, life.clock.now_ns()))
        await asyncio.sleep(1)
        assert order_status(life.order("a")) is OrderStatus.CANCELED
        life.clock.step_ns = 0
        await life.until(READY, 30)

    live(4, edge, story)


def test_garbage_changes_nothing_is_kept_apart_and_closes_the_venue() -> None:
    edge = Edge(5)
    chance = edge.chance

    async def story(life: Life) -> None:
        await life.do(submit("a", life.clock.now_ns()))
        await asyncio.sleep(1)
        before, refused = state_of(life), 0
        good = ExecutionReport(
            "margin", "a", ExecType.TRADE, NOW, "v1", "E1", UNIT, UNIT, 0, "USD", instrument_id="AAPL.SIM"
        )
        strange: tuple[Any, ...] = (
            None, "", float("nan"), 2**70, -(2**70), "text", 1.5, b"", [], {"a": 1}, "FILLED"
        )  # fmt: skip
        for number in range(2_000):
            names = chance.sample(good.__struct_fields__, chance.randint(1, 4))
            changes = {"execution_id": f"E{number}"} | {name: chance.choice(strange) for name in names}
            bad = msgspec.structs.replace(good, **changes)
            if why_unusable_report(bad, ("margin",)):  # Else it could be true.
                life.session._gate._hear(bad)
                refused += 1
            life.session._gate._hear(chance.choice(strange))
        assert refused > 1_000
        assert life.session.state is RECONCILING
        assert 0 < len(life.session.quarantined) <= 100
        assert edge.notes
        await life.until(READY, 30)
        assert state_of(life) == before
        life.check_books()

    live(5, edge, story)


def test_an_answer_that_cannot_be_read_proves_nothing() -> None:
    edge = Edge(6)

    async def story(life: Life) -> None:
        async def garbage(account_id: str) -> Any:
            return Page(({"id": None},), True)

        ask, edge.line.open_orders = edge.line.open_orders, garbage  # type: ignore[method-assign]
        await asyncio.sleep(6)
        assert life.session.state is RECONCILING
        assert "cannot be read" in life.session.text
        edge.line.open_orders = ask  # type: ignore[method-assign]
        await life.until(READY, 30)

    live(6, edge, story)


def test_an_order_placed_by_hand_is_taken_up_within_ten_seconds() -> None:
    edge = Edge(7)

    async def story(life: Life) -> None:
        edge.line.faults.dropped_report = 1.0
        edge.market.exchange.place_by_hand("margin", "AAPL.SIM", Side.BUY, 5 * UNIT, 150 * UNIT)
        await asyncio.sleep(10)
        (order_id,) = life.core.engines.oms.accounts["margin"].open_orders
        assert life.core.engines.oms.orders[order_id].strategy_id == EXTERNAL
        edge.line.faults.dropped_report = 0.0

    live(7, edge, story)


def test_a_difference_of_holdings_waits_for_a_person() -> None:
    edge = Edge(8)

    async def story(life: Life) -> None:
        await life.do(submit("a", life.clock.now_ns()))
        edge.market.deposit("margin", "USD", -5 * UNIT)
        life.session.reconcile_now("a test")
        await life.until(PAUSED, 30)
        assert journaled(life) is PAUSED
        assert life.session.last is not None
        (difference,) = life.session.last.differences
        assert (difference.kind, difference.name, difference.action) == ("BALANCE", "USD", "")
        with pytest.raises(InputError, match="waits to be accepted"):
            life.session.acceptance("cash", "BALANCE", "USD", "olga", "a fee that was charged")
        await life.do(life.session.acceptance("margin", "BALANCE", "USD", "olga", "a fee was charged"))
        life.session.reconcile_now("accepted")
        await life.until(READY, 30)
        life.check_books()
        edge.market.exchange.deposits["margin", "USD"] += 5 * UNIT

    live(8, edge, story)


def test_a_fill_that_the_venue_does_not_have_waits_for_a_person() -> None:
    edge = Edge(9, habits=FILLING)

    async def story(life: Life) -> None:
        await life.do(submit("a", life.clock.now_ns(), lots=3))
        await asyncio.sleep(1)
        assert life.order("a").cum_qty == 3 * UNIT
        edge.faults.dropped_report = 1.0
        (name, *_) = edge.market.exchange.executions
        edge.market.exchange.bust(name)
        await asyncio.sleep(0.5)
        edge.faults.dropped_report = 0.0
        life.session.reconcile_now("a test")
        await life.until(PAUSED, 30)
        assert life.session.last is not None
        waiting = {each.kind: each for each in life.session.last.differences if not each.action}
        assert waiting["EXECUTION"].venues == ""
        name = waiting["EXECUTION"].name
        await life.do(life.session.acceptance("margin", "EXECUTION", name, "olga", "busted by phone"))
        life.session.reconcile_now("accepted")
        await life.until(READY, 60)
        life.check_books()

    live(9, edge, story)


def test_the_dead_man_switch_is_armed_renewed_and_disarmed() -> None:
    edge = Edge(10, terms=msgspec.structs.replace(TERMS, dead_man_ns=20 * SECOND))

    async def story(life: Life) -> None:
        await life.do(submit("a", life.clock.now_ns()))
        await asyncio.sleep(120)
        assert edge.market.counts["dead-man switch fired"] == 0
        assert edge.market._dead_man["margin"] > 0

    live(10, edge, story)
    assert edge.market._dead_man["margin"] == 0


def test_a_desk_that_is_frozen_loses_its_orders_by_the_dead_man_switch() -> None:
    edge = Edge(11, terms=msgspec.structs.replace(TERMS, dead_man_ns=20 * SECOND))

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        await life.do(submit("a", life.clock.now_ns()))
        await asyncio.sleep(1)
        for task in life.tasks:
            task.cancel()
        await asyncio.sleep(25)
        assert edge.market.exchange.open_orders() == []

    run(11, main)


def test_a_halt_stops_what_waits_for_the_rate_limit() -> None:
    terms = msgspec.structs.replace(TERMS, requests_per_window=10, window_ns=SECOND, cancel_reserve=2)
    edge = Edge(12, terms=terms)

    async def story(life: Life) -> None:
        await asyncio.sleep(2)
        now = life.clock.now_ns()
        answers = [life.sequencer.post(submit(f"o{number}", now)) for number in range(20)]
        await asyncio.gather(*answers)
        sent = len(edge.sent)
        assert 0 < sent < 20
        await life.do(SetTradingState(now, Scope.GLOBAL, "", TradingState.HALTED, "desk", "enough"))
        await asyncio.sleep(5)
        assert len(edge.sent) == sent
        ended = [life.order(f"o{number}") for number in range(20)]
        assert sum(order_status(each) is OrderStatus.REJECTED for each in ended) == 20 - sent

    live(12, edge, story)


@pytest.mark.parametrize("seed", range(3))
def test_under_load_the_venue_never_has_to_say_that_it_is_too_much(seed: int) -> None:
    """Three times what the limit allows, cancels in between, queries beside: no request is one too many."""
    terms = msgspec.structs.replace(TERMS, requests_per_window=30, window_ns=SECOND, cancel_reserve=6)
    edge = Edge(seed, terms=terms)

    async def story(life: Life) -> None:
        slowest = 0.0
        for number in range(300):
            await life.do(submit(f"o{number}", life.clock.now_ns(), price=180))
            if number % 20 == 10:
                began = life.loop.time()
                order = life.order(f"o{number - 10}")
                await life.do(cancel(f"c{number}", order.order_id, life.clock.now_ns()))
                sent = [each.client_order_id for each in edge.sent]
                if f"c{number}" in sent:
                    slowest = max(slowest, life.loop.time() - began)
            await asyncio.sleep(0.011)
        await asyncio.sleep(10)
        assert edge.market.counts["rate limit met"] == 0
        assert 60 < len(edge.sent) < 300
        assert slowest < 0.05, "a cancel does not wait behind orders"
        assert life.session.state is READY

    live(seed, edge, story)


@pytest.mark.parametrize("instrument_id", ["AAPL.SIM", "BTCUSDT.SIM"])
def test_a_difference_of_a_position_is_booked_at_the_last_mark(instrument_id: str) -> None:
    edge = Edge(13)
    instrument = edge.instruments[instrument_id]

    async def story(life: Life) -> None:
        edge.market.deposit("margin", instrument.commodity, 3 * UNIT)
        life.session.reconcile_now("a test")
        await life.until(PAUSED, 30)
        assert life.session.last is not None
        (line,) = life.session.last.differences
        assert (line.ours, line.venues) == ("0", "3")
        if line.kind == "POSITION":
            with pytest.raises(InputError, match="no price yet"):
                life.session.acceptance("margin", line.kind, line.name, "olga", "came from elsewhere")
            marks = RecordMarks(life.clock.now_ns(), "feed", (Mark(instrument_id, 100 * UNIT, NOW),))
            await life.do(marks)
        command = life.session.acceptance("margin", line.kind, line.name, "olga", "came from elsewhere")
        await life.do(command)
        life.session.reconcile_now("accepted")
        await life.until(READY, 30)
        with pytest.raises(InputError, match="waiting: none"):
            life.session.acceptance("margin", line.kind, line.name, "olga", "twice")
        life.check_books()

    live(13, edge, story)


def test_what_has_moved_since_it_was_compared_is_not_adjusted() -> None:
    edge = Edge(14)

    async def story(life: Life) -> None:
        edge.market.deposit("margin", "USD", 5 * UNIT)
        life.session.reconcile_now("a test")
        await life.until(PAUSED, 30)
        await life.do(TransferCash(life.clock.now_ns(), "margin", "USD", encode_money(UNIT), "found"))
        with pytest.raises(InputError, match="reconcile, then decide"):
            life.session.acceptance("margin", "BALANCE", "USD", "olga", "a rebate")

    live(14, edge, story)


def test_an_adapter_that_breaks_ends_nothing() -> None:
    edge = Edge(15)

    async def broken() -> None:
        raise KeyError("listenKey")

    async def main(loop: SimLoop) -> None:
        opens, edge.line.open = edge.line.open, broken  # type: ignore[method-assign]
        life = await edge.start(loop)
        await asyncio.sleep(3)
        assert life.session.state is DOWN
        edge.line.open = opens  # type: ignore[method-assign]
        await life.until(READY)

        def sends(order: OrderApproved) -> None:
            raise TypeError("float is no decimal")

        submits, edge.line.submit = edge.line.submit, sends  # type: ignore[method-assign]
        await life.do(submit("a", life.clock.now_ns()))
        edge.line.submit = submits  # type: ignore[method-assign]
        await asyncio.sleep(0.1)
        assert order_status(life.order("a")) is OrderStatus.UNKNOWN
        assert any("TypeError" in text for text in life.session.quarantined)
        await asyncio.sleep(20)
        assert order_status(life.order("a")) is OrderStatus.NOT_RECEIVED
        await life.stop()

    run(15, main)


def test_an_order_that_the_venue_does_not_know_is_ended_by_a_person() -> None:
    edge = Edge(16)

    async def story(life: Life) -> None:
        await life.do(submit("a", life.clock.now_ns(), price=180))
        await asyncio.sleep(1)
        edge.market.exchange.orders.clear()  # The venue has lost it.
        life.session.reconcile_now("a test")
        await life.until(PAUSED, 120)
        assert life.session.last is not None
        (line,) = life.session.last.differences
        assert (line.kind, line.name, line.ours, line.venues) == ("ORDER", "a", "OPEN", "")
        await life.do(life.session.acceptance("margin", "ORDER", "a", "olga", "asked by phone"))
        assert order_status(life.order("a")) is OrderStatus.CANCELED
        with pytest.raises(InputError, match="not as it was compared"):
            life.session.acceptance("margin", "ORDER", "a", "olga", "twice")
        life.session.reconcile_now("accepted")
        await life.until(READY, 60)

    live(16, edge, story)


def test_one_bust_that_was_missed_puts_no_other_fill_in_doubt() -> None:
    """The order's first fill is older than what a comparison asks for."""
    edge = Edge(17)

    async def story(life: Life) -> None:
        edge.market.crowd.quote = lambda instrument_id, price: None  # type: ignore[method-assign]
        await life.do(submit("a", life.clock.now_ns(), lots=5, price=180))
        await asyncio.sleep(1)
        (order,) = edge.market.exchange.open_orders()
        for _ in range(2):
            edge.market.crowd._place("AAPL.SIM", Side.SELL, 180 * UNIT, TimeInForce.IOC, UNIT)
            await asyncio.sleep(60)
        assert life.order("a").cum_qty == order.cum_qty == 2 * UNIT
        _, second = edge.market.exchange.executions
        edge.faults.dropped_report = 1.0
        edge.market.exchange.bust(second)
        await asyncio.sleep(1)
        edge.faults.dropped_report = 0.0
        await life.until(PAUSED, 20)
        assert life.session.last is not None
        waiting = [each for each in life.session.last.differences if not each.action]
        assert [each.name for each in waiting if each.kind == "EXECUTION"] == [second]
        await life.do(life.session.acceptance("margin", "EXECUTION", second, "olga", "busted by phone"))
        life.session.reconcile_now("accepted")
        await life.until(READY, 60)
        assert life.order("a").cum_qty == UNIT
        life.check_books()

    live(17, edge, story)


def test_an_answer_older_than_the_news_puts_nothing_in_doubt() -> None:
    """For as long as the venue says that its answers may lag, they are not held against the stream."""
    edge = Edge(18, terms=msgspec.structs.replace(TERMS, history_lag_ns=4 * SECOND))

    async def story(life: Life) -> None:
        await life.do(submit("a", life.clock.now_ns(), price=180))
        await asyncio.sleep(8)
        ask, old = edge.line.open_orders, await edge.line.open_orders("margin")

        async def old_answer(account_id: str) -> Any:
            return old if account_id == "margin" else await ask(account_id)

        edge.line.open_orders = old_answer  # type: ignore[method-assign]
        await life.do(cancel("c", life.order("a").order_id, life.clock.now_ns()))
        for _ in range(35):
            await asyncio.sleep(0.1)
            assert life.session.state is READY, life.session.text
        assert order_status(life.order("a")) is OrderStatus.CANCELED
        edge.line.open_orders = ask  # type: ignore[method-assign]

    live(18, edge, story)
