"""Client order ids that were ever used, as short as they can be kept: eight bytes each.

Kept are 64 bits of a hash. Two different ids that agree in them would have the second one refused as a
duplicate, which harms nobody; among a hundred million ids the chance of one such pair is 1 in 3,700.
"""

from array import array
from bisect import bisect_left
from hashlib import blake2b
from typing import Final

_YOUNG: Final = 65_536
"""So many are kept in a set before they are merged with the others."""
_BYTES: Final = 8


class KnownIds:
    """A set that only grows: a sorted array, and a small set of what came last."""

    def __init__(self, data: bytes = b"") -> None:
        self._old = array("Q", data)
        self._young: set[int] = set()

    def __len__(self) -> int:
        return len(self._old) + len(self._young)

    def __contains__(self, name: str) -> bool:
        return self._has(_hash(name))

    def add(self, name: str) -> None:
        """Remember an id."""
        number = _hash(name)
        if self._has(number):
            return
        self._young.add(number)
        if len(self._young) >= _YOUNG:
            self._merge()

    def data(self) -> bytes:
        """All of it; equal for equal sets."""
        self._merge()
        return self._old.tobytes()

    def _has(self, number: int) -> bool:
        if number in self._young:
            return True
        at = bisect_left(self._old, number)
        return at < len(self._old) and self._old[at] == number

    def _merge(self) -> None:
        if self._young:
            self._old = array("Q", sorted([*self._old, *self._young]))
            self._young.clear()


def _hash(name: str) -> int:
    return int.from_bytes(
        blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest(), "little"
    )
