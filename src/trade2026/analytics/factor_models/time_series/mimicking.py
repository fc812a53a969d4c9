"""Portfolios that stand for a factor that is not traded.

`maximum_correlation` is the portfolio of the assets that follows one series most closely (Breeden, Gibbons
and Litzenberger 1989, J. Finance 44, 231-262): weights S^-1 cov(r, f), scaled so that its beta on the factor
is one. `unit_beta` has for each factor the least risky portfolio with beta one on it and zero on the others
(Huberman, Kandel and Stambaugh 1987, J. Finance 42, 1-9): the columns of S^-1 B (B' S^-1 B)^-1.
Weights may be short and have any sum: what is left over is borrowed or lent.
"""

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from trade2026.analytics.arrays import FloatArray, is_constant
from trade2026.analytics.matrices import check_covariance, check_panel
from trade2026.primitives.errors import InputError


def maximum_correlation(returns: FloatArray, factor: FloatArray, covariance: FloatArray) -> FloatArray:
    """Weights, shape (N,), of the portfolio whose correlation with the factor is the greatest.

    Parameters
    ----------
    returns : float64, shape (T, N)
        Of the assets, per period as fractions.
    factor : float64, shape (T,)
        Over the same periods; in any unit, the portfolio moves one for one with it.
    covariance : float64, shape (N, N)
        Of the assets: the sample's gives the greatest correlation in sample, a shrunk one is steadier.

    Raises
    ------
    InputError
        Shapes do not fit, the factor does not vary or moves with no asset, or the covariance is singular.
    """
    check_panel("returns", returns)
    if factor.shape != (returns.shape[0],) or not np.isfinite(factor).all():
        raise InputError(f"factor must be {returns.shape[0]} finite numbers, one a period; align it")
    if is_constant(factor):
        raise InputError(f"factor must vary, was {factor[0]} throughout; take another one")
    centred = factor - factor.mean()
    together = centred @ (returns - returns.mean(axis=0)) / (factor.size - 1)
    if not together.any():
        raise InputError("factor must move with an asset, has no covariance with any; take other assets")
    raw = _solved(covariance, together)
    weights: FloatArray = raw * (float(centred @ centred) / (factor.size - 1) / float(together @ raw))
    return weights


def unit_beta(betas: FloatArray, covariance: FloatArray) -> FloatArray:
    """Weights, shape (N, K): column k is the least risky portfolio with betas of one on factor k alone.

    Parameters
    ----------
    betas : float64, shape (N, K)
        Of the assets on the factors.
    covariance : float64, shape (N, N)
        Of the assets.

    Raises
    ------
    InputError
        The covariance is singular, or betas of one factor follow from those of the others.
    """
    check_panel("betas", betas, rows_min=1)
    if np.linalg.matrix_rank(betas) < betas.shape[1]:
        raise InputError(
            f"betas must tell {betas.shape[1]} factors apart, those of one follow from the others; take more "
            "assets or fewer factors"
        )
    scaled = _solved(covariance, betas)
    return np.linalg.solve(betas.T @ scaled, scaled.T).T.astype(np.float64)


def _solved(covariance: FloatArray, right: FloatArray) -> FloatArray:
    """S^-1 right; InputError where there is no inverse."""
    check_covariance("covariance", covariance)
    size = right.shape[0]
    if covariance.shape[0] != size:
        raise InputError(f"covariance must be of {size} assets, was of {covariance.shape[0]}; align it")
    if np.linalg.matrix_rank(covariance, hermitian=True) < size:
        raise InputError("covariance must have an inverse, is singular; shrink it, or take more periods")
    found: FloatArray = cho_solve(cho_factor(covariance, lower=True), right)
    return found
