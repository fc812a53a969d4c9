"""The room for cancels: whole when the disk fills up, and nobody's while the disk has room."""

import pytest

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from trade2026.ports.storage import DiskFull
from trade2026.trading.journal import Journal, JournalConfig

KEY = b"k" * 32
PAYLOAD = b"c" * 200
FRAME = len(PAYLOAD) + 48
CONFIG = JournalConfig(segment_bytes=16_384, reserve_bytes=4_096)


def fill_up(journal: Journal, *, reserve: bool = True) -> tuple[int, str]:
    """Append until there is no room: how many went in, and the words of the refusal."""
    passed = 0
    while True:
        try:
            journal.append(PAYLOAD, reserve=reserve)
        except DiskFull as error:
            return passed, str(error)
        passed += 1


@pytest.mark.parametrize("before", range(1, 80, 6))
def test_cancels_do_not_use_the_reserve_while_the_disk_has_room(before: int) -> None:
    disk = SimDisk(1, capacity=1 << 20)
    journal = Journal.open(SimStorage(disk, "p"), CONFIG, KEY)
    for _ in range(before):
        journal.append(PAYLOAD, reserve=True)
    disk.capacity = disk.used()  # From here on there is no room but what was kept.
    passed, words = fill_up(journal)
    assert passed >= 4_096 // FRAME - 2
    assert "reserve for cancels is used up" in words


def test_a_full_disk_leaves_the_whole_reserve_to_cancels() -> None:
    journal = Journal.open(SimStorage(SimDisk(1, capacity=40_000), "p"), CONFIG, KEY)
    assert "the rest is kept for cancels" in fill_up(journal, reserve=False)[1]
    passed, words = fill_up(journal)
    assert passed >= 4_096 // FRAME - 2
    assert "reserve for cancels is used up" in words
