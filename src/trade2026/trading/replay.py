"""From a journal back to the state, and the proof that it is the same: by events, or by deciding again."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from trade2026.model.commands import RetireOrders
from trade2026.model.events import Event, OrdersRetired
from trade2026.ports.retired import RetiredIndex
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import HashMismatch
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core, restore
from trade2026.trading.cut import AT_ONCE
from trade2026.trading.journal import Frame, Journal, Snapshot, SnapshotStore, frames
from trade2026.trading.retired import keep

FORMAT = b"trade2026 state 3\n"
"""Opens every snapshot, so that a state of another version is not read as one of this."""

INDEX_ENTRIES_MAX = 20_000
"""Retired orders that wait in memory while an index is rebuilt, before they are committed."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The state after a replay: frames and events applied, number of the last frame."""

    core: Core
    frames: int
    events: int
    last_seq: int


def replay(
    journaled: Iterable[Frame],
    core: Core | None = None,
    *,
    index: RetiredIndex | None = None,
    decide_again: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Replayed:
    """Apply the events of every frame in order.

    Parameters
    ----------
    core : Core or None
        State to start from, as restored from a snapshot; empty when None.
    index : RetiredIndex or None
        Told what leaves memory and it does not have yet; it must cover the state that is started from. All
        the frames must be durable.
    decide_again : bool
        Also put every command to the core and compare its events with those journaled, field by field;
        a field that an older version did not write has its default.
    progress : callable or None
        Told the frames done, every ten thousand.

    Raises
    ------
    IntegrityError
        A frame is not a record.
    HashMismatch
        With `decide_again`: this code decides otherwise than the code that wrote the journal did.
    """
    core = core or Core()
    evolve = core.evolve
    count = events_count = seq = 0
    for frame in journaled:
        seq = frame.seq
        command, events = decode_record(frame.payload, seq)
        if decide_again and core.decide(command) != events:
            raise HashMismatch(
                f"frame {seq}: {type(command).__name__} is decided otherwise than when it was journaled; "
                f"replay with the version of the code named in the journal's RunStarted"
            )
        if index is not None and type(command) is RetireOrders:
            _keep(index, core, frame, events)
        for event in events:
            evolve(event)
        count += 1
        events_count += len(events)
        if progress is not None and count % 10_000 == 0:
            progress(count)
    return Replayed(core, count, events_count, seq)


def _keep(index: RetiredIndex, core: Core, frame: Frame, events: tuple[Event, ...]) -> None:
    """Give the index what the frame takes out of memory, unless it has it."""
    oms = core.engines.oms
    for event in events:
        if type(event) is OrdersRetired and index.cursor.batches == oms.retirements:
            keep(index, oms, event, frame.seq, frame.digest)
    if index.waiting >= INDEX_ENTRIES_MAX:
        index.commit(frame.seq)


class Taking:
    """The state as of the journal's last frame, written in steps while the core goes on; for `closing`.

    Begin it between two commands, in the thread of the core, where the steps are taken too. Save what it
    gives once that frame is durable. One saved earlier does no harm: `recover` skips a snapshot of frames
    that a power loss took.
    """

    def __init__(self, core: Core, journal: Journal) -> None:
        self.seq, self.digest = journal.last_seq, journal.last_hash
        self._core = core
        self._cut = core.begin_cut()

    def steps(self, at_once: int = AT_ONCE) -> Iterator[None]:
        """Write it, so many orders at a time."""
        return self._cut.steps(at_once)

    def parts(self) -> list[bytes]:
        """The snapshot's payload, once all steps are taken."""
        return [FORMAT, *self._cut.parts()]

    def close(self) -> None:
        """Let the core go, whether all is written or not."""
        self._core.end_cut()


def take_snapshot(core: Core, journal: Journal) -> Snapshot:
    """The state as of the journal's last frame, at once; see `Taking`."""
    with closing(Taking(core, journal)) as taking:
        for _ in taking.steps():
            continue
        return Snapshot(taking.seq, taking.digest, b"".join(taking.parts()))


def save_snapshot(core: Core, journal: Journal, store: SnapshotStore) -> None:
    """Keep the state as of the journal's last frame, which must be durable."""
    store.save(take_snapshot(core, journal))


def load_snapshot(snapshot: Snapshot | None) -> tuple[Core, int] | None:
    """The core of a snapshot and its last frame's number; None when it is absent or of another version."""
    if snapshot is None or not snapshot.payload.startswith(FORMAT):
        return None
    return restore(snapshot.payload[len(FORMAT) :]), snapshot.seq


def recover(
    journal: Journal, storage: Storage, store: SnapshotStore, index: RetiredIndex | None = None
) -> Replayed:
    """The core as of the last frame of a journal just opened: newest snapshot that fits, then what follows.

    A snapshot fits when its frame is in the journal with the hash it was taken at; the newest is tried
    first, and without one the journal is replayed from its start. The snapshot's own frame is not counted.

    With an index a snapshot must also have let go of nothing that the index lacks; the index has then been
    told all that had left memory up to the journal's end. One that followed another journal, or followed this
    one beyond its end, is emptied first.
    """
    if index is not None and not _has_followed(index, journal, storage):
        index.clear()
    upto = journal.last_seq
    while upto:
        snapshot, _ = store.load_latest(upto)
        if snapshot is None:
            break
        loaded = load_snapshot(snapshot)
        if loaded is not None and (index is None or _covers(index, loaded[0])):
            tail = frames(storage, snapshot.seq, near=journal.recovery.before(snapshot.seq))
            if is_of(snapshot, next(tail, None)):
                replayed = replay(tail, loaded[0], index=index)
                return Replayed(replayed.core, replayed.frames, replayed.events, journal.last_seq)
        upto = snapshot.seq - 1
    return replay(frames(storage), index=index)


def _has_followed(index: RetiredIndex, journal: Journal, storage: Storage) -> bool:
    """Whether all that the index has is of this journal: its last frame is here, with the same hash."""
    cursor = index.cursor
    if cursor.seq == 0:
        return True
    if cursor.seq > journal.last_seq:
        return False
    frame = next(frames(storage, cursor.seq, near=journal.recovery.before(cursor.seq)), None)
    return frame is not None and (frame.seq, frame.digest) == (cursor.seq, cursor.digest)


def _covers(index: RetiredIndex, core: Core) -> bool:
    """Whether the index has all that has left the memory of the core."""
    return index.cursor.batches >= core.engines.oms.retirements


def is_of(snapshot: Snapshot, frame: Frame | None) -> bool:
    """Whether the snapshot was taken at this very frame, and not at another of its number."""
    return frame is not None and (frame.seq, frame.digest) == (snapshot.seq, snapshot.digest)
