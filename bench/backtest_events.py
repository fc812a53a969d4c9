"""Market events a second of CPU through a whole backtest: feed, venue, core, journal, strategy.

`quotes_per_cpu_s`: a million quotes of one instrument, an EMA cross whose callback runs on every quote and
decides on every hundredth. `bars_with_orders_per_cpu_s`: a hundred thousand bars, a market order on each,
filled at the next open. `ema_bars_per_cpu_s`: the same bars with an EMA 10/20 cross. Objects are built
before the clock starts, as for the peers; the journal is written, not synced. Peers get the same prices.
"""

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import msgspec
import numpy as np

from bench.harness import Report, Timing, measure
from bench.peers import run_peer
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.model.enums import Environment, Side
from trade2026.model.instrument import Instrument, InstrumentKind, VolumeUnit
from trade2026.model.market_data import Bar, MarketEvent, Quote
from trade2026.ports.feed import DataDescription
from trade2026.ports.strategy import Strategy, StrategyContext
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MILLISECOND_NS, MINUTE_NS
from trade2026.simulation.backtest import Backtest, BacktestConfig, BacktestResult
from trade2026.simulation.paper import PaperConfig, PaperVenue
from trade2026.trading.journal import Journal, JournalConfig

_QUOTES = 1_000_000
_BARS = 100_000
_START = 1_704_067_200_000_000_000  # 2024-01-01T00:00:00Z
_TICK = 10_000  # 0.00001
EURUSD = Instrument(
    "EURUSD.SIM",
    "SIM",
    InstrumentKind.FX_SPOT,
    "USD",
    "EUR",
    _TICK,
    1_000 * UNIT,
    UNIT,
    "24/7",
    VolumeUnit.BASE,
)


class _Parameters(msgspec.Struct, frozen=True):
    """None are needed."""


class _Prepared:
    """Market events that are in memory already."""

    def __init__(self, events: list[MarketEvent], interval_ns: int) -> None:
        self._events = events
        self._interval_ns = interval_ns

    def describe(self) -> DataDescription:
        """A synthetic set."""
        return DataDescription("bench", "0" * 64, (), True, self._interval_ns, True, True, len(self._events))

    def instruments(self) -> tuple[Instrument, ...]:
        """One."""
        return (EURUSD,)

    def batches(self, start_ns: int | None, end_ns: int | None) -> Iterator[Sequence[MarketEvent]]:
        """Ten thousand at a time."""
        for begin in range(0, len(self._events), 10_000):
            yield self._events[begin : begin + 10_000]


class _EmaCross(Strategy):
    """EMA 10/20 of mids: long above, short below, a hundred thousand units."""

    parameters_type: ClassVar[type[msgspec.Struct]] = _Parameters
    history_length: ClassVar[int] = 1

    def __init__(self, parameters: Any) -> None:
        super().__init__(parameters)
        self.calls = 0
        self._fast = self._slow = 0.0
        self._seen = 0

    def _update(self, context: StrategyContext, price: int) -> None:
        self._seen += 1
        if self._seen == 1:
            self._fast = self._slow = float(price)
        self._fast += (price - self._fast) * (2 / 11)
        self._slow += (price - self._slow) * (2 / 21)
        if self._seen < 20:
            return
        wanted = 100_000 * UNIT if self._fast >= self._slow else -100_000 * UNIT
        change = wanted - context.position("EURUSD.SIM").quantity
        if change:
            context.submit_order("EURUSD.SIM", Side.BUY if change > 0 else Side.SELL, abs(change))


class _EmaCrossOnBars(_EmaCross):
    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        """Every bar."""
        self._update(context, bar.close)


class _EmaCrossOnQuotes(_EmaCross):
    def on_quote(self, context: StrategyContext, quote: Quote) -> None:
        """Every quote is looked at; every hundredth is a price of the averages."""
        self.calls += 1
        if self.calls % 100 == 0:
            self._update(context, (quote.bid_price + quote.ask_price) // 2)


class _OrderOnEachBar(_EmaCross):
    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        """Buy on one bar, sell on the next."""
        self.calls += 1
        side = Side.BUY if self.calls % 2 else Side.SELL
        context.submit_order("EURUSD.SIM", side, 1_000 * UNIT)


def _on_tick(prices: np.ndarray[Any, np.dtype[np.float64]]) -> list[int]:
    raw: list[int] = (np.rint(prices * 1e5).astype(np.int64) * _TICK).tolist()
    return raw


def _quotes() -> list[MarketEvent]:
    rng = np.random.default_rng(7)
    mid = 1.1 * np.exp(np.cumsum(rng.normal(0, 2e-5, _QUOTES)))
    size = 1_000_000 * UNIT
    bids, asks = _on_tick(mid - 5e-5), _on_tick(mid + 5e-5)
    step = 100 * MILLISECOND_NS
    return [
        Quote("EURUSD.SIM", ts, ts, bid, ask, size, size)
        for ts, bid, ask in zip(range(_START, _START + _QUOTES * step, step), bids, asks, strict=True)
    ]


def _bars() -> list[MarketEvent]:
    rng = np.random.default_rng(7)
    closes = 1.1 * np.exp(np.cumsum(rng.normal(0, 2e-4, _BARS)))
    opens = np.r_[1.1, closes[:-1]]
    highs, lows = np.maximum(opens, closes) * 1.0001, np.minimum(opens, closes) * 0.9999
    volume = 1_000_000_000 * UNIT  # No peer caps participation: the cap is on, and never binds.
    times = range(_START, _START + _BARS * MINUTE_NS, MINUTE_NS)
    columns = zip(times, *(_on_tick(column) for column in (opens, highs, lows, closes)), strict=True)
    return [Bar("EURUSD.SIM", ts, ts, o, h, low, c, volume) for ts, o, h, low, c in columns]


def _play(strategy: type[_EmaCross], events: list[MarketEvent], interval_ns: int) -> Timing:
    with tempfile.TemporaryDirectory() as folder:
        storage = DiskStorage(folder)
        journal = Journal.open(storage, JournalConfig.for_run(), b"b" * 32)
        source = _Prepared(events, interval_ns)
        venue = PaperVenue("PAPER", Environment.BACKTEST, (EURUSD,), PaperConfig(), data=source.describe())
        config = BacktestConfig(
            run_id="bench", code_version="bench", details="{}", cash=10_000_000 * UNIT, base_currency="USD"
        )
        run = Backtest(strategy(_Parameters()), "ema", source, Calendars(), venue, journal, config)

        def whole() -> BacktestResult:
            result = run.run()
            journal.close()
            return result

        timing = measure(whole)
        storage.close()
    assert timing.result.strategy_error is None, timing.result.strategy_error
    return timing


_EVENTS: dict[str, list[MarketEvent]] = {}


def run_once(report: Report) -> None:
    """One run of each workload."""
    if not _EVENTS:
        _EVENTS.update(quotes=_quotes(), bars=_bars())
    timing = _play(_EmaCrossOnQuotes, _EVENTS["quotes"], 0)
    report.add("quotes_per_cpu_s", _QUOTES / timing.cpu_s, "1/s")
    report.add("quotes_orders", timing.result.orders, "orders")
    timing = _play(_EmaCrossOnBars, _EVENTS["bars"], MINUTE_NS)
    report.add("ema_bars_per_cpu_s", _BARS / timing.cpu_s, "1/s")
    report.add("ema_bars_orders", timing.result.orders, "orders")
    timing = _play(_OrderOnEachBar, _EVENTS["bars"], MINUTE_NS)
    assert timing.result.orders == _BARS, timing.result.orders
    assert len(timing.result.fills) == _BARS - 1, "all but that of the last bar"
    report.add("bars_with_orders_per_cpu_s", _BARS / timing.cpu_s, "1/s")


def run_peers(report: Report) -> None:
    """The peers' own examples on the same prices, in environments of their own."""
    for kind, count in (("quotes", _QUOTES), ("bars", _BARS)):
        figures = run_peer("nautilus_backtest.py", "--kind", kind, "--n", str(count), "--reps", "3")
        if figures is not None:
            peer = report.peers.setdefault(f"nautilus_trader {figures['version']}, EMA cross", {})
            peer[f"{kind}_per_cpu_s"] = figures["events_per_cpu_s"]
            peer[f"{kind}_orders"] = figures["orders"]
    for library, count in (("backtesting", _BARS), ("backtrader", _BARS // 5)):
        figures = run_peer("event_py.py", "--lib", library, "--n", str(count), "--reps", "3")
        if figures is not None:
            report.peers[f"{library} {figures['version']}, SMA 10/30"] = {
                "bars_per_cpu_s": figures["bars_per_cpu_s"],
                "trades": figures["trades"],
            }
    if len(report.peers) < 3:
        report.notes.append("A peer that could not be installed here has no figure.")
    report.notes += [
        "NautilusTrader's EMA cross reverses with two orders, ours with one of twice the size: on bars it "
        "sends twice as many. In the quotes case its strategy runs once in a hundred quotes, ours on every "
        "one.",
        "backtesting.py computes its averages ahead of the run, as arrays, and keeps no order book, ledger "
        "or journal.",
        "A bar with an order misses its goal in plain Python: about 36 us an order, spread over some two "
        "hundred calls (checks, two journal frames, order, exposure and ledger state, venue), none of them "
        "above 6 %. The compiled build is about at the goal: medians of 48,400 to 55,400 on a quiet host, "
        "less on a busy one.",
    ]
