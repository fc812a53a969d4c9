"""What lies on the line, and its frames: 4 bytes of length, little-endian, then MessagePack."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from trade2026.adapters.embedded.line.framing import MAX_FRAME_BYTES
from trade2026.primitives.errors import InputError, OperatingError

_LENGTH_BYTES: Final = 4
_encode: Final = msgspec.msgpack.Encoder().encode


class Question(msgspec.Struct, frozen=True, tag="ask"):
    """A question, encoded; its reply has the same number."""

    number: int
    question: msgspec.Raw


class Reply(msgspec.Struct, frozen=True, tag="reply"):
    """The answer to a question, encoded; its type follows from the question."""

    number: int
    value: msgspec.Raw


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """Why a question has no answer: the name of an error, its words, and whether to try again when."""

    number: int
    error: str
    text: str
    retryable: bool = False
    retry_after_ns: int | None = None


class Told(msgspec.Struct, frozen=True, tag="told"):
    """Something told to everybody, encoded; `kind` says of which type it is."""

    kind: str
    value: msgspec.Raw


FromServer = Reply | Failed | Told


@dataclass(frozen=True, slots=True)
class Line:
    """What one line carries, and how it is called in messages.

    Attributes
    ----------
    name : str
        Who answers, as in "the runner".
    questions : type
        A tagged union of all questions.
    told : mapping
        The types of what may be told, by their names on the line.
    """

    name: str
    questions: Any
    told: Mapping[str, type] = field(default_factory=dict)


def packed(value: Any) -> msgspec.Raw:
    """Something encoded; raises InputError where it has a number beyond 64 bits or no UTF-8 text."""
    try:
        return msgspec.Raw(_encode(value))
    except (OverflowError, UnicodeEncodeError) as error:
        raise InputError(f"what is asked must hold 64-bit numbers and UTF-8 text: {error}") from None


async def read_frame(reader: asyncio.StreamReader, decoder: "msgspec.msgpack.Decoder[Any]") -> Any:
    """The next message; None at the end of the line. Raises OperatingError for what is no message."""
    try:
        size = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "little")
        if size > MAX_FRAME_BYTES:
            raise OperatingError(f"a frame must have at most {MAX_FRAME_BYTES:,} bytes, was {size:,}")
        data = await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return unpacked(data, decoder)


def unpacked(data: bytes | msgspec.Raw, decoder: "msgspec.msgpack.Decoder[Any]") -> Any:
    """What was encoded; raises OperatingError for what is none of it."""
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OperatingError(f"what came is no message of this version: {error}") from None
