"""Exact decimals as integers in units of 1e-9: text to raw, raw to text, and products with a named rounding.

Every price, quantity and amount of money is such a raw integer until analytics. Products of two
raws carry eighteen decimals; the functions here bring them back to nine and say how they round.
"""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import Final

from trade2026.primitives.errors import InputError

DECIMALS: Final = 9
UNIT: Final = 10**DECIMALS
"""Raw value of one: `raw == value * UNIT`."""

INT64_MAX: Final = 2**63 - 1
MONEY_MAX: Final = 2**127 - 1
"""The journal keeps money in sixteen signed bytes."""

_EXACT: Final = Context(prec=60, traps=[Inexact, InvalidOperation])  # Refuses to round.
_NINE_PLACES: Final = Decimal("1e-9")
_PLAIN: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z")
"""`Decimal` would also take spaces, underscores, digits of other scripts, NaN and Infinity."""


def parse_raw(text: str, what: str, *, maximum: int = INT64_MAX) -> int:
    """Read a decimal text such as "101.25" as units of 1e-9, exactly.

    Parameters
    ----------
    text : str
        A finite decimal with at most nine places; an exponent is allowed.
    what : str
        Name of the value, for the message.
    maximum : int
        Largest magnitude allowed, in raw units.

    Raises
    ------
    InputError
        The text is malformed, not finite, has a tenth decimal, or is beyond `maximum`.
    """
    if len(text) > 64:
        raise InputError(f"{what} must be a decimal of at most 64 characters, had {len(text)}")
    try:
        if not _PLAIN.match(text):
            raise ValueError
        raw = int(_EXACT.quantize(Decimal(text), _NINE_PLACES).scaleb(DECIMALS, context=_EXACT))
    except (ArithmeticError, ValueError):  # Malformed, or too many digits.
        raise InputError(f"{what} must be a decimal with at most nine places, was {text!r}") from None
    if abs(raw) > maximum:
        raise InputError(f"{what} must be at most {format_raw(maximum)} in magnitude, was {text!r}")
    return raw


@lru_cache(maxsize=8192)  # Prices and quantities of one time come again and again.
def format_raw(raw: int) -> str:
    """Write units of 1e-9 as the shortest exact decimal: 1500000000 is "1.5"."""
    sign = "-" if raw < 0 else ""
    whole, part = divmod(abs(raw), UNIT)
    if part == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{part:09d}".rstrip("0")


def div_half_even(numerator: int, denominator: int) -> int:
    """Quotient of two integers, `denominator` positive, ties rounded to the even neighbour."""
    quotient, remainder = divmod(numerator, denominator)
    double = remainder * 2
    if double > denominator or (double == denominator and quotient & 1):
        return quotient + 1
    return quotient


def multiply_half_even(a_raw: int, b_raw: int) -> int:
    """Product of two raws as a raw, ties rounded to the even neighbour."""
    return div_half_even(a_raw * b_raw, UNIT)


def encode_money(raw: int) -> bytes:
    """Sixteen bytes, signed, big-endian: how money stands in the journal.

    Raises
    ------
    InputError
        The amount does not fit; it is refused at the edge rather than wrapped.
    """
    try:
        return raw.to_bytes(16, "big", signed=True)
    except OverflowError:
        raise InputError(f"money must fit 127 bits at 1e-9, was {raw}") from None


def decode_money(data: bytes) -> int:
    """Inverse of `encode_money`; raises InputError unless there are exactly sixteen bytes."""
    if len(data) != 16:
        raise InputError(f"money must be 16 bytes, had {len(data)}")
    return int.from_bytes(data, "big", signed=True)
