"""What an optimizer is asked for, by names; without numpy, so that requests can have them as their fields."""

from enum import StrEnum


class Measure(StrEnum):
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


class Goal(StrEnum):
    """What is wanted of the weights."""

    MINIMUM_RISK = "minimum_risk"
    MAXIMUM_RATIO = "maximum_ratio"
    MAXIMUM_RETURN = "maximum_return"
    MAXIMUM_UTILITY = "maximum_utility"
