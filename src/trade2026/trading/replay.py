"""From a journal back to the state, and the proof that it is the same: by events, or by deciding again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trade2026.ports.storage import Storage
from trade2026.primitives.errors import HashMismatch
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core, restore
from trade2026.trading.journal import Frame, Journal, Snapshot, SnapshotStore, frames

FORMAT = b"trade2026 state 2\n"
"""Opens every snapshot, so that a state of another version is not read as one of this."""


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
    decide_again: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Replayed:
    """Apply the events of every frame in order.

    Parameters
    ----------
    core : Core or None
        State to start from, as restored from a snapshot; empty when None.
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
        for event in events:
            evolve(event)
        count += 1
        events_count += len(events)
        if progress is not None and count % 10_000 == 0:
            progress(count)
    return Replayed(core, count, events_count, seq)


def take_snapshot(core: Core, journal: Journal) -> Snapshot:
    """The state as of the journal's last frame; between two commands, from the thread of the core.

    Save it once that frame is durable. One saved earlier does no harm: `recover` skips a snapshot of frames
    that a power loss took.
    """
    return Snapshot(journal.last_seq, journal.last_hash, FORMAT + core.state_bytes())


def save_snapshot(core: Core, journal: Journal, store: SnapshotStore) -> None:
    """Keep the state as of the journal's last frame, which must be durable."""
    store.save(take_snapshot(core, journal))


def load_snapshot(snapshot: Snapshot | None) -> tuple[Core, int] | None:
    """The core of a snapshot and its last frame's number; None when it is absent or of another version."""
    if snapshot is None or not snapshot.payload.startswith(FORMAT):
        return None
    return restore(snapshot.payload[len(FORMAT) :]), snapshot.seq


def recover(journal: Journal, storage: Storage, store: SnapshotStore) -> Replayed:
    """The core as of the last frame of a journal just opened: newest snapshot that fits, then what follows.

    A snapshot fits when its frame is in the journal with the hash it was taken at; the newest is tried
    first, and without one the journal is replayed from its start. The snapshot's own frame is not counted.
    """
    upto = journal.last_seq
    while upto:
        snapshot, _ = store.load_latest(upto)
        if snapshot is None:
            break
        loaded = load_snapshot(snapshot)
        if loaded is not None:
            tail = frames(storage, snapshot.seq)
            if is_of(snapshot, next(tail, None)):
                replayed = replay(tail, loaded[0])
                return Replayed(replayed.core, replayed.frames, replayed.events, journal.last_seq)
        upto = snapshot.seq - 1
    return replay(frames(storage))


def is_of(snapshot: Snapshot, frame: Frame | None) -> bool:
    """Whether the snapshot was taken at this very frame, and not at another of its number."""
    return frame is not None and (frame.seq, frame.digest) == (snapshot.seq, snapshot.digest)
