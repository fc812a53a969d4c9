"""Measures of risk by their names, and the request for the best portfolio by one of them."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from trade2026.application.analyses.allocation import ExpectingRequest
from trade2026.application.analyses.requests import Wanted


class RiskMeasure(StrEnum):
    """Measures of risk, as in docs/portfolio-statistics.md; drawdowns are of the running sum of returns."""

    VOLATILITY = "volatility"
    SEMI_DEVIATION = "semi_deviation"
    MEAN_ABSOLUTE_DEVIATION = "mean_absolute_deviation"
    CVAR = "cvar"
    EVAR = "evar"
    WORST_REALIZATION = "worst_realization"
    AVERAGE_DRAWDOWN = "average_drawdown"
    MAXIMUM_DRAWDOWN = "maximum_drawdown"
    CDAR = "cdar"
    ULCER_INDEX = "ulcer_index"


class MeasureGoal(StrEnum):
    """What is wanted of the weights."""

    MINIMUM_RISK = "minimum_risk"
    MAXIMUM_RATIO = "maximum_ratio"
    MAXIMUM_RETURN = "maximum_return"
    MAXIMUM_UTILITY = "maximum_utility"


RiskMeasureField = Annotated[RiskMeasure, Meta(title="Measure of risk", description="What is kept low.")]
Tail = Annotated[
    float,
    Meta(
        gt=0.0,
        le=0.5,
        title="Tail",
        description="For CVaR, EVaR and CDaR: share of the worst periods; 0.05 is the worst 5 %.",
    ),
]


class MeasureRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A measure, a goal, and the number that it needs."""

    measure: RiskMeasureField = RiskMeasure.CVAR
    goal: Annotated[MeasureGoal, Meta(title="Goal", description="What is wanted of the weights.")] = (
        MeasureGoal.MINIMUM_RISK
    )
    tail: Tail = 0.05
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
        float,
        Meta(
            gt=0.0,
            le=10_000.0,
            title="Risk aversion",
            description="For utility: return less so many times the risk (volatility: half the variance).",
        ),
    ] = 1.0
