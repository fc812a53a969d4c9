"""Pieces of MessagePack are what a whole encoder writes."""

import msgspec
import pytest

from trade2026.primitives.packing import array_head, bytes_head, map_head, without_head

COUNTS = (0, 1, 15, 16, 17, 255, 256, 65_535, 65_536, 70_000)
encode = msgspec.msgpack.encode


@pytest.mark.parametrize("count", COUNTS)
def test_heads_and_elements_make_the_whole(count):
    many, pairs = list(range(count)), dict.fromkeys(range(count), "x")
    assert array_head(count) + without_head(encode(many), count) == encode(many)
    assert map_head(count) + without_head(encode(pairs), count) == encode(pairs)


@pytest.mark.parametrize("count", COUNTS)
def test_bytes_of_any_length_are_read(count):
    assert msgspec.msgpack.decode(bytes_head(count) + bytes(count)) == bytes(count)
