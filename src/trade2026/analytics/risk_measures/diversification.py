"""How many bets a portfolio really makes.

The diversification ratio sets the volatilities of the parts against that of the whole. The effective
number of bets cuts the portfolio's variance into uncorrelated parts and takes the exponential of
the entropy of their shares: 1 when all risk is one bet, n when it is spread evenly over n. Bets are
the principal components (Meucci 2009, Risk 22, 74-79), or the minimum torsion of the assets, the
uncorrelated factors that are nearest to them (Meucci, Santangelo and Deguest 2015, Risk), which do
not put a whole market into one bet.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined
from trade2026.analytics.matrices import check_covariance, descending_eigen, to_correlation
from trade2026.analytics.risk_measures.contributions import covaried_with
from trade2026.primitives.errors import InputError

Bets = Literal["minimum_torsion", "principal"]

_SINGULAR: Final = 1e-12
_CONVERGED: Final = 1e-12
_ITERATIONS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EffectiveBets:
    """Shares of a portfolio's variance in uncorrelated bets.

    Attributes
    ----------
    number : float
        Exponential of their entropy, from 1 to n_assets.
    shares : float64, shape (n_assets,)
        Not negative, summing to one; in the order of the assets for minimum torsion, of falling variance for
        principal components.
    """

    number: float
    shares: FloatArray


def diversification_ratio(weights: FloatArray, covariance: FloatArray) -> Statistic:
    """Weighted mean of volatilities over the volatility of the portfolio.

    Choueifaty and Coignard (2008), J. Portfolio Mgmt 35, 40-51.
    w' sigma / sqrt(w' S w), at least 1 for weights that are not negative and sum to one.

    Parameters
    ----------
    weights : float64, shape (n_assets,)
        Fractions of capital.
    covariance : float64, shape (n_assets, n_assets)
        Per period, positive semidefinite.

    Returns
    -------
    float or Undefined
        Undefined for a portfolio without variance.

    Raises
    ------
    InputError
        A matrix that is not symmetric or has a variance that is not positive; weights of another number of
        assets.
    """
    _, variance = covaried_with(weights, covariance)
    if isinstance(variance, Undefined):
        return variance
    return float(weights @ np.sqrt(np.diag(covariance))) / float(np.sqrt(variance))


def effective_bets(
    weights: FloatArray, covariance: FloatArray, *, bets: Bets = "minimum_torsion"
) -> EffectiveBets | Undefined:
    """The effective number of bets, see above.

    Parameters, errors and Undefined as in `diversification_ratio`; minimum torsion needs a positive definite
    matrix.
    """
    covaried, variance = covaried_with(weights, covariance)
    if isinstance(variance, Undefined):
        return variance
    if bets == "principal":
        values, vectors = descending_eigen(covariance)
        parts = np.maximum(values, 0.0) * (vectors.T @ weights) ** 2
    elif bets == "minimum_torsion":
        torsion = minimum_torsion(covariance)
        exposures = np.linalg.solve(torsion.T, weights)
        parts = np.maximum(exposures * (torsion @ covaried), 0.0)  # Squares but for rounding.
    else:
        raise InputError(f"bets must be minimum_torsion or principal, was {bets!r}; name one of them")
    shares = parts / parts.sum()
    held = shares[shares > 0.0]
    return EffectiveBets(number=float(np.exp(-(held * np.log(held)).sum())), shares=shares)


def minimum_torsion(covariance: FloatArray) -> FloatArray:
    """The matrix T, shape (n, n), whose factors T r are uncorrelated and nearest to the returns r.

    Nearest in the sum of squared tracking errors in units of volatility; the variance of a factor
    is what brings it nearest, not that of its asset. Found by the recursion of the paper: the best
    rotation for given scales, by polar decomposition, and the best scales for given rotation, in turn.

    Raises
    ------
    InputError
        A matrix that is not symmetric, has a variance that is not positive, or is singular; a recursion that
        does not end.
    """
    check_covariance("covariance", covariance)
    correlation, volatility = to_correlation(covariance)
    values, vectors = np.linalg.eigh(correlation)
    if values[0] <= _SINGULAR * values[-1]:
        raise InputError(
            f"covariance must be positive definite, smallest correlation eigenvalue was {values[0]:.3g}; "
            "shrink it, or take principal bets"
        )
    root = (vectors * np.sqrt(values)) @ vectors.T
    scales, before = np.ones(volatility.size), np.inf
    for _ in range(_ITERATIONS_MAX):
        left, _, right = np.linalg.svd(scales[:, None] * root)
        rotation = left @ right  # Polar factor: the orthogonal matrix nearest to the scaled root.
        scales = np.diag(rotation @ root).copy()
        turned = scales[:, None] * rotation
        distance = float(np.linalg.norm(root - turned))
        if abs(before - distance) <= _CONVERGED * max(distance, 1.0):
            whitened = turned @ ((vectors / np.sqrt(values)) @ vectors.T)
            result: FloatArray = volatility[:, None] * whitened / volatility[None, :]
            return result
        before = distance
    raise InputError(
        f"covariance must be far from singular, {_ITERATIONS_MAX} steps were not enough; shrink it"
    )
