"""Measures of risk by their names, and the request for the best portfolio by one of them."""

from typing import Annotated

from msgspec import Meta

from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.application.analyses.allocation import ExpectingRequest
from trade2026.application.analyses.fields import MeasureTail, RiskAversion, RiskMeasureField, Wanted


class MeasureRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A measure, a goal, and the number that it needs."""

    measure: RiskMeasureField = Measure.CVAR
    goal: Annotated[Goal, Meta(title="Goal", description="What is wanted of the weights.")] = (
        Goal.MINIMUM_RISK
    )
    tail: MeasureTail = 0.05
    target_return: Annotated[
        Wanted | None,
        Meta(
            title="Target return",
            description="For least risk: expected a year at least, 0.1 is 10 %; empty for none.",
        ),
    ] = None
    risk_limit: Annotated[
        Wanted | None,
        Meta(
            title="Limit of risk",
            description="For highest return: risk per period at most, for volatility a year; 0.02 is 2 %.",
        ),
    ] = None
    risk_aversion: Annotated[
        RiskAversion,
        Meta(
            description="For utility: return less so many times the risk (volatility: half the variance).",
        ),
    ] = 1.0
