"""Two methods of allocation on periods they have not seen, with equal weights beside them."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.budget import check_every
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    CovarianceOptionsField,
)
from trade2026.application.analyses.fields import CovarianceField, Rebalance
from trade2026.application.analyses.labels import LABELS, labels_of
from trade2026.application.analyses.method_costs import cost_of_method, words_of_methods
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.analyses.solvers import AllocationMethod, solver_of
from trade2026.application.analyses.values import number_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    Good,
    KpiOptions,
    LineOptions,
    Series,
    StackOptions,
    TableOptions,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.walk_forward import WalkForward

_POINTS: Final = 1_000
_BPS: Final = 1e-4


class Window(StrEnum):
    """What each fit sees: always as many periods, or all since the beginning."""

    ROLLING = "rolling"
    EXPANDING = "expanding"


class OutOfSampleRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two methods, how long they look back, and how long they hold."""

    method: Annotated[AllocationMethod, Meta(title="Method", description="The one that is looked at.")] = (
        AllocationMethod.HERC
    )
    against: Annotated[AllocationMethod, Meta(title="Against", description="The one beside it.")] = (
        AllocationMethod.HRP
    )
    covariance: CovarianceField = CovarianceName.LEDOIT_WOLF
    covariance_options: CovarianceOptionsField = CovarianceOptions()
    train_share: Annotated[
        float,
        Meta(
            ge=0.05,
            le=0.95,
            title="Share to fit on",
            description="Of all periods, before the first portfolio is held; 0.7 is 70 %.",
        ),
    ] = 0.7
    window: Annotated[
        Window,
        Meta(
            title="Window",
            description="Each fit sees as many periods as the first (rolling), or all before it (expanding).",
        ),
    ] = Window.ROLLING
    rebalance: Rebalance = 63
    cost_bps: Annotated[
        float,
        Meta(ge=0.0, le=1_000.0, title="Cost", description="Basis points of what is traded; 10 are 0.1 %."),
    ] = 0.0


class MethodRow(msgspec.Struct, frozen=True, kw_only=True):
    """One method over the periods that it has not seen, after costs; annual figures by periods a year.

    Attributes
    ----------
    turnover : float
        Mean over the rebalances but the first of half the absolute changes of weights.
    effective_assets : float
        Mean over the rebalances of one over the sum of squared weights.
    """

    method: str
    annual_return: float
    volatility: float | None
    sharpe_ratio: float | None
    max_drawdown: float
    expected_shortfall: float
    turnover: float | None
    effective_assets: float


class OutOfSampleSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared; differences are the method less the one beside it.

    Attributes
    ----------
    tracking_error : float or None
        Annual standard deviation of the difference of returns.
    t_statistic : float or None
        Of the mean difference of returns, as if periods were independent; below 2 in size it may be chance.
    """

    method: str
    against: str
    train_periods: int
    test_periods: int
    rebalances: int
    return_difference: float
    volatility_difference: float | None
    tracking_error: float | None
    t_statistic: float | None


class WealthRow(msgspec.Struct, frozen=True):
    """What one unit became by a method."""

    ts: str
    method: str
    value: float


class HeldRow(msgspec.Struct, frozen=True):
    """A weight of the method at one rebalance, which count from 1."""

    rebalance: int
    asset: str
    weight: float


class OutOfSampleResult(msgspec.Struct, frozen=True, kw_only=True):
    """Both methods and equal weights side by side; `growth` is empty for rows without times."""

    summary: OutOfSampleSummary
    methods: tuple[MethodRow, ...]
    growth: tuple[WealthRow, ...]
    weights: tuple[HeldRow, ...]


def compute(request: OutOfSampleRequest, panel: Panel, tell: Tell) -> Found[OutOfSampleResult]:
    """Walk with each method over the same periods."""
    from trade2026.analytics.optimization.walk_forward import walk_forward

    periods = panel.returns.shape[0]
    train = round(periods * request.train_share)
    if not 2 <= train < periods:
        raise InputError(
            f"train_share must leave periods on both sides, {train} of {periods} would be fitted"
        )
    _check_work(request, train, panel)
    names = (request.method, request.against, AllocationMethod.EQUAL_WEIGHT)
    walks = []
    for number, name in enumerate(names):

        def watch(made: int, total: int, number: int = number, name: AllocationMethod = name) -> None:
            tell((number + made / total) / len(names), f"{LABELS[name]}: fit {made + 1} of {total}")

        solve = solver_of(name, request.covariance, request.covariance_options)
        walks.append(
            walk_forward(
                panel.returns, solve, train=train, step=request.rebalance,
                expanding=request.window is Window.EXPANDING, cost=request.cost_bps * _BPS, watch=watch,
            )
        )  # fmt: skip
    rows = tuple(_row(name, walk, panel) for name, walk in zip(names, walks, strict=True))
    warnings: tuple[str, ...] = ()
    if request.method is request.against:
        warnings = (f"{LABELS[request.method]} is compared with itself.",)
    return Found(
        OutOfSampleResult(
            summary=_summary(request, walks, rows, train, panel),
            methods=tuple({row.method: row for row in rows}.values()),  # Each once.
            growth=_growth(dict(zip(names, (walk.returns for walk in walks), strict=True)), panel, train),
            weights=_weights(walks[0], panel.assets),
        ),
        warnings,
    )


def _check_work(request: OutOfSampleRequest, train: int, panel: Panel) -> None:
    periods, assets = panel.returns.shape
    seen = train if request.window is Window.ROLLING else (train + periods) // 2  # On average.
    each = sum(
        cost_of_method(name, request.covariance, request.covariance_options, seen, assets)
        for name in (request.method, request.against)
    )
    fits = words_of_methods((request.method, request.against), request.covariance)
    size = f"for fits of {fits} on {assets:,} assets and {seen:,} periods"
    check_every("rebalance", request.rebalance, periods - train, each, size)


def _row(name: AllocationMethod, walk: "WalkForward", panel: Panel) -> MethodRow:
    import numpy as np

    from trade2026.analytics import ratios
    from trade2026.analytics.drawdown import drawdown_series
    from trade2026.analytics.risk_measures.tail import expected_shortfall

    year, earned = panel.periods_per_year, walk.returns
    growth = np.concatenate(([1.0], np.cumprod(1.0 + earned)))
    later = walk.turnover[1:]
    return MethodRow(
        method=name.value,
        annual_return=float(growth[-1] ** (year / earned.size) - 1.0),
        volatility=number_of(ratios.volatility(earned, periods_per_year=year)),
        sharpe_ratio=number_of(ratios.sharpe_ratio(earned, periods_per_year=year, risk_free_rate=0.0)),
        max_drawdown=float(drawdown_series(growth).max()),
        expected_shortfall=expected_shortfall(earned, tail=0.05),
        turnover=float(later.mean()) if later.size else None,
        effective_assets=float((1.0 / (walk.weights**2).sum(axis=1)).mean()),
    )


def _summary(
    request: OutOfSampleRequest,
    walks: "list[WalkForward]",
    rows: tuple[MethodRow, ...],
    train: int,
    panel: Panel,
) -> OutOfSampleSummary:
    first, second = rows[0], rows[1]
    gap = walks[0].returns - walks[1].returns
    spread = float(gap.std(ddof=1)) if gap.size > 1 else 0.0
    volatilities = (first.volatility, second.volatility)
    return OutOfSampleSummary(
        method=first.method,
        against=second.method,
        train_periods=train,
        test_periods=gap.size,
        rebalances=walks[0].starts.size,
        return_difference=first.annual_return - second.annual_return,
        volatility_difference=None
        if None in volatilities
        else (first.volatility or 0.0) - (second.volatility or 0.0),
        tracking_error=spread * panel.periods_per_year**0.5 if spread > 0.0 else None,
        t_statistic=float(gap.mean()) / spread * gap.size**0.5 if spread > 0.0 else None,
    )


def _growth(earned: "dict[AllocationMethod, FloatArray]", panel: Panel, train: int) -> tuple[WealthRow, ...]:
    """By method and time, thinned to what can be drawn of the first."""
    import numpy as np

    from trade2026.application.runner.result import extremes

    if not panel.is_dated:
        return ()
    grown = {name: np.asarray(np.cumprod(1.0 + each), dtype=np.float64) for name, each in earned.items()}
    shown = extremes(next(iter(grown.values())), _POINTS)
    return tuple(
        WealthRow(format_ns(int(panel.ts_ns[train + at])), name.value, float(each[at]))
        for name, each in grown.items()
        for at in shown
    )


def _weights(walk: "WalkForward", assets: tuple[str, ...]) -> tuple[HeldRow, ...]:
    return tuple(
        HeldRow(number, asset, weight)
        for number, weights in enumerate(walk.weights.tolist(), start=1)
        for asset, weight in zip(assets, weights, strict=True)
    )


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        words=dict.fromkeys(("method", "against"), labels_of(AllocationMethod)),
        opts=KpiOptions(
            items=(
                Figure(key="method", title="Method"),
                Figure(key="against", title="Against"),
                Figure(key="return_difference", title="Return, difference", format=Format.PCT, good=Good.UP),
                Figure(
                    key="volatility_difference",
                    title="Volatility, difference",
                    format=Format.PCT,
                    good=Good.DOWN,
                ),
                Figure(
                    key="t_statistic",
                    title="t statistic",
                    format=Format.DECIMAL,
                    doc="Of the mean difference of returns; below 2 in size it may be chance.",
                ),
                Figure(key="tracking_error", title="Tracking error", format=Format.PCT),
                Figure(key="test_periods", title="Periods judged on", format=Format.QTY),
                Figure(key="rebalances", title="Rebalances", format=Format.QTY),
            )
        ),
        span=3,
        doc="Annual, after costs, over periods that no fit has seen.",
    ),
    Block(
        view=View.TABLE,
        title="Methods",
        data="/methods",
        words={"method": labels_of(AllocationMethod)},
        empty="There is no method.",
        opts=TableOptions(
            columns=(
                Column("method", "Method"),
                Column("annual_return", "Return", Format.PCT, signed=True),
                Column("volatility", "Volatility", Format.PCT),
                Column("sharpe_ratio", "Sharpe", Format.DECIMAL),
                Column("max_drawdown", "Max drawdown", Format.PCT),
                Column("expected_shortfall", "Expected shortfall", Format.PCT),
                Column("turnover", "Turnover", Format.PCT),
                Column("effective_assets", "Effective assets", Format.DECIMAL),
            ),
            row_key="method",
        ),
        span=3,
        doc="Turnover is the mean of half the absolute changes at a rebalance; shortfall is the worst 5 %.",
    ),
    Block(
        view=View.LINE,
        title="Growth of one unit",
        data="/growth",
        words={"method": labels_of(AllocationMethod)},
        opts=LineOptions(
            x="ts",
            series=(Series(key="value", title="One unit"),),
            group="method",
            log=True,
            ranges=True,
            height=280,
        ),
        span=3,
        empty="Rows without days have no times.",
        doc="Weights drift between rebalances.",
    ),
    Block(
        view=View.STACK,
        title="Weights of the method at each rebalance",
        data="/weights",
        opts=StackOptions(
            x="rebalance",
            name="asset",
            value="weight",
            x_title="Rebalance",
            y_title="Weight",
            x_format=Format.QTY,
        ),
        span=3,
    ),
)

OUT_OF_SAMPLE: Final = Analysis(
    analysis_id="portfolio/out-of-sample",
    title="Out of sample",
    doc="Two methods of allocation, each fitted to past periods, held over the next ones and fitted again.",
    workspace=Workspace.PORTFOLIO,
    order=160,
    keywords=("walk forward", "backtest", "herc", "hrp", "comparison", "turnover", "out of sample"),
    request=OutOfSampleRequest,
    result=OutOfSampleResult,
    compute=compute,
    layout=_LAYOUT,
    example=OutOfSampleRequest(start="2018-01-01"),
    presets=(
        Preset(title="Risk parity, monthly", values={"method": "risk_parity", "rebalance": 21}),
        Preset(
            title="Minimum variance after costs",
            values={"method": "minimum_variance", "against": "inverse_volatility", "cost_bps": 10},
        ),
    ),
)
