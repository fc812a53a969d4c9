"""Reads a journal without opening it for writing: to check all of it, or to show a part."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from trade2026.ports.storage import Storage
from trade2026.trading.journal.archive import all_first_seqs
from trade2026.trading.journal.frame import GENESIS, Frame
from trade2026.trading.journal.head import HEAD_NAME, Head, read_head
from trade2026.trading.journal.published import LOCK_NAME, EndReader
from trade2026.trading.journal.reader import JournalReader
from trade2026.trading.journal.recovery import HeadCheck
from trade2026.trading.journal.scan import Cursor, Finding, FindingKind, scan

_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a whole journal is worth.

    `findings` holds everything that is not as it must be, a torn tail included; `torn_bytes` is its length.
    `head_seq` is None where no key was given or no head is there. `unsigned_frames` is how many of the last
    frames neither the head nor a signature covers, `signed_from` the first frame that has signatures, or 0.
    `last_segment` is the first number of the last segment, `end_offset` the place in it behind the last whole
    frame.
    """

    segments: int
    frames: int
    last_seq: int
    last_hash: bytes
    head_seq: int | None
    torn_bytes: int
    findings: tuple[Finding, ...]
    unsigned_frames: int = 0
    signed_from: int = 0
    last_segment: int = 0
    end_offset: int = 0

    @property
    def is_intact(self) -> bool:
        """Nothing found at all."""
        return not self.findings

    @property
    def would_open(self) -> bool:
        """Whether a writer would start: nothing found but a torn tail, which it cuts."""
        return all(finding.kind is FindingKind.TORN_TAIL for finding in self.findings)


def verify(
    storage: Storage,
    head_key: bytes | None,
    *,
    strict: bool = False,
    progress: Callable[[int], None] | None = None,
) -> VerifyReport:
    """Check every frame, the chain, the segments and the signed head; change nothing.

    With `head_key` None the head is not looked at. Of a journal that is being written, what is behind its
    durable end is left out. `strict` takes a whole frame behind a bad one as proof of damage even without a
    fence; give it for a journal written without syncs. `progress` is told the number of the last frame
    checked. Raises HashMismatch only for a head not signed by the key.
    """
    head = None if head_key is None else read_head(storage, head_key)
    starts = all_first_seqs(storage)
    upto = _being_written_upto(storage)
    check = HeadCheck(head or Head(0, GENESIS))

    def visit(frames: Sequence[Frame]) -> None:
        check.visit(frames)
        if progress is not None:
            progress(frames[-1].seq)

    signed_from = 0 if head is None else head.signed_from
    result = scan(storage, visit, strict=strict, upto=upto, key=head_key, signed_from=signed_from)
    findings = list(result.findings)
    if head is not None and (upto is None or head.seq <= upto):
        early = check.finding(result, storage.folder)
        if early is not None:
            findings.append(early)
    elif head is None and head_key is not None and starts:
        detail = f"there is no signed head '{HEAD_NAME}'"
        findings.append(Finding(FindingKind.HEAD_MISMATCH, storage.folder, HEAD_NAME, 0, 0, detail))
    return VerifyReport(
        len(starts),
        result.frames,
        result.seq,
        result.digest,
        None if head is None else head.seq,
        result.torn_bytes,
        tuple(findings),
        result.seq - min(max(result.signed_seq, 0 if head is None else head.seq), result.seq),
        signed_from,
        result.headers[-1].first_seq if result.headers else 0,
        result.offset,
    )


def frames(
    storage: Storage, from_seq: int = 1, to_seq: int | None = None, *, near: Cursor | None = None
) -> Iterator[Frame]:
    """The frames `from_seq` to `to_seq`, both included, in order; to the last whole one by default.

    Verifies the chain from the start of the segment that holds `from_seq`, or from `near`, a place before it.
    Ends at a torn tail, or at the durable end of a journal that is being written. Raises IntegrityError where
    the log is damaged before `to_seq`.
    """
    reader = JournalReader(storage, from_seq, cursor=near)
    try:
        while True:
            block = reader.read_available(_BLOCK)
            if not block:
                return
            for frame in block:
                if to_seq is not None and frame.seq > to_seq:
                    return
                yield frame
    finally:
        reader.close()


def _being_written_upto(storage: Storage) -> int | None:
    """The published durable end of a journal that has a writer now; None where it has none."""
    if not storage.is_locked(LOCK_NAME):
        return None
    reader = EndReader(storage)
    try:
        end = reader.load()
    finally:
        reader.close()
    return 0 if end is None else end.seq
