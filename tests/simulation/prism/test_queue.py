"""Whose turn it is: the tree of due times against looking at all of them."""

import random

import pytest

from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled import loop as kernel
from trade2026.simulation.prism.compiled.base import next_slot


@pytest.mark.parametrize("slots", [1, 2, 3, 16, 17, 37, 256, 300])
def test_the_first_is_the_one_that_looking_at_all_finds(slots: int) -> None:
    words, floats = at.new_world(slots, 1, 16, 16)
    assert floats.ctypes.data == words[at.FLOATS]
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
            assert next_slot(words) == first
