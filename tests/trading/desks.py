"""A small desk for tests of the core and the sequencer, with a venue that only listens."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from tests.simulation.workload import set_up
from trade2026.model.commands import CancelOrder, Command, ReportExecution, SubmitOrder
from trade2026.model.enums import Environment, ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import Event, OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalConfig
from trade2026.trading.router import Router
from trade2026.trading.sequencer import BatchingSequencer, Sequencer

NOW = 1_700_000_000_000_000_000
KEY = b"key of the tests"
SMALL = JournalConfig(segment_bytes=16 * 1024, reserve_bytes=4 * 1024)


def submit(name: str, *, quantity: int = 1, instrument_id: str = "AAPL.SIM", now: int = NOW) -> SubmitOrder:
    """A buy of the margin account that every check lets pass."""
    price = 25 * UNIT if instrument_id == "DARK.SIM" else 190 * UNIT
    return SubmitOrder(
        now, "margin", name, "desk", "", Environment.SIM, instrument_id, Side.BUY, OrderType.LIMIT,
        TimeInForce.DAY, quantity * UNIT, price, price, now, 0, 2**62,
    )  # fmt: skip


def cancel(name: str, order_id: int) -> CancelOrder:
    """A cancel by the desk."""
    return CancelOrder(NOW, "margin", name, "desk", order_id)


def fill(name: str, execution_id: str, *, quantity: int = 1) -> ReportExecution:
    """A venue's fill at the limit, with a commission."""
    report = ExecutionReport(
        "margin", name, ExecType.TRADE, NOW, "v", execution_id, quantity * UNIT, 190 * UNIT, UNIT, "USD"
    )
    return ReportExecution(NOW, report)


class Listener:
    """A venue that keeps what it is sent."""

    name = "SIM"

    def __init__(self, environment: Environment = Environment.SIM) -> None:
        self.environment = environment
        self.got: list[OrderApproved | OrderPendingCancel | OrderPendingReplace] = []

    def connect(self, sink: Any) -> None:
        """It never reports."""

    def submit(self, order: OrderApproved) -> None:
        self.got.append(order)

    def cancel(self, request: OrderPendingCancel) -> None:
        self.got.append(request)

    def replace(self, request: OrderPendingReplace) -> None:
        self.got.append(request)


def spawn(coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
    """Start a task on the running loop."""
    return asyncio.get_running_loop().create_task(coroutine, name=name)


class SmallDesk:
    """Everything wired on a simulated disk, set up and flushed; the batching form starts inside a loop."""

    def __init__(self, seed: int = 1, *, latency_s: float = 0.01, config: JournalConfig = SMALL) -> None:
        self.disk = SimDisk(seed, latency_s=(latency_s, latency_s))
        self.storage = SimStorage(self.disk, "desk")
        self.journal = Journal.open(self.storage, config, KEY)
        self.core = Core()
        self.venue = Listener()
        self.router = Router(Environment.SIM)
        self.router.connect(("AAPL.SIM", "MSFT.SIM", "BTCUSDT.SIM", "ETHUSDT.SIM"), self.venue)
        self.sequencer = Sequencer(self.core, self.journal, self.router)
        for command in set_up(NOW):
            self.sequencer.execute(command)
        self.sequencer.flush()

    def start(self, **options: Any) -> BatchingSequencer:
        """The form of a running desk."""
        return BatchingSequencer(self.sequencer, spawn, **options)

    def do(self, *commands: Command) -> list[tuple[Event, ...]]:
        """Execute and flush, step by step."""
        answers = [self.sequencer.execute(command) for command in commands]
        self.sequencer.flush()
        return answers
