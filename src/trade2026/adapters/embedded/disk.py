"""`ports.storage` on a local folder: plain files, fdatasync, flock, a mapped page and FIFOs as bells."""

import asyncio
import errno
import fcntl
import itertools
import mmap
import os
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from trade2026.adapters.embedded.fifo_bell import BellRope, FifoBell
from trade2026.adapters.embedded.kernel_sync import KernelSync, Unsupported
from trade2026.adapters.embedded.worker import Worker
from trade2026.ports.storage import Bell, DiskFull, File, Lock, Page
from trade2026.primitives.errors import OperatingError, StoreUnavailable

ResultT = TypeVar("ResultT")

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ZEROS: Final = bytes(1 << 20)
_LOCK_ATTEMPTS: Final = 20  # `is_locked` elsewhere holds the lock for microseconds: that is no writer.
_LOCK_PAUSE_S: Final = 0.001
_sync_data = getattr(os, "fdatasync", os.fsync)  # Not every system has the cheaper one.


@contextmanager
def _trouble(folder: str, name: str, doing: str) -> Iterator[None]:
    """Turn an error of the system into one of the port's, with the place and the remedy."""
    try:
        yield
    except OSError as error:
        place = f"{folder}/{name}" if name else folder
        why = error.strerror or str(error)
        if error.errno in _FULL:
            raise DiskFull(f"{doing} {place}: {why}. Free space on that disk or raise its quota.") from error
        raise StoreUnavailable(f"{doing} {place}: {why}. Check the folder and its disk.") from error


class DiskFile:
    """A file by its descriptor. `sync` and `close` may be called from two threads."""

    def __init__(self, folder: str, name: str, descriptor: int) -> None:
        """For DiskStorage."""
        self._folder = folder
        self._name = name
        self._descriptor = descriptor
        self._guard = threading.Lock()  # A descriptor closed during a sync could be another file's already.

    @property
    def name(self) -> str:
        """The name it was opened under."""
        return self._name

    def size(self) -> int:
        """Bytes in the file."""
        with _trouble(self._folder, self._name, "cannot read"):
            return os.fstat(self._descriptor).st_size

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from `offset`; fewer only at the end of the file."""
        with _trouble(self._folder, self._name, "cannot read"):
            data = os.pread(self._descriptor, length, offset)
            while len(data) < length:
                more = os.pread(self._descriptor, length - len(data), offset + len(data))
                if not more:
                    break
                data += more
            return data

    def write(self, offset: int, data: bytes) -> None:
        """Write all of it, in as many calls as the system wants."""
        with _trouble(self._folder, self._name, "cannot write"):
            written = os.pwrite(self._descriptor, data, offset)
            while written < len(data):
                written += os.pwrite(self._descriptor, memoryview(data)[written:], offset + written)

    def fill_zeros(self, offset: int, length: int) -> None:
        """Write zeros: blocks that are only reserved would cost a change of metadata at each later sync."""
        end = offset + length
        while offset < end:
            step = min(len(_ZEROS), end - offset)
            self.write(offset, _ZEROS if step == len(_ZEROS) else bytes(step))
            offset += step

    def truncate(self, size: int) -> None:
        """Cut the file."""
        with _trouble(self._folder, self._name, "cannot truncate"):
            os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        """Sync the data, and of the metadata what reading it back needs."""
        with self._guard, _trouble(self._folder, self._name, "cannot sync"):
            _sync_data(self._opened())

    def begin_sync(self, kernel: KernelSync) -> Awaitable[None]:
        """As `sync`, by the kernel in the background. Raises Unsupported, and nothing has begun."""
        with self._guard, _trouble(self._folder, self._name, "cannot sync"):
            return self._end_sync(kernel.sync(self._opened()))

    def _opened(self) -> int:
        if self._descriptor < 0:  # Given -1, fdatasync raises another error than the other calls do.
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._descriptor

    async def _end_sync(self, outcome: Awaitable[None]) -> None:
        with _trouble(self._folder, self._name, "cannot sync"):
            await outcome

    def close(self) -> None:
        """Close the descriptor."""
        with self._guard:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1


class DiskLock:
    """An flock on a file that says who holds it."""

    def __init__(self, descriptor: int) -> None:
        """For DiskStorage."""
        self._descriptor = descriptor

    def release(self) -> None:
        """Give it up by closing the descriptor; the file stays."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class MappedPage:
    """A page of a mapped file, seen at once by every process that maps it."""

    def __init__(self, mapped: mmap.mmap) -> None:
        """For DiskStorage."""
        self._mapped = mapped

    def load(self) -> bytes:
        """All bytes."""
        return self._mapped[:]

    def store(self, data: bytes) -> None:
        """Copy `data` to the start."""
        self._mapped[: len(data)] = data

    def close(self) -> None:
        """Unmap."""
        self._mapped.close()


class DiskStorage:
    """One folder, made if it is not there. Its background threads start when first needed."""

    def __init__(self, folder: str | Path, *, private: bool = False) -> None:
        """Open `folder`. Raises StoreUnavailable where it cannot be made.

        With `private`, new files have mode 0600, and the folder 0700 where it is new.
        """
        self._folder = str(Path(folder).absolute())
        self._mode = 0o600 if private else 0o644
        with _trouble(self._folder, "", "cannot make"):
            os.makedirs(self._folder, mode=0o700 if private else 0o777, exist_ok=True)
        self._rope = BellRope(Path(self._folder) / "listeners")
        self._workers: dict[bool, Worker] = {}
        self._kernel: KernelSync | None = None
        self._may_kernel_sync = True
        self._temporaries = itertools.count()

    @property
    def folder(self) -> str:
        """Its absolute path."""
        return self._folder

    def names(self, prefix: str = "") -> list[str]:
        """Regular files that begin with `prefix`, sorted."""
        with _trouble(self._folder, "", "cannot list"), os.scandir(self._folder) as items:
            return sorted(item.name for item in items if item.name.startswith(prefix) and item.is_file())

    def exists(self, name: str) -> bool:
        """Whether the file is there."""
        return os.path.exists(self._path(name))

    def create(self, name: str) -> File:
        """A new empty file."""
        return self._open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC)

    def open(self, name: str, *, writable: bool) -> File:
        """An existing file."""
        return self._open(name, os.O_RDWR if writable else os.O_RDONLY)

    def read(self, name: str) -> bytes:
        """The whole file."""
        file = self._open(name, os.O_RDONLY)
        try:
            return file.read(0, file.size())
        finally:
            file.close()

    def replace(self, name: str, *data: bytes, durable: bool = True) -> None:
        """Write beside it, sync, rename over it, sync the folder."""
        temporary = f"{name}.{os.getpid()}-{next(self._temporaries)}.tmp"
        file = self.create(temporary)
        try:
            offset = 0
            for part in data:
                file.write(offset, part)
                offset += len(part)
            if durable:
                file.sync()
        except StoreUnavailable:
            self.remove(temporary)
            raise
        finally:
            file.close()
        self.rename(temporary, name)
        if durable:
            self.sync_folder()

    def rename(self, old: str, new: str) -> None:
        """Rename, over any file of the new name."""
        with _trouble(self._folder, old, "cannot rename"):
            os.rename(self._path(old), self._path(new))

    def remove(self, name: str) -> None:
        """Unlink."""
        with _trouble(self._folder, name, "cannot remove"), suppress(FileNotFoundError):
            os.unlink(self._path(name))

    def sync_folder(self) -> None:
        """Sync the folder itself."""
        with _trouble(self._folder, "", "cannot sync"):
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def free_bytes(self) -> int:
        """What an ordinary user may still take."""
        with _trouble(self._folder, "", "cannot read"):
            status = os.statvfs(self._folder)
            return status.f_bavail * status.f_frsize

    def lock(self, name: str) -> Lock:
        """Take the flock and write our process number into the file."""
        with _trouble(self._folder, name, "cannot lock"):
            descriptor = os.open(self._path(name), os.O_RDWR | os.O_CREAT, self._mode)
        try:
            for attempt in range(_LOCK_ATTEMPTS):
                if _try_lock(descriptor):
                    break
                if attempt == _LOCK_ATTEMPTS - 1:
                    holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
                    raise OperatingError(
                        f"{self._folder} is in use by process {holder}. Stop that one, or use another folder."
                    )
                time.sleep(_LOCK_PAUSE_S)
            with suppress(DiskFull), _trouble(self._folder, name, "cannot write"):
                # The lock holds without the number, which only says who has it: a full disk keeps nobody out.
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except OperatingError:
            os.close(descriptor)
            raise
        return DiskLock(descriptor)

    def is_locked(self, name: str) -> bool:
        """Try for the lock, and give it back at once."""
        try:
            descriptor = os.open(self._path(name), os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            return not _try_lock(descriptor, shared=True)
        finally:
            os.close(descriptor)

    def page(self, name: str, size: int, *, create: bool) -> Page | None:
        """Map `size` bytes of the file."""
        with _trouble(self._folder, name, "cannot map"):
            try:
                flags = os.O_RDWR | os.O_CREAT if create else os.O_RDONLY
                descriptor = os.open(self._path(name), flags, self._mode)
            except FileNotFoundError:
                return None
            try:
                if os.fstat(descriptor).st_size < size:
                    if not create:
                        return None
                    os.pwrite(descriptor, bytes(size), 0)  # Blocks now: a full disk later would be a signal.
                return MappedPage(mmap.mmap(descriptor, size, prot=_protection(create)))
            finally:
                os.close(descriptor)

    def listen(self) -> Bell:
        """A FIFO in the folder `listeners`."""
        with _trouble(self._folder, "listeners", "cannot listen in"):
            return FifoBell(Path(self._folder) / "listeners")

    def ring(self) -> None:
        """A byte into every FIFO there."""
        self._rope.ring()

    def in_background(self, call: Callable[[], ResultT], *, aside: bool = False) -> Awaitable[ResultT]:
        """Run in the folder's own thread, or in its second one."""
        worker = self._workers.get(aside)
        if worker is None:
            worker = self._workers[aside] = Worker("disk")
            weakref.finalize(self, worker.close)  # At the process's end, where nobody closes the storage.
        return worker.run(call)

    def sync_in_background(self, file: File) -> Awaitable[None]:
        """By the kernel where it can, else in the folder's own thread."""
        if isinstance(file, DiskFile) and self._may_kernel_sync:
            try:
                kernel = self._kernel_for(asyncio.get_running_loop())
                if not kernel.is_full:
                    return file.begin_sync(kernel)
            except Unsupported:  # Found out once.
                self._may_kernel_sync = False
        return self.in_background(file.sync)

    def close(self) -> None:
        """Wait for what runs in the background, and let go of the bells."""
        self._let_go_of_kernel()
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()
        self._rope.close()

    def _kernel_for(self, loop: asyncio.AbstractEventLoop) -> KernelSync:
        kernel = self._kernel
        if kernel is None or kernel.loop is not loop:
            self._let_go_of_kernel()
            kernel = self._kernel = KernelSync(loop)
        return kernel

    def _let_go_of_kernel(self) -> None:
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            kernel.close()

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _open(self, name: str, flags: int) -> DiskFile:
        with _trouble(self._folder, name, "cannot open"):
            return DiskFile(self._folder, name, os.open(self._path(name), flags, self._mode))


def _protection(writable: bool) -> int:
    return mmap.PROT_READ | mmap.PROT_WRITE if writable else mmap.PROT_READ


def _try_lock(descriptor: int, *, shared: bool = False) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
