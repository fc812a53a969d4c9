"""What a running desk does about its journal's disk: snapshots, archives, and a look at the room left."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from typing import Final

from trade2026.ports.storage import DiskLevel, Storage
from trade2026.primitives.errors import HashMismatch, OperatingError, StoreUnavailable
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalState, SnapshotStore
from trade2026.trading.journal.archiver import archivable, archive_segment
from trade2026.trading.replay import Taking

_SNAPSHOT_LOOKS: Final = 5
"""Looks at the disk between two looks at the journal's growth: a flood of orders is not slowed by them."""

_STEP_PAUSE_S: Final = 0.005
"""What orders have between two steps, each of a fraction of a millisecond."""

_MEANS: Final = {
    DiskLevel.GOOD: "orders are taken",
    DiskLevel.WARNING: "orders are taken, and somebody should make room",
    DiskLevel.LOW: "new orders are refused until there is room; cancels and halts pass",
}


class StateKeeper:
    """Takes a snapshot whenever the journal has grown by so many frames, then archives what it can.

    The state is that between two commands. It is written in steps, in the thread of the core, with orders
    between them, and put on the disk in the storage's second thread: orders wait for a step at the most.

    Parameters
    ----------
    store : SnapshotStore
        Where snapshots go; removes old ones.
    settle : callable
        Returns when everything appended before the call is durable.
    every_frames : int
        Frames between two snapshots, at least 1.
    segments_kept : int
        How many of the newest segments are never archived, at least 1.
    note : callable
        Told, in a sentence, of a snapshot that could not be kept.
    """

    def __init__(
        self,
        core: Core,
        journal: Journal,
        storage: Storage,
        store: SnapshotStore,
        settle: Callable[[], Awaitable[object]],
        *,
        every_frames: int,
        segments_kept: int,
        note: Callable[[str], None],
    ) -> None:
        self._core, self._journal = core, journal
        self._storage, self._store = storage, store
        self._settle = settle
        self._every_frames = every_frames
        self._segments_kept = segments_kept
        self._note = note
        self._level = DiskLevel.GOOD
        self._last_seq = max(store.seqs(), default=0)

    async def run(self, pause: Callable[[], Awaitable[None]]) -> None:
        """Look again after each `pause`, of a second or so; for a task of its own. Ends with the journal."""
        looks = 0
        while self._journal.state is JournalState.OPEN:
            await pause()
            self._look_at_disk()
            looks += 1
            if looks % _SNAPSHOT_LOOKS:
                continue
            is_due = self._journal.last_seq - self._last_seq >= self._every_frames
            if is_due:
                await self.keep()
            if is_due or looks == _SNAPSHOT_LOOKS:  # The first time: what a stop cut off.
                await self.archive()

    def _look_at_disk(self) -> None:
        """Let the journal heed its water marks, and say when the disk comes to another level."""
        with suppress(StoreUnavailable):  # A disk that does not answer is told as a level of its own.
            self._journal.watch_room()
        level, free = self._journal.room.level()
        if level is not self._level:
            self._level = level
            self._note(f"the journal's disk is {level}: {free} bytes free; {_MEANS[level]}")

    async def keep(self) -> bool:
        """Take one now; False, after a note, where it found no room or the disk or the journal failed."""
        with closing(Taking(self._core, self._journal)) as taking:
            self._last_seq = taking.seq  # Also of one that cannot be kept: the next try comes as much later.
            for _ in taking.steps():
                await asyncio.sleep(_STEP_PAUSE_S)
            save = partial(self._store.save_parts, taking.seq, taking.digest, taking.parts())
        try:
            await self._settle()
            await self._storage.in_background(save, aside=True)
        except StoreUnavailable as error:
            self._note(f"the state was not kept, and the next start takes longer: {error}")
            return False
        except OperatingError:  # The sequencer has ended, and says so itself to everyone who waits for it.
            return False
        return True

    async def archive(self) -> int:
        """Archive what may go; how many segments went. What cannot be done is noted, and tried later."""
        seqs = self._store.seqs()
        if not seqs:
            return 0
        done, upto = 0, min(seqs[0], self._journal.signed_seq)
        for first in archivable(self._storage, upto_seq=upto, keep_segments=self._segments_kept):
            steps = archive_segment(self._storage, first)
            try:
                while await self._storage.in_background(partial(_step, steps), aside=True):
                    pass
            except (StoreUnavailable, HashMismatch) as error:
                self._note(f"a segment was not archived, and is still there: {error}")
                break
            done += 1
        return done


def _step(steps: Iterator[None]) -> bool:
    """Do one step; False when there was none left."""
    return next(steps, _step) is not _step
