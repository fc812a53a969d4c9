"""Mean and variance: the five classic portfolios after Markowitz."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta

from trade2026.application.analyses.allocation import (
    LAYOUT,
    AllocationResult,
    ExpectingRequest,
    bounded,
    expectations_of,
    within_limits,
)
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.fields import RiskAversion, Wanted
from trade2026.application.analyses.limits import STANDINGS
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import in_unit_of
from trade2026.application.pages.spec import Preset, Workspace
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.limits import Limits
    from trade2026.analytics.optimization.result import Portfolio


class Objective(StrEnum):
    """What is wanted of the weights."""

    MINIMUM_VARIANCE = "minimum_variance"
    MAXIMUM_SHARPE = "maximum_sharpe"
    MAXIMUM_UTILITY = "maximum_utility"
    TARGET_RETURN = "target_return"
    TARGET_RISK = "target_risk"
    ROBUST_UTILITY = "robust_utility"


_TARGETS: Final = (Objective.TARGET_RETURN, Objective.TARGET_RISK)


class MeanVarianceRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An objective, and the number that it needs."""

    objective: Annotated[Objective, Meta(title="Objective", description="What is wanted of the weights.")] = (
        Objective.MAXIMUM_SHARPE
    )
    target: Annotated[
        Wanted | None,
        Meta(
            title="Target",
            description=(
                "A year: the return for a target return, the volatility for a target volatility; 0.1 is 10 %."
            ),
        ),
    ] = None
    risk_aversion: Annotated[
        RiskAversion,
        Meta(
            description="For utility: return less half of this times the variance; higher is more careful.",
        ),
    ] = 3.0
    confidence: Annotated[
        float,
        Meta(
            ge=0.0,
            lt=1.0,
            title="Confidence",
            description=(
                "For robust utility: how likely the true means lie within the doubt; 0 trusts the estimates."
            ),
        ),
    ] = 0.5


def compute(request: MeanVarianceRequest, panel: Panel, tell: Tell) -> Found[AllocationResult]:
    """The weights, and what they come to."""
    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns, request.covariance_options)
    mean, rate, more = expectations_of(request, panel)
    tell(0.4, "optimizing")
    limits = bounded(request, panel, covariance)
    found = _solved(request, limits, mean, covariance, rate, panel)
    tell(0.9, "describing")
    name, free = request.objective.value, request.risk_free_rate
    result = within_limits(name, found, limits, covariance, panel, risk_free_rate=free)
    return Found(result, (*notes, *more, *found.notes), found.solved)


def _solved(
    request: MeanVarianceRequest,
    limits: "Limits",
    mean: "FloatArray",
    covariance: "FloatArray",
    rate: float,
    panel: Panel,
) -> "Portfolio":
    from trade2026.analytics.optimization.measures import Scenarios
    from trade2026.analytics.optimization.names import Goal, Measure
    from trade2026.analytics.optimization.objective import optimize
    from trade2026.analytics.optimization.problem import Problem

    if request.target is not None and request.objective not in _TARGETS:
        raise InputError(
            f"target must be left out for {request.objective.value}, was {request.target}; it is for "
            "target_return and target_risk"
        )
    if request.objective is Objective.ROBUST_UTILITY:
        return _robust(request, limits, mean, covariance, panel)
    goal, target = {
        Objective.MINIMUM_VARIANCE: (Goal.MINIMUM_RISK, None),
        Objective.MAXIMUM_SHARPE: (Goal.MAXIMUM_RATIO, None),
        Objective.MAXIMUM_UTILITY: (Goal.MAXIMUM_UTILITY, None),
        Objective.TARGET_RETURN: (Goal.MINIMUM_RISK, panel.periods_per_year),
        Objective.TARGET_RISK: (Goal.MAXIMUM_RETURN, panel.periods_per_year**0.5),
    }[request.objective]
    if target is not None and request.target is None:
        raise InputError(f"target must be given for {request.objective.value}, was missing; 0.1 is 10 %")
    wanted = None if target is None or request.target is None else request.target / target
    problem = Problem(
        goal, Measure.VOLATILITY, Scenarios(panel.returns, covariance), limits, mean, wanted, rate,
        request.risk_aversion,
    )  # fmt: skip
    with in_unit_of("target", request.target, panel.periods_per_year, is_annual=True):
        return optimize(problem)


def _robust(
    request: MeanVarianceRequest, limits: "Limits", mean: "FloatArray", covariance: "FloatArray", panel: Panel
) -> "Portfolio":
    from dataclasses import replace

    from trade2026.analytics.optimization.robust import radius_of, robust_utility

    radius = radius_of(request.confidence, mean.size)
    found = robust_utility(
        mean, covariance, limits, mean_covariance=covariance / panel.returns.shape[0], radius=radius,
        risk_aversion=request.risk_aversion,
    )  # fmt: skip
    year = panel.periods_per_year
    told = (
        f"the means may be wrong by {radius:.2f} standard errors in any direction: the worst of them earn "
        f"{found.measures['worst_return'] * year:.2%} a year, "
        f"the estimates {found.measures['return'] * year:.2%}"
    )
    return replace(found, notes=(*found.notes, told))


MEAN_VARIANCE: Final = Analysis(
    analysis_id="portfolio/mean-variance",
    title="Mean and variance",
    doc="Weights by mean and variance (Markowitz 1952): least variance, best ratio, utility or a target.",
    workspace=Workspace.PORTFOLIO,
    order=110,
    keywords=("optimizer", "markowitz", "minimum variance", "maximum sharpe", "weights"),
    request=MeanVarianceRequest,
    result=AllocationResult,
    compute=compute,
    layout=(*LAYOUT, STANDINGS),
    example=MeanVarianceRequest(start="2018-01-01", upper=0.25),
    presets=(
        Preset(title="Minimum variance", values={"objective": "minimum_variance"}),
        Preset(title="15 % volatility", values={"objective": "target_risk", "target": 0.15}),
        Preset(title="Long and short", values={"objective": "maximum_sharpe", "lower": -0.2, "upper": 0.4}),
        Preset(
            title="130/30",
            values={
                "objective": "maximum_sharpe",
                "lower": -0.3,
                "upper": 0.4,
                "constraints": {"gross": 1.6},
            },
        ),
        Preset(
            title="Five assets",
            values={"objective": "minimum_variance", "constraints": {"held": 5, "least": 0.05}},
        ),
        Preset(title="Means in doubt", values={"objective": "robust_utility", "confidence": 0.5}),
    ),
)
