"""How sure the weights of a method are: intervals over samples that the same market could have shown."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.budget import check_work
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    CovarianceOptionsField,
)
from trade2026.application.analyses.fields import CovarianceField
from trade2026.application.analyses.labels import labels_of
from trade2026.application.analyses.method_costs import cost_of_method, words_of_methods
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.analyses.solvers import AllocationMethod, solver_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    HistogramOptions,
    KpiOptions,
    Series,
    TableOptions,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.risk_measures.bootstrap import WeightIntervals

_HELD: Final = 1e-4
_BINS: Final = 30


class StabilityRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A method, and how often it is solved again on periods drawn with replacement."""

    method: Annotated[AllocationMethod, Meta(title="Method", description="Whose weights are looked at.")] = (
        AllocationMethod.MINIMUM_VARIANCE
    )
    covariance: CovarianceField = CovarianceName.LEDOIT_WOLF
    covariance_options: CovarianceOptionsField = CovarianceOptions()
    draws: Annotated[
        int,
        Meta(
            ge=2,
            le=10_000,
            title="Samples",
            description="How many are drawn and solved; an hour's work at most.",
        ),
    ] = 100
    mean_block: Annotated[
        float,
        Meta(
            ge=1.0,
            le=10_000.0,
            title="Mean block",
            description=(
                "Neighboring periods are drawn together, so many on average; 1 takes periods as independent."
            ),
        ),
    ] = 10.0
    level: Annotated[
        float,
        Meta(
            gt=0.0,
            lt=1.0,
            title="Level",
            description="Share of the samples whose weight lies inside an interval; 0.95 is usual.",
        ),
    ] = 0.95
    seed: Annotated[
        int, Meta(ge=0, le=2**53, title="Seed", description="The same seed draws the same samples.")
    ] = 1


class IntervalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One asset's weight, and what it is in other samples.

    Attributes
    ----------
    low, high : float
        Ends of the percentile interval.
    mean, standard_deviation : float
        Over the draws.
    held : float
        Share of the draws in which its weight is above 0.01 % in size.
    """

    asset: str
    weight: float
    low: float
    high: float
    width: float
    mean: float
    standard_deviation: float
    held: float


class StabilitySummary(msgspec.Struct, frozen=True, kw_only=True):
    """How far weights move from one sample to another.

    Attributes
    ----------
    turnover : float
        Mean over the draws of half the absolute differences from the weights: the share of the capital that
        another sample would have put elsewhere.
    mean_width : float
        Of the intervals.
    """

    method: str
    draws: int
    level: float
    turnover: float
    mean_width: float
    widest: str
    never_certain: int


class TurnoverBin(msgspec.Struct, frozen=True):
    """Share of the draws whose turnover lies between the ends."""

    low: float
    high: float
    share: float


class StabilityResult(msgspec.Struct, frozen=True, kw_only=True):
    """Intervals of all weights, widest first, and how far whole portfolios move."""

    summary: StabilitySummary
    weights: tuple[IntervalRow, ...]
    turnover: tuple[TurnoverBin, ...]


def compute(request: StabilityRequest, panel: Panel, tell: Tell) -> Found[StabilityResult]:
    """The stationary bootstrap of Politis and Romano (1994) around the method."""
    import numpy as np

    from trade2026.analytics.risk_measures.bootstrap import bootstrap_weights

    periods, assets = panel.returns.shape
    _check_work(request, periods, assets)
    if request.mean_block > periods:
        raise InputError(f"mean_block must be at most the {periods} periods, was {request.mean_block:g}")
    solve, made = solver_of(request.method, request.covariance, request.covariance_options), 0

    def watched(returns: "FloatArray") -> "FloatArray":
        nonlocal made
        tell(made / (request.draws + 1), f"sample {made} of {request.draws}")
        made += 1
        try:
            return solve(returns)
        except InputError as error:
            if made == 1:  # The periods themselves.
                raise
            raise InputError(
                f"sample {made - 1} of {request.draws} has no weights by {request.method.value}: {error}; "
                "take another method, or a longer period"
            ) from None

    found = bootstrap_weights(
        panel.returns, watched, np.random.default_rng(derive_seed(request.seed, "weight-stability")),
        n_draws=request.draws, mean_block=request.mean_block, level=request.level,
    )  # fmt: skip
    rows = _rows(found, panel.assets)
    summary = StabilitySummary(
        method=request.method.value,
        draws=request.draws,
        level=request.level,
        turnover=found.turnover,
        mean_width=float((found.high - found.low).mean()),
        widest=rows[0].asset,
        never_certain=sum(row.low <= 0.0 <= row.high and row.width > 0.0 for row in rows),
    )
    warnings = (
        f"{request.draws} draws are few for an interval at {request.level:.0%}: its ends rest on "
        f"{request.draws * (1.0 - request.level) / 2.0:.1f} draws each.",
    )
    is_rough = request.draws * (1.0 - request.level) / 2.0 < 2.0
    return Found(
        StabilityResult(summary=summary, weights=rows, turnover=_turnover(found)),
        warnings if is_rough else (),
    )


def _check_work(request: StabilityRequest, periods: int, assets: int) -> None:
    each = cost_of_method(request.method, request.covariance, request.covariance_options, periods, assets)
    fits = words_of_methods((request.method,), request.covariance)
    size = f"of {fits} for {assets:,} assets and {periods:,} periods"
    check_work("draws", request.draws, each, size, besides=each)  # The periods themselves come first.


def _rows(found: "WeightIntervals", assets: tuple[str, ...]) -> tuple[IntervalRow, ...]:
    held = (abs(found.draws) > _HELD).mean(axis=0)
    rows = [
        IntervalRow(
            asset=asset,
            weight=float(found.weights[at]),
            low=float(found.low[at]),
            high=float(found.high[at]),
            width=float(found.high[at] - found.low[at]),
            mean=float(found.mean[at]),
            standard_deviation=float(found.standard_deviation[at]),
            held=float(held[at]),
        )
        for at, asset in enumerate(assets)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.width, row.asset)))


def _turnover(found: "WeightIntervals") -> tuple[TurnoverBin, ...]:
    import numpy as np

    moved = 0.5 * np.abs(found.draws - found.weights).sum(axis=1)
    top = float(moved.max())
    if top <= 0.0:
        return ()
    counts, edges = np.histogram(moved, bins=min(_BINS, max(moved.size // 5, 5)), range=(0.0, top))
    shares = (counts / moved.size).tolist()
    return tuple(
        TurnoverBin(low, high, share)
        for low, high, share in zip(edges[:-1].tolist(), edges[1:].tolist(), shares, strict=True)
    )


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        words={"method": labels_of(AllocationMethod)},
        opts=KpiOptions(
            items=(
                Figure(key="method", title="Method"),
                Figure(
                    key="turnover",
                    title="Moves between samples",
                    format=Format.PCT,
                    doc="Share of the capital that another sample would have put elsewhere, on average.",
                ),
                Figure(key="mean_width", title="Mean width", format=Format.PCT, doc="Of the intervals."),
                Figure(key="widest", title="Least certain"),
                Figure(
                    key="never_certain",
                    title="May be nothing",
                    format=Format.QTY,
                    doc="Assets whose interval holds zero.",
                ),
                Figure(key="draws", title="Samples", format=Format.QTY),
            )
        ),
        span=3,
    ),
    Block(
        view=View.BAR,
        title="Width of intervals",
        data="/weights",
        opts=BarOptions(
            x="asset", series=(Series(key="width", title="Width"),), format=Format.PCT, horizontal=True
        ),
        doc="Between the ends of each interval.",
    ),
    Block(
        view=View.TABLE,
        title="Intervals of weights",
        data="/weights",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("weight", "Weight", Format.PCT),
                Column("low", "From", Format.PCT),
                Column("high", "To", Format.PCT),
                Column("mean", "Mean", Format.PCT),
                Column("standard_deviation", "Deviation", Format.PCT),
                Column("held", "Held in", Format.PCT),
            ),
            row_key="asset",
            sort="-weight",
        ),
        span=2,
        doc="Percentiles over the samples, of each weight by itself.",
    ),
    Block(
        view=View.HISTOGRAM,
        title="How far portfolios move",
        data="/turnover",
        opts=HistogramOptions(
            low="low",
            high="high",
            value="share",
            title="Samples",
            x_title="Share of the capital elsewhere",
            y_title="Share of samples",
            x_format=Format.PCT,
            y_format=Format.PCT,
            height=260,
        ),
        span=3,
        empty="The weights are the same in every sample.",
    ),
)

WEIGHT_STABILITY: Final = Analysis(
    analysis_id="portfolio/weight-stability",
    title="Weight stability",
    doc="How certain a method's weights are: computed again for samples drawn from the same periods.",
    workspace=Workspace.PORTFOLIO,
    order=165,
    keywords=("bootstrap", "confidence", "intervals", "uncertainty", "weights"),
    request=StabilityRequest,
    result=StabilityResult,
    compute=compute,
    layout=_LAYOUT,
    example=StabilityRequest(start="2020-01-01", draws=80),
    presets=(
        Preset(title="Maximum Sharpe", values={"method": "maximum_sharpe"}),
        Preset(title="HRP, independent days", values={"method": "hrp", "mean_block": 1}),
    ),
)
