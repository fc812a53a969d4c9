"""Array types of the analytics layer, the checks every input passes, and what an undefined result is."""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from trade2026.primitives.errors import InputError

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

ROUNDING: Final = 16 * float(np.finfo(np.float64).eps)
"""Spread below which returns count as equal: a few roundings of a ratio close to one."""


@dataclass(frozen=True, slots=True)
class Undefined:
    """A statistic that does not exist for this input.

    Attributes
    ----------
    reason : str
        Why, as a clause a reader understands: "there are no closed round trips".
    """

    reason: str


Statistic: TypeAlias = float | Undefined


def check_series(name: str, values: FloatArray, *, size: int | None = None) -> None:
    """Raise InputError unless `values` is float64, 1-D, finite and, if asked, of `size` elements."""
    if values.ndim != 1 or values.dtype != np.float64:
        raise InputError(
            f"{name} must be a 1-D float64 array, was {values.ndim}-D {values.dtype}; convert it first"
        )
    if size is not None and values.size != size:
        raise InputError(f"{name} must have {size} elements, one per mark, had {values.size}")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise InputError(f"{name} must be finite, was {values[bad[0]]} at index {bad[0]}; remove or fill it")


def check_times(name: str, ts_ns: IntArray) -> None:
    """Raise InputError unless `ts_ns` is int64, 1-D, not empty and strictly increasing."""
    if ts_ns.ndim != 1 or ts_ns.dtype != np.int64:
        raise InputError(
            f"{name} must be a 1-D int64 array, was {ts_ns.ndim}-D {ts_ns.dtype}; convert it first"
        )
    if ts_ns.size == 0:
        raise InputError(f"{name} must not be empty; an equity curve has at least its opening mark")
    back = np.flatnonzero(ts_ns[1:] <= ts_ns[:-1])
    if back.size:
        index = int(back[0]) + 1
        raise InputError(
            f"{name} must be strictly increasing, was {ts_ns[index]} after {ts_ns[index - 1]} at {index}"
        )


def check_not_negative(name: str, values: FloatArray) -> None:
    """Raise InputError unless `values` is a finite 1-D series without a negative element."""
    check_series(name, values)
    below = np.flatnonzero(values < 0.0)
    if below.size:
        raise InputError(f"{name} must not be negative, was {values[below[0]]} at index {below[0]}")


def is_constant(values: FloatArray) -> bool:
    """Whether all values are equal but for the rounding of the division that made them returns."""
    return float(np.ptp(values)) <= ROUNDING * max(1.0, 1.0 + float(np.abs(values).max()))
