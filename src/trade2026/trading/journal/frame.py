"""The bytes of one journal record, and the loop that reads a run of them back.

A frame, little-endian::

    word u32 | CRC32C u32 | sequence u64 | SHA-256 (32 bytes) | [signature (32 bytes)] | payload
             '---------------------------- CRC covers ----------------------------'

`word` is the length of what follows the CRC, with the top bit as the *fence* and the one below it for a frame
with a signature: HMAC-SHA256 of number and hash by the desk's key. The hash is SHA-256(previous hash,
sequence, payload), 32 zero bytes before frame 1. The CRC starts from `word` XOR the segment's salt instead of
zero, so it covers the word as well, and a frame left behind by another segment or another journal does not
pass.

The fence says: everything before this frame was durable when it was written. It settles the one question a
power loss leaves open. Of a batch that was never synced the disk may keep any sectors, so a bad frame with
good ones behind it may be a torn batch, which is cut, or damage in the log, which must not be. If a fenced
frame is behind the bad one, or a later segment, the bad one was durable, and it is damage.

The signature says: whoever has the key wrote this frame and, by the chain, everything before it. In a segment
whose frames are signed the first of every batch is, and at least every SIGN_EVERY-th. Whoever changes a frame
without the key can compute checksums and hashes anew, but only up to the next signature.
"""

import hmac
from enum import Enum
from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple

import google_crc32c

OVERHEAD: Final = 48
FENCE: Final = 0x8000_0000
GENESIS: Final = bytes(32)
SIGNED: Final = 0x4000_0000
SIGN_EVERY: Final = 16
SIGNATURE_BYTES: Final = 32
_MARKED: Final = FENCE | SIGNED
LENGTH: Final = SIGNED - 1
_BODY_HEAD: Final = 40  # Sequence and hash.
_PREFIX: Final = Struct("<II")
_SEQUENCE: Final = Struct("<Q")
_SIGNS: Final = b"T26FRAME"

_crc32c = google_crc32c.extend


class Frame(NamedTuple):
    """One record: its number, the chain's hash up to and with it, and the payload."""

    seq: int
    digest: bytes
    payload: bytes


class Mark(NamedTuple):
    """A frame with a fence or a signature; `signature` is empty where it has none."""

    seq: int
    digest: bytes
    is_fenced: bool
    signature: bytes


class Stop(Enum):
    """Why reading a run of frames ended."""

    LIMIT = "as many frames as asked"
    END = "no further frame"
    DAMAGED = "length or CRC32C does not fit"
    SEQUENCE = "a whole frame with another number"
    CHAIN = "a whole frame that does not follow from the one before"


class Later(NamedTuple):
    """A whole frame found behind a damaged place."""

    offset: int
    seq: int
    conclusive: bool


def overhead(*, signed: bool) -> int:
    """The most bytes that a frame takes beside its payload, where some are signed or none is."""
    return OVERHEAD + (SIGNATURE_BYTES if signed else 0)


def encode(seq: int, previous: bytes, payload: bytes, salt: int) -> tuple[bytes, bytes]:
    """The frame without a fence, and its digest, which is `previous` of the next one."""
    number = _SEQUENCE.pack(seq)
    digest = sha256(previous + number + payload).digest()
    body = number + digest + payload
    word = len(body)
    return _PREFIX.pack(word, _crc32c(word ^ salt, body)) + body, digest


def encode_signed(seq: int, previous: bytes, payload: bytes, salt: int, key: bytes) -> tuple[bytes, bytes]:
    """As `encode`, with a signature by `key`."""
    number = _SEQUENCE.pack(seq)
    digest = sha256(previous + number + payload).digest()
    body = number + digest + sign(key, seq, digest) + payload
    word = len(body) | SIGNED
    return _PREFIX.pack(word, _crc32c(word ^ salt, body)) + body, digest


def sign(key: bytes, seq: int, digest: bytes) -> bytes:
    """The signature of a frame, and so of all before it."""
    return hmac.digest(key, _SIGNS + _SEQUENCE.pack(seq) + digest, "sha256")


def fenced(frame: bytes, salt: int) -> bytes:
    """The same frame with the fence."""
    body = frame[8:]
    word = _PREFIX.unpack_from(frame)[0] | FENCE
    return _PREFIX.pack(word, _crc32c(word ^ salt, body)) + body


def decode_run(
    data: bytes,
    position: int,
    salt: int,
    seq: int,
    digest: bytes,
    limit: int,
    marks: list[Mark] | None = None,
    *,
    checks_chain: bool = True,
) -> tuple[list[Frame], int, Stop]:
    """Frames from `position` that follow frame `seq` with hash `digest`, at most `limit` of them.

    Adds to `marks` the frames that have one; signatures are not checked. Returns the frames, the position
    behind the last one, and why there is no further one. Each frame returned has passed its CRC, carries the
    next number and, unless `checks_chain` is off, continues the chain.
    """
    frames: list[Frame] = []
    append = frames.append
    unpack_prefix, pack_number, crc32c, size = _PREFIX.unpack_from, _SEQUENCE.pack, _crc32c, len(data)
    while len(frames) < limit:
        if position + 8 > size:
            return frames, position, Stop.END if not any(data[position:]) else Stop.DAMAGED
        word, crc = unpack_prefix(data, position)
        if word == 0:
            return frames, position, Stop.END
        stop = position + 8 + (word & LENGTH)
        body = data[position + 8 : stop]
        if stop > size or len(body) < _BODY_HEAD or crc32c(word ^ salt, body) != crc:
            return frames, position, Stop.DAMAGED
        number = pack_number(seq + 1)
        if body[:8] != number:
            return frames, position, Stop.SEQUENCE
        payload = body[72:] if word & SIGNED else body[40:]
        follows = body[8:40]
        if checks_chain and follows != sha256(digest + number + payload).digest():
            return frames, position, Stop.CHAIN
        seq += 1
        digest = follows
        append(Frame(seq, digest, payload))
        if marks is not None and word & _MARKED:
            marks.append(Mark(seq, digest, bool(word & FENCE), body[40:72] if word & SIGNED else b""))
        position = stop
    return frames, position, Stop.LIMIT


def find_later(data: bytes, position: int, salt: int, seq: int) -> Later | None:
    """Look behind a damaged place at `position`, where frame `seq` was due, for a whole frame of the log.

    A conclusive one is preferred: fenced, or frame `seq` itself at a place where no torn write puts it.
    Without one, the first whole frame with a later number, or None.
    """
    first: Later | None = None
    end = (
        len(data.rstrip(b"\0")) + 8
    )  # A payload may end in zeros; its frame begins before them all the same.
    for high in (
        seq >> 24,
        (seq >> 24) + 1,
    ):  # The five high bytes of a number hardly change: search for those.
        pattern = _SEQUENCE.pack(high << 24)[3:]
        at = data.find(pattern, position + 11, end)
        while at != -1:
            found = _frame_at(data, at - 11, salt)
            if found is not None and found[0] >= seq:
                later = Later(at - 11, found[0], found[1] or found[0] == seq)
                if later.conclusive:
                    return later
                first = first or later
            at = data.find(pattern, at + 1, end)
    return first


def _frame_at(data: bytes, offset: int, salt: int) -> tuple[int, bool] | None:
    """Number and fence of the whole frame at `offset`; None where the CRC says there is none."""
    word, crc = _PREFIX.unpack_from(data, offset)
    stop = offset + 8 + (word & LENGTH)
    if stop > len(data) or stop < offset + OVERHEAD:
        return None
    body = data[offset + 8 : stop]
    if _crc32c(word ^ salt, body) != crc:
        return None
    return _SEQUENCE.unpack_from(body)[0], bool(word & FENCE)
