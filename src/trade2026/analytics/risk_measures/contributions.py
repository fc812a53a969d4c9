"""Which asset a portfolio's risk comes from: marginal, component and percentage contributions.

A measure that doubles when all weights double is the sum of its components, weight times derivative
(Euler's theorem; Tasche 1999, Litterman 1996). The derivative by a weight is exact: the measure's gradient
by the return of each period, times the asset's returns. Where a measure has kinks (a historical quantile)
it is that of one side.
"""

from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import ROUNDING, FloatArray, Undefined
from trade2026.analytics.matrices import check_covariance, check_weights
from trade2026.analytics.risk_measures.measures import MEASURES, named, portfolio_returns
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Contributions:
    """A portfolio's risk by asset.

    Attributes
    ----------
    measure : str
        Name of the measure.
    total : float
        The measure of the whole portfolio, per period.
    marginal : float64, shape (n_assets,)
        Derivative of the total by each weight.
    component : float64, shape (n_assets,)
        Weight times marginal; they sum to the total. Negative for a hedge.
    percentage : float64, shape (n_assets,), or Undefined
        Component over total, as fractions that sum to one; Undefined for a total of zero.
    """

    measure: str
    total: float
    marginal: FloatArray
    component: FloatArray
    percentage: FloatArray | Undefined


def risk_contributions(
    weights: FloatArray, returns: FloatArray, measure: str, *, tail: float = 0.05
) -> Contributions | Undefined:
    """Contributions to a measure of `MEASURES`.

    Parameters
    ----------
    weights : float64, shape (n_assets,)
        Fractions of capital; any sign and sum.
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions, oldest first.
    measure : str
        Name of a measure with a gradient.
    tail : float
        Share of bad periods, in (0, 1), for measures that use it.

    Returns
    -------
    Contributions or Undefined
        Undefined where the measure or its derivative is: returns that do not vary, no drawdown.

    Raises
    ------
    InputError
        A value that is not finite, weights of another number of assets, an unknown measure, or one without
        contributions; as the measure.
    """
    gradient = named(measure).gradient
    if gradient is None:
        names = ", ".join(name for name, each in MEASURES.items() if each.gradient is not None)
        raise InputError(f"measure must be one with contributions, {names}, was {measure!r}")
    by_return = gradient(portfolio_returns(weights, returns), tail)
    if isinstance(by_return, Undefined):
        return by_return
    return _contributions(measure, weights, np.asarray(by_return @ returns))


def volatility_contributions(weights: FloatArray, covariance: FloatArray) -> Contributions | Undefined:
    """Contributions to the volatility of weights under any covariance matrix: S w / sqrt(w' S w).

    Parameters
    ----------
    weights : float64, shape (n_assets,)
        Fractions of capital; any sign and sum.
    covariance : float64, shape (n_assets, n_assets)
        Per period, positive semidefinite.

    Returns
    -------
    Contributions or Undefined
        Undefined for a portfolio without variance.

    Raises
    ------
    InputError
        A matrix that is not symmetric or has a variance that is not positive; weights of another number of
        assets.
    """
    covaried, variance = covaried_with(weights, covariance)
    if isinstance(variance, Undefined):
        return variance
    return _contributions("volatility", weights, covaried / np.sqrt(variance))


def covaried_with(weights: FloatArray, covariance: FloatArray) -> tuple[FloatArray, float | Undefined]:
    """Covariance of each asset with a portfolio, S w, and its variance, Undefined when it has none."""
    check_covariance("covariance", covariance)
    check_weights("weights", weights, covariance.shape[0])
    covaried: FloatArray = np.asarray(covariance @ weights)
    variance = float(weights @ covaried)
    size = float(np.abs(weights) @ np.sqrt(np.diag(covariance))) ** 2
    return covaried, variance if variance > ROUNDING * size else Undefined("the portfolio has no variance")


def _contributions(measure: str, weights: FloatArray, marginal: FloatArray) -> Contributions:
    component = weights * marginal
    total = float(component.sum())
    return Contributions(
        measure=measure,
        total=total,
        marginal=marginal,
        component=component,
        percentage=Undefined("the risk is zero") if total == 0.0 else component / total,
    )
