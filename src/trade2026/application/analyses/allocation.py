"""What analyses that allocate have in common: bounds and estimators in, weights with their risk out."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    CovarianceOptionsField,
    MeanName,
    MeanOptions,
    MeanOptionsField,
    mean_of,
)
from trade2026.application.analyses.fields import CovarianceField, HighestWeight, LowestWeight, RiskFreeRate
from trade2026.application.analyses.limits import Constraining, ConstraintRow, constraint_rows, limits_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.analyses.values import growth_of, number_of
from trade2026.application.pages.spec import Block, View
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    Good,
    KpiOptions,
    LineOptions,
    Series,
    TableOptions,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.limits import Limits
    from trade2026.analytics.optimization.result import Portfolio

_POINTS: Final = 1_000
_TAIL: Final = 0.05


class AllocationRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Returns, and how their covariances are estimated; weights sum to one."""

    covariance: CovarianceField = CovarianceName.LEDOIT_WOLF
    covariance_options: CovarianceOptionsField = CovarianceOptions()


class BoundedRequest(AllocationRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An allocation within bounds of every weight, and further constraints; below zero allows to be short."""

    lower: LowestWeight = 0.0
    upper: HighestWeight = 1.0
    constraints: Annotated[
        Constraining, Meta(title="Constraints", description="What else must hold; all of it at once.")
    ] = Constraining()


class ExpectingRequest(BoundedRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An allocation that needs expected returns too."""

    expected_returns: Annotated[
        MeanName, Meta(title="Expected returns", description="How expected returns are estimated.")
    ] = MeanName.SAMPLE_MEAN
    mean_options: MeanOptionsField = MeanOptions()
    market: Annotated[
        str,
        Meta(
            title="Market",
            description="For CAPM: an asset that stands for the market; empty for all in equal parts.",
            max_length=60,
        ),
    ] = ""
    risk_free_rate: RiskFreeRate = 0.0


class WeightRow(msgspec.Struct, frozen=True, kw_only=True):
    """One asset of a portfolio.

    Attributes
    ----------
    weight : float
        Share of capital; below zero is short.
    risk_share : float or None
        Of the portfolio's variance: w_i (S w)_i / w'S w; shares sum to one. None where there is none.
    volatility : float
        Of the asset, annual.
    """

    asset: str
    weight: float
    risk_share: float | None
    volatility: float


class AllocationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A portfolio over the very period that it was made from: what it would have been, not what it will be.

    Attributes
    ----------
    expected_return : float
        Annual, weights times sample means times periods a year.
    volatility : float
        Annual, by the covariance that was used.
    realized_volatility : float
        Annual, of the portfolio's returns in the period (ddof 1).
    max_drawdown : float
        Of weights kept constant, share of the peak lost.
    expected_shortfall : float
        Historical, at a tail of 5 %; positive for a loss.
    sharpe_ratio : float or None
        Of the returns of the period; what is not invested earns the risk-free rate.
    effective_assets : float or None
        One over the sum of squared shares of gross exposure; None where nothing is held.
    diversification_ratio : float
        Mean volatility of the assets, weighted, over that of the portfolio.
    gross_exposure : float
        Sum of absolute weights.
    violation : float
        Largest violation of a constraint, in weights.
    """

    method: str
    expected_return: float
    volatility: float
    realized_volatility: float | None
    sharpe_ratio: float | None
    max_drawdown: float
    expected_shortfall: float
    effective_assets: float | None
    diversification_ratio: float | None
    gross_exposure: float
    violation: float


class GrowthRow(msgspec.Struct, frozen=True):
    """What one unit became: of the portfolio and of equal weights, both kept constant."""

    ts: str
    portfolio: float
    equal_weight: float


class AllocationResult(msgspec.Struct, frozen=True, kw_only=True):
    """Weights and what is known about them; `growth` is empty for rows without times.

    `constraints` are those that were given, and the bounds of assets that bind.
    """

    summary: AllocationSummary
    weights: tuple[WeightRow, ...]
    growth: tuple[GrowthRow, ...]
    constraints: tuple[ConstraintRow, ...] = ()


def expectations_of(request: ExpectingRequest, panel: Panel) -> tuple["FloatArray", float, tuple[str, ...]]:
    """Expected returns and the risk-free rate, both per period, and notes."""
    from trade2026.analytics.ratios import per_period_rate

    rate, market = per_period_rate(request.risk_free_rate, panel.periods_per_year), None
    if request.market:
        if (name := request.expected_returns) is not MeanName.CAPM:
            raise InputError(
                f"market must be left out for {name.value}, was {request.market!r}; it is for capm"
            )
        if request.market not in panel.assets:
            raise InputError(f"market must be an asset of the request, was {request.market!r}; add it there")
        market = panel.returns[:, panel.assets.index(request.market)]
    mean, notes = mean_of(
        request.expected_returns, panel.returns, market=market, risk_free_rate=rate,
        options=request.mean_options, periods_per_year=panel.periods_per_year,
    )  # fmt: skip
    return mean, rate, notes


def bounded(request: BoundedRequest, panel: Panel, covariance: "FloatArray") -> "Limits":
    """Its bounds and constraints; InputError where they cannot hold together."""
    return limits_of(request.constraints, request.lower, request.upper, panel, covariance)


def within_limits(
    method: str,
    found: "Portfolio",
    limits: "Limits",
    covariance: "FloatArray",
    panel: Panel,
    *,
    risk_free_rate: float = 0.0,
) -> AllocationResult:
    """What a portfolio comes to, and how its constraints stand; see `allocation`."""
    made = allocation(
        method, found.weights, covariance, panel, violation=limits.violation(found.weights),
        risk_free_rate=risk_free_rate,
    )  # fmt: skip
    return msgspec.structs.replace(made, constraints=constraint_rows(limits, found, panel))


def allocation(
    method: str,
    weights: "FloatArray",
    covariance: "FloatArray",
    panel: Panel,
    *,
    violation: float,
    risk_free_rate: float = 0.0,
) -> AllocationResult:
    """What weights come to.

    Parameters
    ----------
    weights : float64, shape (N,)
    covariance : float64, shape (N, N)
        Per period.
    risk_free_rate : float
        Annual, compounded.
    """
    return AllocationResult(
        summary=_summary(method, weights, covariance, panel, violation, risk_free_rate),
        weights=_rows(weights, covariance, panel),
        growth=_growth(weights, panel),
    )


def _summary(
    method: str, weights: "FloatArray", covariance: "FloatArray", panel: Panel, violation: float, rate: float
) -> AllocationSummary:
    import numpy as np

    from trade2026.analytics import ratios
    from trade2026.analytics.drawdown import drawdown_series
    from trade2026.analytics.risk_measures.diversification import diversification_ratio
    from trade2026.analytics.risk_measures.tail import expected_shortfall

    year = panel.periods_per_year
    earned = panel.returns @ weights
    gross = float(np.abs(weights).sum())
    idle = ratios.per_period_rate(rate, year) * (1.0 - float(weights.sum()))
    sharpe = ratios.sharpe_ratio(earned + idle, periods_per_year=year, risk_free_rate=rate)
    return AllocationSummary(
        method=method,
        expected_return=float(earned.mean()) * year,
        volatility=float(np.sqrt(max(float(weights @ covariance @ weights), 0.0) * year)),
        realized_volatility=number_of(ratios.volatility(earned, periods_per_year=year)),
        sharpe_ratio=number_of(sharpe),
        max_drawdown=float(drawdown_series(np.append(1.0, growth_of(earned))).max()),
        expected_shortfall=expected_shortfall(earned, tail=_TAIL),
        effective_assets=gross**2 / float((weights**2).sum()) if gross > 0.0 else None,
        diversification_ratio=number_of(diversification_ratio(weights, covariance)),
        gross_exposure=gross,
        violation=violation,
    )


def _rows(weights: "FloatArray", covariance: "FloatArray", panel: Panel) -> tuple[WeightRow, ...]:
    import numpy as np

    from trade2026.analytics.optimization.risk_budgeting import risk_shares

    has_risk = float(weights @ covariance @ weights) > 0.0
    shares = risk_shares(weights, covariance).tolist() if has_risk else [None] * weights.size
    volatility = np.sqrt(np.diag(covariance) * panel.periods_per_year)
    return tuple(
        WeightRow(asset=asset, weight=weight, risk_share=share, volatility=each)
        for asset, weight, share, each in zip(
            panel.assets, weights.tolist(), shares, volatility.tolist(), strict=True
        )
    )


def _growth(weights: "FloatArray", panel: Panel) -> tuple[GrowthRow, ...]:
    import numpy as np

    from trade2026.application.runner.result import extremes

    if not panel.is_dated:
        return ()
    equal = np.full(weights.size, 1.0 / weights.size)
    grown = [growth_of(panel.returns @ each) for each in (weights, equal)]
    kept = extremes(grown[0], _POINTS)
    return tuple(
        GrowthRow(format_ns(int(panel.ts_ns[at])), float(grown[0][at]), float(grown[1][at])) for at in kept
    )


LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="expected_return", title="Mean return", format=Format.PCT, good=Good.UP),
                Figure(
                    key="volatility",
                    title="Volatility",
                    format=Format.PCT,
                    doc="Annual, by the covariance that was used.",
                ),
                Figure(key="realized_volatility", title="Realized volatility", format=Format.PCT),
                Figure(key="sharpe_ratio", title="Sharpe", format=Format.DECIMAL, good=Good.UP),
                Figure(key="max_drawdown", title="Max drawdown", format=Format.PCT, good=Good.DOWN),
                Figure(
                    key="expected_shortfall",
                    title="Expected shortfall",
                    format=Format.PCT,
                    doc="Mean loss of the worst 5 % of periods.",
                ),
                Figure(
                    key="effective_assets",
                    title="Effective assets",
                    format=Format.DECIMAL,
                    doc="One over the sum of squared weights, as shares of gross exposure.",
                ),
                Figure(key="diversification_ratio", title="Diversification", format=Format.DECIMAL),
                Figure(key="gross_exposure", title="Gross exposure", format=Format.PCT),
            )
        ),
        span=3,
        doc="Over the very period that the weights were made from: what would have been, not what will be.",
    ),
    Block(
        view=View.BAR,
        title="Weights",
        data="/weights",
        opts=BarOptions(
            x="asset", series=(Series(key="weight", title="Weight"),), format=Format.PCT, horizontal=True
        ),
        doc="Shares of capital.",
    ),
    Block(
        view=View.BAR,
        title="Shares of risk",
        data="/weights",
        opts=BarOptions(
            x="asset",
            series=(Series(key="risk_share", title="Share of variance"),),
            format=Format.PCT,
            horizontal=True,
        ),
        doc="Of the portfolio's variance; they sum to one.",
    ),
    Block(
        view=View.TABLE,
        title="Assets",
        data="/weights",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("weight", "Weight", Format.PCT),
                Column("risk_share", "Share of variance", Format.PCT),
                Column("volatility", "Volatility", Format.PCT),
            ),
            row_key="asset",
            sort="-weight",
        ),
    ),
    Block(
        view=View.LINE,
        title="Growth of one unit",
        data="/growth",
        opts=LineOptions(
            x="ts",
            series=(
                Series(key="portfolio", title="Portfolio"),
                Series(key="equal_weight", title="Equal weights"),
            ),
            log=True,
            ranges=True,
            height=280,
        ),
        span=3,
        empty="Rows without days have no times.",
        doc="Weights are kept constant, without costs; in sample.",
    ),
)


def layout_beside(block: Block) -> tuple[Block, ...]:
    """The same with a block of two columns beside the weights."""
    summary, weights, risk, assets, growth = LAYOUT
    return summary, block, weights, risk, msgspec.structs.replace(assets, span=2), growth
