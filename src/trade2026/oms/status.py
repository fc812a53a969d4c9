"""The one word for an order's state, derived from its facts by FIX precedence."""

from trade2026.model.enums import ExecType, OrderStatus
from trade2026.oms.state import DoneReason, Order, Working

_DONE = {
    DoneReason.FILLED: OrderStatus.FILLED,
    DoneReason.CANCELED: OrderStatus.CANCELED,
    DoneReason.EXPIRED: OrderStatus.EXPIRED,
    DoneReason.REJECTED: OrderStatus.REJECTED,
    DoneReason.NOT_RECEIVED: OrderStatus.NOT_RECEIVED,
}
_VENUE_HOLD = {
    ExecType.SUSPENDED: OrderStatus.SUSPENDED,
    ExecType.STOPPED: OrderStatus.STOPPED,
    ExecType.DONE_FOR_DAY: OrderStatus.DONE_FOR_DAY,
}


def order_status(order: Order) -> OrderStatus:
    """Status to report: a pending request outranks what lies below it, as in FIX's precedence table.

    A filled order whose cancel is unanswered is PENDING_CANCEL until the venue says the cancel came
    too late. An acknowledgement never lowers PARTIALLY_FILLED to NEW. UNKNOWN is an order of which the
    venue has given no sign since its sending failed; that a cancel or a replace is unknown is told by
    `unknown_ids` beside PENDING_CANCEL or PENDING_REPLACE.
    """
    if order.pending_cancel_id:
        return OrderStatus.PENDING_CANCEL
    if order.pending_replaces:
        return OrderStatus.PENDING_REPLACE
    if order.done_reason is not None:
        return _DONE[order.done_reason]
    if order.venue_hold is not None:
        return _VENUE_HOLD[order.venue_hold]
    if order.unknown_ids:
        return OrderStatus.UNKNOWN
    if order.cum_qty > 0:
        return OrderStatus.PARTIALLY_FILLED
    if order.working is Working.HELD:
        return OrderStatus.HELD
    return OrderStatus.NEW if order.working is Working.WORKING else OrderStatus.PENDING_NEW
