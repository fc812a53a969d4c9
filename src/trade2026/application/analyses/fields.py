"""Fields that several requests have: their bounds, titles and help, said once.

A request that means a little more by one puts its own help over it, or a bound that it has not:
`Annotated[Tail, Meta(le=0.1)]`.
"""

from typing import Annotated, Final

from msgspec import Meta

from trade2026.analytics.optimization.names import Measure
from trade2026.application.analyses.estimates import CovarianceName

Weight = Annotated[float, Meta(ge=-1_000.0, le=1_000.0)]
"""A share of capital; beyond this it is a slip, such as an amount of money."""
Weights = Annotated[
    tuple[Weight, ...],
    Meta(
        title="Weights",
        description="Shares of capital in the order of the assets, with commas; empty for equal ones.",
        max_length=2_000,
    ),
]
LowestWeight = Annotated[
    float, Meta(ge=-10.0, le=1.0, title="Lowest weight", description="Of every asset; below 0 allows short.")
]
HighestWeight = Annotated[
    float, Meta(ge=0.0, le=10.0, title="Highest weight", description="Of every asset; 1 is all capital.")
]

Wanted = Annotated[float, Meta(ge=-1_000.0, le=1_000.0)]
"""A return or a risk that is asked for, a fraction."""
RiskFreeRate = Annotated[
    float, Meta(ge=-0.5, le=1.0, title="Risk-free rate", description="A year, compounded; 0.02 is 2 %.")
]
"""Of a request whose figures are of excess returns."""
RiskAversion = Annotated[
    float,
    Meta(
        gt=0.0,
        le=10_000.0,
        title="Risk aversion",
        description="Wanted is return less half of it times variance.",
    ),
]

RiskMeasureField = Annotated[Measure, Meta(title="Measure of risk", description="What is kept low.")]
Tail = Annotated[
    float,
    Meta(gt=0.0, title="Tail", description="Share of the worst periods; 0.05 is the worst 5 %."),
]
"""With the most that may be asked for over it, which is at most 1."""
MeasureTail = Annotated[
    Tail,
    Meta(le=0.5, description="For CVaR, EVaR and CDaR: share of the worst periods; 0.05 is the worst 5 %."),
]

CovarianceField = Annotated[
    CovarianceName, Meta(title="Covariance", description="How covariances are estimated.")
]
FactorCovarianceField = Annotated[
    CovarianceField, Meta(description="How covariances of factors are estimated.")
]
Estimators = Annotated[
    tuple[CovarianceName, ...],
    Meta(
        title="Estimators",
        description="DCC-GARCH takes long.",
        min_length=1,
        max_length=len(CovarianceName),
    ),
]
QUICK: Final = tuple(each for each in CovarianceName if each is not CovarianceName.DCC_GARCH)
"""All but the one that takes a second or more for each fit."""
Rebalance = Annotated[
    int,
    Meta(
        ge=1,
        le=10_000,
        title="Rebalance",
        description="Periods that a portfolio is held; all fits are an hour's work at most.",
    ),
]
Lags = Annotated[
    int,
    Meta(
        ge=-1,
        le=1_000,
        title="Lags",
        description="Periods over which returns may depend on one another (Newey-West); -1 for the usual.",
    ),
]

Cost = Annotated[
    float,
    Meta(
        ge=0.0,
        le=1.0,
        title="Cost",
        description="Of what is traded, as a fraction; 0.001 is 0.1 %, 10 basis points.",
    ),
]
QuadraticCost = Annotated[
    float,
    Meta(
        ge=0.0,
        le=100.0,
        title="Impact",
        description="Grows with the square of a trade: with 1, trading 10 % of the capital costs 1 % of it.",
    ),
]
