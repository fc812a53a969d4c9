"""All measures of risk by name, for one portfolio's returns or for weights with a panel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined
from trade2026.analytics.matrices import check_panel, check_weights
from trade2026.analytics.risk_measures import (
    cornish_fisher,
    dispersion,
    drawdowns,
    entropic,
    extremes,
    reward,
)
from trade2026.analytics.risk_measures import tail as tails
from trade2026.primitives.errors import InputError

Value: TypeAlias = Callable[[FloatArray, float], Statistic]
Gradient: TypeAlias = Callable[[FloatArray, float], FloatArray | Undefined]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a portfolio's returns per period.

    Attributes
    ----------
    title : str
        For people.
    value : callable
        From returns, shape (n,), and the tail to the measure; losses are positive.
    gradient : callable or None
        From the same to the derivative by each return, shape (n,), with which returns sum to the measure;
        None where the measure is not homogeneous.
    uses_tail : bool
        Whether the tail matters; the others ignore it.
    is_coherent : bool
        Whether it is subadditive, monotone, homogeneous and moves with cash, on any sample.
    is_ratio : bool
        Whether it has no unit; the others are fractions of capital.
    """

    title: str
    value: Value
    gradient: Gradient | None
    uses_tail: bool
    is_coherent: bool = False
    is_ratio: bool = False


def portfolio_returns(weights: FloatArray, returns: FloatArray) -> FloatArray:
    """Returns of fixed weights, rebalanced each period: the panel times the weights, shape (n,).

    Parameters
    ----------
    weights : float64, shape (n_assets,)
        Fractions of capital; any sign and sum, what is not invested earns nothing.
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions, oldest first.

    Raises
    ------
    InputError
        A value that is not finite, naming its column, or weights of another number of assets.
    """
    check_panel("returns", returns, rows_min=1)
    check_weights("weights", weights, returns.shape[1])
    result: FloatArray = np.asarray(returns @ weights)
    return result


def risk(returns: FloatArray, measure: str, *, tail: float = 0.05) -> Statistic:
    """A measure by its name in `MEASURES`, of returns of shape (n,); its errors."""
    return named(measure).value(returns, tail)


def portfolio_risk(
    weights: FloatArray, returns: FloatArray, measure: str, *, tail: float = 0.05
) -> Statistic:
    """A measure by its name, of `portfolio_returns`."""
    return risk(portfolio_returns(weights, returns), measure, tail=tail)


def all_risks(returns: FloatArray, *, tail: float = 0.05) -> dict[str, Statistic]:
    """Every measure of returns of shape (n,), by name; a tail in (0, 0.1] that the fitted one can reach."""
    return {name: measure.value(returns, tail) for name, measure in MEASURES.items()}


def named(measure: str) -> Measure:
    """The measure of a name; InputError lists the names for another."""
    if measure not in MEASURES:
        raise InputError(f"measure must be one of {', '.join(MEASURES)}, was {measure!r}; name one of them")
    return MEASURES[measure]


MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "volatility": Measure(
            "Volatility",
            lambda returns, _: dispersion.volatility(returns),
            lambda returns, _: dispersion.volatility_gradient(returns),
            uses_tail=False,
        ),
        "semi_deviation": Measure(
            "Semi-deviation from the mean",
            lambda returns, _: dispersion.semi_deviation(returns),
            lambda returns, _: dispersion.semi_deviation_gradient(returns),
            uses_tail=False,
        ),
        "mean_absolute_deviation": Measure(
            "Mean absolute deviation",
            lambda returns, _: dispersion.mean_absolute_deviation(returns),
            lambda returns, _: dispersion.mean_absolute_deviation_gradient(returns),
            uses_tail=False,
        ),
        "value_at_risk": Measure(
            "Value at risk, historical",
            lambda returns, tail: tails.value_at_risk(returns, tail=tail),
            lambda returns, tail: tails.value_at_risk_gradient(returns, tail=tail),
            uses_tail=True,
        ),
        "expected_shortfall": Measure(
            "Expected shortfall, historical",
            lambda returns, tail: tails.expected_shortfall(returns, tail=tail),
            lambda returns, tail: tails.expected_shortfall_gradient(returns, tail=tail),
            uses_tail=True,
            is_coherent=True,
        ),
        "gaussian_value_at_risk": Measure(
            "Value at risk, Gaussian",
            lambda returns, tail: tails.gaussian_value_at_risk(returns, tail=tail),
            lambda returns, tail: tails.gaussian_value_at_risk_gradient(returns, tail=tail),
            uses_tail=True,
        ),
        "gaussian_expected_shortfall": Measure(
            "Expected shortfall, Gaussian",
            lambda returns, tail: tails.gaussian_expected_shortfall(returns, tail=tail),
            lambda returns, tail: tails.gaussian_expected_shortfall_gradient(returns, tail=tail),
            uses_tail=True,
        ),
        "cornish_fisher_value_at_risk": Measure(
            "Value at risk, Cornish-Fisher",
            lambda returns, tail: cornish_fisher.cornish_fisher_value_at_risk(returns, tail=tail),
            lambda returns, tail: cornish_fisher.cornish_fisher_value_at_risk_gradient(returns, tail=tail),
            uses_tail=True,
        ),
        "cornish_fisher_expected_shortfall": Measure(
            "Expected shortfall, Cornish-Fisher",
            lambda returns, tail: cornish_fisher.cornish_fisher_expected_shortfall(returns, tail=tail),
            lambda returns, tail: cornish_fisher.cornish_fisher_expected_shortfall_gradient(
                returns, tail=tail
            ),
            uses_tail=True,
        ),
        "evt_value_at_risk": Measure(
            "Value at risk, peaks over threshold",
            lambda returns, tail: extremes.evt_value_at_risk(returns, tail=tail),
            lambda returns, tail: extremes.evt_value_at_risk_gradient(returns, tail=tail),
            uses_tail=True,
        ),
        "evt_expected_shortfall": Measure(
            "Expected shortfall, peaks over threshold",
            lambda returns, tail: extremes.evt_expected_shortfall(returns, tail=tail),
            lambda returns, tail: extremes.evt_expected_shortfall_gradient(returns, tail=tail),
            uses_tail=True,
        ),
        "entropic_value_at_risk": Measure(
            "Entropic value at risk",
            lambda returns, tail: entropic.entropic_value_at_risk(returns, tail=tail),
            lambda returns, tail: entropic.entropic_value_at_risk_gradient(returns, tail=tail),
            uses_tail=True,
            is_coherent=True,
        ),
        "conditional_drawdown_at_risk": Measure(
            "Conditional drawdown at risk",
            lambda returns, tail: drawdowns.conditional_drawdown_at_risk(returns, tail=tail),
            lambda returns, tail: drawdowns.conditional_drawdown_at_risk_gradient(returns, tail=tail),
            uses_tail=True,
        ),
        "ulcer_index": Measure(
            "Ulcer index",
            lambda returns, _: drawdowns.ulcer_index(returns),
            lambda returns, _: drawdowns.ulcer_index_gradient(returns),
            uses_tail=False,
        ),
        "average_drawdown": Measure(
            "Mean drawdown",
            lambda returns, _: drawdowns.average_drawdown(returns),
            lambda returns, _: drawdowns.average_drawdown_gradient(returns),
            uses_tail=False,
        ),
        "maximum_drawdown": Measure(
            "Maximum drawdown",
            lambda returns, _: drawdowns.maximum_drawdown(returns),
            lambda returns, _: drawdowns.maximum_drawdown_gradient(returns),
            uses_tail=False,
        ),
        "omega_ratio": Measure(
            "Omega ratio at zero",
            lambda returns, _: reward.omega_ratio(returns),
            None,
            uses_tail=False,
            is_ratio=True,
        ),
        "tail_ratio": Measure(
            "Tail ratio",
            lambda returns, tail: reward.tail_ratio(returns, tail=tail),
            None,
            uses_tail=True,
            is_ratio=True,
        ),
    }
)
