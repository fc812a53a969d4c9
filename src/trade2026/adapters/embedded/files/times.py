"""Columns of times as UTC nanoseconds: ISO texts, integers in any unit, dates, and Parquet's own types."""

import re
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trade2026.adapters.embedded.files.faults import CellFault
from trade2026.adapters.embedded.files.options import Spelling, as_argument
from trade2026.primitives.fixed_point import INT64_MAX, parse_raw
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, date_to_unix_ns

Nanos = npt.NDArray[np.int64]

UNITS: Final = {"s": SECOND_NS, "ms": 10**6, "us": 10**3, "ns": 1}
_ISO: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:([ T])(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_INTEGER: Final = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DECIMAL_SECONDS: Final = re.compile(r"\d{9,10}\.\d{1,9}", re.ASCII)
_YEARS: Final = ("1678", "2262")
"""Years that fit int64 nanoseconds as a whole; a cast beyond them would wrap."""
_MUST: Final = "be an ISO time such as 2021-01-08T00:00:00Z, or an integer since 1970"


class TimeReader:
    """Reads the time column of one file, frame by frame; the first value settles form and unit.

    Parameters
    ----------
    unit : str or None
        Unit of integers as the user states it; None to tell from the magnitude of the first.
    naive : str
        "utc" reads a time without zone as UTC, "refuse" refuses it.
    spell : Spelling
        How remedies spell the options behind `unit` and `naive`.

    Attributes
    ----------
    saw_naive : bool
        Whether a time without zone was read.
    dates_only : bool
        Whether every time so far was a date without a time of day.
    """

    def __init__(self, unit: str | None, naive: str, spell: Spelling = as_argument) -> None:
        self.unit = unit
        self.unit_inferred = False
        self.saw_naive = False
        self.dates_only = True
        self._naive = naive
        self._unit_remedy = f"state {spell('timestamp_unit', '')}"
        self._naive_remedy = f"append Z for UTC, or state {spell('naive_times', 'utc')}"
        self._memo: dict[str, int] = {}

    def read(self, column: pl.Series) -> tuple[Nanos, CellFault | None]:
        """Nanoseconds of a column, and the first cell that has none; rows from there on are meaningless."""
        if column.null_count():
            known = column[: int(np.argmax(column.is_null().to_numpy()))]
            times, fault = self.read(known) if len(known) else (np.zeros(0, np.int64), None)
            return times, fault or CellFault(len(known), _MUST, "", "the cell is empty")
        if column.dtype in (pl.Date, pl.Datetime):
            return self._from_datetimes(column)
        if column.dtype.is_integer():
            self.dates_only = False
            return self._from_integers(column)
        if not isinstance(column.dtype, pl.String | pl.Categorical | pl.Enum):
            return np.zeros(0, np.int64), CellFault(0, _MUST, column[0], f"its type is {column.dtype}")
        texts = column.cast(pl.String)
        if _INTEGER.fullmatch(texts[0].strip()):
            self.dates_only = False
            numbers = texts.cast(pl.Int64, strict=False)
            if numbers.null_count():
                index = int(np.argmax(numbers.is_null().to_numpy()))
                return np.zeros(0, np.int64), CellFault(index, "be an integer as above it", texts[index])
            return self._from_integers(numbers)
        return self._from_texts(texts)

    def _from_integers(self, column: pl.Series) -> tuple[Nanos, CellFault | None]:
        values = column.cast(pl.Int64, strict=False).fill_null(INT64_MAX).to_numpy()
        if self.unit is None:
            self.unit = _unit_of(int(values[0]))
            self.unit_inferred = True
            if self.unit is None:
                remedy = f"{self._unit_remedy}, or write dates as YYYY-MM-DD"
                return values, CellFault(0, "be a time since 1970 in s, ms, us or ns", int(values[0]), remedy)
        factor = UNITS[self.unit]
        limit = INT64_MAX // factor
        bad = np.abs(values) > limit
        if self.unit_inferred:  # Another magnitude is another unit, or no time.
            bad |= np.abs(values) >= 100_000_000_000 * (SECOND_NS // factor)
            bad |= np.abs(values) < 100_000_000 * (SECOND_NS // factor)
        if bad.any():
            index = int(np.argmax(bad))
            must = f"be a time in {self.unit} since 1970 within int64 nanoseconds"
            return values, CellFault(index, must, int(values[index]), self._unit_remedy)
        return values * factor, None

    def _from_datetimes(self, column: pl.Series) -> tuple[Nanos, CellFault | None]:
        if isinstance(column.dtype, pl.Date):
            factor, zone = DAY_NS, "UTC"
        else:
            assert isinstance(column.dtype, pl.Datetime)
            self.dates_only = False
            factor, zone = UNITS[column.dtype.time_unit], column.dtype.time_zone or ""
        if not zone:
            self.saw_naive = True
            if self._naive == "refuse":
                fault = CellFault(0, "carry a time zone", str(column[0]), self._naive_remedy)
                return np.zeros(0, np.int64), fault
        values = column.to_physical().cast(pl.Int64).to_numpy()
        bad = np.abs(values) > INT64_MAX // factor
        if bad.any():
            index = int(np.argmax(bad))
            return values, CellFault(index, "lie within int64 nanoseconds (1678 to 2261)", str(column[index]))
        return values * factor, None

    def _from_texts(self, texts: pl.Series) -> tuple[Nanos, CellFault | None]:
        lengths = texts.str.len_bytes()
        distinct = lengths.unique()
        if len(distinct) == 1:
            times, slow = self._vectorized(texts)
        else:  # Fractions of a second may be left out where they are zero.
            times, slow = np.zeros(len(texts), np.int64), np.ones(len(texts), np.bool_)
            for length in distinct.to_list():
                rows = (lengths == length).arg_true().to_numpy()
                times[rows], slow[rows] = self._vectorized(texts.gather(rows))
        for index in np.flatnonzero(slow).tolist():
            text = texts[index]
            if text not in self._memo:
                found = self._parse(text)
                if isinstance(found, CellFault):
                    return times, CellFault(index, found.must, text, found.remedy)
                if len(self._memo) > 100_000:
                    self._memo.clear()
                self._memo[text] = found
            times[index] = self._memo[text]
        return times, None

    def _vectorized(self, texts: pl.Series) -> tuple[Nanos, npt.NDArray[np.bool_]]:
        """Times of texts of one length, by the format and zone of the first, and the rows left unread."""
        everything = np.ones(len(texts), np.bool_)
        match = _ISO.fullmatch(texts[0])
        if match is None or (self._naive == "refuse" and match[2] is not None and match[7] is None):
            return np.zeros(len(texts), np.int64), everything  # Read one by one, which tells the row.
        if match[2] is None:
            parsed = texts.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int64) * DAY_NS
        else:
            parsed = texts.str.to_datetime(_pattern(match), time_unit="ns", strict=False).to_physical()
        # A second of 60 would pass as the next minute, years beyond int64 would wrap.
        doubtful = parsed.is_null() | texts.str.contains(":60")
        low, high = texts.min(), texts.max()
        assert isinstance(low, str)
        assert isinstance(high, str)
        if low < _YEARS[0] or high >= _YEARS[1]:
            doubtful |= (texts < _YEARS[0]) | (texts >= _YEARS[1])
        slow = doubtful.to_numpy()
        if not slow.all():
            self.dates_only &= match[2] is None
            self.saw_naive |= match[2] is not None and match[7] is None
        return parsed.fill_null(0).to_numpy(writable=True) - _offset_ns(match[7]), slow

    def _parse(self, text: str) -> int | CellFault:
        """One text, exactly; `index` and `value` of a fault are left to the caller."""
        if _DECIMAL_SECONDS.fullmatch(text):
            self.dates_only = False
            return parse_raw(text, "time")
        match = _ISO.fullmatch(text)
        if match is None:
            return CellFault(0, _MUST, text)
        day, separator, hour, minute, second, fraction, zone = match.groups()
        try:
            ns = date_to_unix_ns(date.fromisoformat(day))
        except ValueError:
            return CellFault(0, "name a day of the calendar", text)
        if separator is not None:
            self.dates_only = False
            if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
                return CellFault(0, "name a time of day from 00:00:00 to 23:59:59", text)
            ns += int(hour) * HOUR_NS + int(minute) * MINUTE_NS
            ns += int(second or 0) * SECOND_NS + (parse_raw("0" + fraction, "time") if fraction else 0)
            if zone is None:
                self.saw_naive = True
                if self._naive == "refuse":
                    return CellFault(0, "carry a time zone", text, self._naive_remedy)
            ns -= _offset_ns(zone)
        if abs(ns) > INT64_MAX:
            return CellFault(0, "lie within int64 nanoseconds (1678 to 2261)", text)
        return ns


def _unit_of(value: int) -> str | None:
    """Unit by magnitude: seconds from 1973 to 5138, and the same span in the finer units."""
    for unit, factor in UNITS.items():
        scale = SECOND_NS // factor
        if 100_000_000 * scale <= abs(value) < 100_000_000_000 * scale:
            return unit
    return None


def _offset_ns(zone: str | None) -> int:
    """How far a zone such as "+05:30" is ahead of UTC; 0 for "Z" and none."""
    if zone is None or zone == "Z":
        return 0
    sign = 1 if zone[0] == "+" else -1
    return sign * (int(zone[1:3]) * HOUR_NS + int(zone[-2:]) * MINUTE_NS)


def _pattern(match: re.Match[str]) -> str:
    """The format of a matched ISO text; fractions of 3, 6 and 9 digits have the fast specifiers."""
    _, separator, _, _, second, fraction, zone = match.groups()
    if separator is None:
        return "%Y-%m-%d"
    pattern = f"%Y-%m-%d{separator}%H:%M" + (":%S" if second else "")
    if fraction:
        digits = len(fraction) - 1
        pattern += f".%{digits}f" if digits in (3, 6, 9) else "%.f"
    return pattern + (zone or "")
