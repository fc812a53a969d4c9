"""Numbers and instants as a reader expects them; the only place where fractions become percent."""

import math
from collections.abc import Iterable

from trade2026.analytics.arrays import IntArray
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, to_datetime

NOT_DEFINED = "n/a"


def percent(value: float | None, digits: int = 2) -> str:
    """A fraction as percent: 0.0123 is "1.23%"."""
    return NOT_DEFINED if value is None else f"{_no_minus_zero(value * 100.0, digits):,.{digits}f}%"


def number(value: float | None, digits: int = 2) -> str:
    """A plain number with thousands separators."""
    return NOT_DEFINED if value is None else f"{_no_minus_zero(value, digits):,.{digits}f}"


def money(value: float | None, currency: str) -> str:
    """Money to two decimals with its currency: "1,234.50 USD"."""
    return NOT_DEFINED if value is None else f"{number(value)} {currency}".rstrip()


def basis_points(value: float | None) -> str:
    """A fraction in basis points: 0.0005 is "5.00 bps"."""
    return NOT_DEFINED if value is None else f"{number(value * 10_000.0)} bps"


def instant(ts_ns: int, *, with_time: bool) -> str:
    """An instant in UTC: "2020-03-23", with time "2020-03-23 14:05" (and seconds when there are any)."""
    moment = to_datetime(ts_ns)
    if not with_time:
        return moment.strftime("%Y-%m-%d")
    return moment.strftime("%Y-%m-%d %H:%M:%S" if moment.second else "%Y-%m-%d %H:%M")


def is_intraday(ts_ns: IntArray) -> bool:
    """Whether marks are so dense (less than 20 hours apart on average) that their time of day matters."""
    span = int(ts_ns[-1]) - int(ts_ns[0])
    return ts_ns.size > 1 and span / (ts_ns.size - 1) < 20 * HOUR_NS


def duration(span_ns: int) -> str:
    """A span in words: "33.0 years", "45 days", "6.5 hours", "12.0 minutes", "46 seconds"."""
    days = span_ns / DAY_NS
    if days >= 365.25:
        return f"{days / 365.25:.1f} years"
    if days >= 2.0:
        return f"{days:.0f} days"
    if span_ns >= HOUR_NS:
        return f"{span_ns / HOUR_NS:.1f} hours"
    if span_ns >= 2 * MINUTE_NS:
        return f"{span_ns / MINUTE_NS:.1f} minutes"
    return f"{span_ns / SECOND_NS:.0f} seconds"


def counted(count: int, what: str) -> str:
    """A count with its noun: "1 period", "8,313 periods"."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def shares_days(times_ns: Iterable[int]) -> bool:
    """Whether two different times fall on one UTC day, so that a date alone does not tell them apart."""
    distinct = sorted(set(times_ns))
    return len({ts // DAY_NS for ts in distinct}) < len(distinct)


def compact(value: float) -> str:
    """A number for an axis: 1,500,000 is "1.5M"."""
    for limit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.4g}{letter}"
    return f"{value:.4g}"


def _no_minus_zero(value: float, digits: int) -> float:
    """Zero when the value would print as "-0.00"."""
    return (
        0.0 if math.isclose(value, 0.0, abs_tol=0.5 * 10.0**-digits) and round(value, digits) == 0 else value
    )
