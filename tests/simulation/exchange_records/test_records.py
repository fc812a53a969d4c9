"""Records of an exchange against a slow twin that looks through all reports every time.

- An order's record says what its events say: status, executed, cost, and that it is open exactly if the
book has it. - Aggregated trades and candles are what the single trades add up to, whatever the times
between them. - What is kept is bounded."""

import random
from collections.abc import Iterator

import pytest

from tests.matching.test_book_properties import draw
from trade2026.matching.clearing import Listing
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.matching.market import Market
from trade2026.matching.words import (
    Accepted,
    Ended,
    EndReason,
    PlaceOrder,
    TermsReplaced,
    Traded,
)
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.simulation.exchange import order_records, tape
from trade2026.simulation.exchange.candles import INTERVALS, KEPT, floor_ms
from trade2026.simulation.exchange.instant import InstantExchange
from trade2026.simulation.exchange.order_records import Status
from trade2026.simulation.exchange.records import Records
from trade2026.simulation.exchange.reports import Report

LISTINGS = [
    Listing("BTCUSDT", "BTC", "USDT", 10**7, 10**4, maker_fee_ppm=100, taker_fee_ppm=300),
    Listing("ETHUSDT", "ETH", "USDT", 10**7, 10**5),
]
START_NS = 1_750_000_000 * 10**9


class World:
    """A market with traders, records of it, and every report it gave."""

    def __init__(self, market: Market | CompiledMarket) -> None:
        self.now = START_NS
        self.exchange = InstantExchange(market, lambda: self.now)
        self.records = Records(LISTINGS)
        self.reports: list[Report] = []
        self.exchange.subscribe(self.records.apply)
        self.exchange.subscribe(self.reports.append)
        for owner in ("", "ann", "x", "y"):
            for asset in ("BTC", "ETH", "USDT"):
                market.clearing.deposit(owner, asset, 10**17)


def trade(world: World, seed: int, commands: int) -> None:
    chance = random.Random(seed)
    for number in range(1, commands + 1):
        book = chance.randrange(2)
        market = world.exchange.market
        command = draw(chance, market.books[book], number)  # type: ignore[arg-type]
        world.now += chance.choice((0, 1, 10**6, 10**9, 40 * 10**9, 3 * 10**12))
        world.exchange.do(getattr(command, "owner", ""), book, command)


def trades_of(reports: list[Report], number: int) -> Iterator[tuple[Report, Traded, int]]:
    for report in reports:
        if report.number == number:
            events = [event for event in report.happened.events if type(event) is Traded]
            for event, settled in zip(events, report.happened.settlements, strict=True):
                yield report, event, settled.notional


@pytest.mark.parametrize("seed", range(8))
def test_an_order_is_what_its_events_say(seed: int) -> None:
    world = World(Market(LISTINGS))
    trade(world, seed, 250)
    seen = 0
    for placed in world.reports:
        command = placed.command
        if type(command) is not PlaceOrder or not command.owner:
            continue
        if type(placed.happened.events[0]) is not Accepted:
            continue
        record = world.records.ledger(command.owner).order(placed.number, command.order_id)
        assert record is not None
        seen += 1
        executed = quote = 0
        status: Status | None = None
        lots = command.order_qty
        for _, traded, notional in trades_of(world.reports, placed.number):
            if command.order_id in (traded.maker_id, traded.taker_id):
                executed, quote = executed + traded.quantity, quote + notional
        for report in world.reports:
            for event in report.happened.events if report.number == placed.number else ():
                if type(event) is Ended and event.order_id == command.order_id:
                    status = {
                        EndReason.CANCELED: Status.CANCELED,
                        EndReason.SELF_TRADE: Status.EXPIRED_IN_MATCH,
                    }.get(event.reason, Status.EXPIRED)
                if type(event) is TermsReplaced and event.order_id == command.order_id:
                    lots = event.order_qty
                    status = Status.FILLED if event.leaves_qty == 0 else status
        is_open = command.order_id in world.exchange.market.books[placed.number].orders
        if status is None and not is_open:
            status = Status.FILLED
        assert (record.executed, record.quote, record.lots) == (executed, quote, lots)
        assert record.is_open == is_open
        assert record.status is (status or (Status.PARTIALLY_FILLED if executed else Status.NEW))
        fills = world.records.ledger(command.owner).fills
        assert sum(fill.lots for fill in fills if fill.order_id == command.order_id) == executed
    assert seen > 50


@pytest.mark.parametrize("seed", range(4))
def test_tape_and_candles_add_up(seed: int) -> None:
    world = World(CompiledMarket(LISTINGS))
    trade(world, seed, 800)
    for number in range(2):
        kept = world.records.tapes[number]
        trades = list(kept.trades)
        assert [each.trade_id for each in trades] == list(range(1, len(trades) + 1))
        joined: list[list[int]] = []
        before = None
        for report, event, _ in trades_of(world.reports, number):
            key = (report.sequence, event.taker_id, event.price)
            if key == before:
                joined[-1][1] += event.quantity
                joined[-1][2] = event.trade_id
            else:
                joined.append([event.price, event.quantity, event.trade_id])
            before = key
        assert [[each.price, each.lots, each.last_id] for each in kept.aggregates] == joined
        for interval in INTERVALS:
            check_candles(world, number, interval)


def check_candles(world: World, number: int, interval: str) -> None:
    """Each candle from the trades alone; between the first and now there is one for every interval."""
    kept = world.records.tapes[number]
    groups: dict[int, list[tape.TapeTrade]] = {}
    for each in kept.trades:
        groups.setdefault(floor_ms(interval, each.time_ns // 10**6), []).append(each)
    bars = kept.candles.bars(interval, None, world.now // 10**6, 1_000)
    opens = [bar.open_ms for bar in bars]
    assert opens == sorted(set(opens))
    assert opens[-1] == floor_ms(interval, world.now // 10**6)
    close = None
    for bar in bars:
        group = groups.get(bar.open_ms, [])
        assert bar.count == len(group)
        if group:
            prices = [each.price for each in group]
            close = prices[-1]
            assert (bar.open, bar.high, bar.low, bar.close) == (
                prices[0], max(prices), min(prices), prices[-1],
            )  # fmt: skip
            assert bar.lots == sum(each.lots for each in group)
            assert bar.quote == sum(each.quote for each in group)
            assert bar.taker_buy_lots == sum(each.lots for each in group if not each.is_buyer_maker)
            assert (bar.first_id, bar.last_id) == (group[0].trade_id, group[-1].trade_id)
        elif close is not None:
            assert bar.open == bar.high == bar.low == bar.close == close


def test_a_window_is_what_traded_in_its_minutes() -> None:
    world = World(CompiledMarket(LISTINGS))
    trade(world, 5, 1_500)
    candles = world.records.tapes[0].candles
    now_ms = world.now // 10**6
    start = now_ms // 60_000 * 60_000 - 23 * 3_600_000
    whole = candles.window(start, now_ms)
    trades = [each for each in world.records.tapes[0].trades if each.time_ns // 10**6 >= start]
    assert whole is not None
    assert trades
    assert whole.count == len(trades)
    assert whole.quote == sum(each.quote for each in trades)
    assert whole.close == trades[-1].price
    assert whole.open == trades[0].price


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_records, "CLOSED_KEPT", 20)
    world = World(CompiledMarket(LISTINGS))
    for number in range(1, KEPT + 300):
        world.now += 61 * 10**9
        for offset, side in ((0, Side.SELL), (1, Side.BUY)):
            order = PlaceOrder(2 * number + offset, "ann", side, OrderType.LIMIT, TimeInForce.GTC, 5, 100)
            world.exchange.do("ann", 0, order)
    ledger = world.records.ledger("ann")
    assert len(ledger.closed) == 20
    assert len(ledger.by_client) == 20
    assert not ledger.open
    assert all(len(bars) <= KEPT for bars in world.records.tapes[0].candles._bars.values())
    assert len(world.records.tapes[0].candles._bars["1m"]) == KEPT
