"""A Bloom filter of one fixed size: says of nearly every key that was never put that it was not."""

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from hashlib import blake2b, sha256
from struct import Struct
from typing import BinaryIO, Final

FILTER_BYTES: Final = 24 * 1024 * 1024
"""Twelve bits for each of 16 million keys. It does not grow, because memory is not to: with more keys it lets
more of the new ones through to the disk, one in a hundred at 16 million, one in eight at 40 million."""

_HEADER: Final = Struct("<8sQ32s32s")
_MAGIC: Final = b"T26FILT\1"
_WORD_BYTES: Final = 8
_PART_BYTES: Final = 64 * 1024
_LOW: Final = 0xFFF
_PAIRS: Final = tuple(1 << (number & 63) | 1 << (number >> 6) for number in range(_LOW + 1))
"""For each twelve bits of a hash the two bits of a word that they set."""


def hash_of(key: bytes) -> int:
    """Sixty-four bits, the same in every process."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "little")


class KeyFilter:
    """Four bits of one word for each key; not for more than one thread, but for `parts`."""

    __slots__ = ("_count", "_words")

    def __init__(self, size: int = FILTER_BYTES) -> None:
        """Empty; `size` in bytes, a multiple of eight."""
        self._words = array("Q", (0,)) * (size // _WORD_BYTES)  # Without a copy: someone waits for it.
        self._count = len(self._words)

    def add_all(self, hashes: Iterable[int]) -> None:
        """Remember the keys of these hashes."""
        words, count = self._words, self._count
        for hashed in hashes:
            words[(hashed >> 32) * count >> 32] |= _PAIRS[hashed & _LOW] | _PAIRS[hashed >> 12 & _LOW]

    def may_have(self, key: bytes) -> bool:
        """False only for a key that was never added; every new order asks, so that this is one call."""
        hashed = int.from_bytes(blake2b(key, digest_size=8).digest(), "little")
        mask = _PAIRS[hashed & _LOW] | _PAIRS[hashed >> 12 & _LOW]
        return self._words[(hashed >> 32) * self._count >> 32] & mask == mask

    def parts(self) -> Iterator[bytes]:
        """Copies of all of it, one after the other; what is added meanwhile may or may not be in them."""
        with memoryview(self._words) as words, words.cast("B") as image:
            for begin in range(0, len(image), _PART_BYTES):
                yield bytes(image[begin : begin + _PART_BYTES])

    def read_parts(self, file: BinaryIO) -> Iterator[bytes]:
        """Take all of it from a file, and give what was read."""
        with memoryview(self._words) as words, words.cast("B") as image:
            for begin in range(0, len(image), _PART_BYTES):
                part = file.read(min(_PART_BYTES, len(image) - begin))
                image[begin : begin + len(part)] = part
                yield part


def write_filter(file: BinaryIO, found: KeyFilter, batches: int, digest: bytes) -> None:
    """Write a filter that has at least the first `batches` batches, the last of them of this hash.

    In small parts: the allocator would keep the memory of a large copy for ever.
    """
    checksum = _checksum(batches, digest)
    file.write(bytes(_HEADER.size))
    for part in found.parts():
        checksum.update(part)
        file.write(part)
    file.seek(0)
    file.write(_HEADER.pack(_MAGIC, batches, digest, checksum.digest()))


def read_filter(file: BinaryIO, size: int) -> tuple[KeyFilter, int, bytes] | None:
    """The filter, its batches and their hash; None for what is not such a file, whole and of this size."""
    header = file.read(_HEADER.size)
    if len(header) != _HEADER.size:
        return None
    magic, batches, digest, said = _HEADER.unpack(header)
    found, checksum, read = KeyFilter(size), _checksum(batches, digest), 0
    for part in found.read_parts(file):
        checksum.update(part)
        read += len(part)
    is_whole = read == size and not file.read(1)
    if magic != _MAGIC or not is_whole or checksum.digest() != said:
        return None
    return found, batches, digest


def _checksum(batches: int, digest: bytes) -> "hashlib._Hash":
    return sha256(_MAGIC + batches.to_bytes(_WORD_BYTES, "little") + digest)
