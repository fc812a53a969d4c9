"""The least mean of the worst periods: minimum CVaR, exactly, for a return where one is wanted."""

from typing import Annotated, Final

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


class ShortfallRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tail, and a return that is wanted; the covariance only describes the result."""

    tail: Annotated[
        float,
        Meta(gt=0.0, le=0.5, title="Tail", description="Share of the worst periods; 0.05 is CVaR at 95 %."),
    ] = 0.05
    target: Annotated[
        float | None,
        Meta(title="Target return", description="Annual, at least; empty for the least CVaR of all."),
    ] = None


def compute(request: ShortfallRequest, panel: Panel, tell: Tell) -> Found[AllocationResult]:
    """The weights, and what they come to; every period is a scenario."""
    from trade2026.analytics.optimization.expected_shortfall import mean_cvar, minimum_cvar

    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns)
    mean, _, more = expectations_of(request, panel)
    constraints = constraints_of(request, panel)
    tell(0.2, f"{panel.returns.shape[0]} scenarios")
    if request.target is None:
        found = minimum_cvar(panel.returns, constraints, tail=request.tail)
    else:
        target = request.target / panel.periods_per_year
        found = mean_cvar(mean, panel.returns, constraints, target=target, tail=request.tail)
    tell(0.9, "describing")
    result = allocation(
        "minimum_cvar", found.weights, covariance, panel, violation=found.violation,
        risk_free_rate=request.risk_free_rate,
    )  # fmt: skip
    measures = found.measures
    told = (
        f"CVaR {measures['cvar']:.4%} a period at a tail of {request.tail:g}; "
        f"no portfolio is better by more than {measures['gap']:.1e}."
    )
    return Found(result, (*notes, *more, *found.notes, told))


SHORTFALL: Final = Analysis(
    analysis_id="portfolio/minimum-cvar",
    title="Minimum CVaR",
    doc="The least mean of the worst periods (Rockafellar and Uryasev 2000), at a return where wanted.",
    workspace=Workspace.PORTFOLIO,
    order=145,
    keywords=("cvar", "expected shortfall", "tail", "optimizer", "scenarios"),
    request=ShortfallRequest,
    result=AllocationResult,
    compute=compute,
    layout=LAYOUT,
    example=ShortfallRequest(start="2018-01-01"),
    presets=(Preset(title="Worst 1 %", values={"tail": 0.01}),),
)
