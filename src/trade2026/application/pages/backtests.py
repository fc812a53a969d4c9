"""Pages of backtests: the form, the job and its tear sheet; the list of jobs; two of them side by side."""

from typing import Final

from trade2026.application.pages.data import DATA_CHOICE, DATA_SOURCE
from trade2026.application.pages.jobs import cancel_job, jobs_table
from trade2026.application.pages.spec import (
    Block,
    Choices,
    Condition,
    Form,
    Kind,
    Mode,
    PageSpec,
    Parameter,
    Preset,
    Result,
    Role,
    Source,
    View,
    Workspace,
)
from trade2026.application.pages.strategies import LIBRARY_SOURCE, PARAMETERS, STRATEGY
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    Good,
    HeatmapOptions,
    KpiOptions,
    LineOptions,
    Series,
    TableOptions,
    TextOptions,
)
from trade2026.application.requests import CASH, FEES, SPREAD_BPS

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DECIMAL: Final = r"^\d{1,12}(\.\d{1,9})?$"
_DAY: Final = {"type": "string", "format": "date", "pattern": r"^(\d{4}-\d{2}-\d{2})?$"}

CANCEL: Final = cancel_job("/backtests/{job_id}")

_COSTS: Final = {
    "type": "object",
    "title": "Costs",
    "properties": {
        "fees": {
            "type": "string",
            "title": "Fees",
            "default": FEES,
            "description": 'A rate such as "1bps", maker and taker "-0.5/2bps", "0.005/share", or "none".',
        },
        "spread_bps": {
            "type": "string",
            "title": "Spread",
            "default": SPREAD_BPS,
            "pattern": _DECIMAL,
            "x-unit": "bps",
            "description": "Half of it is paid by an order that takes liquidity.",
        },
        "slippage_bps": {
            "type": "string",
            "title": "Slippage",
            "default": "0",
            "pattern": _DECIMAL,
            "x-unit": "bps",
        },
        "participation": {
            "type": "string",
            "title": "Participation",
            "default": "10",
            "pattern": _DECIMAL,
            "x-unit": "% of volume",
            "description": "The most of a bar's volume that orders may fill.",
        },
    },
}

_FORM: Final = Form(
    form_id="backtest",
    title="Backtest",
    method="POST",
    path="/backtests",
    mode=Mode.JOB,
    role=Role.TRADER,
    submit="Run backtest",
    result=Result(path="/backtests/{job_id}/result"),
    form_schema={
        "type": "object",
        "required": ["strategy", "data"],
        "properties": {
            "strategy": STRATEGY,
            "parameters": PARAMETERS,
            "data": {
                "type": "string",
                "title": "Data",
                "default": "sp500",
                "description": "A sample, files that were kept by a name, or what the desk has captured.",
                **DATA_CHOICE,
            },
            "start": {**_DAY, "title": "From", "description": "First day; empty for the data's first."},
            "end": {**_DAY, "title": "To", "description": "Last day, included; empty for the data's last."},
            "cash": {
                "type": "string",
                "title": "Cash",
                "default": CASH,
                "pattern": _DECIMAL,
                "x-unit": "USD",
            },
            "costs": _COSTS,
            "seed": {
                "type": "integer",
                "title": "Seed",
                "default": 0,
                "minimum": 0,
                "description": "The same seed gives the same run, to the last byte.",
            },
        },
    },
    presets=(
        Preset(
            title="No costs",
            values={"costs": {"fees": "none", "spread_bps": "0", "slippage_bps": "0"}},
        ),
        Preset(
            title="Dear costs",
            values={"costs": {"fees": "5bps", "spread_bps": "10", "slippage_bps": "5"}},
        ),
        Preset(title="The 1990s", values={"start": "1990-01-01", "end": "1999-12-31"}),
    ),
    doc="It runs in a process of its own, through the same trading core as live orders.",
)

_SUMMARY: Final = KpiOptions(
    items=(
        Figure(key="total_return", title="Total return", format=Format.PCT, good=Good.UP),
        Figure(key="annual_return", title="Annual return", format=Format.PCT, good=Good.UP),
        Figure(key="volatility", title="Volatility", format=Format.PCT),
        Figure(
            key="sharpe_ratio",
            title="Sharpe",
            format=Format.DECIMAL,
            good=Good.UP,
            doc="Mean excess return over its deviation (ddof 1), annualized.",
        ),
        Figure(key="sortino_ratio", title="Sortino", format=Format.DECIMAL, good=Good.UP),
        Figure(key="max_drawdown", title="Max drawdown", format=Format.PCT, good=Good.DOWN),
        Figure(key="calmar_ratio", title="Calmar", format=Format.DECIMAL, good=Good.UP),
        Figure(key="hit_rate", title="Hit rate", format=Format.PCT),
        Figure(key="profit_factor", title="Profit factor", format=Format.DECIMAL),
        Figure(key="turnover", title="Turnover a year", format=Format.DECIMAL),
        Figure(key="costs_total", title="Costs", format=Format.MONEY),
        Figure(key="ending_equity", title="Ending equity", format=Format.MONEY),
    )
)
_EQUITY: Final = LineOptions(
    x="ts",
    series=(Series(key="equity", title="Equity", area=True),),
    format=Format.MONEY,
    log=True,
    ranges=True,
    height=300,
)
_DRAWDOWN: Final = LineOptions(
    x="ts",
    series=(Series(key="drawdown", title="Drawdown", area=True, negate=True),),
    format=Format.PCT,
    ranges=True,
    height=150,
)
_MONTHLY: Final = HeatmapOptions(x="1", y="0", value="2", format=Format.PCT, x_labels=_MONTHS)

BACKTEST: Final = PageSpec(
    page_id="backtest",
    workspace=Workspace.STRATEGIES,
    path="/strategies/backtest",
    title="Backtest",
    doc="Run a strategy over recorded data and read its tear sheet, with the limits of the data said first.",
    kind=Kind.FORM,
    order=30,
    role=Role.VIEWER,
    keywords=("backtest", "tear sheet", "simulate", "sharpe", "drawdown"),
    sources={
        "strategies": LIBRARY_SOURCE,
        "names": DATA_SOURCE,
        "job": Source(path="/backtests/{job}", topic="jobs", refresh_s=5, optional=True),
        "result": Source(
            path="/backtests/{job}/result",
            when=Condition(data="/job/state", values=("DONE",)),
            optional=True,
        ),
    },
    forms=(_FORM,),
    layout=(
        Block(
            view=View.MARKDOWN,
            title="What went wrong",
            data="/result/warnings",
            opts=TextOptions(warning=True),
            span=3,
        ),
        Block(
            view=View.MARKDOWN,
            title="Limits of this result",
            data="/result/limits",
            opts=TextOptions(warning=True),
            span=3,
            doc="What the data and the run cannot show; read it before the figures.",
        ),
        Block(view=View.KPI, title="Summary", data="/result/summary", opts=_SUMMARY, span=3),
        Block(view=View.LINE, title="Equity", data="/result/equity", opts=_EQUITY, span=3),
        Block(
            view=View.LINE,
            title="Drawdown",
            data="/result/drawdown",
            opts=_DRAWDOWN,
            span=3,
            doc="Fall of equity from its highest mark so far, in percent of that mark.",
        ),
        Block(
            view=View.HEATMAP,
            title="Monthly returns",
            data="/result/monthly",
            opts=_MONTHLY,
            span=3,
            doc="Compounded by calendar month, UTC.",
        ),
        Block(
            view=View.TABLE,
            title="Round trips",
            data="/result/round_trips",
            opts=TableOptions(
                columns=(
                    Column("instrument_id", "Instrument", Format.ID),
                    Column("direction", "Direction", Format.STATUS),
                    Column("quantity", "Quantity", Format.QTY),
                    Column("opened", "Opened", Format.TIME),
                    Column("closed", "Closed", Format.TIME),
                    Column("entry_price", "Entry", Format.PRICE),
                    Column("exit_price", "Exit", Format.PRICE),
                    Column("pnl", "P&L", Format.MONEY, signed=True),
                ),
                filter=True,
                sort="-closed",
            ),
            span=3,
            empty="Nothing was opened and closed again.",
        ),
        Block(
            view=View.TABLE,
            title="Fills",
            data="/result/fills",
            opts=TableOptions(
                columns=(
                    Column("ts", "Time", Format.TIME),
                    Column("instrument_id", "Instrument", Format.ID),
                    Column("side", "Side", Format.SIDE),
                    Column("quantity", "Quantity", Format.QTY),
                    Column("price", "Price", Format.PRICE),
                    Column("commission", "Commission", align="right"),
                ),
                filter=True,
                sort="-ts",
            ),
            span=2,
            empty="Nothing was traded.",
        ),
        Block(
            view=View.JSON,
            title="Provenance",
            data="/result/provenance",
            doc="Versions and hashes from which the same run can be made again.",
        ),
    ),
)

BACKTESTS: Final = PageSpec(
    page_id="backtests",
    workspace=Workspace.STRATEGIES,
    path="/strategies/backtests",
    title="Backtest jobs",
    doc="Every backtest that was asked for, newest first.",
    kind=Kind.LIST,
    order=40,
    role=Role.VIEWER,
    keywords=("jobs", "queue", "backtests", "results"),
    sources={
        "jobs": Source(path="/backtests", query={"limit": "200"}, topic="jobs", refresh_s=15, paged=True)
    },
    actions=(CANCEL,),
    layout=(jobs_table("Strategy", "No backtest was run yet. Start one on the page Backtest."),),
)

_JOBS: Final = Choices(data="/jobs/items", value="job_id", title="asked")

COMPARE: Final = PageSpec(
    page_id="backtest-compare",
    workspace=Workspace.STRATEGIES,
    path="/strategies/compare",
    title="Compare",
    doc="Two backtests side by side: figures with their difference, and both curves in one chart.",
    kind=Kind.COMPARE,
    order=50,
    role=Role.VIEWER,
    keywords=("compare", "difference", "versus"),
    params=(
        Parameter(name="a", title="First", choices_from=_JOBS),
        Parameter(name="b", title="Second", choices_from=_JOBS),
    ),
    sources={
        "jobs": Source(path="/backtests", query={"limit": "200"}, topic="jobs"),
        "a": Source(path="/backtests/{a}/result", optional=True),
        "b": Source(path="/backtests/{b}/result", optional=True),
    },
    layout=(
        Block(view=View.KPI, title="Figures", data="/a/summary", opts=_SUMMARY, span=3),
        Block(view=View.LINE, title="Equity", data="/a/equity", opts=_EQUITY, span=3),
        Block(view=View.LINE, title="Drawdown", data="/a/drawdown", opts=_DRAWDOWN, span=3),
    ),
)

PAGES: Final = (BACKTEST, BACKTESTS, COMPARE)
