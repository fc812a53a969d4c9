"""The parameters of a request, each read by name and kind; what was sent and not read is refused."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote_plus

import msgspec

from trade2026.web.binance import refusals
from trade2026.web.binance.amounts import raw_of
from trade2026.web.binance.refusals import Refusal

_INTEGER: Final = "^[0-9]{1,20}$"
_DECIMAL: Final = "^([0-9]{1,20})(\\.[0-9]{1,20})?$"
_NAME: Final = "^[a-zA-Z0-9-_]{1,36}$"
_IS_INTEGER: Final = re.compile(r"[0-9]{1,20}\Z")
_IS_DECIMAL: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?\Z")
_IS_NAME: Final = re.compile(r"[a-zA-Z0-9\-_.:/]{1,36}\Z")
_IS_KEY: Final = re.compile(r"[a-zA-Z0-9_]{1,64}\Z")
_COUNT_MAX: Final = 64
_VALUE_MAX: Final = 8_192
_STRINGS: Final = msgspec.json.Decoder(list[str])
_LIST: Final = '^\\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\\]$'


class Params:
    """Parameters by name, as text."""

    __slots__ = ("_read", "values")

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values
        self._read: set[str] = set()

    @classmethod
    def of_request(cls, query: bytes, body: bytes) -> "Params":
        """From a query string and a form; Refusal where they are none, or name something twice."""
        values: dict[str, str] = {}
        for part in (query, body):
            for pair in part.split(b"&") if part else ():
                try:
                    name, sign, value = pair.decode("ascii").partition("=")
                    if "%" in pair.decode() or "+" in value:
                        name, value = unquote_plus(name), unquote_plus(value, errors="strict")
                except UnicodeError:
                    raise Refusal(-1100, "Illegal characters found in a parameter.") from None
                _take(values, name, value, is_whole=bool(sign))
        return cls(values)

    @classmethod
    def of_message(cls, given: Mapping[str, Any]) -> "Params":
        """From the object of a message: numbers and lists as they stand in JSON."""
        values: dict[str, str] = {}
        for name, value in given.items():
            if value is None:
                continue
            _take(values, name, plain(value), is_whole=True)
        return cls(values)

    # --------------------------------------------------------------------------------------- by kind

    def optional(self, name: str) -> str | None:
        """A text; None where it was not sent, Refusal where it is empty."""
        value = self.values.get(name)
        if value is None:
            return None
        self._read.add(name)
        if not value:
            raise refusals.empty(name)
        return value

    def text(self, name: str) -> str:
        """A text that has to be there."""
        value = self.optional(name)
        if value is None:
            raise refusals.missing(name)
        return value

    def word(
        self, name: str, words: Mapping[str, Any], no: Callable[[], Refusal] | None = None
    ) -> str | None:
        """One of some words; None where it was not sent, the Refusal that `no` makes for any other."""
        value = self.optional(name)
        if value is not None and value not in words:
            raise refusals.not_valid(name) if no is None else no()
        return value

    def name(self, name: str) -> str | None:
        """What a client calls something; None where it was not sent."""
        value = self.optional(name)
        if value is not None and not _IS_NAME.match(value):
            raise refusals.illegal(name, _NAME)
        return value

    def integer(self, name: str, low: int = 0, high: int = 2**63 - 1) -> int | None:
        """A whole number within bounds; None where it was not sent."""
        value = self.optional(name)
        if value is None:
            return None
        if not _IS_INTEGER.match(value):
            raise refusals.illegal(name, _INTEGER)
        number = int(value)
        if not low <= number <= high:
            raise refusals.not_valid(name)
        return number

    def limit(self, default: int, most: int) -> int:
        """How many are asked for: more than there may be is taken for as many as there may be."""
        found = self.integer("limit", 1)
        return default if found is None else min(found, most)

    def decimal(self, name: str) -> int | None:
        """A decimal as units of 1e-9; None where it was not sent."""
        value = self.optional(name)
        if value is None:
            return None
        if not _IS_DECIMAL.match(value):
            raise refusals.illegal(name, _DECIMAL)
        raw = raw_of(value)
        if raw is None:
            raise refusals.too_precise(name)
        return raw

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self.optional(name)
        if value is None:
            return default
        if value.lower() not in ("true", "false"):
            raise refusals.illegal(name, "^(true|false)$")
        return value.lower() == "true"

    def strings(self, name: str) -> list[str] | None:
        """A list of texts, as JSON has it; None where it was not sent."""
        value = self.optional(name)
        if value is None:
            return None
        try:
            return _STRINGS.decode(value)
        except (msgspec.DecodeError, UnicodeError):
            raise refusals.illegal(name, _LIST) from None

    def refuse(self, *names: str) -> None:
        """Refusal where one of these was sent."""
        for name in names:
            if name in self.values:
                raise refusals.not_required(name)

    def done(self) -> None:
        """Refusal where something was sent that nobody read."""
        if len(self._read) != len(self.values):
            raise refusals.unread(len(self._read), len(self.values))


def plain(value: Any) -> str:
    """A value of a message as text, as it is signed; Refusal for what has no such text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return msgspec.json.encode(value).decode()
    raise Refusal(-1100, "Illegal characters found in a parameter.")


def _take(values: dict[str, str], name: str, value: str, *, is_whole: bool) -> None:
    if not is_whole or not _IS_KEY.match(name) or len(value) > _VALUE_MAX:
        raise Refusal(-1100, "Illegal characters found in a parameter.")
    if name in values:
        raise refusals.duplicate_parameter()
    if len(values) >= _COUNT_MAX:
        raise Refusal(-1101, "Too many parameters sent for this endpoint.")
    values[name] = value
