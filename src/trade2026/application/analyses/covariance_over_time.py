"""Estimators of covariances over time: each makes the portfolio of minimum variance again and again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.budget import check_every
from trade2026.application.analyses.costs import cost_of_estimator, words_of
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    CovarianceOptionsField,
    check_covariance_options,
    estimator_of,
)
from trade2026.application.analyses.fields import QUICK, Estimators, Rebalance
from trade2026.application.analyses.labels import LABELS, labels_of
from trade2026.application.analyses.method_costs import MINIMUM_VARIANCE
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.analyses.values import number_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    KpiOptions,
    Series,
    TableOptions,
)
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray

Watch = Callable[[int, int], None]


class OverTimeRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which estimators, how far they look back, and how long their portfolios are held."""

    estimators: Estimators = QUICK
    covariance_options: CovarianceOptionsField = CovarianceOptions()
    lookback: Annotated[
        int, Meta(ge=2, le=100_000, title="Look back", description="Periods that each fit sees.")
    ] = 252
    rebalance: Rebalance = 21
    upper: Annotated[
        float, Meta(gt=0.0, le=1.0, title="Highest weight", description="Of every asset; none is short.")
    ] = 1.0


class OverTimeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One estimator; annual volatilities.

    Attributes
    ----------
    realized : float or None
        Volatility of the portfolios of minimum variance on periods that no fit has seen; less is better.
    forecast : float
        Root of the mean of the variances that the estimator promised.
    bias : float or None
        Standard deviation of returns over the volatility that was promised for them; above one it promised
        too little.
    turnover : float or None
        Mean of half the absolute changes of weights at a rebalance.
    effective_assets : float
        Mean of one over the sum of squared weights.
    error : str
        Why it could not be made; "" where it was.
    """

    estimator: str
    realized: float | None = None
    forecast: float | None = None
    bias: float | None = None
    turnover: float | None = None
    effective_assets: float | None = None
    error: str = ""


class OverTimeSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The two that stand out, and over how much; `nearest_forecast` is "" where none promised any risk."""

    lowest_volatility: str
    nearest_forecast: str
    rebalances: int
    test_periods: int


class OverTimeResult(msgspec.Struct, frozen=True, kw_only=True):
    """Estimators in the order of the volatility that came out; those that failed last."""

    summary: OverTimeSummary
    estimators: tuple[OverTimeRow, ...]


def compute(request: OverTimeRequest, panel: Panel, tell: Tell) -> Found[OverTimeResult]:
    """Walk with the portfolio of minimum variance of each estimator."""
    periods, assets = panel.returns.shape
    if assets < 2:
        raise InputError("assets must be two at least for a covariance, was one; name more")
    if request.lookback > periods - 2:
        raise InputError(
            f"lookback must be at most {periods - 2}, so that 2 of {periods} periods are left to judge on, "
            f"was {request.lookback}; take a longer period"
        )
    names = tuple(dict.fromkeys(request.estimators))
    check_covariance_options(request.covariance_options, names)
    _check_work(request, names, periods, assets)
    rows = []
    for number, name in enumerate(names):

        def watch(made: int, total: int, number: int = number, name: CovarianceName = name) -> None:
            tell((number + made / total) / len(names), f"{LABELS[name]}: fit {made + 1} of {total}")

        try:
            rows.append(_row(name, request, panel, watch))
        except InputError as error:  # The others stand all the same.
            rows.append(OverTimeRow(estimator=name.value, error=str(error)))
    rows.sort(key=lambda row: (bool(row.error), row.realized or 0.0))
    sound = [row for row in rows if not row.error]
    if not sound:
        raise InputError(f"estimators must give one portfolio at least; {rows[0].estimator}: {rows[0].error}")
    with_bias = [row for row in sound if row.bias is not None]
    nearest = min(with_bias, key=lambda row: abs((row.bias or 0.0) - 1.0)) if with_bias else None
    summary = OverTimeSummary(
        lowest_volatility=sound[0].estimator,
        nearest_forecast=nearest.estimator if nearest else "",
        rebalances=-(-(periods - request.lookback) // request.rebalance),
        test_periods=periods - request.lookback,
    )
    warnings = tuple(f"{row.estimator} could not be made: {row.error}" for row in rows if row.error)
    return Found(OverTimeResult(summary=summary, estimators=tuple(rows)), warnings)


def _check_work(
    request: OverTimeRequest, names: tuple[CovarianceName, ...], periods: int, assets: int
) -> None:
    each = sum(
        cost_of_estimator(name, request.covariance_options, request.lookback, assets)
        + MINIMUM_VARIANCE.of(request.lookback, assets)
        for name in names
    )
    size = f"for fits of {words_of(names)} on {assets:,} assets and {request.lookback:,} periods"
    check_every("rebalance", request.rebalance, periods - request.lookback, each, size)


def _row(name: CovarianceName, request: OverTimeRequest, panel: Panel, watch: Watch) -> OverTimeRow:
    import numpy as np

    from trade2026.analytics import ratios
    from trade2026.analytics.optimization.constraints import Constraints
    from trade2026.analytics.optimization.mean_variance import minimum_variance
    from trade2026.analytics.optimization.walk_forward import walk_forward

    constraints = Constraints.box(len(panel.assets), lower=0.0, upper=request.upper)
    promised: list[float] = []
    estimator = estimator_of(name, request.covariance_options)

    def solve(returns: "FloatArray") -> "FloatArray":
        covariance = estimator.estimate(returns).covariance
        weights = minimum_variance(covariance, constraints).weights
        promised.append(max(float(weights @ covariance @ weights), 0.0))
        return weights

    walk = walk_forward(panel.returns, solve, train=request.lookback, step=request.rebalance, watch=watch)
    spans = np.diff(np.append(walk.starts, panel.returns.shape[0]))
    variances, year = np.repeat(promised, spans), panel.periods_per_year
    later = walk.turnover[1:]
    bias = None
    if walk.returns.size > 1 and float(variances.min()) > 0.0:
        bias = float((walk.returns / np.sqrt(variances)).std(ddof=1))
    return OverTimeRow(
        estimator=name.value,
        realized=number_of(ratios.volatility(walk.returns, periods_per_year=year)),
        forecast=float(np.sqrt(variances.mean() * year)),
        bias=bias,
        turnover=float(later.mean()) if later.size else None,
        effective_assets=float((1.0 / (walk.weights**2).sum(axis=1)).mean()),
    )


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        words=dict.fromkeys(("lowest_volatility", "nearest_forecast"), labels_of(CovarianceName)),
        opts=KpiOptions(
            items=(
                Figure(key="lowest_volatility", title="Least volatility"),
                Figure(key="nearest_forecast", title="Nearest promise"),
                Figure(key="rebalances", title="Rebalances", format=Format.QTY),
                Figure(key="test_periods", title="Periods judged on", format=Format.QTY),
            )
        ),
        span=3,
    ),
    Block(
        view=View.BAR,
        title="Volatility that came out",
        data="/estimators",
        words={"estimator": labels_of(CovarianceName)},
        opts=BarOptions(
            x="estimator",
            series=(Series(key="realized", title="Volatility"),),
            format=Format.PCT,
            horizontal=True,
        ),
        doc="Annual, of the portfolio of minimum variance, on periods that no fit has seen.",
    ),
    Block(
        view=View.TABLE,
        title="Estimators",
        data="/estimators",
        words={"estimator": labels_of(CovarianceName)},
        empty="There is no estimator.",
        opts=TableOptions(
            columns=(
                Column("estimator", "Estimator"),
                Column("realized", "Came out", Format.PCT),
                Column("forecast", "Promised", Format.PCT),
                Column("bias", "Bias", Format.DECIMAL),
                Column("turnover", "Turnover", Format.PCT),
                Column("effective_assets", "Effective assets", Format.DECIMAL),
                Column("error", "Could not be made because"),
            ),
            row_key="estimator",
        ),
        span=2,
        doc="Bias is the deviation of returns over the volatility promised for them; above one it was too "
        "little.",
    ),
)

COVARIANCE_OVER_TIME: Final = Analysis(
    analysis_id="portfolio/covariance-over-time",
    title="Covariances over time",
    doc="Estimators of covariances, judged by what their portfolios of least variance did afterwards.",
    workspace=Workspace.RESEARCH,
    order=12,
    keywords=("covariance", "rolling", "out of sample", "minimum variance", "bias", "shrinkage"),
    request=OverTimeRequest,
    result=OverTimeResult,
    compute=compute,
    layout=_LAYOUT,
    example=OverTimeRequest(
        start="2020-01-01",
        estimators=(CovarianceName.SAMPLE, CovarianceName.LEDOIT_WOLF, CovarianceName.EWMA),
    ),
    presets=(Preset(title="A quarter, weekly", values={"lookback": 63, "rebalance": 5}),),
)
