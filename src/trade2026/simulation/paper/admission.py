"""Why the venue would not take an order or a change of one, in words; "" when it would."""

from typing import Final

from trade2026.model.enums import OrderType, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingReplace
from trade2026.model.instrument import Instrument
from trade2026.model.money import notional
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import format_ns
from trade2026.simulation.paper.state import UNBOUNDED, WorkingOrder

_LIMIT: Final = OrderType.LIMIT
_DAY: Final = TimeInForce.DAY


def why_not_accept(order: OrderApproved, instrument: Instrument | None, arrival: int, venue: str) -> str:
    """The venue's words against a new order that arrives at `arrival`; "" when it is taken."""
    if instrument is None:
        return f"instrument_id {order.instrument_id!r} is not traded at {venue}"
    limit_price = order.limit_price
    if (order.order_type is _LIMIT) != (limit_price is not None):
        return "limit_price must be given for LIMIT and only for it"
    if order.time_in_force is _DAY:
        close = order.session_close
        if close == 0:
            return "DAY needs a session and none is known; use GTC, IOC or FOK"
        if arrival > close:
            return f"the order arrived after its session closed at {format_ns(close)}"
    text = _why_not_terms(order.order_qty, limit_price, instrument)
    if not text and instrument.min_notional:
        text = _why_not_notional(order.order_qty, limit_price or order.reference_price, instrument)
    return text


def why_not_replace(request: OrderPendingReplace, order: WorkingOrder, instrument: Instrument) -> str:
    """The venue's words against new terms of an open order; "" when they are taken."""
    if (order.limit == UNBOUNDED) != (request.limit_price is None):
        return "limit_price must be given for LIMIT and only for it"
    if request.order_qty <= order.cum_qty:
        return ""  # Nothing is left to trade, so no rule of trading applies.
    text = _why_not_terms(request.order_qty, request.limit_price, instrument)
    if not text and instrument.min_notional:
        text = _why_not_notional(
            request.order_qty, request.limit_price or request.reference_price, instrument
        )
    return text


def _why_not_terms(order_qty: int, limit_price: int | None, instrument: Instrument) -> str:
    lot_size, tick_size = instrument.lot_size, instrument.tick_size
    if order_qty <= 0 or order_qty % lot_size:
        return f"order_qty must be a positive multiple of {format_raw(lot_size)}, was {format_raw(order_qty)}"
    if order_qty < instrument.min_qty:
        return f"order_qty must be at least {format_raw(instrument.min_qty)}, was {format_raw(order_qty)}"
    if instrument.max_qty and order_qty > instrument.max_qty:
        return f"order_qty must be at most {format_raw(instrument.max_qty)}, was {format_raw(order_qty)}"
    if limit_price is not None and (limit_price <= 0 or limit_price % tick_size):
        price = format_raw(limit_price)
        return f"limit_price must be a positive multiple of {format_raw(tick_size)}, was {price}"
    return ""


def _why_not_notional(order_qty: int, price: int, instrument: Instrument) -> str:
    value = notional(price, order_qty, instrument.multiplier)
    if value < instrument.min_notional:
        return (
            f"the order must be worth at least {format_raw(instrument.min_notional)}, was {format_raw(value)}"
        )
    return ""
