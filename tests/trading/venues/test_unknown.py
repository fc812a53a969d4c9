"""Requests without an answer: never sent again, never called dead without proof, never two orders."""

import asyncio
import os
from typing import Any

import msgspec
import pytest

from tests.simulation.faults import LineFaults
from tests.simulation.simloop import SimLoop, run
from tests.trading.venues.edge import READY, SECOND, TERMS, Edge, Life, submit
from trade2026.model.enums import ExecType, OrderStatus, VenueSessionState
from trade2026.oms.state import DoneReason
from trade2026.oms.status import order_status
from trade2026.primitives.errors import VenueUnreachable

COUNT = int(os.environ.get("TIME_OUTS_OF", "2000"))
"""Submits; a test run does a share of the ten thousand that `TIME_OUTS_OF=10000` does."""


async def submit_all(life: Life, count: int) -> None:
    for number in range(count):
        await life.do(submit(f"o{number}", life.clock.now_ns(), price=180))  # Far from the market.


@pytest.mark.slow
def test_of_thousands_of_time_outs_each_is_one_order_or_none() -> None:
    """A fifth is not answered, and half of those were accepted."""
    edge = Edge(1, faults=LineFaults(lost_request=0.1, lost_response=0.1))

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        await submit_all(life, COUNT)
        await asyncio.sleep(30)
        live = [order.client_order_id for order in edge.market.exchange.open_orders()]
        assert len(live) == len(set(live))
        found = set(live)
        dead = 0
        for number in range(COUNT):
            order = life.order(f"o{number}")
            if f"o{number}" in found:
                assert order_status(order) is OrderStatus.NEW, order
            else:
                assert order.done_reason is DoneReason.NOT_RECEIVED, order
                dead += 1
        assert dead > COUNT // 20
        assert len({each.client_order_id for each in edge.sent}) == len(edge.sent), "sent twice"
        life.check_books()
        await life.stop()

    run(1, main)


@pytest.mark.parametrize("change", [{"request_window_ns": 0}, {"history_is_complete": False}])
def test_where_silence_proves_nothing_an_order_stays_unknown(change: dict[str, int]) -> None:
    edge = Edge(2, terms=msgspec.structs.replace(TERMS, **change))

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        edge.faults.lost_request = 1.0
        await life.do(submit("lost", life.clock.now_ns()))
        edge.faults.lost_request = 0.0
        edge.faults.lost_response = 1.0
        await life.do(submit("there", life.clock.now_ns()))
        edge.faults.lost_response = 0.0
        await asyncio.sleep(120)
        assert order_status(life.order("lost")) is OrderStatus.UNKNOWN
        assert order_status(life.order("there")) is OrderStatus.NEW
        account = life.core.engines.risk.accounts["margin"]
        assert account.exposures["AAPL.SIM"].open_orders == 2, "what may fill stays reserved"
        await life.stop()

    run(2, main)


def test_an_order_is_called_dead_only_after_its_window_and_by_two_answers() -> None:
    edge = Edge(3, terms=msgspec.structs.replace(TERMS, request_window_ns=5 * SECOND))

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        edge.faults.lost_request = 1.0
        sent_at = life.loop.time()
        await life.do(submit("lost", life.clock.now_ns()))
        edge.faults.lost_request = 0.0
        unknown_at = None
        while life.order("lost").done_reason is None:
            await asyncio.sleep(0.05)
            if unknown_at is None and life.order("lost").unknown_ids:
                unknown_at = life.loop.time()
            assert life.loop.time() < sent_at + 30
        assert unknown_at is not None
        assert unknown_at - sent_at < 5, "the alarm comes within five seconds"
        assert life.loop.time() - sent_at > 5.5
        assert life.order("lost").done_reason is DoneReason.NOT_RECEIVED
        await life.stop()

    run(3, main)


def test_a_line_that_fails_at_once_is_no_rejection() -> None:
    edge = Edge(4, faults=LineFaults())

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        edge.faults.error_though_placed = 1.0
        await life.do(submit("a", life.clock.now_ns()))
        edge.faults.error_though_placed = 0.0
        await asyncio.sleep(10)
        assert order_status(life.order("a")) is OrderStatus.NEW
        await life.stop()

    run(4, main)


def test_a_part_of_an_answer_proves_nothing() -> None:
    edge = Edge(5)

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        await submit_all(life, 5)
        edge.faults.lost_response, edge.faults.dropped_report = 1.0, 1.0
        await life.do(submit("there", life.clock.now_ns(), price=180))
        edge.faults.lost_response = 0.0
        edge.faults.partial_page = 1.0
        life.session.reconcile_now("a test")
        await asyncio.sleep(60)
        assert life.session.state is VenueSessionState.RECONCILING
        assert "in part" in life.session.text
        assert order_status(life.order("there")) is OrderStatus.UNKNOWN
        edge.faults.partial_page = edge.faults.dropped_report = 0.0
        await life.until(READY, 60)
        assert order_status(life.order("there")) is OrderStatus.NEW
        await life.stop()

    run(5, main)


def test_what_the_stream_says_while_books_are_squared_is_kept_and_follows() -> None:
    edge = Edge(6)

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        await life.do(submit("a", life.clock.now_ns(), price=180))
        await asyncio.sleep(1)
        ask = edge.line.open_orders

        async def old_answer(account_id: str) -> Any:
            page = await ask(account_id)
            await asyncio.sleep(1)
            return page

        edge.line.open_orders = old_answer  # type: ignore[method-assign]
        life.session.reconcile_now("a test")
        await asyncio.sleep(0.5)
        edge.market.exchange.cancel_unasked(edge.market.exchange.open_orders()[0], ExecType.CANCELED, "")
        await asyncio.sleep(0.3)
        assert order_status(life.order("a")) is OrderStatus.NEW, "kept back"
        edge.line.executions = unanswered  # type: ignore[method-assign]
        deadline = life.loop.time() + 20
        while order_status(life.order("a")) is not OrderStatus.CANCELED:
            assert life.loop.time() < deadline, "what was kept is lost"
            assert life.session.state is VenueSessionState.RECONCILING, "told by the stream, not by asking"
            await asyncio.sleep(0.1)
        await life.stop()

    async def unanswered(account_id: str, since_ns: int) -> Any:
        raise VenueUnreachable("the venue is away", retryable=True)

    run(6, main)


def test_a_line_that_says_nothing_at_all_is_noticed_by_the_clock() -> None:
    edge = Edge(7)

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        edge.line.submit = lambda order: None  # type: ignore[method-assign]
        began = life.loop.time()
        await life.do(submit("lost", life.clock.now_ns()))
        while not life.order("lost").unknown_ids:
            await asyncio.sleep(0.05)
            assert life.loop.time() - began < 5, "an alarm within five seconds"
        assert order_status(life.order("lost")) is OrderStatus.UNKNOWN
        assert life.session.state is READY, "one request in doubt closes nothing"
        await asyncio.sleep(15)
        assert life.order("lost").done_reason is DoneReason.NOT_RECEIVED
        await life.stop()

    run(7, main)
