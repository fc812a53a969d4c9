"""One journal frame: a command and the events it led to, as MessagePack."""

from typing import Final

import msgspec

from trade2026.model.commands import Command
from trade2026.model.events import Event
from trade2026.primitives.errors import InputError, IntegrityError

Record = tuple[Command, tuple[Event, ...]]

_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final[msgspec.msgpack.Decoder[Record]] = msgspec.msgpack.Decoder(Record)


def encode_record(command: Command, events: tuple[Event, ...]) -> bytes:
    """The payload of one frame; raises InputError when a number does not fit sixty-four bits."""
    try:
        return _ENCODER.encode((command, events))
    except OverflowError:
        raise InputError(
            f"a number in {type(command).__name__} does not fit sixty-four bits: {command}"
        ) from None


def decode_record(payload: bytes | memoryview, seq: int) -> Record:
    """Inverse of `encode_record`; raises IntegrityError naming the frame when the payload is not a record."""
    try:
        return _DECODER.decode(payload)
    except msgspec.MsgspecError as error:
        raise IntegrityError(
            f"frame {seq} is intact but no record of this version: {error}; use the version that wrote it"
        ) from error
