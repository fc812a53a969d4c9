"""How betas are shown."""

from typing import Final

from trade2026.application.pages.spec import Block, View
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    HeatmapOptions,
    KpiOptions,
    LineOptions,
    Series,
    TableOptions,
)

LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="assets", title="Assets", format=Format.QTY),
                Figure(key="factors", title="Factors", format=Format.QTY),
                Figure(key="periods", title="Periods", format=Format.QTY),
                Figure(key="mean_r_squared", title="Mean R²", format=Format.PCT),
                Figure(key="lags", title="Lags", format=Format.QTY),
                Figure(key="followed", title="Over time"),
                Figure(
                    key="step_ratio",
                    title="Step of the filter",
                    format=Format.DECIMAL,
                    doc="Variance that a step of a beta adds to the return, over that of the noise.",
                ),
            )
        ),
        span=3,
    ),
    Block(
        view=View.HEATMAP,
        title="Betas",
        data="/betas",
        opts=HeatmapOptions(x="factor", y="asset", value="beta", format=Format.DECIMAL),
        span=3,
        doc="Of the whole period, all factors together.",
    ),
    Block(
        view=View.LINE,
        title="Rolling betas",
        data="/rolling",
        opts=LineOptions(
            x="ts", series=(Series(key="value", title="Beta"),), group="name", ranges=True, height=280
        ),
        span=3,
        empty="There is no window, it is longer than the data, or the rows have no times.",
        doc="Each from the periods of the window that ends there.",
    ),
    Block(
        view=View.LINE,
        title="Filtered betas",
        data="/filtered",
        opts=LineOptions(
            x="ts", series=(Series(key="value", title="Beta"),), group="name", ranges=True, height=280
        ),
        span=3,
        empty="Rows without days have no times.",
        doc="Random walks of the betas, by Kalman's filter: each from the periods up to it. The first ones "
        "only fill the start.",
    ),
    Block(
        view=View.TABLE,
        title="Betas now",
        data="/latest",
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("factor", "Factor", Format.ID),
                Column("whole", "Whole period", Format.DECIMAL),
                Column("last_window", "Last window", Format.DECIMAL),
                Column("filtered", "Filtered", Format.DECIMAL),
                Column("filtered_error", "Its error", Format.DECIMAL),
            ),
            row_key="factor",
        ),
        span=3,
        doc="Of what is followed over time, at the end of the period.",
    ),
    Block(
        view=View.TABLE,
        title="Assets",
        data="/assets",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("alpha", "Alpha", Format.PCT, signed=True),
                Column("alpha_t", "t of alpha", Format.DECIMAL),
                Column("r_squared", "R²", Format.PCT),
                Column("specific_volatility", "Specific", Format.PCT),
            ),
            row_key="asset",
            sort="-r_squared",
        ),
        span=2,
        doc="Alpha is annual; whether it is anything but chance, its t says, for one asset looked at alone.",
    ),
    Block(
        view=View.TABLE,
        title="Errors of betas",
        data="/betas",
        empty="There is no beta.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("factor", "Factor", Format.ID),
                Column("beta", "Beta", Format.DECIMAL),
                Column("error", "Error", Format.DECIMAL),
                Column("t_value", "t", Format.DECIMAL),
            ),
            filter=True,
        ),
    ),
)
