"""The least mean of the worst periods: minimum CVaR, exactly, for a return where one is wanted."""

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
from trade2026.application.analyses.fields import Tail, Wanted
from trade2026.application.analyses.limits import STANDINGS
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import MEAN_ABSOLUTE, in_unit_of, with_proof
from trade2026.application.pages.spec import Preset, Workspace

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.limits import Limits
    from trade2026.analytics.optimization.result import Portfolio


class ShortfallRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tail, and a return that is wanted; the covariance only describes the result."""

    tail: Annotated[
        Tail,
        Meta(
            le=0.5, description="Share of the worst periods; 0.05 is the worst 5 %, also called CVaR at 95 %."
        ),
    ] = 0.05
    target: Annotated[
        Wanted | None,
        Meta(
            title="Target return",
            description="Expected a year at least, 0.1 is 10 %; empty for the least CVaR of all.",
        ),
    ] = None


def compute(request: ShortfallRequest, panel: Panel, tell: Tell) -> Found[AllocationResult]:
    """The weights, and what they come to; every period is a scenario."""
    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns, request.covariance_options)
    mean, _, more = expectations_of(request, panel)
    limits = bounded(request, panel, covariance)
    tell(0.2, f"{panel.returns.shape[0]} scenarios")
    with in_unit_of("target", request.target, panel.periods_per_year, is_annual=False):
        found, cvar = _solved(request, limits, mean, covariance, panel)
    tell(0.9, "describing")
    free = request.risk_free_rate
    result = within_limits("minimum_cvar", found, limits, covariance, panel, risk_free_rate=free)
    told = f"CVaR {cvar:.4%} a period at a tail of {request.tail:g}"
    found = with_proof(found, told, "capital" if limits.is_linear else MEAN_ABSOLUTE)
    return Found(result, (*notes, *more, *found.notes), found.solved)


def _solved(
    request: ShortfallRequest, limits: "Limits", mean: "FloatArray", covariance: "FloatArray", panel: Panel
) -> tuple["Portfolio", float]:
    """The portfolio, and its CVaR per period: by the method with a matrix of assets alone where it can be."""
    from trade2026.analytics.optimization.expected_shortfall import mean_cvar, minimum_cvar
    from trade2026.analytics.optimization.measures import Scenarios
    from trade2026.analytics.optimization.names import Goal, Measure
    from trade2026.analytics.optimization.objective import optimize
    from trade2026.analytics.optimization.problem import Problem

    target = None if request.target is None else request.target / panel.periods_per_year
    if not limits.is_linear:
        on = Scenarios(panel.returns, covariance, request.tail)
        found = optimize(Problem(Goal.MINIMUM_RISK, Measure.CVAR, on, limits, mean, target))
        return found, found.measures["risk"]
    if target is None:
        found = minimum_cvar(panel.returns, limits.constraints, tail=request.tail)
    else:
        found = mean_cvar(mean, panel.returns, limits.constraints, target=target, tail=request.tail)
    return found, found.measures["cvar"]


SHORTFALL: Final = Analysis(
    analysis_id="portfolio/minimum-cvar",
    title="Minimum CVaR",
    doc="Weights that lose least in the worst periods (CVaR, Rockafellar and Uryasev 2000).",
    workspace=Workspace.PORTFOLIO,
    order=145,
    keywords=("cvar", "expected shortfall", "tail", "optimizer", "scenarios"),
    request=ShortfallRequest,
    result=AllocationResult,
    compute=compute,
    layout=(*LAYOUT, STANDINGS),
    example=ShortfallRequest(start="2018-01-01"),
    presets=(Preset(title="Worst 1 %", values={"tail": 0.01}),),
)
