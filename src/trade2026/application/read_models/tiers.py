"""A list whose newer rows are in memory and whose older ones are in a history, read as one."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import chain
from operator import attrgetter
from typing import Final, Generic, TypeVar

from trade2026.ports.history import History, HistoryKey, HistoryKind

RowT = TypeVar("RowT")

_BY_SEQ: Final = attrgetter("seq")
_DEAD_MIN: Final = 1_024
"""Dropped rows that an index may name before it is made anew."""


class SeqIndex:
    """Frames of rows, ascending: all of them, and those by account, instrument and strategy.

    What is dropped stays in it for a while: the caller looks whether a row is there.
    """

    __slots__ = ("_all", "_by", "_dead")

    def __init__(self) -> None:
        self._all = array("Q")
        self._by: dict[tuple[int, str], array[int]] = {}
        self._dead = 0

    def add(self, key: HistoryKey) -> None:
        """A row more, most often the newest."""
        _insert(self._all, key.seq)
        for where in _places(key):
            seqs = self._by.get(where)
            if seqs is None:
                seqs = self._by[where] = array("Q")
            _insert(seqs, key.seq)

    def drop(self, count: int, is_there: Callable[[int], bool]) -> None:
        """So many rows are gone; now and then the index is made anew from those that are there."""
        self._dead += count
        if self._dead < _DEAD_MIN or 2 * self._dead < len(self._all):
            return
        self._dead = 0
        self._all = array("Q", filter(is_there, self._all))
        kept = {where: array("Q", filter(is_there, seqs)) for where, seqs in self._by.items()}
        self._by = {where: seqs for where, seqs in kept.items() if seqs}

    def newest(
        self, below: int, accounts: frozenset[str] | None, instrument_id: str = "", strategy_id: str = ""
    ) -> Iterator[int]:
        """Frames under `below`, highest first, of the narrowest index; the caller still filters."""
        choices = [[self._all]]
        if accounts is not None:
            choices.append([self._by.get((0, name), array("Q")) for name in sorted(accounts)])
        for place, name in ((1, instrument_id), (2, strategy_id)):
            if name:
                choices.append([self._by.get((place, name), array("Q"))])
        narrowest = min(choices, key=lambda arrays: sum(map(len, arrays)))
        runs = [_backwards(seqs, below) for seqs in narrowest]
        return runs[0] if len(runs) == 1 else merge(*runs, reverse=True)


def _places(key: HistoryKey) -> Iterator[tuple[int, str]]:
    for place, name in enumerate((key.account_id, key.instrument_id, key.strategy_id)):
        if name:
            yield place, name


def _insert(seqs: "array[int]", seq: int) -> None:
    if not seqs or seqs[-1] < seq:
        seqs.append(seq)
        return
    at = bisect_left(seqs, seq)
    if seqs[at] != seq:  # It may be there since before it was dropped.
        seqs.insert(at, seq)


def _backwards(seqs: "array[int]", below: int) -> Iterator[int]:
    for position in range(bisect_left(seqs, below) - 1, -1, -1):
        yield seqs[position]


class Tiered(Generic[RowT]):
    """Rows by the frame they began with, which is where they stand in the list.

    A row in memory is the one that counts, should the history have an older state of it.

    Attributes
    ----------
    rows : dict
        Those in memory, by frame.
    """

    def __init__(self, kind: HistoryKind, history: History) -> None:
        self._kind = kind
        self._history = history
        self.rows: dict[int, RowT] = {}
        self._keys: dict[int, HistoryKey] = {}
        self._index = SeqIndex()
        self._top = 0  # No row of the history is above it.

    def add(self, key: HistoryKey, row: RowT) -> None:
        """A row that is new, or comes back from the history."""
        self.rows[key.seq] = row
        self._keys[key.seq] = key
        self._index.add(key)

    def key(self, seq: int) -> HistoryKey:
        """The key of a row in memory."""
        return self._keys[seq]

    def keep(self, kept: Iterable[tuple[int, bytes]]) -> None:
        """Move rows into the history; raises StoreUnavailable."""
        rows = [(self._keys[seq], body) for seq, body in kept]
        if not rows:
            return
        self._history.put(self._kind, rows)
        for key, _ in rows:
            del self.rows[key.seq], self._keys[key.seq]
        self._top = max(self._top, *(key.seq for key, _ in rows))
        self._index.drop(len(rows), self._keys.__contains__)

    def newest(
        self, below: int, accounts: frozenset[str] | None, instrument_id: str = "", strategy_id: str = ""
    ) -> Iterator[HistoryKey]:
        """Keys under frame `below`, highest first, narrowed by one of what is given; the caller filters.

        The history is not asked before its newest row may come.
        """
        keys = self._keys
        found = self._index.newest(below, accounts, instrument_id, strategy_id)
        live: Iterator[HistoryKey] = (keys[seq] for seq in found if seq in keys)
        for key in live:
            if key.seq < self._top:
                live = chain((key,), live)
                break
            yield key
        if self._top:
            old = self._history.keys(
                self._kind, below, accounts=accounts, instrument_id=instrument_id, strategy_id=strategy_id
            )
            yield from merge(live, (key for key in old if key.seq not in keys), key=_BY_SEQ, reverse=True)

    def of_order(self, below: int, order_id: int, live: Iterable[int]) -> Iterator[HistoryKey]:
        """Keys under frame `below` of one order, highest first; `live` are its frames in memory."""
        here = [self._keys[seq] for seq in sorted(live, reverse=True) if seq < below]
        old = self._history.keys(self._kind, below, order_id=order_id)
        return merge(here, (key for key in old if key.seq not in self._keys), key=_BY_SEQ, reverse=True)

    def bodies(self, keys: Iterable[HistoryKey]) -> dict[int, bytes]:
        """What the history has of those that are not in memory."""
        missing = [key.seq for key in keys if key.seq not in self.rows]
        return dict(self._history.bodies(self._kind, missing)) if missing else {}
