"""A whole desk in one event loop, on disk: real core on paper, real read models, real users, and the app.

What is not here is the line between processes: `DirectCore` calls the core's service where a socket would.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from tests.application.identity.fakes import Draws, FastHasher, MemoryFolder, MemoryStorage
from tests.web.caller import Caller, log_in
from tests.web.fake_sim import FakeSim
from tests.web.fakes import FakeHub, FakeRunner, StillClock, make_app
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.history import SqliteHistory
from trade2026.application.identity.identity import Identity
from trade2026.application.identity.roles import Role
from trade2026.application.live.assemble import RunningDesk, open_desk
from trade2026.application.live.config import AccountConfig, DeskConfig, ReplayConfig
from trade2026.application.named_data import list_data
from trade2026.application.read_models import MarketView, ReadModels
from trade2026.application.rebalancing.service import Rebalancing
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.model.enums import Environment
from trade2026.ports.core_link import Answer, CoreStatus, FeedAction, FeedState, FeedStatus, Intent
from trade2026.ports.quick_core import Heard
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.journal import JournalConfig

ResultT = TypeVar("ResultT")

ACCOUNT = "PAPER"
KO = "KO.XNYS"
PASSWORD = "three wise monkeys"
SMALL = JournalConfig(segment_bytes=256 * 1024, reserve_bytes=32 * 1024)


async def _in_thread(call: Callable[[], ResultT]) -> ResultT:
    return await asyncio.to_thread(call)


class DirectCore:
    """The core without a socket in between; `is_connected` and `loses` are a test's to set."""

    def __init__(self, desk: RunningDesk) -> None:
        self._desk = desk
        self.is_connected = True
        self.loses = 0
        self.asked_then = 0

    async def ask(self, *intents: Intent) -> Answer:
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._desk.service.ask(intents, lambda seq, made: done.set_result(Answer(1, seq, made)))
        answer = await done
        if self.loses:  # Decided and durable, but nobody hears of it.
            self.loses -= 1
            raise OperatingError("the line was lost", retryable=True)
        return answer

    def ask_then(self, intents: tuple[Intent, ...], heard: Heard) -> None:
        self.asked_then += 1
        loses, self.loses = self.loses, 0
        lost = OperatingError("the line was lost", retryable=True)
        self._desk.service.ask(intents, lambda seq, made: heard(lost if loses else Answer(1, seq, made)))

    async def control_feed(self, action: FeedAction, speed: float = 1.0) -> FeedStatus:
        return self._desk.service.control_feed(action, speed)

    async def status(self) -> CoreStatus:
        return self._desk.service.status()

    async def told(self) -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield None


class WebDesk:
    """Opened in the loop it lives in; `password` is that of the user admin."""

    async def open(
        self,
        folder: Path,
        *,
        is_still: bool = True,
        accounts: tuple[AccountConfig, ...] = (AccountConfig(),),
        **settings: Any,
    ) -> "WebDesk":
        """Open in this loop; `is_still` for a clock that a test moves, else the real one."""
        services = make_services(Config(str(folder)))
        self._tasks: list[asyncio.Task[Any]] = []
        if is_still:
            services = replace(services, clock=StillClock(services.clock.now_ns()))
        self.clock: Any = services.clock
        self._storages = [DiskStorage(folder / "journal") for _ in range(2)]
        self.market = MarketView(services.data, services.calendars, self._spawn, _in_thread)
        self.desk = await open_desk(
            DeskConfig(replay=ReplayConfig(is_paused=True), accounts=accounts), services,
            self._storages[0], SMALL, pid=1, spawn=self._spawn, tell=self.market.tell, note=lambda text: None,
        )  # fmt: skip
        self._spawn(self.desk.feed.run(), "feed")
        self.core = DirectCore(self.desk)
        self.models = ReadModels(self._storages[1], self._spawn, SqliteHistory(":memory:"), self.market)
        await self.models.start()
        self.identity = Identity(MemoryStorage(), self.clock, Draws(), FastHasher())  # type: ignore[arg-type]
        first = self.identity.first_login()
        assert first is not None
        self.password = first[1]
        self.runner, self.sim = FakeRunner(), FakeSim()
        self.seeds: list[int] = []
        numbers = itertools.count(1)
        self.proposals = MemoryFolder()
        self.rebalancing = self.make_rebalancing()
        self.app = make_app(
            identity=self.identity, read_models=self.models, market=self.market, core=self.core,
            runner=self.runner, sim=self.sim, rebalancing=self.rebalancing,
            save_market_seed=self.seeds.append, hub=FakeHub(), clock=self.clock,
            strategies=services.strategies, list_data=lambda: _in_thread(lambda: list_data(services.data)),
            make_id=lambda: f"web-{next(numbers):x}",
            **settings,
        )  # fmt: skip
        status = self.desk.service.status()
        assert status.environment is Environment.PAPER
        assert status.feed.state is FeedState.PAUSED
        await self.step()
        return self

    def make_rebalancing(self) -> Rebalancing:
        """What holds proposals, over what is kept of them: a second one is a web process started again."""
        numbers = itertools.count(1)
        storage: Any = MemoryStorage(self.proposals)
        return Rebalancing(
            models=self.models, market=self.market, core=self.core, clock=self.clock, storage=storage,
            make_id=lambda: f"{len(self.proposals.writes):x}-{next(numbers):x}", spawn=self._spawn,
            in_thread=_in_thread, paper_cost=lambda account_id: 2 * UNIT,
        )  # fmt: skip

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.append(task)
        return task

    async def step(self, count: int = 1) -> None:
        """Play so many days, until the read models show them."""
        for _ in range(count):
            before = self.desk.feed.now
            await self.core.control_feed(FeedAction.STEP)
            while self.desk.feed.now == before or self.market.now < self.desk.feed.now:
                await asyncio.sleep(0.001)
        await self.models.wait_for(self.desk.service.status().durable_seq, 10**9)

    async def user(self, name: str, role: str, accounts: tuple[str, ...] = (ACCOUNT,)) -> Caller:
        """Log a new user in."""
        await self.identity.add_user(name, Role(role), accounts, PASSWORD)
        return await log_in(self.app, name, PASSWORD)

    async def admin(self) -> Caller:
        return await log_in(self.app, "admin", self.password)

    async def close(self) -> None:
        await self.desk.close()
        await self.models.aclose()
        self.models.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for storage in self._storages:
            storage.close()
