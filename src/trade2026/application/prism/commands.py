"""Requests of the line as commands of a book: units become ticks and lots, what does not fit is named."""

from typing import Final

from trade2026.application.prism.instruments import ORDER_TYPES, TIMES_IN_FORCE
from trade2026.matching.clearing import Listing
from trade2026.matching.words import PlaceOrder, ReplaceOpen
from trade2026.model.enums import TimeInForce
from trade2026.ports.prism_trading import CLIENT_ID_MAX, Place, Replace
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import format_raw

_TICK: Final = "tick_size"
_LOT: Final = "lot_size"


def to_place(order: Place, account_id: str, order_id: int, listing: Listing) -> PlaceOrder:
    """The command; InputError naming what does not fit the market."""
    if order.order_type not in ORDER_TYPES:
        raise InputError(f"order_type must be one of {', '.join(ORDER_TYPES)}, was {order.order_type}")
    if order.time_in_force not in TIMES_IN_FORCE:
        raise InputError(
            f"time_in_force must be one of {', '.join(TIMES_IN_FORCE)} in a market that never closes, was "
            f"{order.time_in_force}"
        )
    if order.expire_time and order.time_in_force is not TimeInForce.GTD:
        raise InputError(f"expire_time goes with GTD alone, was given with {order.time_in_force}")
    return PlaceOrder(
        order_id, account_id, order.side, order.order_type, order.time_in_force,
        _lots(order.order_qty, "order_qty", listing), _ticks(order.limit_price, "limit_price", listing),
        _ticks(order.trigger_price, "trigger_price", listing),
        _lots(order.display_qty, "display_qty", listing), order.expire_time, order.post_only,
    )  # fmt: skip


def to_replace(request: Replace, order_id: int, listing: Listing) -> ReplaceOpen:
    """The command; InputError naming what does not fit the market."""
    return ReplaceOpen(
        order_id, _lots(request.order_qty, "order_qty", listing),
        _ticks(request.limit_price, "limit_price", listing),
        _ticks(request.trigger_price, "trigger_price", listing),
    )  # fmt: skip


def check_name(client_order_id: str) -> None:
    """InputError for what nothing can be called."""
    if not 0 < len(client_order_id) <= CLIENT_ID_MAX:
        raise InputError(
            f"client_order_id must have 1 to {CLIENT_ID_MAX} characters, had {len(client_order_id)}"
        )


def _ticks(price: int | None, name: str, listing: Listing) -> int | None:
    return None if price is None else _whole(price, name, listing.tick_size, _TICK)


def _lots(quantity: int, name: str, listing: Listing) -> int:
    return _whole(quantity, name, listing.lot_size, _LOT)


def _whole(raw: int, name: str, unit: int, of: str) -> int:
    whole, rest = divmod(raw, unit)
    if rest:
        raise InputError(f"{name} must be a multiple of {of} {format_raw(unit)}, was {format_raw(raw)}")
    return whole
