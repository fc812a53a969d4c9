"""Snapshots: the latest whole one is loaded, damaged ones are skipped aloud, old ones go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from trade2026.ports.storage import DiskFull
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.trading.journal import Snapshot, SnapshotStore


def snapshot(seq: int, payload: bytes = b"state") -> Snapshot:
    return Snapshot(seq, bytes([seq % 256]) * 32, payload)


def store(disk: SimDisk, **options) -> SnapshotStore:
    return SnapshotStore(SimStorage(disk, "desk"), **options)


def test_an_empty_folder_has_none():
    assert store(SimDisk(1)).load_latest() == (None, ())


def test_the_latest_is_loaded_and_old_ones_go():
    disk = SimDisk(1)
    for seq in (5, 90, 10, 1000):
        store(disk, keep=3).save(snapshot(seq, b"%d" % seq))
    assert store(disk).load_latest() == (snapshot(1000, b"1000"), ())
    assert store(disk).load_latest(upto_seq=999) == (snapshot(90, b"90"), ())
    assert store(disk).load_latest(upto_seq=9) == (None, ())


@given(st.lists(st.integers(0, 150_000), max_size=6))
def test_a_payload_in_parts_is_kept_as_a_whole_one_is(sizes):
    parts = [bytes([number]) * size for number, size in enumerate(sizes)]
    whole, pieces = SimDisk(1), SimDisk(1)
    store(whole).save(snapshot(7, b"".join(parts)))
    store(pieces).save_parts(7, snapshot(7).digest, parts)
    name = snapshot(7).name
    assert pieces.names[name].cache == whole.names[name].cache == snapshot(7, b"".join(parts)).encode()
    assert store(pieces).load_latest() == (snapshot(7, b"".join(parts)), ())


@given(st.binary(max_size=200), st.data())
def test_a_damaged_one_is_skipped_and_named(payload, draw):
    disk = SimDisk(1)
    store(disk).save(snapshot(1))
    store(disk).save(snapshot(2, payload))
    name = f"snapshot-{2:020d}.state"
    size = len(disk.names[name].cache)
    if draw.draw(st.booleans()):
        disk.rot(name, draw.draw(st.integers(0, size - 1)), draw.draw(st.integers(0, 7)))
    else:
        del disk.names[name].cache[draw.draw(st.integers(0, size - 1)) :]
    loaded, skipped = store(disk).load_latest()
    assert loaded == snapshot(1)
    assert len(skipped) == 1
    assert name in skipped[0]


def test_one_under_another_name_is_skipped():
    disk = SimDisk(1)
    store(disk).save(snapshot(1))
    SimStorage(disk, "someone").rename(f"snapshot-{1:020d}.state", f"snapshot-{9:020d}.state")
    assert store(disk).load_latest()[0] is None


def test_a_power_loss_leaves_the_old_or_the_new_one():
    for seed in range(200):
        disk = SimDisk(seed)
        store(disk).save(snapshot(1))
        disk.operations_left = disk.random.randint(1, 12)
        saved = True
        try:
            store(disk).save(snapshot(2, b"x" * 3000))
        except StoreUnavailable:
            saved = False
        disk.operations_left = None
        disk.power_loss()
        loaded, skipped = store(disk).load_latest()
        assert skipped == ()
        assert loaded == snapshot(2, b"x" * 3000) or (loaded == snapshot(1) and not saved)


def test_a_full_disk_keeps_the_old_one():
    disk = SimDisk(1)
    store(disk).save(snapshot(1))
    disk.capacity = disk.used() + 100
    with pytest.raises(DiskFull):
        store(disk).save(snapshot(2, bytes(1000)))
    assert store(disk).load_latest()[0] == snapshot(1)


def test_keep_must_be_at_least_one():
    with pytest.raises(InputError, match="keep must be at least 1, was 0"):
        store(SimDisk(1), keep=0)
