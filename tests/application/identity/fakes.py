"""A folder in memory, a clock that stands still, a hasher that costs nothing, randomness that repeats."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, cast

from trade2026.application.identity.identity import Identity
from trade2026.ports.storage import DiskFull
from trade2026.primitives.errors import IntegrityError, OperatingError, StoreUnavailable

START_NS = 1_750_000_000_123_456_789
PASSWORD = "three wise monkeys"
ADDRESS = "203.0.113.7"


class FakeClock:
    """Both clocks move together, when told to."""

    def __init__(self) -> None:
        self.now = START_NS
        self.monotonic = 5_000_000_000

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return self.monotonic

    def advance(self, span_ns: int) -> None:
        self.now += span_ns
        self.monotonic += span_ns


class FastHasher:
    """A salted hash without the cost; `calls` counts, `work` runs inside each call."""

    def __init__(self, kind: str = "fast") -> None:
        self.kind = kind
        self.calls = 0
        self.verified: list[str] = []
        self.work: Callable[[], None] = lambda: None

    def hash(self, password: str, salt: bytes) -> str:
        self.calls += 1
        self.work()
        return f"{self.kind}${salt.hex()}${self._digest(password, salt.hex())}"

    def verify(self, stored: str, password: str) -> bool:
        self.calls += 1
        self.verified.append(stored)
        self.work()
        try:
            _, salt, digest = stored.split("$")
        except ValueError:
            raise IntegrityError("a stored password is no hash") from None
        return self._digest(password, salt) == digest

    def needs_rehash(self, stored: str) -> bool:
        return not stored.startswith(f"{self.kind}$")

    @staticmethod
    def _digest(password: str, salt: str) -> str:
        return hashlib.sha256(f"{salt}{password}".encode("utf-8", "surrogatepass")).hexdigest()


class Draws:
    """Bytes that look random and are the same in every run."""

    def __init__(self, seed: str = "a") -> None:
        self._seed, self._count = seed, 0

    def __call__(self, count: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self._seed}{self._count}".encode()).digest(count)


class MemoryBell:
    """Rung by hand."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait_async(self, timeout_ns: int) -> bool:
        await self._event.wait()
        self._event.clear()
        return True

    def close(self) -> None:
        pass


class MemoryFolder:
    """What several storages, as of several processes, see."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.locks: dict[str, Any] = {}
        self.bells: list[MemoryBell] = []
        self.is_full = False
        self.writes: list[str] = []


class MemoryLock:
    def __init__(self, folder: MemoryFolder, name: str) -> None:
        self._folder, self._name = folder, name

    def release(self) -> None:
        self._folder.locks.pop(self._name, None)


class MemoryStorage:
    """The part of `ports.storage.Storage` that documents need."""

    def __init__(self, folder: MemoryFolder | None = None) -> None:
        self.disk = MemoryFolder() if folder is None else folder

    @property
    def folder(self) -> str:
        return "state"

    def names(self, prefix: str = "") -> list[str]:
        return sorted(name for name in self.disk.files if name.startswith(prefix))

    def exists(self, name: str) -> bool:
        return name in self.disk.files

    def read(self, name: str) -> bytes:
        if name not in self.disk.files:
            raise StoreUnavailable(f"cannot open state/{name}: no such file")
        return self.disk.files[name]

    def replace(self, name: str, data: bytes, *, durable: bool = True) -> None:
        assert durable
        if self.disk.is_full:
            raise DiskFull(f"cannot write state/{name}: no space")
        self.disk.files[name] = bytes(data)
        self.disk.writes.append(name)

    def remove(self, name: str) -> None:
        self.disk.files.pop(name, None)

    def sync_folder(self) -> None:
        pass

    def lock(self, name: str) -> MemoryLock:
        if name in self.disk.locks:
            raise OperatingError("state is in use by process 1. Stop that one.")
        self.disk.locks[name] = self
        return MemoryLock(self.disk, name)

    def listen(self) -> MemoryBell:
        self.disk.bells.append(bell := MemoryBell())
        return bell

    def ring(self) -> None:
        for bell in self.disk.bells:
            bell.ring()

    def in_background(self, call: Callable[[], Any], *, aside: bool = False) -> Awaitable[Any]:
        async def run() -> Any:
            await asyncio.sleep(0)
            return call()

        return asyncio.ensure_future(run())


class World:
    """An identity, and what is around it."""

    def __init__(
        self, folder: MemoryFolder | None = None, clock: FakeClock | None = None, seed: str = "a"
    ) -> None:
        self.storage = cast(Any, MemoryStorage(folder))
        self.clock = FakeClock() if clock is None else clock
        self.hasher = FastHasher()
        self.random = Draws(seed)
        self.identity = Identity(self.storage, self.clock, self.random, self.hasher)

    @property
    def folder(self) -> MemoryFolder:
        folder: MemoryFolder = self.storage.disk
        return folder

    def restarted(self) -> "World":
        """Another process on the same folder, at the same time."""
        return World(self.folder, self.clock, seed="b")
