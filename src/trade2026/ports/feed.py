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

    def batches(self, start_ns: UnixNanos | None, end_ns: UnixNanos | None) -> Iterator[Sequence[MarketEvent]]:
        """Events with start <= ts_event < end, in order of (ts_event, instrument_id), a batch at a time.

        A batch is bounded in size, so that large files stream. Raises InputError naming file, line and
        column of a value that cannot be used.
        """
        ...
