"""The simulated disk loses what a real one may lose, and only that."""

import pytest

from tests.simulation.simdisk import SECTOR, SimDisk
from tests.simulation.simstorage import SimStorage
from trade2026.primitives.errors import StoreUnavailable

SEEDS = range(300)


def lost(seed, work):
    """Do `work` on a file that was synced as 'A' * 4 sectors, lose the power, and give the file's bytes."""
    disk = SimDisk(seed)
    storage = SimStorage(disk, "one")
    file = storage.create("f")
    file.write(0, b"A" * 4 * SECTOR)
    file.sync()
    storage.sync_folder()
    work(storage, file)
    disk.power_loss()
    return SimStorage(disk, "two").read("f")


def test_what_was_synced_stays():
    assert {lost(seed, lambda storage, file: None) for seed in SEEDS} == {b"A" * 4 * SECTOR}


def test_unsynced_sectors_survive_as_none_all_a_prefix_or_any_subset_and_never_as_garbage_over_data():
    outcomes = set()
    for seed in SEEDS:
        found = lost(seed, lambda storage, file: file.write(0, b"B" * 4 * SECTOR))
        sectors = [found[at : at + SECTOR] for at in range(0, 4 * SECTOR, SECTOR)]
        for sector in sectors:
            assert sector == b"B" * sector.count(b"B") + b"A" * sector.count(b"A")
        outcomes.add("".join(chr(max(sector)) for sector in sectors))
    assert {"AAAA", "BBBB", "BAAA", "ABAB", "AABA"} <= outcomes


def test_a_tail_beyond_the_synced_size_is_lost_zeroed_garbled_or_there():
    outcomes = set()
    for seed in SEEDS:
        found = lost(seed, lambda storage, file: file.write(4 * SECTOR, b"B" * 2 * SECTOR))
        assert found[: 4 * SECTOR] == b"A" * 4 * SECTOR
        tail = found[4 * SECTOR :]
        kinds = {b"": "lost", b"B" * 2 * SECTOR: "there", bytes(2 * SECTOR): "zeroed"}
        outcomes.add(kinds.get(tail, "garbled" if set(tail) - {0, ord("B")} else "mixed"))
    assert outcomes == {"lost", "there", "zeroed", "garbled", "mixed"}


def test_room_that_was_not_synced_may_hold_a_removed_files_bytes():
    def work(storage, file):
        old = storage.create("old")
        old.write(0, b"S" * SECTOR)
        storage.remove("old")
        file.write(4 * SECTOR, b"B" * SECTOR)

    assert any(b"S" * 100 in lost(seed, work) for seed in SEEDS)


def names_after(seed, work):
    disk = SimDisk(seed)
    storage = SimStorage(disk, "one")
    storage.replace("a", b"old")
    work(storage)
    disk.power_loss()
    after = SimStorage(disk, "two")
    return tuple((name, after.read(name)) for name in after.names())


def test_names_not_synced_are_lost_in_order():
    def work(storage):
        file = storage.create("b")
        file.write(0, b"new")
        file.sync()
        storage.rename("b", "a")

    assert {names_after(seed, work) for seed in SEEDS} == {
        (("a", b"old"),),
        (("a", b"old"), ("b", b"new")),
        (("a", b"new"),),
    }


def test_names_synced_stay():
    assert {names_after(seed, lambda storage: storage.replace("a", b"new")) for seed in SEEDS} == {
        (("a", b"new"),)
    }


def test_a_kill_keeps_what_was_written_and_frees_the_lock():
    disk = SimDisk(1)
    storage = SimStorage(disk, "one")
    storage.lock("l")
    file = storage.create("f")
    file.write(0, b"x")
    disk.kill()
    for call in (file.sync, lambda: file.write(0, b"y"), storage.names, lambda: storage.lock("l")):
        with pytest.raises(StoreUnavailable, match="process one has ended"):
            call()
    other = SimStorage(disk, "two")
    assert other.read("f") == b"x"
    other.lock("l")


def test_after_a_failed_sync_the_next_one_succeeds_and_the_data_is_gone():
    disk = SimDisk(1)
    file = SimStorage(disk, "one").create("f")
    file.write(0, b"safe")
    file.sync()
    file.write(0, b"lost")
    disk.faults.sync_errors = 1
    with pytest.raises(StoreUnavailable):
        file.sync()
    file.sync()
    assert file.read(0, 4) == b"safe"


def test_bits_rot_unnoticed():
    disk = SimDisk(1)
    storage = SimStorage(disk, "one")
    storage.replace("f", b"\0\0")
    disk.rot("f", 1, 3)
    assert storage.read("f") == b"\0\x08"
    disk.power_loss()
    assert SimStorage(disk, "two").read("f") == b"\0\x08"


def test_the_power_goes_at_the_operation_asked_for():
    disk = SimDisk(1)
    storage = SimStorage(disk, "one")
    disk.operations_left = 3
    storage.names()
    storage.names()
    with pytest.raises(StoreUnavailable):
        storage.names()
    assert disk.power_losses == 1
    SimStorage(disk, "two").names()


def test_one_seed_is_one_history():
    histories = [lost(seed, lambda storage, file: file.write(100, b"B" * 5 * SECTOR)) for seed in SEEDS]
    assert histories == [
        lost(seed, lambda storage, file: file.write(100, b"B" * 5 * SECTOR)) for seed in SEEDS
    ]
    assert len(set(histories)) > 50
