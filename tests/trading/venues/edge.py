"""A desk with a venue behind a line that fails: real core, journal, sequencer and session, virtual time."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from tests.simulation.faults import FaultyVenue, LineFaults
from tests.simulation.simdisk import SimDisk
from tests.simulation.simindex import IndexMedium, SimRetiredIndex
from tests.simulation.simloop import SimClock, SimLoop
from tests.simulation.simstorage import SimStorage
from tests.simulation.simvenue import Habits, Request, SimVenue
from tests.simulation.workload import ACCOUNTS, INSTRUMENTS, UNROUTED, set_up
from trade2026.ledger.postings import check_balanced
from trade2026.model.commands import (
    CancelOrder,
    Command,
    ReplaceOrder,
    ReportExecution,
    SetAccountLimits,
    SetInstrumentLimits,
    SetVenueSession,
    SubmitOrder,
)
from trade2026.model.enums import Environment, OrderType, Side, TimeInForce, VenueSessionState
from trade2026.model.events import Event
from trade2026.model.execution import ExecutionReport
from trade2026.model.limits import AccountLimits, InstrumentLimits
from trade2026.oms.state import Order
from trade2026.ports.venue import VenueTerms
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.journal import Journal, JournalConfig, SnapshotStore
from trade2026.trading.replay import recover
from trade2026.trading.router import Router
from trade2026.trading.sequencer import Answer, BatchingSequencer, Sequencer
from trade2026.trading.venues.session import VenueSession
from trade2026.trading.venues.words import SessionConfig

NOW = 1_700_000_000_000_000_000
KEY = b"key of the tests"
SECOND = 1_000_000_000
READY = VenueSessionState.READY
CONFIG = JournalConfig(segment_bytes=256 * 1024, reserve_bytes=16 * 1024)
TERMS = VenueTerms(request_window_ns=SECOND, history_lag_ns=0)
QUIET = Habits(silent=1.0, rejects=0.0, unsolicited=0.0, tail=0.0, fees=False)
MONEY = 10**9 * UNIT


class Edge:
    """What outlives the desk: disk, market and line. `start` is a life of the desk on a loop."""

    def __init__(
        self,
        seed: int,
        *,
        faults: LineFaults | None = None,
        habits: Habits = QUIET,
        terms: VenueTerms = TERMS,
        config: SessionConfig | None = None,
    ) -> None:
        self.chance = random.Random(seed)
        self.disk = SimDisk(seed, latency_s=(0.0002, 0.0005))
        self.instruments = {name: known for name, known in INSTRUMENTS.items() if name != UNROUTED}
        self.market = SimVenue(self.chance, habits, self.instruments, terms=terms)
        self.faults = faults or LineFaults()
        self.sent: list[Request] = []
        self.line = FaultyVenue(
            self.market, self.chance, self.faults, self.market.timeline, self.sent.append,
            self.market.cancel_everything,
        )  # fmt: skip
        self.config = config or SessionConfig()
        self.retired = IndexMedium()
        self.notes: list[str] = []
        self.texts: list[str] = []  # Why the session changed its state, as told by the journal.
        self.lives = 0
        self.number = 0  # Of the last order that was made.
        self.origin_ns = NOW

    async def start(self, loop: SimLoop) -> "Life":
        """Recover and open; the session is connecting when this returns."""
        life = Life(self, loop)
        await life.open()
        return life

    def crash(self, life: "Life", *, power: bool) -> None:
        """The desk's process, or its power, is gone; the market goes on when the next life begins."""
        (self.disk.power_loss if power else self.disk.kill)()
        self.origin_ns += life.clock.monotonic_ns()
        self.line.detach()


class Told(BatchingSequencer):
    """Keeps what sessions say."""

    texts: list[str]

    def post(self, command: Command) -> Answer:
        if isinstance(command, SetVenueSession):
            self.texts.append(command.text)
        return super().post(command)


class Life:
    """One life of the desk."""

    def __init__(self, edge: Edge, loop: SimLoop) -> None:
        self.edge, self.loop = edge, loop
        self.clock = SimClock(loop, edge.origin_ns)
        self.tasks: list[asyncio.Task[None]] = []
        self.storage = SimStorage(edge.disk, "desk")
        self.journal = Journal.open(self.storage, CONFIG, KEY)
        index = SimRetiredIndex(edge.retired)
        self.core = recover(self.journal, self.storage, SnapshotStore(self.storage), index).core
        router = Router(Environment.SIM)
        self.sequencer = Told(Sequencer(self.core, self.journal, router, index), self.spawn)
        self.sequencer.texts = edge.texts
        edge.line.attach(loop, SimClock(loop, edge.origin_ns).now_ns)
        self.session = VenueSession(
            edge.line, self.core, self.sequencer, self.clock, self.spawn, edge.chance,
            accounts=tuple(account.account_id for account in ACCOUNTS), trades=edge.instruments.__contains__,
            now=self.clock.now_ns, note=edge.notes.append, config=edge.config,
        )  # fmt: skip
        self.session.connect(self.report)
        router.connect(tuple(edge.instruments), self.session)

    async def open(self) -> None:
        if self.edge.lives == 0:
            for command in set_up(NOW):
                await self.sequencer.post(command)
            for account in ACCOUNTS:
                wide = AccountLimits(2**62, 2**62, 4 * UNIT, 10**6, 2**62, 2**62)
                await self.sequencer.post(SetAccountLimits(NOW, account.account_id, wide))
                for name in self.edge.instruments:
                    most = InstrumentLimits(
                        2**62, 2**62, 2**62, 2**62, 10**6, 2**62, 1_000, 2**62, 100, 20, True
                    )
                    await self.sequencer.post(SetInstrumentLimits(NOW, account.account_id, name, most))
                for currency in ("USD", "USDT"):
                    cash = self.core.engines.ledger.accounts[account.account_id].cash[currency]
                    self.edge.market.deposit(account.account_id, currency, cash)
        self.edge.lives += 1
        await self.session.start()

    def report(self, report: ExecutionReport) -> None:
        if self.sequencer.is_open:
            self.sequencer.tell(ReportExecution(self.clock.now_ns(), report))

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = self.loop.create_task(coroutine, name=name)
        self.tasks.append(task)
        return task

    # What tests do.

    async def until(self, state: VenueSessionState, limit_s: float = 60.0) -> None:
        """Wait until the session is in a state."""
        deadline = self.loop.time() + limit_s
        while self.session.state is not state:
            assert self.loop.time() < deadline, f"{self.session.state} after {limit_s} s: {self.session.text}"
            await asyncio.sleep(0.05)

    async def do(self, command: Command) -> tuple[Event, ...]:
        return await self.sequencer.post(command)

    def order(self, name: str, account_id: str = "margin") -> Order:
        oms = self.core.engines.oms
        return oms.orders[oms.accounts[account_id].requests[name].order_id]

    def check_books(self) -> None:
        """Our books and the market's are the same, to the unit."""
        check_balanced(self.core.engines.ledger)
        for account in ACCOUNTS:
            book = self.core.engines.ledger.accounts[account.account_id]
            ours = {name: amount for name, amount in book.cash.items() if amount}
            for position in book.positions.values():
                if position.quantity:
                    ours[position.commodity] = ours.get(position.commodity, 0) + position.quantity
            held = self.edge.market.exchange.holdings(account.account_id)
            assert ours == {name: amount for name, amount in held.items() if amount}

    async def stop(self) -> None:
        await self.session.close()
        await self.sequencer.close()
        await self.journal.close_async()
        self.edge.line.detach()


def submit(
    name: str, now: int, *, lots: int = 1, account_id: str = "margin", price: int = 190
) -> SubmitOrder:
    """A buy that every check lets pass."""
    return SubmitOrder(
        now, account_id, name, "desk", "", Environment.SIM, "AAPL.SIM", Side.BUY, OrderType.LIMIT,
        TimeInForce.GTC, lots * UNIT, price * UNIT, 190 * UNIT, now, 0, 2**62,
    )  # fmt: skip


def cancel(name: str, order_id: int, now: int, account_id: str = "margin") -> CancelOrder:
    return CancelOrder(now, account_id, name, "desk", order_id)


def replace(name: str, order_id: int, now: int, *, lots: int, price: int = 190) -> ReplaceOrder:
    return ReplaceOrder(
        now, "margin", name, "desk", order_id, lots * UNIT, price * UNIT, 190 * UNIT, now, 0, 2**62
    )
