"""The eigenvalues of a correlation matrix of pure noise. Marchenko and Pastur (1967), Math. USSR Sbornik 1.

For n periods of p independent assets of the same variance the eigenvalues of the sample matrix fill, as both
grow at a fixed q = n / p, the band variance (1 -+ sqrt(1 / q))^2. What lies above the band is not noise.
Where the largest eigenvalues carry signal, the rest holds less than the whole variance and the band is
lower: `band_of_the_rest` takes signals out one by one, `fit_noise_variance` fits the variance of the noise
(Lopez de Prado 2020, Machine Learning for Asset Managers, 2.4).
"""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, check_not_negative
from trade2026.analytics.matrices import check_above
from trade2026.primitives.errors import InputError

_POINTS: Final = 1_000
_VARIANCE_MIN: Final = 1e-5
_VARIANCES_TRIED: Final = 100
_REFINED: Final = 1e-9
_NOTHING: Final = 1e-12
"""A mean of eigenvalues below this is rounding."""


def marchenko_pastur_bounds(q: float, variance: float = 1.0) -> tuple[float, float]:
    """Lower and upper edge of the band: variance (1 - sqrt(1 / q))^2 and variance (1 + sqrt(1 / q))^2.

    Parameters
    ----------
    q : float
        Periods per asset, n / p; above zero. Below one there are also p - n eigenvalues of zero.
    variance : float
        Variance of the noise; 1 for a correlation matrix.

    Raises
    ------
    InputError
        A q or a variance that is not above zero.
    """
    check_above("q", q, 0.0, "it is the number of periods over the number of assets")
    check_above("variance", variance, 0.0, "1 is that of a correlation matrix")
    root = np.sqrt(1.0 / q)
    return float(variance * (1.0 - root) ** 2), float(variance * (1.0 + root) ** 2)


def marchenko_pastur_density(eigenvalues: FloatArray, q: float, variance: float = 1.0) -> FloatArray:
    """Density of the eigenvalues of noise, same shape as `eigenvalues`.

    q / (2 pi variance x) sqrt((upper - x) (x - lower)) inside the band, 0 outside.
    It integrates to one for q of at least one, and to q below: the rest is an atom at zero.

    Parameters
    ----------
    eigenvalues : float64, shape (k,)
        Where the density is wanted; not negative.
    q, variance : float
        As in `marchenko_pastur_bounds`.

    Raises
    ------
    InputError
        As `marchenko_pastur_bounds`; an eigenvalue that is negative or not finite.
    """
    check_not_negative("eigenvalues", eigenvalues)
    lower, upper = marchenko_pastur_bounds(q, variance)
    inside = (eigenvalues > 0.0) & (eigenvalues > lower) & (eigenvalues < upper)
    density = np.zeros_like(eigenvalues)
    x = eigenvalues[inside]
    density[inside] = q / (2.0 * np.pi * variance * x) * np.sqrt((upper - x) * (x - lower))
    return density


def residual_variance(eigenvalues: FloatArray) -> float:
    """Variance that the largest eigenvalue of a correlation matrix leaves: 1 - largest / p.

    The variance of the noise where all assets share one strong factor, as shares do. Laloux, Cizeau, Bouchaud
    and Potters (1999), Physical Review Letters 83, 1467-1470. Unlike `fit_noise_variance` it does well for
    few assets, whose eigenvalues have no density to speak of.

    Parameters
    ----------
    eigenvalues : float64, shape (p,)
        Of a correlation matrix, in any order; two at least, which sum to p.

    Raises
    ------
    InputError
        Fewer than two, or one that is negative or not finite.
    """
    check_not_negative("eigenvalues", eigenvalues)
    if eigenvalues.size < 2:
        raise InputError(f"eigenvalues must be two at least, were {eigenvalues.size}; one has no rest")
    return 1.0 - float(eigenvalues.max() / eigenvalues.sum())


def band_of_the_rest(eigenvalues: FloatArray, q: float) -> tuple[float, float]:
    """Mean of the eigenvalues that are noise, and the upper edge of their band.

    The largest eigenvalue is a signal where it is above the band of noise of the mean variance of all; it is
    taken out, and the next one is held against the band of those that are left, until one is inside it. Of
    k signals the rest has n / (p - k) periods an asset and its own mean as variance. Laloux, Cizeau, Bouchaud
    and Potters (1999), Physical Review Letters 83, 1467-1470, take out the largest; one after the other as
    in Kritchman and Nadler (2008), Chemometrics and Intelligent Laboratory Systems 94, 19-32, with the edge
    of the band in place of their quantile of the largest eigenvalue.

    Parameters
    ----------
    eigenvalues : float64, shape (p,)
        Of a correlation matrix, in any order; negative ones of rounding count as zero.
    q : float
        Periods per asset, n / p.

    Raises
    ------
    InputError
        No eigenvalue, or one that is not finite; a q that is not above zero.
    """
    _check_eigenvalues(eigenvalues)
    check_above("q", q, 0.0, "it is the number of periods over the number of assets")
    falling = np.sort(np.maximum(eigenvalues, 0.0))[::-1]
    size = falling.size
    signals = 0
    while True:  # The last one is below its own edge.
        variance = max(float(falling[signals:].mean()), _NOTHING)
        edge = marchenko_pastur_bounds(q * size / (size - signals), variance)[1]
        if float(falling[signals]) <= edge:
            return variance, edge
        signals += 1


def fit_noise_variance(eigenvalues: FloatArray, q: float, *, bandwidth: float = 0.01) -> float:
    """The variance in (0, 1) whose density is nearest to that of the eigenvalues of a correlation matrix.

    Nearest in squared distance summed over a thousand points of the band, to a Gaussian kernel density, as in
    Lopez de Prado's snippet 2.4. The distance has several minima for few assets: a hundred variances are
    tried and the best refined, where the book descends from 0.5.

    Parameters
    ----------
    eigenvalues : float64, shape (p,)
        Of a correlation matrix, in any order; negative ones of rounding are taken as they are.
    q : float
        Periods per asset.
    bandwidth : float
        Standard deviation of the kernel, in units of eigenvalues; the book's 0.01 is for hundreds of assets.

    Raises
    ------
    InputError
        No eigenvalue, or one that is not finite; a q or a bandwidth that is not above zero.
    """
    from scipy.optimize import minimize_scalar

    _check_eigenvalues(eigenvalues)
    check_above("q", q, 0.0, "it is the number of periods over the number of assets")
    check_above("bandwidth", bandwidth, 0.0, "0.01 is for hundreds of assets")

    def distance(variance: float) -> float:
        lower, upper = marchenko_pastur_bounds(q, variance)
        points = np.linspace(lower, upper, _POINTS)
        points = points[points > 0.0]
        gap = kernel_density(points, eigenvalues, bandwidth) - marchenko_pastur_density(points, q, variance)
        return float(gap @ gap)

    tried = np.linspace(_VARIANCE_MIN, 1.0 - _VARIANCE_MIN, _VARIANCES_TRIED)
    distances = [distance(float(variance)) for variance in tried]
    best = int(np.argmin(distances))
    around = (float(tried[max(best - 1, 0)]), float(tried[min(best + 1, tried.size - 1)]))
    found = minimize_scalar(distance, bounds=around, method="bounded", options={"xatol": _REFINED})
    return float(found.x) if float(found.fun) < distances[best] else float(tried[best])


def _check_eigenvalues(eigenvalues: FloatArray) -> None:
    if eigenvalues.ndim != 1 or eigenvalues.size == 0 or not np.isfinite(eigenvalues).all():
        raise InputError(
            f"eigenvalues must be finite and 1-D, had shape {eigenvalues.shape}; give one at least"
        )


def kernel_density(points: FloatArray, eigenvalues: FloatArray, bandwidth: float) -> FloatArray:
    """Gaussian kernel density of the eigenvalues at each of the points; a bandwidth above zero."""
    steps = (points[:, None] - eigenvalues[None, :]) / bandwidth
    density: FloatArray = np.exp(-0.5 * steps**2).mean(axis=1) / (bandwidth * np.sqrt(2.0 * np.pi))
    return density
