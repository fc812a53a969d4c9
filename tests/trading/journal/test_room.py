"""The water marks: orders stop before the disk is full, cancels do not, and there is no to and fro."""

import asyncio

import pytest

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from tests.trading.journal.folders import KEY
from trade2026.ports.storage import DiskFull, DiskLevel
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.trading.journal import Journal, JournalConfig, JournalState
from trade2026.trading.journal.room import LOOK_EVERY_BYTES

SEGMENT = 64 * 1024
MARKS = JournalConfig(
    segment_bytes=SEGMENT, reserve_bytes=8 * 1024, warn_bytes=1_000_000, low_water_bytes=300_000,
    high_water_bytes=500_000,
)  # fmt: skip
PAYLOAD = bytes(1000)


def journal_with(free: int, config: JournalConfig = MARKS) -> tuple[SimDisk, Journal]:
    """A journal on a disk that has so many bytes left, spare segment included."""
    disk = SimDisk(1)
    journal = Journal.open(SimStorage(disk, "desk"), config, KEY)
    for _ in range(9):
        journal.append(b"x")
        journal.sync()
    set_free(disk, free)
    return disk, journal


def set_free(disk: SimDisk, free: int) -> None:
    disk.capacity = disk.used() + free


def takes_orders(journal: Journal) -> bool:
    journal.watch_room()
    try:
        journal.append(PAYLOAD)
    except DiskFull:
        assert not journal.has_room_for_orders
        return False
    assert journal.has_room_for_orders
    return True


def test_orders_stop_below_the_low_mark_and_go_on_above_the_high_one():
    disk, journal = journal_with(300_000)
    assert takes_orders(journal)
    expected = [(299_999, False), (300_000, False), (499_999, False), (500_000, True), (300_001, True)]
    for free, taken in expected:
        set_free(disk, free)
        assert takes_orders(journal) is taken, free
    set_free(disk, 10)
    assert not takes_orders(journal)


def test_cancels_pass_while_orders_are_refused_and_use_no_reserve_before():
    _, journal = journal_with(200_000)
    assert not takes_orders(journal)
    for _ in range(250):  # Into the next segments.
        journal.append(PAYLOAD, reserve=True)
        journal.sync()
    assert not takes_orders(journal)
    journal.close()


def test_the_whole_reserve_is_there_when_the_low_mark_stopped_the_orders_first():
    """Orders stop with a segment's room left; then somebody else takes all of it."""
    config = JournalConfig(
        segment_bytes=SEGMENT,
        reserve_bytes=8 * 1024,
        low_water_bytes=3 * SEGMENT,
        high_water_bytes=4 * SEGMENT,
    )
    disk, journal = journal_with(8 * SEGMENT, config)
    while takes_orders(journal):
        journal.sync()
    disk.capacity = disk.used()
    for _ in range(config.reserve_bytes // 1050):
        journal.append(PAYLOAD, reserve=True)
        journal.sync()


def test_a_flood_of_orders_is_noticed_between_two_looks():
    disk, journal = journal_with(0, JournalConfig(low_water_bytes=1 << 20, high_water_bytes=2 << 20))
    disk.capacity = 1 << 40
    journal.watch_room()
    disk.capacity = disk.used() + 100
    for _ in range(LOOK_EVERY_BYTES // 60_000 + 2):
        if not journal.has_room_for_orders:
            break
        journal.append(bytes(60_000))
        journal.sync()
    with pytest.raises(DiskFull, match=r"less than 1048576 bytes free.*again from 2097152") as caught:
        journal.append(b"x")
    assert caught.value.retryable


def test_levels():
    disk, journal = journal_with(1_000_000)
    assert journal.room.level() == (DiskLevel.GOOD, 1_000_000)
    set_free(disk, 999_999)
    assert journal.room.level() == (DiskLevel.WARNING, 999_999)
    set_free(disk, 1000)
    journal.watch_room()
    assert journal.room.level() == (DiskLevel.LOW, 1000)
    disk.kill()
    assert journal.room.level() == (DiskLevel.WARNING, -1)


def test_a_start_on_a_low_disk_refuses_at_once():
    disk, journal = journal_with(1_000_000)
    journal.close()
    set_free(disk, 100_000)
    again = Journal.open(SimStorage(disk, "again"), MARKS, KEY)
    with pytest.raises(DiskFull):
        again.append(PAYLOAD)
    again.append(PAYLOAD, reserve=True)
    again.close()


def test_without_marks_nothing_is_looked_at():
    disk, journal = journal_with(SEGMENT * 4, JournalConfig(segment_bytes=SEGMENT, reserve_bytes=8 * 1024))
    journal.append(PAYLOAD)
    disk.capacity = disk.used()
    assert takes_orders(journal)


def test_marks_that_make_no_sense_are_refused():
    with pytest.raises(InputError, match="low_water_bytes must be in"):
        JournalConfig(low_water_bytes=2, high_water_bytes=1)


def test_the_marks_hold_on_a_loop_as_well():
    async def main() -> None:
        disk, journal = journal_with(MARKS.low_water_bytes + 200_000)
        journal.watch_room()
        journal.append(PAYLOAD)
        disk.capacity = disk.used() + 1000
        journal.watch_room()
        with pytest.raises(DiskFull):
            journal.append(PAYLOAD)
        await journal.sync_async()
        await journal.close_async()

    asyncio.run(main())


def test_a_disk_that_does_not_say_how_much_is_free_has_failed(monkeypatch: pytest.MonkeyPatch):
    _, journal = journal_with(1_000_000)

    def trouble() -> int:
        raise StoreUnavailable("cannot read: Input/output error")

    monkeypatch.setattr(journal.room._storage, "free_bytes", trouble)
    monkeypatch.setattr(journal.room, "_looked_at", 10**9)
    journal.append(PAYLOAD)
    with pytest.raises(StoreUnavailable, match="takes nothing more"):
        journal.sync()
    assert journal.state is JournalState.FAILED
