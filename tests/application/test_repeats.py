"""What was done under a key is told again, another request under it is refused, and memory has bounds."""

import pytest

from trade2026.application.repeats import Repeats
from trade2026.ports.asking import KeyReused
from trade2026.primitives.errors import InputError


def test_a_request_is_known_by_owner_and_key() -> None:
    done: Repeats[tuple[int, str], str] = Repeats()
    assert done.answer("ann", "k", (1, "a")) is None
    done.keep("ann", "k", (1, "a"), "first")
    assert done.answer("ann", "k", (1, "a")) == "first"
    assert done.answer("bob", "k", (2, "b")) is None
    with pytest.raises(KeyReused, match="'k' named another request; choose a new one"):
        done.answer("ann", "k", (2, "a"))


def test_no_key_names_nothing() -> None:
    done: Repeats[int, str] = Repeats()
    done.keep("ann", "", 1, "first")
    assert done.answer("ann", "", 1) is None
    assert done.answer("ann", "", 2) is None


def test_the_oldest_are_forgotten() -> None:
    done: Repeats[int, int] = Repeats(kept=2)
    for number in range(3):
        done.keep("ann", str(number), number, number)
    assert [done.answer("ann", str(number), number) for number in range(3)] == [None, 1, 2]
    with pytest.raises(InputError, match="kept must be at least 1, was 0"):
        Repeats(kept=0)
