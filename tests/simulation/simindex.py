"""`ports.retired` on a simulated medium: what was committed outlives the process."""

from collections.abc import Sequence

from trade2026.ports.retired import START, Entry, IndexCursor
from trade2026.ports.storage import DiskFull

Batch = tuple[IndexCursor, tuple[Entry, ...]]


class IndexMedium:
    """The batches that a commit has made durable; what a restart finds."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.is_full = False


class SimRetiredIndex:
    """`ports.retired.RetiredIndex` on a medium, opened with what is on it."""

    def __init__(self, medium: IndexMedium) -> None:
        self._medium = medium
        self._waiting: list[Batch] = []
        self._keys: dict[bytes, Entry] = {}
        self._orders: dict[int, Entry] = {}
        self._cursor = START
        self.lookups = 0
        for cursor, entries in medium.batches:
            self._take(cursor, entries)

    def _take(self, cursor: IndexCursor, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry[0]:
                self._orders[entry[0]] = entry
            for key in entry[1]:
                self._keys[key] = entry
        self._cursor = cursor

    @property
    def cursor(self) -> IndexCursor:
        return self._cursor

    @property
    def waiting(self) -> int:
        return sum(len(entries) for _, entries in self._waiting)

    def put(self, cursor: IndexCursor, entries: Sequence[Entry]) -> None:
        assert cursor.batches == self._cursor.batches + 1, "batches come one by one"
        self._take(cursor, entries)
        self._waiting.append((cursor, tuple(entries)))

    def find(self, key: bytes) -> bytes | None:
        self.lookups += 1
        entry = self._keys.get(key)
        return None if entry is None else entry[2]

    def get(self, order_id: int) -> bytes | None:
        self.lookups += 1
        entry = self._orders.get(order_id)
        return None if entry is None else entry[2]

    def commit(self, durable_seq: int) -> None:
        if self._medium.is_full:
            raise DiskFull("cannot write the index: no room. Free space on that disk.")
        while self._waiting and self._waiting[0][0].seq <= durable_seq:
            self._medium.batches.append(self._waiting.pop(0))

    def spill(self) -> None:
        """Make durable what no journal may have: a start has to see through it."""
        self._medium.batches += self._waiting
        self._waiting.clear()

    def clear(self) -> None:
        self._medium.batches.clear()
        self._waiting.clear()
        self._keys, self._orders, self._cursor = {}, {}, START

    def close(self) -> None:
        pass
