"""What may be asked about orders: bodies as strict types."""

from functools import lru_cache
from typing import Annotated, Final

import msgspec

from trade2026.model.enums import (
    ContingencyType,
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerSource,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, parse_raw
from trade2026.web.errors import invalid

BATCH_MAX: Final = 500

Decimal = Annotated[
    str,
    msgspec.Meta(
        description="A decimal with at most nine places, as a string; JSON numbers are refused.",
        pattern=r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$",
        max_length=64,
        extra_json_schema={"examples": ["101.25"]},
    ),
]
Identifier = Annotated[
    str,
    msgspec.Meta(
        description="1 to 64 letters, digits and ._:/+- starting with a letter or digit.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/+-]*$",
        min_length=1,
        max_length=64,
    ),
]
Instant = Annotated[
    str,
    msgspec.Meta(
        description="RFC 3339 with a zone.",
        max_length=40,
        extra_json_schema={"examples": ["2026-11-30T16:00:00Z"], "format": "date-time"},
    ),
]


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to be sent; docs/order-types.md says what each type does and who does it.

    `limit_price` stands on LIMIT and STOP_LIMIT orders, `trigger_price` on the three stops, `trailing_offset`
    on TRAILING_STOP, `expire_time` on GTD, and only there.
    """

    account_id: Identifier
    instrument_id: Identifier
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce = TimeInForce.DAY
    order_qty: Decimal
    limit_price: Decimal | None = None
    client_order_id: Identifier | None = None
    strategy_id: Annotated[
        str, msgspec.Meta(max_length=64, pattern=r"^([A-Za-z0-9][A-Za-z0-9._:/+-]*)?$")
    ] = ""
    trigger_price: Decimal | None = None
    trigger_source: TriggerSource | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_type: TrailingOffsetType | None = None
    display_qty: Decimal | None = None
    expire_time: Instant | None = None
    post_only: bool = False
    reduce_only: bool = False
    contingency_type: ContingencyType | None = None
    list_id: Identifier | None = None
    parent_client_order_id: Identifier | None = None


class TakeProfit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The exit of a bracket with a profit: a LIMIT order on the other side."""

    limit_price: Decimal
    time_in_force: TimeInForce = TimeInForce.GTC
    expire_time: Instant | None = None
    client_order_id: Identifier | None = None


class StopLoss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The exit of a bracket with a loss: STOP, STOP_LIMIT with a limit, TRAILING_STOP with an offset."""

    trigger_price: Decimal | None = None
    limit_price: Decimal | None = None
    trigger_source: TriggerSource | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_type: TrailingOffsetType | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    expire_time: Instant | None = None
    client_order_id: Identifier | None = None


class BracketRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry with one exit or both; its fills arm the exits, and a fill of one reduces the other."""

    entry: OrderRequest
    take_profit: TakeProfit | None = None
    stop_loss: StopLoss | None = None


class BatchRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Orders to be decided in this order, in one go."""

    orders: Annotated[list[OrderRequest], msgspec.Meta(min_length=1, max_length=BATCH_MAX)]


class CancelRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request to cancel what is left of an order."""

    client_order_id: Identifier | None = None


class ReplaceRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request for other terms; `order_qty` is the new total, the filled part included.

    Without `trigger_price` the trigger stays as it is.
    """

    order_qty: Decimal
    limit_price: Decimal | None = None
    client_order_id: Identifier | None = None
    trigger_price: Decimal | None = None


@lru_cache(maxsize=4_096)
def _raw(text: str) -> int | None:
    """Raw units, None for what is no decimal; the same few prices and quantities come again and again."""
    try:
        return parse_raw(text, "it", maximum=INT64_MAX)
    except InputError:
        return None


def parse(text: str, field: str) -> int:
    """Raw units of a decimal field; ProblemRaised naming the field otherwise."""
    known = _raw(text)
    if known is not None:
        return known
    try:
        return parse_raw(text, field, maximum=INT64_MAX)
    except InputError as error:
        raise invalid(field, str(error), text[:200], "send a decimal within bounds") from None
