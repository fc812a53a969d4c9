"""The SQLite file of the index: facts by order, keys, and for each batch the hashes of its keys."""

import sqlite3
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from trade2026.ports.retired import START, Entry, IndexCursor
from trade2026.ports.storage import DiskFull
from trade2026.primitives.errors import StoreUnavailable

APPLICATION_ID: Final = 0x54323652
VERSION: Final = 1
_CHECKSUM_BYTES: Final = 4
_SCHEMA: Final = (
    "CREATE TABLE facts (order_id INTEGER PRIMARY KEY, facts BLOB NOT NULL)",
    # A refusal has no order id (0) and its facts beside its key.
    "CREATE TABLE keys (key BLOB PRIMARY KEY, order_id INTEGER NOT NULL, facts BLOB) WITHOUT ROWID",
    "CREATE TABLE batches (number INTEGER PRIMARY KEY, seq INTEGER NOT NULL, digest BLOB NOT NULL, "
    "hashes BLOB NOT NULL)",
)
_PRAGMAS: Final = (
    # A rollback journal and whole syncs: after a power loss the file is what the last commit made of it. Not
    # WAL: many versions of SQLite in use can lose transactions when its log begins anew.
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA cache_size = -8192",  # KiB. More would be memory that grows with the orders.
)
# One statement a batch, however many rows: between two statements a thread waits for the interpreter's lock.
_PUT_FACTS: Final = (
    "INSERT OR REPLACE INTO facts SELECT json_extract(value, '$[0]'), "
    "substr(?2, json_extract(value, '$[1]'), json_extract(value, '$[2]')) FROM json_each(?1)"
)
_PUT_KEYS: Final = (
    "INSERT OR REPLACE INTO keys SELECT substr(?2, json_extract(value, '$[0]'), json_extract(value, '$[1]'))"
    ", json_extract(value, '$[2]'), CASE json_extract(value, '$[2]') WHEN 0 THEN "
    "substr(?3, json_extract(value, '$[3]'), json_extract(value, '$[4]')) END FROM json_each(?1)"
)

Batch = tuple[IndexCursor, Sequence[Entry], list[int]]
"""Cursor, entries, hashes of all their keys."""


class Damaged(Exception):
    """The file is not what was written, or was written by something else."""


class RetiredDatabase:
    """One connection, of which one thread at a time makes use."""

    def __init__(self, path: Path) -> None:
        """Open or make it. Raises Damaged, or StoreUnavailable where the disk fails."""
        self._path = path
        self.is_open = False
        self._connection = self._said(
            lambda: sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        )
        self.is_open = True
        try:
            for pragma in _PRAGMAS:
                self._one(pragma)
            self.cursor = self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> IndexCursor:
        application_id, version = self._one("PRAGMA application_id"), self._one("PRAGMA user_version")
        tables = self._one("SELECT count(*) FROM sqlite_master WHERE type = 'table'")
        if (application_id, version, tables) == ((0,), (0,), (0,)):
            self._one("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                self._one(statement)
            self._one(f"PRAGMA application_id = {APPLICATION_ID}")
            self._one(f"PRAGMA user_version = {VERSION}")
            self._one("COMMIT")
            return START
        if (application_id, version) != ((APPLICATION_ID,), (VERSION,)):
            raise Damaged(f"{self._path} is no index of this version")
        if tables != (len(_SCHEMA),):
            raise Damaged(f"{self._path} lacks tables")
        last = self._one("SELECT seq, digest, number FROM batches ORDER BY number DESC LIMIT 1")
        if last is None:
            return START
        return IndexCursor(*last)

    def find(self, key: bytes) -> bytes | None:
        """The facts a key leads to."""
        row = self._one("SELECT order_id, facts FROM keys WHERE key = ?", key)
        if row is None:
            return None
        if row[0] == 0:
            return self._checked(row[1])
        facts = self.get(row[0])
        if facts is None:
            raise Damaged(f"{self._path} has no facts of order {row[0]}, which a key leads to")
        return facts

    def get(self, order_id: int) -> bytes | None:
        """The facts of an order."""
        row = self._one("SELECT facts FROM facts WHERE order_id = ?", order_id)
        return None if row is None else self._checked(row[0])

    def has_batch(self, number: int, digest: bytes) -> bool:
        """Whether this batch is here, with this hash."""
        found: object = self._one("SELECT digest FROM batches WHERE number = ?", number)
        return found == (digest,)

    def hashes_after(self, number: int) -> Iterator["array[int]"]:
        """Hashes of the keys of each batch after this one."""
        rows = self._said(
            lambda: self._connection.execute(
                "SELECT number, hashes FROM batches WHERE number > ? ORDER BY number", (number,)
            )
        )
        while (row := self._said(rows.fetchone)) is not None:
            number += 1
            if row[0] != number:
                raise Damaged(f"{self._path} lacks batch {number}")
            hashes = array("Q")
            hashes.frombytes(self._checked(row[1]))
            yield hashes

    def writing(self, batches: Sequence[Batch]) -> Iterator[Callable[[], None]]:
        """The steps of one transaction; one that fails ends it, by `roll_back`."""
        yield partial(self._do, "BEGIN IMMEDIATE")
        for cursor, entries, hashes in batches:
            for sql, values in _statements(cursor, entries, hashes):
                yield partial(self._do, sql, *values)
        yield partial(self._finish, batches[-1][0])

    def _finish(self, cursor: IndexCursor) -> None:
        self._do("COMMIT")
        self.cursor = cursor

    def roll_back(self) -> None:
        """End a transaction that failed, if it is still there."""
        if self.is_open and self._connection.in_transaction:
            self._do("ROLLBACK")

    def close(self) -> None:
        """Release the file."""
        if self.is_open:
            self.is_open = False
            with suppress(sqlite3.Error):  # Nothing is lost: what was committed is on the disk.
                self._connection.close()

    def _do(self, sql: str, *values: object) -> None:
        self._one(sql, *values)

    def _one(self, sql: str, *values: object) -> Any:
        """The first row, or None."""
        if not self.is_open:
            raise StoreUnavailable(f"{self._path} is closed; start the desk again")
        return self._said(lambda: self._connection.execute(sql, values).fetchone())

    def _said(self, call: Callable[[], Any]) -> Any:
        """Do it, and say in the port's words what went wrong."""
        try:
            return call()
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_FULL:
                raise DiskFull(f"cannot write {self._path}: {error}. Free space on that disk.") from error
            if code in _DISK_ERRORS:
                raise StoreUnavailable(f"cannot use {self._path}: {error}. Check the disk.") from error
            raise Damaged(f"{self._path}: {error}") from error

    def _checked(self, data: object) -> bytes:
        if not isinstance(data, bytes):
            raise Damaged(f"{self._path} has no bytes where facts must be")
        facts = data[_CHECKSUM_BYTES:]
        if data[:_CHECKSUM_BYTES] != _checksum(facts):
            raise Damaged(f"{self._path} has facts that do not match their checksum")
        return facts


_DISK_ERRORS: Final = frozenset(
    {
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT,
    }
)  # fmt: skip


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(_CHECKSUM_BYTES, "little")


def _statements(
    cursor: IndexCursor, entries: Sequence[Entry], hashes: list[int]
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Each statement of a batch with its values: rows as JSON, and the bytes they point into (from 1)."""
    facts, keys = bytearray(), bytearray()
    facts_rows: list[tuple[int, int, int]] = []
    keys_rows: list[tuple[int, int, int, int, int]] = []
    for order_id, names, content in entries:
        start, size = len(facts) + 1, len(content) + _CHECKSUM_BYTES
        facts += _checksum(content)
        facts += content
        if order_id:
            facts_rows.append((order_id, start, size))
        for name in names:
            keys_rows.append((len(keys) + 1, len(name), order_id, start, size))
            keys += name
    if facts_rows:
        yield _PUT_FACTS, (_json(facts_rows), facts)
    if keys_rows:
        yield _PUT_KEYS, (_json(keys_rows), keys, facts)
    packed = array("Q", hashes).tobytes()
    yield (
        "INSERT INTO batches VALUES (?, ?, ?, ?)",
        (cursor.batches, cursor.seq, cursor.digest, _checksum(packed) + packed),
    )
