"""The writer: numbers, durability, segments, a full disk, a failing disk, and who may have the folder."""

import asyncio
import itertools
from contextlib import suppress

import pytest

from tests.simulation import simloop
from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from tests.trading.journal.folders import KEY, RUN, SMALL, contents, filled, payloads_of
from trade2026.ports.storage import DiskFull
from trade2026.primitives.errors import InputError, OperatingError, StoreUnavailable
from trade2026.trading.journal import GENESIS, Journal, JournalConfig, JournalState, verify
from trade2026.trading.journal.frame import OVERHEAD
from trade2026.trading.journal.head import read_head
from trade2026.trading.journal.segment import HEADER_BYTES, first_seqs

TINY = JournalConfig(segment_bytes=4096, reserve_bytes=1024)


def head_seq(storage):
    head = read_head(storage, KEY)
    assert head is not None
    return head.seq


def opened(disk, config=SMALL, process="writer"):
    storage = SimStorage(disk, process)
    return storage, Journal.open(storage, config, KEY)


def test_numbers_begin_at_one_and_the_chain_at_zero():
    _, journal = opened(SimDisk(1))
    assert (journal.last_seq, journal.durable_seq, journal.last_hash) == (0, 0, GENESIS)
    assert [journal.append(b"x") for _ in range(3)] == [1, 2, 3]
    assert (journal.last_seq, journal.durable_seq) == (3, 0)
    journal.write()
    assert journal.durable_seq == 0
    assert journal.sync() == journal.durable_seq == 3
    assert journal.last_hash != GENESIS


@pytest.mark.parametrize("config", [SMALL, TINY, RUN, JournalConfig.for_run(durable=True)])
def test_what_was_appended_is_there_after_a_close(config):
    disk, payloads = SimDisk(1), contents(150)
    filled(disk, config, payloads[:70], each=9)
    disk.power_loss()
    storage, journal = opened(disk, config)
    assert journal.recovery.frames == 70 if config.durable else journal.recovery.frames <= 70
    if not config.durable:
        return
    for payload in payloads[70:]:
        journal.append(payload)
    journal.close()
    assert payloads_of(storage) == payloads
    assert payloads_of(storage, 60, 80) == payloads[59:80]
    assert verify(storage, KEY).is_intact


def test_the_hash_depends_on_content_alone_not_on_batches_or_layout():
    hashes = set()
    for config, each in itertools.product([SMALL, TINY, RUN], [1, 7, 1000]):
        storage = filled(SimDisk(each), config, contents(100), each=each)
        hashes.add(verify(storage, KEY, strict=not config.durable).last_hash)
    assert len(hashes) == 1


def test_a_run_that_is_not_synced_has_the_same_bytes_every_time():
    first = filled(SimDisk(1), RUN, contents(100), each=1)
    second = filled(SimDisk(2), RUN, contents(100), each=13)
    for name in ["head", *first.names("segment-")]:
        assert first.read(name) == second.read(name)


def test_a_run_folder_is_no_larger_than_its_frames():
    storage = filled(SimDisk(1), RUN, [b"x" * 100] * 10)
    assert len(storage.read(storage.names("segment-")[0])) < 10 * 148 + 100


def test_segments_roll_and_a_frame_too_long_for_one_is_refused():
    storage, journal = opened(SimDisk(1), TINY)
    largest = 4096 - HEADER_BYTES - OVERHEAD
    with pytest.raises(InputError, match=rf"at most {largest} bytes, was {largest + 1}"):
        journal.append(bytes(largest + 1))
    for _ in range(5):
        journal.append(b"x" * largest)
    journal.append(b"small")
    assert journal.sync() == 6
    assert first_seqs(storage) == [1, 2, 3, 4, 5, 6]
    journal.close()
    assert [len(payload) for payload in payloads_of(storage)] == [largest] * 5 + [5]
    assert verify(storage, KEY).is_intact


def test_a_second_writer_is_refused_and_the_first_goes_on():
    disk = SimDisk(1)
    _, journal = opened(disk)
    with pytest.raises(OperatingError, match="is in use by process writer"):
        opened(disk, process="second")
    journal.append(b"x")
    assert journal.sync() == 1
    journal.close()
    opened(disk, process="second")


def test_a_closed_journal_refuses_and_closes_again():
    _, journal = opened(SimDisk(1))
    journal.close()
    journal.close()
    for call in (lambda: journal.append(b"x"), journal.write, journal.sync, journal.update_head):
        with pytest.raises(StoreUnavailable, match="is closed"):
            call()
    assert not journal.has_room_for_orders


def test_an_empty_key_is_refused():
    with pytest.raises(InputError, match="head_key"):
        Journal.open(SimStorage(SimDisk(1), "writer"), SMALL, b"")


@pytest.mark.parametrize(
    "options",
    [
        {"segment_bytes": 100},
        {"segment_bytes": 1 << 31},
        {"reserve_bytes": -1},
        {"segment_bytes": 1000, "reserve_bytes": 501},
        {"head_every_frames": 0},
        {"identity": bytes(13)},
    ],
)
def test_a_configuration_that_cannot_work_is_refused(options):
    with pytest.raises(InputError, match=f"{list(options)[-1]} must be"):
        JournalConfig(**options)


def assert_failed(journal, message="Input/output error"):
    assert journal.state is JournalState.FAILED
    for call in (lambda: journal.append(b"x"), journal.write, journal.sync, journal.update_head):
        with pytest.raises(StoreUnavailable, match=message):
            call()
    assert not journal.has_room_for_orders


@pytest.mark.parametrize("fault", ["write_errors", "sync_errors", "short_writes"])
def test_a_failed_write_or_sync_is_fatal_and_never_tried_again(fault):
    disk = SimDisk(1)
    storage, journal = opened(disk)
    journal.append(b"safe")
    journal.sync()
    journal.append(b"lost")
    setattr(disk.faults, fault, 1)
    with pytest.raises(StoreUnavailable, match="Nothing after frame 1 is acknowledged"):
        journal.sync()
    assert_failed(journal, "short write" if fault == "short_writes" else "Input/output error")
    assert journal.durable_seq == 1
    journal.close()
    assert journal.state is JournalState.FAILED
    again = Journal.open(storage, SMALL, KEY)
    assert again.last_seq >= 1
    assert payloads_of(storage)[:1] == [b"safe"]


def test_a_sync_that_fails_in_the_background_is_fatal_even_if_no_one_waits():
    async def main(loop):
        disk = SimDisk(1)
        _, journal = opened(disk)
        journal.append(b"safe")
        await journal.sync_async()
        journal.append(b"lost")
        disk.faults.sync_errors = 1
        waiting = asyncio.ensure_future(journal.sync_async())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(1)
        assert_failed(journal)
        assert journal.durable_seq == 1

    simloop.run(1, main, shuffle=False)


def test_a_canceled_sync_still_counts():
    async def main(loop):
        _, journal = opened(SimDisk(1))
        journal.append(b"x")
        waiting = asyncio.ensure_future(journal.sync_async())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(1)
        assert journal.durable_seq == 1
        await journal.close_async()

    simloop.run(1, main, shuffle=False)


def test_frames_gathered_during_a_sync_are_not_covered_by_it():
    async def main(loop):
        disk = SimDisk(1, latency_s=(0.5, 0.5))
        _, journal = opened(disk)
        journal.append(b"one")
        first = asyncio.ensure_future(journal.sync_async())
        await asyncio.sleep(0.1)
        assert journal.append(b"two") == 2
        journal.write()
        assert await first == 1
        assert await journal.sync_async() == 2
        await journal.close_async()

    simloop.run(1, main, shuffle=False)


def append_on(journal, payload, reserve):
    for _ in range(10_000):
        journal.append(payload, reserve=reserve)
        journal.sync()


def fill_up(journal, payload=b"x" * 200, *, reserve=False):
    """Append until the disk is full; how many went in."""
    before = journal.last_seq
    full = r"journal is full: the disk of /simulated has \d+ bytes free.*Free space on that disk"
    with pytest.raises(DiskFull, match=full) as caught:
        append_on(journal, payload, reserve)
    assert caught.value.retryable
    return journal.last_seq - before


def test_a_full_disk_refuses_orders_keeps_room_for_cancels_and_recovers_without_a_restart():
    config = JournalConfig(segment_bytes=16_384, reserve_bytes=8_000)
    disk = SimDisk(1, capacity=3 * 16_384)
    storage, journal = opened(disk, config)
    assert journal.has_room_for_orders
    accepted = fill_up(journal)
    assert journal.state is JournalState.OPEN
    assert not journal.has_room_for_orders
    last = journal.last_seq
    with pytest.raises(DiskFull, match="the rest is kept for cancels"):
        journal.append(b"x" * 200)
    assert journal.last_seq == last
    cancels = fill_up(journal, b"c" * 60, reserve=True)
    assert cancels >= (8_000 - 200) // 108
    with pytest.raises(DiskFull, match="the reserve for cancels is used up"):
        journal.append(b"c" * 60, reserve=True)
    disk.capacity *= 2
    assert journal.has_room_for_orders
    journal.append(b"order after the disk was cleared")
    journal.sync()
    journal.close()
    assert payloads_of(storage) == (
        [b"x" * 200] * accepted + [b"c" * 60] * cancels + [b"order after the disk was cleared"]
    )


def test_a_full_disk_at_the_start_says_so():
    with pytest.raises(DiskFull, match="Free space on that disk"):
        opened(SimDisk(1, capacity=10_000), SMALL)


def test_a_full_disk_does_not_stop_the_head_from_being_true():
    config = JournalConfig(segment_bytes=4096, reserve_bytes=0, head_every_frames=1)
    disk = SimDisk(1)
    storage, journal = opened(disk, config)
    journal.append(b"one")
    journal.sync()
    disk.capacity = disk.used()
    journal.append(b"two")
    assert journal.sync() == 2
    journal.close()
    assert head_seq(storage) <= 2
    assert verify(storage, KEY).is_intact


def test_the_head_follows_lazily_and_at_close():
    disk = SimDisk(1)
    storage, journal = opened(
        disk, JournalConfig(segment_bytes=65_536, reserve_bytes=0, head_every_frames=10)
    )
    seen = []
    for _ in range(35):
        journal.append(b"x")
        journal.sync()
        seen.append(head_seq(storage))
    assert seen[8] == 0
    assert seen[9] == 10
    assert seen[34] == 30
    journal.update_head()
    assert head_seq(storage) == 35
    journal.append(b"x")
    journal.close()
    assert head_seq(storage) == 36


def test_the_next_segment_is_made_ready_beside_the_log():
    """A roll then costs no long fill: at most one step of zeros is written between two syncs."""
    config = JournalConfig(segment_bytes=1 << 20, reserve_bytes=0)
    disk = SimDisk(1)
    storage, journal = opened(disk, config)
    for _ in range(6):  # More than half of this one.
        journal.append(bytes(100_000))
        journal.sync()
    assert len(storage.read("next.tmp")) == 1 << 20
    journal.close()
    assert "next.tmp" not in storage.names()


def test_a_killed_writers_unsynced_frames_are_made_durable_by_the_next():
    disk = SimDisk(1)
    _, journal = opened(disk)
    journal.append(b"written, never synced")
    journal.write()
    disk.kill()
    _, again = opened(disk, process="second")
    assert again.durable_seq == 1
    disk.power_loss()
    assert opened(disk, process="third")[1].last_seq == 1


def test_a_start_whose_cut_is_interrupted_starts_again():
    """A tail is being zeroed when the power goes: the next start cuts what is left of it."""
    for seed in range(60):
        disk = SimDisk(seed)
        storage, journal = opened(disk)
        journal.append(b"kept")
        journal.sync()
        for _ in range(8):
            journal.append(b"torn" * 100)
        journal.write()
        disk.power_loss()
        disk.operations_left = 1 + seed % 30
        with suppress(StoreUnavailable):
            opened(disk)
        disk.operations_left = None
        disk.power_loss()
        storage, journal = opened(disk)
        assert 1 <= journal.last_seq <= 9
        assert verify(storage, KEY).is_intact


def test_identities_keep_the_frames_of_two_journals_apart():
    payloads = contents(5)
    mine = JournalConfig.for_run(durable=True)
    other = JournalConfig(preallocate=False, reserve_bytes=0, identity=b"other")
    first, second = filled(SimDisk(1), mine, payloads), filled(SimDisk(1), other, payloads)
    name = first.names("segment-")[0]
    assert first.read(name)[HEADER_BYTES:] != second.read(name)[HEADER_BYTES:]
    assert verify(first, KEY).last_hash == verify(second, KEY).last_hash


def test_a_journal_is_verified_up_to_its_durable_end_while_it_is_written():
    disk = SimDisk(1)
    _, journal = opened(disk, TINY)
    for payload in contents(100):
        journal.append(payload)
    journal.sync()
    journal.update_head()
    journal.append(b"written, not synced")
    journal.write()
    auditor = SimStorage(disk, "auditor")
    report = verify(auditor, KEY)
    assert report.is_intact
    assert (report.last_seq, report.head_seq) == (100, 100)
    disk.pages.clear()  # As while a writer starts, before it has published anything.
    assert verify(auditor, KEY).is_intact


def test_every_batch_begins_with_a_fence_whatever_the_order_of_writes_and_syncs():
    """A batch that is written while another is being synced waits, so that the fence before it is true."""

    async def main(loop):
        disk = SimDisk(1, latency_s=(0.01, 0.01))
        storage, journal = opened(disk, JournalConfig.for_run(durable=True))
        syncing = []
        for _ in range(50):
            journal.append(b"x")
            journal.write()
            syncing.append(asyncio.ensure_future(journal.sync_async()))
            await asyncio.sleep(0.004)
        assert await asyncio.gather(*syncing) == sorted(task.result() for task in syncing)
        assert [task.result() >= number for number, task in enumerate(syncing, start=1)] == [True] * 50
        await journal.close_async()
        data, position, fences = storage.read(storage.names("segment-")[0]), HEADER_BYTES, []
        while position < len(data):
            word = int.from_bytes(data[position : position + 4], "little")
            fences.append(bool(word >> 31))
            position += 8 + (word & 0x7FFFFFFF)
        assert len(fences) == 50
        assert fences[0]
        assert 10 < sum(fences) < 30

    simloop.run(1, main, shuffle=False)
