"""What only the real disk has: short writes, listeners that died, a lock that ends with its process."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from trade2026.adapters.embedded import disk as disk_module
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.ports.storage import DiskFull
from trade2026.primitives.errors import OperatingError, StoreUnavailable

SOURCE = str(Path(__file__).parents[3] / "src")


@pytest.fixture
def storage(tmp_path):
    storage = DiskStorage(tmp_path / "a" / "folder")
    yield storage
    storage.close()


def child(code: str, folder: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": SOURCE, "PATH": ""},
    )


LISTENER = """
import sys
from trade2026.adapters.embedded.disk import DiskStorage
bell = DiskStorage(sys.argv[1]).listen()
print("listening", flush=True)
sys.stdin.read()
"""
HOLDER = """
import sys
from trade2026.adapters.embedded.disk import DiskStorage
lock = DiskStorage(sys.argv[1]).lock("l")
print("locked", flush=True)
sys.stdin.read()
"""


def kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.process
def test_a_listener_that_died_is_taken_off(storage):
    process = child(LISTENER, storage.folder)
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    storage.ring()
    listeners = Path(storage.folder) / "listeners"
    assert len(list(listeners.iterdir())) == 1
    kill(process)
    storage.ring()
    assert list(listeners.iterdir()) == []
    storage.ring()


@pytest.mark.process
def test_a_listener_that_died_before_the_first_ring_is_taken_off(storage):
    process = child(LISTENER, storage.folder)
    assert process.stdout is not None
    process.stdout.readline()
    kill(process)
    storage.ring()
    assert list((Path(storage.folder) / "listeners").iterdir()) == []


@pytest.mark.process
def test_the_lock_names_its_holder_and_ends_with_it(storage):
    process = child(HOLDER, storage.folder)
    assert process.stdout is not None
    process.stdout.readline()
    assert storage.is_locked("l")
    with pytest.raises(OperatingError, match=f"in use by process {process.pid}. Stop that one"):
        storage.lock("l")
    kill(process)
    assert not storage.is_locked("l")
    storage.lock("l").release()


def test_asking_for_the_lock_does_not_keep_a_writer_out(storage):
    stop = threading.Event()

    def ask():
        while not stop.is_set():
            storage.is_locked("l")

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(50):
            storage.lock("l").release()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_listener_that_never_listens_does_not_block_the_ringer(storage):
    bell = storage.listen()
    for _ in range(70_000):  # More than the FIFO holds.
        storage.ring()
    assert bell.wait(0)
    assert not bell.wait(0)
    bell.close()


def test_short_writes_are_continued(storage, monkeypatch):
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: whole(fd, bytes(data)[:7], at))
    file = storage.create("f")
    file.write(3, b"0123456789" * 5)
    monkeypatch.undo()
    assert file.read(3, 99) == b"0123456789" * 5
    file.close()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EIO, StoreUnavailable),
        (errno.EROFS, StoreUnavailable),
    ],
)
def test_errors_of_the_system_name_the_file(storage, monkeypatch, number, kind):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    file = storage.create("f")
    monkeypatch.setattr(os, "pwrite", fail)
    monkeypatch.setattr(disk_module, "_sync_data", fail)
    for call in (lambda: file.write(0, b"x"), file.sync):
        with pytest.raises(kind, match=rf"{storage.folder}/f: {os.strerror(number)}") as caught:
            call()
        assert type(caught.value) is kind
    file.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match=r"cannot make .*/file/folder"):
        DiskStorage(tmp_path / "file" / "folder")


def test_a_file_is_not_closed_under_a_sync(storage, monkeypatch):
    """The number of a closed descriptor may be another file's by the time the sync reaches the system."""
    entered, leave, order = threading.Event(), threading.Event(), []

    def slow_sync(descriptor):
        entered.set()
        leave.wait(5)
        os.fstat(descriptor)
        order.append("synced")

    monkeypatch.setattr(disk_module, "_sync_data", slow_sync)
    file = storage.create("f")
    syncing = threading.Thread(target=file.sync)
    syncing.start()
    entered.wait(5)

    def close():
        file.close()
        order.append("closed")

    closing = threading.Thread(target=close)
    closing.start()
    leave.set()
    syncing.join()
    closing.join()
    assert order == ["synced", "closed"]


def test_the_background_is_one_thread_that_ends_with_the_storage(storage):
    async def main():
        return {await storage.in_background(threading.get_ident) for _ in range(5)}

    used = asyncio.run(main())
    assert len(used) == 1
    storage.close()
    assert not used & {thread.ident for thread in threading.enumerate()}


def test_a_call_aside_does_not_hold_up_the_others(storage):
    async def main():
        synced = threading.Event()
        aside = asyncio.ensure_future(storage.in_background(lambda: synced.wait(10), aside=True))
        await storage.in_background(lambda: None)
        synced.set()
        assert await aside

    asyncio.run(main())
