"""Keeps the state of a running desk beside its journal, so that a start after a kill is short."""

from collections.abc import Awaitable, Callable

from trade2026.ports.storage import Storage
from trade2026.primitives.errors import OperatingError, StoreUnavailable
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalState, SnapshotStore
from trade2026.trading.replay import take_snapshot


class StateKeeper:
    """Takes a snapshot whenever the journal has grown by so many frames.

    The state is encoded between two commands, in the thread of the core, and written in the storage's second
    thread: orders wait for the encoding (50 ms with ten thousand open orders) and for nothing else.

    Parameters
    ----------
    store : SnapshotStore
        Where snapshots go; removes old ones.
    settle : callable
        Returns when everything appended before the call is durable.
    every_frames : int
        Frames between two snapshots, at least 1.
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
        note: Callable[[str], None],
    ) -> None:
        self._core, self._journal = core, journal
        self._storage, self._store = storage, store
        self._settle = settle
        self._every_frames = every_frames
        self._note = note
        self._last_seq = max(store.seqs(), default=0)

    async def run(self, pause: Callable[[], Awaitable[None]]) -> None:
        """Look again after each `pause`; for a task of its own. Ends when the journal does."""
        while self._journal.state is JournalState.OPEN:
            await pause()
            if self._journal.last_seq - self._last_seq >= self._every_frames:
                await self.keep()

    async def keep(self) -> bool:
        """Take one now; False, after a note, where it found no room or the disk or the journal failed."""
        snapshot = take_snapshot(self._core, self._journal)
        self._last_seq = snapshot.seq  # Also of one that cannot be kept: the next try comes as much later.
        try:
            await self._settle()
            await self._storage.in_background(lambda: self._store.save(snapshot), aside=True)
        except StoreUnavailable as error:
            self._note(f"the state was not kept, and the next start takes longer: {error}")
            return False
        except OperatingError:  # The sequencer has ended, and says so itself to everyone who waits for it.
            return False
        return True
