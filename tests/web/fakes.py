"""Fakes of what a web process has and these tests need not: runner, hub, clock; and the application."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.websockets import WebSocket

from tests.web.fake_sim import FakeSim
from trade2026.model.events import OrderApproved
from trade2026.ports.asking import UnknownId
from trade2026.ports.core_link import SubmitIntent
from trade2026.ports.runner_link import (
    JobRequest,
    JobState,
    JobStatus,
    LogLine,
    RunState,
    StrategyStatus,
    kind_of,
)
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import MINUTE_NS, SECOND_NS
from trade2026.web.app import create_app
from trade2026.web.edge import Edge
from trade2026.web.services import ServiceRow, WebServices, WebSettings

NOW = 1_800_000_000 * SECOND_NS
TRADING = 633_225_600 * SECOND_NS  # 1990-01-25


@dataclass
class StillClock:
    """Moves when a test moves it."""

    wall: int = NOW
    ticks: int = 0

    def now_ns(self) -> int:
        return self.wall

    def monotonic_ns(self) -> int:
        return self.ticks

    def advance(self, seconds: float) -> None:
        self.wall += int(seconds * SECOND_NS)
        self.ticks += int(seconds * SECOND_NS)


UNLIMITED = WebSettings(reads_per_s=0, logins_per_s=0)


def make_app(*, settings: WebSettings = UNLIMITED, ui_folder: str = "/nowhere/dist", **parts: Any) -> Edge:
    """The application over these parts."""
    parts.setdefault("sim", FakeSim())
    parts.setdefault("save_market_seed", lambda seed: None)
    parts.setdefault("rebalancing", None)
    parts.setdefault("list_data", None)
    return create_app(WebServices(version="1.0", ui_folder=ui_folder, settings=settings, **parts))


@dataclass
class FakeHub:
    """Nobody is connected."""

    connections: int = 0
    served: int = 0

    async def endpoint(self, websocket: WebSocket) -> None:
        self.served += 1
        await websocket.accept()
        await websocket.close(1001)


@dataclass
class FakeRunner:
    """Keeps what it was asked, and has what a test gives it."""

    is_connected: bool = True
    runs: list[StrategyStatus] = field(default_factory=list)
    queued: list[JobStatus] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    ends_with: JobState | None = None
    """What becomes of a job whose end is waited for."""
    result: bytes = b'{"summary":{}}'

    async def start_strategy(
        self, strategy: str, parameters: str, account_id: str, trader_id: str
    ) -> StrategyStatus:
        self.asked.append(("start", strategy, parameters, account_id, trader_id))
        status = StrategyStatus(
            run_id=f"{strategy}-{len(self.runs) + 1}", strategy=strategy, parameters=parameters,
            account_id=account_id,
            trader_id=trader_id, state=RunState.STARTING, started_ns=TRADING,
        )  # fmt: skip
        self.runs.append(status)
        return status

    async def stop_strategy(self, run_id: str, trader_id: str, reason: str) -> StrategyStatus:
        self.asked.append(("stop", run_id, trader_id, reason))
        (found,) = [each for each in self.runs if each.run_id == run_id]
        return msgspec.structs.replace(found, state=RunState.STOPPING)

    async def strategy_status(self) -> tuple[StrategyStatus, ...]:
        return tuple(self.runs)

    async def strategy_log(self, run_id: str, after: int = 0, limit: int = 100) -> tuple[LogLine, ...]:
        lines = [LogLine(n, TRADING, f"line {n}") for n in range(1, 6)]
        return tuple(line for line in lines if line.n > after)[:limit]

    async def submit(self, request: JobRequest, owner: str, *, wait_ns: int = 0) -> JobStatus:
        kind = kind_of(request)
        job = JobStatus(
            job_id=f"{kind}-{len(self.queued) + 1}", kind=kind, state=JobState.QUEUED, owner=owner,
            request=request, created_ns=NOW,
        )  # fmt: skip
        if wait_ns and self.ends_with is not None:
            job = msgspec.structs.replace(job, state=self.ends_with, started_ns=NOW, finished_ns=NOW)
        self.queued.insert(0, job)
        return job

    async def jobs(self) -> tuple[JobStatus, ...]:
        return tuple(self.queued)

    async def job(self, job_id: str) -> JobStatus:
        for job in self.queued:
            if job.job_id == job_id:
                return job
        raise UnknownId(f"there is no job {job_id!r}")

    async def cancel(self, job_id: str) -> JobStatus:
        job = await self.job(job_id)
        return msgspec.structs.replace(job, state=JobState.CANCELED)

    async def job_result(self, job_id: str) -> bytes:
        return self.result

    async def job_table(self, job_id: str, path: str) -> bytes:
        if path != "/fills":
            raise InputError(f"path must be one of /fills, was {path!r}")
        return b"PAR1"


@dataclass
class FakeSupervisor:
    """Has these roles, and keeps which were to be started again."""

    roles: tuple[str, ...] = ("core", "web")
    restarted: list[str] = field(default_factory=list)
    error: OperatingError | None = None

    async def services(self) -> list[ServiceRow]:
        if self.error is not None:
            raise self.error
        return [ServiceRow(role, "RUNNING", 1, NOW, 0, "") for role in self.roles]

    async def restart(self, role: str) -> None:
        self.restarted.append(role)


def approved(intent: SubmitIntent, order_id: int) -> OrderApproved:
    return OrderApproved(
        order_id, TRADING, intent.account_id, intent.client_order_id, intent.trader_id, intent.strategy_id,
        intent.instrument_id, intent.side, intent.order_type, intent.time_in_force, intent.order_qty,
        intent.limit_price, 100 * 10**9, TRADING, 1, TRADING, TRADING + MINUTE_NS,
    )  # fmt: skip
