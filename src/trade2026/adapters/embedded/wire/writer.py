"""Writes the wire log: one write for all of one turn of the event loop, no sync, no error upwards."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from trade2026.adapters.embedded.wire.framing import encode_frame, file_name, numbers
from trade2026.model.execution import ExecutionReport
from trade2026.ports.clock import Clock
from trade2026.ports.wire_log import WireFrame, WireOpened, WireReceived, WireRecord, WireRequest, WireSent
from trade2026.primitives.time import SECOND_NS

FILE_BYTES: Final = 16 * 1024 * 1024
FILES: Final = 4
"""How large a file becomes, and how many are kept: what a monitor may fall behind by."""

RETRY_NS: Final = SECOND_NS


class FileWireLog:
    """`ports.wire_log.WireLog` in a folder; make it inside the running loop.

    A file that cannot be written is left; a second later another one is begun. What was lost meanwhile is
    counted in the next frame that can be written, so that whoever reads knows.

    Parameters
    ----------
    opened : WireOpened
        The first record.
    note : callable
        Takes a line for the log when writing fails, and when it works again.
    """

    def __init__(
        self,
        folder: str,
        opened: WireOpened,
        clock: Clock,
        note: Callable[[str], None],
        *,
        file_bytes: int = FILE_BYTES,
        files: int = FILES,
    ) -> None:
        self._folder = Path(folder)
        self._clock = clock
        self._note = note
        self._file_bytes = file_bytes
        self._files = files
        self._opened_ns = clock.now_ns()
        self._number = 0
        self._lost = 0
        self._has_failed = False
        self._retry_at = 0
        self._descriptor = -1
        self._file_number = 0
        self._size = 0
        self._records: list[WireRecord] = [opened]
        self._loop = asyncio.get_running_loop()
        self.flush()

    def sent(self, seq: int, request: WireRequest) -> None:
        """Note what is handed to the venue in this moment."""
        self._put(WireSent(seq, request))

    def received(self, report: ExecutionReport) -> None:
        """Note what the venue says."""
        self._put(WireReceived(report))

    def _put(self, record: WireRecord) -> None:
        if not self._records:
            self._loop.call_soon(self.flush)
        self._records.append(record)

    def flush(self) -> None:
        """Write what waits."""
        records, self._records = self._records, []
        if not records:
            return
        if self._has_failed and self._clock.monotonic_ns() < self._retry_at:
            self._lost += len(records)
            return
        self._number += 1
        frame = WireFrame(self._opened_ns, self._number, self._clock.now_ns(), self._lost, tuple(records))
        try:
            self._write(encode_frame(frame))
        except (OSError, OverflowError, UnicodeEncodeError) as error:
            self._lost += len(records)
            self._leave_file()
            self._retry_at = self._clock.monotonic_ns() + RETRY_NS
            if not self._has_failed:
                self._has_failed = True
                self._note(f"the wire log cannot be written, the monitor is blind: {error}")
            return
        self._lost = 0
        if self._has_failed:
            self._has_failed = False
            self._note("the wire log is written again")

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        self.flush()
        self._leave_file()

    def _write(self, data: bytes) -> None:
        if self._descriptor < 0 or self._size + len(data) > self._file_bytes:
            self._begin_file()
        self._size += len(data)
        written = os.write(self._descriptor, data)
        if written != len(data):  # A disk that is full takes a part: no reader can use it.
            raise OSError(f"short write of {written} of {len(data)} bytes")

    def _begin_file(self) -> None:
        self._leave_file()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = numbers([path.name for path in self._folder.iterdir()])
        self._file_number = max([self._file_number, *there]) + 1
        path = self._folder / file_name(self._file_number)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._size = 0
        for number in there[: max(len(there) + 1 - self._files, 0)]:
            (self._folder / file_name(number)).unlink(missing_ok=True)

    def _leave_file(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
