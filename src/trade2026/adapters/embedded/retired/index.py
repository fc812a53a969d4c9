"""The index of retired orders: what waits in memory, a filter before everything, and a SQLite file behind."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

from trade2026.adapters.embedded.retired.database import Batch, Damaged, RetiredDatabase
from trade2026.adapters.embedded.retired.filter import (
    FILTER_BYTES,
    KeyFilter,
    hash_of,
    read_filter,
    write_filter,
)
from trade2026.ports.retired import START, Entry, IndexCursor
from trade2026.primitives.errors import IntegrityError, StoreUnavailable

DATABASE: Final = "retired.sqlite"
FILTER: Final = "retired.filter"
ASIDE: Final = ".damaged"
SAVE_EVERY_KEYS: Final = 1_000_000
"""Keys after which the filter is kept again, so that a start reads no more hashes than these."""

ResultT = TypeVar("ResultT")


class SqliteRetiredIndex:
    """`ports.retired.RetiredIndex` in a folder of its own.

    A file that is no index of this version, or does not read as one, is set aside under the name `*.damaged`,
    and the index is empty. One thread may commit while another one asks.

    Parameters
    ----------
    folder : str or Path
        Made where it is missing.
    filter_bytes : int
        Memory of the filter, a multiple of eight; taken with the first entry.

    Raises
    ------
    StoreUnavailable
        The folder or the file cannot be used.
    """

    def __init__(self, folder: str | Path, *, filter_bytes: int = FILTER_BYTES) -> None:
        self._folder = Path(folder)
        self._filter_bytes = filter_bytes
        self._filter: KeyFilter | None = None
        self._filtered = self._saved = 0  # Keys since the filter was read, and when it was last kept.
        self._batches: deque[Batch] = deque()
        self._keys: dict[bytes, Entry] = {}  # Of the batches that wait, as `_orders`.
        self._orders: dict[int, Entry] = {}
        self._waiting = Lock()  # Of what waits; held for a moment.
        self._committing = Lock()  # A whole commit, in whichever thread.
        self._using = Lock()  # Of the database; held for one statement.
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable("make", self._folder, error) from error
        self._database = self._open()
        self._cursor = self._database.cursor

    def _open(self) -> RetiredDatabase:
        """The database and its filter; whatever is wrong with them, an empty one."""
        path = self._folder / DATABASE
        try:
            database = RetiredDatabase(path)
        except Damaged:
            self._set_aside()
            return RetiredDatabase(path)
        try:
            self._load_filter(database)
        except Damaged:
            database.close()
            self._set_aside()
            return RetiredDatabase(path)
        return database

    def _load_filter(self, database: RetiredDatabase) -> None:
        """The kept filter, and what came after it."""
        batches = 0
        if database.cursor.batches:
            kept = self._read_filter()
            if kept is not None and database.has_batch(kept[1], kept[2]):
                self._filter, batches = kept[0], kept[1]
            else:
                self._filter = KeyFilter(self._filter_bytes)
            for hashes in database.hashes_after(batches):
                self._filter.add_all(hashes)
                self._filtered += len(hashes)

    def _read_filter(self) -> tuple[KeyFilter, int, bytes] | None:
        try:
            with (self._folder / FILTER).open("rb") as file:
                return read_filter(file, self._filter_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable("read", self._folder / FILTER, error) from error

    def _set_aside(self) -> None:
        """Out of the way, for whoever wants to know what happened to it; never read again."""
        self._filter, self._filtered = None, 0
        for name in (DATABASE, f"{DATABASE}-journal", FILTER):
            path = self._folder / name
            try:
                if path.exists():
                    os.replace(path, f"{path}{ASIDE}")
            except OSError as error:
                raise self._unusable("move", path, error) from error

    def _unusable(self, what: str, path: Path, error: OSError) -> StoreUnavailable:
        return StoreUnavailable(f"cannot {what} {path}: {error.strerror}. Check that folder and its disk.")

    # ---------------------------------------------------------------------------------- for the core

    @property
    def cursor(self) -> IndexCursor:
        """How far it has come."""
        return self._cursor

    @property
    def waiting(self) -> int:
        """Entries that were put and not committed."""
        with self._waiting:
            return sum(len(entries) for _, entries, _ in self._batches)

    def put(self, cursor: IndexCursor, entries: Sequence[Entry]) -> None:
        """Take the next batch; it is in memory until it is committed."""
        assert cursor.batches == self._cursor.batches + 1, "batches come one by one"
        if self._filter is None:
            self._filter = KeyFilter(self._filter_bytes)
        hashes = [hash_of(key) for _, keys, _ in entries for key in keys]
        self._filter.add_all(hashes)
        self._filtered += len(hashes)
        with self._waiting:
            for entry in entries:
                if entry[0]:
                    self._orders[entry[0]] = entry
                for key in entry[1]:
                    self._keys[key] = entry
            self._batches.append((cursor, entries, hashes))
        self._cursor = cursor

    def find(self, key: bytes) -> bytes | None:
        """The facts that a key leads to."""
        if self._filter is None or not self._filter.may_have(key):
            return None
        entry = self._keys.get(key)  # First: a commit that ends now takes it away after it is in the file.
        if entry is not None:
            return entry[2]
        return self._asked(lambda: self._database.find(key))

    def get(self, order_id: int) -> bytes | None:
        """The facts of an order."""
        entry = self._orders.get(order_id)
        if entry is not None:
            return entry[2]
        return self._asked(lambda: self._database.get(order_id))

    def _asked(self, ask: Callable[[], ResultT]) -> ResultT:
        with self._using:
            try:
                return ask()
            except Damaged as error:
                self._give_up()
                raise IntegrityError(
                    f"the index of retired orders in {self._folder} is damaged: {error}. It was set aside; "
                    f"start again: it is filled from the journal"
                ) from error

    def _give_up(self) -> None:
        """Nothing in it is believed any more, by nobody."""
        self._database.close()
        self._set_aside()

    def clear(self) -> None:
        """Begin anew, with nothing."""
        with self._using, self._waiting:
            self._database.close()
            for name in (DATABASE, f"{DATABASE}-journal", FILTER):
                try:
                    (self._folder / name).unlink(missing_ok=True)
                except OSError as error:
                    raise self._unusable("remove", self._folder / name, error) from error
            self._batches.clear()
            self._keys, self._orders = {}, {}
            self._filter, self._filtered, self._saved = None, 0, 0
            self._database = RetiredDatabase(self._folder / DATABASE)
            self._cursor = START

    def close(self) -> None:
        """Keep the filter, release the file."""
        with self._committing:  # One that is under way comes to its end.
            if self._database.is_open:
                self._save_filter()
                with self._using:
                    self._database.close()

    # ------------------------------------------------------------------------------ in the background

    def commit(self, durable_seq: int) -> None:
        """Write what waits and is durable in the journal, in one transaction."""
        with self._committing:
            self._commit(durable_seq)

    def _commit(self, durable_seq: int) -> None:
        with self._waiting:
            taken = [batch for batch in self._batches if batch[0].seq <= durable_seq]
        if not taken:
            return
        self._write(taken)
        for batch in taken:
            self._release(batch)
        if self._filtered - self._saved >= SAVE_EVERY_KEYS:
            self._save_filter()

    def _write(self, batches: list[Batch]) -> None:
        """One statement at a time, so that whoever asks meanwhile waits for one at the most."""
        database = self._database
        steps: Iterable[Callable[[], None]] = database.writing(batches)
        try:
            for step in steps:
                self._asked(step)
        except StoreUnavailable:
            with self._using, suppress(StoreUnavailable, Damaged):
                database.roll_back()
            raise

    def _release(self, batch: Batch) -> None:
        """It is in the file and need not be in memory; unless all has been cleared meanwhile."""
        with self._waiting:
            if not self._batches or self._batches[0] is not batch:
                return
            for entry in batch[1]:
                if self._orders.get(entry[0]) is entry:
                    del self._orders[entry[0]]
                for key in entry[1]:
                    if self._keys.get(key) is entry:
                        del self._keys[key]
            self._batches.popleft()

    def _save_filter(self) -> None:
        """Beside the database, so that a start need not read every hash; without room the next one does."""
        if self._filter is None or self._filtered == self._saved:
            return
        with self._using:
            cursor = self._database.cursor
        if cursor.batches == 0:
            return
        filtered = self._filtered
        path = self._folder / FILTER
        with suppress(OSError):
            with path.with_suffix(".new").open("wb") as file:
                write_filter(file, self._filter, cursor.batches, cursor.digest)
            os.replace(path.with_suffix(".new"), path)
            self._saved = filtered
