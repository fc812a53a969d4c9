"""Mean and variance: the five classic portfolios after Markowitz."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta

from trade2026.application.analyses.allocation import (
    LAYOUT,
    AllocationResult,
    ExpectingRequest,
    allocation,
    constraints_of,
    expectations_of,
)
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import covariance_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.pages.spec import Preset, Workspace
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.result import Portfolio


class Objective(StrEnum):
    """What is wanted of the weights."""

    MINIMUM_VARIANCE = "minimum_variance"
    MAXIMUM_SHARPE = "maximum_sharpe"
    MAXIMUM_UTILITY = "maximum_utility"
    TARGET_RETURN = "target_return"
    TARGET_RISK = "target_risk"


class MeanVarianceRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An objective, and the number that it needs."""

    objective: Annotated[Objective, Meta(title="Objective", description="What is wanted of the weights.")] = (
        Objective.MAXIMUM_SHARPE
    )
    target: Annotated[
        float | None,
        Meta(
            title="Target",
            description="Annual return for target_return, annual volatility for target_risk; 0.1 is 10 %.",
        ),
    ] = None
    risk_aversion: Annotated[
        float,
        Meta(gt=0.0, le=10_000.0, title="Risk aversion", description="For maximum_utility: m'w - a/2 w'Sw."),
    ] = 3.0


def compute(request: MeanVarianceRequest, panel: Panel, tell: Tell) -> Found[AllocationResult]:
    """The weights, and what they come to."""
    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns)
    mean, rate, more = expectations_of(request, panel)
    tell(0.4, "optimizing")
    found = _solved(request, mean, covariance, rate, panel)
    tell(0.9, "describing")
    result = allocation(
        request.objective.value, found.weights, covariance, panel, violation=found.violation,
        risk_free_rate=request.risk_free_rate,
    )  # fmt: skip
    return Found(result, (*notes, *more, *found.notes))


def _solved(
    request: MeanVarianceRequest,
    mean: "FloatArray",
    covariance: "FloatArray",
    rate: float,
    panel: Panel,
) -> "Portfolio":
    from trade2026.analytics.optimization import mean_variance as mv

    constraints, year = constraints_of(request, panel), panel.periods_per_year
    match request.objective:
        case Objective.MINIMUM_VARIANCE:
            return mv.minimum_variance(covariance, constraints)
        case Objective.MAXIMUM_SHARPE:
            return mv.maximum_sharpe(mean, covariance, constraints, risk_free_rate=rate)
        case Objective.MAXIMUM_UTILITY:
            return mv.maximum_utility(mean, covariance, constraints, risk_aversion=request.risk_aversion)
    if request.target is None:
        raise InputError(f"target must be given for {request.objective.value}, was missing; 0.1 is 10 %")
    if request.objective is Objective.TARGET_RETURN:
        return mv.target_return(mean, covariance, constraints, target=request.target / year)
    return mv.target_risk(mean, covariance, constraints, target=request.target / year**0.5)


MEAN_VARIANCE: Final = Analysis(
    analysis_id="portfolio/mean-variance",
    title="Mean and variance",
    doc="Minimum variance, maximum Sharpe ratio or utility, a target return or risk (Markowitz 1952).",
    workspace=Workspace.PORTFOLIO,
    order=110,
    keywords=("optimizer", "markowitz", "minimum variance", "maximum sharpe", "weights"),
    request=MeanVarianceRequest,
    result=AllocationResult,
    compute=compute,
    layout=LAYOUT,
    example=MeanVarianceRequest(start="2018-01-01", upper=0.25),
    presets=(
        Preset(title="Minimum variance", values={"objective": "minimum_variance"}),
        Preset(title="15 % volatility", values={"objective": "target_risk", "target": 0.15}),
        Preset(title="Long and short", values={"objective": "maximum_sharpe", "lower": -0.2, "upper": 0.4}),
    ),
)
