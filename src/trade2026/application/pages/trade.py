"""Pages of trading: the trading page itself, drawn by code of its own, and the lists of orders and fills."""

from typing import Final

from trade2026.application.pages.columns import FILL_COLUMNS, ORDER_COLUMNS, POSITION_COLUMNS
from trade2026.application.pages.spec import (
    Action,
    Block,
    Confirm,
    Kind,
    PageSpec,
    Parameter,
    Role,
    Source,
    View,
    Workspace,
)
from trade2026.application.pages.views import CandlesOptions, Column, Format, TableOptions

_CANCEL: Final = Action(
    action_id="cancel",
    title="Cancel",
    method="POST",
    path="/orders/{order_id}/cancel",
    role=Role.TRADER,
    row=True,
    when={"status": ("PENDING_NEW", "NEW", "PARTIALLY_FILLED", "PENDING_REPLACE")},
    confirm=Confirm(
        title="Cancel order {order_id}", text="{side} {leaves_qty} {instrument_id} that is left."
    ),
)

TRADE: Final = PageSpec(
    page_id="trade",
    workspace=Workspace.TRADE,
    path="/trade",
    title="Trade",
    doc="Chart, order ticket with preview, orders, fills, positions and the controls of the replay.",
    kind=Kind.CUSTOM,
    order=10,
    role=Role.VIEWER,
    keywords=("chart", "ticket", "order", "buy", "sell", "replay", "watchlist"),
    sources={},
    layout=(),
)

ORDERS: Final = PageSpec(
    page_id="trade-orders",
    workspace=Workspace.TRADE,
    path="/trade/orders",
    title="Orders",
    doc="Every order of the account, also those that were refused, with the reason.",
    kind=Kind.LIST,
    order=20,
    role=Role.VIEWER,
    keywords=("orders", "blotter", "cancel", "history"),
    params=(
        Parameter(name="status", title="Status", default="all", choices=("all", "open", "done")),
        Parameter(name="instrument", title="Instrument", doc="Only orders of this one, such as AAPL.XNAS."),
    ),
    sources={
        "orders": Source(
            path="/orders",
            query={
                "account_id": "{account}",
                "status": "{status}",
                "instrument_id": "{instrument}",
                "limit": "200",
            },
            topic="orders",
            paged=True,
        )
    },
    actions=(_CANCEL,),
    layout=(
        Block(
            view=View.TABLE,
            title="Orders",
            data="/orders/items",
            opts=TableOptions(
                columns=ORDER_COLUMNS,
                row_key="created_seq",
                filter=True,
                actions=("cancel",),
                detail="failures",
            ),
            span=3,
            empty="No orders. Send one on the trade page, or start a strategy.",
        ),
    ),
)

FILLS: Final = PageSpec(
    page_id="trade-fills",
    workspace=Workspace.TRADE,
    path="/trade/fills",
    title="Fills",
    doc="Every execution of the account, newest first.",
    kind=Kind.LIST,
    order=30,
    role=Role.VIEWER,
    keywords=("fills", "executions", "trades", "commission"),
    params=(Parameter(name="instrument", title="Instrument", doc="Only fills of this one."),),
    sources={
        "fills": Source(
            path="/fills",
            query={"account_id": "{account}", "instrument_id": "{instrument}", "limit": "200"},
            topic="fills",
            paged=True,
        )
    },
    layout=(
        Block(
            view=View.TABLE,
            title="Fills",
            data="/fills/items",
            opts=TableOptions(
                columns=(
                    *FILL_COLUMNS,
                    Column("liquidity_side", "Liquidity", Format.STATUS),
                    Column("execution_id", "Execution", Format.ID),
                ),
                row_key="seq",
                filter=True,
            ),
            span=3,
            empty="Nothing was traded yet.",
        ),
    ),
)

INSTRUMENTS: Final = PageSpec(
    page_id="trade-instruments",
    workspace=Workspace.TRADE,
    path="/trade/instruments",
    title="Instruments",
    doc="What can be traded, with its rules; open one for its prices.",
    kind=Kind.LIST,
    order=40,
    role=Role.VIEWER,
    keywords=("instruments", "symbols", "universe", "tick size", "lot size"),
    sources={"instruments": Source(path="/instruments")},
    layout=(
        Block(
            view=View.TABLE,
            title="Instruments",
            data="/instruments/items",
            opts=TableOptions(
                columns=(
                    Column(
                        "instrument_id", "Instrument", Format.ID, link="/trade/instruments/{instrument_id}"
                    ),
                    Column("kind", "Kind", Format.STATUS),
                    Column("venue", "Venue", Format.ID),
                    Column("quote_currency", "Currency", Format.ID),
                    Column("tick_size", "Tick", Format.DECIMAL),
                    Column("lot_size", "Lot", Format.DECIMAL),
                    Column("calendar", "Calendar", Format.ID),
                    Column("order_types", "Orders"),
                    Column("times_in_force", "Times in force"),
                ),
                row_key="instrument_id",
                filter=True,
            ),
            span=3,
            empty="There are no instruments: the desk has no data.",
        ),
    ),
)

INSTRUMENT: Final = PageSpec(
    page_id="trade-instrument",
    workspace=Workspace.TRADE,
    path="/trade/instruments/{instrument_id}",
    title="Instrument",
    doc="Prices up to trading time, what the account holds of it, and its rules.",
    kind=Kind.DETAIL,
    order=41,
    role=Role.VIEWER,
    keywords=("instrument", "prices", "candles"),
    sources={
        "instrument": Source(path="/instruments/{instrument_id}"),
        "bars": Source(
            path="/bars",
            query={"instrument_id": "{instrument_id}", "limit": "1000"},
            needs=("instrument_id",),
            refresh_s=15,
        ),
        "positions": Source(
            path="/positions",
            query={"account_id": "{account}", "instrument_id": "{instrument_id}"},
            topic="positions",
            optional=True,
        ),
        "fills": Source(
            path="/fills",
            query={"account_id": "{account}", "instrument_id": "{instrument_id}", "limit": "200"},
            topic="fills",
            paged=True,
            optional=True,
        ),
    },
    layout=(
        Block(
            view=View.CANDLES,
            title="Prices",
            data="/bars/items",
            opts=CandlesOptions(x="ts", open="open", high="high", low="low", close="close", volume="volume"),
            span=3,
            empty="No prices up to trading time.",
            doc="Up to trading time, never beyond it. Where only closes are known, a line.",
        ),
        Block(
            view=View.TABLE,
            title="Position",
            data="/positions/items",
            opts=TableOptions(columns=POSITION_COLUMNS, row_key="account_id,instrument_id"),
            span=3,
            empty="The account holds none of it.",
        ),
        Block(
            view=View.TABLE,
            title="Fills",
            data="/fills/items",
            opts=TableOptions(columns=FILL_COLUMNS, row_key="seq"),
            span=2,
            empty="The account never traded it.",
        ),
        Block(view=View.JSON, title="Rules", data="/instrument"),
    ),
)

PAGES: Final = (TRADE, ORDERS, FILLS, INSTRUMENTS, INSTRUMENT)
