"""Columns of integers that take eight bytes a row, and the real time of each frame."""

from array import array
from bisect import bisect_right
from typing import Final

from trade2026.primitives.fixed_point import INT64_MAX

_ELSEWHERE: Final = -INT64_MAX - 1


class IntColumn:
    """Integers of any size in order; those beyond sixty-four bits are kept aside."""

    __slots__ = ("_large", "_small")

    def __init__(self) -> None:
        self._small = array("q")
        self._large: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._small)

    def __getitem__(self, row: int) -> int:
        value = self._small[row]
        return value if value != _ELSEWHERE else self._large[row]

    def __setitem__(self, row: int, value: int) -> None:
        if -INT64_MAX <= value <= INT64_MAX:
            self._small[row] = value
        else:
            self._small[row] = _ELSEWHERE
            self._large[row] = value

    def append(self, value: int) -> None:
        """One more."""
        if -INT64_MAX <= value <= INT64_MAX:
            self._small.append(value)
        else:
            self._large[len(self._small)] = value
            self._small.append(_ELSEWHERE)


class WallClock:
    """What the real clock said last when a frame was journaled."""

    __slots__ = ("_seqs", "_walls")

    def __init__(self) -> None:
        self._seqs = array("Q")
        self._walls = array("q")

    def record(self, seq: int, wall_ns: int) -> None:
        """The real clock said so in frame `seq`."""
        self._seqs.append(seq)
        self._walls.append(wall_ns)

    def at(self, seq: int) -> int | None:
        """The last journaled real time up to frame `seq`, UTC nanoseconds; None before the first."""
        position = bisect_right(self._seqs, seq)
        return self._walls[position - 1] if position else None
