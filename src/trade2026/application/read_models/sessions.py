"""Which price closed the session before, and whether a newer one should have come by now."""

from trade2026.ports.calendar import CalendarProvider, Session, SessionCalendar
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, MINUTE_NS


class Latest:
    """The latest of one instrument; raw integers, times in UTC nanoseconds.

    `ts` is of the price, `quote_ts` of the last quote; None before the first.
    """

    __slots__ = ("ask", "bid", "previous_close", "price", "quote_ts", "session_close", "ts")

    def __init__(self) -> None:
        self.price = 0
        self.ts = 0
        self.previous_close: int | None = None
        self.session_close = 0
        self.bid: int | None = None
        self.ask: int | None = None
        self.quote_ts: int | None = None


class Sessions:
    """Sessions of the instruments' markets; days in UTC where a calendar knows none."""

    def __init__(self, calendars: CalendarProvider) -> None:
        self._calendars = calendars
        self._by_name: dict[str, SessionCalendar] = {}
        self._by_instrument: dict[str, str] = {}
        self._last: dict[str, Session] = {}

    def register(self, instrument_id: str, calendar: str) -> None:
        """The instrument trades by this calendar."""
        if calendar not in self._by_name:
            self._by_name[calendar] = self._calendars.calendar(calendar)
        self._by_instrument[instrument_id] = calendar

    def _session(self, instrument_id: str, ts: int) -> Session:
        """The session that contains `ts`, else the next one."""
        name = self._by_instrument.get(instrument_id, "")
        known = self._last.get(name)
        if known is not None and known.open_ns <= ts < known.close_ns:
            return known
        found = None
        calendar = self._by_name.get(name)
        if calendar is not None:
            try:
                found = calendar.session(ts)
            except InputError:  # Before the calendar's first.
                found = None
        if found is None:
            start = ts // DAY_NS * DAY_NS
            found = Session(start, start + DAY_NS)
        self._last[name] = found
        return found

    def move(self, instrument_id: str, latest: Latest, price: int, ts: int) -> None:
        """A new price. A bar that ends with its session belongs to it, so a close is inside."""
        if ts > latest.session_close:
            if latest.ts:
                latest.previous_close = latest.price
            latest.session_close = self._session(instrument_id, ts - 1).close_ns
        latest.price, latest.ts = price, ts

    def is_late(self, instrument_id: str, latest: Latest, now: int, interval_ns: int) -> bool:
        """Whether a price newer than the latest is overdue at `now`.

        Daily prices are due at the close of the next session, others within ten intervals, five minutes at
        least, while the market is open.
        """
        if interval_ns >= DAY_NS:
            return now > self._session(instrument_id, latest.session_close).close_ns
        grace = max(10 * interval_ns, 5 * MINUTE_NS)
        if now <= latest.ts + grace:
            return False
        if latest.ts + grace < latest.session_close:
            return True
        return now > self._session(instrument_id, latest.session_close).open_ns + grace
