"""The room for cancels: whole when the disk fills up, and nobody's while the disk has room."""

import pytest

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from trade2026.ports.storage import DiskFull
from trade2026.trading.journal import Journal, JournalConfig

KEY = b"k" * 32
PAYLOAD = b"c" * 200
FRAME = len(PAYLOAD) + 48


@pytest.mark.parametrize("before", range(1, 80, 6))
def test_cancels_do_not_use_the_reserve_while_the_disk_has_room(before: int) -> None:
    disk = SimDisk(1, capacity=1 << 20)
    config = JournalConfig(segment_bytes=16_384, reserve_bytes=4_096)
    journal = Journal.open(SimStorage(disk, "p"), config, KEY)
    for _ in range(before):
        journal.append(PAYLOAD, reserve=True)
    journal.sync()
    disk.capacity = disk.used()  # From here on there is no room but what was kept.
    passed = 0
    with pytest.raises(DiskFull):
        while True:
            journal.append(PAYLOAD, reserve=True)
            passed += 1
    assert passed >= 4_096 // FRAME - 2, passed


def test_a_full_disk_leaves_the_whole_reserve_to_cancels() -> None:
    disk = SimDisk(1, capacity=40_000)
    config = JournalConfig(segment_bytes=16_384, reserve_bytes=4_096)
    journal = Journal.open(SimStorage(disk, "p"), config, KEY)
    with pytest.raises(DiskFull):
        while True:
            journal.append(PAYLOAD, reserve=journal.last_seq % 2 == 0)
    passed = 0
    with pytest.raises(DiskFull, match="reserve for cancels is used up"):
        while True:
            journal.append(PAYLOAD, reserve=True)
            passed += 1
    assert passed >= 4_096 // FRAME - 2, passed
