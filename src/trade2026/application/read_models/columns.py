"""Columns of integers that take eight bytes a row, and the real time of each frame."""

from array import array
from bisect import bisect_right
from collections import deque
from typing import Final, NamedTuple

from trade2026.ports.history import History
from trade2026.primitives.fixed_point import INT64_MAX

TIMES_MAX: Final = 16_384
"""Real times that stay in memory, sixteen bytes each; older ones are in the history."""
TIMES_STEP: Final = 512
"""How many move there at a time, and come back when one of them is asked for."""
_READ_MAX: Final = 16
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


class _Times(NamedTuple):
    """Frames in order and what the real clock said in each; good for frames under `end`."""

    seqs: "array[int]"
    walls: "array[int]"
    end: int

    @classmethod
    def decode(cls, body: bytes) -> "_Times":
        """What `encode` made."""
        words = array("q")
        words.frombytes(body)
        count = len(words) // 2
        return cls(words[1 : count + 1], words[count + 1 :], words[0])

    def encode(self, end: int) -> bytes:
        """For the history of this process; `end` is the frame that the next ones begin with."""
        return array("q", (end, *self.seqs, *self.walls)).tobytes()

    def at(self, seq: int) -> int:
        """The last one up to frame `seq`, which must not be before the first."""
        return self.walls[bisect_right(self.seqs, seq) - 1]


class WallClock:
    """What the real clock said last when a frame was journaled: for the newest frames, older ones on disk.

    A feed that has orders filled says the time at each of its steps, a hundred times a second and more, for
    as long as the desk runs; what is shown is nearly always of a moment ago, or a page of rows of one time.

    Parameters
    ----------
    history : History
        Takes the older ones; of this process alone.
    times_max : int
        How many stay in memory, at least twice as many as `step`.
    step : int
        How many move into the history at a time.
    """

    __slots__ = ("_blocks", "_blocks_max", "_firsts", "_has_older", "_history", "_read", "_step")

    def __init__(self, history: History, times_max: int = TIMES_MAX, step: int = TIMES_STEP) -> None:
        self._history = history
        self._step = step
        self._blocks_max = times_max // step
        self._firsts: list[int] = []  # The frame that each block begins with.
        self._blocks: list[_Times] = []
        self._has_older = False
        self._read: deque[_Times] = deque(maxlen=_READ_MAX)

    def record(self, seq: int, wall_ns: int) -> None:
        """The real clock said so in frame `seq`; raises StoreUnavailable."""
        if not self._blocks or len(self._blocks[-1].seqs) == self._step:
            self._begin(seq)
        block = self._blocks[-1]
        block.seqs.append(seq)
        block.walls.append(wall_ns)

    def _begin(self, seq: int) -> None:
        if len(self._blocks) == self._blocks_max:
            first, end = self._firsts[:2]
            self._history.put_times(first, self._blocks[0].encode(end))
            del self._firsts[0], self._blocks[0]
            self._has_older = True
        self._firsts.append(seq)
        self._blocks.append(_Times(array("q"), array("q"), 0))

    def at(self, seq: int) -> int | None:
        """The last journaled real time up to frame `seq`, UTC nanoseconds; None before the first.

        Raises StoreUnavailable where the history cannot be read.
        """
        place = bisect_right(self._firsts, seq) - 1
        block = self._blocks[place] if place >= 0 else self._older(seq)
        return None if block is None else block.at(seq)

    def _older(self, seq: int) -> _Times | None:
        if not self._has_older:
            return None
        for block in self._read:
            if block.seqs[0] <= seq < block.end:
                return block
        body = self._history.find_times(seq)
        if body is None:
            return None
        found = _Times.decode(body)
        self._read.append(found)
        return found
