"""What an order was sent as, for a replace, which says only what changes."""

import msgspec

from trade2026.adapters.venues.binance.rows import OrderRow
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingReplace
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import parse_raw


def changed(old: OrderApproved, request: OrderPendingReplace) -> OrderApproved:
    """The order that a replace makes of another."""
    return msgspec.structs.replace(
        old, client_order_id=request.client_order_id, order_qty=request.order_qty,
        limit_price=request.limit_price,
    )  # fmt: skip


def as_sent(found: OrderRow, request: OrderPendingReplace) -> OrderApproved:
    """An order that this life has not sent, as the venue states it.

    Raises
    ------
    InputError
        It is more than a plain limit order, and what more could be lost.
    """
    if (found.type, found.time_in_force) != ("LIMIT", "GTC") or parse_raw(found.iceberg_qty, "icebergQty"):
        raise InputError("it was sent before this start and is no plain limit order; cancel and send anew")
    return OrderApproved(
        request.order_id, request.now, request.account_id, found.client_order_id, "", "",
        request.instrument_id, Side(found.side), OrderType.LIMIT, TimeInForce.GTC,
        parse_raw(found.orig_qty, "origQty"), parse_raw(found.price, "price"), request.reference_price,
        0, 0, 0, 0,
    )  # fmt: skip
