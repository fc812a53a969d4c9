"""Daily bars carry a date; they are known when that day's session closes, not at midnight."""

from typing import NoReturn

import numpy as np

from trade2026.adapters.embedded.files.faults import Place
from trade2026.adapters.embedded.files.header import TIME, Layout
from trade2026.adapters.embedded.files.options import FileOptions
from trade2026.adapters.embedded.files.rows import Columns
from trade2026.model.instrument import Instrument
from trade2026.ports.calendar import CalendarProvider
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, format_ns


class DailyTimes:
    """Replaces the dates of daily bars by the closes of the sessions they name.

    The first frame decides: its times are dates (or all midnight, where times mark the open) and the usual
    distance is one day. Bars of a week or a month are left alone.

    Attributes
    ----------
    active : bool
        Whether the file has daily bars.
    """

    def __init__(
        self, place: Place, layout: Layout, options: FileOptions, instruments: tuple[Instrument, ...],
        calendars: CalendarProvider,
    ) -> None:  # fmt: skip
        self.active = False
        self._decided = False
        self._place = place
        self._column = layout.columns.get(TIME, TIME)
        self._options = options
        self._calendars = calendars
        self._names = [instrument.calendar for instrument in instruments]
        self._closes: dict[str, dict[int, int]] = {name: {} for name in self._names}

    def apply(self, columns: Columns, dates_only: bool) -> None:
        """Replace "ts" when the file has daily bars; raises InputError for a day without session."""
        times = columns["ts"]
        midnight = times % DAY_NS == 0
        if not self._decided:
            self._decided = True
            dated = dates_only or (bool(midnight.all()) and self._options.timestamp_marks == "open")
            self.active = dated and self._steps_of_a_day(columns, dates_only)
        if not self.active:
            return
        if not midnight.all():
            index = int(np.argmin(midnight))
            self._refuse(columns, index, "be a date like those above", "write the time of day in every row")
        closes = np.empty_like(times)
        for name in sorted(set(self._names)):
            ranks = [rank for rank, other in enumerate(self._names) if other == name]
            mine = np.isin(columns["rank"], ranks) if len(self._names) > 1 else np.ones(len(times), np.bool_)
            days, inverse = np.unique(times[mine], return_inverse=True)
            found = np.array([self._close(name, day) for day in days.tolist()], np.int64)
            if (found < 0).any():
                index = int(np.flatnonzero(mine)[np.argmax((found < 0)[inverse])])
                self._refuse(columns, index, f"be a trading day of {name}", "state another calendar")
            closes[mine] = found[inverse]
        columns["ts"] = closes

    def _steps_of_a_day(self, columns: Columns, dates_only: bool) -> bool:
        if self._options.bar_interval_ns is not None:
            return self._options.bar_interval_ns == DAY_NS
        days = np.unique(columns["ts"])
        if len(days) < 2:
            return dates_only  # One bar at midnight may have any length.
        steps, counts = np.unique(np.diff(days), return_counts=True)
        return int(steps[np.argmax(counts)]) == DAY_NS

    def _close(self, name: str, day: int) -> int:
        """Close of the session of a date, -1 when there is none."""
        known = self._closes[name]
        if day not in known:
            try:
                session = self._calendars.calendar(name).session(day)
            except InputError as error:
                raise InputError(f"{self._place.file}: {error}") from error
            inside = session is not None and session.close_ns <= day + DAY_NS
            known[day] = session.close_ns if session is not None and inside else -1
        return known[day]

    def _refuse(self, columns: Columns, index: int, must: str, remedy: str) -> NoReturn:
        told = format_ns(int(columns["ts"][index]))
        self._place.refuse(int(columns["line"][index]), self._column, must, told, remedy)
