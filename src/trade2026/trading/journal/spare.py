"""The next segment, made ready a step at a time while the current one fills."""

import asyncio
from typing import Final

from trade2026.ports.storage import DiskFull, File, Storage
from trade2026.trading.journal.segment import SegmentHeader

TEMPORARY: Final = "next.tmp"
STEP_BYTES: Final = 512 * 1024


class Spare:
    """A file of zeros that becomes a segment when it gets a header and a name.

    `fill` and `begin` are for the thread of the writer; only a plain sync of `file` may run beside them.
    """

    def __init__(self, storage: Storage, segment_bytes: int, *, durable: bool) -> None:
        self._storage = storage
        self._segment_bytes = segment_bytes
        self._durable = durable
        self._filled = 0
        self.file: File | None = None
        self.is_ready = False

    def is_due(self, written: int) -> bool:
        """Whether a step is due once so much of the current segment is written: at half of it all are done.

        One step after another, each with a sync, would have the log's own syncs share the disk with them.
        """
        return self._filled <= 2 * written

    def fill(self, step_bytes: int = STEP_BYTES) -> bool:
        """Write some more zeros; True when all are written, which a sync of `file` then makes ready.

        Raises DiskFull where not all that is missing can be had; a later call goes on from there.
        """
        missing = self._segment_bytes - self._filled
        free = self._storage.free_bytes()
        if free < missing:
            raise DiskFull(
                f"the disk of {self._storage.folder} has {free} bytes free, and the next segment needs "
                f"{missing} more. Free space on that disk."
            )
        if self.file is None:
            self.file = self._storage.create(TEMPORARY)
        length = min(step_bytes, missing)
        self.file.fill_zeros(self._filled, length)
        self._filled += length
        return self._filled == self._segment_bytes

    def finish(self) -> None:
        """Make it ready now, blocking. Raises DiskFull as `fill` does."""
        if self.is_ready:
            return
        while not self.fill(self._segment_bytes):
            pass
        assert self.file is not None, "a filled spare has a file"
        if self._durable:
            self.file.sync()
        self.is_ready = True

    def discard(self) -> None:
        """Give the space back."""
        if self.file is not None:
            self.file.close()
            self.file = None
            self._storage.remove(TEMPORARY)
        self._filled = 0
        self.is_ready = False


def begin_segment(storage: Storage, header: SegmentHeader, spare: Spare | None, *, durable: bool) -> File:
    """Give a segment its header and then its name, so that a named segment always has a whole header.

    With `spare`, which must be ready, its file becomes the segment; without one a new file does.
    """
    if spare is None:
        file = storage.create(TEMPORARY)
    else:
        assert spare.is_ready and spare.file is not None, "only a spare that is ready becomes a segment"
        file = spare.file
    file.write(0, header.encode())
    if durable:
        file.sync()
    storage.rename(TEMPORARY, header.name)
    if durable:
        storage.sync_folder()
    return file


async def close_after(file: File, tasks: list[asyncio.Task[None]]) -> None:
    """Close the file of a finished segment once what uses it has ended."""
    await asyncio.wait(tasks)
    file.close()
