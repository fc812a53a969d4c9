"""The desk that is killed: a real process with a real folder, loop and thread, under load until it dies.

It says what it does through a pipe, in writes of one line each, which outlive it: `a` and a hash for every
record a client was answered with, `v` and an id for every request the venue received, `r` when it is ready.
"""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from tests.simulation.simvenue import Habits, Request, SimVenue
from tests.simulation.workload import INSTRUMENTS, UNROUTED, Workload, set_up
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.model.commands import Command, ReportExecution
from trade2026.model.enums import Environment
from trade2026.model.events import Event
from trade2026.model.execution import ExecutionReport
from trade2026.ports.storage import File
from trade2026.primitives.errors import OperatingError
from trade2026.trading import replay
from trade2026.trading.codec import encode_record
from trade2026.trading.journal import Journal, JournalConfig, SnapshotStore
from trade2026.trading.router import Router
from trade2026.trading.sequencer import BatchingSequencer, Sequencer

KEY = b"key of the crash test"
CONFIG = JournalConfig(segment_bytes=64 * 1024, reserve_bytes=8 * 1024, head_every_frames=64, signed=True)
CLIENTS = 32
RATE = 4_000  # Commands a second, all clients together.
ORIGIN_NS = 1_700_000_000_000_000_000
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Orders:
    """What one life is to do and how it is to die: by itself at disk operation `dies_at`, or from outside."""

    folder: str
    seed: int
    life: int
    pipe: int
    dies_at: int | None


class MortalStorage(DiskStorage):
    """A folder whose process kills itself just before its n-th operation."""

    def __init__(self, folder: str, dies_at: int | None) -> None:
        super().__init__(folder)
        self._left = dies_at

    def _operate(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def _file(self, file: File) -> File:
        """The file with `write`, `sync` and `truncate` counted."""
        for name in ("write", "sync", "truncate", "fill_zeros"):
            setattr(file, name, self._counted(getattr(file, name)))
        return file

    def _counted(self, call: Callable[..., ResultT]) -> Callable[..., ResultT]:
        def counted(*arguments: Any) -> ResultT:
            self._operate()
            return call(*arguments)

        return counted

    def create(self, name: str) -> File:
        self._operate()
        return self._file(super().create(name))

    def open(self, name: str, *, writable: bool) -> File:
        return self._file(super().open(name, writable=writable))

    def rename(self, old: str, new: str) -> None:
        self._operate()
        super().rename(old, new)

    def sync_folder(self) -> None:
        self._operate()
        super().sync_folder()

    def sync_in_background(self, file: File) -> Awaitable[None]:
        self._operate()  # Where the kernel does it, the file's own `sync` is not called.
        return super().sync_in_background(file)


def live(orders: Orders) -> None:
    """Recover and work until killed."""
    asyncio.run(_Desk(orders).run())


class _Desk:
    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.chance = random.Random(orders.seed)
        self.workload = Workload(self.chance, number=orders.life * 1_000_000)
        self.origin_ns = ORIGIN_NS + orders.life * 10**12
        self.began = 0.0

    def _now(self) -> int:
        return self.origin_ns + round((asyncio.get_running_loop().time() - self.began) * 1e9)

    def _say(self, line: str) -> None:
        os.write(self.orders.pipe, line.encode() + b"\n")

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self.began = loop.time()
        storage = MortalStorage(self.orders.folder, self.orders.dies_at)
        journal = Journal.open(storage, CONFIG, KEY)
        store = SnapshotStore(storage)
        core = replay.recover(journal, storage, store).core
        self._say("r")
        routed = {name: known for name, known in INSTRUMENTS.items() if name != UNROUTED}
        venue = SimVenue(self.chance, Habits(delay_s=5e-4), routed, self._received)
        router = Router(Environment.SIM)
        router.connect(tuple(routed), venue)
        self.desk = BatchingSequencer(Sequencer(core, journal, router), _spawn)
        venue.attach(loop, self._now)
        venue.connect(self._report)
        if journal.last_seq == 0 or not core.engines.risk.accounts:
            await asyncio.gather(*(self._ask(command) for command in set_up(self._now())))
        await asyncio.gather(*(self._client() for _ in range(CLIENTS)), self._snapshots(core, journal, store))

    def _received(self, request: Request) -> None:
        self._say(f"v {request.account_id} {request.client_order_id}")

    def _report(self, report: ExecutionReport) -> None:
        with suppress(OperatingError):
            unique = f"{self.orders.life}-{report.execution_id}" if report.execution_id else ""
            self.desk.tell(ReportExecution(self._now(), _renamed(report, unique)))

    async def _ask(self, command: Command) -> tuple[Event, ...]:
        events = await self.desk.post(command)
        self._say(f"a {sha256(encode_record(command, events)).hexdigest()}")
        return events

    async def _client(self) -> None:
        while True:
            await asyncio.sleep(self.chance.expovariate(RATE / CLIENTS))
            self.workload.learn(await self._ask(self.workload.next(self._now())))

    async def _snapshots(self, core: Any, journal: Journal, store: SnapshotStore) -> None:
        while True:
            await asyncio.sleep(0.05)
            with closing(replay.Taking(core, journal)) as taking:
                for _ in taking.steps(at_once=5):
                    await asyncio.sleep(0)
                parts = taking.parts()
            store.save_parts(taking.seq, taking.digest, parts)


def _renamed(report: ExecutionReport, execution_id: str) -> ExecutionReport:
    from msgspec.structs import replace

    return replace(report, execution_id=execution_id)


def _spawn(coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
    return asyncio.get_running_loop().create_task(coroutine, name=name)
