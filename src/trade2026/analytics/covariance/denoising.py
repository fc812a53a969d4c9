"""Correlations without the noise that random matrix theory predicts, and without the market.

Both work on the correlation matrix and leave the variances as they are. After Lopez de Prado (2020), Machine
Learning for Asset Managers, chapter 2.
"""

from typing import Literal

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.estimate import Estimate
from trade2026.analytics.covariance.marchenko_pastur import (
    band_of_the_rest,
    fit_noise_variance,
    marchenko_pastur_bounds,
)
from trade2026.analytics.covariance.sample import moment_matrix
from trade2026.analytics.matrices import (
    check_above,
    check_covariance,
    check_panel,
    check_varies,
    check_within,
    descending_eigen,
    to_correlation,
    to_covariance,
    unit_diagonal,
)
from trade2026.primitives.errors import InputError

Denoising = Literal["constant", "targeted"]
Noise = Literal["rest", "fitted"]

_GONE = 1e-10
"""A correlation's diagonal below this has nothing left but rounding."""
_AT_BOUND = 0.9999
"""A fitted variance above this has run to the end of what is looked for: too few eigenvalues."""


def denoise(
    covariance: FloatArray,
    *,
    n_periods: int,
    method: Denoising = "constant",
    alpha: float = 0.0,
    edge: float | None = None,
    noise: Noise = "rest",
    bandwidth: float = 0.01,
) -> Estimate:
    """Treat as noise the correlation eigenvalues below the Marchenko-Pastur edge.

    "constant" gives each of them their mean, which keeps the trace; "targeted" shrinks the part of the matrix
    that they span towards its diagonal, keeping `alpha` of it. Rescaled to a unit diagonal.

    Parameters
    ----------
    covariance : float64, shape (p, p)
        Positive semidefinite.
    n_periods : int
        Periods that it was estimated from.
    method : "constant" or "targeted"
        See above.
    alpha : float
        For "targeted": share of the off-diagonal noise that stays, in [0, 1].
    edge : float, optional
        Eigenvalues above it are signal. Unless given, as `noise` says.
    noise : "rest" or "fitted"
        "rest" takes signals out one by one, see `band_of_the_rest`. "fitted" is the upper bound at the
        variance whose density fits best, see `fit_noise_variance`: with a few dozen assets that variance is 1
        whatever they are, and with many periods an asset much that is known well is then called noise.
    bandwidth : float
        Of the kernel of that fit.

    Returns
    -------
    Estimate
        `edge`, `signals` (eigenvalues above it), and `noise_variance` unless the edge was given.

    Raises
    ------
    InputError
        A matrix that is not symmetric or has a variance that is not positive; a number out of its range.
    """
    check_covariance("covariance", covariance)
    check_within("alpha", alpha, 0.0, 1.0, "0 keeps nothing of the noise between assets")
    if n_periods < 2:
        raise InputError(f"n_periods must be at least 2, was {n_periods}; it is the length of the sample")
    if method not in ("constant", "targeted"):
        raise InputError(f"method must be constant or targeted, was {method!r}; name one of them")
    if noise not in ("rest", "fitted"):
        raise InputError(f"noise must be rest or fitted, was {noise!r}; name one of them")
    correlation, volatility = to_correlation(covariance)
    values, vectors = descending_eigen(correlation)
    parameters: dict[str, float] = {}
    notes: tuple[str, ...] = ()
    if edge is None and noise == "rest":
        parameters["noise_variance"], edge = band_of_the_rest(values, n_periods / values.size)
    elif edge is None:
        q = n_periods / values.size
        parameters["noise_variance"] = fit_noise_variance(values, q, bandwidth=bandwidth)
        edge = marchenko_pastur_bounds(q, parameters["noise_variance"])[1]
        if parameters["noise_variance"] > _AT_BOUND:
            notes = ("the variance of the noise was fitted at its bound: give an edge, or noise=rest",)
    check_above("edge", edge, 0.0, "give None to have it fitted")
    signals = int((values > edge).sum())
    parameters |= {"edge": edge, "signals": float(signals)}
    cleaned = _constant(values, vectors, signals)
    if method == "targeted":
        parameters["alpha"] = alpha
        cleaned = _targeted(values, vectors, signals, alpha)
    if signals == 0:
        notes += ("no eigenvalue is above the edge: all correlation counts as noise",)
    elif signals >= values.size - 1 and values.size > 1:
        notes += ("all eigenvalues are above the edge: none is noise, and the matrix stays as it is",)
    return Estimate(
        covariance=to_covariance(unit_diagonal(cleaned), volatility),
        method=f"denoised, {method} residual eigenvalues",
        parameters=parameters,
        notes=notes,
    )


def denoised_covariance(
    returns: FloatArray,
    *,
    method: Denoising = "constant",
    alpha: float = 0.0,
    edge: float | None = None,
    noise: Noise = "rest",
    bandwidth: float = 0.01,
) -> Estimate:
    """`denoise` of the sample matrix with ddof 1; the errors of both."""
    check_panel("returns", returns)
    check_varies("returns", returns)
    return denoise(
        moment_matrix(returns, 1),
        n_periods=returns.shape[0],
        method=method,
        alpha=alpha,
        edge=edge,
        noise=noise,
        bandwidth=bandwidth,
    )


def detone(covariance: FloatArray, *, n_components: int = 1) -> Estimate:
    """Take the first principal components, the market, out of the correlations. Variances stay.

    What is left, C - V L V' over the first `n_components` eigenvectors, is rescaled to a unit diagonal. It is
    singular by as many: fit for clustering and comparing, not for optimizing.

    Parameters
    ----------
    covariance : float64, shape (p, p)
        Positive semidefinite.
    n_components : int
        Eigenvectors that are dropped, largest first; from 1 to p - 1.

    Raises
    ------
    InputError
        As `denoise`; so many components that an asset has no variance left.
    """
    check_covariance("covariance", covariance)
    p = covariance.shape[0]
    if not 1 <= n_components < p:
        raise InputError(f"n_components must be from 1 to {p - 1}, was {n_components}; 1 is the market")
    correlation, volatility = to_correlation(covariance)
    values, vectors = descending_eigen(correlation)
    first = vectors[:, :n_components]
    left = correlation - (first * values[:n_components]) @ first.T
    empty = np.flatnonzero(np.diag(left) < _GONE)
    if empty.size:
        raise InputError(
            f"n_components must leave some variance, {n_components} left none of asset {empty[0]}; drop fewer"
        )
    return Estimate(
        covariance=to_covariance(unit_diagonal(left), volatility),
        method=f"detoned, without {n_components} principal components",
        parameters={
            "n_components": float(n_components),
            "share_removed": float(values[:n_components].sum()) / p,
        },
        notes=(f"singular: the first {n_components} of {p} dimensions are gone",),
    )


def detoned_covariance(returns: FloatArray, *, n_components: int = 1) -> Estimate:
    """`detone` of the sample matrix with ddof 1; the errors of both."""
    check_panel("returns", returns)
    check_varies("returns", returns)
    return detone(moment_matrix(returns, 1), n_components=n_components)


def _constant(values: FloatArray, vectors: FloatArray, signals: int) -> FloatArray:
    """The matrix whose eigenvalues after the first `signals` are all their mean."""
    flat = values.copy()
    if signals < values.size:
        flat[signals:] = values[signals:].mean()
    result: FloatArray = (vectors * flat) @ vectors.T
    return result


def _targeted(values: FloatArray, vectors: FloatArray, signals: int, alpha: float) -> FloatArray:
    """The matrix whose part after the first `signals` keeps `alpha` of what is off its diagonal."""
    signal = (vectors[:, :signals] * values[:signals]) @ vectors[:, :signals].T
    noise = (vectors[:, signals:] * values[signals:]) @ vectors[:, signals:].T
    result: FloatArray = signal + alpha * noise + (1.0 - alpha) * np.diag(np.diag(noise))
    return result
