"""Checked columns put aside as integers: in memory while small, in a temporary file beyond that."""

import tempfile
import weakref
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from trade2026.adapters.embedded.files.rows import Columns
from trade2026.primitives.errors import StoreUnavailable
from trade2026.primitives.time import UnixNanos

_MEMORY_BYTES: Final = 64 << 20


class _Block(NamedTuple):
    offset: int
    rows: int
    shapes: tuple[tuple[str, str], ...]  # Name and dtype of each column, in file order.


class Spool:
    """Blocks of columns in order of time, written once, read as often as wanted.

    It holds at most 64 MB; the rest goes to a file without a name that vanishes with it.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115
        self._finalizer = weakref.finalize(self, self._file.close)
        self._blocks: list[_Block] = []
        self._firsts: list[UnixNanos] = []
        self._lasts: list[UnixNanos] = []
        self.rows = 0

    def append(self, columns: Columns) -> None:
        """Add a block, whose times do not precede those before; raises StoreUnavailable on a full disk."""
        times = columns["ts"]
        if not len(times):
            return
        try:
            offset = self._file.seek(0, 2)
            for values in columns.values():
                self._file.write(np.ascontiguousarray(values).tobytes())
        except OSError as error:
            raise StoreUnavailable(
                f"the temporary folder cannot hold the checked data: {error.strerror}; "
                "free space or set TMPDIR"
            ) from error
        shapes = tuple((name, values.dtype.str) for name, values in columns.items())
        self._blocks.append(_Block(offset, len(times), shapes))
        self._firsts.append(int(times[0]))
        self._lasts.append(int(times[-1]))
        self.rows += len(times)

    @property
    def first(self) -> UnixNanos:
        """Time of the first row."""
        return self._firsts[0]

    @property
    def last(self) -> UnixNanos:
        """Time of the last row."""
        return self._lasts[-1]

    def blocks(self, start: UnixNanos | None = None, end: UnixNanos | None = None) -> Iterator[Columns]:
        """Columns with start <= ts < end, block by block; the arrays are not to be written."""
        begin = 0 if start is None else bisect_left(self._lasts, start)
        until = len(self._blocks) if end is None else bisect_left(self._firsts, end)
        for block in self._blocks[begin:until]:
            columns = self._read(block)
            times = columns["ts"]
            low = 0 if start is None else int(np.searchsorted(times, start))
            high = len(times) if end is None else int(np.searchsorted(times, end))
            if low or high < len(times):
                columns = {name: values[low:high] for name, values in columns.items()}
            if high > low:
                yield columns

    def close(self) -> None:
        """Give the memory or the temporary file back."""
        self._finalizer()

    def _read(self, block: _Block) -> Columns:
        self._file.seek(block.offset)
        columns: Columns = {}
        for name, dtype in block.shapes:
            kind = np.dtype(dtype)
            columns[name] = np.frombuffer(self._file.read(block.rows * kind.itemsize), kind)
        return columns
