"""The one word for an order's state, derived from its facts by FIX precedence."""

from trade2026.model.enums import OrderStatus
from trade2026.oms.state import DoneReason, Order, Working

_DONE = {
    DoneReason.FILLED: OrderStatus.FILLED,
    DoneReason.CANCELED: OrderStatus.CANCELED,
    DoneReason.EXPIRED: OrderStatus.EXPIRED,
    DoneReason.REJECTED: OrderStatus.REJECTED,
}


def order_status(order: Order) -> OrderStatus:
    """Status to report: a pending request outranks what lies below it, as in FIX's precedence table.

    A filled order whose cancel is unanswered is PENDING_CANCEL until the venue says the cancel came
    too late. An acknowledgement never lowers PARTIALLY_FILLED to NEW.
    """
    if order.pending_cancel_id:
        return OrderStatus.PENDING_CANCEL
    if order.pending_replace_id:
        return OrderStatus.PENDING_REPLACE
    if order.done_reason is not None:
        return _DONE[order.done_reason]
    if order.cum_qty > 0:
        return OrderStatus.PARTIALLY_FILLED
    return OrderStatus.NEW if order.working is Working.WORKING else OrderStatus.PENDING_NEW
