"""How an attribution of return and risk is shown."""

from typing import Final

from trade2026.application.pages.spec import Block, View
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

LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(
                    key="compounded_return",
                    title="Excess return",
                    format=Format.PCT,
                    good=Good.UP,
                    doc="Compounded over what is attributed, beyond the risk-free rate where one is given.",
                ),
                Figure(key="factor_return", title="By factors", format=Format.PCT, good=Good.UP),
                Figure(key="specific_return", title="Specific", format=Format.PCT, good=Good.UP),
                Figure(key="alpha", title="Alpha", format=Format.PCT, doc="Annual, of a regression."),
                Figure(key="alpha_t", title="t of alpha", format=Format.DECIMAL),
                Figure(key="volatility", title="Volatility", format=Format.PCT),
                Figure(key="factor_risk_share", title="Risk by factors", format=Format.PCT),
                Figure(key="r_squared", title="R²", format=Format.PCT),
                Figure(key="periods", title="Periods", format=Format.QTY),
            )
        ),
        span=3,
    ),
    Block(
        view=View.BAR,
        title="Parts of the return",
        data="/returns",
        opts=BarOptions(
            x="source", series=(Series(key="contribution", title="Contribution"),), format=Format.PCT,
            horizontal=True, keep_order=True,
        ),
        doc="Linked over the periods; they sum to the compounded return.",
    ),
    Block(
        view=View.TABLE,
        title="Return by factors",
        data="/returns",
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("source", "Source", Format.ID),
                Column("mean_exposure", "Exposure", Format.DECIMAL),
                Column("annual", "A year", Format.PCT, signed=True),
                Column("contribution", "Contribution", Format.PCT, signed=True),
            ),
            row_key="source",
        ),
        span=2,
    ),
    Block(
        view=View.LINE,
        title="Parts over time",
        data="/over_time",
        opts=LineOptions(
            x="ts", series=(Series(key="value", title="Gained"),), group="name", format=Format.PCT,
            ranges=True, height=300,
        ),
        span=3,
        empty="Rows without days have no times.",
        doc="Linked anew up to each period: they sum to the return compounded until then, and end at the "
        "contributions.",
    ),
    Block(
        view=View.BAR,
        title="Parts of the volatility",
        data="/risks",
        opts=BarOptions(
            x="source", series=(Series(key="share", title="Share"),), format=Format.PCT, horizontal=True,
            keep_order=True,
        ),
        doc="They sum to one; a factor that hedges the others is below zero.",
    ),
    Block(
        view=View.TABLE,
        title="Risk by factors",
        data="/risks",
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("source", "Source", Format.ID),
                Column("exposure", "Exposure", Format.DECIMAL),
                Column("marginal", "Marginal", Format.PCT),
                Column("component", "Component", Format.PCT, signed=True),
                Column("share", "Share", Format.PCT, signed=True),
            ),
            row_key="source",
        ),
        span=2,
        doc="Annual. Marginal: by how much volatility rises with the exposure. Component: exposure times it.",
    ),
    Block(
        view=View.TABLE,
        title="Risk by assets",
        data="/assets",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("weight", "Weight", Format.PCT),
                Column("marginal", "Marginal", Format.PCT),
                Column("component", "Component", Format.PCT),
                Column("factor_part", "By factors", Format.PCT),
                Column("specific_part", "Specific", Format.PCT),
                Column("share", "Share", Format.PCT),
            ),
            row_key="asset",
            sort="-share",
        ),
        span=3,
        doc="Annual; components sum to the volatility.",
    ),
)  # fmt: skip
