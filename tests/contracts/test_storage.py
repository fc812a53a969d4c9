"""What every storage must do, run on the real disk and on the simulated one."""

import asyncio
import resource
from collections.abc import Callable, Coroutine
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulation import simloop
from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from trade2026.adapters.embedded import disk as disk_module
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.kernel_sync import Unsupported
from trade2026.ports.storage import DiskFull, Storage
from trade2026.primitives.errors import OperatingError, StoreUnavailable

SECOND_NS = 1_000_000_000


@dataclass
class Bench:
    """One adapter: its storage, another process's view of the same folder, a loop, and a full disk."""

    storage: Storage
    other: Storage
    run: Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]
    full: Callable[[int], Any]  # A context in which files cannot grow beyond so many bytes.


@contextmanager
def limited_files(size: int):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def limited_disk(disk: SimDisk, size: int):
    disk.capacity, before = disk.used() + size, disk.capacity
    try:
        yield
    finally:
        disk.capacity = before


def refuse_kernel_syncs(loop):
    raise Unsupported("not here")


@pytest.fixture(params=["disk", "disk of another system", "simulated"])
def bench(request, tmp_path, monkeypatch):
    if request.param != "simulated":
        if request.param != "disk":
            monkeypatch.setattr(disk_module, "KernelSync", refuse_kernel_syncs)
        storages = DiskStorage(tmp_path / "folder"), DiskStorage(tmp_path / "folder")
        yield Bench(*storages, lambda main: asyncio.run(main()), limited_files)
        for storage in storages:
            storage.close()
    else:
        disk = SimDisk(1)

        def run(main):
            return simloop.run(1, lambda loop: main())

        yield Bench(
            SimStorage(disk, "one"), SimStorage(disk, "two"), run, lambda size: limited_disk(disk, size)
        )


@pytest.fixture
def storage(bench):
    return bench.storage


def put(storage, name, data=b""):
    file = storage.create(name)
    file.write(0, data)
    file.close()


def test_names_are_sorted_and_filtered(storage):
    for name in ("b-2", "a-1", "b-1"):
        put(storage, name)
    assert storage.names() == ["a-1", "b-1", "b-2"]
    assert storage.names("b-") == ["b-1", "b-2"]
    assert storage.exists("a-1")
    assert not storage.exists("a-2")


def test_what_is_written_is_read_by_another(bench):
    put(bench.storage, "f", b"0123456789")
    file = bench.other.open("f", writable=False)
    assert (file.name, file.size()) == ("f", 10)
    assert file.read(2, 3) == b"234"
    assert file.read(8, 5) == b"89"
    assert file.read(20, 5) == b""
    file.sync()
    file.close()
    assert bench.other.read("f") == b"0123456789"


def test_writes_overwrite_and_leave_zeros_between(storage):
    file = storage.create("f")
    file.write(0, b"abcdef")
    file.write(2, b"XY")
    file.write(8, b"z")
    assert file.read(0, 99) == b"abXYef\0\0z"
    file.sync()
    file.close()


def test_zeros_fill_over_and_beyond(storage):
    file = storage.create("f")
    file.write(0, b"x" * 1000)
    file.fill_zeros(10, 3_000_000)
    assert file.size() == 3_000_010
    assert file.read(0, file.size()) == b"x" * 10 + bytes(3_000_000)
    file.truncate(5)
    assert file.read(0, 99) == b"xxxxx"
    file.close()


def test_create_empties_and_open_does_not_create(storage):
    put(storage, "f", b"old")
    storage.create("f").close()
    assert storage.read("f") == b""
    with pytest.raises(StoreUnavailable, match=storage.folder):
        storage.open("missing", writable=True)
    with pytest.raises(StoreUnavailable, match="missing"):
        storage.read("missing")


def test_a_file_open_for_reading_refuses_writes(storage):
    put(storage, "f", b"old")
    file = storage.open("f", writable=False)
    with pytest.raises(StoreUnavailable):
        file.write(0, b"new")
    file.close()
    assert storage.read("f") == b"old"


def test_a_closed_file_is_refused_and_closes_again(storage):
    file = storage.create("f")
    file.close()
    file.close()
    for call in (file.sync, file.size, lambda: file.write(0, b"x"), lambda: file.read(0, 1)):
        with pytest.raises(StoreUnavailable):
            call()


@pytest.mark.parametrize("durable", [True, False])
def test_replace_and_rename_leave_no_other_file(storage, durable):
    storage.replace("f", b"one", durable=durable)
    storage.replace("f", b"two", durable=durable)
    assert storage.read("f") == b"two"
    put(storage, "g", b"three")
    storage.rename("g", "f")
    storage.sync_folder()
    assert storage.names() == ["f"]
    assert storage.read("f") == b"three"
    storage.remove("f")
    storage.remove("f")
    assert storage.names() == []


def test_an_open_file_follows_its_new_name(storage):
    file = storage.create("old")
    storage.rename("old", "new")
    file.write(0, b"x")
    assert storage.read("new") == b"x"
    file.close()


def test_a_full_disk_is_told_apart_and_names_the_place(bench):
    file = bench.storage.create("f")
    with bench.full(10_000):
        file.write(0, b"x" * 8_000)
        with pytest.raises(DiskFull, match=bench.storage.folder + r"/f.*Free space"):
            file.write(8_000, b"x" * 8_000)
        with pytest.raises(DiskFull):
            file.fill_zeros(8_000, 8_000)
        file.write(0, b"y")  # What the file has already can be used.
    file.write(8_000, b"x" * 8_000)
    assert file.size() == 16_000
    file.close()


@pytest.mark.parametrize(
    "data", [(), (b"",), (b"one", b"", b"two"), (b"a" * 300_000, b"b" * 5, b"c" * 70_000)]
)
def test_replace_puts_all_parts_one_after_the_other(storage, data):
    storage.replace("f", b"old and longer")
    storage.replace("f", *data)
    assert storage.read("f") == b"".join(data)


def test_replace_on_a_full_disk_keeps_the_old_content_and_no_rest(bench):
    bench.storage.replace("f", b"old")
    with bench.full(100), pytest.raises(DiskFull):
        bench.storage.replace("f", bytes(10_000))
    assert bench.storage.read("f") == b"old"
    assert bench.storage.names() == ["f"]


def test_there_is_room(storage):
    assert storage.free_bytes() > 0


def test_room_shrinks_with_what_is_written_and_comes_back(bench):
    before = bench.storage.free_bytes()
    put(bench.storage, "f", bytes(64 << 20))
    assert before - bench.other.free_bytes() > 32 << 20  # Others use the same disk meanwhile.
    bench.storage.remove("f")
    assert bench.storage.free_bytes() > before - (32 << 20)


def test_the_lock_is_taken_on_a_full_disk(bench):
    bench.storage.lock("l").release()
    with bench.full(0):
        lock = bench.storage.lock("l")
        assert bench.other.is_locked("l")
        lock.release()


def test_the_lock_is_exclusive_until_released(bench):
    assert not bench.other.is_locked("l")
    lock = bench.storage.lock("l")
    assert bench.storage.is_locked("l")
    assert bench.other.is_locked("l")
    with pytest.raises(OperatingError, match=bench.storage.folder + " is in use by process"):
        bench.other.lock("l")
    assert bench.other.is_locked("l")
    lock.release()
    lock.release()
    assert not bench.other.is_locked("l")
    bench.other.lock("l").release()


def test_a_page_is_shared(bench):
    assert bench.other.page("p", 64, create=False) is None
    page = bench.storage.page("p", 64, create=True)
    page.store(b"hello")
    seen = bench.other.page("p", 64, create=False)
    assert seen.load() == b"hello" + bytes(59)
    page.store(b"HE")
    assert seen.load()[:5] == b"HEllo"
    again = bench.storage.page("p", 64, create=True)
    assert again.load()[:5] == b"HEllo"
    for each in (page, seen, again):
        each.close()


def test_a_ring_before_the_wait_is_kept_and_heard_once(bench):
    bell = bench.other.listen()
    assert not bell.wait(0)
    for _ in range(3):
        bench.storage.ring()
    assert bell.wait(SECOND_NS)
    assert not bell.wait(0)
    bell.close()
    bell.close()
    bench.storage.ring()


def test_every_listener_is_rung(bench):
    bells = [bench.other.listen() for _ in range(3)]
    bench.storage.ring()
    late = bench.other.listen()
    bench.storage.ring()
    assert all(bell.wait(0) for bell in [*bells, late])
    for bell in [*bells, late]:
        bell.close()


def test_a_ring_wakes_one_who_waits(bench):
    async def main():
        bell = bench.other.listen()
        waiting = asyncio.ensure_future(bell.wait_async(10 * SECOND_NS))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        bench.storage.ring()
        assert await waiting
        assert not await bell.wait_async(1_000_000)
        bench.storage.ring()
        assert await bell.wait_async(0)
        bell.close()

    bench.run(main)


def test_background_calls_run_in_order_and_give_their_outcome(bench):
    async def main():
        done: list[int] = []

        def work(number):
            done.append(number)
            if number == 3:
                raise StoreUnavailable("no disk")
            return number * 10

        calls = [asyncio.ensure_future(bench.storage.in_background(lambda n=n: work(n))) for n in range(6)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert [o if isinstance(o, int) else str(o) for o in outcomes] == [0, 10, 20, "no disk", 40, 50]
        assert done == [0, 1, 2, 3, 4, 5]

    bench.run(main)


def test_calls_aside_have_an_order_of_their_own(bench):
    async def main():
        done: dict[bool, list[int]] = {False: [], True: []}

        def call(number, aside):
            return bench.storage.in_background(lambda: done[aside].append(number), aside=aside)

        await asyncio.gather(*(call(number, number % 2 == 0) for number in range(10)))
        assert done == {True: [0, 2, 4, 6, 8], False: [1, 3, 5, 7, 9]}

    bench.run(main)


def test_a_background_call_outlives_the_one_who_awaits(bench):
    async def main():
        done = []
        first = asyncio.ensure_future(bench.storage.in_background(lambda: done.append("first")))
        second = asyncio.ensure_future(bench.storage.in_background(lambda: done.append("second")))
        await asyncio.sleep(0)
        second.cancel()
        await first
        await bench.storage.in_background(lambda: done.append("third"))
        assert done == ["first", "second", "third"]

    bench.run(main)


def test_a_sync_in_the_background_covers_what_was_written_before(bench):
    async def main():
        file = bench.storage.create("log")
        file.write(0, b"before")
        await bench.storage.sync_in_background(file)
        assert file.read(0, 6) == b"before"
        file.close()

    bench.run(main)


def test_many_syncs_in_the_background_all_end(bench):
    async def main():
        files = [bench.storage.create(f"log-{number}") for number in range(100)]
        for file in files:
            file.write(0, b"x")
        outcomes = [asyncio.ensure_future(bench.storage.sync_in_background(file)) for file in files]
        assert await asyncio.gather(*outcomes) == [None] * len(files)
        for file in files:
            file.close()

    bench.run(main)


def test_a_sync_in_the_background_goes_on_without_its_file_and_its_caller(bench):
    async def main():
        file = bench.storage.create("log")
        file.write(0, b"x")
        abandoned = asyncio.ensure_future(bench.storage.sync_in_background(file))
        await asyncio.sleep(0)
        abandoned.cancel()
        again = asyncio.ensure_future(bench.storage.sync_in_background(file))
        await again
        file.close()

    bench.run(main)
