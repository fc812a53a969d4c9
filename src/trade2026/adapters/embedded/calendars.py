"""When markets are open: exchange sessions from tables, "24/7" and "24/5" from arithmetic.

The sessions of New York ship with the package, so that the main job does not pay for importing pandas
(1.7 s of CPU); every other exchange is asked of exchange_calendars the first time it is named.
"""

import warnings
from bisect import bisect_right
from datetime import date
from importlib import resources
from typing import Final, NamedTuple

from trade2026.ports.calendar import Session, SessionCalendar
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS, UnixNanos, format_ns

CONTINUOUS: Final = "24/7"
FX: Final = "24/5"
NEW_YORK: Final = "XNYS"
_NEW_YORK_NAMES: Final = ("XNYS", "XNAS", "NYSE", "NASDAQ", "BATS", "ARCX", "XASE", "OOTC")
_FIRST_DAY: Final = "1970-01-01"
_WEEK_NS: Final = 7 * DAY_NS
_FX_WEEK_OPEN_NS: Final = 3 * DAY_NS + 22 * HOUR_NS
"""Sunday 22:00 UTC, counted from the Thursday on which 1970 began."""


class TableCalendar:
    """The sessions of an exchange, from sorted tables of openings and closings.

    Queries that ascend in time cost a comparison each; others a bisection.

    Parameters
    ----------
    name : str
        As the instrument names it.
    opens, closes : list of int
        UTC nanoseconds, one pair a session, ascending, not overlapping; not empty.
    """

    def __init__(self, name: str, opens: list[UnixNanos], closes: list[UnixNanos]) -> None:
        assert len(opens) == len(closes) > 0, f"{name} needs as many openings as closings"
        assert all(o < c for o, c in zip(opens, closes, strict=True)), (
            f"{name}: a session closes before it opens"
        )
        assert all(c <= o for c, o in zip(closes, opens[1:], strict=False)), f"{name}: sessions overlap"
        self._name = name
        self._opens = opens
        self._closes = closes
        years = (closes[-1] - opens[0]) / (365.2425 * DAY_NS)
        self._per_year = round(len(opens) / years) if years >= 1 else 252
        self._start = opens[0] - opens[0] % DAY_NS
        # Every time in [_from, _until) has the answer _current.
        self._from = self._until = self._start
        self._current = Session(opens[0], closes[0])

    @property
    def name(self) -> str:
        """As an instrument names it."""
        return self._name

    @property
    def sessions_per_year(self) -> int:
        """Sessions of the table per year, rounded: 252 for New York."""
        return self._per_year

    @property
    def closes(self) -> list[UnixNanos]:
        """Closing times, ascending; not to be changed."""
        return self._closes

    def session(self, ts: UnixNanos) -> Session | None:
        """The session that contains `ts`, else the next one; None after the last close of the table.

        Raises InputError before the table's first day, where the next session is not known.
        """
        if self._from <= ts < self._until:
            return self._current
        if ts < self._start:
            raise InputError(
                f"time must not be before {format_ns(self._start)[:10]}, where calendar {self._name} starts, "
                f'was {format_ns(ts)}; use later data, or calendar "24/7"'
            )
        index = bisect_right(self._closes, ts)
        if index == len(self._closes):
            return None
        self._from = self._closes[index - 1] if index else self._start
        self._until = self._closes[index]
        self._current = Session(self._opens[index], self._closes[index])
        return self._current


class _Week(NamedTuple):
    """A market whose sessions follow one another within each week, by arithmetic."""

    name: str
    sessions_per_year: int
    first_open_ns: UnixNanos
    days: int


class WeeklyCalendar:
    """Sessions of one day each, `days` in a row from the same moment of every week.

    Parameters
    ----------
    name : str
        As the instrument names it.
    sessions_per_year : int
        Periods that annualize daily figures.
    first_open_ns : int
        An opening of the week's first session in the first week of 1970.
    days : int
        Sessions in a row; with 7 the market never closes.
    """

    def __init__(self, name: str, sessions_per_year: int, first_open_ns: UnixNanos, days: int) -> None:
        self._week = _Week(name, sessions_per_year, first_open_ns, days)
        self._from = self._until = first_open_ns
        self._current = Session(first_open_ns, first_open_ns + DAY_NS)

    @property
    def name(self) -> str:
        """As an instrument names it."""
        return self._week.name

    @property
    def sessions_per_year(self) -> int:
        """Periods that annualize daily figures."""
        return self._week.sessions_per_year

    def session(self, ts: UnixNanos) -> Session | None:
        """The session that contains `ts`, else the next one; None where it would not fit int64."""
        if self._from <= ts < self._until:
            return self._current
        since_open = (ts - self._week.first_open_ns) % _WEEK_NS
        week_open = ts - since_open
        day = since_open // DAY_NS
        if day < self._week.days:
            opening, begins = week_open + day * DAY_NS, week_open + day * DAY_NS
        else:  # The weekend belongs to the session after it.
            opening, begins = week_open + _WEEK_NS, week_open + self._week.days * DAY_NS
        closing = opening + DAY_NS
        if closing > INT64_MAX:
            return None
        self._from, self._until = begins, closing
        self._current = Session(opening, closing)
        return self._current


class Calendars:
    """Finds calendars by name: "24/7", "24/5", or what exchange_calendars knows; each is made once."""

    def __init__(self) -> None:
        self._made: dict[str, SessionCalendar] = {}

    def calendar(self, name: str) -> SessionCalendar:
        """The calendar of that name; raises InputError naming the choices when there is none."""
        if name not in self._made:
            self._made[name] = _make(name)
        return self._made[name]


def new_york(name: str = NEW_YORK) -> TableCalendar:
    """New York sessions from 1970 to 2030, from the table that ships with the package."""
    text = resources.files(__package__).joinpath("samples", "xnys_sessions.csv").read_text("ascii")
    epoch = date(1970, 1, 1).toordinal()
    clock = {f"{h:02}:{m:02}": h * HOUR_NS + m * MINUTE_NS for h in range(24) for m in range(60)}
    opens, closes = [], []
    for line in text.splitlines()[1:]:
        day, opening, closing = line.split(",")
        midnight = (date.fromisoformat(day).toordinal() - epoch) * DAY_NS
        opens.append(midnight + clock[opening])
        closes.append(midnight + clock[closing])
    return TableCalendar(name, opens, closes)


def _make(name: str) -> SessionCalendar:
    if name == CONTINUOUS:
        return WeeklyCalendar(name, 365, 0, 7)
    if name == FX:
        return WeeklyCalendar(name, 260, _FX_WEEK_OPEN_NS, 5)
    if name in _NEW_YORK_NAMES:
        return new_york(name)
    return _from_library(name)


def _from_library(name: str) -> TableCalendar:
    """Sessions from 1970, or as far back as the library can, to about a year ahead; breaks stay in."""
    import exchange_calendars
    from exchange_calendars.errors import InvalidCalendarName

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Between the library and pandas.
        try:
            calendar = exchange_calendars.get_calendar(name)
            bound = calendar.bound_min()
            first = _FIRST_DAY if bound is None else max(_FIRST_DAY, str(bound.date()))
            calendar = exchange_calendars.get_calendar(name, start=first)
        except InvalidCalendarName:
            known = sorted({CONTINUOUS, FX, *exchange_calendars.get_calendar_names(include_aliases=False)})
            raise InputError(f"calendar must be one of {', '.join(known)}, was {name!r}") from None
        except (ValueError, NotImplementedError) as error:  # Some break on some versions of pandas.
            reason = str(error)[:100]
            raise InputError(
                f"calendar must be one that exchange_calendars can build, was {name!r}: {reason}"
            ) from error
        opens, closes = (
            column.to_numpy("datetime64[ns]").astype("int64").tolist()
            for column in (calendar.opens, calendar.closes)
        )
    return TableCalendar(name, opens, closes)
