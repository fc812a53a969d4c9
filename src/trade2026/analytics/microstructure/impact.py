"""Price impact as a function of size: mean move per bucket of size, and the exponent of its power law.

Moves are signed so that a move in the direction of the trade is positive, and are measured between the mid
strictly before a trade and a later one. Sizes fall into buckets of equal width in log size; the law I(Q) = Y
Q^delta is fitted to the mean moves of the buckets by weighted least squares in the moves themselves, not in
their logarithms, so a bucket whose mean move is negative counts as what it is instead of being dropped.
"""

from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.bootstrap import (
    RUNS_MAX,
    Resampling,
    automatic_block_length,
    percentile_interval,
    resampled_sums,
)
from trade2026.analytics.microstructure.estimate import Absent, Estimate, NotTestable, too_few
from trade2026.analytics.microstructure.inputs import Numbers
from trade2026.analytics.microstructure.quotes import mid_prices
from trade2026.primitives.errors import InputError

TRADES_NEEDED: Final = 1_000
BUCKETS_NEEDED: Final = 4
SIZE_SPAN_NEEDED: Final = 5.0
"""Smallest ratio of the largest usable size to the smallest; less says nothing of an exponent."""
_BUCKET_SMALLEST: Final = 30
_VARIANCE_FLOOR: Final = 1e-12
_EXPONENTS: Final = np.linspace(-1.0, 3.0, 401)


class ImpactCurve(msgspec.Struct, frozen=True, kw_only=True):
    """Mean move by bucket of size; all arrays of shape (buckets,)."""

    sizes: FloatArray
    """Geometric mean size in the bucket, in the unit of quantity."""
    moves: FloatArray
    """Mean signed move, in the unit of the moves given."""
    low: FloatArray
    high: FloatArray
    """Ends of the interval of each mean."""
    counts: IntArray
    exponent: Estimate | Absent
    """delta; concave impact has a delta below 1. Absent where the moves show no positive impact at all."""
    scale: float
    """Y: the fitted move at size 1; NaN where the exponent is absent."""


def impact_curve(
    sizes: Numbers, moves: Numbers, resampling: Resampling, *, buckets: int = 20
) -> ImpactCurve | NotTestable:
    """Mean move by size, and delta of move = Y size^delta with its interval.

    Buckets with fewer than 30 observations are left out. Weights are the inverse variances of the bucket
    means; delta minimises the weighted squares over [-1, 3], Y being solved for. Interval: the stationary
    bootstrap over runs of observations in order of time, the weights held.

    Parameters
    ----------
    sizes : shape (n,)
        Quantity of each trade, or |signed volume| of each interval; those of zero are left out.
    moves : shape (n,)
        Move in the direction of the trade, see `trade_moves` and `flow_by_trades`.
    resampling : Resampling
        For the intervals.
    buckets : int
        Buckets between the smallest and the largest size.
    """
    q = inputs.not_negative("sizes", sizes)
    y = inputs.floats("moves", moves, size=q.size)
    q, y = q[q > 0.0], y[q > 0.0]
    if buckets < BUCKETS_NEEDED:
        raise InputError(f"buckets must be at least {BUCKETS_NEEDED}, was {buckets}")
    if q.size < TRADES_NEEDED:
        return too_few("trades with moves", needed=TRADES_NEEDED, had=q.size)
    bucket, kept = _buckets(q, buckets)
    counts = np.bincount(bucket, minlength=buckets)[kept]
    centres = np.exp(np.bincount(bucket, weights=np.log(q), minlength=buckets)[kept] / counts)
    if kept.size < BUCKETS_NEEDED or centres[-1] < SIZE_SPAN_NEEDED * centres[0]:
        return NotTestable(
            reason=f"sizes fill {kept.size} buckets of {_BUCKET_SMALLEST} trades; needs {BUCKETS_NEEDED} "
            f"that span a factor of {SIZE_SPAN_NEEDED:g}",
            needed=None,
            had=q.size,
        )
    means = np.bincount(bucket, weights=y, minlength=buckets)[kept] / counts
    squares = np.bincount(bucket, weights=y**2, minlength=buckets)[kept] / counts
    variances = np.maximum(squares - means**2, 0.0) / counts
    draws = _resampled_means(bucket, y, buckets, kept, resampling)
    ends = np.array([percentile_interval(column, resampling.level) for column in draws.T])
    exponent, scale = _fit(centres, means, variances, draws, q.size, resampling.level)
    return ImpactCurve(
        sizes=centres,
        moves=means,
        low=ends[:, 0],
        high=ends[:, 1],
        counts=counts.astype(np.int64),
        exponent=exponent,
        scale=scale,
    )


def trade_moves(
    trade_ns: IntArray,
    quantities: Numbers,
    signs: Numbers,
    quote_ns: IntArray,
    bid: Numbers,
    ask: Numbers,
    *,
    horizon_ns: int,
) -> tuple[FloatArray, FloatArray]:
    """Size of each trade, and s (m_h - m), from the mid strictly before it to the one at or before t +
    horizon.

    Trades of sign 0, without a mid before, or whose horizon is after the last quote are left out. With a
    horizon of 0 the later mid is that of the last quote that carries the trade's own time.

    Returns
    -------
    sizes, moves : float64, shape (m,)
        In order of time.
    """
    trade_ns = inputs.times("trade_ns", trade_ns)
    quantities = inputs.positive("quantities", quantities, size=trade_ns.size)
    signs = inputs.trade_signs("signs", signs, size=trade_ns.size)
    if horizon_ns < 0:
        raise InputError(f"horizon_ns must not be negative, was {horizon_ns}")
    quote_ns, mids = mid_prices(quote_ns, bid, ask)
    before = inputs.mids_before(quote_ns, mids, trade_ns)
    later = inputs.mids_by(quote_ns, mids, trade_ns + horizon_ns)
    used = np.isfinite(before) & np.isfinite(later) & (signs != 0.0)
    return quantities[used], (signs * (later - before))[used]


def flow_by_trades(
    trade_ns: IntArray,
    quantities: Numbers,
    signs: Numbers,
    quote_ns: IntArray,
    bid: Numbers,
    ask: Numbers,
    *,
    trades_per_bin: int,
) -> tuple[FloatArray, FloatArray]:
    """|signed volume| of consecutive bins of trades, and the mid change from bin to bin in its direction.

    The mids are those strictly before the first trade of a bin and of the next one; bins without either, and
    the last, are left out. Patzelt and Bouchaud (2018), Physical Review E 97, 012304, aggregate so.

    Returns
    -------
    sizes, moves : float64, shape (m,)
        For `impact_curve`; a bin whose volume is balanced has size zero.
    """
    trade_ns = inputs.times("trade_ns", trade_ns)
    quantities = inputs.positive("quantities", quantities, size=trade_ns.size)
    signs = inputs.trade_signs("signs", signs, size=trade_ns.size)
    if trades_per_bin < 1:
        raise InputError(f"trades_per_bin must be at least 1, was {trades_per_bin}")
    quote_ns, mids = mid_prices(quote_ns, bid, ask)
    starts = np.arange(0, trade_ns.size, trades_per_bin)
    if starts.size < 2:
        return np.zeros(0), np.zeros(0)
    volume = np.add.reduceat(signs * quantities, starts)[:-1]
    change = np.diff(inputs.mids_before(quote_ns, mids, trade_ns[starts]))
    used = np.isfinite(change)
    return np.abs(volume[used]), (np.sign(volume) * change)[used]


def _buckets(q: FloatArray, buckets: int) -> tuple[IntArray, IntArray]:
    """Bucket of each size, and the buckets with enough in them."""
    smallest, largest = float(np.log(q.min())), float(np.log(q.max()))
    width = (largest - smallest) / buckets
    if width == 0.0:
        bucket = np.zeros(q.size, dtype=np.int64)
    else:
        bucket = np.minimum(((np.log(q) - smallest) / width).astype(np.int64), buckets - 1)
    kept = np.flatnonzero(np.bincount(bucket, minlength=buckets) >= _BUCKET_SMALLEST)
    return bucket, kept.astype(np.int64)


def _resampled_means(
    bucket: IntArray, y: FloatArray, buckets: int, kept: IntArray, resampling: Resampling
) -> FloatArray:
    """Bucket means of each replicate, shape (replicates, kept); NaN where a bucket came out empty."""
    per_run = max(1, -(-y.size // RUNS_MAX))
    run = np.arange(y.size) // per_run
    cells, size = run * buckets + bucket, (int(run[-1]) + 1) * buckets
    totals = np.bincount(cells, weights=y, minlength=size).reshape(-1, buckets)[:, kept]
    counts = np.bincount(cells, minlength=size).astype(np.float64).reshape(-1, buckets)[:, kept]
    if resampling.mean_block is None:
        mean_runs = automatic_block_length(totals.sum(axis=1))
    else:
        mean_runs = max(1.0, resampling.mean_block / per_run)
    rng = resampling.generator("impact curve")
    sums = resampled_sums(np.concatenate((totals, counts), axis=1), mean_runs, resampling.replicates, rng)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.rint(sums[:, kept.size :])
        result: FloatArray = np.where(drawn > 0.0, sums[:, : kept.size] / drawn, np.nan)
    return result


def _fit(
    centres: FloatArray, means: FloatArray, variances: FloatArray, draws: FloatArray, n: int, level: float
) -> tuple[Estimate | Absent, float]:
    """Exponent with its interval, and Y."""
    middle = float(np.exp(np.log(centres).mean()))
    largest = float(variances.max())
    # Buckets whose moves are all equal would have all the weight there is.
    weights = (
        np.ones(means.size) if largest == 0.0 else 1.0 / np.maximum(variances / largest, _VARIANCE_FLOOR)
    )
    weights /= weights.sum()
    deltas, heights = _profile(centres / middle, weights, means[np.newaxis])
    if not heights[0] > 0.0:
        return Absent(reason="moves do not go with the trades in any power of their size", n=n), float("nan")
    drawn, heights_drawn = _profile(centres / middle, weights, draws)
    low, high = percentile_interval(np.where(heights_drawn > 0.0, drawn, np.nan), level)
    value = float(deltas[0])
    exponent = Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=n,
        method=f"weighted least squares on {centres.size} buckets of log size; stationary bootstrap",
    )
    return exponent, float(heights[0]) / middle**value


def _profile(x: FloatArray, weights: FloatArray, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """For each row of bucket means the delta of least weighted squares, and the height Y at x = 1.

    The squares explained by x^delta with its best Y are taken on a grid and refined by a parabola. Empty
    buckets (NaN) have no weight in their row.
    """
    basis = x[np.newaxis] ** _EXPONENTS[:, np.newaxis]
    w = np.where(np.isfinite(rows), weights, 0.0)
    cross = (w * np.nan_to_num(rows)) @ basis.T
    norm = w @ (basis**2).T
    heights = cross / norm
    explained = np.where(cross > 0.0, cross**2 / norm, -1.0)
    best = np.argmax(explained, axis=1)
    rank = np.arange(rows.shape[0])
    inner = np.clip(best, 1, _EXPONENTS.size - 2)
    left, top, right = (explained[rank, inner + step] for step in (-1, 0, 1))
    bend = left - 2.0 * top + right
    is_peak = (best == inner) & (bend < 0.0) & (np.minimum(left, right) >= 0.0)
    shift = np.where(is_peak, 0.5 * (left - right) / np.where(is_peak, bend, 1.0), 0.0)
    step = float(_EXPONENTS[1] - _EXPONENTS[0])
    delta: FloatArray = _EXPONENTS[best] + shift * step
    return delta, np.where(explained[rank, best] >= 0.0, heights[rank, best], -1.0)
