"""Which part of an order that the core sends in parts a report is about; pure.

A part is over before the next is sent, so what the venue says of an earlier one changes no terms and ends
nothing. Only executions still count: a bust or a correction, and what follows from it. As nobody knows
whether the venue works such a part again, the quantity that a bust takes back is not sent once more; it comes
off the total and returns to it with a fill.
"""

from collections.abc import Iterator

from trade2026.model.events import OrderArmed, OrderRestated
from trade2026.oms.retire import request_ids
from trade2026.oms.state import AccountOrders, Order


def is_of_earlier_part(account: AccountOrders, order: Order, client_order_id: str) -> bool:
    """Whether an id of the order belongs to a part before the one that was sent last; "" to none."""
    if not order.is_managed or not client_order_id or order.request_ids is None:
        return False
    for name in reversed(order.request_ids):  # Requests about a part stand behind the id it went under.
        if name == client_order_id:
            return False
        request = account.requests[name]
        if request.submit is None and request.change is None:
            return True
    return False


def part_of_id(account: AccountOrders, order: Order, client_order_id: str) -> str:
    """The id under which the part went that an id of the order belongs to; the first part's for "" too."""
    part = first = request_ids(order)[0]
    for name in request_ids(order):
        request = account.requests[name]
        if request.submit is None and request.change is None:
            part = name
        if name == client_order_id:
            return part
    return first


def part_cum_qty(order: Order) -> int:
    """What the venue's order filled: of one that the core sends in parts the part that was sent last."""
    return order.leg_cum if order.is_managed else order.cum_qty


def booked_qty(account: AccountOrders, order: Order, part: str) -> int:
    """What of the order's executions was of the part that went under this id, and stands."""
    executions = account.executions.get(order.instrument_id, {})
    return sum(
        booked.last_qty
        for booked in (executions[name] for name in order.execution_ids or ())
        if not booked.is_busted and part_of_id(account, order, booked.part_id) == part
    )


def move_total(order: Order, change: int, now: int) -> Iterator[OrderArmed | OrderRestated]:
    """Let the total follow an execution of an earlier part, so that nothing else of the order changes.

    An execution and the one that corrects it are one change, told with the first of them.
    """
    if change == 0:
        return
    if order.parent_id:
        yield OrderArmed(order.order_id, now, max(order.armed_qty + change, 0))
    text = "the venue filled an earlier part again"
    if change < 0:
        text = "a fill of an earlier part was taken back; its quantity is not sent again"
    yield OrderRestated(order.order_id, now, order.order_qty + change, order.limit_price, text)
