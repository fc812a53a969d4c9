"""The positive semidefinite matrix next to one that is not: of unequal samples, of stress, or of counting."""

from typing import Final, Literal

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.estimate import Estimate
from trade2026.analytics.matrices import (
    check_above,
    check_covariance,
    check_within,
    symmetric,
    to_correlation,
    to_covariance,
    unit_diagonal,
)
from trade2026.primitives.errors import InputError

Nearest = Literal["higham", "clip"]

TOLERANCE: Final = 1e-8
ITERATIONS_MAX: Final = 2_000


def clip_spectrum(matrix: FloatArray, *, floor: float = 0.0) -> FloatArray:
    """A symmetric matrix with eigenvalues below `floor` raised to it: the nearest such in the Frobenius norm.

    Its diagonal grows where something was raised. Higham (1988), Linear Algebra Appl. 103, 103-118.
    """
    values, vectors = np.linalg.eigh(symmetric(matrix))
    return symmetric((vectors * np.maximum(values, floor)) @ vectors.T)


def nearest_correlation(
    matrix: FloatArray, *, tolerance: float = TOLERANCE, iterations_max: int = ITERATIONS_MAX
) -> tuple[FloatArray, int]:
    """The correlation matrix nearest to a symmetric one, and the iterations it took.

    Alternating projections with Dykstra's correction. Higham (2002), IMA J. Numerical Analysis 22, 329-343,
    in the Frobenius norm without weights. It stops when both projections and their difference change by less
    than `tolerance` of their norm; the last iterate is then made positive semidefinite by clipping, which
    moves it by no more than about that.

    Parameters
    ----------
    matrix : float64, shape (p, p)
        Symmetric, with a diagonal that is about one.
    tolerance : float
        Above zero.
    iterations_max : int
        Convergence is linear: hundreds are usual for matrices far from any correlation.

    Raises
    ------
    InputError
        It has not converged.
    """
    check_above("tolerance", tolerance, 0.0, "1e-8 is usual")
    current = symmetric(matrix)
    projected = current
    correction = np.zeros_like(current)
    change = np.inf
    for iteration in range(1, iterations_max + 1):
        before, before_projected = current, projected
        shifted = current - correction
        projected = clip_spectrum(shifted)
        correction = projected - shifted
        current = projected.copy()
        np.fill_diagonal(current, 1.0)
        size = float(np.linalg.norm(current))
        change = max(
            float(np.linalg.norm(current - before)),
            float(np.linalg.norm(projected - before_projected)),
            float(np.linalg.norm(current - projected)),
        )
        if change <= tolerance * size:
            return unit_diagonal(clip_spectrum(current)), iteration
    raise InputError(
        f"iterations_max must be enough to converge, after {iterations_max} the matrix still changed by "
        f"{change:.3g}; allow more of them, a larger tolerance, or clip the spectrum"
    )


def nearest_psd(covariance: FloatArray, *, method: Nearest = "higham", floor: float = 0.0) -> Estimate:
    """The nearest positive semidefinite matrix with the same variances.

    The correlation matrix is projected: by `nearest_correlation`, or by raising negative eigenvalues to zero
    and rescaling to a unit diagonal, which is faster and not quite as near. A floor above zero then raises
    eigenvalues of the correlation matrix to it, and rescales, so that the result can be inverted; after the
    rescaling the smallest may be a little below the floor.

    Parameters
    ----------
    covariance : float64, shape (p, p)
        Symmetric, with positive variances.
    method : "higham" or "clip"
        See above.
    floor : float
        In [0, 1).

    Returns
    -------
    Estimate
        `smallest_before`, the smallest eigenvalue of the correlation matrix; `distance` from it, Frobenius;
        `iterations`.

    Raises
    ------
    InputError
        A matrix that is not symmetric, or has a variance that is not positive; as `nearest_correlation`.
    """
    check_covariance("covariance", covariance)
    check_within("floor", floor, 0.0, 0.999, "0 does where nothing is inverted, 1e-8 where it is")
    if method not in ("higham", "clip"):
        raise InputError(f"method must be higham or clip, was {method!r}; name one of them")
    correlation, volatility = to_correlation(covariance)
    smallest = float(np.linalg.eigvalsh(correlation)[0])
    found, iterations = correlation, 0
    if smallest < 0.0:
        if method == "higham":
            found, iterations = nearest_correlation(correlation)
        else:
            found = unit_diagonal(clip_spectrum(correlation))
    if floor > 0.0:
        found = unit_diagonal(clip_spectrum(found, floor=floor))
    return Estimate(
        covariance=to_covariance(found, volatility),
        method=f"nearest positive semidefinite, {method}",
        parameters={
            "smallest_before": smallest,
            "distance": float(np.linalg.norm(found - correlation)),
            "iterations": float(iterations),
        },
        notes=() if smallest < 0.0 else ("it was positive semidefinite already",),
    )
