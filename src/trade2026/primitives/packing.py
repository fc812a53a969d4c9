"""Heads of MessagePack values, for those who write a long array or map a piece at a time."""

from typing import Final

_SHORT: Final = 16
_MIDDLE: Final = 1 << 16


def array_head(count: int) -> bytes:
    """What stands before the elements of an array of so many."""
    return _head(count, 0x90, 0xDC)


def map_head(count: int) -> bytes:
    """What stands before the keys and values of a map of so many pairs."""
    return _head(count, 0x80, 0xDE)


def bytes_head(size: int) -> bytes:
    """What stands before so many bytes, at most 4 GiB; always the long form, which readers take for any."""
    return b"\xc6" + size.to_bytes(4, "big")


def without_head(encoded: bytes, count: int) -> bytes:
    """The elements alone of an encoded array, or map, of so many."""
    return encoded[1 if count < _SHORT else 3 if count < _MIDDLE else 5 :]


def _head(count: int, short: int, middle: int) -> bytes:
    if count < _SHORT:
        return bytes((short | count,))
    if count < _MIDDLE:
        return bytes((middle,)) + count.to_bytes(2, "big")
    return bytes((middle + 1,)) + count.to_bytes(4, "big")
