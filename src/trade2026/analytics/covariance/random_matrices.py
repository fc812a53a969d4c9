"""Correlation matrices that are made, to try estimators on; reproducible by the generator given."""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, check_not_negative
from trade2026.analytics.matrices import unit_diagonal
from trade2026.primitives.errors import InputError

_SUM: Final = 1e-9
"""How far the mean of eigenvalues of a correlation matrix may be from one."""


def factor_correlation(rng: np.random.Generator, *, n_assets: int, n_factors: int) -> FloatArray:
    """A random correlation matrix with `n_factors` factors and noise of its own for each asset.

    W W' + diag(u), W standard normal of shape (n_assets, n_factors), u uniform on [0, 1), rescaled to a unit
    diagonal. Lopez de Prado (2020), Machine Learning for Asset Managers, snippet 2.3.

    Raises
    ------
    InputError
        Fewer than one asset or one factor.
    """
    if n_assets < 1 or n_factors < 1:
        raise InputError(f"n_assets and n_factors must be at least 1, were {n_assets} and {n_factors}")
    loadings = rng.standard_normal((n_assets, n_factors))
    return unit_diagonal(loadings @ loadings.T + np.diag(rng.random(n_assets)))


def correlation_with_eigenvalues(rng: np.random.Generator, eigenvalues: FloatArray) -> FloatArray:
    """A random correlation matrix with given eigenvalues. Davies and Higham (2000), BIT 40, 640-651.

    Parameters
    ----------
    rng : numpy Generator
        Where it comes from.
    eigenvalues : float64, shape (p,)
        Not negative, at least two, summing to p within one part in 1e9.

    Raises
    ------
    InputError
        Eigenvalues that do not sum to their number, or a negative one.
    """
    from scipy.stats import random_correlation

    check_not_negative("eigenvalues", eigenvalues)
    p = eigenvalues.size
    total = float(eigenvalues.sum())
    if p < 2 or abs(total - p) > _SUM * p:
        raise InputError(f"eigenvalues must be two or more and sum to their number, {p} summed to {total}")
    made = random_correlation.rvs(eigenvalues * (p / total), random_state=rng, tol=_SUM)
    return unit_diagonal(np.asarray(made, dtype=np.float64))
