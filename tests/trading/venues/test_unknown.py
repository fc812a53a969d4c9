"""Requests without an answer: never sent again, never called dead without proof, never two orders."""

import asyncio

import msgspec
import pytest

from tests.simulation.faults import LineFaults
from tests.simulation.simloop import SimLoop, run
from tests.trading.venues.edge import READY, SECOND, TERMS, Edge, Life, submit
from trade2026.model.enums import OrderStatus
from trade2026.oms.state import DoneReason
from trade2026.oms.status import order_status

COUNT = 2_000
"""Of the ten thousand that were run once; a test run does its share."""


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
