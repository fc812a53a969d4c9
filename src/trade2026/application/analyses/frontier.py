"""The efficient frontier, from the least variance to the highest return, with the assets around it."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.allocation import ExpectingRequest, constraints_of, expectations_of
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import covariance_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import weights_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    Good,
    KpiOptions,
    ScatterOptions,
    StackOptions,
    TableOptions,
)
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.constraints import Constraints

FRONTIER_GROUP: Final = "frontier"
_WEIGHTS_SHOWN: Final = 12
_TINY: Final = 1e-6
_ASSETS_SHOWN: Final = 12
_OTHERS: Final = "others"
PORTFOLIO_GROUP: Final = "portfolio"


class FrontierRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An allocation, and how many points of the frontier are wanted."""

    points: Annotated[
        int, Meta(ge=2, le=500, title="Points", description="At equal steps of expected return.")
    ] = 50
    mine: Annotated[
        tuple[float, ...],
        Meta(
            title="Your weights",
            description="Shares of capital in the order of the assets, to be shown beside the frontier; "
            "empty for none.",
            max_length=2_000,
        ),
    ] = ()


class FrontierPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A portfolio, or an asset alone; annual fractions.

    Attributes
    ----------
    group : str
        "frontier", "asset" or "portfolio": least volatility, maximum Sharpe, equal weights, yours.
    volatility, expected_return : float
        By the estimates that were used.
    """

    name: str
    group: str
    volatility: float
    expected_return: float


class FrontierRow(msgspec.Struct, frozen=True, kw_only=True):
    """An efficient portfolio; `held` names its assets, largest weight first."""

    number: int
    expected_return: float
    volatility: float
    sharpe_ratio: float | None
    assets: int
    held: str


class ShareRow(msgspec.Struct, frozen=True):
    """What one asset has of an efficient portfolio; assets that never have much are "others"."""

    volatility: float
    asset: str
    weight: float


class FrontierSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The two portfolios that are asked for most, and how many corners the frontier has."""

    minimum_volatility: float
    minimum_volatility_return: float
    maximum_sharpe_ratio: float | None
    maximum_sharpe_volatility: float | None
    maximum_sharpe_return: float | None
    corners: int


class FrontierResult(msgspec.Struct, frozen=True, kw_only=True):
    """The frontier as points to draw, as a table, and as weights: a row a point, a column an asset."""

    summary: FrontierSummary
    points: tuple[FrontierPoint, ...]
    shares: tuple[ShareRow, ...]
    portfolios: tuple[FrontierRow, ...]
    assets: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]


def compute(request: FrontierRequest, panel: Panel, tell: Tell) -> Found[FrontierResult]:
    """All efficient portfolios within the bounds, exactly: the critical line, and points between corners."""
    from trade2026.analytics.optimization.frontier import efficient_frontier

    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns)
    mean, rate, more = expectations_of(request, panel)
    constraints = constraints_of(request, panel)
    tell(0.2, "following the critical line")
    found = efficient_frontier(mean, covariance, constraints, points=request.points)
    best, told = _tangency(rate, mean, covariance, constraints, panel.periods_per_year)
    tell(0.9, "describing")
    year = panel.periods_per_year
    returns, volatilities = (found.returns * year).tolist(), (found.volatilities * year**0.5).tolist()
    summary = FrontierSummary(
        minimum_volatility=volatilities[0],
        minimum_volatility_return=returns[0],
        maximum_sharpe_ratio=None if best is None else _ratio(best, rate * year),
        maximum_sharpe_volatility=None if best is None else best.volatility,
        maximum_sharpe_return=None if best is None else best.expected_return,
        corners=len(found.corners),
    )
    frontier = [
        FrontierPoint(name="", group=FRONTIER_GROUP, volatility=risk, expected_return=reward)
        for risk, reward in zip(volatilities, returns, strict=True)
    ]
    rows = tuple(
        _row(number, weights, point, rate * year, panel)
        for number, (weights, point) in enumerate(zip(found.weights, frontier, strict=True), start=1)
    )
    result = FrontierResult(
        summary=summary,
        points=(
            *frontier,
            *_alone(mean, covariance, panel),
            *_beside(request, found.weights[0], mean, covariance, panel),
            *(() if best is None else (best,)),
        ),
        shares=_shares(found.weights, volatilities, panel.assets),
        portfolios=rows,
        assets=panel.assets,
        weights=tuple(map(tuple, found.weights.tolist())),
    )
    return Found(result, (*notes, *more, *told))


def _tangency(
    rate: float,
    mean: "FloatArray",
    covariance: "FloatArray",
    constraints: "Constraints",
    year: float,
) -> tuple[FrontierPoint | None, tuple[str, ...]]:
    """The portfolio of the largest Sharpe ratio, or why there is none: the frontier stands all the same."""
    from trade2026.analytics.optimization.mean_variance import maximum_sharpe

    try:
        best = maximum_sharpe(mean, covariance, constraints, risk_free_rate=rate)
    except InputError as error:
        return None, (f"There is no portfolio of maximum Sharpe ratio: {error}",)
    return _point("maximum Sharpe", best.weights, mean, covariance, year), ()


def _point(
    name: str, weights: "FloatArray", mean: "FloatArray", covariance: "FloatArray", year: float
) -> FrontierPoint:
    return FrontierPoint(
        name=name,
        group=PORTFOLIO_GROUP,
        volatility=float((weights @ covariance @ weights * year) ** 0.5),
        expected_return=float(weights @ mean) * year,
    )


def _beside(
    request: FrontierRequest, lowest: "FloatArray", mean: "FloatArray", covariance: "FloatArray", panel: Panel
) -> list[FrontierPoint]:
    """Portfolios that the frontier is looked at for."""
    import numpy as np

    count = len(panel.assets)
    chosen = {"least volatility": lowest, "equal weights": np.full(count, 1.0 / count)}
    if request.mine:
        chosen["your weights"] = weights_of(request.mine, count, "mine")
    return [
        _point(name, weights, mean, covariance, panel.periods_per_year) for name, weights in chosen.items()
    ]


def _shares(
    weights: "FloatArray", volatilities: list[float], assets: tuple[str, ...]
) -> tuple[ShareRow, ...]:
    """Weights along the frontier of the assets that have most anywhere; each portfolio once."""
    import numpy as np

    order = np.argsort(-np.abs(weights).max(axis=0), kind="stable")
    shown = order[:_ASSETS_SHOWN].tolist()
    rest = order[_ASSETS_SHOWN:]
    rows = []
    for place, volatility in enumerate(volatilities):
        if place and volatility <= volatilities[place - 1]:
            continue
        rows += [ShareRow(volatility, assets[each], float(weights[place, each])) for each in shown]
        if rest.size:
            rows.append(ShareRow(volatility, _OTHERS, float(weights[place, rest].sum())))
    return tuple(rows)


def _alone(mean: "FloatArray", covariance: "FloatArray", panel: Panel) -> list[FrontierPoint]:
    year = panel.periods_per_year
    volatilities = (covariance.diagonal() * year) ** 0.5
    return [
        FrontierPoint(name=asset, group="asset", volatility=risk, expected_return=reward)
        for asset, risk, reward in zip(
            panel.assets, volatilities.tolist(), (mean * year).tolist(), strict=True
        )
    ]


def _ratio(point: FrontierPoint, rate: float) -> float | None:
    return (point.expected_return - rate) / point.volatility if point.volatility > 0.0 else None


def _row(number: int, weights: "FloatArray", point: FrontierPoint, rate: float, panel: Panel) -> FrontierRow:
    pairs = zip(panel.assets, weights.tolist(), strict=True)
    held = sorted(
        ((abs(weight), asset, weight) for asset, weight in pairs if abs(weight) > _TINY), reverse=True
    )
    more = f" and {len(held) - _WEIGHTS_SHOWN} more" if len(held) > _WEIGHTS_SHOWN else ""
    return FrontierRow(
        number=number,
        expected_return=point.expected_return,
        volatility=point.volatility,
        sharpe_ratio=_ratio(point, rate),
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
                Figure(key="minimum_volatility", title="Least volatility", format=Format.PCT),
                Figure(key="minimum_volatility_return", title="Return there", format=Format.PCT),
                Figure(key="maximum_sharpe_ratio", title="Best Sharpe", format=Format.DECIMAL, good=Good.UP),
                Figure(key="maximum_sharpe_volatility", title="Volatility at best", format=Format.PCT),
                Figure(key="maximum_sharpe_return", title="Return at best", format=Format.PCT),
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
            x="volatility",
            y="expected_return",
            x_title="Volatility, annual",
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
        view=View.STACK,
        title="Weights along the frontier",
        data="/shares",
        opts=StackOptions(
            x="volatility",
            name="asset",
            value="weight",
            x_title="Volatility, annual",
            y_title="Weight",
            x_format=Format.PCT,
            height=320,
        ),
        span=3,
        doc="From the portfolio of least volatility to that of the highest return.",
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
    doc="The least volatility for every expected return: exact corner portfolios and points between them.",
    workspace=Workspace.PORTFOLIO,
    order=120,
    keywords=("frontier", "markowitz", "critical line", "tangency", "optimizer"),
    request=FrontierRequest,
    result=FrontierResult,
    compute=compute,
    layout=_LAYOUT,
    example=FrontierRequest(start="2018-01-01", points=25),
    presets=(Preset(title="At most 20 % each", values={"upper": 0.2}),),
)
