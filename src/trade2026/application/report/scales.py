"""Axes: round values to mark, readable dates, and the thinning of long curves to what a screen can show."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.primitives.time import DAY_NS, HOUR_NS, to_datetime, to_unix_ns

_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
_HOUR_STEPS = (1, 2, 3, 6, 12, 24, 48, 120, 168, 336)


def thin(ts_ns: IntArray, values: FloatArray, columns: int) -> IntArray:
    """Indexes that draw the same curve on a screen of `columns` pixels.

    Time is cut into `columns` equal parts; of each part its first and last, lowest and highest mark are kept,
    so no peak and no trough is lost. All indexes when there are at most four per column.
    """
    n = values.size
    if n <= 4 * columns:
        return np.arange(n, dtype=np.int64)
    edges = np.linspace(float(ts_ns[0]), float(ts_ns[-1]), columns + 1)[1:-1]
    bounds = np.unique(np.concatenate(([0], np.searchsorted(ts_ns.astype(np.float64), edges), [n])))
    kept: set[int] = {0, n - 1}
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        part = values[start:end]
        kept.update((start, end - 1, start + int(np.argmin(part)), start + int(np.argmax(part))))
    return np.array(sorted(kept), dtype=np.int64)


def value_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round values between low and high, about `count`, in steps of 1, 2 or 5 times a power of ten."""
    if not high > low:
        return [low]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between two positive bounds, only powers when there are many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [factor * 10.0**power for power in powers for factor in (1.0, 2.0, 5.0)]
    shown = [tick for tick in ticks if low <= tick <= high]
    return shown if len(shown) <= 7 else [tick for tick in shown if math.log10(tick) % 1.0 < 1e-9]


def time_ticks(start_ns: int, end_ns: int, count: int = 8) -> list[tuple[int, str]]:
    """Up to about `count` calendar instants within the span, each with a short UTC label."""
    span = end_ns - start_ns
    if span <= 0:
        return []
    if span >= 120 * DAY_NS:
        months = span / (30.4 * DAY_NS)
        step = next((s for s in _MONTH_STEPS if months / s <= count), _MONTH_STEPS[-1])
        return _month_ticks(start_ns, end_ns, step)
    hours = span / HOUR_NS
    step_hours = next((s for s in _HOUR_STEPS if hours / s <= count), _HOUR_STEPS[-1])
    step_ns = step_hours * HOUR_NS
    first = -(-start_ns // step_ns) * step_ns
    pattern = "%d %b" if step_hours >= 24 else ("%H:%M" if span < DAY_NS else "%d %b %H:%M")
    return [(ts, to_datetime(ts).strftime(pattern).lstrip("0")) for ts in range(first, end_ns + 1, step_ns)]


def _month_ticks(start_ns: int, end_ns: int, step: int) -> list[tuple[int, str]]:
    """First days of every `step`-th month, aligned to January."""
    start = to_datetime(start_ns) - timedelta(days=1)
    ticks: list[tuple[int, str]] = []
    month = (start.year * 12 + start.month - 1) // step * step
    while True:
        moment = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
        ts = to_unix_ns(moment)
        if ts > end_ns:
            return ticks
        if ts >= start_ns:
            ticks.append((ts, moment.strftime("%Y" if step >= 12 else "%b %Y")))
        month += step
