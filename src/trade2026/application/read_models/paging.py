"""Lists a page at a time, newest first: opaque cursors, and indexes that find the rows of a filter."""

from array import array
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from collections.abc import Callable, Iterator
from heapq import merge
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec

from trade2026.primitives.errors import InputError

ViewT = TypeVar("ViewT")

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


class Picked(NamedTuple):
    """Rows of one page, newest first, and the row below which the next page begins; None at the end."""

    rows: list[int]
    below: int | None


def pick(rows: Iterator[int], keep: Callable[[int], bool], limit: int, scan_max: int = SCAN_MAX) -> Picked:
    """The first `limit` rows that are kept, looking at `scan_max` at most."""
    found: list[int] = []
    for scanned, row in enumerate(rows):
        if scanned == scan_max:
            return Picked(found, row + 1)
        if keep(row):
            if len(found) == limit:
                return Picked(found, found[-1])
            found.append(row)
    return Picked(found, None)


class RowIndex:
    """Row numbers (0, 1, 2 ... in order of time) by account, instrument and strategy."""

    __slots__ = ("_accounts", "_instruments", "_strategies", "count")

    def __init__(self) -> None:
        self._accounts: dict[str, array[int]] = {}
        self._instruments: dict[str, array[int]] = {}
        self._strategies: dict[str, array[int]] = {}
        self.count = 0

    def add(self, account_id: str, instrument_id: str, strategy_id: str) -> int:
        """Number the next row and give the number."""
        row = self.count
        self.count = row + 1
        for index, key in (
            (self._accounts, account_id),
            (self._instruments, instrument_id),
            (self._strategies, strategy_id),
        ):
            if key:
                rows = index.get(key)
                if rows is None:
                    rows = index[key] = array("Q")
                rows.append(row)
        return row

    def newest(
        self,
        below: int,
        accounts: frozenset[str] | None,
        instrument_id: str | None = None,
        strategy_id: str | None = None,
    ) -> Iterator[int]:
        """Rows under `below`, highest first, of the narrowest index; the caller still filters."""
        choices: list[tuple[int, list[array[int]]]] = []
        if accounts is not None:
            chosen = [rows for key in sorted(accounts) if (rows := self._accounts.get(key)) is not None]
            choices.append((sum(len(rows) for rows in chosen), chosen))
        for index, key in ((self._instruments, instrument_id), (self._strategies, strategy_id)):
            if key:
                found = index.get(key)
                choices.append((0, []) if found is None else (len(found), [found]))
        if not choices:
            return iter(range(min(below, self.count) - 1, -1, -1))
        _, arrays = min(choices, key=lambda choice: choice[0])
        runs = [_backwards(rows, below) for rows in arrays]
        return runs[0] if len(runs) == 1 else merge(*runs, reverse=True)


def _backwards(rows: "array[int]", below: int) -> Iterator[int]:
    for position in range(bisect_left(rows, below) - 1, -1, -1):
        yield rows[position]
