"""What a strategy may pass to its context: exact types, because what it passes goes into the journal.

A word in place of an enumeration's member would be decided as the other side, and a float or an integer of
another library would make the journal unreadable. So they end here, as faults of the strategy.
"""

from typing import Final

from trade2026.model.enums import (
    ContingencyType,
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerSource,
)
from trade2026.model.instructions import OrderInstructions
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX

_LEAST: Final = -INT64_MAX - 1


def check_submit(
    side: Side, order_qty: int, order_type: OrderType, limit_price: int | None, time_in_force: TimeInForce
) -> None:
    """Raise InputError unless each argument of an order is of its very type and fits sixty-four bits."""
    if type(side) is not Side:
        raise InputError(f"side must be a member of Side such as Side.BUY, was {side!r}")
    if type(order_type) is not OrderType:
        raise InputError(
            f"order_type must be a member of OrderType such as OrderType.LIMIT, was {order_type!r}"
        )
    if type(time_in_force) is not TimeInForce:
        raise InputError(
            f"time_in_force must be a member of TimeInForce such as TimeInForce.GTC, was {time_in_force!r}"
        )
    check_terms(order_qty, limit_price)


def check_terms(order_qty: int, limit_price: int | None) -> None:
    """Raise InputError unless quantity and price are raw integers; if they are good ones, risk will say."""
    if type(order_qty) is not int or not _LEAST <= order_qty <= INT64_MAX:
        check_integer(order_qty, "order_qty", "a raw integer in units of 1e-9")
    if limit_price is not None:
        check_integer(limit_price, "limit_price", "None or a raw integer in units of 1e-9")


_INSTRUCTIONS: Final[dict[str, tuple[type, ...]]] = {
    "trigger_price": (int, type(None)),
    "trigger_source": (TriggerSource,),
    "trailing_offset": (int,),
    "trailing_offset_type": (TrailingOffsetType,),
    "display_qty": (int,),
    "expire_time": (int,),
    "post_only": (bool,),
    "reduce_only": (bool,),
    "contingency_type": (ContingencyType, type(None)),
    "list_id": (str,),
    "parent_client_order_id": (str,),
}


def check_instructions(instructions: OrderInstructions) -> None:
    """Raise InputError unless each instruction is of its very type; if they go together, risk will say."""
    if type(instructions) is not OrderInstructions:
        raise InputError(f"instructions must be OrderInstructions or None, was {instructions!r}")
    for name, kinds in _INSTRUCTIONS.items():
        value = getattr(instructions, name)
        if type(value) not in kinds:
            words = " or ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
            raise InputError(
                f"instructions.{name} must be {words}, was {value!r} of type {type(value).__name__}"
            )
        if type(value) is int:
            check_integer(value, f"instructions.{name}", "a raw integer in units of 1e-9")
        elif type(value) is str and writable(value) != value:
            raise InputError(f"instructions.{name} must be text that UTF-8 can write, was {value!r}")


def check_integer(value: int, name: str, what: str) -> None:
    """Raise InputError unless the value is an `int`, and not a subclass of it, of sixty-four bits."""
    if type(value) is not int:
        raise InputError(f"{name} must be {what}, was {value!r} of type {type(value).__name__}")
    if not _LEAST <= value <= INT64_MAX:
        raise InputError(f"{name} must fit sixty-four bits, was {value}")


def check_client_order_id(client_order_id: str, prefix: str) -> None:
    """Raise InputError unless it is text that can be written, and none of those the context makes itself."""
    if type(client_order_id) is not str or writable(client_order_id) != client_order_id:
        raise InputError(f"client_order_id must be text that UTF-8 can write, was {client_order_id!r}")
    if client_order_id.startswith(prefix):
        raise InputError(
            f"client_order_id must not begin with {prefix!r}, by which the desk names requests itself, "
            f"was {client_order_id!r}"
        )


def writable(text: str) -> str:
    """The text with what UTF-8 cannot write (lone surrogates) in backslashes."""
    return text.encode("utf-8", "backslashreplace").decode()
