"""The last part of a stream of rows, for figures that are taken over a window of time."""

from collections import deque
from typing import Final

import numpy as np

from trade2026.matching.compiled.layout import Memory

ROWS_MAX: Final = 200_000
"""More than a window of the default market has by far: what a stream of any pace may cost."""


class Window:
    """Rows of int64 whose first column is their time, in order of it.

    Parameters
    ----------
    width : int
        Columns.
    span_ns : int
        How long a row is kept.
    """

    def __init__(self, width: int, span_ns: int) -> None:
        self._width, self._span_ns = width, span_ns
        self._parts: deque[Memory] = deque()
        self._count = 0

    def add(self, rows: Memory) -> None:
        """Keep rows, which nobody else writes to; drop parts that are wholly too old, or too many."""
        if not len(rows):
            return
        self._parts.append(rows)
        self._count += len(rows)
        since = int(rows[-1, 0]) - self._span_ns
        while self._parts[0][-1, 0] < since or (self._count > ROWS_MAX and len(self._parts) > 1):
            self._count -= len(self._parts.popleft())

    def joined(self, now_ns: int) -> Memory:
        """The rows of the last `span_ns` up to `now_ns`; not to be written to."""
        if not self._parts:
            return np.empty((0, self._width), np.int64)
        whole = self._parts[0] if len(self._parts) == 1 else np.concatenate(self._parts)
        whole = whole[np.searchsorted(whole[:, 0], now_ns - self._span_ns) :]
        self._parts = deque([whole] if len(whole) else [])
        self._count = len(whole)
        return whole
