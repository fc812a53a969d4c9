"""A trading core that follows the journal from another process, as far as its reader wants to see."""

from collections import deque
from typing import Final, NamedTuple

from trade2026.model.commands import Command, ReportExecution
from trade2026.model.events import Event
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import JournalReader, SnapshotStore
from trade2026.trading.replay import is_of, load_snapshot

_PATIENCE_NS: Final = 10 * SECOND_NS
_WAIT_NS: Final = 100 * MILLISECOND_NS


class Entry(NamedTuple):
    """One frame that was read and is not applied yet."""

    seq: int
    command: Command
    events: tuple[Event, ...]

    @property
    def time(self) -> int:
        """Trading time it belongs to: when a venue's report happened, else when it was decided."""
        if type(self.command) is ReportExecution:
            return min(self.command.report.ts_event, self.command.now)
        return self.command.now


class Replica:
    """Reads frames into `pending`; the owner applies them one by one, when it wants to see them.

    Parameters
    ----------
    storage : Storage
        The folder of the journal.
    snapshots : SnapshotStore or None
        States to start from; None replays from the start.

    Raises
    ------
    IntegrityError
        The journal is damaged.
    """

    def __init__(self, storage: Storage, snapshots: SnapshotStore | None) -> None:
        self.core = Core()
        self.seq = 0
        self.pending: deque[Entry] = deque()
        self._read = 0
        self._reader = self._begin(storage, snapshots)
        self._storage = storage

    def _begin(self, storage: Storage, snapshots: SnapshotStore | None) -> JournalReader:
        """Start behind the newest snapshot that is of this journal."""
        upto: int | None = None
        while snapshots is not None:
            snapshot, _ = snapshots.load_latest(upto)
            loaded = load_snapshot(snapshot)
            if snapshot is None:
                break
            if loaded is not None:
                reader = JournalReader(storage, snapshot.seq, trusts_writer=True)
                found = reader.read_available(1)
                if found and is_of(snapshot, found[0]):
                    self.core, self.seq = loaded
                    self._read = self.seq
                    return reader
                reader.close()
            upto = snapshot.seq - 1
        return JournalReader(storage, trusts_writer=True)

    def catch_up(self) -> None:
        """Apply everything that is durable now."""
        while self.read():
            while self.pending:
                self.apply()

    def pull(self, seq: int) -> None:
        """Read up to frame `seq`, which is durable or about to be; nothing is applied.

        Raises
        ------
        OperatingError
            It does not come.
        """
        waited = 0
        while self._read < seq:
            if self.read():
                continue
            if waited >= _PATIENCE_NS:
                raise OperatingError(
                    f"frame {seq} of journal {self._storage.folder} was said to be durable and cannot be "
                    f"read; the last one is {self._read}",
                    retryable=True,
                )
            self._reader.wait(_WAIT_NS)
            waited += _WAIT_NS

    def apply(self) -> Entry:
        """Let the next pending frame change the state; the frame."""
        entry = self.pending.popleft()
        for event in entry.events:
            self.core.evolve(event)
        self.seq = entry.seq
        return entry

    def read(self) -> bool:
        """Read what is durable now; whether there was anything."""
        frames = self._reader.read_available()
        for frame in frames:
            self.pending.append(Entry(frame.seq, *decode_record(frame.payload, frame.seq)))
            self._read = frame.seq
        return bool(frames)

    def close(self) -> None:
        """Release the journal."""
        self._reader.close()
