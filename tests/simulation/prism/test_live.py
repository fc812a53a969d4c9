"""The market against a clock: latency, reports without gaps, and what a slow machine does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.simulation.prism.helpers import SECOND, START, TWO_BOOKS
from trade2026.matching.words import (
    Accepted,
    AdvanceTime,
    CancelOpen,
    Ended,
    NoReason,
    PlaceOrder,
    Refused,
    Traded,
)
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.errors import InputError
from trade2026.simulation.exchange.reports import Report
from trade2026.simulation.prism.live import LivePrism
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.timeline import Timeline

LATENCY = 30_000_000


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.ns = 0

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns


class Floor:
    """A running market; `move` lets time pass until the market has come to it."""

    def __init__(self, speed: float | None = 1.0) -> None:
        self.market = PrismMarket(TWO_BOOKS, 5, START)
        for asset in ("BTC", "USDT"):
            self.market.exchange.clearing.deposit("ann", asset, 10**15)
        self.market.run_until(START)  # The first ever compiles, for longer than a test may wait.
        self.clock = Hand()
        self.prism = LivePrism(Timeline(self.market), self.clock, lambda: LATENCY, speed)
        self.reports: list[Report] = []
        self.prism.subscribe(self.reports.append)

    async def move(self, ns: int) -> None:
        self.clock.ns += ns
        due = START + self.clock.ns
        while self.market.now_ns < due:
            await asyncio.sleep(0)


def live(speed: float | None = 1.0) -> Callable[[Callable[[Floor], Awaitable[None]]], Callable[[], None]]:
    def around(test: Callable[[Floor], Awaitable[None]]) -> Callable[[], None]:
        async def whole() -> None:
            floor = Floor(speed)
            running = asyncio.create_task(floor.prism.run())
            try:
                await asyncio.wait_for(test(floor), 60)
            finally:
                running.cancel()

        def run() -> None:
            asyncio.run(whole())

        run.__name__ = test.__name__
        return run

    return around


def limit(order: int, side: Side, lots: int, ticks: int, **terms) -> PlaceOrder:
    return PlaceOrder(order, "ann", side, OrderType.LIMIT, TimeInForce.GTC, lots, ticks, **terms)


@live()
async def test_a_request_arrives_when_its_latency_is_over(floor: Floor) -> None:
    await floor.move(5 * SECOND)
    asked_ns = floor.market.now_ns
    order = floor.prism.next_order_id()
    asking = asyncio.create_task(floor.prism.request("ann", 0, limit(order, Side.BUY, 100, 5_500_000)))
    await floor.move(LATENCY // 2)
    assert not asking.done()
    await floor.move(LATENCY)
    report = await asking
    assert report.time_ns == asked_ns + LATENCY
    assert report.owner == "ann"
    assert report.happened.events == (Accepted(order),)
    assert report in floor.reports


@live()
async def test_reports_have_no_gaps_and_say_who(floor: Floor) -> None:
    await floor.move(10 * SECOND)
    price = floor.market.quote(0).ask
    order = floor.prism.next_order_id()
    buying = asyncio.create_task(floor.prism.request("ann", 0, limit(order, Side.BUY, 100, price + 100_000)))
    await floor.move(SECOND)
    canceling = asyncio.create_task(floor.prism.request("ann", 0, CancelOpen(order)))
    await floor.move(SECOND)
    bought, canceled = await buying, await canceling
    assert isinstance(bought.happened.events[1], Traded)
    assert [settled.buyer for settled in bought.happened.settlements] == ["ann"] * len(
        bought.happened.settlements
    )
    assert canceled.owner == "ann"
    assert isinstance(canceled.happened.events[0], Refused)
    assert canceled.happened.events[0].text == "no open order has this id"
    assert [report.sequence for report in floor.reports] == list(range(1, len(floor.reports) + 1))
    times = [report.time_ns for report in floor.reports]
    assert times == sorted(times)
    assert {report.owner.split("-")[0] for report in floor.reports} >= {"maker", "noise", "ann"}


@live()
async def test_books_and_balances_are_as_of_the_last_report(floor: Floor) -> None:
    seen: list[tuple[int, int]] = []
    told: dict[int, int] = {}

    def look(report: Report) -> None:
        for event in report.happened.events:
            if isinstance(event, Traded) and report.number == 0:
                told[report.number] = event.price
        last = floor.market.exchange.books[0].last_price
        seen.append((told.get(0, 0), last or 0))

    floor.prism.subscribe(look)
    await floor.move(30 * SECOND)
    assert len(seen) > 100
    assert all(heard == shown for heard, shown in seen)


@live()
async def test_what_numbers_cannot_say_is_refused_and_changes_nothing(floor: Floor) -> None:
    await floor.move(SECOND)
    asking = asyncio.create_task(floor.prism.request("ann", 0, limit(1 << 70, Side.BUY, 100, 5_500_000)))
    floor.clock.ns += LATENCY
    report = await asking
    refused = report.happened.events[0]
    assert isinstance(refused, Refused)
    assert refused.reason is NoReason.MALFORMED
    assert refused.text
    assert not any(order.owner == "ann" for order in floor.market.exchange.books[0].orders.values())


@live()
async def test_an_order_with_a_time_ends_and_that_is_nobodys_request(floor: Floor) -> None:
    await floor.move(SECOND)
    order = floor.prism.next_order_id()
    end_ns = floor.market.now_ns + 5 * SECOND
    command = PlaceOrder(
        order, "ann", Side.BUY, OrderType.LIMIT, TimeInForce.GTD, 100, 5_500_000, expire_time=end_ns
    )
    asking = asyncio.create_task(floor.prism.request("ann", 0, command))
    await floor.move(8 * SECOND)
    await asking
    ended = [report for report in floor.reports if any(isinstance(e, Ended) and e.order_id == order
                                                       for e in report.happened.events)]  # fmt: skip
    assert [(report.owner, type(report.command)) for report in ended] == [("", AdvanceTime)]
    assert ended[0].time_ns >= end_ns


@live()
async def test_a_machine_that_is_behind_catches_up_in_parts(floor: Floor) -> None:
    floor.clock.ns += 20 * SECOND
    while floor.prism.behind_ns == 0:
        await asyncio.sleep(0)
    assert floor.prism.behind_ns > 19 * SECOND
    assert floor.market.now_ns < START + SECOND
    await floor.move(0)
    assert floor.market.now_ns == START + 20 * SECOND


def test_a_market_a_little_behind_the_clock_catches_up_with_it() -> None:
    async def whole() -> None:
        floor = Floor(speed=2.0)
        floor.clock.ns = START + SECOND
        running = asyncio.create_task(floor.prism.run())
        while floor.market.now_ns < START + 2 * SECOND:
            await asyncio.sleep(0)
        running.cancel()
        assert floor.market.now_ns == START + 2 * SECOND

    asyncio.run(asyncio.wait_for(whole(), 60))


@live(speed=None)
async def test_without_a_speed_time_passes_as_fast_as_it_can(floor: Floor) -> None:
    while floor.market.now_ns < START + 60 * SECOND:
        await asyncio.sleep(0)
    assert floor.clock.ns == 0


def test_a_speed_has_to_be_above_nothing() -> None:
    with pytest.raises(InputError, match="speed"):
        Floor(speed=0.0)
