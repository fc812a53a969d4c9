"""How the analysis of tail risk is shown."""

from typing import Final

from trade2026.application.analyses.labels import labels_of
from trade2026.application.pages.spec import Block, View
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    HistogramOptions,
    KpiOptions,
    TableOptions,
)

LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="tail", title="Tail", format=Format.PCT),
                Figure(key="value_at_risk", title="Value at risk", format=Format.PCT),
                Figure(key="expected_shortfall", title="Expected shortfall", format=Format.PCT),
                Figure(
                    key="extreme_var",
                    title="By the law of extremes",
                    format=Format.PCT,
                    doc="Value at risk by the generalised Pareto law of the worst losses.",
                ),
                Figure(
                    key="shape",
                    title="Shape of the tail",
                    format=Format.DECIMAL,
                    doc="Above zero it is heavy: moments above one over the shape do not exist.",
                ),
                Figure(key="excess_kurtosis", title="Excess kurtosis", format=Format.DECIMAL),
                Figure(key="worst", title="Worst period", format=Format.PCT),
            )
        ),
        span=3,
        doc="Per period, historical unless said; losses are positive.",
    ),
    Block(
        view=View.HISTOGRAM,
        title="Returns per period",
        data="/histogram",
        opts=HistogramOptions(
            low="low",
            high="high",
            value="density",
            title="Returns",
            x_title="Return per period",
            y_title="Density",
            curve="normal",
            curve_title="Normal of the same mean and volatility",
            mark="is_tail",
            mark_title="Beyond the value at risk",
            x_format=Format.PCT,
        ),
        span=3,
        empty="The portfolio did not move.",
    ),
    Block(
        view=View.TABLE,
        title="Measures by tail",
        data="/tails",
        empty="There is no measure.",
        opts=TableOptions(
            columns=(
                Column("tail", "Tail", Format.PCT),
                Column("historical_var", "VaR historical", Format.PCT),
                Column("normal_var", "VaR normal", Format.PCT),
                Column("cornish_fisher_var", "VaR Cornish-Fisher", Format.PCT),
                Column("extreme_var", "VaR extremes", Format.PCT),
                Column("historical_es", "ES historical", Format.PCT),
                Column("normal_es", "ES normal", Format.PCT),
                Column("cornish_fisher_es", "ES Cornish-Fisher", Format.PCT),
                Column("extreme_es", "ES extremes", Format.PCT),
            ),
            row_key="tail",
        ),
        span=3,
        doc="A dash where a method does not exist: an expansion that is no distribution, a tail that is not "
        "beyond the threshold.",
    ),
    Block(
        view=View.TABLE,
        title="Losses beyond the value at risk",
        data="/checks",
        words={"method": labels_of(("historical", "normal", "cornish fisher", "extreme"))},
        empty="There is no method.",
        opts=TableOptions(
            columns=(
                Column("method", "Method"),
                Column("value_at_risk", "Value at risk", Format.PCT),
                Column("expected", "Expected", Format.DECIMAL),
                Column("observed", "Observed", Format.QTY),
                Column("p_value", "p value", Format.DECIMAL),
            ),
            row_key="method",
        ),
        span=3,
        doc="Over the same periods, by Kupiec's test: a p value near zero says that the method does not fit.",
    ),
    Block(
        view=View.TABLE,
        title="Worst stretches",
        data="/stretches",
        empty="There are no periods.",
        opts=TableOptions(
            columns=(
                Column("periods", "Periods", Format.QTY),
                Column("lost", "Lost", Format.PCT),
                Column("first", "From"),
                Column("last", "To"),
            ),
            row_key="periods",
        ),
        span=3,
        doc="Of weights kept constant, compounded.",
    ),
    Block(
        view=View.TABLE,
        title="Stress",
        data="/stress",
        empty="No shock was asked for.",
        opts=TableOptions(
            columns=(
                Column("shock", "Shock"),
                Column("lost", "Portfolio loses", Format.PCT),
                Column("beta", "Its beta", Format.DECIMAL),
                Column("correlation", "Correlation", Format.DECIMAL),
                Column("worst_asset", "Hit hardest", Format.ID),
                Column("worst_asset_return", "It returns", Format.PCT, signed=True),
            ),
            row_key="shock",
        ),
        span=3,
        doc="All assets by their betas to what is shocked; what it does not explain stays where it is. "
        "The market is all assets in equal parts.",
    ),
)
