"""How orders are called there and here.

The venue takes client order ids of 36 characters at most and wants them unique among open orders. An id of
ours that is not like that cannot be sent: the venue's word has to lead back to it after a restart, and
nothing but the id would. So such an order is refused before it is sent. Ids of cancels need not lead back:
what they did shows in the order.
"""

import re
from typing import Final

from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import check_identifier, derive_identifier

EXTERNAL: Final = "external:"
"""Begins the id under which the core knows an order that has none of ours; its venue order id follows."""

CANCEL: Final = "c:"
"""Begins what a cancel is called there whose id does not fit."""

REPLACE: Final = "x:"
"""Begins what the cancel within a replace is called, so that it is never told as the end of the order."""

_FITS: Final = re.compile(r"[a-zA-Z0-9\-_.:/]{1,36}\Z")


def why_not_order_id(client_order_id: str) -> str:
    """Why an order cannot go under this id, or ""."""
    if not _FITS.match(client_order_id):
        return (
            f"client_order_id must be 1 to 36 letters, digits and ._:/- at this venue, "
            f"was {client_order_id!r}"
        )
    if client_order_id.startswith((CANCEL, REPLACE, EXTERNAL)):
        marks = f"{CANCEL}, {REPLACE} or {EXTERNAL}"
        return f"client_order_id must not begin with {marks}, was {client_order_id!r}"
    return ""


def cancel_name(client_order_id: str) -> str:
    """What a cancel is called there: its own id, or one derived from it where that does not fit."""
    return client_order_id if not why_not_order_id(client_order_id) else _derived(CANCEL, client_order_id)


def replace_name(client_order_id: str) -> str:
    """What the cancel within a replace is called there."""
    return _derived(REPLACE, client_order_id)


def _derived(prefix: str, client_order_id: str) -> str:
    return prefix + derive_identifier("binance", client_order_id)


def our_id(name: str) -> str:
    """The id here of an order that is called so there; "" where it could be none of ours."""
    try:
        return check_identifier(name, "client_order_id")
    except InputError:
        return ""


def venue_order_id(symbol: str, number: int) -> str:
    """The venue numbers orders by symbol, so both name one."""
    return f"{symbol}:{number}"


def order_number(client_order_id: str) -> int | None:
    """The venue's number in the id of an order that has no other; None for any other id."""
    if not client_order_id.startswith(EXTERNAL):
        return None
    digits = client_order_id.rpartition(":")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else None


def execution_id(trade: int, *, is_buy: bool) -> str:
    """Of one side of a trade: both may be ours."""
    return f"{trade}:{'B' if is_buy else 'S'}"
