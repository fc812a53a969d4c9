"""What has left the core's memory: an index on disk of closed orders, rebuildable from the journal."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

Entry = tuple[int, tuple[bytes, ...], bytes]
"""Order id (0 for a request that never became an order), the keys that lead to it, its facts."""


class IndexCursor(NamedTuple):
    """How far an index has followed the journal.

    Attributes
    ----------
    seq, digest : int, bytes
        The last frame that took orders out of memory, and the hash of the journal's chain there.
    batches : int
        How many such frames there have been, this one included.
    """

    seq: int
    digest: bytes
    batches: int


START: Final = IndexCursor(0, b"", 0)
"""Of an index that has nothing."""


class RetiredIndex(Protocol):
    """Facts of closed orders by their keys; it knows neither what facts nor what keys mean.

    All but `commit` is for the thread of the core; `commit` may run in another one meanwhile, one at a time.
    What was put is found at once, and survives the process when a commit has covered it. An index has all the
    batches that its cursor says. Where it turns out damaged it raises IntegrityError, and opened again it is
    empty, to be filled anew.
    """

    @property
    def cursor(self) -> IndexCursor:
        """How far it has come, what is not committed included."""
        ...

    @property
    def waiting(self) -> int:
        """Entries that were put and not committed; they are in memory."""
        ...

    def put(self, cursor: IndexCursor, entries: Sequence[Entry]) -> None:
        """Take the entries of the next frame that has any; `cursor.batches` is one more than before.

        An entry takes the place of an earlier one of its order id, and its keys lead to it from now on.
        """
        ...

    def find(self, key: bytes) -> bytes | None:
        """The facts that a key leads to; None, quickly, for a key that was never put.

        Raises
        ------
        IntegrityError
            The index is damaged: it is empty when it is opened again.
        StoreUnavailable
            The disk cannot be read.
        """
        ...

    def get(self, order_id: int) -> bytes | None:
        """The facts of an order; None where there are none. Raises as `find`."""
        ...

    def commit(self, durable_seq: int) -> None:
        """Make durable what was put for frames up to this one, all or, where it fails, none of it.

        Raises DiskFull or StoreUnavailable; what was put stays found, and the next commit tries again.
        """
        ...

    def clear(self) -> None:
        """Forget everything, durably."""
        ...

    def close(self) -> None:
        """Release the medium; does not commit. A second call does nothing."""
        ...
