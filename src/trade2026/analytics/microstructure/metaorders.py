"""Impact of metaorders: decisions that were traded in pieces, from their first trade to what stays after
them.

Moves are fractions of the mid before the first trade, signed in the direction of the order. They may be
normalised by volatility, and sizes by volume, so that days and instruments can be pooled: the square-root law
is I / sigma = Y (Q / V)^delta with delta near one half (Toth et al. 2011, Physical Review X 1, 021006).
"""

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.averages import ratio
from trade2026.analytics.microstructure.bootstrap import Resampling, estimate
from trade2026.analytics.microstructure.estimate import Estimate, NotTestable, too_few
from trade2026.analytics.microstructure.impact import ImpactCurve, impact_curve
from trade2026.analytics.microstructure.inputs import Numbers
from trade2026.primitives.errors import InputError

DECAY_NEEDED: Final = 100


class Metaorders(msgspec.Struct, frozen=True, kw_only=True):
    """Orders as they were executed, in order of their start; arrays of shape (n,) unless stated."""

    start_ns: IntArray
    end_ns: IntArray
    """First and last trade; never before the start."""
    signs: FloatArray
    """+1 buys, -1 sells."""
    quantities: FloatArray
    mid_before: FloatArray
    """Mid strictly before the first trade, above zero."""
    mid_at_end: FloatArray
    """Mid after the last trade."""
    mid_after: FloatArray | None = None
    """Shape (n, h): mid at h later instants, the same for each order, in durations of it or in time; NaN
    where the tape had ended."""
    volatility: FloatArray | None = None
    """Typical move of the day as a fraction, above zero; moves are divided by it."""
    volume: FloatArray | None = None
    """Volume of the day, above zero; quantities are divided by it."""


class MetaorderImpact(msgspec.Struct, frozen=True, kw_only=True):
    """What metaorders of each size moved, and how much of it stayed."""

    curve: ImpactCurve | NotTestable
    """At the end of the order; its exponent is the delta of the square-root law."""
    peak: Estimate
    """Mean move at the end, over all sizes."""
    decay: tuple[Estimate | NotTestable, ...]
    """Per instant of `mid_after`: mean move then over mean move at the end, of the orders seen at both. 1 is
    no reversion, 0 all of it; 2/3 is expected of fair pricing (Farmer et al. 2013, Quantitative Finance 13,
    1743)."""


def metaorder_impact(
    metaorders: Metaorders, resampling: Resampling, *, buckets: int = 20
) -> MetaorderImpact | NotTestable:
    """Impact at the end by size, its exponent, and decay ratios; orders are resampled in order of their
    start."""
    start_ns = inputs.times("start_ns", metaorders.start_ns)
    n = start_ns.size
    end_ns = np.asarray(metaorders.end_ns)
    if end_ns.shape != (n,) or end_ns.dtype != np.int64 or (end_ns < start_ns).any():
        raise InputError(f"end_ns must be {n} int64 times, none before its start; check row by row")
    signs = inputs.trade_signs("signs", metaorders.signs, size=n)
    if (signs == 0.0).any():
        raise InputError("signs of metaorders must be +1 or -1, had 0; whose order it was is known")
    quantities = inputs.positive("quantities", metaorders.quantities, size=n)
    before = inputs.positive("mid_before", metaorders.mid_before, size=n)
    at_end = inputs.positive("mid_at_end", metaorders.mid_at_end, size=n)
    if n < DECAY_NEEDED:
        return too_few("metaorders", needed=DECAY_NEEDED, had=n)
    scale = before * _given("volatility", metaorders.volatility, n)
    moves = signs * (at_end - before) / scale
    later = _later_moves(metaorders.mid_after, signs, before, scale)
    ones = np.ones(n)
    return MetaorderImpact(
        curve=impact_curve(
            quantities / _given("volume", metaorders.volume, n), moves, resampling, buckets=buckets
        ),
        peak=estimate(
            np.column_stack((moves, ones)), ratio, resampling, method="mean move at the end of metaorders"
        ),
        decay=tuple(_decay(moves, column, at, resampling) for at, column in enumerate(later.T)),
    )


def _given(name: str, values: Numbers | None, n: int) -> FloatArray:
    """The divisors, or ones."""
    return np.ones(n) if values is None else inputs.positive(name, values, size=n)


def _later_moves(
    mid_after: npt.NDArray[np.float64] | None, signs: FloatArray, before: FloatArray, scale: FloatArray
) -> FloatArray:
    """Moves at each later instant, shape (n, h)."""
    if mid_after is None:
        return np.zeros((signs.size, 0))
    array = np.asarray(mid_after, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != signs.size or np.isinf(array).any():
        raise InputError(f"mid_after must be {signs.size} rows of mids or NaN, was {array.shape}")
    result: FloatArray = (signs / scale)[:, np.newaxis] * (array - before[:, np.newaxis])
    return result


def _decay(moves: FloatArray, later: FloatArray, at: int, resampling: Resampling) -> Estimate | NotTestable:
    """Ratio of means, on the orders seen at both."""
    seen = np.isfinite(later)
    if seen.sum() < DECAY_NEEDED:
        return too_few("metaorders seen afterwards", needed=DECAY_NEEDED, had=int(seen.sum()))
    if not moves[seen].mean() > 0.0:
        return NotTestable(
            reason="the mean move at the end is not positive", needed=None, had=int(seen.sum())
        )
    columns = np.column_stack((later[seen], moves[seen]))
    return estimate(columns, ratio, resampling, method=f"impact left at instant {at}")
