"""Orders in the venue's words; what it has no words for is refused before anything is sent."""

from typing import Final

from trade2026.adapters.venues.binance.names import (
    cancel_name,
    order_name,
    order_number,
    replace_name,
)
from trade2026.model.enums import OrderType, Side, TimeInForce, TriggerSource
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.instructions import OrderInstructions
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import format_raw

_TYPES: Final = {
    OrderType.LIMIT: "LIMIT",
    OrderType.MARKET: "MARKET",
    OrderType.STOP: "STOP_LOSS",
    OrderType.STOP_LIMIT: "STOP_LOSS_LIMIT",
}
_PRICED: Final = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_STOPS: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
_TIMES: Final = frozenset({TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK})
_PLAIN: Final = OrderInstructions()

Params = dict[str, str]


def new_order(order: OrderApproved, symbol: str) -> Params:
    """A new order; InputError where the venue could not do what it asks for."""
    return _terms(
        symbol, order.client_order_id, order.side, order.order_type, order.time_in_force, order.order_qty,
        order.limit_price, order.instructions or _PLAIN,
    )  # fmt: skip


def cancel_order(request: OrderPendingCancel, symbol: str) -> Params:
    """A cancel, of an order by its id, or by its number where it has none of ours."""
    number = order_number(request.orig_client_order_id)
    which = (
        {"orderId": str(number)}
        if number
        else {"origClientOrderId": order_name(request.orig_client_order_id)}
    )
    return {"symbol": symbol, **which, "newClientOrderId": cancel_name(request.client_order_id)}


def replace_order(request: OrderPendingReplace, symbol: str, old: OrderApproved) -> Params:
    """Cancel and new in one request, which does nothing unless the old order is open without any fill.

    The quantity asked for is the total. Of an order with fills the venue would need what is left of it, and
    a fill on the way would make it trade more than the total: so it is asked to stop there.

    Parameters
    ----------
    old : OrderApproved
        The order as it was sent, for what a replace does not change.
    """
    instructions = old.instructions or _PLAIN
    if request.trigger_price is not None:
        raise InputError(
            "a trigger price cannot be replaced at this venue; cancel the order and send another"
        )
    terms = _terms(
        symbol, request.client_order_id, old.side, old.order_type, old.time_in_force, request.order_qty,
        request.limit_price, instructions,
    )  # fmt: skip
    return {
        **terms,
        "cancelReplaceMode": "STOP_ON_FAILURE",
        "cancelRestrictions": "ONLY_NEW",
        "cancelOrigClientOrderId": order_name(request.orig_client_order_id),
        "cancelNewClientOrderId": replace_name(request.client_order_id),
    }


def _terms(
    symbol: str,
    name: str,
    side: Side,
    order_type: OrderType,
    time_in_force: TimeInForce,
    quantity: int,
    limit_price: int | None,
    instructions: OrderInstructions,
) -> Params:
    if problem := _why_not(order_type, time_in_force, instructions):
        raise InputError(problem)
    word = "LIMIT_MAKER" if instructions.post_only else _TYPES[order_type]
    params = {"symbol": symbol, "side": side.value, "type": word}
    if order_type in _PRICED and not instructions.post_only:
        params["timeInForce"] = time_in_force.value
    params["quantity"] = format_raw(quantity)
    if order_type in _PRICED:
        if limit_price is None:
            raise InputError(f"limit_price must be given for {order_type}")
        params["price"] = format_raw(limit_price)
    if order_type in _STOPS:
        if instructions.trigger_price is None:
            raise InputError(f"trigger_price must be given for {order_type}")
        params["stopPrice"] = format_raw(instructions.trigger_price)
    if instructions.display_qty:
        params["icebergQty"] = format_raw(instructions.display_qty)
    return {**params, "newClientOrderId": order_name(name), "newOrderRespType": "ACK"}


def _why_not(order_type: OrderType, time_in_force: TimeInForce, instructions: OrderInstructions) -> str:
    if order_type not in _TYPES:
        return f"order_type {order_type} is not sent to this venue"
    if time_in_force not in _TIMES and order_type in _PRICED:
        return f"time_in_force {time_in_force} is not sent to this venue; use GTC, IOC or FOK"
    if instructions.post_only and (order_type is not OrderType.LIMIT or time_in_force is not TimeInForce.GTC):
        return "post_only goes with LIMIT and GTC alone at this venue"
    if instructions.trigger_source is not TriggerSource.LAST:
        return f"trigger_source must be LAST at this venue, was {instructions.trigger_source}"
    if instructions.display_qty and not (order_type in _PRICED and time_in_force is TimeInForce.GTC):
        return "display_qty goes with a limit price and GTC alone at this venue"
    for name in ("reduce_only", "contingency_type", "trailing_offset", "expire_time"):
        if getattr(instructions, name):
            return f"{name} is not sent to this venue"
    return ""
