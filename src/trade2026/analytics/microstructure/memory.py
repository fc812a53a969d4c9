"""Autocorrelation, and how slowly it decays: of returns, of volatility, of the signs of trades.

A series has long memory when C(l) falls like l^-gamma with gamma below one, so slowly that its sum diverges.
Then H = 1 - gamma / 2 is above one half. The two are measured here in independent ways: gamma from the
autocorrelations, H from the growth of fluctuations. Intervals of both come from a jackknife over long
segments in order of time, since short blocks would cut the very dependence that is measured.
"""

import math
from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.bootstrap import (
    Resampling,
    SumStatistic,
    autocovariance,
    estimate,
    lagged_products,
)
from trade2026.analytics.microstructure.estimate import (
    Absent,
    Estimate,
    Measured,
    NotTestable,
    normal_quantile,
    too_few,
)
from trade2026.analytics.microstructure.inputs import Numbers
from trade2026.primitives.errors import InputError

MEMORY_NEEDED: Final = 5_000
SEGMENTS: Final = 10
_OBSERVATIONS_PER_LAG: Final = 50
_LAG_LIMIT: Final = 1_000
_BINS: Final = 16
_BINS_NEEDED: Final = 5
_NOISE: Final = 2.0
"""A bin counts while its mean is above so many standard errors of white noise."""
_REFITS: Final = 30
_GAMMA_LONG: Final = 0.95
"""Above it memory is not long, or too close to short for the formula of its bias."""
_WINDOW_SHORTEST: Final = 16
_WINDOWS: Final = 20


class Autocorrelation(msgspec.Struct, frozen=True, kw_only=True):
    """Autocorrelations with the bands of two assumptions."""

    lags: IntArray
    values: FloatArray
    bartlett: FloatArray
    """Half-width of the band around zero by Bartlett's formula, which takes the series for homoskedastic."""
    low: FloatArray
    """Ends of the interval around each value by the stationary bootstrap, which allows for changing
    volatility."""
    high: FloatArray
    level: float
    n: int
    method: str

    def outside(self) -> IntArray:
        """Lags whose bootstrap interval does not hold zero."""
        found: IntArray = self.lags[(self.low > 0.0) | (self.high < 0.0)]
        return found


def autocorrelation(series: Numbers, lags: IntArray, resampling: Resampling) -> Autocorrelation:
    """Sample autocorrelation at given lags.

    r[k] = sum of (x[t] - m)(x[t+k] - m) over sum of (x[t] - m)^2, m the mean of all. Bartlett (1946): under
    the hypothesis that correlations vanish from lag k on, var r[k] = (1 + 2 sum of r[j]^2, j < k) / n. The
    bootstrap draws pairs (x[t], x[t+k]) in blocks (Kuensch 1989, Annals of Statistics 17, 1217-1241).

    Parameters
    ----------
    series : shape (n,)
        Equally spaced, in order.
    lags : int64, shape (m,)
        Ascending, from 1 to at most n // 4.
    resampling : Resampling
        For the bootstrap; its level is that of both bands.
    """
    x = inputs.floats("series", series)
    lags = np.asarray(lags, dtype=np.int64)
    n = x.size
    if lags.size == 0 or lags[0] < 1 or (np.diff(lags) <= 0).any() or lags[-1] > n // 4:
        raise InputError(
            f"lags must ascend from at least 1 to at most n // 4 = {n // 4}, were {lags.tolist()}"
        )
    if not float(np.ptp(x)) > 0.0:
        raise InputError("series must vary to be correlated with itself")
    values = _autocorrelations(x, int(lags[-1]))
    before = np.concatenate(([0.0], np.cumsum(values**2)))[lags - 1]
    centred = x - x.mean()
    ends = [_lagged_interval(centred, int(lag), resampling) for lag in lags]
    return Autocorrelation(
        lags=lags,
        values=values[lags - 1],
        bartlett=normal_quantile(resampling.level) * np.sqrt((1.0 + 2.0 * before) / n),
        low=np.array([low for low, _ in ends]),
        high=np.array([high for _, high in ends]),
        level=resampling.level,
        n=n,
        method="sample autocorrelation; Bartlett's formula, and pairs in the stationary bootstrap",
    )


def mean_autocorrelation(series: Numbers, lag_max: int, resampling: Resampling) -> Estimate | NotTestable:
    """Mean of the autocorrelations at lags 1 to `lag_max`, as one number: C(l) over short lags."""
    x = inputs.floats("series", series)
    if x.size < _OBSERVATIONS_PER_LAG * lag_max:
        return too_few("observations", needed=_OBSERVATIONS_PER_LAG * lag_max, had=x.size)
    if not float(np.ptp(x)) > 0.0:
        return NotTestable(reason="the series does not vary", needed=None, had=x.size)
    later, now = mean_of_next(x - x.mean(), lag_max)
    columns = np.column_stack((now, later, now * later, now**2))
    method = f"mean autocorrelation at lags 1 to {lag_max}"
    return estimate(columns, _slope_of_sums(x.size - lag_max), resampling, method=method, n=x.size)


def decay_exponent(
    series: Numbers, *, lag_min: int = 10, lag_max: int | None = None, level: float = 0.95
) -> Measured:
    """Exponent gamma of C(l) ~ l^-gamma: positive where correlations fall, below 1 for long memory.

    Lillo and Farmer (2004), Studies in Nonlinear Dynamics and Econometrics 8(3). Autocorrelations are
    averaged in bins of equal width in log l and regressed, log on log, against the geometric mean of their
    lags, each bin with the same weight. Bins are used up to the first whose mean is within two standard
    errors of white noise of zero. The bias of the sample mean is taken out, see `_power_law`. Interval:
    jackknife over ten segments, normal.

    Parameters
    ----------
    series : shape (n,)
        Signs of trades in order, |returns|; the mean is removed.
    lag_min : int
        First lag of the fit; short lags are left out, for the law is one of long lags.
    lag_max : int, optional
        Last lag; min(1000, n // 50) unless given.

    Returns
    -------
    Estimate, Absent or NotTestable
        Absent where fewer than five bins are above the noise: no decay slow enough to be measured.
    """
    x = inputs.floats("series", series)
    n = x.size
    if n < MEMORY_NEEDED:
        return too_few("observations", needed=MEMORY_NEEDED, had=n)
    if not float(np.ptp(x)) > 0.0:
        return NotTestable(reason="the series does not vary", needed=None, had=n)
    lag_max = min(_LAG_LIMIT, n // _OBSERVATIONS_PER_LAG) if lag_max is None else lag_max
    if not 1 <= lag_min < lag_max <= n // SEGMENTS // 2:
        raise InputError(
            f"lag_min and lag_max must ascend within 1 and n // 20 = {n // 20}, were {lag_min}, {lag_max}"
        )
    edges, centres = _log_bins(lag_min, lag_max)
    binned = np.add.reduceat(_autocorrelations(x, lag_max)[lag_min - 1 :], edges[:-1] - lag_min)
    counts = np.diff(edges)
    quiet = np.flatnonzero(binned / counts <= _NOISE / np.sqrt(counts * float(n)))
    used = int(quiet[0]) if quiet.size else counts.size
    if used < _BINS_NEEDED:
        return Absent(reason=f"autocorrelation is lost in noise after {used} bins of lags", n=n)
    value = float(_power_law(centres[:used], binned[np.newaxis, :used] / counts[:used], n)[0])
    left_out = _leave_one_out(x, lag_max)[:, lag_min - 1 :]
    rows = np.add.reduceat(left_out, edges[:-1] - lag_min, axis=1)[:, :used] / counts[:used]
    if not (rows > 0.0).all():
        low, high = -math.inf, math.inf
    else:
        low, high = _jackknife(value, _power_law(centres[:used], rows, n), level)
    last = int(edges[used]) - 1
    method = f"log-log regression of binned autocorrelation, lags {lag_min} to {last}; jackknife, 10 segments"
    return Estimate(value=value, low=low, high=high, level=level, n=n, method=method)


def hurst_exponent(series: Numbers, *, level: float = 0.95) -> Estimate | NotTestable:
    """H by detrended fluctuation analysis of order one; 0.5 without memory, above for persistent series.

    Peng et al. (1994), Physical Review E 49, 1685-1689. F(s)^2 is the mean squared residual of straight lines
    through the running sum of x - mean, in windows of s that do not overlap, counted from the start; H is the
    slope of log F on log s over about twenty s, even in log, from 16 to n // 20. Interval: jackknife over ten
    segments of windows, normal. H stands for the growth exponent of `series` itself, not of its running sum.
    """
    x = inputs.floats("series", series)
    n = x.size
    if n < MEMORY_NEEDED:
        return too_few("observations", needed=MEMORY_NEEDED, had=n)
    if not float(np.ptp(x)) > 0.0:
        return NotTestable(reason="the series does not vary", needed=None, had=n)
    profile = np.cumsum(x - x.mean())
    windows = np.unique(np.geomspace(_WINDOW_SHORTEST, n // (2 * SEGMENTS), _WINDOWS).astype(np.int64))
    whole = np.empty(windows.size)
    partial = np.empty((SEGMENTS, windows.size))
    for at, width in enumerate(windows):
        squares = _squared_residuals(profile, int(width))
        whole[at] = squares.mean()
        group = np.arange(squares.size) * SEGMENTS // squares.size
        sums = np.bincount(group, weights=squares, minlength=SEGMENTS)
        sizes = np.bincount(group, minlength=SEGMENTS)
        partial[:, at] = (squares.sum() - sums) / (squares.size - sizes)
    x_log = np.log(windows)
    value = 0.5 * float(_slope(x_log, np.log(whole)))
    low, high = _jackknife(value, 0.5 * _slope(x_log, np.log(partial)), level)
    method = f"detrended fluctuation analysis, windows 16 to {windows[-1]}; jackknife, 10 segments"
    return Estimate(value=value, low=low, high=high, level=level, n=n, method=method)


def mean_of_next(x: FloatArray, lag_max: int) -> tuple[FloatArray, FloatArray]:
    """Mean of the next `lag_max` values after each t, and x[t] itself, where all of them are there."""
    running = np.concatenate(([0.0], np.cumsum(x)))
    later = (running[lag_max + 1 :] - running[1:-lag_max]) / lag_max
    return later, x[: x.size - lag_max]


def _autocorrelations(x: FloatArray, lag_max: int) -> FloatArray:
    """At lags 1 to lag_max."""
    covariance = autocovariance(x, lag_max)
    result: FloatArray = covariance[1:] / covariance[0]
    return result


def _lagged_interval(centred: FloatArray, lag: int, resampling: Resampling) -> tuple[float, float]:
    now, later = centred[:-lag], centred[lag:]
    columns = np.column_stack((now, later, now * later, now**2, later**2))

    def correlation(sums: FloatArray) -> FloatArray:
        mean = sums / now.size
        both = (mean[:, 3] - mean[:, 0] ** 2) * (mean[:, 4] - mean[:, 1] ** 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            result: FloatArray = (mean[:, 2] - mean[:, 0] * mean[:, 1]) / np.sqrt(both)
        return result

    found = estimate(columns, correlation, resampling, method=f"autocorrelation at lag {lag}")
    return found.low, found.high


def _slope_of_sums(n: int) -> SumStatistic:
    """Slope of the second column on the first, from sums of (x, y, xy, xx) over n rows."""

    def slope(sums: FloatArray) -> FloatArray:
        mean = sums / n
        with np.errstate(divide="ignore", invalid="ignore"):
            result: FloatArray = (mean[:, 2] - mean[:, 0] * mean[:, 1]) / (mean[:, 3] - mean[:, 0] ** 2)
        return result

    return slope


def _log_bins(lag_min: int, lag_max: int) -> tuple[IntArray, FloatArray]:
    """Edges of bins even in log (the last is exclusive), and the geometric mean of the lags in each."""
    edges = np.unique(np.rint(np.geomspace(lag_min, lag_max + 1, _BINS + 1)).astype(np.int64))
    logs = np.log(np.arange(lag_min, lag_max + 1))
    centres = np.exp(np.add.reduceat(logs, edges[:-1] - lag_min) / np.diff(edges))
    return edges, centres


def _power_law(lags: FloatArray, rows: FloatArray, n: int) -> FloatArray:
    """Exponent gamma of each row of autocorrelations C(l) = A l^-gamma, freed of the bias of the sample mean.

    Removing the mean takes (1 - C) v from each C, v the variance of the mean over that of the series
    (Hosking 1996, J. Econometrics 73, 261-284); with long memory v is 2 A n^-gamma / ((1 - gamma)(2 -
    gamma)), and no longer small. Fit and v are repeated until they agree. Without long memory v is taken as
    zero.
    """
    x = np.log(lags)
    bias = np.zeros((rows.shape[0], 1))
    gamma = np.zeros(rows.shape[0])
    for _ in range(_REFITS):
        y = np.log((rows + bias) / (1.0 + bias))
        gamma = -_slope(x, y)
        height = np.exp(y.mean(axis=1) + gamma * x.mean())
        is_long = (gamma > 0.0) & (gamma < _GAMMA_LONG)
        inside = np.where(is_long, gamma, 0.5)
        v = 2.0 * height * n**-inside / ((1.0 - inside) * (2.0 - inside))
        bias = np.where(is_long, np.minimum(v, 1.0), 0.0)[:, np.newaxis]
    return gamma


def _leave_one_out(x: FloatArray, lag_max: int) -> FloatArray:
    """Autocorrelations at lags 1 to lag_max with each segment left out, shape (SEGMENTS, lag_max).

    Products within a segment only, around the mean of all.
    """
    pieces = np.array_split(x - x.mean(), SEGMENTS)
    rows = np.array([lagged_products(piece, lag_max) for piece in pieces])
    kept = rows.sum(axis=0) - rows
    result: FloatArray = kept[:, 1:] / kept[:, :1]
    return result


def _jackknife(value: float, left_out: FloatArray, level: float) -> tuple[float, float]:
    """Normal interval with the standard error of the delete-one-segment jackknife."""
    m = left_out.size
    error = math.sqrt((m - 1.0) / m * float(((left_out - left_out.mean()) ** 2).sum()))
    reach = normal_quantile(level) * error
    return value - reach, value + reach


def _slope(x: FloatArray, y: FloatArray) -> FloatArray:
    """Least-squares slope of y on x, along the last axis of y."""
    centred = x - x.mean()
    result: FloatArray = y @ centred / (centred @ centred)
    return result


def _squared_residuals(profile: FloatArray, width: int) -> FloatArray:
    """Mean squared residual of a straight line in each window."""
    windows = profile[: profile.size // width * width].reshape(-1, width)
    x = np.arange(width) - (width - 1) / 2.0
    centred = windows - windows.mean(axis=1, keepdims=True)
    slopes = centred @ x / (x @ x)
    result: FloatArray = (centred**2).mean(axis=1) - slopes**2 * (x @ x) / width
    return np.maximum(result, 0.0)
