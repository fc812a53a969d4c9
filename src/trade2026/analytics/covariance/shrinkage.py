"""Sample covariances pulled towards something simpler, by as much as the sample is noisy.

All three of Ledoit-Wolf, OAS and constant correlation start from the sample matrix divided by n (ddof 0), as
their papers do, so their matrices are smaller by (n - 1) / n than those of an estimator with ddof 1.
"""

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.estimate import Estimate
from trade2026.analytics.covariance.sample import mean_correlation, moment_matrix
from trade2026.analytics.matrices import (
    check_covariance,
    check_panel,
    check_varies,
    check_within,
    symmetric,
    to_correlation,
    to_covariance,
)


def ledoit_wolf(returns: FloatArray) -> Estimate:
    """Shrunk to the mean variance times the identity.

    Ledoit and Wolf (2004), J. Multivariate Analysis 88, 365-411.
    (1 - s) S + s m I, where S is the sample matrix (ddof 0), m the mean of its variances and
    s = min(b2, d2) / d2, d2 = ||S - m I||2 / p, b2 = (sum of |x|4 / n - ||S||2) / (n p) over centred rows x.
    Equal to scikit-learn's `LedoitWolf`.

    Parameters
    ----------
    returns : float64, shape (n, p)
        Simple returns per period, as fractions.

    Returns
    -------
    Estimate
        `shrinkage` in [0, 1].

    Raises
    ------
    InputError
        Fewer than two rows; a value that is not finite; an asset that never changes.
    """
    plain, n, p = _start(returns)
    mean_variance = float(np.trace(plain)) / p
    shrinkage = 0.0
    if p > 1:
        centred = returns - returns.mean(axis=0)
        target_distance = float(((plain - mean_variance * np.eye(p)) ** 2).sum()) / p
        lengths = (centred**2).sum(axis=1)
        noise = (float(lengths @ lengths) / n - float((plain**2).sum())) / (n * p)
        shrinkage = min(max(noise, 0.0) / target_distance, 1.0) if target_distance > 0.0 else 0.0
    return _to_identity(plain, shrinkage, "Ledoit-Wolf, scaled identity")


def oracle_approximating(returns: FloatArray) -> Estimate:
    """OAS: shrunk to the mean variance times the identity, by another intensity.

    Chen, Wiesel, Eldar and Hero (2010), IEEE Trans. Signal Processing 58, 5016-5029.
    s = min(1, (a + m2) / ((n + 1) (a - m2 / p))), where a is the mean of the squared elements of the sample
    matrix (ddof 0) and m2 the square of its mean variance. This is equation 23 without its terms in 2 / p,
    equal to scikit-learn's `OAS`; the paper takes the rows as normal.

    Parameters, result and errors as in `ledoit_wolf`.
    """
    plain, n, p = _start(returns)
    shrinkage = 0.0
    if p > 1:
        square = float((plain**2).mean())
        mean_squared = (float(np.trace(plain)) / p) ** 2
        below = (n + 1) * (square - mean_squared / p)
        shrinkage = min((square + mean_squared) / below, 1.0) if below > 0.0 else 1.0
    return _to_identity(plain, shrinkage, "oracle approximating shrinkage")


def ledoit_wolf_constant_correlation(returns: FloatArray) -> Estimate:
    """Shrunk to one correlation for all pairs.

    Ledoit and Wolf (2004), "Honey, I shrunk the sample covariance matrix", J. Portfolio Mgmt 30, 110-119.
    The target keeps the sample variances and has the mean correlation everywhere; the intensity is
    (pi - rho) / gamma / n within [0, 1], with pi, rho and gamma of the paper's appendix B, all over n.

    Parameters
    ----------
    returns : float64, shape (n, p)
        Simple returns per period, as fractions.

    Returns
    -------
    Estimate
        `shrinkage` in [0, 1] and the mean `correlation`. Variances are those of the sample (ddof 0).

    Raises
    ------
    InputError
        As `ledoit_wolf`.
    """
    plain, n, p = _start(returns)
    correlation, volatility = to_correlation(plain)
    mean = mean_correlation(correlation)
    flat = np.full_like(plain, mean)
    np.fill_diagonal(flat, 1.0)
    target = to_covariance(flat, volatility)
    centred = returns - returns.mean(axis=0)
    squared = centred**2
    pi = squared.T @ squared / n - plain**2  # Asymptotic variance of each element.
    variances = np.diag(plain)
    theta = (centred**3).T @ centred / n - variances[:, None] * plain
    np.fill_diagonal(theta, 0.0)
    rho = float(np.trace(pi)) + mean * float((np.outer(1.0 / volatility, volatility) * theta).sum())
    gamma = float(((plain - target) ** 2).sum())
    shrinkage = 0.0
    if p > 2 and gamma > 0.0:  # With two assets the target is the sample.
        shrinkage = min(max((float(pi.sum()) - rho) / gamma / n, 0.0), 1.0)
    return Estimate(
        covariance=symmetric((1.0 - shrinkage) * plain + shrinkage * target),
        method="Ledoit-Wolf, constant correlation",
        parameters={"shrinkage": shrinkage, "correlation": mean},
    )


def shrink_to_identity(covariance: FloatArray, *, intensity: float = 0.1) -> Estimate:
    """(1 - a) S + a m I, where m is the mean variance and a the given intensity.

    Parameters
    ----------
    covariance : float64, shape (p, p)
        Any covariance matrix.
    intensity : float
        In [0, 1]; 0 leaves it, 1 leaves nothing but the mean variance.

    Raises
    ------
    InputError
        A matrix that is not symmetric or has a variance that is not positive; an intensity outside [0, 1].
    """
    check_covariance("covariance", covariance)
    check_within("intensity", intensity, 0.0, 1.0, "0.1 is usual")
    return _to_identity(covariance, intensity, "shrunk to the scaled identity by a given intensity")


def shrunk_identity(returns: FloatArray, *, intensity: float = 0.1) -> Estimate:
    """`shrink_to_identity` of the sample matrix with ddof 1; the errors of both."""
    check_panel("returns", returns)
    check_varies("returns", returns)
    return shrink_to_identity(moment_matrix(returns, 1), intensity=intensity)


def _start(returns: FloatArray) -> tuple[FloatArray, int, int]:
    """The sample matrix over n, and the shape of a checked panel."""
    check_panel("returns", returns)
    check_varies("returns", returns)
    return moment_matrix(returns, 0), returns.shape[0], returns.shape[1]


def _to_identity(plain: FloatArray, shrinkage: float, method: str) -> Estimate:
    mean_variance = float(np.trace(plain)) / plain.shape[0]
    return Estimate(
        covariance=symmetric((1.0 - shrinkage) * plain + shrinkage * mean_variance * np.eye(plain.shape[0])),
        method=method,
        parameters={"shrinkage": shrinkage, "mean_variance": mean_variance},
    )
