"""Estimators of covariances and of expected returns by their names, for requests."""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray


class CovarianceName(StrEnum):
    """Estimators of covariances, with their defaults; see docs/portfolio-statistics.md."""

    SAMPLE = "sample"
    LEDOIT_WOLF = "ledoit_wolf"
    OAS = "oas"
    LEDOIT_WOLF_CONSTANT_CORRELATION = "ledoit_wolf_constant_correlation"
    CONSTANT_CORRELATION = "constant_correlation"
    SHRUNK_IDENTITY = "shrunk_identity"
    EWMA = "ewma"
    GERBER = "gerber"
    DENOISED = "denoised"
    DETONED = "detoned"
    DETRENDED = "detrended"
    DCC_GARCH = "dcc_garch"


class MeanName(StrEnum):
    """Estimators of expected returns, with their defaults; see docs/portfolio-statistics.md."""

    SAMPLE_MEAN = "sample_mean"
    EXPONENTIAL_MEAN = "exponential_mean"
    JAMES_STEIN = "james_stein"
    BAYES_STEIN = "bayes_stein"
    CAPM = "capm"


def covariance_of(name: CovarianceName, returns: "FloatArray") -> tuple["FloatArray", tuple[str, ...]]:
    """Covariances per period, shape (N, N), and what must be known about them."""
    from trade2026.analytics.covariance.estimators import ESTIMATORS

    estimate = ESTIMATORS[name.value]().estimate(returns)
    return estimate.covariance, estimate.notes


def mean_of(
    name: MeanName,
    returns: "FloatArray",
    *,
    market: "FloatArray | None" = None,
    risk_free_rate: float = 0.0,
) -> tuple["FloatArray", tuple[str, ...]]:
    """Expected returns per period, shape (N,), and what must be known about them.

    `market`, shape (T,), and the rate per period are for CAPM; without a market it is all assets in equal
    parts.
    """
    from trade2026.analytics.expected_returns.equilibrium import capm
    from trade2026.analytics.expected_returns.estimators import ESTIMATORS

    if name is MeanName.CAPM:
        chosen = returns.mean(axis=1) if market is None else market
        return capm(returns, chosen, risk_free_rate=risk_free_rate).mean, ()
    estimate = ESTIMATORS[name.value]().estimate(returns)
    return estimate.mean, estimate.notes
