"""`ports.history.History` in a SQLite file that lives as long as its process."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from heapq import merge
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from trade2026.ports.history import HistoryKey, HistoryKind
from trade2026.primitives.errors import StoreUnavailable

_STEP: Final = 256
"""Keys that are read at a time."""
_VARIABLES_MAX: Final = 500

_SCHEMA: Final = """
create table {kind} (
    seq integer primary key, order_id integer not null, account text not null, instrument text not null,
    strategy text not null, body blob not null
);
create index {kind}_account on {kind} (account, seq);
create index {kind}_instrument on {kind} (instrument, seq);
create index {kind}_strategy on {kind} (strategy, seq);
create index {kind}_order on {kind} (order_id, seq);
"""
_OTHERS: Final = """
create table names (
    account text not null, name text not null, seq integer not null, primary key (account, name)
) without rowid;
create table times (seq integer primary key, body blob not null);
"""
_KEY: Final = "seq, order_id, account, instrument, strategy"


class SqliteHistory:
    """Rows in one file, which is made anew: what an earlier process left there is removed.

    It is not synced and has no journal of its own, because a process that dies begins again with nothing.

    Parameters
    ----------
    path : str or Path
        Of the file; ":memory:" for none.

    Raises
    ------
    StoreUnavailable
        The file cannot be made.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self._remove()
        try:
            self._database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._database.execute("pragma journal_mode = off")
            self._database.execute("pragma synchronous = off")
            self._database.execute("pragma temp_store = memory")
            for kind in HistoryKind:
                self._database.executescript(_SCHEMA.format(kind=kind.value))
            self._database.executescript(_OTHERS)
        except (sqlite3.Error, OSError) as error:
            raise self._unusable("made", error) from error

    def _remove(self) -> None:
        if self._path == ":memory:":
            return
        try:
            Path(self._path).unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable("removed", error) from error

    def _unusable(self, what: str, error: Exception) -> StoreUnavailable:
        return StoreUnavailable(
            f"{self._path} cannot be {what}: {error}. Make room on the disk, then restart this process"
        )

    def put(self, kind: HistoryKind, rows: Sequence[tuple[HistoryKey, bytes]]) -> None:
        """Keep rows; after an error nobody knows which."""
        text = f"insert or replace into {kind.value} values (?, ?, ?, ?, ?, ?)"
        self._write(text, [(*key, body) for key, body in rows])

    def put_names(self, names: Iterable[tuple[str, str, int]]) -> None:
        """Keep what client order ids lead to."""
        self._write("insert or replace into names values (?, ?, ?)", names)

    def _write(self, text: str, values: Iterable[tuple[Any, ...]]) -> None:
        try:
            self._database.execute("begin")
            try:
                self._database.executemany(text, values)
            finally:
                self._database.execute("commit")
        except sqlite3.Error as error:
            raise self._unusable("written", error) from error

    def keys(
        self,
        kind: HistoryKind,
        below: int,
        *,
        accounts: frozenset[str] | None = None,
        instrument_id: str = "",
        strategy_id: str = "",
        order_id: int = 0,
    ) -> Iterator[HistoryKey]:
        """By the order where one is given, else by strategy, instrument or accounts, in this order."""
        narrowed = (("order_id", order_id), ("strategy", strategy_id), ("instrument", instrument_id))
        for column, value in narrowed:
            if value:
                return self._keys(kind, below, f"{column} = ? and", (value,))
        if accounts is None:
            return self._keys(kind, below, "", ())
        runs = [self._keys(kind, below, "account = ? and", (name,)) for name in sorted(accounts)]
        return merge(*runs, key=attrgetter("seq"), reverse=True)

    def _keys(
        self, kind: HistoryKind, below: int, where: str, values: tuple[Any, ...]
    ) -> Iterator[HistoryKey]:
        text = f"select {_KEY} from {kind.value} where {where} seq < ? order by seq desc limit {_STEP}"
        while True:
            rows = self._read(text, (*values, below))
            yield from map(HistoryKey._make, rows)
            if len(rows) < _STEP:
                return
            below = rows[-1][0]

    def bodies(self, kind: HistoryKind, seqs: Sequence[int]) -> Mapping[int, bytes]:
        """By frame."""
        found: dict[int, bytes] = {}
        for start in range(0, len(seqs), _VARIABLES_MAX):
            some = seqs[start : start + _VARIABLES_MAX]
            marks = ", ".join("?" * len(some))
            text = f"select seq, body from {kind.value} where seq in ({marks})"
            found.update(self._read(text, tuple(some)))
        return found

    def find_order(self, order_id: int) -> HistoryKey | None:
        """The row of an order."""
        rows = self._read(f"select {_KEY} from orders where order_id = ?", (order_id,))
        return HistoryKey._make(rows[0]) if rows else None

    def find_name(self, account_id: str, client_order_id: str) -> int:
        """The frame that a client order id leads to."""
        rows = self._read(
            "select seq from names where account = ? and name = ?", (account_id, client_order_id)
        )
        return int(rows[0][0]) if rows else 0

    def put_times(self, first_seq: int, body: bytes) -> None:
        """Keep what the real clock said in the frames from this one on; after an error nobody knows."""
        self._write("insert or replace into times values (?, ?)", [(first_seq, body)])

    def find_times(self, seq: int) -> bytes | None:
        """What was put with the highest frame that is not above `seq`."""
        rows = self._read("select body from times where seq <= ? order by seq desc limit 1", (seq,))
        return bytes(rows[0][0]) if rows else None

    def _read(self, text: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            with closing(self._database.execute(text, values)) as found:
                return found.fetchall()
        except sqlite3.Error as error:
            raise self._unusable("read", error) from error

    def close(self) -> None:
        """Close the file and remove it."""
        self._database.close()
        self._remove()
