"""What methods of allocation take, in operations as in `costs`."""

from collections.abc import Collection
from typing import Final

from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.application.analyses.costs import CHOICE, NODES, Cost, cost_of_estimator, words_of
from trade2026.application.analyses.estimates import CovarianceName, CovarianceOptions
from trade2026.application.analyses.solvers import AllocationMethod

_CONVEX: Final = Cost(1e6, triple=0.1)
_METHODS: Final = {
    AllocationMethod.EQUAL_WEIGHT: Cost(1e5),
    AllocationMethod.INVERSE_VOLATILITY: Cost(1e5, pair=10.0),
    AllocationMethod.MINIMUM_VARIANCE: _CONVEX,
    AllocationMethod.MAXIMUM_SHARPE: _CONVEX,
    AllocationMethod.MAXIMUM_DIVERSIFICATION: _CONVEX,
    AllocationMethod.RISK_PARITY: _CONVEX,
    AllocationMethod.MINIMUM_CVAR: Cost(5e6, value=250.0, triple=0.6),
    AllocationMethod.HRP: Cost(1e6, pair=100.0),
    AllocationMethod.HERC: Cost(1.5e6, pair=200.0),
    AllocationMethod.NCO: Cost(2e6, pair=400.0),
}
_NO_COVARIANCE: Final = (AllocationMethod.EQUAL_WEIGHT, AllocationMethod.MINIMUM_CVAR)
_LINEAR: Final = Cost(1e7, value=2_000.0)
MEASURES: Final = {
    Measure.SEMI_DEVIATION: Cost(1e7, value=4_000.0),
    Measure.MEAN_ABSOLUTE_DEVIATION: _LINEAR,
    Measure.CVAR: _LINEAR,
    Measure.EVAR: Cost(1e7, value=3_000.0),
    Measure.WORST_REALIZATION: _LINEAR,
    Measure.AVERAGE_DRAWDOWN: Cost(1e7, value=2_000.0, history=2.5),
    Measure.MAXIMUM_DRAWDOWN: Cost(1e7, value=3_000.0),
    Measure.CDAR: Cost(1e7, value=10_000.0),
    Measure.ULCER_INDEX: Cost(1e7, value=6_000.0),
}
"""Of one portfolio within bounds, by measures of all periods; by volatility it is next to nothing."""
_LIMITED: Final = 4.0
"""How many times as much the highest return takes for a limit of risk: the least risk is found first."""
MINIMUM_VARIANCE: Final = _METHODS[AllocationMethod.MINIMUM_VARIANCE]
"""Of its weights, the covariance being known."""


def cost_of_method(
    method: AllocationMethod,
    covariance: CovarianceName,
    options: CovarianceOptions,
    periods: float,
    assets: int,
) -> float:
    """Operations of one portfolio of `solvers.solver_of`, with the covariance that it needs."""
    own = _METHODS[method].of(periods, assets)
    if method in _NO_COVARIANCE:
        return own
    return own + cost_of_estimator(covariance, options, periods, assets)


def cost_of_measure(
    measure: Measure, goal: Goal, periods: float, assets: int, *, is_choice: bool = False
) -> float:
    """Operations of the best portfolio by a measure, its covariance not counted.

    With a choice of assets those of as many programs as there may be: it often ends before.
    """
    if measure not in MEASURES:
        return (CHOICE if is_choice else MINIMUM_VARIANCE).of(periods, assets)
    times = _LIMITED if goal is Goal.MAXIMUM_RETURN else 1.0
    return times * (NODES if is_choice else 1) * MEASURES[measure].of(periods, assets)


def words_of_methods(names: Collection[AllocationMethod], covariance: CovarianceName) -> str:
    """The same of methods, with the covariance where one of them needs it: "hrp by dcc_garch"."""
    needed = any(each not in _NO_COVARIANCE for each in names)
    return f"{words_of(names)} by {covariance.value}" if needed else words_of(names)
