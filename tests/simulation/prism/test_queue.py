"""Whose turn it is: the tree of due times against looking at all of them."""

import random
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
from numba import njit

from trade2026.matching.compiled.base import memory_at
from trade2026.matching.compiled.layout import Memory
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled import loop as kernel
from trade2026.simulation.prism.compiled.queue import put_in, take_next

_take_next = cast(Callable[[int], int], njit(lambda address: take_next(memory_at(address))))
_put_in = cast(
    Callable[[int, int, int], None],
    njit(lambda address, slot, time: put_in(memory_at(address), slot, time)),
)


def _new_words(slots: int) -> Memory:
    words, floats = at.new_world(slots, 1, 16, 16)
    assert floats.ctypes.data == words[at.FLOATS]
    return words


@pytest.mark.parametrize("slots", [1, 2, 3, 16, 17, 37, 256, 300])
def test_the_first_is_the_one_that_looking_at_all_finds(slots: int) -> None:
    words = _new_words(slots)
    chance, due = random.Random(slots), [at.NEVER] * slots
    for _ in range(3_000):
        slot = chance.randrange(slots)
        if chance.random() < 0.3:  # As it mostly is: whoever was first is due later.
            slot = min(range(slots), key=lambda each: (due[each], each))
        due[slot] = at.NEVER if chance.random() < 0.1 else chance.randrange(200)
        kernel.call_at(words.ctypes.data, slot, due[slot])
        first = min(range(slots), key=lambda each: (due[each], each))
        assert words[at.NEXT_DUE] == due[first]
        if due[first] != at.NEVER:
            assert _next_of(words) == first


def _next_of(words: Memory) -> int:
    """Who is taken next, by compiled code and by what it is in Python: both leave the same behind."""
    slow, fast = words.copy(), words.copy()
    slot = _take_next(fast.ctypes.data)
    assert take_next(slow) == slot
    assert np.array_equal(slow, fast)
    return slot


@pytest.mark.parametrize("slots", [1, 16, 206, 5_000])
def test_whoever_is_taken_out_and_put_in_again_keeps_the_order(slots: int) -> None:
    words = _new_words(slots)
    chance, due = random.Random(slots), {}
    for slot in range(slots):
        due[slot] = chance.randrange(500)
        _put_in(words.ctypes.data, slot, due[slot])
    for _ in range(2_000):
        first = min(due, key=lambda each: (due[each], each))
        assert words[at.NEXT_DUE] == due[first]
        slot = _take_next(words.ctypes.data)
        assert slot == first
        due[slot] += chance.choice((0, 1, 40, 500))
        if chance.random() < 0.1:
            kernel.call_at(words.ctypes.data, slot, due[slot])
        else:
            _put_in(words.ctypes.data, slot, due[slot])
