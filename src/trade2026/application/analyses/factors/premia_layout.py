"""How premia are shown."""

from typing import Final

from trade2026.application.pages.spec import Block, View
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    KpiOptions,
    LineOptions,
    ScatterOptions,
    Series,
    TableOptions,
)

LINE: Final = "as the betas say"
"""Name of the line on which returns are what betas and premia give."""

LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="assets", title="Assets", format=Format.QTY),
                Figure(key="periods", title="Periods", format=Format.QTY),
                Figure(key="r_squared", title="R² across assets", format=Format.PCT),
                Figure(
                    key="p_value",
                    title="p of no pricing errors",
                    format=Format.DECIMAL,
                    doc="Near zero: betas do not explain the mean returns. By Hotelling's F distribution.",
                ),
                Figure(key="chi_squared", title="Chi-squared", format=Format.DECIMAL),
                Figure(key="degrees", title="Degrees", format=Format.QTY),
                Figure(key="lags", title="Lags", format=Format.QTY),
            )
        ),
        span=3,
    ),
    Block(
        view=View.TABLE,
        title="Premia",
        data="/premia",
        empty="There is no premium.",
        opts=TableOptions(
            columns=(
                Column("factor", "Factor", Format.ID),
                Column("premium", "Premium", Format.PCT, signed=True),
                Column("t_value", "t", Format.DECIMAL),
                Column("shanken_error", "Shanken", Format.PCT),
                Column("newey_west_error", "Newey-West", Format.PCT),
                Column("error", "Fama-MacBeth", Format.PCT),
                Column("factor_mean", "Factor's mean", Format.PCT, signed=True),
            ),
            row_key="factor",
        ),
        span=3,
        doc="Annual return for a beta of one, with standard errors of three kinds; t by Shanken's, with a "
        "window by Newey and West's.",
    ),
    Block(
        view=View.SCATTER,
        title="Mean returns against what betas say",
        data="/scatter",
        opts=ScatterOptions(
            x="predicted",
            y="mean_return",
            x_title="By betas and premia",
            y_title="Mean return",
            label="asset",
            group="group",
            joined=(LINE,),
            x_format=Format.PCT,
            y_format=Format.PCT,
            height=380,
        ),
        span=2,
        doc="Annual. On the line there is no pricing error.",
    ),
    Block(
        view=View.TABLE,
        title="Assets",
        data="/assets",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("mean_return", "Mean return", Format.PCT, signed=True),
                Column("predicted", "By betas", Format.PCT, signed=True),
                Column("pricing_error", "Error", Format.PCT, signed=True),
            ),
            row_key="asset",
            sort="-pricing_error",
        ),
    ),
    Block(
        view=View.LINE,
        title="Premia over time",
        data="/over_time",
        opts=LineOptions(
            x="ts",
            series=(Series(key="value", title="Sum of premia"),),
            group="name",
            format=Format.PCT,
            ranges=True,
            height=280,
        ),
        span=3,
        empty="Rows without days have no times.",
        doc="Sums of the premia of the periods: a premium that is paid steadily rises steadily.",
    ),
)
