"""What a data set is: its instruments and period, its limits, and what is irregular in it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from trade2026.application.requests import DataRequest
from trade2026.application.services import Services
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.ports.calendar import CalendarProvider, SessionCalendar
from trade2026.ports.feed import CheckedSource, DataDescription, DataFinding, MarketDataSource
from trade2026.primitives.time import DAY_NS


class DataRows(StrEnum):
    """What the events of data are."""

    BARS = "bars"
    TRADES = "trades"
    QUOTES = "quotes"


_ROWS: Final = {Bar: DataRows.BARS, Trade: DataRows.TRADES, Quote: DataRows.QUOTES}


@dataclass(frozen=True, slots=True)
class InstrumentSummary:
    """Events of one instrument; times are 0 without any.

    `missing_sessions` counts days without a bar, and is None where bars are no days.
    """

    instrument: Instrument
    events: int
    first_ns: int
    last_ns: int
    missing_sessions: int | None


@dataclass(frozen=True, slots=True)
class DataSummary:
    """A data set as a whole; `findings` is None for one that is not checked file by file."""

    description: DataDescription
    instruments: tuple[InstrumentSummary, ...]
    rows: tuple[DataRows, ...]
    findings: tuple[DataFinding, ...] | None


def describe_data(
    request: DataRequest, services: Services, *, progress: Callable[[int, int], None] | None = None
) -> DataSummary:
    """Read all of a data set and say what is in it.

    Parameters
    ----------
    progress : callable or None
        Told events read and the time reached.

    Raises
    ------
    InputError
        A value cannot be used, or an irregularity is refused as asked.
    """
    return summarize(services.data.open(request), services.calendars, progress=progress)


def summarize(
    source: MarketDataSource,
    calendars: CalendarProvider,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> DataSummary:
    """The same of a source that is open."""
    description = source.describe()
    instruments = source.instruments()
    counts = {each.instrument_id: [0, 0, 0] for each in instruments}
    kinds: set[type] = set()
    done = 0
    for batch in source.batches(None, None):
        for event in batch:
            count = counts[event.instrument_id]
            if count[0] == 0:
                count[1] = event.ts_event
            count[0] += 1
            count[2] = event.ts_event
        kinds.update(map(type, batch))
        done += len(batch)
        if progress is not None and batch:
            progress(done, batch[-1].ts_event)
    summaries = []
    for instrument in instruments:
        events, first, last = counts[instrument.instrument_id]
        missing = None
        if events and description.bar_interval_ns == DAY_NS:
            calendar = calendars.calendar(instrument.calendar)
            missing = _sessions(calendar, first, last) - events
        summaries.append(InstrumentSummary(instrument, events, first, last, missing))
    rows = tuple(row for kind, row in _ROWS.items() if kind in kinds)
    return DataSummary(description, tuple(summaries), rows, _findings(source))


def _sessions(calendar: SessionCalendar, first: int, last: int) -> int:
    """Sessions that close from `first` to `last`, both included."""
    count, at = 0, first - 1
    while (session := calendar.session(at)) is not None and session.close_ns <= last:
        count += 1
        at = session.close_ns
    return count


def _findings(source: MarketDataSource) -> tuple[DataFinding, ...] | None:
    report = getattr(source, "report", None)
    if report is None:
        return None
    checked: CheckedSource = source  # type: ignore[assignment]  # It has the one method more.
    return checked.report().findings
