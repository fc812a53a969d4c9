"""Stylised facts of returns, after Cont (2001), Quantitative Finance 1, 223-236; tails are in `tails`.

Returns are logarithmic, equally spaced and in order of time, unless a measure says otherwise.
"""

import math
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.bootstrap import Resampling, estimate
from trade2026.analytics.microstructure.estimate import (
    Estimate,
    Measured,
    NotTestable,
    normal_quantile,
    too_few,
)
from trade2026.analytics.microstructure.inputs import Numbers
from trade2026.analytics.microstructure.memory import decay_exponent, mean_autocorrelation, mean_of_next
from trade2026.analytics.returns import DAYS_PER_YEAR
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS

RETURNS_NEEDED: Final = 1_000
GROUPS_NEEDED: Final = 100
YEAR_NS: Final = int(DAYS_PER_YEAR * DAY_NS)


class VolatilityClustering(msgspec.Struct, frozen=True, kw_only=True):
    """How volatility persists."""

    mean_autocorrelation: Estimate | NotTestable
    """Mean autocorrelation of |r| at the first lags."""
    exponent: Measured
    """beta of C(l) ~ l^-beta of |r|; 0.2 to 0.4 for stocks (Cont 2001). A daily pattern of volatility bends
    it."""


class KurtosisAtScale(msgspec.Struct, frozen=True, kw_only=True):
    """Excess kurtosis of sums of `periods` consecutive returns."""

    periods: int
    kurtosis: Estimate | NotTestable


class RealisedVolatility(msgspec.Struct, frozen=True, kw_only=True):
    """Volatility from squared returns."""

    variance: float
    """Sum of squared log returns over the span."""
    bipower: float
    """pi / 2 n / (n - 1) sum of |r[t]| |r[t-1]|: what of the variance is not jumps (Barndorff-Nielsen and
    Shephard 2004, J. Financial Econometrics 2, 1-37)."""
    annual: Estimate
    """sqrt(variance x year / span), a fraction per square root of a year of 365.25 days of 24 hours."""


def volatility_clustering(
    returns: Numbers, resampling: Resampling, *, lags: int = 10
) -> VolatilityClustering:
    """Mean autocorrelation of |r| at lags 1 to `lags`, and the exponent of its decay, see `memory`."""
    sizes = np.abs(inputs.floats("returns", returns))
    return VolatilityClustering(
        mean_autocorrelation=mean_autocorrelation(sizes, lags, resampling),
        exponent=decay_exponent(sizes, level=resampling.level),
    )


def aggregated_kurtosis(
    returns: Numbers, periods: Sequence[int], resampling: Resampling
) -> tuple[KurtosisAtScale, ...]:
    """Excess kurtosis at each aggregation: m4 / m2^2 - 3, central moments over n, no correction for bias.

    Sums do not overlap, are counted from the start, and a rest is left out. Falls to 0 as returns add up
    (aggregational Gaussianity). The fourth moment of heavy tails converges slowly or not at all: intervals of
    returns with a tail index below 4 describe the sample, not a law.
    """
    r = inputs.floats("returns", returns)
    found: list[KurtosisAtScale] = []
    for period in periods:
        if period < 1:
            raise InputError(f"periods must be at least 1, had {period}")
        sums = r[: r.size // period * period].reshape(-1, period).sum(axis=1)
        kurtosis: Estimate | NotTestable = too_few(
            f"sums of {period} returns", needed=GROUPS_NEEDED, had=sums.size
        )
        if sums.size >= GROUPS_NEEDED and float(np.ptp(sums)) > 0.0:
            unit = (sums - sums.mean()) / sums.std()
            columns = np.column_stack((unit, unit**2, unit**3, unit**4, np.ones(unit.size)))
            method = f"excess kurtosis of sums of {period}"
            kurtosis = estimate(columns, _excess_kurtosis, resampling, method=method)
        elif sums.size >= GROUPS_NEEDED:
            kurtosis = NotTestable(reason="returns do not vary", needed=None, had=sums.size)
        found.append(KurtosisAtScale(periods=period, kurtosis=kurtosis))
    return tuple(found)


def kurtosis_drop(returns: Numbers, period: int, resampling: Resampling) -> Estimate | NotTestable:
    """Excess kurtosis of single returns less that of sums of `period`, both of one sample; positive as sums
    become more Gaussian. Groups of `period` are resampled together.
    """
    r = inputs.floats("returns", returns)
    groups = r.size // period if period > 1 else 0
    if groups < GROUPS_NEEDED:
        return too_few(f"sums of {period} returns", needed=GROUPS_NEEDED, had=groups)
    if not float(np.ptp(r)) > 0.0:
        return NotTestable(reason="returns do not vary", needed=None, had=r.size)
    unit = ((r - r.mean()) / r.std())[: groups * period].reshape(-1, period)
    total = unit.sum(axis=1) / math.sqrt(period)
    if not float(np.ptp(total)) > 0.0:
        return NotTestable(reason="summed returns do not vary", needed=None, had=r.size)
    single = [(unit**power).sum(axis=1) for power in (1, 2, 3, 4)]
    summed = [total**power for power in (1, 2, 3, 4)]
    columns = np.column_stack((*single, np.full(groups, float(period)), *summed, np.ones(groups)))

    def drop(sums: FloatArray) -> FloatArray:
        return _excess_kurtosis(sums[:, :5]) - _excess_kurtosis(sums[:, 5:])

    method = f"excess kurtosis of returns less that of sums of {period}"
    return estimate(columns, drop, resampling, method=method, n=r.size)


def leverage_effect(returns: Numbers, resampling: Resampling, *, lags: int = 10) -> Estimate | NotTestable:
    """Mean over lags 1 to `lags` of corr(r[t], r[t + lag]^2); negative where losses are followed by
    volatility.

    Cont (2001), fact 9; the mean of the lags is one number with one interval.
    """
    r = inputs.floats("returns", returns)
    if r.size < RETURNS_NEEDED:
        return too_few("returns", needed=RETURNS_NEEDED, had=r.size)
    if not float(np.ptp(np.abs(r))) > 0.0:
        return NotTestable(reason="squared returns do not vary", needed=None, had=r.size)
    squares = r**2 / (r**2).mean()
    later, _ = mean_of_next(squares - 1.0, lags)
    now, square = (r / r.std())[: later.size], (squares - 1.0)[: later.size]
    columns = np.column_stack((now, later, now * later, now**2, square, square**2))

    def correlation(sums: FloatArray) -> FloatArray:
        mean = sums / now.size
        scale = (mean[:, 3] - mean[:, 0] ** 2) * (mean[:, 5] - mean[:, 4] ** 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            result: FloatArray = (mean[:, 2] - mean[:, 0] * mean[:, 1]) / np.sqrt(scale)
        return result

    method = f"mean correlation of r with r^2 at lags 1 to {lags} later"
    return estimate(columns, correlation, resampling, method=method, n=r.size)


def realised_volatility(
    prices: Numbers, *, span_ns: int, level: float = 0.95
) -> RealisedVolatility | NotTestable:
    """Volatility of a span from prices sampled within it.

    Variance is the sum of squared log returns, no mean removed (Andersen et al. 2001, J. American Statistical
    Association 96, 42-55). Interval: normal for ln variance, with 2/3 sum of r^4 as the variance of the
    variance (Barndorff-Nielsen and Shephard 2002, J. Royal Statistical Society B 64, 253-280). Bid-ask
    bounce lifts it: sample mids, or sparsely.

    Parameters
    ----------
    prices : shape (n,)
        Above zero, equally spaced for the interval to hold.
    span_ns : int
        Nanoseconds from the first price to the last, of trading time as the caller counts it.
    level : float
        Confidence of the interval.
    """
    r = inputs.log_returns(inputs.positive("prices", prices))
    if span_ns <= 0:
        raise InputError(f"span_ns must be above zero, was {span_ns}")
    if r.size < 2:
        return too_few("returns", needed=2, had=r.size)
    variance = float((r**2).sum())
    if variance == 0.0:
        return NotTestable(reason="prices do not vary", needed=None, had=r.size)
    error = math.sqrt(2.0 / 3.0 * float((r**4).sum())) / variance
    spread = math.exp(0.5 * normal_quantile(level) * error)
    annual = math.sqrt(variance * YEAR_NS / span_ns)
    return RealisedVolatility(
        variance=variance,
        bipower=float(math.pi / 2.0 * r.size / (r.size - 1) * (np.abs(r[1:]) * np.abs(r[:-1])).sum()),
        annual=Estimate(
            value=annual,
            low=annual / spread,
            high=annual * spread,
            level=level,
            n=r.size,
            method="root of the sum of squared log returns, annualised; realised quarticity, log normal",
        ),
    )


def vwap(prices: Numbers, quantities: Numbers) -> float:
    """Volume-weighted average price, sum of p q over sum of q; raises InputError without trades."""
    q = inputs.positive("quantities", quantities)
    p = inputs.floats("prices", prices, size=q.size)
    if q.size == 0:
        raise InputError("prices must hold a trade; without one there is no average")
    return float(p @ q / q.sum())


def vwap_by_interval(
    trade_ns: IntArray, prices: Numbers, quantities: Numbers, *, interval_ns: int
) -> tuple[IntArray, FloatArray]:
    """Start and VWAP of each interval [k d, (k + 1) d) that has a trade."""
    trade_ns = inputs.times("trade_ns", trade_ns)
    q = inputs.positive("quantities", quantities, size=trade_ns.size)
    p = inputs.floats("prices", prices, size=trade_ns.size)
    if interval_ns <= 0:
        raise InputError(f"interval_ns must be above zero, was {interval_ns}")
    if trade_ns.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    interval = trade_ns // interval_ns
    first = np.flatnonzero(np.diff(interval, prepend=interval[0] - 1))
    return interval[first] * interval_ns, np.add.reduceat(p * q, first) / np.add.reduceat(q, first)


def _excess_kurtosis(sums: FloatArray) -> FloatArray:
    """From sums of x, x^2, x^3, x^4 and of ones."""
    a, b, c, d = (sums[:, at] / sums[:, 4] for at in range(4))
    variance = b - a**2
    fourth = d - 4.0 * a * c + 6.0 * a**2 * b - 3.0 * a**4
    with np.errstate(divide="ignore", invalid="ignore"):
        result: FloatArray = fourth / variance**2 - 3.0
    return result
