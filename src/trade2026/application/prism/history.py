"""Bars of a minute that the simulated market keeps of itself, so that charts have a past after a restart.

One file for each instrument, `bars-ID`: records of six little-endian int64 (end of the minute, open, high,
low, close, volume), each later than the one before. They are written as minutes end and not synced: a cut of
power may cost the last of them. What is no record, or not later, ends the file for every reader, and the
market cuts it off when it starts.
"""

import heapq
import struct
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Final

from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.storage import File, Storage
from trade2026.primitives.time import UnixNanos

_PREFIX: Final = "bars-"
_RECORD: Final = struct.Struct("<6q")
_NO_VOLUME: Final = -1
_READ_RECORDS: Final = 4_096
BATCH: Final = 4_096
"""Bars of a batch at most."""


class BarWriter:
    """Keeps the bars of what it is told; the one writer of its folder."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._files: dict[str, tuple[File, int, int]] = {}  # With where to write, and the last time.

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever kept."""
        return not has_bars(self._storage)

    def take(self, events: Sequence[MarketEvent]) -> None:
        """Keep the bars among what happened; raises StoreUnavailable where the disk fails."""
        for event in events:
            if type(event) is Bar:
                self.write(event)

    def close(self) -> None:
        """Release the files."""
        for file, _, _ in self._files.values():
            file.close()
        self._files.clear()

    def write(self, bar: Bar) -> None:
        """Keep a bar, which has to have an open, unless there is a later one; raises StoreUnavailable."""
        file, at, last = self._files.get(bar.instrument_id) or self._open(bar.instrument_id)
        if bar.ts_event > last:
            assert bar.open is not None and bar.high is not None and bar.low is not None, (
                "a bar of trades has them"
            )
            volume = _NO_VOLUME if bar.volume is None else bar.volume
            file.write(at, _RECORD.pack(bar.ts_event, bar.open, bar.high, bar.low, bar.close, volume))
            at, last = at + _RECORD.size, bar.ts_event
        self._files[bar.instrument_id] = (file, at, last)

    def _open(self, instrument_id: str) -> tuple[File, int, int]:
        """The file, with what is no record cut off."""
        name = _PREFIX + instrument_id
        if not self._storage.exists(name):
            return self._storage.create(name), 0, 0
        file = self._storage.open(name, writable=True)
        at = last = 0
        for bar in _records(file, instrument_id, 0):
            at, last = at + _RECORD.size, bar.ts_event
        if file.size() > at:
            file.truncate(at)
        return file, at, last


def read_bars(
    storage: Storage, instrument_ids: Sequence[str], start_ns: int | None, end_ns: int | None
) -> Iterator[list[Bar]]:
    """Bars with start <= ts_event < end in order of (ts_event, instrument_id), in batches."""
    first = 0 if start_ns is None else start_ns
    files = [
        (storage.open(_PREFIX + name, writable=False), name)
        for name in instrument_ids
        if storage.exists(_PREFIX + name)
    ]
    try:
        streams = [_records(file, name, first) for file, name in files]
        batch: list[Bar] = []
        for bar in heapq.merge(*streams, key=attrgetter("ts_event", "instrument_id")):
            if end_ns is not None and bar.ts_event >= end_ns:
                break
            batch.append(bar)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch
    finally:
        for file, _ in files:
            file.close()


def has_bars(storage: Storage) -> bool:
    """Whether a market has kept anything."""
    return bool(storage.names(_PREFIX))


def bars_span(storage: Storage, instrument_ids: Sequence[str]) -> tuple[UnixNanos, UnixNanos] | None:
    """The times of the first and the last bar of all; None without any. Reads a few records of each file."""
    firsts, lasts = [], []
    for name in instrument_ids:
        if not storage.exists(_PREFIX + name):
            continue
        file = storage.open(_PREFIX + name, writable=False)
        try:
            count = file.size() // _RECORD.size
            while count > 1 and _time(file, count - 1) <= _time(file, count - 2):
                count -= 1  # What a cut of power has left at the end.
            if count:
                firsts.append(_time(file, 0))
                lasts.append(_time(file, count - 1))
        finally:
            file.close()
    return (min(firsts), max(lasts)) if firsts else None


def _records(file: File, instrument_id: str, first_ns: int) -> Iterator[Bar]:
    """Bars from a time on, up to the end of what is one."""
    at, last = _first_at(file, first_ns), 0
    while data := file.read(at, _READ_RECORDS * _RECORD.size):
        at += len(data)
        whole = data[: len(data) // _RECORD.size * _RECORD.size]
        for ts, begin, high, low, close, volume in _RECORD.iter_unpack(whole):
            if ts <= last:
                return
            last = ts
            traded = None if volume == _NO_VOLUME else volume
            if ts >= first_ns:
                yield Bar(instrument_id, ts, ts, begin, high, low, close, traded)
        if len(whole) < len(data):
            return


def _first_at(file: File, first_ns: int) -> int:
    """Where the first record at or after a time begins, or a little before it."""
    if first_ns <= 0:
        return 0
    return _bisect(file.size() // _RECORD.size, lambda n: _time(file, n) < first_ns) * _RECORD.size


def _bisect(count: int, is_before: Callable[[int], bool]) -> int:
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if is_before(middle):
            low = middle + 1
        else:
            high = middle
    return low


def _time(file: File, number: int) -> int:
    return int.from_bytes(file.read(number * _RECORD.size, 8), "little", signed=True)
