"""Reads every frame of a folder of segments, and tells a torn tail from damage.

Used by the start of the writer, which refuses at the first damage, and by `verify`, which reports all of it.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple

from trade2026.ports.storage import Storage
from trade2026.primitives.errors import HashMismatch, IntegrityError, SequenceGap
from trade2026.trading.journal.archive import (
    ArchivedFile,
    Contents,
    all_first_seqs,
    archive_name,
    contents_of,
    open_segment,
)
from trade2026.trading.journal.frame import (
    GENESIS,
    SIGN_EVERY,
    Frame,
    Mark,
    Stop,
    decode_run,
    find_later,
    sign,
)
from trade2026.trading.journal.segment import HEADER_BYTES, REMEDY, SegmentHeader, first_seqs, segment_name

_BLOCK: Final = 4096
Visit = Callable[[Sequence[Frame]], None]


class FindingKind(StrEnum):
    """What is wrong at a place. A torn tail is expected after a crash and is cut; the rest is refused."""

    TORN_TAIL = "torn tail"
    DAMAGED_HEADER = "damaged segment header"
    DAMAGED_ARCHIVE = "damaged archive"
    DAMAGED_FRAME = "damaged frame inside the log"
    SEQUENCE_GAP = "sequence number out of order"
    BROKEN_CHAIN = "hash chain broken"
    ENDS_EARLY = "ends before its signed head"
    HEAD_MISMATCH = "does not match its signed head"
    UNSIGNED = "signature missing or not by the key"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, and where: segment file, byte offset in it, number of the frame that was due there."""

    kind: FindingKind
    folder: str
    segment: str
    offset: int
    seq: int
    detail: str

    def __str__(self) -> str:
        return (
            f"journal {self.folder}: {self.kind} in {self.segment} at offset {self.offset}, "
            f"frame {self.seq}: {self.detail}"
        )

    def error(self) -> IntegrityError:
        """The same as an exception with its remedy."""
        kind = SequenceGap if self.kind is FindingKind.SEQUENCE_GAP else HashMismatch
        return kind(f"{self}. {REMEDY}")


class Cursor(NamedTuple):
    """The last frame a reader has taken: its number and hash, its segment, and the offset behind it."""

    seq: int
    digest: bytes
    segment: int
    offset: int


@dataclass(slots=True)
class Scan:
    """Where the good frames end, and what was found on the way."""

    headers: list[SegmentHeader] = field(default_factory=list)  # Of the segments that were read.
    archived: int = 0  # Archives that were taken at their word.
    frames: int = 0
    seq: int = 0
    digest: bytes = GENESIS
    offset: int = 0  # In the last segment, behind its last good frame.
    torn_bytes: int = 0  # Behind `offset` in the last segment, up to its last byte that is not zero.
    findings: list[Finding] = field(default_factory=list)
    waypoints: list[Cursor] = field(default_factory=list)  # Every few thousand frames, to read on from.
    last: Frame | None = None
    key: bytes | None = None
    signed_from: int = 0
    signed_seq: int = 0  # Number of the last frame that a good signature covers.


def scan(
    storage: Storage,
    visit: Visit,
    *,
    strict: bool,
    upto: int | None = None,
    whole_from: int = 1,
    key: bytes | None = None,
    signed_from: int = 0,
) -> Scan:
    """Read all segments in order, showing good frames to `visit` in blocks.

    Parameters
    ----------
    visit : callable
        Given blocks of consecutive frames.
    strict : bool
        Take any whole frame behind a bad one as proof of damage, fenced or not. Right for a journal that was
        not synced in batches; for one that was, it would refuse some batches torn by a power loss.
    upto : int or None
        End behind this frame without looking further: what is behind it is still being written.
    whole_from : int
        Of an archive that ends before this frame only what it says of itself is checked: that it is there,
        follows from the one before and is followed by the next. 1 reads everything.
    key : bytes or None
        What signatures are checked with; None leaves them out.
    signed_from : int
        The head's word that segments from this frame on are signed; 0 where none must be.
    """
    result = Scan(key=key, signed_from=signed_from)
    live = first_seqs(storage)
    starts = all_first_seqs(storage)
    for index, first in enumerate(starts):
        if upto is not None and first > upto + 1:
            break
        is_last = index == len(starts) - 1
        try:
            if first in live or not _pass_over(storage, first, whole_from, result):
                _scan_segment(storage, first, is_last, result, visit, strict, upto)
        except HashMismatch as error:
            if first in live:
                raise
            detail = str(error).partition(": ")[2].removesuffix(REMEDY).rstrip(" .")
            kind, name = FindingKind.DAMAGED_ARCHIVE, archive_name(first)
            result.findings.append(Finding(kind, storage.folder, name, 0, result.seq + 1, detail))
    return result


def _pass_over(storage: Storage, first: int, whole_from: int, result: Scan) -> bool:
    """Take an archive at its word, and go on behind it; False where it is to be read."""
    contents = contents_of(storage, first)
    if contents.last_seq >= whole_from:
        return False
    _follow(contents.first_seq, contents.previous, archive_name(first), storage.folder, result)
    result.archived += 1
    result.frames += contents.last_seq - first + 1
    result.seq, result.digest = contents.last_seq, contents.digest
    return True


def _scan_segment(
    storage: Storage, first: int, is_last: bool, result: Scan, visit: Visit, strict: bool, upto: int | None
) -> None:
    file = open_segment(storage, first)
    try:
        data = file.read(0, file.size())
        contents = file.contents if isinstance(file, ArchivedFile) else None
    finally:
        file.close()
    if contents is not None and sha256(data).digest() != contents.sha256:
        raise HashMismatch(f"journal {storage.folder}: {contents.name} at 0: it holds another segment")
    header = _enter(data, first, storage.folder, result)
    if header is None:
        return
    if result.signed_from and first >= result.signed_from and not header.signed:
        detail = f"segments are signed from frame {result.signed_from} on, and this one is not"
        result.findings.append(Finding(FindingKind.UNSIGNED, storage.folder, header.name, 0, first, detail))
    position, stop, salt = HEADER_BYTES, Stop.LIMIT, header.salt
    while stop is Stop.LIMIT:
        limit = _BLOCK if upto is None else min(_BLOCK, upto - result.seq)
        if limit == 0:
            result.offset = position
            return
        marks: list[Mark] | None = [] if header.signed and result.key is not None else None
        at = position
        frames, position, stop = decode_run(data, at, salt, result.seq, result.digest, limit, marks)
        if frames:
            visit(frames)
            if marks is not None:
                _check_signatures(marks, frames[-1].seq, header, at, storage.folder, result)
            result.frames += len(frames)
            result.last = frames[-1]
            result.seq, result.digest = result.last.seq, result.last.digest
            result.waypoints.append(Cursor(result.seq, result.digest, first, position))
    result.offset = position
    _judge(data, position, stop, header, is_last, result, strict, storage.folder)
    if contents is not None:
        _check_end(contents, storage.folder, result)


def _check_signatures(
    marks: list[Mark], last: int, header: SegmentHeader, at: int, folder: str, result: Scan
) -> None:
    """Each fence has a signature, each signature is by the key, none is missing for long; one finding."""
    assert result.key is not None, "signatures are checked with a key"
    since = result.signed_seq or header.first_seq - 1  # A segment begins with one.
    wrong = 0
    for seq, digest, is_fenced, signature in marks:
        if seq - since > SIGN_EVERY or (is_fenced and not signature):
            wrong = since + 1
        elif signature and not hmac.compare_digest(signature, sign(result.key, seq, digest)):
            wrong = seq
        if wrong:
            break
        if signature:
            since = result.signed_seq = seq
    if not wrong and last - since >= SIGN_EVERY:
        wrong = since + 1
    if wrong and not any(each.kind is FindingKind.UNSIGNED for each in result.findings):
        detail = "it, or what is before it, was written by someone without the key"
        result.findings.append(Finding(FindingKind.UNSIGNED, folder, header.name, at, wrong, detail))


def _check_end(contents: Contents, folder: str, result: Scan) -> None:
    """An archive that was read whole must end where it says."""
    if (result.seq, result.digest) != (contents.last_seq, contents.digest):
        detail = f"it says that it ends with frame {contents.last_seq}, and ends with {result.seq}"
        kind = FindingKind.DAMAGED_ARCHIVE
        result.findings.append(Finding(kind, folder, contents.name, 0, result.seq + 1, detail))


def _enter(data: bytes, first: int, folder: str, result: Scan) -> SegmentHeader | None:
    """Check a segment's header against the end of the one before; None where it cannot be read."""
    name = segment_name(first)

    def add(kind: FindingKind, detail: str) -> None:
        result.findings.append(Finding(kind, folder, name, 0, result.seq + 1, detail))

    try:
        header = SegmentHeader.decode(data[:HEADER_BYTES], name, folder)
    except HashMismatch as error:
        add(FindingKind.DAMAGED_HEADER, str(error).partition(": ")[2].removesuffix(REMEDY).rstrip(" ."))
        return None
    result.headers.append(header)
    _follow(first, header.previous, name, folder, result)
    result.seq, result.digest = first - 1, header.previous
    return header


def _follow(first: int, previous: bytes, name: str, folder: str, result: Scan) -> None:
    """Check that what begins with `first` follows from what was read so far."""
    if first != result.seq + 1:
        kind = FindingKind.SEQUENCE_GAP
        detail = f"the segment begins with frame {first}, {result.seq + 1} was due"
    elif previous != result.digest:
        kind, detail = FindingKind.BROKEN_CHAIN, f"the segment does not follow from frame {result.seq}"
    else:
        return
    result.findings.append(Finding(kind, folder, name, 0, result.seq + 1, detail))


def _judge(
    data: bytes,
    position: int,
    stop: Stop,
    header: SegmentHeader,
    is_last: bool,
    result: Scan,
    strict: bool,
    folder: str,
) -> None:
    """Say what the bytes behind the last good frame of a segment are."""
    rest = len(data[position:].rstrip(b"\0"))
    seq = result.seq + 1
    if stop is Stop.SEQUENCE or stop is Stop.CHAIN:
        kind = FindingKind.SEQUENCE_GAP if stop is Stop.SEQUENCE else FindingKind.BROKEN_CHAIN
        result.findings.append(Finding(kind, folder, header.name, position, seq, stop.value))
        return
    if rest == 0 and (is_last or header.preallocated or position == len(data)):
        return
    later = find_later(data, position, header.salt, seq)
    if not is_last:
        detail = "a later segment follows"
    elif later is not None and (later.conclusive or strict):
        detail = f"frame {later.seq} at offset {later.offset} is whole and was written after it"
    else:
        result.torn_bytes = rest
        detail = f"{rest} bytes behind the last whole frame"
        result.findings.append(Finding(FindingKind.TORN_TAIL, folder, header.name, position, seq, detail))
        return
    result.findings.append(Finding(FindingKind.DAMAGED_FRAME, folder, header.name, position, seq, detail))
