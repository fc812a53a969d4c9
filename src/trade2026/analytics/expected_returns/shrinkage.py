"""Sample means pulled towards one number for all assets, by as much as they are noisy."""

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.sample import moment_matrix
from trade2026.analytics.expected_returns.estimate import MeanEstimate
from trade2026.analytics.matrices import check_covariance, check_panel, check_varies
from trade2026.primitives.errors import InputError

_SINGULAR = 1e-12
"""Smallest eigenvalue over the largest, below which a covariance is not inverted."""


def james_stein(returns: FloatArray) -> MeanEstimate:
    """Shrunk to the mean of all assets' means. James and Stein (1961), in the form of Meucci (2005), 4.2.2.

    (1 - s) m + s b, where b is the mean of the sample means m and
    s = (sum of the eigenvalues - 2 the largest) / (n ||m - b||2) of the sample covariance (ddof 1), within
    [0, 1] (positive part). Where the largest eigenvalue has half of the variance or more, as in one market of
    equities, s is 0: the theorem promises nothing there.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions.

    Returns
    -------
    MeanEstimate
        `shrinkage` in [0, 1] and the `target`, a fraction per period.

    Raises
    ------
    InputError
        Fewer than two rows; a value that is not finite; an asset that never changes.
    """
    check_panel("returns", returns)
    check_varies("returns", returns)
    mean = returns.mean(axis=0)
    target = float(mean.mean())
    values = np.linalg.eigvalsh(moment_matrix(returns, 1))
    spread = float(((mean - target) ** 2).sum())
    signal = float(values.sum() - 2.0 * values.max())
    notes = () if signal > 0.0 else ("one eigenvalue dominates: nothing is shrunk",)
    raw = signal / (returns.shape[0] * spread) if spread > 0.0 else 0.0
    return _shrunk(mean, target, min(max(raw, 0.0), 1.0), "James-Stein, mean of all assets", notes)


def bayes_stein(returns: FloatArray, *, covariance: FloatArray | None = None) -> MeanEstimate:
    """Shrunk to the mean of the minimum-variance portfolio.

    Jorion (1986), J. Financial and Quantitative Analysis 21, 279-292.
    s = (p + 2) / (p + 2 + n (m - b)' S^-1 (m - b)), b = 1' S^-1 m / 1' S^-1 1, for p assets in n periods. S
    is the sample covariance (ddof 1) times (n - 1) / (n - p - 2), as Jorion has it, unless given.

    Parameters
    ----------
    returns : float64, shape (n, p)
        Simple returns per period, as fractions; n above p + 2 unless a covariance is given.
    covariance : float64, shape (p, p), optional
        Per period, positive definite, taken as it is.

    Returns
    -------
    MeanEstimate
        `shrinkage` in (0, 1] and the `target`, a fraction per period.

    Raises
    ------
    InputError
        Too few rows; a value that is not finite; an asset that never changes; a covariance that is singular.
    """
    check_panel("returns", returns)
    check_varies("returns", returns)
    n, p = returns.shape
    if covariance is None:
        if n <= p + 2:
            raise InputError(
                f"returns must have more than {p + 2} rows for {p} assets, had {n}; give a longer history "
                "or a covariance"
            )
        covariance = moment_matrix(returns, 1) * ((n - 1) / (n - p - 2))
    check_covariance("covariance", covariance)
    if covariance.shape[0] != p:
        raise InputError(
            f"covariance must be of {p} assets, was of {covariance.shape[0]}; give one per column"
        )
    values = np.linalg.eigvalsh(covariance)
    if values[0] <= _SINGULAR * values[-1]:
        raise InputError(
            f"covariance must be positive definite, smallest eigenvalue was {values[0]:.3g}; shrink it first"
        )
    mean = returns.mean(axis=0)
    weights = np.linalg.solve(covariance, np.ones(p))
    target = float(weights @ mean / weights.sum())
    distance = float((mean - target) @ np.linalg.solve(covariance, mean - target))
    return _shrunk(mean, target, (p + 2) / (p + 2 + n * distance), "Bayes-Stein, minimum variance", ())


def _shrunk(
    mean: FloatArray, target: float, shrinkage: float, method: str, notes: tuple[str, ...]
) -> MeanEstimate:
    return MeanEstimate(
        mean=(1.0 - shrinkage) * mean + shrinkage * target,
        method=method,
        parameters={"shrinkage": shrinkage, "target": target},
        notes=notes,
    )
