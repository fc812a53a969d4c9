"""The first page: what needs attention, how much money there is, what runs and what was traded."""

from typing import Final

from trade2026.application.pages.columns import ACCOUNT, FILL_COLUMNS, RUN_COLUMNS
from trade2026.application.pages.portfolio import EQUITY
from trade2026.application.pages.spec import Block, Kind, PageSpec, Role, Source, View, Workspace
from trade2026.application.pages.views import (
    Figure,
    Format,
    Good,
    KpiOptions,
    LineOptions,
    NoticesOptions,
    Rule,
    Series,
    TableOptions,
)

_SCOPES: Final = ("GLOBAL", "VENUE", "ACCOUNT", "INSTRUMENT")
"""Scopes whose halt is news; every strategy that was stopped stays halted in its own."""

_RULES: Final = (
    Rule(
        data="/venues/items",
        when={"state": ("PAUSED",)},
        severity="error",
        title="Venue {venue}: {state}",
        text="Only cancels go out. {text}",
        link="/ops/venues",
    ),
    Rule(
        data="/venues/items",
        when={"state": ("DOWN", "RECONCILING")},
        severity="warning",
        title="Venue {venue}: {state}",
        text="{text}",
        link="/ops/venues",
    ),
    Rule(
        data="/differences/items",
        when={"decision": ("ACCEPT", "REPAIR")},
        severity="error",
        title="Books differ from {venue}: {name}",
        text="Ours {ours}, the venue's {venues}. An operator decides.",
        link="/ops/reconciliation",
    ),
    Rule(
        data="/venues/items",
        unless={"unknown": ("0",)},
        severity="warning",
        title="Outcomes in doubt at {venue}: {unknown}",
        text="Sent and not answered; what they may fill stays reserved.",
        link="/ops/venues",
    ),
    Rule(
        data="/states/items",
        when={"state": ("HALTED",), "scope": _SCOPES},
        severity="error",
        title="Trading is halted: {scope} {target}",
        text="{text}",
        link="/ops/trading-state",
    ),
    Rule(
        data="/states/items",
        when={"state": ("REDUCING",)},
        severity="warning",
        title="Only reducing orders: {scope} {target}",
        text="{text}",
        link="/ops/trading-state",
    ),
    Rule(
        data="/services/items",
        unless={"state": ("RUNNING", "STARTING")},
        severity="error",
        title="Service {role}: {state}",
        text="{text}",
        link="/ops",
    ),
    Rule(
        data="/feed",
        when={"state": ("FAILED",)},
        severity="error",
        title="The market data feed has failed",
        text="{error}",
        link="/trade",
    ),
    Rule(
        data="/feed",
        when={"connected": ("false",)},
        severity="error",
        title="The trading core is away",
        text="Prices stand still and orders are refused until it is back; it is restarted by itself.",
        link="/ops",
    ),
    Rule(
        data="/feed",
        when={"state": ("PAUSED", "ENDED")},
        severity="info",
        title="Replay: {state}",
        text="Market data of {data} stands still; the controls are on the trade page.",
        link="/trade",
    ),
    Rule(
        data="/account",
        when={"stale": ("true",)},
        severity="warning",
        title="Prices of {account_id} are stale",
        text="Equity and unrealized P&L use the last known prices.",
        link="/portfolio",
    ),
    Rule(
        data="/runs/items",
        when={"state": ("FAILED", "RESTARTING")},
        severity="error",
        title="Strategy {run_id}: {state}",
        text="{error}",
        link="/strategies/running/{run_id}",
    ),
    Rule(
        data="/jobs/items",
        when={"state": ("FAILED", "INTERRUPTED")},
        severity="warning",
        title="Backtest of {title}: {state}",
        text="{error}",
        link="/strategies/backtest?job={job_id}",
    ),
)

_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Account",
        data="/account",
        opts=KpiOptions(
            items=(
                Figure(key="equity", title="Equity", format=Format.MONEY),
                Figure(
                    key="equity",
                    title="P&L since last mark",
                    format=Format.MONEY,
                    data="/equity/items",
                    reduce="change",
                    good=Good.UP,
                    doc="Equity at the latest mark less equity at the one before; daily data has one a day.",
                ),
                Figure(key="unrealized", title="Unrealized", format=Format.MONEY, good=Good.UP),
                Figure(key="realized", title="Realized", format=Format.MONEY, good=Good.UP),
                Figure(key="gross", title="Gross", format=Format.MONEY),
                Figure(key="net", title="Net", format=Format.MONEY),
                Figure(key="leverage", title="Leverage", format=Format.DECIMAL),
            )
        ),
        span=3,
    ),
    Block(
        view=View.LINE,
        title="Equity",
        data="/equity/items",
        opts=LineOptions(
            x="ts",
            series=(Series(key="equity", title="Equity", area=True),),
            format=Format.MONEY,
            ranges=True,
            height=260,
        ),
        span=2,
        empty="No marks yet: equity is struck at the close of each session of trading time.",
        doc="Equity at every mark that was journaled, in the account's base currency.",
    ),
    Block(
        view=View.NOTICES,
        title="Needs attention",
        data="",
        opts=NoticesOptions(rules=_RULES),
        empty="Nothing needs attention: services run, trading is active, the feed is live.",
    ),
    Block(
        view=View.TABLE,
        title="Strategies",
        data="/runs/items",
        opts=TableOptions(
            columns=(RUN_COLUMNS[0], RUN_COLUMNS[2], RUN_COLUMNS[5]),
            row_key="run_id",
            where={"state": ("STARTING", "RUNNING", "RESTARTING", "STOPPING", "FAILED")},
        ),
        empty="No strategy runs. Start one from the library under Strategies.",
    ),
    Block(
        view=View.TABLE,
        title="Recent fills",
        data="/fills/items",
        opts=TableOptions(columns=FILL_COLUMNS, row_key="seq"),
        span=2,
        empty="Nothing was traded yet. Send an order on the trade page, or start a strategy.",
    ),
)

HOME: Final = PageSpec(
    page_id="home",
    workspace=Workspace.HOME,
    path="/home",
    title="Home",
    doc="What needs attention, the account's equity, the strategies that run and the latest fills.",
    kind=Kind.BOARD,
    order=10,
    role=Role.VIEWER,
    keywords=("dashboard", "overview", "alerts", "attention", "start"),
    sources={
        "account": ACCOUNT,
        "equity": EQUITY,
        "states": Source(path="/trading-state", topic="trading-state", optional=True),
        "venues": Source(path="/venues", topic="venues", refresh_s=15, optional=True),
        "differences": Source(path="/reconciliations/differences", topic="venues", optional=True),
        "services": Source(path="/services", topic="services", refresh_s=15, optional=True),
        "feed": Source(path="/feed", topic="feed", optional=True),
        "runs": Source(path="/strategy-runs", topic="strategy-runs"),
        "jobs": Source(path="/backtests", query={"limit": "50"}, topic="jobs", optional=True),
        "fills": Source(
            path="/fills",
            query={"account_id": "{account}", "limit": "50"},
            topic="fills",
        ),
    },
    layout=_LAYOUT,
)
