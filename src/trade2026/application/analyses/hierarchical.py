"""Portfolios by a tree of assets, with the tree, and the methods of its kind side by side."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, cast

import msgspec
from msgspec import Meta

from trade2026.application.analyses.allocation import (
    AllocationResult,
    AllocationSummary,
    BoundedRequest,
    GrowthRow,
    WeightRow,
    bounded,
    layout_beside,
    within_limits,
)
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.fields import MeasureTail
from trade2026.application.analyses.labels import LABELS, labels_of
from trade2026.application.analyses.limits import STANDINGS, ConstraintRow
from trade2026.application.analyses.panel import Panel
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import Column, Format, TableOptions
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.cluster_risk import ClusterRisk
    from trade2026.analytics.optimization.clusters import Distance, Linkage, Tree
    from trade2026.analytics.optimization.limits import Limits
    from trade2026.analytics.optimization.result import Portfolio


_MISSED: Final = 1e-9


class TreeMethod(StrEnum):
    """How weights go down the tree."""

    HRP = "hrp"
    HERC = "herc"
    NCO = "nco"
    SCHUR = "schur"


class ClusterRiskName(StrEnum):
    """What HRP and HERC divide by; as usual it is the variance for HRP and the volatility for HERC."""

    USUAL = "usual"
    VOLATILITY = "volatility"
    VARIANCE = "variance"
    SEMI_DEVIATION = "semi_deviation"
    MEAN_ABSOLUTE_DEVIATION = "mean_absolute_deviation"
    CVAR = "cvar"
    EVAR = "evar"
    WORST_REALIZATION = "worst_realization"
    AVERAGE_DRAWDOWN = "average_drawdown"
    MAXIMUM_DRAWDOWN = "maximum_drawdown"
    CDAR = "cdar"
    ULCER_INDEX = "ulcer_index"


class DistanceName(StrEnum):
    """How far two assets are apart; see docs/portfolio-optimization.md."""

    CORRELATION = "correlation"
    ABSOLUTE = "absolute"
    BETWEEN_ROWS = "between rows"


class LinkageName(StrEnum):
    """How far two clusters are apart."""

    WARD = "ward"
    SINGLE = "single"
    COMPLETE = "complete"
    AVERAGE = "average"


class HierarchicalRequest(BoundedRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tree and a way down it; weights are long only, and sum to one."""

    method: Annotated[
        TreeMethod,
        Meta(
            title="Method",
            description="All keep to bounds of single assets, and know no other constraints.",
        ),
    ] = TreeMethod.HRP
    distance: Annotated[DistanceName, Meta(title="Distance", description="How far two assets are apart.")] = (
        DistanceName.CORRELATION
    )
    linkage: Annotated[
        LinkageName, Meta(title="Linkage", description="How far two groups of assets are apart.")
    ] = LinkageName.WARD
    cluster_risk: Annotated[
        ClusterRiskName,
        Meta(
            title="Risk of a group",
            description="For HRP and HERC; as usual it is the variance in HRP, the volatility in HERC.",
        ),
    ] = ClusterRiskName.USUAL
    tail: MeasureTail = 0.05
    clusters: Annotated[
        int | None,
        Meta(
            title="Clusters",
            description="How many, for HERC and NCO; empty to have them counted from the data.",
        ),
    ] = None
    gamma: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Gamma",
            description="For Schur: 0 is HRP, 1 is minimum variance, between them both count.",
        ),
    ] = 0.5


class MergeRow(msgspec.Struct, frozen=True):
    """Two clusters that were joined: below the number of assets an asset, from there on an earlier merge."""

    left: int
    right: int
    height: float


class TreeView(msgspec.Struct, frozen=True):
    """The tree: assets as they are numbered, and its merges in their order."""

    leaves: tuple[str, ...]
    merges: tuple[MergeRow, ...]


class MethodRow(msgspec.Struct, frozen=True, kw_only=True):
    """One method on the same tree, in sample; `error` says why it could not be made.

    Attributes
    ----------
    violation : float
        Largest violation of a constraint, in weights.
    """

    method: str
    volatility: float | None = None
    sharpe_ratio: float | None = None
    max_drawdown: float | None = None
    effective_assets: float | None = None
    diversification_ratio: float | None = None
    violation: float | None = None
    error: str = ""


class HierarchicalResult(msgspec.Struct, frozen=True, kw_only=True):
    """Weights of the method asked for, the tree, and all methods side by side."""

    summary: AllocationSummary
    weights: tuple[WeightRow, ...]
    growth: tuple[GrowthRow, ...]
    tree: TreeView
    methods: tuple[MethodRow, ...]
    constraints: tuple[ConstraintRow, ...] = ()


def compute(request: HierarchicalRequest, panel: Panel, tell: Tell) -> Found[HierarchicalResult]:
    """The tree, the weights, and what the other methods would have given."""
    from trade2026.analytics.optimization.clusters import tree_of

    if len(panel.assets) < 2:
        raise InputError("assets must be two at least for a tree, was one; name more")
    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns, request.covariance_options)
    tell(0.2, "joining assets")
    distance: Distance = request.distance.value
    tree = tree_of(covariance, distance=distance, method=request.linkage.value)
    limits = bounded(request, panel, covariance)
    chosen, more = _made(request.method, request, limits, covariance, panel)
    rows = []
    for number, method in enumerate(TreeMethod):
        tell(0.4 + 0.5 * number / len(TreeMethod), method.value)
        try:
            rows.append(_compared(_made(method, request, limits, covariance, panel)[0].summary))
        except InputError as error:  # Another one was asked for; this one only stands beside it.
            rows.append(MethodRow(method=method.value, error=str(error)))
    return Found(
        HierarchicalResult(
            summary=chosen.summary,
            weights=chosen.weights,
            growth=chosen.growth,
            tree=_view(tree, panel.assets),
            methods=tuple(rows),
            constraints=chosen.constraints,
        ),
        (*notes, *more),
    )


def _made(
    method: TreeMethod,
    request: HierarchicalRequest,
    limits: "Limits",
    covariance: "FloatArray",
    panel: Panel,
) -> tuple[AllocationResult, tuple[str, ...]]:
    """What a method comes to, and its notes."""
    found = _solved(method, request, limits, covariance, panel)
    result, notes = within_limits(method.value, found, limits, covariance, panel), found.notes
    if result.summary.violation > _MISSED:
        by = f"{result.summary.violation:.2%}"
        missed = f"Constraints are missed by {by}: {LABELS[method]} knows bounds of assets alone."
        notes = (missed, *notes)
    return result, notes


def _solved(
    method: TreeMethod,
    request: HierarchicalRequest,
    limits: "Limits",
    covariance: "FloatArray",
    panel: Panel,
) -> "Portfolio":
    from trade2026.analytics.optimization import hierarchical as tree
    from trade2026.analytics.optimization.constraints import Constraints
    from trade2026.analytics.optimization.nested import nested_clustered

    distance: Distance = request.distance.value
    linkage: Linkage = request.linkage.value
    own = limits.constraints
    bounds = Constraints(own.lower, own.upper, assets=panel.assets)
    match method:
        case TreeMethod.HRP:
            return tree.hierarchical_risk_parity(
                covariance, panel.returns, risk=_risk(request, "variance"), tail=request.tail,
                constraints=bounds, distance=distance, linkage=linkage,
            )  # fmt: skip
        case TreeMethod.HERC:
            return tree.hierarchical_equal_risk(
                covariance, panel.returns, risk=_risk(request, "volatility"), tail=request.tail,
                clusters=request.clusters, constraints=bounds, distance=distance, linkage=linkage,
            )  # fmt: skip
        case TreeMethod.NCO:
            return nested_clustered(
                covariance, clusters=request.clusters, constraints=bounds, distance=distance, linkage=linkage
            )
        case TreeMethod.SCHUR:
            return tree.schur_complementary(
                covariance, gamma=request.gamma, constraints=bounds, distance=distance, linkage=linkage
            )


def _risk(request: HierarchicalRequest, usual: "ClusterRisk") -> "ClusterRisk":
    if request.cluster_risk is ClusterRiskName.USUAL:
        return usual
    return cast("ClusterRisk", request.cluster_risk.value)  # The names are the same, but for "usual".


def _compared(summary: AllocationSummary) -> MethodRow:
    names = set(MethodRow.__struct_fields__) - {"error"}
    return MethodRow(**{name: getattr(summary, name) for name in names})


def _view(tree: "Tree", assets: tuple[str, ...]) -> TreeView:
    rows = [MergeRow(int(left), int(right), height) for left, right, height, _ in tree.joins.tolist()]
    return TreeView(assets, tuple(rows))


_TREE: Final = Block(
    view=View.TREE,
    title="Tree of assets",
    data="/tree",
    span=2,
    doc="Groups are joined at their distance; the nearer to the names, the more alike.",
)
_METHODS: Final = Block(
    view=View.TABLE,
    title="Methods on this tree",
    data="/methods",
    words={"method": labels_of(TreeMethod)},
    empty="There is no method.",
    opts=TableOptions(
        columns=(
            Column("method", "Method"),
            Column("volatility", "Volatility", Format.PCT),
            Column("sharpe_ratio", "Sharpe", Format.DECIMAL),
            Column("max_drawdown", "Max drawdown", Format.PCT),
            Column("effective_assets", "Effective assets", Format.DECIMAL),
            Column("diversification_ratio", "Diversification", Format.DECIMAL),
            Column("violation", "Constraints missed by", Format.PCT),
            Column("error", "Could not be made because"),
        ),
        row_key="method",
    ),
    span=3,
    doc="Over the period that they were made from.",
)

HIERARCHICAL: Final = Analysis(
    analysis_id="portfolio/hierarchical",
    title="Hierarchical",
    doc="Weights along a tree in which assets that move alike stand together: four methods, and the tree.",
    workspace=Workspace.PORTFOLIO,
    order=140,
    keywords=(
        "hrp",
        "herc",
        "nco",
        "schur",
        "hierarchical risk parity",
        "dendrogram",
        "clusters",
        "optimizer",
    ),
    request=HierarchicalRequest,
    result=HierarchicalResult,
    compute=compute,
    layout=(*layout_beside(_TREE), _METHODS, STANDINGS),
    example=HierarchicalRequest(start="2018-01-01"),
    presets=(
        Preset(title="As in the paper of HRP", values={"distance": "between rows", "linkage": "single"}),
        Preset(title="HERC by CVaR", values={"method": "herc", "cluster_risk": "cvar"}),
        Preset(title="HRP, 2 % to 10 %", values={"lower": 0.02, "upper": 0.1}),
    ),
)
