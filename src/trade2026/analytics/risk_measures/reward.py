"""Gains set against losses: Omega and the tail ratio. Neither depends on the scale of returns."""

import numpy as np

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined
from trade2026.analytics.risk_measures.dispersion import check_returns
from trade2026.primitives.errors import InputError


def omega_ratio(returns: FloatArray, *, threshold: float = 0.0) -> Statistic:
    """Mean excess over a threshold divided by the mean shortfall below it. Keating and Shadwick (2002).

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions; at least one.
    threshold : float
        Per period, a fraction.

    Returns
    -------
    float or Undefined
        Zero or positive; above one when gains outweigh. Undefined when no period fell short.

    Raises
    ------
    InputError
        No return, or one, or a threshold, that is not finite.
    """
    check_returns(returns)
    if not np.isfinite(threshold):
        raise InputError(f"threshold must be finite, was {threshold}; 0 is usual")
    excess = returns - threshold
    short = -float(np.minimum(excess, 0.0).sum())
    if short == 0.0:
        return Undefined("no period fell below the threshold")
    return float(np.maximum(excess, 0.0).sum()) / short


def tail_ratio(returns: FloatArray, *, tail: float = 0.05) -> Statistic:
    """Size of the upper quantile at 1 - tail over that of the lower at tail, both interpolated (type 7).

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions; at least one.
    tail : float
        In (0, 0.5).

    Returns
    -------
    float or Undefined
        Zero or positive. Undefined when the lower quantile is zero.

    Raises
    ------
    InputError
        No return, one that is not finite, or a tail outside (0, 0.5).
    """
    check_returns(returns)
    if not 0.0 < tail < 0.5:
        raise InputError(f"tail must be between 0 and 0.5, was {tail}; 0.05 is usual")
    low, high = np.quantile(returns, [tail, 1.0 - tail])
    return Undefined("the lower quantile is zero") if low == 0.0 else abs(float(high)) / abs(float(low))
