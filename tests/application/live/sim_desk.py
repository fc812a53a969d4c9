"""A running desk on a simulated disk and on virtual time, opened as the core's process opens it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimClock, SimLoop
from tests.simulation.simstorage import SimStorage
from trade2026.application.live.assemble import RunningDesk, open_desk
from trade2026.application.live.config import DeskConfig, ReplayConfig
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.ports.core_link import (
    Advanced,
    Decision,
    FeedAction,
    FeedStatus,
    Intent,
    Market,
    SetEntitlementIntent,
    SubmitIntent,
)
from trade2026.ports.venue import LiveVenue
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.journal import JournalConfig

KO = "KO.XNYS"
SMALL = JournalConfig(segment_bytes=64 * 1024, reserve_bytes=8 * 1024)
PAUSED = DeskConfig(replay=ReplayConfig(is_paused=True))

_SERVICES = make_services(Config("/nowhere"))


def services(loop: SimLoop) -> Services:
    """Those of this machine, with virtual time and a key that needs no folder."""
    return replace(
        _SERVICES, clock=SimClock(loop), head_key=lambda: b"key of the tests", code_version=lambda: "v"
    )


class SimDesk:
    """One start of the desk; another start on the same disk is another `SimDesk`."""

    def __init__(
        self,
        loop: SimLoop,
        disk: SimDisk,
        config: DeskConfig = PAUSED,
        journal: JournalConfig = SMALL,
        venues: tuple[LiveVenue, ...] = (),
    ) -> None:
        self._loop = loop
        self._journal = journal
        self._config = config
        self._venues = venues
        self.storage = SimStorage(disk, "core")
        self.told: list[Market | FeedStatus | Advanced] = []
        self.notes: list[str] = []
        self._tasks: list[asyncio.Task[Any]] = []

    async def open(self) -> "SimDesk":
        """Recover, open and let the feed run."""
        with_venues = replace(services(self._loop), live_venues=lambda: self._venues)
        self.desk: RunningDesk = await open_desk(
            self._config, with_venues, self.storage, self._journal, pid=1, spawn=self._spawn,
            tell=self.told.append, note=self.notes.append,
        )  # fmt: skip
        self._spawn(self.desk.feed.run(), "feed")
        await self.until(lambda: bool(self.desk.core.engines.ledger.marks))
        return self

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = self._loop.create_task(coroutine, name=name)
        self._tasks.append(task)
        return task

    async def until(self, condition: Any) -> None:
        """Let virtual time pass until it holds."""
        for _ in range(100_000):
            if condition():
                return
            await asyncio.sleep(0.001)
        raise AssertionError("the condition never came true")

    async def ask(self, *intents: Intent) -> tuple[Decision, ...]:
        """As a client would."""
        done: asyncio.Future[tuple[Decision, ...]] = self._loop.create_future()
        self.desk.service.ask(intents, lambda seq, decisions: done.set_result(decisions))
        return await done

    async def one(self, intent: Intent) -> Any:
        """The first event of the answer to one intent."""
        (decision,) = await self.ask(intent)
        assert not decision.error, decision
        return decision.events[0]

    async def entitle(self, trader_id: str = "me") -> None:
        await self.one(SetEntitlementIntent("PAPER", trader_id, True))

    async def step(self, count: int = 1) -> None:
        """Play so many steps of the paused feed, and wait until what they led to is durable."""
        for _ in range(count):
            before = self.desk.feed.now
            self.desk.service.control_feed(FeedAction.STEP, 0.0)
            await self.until(lambda before=before: self.desk.feed.now > before)
        now = self.desk.feed.now
        await self.until(lambda: any(type(each) is Market and each.now == now for each in self.told))

    async def close(self) -> None:
        """Stop in good order."""
        for task in self._tasks[1:]:
            task.cancel()
        await self.desk.close()


def submit(
    name: str,
    *,
    side: Side = Side.BUY,
    quantity: int = 100,
    price: int | None = None,
    time_in_force: TimeInForce = TimeInForce.GTC,
    instrument_id: str = KO,
    trader_id: str = "me",
) -> SubmitIntent:
    """A market order, or a limit order at a raw price."""
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    return SubmitIntent(
        "PAPER", name, trader_id, "", instrument_id, side, kind, time_in_force, quantity * UNIT, price
    )
