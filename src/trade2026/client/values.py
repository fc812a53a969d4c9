"""Decimals and times as they cross the line: exact text there, `Decimal` and integer nanoseconds here."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

import msgspec

from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS, format_ns, to_datetime, to_unix_ns

Amount: TypeAlias = Decimal | int | str
"""A price, quantity or sum of money as it may be given; floats are refused, they are not what they seem."""

Moment: TypeAlias = str | int | date | datetime
"""A day ("1990-01-02" or a date) or an instant: text or a datetime with a zone, or UTC nanoseconds."""

_INSTANT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z\Z")
_NUMBER: Final = re.compile(r"(-?[0-9]+) ns\Z")
_EXPONENT_MAX: Final = 40


class Timestamp(int):
    """An instant: UTC nanoseconds since 1970, an int in every respect; arithmetic gives plain ints."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "Timestamp":
        """The instant of an RFC 3339 text in UTC with up to nine decimals; raises InputError."""
        found = _INSTANT.match(text)
        if found is not None:
            try:
                seconds = to_unix_ns(datetime.fromisoformat(found[1]).replace(tzinfo=UTC))
            except ValueError as error:
                raise InputError(f"time must be one a calendar has, was {text!r}: {error}") from None
            return cls(seconds + int((found[2] or "").ljust(9, "0")))
        number = _NUMBER.match(text)  # So the desk shows what a venue calls a time and is none.
        if number is not None:
            return cls(int(number[1]))
        raise InputError(f"time must be as 1990-01-02T21:00:00Z, was {text[:80]!r}")

    @property
    def text(self) -> str:
        """RFC 3339 in UTC, such as "1990-01-02T21:00:00Z"; the number itself for one beyond the calendar."""
        try:
            return format_ns(self)
        except InputError:
            return f"{int(self)} ns"

    def to_datetime(self) -> datetime:
        """A datetime in UTC; what is below a microsecond is cut. Raises InputError beyond the calendar."""
        return to_datetime(int(self))


def decode_value(kind: type, value: Any) -> Any:
    """A field of a type that JSON does not know; msgspec's `dec_hook`."""
    if kind is Timestamp and isinstance(value, str):
        try:
            return Timestamp.parse(value)
        except InputError as error:
            raise ValueError(str(error)) from None
    raise NotImplementedError(f"{kind.__name__} cannot be read from {type(value).__name__}")


def encode_value(value: Any) -> Any:
    """The other way: msgspec's `enc_hook`."""
    if isinstance(value, Timestamp):
        return value.text
    if hasattr(value, "to_builtins"):
        return value.to_builtins()
    raise NotImplementedError(f"{type(value).__name__} has no JSON")


def to_json(value: Any) -> str:
    """Any result as the desk's own JSON: decimals and times as text."""
    return msgspec.json.encode(value, enc_hook=encode_value).decode()


def to_plain(value: Any) -> Any:
    """Any result as dicts, lists, text and numbers, as its JSON has them."""
    return msgspec.to_builtins(value, enc_hook=encode_value)


def amount_text(value: Amount, name: str) -> str:
    """A decimal as the desk takes it; raises InputError naming the parameter for a float or no number."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise InputError(
            f"{name} must be a Decimal, an int or text such as '101.25', "
            f"was the {type(value).__name__} {value!r}"
        )
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise InputError(f"{name} must be a decimal such as '101.25', was {value!r}") from None
    if not number.is_finite() or abs(number.adjusted()) > _EXPONENT_MAX:
        raise InputError(f"{name} must be a finite decimal within bounds, was {value!r}")
    return format(number, "f")


def moment_text(value: Moment | None, name: str) -> str | None:
    """A day or an instant as the desk takes it; None stays None. Raises InputError naming the parameter."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | float):
        raise InputError(f"{name} must be a day or UTC nanoseconds, was {value!r}")
    if isinstance(value, int):
        return format_ns(int(value))
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InputError(f"{name} must have a zone, was {value.isoformat()}; add tzinfo=UTC")
        return format_ns(to_unix_ns(value.astimezone(UTC)))
    return value.isoformat()


def seconds_of(ns: int) -> float:
    """Nanoseconds as seconds."""
    return ns / SECOND_NS
