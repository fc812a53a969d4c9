"""Syncs by the kernel: their outcomes, what they refuse, and that nothing is left behind."""

import asyncio
import errno
import os
import platform
import sys

import pytest
import uvloop

from trade2026.adapters.embedded import disk as disk_module
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.kernel_sync import _EVENT, MOST, KernelSync, Unsupported
from trade2026.primitives.errors import StoreUnavailable

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="asynchronous I/O of Linux on x86_64 or aarch64",
)
LOOPS = [asyncio.run, uvloop.run]


@pytest.fixture
def descriptor(tmp_path):
    found = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    os.pwrite(found, b"data", 0)
    yield found
    os.close(found)


def failing(code, monkeypatch):
    """Every sync ends with this error of the system."""
    whole = KernelSync._call

    def call(self, name, *values):
        found = whole(self, name, *values)
        if name == "getevents":
            for number in range(found):
                asked, request, _, second = _EVENT.unpack_from(self._events, number * _EVENT.size)
                _EVENT.pack_into(self._events, number * _EVENT.size, asked, request, -code, second)
        return found

    monkeypatch.setattr(KernelSync, "_call", call)


@pytest.mark.parametrize("run", LOOPS)
def test_many_at_once_and_after_one_another(run, descriptor):
    async def main():
        kernel = KernelSync(asyncio.get_running_loop())
        for _ in range(5):
            assert await asyncio.gather(*(kernel.sync(descriptor) for _ in range(MOST))) == [None] * MOST
            assert not kernel.is_full
        kernel.close()
        kernel.close()

    run(main())


def test_more_than_can_be_under_way_is_seen(descriptor):
    async def main():
        kernel = KernelSync(asyncio.get_running_loop())
        begun = [kernel.sync(descriptor) for _ in range(MOST)]
        assert kernel.is_full
        await asyncio.gather(*begun)
        kernel.close()

    asyncio.run(main())


def test_closing_waits_for_what_is_under_way_and_tells_it(descriptor):
    async def main():
        kernel = KernelSync(asyncio.get_running_loop())
        begun = [kernel.sync(descriptor) for _ in range(10)]
        kernel.close()
        assert all(each.done() for each in begun)
        before = len(os.listdir("/proc/self/fd"))
        KernelSync(asyncio.get_running_loop()).close()
        assert len(os.listdir("/proc/self/fd")) == before

    asyncio.run(main())


def test_whoever_stops_waiting_disturbs_nobody(descriptor):
    async def main():
        kernel = KernelSync(asyncio.get_running_loop())
        first, second = kernel.sync(descriptor), kernel.sync(descriptor)
        first.cancel()
        await second
        kernel.close()

    asyncio.run(main())


def test_it_is_closed_after_its_loop(descriptor):
    found = []

    async def main():
        kernel = KernelSync(asyncio.get_running_loop())
        kernel.sync(descriptor)
        found.append(kernel)

    asyncio.run(main())
    found[0].close()


def test_what_cannot_be_synced_is_refused():
    async def main():
        kernel = KernelSync(asyncio.get_running_loop())
        reading, writing = os.pipe()
        with pytest.raises(Unsupported, match="io_submit: Invalid argument"):
            kernel.sync(writing)
        assert not kernel._pending
        os.close(reading)
        os.close(writing)
        kernel.close()

    asyncio.run(main())


def test_another_system_is_refused(monkeypatch):
    async def main():
        with pytest.raises(Unsupported, match="on s390x"):
            KernelSync(asyncio.get_running_loop())

    monkeypatch.setattr(platform, "machine", lambda: "s390x")
    asyncio.run(main())


def test_a_loop_without_readers_is_refused(monkeypatch):
    async def main():
        before = len(os.listdir("/proc/self/fd"))
        with pytest.raises(Unsupported, match="no readers"):
            KernelSync(asyncio.get_running_loop())
        assert len(os.listdir("/proc/self/fd")) == before

    def add_reader(self, *each):
        raise NotImplementedError

    monkeypatch.setattr(asyncio.SelectorEventLoop, "add_reader", add_reader)
    asyncio.run(main())


@pytest.mark.parametrize("call", ["eventfd", "setup"])
def test_a_system_without_room_is_refused_and_keeps_nothing(call, monkeypatch):
    async def main():
        before = len(os.listdir("/proc/self/fd"))
        with pytest.raises(Unsupported, match=r"Too many open files|not here"):
            KernelSync(asyncio.get_running_loop())
        assert len(os.listdir("/proc/self/fd")) == before

    def refuse(*each):
        if call == "eventfd":
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        raise Unsupported("not here")

    where, name = (os, "eventfd") if call == "eventfd" else (KernelSync, "_call")
    monkeypatch.setattr(where, name, refuse)
    asyncio.run(main())


@pytest.mark.parametrize(("code", "words"), [(errno.EIO, "Input/output error"), (errno.ENOSPC, "Free space")])
def test_a_failed_sync_is_told_with_its_place_and_its_remedy(code, words, tmp_path, monkeypatch):
    async def main():
        storage = DiskStorage(tmp_path)
        file = storage.create("log")
        with pytest.raises(StoreUnavailable, match=rf"cannot sync {tmp_path}/log.*{words}"):
            await storage.sync_in_background(file)
        file.close()
        storage.close()

    failing(code, monkeypatch)
    asyncio.run(main())


def test_a_closed_file_is_refused(tmp_path):
    async def main():
        storage = DiskStorage(tmp_path)
        file = storage.create("log")
        file.close()
        with pytest.raises(StoreUnavailable, match="Bad file descriptor"):
            await storage.sync_in_background(file)
        storage.close()

    asyncio.run(main())


def test_no_thread_is_started_where_the_kernel_does_it(tmp_path, monkeypatch):
    async def main():
        storage = DiskStorage(tmp_path)
        file = storage.create("log")
        await storage.sync_in_background(file)
        file.close()
        storage.close()

    def refuse(name):
        raise AssertionError("no thread is needed")

    monkeypatch.setattr(disk_module, "Worker", refuse)
    asyncio.run(main())
    asyncio.run(main())  # Another loop.


def test_a_refusal_is_found_out_once(tmp_path, monkeypatch):
    asked = []

    def refuse(loop):
        asked.append(loop)
        raise Unsupported("not here")

    async def main():
        storage = DiskStorage(tmp_path)
        file = storage.create("log")
        for _ in range(3):
            await storage.sync_in_background(file)
        file.close()
        storage.close()

    monkeypatch.setattr(disk_module, "KernelSync", refuse)
    asyncio.run(main())
    assert len(asked) == 1
