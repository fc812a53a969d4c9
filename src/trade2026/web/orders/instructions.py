"""What an order asks for beyond side, price and quantity: from the fields of a body to instructions."""

from typing import Final, NoReturn

from trade2026.application.period import parse_instant
from trade2026.model.enums import (
    ContingencyType,
    OrderType,
    TimeInForce,
    TrailingOffsetType,
    TriggerSource,
)
from trade2026.model.instructions import OrderInstructions
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX
from trade2026.web.errors import invalid
from trade2026.web.orders.bodies import OrderRequest, parse

STOPS: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
_LIMITED: Final = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_RESTING: Final = frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD})


def is_plain(body: OrderRequest) -> bool:
    """Whether the order asks for nothing beyond what a venue's LIMIT and MARKET orders have."""
    return (
        body.trigger_price is None
        and body.trailing_offset is None
        and body.display_qty is None
        and body.expire_time is None
        and not body.post_only
        and not body.reduce_only
        and body.contingency_type is None
        and body.list_id is None
        and body.parent_client_order_id is None
        and body.trigger_source is None
        and body.trailing_offset_type is None
        and body.time_in_force is not TimeInForce.GTD
        and body.order_type not in STOPS
    )


def check_limit_price(body: OrderRequest, at: str = "") -> None:
    """Raise ProblemRaised unless a limit price stands where the type wants one."""
    if body.limit_price is None and body.order_type in _LIMITED:
        raise invalid(f"{at}limit_price", f"limit_price must be given for {body.order_type}, was missing")
    if body.limit_price is not None and body.order_type not in _LIMITED:
        other = OrderType.LIMIT if body.order_type is OrderType.MARKET else OrderType.STOP_LIMIT
        raise invalid(
            f"{at}limit_price",
            f"limit_price must not be given for {body.order_type}",
            body.limit_price,
            f"send {other}, or leave it out",
        )


def instructions_of(body: OrderRequest, at: str = "") -> OrderInstructions:
    """The instructions of an order that is not plain; `at` begins the names of fields in problems.

    Raises
    ------
    ProblemRaised
        A field cannot be read, is missing, or stands where it means nothing; the problem says which.
    """
    return OrderInstructions(
        _trigger_price(body, at),
        body.trigger_source or TriggerSource.LAST,
        _trailing_offset(body, at),
        body.trailing_offset_type or TrailingOffsetType.PRICE,
        _display_qty(body, at),
        _expire_time(body, at),
        _post_only(body, at),
        body.reduce_only,
        _contingency_type(body, at),
        body.list_id or "",
        body.parent_client_order_id or "",
    )


def _misplaced(at: str, field: str, value: object, where: str) -> NoReturn:
    raise invalid(
        f"{at}{field}", f"{field} must stand on {where} only, was {value}", str(value), "leave it out"
    )


def _positive(text: str, field: str, at: str) -> int:
    raw = parse(text, f"{at}{field}")
    if raw <= 0:
        raise invalid(f"{at}{field}", f"{field} must be positive, was {text}", text, "send a larger one")
    return raw


def _trigger_price(body: OrderRequest, at: str) -> int | None:
    order_type = body.order_type
    if order_type not in STOPS:
        if body.trigger_price is not None:
            _misplaced(at, "trigger_price", body.trigger_price, "STOP, STOP_LIMIT and TRAILING_STOP orders")
        if body.trigger_source is not None:
            _misplaced(at, "trigger_source", body.trigger_source, "STOP, STOP_LIMIT and TRAILING_STOP orders")
        return None
    if body.trigger_price is not None:
        return parse(body.trigger_price, f"{at}trigger_price")
    if order_type is not OrderType.TRAILING_STOP:  # Which begins at the reference price without one.
        raise invalid(
            f"{at}trigger_price",
            f"trigger_price must be given for {order_type}, was missing",
            None,
            "send the price that triggers it",
        )
    return None


def _trailing_offset(body: OrderRequest, at: str) -> int:
    if body.order_type is not OrderType.TRAILING_STOP:
        if body.trailing_offset is not None:
            _misplaced(at, "trailing_offset", body.trailing_offset, "TRAILING_STOP orders")
        if body.trailing_offset_type is not None:
            _misplaced(at, "trailing_offset_type", body.trailing_offset_type, "TRAILING_STOP orders")
        return 0
    if body.trailing_offset is None:
        raise invalid(
            f"{at}trailing_offset",
            "trailing_offset must be given for TRAILING_STOP, was missing",
            None,
            "send the distance from the best price, or send STOP",
        )
    return _positive(body.trailing_offset, "trailing_offset", at)


def _display_qty(body: OrderRequest, at: str) -> int:
    if body.display_qty is None:
        return 0
    if body.order_type not in _LIMITED:
        _misplaced(at, "display_qty", body.display_qty, "LIMIT and STOP_LIMIT orders")
    if body.time_in_force not in _RESTING:
        _misplaced(at, "display_qty", body.display_qty, "DAY, GTC and GTD orders")
    shown = _positive(body.display_qty, "display_qty", at)
    if shown > parse(body.order_qty, f"{at}order_qty"):
        raise invalid(
            f"{at}display_qty",
            f"display_qty must be at most order_qty {body.order_qty}, was {body.display_qty}",
            body.display_qty,
            "leave it out to show all",
        )
    return shown


def _expire_time(body: OrderRequest, at: str) -> int:
    text = body.expire_time
    if body.time_in_force is not TimeInForce.GTD:
        if text is not None:
            _misplaced(at, "expire_time", text, "GTD orders")
        return 0
    field, example = f"{at}expire_time", "send an instant such as 2026-11-30T16:00:00Z"
    if text is None:
        raise invalid(field, "expire_time must be given for GTD, was missing", None, example)
    try:
        expire_time = parse_instant(text, "expire_time")
    except (InputError, OverflowError) as error:
        raise invalid(field, str(error), text, example) from None
    if not 0 < expire_time <= INT64_MAX:
        raise invalid(field, f"expire_time must be after 1970 and before 2262, was {text}", text, example)
    return expire_time


def _post_only(body: OrderRequest, at: str) -> bool:
    if body.post_only and body.order_type is not OrderType.LIMIT:
        _misplaced(at, "post_only", True, "LIMIT orders")
    if body.post_only and body.time_in_force not in _RESTING:
        _misplaced(at, "post_only", True, "DAY, GTC and GTD orders")
    return body.post_only


def _contingency_type(body: OrderRequest, at: str) -> ContingencyType | None:
    kind = body.contingency_type
    if kind is ContingencyType.OCO and body.list_id is None:
        raise invalid(
            f"{at}list_id",
            "list_id must be given for OCO, was missing",
            None,
            "give both orders the same one",
        )
    if kind is ContingencyType.OTO and body.parent_client_order_id is None:
        raise invalid(
            f"{at}parent_client_order_id",
            "parent_client_order_id must be given for OTO, was missing",
            None,
            "name the order whose fills arm this one",
        )
    if kind is None:
        for field in ("list_id", "parent_client_order_id"):
            value = getattr(body, field)
            if value is not None:
                _misplaced(at, field, value, "orders with a contingency_type")
    return kind
