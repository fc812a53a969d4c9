"""Distances between returns that are finer than a day: which data has them, how many make a year, pauses.

A minute and an hour are those of UTC, by their number since 1970. What was made at the very end of one
belongs to it, as what was made at midnight belongs to the day before.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from trade2026.application.analyses.requests import Frequency
from trade2026.model.instrument import Instrument
from trade2026.ports.calendar import CalendarProvider, Session, SessionCalendar
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS, UnixNanos, format_ns

LENGTHS_NS: Final = {Frequency.MINUTE: MINUTE_NS, Frequency.HOUR: HOUR_NS}
"""Of the frequencies that are finer than a day."""
_BARS_NS: Final = {**LENGTHS_NS, Frequency.DAY: DAY_NS, Frequency.WEEK: 7 * DAY_NS}
"""The longest bars whose closes make returns of a frequency; those of a month take any."""
_LOOK_BACK_NS: Final = 8 * DAY_NS
"""Over these days an exchange has a session of the usual length."""


class Pause(NamedTuple):
    """A time within sessions in which no asset has a price, UTC nanoseconds."""

    begin_ns: UnixNanos
    end_ns: UnixNanos


def frequencies_of(bar_interval_ns: int) -> tuple[Frequency, ...]:
    """The frequencies that data can have returns of, the finest first; 0 for data of trades."""
    return tuple(each for each in Frequency if bar_interval_ns <= _BARS_NS.get(each, bar_interval_ns))


def check_frequency(frequency: Frequency, bar_interval_ns: int, data: str) -> None:
    """Raise InputError for one that is finer than the bars of the data: annual figures would be wrong."""
    possible = frequencies_of(bar_interval_ns)
    if frequency not in possible:
        raise InputError(
            f"frequency must be {' or '.join(possible)} for {data}, whose prices are further apart than a "
            f"{frequency.value}, was {frequency.value}"
        )


def busiest(instruments: Iterable[Instrument], calendars: CalendarProvider) -> SessionCalendar:
    """The calendar of these instruments that has the most sessions a year."""
    found = [calendars.calendar(name) for name in sorted({each.calendar for each in instruments})]
    return max(found, key=lambda each: each.sessions_per_year)


def periods_in_year(frequency: Frequency, calendar: SessionCalendar, last_ns: UnixNanos) -> float:
    """Minutes or hours of a year's sessions: of the longest of the week before `last_ns`, in every session.

    An hour that a session covers in part counts whole, for it has a return: New York has seven a session.
    """
    length = LENGTHS_NS[frequency]
    counts = [
        (session.close_ns - 1) // length - session.open_ns // length + 1
        for session in _sessions(calendar, last_ns - _LOOK_BACK_NS, last_ns)
    ]
    if not counts:
        raise InputError(
            f"prices must be within the calendar {calendar.name}, the last is of {format_ns(last_ns)} and it "
            "ends before; choose frequency=day"
        )
    return float(calendar.sessions_per_year * max(counts))


def find_pauses(periods: Iterable[int], frequency: Frequency, calendar: SessionCalendar) -> list[Pause]:
    """Where a period that is the next of `periods`, rising, does not follow though the market was open.

    Nights, weekends and holidays of the calendar are no pauses.
    """
    length = LENGTHS_NS[frequency]
    found = []
    for before, after in pairwise(periods):
        if after - before == 1:
            continue
        begin, end = (before + 1) * length, after * length
        session = calendar.session(begin)
        if session is not None and max(begin, session.open_ns) < min(end, session.close_ns):
            found.append(Pause(begin, end))
    return found


def _sessions(calendar: SessionCalendar, start_ns: UnixNanos, end_ns: UnixNanos) -> Iterator[Session]:
    """The session at or after `start_ns`, and those after it that open up to `end_ns`."""
    session = calendar.session(start_ns)
    while session is not None:
        yield session
        session = calendar.session(session.close_ns)
        if session is not None and session.open_ns > end_ns:
            return
