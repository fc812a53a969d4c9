"""Journals for tests, on the simulated disk."""

from collections.abc import Iterable

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from trade2026.trading.journal import Journal, JournalConfig, frames

KEY = b"key of the tests"
SMALL = JournalConfig(segment_bytes=64 * 1024, reserve_bytes=8 * 1024)
RUN = JournalConfig.for_run()


def contents(count: int) -> list[bytes]:
    """Payloads of many lengths, zeros among them."""
    return [bytes([number % 7]) * (number * 13 % 90) for number in range(count)]


def filled(disk: SimDisk, config: JournalConfig, payloads: Iterable[bytes], *, each: int = 1) -> SimStorage:
    """A journal of these payloads, synced after every `each`, closed."""
    storage = SimStorage(disk, "writer")
    journal = Journal.open(storage, config, KEY)
    for number, payload in enumerate(payloads, start=1):
        journal.append(payload)
        if number % each == 0:
            journal.sync()
    journal.close()
    return storage


def payloads_of(storage: SimStorage, from_seq: int = 1, to_seq: int | None = None) -> list[bytes]:
    """What a reader finds."""
    return [frame.payload for frame in frames(storage, from_seq, to_seq)]
