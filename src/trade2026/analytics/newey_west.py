"""Variances that allow for serial correlation, with weights that fall with age."""

import numpy as np

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined, is_constant
from trade2026.analytics.covariance.sample import exponential_weights
from trade2026.analytics.matrices import check_above, symmetric
from trade2026.primitives.errors import InputError


def usual_lags(n: int) -> int:
    """floor(4 (n / 100)^(2/9)): the lags that Newey and West (1994), Rev. Economic Studies 61, begin from."""
    return int(4.0 * (n / 100.0) ** (2.0 / 9.0))


def long_run_covariance(values: FloatArray, *, half_life: float, lags: int) -> FloatArray:
    """Covariance per period of sums over many periods: lags count with Bartlett weights 1 - l / (L + 1).

    Newey and West (1987), Econometrica 55. Products of two periods carry the geometric mean of their weights,
    so that the matrix is positive semidefinite for any weights. The mean counts as zero.

    Parameters
    ----------
    values : float64, shape (T, K)
        Oldest first; finite.
    half_life : float
        Periods after which a weight has halved; infinite for equal weights. Weights sum to one.
    lags : int
        From 0, which gives the plain weighted covariance, to T - 1.

    Raises
    ------
    InputError
        A half-life or lags out of range.
    """
    n = values.shape[0]
    if half_life != np.inf:
        check_above("half_life", half_life, 0.0, "60 to 500 periods are usual, inf weighs all alike")
    if not 0 <= lags < n:
        raise InputError(f"lags must be from 0 to {n - 1}, was {lags}; 2 to 5 are usual for daily returns")
    weights = np.full(n, 1.0 / n) if half_life == np.inf else exponential_weights(n, half_life)
    scaled = np.sqrt(weights)[:, None] * values
    total = scaled.T @ scaled
    for lag in range(1, lags + 1):
        crossed = scaled[lag:].T @ scaled[:-lag]
        total += (1.0 - lag / (lags + 1.0)) * (crossed + crossed.T)
    return symmetric(total)


def mean_errors(values: FloatArray, *, lags: int) -> FloatArray:
    """Standard errors of the means of columns by Newey and West, no small-sample factor, shape (K,).

    Parameters
    ----------
    values : float64, shape (T, K)
        Deviations are from their means.
    lags : int
        From 0 to T - 1.
    """
    apart = values - values.mean(axis=0)
    variance = np.diag(long_run_covariance(apart, half_life=np.inf, lags=lags))
    return np.asarray(np.sqrt(np.maximum(variance, 0.0) / values.shape[0]))


def mean_t_statistic(values: FloatArray, *, lags: int | None = None) -> Statistic:
    """The mean over its standard error by Newey and West, deviations from the mean, no small-sample factor.

    Parameters
    ----------
    values : float64, shape (T,)
    lags : int, optional
        `usual_lags` unless given.

    Returns
    -------
    float or Undefined
        Undefined for values that do not vary.
    """
    n = values.size
    if n < 2 or is_constant(values):
        return Undefined("the values do not vary")
    lags = min(usual_lags(n) if lags is None else lags, n - 1)
    return float(values.mean()) / float(mean_errors(values[:, None], lags=lags)[0])
