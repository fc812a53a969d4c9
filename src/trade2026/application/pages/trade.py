"""Pages of trading: the trading page itself, drawn by code of its own, and the lists of orders and fills."""

from typing import Final

from trade2026.application.pages.columns import FILL_COLUMNS, ORDER_COLUMNS
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
from trade2026.application.pages.views import Column, Format, TableOptions

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

PAGES: Final = (TRADE, ORDERS, FILLS)
