"""What most orders lack (triggers, display, lists) as it is kept beside the order and shown with it."""

from typing import Any

import msgspec

from trade2026.application.read_models.views import OrderView, format_optional, format_ts
from trade2026.model.instructions import OrderInstructions
from trade2026.primitives.fixed_point import format_raw


class Terms(msgspec.Struct, frozen=True, gc=False):
    """Of one order as of now; raw integers.

    Attributes
    ----------
    instructions : OrderInstructions or None
        As asked.
    trigger_price : int or None
        Where the trigger is now.
    armed_qty : int or None
        How much of an order that the core holds may be sent; None for others.
    prevented_qty : int
        What self-trade prevention took off.
    """

    instructions: OrderInstructions | None = None
    trigger_price: int | None = None
    armed_qty: int | None = None
    prevented_qty: int = 0


NO_TERMS = Terms()


def terms_fields(instructions: OrderInstructions) -> dict[str, Any]:
    """The fields of a view that instructions fill; what is not asked for keeps its default."""
    trailing = instructions.trailing_offset
    fields: dict[str, Any] = {
        "trigger_price": format_optional(instructions.trigger_price),
        "display_qty": format_raw(instructions.display_qty) if instructions.display_qty else None,
        "expire_time": format_ts(instructions.expire_time) if instructions.expire_time else None,
        "post_only": instructions.post_only,
        "reduce_only": instructions.reduce_only,
        "contingency_type": instructions.contingency_type,
        "list_id": instructions.list_id,
        "parent_client_order_id": instructions.parent_client_order_id,
    }
    if trailing:
        fields["trailing_offset"] = format_raw(trailing)
        fields["trailing_offset_type"] = instructions.trailing_offset_type
    if trailing or instructions.trigger_price is not None:
        fields["trigger_source"] = instructions.trigger_source
    return fields


def with_terms(view: OrderView, terms: Terms) -> OrderView:
    """The view with what is kept beside the order."""
    fields = {} if terms.instructions is None else terms_fields(terms.instructions)
    fields["trigger_price"] = format_optional(terms.trigger_price)
    if terms.armed_qty is not None:
        fields["armed_qty"] = format_raw(terms.armed_qty)
    if terms.prevented_qty:
        fields["prevented_qty"] = format_raw(terms.prevented_qty)
    return msgspec.structs.replace(view, **fields)
