"""Lists a page at a time, newest first, with opaque cursors."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from trade2026.primitives.errors import InputError

ViewT = TypeVar("ViewT")
RowT = TypeVar("RowT")

LIMIT_MAX: Final = 1_000
SCAN_MAX: Final = 20_000
"""Most rows looked at for one page of a list that is in memory."""


class Page(msgspec.Struct, Generic[ViewT], frozen=True):
    """A part of a list.

    `next_cursor` asks for what follows; None at the end. A page may hold fewer than asked, even none, and
    still have a cursor: the work for one page is bounded. `as_of_seq` is the journal's number it shows.
    """

    items: tuple[ViewT, ...]
    next_cursor: str | None
    as_of_seq: int


def encode_cursor(kind: str, position: int) -> str:
    """An opaque cursor of a list of this kind."""
    return urlsafe_b64encode(f"{kind}:{position}".encode()).decode().rstrip("=")


def decode_cursor(kind: str, cursor: str | None) -> int | None:
    """The position of a cursor; None for None. Raises InputError for what no page of this list gave."""
    if cursor is None:
        return None
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        found, _, position = text.partition(":")
        if found == kind and position.isdecimal() and len(position) <= 24:
            return int(position)
    except ValueError:
        pass
    raise InputError(f"cursor must be the next_cursor of a page of this list, was {cursor[:80]!r}")


def check_limit(limit: int, maximum: int = LIMIT_MAX) -> int:
    """Return the limit, or raise InputError."""
    if not 1 <= limit <= maximum:
        raise InputError(f"limit must be in [1, {maximum}], was {limit}")
    return limit


class Picked(NamedTuple, Generic[RowT]):
    """Rows of one page, newest first, and the place below which the next page begins; None at the end."""

    rows: list[RowT]
    below: int | None


def pick(
    rows: Iterator[RowT],
    keep: Callable[[RowT], bool],
    limit: int,
    scan_max: int = SCAN_MAX,
    *,
    place: Callable[[Any], int] = int,
) -> Picked[RowT]:
    """The first `limit` rows that are kept, looking at `scan_max` at most; `place` is where a row stands."""
    found: list[RowT] = []
    for scanned, row in enumerate(rows):
        if scanned == scan_max:
            return Picked(found, place(row) + 1)
        if keep(row):
            if len(found) == limit:
                return Picked(found, place(found[-1]))
            found.append(row)
    return Picked(found, None)
