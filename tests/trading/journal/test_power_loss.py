"""Property: whatever a sync has acknowledged is there after a power loss, at any operation, time after time.

The same property, run on a disk whose sync does nothing or with frames whose CRC is not looked at, must fail:
a test that passes a journal that never syncs would prove nothing.
"""

import asyncio
import random

import pytest

from tests.simulation import simloop
from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimFile, SimStorage
from trade2026.primitives.errors import StoreUnavailable, Trade2026Error
from trade2026.trading.journal import Journal, JournalConfig, JournalReader, frame, frames, verify

KEY = b"key of the tests"
SEEDS = 300
LIVES = 3


def config_of(chance: random.Random) -> JournalConfig:
    """A small journal, so that a few dozen records roll over segments."""
    size = chance.choice((1500, 4096, 20_000))
    return JournalConfig(
        segment_bytes=size,
        preallocate=chance.random() < 0.7,
        reserve_bytes=chance.choice((0, size // 4)),
        head_every_frames=chance.choice((1, 5, 100)),
    )


def payload_of(chance: random.Random) -> bytes:
    """Mostly a few hundred bytes; sometimes none, sometimes zeros, sometimes several sectors."""
    length = chance.choice((0, 1, 40, 250, 250, 700, 1200))
    return bytes(length) if chance.random() < 0.2 else chance.randbytes(length)


class Desk:
    """What a client of the journal knows: everything it appended in this life and what was acknowledged."""

    def __init__(self) -> None:
        self.appended: list[bytes] = []
        self.acknowledged = 0

    def check(self, recovered: list[bytes]) -> None:
        """Nothing acknowledged is lost, nothing appears that was not appended; go on from what is there."""
        assert len(recovered) >= self.acknowledged, f"lost {self.acknowledged - len(recovered)} acknowledged"
        assert recovered == self.appended[: len(recovered)]
        self.appended = list(recovered)
        self.acknowledged = len(recovered)


def lives_of_blocking_writer(seed: int) -> None:
    """Open, append, sync; the power goes at a random operation, also inside the recovery; then again."""
    chance = random.Random(seed)
    disk, config, desk = SimDisk(seed), config_of(chance), Desk()
    for _ in range(LIVES):
        disk.operations_left = chance.randint(1, 500)
        try:
            journal = Journal.open(SimStorage(disk, "desk"), config, KEY)
            for _ in range(200):
                for _ in range(chance.randint(1, 6)):
                    payload = payload_of(chance)
                    desk.appended.append(payload)
                    journal.append(payload)
                desk.acknowledged = max(desk.acknowledged, journal.sync())
        except StoreUnavailable:
            assert disk.operations_left is None, "only the power loss may stop the writer"
        disk.operations_left = None
        recover_and_check(disk, config, desk)


def recover_and_check(disk: SimDisk, config: JournalConfig, desk: Desk) -> None:
    """Start after the loss, compare, and leave without closing."""
    storage = SimStorage(disk, "restarted desk")
    assert verify(storage, KEY).would_open or not storage.names("segment-")
    journal = Journal.open(storage, config, KEY)
    desk.check([found.payload for found in frames(storage)])
    assert journal.last_seq == journal.durable_seq == len(desk.appended)
    assert verify(storage, KEY).is_intact
    disk.power_loss()


@pytest.mark.parametrize("first", range(0, SEEDS, 50))
def test_nothing_acknowledged_is_lost(first):
    for seed in range(first, first + 50):
        lives_of_blocking_writer(seed)


async def life_on_the_loop(loop, disk, config, desk, chance) -> None:
    """A writer with the sync in the background and a reader beside it, until the power goes."""
    storage = SimStorage(disk, "desk")
    journal = Journal.open(storage, config, KEY)
    known = journal.last_seq
    reader = JournalReader(SimStorage(disk, "page"), known + 1)
    seen: list[bytes] = []

    async def read() -> None:
        while True:
            await reader.wait_async(10_000_000_000)
            for found in reader.read_available():
                assert found.seq <= journal.durable_seq, "a reader saw what was not durable"
                seen.append(found.payload)

    async def write() -> None:
        while True:
            for _ in range(chance.randint(1, 6)):
                payload = payload_of(chance)
                desk.appended.append(payload)
                journal.append(payload)
            if chance.random() < 0.3:
                journal.write()
            await asyncio.sleep(chance.random() * 0.002)

    async def sync() -> None:
        while True:
            desk.acknowledged = max(desk.acknowledged, await journal.sync_async())
            await asyncio.sleep(chance.random() * 0.001)

    tasks = [loop.create_task(work()) for work in (read, write, sync)]
    await asyncio.sleep(chance.random() * 0.1)
    for task in tasks:
        assert not task.done(), task.exception()
    disk.power_loss()
    assert seen == desk.appended[known : known + len(seen)]
    desk.acknowledged = max(desk.acknowledged, known + len(seen))


def lives_on_the_loop(seed: int) -> None:
    chance = random.Random(seed)
    disk, config, desk = SimDisk(seed), config_of(chance), Desk()
    for life in range(LIVES):
        simloop.run(seed * LIVES + life, lambda loop: life_on_the_loop(loop, disk, config, desk, chance))
        recover_and_check(disk, config, desk)


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_nothing_acknowledged_is_lost_with_the_sync_in_the_background(first):
    for seed in range(first, first + 50):
        lives_on_the_loop(seed)


def first_failing_seed(lives, limit: int = 50) -> int | None:
    for seed in range(limit):
        try:
            lives(seed)
        except (AssertionError, Trade2026Error):
            return seed
    return None


@pytest.mark.parametrize("lives", [lives_of_blocking_writer, lives_on_the_loop])
def test_a_journal_that_does_not_sync_is_found(monkeypatch, lives):
    monkeypatch.setattr(SimFile, "sync", lambda self: self._check())
    assert first_failing_seed(lives) is not None


def test_a_journal_that_does_not_sync_the_folder_is_found(monkeypatch):
    monkeypatch.setattr(SimStorage, "sync_folder", lambda self: self.check_alive())
    assert first_failing_seed(lives_of_blocking_writer) is not None


@pytest.mark.parametrize("lives", [lives_of_blocking_writer, lives_on_the_loop])
def test_a_journal_without_crc_is_found(monkeypatch, lives):
    monkeypatch.setattr(frame, "_crc32c", lambda start, data: 0)
    assert first_failing_seed(lives) is not None


def test_a_journal_without_the_fence_is_found(monkeypatch):
    """Then a batch torn by a power loss and damage inside the log could not be told apart."""
    monkeypatch.setattr(frame, "FENCE", 0)
    scan = frame.find_later

    def every_later_frame_counts(data, position, salt, seq):
        later = scan(data, position, salt, seq)
        return later and later._replace(conclusive=True)

    monkeypatch.setattr("trade2026.trading.journal.scan.find_later", every_later_frame_counts)
    assert first_failing_seed(lives_of_blocking_writer, SEEDS) is not None
