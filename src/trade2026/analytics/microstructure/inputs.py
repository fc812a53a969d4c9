"""Checks that every measure makes of its arrays, and the joins of trades to quotes by time.

Integers and floats are both taken, and computed in float64. Nothing is repaired: what is not finite, not in
order or of another size raises InputError.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.primitives.errors import InputError

Numbers: TypeAlias = npt.NDArray[np.float64] | npt.NDArray[np.int64]


def floats(name: str, values: Numbers, *, size: int | None = None) -> FloatArray:
    """The values as float64, shape (n,); raises InputError unless they are numbers, 1-D, finite and `size`
    long."""
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise InputError(
            f"{name} must be a 1-D array of numbers, was {array.ndim}-D {array.dtype}; convert it"
        )
    if size is not None and array.size != size:
        raise InputError(f"{name} must have {size} elements, had {array.size}; give one for each time")
    result: FloatArray = array.astype(np.float64, copy=False)
    bad = np.flatnonzero(~np.isfinite(result))
    if bad.size:
        raise InputError(f"{name} must be finite, was {result[bad[0]]} at index {bad[0]}; remove or fill it")
    return result


def positive(name: str, values: Numbers, *, size: int | None = None) -> FloatArray:
    """As `floats`, and every value above zero."""
    result = floats(name, values, size=size)
    bad = np.flatnonzero(result <= 0.0)
    if bad.size:
        raise InputError(f"{name} must be above zero, was {result[bad[0]]} at index {bad[0]}; remove it")
    return result


def not_negative(name: str, values: Numbers, *, size: int | None = None) -> FloatArray:
    """As `floats`, and no value below zero."""
    result = floats(name, values, size=size)
    bad = np.flatnonzero(result < 0.0)
    if bad.size:
        raise InputError(f"{name} must not be negative, was {result[bad[0]]} at index {bad[0]}; remove it")
    return result


def times(name: str, ts_ns: IntArray, *, size: int | None = None) -> IntArray:
    """Times as int64, shape (n,), never running backwards; equal times are allowed, their order is the
    array's."""
    array = np.asarray(ts_ns)
    if array.ndim != 1 or array.dtype != np.int64:
        raise InputError(
            f"{name} must be a 1-D int64 array of UTC nanoseconds, was {array.ndim}-D {array.dtype}"
        )
    if size is not None and array.size != size:
        raise InputError(f"{name} must have {size} elements, had {array.size}")
    back = np.flatnonzero(array[1:] < array[:-1])
    if back.size:
        at = int(back[0]) + 1
        raise InputError(
            f"{name} must not run backwards, was {array[at]} after {array[at - 1]} at {at}; sort it"
        )
    return array


def trade_signs(name: str, values: npt.NDArray[np.generic], *, size: int | None = None) -> FloatArray:
    """Signs as float64: +1 buyer-initiated, -1 seller-initiated, 0 unknown; raises InputError on anything
    else."""
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iuf" or (size is not None and array.size != size):
        raise InputError(f"{name} must be {size} numbers, was {array.shape} {array.dtype}; give one a trade")
    bad = np.flatnonzero((array != 1) & (array != -1) & (array != 0))
    if bad.size:
        raise InputError(f"{name} must be +1, -1 or 0, was {array[bad[0]]} at index {bad[0]}; map it first")
    result: FloatArray = array.astype(np.float64)
    return result


def quote_sides(bid: Numbers, ask: Numbers, *, size: int) -> tuple[FloatArray, FloatArray]:
    """Bid and ask as float64; NaN is an empty side, and a bid above its ask raises InputError."""
    sides: list[FloatArray] = []
    for name, values in (("bid", bid), ("ask", ask)):
        array = np.asarray(values)
        if array.ndim != 1 or array.dtype.kind not in "iuf" or array.size != size:
            raise InputError(
                f"{name} must be {size} numbers, was {array.shape} {array.dtype}; give one a quote"
            )
        sides.append(array.astype(np.float64))
        if np.isinf(sides[-1]).any():
            raise InputError(f"{name} must not be infinite; write an empty side as NaN")
    crossed = np.flatnonzero(sides[0] > sides[1])
    if crossed.size:
        at = int(crossed[0])
        raise InputError(
            f"bid must not be above ask, was {sides[0][at]} above {sides[1][at]} at {at}; remove it"
        )
    return sides[0], sides[1]


def holding_times(ts_ns: IntArray, end_ns: int | None) -> FloatArray:
    """Nanoseconds for which each quote held, shape (n,): until the next, the last until `end_ns`.

    Without `end_ns` the last quote has no weight, since nothing says how long it held. Raises InputError
    where `end_ns` is before the last quote, or where no quote held for any time.
    """
    last = int(ts_ns[-1]) if ts_ns.size else 0
    end = last if end_ns is None else end_ns
    if end < last:
        raise InputError(f"end_ns must not be before the last quote, was {end} before {last}")
    held: FloatArray = np.diff(ts_ns, append=np.int64(end)).astype(np.float64)
    if not held.sum() > 0.0:
        raise InputError(f"quotes must hold for some time, {ts_ns.size} held for none; give end_ns")
    return held


def as_of(ts_ns: IntArray, at_ns: IntArray, *, strict: bool = False) -> IntArray:
    """Index of the last time at or before each instant (before it, where strict), -1 where there is none."""
    found = np.searchsorted(ts_ns, at_ns, side="left" if strict else "right")
    result: IntArray = found.astype(np.int64) - 1
    return result


def taken_at(values: FloatArray, index: IntArray) -> FloatArray:
    """values[index], NaN where the index is -1."""
    if values.size == 0:
        return np.full(index.size, np.nan)
    result: FloatArray = np.where(index >= 0, values[index], np.nan)
    return result


def mids_before(quote_ns: IntArray, mids: FloatArray, at_ns: IntArray) -> FloatArray:
    """Mid strictly before each instant, NaN without one: a trade must not be measured on the quote it
    left."""
    return taken_at(mids, as_of(quote_ns, at_ns, strict=True))


def mids_by(quote_ns: IntArray, mids: FloatArray, at_ns: IntArray) -> FloatArray:
    """Mid at or before each instant; NaN after the last quote, since what held there is not known."""
    found = taken_at(mids, as_of(quote_ns, at_ns))
    if quote_ns.size:
        found[at_ns > quote_ns[-1]] = np.nan
    return found


def grid(first_ns: int, last_ns: int, interval_ns: int) -> IntArray:
    """Multiples of an interval within [first, last], so that two series meet on one grid."""
    if interval_ns <= 0:
        raise InputError(f"interval_ns must be above zero, was {interval_ns}; 1_000_000_000 is a second")
    start = -(-first_ns // interval_ns)
    return np.arange(start, last_ns // interval_ns + 1, dtype=np.int64) * interval_ns


def log_returns(prices: FloatArray) -> FloatArray:
    """Log returns ln p[t] - ln p[t-1], shape (n - 1,); prices above zero."""
    result: FloatArray = np.diff(np.log(prices))
    return result
