"""What is wrong with an order's terms by themselves; whether they suit instrument and limits is for risk."""

from typing import Final

from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import ContingencyType, OrderType, TimeInForce, TrailingOffsetType
from trade2026.model.instructions import OrderInstructions
from trade2026.primitives.fixed_point import INT64_MAX, UNIT, format_raw

CLIENT_ORDER_ID_LENGTH_MAX: Final = 64
OWN_PREFIX: Final = "T26~"
"""Begins the ids of requests that the core makes itself; nobody else may use it."""

STOPS: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
"""Types that wait for a price."""

_LIMITED: Final = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_FULL_BPS: Final = 10_000 * UNIT
_WAITING: Final = frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD})


def own_id(order_id: int, number: int) -> str:
    """The id of the core's request `number` for an order."""
    return f"{OWN_PREFIX}{order_id}~{number}"


def malformed_id(client_order_id: str) -> str | None:
    """Why this cannot be the id of a request; None when it can."""
    if not 0 < len(client_order_id) <= CLIENT_ORDER_ID_LENGTH_MAX:
        return "client_order_id must have 1 to 64 characters"
    if client_order_id[:4] == OWN_PREFIX:
        return f"client_order_id must not begin with {OWN_PREFIX!r}: such ids are the core's own"
    return None


def malformed(order_type: OrderType, order_qty: int, limit_price: int | None) -> str | None:
    """Why type, quantity and limit price do not go together; None when they do."""
    if not 0 < order_qty <= INT64_MAX:
        return f"order_qty must be positive and fit int64, was {order_qty}; to end an order cancel it"
    if limit_price is None:
        if order_type in _LIMITED:
            return f"limit_price must be given for {order_type}, was missing"
    elif order_type not in _LIMITED:
        instead = "LIMIT" if order_type is OrderType.MARKET else "STOP_LIMIT"
        return f"limit_price must not be given for {order_type}, was {limit_price}; send {instead}"
    elif not -INT64_MAX <= limit_price <= INT64_MAX:
        return f"limit_price must fit int64, was {limit_price}"
    return None


def malformed_instructions(command: SubmitOrder) -> str | None:
    """Why the instructions do not go with the order, or with one another; None when they do."""
    found = command.instructions
    order_type, time_in_force = command.order_type, command.time_in_force
    if found is None:
        if order_type in STOPS:
            return f"instructions must be given for {order_type}, were missing: it needs a trigger"
        if time_in_force is TimeInForce.GTD:
            return "expire_time must be given for GTD, was missing"
        return None
    return (
        _trigger(order_type, time_in_force, found)
        or _display(command, found)
        or _end(time_in_force, found)
        or _flags(order_type, time_in_force, found)
        or _list(found)
    )


def _trigger(order_type: OrderType, time_in_force: TimeInForce, found: OrderInstructions) -> str | None:
    trigger, offset = found.trigger_price, found.trailing_offset
    if order_type not in STOPS:
        if trigger is not None or offset:
            return f"trigger_price and trailing_offset must not be given for {order_type}; send STOP"
        return None
    if time_in_force not in _WAITING:
        return f"time_in_force of a {order_type} must be DAY, GTC or GTD, was {time_in_force}: it waits"
    if trigger is not None and not 0 < trigger <= INT64_MAX:
        return f"trigger_price must be positive and fit int64, was {trigger}"
    if order_type is not OrderType.TRAILING_STOP:
        if trigger is None:
            return f"trigger_price must be given for {order_type}, was missing"
        return None if offset == 0 else f"trailing_offset must not be given for {order_type}, was {offset}"
    if not 0 < offset <= INT64_MAX:
        return f"trailing_offset must be positive and fit int64, was {offset}"
    if found.trailing_offset_type is TrailingOffsetType.BASIS_POINTS and offset >= _FULL_BPS:
        return f"trailing_offset must be below 10000 basis points, was {format_raw(offset)}"
    return None


def _display(command: SubmitOrder, found: OrderInstructions) -> str | None:
    shown = found.display_qty
    if shown == 0:
        return None
    if not 0 < shown <= command.order_qty:
        return f"display_qty must be at most order_qty, was {format_raw(shown)}; 0 shows all"
    if command.order_type not in _LIMITED or command.time_in_force not in _WAITING:
        return "display_qty goes with LIMIT and STOP_LIMIT orders that are DAY, GTC or GTD"
    return None


def _end(time_in_force: TimeInForce, found: OrderInstructions) -> str | None:
    if time_in_force is TimeInForce.GTD:
        if not 0 < found.expire_time <= INT64_MAX:
            return f"expire_time must be given for GTD as UTC nanoseconds, was {found.expire_time}"
    elif found.expire_time:
        return f"expire_time must not be given for {time_in_force}, was {found.expire_time}; send GTD"
    return None


def _flags(order_type: OrderType, time_in_force: TimeInForce, found: OrderInstructions) -> str | None:
    if found.post_only and (order_type is not OrderType.LIMIT or time_in_force not in _WAITING):
        return f"post_only goes with LIMIT orders that may rest, was {order_type} {time_in_force}"
    return None


def _list(found: OrderInstructions) -> str | None:
    if found.contingency_type is None:
        if found.list_id or found.parent_client_order_id:
            return "contingency_type must be given with list_id or parent_client_order_id, was missing"
        return None
    if found.contingency_type is ContingencyType.OCO:
        return None if found.list_id else "list_id must be given for OCO, was empty: both orders share it"
    if not found.parent_client_order_id:
        return "parent_client_order_id must be given for OTO, was empty"
    return None
