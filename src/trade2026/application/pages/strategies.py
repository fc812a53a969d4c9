"""Pages of strategies that trade live: the library, what runs, and one run in all its detail."""

from typing import Final

from trade2026.application.pages.columns import FILL_COLUMNS, ORDER_COLUMNS, RUN_COLUMNS
from trade2026.application.pages.spec import (
    Action,
    Block,
    Confirm,
    Form,
    Kind,
    PageSpec,
    Role,
    Source,
    View,
    Workspace,
)
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    KpiOptions,
    TableOptions,
)

LIBRARY_SOURCE: Final = Source(path="/strategies")
PARAMETERS: Final = {
    "type": "object",
    "title": "Parameters",
    "x-schema": {"data": "/strategies/items", "match": {"name": "strategy"}, "value": "schema"},
}
STRATEGY: Final = {
    "type": "string",
    "title": "Strategy",
    "x-choices": {"data": "/strategies/items", "value": "name"},
}

STOP: Final = Action(
    action_id="stop",
    title="Stop",
    method="POST",
    path="/strategy-runs/{run_id}/stop",
    role=Role.TRADER,
    row=True,
    when={"state": ("STARTING", "RUNNING", "RESTARTING")},
    is_danger=True,
    confirm=Confirm(
        title="Stop {run_id}",
        text="Its trading is halted and its open orders are canceled. Its positions stay.",
        reason=True,
    ),
)

LIBRARY: Final = PageSpec(
    page_id="strategies",
    workspace=Workspace.STRATEGIES,
    path="/strategies",
    title="Library",
    doc="Every strategy the desk knows. Start one on the account of the context bar, or backtest it first.",
    kind=Kind.LIST,
    order=10,
    role=Role.VIEWER,
    keywords=("strategies", "library", "start", "launch"),
    sources={
        "strategies": LIBRARY_SOURCE,
        "accounts": Source(path="/accounts", optional=True),
        "runs": Source(path="/strategy-runs", topic="strategy-runs", optional=True),
    },
    forms=(
        Form(
            form_id="start",
            title="Start a strategy",
            method="POST",
            path="/strategy-runs",
            form_schema={
                "type": "object",
                "required": ["strategy", "account_id"],
                "properties": {
                    "strategy": STRATEGY,
                    "account_id": {
                        "type": "string",
                        "title": "Account",
                        "x-choices": {"data": "/accounts/items", "value": "account_id"},
                        "x-fill": "{account}",
                    },
                    "parameters": PARAMETERS,
                },
            },
            submit="Start",
            role=Role.TRADER,
            done="/strategies/running",
            doc="It trades from the next bar on, within the limits of the account, until it is stopped.",
        ),
    ),
    layout=(
        Block(
            view=View.TABLE,
            title="Strategies",
            data="/strategies/items",
            opts=TableOptions(
                columns=(
                    Column("name", "Name", Format.ID),
                    Column("summary", "What it does"),
                    Column("name", "", link="/strategies?f.strategy={name}", text="Set up"),
                    Column("name", "", link="/strategies/backtest?f.strategy={name}", text="Backtest"),
                ),
            ),
            span=2,
            empty="No strategies were found.",
        ),
        Block(
            view=View.TABLE,
            title="Running now",
            data="/runs/items",
            opts=TableOptions(
                columns=RUN_COLUMNS[:3],
                row_key="run_id",
                where={"state": ("STARTING", "RUNNING", "RESTARTING", "STOPPING")},
            ),
            empty="No strategy runs.",
        ),
    ),
)

RUNNING: Final = PageSpec(
    page_id="strategies-running",
    workspace=Workspace.STRATEGIES,
    path="/strategies/running",
    title="Running",
    doc="Every run of a strategy, those that trade first. Stopping one halts it and cancels its orders.",
    kind=Kind.LIST,
    order=20,
    role=Role.VIEWER,
    keywords=("runs", "live", "stop", "strategies"),
    sources={"runs": Source(path="/strategy-runs", topic="strategy-runs", refresh_s=15)},
    actions=(STOP,),
    layout=(
        Block(
            view=View.TABLE,
            title="Runs",
            data="/runs/items",
            opts=TableOptions(
                columns=(
                    *RUN_COLUMNS,
                    Column("account_id", "Account", Format.ID),
                    Column("trader_id", "By", Format.ID),
                    Column("started", "Started", Format.TIME),
                    Column("stopped", "Stopped", Format.TIME),
                    Column("error", "Error"),
                ),
                row_key="run_id",
                filter=True,
                actions=("stop",),
            ),
            span=3,
            empty="No strategy was started yet. Choose one in the library.",
        ),
    ),
)

_RUN_KPI: Final = Block(
    view=View.KPI,
    title="Run",
    data="/run",
    opts=KpiOptions(
        items=(
            Figure(key="state", title="State", format=Format.STATUS),
            Figure(key="strategy", title="Strategy"),
            Figure(key="account_id", title="Account", format=Format.ID),
            Figure(key="orders", title="Orders", format=Format.QTY),
            Figure(key="fills", title="Fills", format=Format.QTY),
            Figure(key="realized", title="Realized", format=Format.MONEY),
            Figure(key="restarts", title="Restarts", format=Format.QTY),
            Figure(key="started", title="Started", format=Format.TIME),
            Figure(key="stopped", title="Stopped", format=Format.TIME),
            Figure(key="error", title="Error"),
        )
    ),
    span=3,
)

RUN: Final = PageSpec(
    page_id="strategy-run",
    workspace=Workspace.STRATEGIES,
    path="/strategies/running/{run_id}",
    title="Run",
    doc="One run of a strategy: what it does, its orders, fills, positions and what it said.",
    kind=Kind.DETAIL,
    order=21,
    role=Role.VIEWER,
    keywords=("run", "log"),
    sources={
        "run": Source(path="/strategy-runs/{run_id}", topic="strategy-runs", refresh_s=15),
        "orders": Source(
            path="/orders",
            query={"strategy_id": "{run_id}", "status": "all", "limit": "200"},
            topic="orders",
            paged=True,
        ),
        "fills": Source(
            path="/fills", query={"strategy_id": "{run_id}", "limit": "200"}, topic="fills", paged=True
        ),
        "log": Source(
            path="/strategy-runs/{run_id}/log",
            query={"after": "-1", "limit": "500"},
            refresh_s=5,
            optional=True,
        ),
    },
    actions=(
        Action(
            action_id="stop-this",
            title="Stop",
            method=STOP.method,
            path=STOP.path,
            role=STOP.role,
            confirm=STOP.confirm,
            when={"/run/state": ("STARTING", "RUNNING", "RESTARTING")},
            is_danger=True,
        ),
    ),
    layout=(
        _RUN_KPI,
        Block(
            view=View.TABLE,
            title="Orders",
            data="/orders/items",
            opts=TableOptions(columns=ORDER_COLUMNS, row_key="created_seq", filter=True),
            span=2,
            empty="It has sent no orders yet.",
        ),
        Block(
            view=View.TABLE,
            title="Positions",
            data="/run/positions",
            opts=TableOptions(
                columns=(
                    Column("instrument_id", "Instrument", Format.ID),
                    Column("quantity", "Quantity", Format.QTY, signed=True),
                ),
                row_key="instrument_id",
            ),
            empty="It holds nothing.",
            doc="What the fills of this run sum up to; the account may hold more from elsewhere.",
        ),
        Block(
            view=View.TABLE,
            title="Fills",
            data="/fills/items",
            opts=TableOptions(columns=FILL_COLUMNS, row_key="seq"),
            span=2,
            empty="None of its orders was filled yet.",
        ),
        Block(view=View.JSON, title="Parameters", data="/run/parameters"),
        Block(
            view=View.TABLE,
            title="Log",
            data="/log/items",
            opts=TableOptions(
                columns=(
                    Column("n", "Line", Format.ID),
                    Column("ts", "Time", Format.TIME),
                    Column("text", "Text"),
                ),
                row_key="n",
                filter=True,
                sort="-n",
            ),
            span=3,
            empty="It has said nothing.",
        ),
    ),
)

PAGES: Final = (LIBRARY, RUNNING, RUN)
