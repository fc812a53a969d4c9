"""Follows the files of the wire log from another process, and says what it could not read."""

import os
from pathlib import Path
from typing import Final

from trade2026.adapters.embedded.wire.framing import cut_frames, file_name, numbers
from trade2026.ports.wire_log import WireFrame

_READ_BYTES: Final = 4 * 1024 * 1024


class FileWireReader:
    """`ports.wire_log.WireReader` over a folder, which need not be there yet."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._number = 0
        self._descriptor = -1
        self._offset = 0
        self._kept = b""
        self._trouble: list[str] = []

    def skip(self) -> None:
        """Leave out everything that has been written."""
        there = self._numbers()
        if there:
            self._open(there[-1])
            self._offset, self._kept = self._size(), b""

    def read(self) -> list[WireFrame]:
        """What has come since, in order; a part where it is much."""
        if self._descriptor < 0 and not self._open_first():
            return []
        while True:
            frames = self._take()
            if frames or not self._has_next():
                return frames
            frames = self._take()  # What was written before the next file began.
            if frames:
                return frames
            self._move()

    def take_trouble(self) -> str:
        """What could not be read since the last call."""
        trouble, self._trouble = self._trouble, []
        return "; ".join(trouble)

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take(self) -> list[WireFrame]:
        """Whole frames of the present file, from where it stands."""
        while True:
            size = self._size()
            if size <= self._offset:
                return []
            data = os.pread(self._descriptor, min(size - self._offset, _READ_BYTES), self._offset)
            self._offset += len(data)
            cut = cut_frames(self._kept + data)
            self._kept = (self._kept + data)[cut.taken :]
            if cut.trouble:
                self._trouble.append(f"{file_name(self._number)}: {cut.trouble}; the rest of it is left out")
                self._offset, self._kept = 1 << 62, b""
            if cut.frames or cut.trouble:
                return cut.frames

    def _has_next(self) -> bool:
        return any(number > self._number for number in self._numbers())

    def _move(self) -> None:
        if self._kept:
            self._trouble.append(f"{file_name(self._number)} ends within a frame")
        later = [number for number in self._numbers() if number > self._number]
        if later[0] != self._number + 1:
            missed = later[0] - self._number - 1
            self._trouble.append(f"{missed} files of the wire log were gone before they were read")
        self._open(later[0])

    def _open_first(self) -> bool:
        there = self._numbers()
        if there:
            self._open(there[0])
        return bool(there)

    def _open(self, number: int) -> None:
        self.close()
        self._descriptor = os.open(self._folder / file_name(number), os.O_RDONLY)
        self._number, self._offset, self._kept = number, 0, b""

    def _size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def _numbers(self) -> list[int]:
        try:
            return numbers(os.listdir(self._folder))
        except FileNotFoundError:
            return []
