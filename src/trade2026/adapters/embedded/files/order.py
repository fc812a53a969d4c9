"""Bringing rows into the order of (time, instrument), and telling which came out of order."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from trade2026.adapters.embedded.files.findings import Findings
from trade2026.adapters.embedded.files.rows import Columns
from trade2026.adapters.embedded.files.spool import Spool
from trade2026.primitives.time import format_ns

_SORTED_ROWS: Final = 32_768


class Orderer:
    """Writes blocks to a spool so that rows of one time are never in two blocks.

    Rows of one time are put in order of instrument without a word; a row earlier than one above it is
    counted as disorder, and then the whole spool needs `sort`.
    """

    def __init__(self, spool: Spool, findings: Findings) -> None:
        self._spool = spool
        self._findings = findings
        self._pending: Columns | None = None
        self._latest = -(2**63)
        self.disordered = False

    def add(self, columns: Columns) -> None:
        """Take the next rows of the file."""
        times = columns["ts"]
        if not len(times):
            return
        before = np.maximum.accumulate(np.concatenate(([self._latest], times)))
        early = times < before[:-1]
        if early.any():
            self.disordered = True
            for index in np.flatnonzero(early)[: self._findings.wanted("disorder")].tolist():
                told = f"{format_ns(int(times[index]))} after {format_ns(int(before[index]))}"
                self._findings.example("disorder", int(columns["line"][index]), told)
            self._findings.count("disorder", int(early.sum()))
        self._latest = int(before[-1])
        if self._pending is not None:
            columns = join([self._pending, columns])
        if self.disordered:
            self._pending = None
            self._spool.append(columns)
            return
        columns = _by_instrument(columns)
        cut = int(np.searchsorted(columns["ts"], self._latest))
        self._spool.append({name: values[:cut] for name, values in columns.items()})
        self._pending = {name: values[cut:] for name, values in columns.items()}

    def finish(self) -> None:
        """Write what was held back."""
        if self._pending is not None:
            self._spool.append(self._pending)
            self._pending = None


def sort(spool: Spool) -> Spool:
    """A new spool in order of (time, instrument, line); holds every column in memory meanwhile."""
    columns = join(spool.blocks())
    spool.close()
    order = np.lexsort((columns["line"], columns["rank"], columns["ts"]))
    for name in list(columns):
        columns[name] = columns[name][order]
    times = columns["ts"]
    result = Spool()
    begin = 0
    while begin < len(times):
        end = min(begin + _SORTED_ROWS, len(times))
        if end < len(times):  # Up to the end of the rows of one time.
            end = int(np.searchsorted(times, times[end - 1], side="right"))
        result.append({name: values[begin:end] for name, values in columns.items()})
        begin = end
    return result


def join(parts: Iterable[Columns]) -> Columns:
    """One set of columns from several, in their order."""
    parts = list(parts)
    joined: Columns = {}
    for name in parts[0]:
        values = [part[name] for part in parts]
        if len({value.dtype.kind for value in values}) > 1:  # Identifiers that are integers in places.
            values = [value.astype(np.str_) for value in values]
        joined[name] = np.concatenate(values)
    return joined


def _by_instrument(columns: Columns) -> Columns:
    times, ranks = columns["ts"], columns["rank"]
    if not ((times[1:] == times[:-1]) & (ranks[1:] < ranks[:-1])).any():
        return columns
    order = np.lexsort((ranks, times))  # Stable: lines keep their order.
    return {name: values[order] for name, values in columns.items()}
