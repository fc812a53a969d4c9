"""Bytes on a line: a greeting with the protocol's version, then frames of a length and a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import msgspec

from trade2026.primitives.errors import InputError, OperatingError

MAX_FRAME_BYTES: Final = 64 * 1024 * 1024
"""A longer frame is a fault of whoever sends it: an answer to a thousand orders has a thousandth of it."""

_LENGTH_BYTES: Final = 4
_encode: Final = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class Greeting:
    """How a protocol begins, in both directions.

    Attributes
    ----------
    protocol : str
        Its name in the bytes, ASCII: "trade2026-core".
    version : int
        Changes with every change of a message, 0 to 9999.
    called : str
        What messages of errors call the line: "the core's line".
    remedy : str
        What to do about two versions.
    """

    protocol: str
    version: int
    called: str
    remedy: str

    @cached_property
    def name(self) -> bytes:
        """The part before the version."""
        return self.protocol.encode("ascii") + b" "

    @cached_property
    def data(self) -> bytes:
        """The whole of it."""
        return self.name + b"%04d\n" % self.version

    def stranger(self, start: bytes) -> str:
        """What is wrong with another side that begins with these bytes."""
        if start.startswith(self.name):
            spoken = start[len(self.name) :].strip().decode("ascii", "backslashreplace")
            return (
                f"the other side speaks version {spoken} of {self.called}, this process version "
                f"{self.version}; {self.remedy}"
            )
        return f"the other side does not speak {self.called}: it began with {start!r}"


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

    def __init__(self, greeting: Greeting, limit: int = MAX_FRAME_BYTES) -> None:
        self._greeting = greeting
        self._limit = limit
        self._kept = bytearray()
        self._wanted = len(greeting.data)
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
        expected, name = self._greeting.data, self._greeting.name
        size = len(expected)
        start = bytes(self._kept[:size])
        if not expected.startswith(start):
            if start.startswith(name) and len(start) < size:
                return False  # Its version is still on its way, for the message.
            raise OperatingError(self._greeting.stranger(start))
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
