"""Portfolios that need no expected returns: equal, by volatility, most diversified, least correlated."""

import math

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import unit_diagonal
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.mean_variance import best_ratio, portfolio_of
from trade2026.analytics.optimization.quadratic import Quadratic
from trade2026.analytics.optimization.result import Portfolio
from trade2026.primitives.errors import InputError


def equal_weight(assets: int) -> Portfolio:
    """1/n of each asset. DeMiguel, Garlappi and Uppal (2009), Review of Financial Studies 22, 1915-1953."""
    if assets < 1:
        raise InputError(f"assets must be at least 1, was {assets}")
    return Portfolio(np.full(assets, 1.0 / assets), {}, 0.0)


def inverse_volatility(covariance: FloatArray) -> Portfolio:
    """Weights in proportion to one over volatility: equal risk contributions if all correlations are equal.

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period; its correlations are not used.
    """
    inverse = 1.0 / np.sqrt(np.diagonal(checked("covariance", covariance)))
    weights: FloatArray = inverse / inverse.sum()
    return Portfolio(weights, risk_measures(weights, covariance), 0.0)


def maximum_diversification(covariance: FloatArray, constraints: Constraints | None = None) -> Portfolio:
    """The weights with the largest mean volatility over volatility, s'w / sqrt(w'Sw).

    Choueifaty and Coignard (2008), J. Portfolio Management 35, 40-51. It is the problem of the best Sharpe
    ratio with volatilities for excess returns, and is solved as that one.

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period; positive semidefinite.
    constraints : Constraints or None
        None is long only and fully invested.

    Returns
    -------
    Portfolio
        Measures: diversification (the ratio, at least 1 if long only), variance, volatility.
    """
    problem = Quadratic(covariance, constraints or Constraints.box(len(covariance)))
    volatility = np.sqrt(np.diagonal(covariance))
    found = portfolio_of(problem, best_ratio(problem, volatility, "mean volatility"))
    return _with_diversification(found, covariance)


def maximum_decorrelation(covariance: FloatArray, constraints: Constraints | None = None) -> Portfolio:
    """The weights with the smallest w'Cw for correlations C: minimum variance as if all volatilities were
    one.

    Christoffersen, Errunza, Jacobs and Langlois (2012), Review of Financial Studies 25, 3711-3751.

    Parameters and result as in `maximum_diversification`; the measure decorrelation is 1 - w'Cw.
    """
    covariance = checked("covariance", covariance)
    problem = Quadratic(unit_diagonal(covariance), constraints or Constraints.box(len(covariance)))
    found = portfolio_of(problem, problem.minimize(np.zeros(len(covariance))))
    measures = risk_measures(found.weights, covariance) | {"decorrelation": 1.0 - found.measures["variance"]}
    result = Portfolio(found.weights, measures, found.violation, found.notes, found.solution)
    return _with_diversification(result, covariance)


def risk_measures(weights: FloatArray, covariance: FloatArray) -> dict[str, float]:
    """Variance and volatility per period."""
    variance = float(weights @ covariance @ weights)
    return {"variance": variance, "volatility": math.sqrt(max(variance, 0.0))}


def _with_diversification(found: Portfolio, covariance: FloatArray) -> Portfolio:
    volatility = math.sqrt(float(found.weights @ covariance @ found.weights))
    ratio = float(np.sqrt(np.diagonal(covariance)) @ found.weights) / volatility
    measures = {**found.measures, "diversification": ratio}
    return Portfolio(found.weights, measures, found.violation, found.notes, found.solution)
