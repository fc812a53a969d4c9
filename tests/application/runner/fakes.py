"""Child processes that do what a test says, and a line to a core in the test's own process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from tests.application.runner.stepped import SteppedCore
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.retired import SqliteRetiredIndex
from trade2026.application.runner.reports import Report, encode_report
from trade2026.application.services import Services
from trade2026.bootstrap.data import DataFinder
from trade2026.bootstrap.home import DiskFolders
from trade2026.bootstrap.strategies import StrategyFinder
from trade2026.ports.core_link import Answer, CoreStatus, FeedAction, FeedStatus, Intent
from trade2026.primitives.errors import OperatingError


def services(home: Path, clock: Any) -> Services:
    """A desk's services on a clock of the test."""
    calendars = Calendars()
    data = DataFinder(calendars, str(home))
    return Services(
        home=str(home), clock=clock, calendars=calendars, strategies=StrategyFinder(),
        data=data, shelf=data.shelf, folders=DiskFolders(), open_storage=DiskStorage,
        open_private=DiskStorage,
        head_key=lambda: b"k" * 32, make_random=lambda seed: None,  # type: ignore[arg-type, return-value]
        code_version=lambda: "test", open_retired=SqliteRetiredIndex, pause=lambda span: None,
    )  # fmt: skip


class FakeChild:
    """Ends when told to, unless it is `stubborn`; nobody survives being killed."""

    def __init__(self, arguments: tuple[str, ...], background: bool, stubborn: bool) -> None:
        self.arguments, self.background, self.stubborn = arguments, background, stubborn
        self.pid = 1
        self.words = ""
        self.signals: list[str] = []
        self.written: list[str] = []
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._code: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def is_alive(self) -> bool:
        return not self._code.done()

    def say(self, report: Report) -> None:
        self._lines.put_nowait(encode_report(report).rstrip(b"\n"))

    def exit(self, code: int) -> None:
        if self.is_alive:
            self._code.set_result(code)
            self._lines.put_nowait(None)

    async def lines(self) -> AsyncIterator[bytes]:
        while (line := await self._lines.get()) is not None:
            yield line

    async def wait(self) -> int:
        return await asyncio.shield(self._code)

    def write(self, line: bytes) -> None:
        self.written.append(line.decode())

    def _signal(self, name: str, code: int) -> None:
        self.signals.append(name)
        if not self.stubborn or name == "KILL":
            self.exit(code)

    def interrupt(self) -> None:
        self._signal("INT", 130)

    def terminate(self) -> None:
        self._signal("TERM", -15)

    def kill(self) -> None:
        self._signal("KILL", -9)

    def last_words(self) -> str:
        return self.words


class FakeChildren:
    """`started` are all children, in order."""

    def __init__(self) -> None:
        self.started: list[FakeChild] = []
        self.stubborn = False
        self.refuse: Exception | None = None
        self.hold: Callable[[bool], None] = lambda _: None

    def watch(self, told: Callable[[bool], None]) -> None:
        self.hold = told

    async def start(self, *arguments: str, background: bool = False) -> FakeChild:
        if self.refuse is not None:
            raise self.refuse
        child = FakeChild(arguments, background, self.stubborn)
        self.started.append(child)
        return child

    @property
    def alive(self) -> list[FakeChild]:
        return [child for child in self.started if child.is_alive]


class LocalCore:
    """`ports.core_link.CoreClient` on a core of the same process; `is_connected` is the test's to set."""

    def __init__(self, core: SteppedCore) -> None:
        self.core = core
        self.is_connected = True
        self.asked: list[Intent] = []

    async def ask(self, *intents: Intent) -> Answer:
        if not self.is_connected:
            raise OperatingError("the core is away", retryable=True)
        self.asked += intents
        return self.core.ask(*intents)

    async def control_feed(self, action: FeedAction, speed: float = 1.0) -> FeedStatus:
        raise NotImplementedError

    async def status(self) -> CoreStatus:
        raise NotImplementedError

    def told(self) -> Any:
        raise NotImplementedError
