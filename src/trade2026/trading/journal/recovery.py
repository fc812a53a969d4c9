"""What a writer does before it writes: verify the chain, cut a torn tail, refuse damage."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trade2026.ports.storage import File, Storage
from trade2026.primitives.errors import HashMismatch, InputError
from trade2026.trading.journal.archive import archived_seqs
from trade2026.trading.journal.config import JournalConfig
from trade2026.trading.journal.frame import GENESIS, Frame
from trade2026.trading.journal.head import HEAD_NAME, Head, read_head
from trade2026.trading.journal.scan import Cursor, Finding, FindingKind, Scan, scan
from trade2026.trading.journal.segment import HEADER_BYTES, REMEDY, SegmentHeader, first_seqs
from trade2026.trading.journal.spare import Spare, begin_segment

_OURS: Final = ("next.", "head.", "snapshot-", "archive-")


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the start of a journal found: frames kept, and bytes of a torn tail that were cut.

    `last` is the last frame that was read, None where none was; `waypoints` are places on the way, ascending.
    """

    frames: int
    segments: int
    torn_bytes: int
    last: Frame | None = None
    waypoints: tuple[Cursor, ...] = ()

    def before(self, seq: int) -> Cursor | None:
        """The nearest place before frame `seq` from which a reader can go on; None where there is none."""
        index = bisect_left(self.waypoints, seq, key=lambda place: place.seq)
        return self.waypoints[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class Position:
    """Where writing goes on: an open segment, the offset behind its last frame, and the chain so far."""

    file: File
    header: SegmentHeader
    offset: int
    seq: int
    digest: bytes
    head: Head
    recovery: Recovery


class HeadCheck:
    """Watches a scan pass the signed head."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._matches = head.digest == GENESIS if head.seq == 0 else None

    def visit(self, frames: Sequence[Frame]) -> None:
        """Take a block of consecutive frames."""
        index = self._head.seq - frames[0].seq
        if 0 <= index < len(frames):
            self._matches = frames[index].digest == self._head.digest

    def finding(self, result: Scan, folder: str) -> Finding | None:
        """What is wrong with the end of the log by the head, if anything."""
        if self._matches:
            return None
        segment = result.headers[-1].name if result.headers else "(no segment)"
        if self._matches is None:
            kind, detail = FindingKind.ENDS_EARLY, f"the signed head says frame {self._head.seq} was durable"
            return Finding(kind, folder, segment, result.offset, result.seq + 1, detail)
        detail = f"frame {self._head.seq} has another hash than the signed head"
        return Finding(FindingKind.HEAD_MISMATCH, folder, segment, result.offset, self._head.seq, detail)


def recover(storage: Storage, config: JournalConfig, head_key: bytes) -> Position:
    """Open the folder for its one writer; the lock is held by the caller.

    Raises IntegrityError, naming segment, offset, number and remedy, for anything but a torn tail; then
    nothing has been changed.
    """
    head = read_head(storage, head_key)
    starts = first_seqs(storage)
    if not starts and not archived_seqs(storage):
        return _create(storage, config, head_key, head)
    if head is None:
        raise HashMismatch(
            f"journal {storage.folder}: has segments but no signed head '{HEAD_NAME}', so nothing says where "
            f"it must end. {REMEDY}"
        )
    if head.signed_from and not config.signed:
        raise InputError(
            f"journal {storage.folder} is signed from frame {head.signed_from} on; open it with signed=True"
        )
    check = HeadCheck(head)
    whole_from = min(head.seq, starts[0]) if starts else 1
    result = scan(
        storage,
        check.visit,
        strict=not config.durable,
        whole_from=whole_from,
        key=head_key,
        signed_from=head.signed_from,
    )
    for finding in result.findings:
        if finding.kind is not FindingKind.TORN_TAIL:
            raise finding.error()
    early = check.finding(result, storage.folder)
    if early is not None:
        raise early.error()
    if not starts:
        raise HashMismatch(f"journal {storage.folder}: has archives but no segment after them. {REMEDY}")
    for name in storage.names():
        if name.endswith(".tmp") and name.startswith(_OURS):  # A reader may be writing its cursor.
            storage.remove(name)
    return _continue(storage, config, result, head)


def _create(storage: Storage, config: JournalConfig, head_key: bytes, head: Head | None) -> Position:
    """A new journal; or one whose making was cut short before its first segment."""
    if head is not None and head.seq > 0:
        raise HashMismatch(
            f"journal {storage.folder}: the signed head says frame {head.seq} was durable, and there is no "
            f"segment. {REMEDY}"
        )
    head = Head(0, GENESIS, 1 if config.signed else 0)
    storage.replace(HEAD_NAME, head.encode(head_key), durable=config.durable)
    header = new_header(config, 1, GENESIS)
    spare = None
    if config.preallocate:
        spare = Spare(storage, config.segment_bytes, durable=config.durable)
        spare.finish()
    file = begin_segment(storage, header, spare, durable=config.durable)
    return Position(file, header, HEADER_BYTES, 0, GENESIS, head, Recovery(0, 1, 0))


def _continue(storage: Storage, config: JournalConfig, result: Scan, head: Head) -> Position:
    """Cut the torn tail and make all that is kept durable: a killed writer may have left it unsynced."""
    header = result.headers[-1]
    file = storage.open(header.name, writable=True)
    if header.preallocated:
        if result.torn_bytes:
            file.fill_zeros(result.offset, result.torn_bytes)
        size = file.size()
        if size < header.capacity:
            file.fill_zeros(size, header.capacity - size)
    elif file.size() > result.offset:
        file.truncate(result.offset)
    if config.durable:
        file.sync()
        storage.sync_folder()
    kept = Recovery(
        result.frames, result.archived + len(result.headers), result.torn_bytes, result.last,
        tuple(result.waypoints),
    )  # fmt: skip
    return Position(file, header, result.offset, result.seq, result.digest, head, kept)


def new_header(config: JournalConfig, first_seq: int, previous: bytes) -> SegmentHeader:
    """The header of a segment that begins with `first_seq`."""
    return SegmentHeader(
        first_seq, previous, config.segment_bytes, config.preallocate, config.identity, config.signed
    )
