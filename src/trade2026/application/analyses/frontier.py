"""The efficient frontier, from the least variance to the highest return, with the assets around it."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.allocation import ExpectingRequest, bounded, expectations_of
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import covariance_of
from trade2026.application.analyses.measure import RiskMeasure, RiskMeasureField, Tail
from trade2026.application.analyses.panel import Panel
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    Good,
    KpiOptions,
    ScatterOptions,
    TableOptions,
)
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.limits import Limits
    from trade2026.analytics.optimization.measures import Scenarios

FRONTIER_GROUP: Final = "frontier"
BEST_SHARPE: Final = "maximum Sharpe"
_WORDS: Final = {BEST_SHARPE: "maximum Sharpe ratio"}
_WEIGHTS_SHOWN: Final = 12
_TINY: Final = 1e-6


class FrontierRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An allocation, a measure of risk, and how many points of the frontier are wanted."""

    measure: RiskMeasureField = RiskMeasure.VOLATILITY
    tail: Tail = 0.05
    points: Annotated[
        int, Meta(ge=2, le=500, title="Points", description="At equal steps of expected return.")
    ] = 50


class FrontierPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A portfolio, or an asset alone; annual fractions.

    Attributes
    ----------
    group : str
        "frontier", "asset" or "maximum Sharpe".
    volatility, expected_return : float
        By the estimates that were used.
    risk : float
        The measure: per period, but annual for volatility.
    """

    name: str
    group: str
    volatility: float
    expected_return: float
    risk: float


class FrontierRow(msgspec.Struct, frozen=True, kw_only=True):
    """An efficient portfolio; `held` names its assets, largest weight first."""

    number: int
    expected_return: float
    risk: float
    volatility: float
    sharpe_ratio: float | None
    assets: int
    held: str


class FrontierSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The two portfolios that are asked for most, and how many corners the frontier has.

    Risks are as in `FrontierPoint`; the ratio is of annual excess return to annual volatility, or of the
    excess return of a period to the measure.
    """

    measure: str
    minimum_risk: float
    minimum_risk_return: float
    best_ratio: float | None
    best_ratio_risk: float | None
    best_ratio_return: float | None
    corners: int


class FrontierResult(msgspec.Struct, frozen=True, kw_only=True):
    """The frontier as points to draw, as a table, and as weights: a row a point, a column an asset."""

    summary: FrontierSummary
    points: tuple[FrontierPoint, ...]
    portfolios: tuple[FrontierRow, ...]
    assets: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]


def compute(request: FrontierRequest, panel: Panel, tell: Tell) -> Found[FrontierResult]:
    """Efficient portfolios: by the critical line for volatility within bounds, else point by point."""
    import numpy as np

    from trade2026.analytics.optimization.measures import Scenarios

    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns)
    mean, rate, more = expectations_of(request, panel)
    limits = bounded(request, panel, covariance)
    on = Scenarios(panel.returns, covariance, request.tail)
    tell(0.2, "following the frontier")
    weights, corners = _efficient(request, mean, on, limits, tell)
    best, told = _best(request, rate, mean, on, limits, panel.periods_per_year)
    tell(0.9, "describing")
    year = panel.periods_per_year
    frontier = [_point(request, "", FRONTIER_GROUP, each, mean, on, year) for each in weights]
    singles = zip(panel.assets, np.eye(len(panel.assets)), strict=True)
    alone = [_point(request, asset, "asset", each, mean, on, year) for asset, each in singles]
    summary = FrontierSummary(
        measure=request.measure.value,
        minimum_risk=frontier[0].risk,
        minimum_risk_return=frontier[0].expected_return,
        best_ratio=None if best is None else _ratio(request, best, rate, year),
        best_ratio_risk=None if best is None else best.risk,
        best_ratio_return=None if best is None else best.expected_return,
        corners=corners,
    )
    rows = tuple(
        _row(number, each, point, rate * year, panel)
        for number, (each, point) in enumerate(zip(weights, frontier, strict=True), start=1)
    )
    result = FrontierResult(
        summary=summary,
        points=(*frontier, *alone, *(() if best is None else (best,))),
        portfolios=rows,
        assets=panel.assets,
        weights=tuple(map(tuple, weights.tolist())),
    )
    return Found(result, (*notes, *more, *told))


def _efficient(
    request: FrontierRequest, mean: "FloatArray", on: "Scenarios", limits: "Limits", tell: Tell
) -> tuple["FloatArray", int]:
    """Weights of the points by rising return, and how many corners are known."""
    from trade2026.analytics.optimization.frontier import efficient_frontier
    from trade2026.analytics.optimization.measures import Measure
    from trade2026.analytics.optimization.objective import frontier_of

    if request.measure is RiskMeasure.VOLATILITY and limits.is_linear:
        found = efficient_frontier(mean, on.covariance, limits.constraints, points=request.points)
        return found.weights, len(found.corners)

    def told(share: float) -> None:
        tell(0.2 + 0.6 * share, "following the frontier")

    measure = Measure(request.measure.value)
    return frontier_of(measure, on, limits, mean, points=request.points, tell=told), 0


def _best(
    request: FrontierRequest, rate: float, mean: "FloatArray", on: "Scenarios", limits: "Limits", year: float
) -> tuple[FrontierPoint | None, tuple[str, ...]]:
    """The portfolio of the best ratio, or why there is none: the frontier stands all the same."""
    from trade2026.analytics.optimization.measures import Measure
    from trade2026.analytics.optimization.objective import optimize
    from trade2026.analytics.optimization.problem import Goal, Problem

    name = BEST_SHARPE if request.measure is RiskMeasure.VOLATILITY else "best ratio"
    measure = Measure(request.measure.value)
    try:
        best = optimize(Problem(Goal.MAXIMUM_RATIO, measure, on, limits, mean, None, rate))
    except InputError as error:
        return None, (f"There is no portfolio of {_WORDS.get(name, name)}: {error}",)
    return _point(request, name, name, best.weights, mean, on, year), ()


def _point(
    request: FrontierRequest, name: str, group: str, weights: "FloatArray", mean: "FloatArray",
    on: "Scenarios", year: float,
) -> FrontierPoint:  # fmt: skip
    from trade2026.analytics.optimization.measures import Measure, value_of

    volatility = value_of(Measure.VOLATILITY, weights, on) * year**0.5
    is_volatility = request.measure is RiskMeasure.VOLATILITY
    risk = volatility if is_volatility else value_of(Measure(request.measure.value), weights, on)
    return FrontierPoint(
        name=name, group=group, volatility=volatility, expected_return=float(weights @ mean) * year, risk=risk
    )


def _ratio(request: FrontierRequest, point: FrontierPoint, rate: float, year: float) -> float | None:
    excess = point.expected_return - rate * year
    periods = 1.0 if request.measure is RiskMeasure.VOLATILITY else year
    return excess / periods / point.risk if point.risk > 0.0 else None


def _row(number: int, weights: "FloatArray", point: FrontierPoint, rate: float, panel: Panel) -> FrontierRow:
    pairs = zip(panel.assets, weights.tolist(), strict=True)
    held = sorted(
        ((abs(weight), asset, weight) for asset, weight in pairs if abs(weight) > _TINY), reverse=True
    )
    more = f" and {len(held) - _WEIGHTS_SHOWN} more" if len(held) > _WEIGHTS_SHOWN else ""
    above = point.expected_return - rate
    return FrontierRow(
        number=number,
        expected_return=point.expected_return,
        risk=point.risk,
        volatility=point.volatility,
        sharpe_ratio=above / point.volatility if point.volatility > 0.0 else None,
        assets=len(held),
        held=", ".join(f"{asset} {weight:.1%}" for _, asset, weight in held[:_WEIGHTS_SHOWN]) + more,
    )


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="measure", title="Measure of risk"),
                Figure(key="minimum_risk", title="Least risk", format=Format.PCT),
                Figure(key="minimum_risk_return", title="Its return", format=Format.PCT),
                Figure(key="best_ratio", title="Best ratio", format=Format.DECIMAL, good=Good.UP),
                Figure(key="best_ratio_risk", title="Its risk", format=Format.PCT),
                Figure(key="best_ratio_return", title="Its return there", format=Format.PCT),
                Figure(
                    key="corners",
                    title="Corners",
                    format=Format.QTY,
                    doc="Portfolios at which an asset enters or leaves; all others lie between two of them.",
                ),
            )
        ),
        span=3,
    ),
    Block(
        view=View.SCATTER,
        title="Efficient frontier",
        data="/points",
        opts=ScatterOptions(
            x="risk",
            y="expected_return",
            x_title="Risk (volatility annual, other measures per period)",
            y_title="Expected return, annual",
            label="name",
            group="group",
            joined=(FRONTIER_GROUP,),
            x_format=Format.PCT,
            y_format=Format.PCT,
            height=420,
        ),
        span=3,
        doc="By the estimates that were used; what they promise is not what will be.",
    ),
    Block(
        view=View.TABLE,
        title="Efficient portfolios",
        data="/portfolios",
        empty="There is no efficient portfolio.",
        opts=TableOptions(
            columns=(
                Column("number", "No.", Format.QTY),
                Column("expected_return", "Expected return", Format.PCT, signed=True),
                Column("risk", "Risk", Format.PCT),
                Column("volatility", "Volatility", Format.PCT),
                Column("sharpe_ratio", "Sharpe", Format.DECIMAL),
                Column("assets", "Assets", Format.QTY),
                Column("held", "Weights"),
            ),
            row_key="number",
        ),
        span=3,
    ),
)

FRONTIER: Final = Analysis(
    analysis_id="portfolio/efficient-frontier",
    title="Efficient frontier",
    doc="The least risk for every return: exact corners for volatility, any other measure point by point.",
    workspace=Workspace.PORTFOLIO,
    order=120,
    keywords=("frontier", "markowitz", "critical line", "tangency", "optimizer"),
    request=FrontierRequest,
    result=FrontierResult,
    compute=compute,
    layout=_LAYOUT,
    example=FrontierRequest(start="2018-01-01", points=25),
    presets=(
        Preset(title="At most 20 % each", values={"upper": 0.2}),
        Preset(title="By CVaR", values={"measure": "cvar", "points": 20}),
        Preset(title="By largest drawdown", values={"measure": "maximum_drawdown", "points": 20}),
    ),
)
