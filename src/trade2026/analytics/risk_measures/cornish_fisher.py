"""Value at risk and expected shortfall of a normal bent by skewness and kurtosis. Cornish and Fisher (1938).

The quantile of a standard normal at the tail, q < 0 for a tail below one half, becomes

    z = q + (q^2 - 1) S / 6 + (q^3 - 3 q) K / 24 - (2 q^3 - 5 q) S^2 / 36

with the sample's skewness S and excess kurtosis K, both by moments over n. Value at risk is -mean - z
volatility (ddof 1): "modified" in Zangari (1996). Expected shortfall is the mean of the same quantiles
over the tail, in closed form (Maillard 2012):

    -mean + volatility density(q) / tail (1 + q S / 6 + (q^2 - 1) K / 24 - (2 q^2 - 1) S^2 / 36)

The expansion is no distribution where z falls as q rises. Where that happens between the tail and the
hundredth part of it, both are Undefined rather than wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, TypeAlias

import numpy as np

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined, is_constant
from trade2026.analytics.risk_measures.dispersion import NO_SPREAD, check_returns
from trade2026.analytics.risk_measures.tail import check_tail

_NORMAL: Final = NormalDist()
_DEEP: Final = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Of a sample: moments and their derivatives by each return."""

    mean: float
    volatility: float
    skewness: float
    kurtosis: float
    volatility_gradient: FloatArray
    skewness_gradient: FloatArray
    kurtosis_gradient: FloatArray


def cornish_fisher_value_at_risk(returns: FloatArray, *, tail: float) -> Statistic:
    """See above.

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions, in any order; at least two.
    tail : float
        Share of periods that count as bad, in (0, 1).

    Returns
    -------
    float or Undefined
        Loss per period, positive when money is lost. Undefined when returns do not vary, or where the
        expansion is no distribution.

    Raises
    ------
    InputError
        Too few returns, one that is not finite, or a tail outside (0, 1).
    """
    return _value(returns, tail, _quantile_parts)


def cornish_fisher_expected_shortfall(returns: FloatArray, *, tail: float) -> Statistic:
    """See above; parameters, result and errors as in `cornish_fisher_value_at_risk`."""
    return _value(returns, tail, _shortfall_parts)


def cornish_fisher_value_at_risk_gradient(returns: FloatArray, *, tail: float) -> FloatArray | Undefined:
    """Derivative of `cornish_fisher_value_at_risk` by each return; sums with returns to it."""
    return _gradient(returns, tail, _quantile_parts)


def cornish_fisher_expected_shortfall_gradient(returns: FloatArray, *, tail: float) -> FloatArray | Undefined:
    """Derivative of `cornish_fisher_expected_shortfall` by each return; sums with returns to it."""
    return _gradient(returns, tail, _shortfall_parts)


_Parts: TypeAlias = tuple[float, float, float]
"""Loss in volatilities from the mean, and its derivatives by skewness and excess kurtosis."""


def _quantile_parts(q: float, tail: float, s: float, k: float) -> _Parts:
    by_s, by_s2, by_k = (q**2 - 1.0) / 6.0, -(2.0 * q**3 - 5.0 * q) / 36.0, (q**3 - 3.0 * q) / 24.0
    return -(q + by_s * s + by_k * k + by_s2 * s**2), -(by_s + 2.0 * by_s2 * s), -by_k


def _shortfall_parts(q: float, tail: float, s: float, k: float) -> _Parts:
    factor = _NORMAL.pdf(q) / tail
    by_s, by_s2, by_k = q / 6.0, -(2.0 * q**2 - 1.0) / 36.0, (q**2 - 1.0) / 24.0
    bent = 1.0 + by_s * s + by_k * k + by_s2 * s**2
    return factor * bent, factor * (by_s + 2.0 * by_s2 * s), factor * by_k


def _value(
    returns: FloatArray, tail: float, parts: Callable[[float, float, float, float], _Parts]
) -> Statistic:
    moments = _moments(returns, tail)
    if isinstance(moments, Undefined):
        return moments
    loss, _, _ = parts(_NORMAL.inv_cdf(tail), tail, moments.skewness, moments.kurtosis)
    return moments.volatility * loss - moments.mean


def _gradient(
    returns: FloatArray, tail: float, parts: Callable[[float, float, float, float], _Parts]
) -> FloatArray | Undefined:
    moments = _moments(returns, tail)
    if isinstance(moments, Undefined):
        return moments
    loss, by_s, by_k = parts(_NORMAL.inv_cdf(tail), tail, moments.skewness, moments.kurtosis)
    bent = by_s * moments.skewness_gradient + by_k * moments.kurtosis_gradient
    result: FloatArray = moments.volatility_gradient * loss + moments.volatility * bent - 1.0 / returns.size
    return result


def _moments(returns: FloatArray, tail: float) -> _Moments | Undefined:
    """Of returns for which the expansion is a distribution over the tail."""
    check_returns(returns, periods_min=2)
    check_tail(tail)
    if is_constant(returns):
        return NO_SPREAD
    n = returns.size
    mean = float(returns.mean())
    centred = returns - mean
    scale = float(np.sqrt(np.mean(centred**2)))
    unit = centred / scale
    s, k = float(np.mean(unit**3)), float(np.mean(unit**4)) - 3.0
    if not _rises(_NORMAL.inv_cdf(tail * _DEEP), _NORMAL.inv_cdf(tail), s, k):
        return Undefined(
            f"the Cornish-Fisher expansion is no distribution for a skewness of {s:.3g} and an excess "
            f"kurtosis of {k:.3g}"
        )
    volatility = float(returns.std(ddof=1))
    by_skewness = 3.0 * (unit**2 - 1.0 - s * unit) / (n * scale)
    by_kurtosis = 4.0 * (unit**3 - s - (k + 3.0) * unit) / (n * scale)
    return _Moments(mean, volatility, s, k, centred / ((n - 1) * volatility), by_skewness, by_kurtosis)


def _rises(low: float, high: float, s: float, k: float) -> bool:
    """Whether z rises with q all the way from low to high; its derivative is a parabola."""
    square, slope, constant = k / 8.0 - s**2 / 6.0, s / 3.0, 1.0 - k / 8.0 + 5.0 * s**2 / 36.0
    points = [low, high]
    if square > 0.0:
        points.append(min(max(-slope / (2.0 * square), low), high))
    return all(square * q**2 + slope * q + constant > 0.0 for q in points)
