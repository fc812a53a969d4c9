"""Data sets that ship, opened and read once for all analyses of a process."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from trade2026.application.named_data import NamedData
from trade2026.application.requests import DataRequest
from trade2026.application.services import DataSources
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import MarketEvent
from trade2026.ports.feed import DataDescription, MarketDataSource
from trade2026.ports.prism import PrismLine
from trade2026.primitives.time import UnixNanos

if TYPE_CHECKING:
    from trade2026.application.analyses.prices import Tape

KEPT_EVENTS_MAX: Final = 2_000_000
"""Events of a set whose prices are kept, at 24 bytes each; of a larger one they are read each time."""


class KeptSource:
    """A source that does not change, whose prices are kept once they were read.

    Nothing of it may be of a file that somebody could write to while this process runs.
    """

    def __init__(self, source: MarketDataSource) -> None:
        self._source = source
        self._tapes: dict[str, Tape] | None = None

    def describe(self) -> DataDescription:
        """What it is and what it cannot be used for."""
        return self._source.describe()

    def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument it has data for, by id."""
        return self._source.instruments()

    def batches(
        self, start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> Iterator[Sequence[MarketEvent]]:
        """Events with start <= ts_event < end, as those of the source."""
        return self._source.batches(start_ns, end_ns)

    def tapes(
        self, names: Sequence[str], start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> "dict[str, Tape]":
        """What was paid with start <= ts_event < end for these of its instruments; nobody can write to it."""
        from trade2026.application.analyses.prices import read_tapes  # Needs numpy.

        if self._tapes is None:
            count = self.describe().event_count
            if count is None or count > KEPT_EVENTS_MAX:
                return read_tapes(self._source, names, start_ns, end_ns)
            known = [each.instrument_id for each in self.instruments()]
            self._tapes = read_tapes(self._source, known, None, None)
        return {name: self._tapes[name].within(start_ns, end_ns) for name in names}


class KeptData:
    """`application.services.DataSources` that keeps what it opened by name alone.

    A set that ships is part of the code and does not change under a process. Files and runs are opened anew.
    """

    def __init__(self, data: DataSources) -> None:
        self._data = data
        self._opened: dict[str, KeptSource] = {}

    def shipped(self) -> tuple[str, ...]:
        """Data sets that ship with the desk."""
        return self._data.shipped()

    def names(self) -> tuple[str, ...]:
        """All data sets that have a name."""
        return self._data.names()

    def about(self, name: str) -> NamedData:
        """What can be asked for by a name; InputError for one that is none."""
        return self._data.about(name)

    def open(self, request: DataRequest) -> MarketDataSource:
        """The source asked for; raises InputError for what cannot be used."""
        name = request.names[0] if request.names else ""
        if request != DataRequest(names=(name,)) or name not in self._data.shipped():
            return self._data.open(request)
        return self.kept(name)

    def kept(self, name: str) -> KeptSource:
        """A data set that ships, by its name."""
        if name not in self._opened:
            self._opened[name] = KeptSource(self._data.open(DataRequest(names=(name,))))
        return self._opened[name]

    def live(self, request: DataRequest) -> PrismLine | None:
        """The line to the market that this data comes from; None for data that was recorded."""
        return self._data.live(request)
