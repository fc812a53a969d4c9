"""The latest numbers of every row of a topic, and frames of what changed since any earlier look.

Each row remembers the generation it last changed in, and a subscription remembers the generation it has
seen: what it has yet to be sent is every row with a later one. That is the dirty set of any number of
clients without memory per client and row, and clients that saw the same generation get the same bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from trade2026.primitives.errors import InputError
from trade2026.web.live import frames
from trade2026.web.live.topics import TopicSpec

ROWS_PER_FRAME: Final = 4_096
_ROOM_AT_FIRST: Final = 64
NOTHING_SEEN: Final = -1


class ConflatedTopic:
    """One conflated topic.

    Parameters
    ----------
    spec : TopicSpec
        Its name and columns.
    now_ms : callable
        Milliseconds since 1970, for the frames' `t`.

    Attributes
    ----------
    keys : list of str
        Names of rows in the order they were first seen; a row's index never changes.
    generation : int
        Grows with every change.
    encoded : int
        How often a set of frames was encoded, for measuring what sharing saves.
    """

    def __init__(self, spec: TopicSpec, now_ms: Callable[[], float]) -> None:
        self.spec = spec
        self.keys: list[str] = []
        self.generation = 0
        self.encoded = 0
        self._now_ms = now_ms
        self._index: dict[str, int] = {}
        self._values = np.full((len(spec.columns), _ROOM_AT_FIRST), np.nan)
        self._changed_at = np.zeros(_ROOM_AT_FIRST, dtype=np.int64)
        self._cache: dict[tuple[int, int], tuple[bytes, ...]] = {}
        self._cached_for = 0

    def publish(
        self, keys: Sequence[str], columns: Mapping[str, Sequence[float] | npt.NDArray[np.float64]]
    ) -> None:
        """Set rows; a key that comes twice keeps its last values, a key of no name yet begins a row.

        Raises InputError when a column is missing, unknown or of another length than `keys`.
        """
        if not keys:
            return
        arrays = self._checked(keys, columns)
        where = self._rows_of(keys)
        for number, values in enumerate(arrays):
            self._values[number, where] = values
        self.generation += 1
        self._changed_at[where] = self.generation

    def frames(self, seen: int, target: int) -> tuple[bytes, ...]:
        """Shared tails of the frames that bring someone who saw generation `seen` up to `target` or later.

        Rows that changed after `target` may be included with their latest values, and are sent again later.
        `NOTHING_SEEN` gives a snapshot, which is at least one frame; its first frame says `snap`.
        """
        if self._cached_for != target:
            self._cache.clear()  # Only those who were blocked still want older ones.
            self._cached_for = target
        found = self._cache.get((seen, target))
        if found is None:
            found = self._cache[seen, target] = self._encode(seen)
            self.encoded += 1
        return found

    def _encode(self, seen: int) -> tuple[bytes, ...]:
        count = len(self.keys)
        changed = np.flatnonzero(self._changed_at[:count] > seen).astype(np.uint32)
        is_snapshot = seen == NOTHING_SEEN
        if changed.size == 0 and not is_snapshot:
            return ()
        t_ms = self._now_ms()
        tails = []
        for start in range(0, max(1, changed.size), ROWS_PER_FRAME):
            part = changed[start : start + ROWS_PER_FRAME]
            taken = self._values[:, part]
            tails.append(
                frames.conflated_tail(
                    t_ms,
                    is_snapshot=is_snapshot and start == 0,
                    indices=part,
                    columns=dict(zip(self.spec.columns, taken, strict=True)),
                )
            )
        return tuple(tails)

    def _checked(
        self, keys: Sequence[str], columns: Mapping[str, Sequence[float] | npt.NDArray[np.float64]]
    ) -> list[npt.NDArray[np.float64]]:
        if set(columns) != set(self.spec.columns):
            raise InputError(
                f"columns of {self.spec.name} must be {', '.join(self.spec.columns)}, "
                f"was {', '.join(columns)}; give each of them, with NaN for what is unknown"
            )
        arrays = [np.asarray(columns[name], dtype=np.float64) for name in self.spec.columns]
        for name, array in zip(self.spec.columns, arrays, strict=True):
            if array.shape != (len(keys),):
                raise InputError(
                    f"column {name} of {self.spec.name} must have one value for each of {len(keys)} keys, "
                    f"was of shape {array.shape}"
                )
        return arrays

    def _rows_of(self, keys: Sequence[str]) -> npt.NDArray[np.intp]:
        index = self._index
        for key in keys:
            if key not in index:
                index[key] = len(self.keys)
                self.keys.append(key)
        if len(self.keys) > self._changed_at.size:
            self._grow(len(self.keys))
        return np.fromiter((index[key] for key in keys), dtype=np.intp, count=len(keys))

    def _grow(self, count: int) -> None:
        room = self._changed_at.size
        while room < count:
            room *= 2
        values = np.full((len(self.spec.columns), room), np.nan)
        values[:, : self._values.shape[1]] = self._values
        changed_at = np.zeros(room, dtype=np.int64)
        changed_at[: self._changed_at.size] = self._changed_at
        self._values, self._changed_at = values, changed_at
