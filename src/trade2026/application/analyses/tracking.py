"""Benchmark tracking: the least tracking error within constraints, with few assets or at little cost."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.allocation import (
    LAYOUT,
    AllocationSummary,
    BoundedRequest,
    GrowthRow,
    WeightRow,
    bounded,
    within_limits,
)
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.fields import Cost, QuadraticCost
from trade2026.application.analyses.limits import STANDINGS, Constraining, ConstraintRow
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import choosing
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import Figure, Format, Good, KpiOptions, LineOptions, Series
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.tracking import Benchmark

_POINTS: Final = 1_000


class TrackingRequest(BoundedRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A benchmark: an asset of the data, or the weights of `constraints.benchmark`; and costs."""

    benchmark_asset: Annotated[
        str,
        Meta(
            max_length=60,
            title="Benchmark asset",
            description="Tracked and not held; empty where the constraints have the benchmark's weights.",
        ),
    ] = ""
    cost: Cost = 0.0
    quadratic_cost: QuadraticCost = 0.0
    cost_aversion: Annotated[
        float,
        Meta(
            ge=0.0, le=1_000.0, title="Weight of cost",
            description="Variance per period given up for saving costs of one capital; higher trades less.",
        ),
    ] = 0.01  # fmt: skip


class TrackingSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How near the portfolio is.

    Attributes
    ----------
    tracking_error : float
        Annual volatility of the difference, by the covariance that was used.
    realized_tracking_error : float
        Annual, of the difference of returns in the period (ddof 1).
    difference : float
        Mean return of the difference, annual.
    assets : int
        With a weight that is not zero.
    active_share : float or None
        Half the sum of |weight - benchmark weight|; None for a benchmark that is an asset.
    turnover, cost : float or None
        Of getting there, shares of capital; None where nothing is held now.
    """

    tracking_error: float
    realized_tracking_error: float
    difference: float
    assets: int
    active_share: float | None
    turnover: float | None
    cost: float | None


class TrackRow(msgspec.Struct, frozen=True):
    """What one unit became."""

    ts: str
    portfolio: float
    benchmark: float


class TrackingResult(msgspec.Struct, frozen=True, kw_only=True):
    """Weights, how near they are, and what became of both."""

    summary: AllocationSummary
    tracking: TrackingSummary
    weights: tuple[WeightRow, ...]
    growth: tuple[GrowthRow, ...]
    constraints: tuple[ConstraintRow, ...]
    path: tuple[TrackRow, ...]


def compute(request: TrackingRequest, panel: Panel, tell: Tell) -> Found[TrackingResult]:
    """The weights nearest to the benchmark."""
    import numpy as np

    from trade2026.analytics.optimization.tracking import track
    from trade2026.analytics.optimization.transition import Costs

    tell(0.0, "estimating")
    whole, notes = covariance_of(request.covariance, panel.returns, request.covariance_options)
    universe, covariance, benchmark, earned = _benchmark(request, panel, whole)
    limits = bounded(request, universe, covariance)
    n = len(universe.assets)
    has_costs = request.cost > 0.0 or request.quadratic_cost > 0.0
    current = np.array(request.constraints.current) if request.constraints.current else None
    if current is not None and current.size != n:
        raise InputError(f"constraints.current must be {n} weights, one for each asset, were {current.size}")
    tell(0.3, "optimizing")
    found = track(
        benchmark, limits, current=current, cost_aversion=request.cost_aversion,
        costs=Costs.same(n, linear=request.cost, quadratic=request.quadratic_cost) if has_costs else None,
        watch=choosing(tell, 0.3, 0.9),
    )  # fmt: skip
    tell(0.9, "describing")
    made = within_limits("tracking", found, limits, covariance, universe)
    away = universe.returns @ found.weights - earned
    year, listed = panel.periods_per_year, request.constraints.benchmark
    active = None if request.benchmark_asset else 0.5 * float(np.abs(found.weights - np.array(listed)).sum())
    tracking = TrackingSummary(
        tracking_error=found.measures["tracking_error"] * year**0.5,
        realized_tracking_error=float(away.std(ddof=1)) * year**0.5,
        difference=float(away.mean()) * year,
        assets=int((np.abs(found.weights) > 1e-7).sum()),
        active_share=active,
        turnover=found.measures.get("turnover"),
        cost=found.measures.get("cost"),
    )
    result = TrackingResult(
        summary=made.summary, tracking=tracking, weights=made.weights, growth=made.growth,
        constraints=made.constraints, path=_path(found.weights, earned, universe),
    )  # fmt: skip
    return Found(result, (*notes, *found.notes), found.solved)


def _benchmark(
    request: TrackingRequest, panel: Panel, covariance: "FloatArray"
) -> tuple[Panel, "FloatArray", "Benchmark", "FloatArray"]:
    """The assets that may be held, their covariance, the benchmark, and its returns."""
    import numpy as np

    from trade2026.analytics.optimization.tracking import Benchmark

    name, listed = request.benchmark_asset, request.constraints.benchmark
    if bool(name) == bool(listed):
        raise InputError(
            "one of benchmark_asset and constraints.benchmark must be given, "
            f"{'both were' if name else 'neither was'}; an asset is tracked and not held"
        )
    if name and request.constraints.tracking_error is not None:
        raise InputError(
            f"constraints.tracking_error must be left out with benchmark_asset={name}, was "
            f"{request.constraints.tracking_error}; it is of weights of constraints.benchmark, and the least "
            "error to the asset is what is found"
        )
    if listed:
        weights = np.array(listed)
        if weights.size != len(panel.assets):
            raise InputError(
                f"constraints.benchmark must be {len(panel.assets)} weights, one for each asset, "
                f"were {weights.size}"
            )
        return panel, covariance, Benchmark.of_weights(covariance, weights), panel.returns @ weights
    if name not in panel.assets:
        raise InputError(f"benchmark_asset must be an asset of the request, was {name!r}")
    if len(panel.assets) < 2:
        raise InputError("assets must be two at least, one of them the benchmark, was one")
    at = panel.assets.index(name)
    kept = [each for each in range(len(panel.assets)) if each != at]
    universe = replace(
        panel, assets=tuple(panel.assets[each] for each in kept), returns=panel.returns[:, kept].copy()
    )
    across, variance = covariance[kept, at].copy(), float(covariance[at, at])
    own = covariance[np.ix_(kept, kept)].copy()
    return universe, own, Benchmark(own, across, variance), panel.returns[:, at]


def _path(weights: "FloatArray", earned: "FloatArray", panel: Panel) -> tuple[TrackRow, ...]:
    import numpy as np

    from trade2026.application.runner.result import extremes

    if not panel.is_dated:
        return ()
    mine, theirs = np.cumprod(1.0 + panel.returns @ weights), np.cumprod(1.0 + earned)
    kept = extremes(mine.astype(np.float64), _POINTS)
    return tuple(TrackRow(format_ns(int(panel.ts_ns[at])), float(mine[at]), float(theirs[at])) for at in kept)


_TRACKING: Final = Block(
    view=View.KPI,
    title="Tracking",
    data="/tracking",
    opts=KpiOptions(
        items=(
            Figure(key="tracking_error", title="Tracking error", format=Format.PCT),
            Figure(key="realized_tracking_error", title="Realized", format=Format.PCT),
            Figure(key="difference", title="Mean difference", format=Format.PCT, good=Good.UP),
            Figure(key="assets", title="Assets", format=Format.QTY),
            Figure(key="active_share", title="Active share", format=Format.PCT),
            Figure(key="turnover", title="Turnover", format=Format.PCT),
            Figure(key="cost", title="Cost", format=Format.PCT),
        )
    ),
    span=3,
    doc="Annual; the tracking error by the covariance that was used, and of the returns of the period.",
)
_PATH: Final = Block(
    view=View.LINE,
    title="Beside the benchmark",
    data="/path",
    opts=LineOptions(
        x="ts",
        series=(Series(key="portfolio", title="Portfolio"), Series(key="benchmark", title="Benchmark")),
        log=True,
        ranges=True,
        height=280,
    ),
    span=3,
    empty="Rows without days have no times.",
    doc="Weights are kept constant, without costs; in sample.",
)

_EXAMPLE: Final = TrackingRequest(
    start="2019-01-01",
    assets=("AAPL.XNAS", "MSFT.XNAS", "JPM.XNYS", "XOM.XNYS", "PG.XNYS", "JNJ.XNYS", "HD.XNYS", "GE.XNYS"),
    constraints=Constraining(benchmark=(0.125,) * 8, held=4, least=0.1),
)

TRACKING: Final = Analysis(
    analysis_id="portfolio/tracking",
    title="Benchmark tracking",
    doc="Follow an index or given weights as closely as can be: with few assets, constraints and costs.",
    workspace=Workspace.PORTFOLIO,
    order=147,
    keywords=("benchmark", "index tracking", "tracking error", "cardinality", "optimizer"),
    request=TrackingRequest,
    result=TrackingResult,
    compute=compute,
    layout=(LAYOUT[0], _TRACKING, *LAYOUT[1:4], _PATH, STANDINGS),
    example=_EXAMPLE,
    presets=(
        Preset(
            title="One stock by four others",
            values={
                "assets": list(_EXAMPLE.assets), "start": "2019-01-01", "benchmark_asset": "JPM.XNYS",
                "constraints": {"held": 4, "least": 0.05},
            },
        ),
    ),
)  # fmt: skip
