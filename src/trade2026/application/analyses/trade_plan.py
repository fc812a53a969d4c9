"""From what is held to better weights, at a cost: what to trade now, and what is planned after it."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.allocation import (
    LAYOUT,
    AllocationSummary,
    ExpectingRequest,
    GrowthRow,
    WeightRow,
    bounded,
    expectations_of,
    within_limits,
)
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.fields import Cost, QuadraticCost, RiskAversion
from trade2026.application.analyses.limits import STANDINGS, Constraining, ConstraintRow
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import choosing
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    Good,
    HeatmapOptions,
    KpiOptions,
    TableOptions,
)
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.transition import Plan, Transition


class TradePlanRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Weights held now (`constraints.current`), costs, and how far ahead is planned."""

    risk_aversion: RiskAversion = 5.0
    cost: Cost = 0.001
    quadratic_cost: QuadraticCost = 0.0
    every: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            title="Periods between trades",
            description="How long weights are held; 21 days are a month.",
        ),
    ] = 21
    steps: Annotated[
        int,
        Meta(
            ge=1,
            le=24,
            title="Trades planned",
            description="Only the first is made, those behind it are looked ahead; 1 looks no further.",
        ),
    ] = 1
    half_life: Annotated[
        float | None,
        Meta(
            title="Half-life of forecasts",
            description=(
                "Periods after which half of a forecast beyond the mean of all is left; empty: it stays."
            ),
        ),
    ] = None


class TradeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One asset: weights before and after the first trade, the trade, its cost as a share of capital.

    `forecast` is the annual return that is expected over the first step.
    """

    asset: str
    current: float
    weight: float
    trade: float
    cost: float
    forecast: float


class PlanCell(msgspec.Struct, frozen=True):
    """A weight after a step of the plan; step 0 is what is held now."""

    step: int
    asset: str
    weight: float


class PlanSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan comes to; shares of capital, over all of its steps where no step is named.

    Attributes
    ----------
    turnover, cost : float
        Of the first trade.
    trades : int
        Assets that it trades.
    gain : float
        By how much the plan is better than keeping what is held: return less half of a times variance, less
        costs. None where what is held breaks a constraint.
    """

    turnover: float
    cost: float
    trades: int
    gain: float | None


class TradePlanResult(msgspec.Struct, frozen=True, kw_only=True):
    """The weights after the first trade, the trades, and the plan."""

    summary: AllocationSummary
    plan: PlanSummary
    weights: tuple[WeightRow, ...]
    growth: tuple[GrowthRow, ...]
    constraints: tuple[ConstraintRow, ...]
    trades: tuple[TradeRow, ...]
    path: tuple[PlanCell, ...]


def compute(request: TradePlanRequest, panel: Panel, tell: Tell) -> Found[TradePlanResult]:
    """The plan, and what its first trade comes to."""
    import math

    import numpy as np

    from trade2026.analytics.optimization.transition import Costs, Plan, transition

    n, given = len(panel.assets), request.constraints.current
    if len(given) != n:
        raise InputError(
            f"constraints.current must be {n} weights, one for each asset, were {len(given)}; "
            "it is what is held now"
        )
    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns, request.covariance_options)
    mean, _, more = expectations_of(request, panel)
    limits = bounded(request, panel, covariance)
    plan = Plan(
        mean, covariance, np.array(given), limits,
        Costs.same(n, linear=request.cost, quadratic=request.quadratic_cost), request.risk_aversion,
        request.steps, float(request.every), math.inf if request.half_life is None else request.half_life,
    )  # fmt: skip
    tell(0.3, f"planning {request.steps} trades")
    found = transition(plan, watch=choosing(tell, 0.3, 0.9))
    tell(0.9, "describing")
    free = request.risk_free_rate
    made = within_limits("trade_plan", found.portfolio, limits, covariance, panel, risk_free_rate=free)
    result = TradePlanResult(
        summary=made.summary, plan=_summary(plan, found), weights=made.weights, growth=made.growth,
        constraints=made.constraints, trades=_trades(plan, found, panel), path=_path(plan, found.path, panel),
    )  # fmt: skip
    return Found(result, (*notes, *more, *found.portfolio.notes), found.portfolio.solved)


def _summary(plan: "Plan", found: "Transition") -> PlanSummary:
    import numpy as np

    from trade2026.analytics.optimization.transition import objective_of

    measures = found.portfolio.measures
    is_allowed = plan.limits.violation(plan.current) <= 1e-9
    kept = objective_of(plan, np.tile(plan.current, (plan.steps, 1)))
    return PlanSummary(
        turnover=measures["turnover"],
        cost=measures["cost"],
        trades=int((np.abs(found.path[0] - plan.current) > 1e-7).sum()),
        gain=kept - measures["objective"] if is_allowed else None,
    )


def _trades(plan: "Plan", found: "Transition", panel: Panel) -> tuple[TradeRow, ...]:
    import numpy as np

    trade = found.path[0] - plan.current
    trade[np.abs(trade) < 1e-9] = 0.0
    cost = plan.costs.linear * np.abs(trade) + plan.costs.quadratic * trade**2
    forecast = found.forecasts[0] * panel.periods_per_year
    columns = (plan.current, found.path[0], trade, cost, forecast)
    rows = zip(panel.assets, *(each.tolist() for each in columns), strict=True)
    return tuple(
        TradeRow(asset=asset, current=current, weight=weight, trade=moved, cost=paid, forecast=expected)
        for asset, current, weight, moved, paid, expected in rows
    )


def _path(plan: "Plan", path: "FloatArray", panel: Panel) -> tuple[PlanCell, ...]:
    import numpy as np

    whole = np.vstack([plan.current, path])
    return tuple(
        PlanCell(step, asset, float(weight))
        for step, row in enumerate(whole)
        for asset, weight in zip(panel.assets, row, strict=True)
    )


_PLAN: Final = Block(
    view=View.KPI,
    title="Plan",
    data="/plan",
    opts=KpiOptions(
        items=(
            Figure(key="turnover", title="Turnover now", format=Format.PCT),
            Figure(key="cost", title="Cost now", format=Format.PCT),
            Figure(key="trades", title="Assets traded", format=Format.QTY),
            Figure(
                key="gain",
                title="Gain",
                format=Format.PCT,
                good=Good.UP,
                doc="Over keeping what is held: return less risk less costs, over the whole plan.",
            ),
        )
    ),
    span=3,
)
_TRADES: Final = Block(
    view=View.TABLE,
    title="Trades now",
    data="/trades",
    empty="There is no asset.",
    opts=TableOptions(
        columns=(
            Column("asset", "Asset", Format.ID),
            Column("current", "Held", Format.PCT),
            Column("weight", "After", Format.PCT),
            Column("trade", "Trade", Format.PCT, signed=True),
            Column("cost", "Cost", Format.PCT),
            Column("forecast", "Forecast", Format.PCT, signed=True),
        ),
        row_key="asset",
        sort="-trade",
    ),
    span=2,
    doc="Shares of capital. Costs are weighed against return and risk, and not taken out of the weights.",
)
_STEPS: Final = Block(
    view=View.HEATMAP,
    title="Weights after each trade",
    data="/path",
    opts=HeatmapOptions(x="step", y="asset", value="weight", format=Format.PCT),
    span=3,
    doc="Columns are trades, 0 is what is held now. Only the first is made, then it is planned anew.",
)

_ASSETS: Final = ("AAPL.XNAS", "MSFT.XNAS", "JPM.XNYS", "XOM.XNYS", "PG.XNYS", "JNJ.XNYS")

TRADE_PLAN: Final = Analysis(
    analysis_id="portfolio/trade-plan",
    title="Plan of trades",
    doc="From what is held to better weights at a cost: one trade, or several of which the first is made.",
    workspace=Workspace.PORTFOLIO,
    order=148,
    keywords=("rebalancing", "transaction costs", "turnover", "multi-period", "impact", "optimizer"),
    request=TradePlanRequest,
    result=TradePlanResult,
    compute=compute,
    layout=(LAYOUT[0], _PLAN, LAYOUT[1], _TRADES, _STEPS, LAYOUT[4], STANDINGS),
    example=TradePlanRequest(
        start="2019-01-01", assets=_ASSETS, steps=3, half_life=63.0, upper=0.5,
        constraints=Constraining(current=(0.3, 0.1, 0.2, 0.2, 0.1, 0.1)),
    ),
    presets=(
        Preset(
            title="No trade below 2 %",
            values={
                "assets": list(_ASSETS), "start": "2019-01-01",
                "constraints": {"current": [0.3, 0.1, 0.2, 0.2, 0.1, 0.1], "least_trade": 0.02},
            },
        ),
    ),
)  # fmt: skip
