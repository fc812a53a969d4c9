"""The bytes of a frame, against an encoder written from the format's description alone."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.trading.journal.frame import (
    FENCE,
    GENESIS,
    OVERHEAD,
    Stop,
    decode_run,
    encode,
    fenced,
    find_later,
)

payloads = st.lists(st.binary(max_size=300), min_size=1, max_size=20)
salts = st.integers(0, 2**32 - 1)


def slow_crc32c(data: bytes, start: int) -> int:
    """CRC32C bit by bit: reflected polynomial 0x82F63B78, continued from the finished value `start`."""
    crc = start ^ 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_the_oracle_knows_the_check_value():
    assert slow_crc32c(b"123456789", 0) == 0xE3069283  # RFC 3720, appendix B.4, and every CRC catalog.


def expected(seq: int, previous: bytes, payload: bytes, salt: int, fence: bool) -> bytes:
    number = seq.to_bytes(8, "little")
    body = number + hashlib.sha256(previous + number + payload).digest() + payload
    word = len(body) | (0x80000000 if fence else 0)
    return struct.pack("<II", word, slow_crc32c(body, word ^ salt)) + body


@given(st.integers(1, 2**63), st.binary(min_size=32, max_size=32), st.binary(max_size=400), salts)
def test_a_frame_has_the_bytes_of_the_format(seq, previous, payload, salt):
    frame, digest = encode(seq, previous, payload, salt)
    assert frame == expected(seq, previous, payload, salt, fence=False)
    assert digest == frame[16:48]
    assert len(frame) == OVERHEAD + len(payload)
    assert fenced(frame, salt) == expected(seq, previous, payload, salt, fence=True)


def log_of(contents, salt=7, first=1, fences=()):
    """A run of frames and where each begins."""
    data, digest, starts = b"", GENESIS, []
    for seq, payload in enumerate(contents, start=first):
        frame, digest = encode(seq, digest, payload, salt)
        starts.append(len(data))
        data += fenced(frame, salt) if seq in fences else frame
    return data, starts, digest


@given(payloads, salts, st.integers(0, 40), st.integers(1, 7))
def test_what_was_encoded_is_read_back_in_any_portions(contents, salt, zeros, limit):
    data, _, last = log_of(contents, salt, fences={1, 3})
    data += bytes(zeros)
    found, position, seq, digest, stop = [], 0, 0, GENESIS, Stop.LIMIT
    while stop is Stop.LIMIT:
        block, position, stop = decode_run(data, position, salt, seq, digest, limit)
        if block:
            seq, digest = block[-1].seq, block[-1].digest
        found += block
    assert stop is Stop.END
    assert [frame.payload for frame in found] == contents
    assert [frame.seq for frame in found] == list(range(1, len(contents) + 1))
    assert (position, digest) == (len(data) - zeros, last)


@given(payloads, st.data())
def test_every_flipped_bit_stops_the_reading_at_its_frame(contents, draw):
    data, starts, _ = log_of(contents)
    bit = draw.draw(st.integers(0, len(data) * 8 - 1))
    broken = bytearray(data)
    broken[bit // 8] ^= 1 << bit % 8
    frames, position, stop = decode_run(bytes(broken), 0, 7, 0, GENESIS, 1000)
    hit = max(index for index, start in enumerate(starts) if start <= bit // 8)
    assert stop is Stop.DAMAGED
    assert (len(frames), position) == (hit, starts[hit])


def test_another_segments_frames_are_damage():
    data, _, _ = log_of([b"a", b"b"], salt=1)
    assert decode_run(data, 0, 2, 0, GENESIS, 10) == ([], 0, Stop.DAMAGED)


def test_order_and_chain_are_told_apart():
    data, starts, _ = log_of([b"a", b"b", b"c"])
    second = data[starts[1] : starts[2]]
    assert decode_run(second, 0, 7, 0, GENESIS, 10)[2] is Stop.SEQUENCE
    assert decode_run(second, 0, 7, 1, GENESIS, 10)[2] is Stop.CHAIN
    digest = data[16:48]
    assert decode_run(second, 0, 7, 1, digest, 10)[2] is Stop.END


def test_a_word_that_says_too_much_or_too_little_is_damage():
    data, _, _ = log_of([b"payload"])
    for word in (1, 39, 48, 0x7FFFFFFF, FENCE, FENCE | 39):
        assert decode_run(struct.pack("<I", word) + data[4:], 0, 7, 0, GENESIS, 10)[2] is Stop.DAMAGED
    assert decode_run(data[:5], 0, 7, 0, GENESIS, 10)[2] is Stop.DAMAGED
    assert decode_run(bytes(5), 0, 7, 0, GENESIS, 10)[2] is Stop.END


@given(payloads, st.integers(0, 19), st.binary(min_size=1, max_size=60), st.booleans())
def test_a_later_frame_is_found_behind_any_damage(contents, hit, garbage, with_fence):
    contents = [*contents, b"", bytes(100)]
    hit = hit % (len(contents) - 1)
    last = len(contents)
    data, starts, _ = log_of(contents, fences={last} if with_fence else set())
    at = starts[hit]
    broken = data[:at] + garbage + data[at + len(garbage) :]
    if len(broken) > len(data) or broken == data or at + len(garbage) > starts[-1]:
        return  # The garbage reaches into the last frame.
    later = find_later(broken + bytes(1000), at, 7, hit + 1)
    assert later is not None
    assert later.conclusive or later.offset > at
    assert later.seq >= hit + 1
    assert later.conclusive == with_fence or later.seq == hit + 1
    assert broken[later.offset + 8 : later.offset + 16] == later.seq.to_bytes(8, "little")


def test_the_frame_due_itself_at_another_place_is_conclusive():
    data, _, _ = log_of([b"a", b"b"])
    shifted = b"\x01\x02\x03" + data
    assert find_later(shifted, 0, 7, 1) == (3, 1, True)


@pytest.mark.parametrize("seq", [1, 2**24 - 2, 2**24 - 1, 2**24, 2**40, 2**63])
def test_numbers_of_any_size_are_found(seq):
    data, starts, _ = log_of([b"a", b"b", b"c", b"d"], first=seq, fences={seq + 3})
    broken = b"\xff" * 8 + data[8:]
    assert find_later(broken, 0, 7, seq) == (starts[3], seq + 3, True)
    assert find_later(broken[: starts[3]], 0, 7, seq) == (starts[1], seq + 1, False)
    assert find_later(broken[: starts[1]], 0, 7, seq) is None


def test_garbage_and_older_frames_are_no_later_ones():
    data, _, _ = log_of([b"a", b"b"])
    assert find_later(b"\xff" * 10 + data, 0, 7, 3) is None
    assert find_later(b"\xff" * 5000, 0, 7, 3) is None
    assert find_later(bytes(5000), 0, 7, 3) is None
    assert find_later(b"", 0, 7, 3) is None
