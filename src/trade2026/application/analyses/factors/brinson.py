"""Why a portfolio differed from its benchmark: allocation to groups, selection within them, both together."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.factors.inputs import POINTS
from trade2026.application.analyses.factors.returns_attribution import Linked, LinkingName
from trade2026.application.analyses.fields import Weights
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import Frequency, ReturnsRequest, is_dated
from trade2026.application.analyses.values import weights_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
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
    from trade2026.analytics.factor_models.attribution.brinson import Brinson


class Between(StrEnum):
    """What becomes of weights between periods."""

    REBALANCED = "rebalanced"
    HELD = "held"


class BrinsonRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Weights of a portfolio and of its benchmark, and which group each asset belongs to."""

    weights: Weights = ()
    benchmark: Annotated[
        tuple[float, ...],
        Meta(
            title="Benchmark",
            description="Its weights in the order of the assets; empty for equal ones.",
            max_length=2_000,
        ),
    ] = ()
    groups: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...],
        Meta(
            title="Groups",
            description="Of each asset in their order, such as Energy, Banks; empty: each asset is its own.",
            max_length=2_000,
        ),
    ] = ()
    between: Annotated[
        Between,
        Meta(
            title="Between periods",
            description="Back to the given weights after each period, or bought once and not touched.",
        ),
    ] = Between.REBALANCED
    linking: Linked = LinkingName.CARINO


class BrinsonSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Both returns, compounded, and the effects, linked; they sum to `active_return`."""

    portfolio_return: float
    benchmark_return: float
    active_return: float
    allocation: float
    selection: float
    interaction: float
    periods: int


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """A group: mean weights, and its linked effects with their sum."""

    group: str
    weight: float
    benchmark_weight: float
    allocation: float
    selection: float
    interaction: float
    total: float


class EffectRow(msgspec.Struct, frozen=True):
    """Effects up to the end of a period, linked anew for it."""

    ts: str
    allocation: float
    selection: float
    interaction: float
    total: float


class BrinsonResult(msgspec.Struct, frozen=True, kw_only=True):
    """Effects of groups; `over_time` is empty for rows without times."""

    summary: BrinsonSummary
    groups: tuple[GroupRow, ...]
    over_time: tuple[EffectRow, ...]


def compute(request: BrinsonRequest, panel: Panel, tell: Tell) -> Found[BrinsonResult]:
    """Effects of every period, and linked over all of them."""
    import numpy as np

    from trade2026.analytics.factor_models.attribution.brinson import brinson_fachler, group_panel

    names, membership = _groups(request, panel)
    own = _weights(request, "weights", request.weights, panel)
    other = _weights(request, "benchmark", request.benchmark, panel)
    tell(0.1, "effects")
    one = group_panel(own, panel.returns, membership, names=names)
    two = group_panel(other, panel.returns, membership, field="benchmark", names=names)
    found = brinson_fachler(*one, *two, method=request.linking.value)
    tell(0.5, "over time")
    portfolio, benchmark = (float(np.prod(1.0 + each)) - 1.0 for each in (found.returns, found.benchmark))
    effects = found.total.sum(axis=1).tolist()
    return Found(
        BrinsonResult(
            summary=BrinsonSummary(
                portfolio_return=portfolio,
                benchmark_return=benchmark,
                active_return=portfolio - benchmark,
                allocation=effects[0],
                selection=effects[1],
                interaction=effects[2],
                periods=found.returns.size,
            ),
            groups=_rows(names, one[0], two[0], found),
            over_time=_over_time(request, panel, found),
        ),
        ("Both portfolios are without costs.",),
    )


def _groups(request: BrinsonRequest, panel: Panel) -> tuple[tuple[str, ...], "FloatArray"]:
    """Names of the groups in order of appearance, and membership, shape (N, G)."""
    import numpy as np

    groups = request.groups or panel.assets
    if len(groups) != len(panel.assets):
        raise InputError(f"groups must be {len(panel.assets)}, one for each asset, were {len(groups)}")
    names = tuple(dict.fromkeys(groups))
    return names, np.eye(len(names))[[names.index(each) for each in groups]]


def _weights(request: BrinsonRequest, field: str, given: tuple[float, ...], panel: Panel) -> "FloatArray":
    """At the beginning of each period, shape (T, N)."""
    import numpy as np

    from trade2026.analytics.factor_models.attribution.brinson import held_weights

    start = weights_of(given, len(panel.assets), field)
    if abs(float(start.sum()) - 1.0) > 1e-6:
        raise InputError(
            f"{field} must sum to 1, sum to {start.sum():g}; scale them, or add what is not invested as an "
            "asset"
        )
    start = start / start.sum()
    if request.between is Between.HELD:
        return held_weights(start, panel.returns)
    return np.tile(start, (panel.returns.shape[0], 1))


def _rows(
    names: tuple[str, ...], weights: "FloatArray", benchmark: "FloatArray", found: "Brinson"
) -> tuple[GroupRow, ...]:
    return tuple(
        GroupRow(
            group=name,
            weight=weight,
            benchmark_weight=other,
            allocation=effects[0],
            selection=effects[1],
            interaction=effects[2],
            total=sum(effects),
        )
        for name, weight, other, effects in zip(
            names,
            weights.mean(axis=0).tolist(),
            benchmark.mean(axis=0).tolist(),
            found.total.T.tolist(),
            strict=True,
        )
    )


def _over_time(request: BrinsonRequest, panel: Panel, found: "Brinson") -> tuple[EffectRow, ...]:
    """The three effects of all groups, linked up to each of the periods that are shown."""
    import numpy as np

    from trade2026.analytics.factor_models.attribution.linking import linked_path

    if not is_dated(request):
        return ()
    parts = np.column_stack(
        [each.sum(axis=1) for each in (found.allocation, found.selection, found.interaction)]
    )
    periods = parts.shape[0]
    kept = np.unique(np.linspace(0, periods - 1, min(periods, POINTS)).round().astype(np.int64)).tolist()
    path = linked_path(parts, found.returns, found.benchmark, method=request.linking.value)
    rows = np.column_stack([path, path.sum(axis=1)])[kept].tolist()
    return tuple(EffectRow(format_ns(int(panel.ts_ns[at])), *row) for at, row in zip(kept, rows, strict=True))


_EFFECTS: Final = (
    ("allocation", "Allocation"),
    ("selection", "Selection"),
    ("interaction", "Interaction"),
)

_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="portfolio_return", title="Portfolio", format=Format.PCT, good=Good.UP),
                Figure(key="benchmark_return", title="Benchmark", format=Format.PCT, good=Good.UP),
                Figure(key="active_return", title="Difference", format=Format.PCT, good=Good.UP),
                *(Figure(key=key, title=title, format=Format.PCT, good=Good.UP) for key, title in _EFFECTS),
                Figure(key="periods", title="Periods", format=Format.QTY),
            )
        ),
        span=3,
        doc="Allocation (weights of groups), selection (within them) and interaction sum to the difference.",
    ),
    Block(
        view=View.BAR,
        title="Effect of each group",
        data="/groups",
        opts=BarOptions(
            x="group", series=(Series(key="total", title="Effect"),), format=Format.PCT, horizontal=True,
            limit=40,
        ),
        doc="All three together.",
    ),
    Block(
        view=View.TABLE,
        title="Groups",
        data="/groups",
        empty="There is no group.",
        opts=TableOptions(
            columns=(
                Column("group", "Group", Format.ID),
                Column("weight", "Weight", Format.PCT),
                Column("benchmark_weight", "Benchmark", Format.PCT),
                *(Column(key, title, Format.PCT, signed=True) for key, title in _EFFECTS),
                Column("total", "Sum", Format.PCT, signed=True),
            ),
            row_key="group",
            sort="-total",
        ),
        span=2,
        doc="Mean weights; effects are linked over the periods.",
    ),
    Block(
        view=View.LINE,
        title="Effects over time",
        data="/over_time",
        opts=LineOptions(
            x="ts",
            series=(
                *(Series(key=key, title=title) for key, title in _EFFECTS),
                Series(key="total", title="Difference"),
            ),
            format=Format.PCT,
            ranges=True,
            height=300,
        ),
        span=3,
        empty="Rows without days have no times.",
        doc="Linked anew up to each period, so that they sum to the difference then.",
    ),
)  # fmt: skip

BRINSON: Final = Analysis(
    analysis_id="factors/brinson",
    title="Brinson attribution",
    doc="Why a portfolio earned more or less than its benchmark, by groups (Brinson and Fachler).",
    workspace=Workspace.RESEARCH,
    order=52,
    keywords=("brinson", "attribution", "allocation", "selection", "benchmark", "sectors", "active return"),
    request=BrinsonRequest,
    result=BrinsonResult,
    compute=compute,
    layout=_LAYOUT,
    example=BrinsonRequest(
        assets=("AAPL.XNAS", "MSFT.XNAS", "JPM.XNYS", "BAC.XNYS", "XOM.XNYS", "CVX.XNYS"),
        groups=("Technology", "Technology", "Banks", "Banks", "Energy", "Energy"),
        weights=(0.3, 0.2, 0.1, 0.1, 0.2, 0.1),
        start="2018-01-01",
        frequency=Frequency.MONTH,
    ),
    presets=(Preset(title="Each asset, months", values={"frequency": "month", "between": "held"}),),
)
