"""Moves old segments into archives, one block at a time, so that nothing else waits for it.

The order of things is what a power loss cannot hurt: the archive is written beside its place, synced, read
back and compared, renamed, the folder synced, and only then is the segment removed. Before that the segment
is there; afterwards the archive is; in between both are, and the segment is what is read.
"""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from itertools import pairwise
from typing import Final

import google_crc32c

from trade2026.ports.storage import File, Storage
from trade2026.primitives.errors import HashMismatch, StoreUnavailable
from trade2026.trading.journal.archive import MAGIC, ArchivedFile, Contents, archive_name
from trade2026.trading.journal.segment import HEADER_BYTES, SegmentHeader, first_seqs, segment_name

BLOCK_BYTES: Final = 1 << 20
_LEVEL: Final = 6
_TEMPORARY: Final = ".tmp"


def archivable(storage: Storage, *, upto_seq: int, keep_segments: int) -> list[int]:
    """First frames of the segments that may go: whole below frame `upto_seq`, and not among the newest.

    Parameters
    ----------
    upto_seq : int
        Number of a frame that is durable, signed and behind which every start begins.
    keep_segments : int
        How many of the newest segments stay as they are, at least 1.
    """
    starts = first_seqs(storage)
    behind = max(keep_segments, 1)
    ends = {first: following - 1 for first, following in pairwise(starts)}
    return [first for first in starts[:-behind] if ends[first] <= upto_seq]


def archive_segment(storage: Storage, first_seq: int) -> Iterator[None]:
    """Archive one segment that another one follows, in steps of some milliseconds, a step for each `next`.

    Everything here may run in the storage's second thread. Raises DiskFull or StoreUnavailable, and
    HashMismatch where the segment does not read back as it was; the segment is then still there.
    """
    name = archive_name(first_seq)
    source = storage.open(segment_name(first_seq), writable=False)
    try:
        if storage.exists(name):  # A start was cut off between the two names.
            yield from _compare(storage, name, source)
        else:
            yield from _write(storage, name, source, first_seq)
    finally:
        source.close()
    storage.remove(segment_name(first_seq))
    storage.sync_folder()


def _write(storage: Storage, name: str, source: File, first_seq: int) -> Iterator[None]:
    temporary = name + _TEMPORARY
    target = storage.create(temporary)
    try:
        whole, blocks, at = sha256(), [], len(MAGIC)
        target.write(0, MAGIC)
        size = source.size()
        for offset in range(0, size, BLOCK_BYTES):
            block = source.read(offset, BLOCK_BYTES)
            whole.update(block)
            packed = zlib.compress(block, _LEVEL)
            target.write(at, packed)
            blocks.append((len(packed), google_crc32c.value(packed)))
            at += len(packed)
            yield
        contents = _contents(storage, source, first_seq, size, whole.digest(), blocks)
        target.write(at, contents.encode())
        target.sync()
        yield
    except (StoreUnavailable, HashMismatch, GeneratorExit):
        target.close()
        with suppress(StoreUnavailable):
            storage.remove(temporary)
        raise
    target.close()
    storage.rename(temporary, name)
    storage.sync_folder()
    yield from _compare(storage, name, source)


def _contents(
    storage: Storage, source: File, first_seq: int, size: int, digest: bytes, blocks: list[tuple[int, int]]
) -> Contents:
    """The two headers around the segment's end say where the chain stands there."""
    header = SegmentHeader.decode(source.read(0, HEADER_BYTES), source.name, storage.folder)
    following = min(first for first in first_seqs(storage) if first > first_seq)
    file = storage.open(segment_name(following), writable=False)
    try:
        after = SegmentHeader.decode(file.read(0, HEADER_BYTES), file.name, storage.folder)
    finally:
        file.close()
    chain = (first_seq, following - 1, header.previous, after.previous)
    return Contents(*chain, size, BLOCK_BYTES, digest, tuple(blocks))


def _compare(storage: Storage, name: str, source: File) -> Iterator[None]:
    """Read the archive back; raises HashMismatch, and removes it, where it is not the segment."""
    try:
        copy = ArchivedFile(storage, name)
        try:
            whole = sha256()
            for offset in range(0, copy.size(), BLOCK_BYTES):
                block = copy.read(offset, BLOCK_BYTES)
                whole.update(block)
                if block != source.read(offset, BLOCK_BYTES):
                    raise HashMismatch(f"{storage.folder}/{name} differs from its segment at {offset}")
                yield
            if copy.size() != source.size() or whole.digest() != copy.contents.sha256:
                raise HashMismatch(f"{storage.folder}/{name} is not its segment as a whole")
        finally:
            copy.close()
    except HashMismatch:
        storage.remove(name)
        storage.sync_folder()
        raise
