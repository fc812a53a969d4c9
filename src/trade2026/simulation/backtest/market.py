"""What is known of the market at each moment of a run: last prices, bars kept, sessions."""

from collections.abc import Mapping, Sequence

from trade2026.model.instrument import Instrument
from trade2026.model.market_data import Bar
from trade2026.ports.calendar import CalendarProvider, SessionCalendar
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS


class Sessions:
    """The current or next session of each calendar, looked up again only when it is over.

    Bars longer than a day show nothing of the sessions inside them: there a session lasts until the next
    bar is over, or no order for the day could ever fill, and each bar is a period of the equity curve.
    """

    def __init__(
        self, instruments: Mapping[str, Instrument], calendars: CalendarProvider, bar_interval_ns: int
    ) -> None:
        self._long_bar_ns = bar_interval_ns if bar_interval_ns > DAY_NS else 0
        by_name: dict[str, _Current] = {}
        self._by_instrument: dict[str, _Current] = {}
        for instrument_id, instrument in instruments.items():
            name = instrument.calendar
            if name not in by_name:
                by_name[name] = _Current(calendars.calendar(name))
            self._by_instrument[instrument_id] = by_name[name]
        self._busiest = max(
            (by_name[name] for name in sorted(by_name)), key=lambda each: each.calendar.sessions_per_year
        )

    def knows(self, instrument_id: str) -> bool:
        """Whether the instrument is one of those it was made for."""
        return instrument_id in self._by_instrument

    def bounds(self, instrument_id: str, now: int) -> tuple[int, int]:
        """[open, close) of the session that contains `now`, else of the next; (0, 0) beyond the last."""
        current = self._by_instrument[instrument_id]
        if now >= current.bounds[1]:
            current.look_up(now)
        if self._long_bar_ns and current.bounds[1]:
            return current.bounds[0], max(current.bounds[1], now + self._long_bar_ns * 3 // 2)
        return current.bounds

    @property
    def bars_are_periods(self) -> bool:
        """Whether bars are longer than a day."""
        return self._long_bar_ns != 0

    def end_of_period(self, ts: int) -> int:
        """Until when equity is not struck again, after an event at `ts`.

        The close of the calendar with most sessions, whose days hold those of the others: an event stamped
        with the very close belongs to the session, and beyond the last each time is a period. Of long bars
        half a bar later, so that bars of several instruments that end some days apart are one period.
        """
        if self._long_bar_ns:
            return ts + self._long_bar_ns // 2
        current = self._busiest
        if ts > current.bounds[1]:
            current.look_up(ts - 1)
        return current.bounds[1] or ts


class _Current:
    __slots__ = ("bounds", "calendar")

    def __init__(self, calendar: SessionCalendar) -> None:
        self.calendar = calendar
        self.bounds: tuple[int, int] = (0, 0)

    def look_up(self, now: int) -> None:
        session = self.calendar.session(now)
        self.bounds = (0, 0) if session is None else (session.open_ns, session.close_ns)


class History:
    """The last bars of each instrument; at least `length` of them are kept."""

    __slots__ = ("_bars", "_length")

    def __init__(self, instrument_ids: Sequence[str], length: int) -> None:
        if type(length) is not int or length < 0:
            raise InputError(f"history_length must be a whole number of bars, zero or more, was {length!r}")
        self._length = length
        self._bars: dict[str, list[Bar]] = {instrument_id: [] for instrument_id in instrument_ids}

    def append(self, bar: Bar) -> None:
        """Keep a bar, and forget the oldest ones a batch at a time."""
        bars = self._bars[bar.instrument_id]
        bars.append(bar)
        if len(bars) >= 2 * self._length + 1_024:
            del bars[: len(bars) - self._length]

    def last(self, instrument_id: str, count: int) -> Sequence[Bar]:
        """The last `count` bars, oldest first; InputError for an unknown instrument or more than are kept."""
        bars = self._bars.get(instrument_id)
        if bars is None:
            raise InputError(f"instrument_id must be one of the run's, was {instrument_id!r}")
        if not 0 < count <= self._length:
            raise InputError(
                f"count must be between 1 and the strategy's history_length {self._length}, was {count}"
            )
        return bars[-count:]
