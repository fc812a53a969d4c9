"""What a strategy says, kept in two files of bounded size and read a page at a time."""

import io
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from trade2026.ports.runner_link import LogLine
from trade2026.ports.storage import Storage

FILE_BYTES: Final = 1 << 20
"""When a file is this long the next line begins another, and the one before the last is dropped."""

TEXT_MAX: Final = 4_000
"""Characters of one line; more are cut."""

_CURRENT: Final = ".jsonl"
_OLDER: Final = ".older.jsonl"


class RunLog:
    """Writes the log of one run, and goes on with the numbers of an earlier process."""

    def __init__(self, storage: Storage, run_id: str, *, file_bytes: int = FILE_BYTES) -> None:
        self._storage = storage
        self._name, self._older = f"{run_id}{_CURRENT}", f"{run_id}{_OLDER}"
        self._file_bytes = file_bytes
        lines = list(_lines(storage, run_id))
        self._n = lines[-1].n if lines else 0
        if storage.exists(self._name):
            self._file = storage.open(self._name, writable=True)
            self._size = _whole(self._file.read(0, self._file.size()))
        else:
            self._file, self._size = storage.create(self._name), 0

    def write(self, ts: int, text: str) -> None:
        """Keep a line; raises StoreUnavailable."""
        self._n += 1
        text = text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]} ..."
        data = msgspec.json.encode(LogLine(self._n, ts, text)) + b"\n"
        if self._size and self._size + len(data) > self._file_bytes:
            self._file.close()
            self._storage.rename(self._name, self._older)
            self._file, self._size = self._storage.create(self._name), 0
        self._file.write(self._size, data)
        self._size += len(data)

    def close(self) -> None:
        """Release the file."""
        self._file.close()


class LineWriter(io.TextIOBase):
    """A text stream whose whole lines go to `say`: what a strategy prints is part of its log."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._kept = ""

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Keep text until its line ends."""
        *lines, self._kept = (self._kept + text).split("\n")
        for line in lines:
            self._say(line)
        if len(self._kept) > TEXT_MAX:
            self._say(self._kept)
            self._kept = ""
        return len(text)

    def flush(self) -> None:
        """A line is written when it ends, not before."""


def read_log(storage: Storage, run_id: str, after: int, limit: int) -> tuple[LogLine, ...]:
    """At most `limit` lines with numbers above `after`, oldest first; a negative `after` means the last."""
    lines = [line for line in _lines(storage, run_id) if line.n > after]
    return tuple(lines[-limit:] if after < 0 else lines[:limit])


def _lines(storage: Storage, run_id: str) -> Iterator[LogLine]:
    for name in (f"{run_id}{_OLDER}", f"{run_id}{_CURRENT}"):
        if not storage.exists(name):
            continue
        data = storage.read(name)
        for line in data[: _whole(data)].splitlines():
            try:
                yield msgspec.json.decode(line, type=LogLine)
            except msgspec.MsgspecError:
                continue  # A write that a power loss cut in two; the lines around it are whole.


def _whole(data: bytes) -> int:
    """Bytes up to the end of the last whole line."""
    return data.rfind(b"\n") + 1
