"""The log of a process: lines with the time, in files of bounded size."""

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from trade2026.ports.clock import Clock
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS, format_ns

FILE_BYTES: Final = 10 * 1024 * 1024
FILES_KEPT: Final = 5
"""Beside the current one."""

_TAIL_LINES: Final = 20
_BLOCK: Final = 64 * 1024


class RotatingLog:
    """Appends to `path`; at `file_bytes` it becomes `path.1`, and so on up to `FILES_KEPT`.

    A disk that takes nothing loses lines and stops nothing; their count is written when it takes some again.
    """

    def __init__(self, path: str, clock: Clock, *, file_bytes: int = FILE_BYTES) -> None:
        self._path = path
        self._clock = clock
        self._file_bytes = file_bytes
        self._lost = 0
        self._descriptor: int | None = None
        self._size = 0
        self.tail: Final[deque[str]] = deque(maxlen=_TAIL_LINES)

    def write(self, text: str) -> None:
        """Write a line, with the time before it."""
        self.tail.append(text)
        stamp = _stamp(self._clock.now_ns())
        lost = f"{stamp} {self._lost} lines before this were lost: the disk took none\n" if self._lost else ""
        data = f"{lost}{stamp} {text}\n".encode(errors="backslashreplace")
        try:
            self._append(data)
        except OSError:
            self._lost += 1
        else:
            self._lost = 0

    def close(self) -> None:
        """Close the file; a later line opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _append(self, data: bytes) -> None:
        if self._descriptor is not None and self._size + len(data) > self._file_bytes:
            self.close()
            rotate(self._path)
        if self._descriptor is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._descriptor = os.open(self._path, flags, 0o600)
            self._size = os.fstat(self._descriptor).st_size
        self._size += os.write(self._descriptor, data)


def _stamp(now: int) -> str:
    """The time to the millisecond, always as wide."""
    return f"{format_ns(now - now % SECOND_NS)[:-1]}.{now % SECOND_NS // MILLISECOND_NS:03d}Z"


def rotate(path: str) -> None:
    """Let `path` become `path.1`, that one `path.2`, and so on; the oldest goes. Raises OSError."""
    for number in range(FILES_KEPT, 0, -1):
        older = Path(path if number == 1 else f"{path}.{number - 1}")
        if older.exists():
            older.replace(f"{path}.{number}")


def last_lines(path: str, count: int) -> list[str]:
    """The last lines of the current file, and of the one before it where it has fewer."""
    found = _last_lines(path, count)
    if len(found) < count:
        found = _last_lines(f"{path}.1", count - len(found)) + found
    return found


def _last_lines(path: str, count: int) -> list[str]:
    if count <= 0:
        return []
    try:
        with open(path, "rb") as file:
            at = file.seek(0, os.SEEK_END)
            data = b""
            while at > 0 and data.count(b"\n") <= count:
                step = min(at, _BLOCK)
                at -= step
                file.seek(at)
                data = file.read(step) + data
    except FileNotFoundError:
        return []
    lines = data.decode(errors="backslashreplace").splitlines()
    return lines[-count:]


class Follower:
    """Gives the lines that are added to a log after it was made, across its rotation."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._rest = b""
        self._inode, self._at = self._look()

    def new_lines(self) -> Iterator[str]:
        """Whole lines since the last call."""
        inode, size = self._look()
        if inode == self._inode and size == self._at:
            return
        data = b""
        if inode != self._inode:
            data = self._read(f"{self._path}.1", self._at) if self._inode else b""
            self._inode, self._at = inode, 0
        added = self._read(self._path, self._at)
        self._at += len(added)
        *lines, self._rest = (self._rest + data + added).split(b"\n")
        for line in lines:
            yield line.decode(errors="backslashreplace")

    def _look(self) -> tuple[int, int]:
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return 0, 0
        return found.st_ino, found.st_size

    def _read(self, path: str, at: int) -> bytes:
        try:
            with open(path, "rb") as file:
                file.seek(at)
                return file.read()
        except FileNotFoundError:
            return b""
