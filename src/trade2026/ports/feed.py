"""Where market data comes from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from trade2026.model.instrument import Instrument
from trade2026.model.market_data import MarketEvent
from trade2026.primitives.time import UnixNanos


@dataclass(frozen=True, slots=True)
class DataDescription:
    """What a data set is, and what it cannot be used for.

    Attributes
    ----------
    name : str
        As the user named it.
    sha256 : str
        Over the bytes read, hexadecimal.
    limits : tuple of str
        Sentences shown with every result made from the data: what is missing, adjusted or selected.
    has_open : bool
        False for close-only bars, which fill at the next close.
    bar_interval_ns : int
        Usual distance between bars of one instrument; 0 for quotes and trades.
    volume_known : bool
        False when there is no volume: participation caps are off, and the result says so.
    permits_per_share_fees : bool
        False for adjusted prices, whose share counts are not those of the day.
    event_count : int or None
        Events in the whole set, for progress; None when unknown without reading it all.
    """

    name: str
    sha256: str
    limits: tuple[str, ...]
    has_open: bool
    bar_interval_ns: int
    volume_known: bool
    permits_per_share_fees: bool
    event_count: int | None


class MarketDataSource(Protocol):
    """A stored set of market data, read in order."""

    def describe(self) -> DataDescription:
        """What it is and what it cannot be used for."""
        ...

    def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument it has data for, by id."""
        ...

    def batches(
        self, start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> Iterator[Sequence[MarketEvent]]:
        """Events with start <= ts_event < end, in order of (ts_event, instrument_id), a batch at a time.

        A batch is bounded in size, so that large files stream. Raises InputError naming file, line and
        column of a value that cannot be used.
        """
        ...


@dataclass(frozen=True, slots=True)
class DataFinding:
    """One kind of irregularity in a data set.

    Attributes
    ----------
    name : str
        "disorder", "duplicate", "gap", "overlap", "rounded", "off_tick" or "crossed".
    count : int
        How often: rows, or missing bars for "gap".
    examples : tuple of str
        The first few, each with its line.
    """

    name: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataReport:
    """What a check of a whole data set found.

    Attributes
    ----------
    rows, events : int
        Rows read, and events left after duplicates were dropped.
    first_ns, last_ns : int
        `ts_event` of the first and the last event.
    findings : tuple of DataFinding
        Irregularities present, by name; empty for a clean set.
    unused_columns : tuple of str
        Columns of the source that nothing was read from.
    """

    rows: int
    events: int
    first_ns: UnixNanos
    last_ns: UnixNanos
    findings: tuple[DataFinding, ...]
    unused_columns: tuple[str, ...]


class CheckedSource(MarketDataSource, Protocol):
    """A source that was read and checked as a whole."""

    def report(self) -> DataReport:
        """What the check found."""
        ...
