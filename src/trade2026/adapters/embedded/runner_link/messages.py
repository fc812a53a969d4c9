"""What lies on the line to the runner, and its frames: 4 bytes of length, little-endian, then MessagePack."""

import asyncio
from typing import Any, Final

import msgspec

from trade2026.ports.runner_link import JobStatus, RunnerQuestion, StrategyStatus
from trade2026.primitives.errors import InputError, OperatingError

FRAME_BYTES: Final = 64 * 1024 * 1024
_LENGTH_BYTES: Final = 4
_encode: Final = msgspec.msgpack.Encoder().encode


class Question(msgspec.Struct, frozen=True, tag="ask"):
    """A question; its reply has the same number."""

    number: int
    question: RunnerQuestion


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


class ToldRun(msgspec.Struct, frozen=True, tag="run"):
    """A run has changed."""

    status: StrategyStatus


class ToldJob(msgspec.Struct, frozen=True, tag="job"):
    """A job has changed."""

    status: JobStatus


FromRunner = Reply | Failed | ToldRun | ToldJob


def frame(message: msgspec.Struct) -> bytes:
    """A message as it goes out; raises InputError where it is too long or has a number beyond 64 bits."""
    try:
        data = _encode(message)
    except (OverflowError, UnicodeEncodeError) as error:
        raise InputError(f"what is asked must hold 64-bit numbers and UTF-8 text: {error}") from None
    if len(data) > FRAME_BYTES:
        raise InputError(f"a message must have at most {FRAME_BYTES:,} bytes, had {len(data):,}")
    return len(data).to_bytes(_LENGTH_BYTES, "little") + data


async def read_frame(reader: asyncio.StreamReader, decoder: "msgspec.msgpack.Decoder[Any]") -> Any:
    """The next message; None at the end of the line. Raises OperatingError for what is no message."""
    try:
        size = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "little")
        if size > FRAME_BYTES:
            raise OperatingError(f"a frame must have at most {FRAME_BYTES:,} bytes, was {size:,}")
        return decoder.decode(await reader.readexactly(size))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OperatingError(f"what came is no message of this version: {error}") from None
