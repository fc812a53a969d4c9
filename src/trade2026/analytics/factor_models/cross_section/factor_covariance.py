"""The covariance of factor returns: weighted by age, for serial correlation, and for its eigenvectors."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import check_panel, check_within, symmetric, to_correlation, to_covariance
from trade2026.analytics.newey_west import long_run_covariance
from trade2026.primitives.errors import InputError

_DRAWN: Final = 1_000
"""Matrices that are drawn at once."""
_NULL: Final = 1e-10
"""Share of the largest eigenvalue below which a direction counts as none: sectors' returns sum to zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CovarianceOptions:
    """How factor covariances are forecast.

    Attributes
    ----------
    volatility_half_life, correlation_half_life : float
        Periods; volatilities change faster than correlations.
    lags : int
        Of Newey and West; 0 takes returns as uncorrelated over time.
    draws : int
        Of the eigenfactor adjustment; 0 leaves it out.
    amplification : float
        Share of the simulated bias that is corrected, from 0 to 3. It is of normal returns that do not
        change; the paper takes more than 1 for real ones.
    """

    volatility_half_life: float = 84.0
    correlation_half_life: float = 252.0
    lags: int = 2
    draws: int = 500
    amplification: float = 1.0

    def __post_init__(self) -> None:
        check_within("draws", self.draws, 0, 100_000, "500 to 10,000 are usual, 0 for none")
        check_within("amplification", self.amplification, 0.0, 3.0, "1 is usual")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FactorCovariance:
    """A forecast for the next period.

    Attributes
    ----------
    matrix : float64, shape (K, K)
        Per period, in squared fractions; symmetric and positive semidefinite.
    plain : float64, shape (K, K)
        Before the eigenfactor adjustment.
    eigenvalues : float64, shape (r,)
        Of `plain` where above zero, smallest first.
    biases : float64, shape (r,)
        By how much volatilities of these eigenfactors are multiplied; ones without the adjustment.
    effective_periods : float
        One over the sum of squared weights of the correlations.
    """

    matrix: FloatArray
    plain: FloatArray
    eigenvalues: FloatArray
    biases: FloatArray
    effective_periods: float


def factor_covariance(
    returns: FloatArray, options: CovarianceOptions, rng: np.random.Generator
) -> FactorCovariance:
    """Correlations of one half-life with volatilities of another, then the adjustment.

    Parameters
    ----------
    returns : float64, shape (T, K)
        Of factors, per period, oldest first.
    options : CovarianceOptions
    rng : Generator
        For the draws of the adjustment; unused without them.

    Raises
    ------
    InputError
        Fewer periods than factors and lags ask for, or a factor that never moves.
    """
    check_panel("factor returns", returns)
    periods, factors = returns.shape
    if periods <= max(factors, options.lags):
        raise InputError(
            f"factor returns must be more than {max(factors, options.lags)} periods for the covariance of "
            f"{factors} factors, were {periods}; take a longer period"
        )
    slow = long_run_covariance(returns, half_life=options.correlation_half_life, lags=options.lags)
    fast = long_run_covariance(returns, half_life=options.volatility_half_life, lags=options.lags)
    still = np.flatnonzero((np.diag(fast) <= 0.0) | (np.diag(slow) <= 0.0))
    if still.size:
        raise InputError(
            f"factor returns must vary, column {still[0]} does not once lags count; leave that out, or "
            "take no lags"
        )
    correlation, _ = to_correlation(slow)
    plain = to_covariance(correlation, np.sqrt(np.diag(fast)))
    effective = _effective(periods, options.correlation_half_life)
    if options.draws == 0:
        values, _ = _positive(plain)
        return FactorCovariance(
            matrix=plain, plain=plain, eigenvalues=values, biases=np.ones(values.size),
            effective_periods=effective,
        )  # fmt: skip
    values, vectors = _positive(plain)
    biases = eigenfactor_biases(values, round(effective), options.draws, rng)
    scale = 1.0 + options.amplification * (biases - 1.0)
    if float(scale.min()) <= 0.0:
        raise InputError(
            f"amplification must leave volatilities above zero, {options.amplification:g} times a bias of "
            f"{float(biases.min()):.3g} does not; take less, or a longer correlation_half_life"
        )
    matrix = symmetric((vectors * (values * scale**2)) @ vectors.T)
    return FactorCovariance(
        matrix=matrix, plain=plain, eigenvalues=values, biases=scale, effective_periods=effective
    )


def eigenfactor_biases(
    eigenvalues: FloatArray, periods: int, draws: int, rng: np.random.Generator
) -> FloatArray:
    """By how much the volatility of each sample eigenfactor exceeds what its eigenvalue says.

    Eigenvectors of a sample covariance chase what was quiet by chance: portfolios along the small ones turn
    out riskier than forecast, large ones calmer. Normal returns with the given eigenvalues as
    their true covariance are drawn, and the true variance along each sample eigenvector is set against the
    sample's: the root of the mean ratio. Menchero, Wang and Orr (2011), "Eigen-adjusted covariance matrices"
    and appendix B of the USE4 methodology notes. It depends on the spectrum alone, so the draws are made in
    the basis of the eigenvectors, and each is a Wishart matrix by Bartlett's decomposition.

    Parameters
    ----------
    eigenvalues : float64, shape (r,)
        Above zero, smallest first.
    periods : int
        Of a draw; more than r.
    draws : int
        At least one.

    Raises
    ------
    InputError
        No more periods than eigenvalues: a drawn covariance has no smallest eigenvalue above zero.
    """
    size = eigenvalues.size
    if periods <= size + 1:
        raise InputError(
            f"correlation_half_life must give more than {size + 1} effective periods for the eigenfactor "
            f"adjustment of {size} directions, gave {periods}; take a longer one, or no draws"
        )
    ratios = np.zeros(size)
    for at in range(0, draws, _DRAWN):
        count = min(_DRAWN, draws - at)
        lower = np.tril(rng.standard_normal((count, size, size)), -1)
        lower[:, range(size), range(size)] = np.sqrt(
            rng.chisquare(periods - np.arange(size), size=(count, size))
        )
        scaled = np.sqrt(eigenvalues)[:, None] * lower
        found, vectors = np.linalg.eigh(scaled @ np.swapaxes(scaled, 1, 2) / periods)
        ratios += (np.einsum("djk,j->dk", vectors**2, eigenvalues) / found).sum(axis=0)
    return np.asarray(np.sqrt(ratios / draws))


def _positive(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues above rounding, smallest first, and their vectors in columns."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > _NULL * values[-1]
    return values[kept], vectors[:, kept]


def _effective(periods: int, half_life: float) -> float:
    """One over the sum of squared weights."""
    if half_life == np.inf:
        return float(periods)
    decay = 0.5 ** (1.0 / half_life)
    return float((1.0 + decay) / (1.0 - decay) * (1.0 - decay**periods) / (1.0 + decay**periods))
