"""A folder on a disk as the journal needs it: files, durability, a lock, a shared page and a wake-up."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol, TypeVar

from trade2026.primitives.errors import StoreUnavailable

ResultT = TypeVar("ResultT")


class DiskLevel(StrEnum):
    """Room on the journal's disk: WARNING calls for somebody, LOW refuses new orders."""

    GOOD = "GOOD"
    WARNING = "WARNING"
    LOW = "LOW"


class DiskFull(StoreUnavailable):
    """The disk or the quota has no room for what was asked; nothing else is known to be wrong."""


class File(Protocol):
    """One open file. Every failure of the medium is StoreUnavailable; a lack of space is DiskFull."""

    @property
    def name(self) -> str:
        """The file's name in its folder."""
        ...

    def size(self) -> int:
        """Bytes in the file now, durable or not."""
        ...

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from `offset`; fewer than `length` only where the file ends."""
        ...

    def write(self, offset: int, data: bytes) -> None:
        """Write all of `data` at `offset`, not durably; after an error any part may have been written."""
        ...

    def fill_zeros(self, offset: int, length: int) -> None:
        """Write zeros, so that later writes there need no new space and no change of the file's size."""
        ...

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, not durably."""
        ...

    def sync(self) -> None:
        """Make every write that returned before this call durable, or raise.

        After a failure nothing is known of those writes and a second call proves nothing: the system may
        have dropped them and call the file clean.
        """
        ...

    def close(self) -> None:
        """Release the file; a second call does nothing. Does not sync."""
        ...


class Lock(Protocol):
    """An exclusive lock, held until released or until the process ends."""

    def release(self) -> None:
        """Give the lock up; a second call does nothing."""
        ...


class Page(Protocol):
    """A few bytes shared with other processes through memory. Neither durable nor read atomically."""

    def load(self) -> bytes:
        """All bytes of the page; a write at the same moment can be seen in part."""
        ...

    def store(self, data: bytes) -> None:
        """Put `data` at the start of the page; no longer than the page."""
        ...

    def close(self) -> None:
        """Release the page; a second call does nothing."""
        ...


class Bell(Protocol):
    """One listener's wake-up. A ring before the wait is not lost; several rings may wake once."""

    def wait(self, timeout_ns: int) -> bool:
        """Block until rung, and tell whether it was; False after `timeout_ns`."""
        ...

    def wait_async(self, timeout_ns: int) -> Awaitable[bool]:
        """As `wait`, without blocking the running event loop."""
        ...

    def close(self) -> None:
        """Stop listening; a second call does nothing."""
        ...


class Storage(Protocol):
    """A flat folder of named files.

    A new file, a rename and a removal survive a power loss only after `sync_folder`. Messages of errors name
    the folder. Nothing here retries.
    """

    @property
    def folder(self) -> str:
        """Where it is, for messages."""
        ...

    def names(self, prefix: str = "") -> list[str]:
        """Names of the files that begin with `prefix`, sorted."""
        ...

    def exists(self, name: str) -> bool:
        """Whether a file of this name is there."""
        ...

    def create(self, name: str) -> File:
        """A new empty file, readable and writable; one of the same name is emptied."""
        ...

    def open(self, name: str, *, writable: bool) -> File:
        """An existing file. Raises StoreUnavailable where there is none."""
        ...

    def read(self, name: str) -> bytes:
        """The whole content of an existing file."""
        ...

    def replace(self, name: str, *data: bytes, durable: bool = True) -> None:
        """Put `data`, all of it one after the other, under `name`.

        A reader, or a start after a crash, finds all old or all new. With `durable`, the new content is on
        disk when the call returns: written under another name, synced, renamed, and the folder synced.
        """
        ...

    def rename(self, old: str, new: str) -> None:
        """Give the file a new name, atomically, over any file that had it."""
        ...

    def remove(self, name: str) -> None:
        """Remove the file; one that is not there is no error."""
        ...

    def sync_folder(self) -> None:
        """Make creations, renames and removals durable."""
        ...

    def free_bytes(self) -> int:
        """Room left for this process on the disk, as of now; less what the system keeps for others.

        Microseconds; for the thread that asks, whatever runs in the background.
        """
        ...

    def lock(self, name: str) -> Lock:
        """Take the exclusive lock, or raise OperatingError that names the folder and the holder."""
        ...

    def is_locked(self, name: str) -> bool:
        """Whether anyone holds the lock now, this process included. Does not disturb the holder."""
        ...

    def page(self, name: str, size: int, *, create: bool) -> Page | None:
        """The shared page of this name, made of zeros with `create`; None where there is none."""
        ...

    def listen(self) -> Bell:
        """A bell of the caller's own, rung by `ring` from this process or another."""
        ...

    def ring(self) -> None:
        """Ring every bell on this folder; never blocks."""
        ...

    def in_background(self, call: Callable[[], ResultT], *, aside: bool = False) -> Awaitable[ResultT]:
        """Run a blocking call on this storage in its one thread, in the order asked; await the outcome.

        Calls `aside` have a second thread with an order of its own, so that what can wait does not hold up
        the sync that orders wait for. The call runs to its end even if the one who awaits is cancelled.
        """
        ...

    def sync_in_background(self, file: File) -> Awaitable[None]:
        """Begin `file.sync` without blocking the running event loop; await its outcome.

        It has begun when this returns, and runs to its end even if nobody awaits it. It keeps no order with
        calls `in_background`.
        """
        ...

    def close(self) -> None:
        """Release threads, bells and pages, after what runs in the background; a second call does nothing."""
        ...
