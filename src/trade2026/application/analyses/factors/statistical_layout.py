"""How statistical factors are shown."""

from typing import Final

from trade2026.application.analyses.labels import labels_of
from trade2026.application.pages.spec import Block, View
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    HeatmapOptions,
    KpiOptions,
    ScatterOptions,
    Series,
    TableOptions,
)

EDGE: Final = "Marchenko-Pastur edge"
_CRITERIA: Final = labels_of(("ic1", "ic2", "ic3"))

LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="number", title="Factors", format=Format.QTY),
                Figure(
                    key="explained", title="Explained", format=Format.PCT,
                    doc="Share of the sum of all eigenvalues.",
                ),
                Figure(key="mean_r_squared", title="Mean R²", format=Format.PCT),
                Figure(key="ic1", title="By IC1", format=Format.QTY),
                Figure(key="ic2", title="By IC2", format=Format.QTY),
                Figure(key="ic3", title="By IC3", format=Format.QTY),
                Figure(key="marchenko_pastur", title="By Marchenko-Pastur", format=Format.QTY),
                Figure(
                    key="model_volatility",
                    title="Equal weights, model",
                    format=Format.PCT,
                    doc="Annual volatility by factors and specific variances.",
                ),
                Figure(key="sample_volatility", title="Equal weights, sample", format=Format.PCT),
            )
        ),
        span=3,
    ),
    Block(
        view=View.SCATTER,
        title="Eigenvalues",
        data="/scree",
        opts=ScatterOptions(
            x="rank", y="eigenvalue", x_title="Rank", y_title="Eigenvalue", group="group",
            joined=("factor", "left over", EDGE), x_format=Format.QTY,
        ),
        span=2,
        doc="Those of the chosen factors, those left over, and the edge that noise would reach.",
    ),
    Block(
        view=View.SCATTER,
        title="Criteria of Bai and Ng",
        data="/criteria",
        words={"criterion": _CRITERIA},
        opts=ScatterOptions(
            x="number", y="value", x_title="Factors", y_title="Criterion", group="criterion",
            joined=tuple(_CRITERIA.values()), x_format=Format.QTY,
        ),
        doc="The number at which a criterion is least is its choice.",
    ),
    Block(
        view=View.HEATMAP,
        title="Correlations with the factors",
        data="/loadings",
        opts=HeatmapOptions(x="x", y="y", value="correlation", format=Format.DECIMAL),
        span=2,
        empty="There is no factor, or there are too many cells to draw.",
        doc="Of the two directions of a factor that one is taken in which its loadings sum to zero or more.",
    ),
    Block(
        view=View.BAR,
        title="Shares",
        data="/factors",
        opts=BarOptions(
            x="factor", series=(Series(key="share", title="Share"),), format=Format.PCT, keep_order=True
        ),
        empty="There is no factor.",
    ),
    Block(
        view=View.TABLE,
        title="Factors",
        data="/factors",
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("factor", "Factor"),
                Column("eigenvalue", "Eigenvalue", Format.DECIMAL),
                Column("share", "Share", Format.PCT),
                Column("cumulative", "Cumulative", Format.PCT),
                Column("most", "Most like it", Format.ID),
                Column("least", "Least like it", Format.ID),
            ),
            row_key="factor",
        ),
        span=2,
    ),
    Block(
        view=View.TABLE,
        title="Assets",
        data="/assets",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("volatility", "Volatility", Format.PCT),
                Column("r_squared", "R²", Format.PCT),
                Column("specific_volatility", "Specific", Format.PCT),
            ),
            row_key="asset",
            sort="-r_squared",
        ),
    ),
)  # fmt: skip
