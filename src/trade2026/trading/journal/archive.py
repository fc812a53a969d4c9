"""Segments that no start replays any more, compressed: a file each, read as if it were the segment.

An archive holds the bytes of one whole segment, in blocks that are compressed one by one, so that a part can
be read without the rest. Little-endian::

    magic | block ... | index | fields | SHA-256 of index and fields

The index has length and CRC32C of each compressed block; the fields say which segment it is, where the chain
stood before and behind it, and the SHA-256 of the segment. Offsets in a segment stay what they were, so a
cursor into it stays good.
"""

import zlib
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from struct import Struct, error
from typing import Final

import google_crc32c

from trade2026.ports.storage import File, Storage
from trade2026.primitives.errors import HashMismatch, StoreUnavailable
from trade2026.trading.journal.segment import REMEDY, first_seqs, numbers_of, segment_name

PREFIX: Final = "archive-"
SUFFIX: Final = ".z"
MAGIC: Final = b"T26ARCH\1"
_FIELDS: Final = Struct("<8sQQ32s32sQII32s")
_ENTRY: Final = Struct("<II")
_SUM_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive says of itself: its segment, and the chain before and behind it.

    `previous` is the hash of frame `first_seq` - 1, `digest` that of `last_seq`; `blocks` holds length and
    CRC32C of each compressed block, `block_bytes` how much of the segment each but the last one holds.
    """

    first_seq: int
    last_seq: int
    previous: bytes
    digest: bytes
    size: int
    block_bytes: int
    sha256: bytes
    blocks: tuple[tuple[int, int], ...]

    @property
    def name(self) -> str:
        """The archive's file."""
        return archive_name(self.first_seq)

    def encode(self) -> bytes:
        """What stands behind the blocks."""
        index = b"".join(_ENTRY.pack(*each) for each in self.blocks)
        chain = (self.first_seq, self.last_seq, self.previous, self.digest)
        fields = _FIELDS.pack(MAGIC, *chain, self.size, self.block_bytes, len(self.blocks), self.sha256)
        return index + fields + sha256(index + fields).digest()


def archive_name(first_seq: int) -> str:
    """The archive of the segment that begins with this frame."""
    return f"{PREFIX}{first_seq:020d}{SUFFIX}"


def archived_seqs(storage: Storage) -> list[int]:
    """First frames of the segments that are archived, ascending."""
    return numbers_of(storage.names(PREFIX), PREFIX, SUFFIX)


def all_first_seqs(storage: Storage) -> list[int]:
    """Where the segments begin, ascending, archived or not; once where both are there for a moment."""
    live = first_seqs(storage)  # First: what is archived in between is then found below.
    return sorted({*live, *archived_seqs(storage)})


def has_segment(storage: Storage, first_seq: int) -> bool:
    """Whether a segment begins with this frame, archived or not."""
    return storage.exists(segment_name(first_seq)) or storage.exists(archive_name(first_seq))


def open_segment(storage: Storage, first_seq: int) -> File:
    """The segment, to be read; from its archive where it is gone."""
    try:
        return storage.open(segment_name(first_seq), writable=False)
    except StoreUnavailable:
        if not storage.exists(archive_name(first_seq)):
            raise
    return ArchivedFile(storage, archive_name(first_seq))


def read_contents(file: File, folder: str) -> Contents:
    """Read what an archive says of itself; raises HashMismatch that names the file where it does not fit."""
    size = file.size()
    end = _FIELDS.size + _SUM_BYTES
    tail = file.read(max(size - end, 0), end)
    try:
        magic, first, last, previous, digest, raw, block_bytes, count, checksum = _FIELDS.unpack_from(tail)
    except error:
        raise _damaged(file.name, folder, size, "it is cut short") from None
    start = size - end - count * _ENTRY.size
    if magic != MAGIC or start < len(MAGIC):
        raise _damaged(file.name, folder, size - end, "its end is damaged")
    rest = file.read(start, size - start)
    if sha256(rest[:-_SUM_BYTES]).digest() != rest[-_SUM_BYTES:] or archive_name(first) != file.name:
        raise _damaged(file.name, folder, start, "its end is damaged")
    blocks = tuple(_ENTRY.unpack_from(rest, number * _ENTRY.size) for number in range(count))
    if len(MAGIC) + sum(length for length, _ in blocks) != start or file.read(0, len(MAGIC)) != MAGIC:
        raise _damaged(file.name, folder, 0, "its blocks do not fill it")
    return Contents(first, last, previous, digest, raw, block_bytes, checksum, blocks)


def contents_of(storage: Storage, first_seq: int) -> Contents:
    """The same of an archive that is to be opened first."""
    file = storage.open(archive_name(first_seq), writable=False)
    try:
        return read_contents(file, storage.folder)
    finally:
        file.close()


class ArchivedFile:
    """`ports.storage.File` over the bytes of an archived segment; to be read only.

    A block that does not have its checksum raises HashMismatch.
    """

    def __init__(self, storage: Storage, name: str) -> None:
        """Open the archive and read its index."""
        self._folder = storage.folder
        self._file = storage.open(name, writable=False)
        try:
            self.contents = read_contents(self._file, storage.folder)
        except (HashMismatch, StoreUnavailable):
            self._file.close()
            raise
        lengths = [length for length, _ in self.contents.blocks]
        self._starts = list(accumulate(lengths, initial=len(MAGIC)))
        self._at, self._block = -1, b""

    @property
    def name(self) -> str:
        """The archive's name."""
        return self._file.name

    def size(self) -> int:
        """Bytes of the segment."""
        return self.contents.size

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the segment from `offset`; fewer only at its end."""
        stop = min(offset + length, self.contents.size)
        step = self.contents.block_bytes
        parts = []
        while offset < stop:
            number, within = divmod(offset, step)
            part = self._load(number)[within : within + stop - offset]
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def write(self, offset: int, data: bytes) -> None:
        """Refused."""
        raise self._refusal()

    def fill_zeros(self, offset: int, length: int) -> None:
        """Refused."""
        raise self._refusal()

    def truncate(self, size: int) -> None:
        """Refused."""
        raise self._refusal()

    def sync(self) -> None:
        """Nothing to do: an archive has its name only once it is on disk."""

    def close(self) -> None:
        """Close the archive."""
        self._file.close()

    def _load(self, number: int) -> bytes:
        if number != self._at:
            length, crc = self.contents.blocks[number]
            packed = self._file.read(self._starts[number], length)
            self._block = self._unpack(number, packed, crc)
            self._at = number
        return self._block

    def _unpack(self, number: int, packed: bytes, crc: int) -> bytes:
        contents = self.contents
        expected = min(contents.block_bytes, contents.size - number * contents.block_bytes)
        if google_crc32c.value(packed) == crc:
            try:
                block = zlib.decompress(packed, bufsize=expected)
            except zlib.error:
                block = b""
            if len(block) == expected:
                return block
        raise _damaged(self.name, self._folder, self._starts[number], f"block {number} is damaged")

    def _refusal(self) -> StoreUnavailable:
        return StoreUnavailable(f"cannot write {self._folder}/{self.name}: an archive is not changed")


def _damaged(name: str, folder: str, offset: int, what: str) -> HashMismatch:
    return HashMismatch(f"journal {folder}: {name} at {offset}: {what}. {REMEDY}")
