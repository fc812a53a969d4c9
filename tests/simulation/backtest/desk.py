"""Runs a strategy over bars given in a table, for tests of the driver and of strategies."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.model.enums import Environment
from trade2026.model.instrument import Instrument, equity
from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.feed import DataDescription, MarketDataSource
from trade2026.ports.strategy import Strategy
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MINUTE_NS
from trade2026.simulation.backtest import Backtest, BacktestConfig, BacktestResult
from trade2026.simulation.paper import PaperConfig, PaperVenue
from trade2026.trading.journal import Journal, JournalConfig

SHARE = equity("ACME", "SIM", calendar="24/7")
SHARE_ID = SHARE.instrument_id
START = 1_704_067_200_000_000_000  # 2024-01-01T00:00:00Z


class NoParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A strategy without parameters."""


class Scripted(Strategy):
    """Base of the tests' strategies: no parameters, and a list to note what happened."""

    parameters_type: ClassVar[type[msgspec.Struct]] = NoParameters

    def __init__(self, parameters: Any = None) -> None:
        super().__init__(parameters or NoParameters())
        self.notes: list[Any] = []


class Table:
    """A data set of events that are in memory."""

    def __init__(
        self,
        events: Sequence[MarketEvent],
        instruments: Sequence[Instrument] = (SHARE,),
        *,
        batch: int = 3,
        interval_ns: int = MINUTE_NS,
    ) -> None:
        self._events = events
        self._instruments = tuple(instruments)
        self._batch = batch
        self._interval_ns = interval_ns

    def describe(self) -> DataDescription:
        """Made up for a test."""
        return DataDescription("table", "ab" * 32, (), True, self._interval_ns, True, True, len(self._events))

    def instruments(self) -> tuple[Instrument, ...]:
        """As given."""
        return self._instruments

    def batches(self, start_ns: int | None, end_ns: int | None) -> Iterator[Sequence[MarketEvent]]:
        """A few at a time."""
        kept = [
            event
            for event in self._events
            if (start_ns is None or event.ts_event >= start_ns)
            and (end_ns is None or event.ts_event < end_ns)
        ]
        for begin in range(0, len(kept), self._batch):
            yield kept[begin : begin + self._batch]


def bars(*closes: int, step_ns: int = MINUTE_NS, volume: int = 1_000_000) -> list[MarketEvent]:
    """Flat bars (open, high, low and close equal) at whole prices, the first one a step after `START`."""
    return [
        Bar(SHARE_ID, ts, ts, close * UNIT, close * UNIT, close * UNIT, close * UNIT, volume * UNIT)
        for ts, close in zip(
            range(START + step_ns, START + (len(closes) + 1) * step_ns, step_ns), closes, strict=True
        )
    ]


def play(
    folder: Path,
    strategy: Strategy,
    source: MarketDataSource,
    *,
    paper: PaperConfig | None = None,
    durable: bool = False,
    should_stop: Any = None,
    **changes: Any,
) -> BacktestResult:
    """Run the strategy on a journal in the folder; `changes` are fields of the configuration."""
    storage = DiskStorage(str(folder))
    journal = Journal.open(storage, JournalConfig.for_run(durable=durable), b"k" * 32)
    venue = PaperVenue(
        "PAPER", Environment.BACKTEST, source.instruments(), paper or PaperConfig(), data=source.describe()
    )
    settings: dict[str, Any] = {
        "run_id": "test",
        "code_version": "test",
        "details": "{}",
        "cash": 1_000_000 * UNIT,
        "base_currency": "USD",
    }
    config = BacktestConfig(**(settings | changes))
    try:
        return Backtest(
            strategy, "script", source, Calendars(), venue, journal, config, should_stop=should_stop
        ).run()
    finally:
        journal.close()
        storage.close()
