"""Readers: they see all that is durable and nothing else, are woken, and go on from their cursor."""

import asyncio
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from tests.trading.journal.folders import KEY, RUN, SMALL, contents, filled, payloads_of
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.primitives.errors import HashMismatch, InputError, IntegrityError, SequenceGap
from trade2026.trading.journal import Cursor, CursorStore, Journal, JournalConfig, JournalReader, frames
from trade2026.trading.journal.frame import LENGTH
from trade2026.trading.journal.published import PAGE_NAME, End, EndReader, EndWriter
from trade2026.trading.journal.segment import HEADER_BYTES, SegmentHeader

TIGHT = JournalConfig(segment_bytes=1200, reserve_bytes=0)
SECOND_NS = 1_000_000_000


def pair(config=SMALL, disk=None):
    disk = disk or SimDisk(1)
    journal = Journal.open(SimStorage(disk, "writer"), config, KEY)
    return disk, journal, JournalReader(SimStorage(disk, "reader"))


def seqs(frames):
    return [frame.seq for frame in frames]


def break_chain(disk, frame):
    """Give a frame of the first segment another hash, with the checksum that fits."""
    name = f"segment-{1:020d}.log"
    data = disk.names[name].cache
    salt = SegmentHeader.decode(bytes(data[:HEADER_BYTES]), name, "").salt
    start = data.index(frame.digest) - 16
    (word,) = struct.unpack_from("<I", data, start)
    end = start + 8 + (word & LENGTH)
    data[start + 16 : start + 48] = bytes(32)
    data[start + 4 : start + 8] = struct.pack(
        "<I", google_crc32c.extend(word ^ salt, bytes(data[start + 8 : end]))
    )


@pytest.mark.parametrize("config", [SMALL, TIGHT, JournalConfig.for_run(durable=True)])
def test_only_what_is_durable_is_seen(config):
    _, journal, reader = pair(config)
    assert reader.read_available() == []
    for payload in contents(50):
        journal.append(payload)
        assert reader.read_available() == []
        journal.write()
        assert [frame.seq for frame in reader.read_available()] in ([], [journal.last_seq - 1])
        journal.sync()
        assert seqs(reader.read_available()) == [journal.last_seq]
    assert reader.position.seq == 50


@given(st.integers(1, 70), st.integers(1, 9), st.booleans())
def test_a_reader_may_begin_anywhere_and_take_any_portions(first, limit, tight):
    disk, journal, _ = pair(TIGHT if tight else SMALL)
    for payload in contents(60):
        journal.append(payload)
    journal.sync()
    reader, found = JournalReader(SimStorage(disk, "reader"), first), []
    while block := reader.read_available(limit):
        assert len(block) <= limit
        found += block
    assert seqs(found) == list(range(first, 61))
    assert [frame.payload for frame in found] == contents(60)[first - 1 :]


def test_a_reader_that_came_first_waits_for_the_journal():
    disk = SimDisk(1)
    reader = JournalReader(SimStorage(disk, "reader"))
    assert reader.read_available() == []
    filled(disk, TIGHT, contents(30))
    assert seqs(reader.read_available(100)) + seqs(reader.read_available(100)) != []
    while reader.read_available():
        pass
    assert reader.position.seq == 30


@pytest.mark.parametrize("config", [SMALL, TIGHT, RUN])
def test_a_reader_works_while_the_writer_is_down(config):
    storage = filled(SimDisk(1), config, contents(40), each=5)
    assert payloads_of(storage) == contents(40)
    storage.disk.pages.clear()
    assert payloads_of(storage, 30) == contents(40)[29:]


def test_what_a_reader_saw_of_a_killed_writer_survives_a_power_loss():
    """The frames are in the system's memory only; the reader makes them durable before it believes them."""
    disk, journal, reader = pair()
    journal.append(b"written, not synced")
    journal.write()
    assert reader.read_available() == []
    disk.kill()
    reader = JournalReader(SimStorage(disk, "reader"))
    assert seqs(reader.read_available()) == [1]
    disk.power_loss()
    assert Journal.open(SimStorage(disk, "writer"), SMALL, KEY).last_seq == 1


def test_a_reader_goes_on_when_the_writer_is_started_again():
    disk, journal, _ = pair(TIGHT)
    reader = JournalReader(SimStorage(disk, "reader"))
    for number in range(1, 41):
        journal.append(b"x" * 100)
        journal.sync()
        assert seqs(reader.read_available()) == [number]
        if number % 7 == 0:
            journal.close()
            assert reader.read_available() == []
            journal = Journal.open(SimStorage(disk, "writer again"), TIGHT, KEY)


def test_a_torn_tail_ends_the_reading_and_damage_stops_it():
    storage = filled(SimDisk(1), JournalConfig.for_run(durable=True), contents(20))
    name = storage.names("segment-")[0]
    size = len(storage.read(name))
    storage.open(name, writable=True).truncate(size - 1)
    with pytest.raises(HashMismatch, match="the writer says frame 20 is durable"):
        payloads_of(storage)
    storage.disk.pages.clear()
    assert payloads_of(storage) == contents(20)[:19]
    storage.disk.rot(name, size // 2, 3)
    with pytest.raises(HashMismatch, match=rf"{name} at offset \d+, frame \d+.*restore this folder"):
        payloads_of(storage)


def test_a_reader_that_trusts_the_writer_checks_the_chain_of_what_lay_there():
    disk, journal, first = pair()
    trusting = JournalReader(SimStorage(disk, "another reader"), trusts_writer=True)
    for payload in contents(5):
        journal.append(payload)
    journal.sync()
    break_chain(disk, first.read_available()[2])
    with pytest.raises(IntegrityError, match="hash chain broken"):
        trusting.read_available(), trusting.read_available()


def test_a_reader_that_trusts_the_writer_checks_number_and_crc_of_what_comes():
    disk, journal, first = pair()
    trusting = JournalReader(SimStorage(disk, "another reader"), trusts_writer=True)
    journal.append(b"before")
    journal.sync()
    assert seqs(trusting.read_available()) == seqs(first.read_available()) == [1]
    for payload in contents(20)[15:]:
        journal.append(payload)
    journal.sync()
    break_chain(disk, JournalReader(SimStorage(disk, "third")).read_available()[3])
    assert [frame.payload for frame in trusting.read_available()] == contents(20)[15:]
    with pytest.raises(IntegrityError, match="hash chain broken"):
        first.read_available(), first.read_available()
    journal.append(b"later, and garbled")
    journal.sync()
    name = f"segment-{1:020d}.log"
    disk.rot(name, disk.names[name].cache.index(b"garbled"), 1)
    with pytest.raises(IntegrityError, match="the writer says frame 7 is durable"):
        trusting.read_available()


def test_damage_before_the_published_end_is_told():
    disk, journal, reader = pair()
    for payload in contents(5):
        journal.append(payload)
    journal.sync()
    disk.rot(f"segment-{1:020d}.log", 200, 1)
    with pytest.raises(IntegrityError, match="the writer says frame 5 is durable"):
        list(iter(reader.read_available, []))


def test_long_frames_are_read_whole():
    config = JournalConfig(segment_bytes=4 << 20, reserve_bytes=0)
    _, journal, reader = pair(config)
    payloads = [b"a" * 3_000_000, b"b", b"c" * 900_000]
    for payload in payloads:
        journal.append(payload)
    journal.sync()
    found = []
    while block := reader.read_available():
        found += [frame.payload for frame in block]
    assert found == payloads


def test_cursors_are_kept_and_a_reader_goes_on_from_them():
    disk, journal, reader = pair(TIGHT)
    for payload in contents(60):
        journal.append(payload)
    journal.sync()
    store = CursorStore(SimStorage(disk, "reader"), "positions")
    assert store.load() is None
    taken = []
    while block := reader.read_available(7):
        taken += seqs(block)
        store.save(reader.position)
        reader.close()
        cursor = store.load()
        assert cursor == reader.position
        reader = JournalReader(SimStorage(disk, "reader"), cursor=cursor)
        assert reader.position == cursor
    assert taken == list(range(1, 61))


def test_a_closed_reader_opens_again_where_it_was():
    _, journal, reader = pair()
    journal.append(b"one")
    journal.sync()
    assert seqs(reader.read_available()) == [1]
    reader.close()
    journal.append(b"two")
    journal.sync()
    assert seqs(reader.read_available()) == [2]


def test_a_cursor_of_another_history_is_found():
    disk, journal, _ = pair()
    journal.append(b"one")
    journal.append(b"two")
    journal.sync()
    reader = JournalReader(SimStorage(disk, "reader"))
    reader.read_available(1)
    wrong = reader.position._replace(digest=bytes(32))
    with pytest.raises(HashMismatch, match="hash chain broken"):
        JournalReader(SimStorage(disk, "reader"), cursor=wrong).read_available()
    wrong = reader.position._replace(seq=0)
    with pytest.raises(SequenceGap):
        JournalReader(SimStorage(disk, "reader"), cursor=wrong).read_available()


def test_a_damaged_cursor_says_what_to_do():
    storage = SimStorage(SimDisk(1), "reader")
    store = CursorStore(storage, "positions")
    store.save(Cursor(1, bytes(32), 1, 200))
    storage.disk.rot("cursor-positions", 3, 1)
    with pytest.raises(HashMismatch, match="Remove it"):
        store.load()
    storage.replace("cursor-positions", b"short")
    with pytest.raises(HashMismatch, match="'cursor-positions' is damaged"):
        store.load()


def test_names_and_numbers_are_checked():
    storage = SimStorage(SimDisk(1), "reader")
    for name in ("", "../x", "a b"):
        with pytest.raises(InputError, match="name of a reader"):
            CursorStore(storage, name)
    with pytest.raises(InputError, match="from_seq must be at least 1, was 0"):
        JournalReader(storage, 0)


def test_a_half_written_end_is_not_believed():
    storage = SimStorage(SimDisk(1), "writer")
    writer, reader = EndWriter(storage), EndReader(storage)
    assert reader.load() is None
    writer.store(End(5, 1, 300))
    writer.store(End(6, 1, 400))
    assert reader.load() == End(6, 1, 400)
    page = storage.disk.pages[PAGE_NAME]
    for position in range(44):
        page[position] ^= 0x10
        assert reader.load() is None
        page[position] ^= 0x10
    assert reader.load() == End(6, 1, 400)


def test_ends_are_never_torn_under_a_thread_that_writes_them(tmp_path):
    storage = DiskStorage(tmp_path)
    writer, stop = EndWriter(storage), threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            writer.store(End(number, number * 3, number * 5))

    writer.store(End(0, 0, 0))
    thread = threading.Thread(target=write)
    thread.start()
    other, last = DiskStorage(tmp_path), 0
    reader = EndReader(other)
    try:
        for _ in range(20_000):
            end = reader.load()
            assert end is not None
            assert (end.segment, end.offset) == (end.seq * 3, end.seq * 5)
            assert end.seq >= last
            last = end.seq
    finally:
        stop.set()
        thread.join()
        reader.close()
        writer.close()
    assert last > 0


def test_a_waiting_reader_is_woken(tmp_path):
    async def main():
        storage, other = DiskStorage(tmp_path), DiskStorage(tmp_path)
        journal = Journal.open(storage, SMALL, KEY)
        reader = JournalReader(other)
        await reader.wait_async(0)  # The start of the writer may have rung.
        assert not await reader.wait_async(5_000_000)
        waiting = asyncio.ensure_future(reader.wait_async(10 * SECOND_NS))
        await asyncio.sleep(0.005)
        assert not waiting.done()
        journal.append(b"x")
        assert await journal.sync_async() == 1
        assert await waiting
        assert seqs(reader.read_available()) == [1]
        await journal.close_async()
        reader.close()
        storage.close()
        other.close()

    asyncio.run(main())


READER = """
import sys, time
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.trading.journal import JournalReader
reader = JournalReader(DiskStorage(sys.argv[1]))
last = int(sys.argv[2])
print("ready", flush=True)
while reader.position.seq < last:
    reader.wait(20_000_000_000)
    for frame in reader.read_available():
        print(frame.seq, frame.payload.decode(), flush=True)
"""


@pytest.mark.process
def test_a_reader_in_another_process_tails_live(tmp_path):
    storage = DiskStorage(tmp_path)
    journal = Journal.open(storage, TIGHT, KEY)
    command = [sys.executable, "-c", READER, str(tmp_path), "60"]
    source = str(Path(__file__).parents[3] / "src")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": source, "PATH": ""}
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        for number in range(1, 61):
            journal.append(f"payload-{number}".encode())
            journal.write()
            if number == 30:
                time.sleep(0.02)  # What is written and not synced stays unseen however long a reader looks.
            journal.sync()
            assert child.stdout.readline() == f"{number} payload-{number}\n"
        assert child.wait(20) == 0
    journal.close()
    storage.close()


@pytest.mark.process
def test_a_second_writer_in_another_process_is_refused(tmp_path):
    storage = DiskStorage(tmp_path)
    journal = Journal.open(storage, SMALL, KEY)
    code = (
        "import sys\n"
        "from trade2026.adapters.embedded.disk import DiskStorage\n"
        "from trade2026.primitives.errors import OperatingError\n"
        "from trade2026.trading.journal import Journal, JournalConfig\n"
        "try:\n    Journal.open(DiskStorage(sys.argv[1]), JournalConfig(), b'k')\n"
        "except OperatingError as error:\n    print(error)\n"
    )
    source = str(Path(__file__).parents[3] / "src")
    answer = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": source, "PATH": ""},
    )
    assert f"{tmp_path} is in use by process" in answer.stdout
    journal.close()
    storage.close()


def test_a_reader_goes_on_from_a_place_that_the_start_has_found():
    disk = SimDisk(21)
    filled(disk, SMALL, contents(9000))
    storage = SimStorage(disk, "writer")
    journal = Journal.open(storage, SMALL, KEY)
    recovery = journal.recovery
    assert recovery.last is not None
    assert (recovery.last.seq, recovery.last.payload) == (9000, contents(9000)[-1])
    assert recovery.before(1) is None
    for seq in (1, 2, 700, 4095, 4096, 4097, 4098, 8999, 9000):
        near = recovery.before(seq)
        assert near is None or seq - 4097 <= near.seq < seq
        found = [frame.seq for frame in frames(storage, seq, seq + 2, near=near)]
        assert found == list(range(seq, min(seq + 2, 9000) + 1))
    journal.close()
