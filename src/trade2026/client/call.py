"""A request as it is described before it is sent, once for both clients."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote

import msgspec

from trade2026.client.rows import Rows, RowT
from trade2026.client.values import decode_value

T = TypeVar("T")
Decode = Callable[[bytes], T]

PREFIX: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request.

    Attributes
    ----------
    path : str
        Below the address of the desk, with its query.
    body : bytes or None
        JSON.
    decode : callable
        Makes the result of an answer's body.
    key : str
        The Idempotency-Key; "" for none.
    is_repeatable : bool
        Whether it may be sent again when it is not known what became of it.
    is_public : bool
        Whether it needs no login.
    """

    method: str
    path: str
    body: bytes | None
    decode: Decode[T]
    key: str = ""
    is_repeatable: bool = False
    is_public: bool = False


def decoder(kind: type[T]) -> Decode[T]:
    """Reads a result of a type."""
    return msgspec.json.Decoder(kind, dec_hook=decode_value).decode


class _Page(msgspec.Struct, Generic[RowT], frozen=True):
    items: tuple[RowT, ...]
    next_cursor: str | None = None
    as_of_seq: int | None = None


def rows_decoder(kind: type[RowT]) -> Decode[Rows[RowT]]:
    """Reads a list of rows of a type."""
    read = msgspec.json.Decoder(_Page[kind], dec_hook=decode_value)  # type: ignore[valid-type]

    def decode(body: bytes) -> Rows[RowT]:
        page = read.decode(body)
        return Rows(kind, page.items, page.next_cursor, page.as_of_seq)

    return decode


def nothing(body: bytes) -> None:
    """Reads an answer without a body."""


def text(body: bytes) -> str:
    """Reads plain text."""
    return body.decode()


def segment(value: object) -> str:
    """One part of a path, whatever it holds."""
    return quote(str(value), safe="")


def path_of(path: str, query: Mapping[str, object]) -> str:
    """A path of the interface with its query; None and "" are left out."""
    parts = [
        f"{name}={quote(_query_text(value), safe='')}"
        for name, value in query.items()
        if value is not None and value != ""
    ]
    return f"{PREFIX}{path}" + ("?" + "&".join(parts) if parts else "")


def _query_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def get(decode: Decode[T], path: str, query: Mapping[str, object] | None = None) -> Call[T]:
    """A request that changes nothing."""
    return Call("GET", path_of(path, query or {}), None, decode, is_repeatable=True)


def post(
    decode: Decode[T], path: str, body: Mapping[str, Any], *, key: str = "", is_repeatable: bool = False
) -> Call[T]:
    """A request that does something; with a key it can be repeated. What is None in the body is left out."""
    given = {name: value for name, value in body.items() if value is not None}
    encoded = msgspec.json.encode(given)
    return Call("POST", PREFIX + path, encoded, decode, key, is_repeatable or bool(key))
