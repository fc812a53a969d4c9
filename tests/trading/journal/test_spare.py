"""The next segment is made ready while the current one fills: in time, and no faster than that needs."""

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from tests.trading.journal.folders import KEY
from trade2026.trading.journal import Journal, JournalConfig
from trade2026.trading.journal.spare import STEP_BYTES, TEMPORARY

SEGMENT = 8 * STEP_BYTES
CONFIG = JournalConfig(segment_bytes=SEGMENT, reserve_bytes=8 * 1024)
PAYLOAD = bytes(STEP_BYTES // 16)


def test_the_next_segment_fills_twice_as_fast_as_this_one_and_is_ready_before_it_is_needed():
    storage = SimStorage(SimDisk(1), "desk")
    journal = Journal.open(storage, CONFIG, KEY)
    sizes: list[int] = []
    for number in range(1, SEGMENT // len(PAYLOAD)):
        journal.append(PAYLOAD)
        journal.sync()
        spare = storage.open(TEMPORARY, writable=False).size()
        assert 0 < spare <= 2 * number * len(PAYLOAD) * 1.01 + STEP_BYTES
        sizes.append(spare)
        if number * len(PAYLOAD) > SEGMENT // 2 + STEP_BYTES:
            assert spare == SEGMENT
    assert len(set(sizes)) == SEGMENT // STEP_BYTES
    before = storage.names("segment-")
    journal.append(PAYLOAD)
    journal.sync()
    assert len(storage.names("segment-")) == len(before) + 1
    assert storage.open(TEMPORARY, writable=False).size() <= STEP_BYTES
    journal.close()


def test_frames_that_come_faster_than_the_steps_find_the_next_segment_ready_all_the_same():
    storage = SimStorage(SimDisk(1), "desk")
    journal = Journal.open(storage, CONFIG, KEY)
    for _ in range(40):
        for _ in range(16):
            journal.append(PAYLOAD)
        journal.sync()
    assert len(storage.names("segment-")) > 4
    journal.close()
    again = Journal.open(storage, CONFIG, KEY)
    assert again.last_seq == 40 * 16
    again.close()
