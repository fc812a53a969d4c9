"""`ports.storage` on a simulated disk: what one process of a simulation sees of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.simulation.simdisk import SECTOR, Inode, SimDisk, apply_change
from trade2026.ports.storage import DiskFull, File
from trade2026.primitives.errors import OperatingError, StoreUnavailable

ResultT = TypeVar("ResultT")


class SimFile:
    """`ports.storage.File` on an inode."""

    def __init__(self, storage: "SimStorage", name: str, inode: Inode, writable: bool) -> None:
        self._storage, self._name, self._inode, self._writable = storage, name, inode, writable
        self._is_open = True

    @property
    def name(self) -> str:
        return self._name

    def size(self) -> int:
        self._check()
        return len(self._inode.cache)

    def read(self, offset: int, length: int) -> bytes:
        self._check()
        return bytes(self._inode.cache[offset : offset + length])

    def write(self, offset: int, data: bytes) -> None:
        self._check_writable()
        disk = self._storage.disk
        if disk.faults.write_errors:
            disk.faults.write_errors -= 1
            self._put(offset, data[: disk.random.randrange(len(data) + 1)])
            raise StoreUnavailable(f"cannot write {self._place()}: Input/output error. Check the disk.")
        if disk.faults.short_writes:
            disk.faults.short_writes -= 1
            self._put(offset, data[: len(data) // 2])
            raise StoreUnavailable(f"cannot write {self._place()}: a short write. Check the disk.")
        growth = max(offset + len(data) - len(self._inode.cache), 0)
        room = disk.capacity - disk.used()
        if growth > room:
            self._put(offset, data[: len(data) - (growth - room)] if growth - room < len(data) else b"")
            raise DiskFull(f"cannot write {self._place()}: No space left on device. Free space on that disk.")
        self._put(offset, data)

    def fill_zeros(self, offset: int, length: int) -> None:
        self.write(offset, bytes(length))
        for sector in range(-(-offset // SECTOR), (offset + length) // SECTOR):  # Whole ones.
            self._inode.filled[sector] = None

    def truncate(self, size: int) -> None:
        self._check_writable()
        del self._inode.cache[size:]
        if len(self._inode.cache) < size:
            self._put(len(self._inode.cache), bytes(size - len(self._inode.cache)))

    def sync(self) -> None:
        self._check()
        inode, faults = self._inode, self._storage.disk.faults
        if faults.sync_errors:
            faults.sync_errors -= 1
            inode.cache = bytearray(
                inode.durable
            )  # Dropped, and clean from now on: the next sync will succeed.
            inode.dirty.clear()
            raise StoreUnavailable(f"cannot sync {self._place()}: Input/output error. Check the disk.")
        for sector in inode.dirty:
            start, stop = sector * SECTOR, (sector + 1) * SECTOR
            if len(inode.durable) < start:
                inode.durable.extend(bytes(start - len(inode.durable)))
            inode.durable[start:stop] = inode.cache[start:stop]
            if sector in inode.filled:
                inode.used.discard(sector)
            else:
                inode.used.add(sector)
        del inode.durable[len(inode.cache) :]
        inode.dirty.clear()

    def close(self) -> None:
        self._is_open = False

    def _put(self, offset: int, data: bytes) -> None:
        inode = self._inode
        if len(inode.cache) < offset:
            inode.cache.extend(bytes(offset - len(inode.cache)))
        inode.cache[offset : offset + len(data)] = data
        if data:
            for sector in range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1):
                inode.dirty[sector] = None
                inode.filled.pop(sector, None)

    def _place(self) -> str:
        return f"{self._storage.folder}/{self._name}"

    def _check(self) -> None:
        self._storage.check_alive()
        if not self._is_open:
            raise StoreUnavailable(
                f"cannot use {self._place()}: it is closed. Check the folder and its disk."
            )

    def _check_writable(self) -> None:
        self._check()
        if not self._writable:
            raise StoreUnavailable(f"cannot write {self._place()}: it is open for reading. Check the folder.")


class SimLock:
    """A lock that ends with its holder."""

    def __init__(self, disk: SimDisk, name: str, holder: "SimStorage") -> None:
        self._disk, self._name, self._holder = disk, name, holder

    def release(self) -> None:
        if self._disk.locks.get(self._name) is self._holder:
            del self._disk.locks[self._name]


class SimPage:
    """Memory that processes share; a power loss takes it."""

    def __init__(self, data: bytearray) -> None:
        self._data = data

    def load(self) -> bytes:
        return bytes(self._data)

    def store(self, data: bytes) -> None:
        self._data[: len(data)] = data

    def close(self) -> None:
        pass


class SimBell:
    """A bell on virtual time; it cannot block."""

    def __init__(self, disk: SimDisk) -> None:
        self._disk = disk
        self._is_rung = False
        self._waiting: asyncio.Future[None] | None = None
        disk.bells.append(self)

    def ring(self) -> None:
        self._is_rung = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def wait(self, timeout_ns: int) -> bool:
        was_rung, self._is_rung = self._is_rung, False
        return was_rung

    async def wait_async(self, timeout_ns: int) -> bool:
        if not self._is_rung:
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(self._waiting, timeout_ns / 1e9)
            except TimeoutError:
                return False
        self._is_rung = False
        return True

    def close(self) -> None:
        if self in self._disk.bells:
            self._disk.bells.remove(self)


class SimStorage:
    """`ports.storage.Storage` of one process; after `kill` or `power_loss` every call on it fails."""

    def __init__(self, disk: SimDisk, process: str) -> None:
        self.disk = disk
        self.process = process
        self.is_dead = False
        self._last: dict[bool, asyncio.Task[object]] = {}
        disk.mounted(self)

    @property
    def folder(self) -> str:
        return "/simulated"

    def names(self, prefix: str = "") -> list[str]:
        self.check_alive()
        return sorted(name for name in self.disk.names if name.startswith(prefix))

    def exists(self, name: str) -> bool:
        self.check_alive()
        return name in self.disk.names

    def create(self, name: str) -> SimFile:
        self.check_alive()
        inode = self.disk.names.get(name)
        if inode is None:
            inode = Inode()
            self._change("link", name, inode)
        file = SimFile(self, name, inode, writable=True)
        file.truncate(0)
        return file

    def open(self, name: str, *, writable: bool) -> SimFile:
        self.check_alive()
        inode = self.disk.names.get(name)
        if inode is None:
            raise StoreUnavailable(f"cannot open {self.folder}/{name}: No such file. Check the folder.")
        return SimFile(self, name, inode, writable)

    def read(self, name: str) -> bytes:
        file = self.open(name, writable=False)
        return file.read(0, file.size())

    def replace(self, name: str, *data: bytes, durable: bool = True) -> None:
        temporary = f"{name}.tmp"
        file = self.create(temporary)
        try:
            file.write(0, b"".join(data))
            if durable:
                file.sync()
        except StoreUnavailable:
            self.remove(temporary)
            raise
        self.rename(temporary, name)
        if durable:
            self.sync_folder()

    def rename(self, old: str, new: str) -> None:
        inode = self.open(old, writable=True)._inode
        self.disk.pending.append(("rename", f"{old}\0{new}", inode))
        apply_change(self.disk.names, "rename", f"{old}\0{new}", inode)

    def remove(self, name: str) -> None:
        self.check_alive()
        if name in self.disk.names:
            self.disk.stale = bytes(self.disk.names[name].cache) or self.disk.stale
            self._change("unlink", name, None)

    def sync_folder(self) -> None:
        self.check_alive()
        for operation, name, inode in self.disk.pending:
            apply_change(self.disk.durable_names, operation, name, inode)
        self.disk.pending.clear()

    def free_bytes(self) -> int:
        self.check_alive()
        return max(self.disk.capacity - self.disk.used(), 0)

    def lock(self, name: str) -> SimLock:
        self.check_alive()
        holder = self.disk.locks.get(name)
        if holder is not None:
            raise OperatingError(
                f"{self.folder} is in use by process {holder.process}. Stop that one, or use another folder."
            )
        if name not in self.disk.names:
            self._change("link", name, Inode())
        self.disk.locks[name] = self
        return SimLock(self.disk, name, self)

    def is_locked(self, name: str) -> bool:
        self.check_alive()
        return name in self.disk.locks

    def page(self, name: str, size: int, *, create: bool) -> SimPage | None:
        self.check_alive()
        if name not in self.disk.pages:
            if not create:
                return None
            self.disk.pages[name] = bytearray(size)
        return SimPage(self.disk.pages[name])

    def listen(self) -> SimBell:
        self.check_alive()
        return SimBell(self.disk)

    def ring(self) -> None:
        for bell in self.disk.bells:
            bell.ring()

    def in_background(self, call: Callable[[], ResultT], *, aside: bool = False) -> Awaitable[ResultT]:
        task = asyncio.get_running_loop().create_task(self._in_turn(call, self._last.get(aside)))
        task.add_done_callback(_look)
        self._last[aside] = task
        return asyncio.shield(task)

    def sync_in_background(self, file: File) -> Awaitable[None]:
        return self.in_background(file.sync)

    def close(self) -> None:
        pass

    def check_alive(self) -> None:
        """Raise for a process that is no more: nothing it does may reach the disk."""
        if not self.is_dead:
            self.disk.operate()
        if self.is_dead:
            raise StoreUnavailable(f"process {self.process} has ended. Mount the disk again.")

    async def _in_turn(self, call: Callable[[], ResultT], before: "asyncio.Task[object] | None") -> ResultT:
        if before is not None and not before.done():
            await asyncio.wait([before])
        await asyncio.sleep(self.disk.random.uniform(*self.disk.latency_s))
        return call()

    def _change(self, operation: str, name: str, inode: Inode | None) -> None:
        self.disk.pending.append((operation, name, inode))
        apply_change(self.disk.names, operation, name, inode)


def _look(task: "asyncio.Task[object]") -> None:
    """Take note of the outcome, so that one nobody awaits any more is not reported as lost."""
    if not task.cancelled():
        task.exception()
