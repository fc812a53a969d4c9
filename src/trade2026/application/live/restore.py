"""Gives the paper venue its orders back after a restart: the venue is ours, so the journal knows them all."""

from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.oms.state import Order, Working
from trade2026.simulation.paper import PaperVenue
from trade2026.trading.core import Core


def restore_orders(core: Core, venue: PaperVenue, now: int) -> int:
    """Put every open order back on the venue's books, requests that were on their way included.

    An order that was sent and never acknowledged is taken as if it had arrived; a cancel or a replace that
    was not answered is sent again, and answered once time moves on. Orders keep their order among each
    other. Gives the number of orders restored.
    """
    oms = core.engines.oms
    open_ids = sorted(order_id for account in oms.accounts.values() for order_id in account.open_orders)
    restored = 0
    for order_id in open_ids:
        order = oms.orders[order_id]
        if order.leaves_qty == 0:
            continue
        is_acknowledged = order.working is Working.WORKING
        venue.restore(
            _request(order),
            cum_qty=order.cum_qty,
            venue_order_id=order.venue_order_id if is_acknowledged else "",
        )
        restored += 1
        if order.pending_replace_id:
            venue.replace(_pending_replace(order, now))
        if order.pending_cancel_id:
            venue.cancel(_pending_cancel(order, now))
    return restored


def _request(order: Order) -> OrderApproved:
    """The order as the venue took it. Its reference price has done its work and is not needed again."""
    return OrderApproved(
        order.order_id, order.ts_approved, order.account_id, order.client_order_id, order.trader_id,
        order.strategy_id, order.instrument_id, order.side, order.order_type, order.time_in_force,
        order.order_qty, order.limit_price, 0, order.ts_approved, 0, order.session_open, order.session_close,
    )  # fmt: skip


def _pending_cancel(order: Order, now: int) -> OrderPendingCancel:
    return OrderPendingCancel(
        order.order_id, now, order.account_id, order.pending_cancel_id, order.client_order_id,
        order.instrument_id,
    )  # fmt: skip


def _pending_replace(order: Order, now: int) -> OrderPendingReplace:
    return OrderPendingReplace(
        order.order_id, now, order.account_id, order.pending_replace_id, order.client_order_id,
        order.instrument_id, order.pending_order_qty, order.pending_limit_price, 0, 0,
    )  # fmt: skip
