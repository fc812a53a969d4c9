"""Several sources as one, in order of (ts_event, instrument_id)."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from trade2026.model.instrument import Instrument
from trade2026.model.market_data import MarketEvent
from trade2026.ports.feed import DataDescription, MarketDataSource
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import UnixNanos


class MergedSource:
    """Events of several sources in one order; those of one time and instrument come in order of the sources.

    Memory is bounded by a few batches of each source.

    Parameters
    ----------
    sources : sequence of MarketDataSource
        Two that both describe an instrument must describe it the same.
    """

    def __init__(self, sources: Sequence[MarketDataSource]) -> None:
        if not sources:
            raise InputError("sources must name at least one data set, was empty")
        self._sources = tuple(sources)

    def describe(self) -> DataDescription:
        """What holds for all of them: a limit of one is a limit of the whole."""
        parts = [source.describe() for source in self._sources]
        intervals = {part.bar_interval_ns for part in parts if part.bar_interval_ns}
        counts = [part.event_count for part in parts]
        return DataDescription(
            name=" + ".join(part.name for part in parts),
            sha256=hashlib.sha256("".join(part.sha256 for part in parts).encode()).hexdigest(),
            limits=tuple(f"{part.name}: {sentence}" for part in parts for sentence in part.limits),
            has_open=all(part.has_open for part in parts),
            bar_interval_ns=min(intervals, default=0),
            volume_known=all(part.volume_known for part in parts),
            permits_per_share_fees=all(part.permits_per_share_fees for part in parts),
            event_count=sum(count for count in counts if count is not None) if None not in counts else None,
        )

    def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument of any source, by id; raises InputError when two sources disagree on one."""
        found: dict[str, Instrument] = {}
        for source in self._sources:
            for instrument in source.instruments():
                if found.setdefault(instrument.instrument_id, instrument) != instrument:
                    raise InputError(
                        f"instrument {instrument.instrument_id} must be the same in every source, differed; "
                        "state one definition for all files"
                    )
        return tuple(found[name] for name in sorted(found))

    def batches(
        self, start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> Iterator[Sequence[MarketEvent]]:
        """Events with start <= ts_event < end in order; a batch is at most the sources' together."""
        return in_order([source.batches(start_ns, end_ns) for source in self._sources])


def in_order(parts: Sequence[Iterator[Sequence[MarketEvent]]]) -> Iterator[Sequence[MarketEvent]]:
    """Batches of several feeds as those of one, a batch at most as large as theirs together.

    Each comes in order of (ts_event, instrument_id), and so does the result; of one key, what the part named
    first has comes first.
    """
    runs = [_Run(part) for part in parts]
    while any(run.events for run in runs):
        open_runs = [run for run in runs if not run.ended]
        if not open_runs:
            yield _in_order([event for run in runs for event in run.take_all()])
            return
        # Nothing still to come is before the smallest last event of a run that goes on.
        border = min(_key(run.events[-1]) for run in open_runs)
        batch = [event for run in runs for event in run.take_before(border)]
        for run in open_runs:
            if _key(run.events[-1]) == border:
                run.extend()
        if batch:
            yield _in_order(batch)


class _Run:
    """The events of one source that are read and not yet delivered; never empty while it goes on."""

    def __init__(self, batches: Iterator[Sequence[MarketEvent]]) -> None:
        self._batches = batches
        self.events: list[MarketEvent] = []
        self.ended = False
        self.extend()

    def extend(self) -> None:
        """Read one more batch that is not empty."""
        for batch in self._batches:
            if batch:
                self.events.extend(batch)
                return
        self.ended = True

    def take_before(self, border: tuple[int, str]) -> list[MarketEvent]:
        """Remove and return the events before a key."""
        cut = bisect_left(self.events, border, key=_key)
        taken, self.events = self.events[:cut], self.events[cut:]
        return taken

    def take_all(self) -> list[MarketEvent]:
        """Remove and return everything."""
        taken, self.events = self.events, []
        return taken


def _key(event: MarketEvent) -> tuple[int, str]:
    return event.ts_event, event.instrument_id


def _in_order(events: list[MarketEvent]) -> list[MarketEvent]:
    events.sort(key=_key)  # Stable, and the runs in it are found: about linear.
    return events
