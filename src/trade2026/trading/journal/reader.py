"""Tails a journal from a cursor of its own, in any process, and sees only what is durable."""

from struct import Struct, error
from typing import Final

import google_crc32c

from trade2026.ports.storage import Bell, File, Storage
from trade2026.primitives.errors import HashMismatch, InputError
from trade2026.trading.journal.archive import all_first_seqs, has_segment, open_segment
from trade2026.trading.journal.frame import GENESIS, Frame, Stop, decode_run, find_later
from trade2026.trading.journal.published import LOCK_NAME, End, EndReader
from trade2026.trading.journal.scan import Cursor, Finding, FindingKind
from trade2026.trading.journal.segment import HEADER_BYTES, SegmentHeader, segment_name

_CHUNK: Final = 256 * 1024
_CURSOR: Final = Struct("<Q32sQQ")
_CRC: Final = Struct("<I")


class JournalReader:
    """One reader. Every frame is checked (CRC, number, chain) on its way.

    While there is a writer, it reads up to the durable end that the writer publishes. While there is none, it
    syncs the segment and reads to the last whole frame: that is what the next writer will keep.

    Parameters
    ----------
    from_seq : int
        The first frame to return.
    cursor : Cursor or None
        Read on behind the frame it names.
    trusts_writer : bool
        Of frames that a writer publishes while this reads along, check CRC and number alone: their chain
        was made a moment ago, and whoever rewrites it has to be found by those who check all of it (the
        monitor, the next start, `verify`). What was there before is checked in full.
    """

    def __init__(
        self,
        storage: Storage,
        from_seq: int = 1,
        *,
        cursor: Cursor | None = None,
        trusts_writer: bool = False,
    ) -> None:
        if from_seq < 1:
            raise InputError(f"from_seq must be at least 1, was {from_seq}")
        self._storage = storage
        self._end = EndReader(storage)
        self._bell: Bell | None = None
        self._file: File | None = None
        self._salt = 0
        self._chunk = _CHUNK
        self._trusts_writer = trusts_writer
        self._past: int | None = None  # The last frame that was there when it began to read.
        self._skip_below = from_seq if cursor is None else max(from_seq, cursor.seq + 1)
        self._resume = cursor
        self._segment = 0
        self._seq, self._digest, self._offset = 0, GENESIS, HEADER_BYTES

    @property
    def position(self) -> Cursor:
        """Where it stands: everything up to this frame has been returned."""
        if self._file is None and self._resume is not None:
            return self._resume
        return Cursor(self._seq, self._digest, self._segment, self._offset)

    def read_available(self, limit: int = 4096) -> list[Frame]:
        """The next durable frames in order, at most `limit`; none when it has caught up.

        Raises IntegrityError where the log is damaged, SequenceGap included.
        """
        while True:
            if self._file is None and not self._enter():
                return []
            end = self._end.load()
            is_published = end is not None and end.seq > self._seq
            if not is_published and self._storage.is_locked(LOCK_NAME):
                return []
            taken = self._read_published(end, limit) if is_published and end else self._read_unowned(limit)
            if taken is None:
                continue
            if taken and taken[0].seq < self._skip_below:
                taken = taken[self._skip_below - taken[0].seq :]
                if not taken:
                    continue
            return taken

    def has_more(self) -> bool:
        """Whether the writer has published frames that were not read yet; a look at a page of memory."""
        self._listen()  # Before the look, so that no ring falls between the two.
        end = self._end.load()
        return end is not None and end.seq > self._seq

    def wait(self, timeout_ns: int) -> bool:
        """Block until the writer has something new or `timeout_ns` is over; True may be for nothing."""
        return self.has_more() or self._listen().wait(timeout_ns)

    async def wait_async(self, timeout_ns: int) -> bool:
        """As `wait`, without blocking the event loop."""
        return self.has_more() or await self._listen().wait_async(timeout_ns)

    def close(self) -> None:
        """Release file, page and bell; a second call does nothing."""
        if self._bell is not None:
            self._bell.close()
            self._bell = None
        self._end.close()
        if self._file is not None:
            self._resume = self.position
            self._file.close()
            self._file = None

    def _listen(self) -> Bell:
        if self._bell is None:
            self._bell = self._storage.listen()
        return self._bell

    def _enter(self) -> bool:
        """Open the segment to begin with; False where the folder has none yet."""
        resume = self._resume
        if resume is not None and resume.segment:
            self._open(resume.segment, (resume.seq, resume.digest, resume.offset))
            return True
        starts = all_first_seqs(self._storage)
        if not starts:
            return False
        self._open(max((first for first in starts if first <= self._skip_below), default=starts[0]), None)
        return True

    def _open(self, first: int, at: tuple[int, bytes, int] | None) -> None:
        """Move to the segment that begins with `first`, at a known place or at its start."""
        name = segment_name(first)
        file = open_segment(self._storage, first)
        try:
            header = SegmentHeader.decode(file.read(0, HEADER_BYTES), name, self._storage.folder)
            follows = self._segment == 0 or header.previous == self._digest
        except HashMismatch:
            file.close()
            raise
        if self._file is not None:
            self._file.close()
        self._file, self._salt, self._segment = file, header.salt, first
        if at is not None:
            self._seq, self._digest, self._offset = at
            return
        self._offset = HEADER_BYTES
        if not follows:
            raise self._finding(
                FindingKind.BROKEN_CHAIN, f"the segment does not follow from frame {self._seq}"
            )
        self._seq, self._digest = first - 1, header.previous

    def _decode(self, stop: int, limit: int, *, checks_chain: bool = True) -> tuple[list[Frame], Stop, bytes]:
        """Frames from here to offset `stop`; without one, why, and all bytes looked at."""
        assert self._file is not None, "a segment is open while it is read"
        while True:
            data = self._file.read(self._offset, min(self._chunk, max(stop - self._offset, 0)))
            frames, position, why = decode_run(
                data, 0, self._salt, self._seq, self._digest, limit, checks_chain=checks_chain
            )
            if frames:
                self._offset += position
                self._seq, self._digest = frames[-1].seq, frames[-1].digest
                self._chunk = _CHUNK
                return frames, why, data
            if why is not Stop.DAMAGED or self._offset + len(data) >= stop or len(data) < self._chunk:
                return frames, why, data
            self._chunk *= 2  # The frame may only be longer than what was read of it.

    def _read_published(self, end: End, limit: int) -> list[Frame] | None:
        """Frames up to the published end; None after a move to the next segment."""
        assert self._file is not None, "a segment is open while it is read"
        if self._past is None:
            self._past = end.seq
        is_same = end.segment == self._segment
        frames, why, _ = self._decode(
            end.offset if is_same else self._file.size(),
            limit,
            checks_chain=not self._trusts_writer or self._seq < self._past,
        )
        if frames:
            return frames
        if why is Stop.END and not is_same:
            self._open(self._seq + 1, None)
            return None
        raise self._damage(why, f"the writer says frame {end.seq} is durable")

    def _read_unowned(self, limit: int) -> list[Frame] | None:
        """Frames of a journal without a writer; None to look again."""
        assert self._file is not None, "a segment is open while it is read"
        self._file.sync()  # A killed writer leaves frames that only the system's memory holds.
        before = self.position
        size = self._file.size()
        frames, why, data = self._decode(size, limit)
        if self._storage.is_locked(LOCK_NAME):  # A writer came: what was read may be newer than the sync.
            self._seq, self._digest, _, self._offset = before
            return None
        if frames:
            return frames
        if why is Stop.SEQUENCE or why is Stop.CHAIN:
            raise self._damage(why, why.value)
        if has_segment(self._storage, self._seq + 1) and self._segment != self._seq + 1:
            if why is Stop.DAMAGED:
                raise self._damage(why, "a later segment follows")
            self._open(self._seq + 1, None)
            return None
        if why is Stop.DAMAGED:
            later = find_later(data, 0, self._salt, self._seq + 1)
            if later is not None and later.conclusive:
                raise self._damage(why, f"frame {later.seq} is whole and was written after it")
        behind = [first for first in all_first_seqs(self._storage) if first > self._seq + 1]
        if not behind:
            return []
        if self._storage.is_locked(LOCK_NAME):
            return None
        raise self._finding(FindingKind.SEQUENCE_GAP, f"the next segment begins with frame {behind[0]}")

    def _damage(self, why: Stop, detail: str) -> Exception:
        kinds = {Stop.SEQUENCE: FindingKind.SEQUENCE_GAP, Stop.CHAIN: FindingKind.BROKEN_CHAIN}
        return self._finding(kinds.get(why, FindingKind.DAMAGED_FRAME), detail)

    def _finding(self, kind: FindingKind, detail: str) -> Exception:
        name = segment_name(self._segment)
        return Finding(kind, self._storage.folder, name, self._offset, self._seq + 1, detail).error()


class CursorStore:
    """Keeps the cursor of one named reader in the journal's folder."""

    def __init__(self, storage: Storage, name: str) -> None:
        if not name or not name.replace("-", "").replace("_", "").isalnum():
            raise InputError(f"name of a reader must be letters, digits, '-' and '_', was {name!r}")
        self._storage = storage
        self._file = f"cursor-{name}"

    def load(self) -> Cursor | None:
        """The cursor saved last; None before the first. Raises HashMismatch for a damaged one."""
        if not self._storage.exists(self._file):
            return None
        data = self._storage.read(self._file)
        try:
            (crc,) = _CRC.unpack_from(data, _CURSOR.size)
            if len(data) == _CURSOR.size + _CRC.size and crc == google_crc32c.value(data[: _CURSOR.size]):
                return Cursor(*_CURSOR.unpack_from(data))
        except error:
            pass
        raise HashMismatch(
            f"journal {self._storage.folder}: '{self._file}' is damaged. Remove it, and what its reader has "
            "built, and the reader begins again."
        )

    def save(self, cursor: Cursor, *, durable: bool = True) -> None:
        """Keep `cursor`; call it after what was read up to there is safe."""
        data = _CURSOR.pack(*cursor)
        self._storage.replace(self._file, data + _CRC.pack(google_crc32c.value(data)), durable=durable)
