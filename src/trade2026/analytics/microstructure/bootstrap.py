"""Confidence intervals for dependent data: the stationary bootstrap of Politis and Romano (1994).

Most measures here are functions of sums: a spread is a ratio of two, a correlation a function of five, the
Hill estimator a ratio of a sum of logarithms and a count. A replicate of the sample then needs only the sums
of its blocks, which are differences of running totals, so a million trades cost what their blocks cost.

Observations are first summed in runs so that at most `RUNS_MAX` remain (runs of 200 for a million), and
blocks are made of whole runs: a block is never shorter than a run. Blocks start anywhere, wrap around the
end, and their length is geometric. Its mean is given, or chosen by Politis and White (2004) with the
correction of Patton, Politis and White (2009) on the influence of each run on the statistic. Intervals are
percentiles.

What is not repaired: with long memory (signs, volatility) blocks cut what reaches beyond them, and the
interval is too narrow. The exponents of memory use a jackknife over long segments instead, see `memory`.
"""

import math
from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure.estimate import Estimate, check_level
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed

RUNS_MAX: Final = 5_000
_STEP: Final = 0.1
"""Step of the numerical derivative, in standard errors of a sum."""
_SOUND: Final = 0.9
"""Share of replicates in which a statistic must exist before their percentiles mean something."""

SumStatistic: TypeAlias = Callable[[FloatArray], FloatArray]
"""From sums, shape (m, k), to m values; NaN where the statistic does not exist."""


class Resampling(msgspec.Struct, frozen=True, kw_only=True):
    """How intervals are made; the same seed gives the same intervals, whatever else is computed."""

    seed: int
    level: float = 0.95
    """Confidence of the interval, in (0, 1)."""
    replicates: int = 500
    """Samples drawn; the ends of an interval at 0.95 have 12 beyond them at 500."""
    mean_block: float | None = None
    """Mean length of a block in observations; None chooses it."""

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.replicates < 20:
            raise InputError(f"replicates must be at least 20, was {self.replicates}; 500 is usual")
        if self.mean_block is not None and not self.mean_block >= 1.0:
            raise InputError(f"mean_block must be at least 1, was {self.mean_block}")

    def generator(self, purpose: str) -> np.random.Generator:
        """A stream of its own for one purpose."""
        return np.random.default_rng(derive_seed(self.seed, purpose))


def estimate(
    columns: FloatArray, statistic: SumStatistic, resampling: Resampling, *, method: str, n: int | None = None
) -> Estimate:
    """A function of column sums, with its interval by the stationary bootstrap.

    Parameters
    ----------
    columns : float64, shape (n, k)
        One row per observation, in order of time; finite.
    statistic : callable
        From sums of shape (m, k) to m values.
    resampling : Resampling
        Seed, level, replicates, block length.
    method : str
        Goes into the result, and names the random stream.
    n : int, optional
        Observations to report where rows are not observations.
    """
    sums, per_run = run_sums(columns)
    total = sums.sum(axis=0, keepdims=True)
    value = float(statistic(total)[0])
    if resampling.mean_block is None:
        mean_runs = automatic_block_length(_influence(sums, total, statistic))
    else:
        mean_runs = max(1.0, resampling.mean_block / per_run)
    draws = statistic(resampled_sums(sums, mean_runs, resampling.replicates, resampling.generator(method)))
    low, high = percentile_interval(draws, resampling.level)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=resampling.level,
        n=columns.shape[0] if n is None else n,
        method=f"{method}; stationary bootstrap, mean block {mean_runs * per_run:.0f}",
    )


def percentile_interval(draws: FloatArray, level: float) -> tuple[float, float]:
    """Percentiles (Efron) of replicates at (1 - level) / 2 from each end.

    Unbounded where the statistic did not exist in a tenth of the replicates or more.
    """
    sound = draws[np.isfinite(draws)]
    if sound.size < _SOUND * draws.size:
        return -math.inf, math.inf
    low, high = np.quantile(sound, [0.5 - level / 2.0, 0.5 + level / 2.0])
    return float(low), float(high)


def run_sums(columns: FloatArray) -> tuple[FloatArray, int]:
    """Sums over consecutive runs, shape (at most RUNS_MAX, k), and the observations in a run."""
    n = columns.shape[0]
    per_run = max(1, -(-n // RUNS_MAX))
    if per_run == 1:
        return columns, 1
    sums: FloatArray = np.add.reduceat(columns, np.arange(0, n, per_run), axis=0)
    return sums, per_run


def resampled_sums(
    sums: FloatArray, mean_block: float, replicates: int, rng: np.random.Generator
) -> FloatArray:
    """Column sums of each replicate of the stationary bootstrap, shape (replicates, k)."""
    n, k = sums.shape
    running = np.zeros((2 * n + 1, k))
    np.cumsum(np.concatenate((sums, sums)), axis=0, out=running[1:])
    result = np.empty((replicates, k))
    for row in range(replicates):
        starts, lengths = stationary_blocks(n, mean_block, rng)
        result[row] = (running[starts + lengths] - running[starts]).sum(axis=0)
    return result


def stationary_blocks(n: int, mean_block: float, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Starts and lengths of the blocks of one replicate; lengths are geometric and sum to n."""
    expected = n / mean_block
    draw = int(expected + 4.0 * math.sqrt(expected) + 8.0)
    lengths = rng.geometric(1.0 / mean_block, draw)
    while int(lengths.sum()) < n:
        lengths = np.concatenate((lengths, rng.geometric(1.0 / mean_block, draw)))
    ends = np.cumsum(lengths)
    used = int(np.searchsorted(ends, n)) + 1
    lengths = lengths[:used]
    lengths[-1] -= ends[used - 1] - n
    return rng.integers(0, n, used), lengths


def stationary_indices(n: int, mean_block: float, rng: np.random.Generator) -> IntArray:
    """Positions of one replicate, shape (n,), for statistics that are no function of sums."""
    starts, lengths = stationary_blocks(n, mean_block, rng)
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    result: IntArray = (np.repeat(starts, lengths) + np.arange(n) - first) % n
    return result


def automatic_block_length(series: FloatArray) -> float:
    """Mean block of the stationary bootstrap that minimises the error of the variance of a mean.

    Politis and White (2004), Econometric Reviews 23, 53-70, corrected by Patton, Politis and White (2009),
    ibid. 28, 372-375: (2 G^2 / D)^(1/3) n^(1/3), G = sum of |k| R(k), D = 2 (sum of R(k))^2, both under the
    flat-top window whose width is twice the lag after which autocorrelations stay below 2 sqrt(log10(n) / n).

    At least 1; at most min(3 sqrt(n), n / 3). A series that does not vary gives 1.
    """
    n = series.size
    if n < 9 or float(np.ptp(series)) == 0.0:
        return 1.0
    quiet_lags = max(5, math.ceil(math.sqrt(math.log10(n))))
    lag_max = min(n - 1, math.ceil(math.sqrt(n)) + quiet_lags)
    covariance = autocovariance(series, lag_max)
    loud = np.abs(covariance[1:] / covariance[0]) >= 2.0 * math.sqrt(math.log10(n) / n)
    counts = np.convolve(loud, np.ones(quiet_lags), "valid")
    calm = np.flatnonzero(counts == 0.0)
    m = int(calm[0]) if calm.size else lag_max
    width = min(max(2 * m, 1), lag_max)
    lags = np.arange(1, width + 1)
    window = np.clip(2.0 * (1.0 - lags / width), 0.0, 1.0) * covariance[1 : width + 1]
    spectrum = float(covariance[0] + 2.0 * window.sum())
    slope = float(2.0 * (window * lags).sum())
    if spectrum <= 0.0:
        return 1.0
    length = (slope**2 / spectrum**2) ** (1.0 / 3.0) * n ** (1.0 / 3.0)
    return float(min(max(length, 1.0), 3.0 * math.sqrt(n), n / 3.0))


def autocovariance(series: FloatArray, lag_max: int) -> FloatArray:
    """Sample autocovariance at lags 0 to lag_max, over n (not n - k), mean removed."""
    return lagged_products(series - series.mean(), lag_max)


def lagged_products(series: FloatArray, lag_max: int) -> FloatArray:
    """Sum of x[t] x[t + k] over n, for k from 0 to lag_max, by Fourier transform."""
    n = series.size
    length = 1 << (n + lag_max).bit_length()
    spectrum = np.fft.rfft(series, length)
    result: FloatArray = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, length)[: lag_max + 1] / n
    return result


def _influence(sums: FloatArray, total: FloatArray, statistic: SumStatistic) -> FloatArray:
    """First-order effect of each run on the statistic, by a numerical derivative in each sum."""
    n, k = sums.shape
    steps = _STEP * sums.std(axis=0) * math.sqrt(n)
    moved = statistic(np.concatenate((total + np.diag(steps), total - np.diag(steps))))
    with np.errstate(divide="ignore", invalid="ignore"):
        gradient = np.where(steps > 0.0, (moved[:k] - moved[k:]) / (2.0 * steps), 0.0)
    gradient = np.where(np.isfinite(gradient), gradient, 0.0)
    result: FloatArray = sums @ gradient
    return result
