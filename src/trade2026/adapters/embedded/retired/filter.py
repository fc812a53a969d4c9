"""A Bloom filter of one fixed size: says of nearly every key that was never put that it was not."""

from array import array
from collections.abc import Iterable
from hashlib import blake2b, sha256
from struct import Struct
from typing import Final

FILTER_BYTES: Final = 24 * 1024 * 1024
"""Twelve bits for each of 16 million keys. It does not grow, because memory is not to: with more keys it lets
more of the new ones through to the disk, one in a hundred at 16 million, one in eight at 40 million."""

_HEADER: Final = Struct("<8sQ32s32s")
_MAGIC: Final = b"T26FILT\1"
_WORD_BYTES: Final = 8
_LOW: Final = 0xFFF
_PAIRS: Final = tuple(1 << (number & 63) | 1 << (number >> 6) for number in range(_LOW + 1))
"""For each twelve bits of a hash the two bits of a word that they set."""


def hash_of(key: bytes) -> int:
    """Sixty-four bits, the same in every process."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "little")


class KeyFilter:
    """Four bits of one word for each key; not for more than one thread, but for `image`."""

    __slots__ = ("_count", "_words")

    def __init__(self, size: int = FILTER_BYTES) -> None:
        """Empty; `size` in bytes, a multiple of eight."""
        self._words = array("Q", bytes(size))
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

    def image(self) -> bytes:
        """A copy of all of it; what is added meanwhile may or may not be in it."""
        return self._words.tobytes()


def encode_filter(image: bytes, batches: int, digest: bytes) -> bytes:
    """A file of a filter that has at least the first `batches` batches, the last of them of this hash."""
    fields = _MAGIC + batches.to_bytes(_WORD_BYTES, "little") + digest
    return _HEADER.pack(_MAGIC, batches, digest, sha256(fields + image).digest()) + image


def decode_filter(data: bytes, size: int) -> tuple[KeyFilter, int, bytes] | None:
    """The filter, its batches and their hash; None for what is not such a file, whole and of this size."""
    if len(data) != _HEADER.size + size:
        return None
    magic, batches, digest, checksum = _HEADER.unpack_from(data)
    image = data[_HEADER.size :]
    fields = magic + batches.to_bytes(_WORD_BYTES, "little") + digest
    if magic != _MAGIC or sha256(fields + image).digest() != checksum:
        return None
    found = KeyFilter(_WORD_BYTES)
    found._words = array("Q", image)
    found._count = len(found._words)
    return found, batches, digest
