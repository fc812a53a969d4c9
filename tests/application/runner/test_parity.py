"""The same strategy in a backtest and live: the same fills, the same books, and the same things seen."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.application.runner.stepped import ACCOUNT, SteppedCore
from tests.simulation.backtest.desk import Scripted
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.requests import DataRequest
from trade2026.application.runner.host import StrategyHost
from trade2026.application.runner.replica import Replica
from trade2026.application.runner.reports import Report
from trade2026.bootstrap.clock import SystemClock
from trade2026.bootstrap.data import DataFinder
from trade2026.model.enums import (
    Environment,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
)
from trade2026.model.events import Event, OrderFilled
from trade2026.model.instructions import OrderInstructions
from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.feed import MarketDataSource
from trade2026.ports.strategy import Leg, Strategy, StrategyContext
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, SECOND_NS, date_to_unix_ns, parse_date
from trade2026.simulation.backtest import Backtest, BacktestConfig
from trade2026.simulation.paper import FixedLatency, PaperConfig, PaperVenue
from trade2026.strategies.dual_moving_average import DualMovingAverage, DualMovingAverageParameters
from trade2026.strategies.momentum import Momentum, MomentumParameters
from trade2026.trading.journal import Journal, JournalConfig, SnapshotStore
from trade2026.trading.replay import save_snapshot

RUN = "test-1"
CALENDARS = Calendars()


class From:
    """A source without what lies before a time: a backtest that starts there has no history either."""

    def __init__(self, source: MarketDataSource, start_ns: int) -> None:
        self._source = source
        self._start_ns = start_ns
        self.describe = source.describe
        self.instruments = source.instruments

    def batches(self, start_ns: int | None, end_ns: int | None) -> Iterator[Sequence[MarketEvent]]:
        """From the later of both starts."""
        return self._source.batches(max(start_ns or 0, self._start_ns), end_ns)


def day(text: str) -> int:
    return date_to_unix_ns(parse_date(text, "day"))


def config(start_ns: int, end_ns: int | None = None) -> BacktestConfig:
    return BacktestConfig(
        run_id="setup", code_version="test", details="{}", cash=1_000_000 * UNIT, base_currency="USD",
        account_id=ACCOUNT, start_ns=start_ns, end_ns=end_ns,
    )  # fmt: skip


def backtest(
    folder: Path, strategy: Strategy, source: MarketDataSource, settings: BacktestConfig, paper: PaperConfig
) -> tuple[list[Any], Any]:
    """Fills and the account's book after a backtest."""
    storage = DiskStorage(str(folder / "backtest"))
    journal = Journal.open(storage, JournalConfig.for_run(), b"k" * 32)
    venue = PaperVenue("PAPER", Environment.BACKTEST, source.instruments(), paper, data=source.describe())
    try:
        result = Backtest(strategy, RUN, source, CALENDARS, venue, journal, settings).run()
    finally:
        journal.close()
        storage.close()
    fills = [
        (f.ts_event, f.order_id, f.instrument_id, f.side, f.quantity, f.price, f.commission)
        for f in result.fills
    ]
    return fills, book(result.core)


def live(
    folder: Path, strategy: Strategy, source: MarketDataSource, settings: BacktestConfig, paper: PaperConfig,
    *, snapshot: bool = False,
) -> tuple[list[Any], Any, SteppedCore, list[Report]]:  # fmt: skip
    """The same through the line to a core whose feed is stepped, the strategy keeping up."""
    storage = DiskStorage(str(folder / "live"))
    snapshots = SnapshotStore(DiskStorage(str(folder / "snapshots")))
    core = SteppedCore(
        storage, source, CALENDARS, settings, start_ns=settings.start_ns, end_ns=settings.end_ns, paper=paper
    )
    core.start(RUN)
    if snapshot:
        save_snapshot(core.sequencer.core, core.journal, snapshots)
    reports: list[Report] = []
    replica = Replica(storage, snapshots)
    host = StrategyHost(
        strategy, RUN, ACCOUNT, core, replica, From(source, settings.start_ns or 0), CALENDARS, SystemClock(),
        say=lambda ts, text: None, report=reports.append,
    )  # fmt: skip
    host.begin()
    while core.step():
        while core.has_told and not host.is_ending:
            host.hear(0)
    fills = [
        (f.ts_event, f.order_id, f.instrument_id, f.side, f.last_qty, f.last_px, f.commission)
        for f in core.fills
    ]
    replica.catch_up()
    assert replica.core.state_sha256() == core.sequencer.core.state_sha256()
    replica.close()
    return fills, book(core.sequencer.core), core, reports


def book(core: Any) -> Any:
    """Positions and cash."""
    kept = core.engines.ledger.accounts[ACCOUNT]
    return {name: (p.quantity, p.cost) for name, p in kept.positions.items() if p.quantity}, dict(kept.cash)


@pytest.fixture(scope="module")
def sp500() -> MarketDataSource:
    return DataFinder(CALENDARS, "/nowhere").open(DataRequest(names=("sp500",)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Momentum(MomentumParameters(lookback=60, skip=5, top=4)),
        lambda: DualMovingAverage(DualMovingAverageParameters(fast=5, slow=20)),
    ],
    ids=["momentum", "dual_moving_average"],
)
def test_a_year_of_the_shipped_strategies_is_the_same(
    tmp_path: Path, sp500: MarketDataSource, make: Any
) -> None:
    settings = config(day("2015-01-01"), day("2016-03-15"))
    expected, expected_book = backtest(tmp_path, make(), sp500, settings, PaperConfig())
    fills, held, core, _ = live(tmp_path, make(), sp500, settings, PaperConfig())
    assert len(expected) > 50
    assert fills == expected
    assert held == expected_book
    core.journal.close()


class Busy(Scripted):
    """Orders of every kind, timers between bars and at them, and a note of all it sees."""

    def __init__(self, names: tuple[str, ...], orders_on_fills: bool) -> None:
        super().__init__()
        self._orders_on_fills = orders_on_fills
        self._names = names
        self._bars = 0

    def _see(self, context: StrategyContext, what: str, *more: Any) -> None:
        seen = [
            (context.position(name).quantity, context.latest_price(name), len(context.open_orders(name)))
            for name in self._names
        ]
        self.notes.append((what, context.now, *more, seen, context.cash("USD"), context.equity()))

    def on_start(self, context: StrategyContext) -> None:
        context.log("started")

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        self._see(context, "bar", bar.instrument_id)
        self._bars += 1
        number, name = self._bars, bar.instrument_id
        if number % 3 == 0:
            context.submit_order(name, Side.BUY if number % 2 else Side.SELL, (1 + number % 7) * UNIT)
            self._see(context, "asked")
        if number % 5 == 0:
            limit = bar.close - bar.close % (UNIT // 100)
            context.submit_order(
                name, Side.BUY, 3 * UNIT, order_type=OrderType.LIMIT, limit_price=limit,
                time_in_force=TimeInForce.GTC,
            )  # fmt: skip
        if number % 11 == 0:
            context.set_timer("at once", context.now)
            context.set_timer("later", context.now + 2 * DAY_NS + 1)
        if number % 13 == 0:
            for order in context.open_orders():
                if order.instrument_id == name and order.order_type is OrderType.LIMIT:
                    assert order.limit_price is not None
                    context.replace_order(order.order_id, order.order_qty + UNIT, order.limit_price - UNIT)
        if number % 17 == 0:
            for order in context.open_orders(name):
                context.cancel_order(order.order_id)

    def on_fill(self, context: StrategyContext, fill: OrderFilled) -> None:
        self._see(context, "fill", fill.order_id, fill.last_qty, fill.last_px)
        if self._orders_on_fills and fill.order_id % 9 == 0:
            context.submit_order(fill.instrument_id, Side.SELL, fill.last_qty)

    def on_order_event(self, context: StrategyContext, event: Event) -> None:
        self._see(context, "event", event)

    def on_timer(self, context: StrategyContext, name: str) -> None:
        self._see(context, "timer", name)
        if name == "at once":
            context.submit_order(self._names[0], Side.BUY, 2 * UNIT)


def test_a_busy_strategy_trades_the_same(tmp_path: Path, sp500: MarketDataSource) -> None:
    settings = config(day("2015-01-01"), day("2015-04-01"))
    names = tuple(i.instrument_id for i in sp500.instruments())
    expected, _ = backtest(tmp_path, Busy(names, True), sp500, settings, PaperConfig())
    fills, _, core, _ = live(tmp_path, Busy(names, True), sp500, settings, PaperConfig())
    core.journal.close()
    assert len(expected) > 200
    assert fills == expected


def test_a_busy_strategy_sees_the_same(tmp_path: Path, sp500: MarketDataSource) -> None:
    """With latency: without it the venue's word that it took an order comes later than in a backtest."""
    settings = config(day("2015-01-01"), day("2015-04-01"))
    paper = PaperConfig(latency=FixedLatency(SECOND_NS))
    names = tuple(i.instrument_id for i in sp500.instruments())
    tested, run = Busy(names, False), Busy(names, False)
    backtest(tmp_path, tested, sp500, settings, paper)
    _, _, core, _ = live(tmp_path, run, sp500, settings, paper)
    core.journal.close()
    assert len(run.notes) > 2_000
    differing = [index for index, note in enumerate(run.notes) if note != tested.notes[index]]
    assert differing == []


class Careful(Busy):
    """Orders that the core holds: brackets, pairs, trailing stops, parts, and ends in time."""

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        self._see(context, "bar", bar.instrument_id)
        self._bars += 1
        number, name, tick = self._bars, bar.instrument_id, UNIT // 100
        close = bar.close - bar.close % tick
        held = context.position(name).quantity
        if number % 5 == 0:
            low, high = close * 98 // 100 // tick * tick, close * 102 // 100 // tick * tick
            entry = Leg.market() if number % 2 else Leg.limit(close)
            answers = context.submit_bracket(name, Side.BUY, 3 * UNIT, entry, Leg.limit(high), Leg.stop(low))
            assert all(answer.accepted for answer in answers), answers
        if number % 7 == 0 and held > 0:
            low, high = close * 99 // 100 // tick * tick, close * 101 // 100 // tick * tick
            context.submit_oco(name, Side.SELL, UNIT, Leg.limit(high), Leg.stop(low, low - tick))
        if number % 11 == 0:
            context.submit_order(
                name, Side.SELL, UNIT, order_type=OrderType.TRAILING_STOP, time_in_force=TimeInForce.GTC,
                instructions=OrderInstructions(
                    trailing_offset=100 * UNIT, trailing_offset_type=TrailingOffsetType.BASIS_POINTS
                ),
            )  # fmt: skip
        if number % 13 == 0:
            context.submit_order(
                name, Side.BUY, 5 * UNIT, order_type=OrderType.LIMIT, limit_price=close,
                time_in_force=TimeInForce.GTD,
                instructions=OrderInstructions(display_qty=2 * UNIT, expire_time=context.now + 3 * DAY_NS),
            )  # fmt: skip
        if number % 17 == 0:
            for order in context.open_orders(name)[:2]:
                if order.status is OrderStatus.HELD and order.trigger_price is not None:
                    context.replace_order(
                        order.order_id, order.order_qty, order.limit_price,
                        trigger_price=order.trigger_price + (tick if order.side is Side.BUY else -tick),
                    )  # fmt: skip
                else:
                    context.cancel_order(order.order_id)


def told_of_orders(notes: list[Any]) -> dict[int, list[tuple[int, str]]]:
    """What each order was told of, and when."""
    told: dict[int, list[tuple[int, str]]] = {}
    for what, now, event, *_ in (note for note in notes if note[0] == "event"):
        assert what == "event"
        told.setdefault(getattr(event, "order_id", 0), []).append((now, type(event).__name__))
    return told


def test_what_the_core_holds_is_traded_the_same(tmp_path: Path, sp500: MarketDataSource) -> None:
    """In one step the core's releases reach the venue before the strategy's orders: ids there differ."""
    settings = config(day("2015-01-01"), day("2015-04-01"))
    paper = PaperConfig(latency=FixedLatency(SECOND_NS))
    names = tuple(i.instrument_id for i in sp500.instruments())
    tested, run = Careful(names, False), Careful(names, False)
    expected, _ = backtest(tmp_path, tested, sp500, settings, paper)
    fills, _, core, _ = live(tmp_path, run, sp500, settings, paper)
    core.journal.close()
    assert len(expected) > 300
    assert fills == expected
    told = told_of_orders(run.notes)
    kinds = {kind for steps in told.values() for _, kind in steps}
    assert kinds >= {"OrderReleased", "OrderArmed", "TriggerMoved", "OrderCanceled", "OrderPendingCancel"}
    before = told_of_orders(tested.notes)
    assert told == {order_id: before[order_id][: len(steps)] for order_id, steps in told.items()}
    assert [note for note in run.notes if note[0] in ("bar", "fill")] == [
        note for note in tested.notes if note[0] in ("bar", "fill")
    ]
