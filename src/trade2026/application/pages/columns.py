"""Columns and sources that several pages have alike, so that a thing looks the same wherever it is shown."""

from typing import Final

from trade2026.application.pages.spec import Source
from trade2026.application.pages.views import Column, Format

ACCOUNT: Final = Source(path="/accounts/{account}", topic="accounts")

FILL_COLUMNS: Final = (
    Column("ts", "Time", Format.TIME),
    Column("instrument_id", "Instrument", Format.ID),
    Column("side", "Side", Format.SIDE),
    Column("last_qty", "Quantity", Format.QTY),
    Column("last_px", "Price", Format.PRICE),
    Column("commission", "Commission", Format.MONEY),
    Column("realized", "Realized", Format.MONEY, signed=True),
    Column("strategy_id", "Strategy", Format.ID),
    Column("order_id", "Order", Format.ID, link="/trade?order={order_id}"),
)

ORDER_COLUMNS: Final = (
    Column("order_id", "Order", Format.ID, link="/trade?order={order_id}"),
    Column("created", "Created", Format.TIME),
    Column("instrument_id", "Instrument", Format.ID),
    Column("side", "Side", Format.SIDE),
    Column("order_type", "Type", Format.STATUS),
    Column("time_in_force", "Time in force", Format.ID),
    Column("order_qty", "Quantity", Format.QTY),
    Column("limit_price", "Limit", Format.PRICE),
    Column("trigger_price", "Trigger", Format.PRICE),
    Column("cum_qty", "Filled", Format.QTY),
    Column("average_price", "Average", Format.PRICE),
    Column("status", "Status", Format.STATUS),
    Column("strategy_id", "Strategy", Format.ID),
    Column("text", "Text"),
)

POSITION_COLUMNS: Final = (
    Column("instrument_id", "Instrument", Format.ID),
    Column("quantity", "Quantity", Format.QTY, signed=True),
    Column("average_price", "Average", Format.PRICE),
    Column("last_price", "Last", Format.PRICE),
    Column("market_value", "Value", Format.MONEY),
    Column("unrealized", "Unrealized", Format.MONEY, signed=True),
    Column("realized", "Realized", Format.MONEY, signed=True),
)

RUN_COLUMNS: Final = (
    Column("run_id", "Run", Format.ID, link="/strategies/running/{run_id}"),
    Column("strategy", "Strategy"),
    Column("state", "State", Format.STATUS),
    Column("orders", "Orders", Format.QTY),
    Column("fills", "Fills", Format.QTY),
    Column("realized", "Realized", Format.MONEY, signed=True),
)
