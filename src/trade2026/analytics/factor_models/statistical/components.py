"""Principal components as factors: r = mean + B f + e, with f of unit variance and e unrelated to it.

Two ways to the same model. `principal_components` takes the eigenvectors of the assets' covariance or
correlation matrix, for more periods than assets. `asymptotic_components` (Connor and Korajczyk 1986, J.
Financial Economics 15, 373-394) takes those of the periods' cross products, which is the one to choose for
more assets than periods; with its second step (Connor and Korajczyk 1988, J. Financial Economics 21, 255-289)
assets count by their precision: returns are divided by their specific volatility first.

Signs: of the two directions of a factor that one is taken in which the loadings sum to zero or more; where
the sum is zero but for rounding, the one in which the largest loading, the first of several, is positive.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import check_panel, check_varies, symmetric
from trade2026.primitives.errors import InputError

_NO_SUM: Final = 1e-10
"""A sum of loadings below this share of their absolute sum is zero with rounding."""
_NO_SPECIFIC: Final = 1e-10
"""A specific variance below this share of the asset's is zero with rounding."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StatisticalFactors:
    """A factor model whose factors are components of the returns.

    Attributes
    ----------
    method : str
        How it was found.
    mean : float64, shape (N,)
        Sample means of the returns per period.
    loadings : float64, shape (N, K)
        Return of an asset, as a fraction, for one standard deviation of a factor.
    factors : float64, shape (T, K)
        Values of the factors; mean 0, variance 1 (ddof 1), uncorrelated.
    specific : float64, shape (N,)
        Variances (ddof 1) of what the factors leave; with them every asset has its sample variance.
    eigenvalues : float64, shape (min(N, T - 1),)
        Of the matrix that was taken apart, largest first.
    shares : float64, shape (min(N, T - 1),)
        Eigenvalues over the trace; sum to one.
    r_squared : float64, shape (N,)
        Share of each asset's variance that the factors explain.
    """

    method: str
    mean: FloatArray
    loadings: FloatArray
    factors: FloatArray
    specific: FloatArray
    eigenvalues: FloatArray
    shares: FloatArray
    r_squared: FloatArray

    @property
    def covariance(self) -> FloatArray:
        """Total risk, B B' + diag(specific), per period; shape (N, N)."""
        return symmetric(self.loadings @ self.loadings.T + np.diag(self.specific))


def principal_components(returns: FloatArray, number: int, *, correlation: bool = True) -> StatisticalFactors:
    """Factors by the eigenvectors of the sample correlation matrix, or of the covariance matrix.

    Parameters
    ----------
    returns : float64, shape (T, N)
        Simple returns per period as fractions; finite.
    number : int
        Factors, from 0 to min(N, T - 1).
    correlation : bool
        Whether assets count the same; else those with more variance count more.

    Raises
    ------
    InputError
        Values are not finite, an asset does not vary, or the number is out of range.
    """
    centred, volatility = _checked(returns, number)
    scale = volatility if correlation else np.ones(volatility.size)
    left, singular, _ = np.linalg.svd(centred / scale, full_matrices=False)
    rank = min(returns.shape[1], returns.shape[0] - 1)
    eigenvalues = singular[:rank] ** 2 / (returns.shape[0] - 1)
    name = "correlation" if correlation else "covariance"
    return _model(
        f"principal components of the {name} matrix",
        returns,
        left[:, :number] * np.sqrt(returns.shape[0] - 1.0),
        eigenvalues,
    )


def asymptotic_components(returns: FloatArray, number: int, *, reweighted: bool = True) -> StatisticalFactors:
    """Factors by the eigenvectors of the (T, T) cross products of returns; see the module.

    Parameters
    ----------
    returns : float64, shape (T, N)
        Simple returns per period as fractions; finite.
    number : int
        Factors, from 0 to min(N, T - 1); below it with the second step, which needs something specific.
    reweighted : bool
        Whether the second step is done: returns over their specific volatility from the first.

    Raises
    ------
    InputError
        As `principal_components`; with the second step also an asset without specific variance.
    """
    centred, _ = _checked(returns, number)
    periods, assets = returns.shape
    scaled = centred
    if reweighted:
        factors, _ = _first_components(centred, number)
        specific = centred.var(axis=0, ddof=1) - ((factors.T @ centred) ** 2).sum(axis=0) / (periods - 1)
        bad = np.flatnonzero(specific <= _NO_SPECIFIC * centred.var(axis=0, ddof=1))
        if bad.size:
            raise InputError(
                f"number must leave every asset something specific, {number} factors leave column {bad[0]} "
                "none; take fewer, or principal components"
            )
        scaled = centred / np.sqrt(specific)
    factors, eigenvalues = _first_components(scaled, number)
    factors *= np.sqrt(periods - 1.0)
    step = "with assets by their precision" if reweighted else "one step"
    return _model(f"asymptotic components, {step}", returns, factors, eigenvalues[: min(assets, periods - 1)])


def _first_components(values: FloatArray, number: int) -> tuple[FloatArray, FloatArray]:
    """Unit eigenvectors of the cross products of periods, shape (T, number), and min(N, T) eigenvalues."""
    left, singular, _ = np.linalg.svd(values, full_matrices=False)  # Products would be T by T.
    return left[:, :number].copy(), singular**2 / (values.shape[0] - 1)


def _checked(returns: FloatArray, number: int) -> tuple[FloatArray, FloatArray]:
    """Deviations from the means, and volatilities."""
    check_panel("returns", returns, rows_min=3)
    check_varies("returns", returns)
    most = min(returns.shape[1], returns.shape[0] - 1)
    if not 0 <= number <= most:
        raise InputError(f"number must be from 0 to {most}, was {number}; there are no more components")
    return returns - returns.mean(axis=0), returns.std(axis=0, ddof=1)


def _signs(loadings: FloatArray) -> FloatArray:
    """1 or -1 for each column; see the module."""
    if loadings.shape[1] == 0:
        return np.ones(0)
    sums = loadings.sum(axis=0)
    largest = loadings[np.abs(loadings).argmax(axis=0), np.arange(loadings.shape[1])]
    decisive = np.where(np.abs(sums) > _NO_SUM * np.abs(loadings).sum(axis=0), sums, largest)
    signs: FloatArray = np.where(decisive < 0.0, -1.0, 1.0)
    return signs


def _model(
    method: str, returns: FloatArray, factors: FloatArray, eigenvalues: FloatArray
) -> StatisticalFactors:
    """Loadings by regression on the factors, which are uncorrelated and of unit variance."""
    periods = returns.shape[0]
    mean = returns.mean(axis=0)
    loadings = (returns - mean).T @ factors / (periods - 1)
    signs = _signs(loadings)
    factors, loadings = factors * signs, loadings * signs
    variance = returns.var(axis=0, ddof=1)
    specific = np.maximum(variance - (loadings**2).sum(axis=1), 0.0)
    return StatisticalFactors(
        method=method,
        mean=mean,
        loadings=loadings,
        factors=factors,
        specific=specific,
        eigenvalues=eigenvalues,
        shares=eigenvalues / eigenvalues.sum(),
        r_squared=1.0 - specific / variance,
    )
