"""When a market is open."""

from typing import NamedTuple, Protocol

from trade2026.primitives.time import UnixNanos


class Session(NamedTuple):
    """One trading session [open, close), UTC nanoseconds."""

    open_ns: UnixNanos
    close_ns: UnixNanos


class SessionCalendar(Protocol):
    """The sessions of one market."""

    @property
    def name(self) -> str:
        """As an instrument names it: "XNYS", "24/7"."""
        ...

    @property
    def sessions_per_year(self) -> int:
        """Periods that annualize daily figures: 252 for exchanges, 365 for "24/7"."""
        ...

    def session(self, ts: UnixNanos) -> Session | None:
        """The session that contains `ts`, else the next one; None beyond the calendar's last.

        The close is not part of a session: at the very close the answer is the next session.
        """
        ...


class CalendarProvider(Protocol):
    """Finds calendars by name."""

    def calendar(self, name: str) -> SessionCalendar:
        """The calendar of that name; raises InputError naming the choices when there is none."""
        ...
