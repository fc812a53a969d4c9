"""What the analysis of risk by the factor model is asked, and what it answers."""

from typing import Annotated

import msgspec
from msgspec import Meta

from trade2026.application.analyses.barra_parts import CellRow
from trade2026.application.analyses.barra_request import FactorModelRequest
from trade2026.application.analyses.fields import Weights

Months = Annotated[float, Meta(gt=0.0, le=1_200.0)]


class FactorRiskRequest(FactorModelRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The model, weights, and how risk is forecast."""

    weights: Weights = ()
    volatility_months: Annotated[
        Months,
        Meta(
            title="Half-life of volatilities",
            description="Months after which a return of a factor counts half.",
        ),
    ] = 4.0
    correlation_months: Annotated[
        Months,
        Meta(
            title="Half-life of correlations",
            description="Months after which a return of a factor counts half.",
        ),
    ] = 24.0
    specific_months: Annotated[
        Months,
        Meta(
            title="Half-life of specific risk",
            description="Months after which what is specific to an asset counts half.",
        ),
    ] = 4.0
    lags: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            title="Lags",
            description="Periods over which returns may depend on one another (Newey-West); 0 for none.",
        ),
    ] = 2
    draws: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            title="Simulations",
            description=(
                "Simulations that correct risk along combinations of factors (eigenfactors); 0 for none, an "
                "hour's work at most."
            ),
        ),
    ] = 500
    amplification: Annotated[
        float,
        Meta(
            ge=0.0,
            le=3.0,
            title="Share corrected",
            description="Of the bias that the simulations show; 1 is all of it.",
        ),
    ] = 1.0
    shrinkage: Annotated[
        float,
        Meta(
            ge=0.0,
            le=100.0,
            title="Shrinkage",
            description=(
                "How strongly an asset's specific risk is drawn to that of its peers; 0 for not at all."
            ),
        ),
    ] = 0.1
    buckets: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            title="Groups of peers",
            description="How many; by market cap, or by volatility where there is none.",
        ),
    ] = 5
    warm_up_months: Annotated[
        int,
        Meta(ge=9, le=1_200, title="Warm-up", description="Months of the model before the first forecast."),
    ] = 12
    window_months: Annotated[
        int, Meta(ge=1, le=1_200, title="Window", description="Months that each bias statistic looks at.")
    ] = 12
    random_portfolios: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000,
            title="Random portfolios",
            description="How many, long only, to judge forecasts by.",
        ),
    ] = 50
    seed: Annotated[
        int, Meta(ge=0, le=2**63 - 1, title="Seed", description="Of simulations and random portfolios.")
    ] = 1


class FactorRiskSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The portfolio's risk for the next period, and how forecasts did.

    Attributes
    ----------
    volatility, factor_volatility, specific_volatility : float
        Annual; the squares of the last two sum to that of the first.
    factor_share : float
        Of the variance.
    bias : float
        Of the portfolio, all forecasts: standard deviation of returns over forecasts; above one risk was
        forecast too low.
    random_bias : float
        Mean of the random portfolios.
    low, high : float
        Where 95 % of right forecasts lie, for normal returns.
    """

    volatility: float
    factor_volatility: float
    specific_volatility: float
    factor_share: float
    bias: float
    random_bias: float
    low: float
    high: float
    forecasts: int


class FactorRiskRow(msgspec.Struct, frozen=True, kw_only=True):
    """A factor's part of the portfolio's risk; the last row is what is specific.

    Attributes
    ----------
    exposure : float or None
    volatility : float
        Of the factor's return, annual; of specific returns for the last row.
    marginal : float or None
        By how much the annual volatility rises with the exposure.
    component : float
        Exposure times marginal; components sum to the volatility.
    share : float
        Of the whole; they sum to one.
    """

    factor: str
    kind: str
    exposure: float | None
    volatility: float
    marginal: float | None
    component: float
    share: float


class AssetRiskRow(msgspec.Struct, frozen=True, kw_only=True):
    """An asset's part of it, annual; components sum to the portfolio's volatility.

    Attributes
    ----------
    volatility, specific_volatility : float or None
        Of the asset by the model; None where it has no exposures now.
    """

    asset: str
    weight: float
    volatility: float | None
    specific_volatility: float | None
    marginal: float
    component: float
    from_factors: float
    share: float


class EigenfactorRow(msgspec.Struct, frozen=True, kw_only=True):
    """An eigenfactor by its rank, 1 for the least volatile, its annual volatility, and what that is times."""

    rank: int
    volatility: float
    adjustment: float


class BiasRow(msgspec.Struct, frozen=True, kw_only=True):
    """Bias statistics of the window that ends there; of random portfolios the mean, and 5 and 95 %."""

    ts: str
    portfolio: float
    market: float
    random_mean: float
    random_low: float
    random_high: float
    low: float
    high: float


class BiasSummaryRow(msgspec.Struct, frozen=True, kw_only=True):
    """Of what, over all forecasts, and what that says: in the band, or risk too low or too high."""

    name: str
    kind: str
    bias: float
    finding: str


class FactorRiskResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the model forecasts and how it did; `bias` is empty for rows without times."""

    summary: FactorRiskSummary
    factors: tuple[FactorRiskRow, ...]
    assets: tuple[AssetRiskRow, ...]
    bias: tuple[BiasRow, ...]
    biases: tuple[BiasSummaryRow, ...]
    eigenfactors: tuple[EigenfactorRow, ...]
    correlations: tuple[CellRow, ...]
