"""Bytes on the line: a greeting with the protocol's version, then frames of a length and a message."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from trade2026.primitives.errors import InputError, OperatingError

VERSION: Final = 2
"""Changes with every change of a message in `ports.core_link`."""

_NAME: Final = b"trade2026-core "
GREETING: Final = _NAME + b"%04d\n" % VERSION
"""First bytes in both directions."""

MAX_FRAME_BYTES: Final = 64 * 1024 * 1024
"""A longer frame is a fault of whoever sends it: an answer to a thousand orders has a thousandth of it."""

_LENGTH_BYTES: Final = 4
_encode: Final = msgspec.msgpack.Encoder().encode


def encode_message(message: Any, limit: int = MAX_FRAME_BYTES) -> bytes:
    """A message as a frame: 4 bytes of length, little-endian, then MessagePack.

    Raises
    ------
    InputError
        A number has more than 64 bits, a text is no Unicode, or the frame is longer than `limit`.
    """
    try:
        payload = _encode(message)
    except (OverflowError, UnicodeEncodeError) as error:
        raise InputError(
            f"{type(message).__name__} must hold 64-bit numbers and UTF-8 text: {error}"
        ) from None
    size = len(payload)
    if size > limit:
        raise InputError(
            f"{type(message).__name__} must be at most {limit:,} bytes, was {size:,}; send it in parts"
        )
    return size.to_bytes(_LENGTH_BYTES, "little") + payload


class FrameReader:
    """Cuts what arrives into frames; the greeting comes first and is checked.

    Holds at most one unfinished frame.
    """

    def __init__(self, limit: int = MAX_FRAME_BYTES) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._wanted = len(GREETING)
        self._greeted = False

    @property
    def is_greeted(self) -> bool:
        """Whether the other side has said that it speaks our version."""
        return self._greeted

    def feed(self, data: bytes) -> Sequence[bytes]:
        """The frames that `data` completes, without their lengths; bytes of an unfinished one are kept.

        Raises
        ------
        OperatingError
            The other side speaks another version, or something else altogether; hang up.
        """
        kept = self._kept
        if kept or not self._greeted:
            kept += data
            if not self._greeted and not self._take_greeting():
                return ()
            if len(kept) < self._wanted:
                return ()
            data = bytes(kept)
            kept.clear()
        return self._cut(data)

    def _take_greeting(self) -> bool:
        size = len(GREETING)
        start = bytes(self._kept[:size])
        if not GREETING.startswith(start):
            if start.startswith(_NAME) and len(start) < size:
                return False  # Its version is still on its way, for the message.
            raise OperatingError(_stranger(start))
        if len(start) < size:
            return False
        self._greeted = True
        del self._kept[:size]
        self._wanted = _LENGTH_BYTES
        return True

    def _cut(self, data: bytes) -> list[bytes]:
        frames = []
        at, end = 0, len(data)
        wanted = _LENGTH_BYTES
        while end - at >= _LENGTH_BYTES:
            first = at + _LENGTH_BYTES
            size = int.from_bytes(data[at:first], "little")
            if size > self._limit:
                raise OperatingError(f"a frame must have at most {self._limit:,} bytes, was {size:,}")
            if first + size > end:
                wanted = _LENGTH_BYTES + size
                break
            at = first + size
            frames.append(data[first:at])
        if at < end:
            self._kept += data[at:] if at else data
        self._wanted = wanted
        return frames


def _stranger(start: bytes) -> str:
    if start.startswith(_NAME):
        spoken = start[len(_NAME) :].strip().decode("ascii", "backslashreplace")
        return (
            f"the other side speaks version {spoken} of the core's line, this process version {VERSION}; "
            f"restart the desk so that all of it runs the same code"
        )
    return f"the other side does not speak the core's line: it began with {start!r}"
