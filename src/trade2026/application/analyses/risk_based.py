"""Portfolios from risk alone: no expected return is estimated."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta

from trade2026.application.analyses.allocation import (
    LAYOUT,
    AllocationResult,
    BoundedRequest,
    bounded,
    within_limits,
)
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.labels import LABELS
from trade2026.application.analyses.limits import STANDINGS
from trade2026.application.analyses.panel import Panel
from trade2026.application.pages.spec import Preset, Workspace
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.limits import Limits
    from trade2026.analytics.optimization.result import Portfolio


class RiskMethod(StrEnum):
    """How risk is spread."""

    RISK_PARITY = "risk_parity"
    MAXIMUM_DIVERSIFICATION = "maximum_diversification"
    MAXIMUM_DECORRELATION = "maximum_decorrelation"
    MINIMUM_VARIANCE = "minimum_variance"
    INVERSE_VOLATILITY = "inverse_volatility"
    EQUAL_WEIGHT = "equal_weight"


_UNBOUNDED: Final = frozenset(
    {RiskMethod.RISK_PARITY, RiskMethod.INVERSE_VOLATILITY, RiskMethod.EQUAL_WEIGHT}
)
"""Methods whose weights are what they are: long only, and without bounds of their own."""


class RiskBasedRequest(BoundedRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way to spread risk, and budgets for risk parity."""

    method: Annotated[RiskMethod, Meta(title="Method", description="How risk is spread.")] = (
        RiskMethod.RISK_PARITY
    )
    budgets: Annotated[
        tuple[Annotated[float, Meta(gt=0.0)], ...],
        Meta(
            title="Risk budgets",
            description="For risk parity: each asset's share of the risk, with commas; empty for equal ones.",
            max_length=2_000,
        ),
    ] = ()


def compute(request: RiskBasedRequest, panel: Panel, tell: Tell) -> Found[AllocationResult]:
    """The weights, and what they come to."""
    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns, request.covariance_options)
    limits = bounded(request, panel, covariance)
    if request.budgets and request.method is not RiskMethod.RISK_PARITY:
        raise InputError(f"budgets must be left out for {request.method.value}; risk parity has them")
    if request.budgets and len(request.budgets) != len(panel.assets):
        raise InputError(
            f"budgets must be {len(panel.assets)}, one for each asset, were {len(request.budgets)}"
        )
    tell(0.4, "optimizing")
    found = _solved(request, panel, covariance, limits)
    tell(0.9, "describing")
    if request.method in _UNBOUNDED:
        violation = limits.violation(found.weights)
        if violation > 1e-9:
            notes = (
                *notes,
                f"Constraints are missed by {violation:.2%}: {LABELS[request.method]} knows none.",
            )
    result = within_limits(request.method.value, found, limits, covariance, panel)
    return Found(result, (*notes, *found.notes), found.solved)


def _solved(
    request: RiskBasedRequest, panel: Panel, covariance: "FloatArray", limits: "Limits"
) -> "Portfolio":
    import numpy as np

    from trade2026.analytics.matrices import unit_diagonal
    from trade2026.analytics.optimization import diversification
    from trade2026.analytics.optimization.measures import Scenarios
    from trade2026.analytics.optimization.names import Goal, Measure
    from trade2026.analytics.optimization.objective import optimize
    from trade2026.analytics.optimization.problem import Problem
    from trade2026.analytics.optimization.risk_budgeting import risk_budgeting, risk_parity

    def least(goal: Goal, matrix: "FloatArray") -> "Portfolio":
        on, reward = Scenarios(panel.returns, matrix), np.sqrt(np.diagonal(covariance))
        return optimize(Problem(goal, Measure.VOLATILITY, on, limits, reward))

    match request.method:
        case RiskMethod.RISK_PARITY if request.budgets:
            return risk_budgeting(covariance, np.array(request.budgets))
        case RiskMethod.RISK_PARITY:
            return risk_parity(covariance)
        case RiskMethod.MAXIMUM_DIVERSIFICATION:
            return least(Goal.MAXIMUM_RATIO, covariance)
        case RiskMethod.MAXIMUM_DECORRELATION:
            return least(Goal.MINIMUM_RISK, unit_diagonal(covariance))
        case RiskMethod.MINIMUM_VARIANCE:
            return least(Goal.MINIMUM_RISK, covariance)
        case RiskMethod.INVERSE_VOLATILITY:
            return diversification.inverse_volatility(covariance)
        case RiskMethod.EQUAL_WEIGHT:
            return diversification.equal_weight(covariance.shape[0])


RISK_BASED: Final = Analysis(
    analysis_id="portfolio/risk-based",
    title="Risk-based",
    doc="Weights from risk alone: risk parity, most diversified, least correlated, and simple ones.",
    workspace=Workspace.PORTFOLIO,
    order=130,
    keywords=("risk parity", "equal risk contribution", "risk budgeting", "diversification", "optimizer"),
    request=RiskBasedRequest,
    result=AllocationResult,
    compute=compute,
    layout=(*LAYOUT, STANDINGS),
    example=RiskBasedRequest(start="2018-01-01"),
    presets=(
        Preset(title="Most diversified", values={"method": "maximum_diversification"}),
        Preset(title="Least correlated", values={"method": "maximum_decorrelation"}),
    ),
)
