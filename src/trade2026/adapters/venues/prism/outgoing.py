"""Orders in the words of the simulated market's line; what it has no words for is refused unsent."""

from typing import Final

from trade2026.model.enums import OrderType, TimeInForce, TriggerSource
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.instructions import OrderInstructions
from trade2026.ports.prism_trading import CLIENT_ID_MAX, Cancel, Place, Replace
from trade2026.primitives.errors import InputError

_PLAIN: Final = OrderInstructions()
_EXTERNAL: Final = "external:"
"""What the platform puts before the market's own id of an order that was placed without another."""


def place(order: OrderApproved, stamp: int, window_ns: int) -> Place:
    """A new order; InputError where the market could not do what it asks for."""
    more = order.instructions or _PLAIN
    for name in ("reduce_only", "contingency_type", "trailing_offset"):
        if getattr(more, name):
            raise InputError(f"{name} is not sent to this venue")
    if more.trigger_source is not TriggerSource.LAST:
        raise InputError(f"trigger_source must be LAST at this venue, was {more.trigger_source}")
    if not 0 < len(order.client_order_id) <= CLIENT_ID_MAX:
        raise InputError(
            f"client_order_id must have 1 to {CLIENT_ID_MAX} characters, had {len(order.client_order_id)}"
        )
    time_in_force, expire_time = order.time_in_force, more.expire_time
    if time_in_force is TimeInForce.DAY:
        is_at_once = order.order_type is OrderType.MARKET
        time_in_force = TimeInForce.IOC if is_at_once else TimeInForce.GTD
        expire_time = 0 if is_at_once else order.session_close
    return Place(
        stamp, window_ns, order.client_order_id, order.instrument_id, order.side, order.order_type,
        time_in_force, order.order_qty, order.limit_price, more.trigger_price, more.display_qty,
        expire_time, more.post_only,
    )  # fmt: skip


def cancel(request: OrderPendingCancel, stamp: int, window_ns: int) -> Cancel:
    """The end of an order."""
    return Cancel(stamp, window_ns, request.client_order_id, _known_as(request.orig_client_order_id))


def replace(request: OrderPendingReplace, stamp: int, window_ns: int) -> Replace:
    """Other terms of an order."""
    return Replace(
        stamp, window_ns, request.client_order_id, _known_as(request.orig_client_order_id),
        request.order_qty, request.limit_price, request.trigger_price,
    )  # fmt: skip


def _known_as(client_order_id: str) -> str:
    """What the market calls an order of this name."""
    return client_order_id.removeprefix(_EXTERNAL)
