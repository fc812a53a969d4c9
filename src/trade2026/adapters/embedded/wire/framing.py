"""Frames of the wire log: four bytes of length, four of CRC32C (both little-endian), then MessagePack."""

from typing import Final, NamedTuple

import google_crc32c
import msgspec

from trade2026.ports.wire_log import WireFrame

HEAD_BYTES: Final = 8
LARGEST_BYTES: Final = 64 * 1024 * 1024
PREFIX: Final = "wire-"
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(WireFrame).decode


class Cut(NamedTuple):
    """Frames, the bytes they took, and what is wrong behind them: "" for an end that may grow."""

    frames: list[WireFrame]
    taken: int
    trouble: str


def encode_frame(frame: WireFrame) -> bytes:
    """The frame's bytes. Raises OverflowError, UnicodeEncodeError for what no frame holds."""
    payload = _encode(frame)
    checksum: int = google_crc32c.value(payload)
    return len(payload).to_bytes(4, "little") + checksum.to_bytes(4, "little") + payload


def cut_frames(data: bytes) -> Cut:
    """The whole frames that `data` begins with."""
    frames: list[WireFrame] = []
    at = 0
    while len(data) - at >= HEAD_BYTES:
        size = int.from_bytes(data[at : at + 4], "little")
        if not 0 < size <= LARGEST_BYTES:
            return Cut(frames, at, f"a frame must have 1 to {LARGEST_BYTES:,} bytes, was {size:,}")
        end = at + HEAD_BYTES + size
        if end > len(data):
            break
        payload = data[at + HEAD_BYTES : end]
        if google_crc32c.value(payload) != int.from_bytes(data[at + 4 : at + 8], "little"):
            return Cut(frames, at, "a frame does not have its checksum")
        try:
            frames.append(_decode(payload))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return Cut(frames, at, f"a frame is of another version: {error}")
        at = end
    return Cut(frames, at, "")


def file_name(number: int) -> str:
    """Of the file so numbered, from 1."""
    return f"{PREFIX}{number:08d}.log"


def numbers(names: list[str]) -> list[int]:
    """Of the files among these names, sorted."""
    found = [name.removeprefix(PREFIX).removesuffix(".log") for name in names if name.startswith(PREFIX)]
    return sorted(int(text) for text in found if text.isdigit())
