"""What is in a covariance matrix: its eigenvalues, how many of them matter, and what cleaning changed.

Eigenvalues are those of the correlation matrix unless said otherwise, so that an asset counts the same
whatever its volatility; they sum to the number of assets.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined, check_not_negative
from trade2026.analytics.covariance.marchenko_pastur import marchenko_pastur_bounds
from trade2026.analytics.matrices import check_covariance, descending_eigen, to_correlation
from trade2026.primitives.errors import InputError

_SINGULAR: Final = 1e-12
"""An eigenvalue below this share of the largest is a zero with rounding."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spectrum:
    """The eigenvalues of a correlation matrix and what they say.

    Attributes
    ----------
    eigenvalues : float64, shape (p,)
        Largest first; zero where rounding left a negative one.
    shares : float64, shape (p,)
        Of the variance of all assets at unit volatility; sums to one.
    noise_bounds : tuple of float
        Marchenko-Pastur band at unit variance, see `marchenko_pastur`.
    signals : int
        Eigenvalues above that band.
    effective_rank : float
        `effective_rank` of the eigenvalues, from 1 to p.
    condition_number : float or Undefined
        Largest over smallest; Undefined for a singular matrix.
    concentration : float
        Share of the largest.
    elbow : int
        Eigenvalues before the curve flattens, see `elbow`.
    """

    eigenvalues: FloatArray
    shares: FloatArray
    noise_bounds: tuple[float, float]
    signals: int
    effective_rank: float
    condition_number: Statistic
    concentration: float
    elbow: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cleaning:
    """A matrix before and after it was cleaned.

    Attributes
    ----------
    before, after : Spectrum
        Of both.
    correlation_distance : float
        Root mean square change of the correlation of a pair.
    variance_change_max : float
        Largest relative change of a variance, a fraction, not negative.
    mean_correlation_before, mean_correlation_after : float
        Over all pairs.
    """

    before: Spectrum
    after: Spectrum
    correlation_distance: float
    variance_change_max: float
    mean_correlation_before: float
    mean_correlation_after: float


def analyse_spectrum(covariance: FloatArray, *, n_periods: int) -> Spectrum:
    """Eigenvalues of the correlation matrix and their measures.

    Parameters
    ----------
    covariance : float64, shape (p, p)
        Symmetric with positive variances.
    n_periods : int
        Periods that it was estimated from, for the band of noise; at least 1.

    Raises
    ------
    InputError
        As `check_covariance`; fewer than one period.
    """
    check_covariance("covariance", covariance)
    if n_periods < 1:
        raise InputError(f"n_periods must be at least 1, was {n_periods}; it is the length of the sample")
    correlation, _ = to_correlation(covariance)
    values = np.maximum(descending_eigen(correlation)[0], 0.0)
    bounds = marchenko_pastur_bounds(n_periods / values.size)
    return Spectrum(
        eigenvalues=values,
        shares=values / values.sum(),
        noise_bounds=bounds,
        signals=int((values > bounds[1]).sum()),
        effective_rank=effective_rank(values),
        condition_number=condition_number(values),
        concentration=float(values[0] / values.sum()),
        elbow=elbow(values),
    )


def effective_rank(eigenvalues: FloatArray) -> float:
    """Exponential of the entropy of the eigenvalues as shares of their sum. Roy and Vetterli (2007).

    From 1, where one eigenvalue has everything, to p, where all are equal. Eigenvalues are not negative, with
    a positive sum, in any order.
    """
    check_not_negative("eigenvalues", eigenvalues)
    total = float(eigenvalues.sum())
    if not total > 0.0:
        raise InputError("eigenvalues must have a positive sum, was 0; the matrix is zero")
    shares = eigenvalues[eigenvalues > 0.0] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))


def condition_number(eigenvalues: FloatArray) -> Statistic:
    """Largest eigenvalue over the smallest, in any order; Undefined where that is zero but for rounding."""
    check_not_negative("eigenvalues", eigenvalues)
    if eigenvalues.size == 0:
        return Undefined("there is no eigenvalue")
    largest, smallest = float(eigenvalues.max()), float(eigenvalues.min())
    if smallest <= _SINGULAR * largest:
        return Undefined("the matrix is singular")
    return largest / smallest


def elbow(eigenvalues: FloatArray) -> int:
    """How many eigenvalues come before their curve flattens: those before the point farthest below its chord.

    The curve of eigenvalues against their rank, largest first, joined from its first to its last point
    (Satopaa et al. 2011, ICDCS Workshops, 166-171). 1 for fewer than three eigenvalues.
    """
    check_not_negative("eigenvalues", eigenvalues)
    n = eigenvalues.size
    if n < 3:
        return 1
    ordered = np.sort(eigenvalues)[::-1]
    chord = np.linspace(ordered[0], ordered[-1], n)
    return max(int(np.argmax(chord - ordered)), 1)


def eigenportfolios(covariance: FloatArray, *, n: int) -> FloatArray:
    """Weights of the first principal portfolios, one in each row, shape (n, p).

    An eigenvector of the correlation matrix over the assets' volatilities, so that two of them are
    uncorrelated, scaled so that absolute weights sum to one. Avellaneda and Lee (2010), Quantitative Finance
    10, 761-782. The first is long more than short, in volatilities.

    Raises
    ------
    InputError
        As `check_covariance`; an n that is not from 1 to p.
    """
    check_covariance("covariance", covariance)
    p = covariance.shape[0]
    if not 1 <= n <= p:
        raise InputError(f"n must be from 1 to {p}, was {n}; there is one eigenportfolio per asset")
    correlation, volatility = to_correlation(covariance)
    _, vectors = descending_eigen(correlation)
    weights = vectors[:, :n].T / volatility
    result: FloatArray = weights / np.abs(weights).sum(axis=1, keepdims=True)
    return result


def compare_spectra(before: FloatArray, after: FloatArray, *, n_periods: int) -> Cleaning:
    """What cleaning did to a covariance matrix; both of shape (p, p), from `n_periods` periods."""
    first = analyse_spectrum(before, n_periods=n_periods)
    second = analyse_spectrum(after, n_periods=n_periods)
    if before.shape != after.shape:
        raise InputError(f"after must have the shape of before, {before.shape}, was {after.shape}")
    pairs = np.triu_indices(before.shape[0], 1)
    old, new = to_correlation(before)[0][pairs], to_correlation(after)[0][pairs]
    has_pairs = old.size > 0
    variances, changed = np.diag(before), np.diag(after)
    return Cleaning(
        before=first,
        after=second,
        correlation_distance=float(np.sqrt(np.mean((new - old) ** 2))) if has_pairs else 0.0,
        variance_change_max=float(np.abs(changed / variances - 1.0).max()),
        mean_correlation_before=float(old.mean()) if has_pairs else 0.0,
        mean_correlation_after=float(new.mean()) if has_pairs else 0.0,
    )
