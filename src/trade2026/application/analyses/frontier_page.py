"""How the efficient frontier is shown."""

from typing import Final

from trade2026.analytics.optimization.names import Measure
from trade2026.application.analyses.declaration import Analysis
from trade2026.application.analyses.frontier import (
    FRONTIER_GROUP,
    FrontierRequest,
    FrontierResult,
    compute,
)
from trade2026.application.analyses.labels import labels_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    Good,
    KpiOptions,
    ScatterOptions,
    StackOptions,
    TableOptions,
)

_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        words={"measure": labels_of(Measure)},
        opts=KpiOptions(
            items=(
                Figure(key="measure", title="Measure of risk"),
                Figure(key="minimum_risk", title="Least risk", format=Format.PCT),
                Figure(key="minimum_risk_return", title="Return at least risk", format=Format.PCT),
                Figure(key="best_ratio", title="Best ratio", format=Format.DECIMAL, good=Good.UP),
                Figure(key="best_ratio_risk", title="Risk at best ratio", format=Format.PCT),
                Figure(key="best_ratio_return", title="Return at best ratio", format=Format.PCT),
                Figure(
                    key="corners",
                    title="Corners",
                    format=Format.QTY,
                    doc="Portfolios at which an asset enters or leaves; all others lie between two of them.",
                ),
            )
        ),
        span=3,
    ),
    Block(
        view=View.SCATTER,
        title="Efficient frontier",
        data="/points",
        opts=ScatterOptions(
            x="risk",
            y="expected_return",
            x_title="Risk (volatility annual, other measures per period)",
            y_title="Expected return, annual",
            label="name",
            group="group",
            joined=(FRONTIER_GROUP,),
            x_format=Format.PCT,
            y_format=Format.PCT,
            height=420,
        ),
        span=3,
        doc="By the estimates that were used; what they promise is not what will be.",
    ),
    Block(
        view=View.STACK,
        title="Weights along the frontier",
        data="/shares",
        opts=StackOptions(
            x="risk",
            name="asset",
            value="weight",
            x_title="Risk (volatility annual, other measures per period)",
            y_title="Weight",
            x_format=Format.PCT,
            height=320,
        ),
        span=3,
        doc="From the portfolio of least risk to that of the highest return.",
    ),
    Block(
        view=View.TABLE,
        title="Efficient portfolios",
        data="/portfolios",
        empty="There is no efficient portfolio.",
        opts=TableOptions(
            columns=(
                Column("number", "No.", Format.QTY),
                Column("expected_return", "Expected return", Format.PCT, signed=True),
                Column("risk", "Risk", Format.PCT),
                Column("volatility", "Volatility", Format.PCT),
                Column("sharpe_ratio", "Sharpe", Format.DECIMAL),
                Column("assets", "Assets", Format.QTY),
                Column("held", "Weights"),
            ),
            row_key="number",
        ),
        span=3,
    ),
)

FRONTIER: Final = Analysis(
    analysis_id="portfolio/efficient-frontier",
    title="Efficient frontier",
    doc="The portfolio of least risk for every expected return, by volatility or another measure of risk.",
    workspace=Workspace.PORTFOLIO,
    order=120,
    keywords=("frontier", "markowitz", "critical line", "tangency", "optimizer"),
    request=FrontierRequest,
    result=FrontierResult,
    compute=compute,
    layout=_LAYOUT,
    example=FrontierRequest(start="2018-01-01", points=25),
    presets=(
        Preset(title="At most 20 % each", values={"upper": 0.2}),
        Preset(title="By CVaR", values={"measure": "cvar", "points": 20}),
        Preset(title="By largest drawdown", values={"measure": "maximum_drawdown", "points": 20}),
    ),
)
