"""How far and how long an equity curve stood below its earlier peak."""

from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import FloatArray, check_series
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest decline from a peak.

    Attributes
    ----------
    depth : float
        Positive fraction of the peak that was lost; 0.2 is a fall of 20 percent, above 1 is a debt.
    peak : int
        Index of the last mark at the peak before the decline.
    trough : int
        Index of the first mark at the lowest point.
    recovery : int or None
        Index of the first mark after the trough at or above the peak; None while it has not recovered.
    """

    depth: float
    peak: int
    trough: int
    recovery: int | None


def drawdown_series(growth: FloatArray) -> FloatArray:
    """Fraction of the running peak lost at each mark, zero or positive; shape (n,).

    The opening mark counts as a peak. Raises InputError when growth is not finite or starts at or below zero.
    """
    check_series("growth", growth)
    if growth.size == 0 or growth[0] <= 0.0:
        raise InputError("growth must start above zero; a drawdown is a share of a positive peak")
    lost: FloatArray = 1.0 - growth / np.maximum.accumulate(growth)
    return lost


def max_drawdown(growth: FloatArray) -> Drawdown | None:
    """The deepest drawdown; the earliest of equals; None when growth never fell below an earlier peak."""
    lost = drawdown_series(growth)
    trough = int(np.argmax(lost))
    depth = float(lost[trough])
    if depth <= 0.0:
        return None
    peak = int(np.flatnonzero(lost[:trough] == 0.0)[-1])
    healed = np.flatnonzero(growth[trough:] >= growth[peak])
    recovery = trough + int(healed[0]) if healed.size else None
    return Drawdown(depth=depth, peak=peak, trough=trough, recovery=recovery)
