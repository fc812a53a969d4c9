"""Methods of allocation as functions from returns to weights, for analyses that run one many times."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    check_covariance_options,
)
from trade2026.application.analyses.estimation import covariance_of

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray

Solver = Callable[["FloatArray"], "FloatArray"]


class AllocationMethod(StrEnum):
    """Methods that need nothing but returns; weights are long only and sum to one, with their defaults."""

    EQUAL_WEIGHT = "equal_weight"
    INVERSE_VOLATILITY = "inverse_volatility"
    MINIMUM_VARIANCE = "minimum_variance"
    MAXIMUM_SHARPE = "maximum_sharpe"
    MAXIMUM_DIVERSIFICATION = "maximum_diversification"
    RISK_PARITY = "risk_parity"
    MINIMUM_CVAR = "minimum_cvar"
    HRP = "hrp"
    HERC = "herc"
    NCO = "nco"


def solver_of(
    method: AllocationMethod, covariance: CovarianceName, options: CovarianceOptions | None = None
) -> Solver:
    """From a panel, shape (n, N), to weights, shape (N,).

    Maximum Sharpe is that of sample means over a rate of zero; minimum CVaR has a tail of 5 %, and like equal
    weights needs no covariance. InputError names an option that the estimator does not have.
    """
    options = CovarianceOptions() if options is None else options
    check_covariance_options(options, (covariance,))
    if method is AllocationMethod.EQUAL_WEIGHT:
        return _equal
    if method is AllocationMethod.MINIMUM_CVAR:
        return _minimum_cvar
    return lambda returns: _by_covariance(method, covariance_of(covariance, returns, options)[0], returns)


def _equal(returns: "FloatArray") -> "FloatArray":
    from trade2026.analytics.optimization.diversification import equal_weight

    return equal_weight(returns.shape[1]).weights


def _minimum_cvar(returns: "FloatArray") -> "FloatArray":
    from trade2026.analytics.optimization.expected_shortfall import minimum_cvar

    return minimum_cvar(returns).weights


def _by_covariance(method: AllocationMethod, covariance: "FloatArray", returns: "FloatArray") -> "FloatArray":
    from trade2026.analytics.optimization import diversification, hierarchical, mean_variance
    from trade2026.analytics.optimization.nested import nested_clustered
    from trade2026.analytics.optimization.risk_budgeting import risk_parity

    match method:
        case AllocationMethod.INVERSE_VOLATILITY:
            found = diversification.inverse_volatility(covariance)
        case AllocationMethod.MINIMUM_VARIANCE:
            found = mean_variance.minimum_variance(covariance)
        case AllocationMethod.MAXIMUM_SHARPE:
            found = mean_variance.maximum_sharpe(returns.mean(axis=0), covariance)
        case AllocationMethod.MAXIMUM_DIVERSIFICATION:
            found = diversification.maximum_diversification(covariance)
        case AllocationMethod.RISK_PARITY:
            found = risk_parity(covariance)
        case AllocationMethod.HRP:
            found = hierarchical.hierarchical_risk_parity(covariance)
        case AllocationMethod.HERC:
            found = hierarchical.hierarchical_equal_risk(covariance, returns)
        case _:
            found = nested_clustered(covariance)
    return found.weights
