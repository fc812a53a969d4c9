"""Covariances straight from the sample: plain, weighted by age, of one correlation, without trends."""

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.estimate import Estimate, singular_note
from trade2026.analytics.matrices import (
    check_above,
    check_panel,
    check_varies,
    symmetric,
    to_correlation,
    to_covariance,
)
from trade2026.primitives.errors import InputError


def moment_matrix(returns: FloatArray, ddof: int) -> FloatArray:
    """Covariances of a checked panel about its means, divided by n_periods - ddof."""
    centred = returns - returns.mean(axis=0)
    return symmetric(centred.T @ centred / (returns.shape[0] - ddof))


def sample_covariance(returns: FloatArray, *, ddof: int = 1) -> Estimate:
    """Products of deviations from the mean, summed and divided by n - ddof.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions.
    ddof : int
        1 is free of bias, 0 is maximum likelihood under normality.

    Raises
    ------
    InputError
        Fewer than two rows, or than ddof + 1; a value that is not finite; an asset that never changes.
    """
    _check(returns)
    n, n_assets = returns.shape
    if not 0 <= ddof < n:
        raise InputError(f"ddof must be from 0 to {n - 1}, was {ddof}; 1 is usual")
    return Estimate(
        covariance=moment_matrix(returns, ddof),
        method=f"sample, ddof {ddof}",
        parameters={"ddof": float(ddof)},
        notes=singular_note(n, n_assets),
    )


def ewma_covariance(returns: FloatArray, *, half_life: float = 60.0, remove_mean: bool = False) -> Estimate:
    """Exponentially weighted: the weight of a period halves with every `half_life` periods of age.

    Weights are 0.5 ** (age / half_life) over their sum, so a short sample is not biased towards zero. The
    mean counts as zero, as in RiskMetrics (1996), unless it is removed: then the weighted mean is, without a
    correction for the degree of freedom.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions, oldest first.
    half_life : float
        Periods; above zero.
    remove_mean : bool
        Whether deviations are taken from the weighted mean.

    Raises
    ------
    InputError
        As `sample_covariance`; a half-life that is not above zero.
    """
    _check(returns)
    check_above("half_life", half_life, 0.0, "60 is usual for daily returns")
    weights = exponential_weights(returns.shape[0], half_life)
    centred = returns - weights @ returns if remove_mean else returns
    effective = 1.0 / float(weights @ weights)
    return Estimate(
        covariance=symmetric((centred * weights[:, None]).T @ centred),
        method=f"exponentially weighted, half-life {half_life:g}",
        parameters={"half_life": half_life, "effective_periods": effective},
        notes=singular_note(returns.shape[0], returns.shape[1], int(remove_mean)),
    )


def exponential_weights(n: int, half_life: float) -> FloatArray:
    """Weights of n periods, oldest first, that halve with every `half_life` of age and sum to one."""
    weights = np.exp2((np.arange(n) - (n - 1)) / half_life)
    result: FloatArray = weights / weights.sum()
    return result


def constant_correlation(returns: FloatArray, *, ddof: int = 1) -> Estimate:
    """Sample variances, and the mean correlation for every pair. Elton and Gruber (1973), J. Finance 28.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions.
    ddof : int
        As in `sample_covariance`.

    Raises
    ------
    InputError
        As `sample_covariance`.
    """
    plain = sample_covariance(returns, ddof=ddof)
    correlation, volatility = to_correlation(plain.covariance)
    mean = mean_correlation(correlation)
    flat = np.full_like(correlation, mean)
    np.fill_diagonal(flat, 1.0)
    return Estimate(
        covariance=to_covariance(flat, volatility),
        method=f"constant correlation, ddof {ddof}",
        parameters={"correlation": mean, "ddof": float(ddof)},
    )


def mean_correlation(correlation: FloatArray) -> float:
    """Mean of the correlations of all pairs; 0 for one asset."""
    n = correlation.shape[0]
    return float(correlation.sum() - np.trace(correlation)) / (n * (n - 1)) if n > 1 else 0.0


def detrended_covariance(returns: FloatArray, *, lookback: int = 20) -> Estimate:
    """Covariance of what an asset's own past does not predict: of the residuals of `ar_residuals`.

    Divided by the periods left less the lookback + 1 coefficients of each asset. It is the covariance of
    innovations: of returns themselves only where there is no serial correlation.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions, oldest first.
    lookback : int
        Lags of the autoregression, at least 1.

    Raises
    ------
    InputError
        As `ar_residuals`.
    """
    residuals = ar_residuals(returns, lookback=lookback)
    left, n_assets = residuals.shape
    return Estimate(
        covariance=symmetric(residuals.T @ residuals / (left - lookback - 1)),
        method=f"sample, residuals of an autoregression on {lookback} lags",
        parameters={"lookback": float(lookback)},
        notes=singular_note(left, n_assets),
    )


def ar_residuals(returns: FloatArray, *, lookback: int = 20) -> FloatArray:
    """Each asset's returns less what a constant and its own last `lookback` returns predict by least squares.

    One regression per asset over the whole sample; the first `lookback` periods have no residual.

    Returns
    -------
    float64, shape (n - lookback, n_assets)
        Fractions; each column has mean zero.

    Raises
    ------
    InputError
        A lookback below 1, or fewer than 2 lookback + 3 rows; as `sample_covariance`.
    """
    if lookback < 1:
        raise InputError(f"lookback must be at least 1, was {lookback}; 20 is usual for daily returns")
    _check(returns, rows_min=2 * lookback + 3)
    windows = np.lib.stride_tricks.sliding_window_view(returns, lookback, axis=0)[:-1]
    target = returns[lookback:]
    residuals = np.empty_like(target)
    for column in range(returns.shape[1]):
        design = np.column_stack((np.ones(target.shape[0]), windows[:, column, :]))
        fitted, *_ = np.linalg.lstsq(design, target[:, column], rcond=None)
        residuals[:, column] = target[:, column] - design @ fitted
    return residuals


def _check(returns: FloatArray, rows_min: int = 2) -> None:
    check_panel("returns", returns, rows_min=rows_min)
    check_varies("returns", returns)
