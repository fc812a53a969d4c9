"""How orders are called there and here.

The venue takes client order ids of 36 characters at most and wants them unique among open orders. What an
order is called there has to lead back to its id after a restart, and nothing but the name would: so other
characters are escaped, and an order whose name would be too long is refused before it is sent. Ids of
cancels need not lead back: what they did shows in the order.
"""

import re
from typing import Final

from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import derive_identifier

EXTERNAL: Final = "external:"
"""Begins the id under which the core knows an order that has none of ours; its venue order id follows."""

CANCEL: Final = "c:"
"""Begins what a cancel is called there whose id does not fit."""

REPLACE: Final = "x:"
"""Begins what the cancel within a replace is called, so that it is never told as the end of the order."""

ESCAPED: Final = "k:"
"""Begins an id of ours that has other characters or one of these marks: such a byte is "/" and its hex."""

_LENGTH_MAX: Final = 36
_FITS: Final = re.compile(r"[a-zA-Z0-9\-_.:/]{1,36}\Z")
_STRANGE: Final = re.compile(rb"[^a-zA-Z0-9\-_.:]")
_ESCAPE: Final = re.compile(rb"/([0-9A-F]{2})")
_MARKS: Final = (CANCEL, REPLACE, ESCAPED, EXTERNAL)


def order_name(client_order_id: str) -> str:
    """What an order of ours is called there; InputError where that would be too long."""
    if _FITS.match(client_order_id) and not client_order_id.startswith(_MARKS):
        return client_order_id
    if len(name := _escaped(client_order_id)) > _LENGTH_MAX:
        raise InputError(
            f"client_order_id must be at most {_LENGTH_MAX} letters, digits and ._:/- at this venue "
            f"(others count three, and two more), was {client_order_id!r}"
        )
    return name


def _escaped(text: str) -> str:
    return ESCAPED + _STRANGE.sub(lambda found: b"/%02X" % found[0][0], text.encode()).decode()


def cancel_name(client_order_id: str) -> str:
    """What a cancel is called there: its own id, or one derived from it where that does not fit."""
    try:
        return order_name(client_order_id)
    except InputError:
        return _derived(CANCEL, client_order_id)


def replace_name(client_order_id: str) -> str:
    """What the cancel within a replace is called there."""
    return _derived(REPLACE, client_order_id)


def _derived(prefix: str, client_order_id: str) -> str:
    return prefix + derive_identifier("binance", client_order_id)


def our_id(name: str) -> str:
    """The id here of an order that is called so there."""
    if not name.startswith(ESCAPED):
        return name
    plain = _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), name[len(ESCAPED) :].encode())
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        return name
    return text if _escaped(text) == name else name  # Somebody else may call orders so.


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
