"""The wire log as files: everything written is read, what is lost is said, and nothing reaches who trades."""

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from tests.application.monitor.given import cancel, fill, order, replace
from trade2026.adapters.embedded.wire import FileWireLog, FileWireReader
from trade2026.adapters.embedded.wire.framing import encode_frame, file_name
from trade2026.adapters.embedded.wire.writer import RETRY_NS
from trade2026.ports.wire_log import (
    WireFrame,
    WireLog,
    WireOpened,
    WireReader,
    WireReceived,
    WireRecord,
    WireSent,
)

OPENED = WireOpened(7, 3, keeps_orders=False)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000

    def now_ns(self) -> int:
        self.now += 1
        return self.now

    def monotonic_ns(self) -> int:
        return self.now


class Desk:
    """A log in a loop, and what it said."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.notes: list[str] = []
        self.clock = Clock()
        self.log = FileWireLog(str(folder), OPENED, self.clock, self.notes.append, **options)

    async def turn(self, *records: Any) -> None:
        """All of these within one turn of the loop."""
        log: WireLog = self.log
        for record in records:
            if isinstance(record, WireSent):
                log.sent(record.seq, record.request)
            else:
                log.received(record.report)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


RECORDS: list[WireRecord] = [
    WireSent(4, order(1)), WireReceived(fill("c-1", 3, "x1")), WireSent(5, replace(1, quantity=4)),
    WireSent(6, cancel(1)),
]  # fmt: skip


def test_what_is_written_is_read_one_frame_a_turn(tmp_path: Path) -> None:
    async def main() -> None:
        desk = Desk(tmp_path / "wire")
        await desk.turn(*RECORDS)
        await desk.turn(RECORDS[0])
        desk.log.close()
        assert desk.notes == []

    reader: WireReader = FileWireReader(str(tmp_path / "wire"))
    assert reader.read() == [], "there is no folder yet"
    asyncio.run(main())
    frames = reader.read()
    assert [frame.number for frame in frames] == [1, 2, 3]
    assert [frame.records for frame in frames] == [(OPENED,), tuple(RECORDS), (RECORDS[0],)]
    assert len({frame.opened_ns for frame in frames}) == 1
    assert reader.read() == []
    assert reader.take_trouble() == ""
    assert os.stat(tmp_path / "wire" / file_name(1)).st_mode & 0o077 == 0


def test_a_reader_may_leave_out_what_was(tmp_path: Path) -> None:
    async def main() -> None:
        desk = Desk(tmp_path)
        await desk.turn(RECORDS[0])
        reader = FileWireReader(str(tmp_path))
        reader.skip()
        assert reader.read() == []
        await desk.turn(RECORDS[1])
        assert [frame.records for frame in reader.read()] == [(RECORDS[1],)]

    asyncio.run(main())


def test_files_are_bounded_and_each_start_begins_one(tmp_path: Path) -> None:
    async def main() -> None:
        reader = FileWireReader(str(tmp_path))
        seen = 0
        for _ in range(2):
            desk = Desk(tmp_path, file_bytes=400, files=3)
            for _ in range(30):
                await desk.turn(*RECORDS)
                frames = reader.read()
                while frames:
                    seen += sum(len(frame.records) for frame in frames)
                    frames = reader.read()
            desk.log.close()
        assert seen == 2 * (30 * len(RECORDS) + 1)
        assert reader.take_trouble() == ""
        assert len(list(tmp_path.iterdir())) == 3
        late = FileWireReader(str(tmp_path))
        while late.read():
            pass
        assert late.take_trouble() == ""

    asyncio.run(main())


def test_who_reads_too_late_is_told_what_is_gone(tmp_path: Path) -> None:
    async def main() -> None:
        desk = Desk(tmp_path, file_bytes=400, files=2)
        reader = FileWireReader(str(tmp_path))
        assert reader.read()
        for _ in range(20):
            await desk.turn(*RECORDS)
        while reader.read():
            pass
        assert "files of the wire log were gone before they were read" in reader.take_trouble()

    asyncio.run(main())


def test_what_is_written_as_a_file_ends_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between a look at the end of a file and a look for the next one, the writer does both."""
    first, frame = tmp_path / file_name(1), encode_frame(WireFrame(1, 1, 1, 0, tuple(RECORDS)))
    first.write_bytes(frame)
    reader = FileWireReader(str(tmp_path))
    assert len(reader.read()) == 1
    has_next = reader._has_next

    def meanwhile() -> bool:
        with first.open("ab") as file:
            file.write(frame)
        (tmp_path / file_name(2)).write_bytes(frame)
        monkeypatch.setattr(reader, "_has_next", has_next)
        return has_next()

    monkeypatch.setattr(reader, "_has_next", meanwhile)
    assert len(reader.read()) == 1
    assert len(reader.read()) == 1
    assert reader.read() == []


@pytest.mark.parametrize("cut", [1, 7, 8, 20])
def test_a_frame_that_is_not_whole_is_waited_for_and_missed_when_it_never_comes(
    tmp_path: Path, cut: int
) -> None:
    frame = encode_frame(WireFrame(1, 1, 1, 0, tuple(RECORDS)))
    first = tmp_path / file_name(1)
    first.write_bytes(frame + frame[:cut])
    reader = FileWireReader(str(tmp_path))
    assert len(reader.read()) == 1
    assert reader.read() == []
    with first.open("ab") as file:
        file.write(frame[cut:] + frame[:cut])
    assert len(reader.read()) == 1
    assert reader.take_trouble() == ""
    (tmp_path / file_name(2)).write_bytes(frame)
    assert len(reader.read()) == 1
    assert reader.take_trouble() == "wire-00000001.log ends within a frame"


@pytest.mark.parametrize("at", [0, 5, 30])
def test_damage_is_said_and_the_next_file_goes_on(tmp_path: Path, at: int) -> None:
    frame = encode_frame(WireFrame(1, 1, 1, 0, tuple(RECORDS)))
    broken = bytearray(frame + frame + frame)
    broken[len(frame) + at] ^= 0xFF
    (tmp_path / file_name(1)).write_bytes(broken)
    reader = FileWireReader(str(tmp_path))
    assert len(reader.read()) == 1
    if at:
        assert "a frame does not have its checksum; the rest of it is left out" in reader.take_trouble()
    assert reader.read() == []
    (tmp_path / file_name(2)).write_bytes(frame)
    assert len(reader.read()) == 1


def test_a_disk_that_fails_stops_nobody_is_said_once_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        desk = Desk(tmp_path)

        def full(descriptor: int, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "write", full)
            for _ in range(3):
                await desk.turn(*RECORDS)
                assert len(list(tmp_path.iterdir())) == 1, "no file after file"
        desk.clock.now += RETRY_NS
        for _ in range(2):
            await desk.turn(RECORDS[0])
        assert [note.split(":")[0] for note in desk.notes] == [
            "the wire log cannot be written, the monitor is blind", "the wire log is written again",
        ]  # fmt: skip

    asyncio.run(main())
    reader = FileWireReader(str(tmp_path))
    frames = [*reader.read(), *reader.read()]
    assert [frame.lost for frame in frames] == [0, 12, 0]
    assert [frame.number for frame in frames] == [1, 3, 4]


def test_what_no_frame_holds_is_lost_and_nothing_else(tmp_path: Path) -> None:
    async def main() -> None:
        desk = Desk(tmp_path)
        await desk.turn(WireReceived(fill("c-1", 2**70, "x")))
        desk.clock.now += RETRY_NS
        await desk.turn(RECORDS[0])
        assert "monitor is blind" in desk.notes[0]

    asyncio.run(main())
    reader = FileWireReader(str(tmp_path))
    frames = [*reader.read(), *reader.read()]
    assert [frame.lost for frame in frames] == [0, 1]
