"""A desk in front of a market: core, journal, sequencer, session and sockets are the real ones."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from tests.adapters.venues.binance.served import RealClock, booked_house
from tests.web.binance.house import House
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.ledger.postings import check_balanced
from trade2026.model.commands import (
    CancelOrder,
    Command,
    OpenAccount,
    RegisterInstrument,
    ReplaceOrder,
    ReportExecution,
    SetAccountLimits,
    SetInstrumentLimits,
    StartRun,
    SubmitOrder,
    TransferCash,
)
from trade2026.model.enums import (
    AccountType,
    Environment,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    VenueSessionState,
)
from trade2026.model.events import Event
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import Instrument, crypto_spot
from trade2026.model.limits import Account, AccountLimits, InstrumentLimits
from trade2026.oms.state import Order
from trade2026.oms.status import order_status
from trade2026.ports.venue import LiveVenue
from trade2026.primitives.fixed_point import UNIT, encode_money
from trade2026.trading.journal import Journal, JournalConfig, SnapshotStore
from trade2026.trading.replay import recover
from trade2026.trading.router import Router
from trade2026.trading.sequencer import BatchingSequencer, Sequencer
from trade2026.trading.venues.session import VenueSession
from trade2026.trading.venues.words import SessionConfig
from trade2026.web.binance.keys import ApiKey

PATIENCE_S = 30.0
PAPER = Environment.PAPER
CASH = 10**6 * UNIT
CONFIG = SessionConfig(check_every_ns=UNIT // 5, retry_max_ns=UNIT)
_ACCOUNT = Account("a", AccountType.MARGIN, "USDT", PAPER, ("desk",))
_MOST = 2**62


def house_with_zoe() -> House:
    """Zoe has money and no coins, as a desk that begins."""
    house = booked_house()
    house.market.clearing.deposit("zoe", "USDT", CASH)
    house.keys.add(ApiKey(key="zoekey", owner="zoe", secret="zoesecret"))
    return house


BITCOIN = crypto_spot("BTCUSDT")


def set_up(now: int, instrument: Instrument) -> list[Command]:
    """Everything that must be journaled before the first order."""
    most = InstrumentLimits(_MOST, _MOST, _MOST, _MOST, 10**6, _MOST, 1_000, _MOST, 100, 20, True)
    return [
        StartRun(now, "tests", PAPER, "tests", "{}"),
        RegisterInstrument(now, instrument),
        OpenAccount(now, _ACCOUNT),
        TransferCash(now, "a", "USDT", encode_money(CASH), "start"),
        SetAccountLimits(now, "a", AccountLimits(_MOST, _MOST, 4 * UNIT, 10**6, _MOST, _MOST)),
        SetInstrumentLimits(now, "a", instrument.instrument_id, most),
    ]


class Desk:
    """One life of the desk, on the journal in a folder."""

    def __init__(self, folder: str, venue: LiveVenue, instrument: Instrument = BITCOIN) -> None:
        self.clock = RealClock()
        self.instrument = instrument
        self.tasks: list[asyncio.Task[None]] = []
        self.notes: list[str] = []
        storage = DiskStorage(folder)
        self.journal = Journal.open(
            storage, JournalConfig(segment_bytes=1 << 20, reserve_bytes=1 << 16), b"key of the tests"
        )
        self.core = recover(self.journal, storage, SnapshotStore(storage)).core
        router = Router(PAPER)
        self.sequencer = BatchingSequencer(Sequencer(self.core, self.journal, router), self._spawn)
        self.session = VenueSession(
            venue, self.core, self.sequencer, self.clock, self._spawn, random.Random(1), accounts=("a",),
            trades=(instrument.instrument_id,).__contains__, now=self.clock.now_ns, note=self.notes.append,
            config=CONFIG,
        )  # fmt: skip
        self.session.connect(self._report)
        router.connect((instrument.instrument_id,), self.session)

    async def open(self) -> None:
        """Set up what is not, and start the session."""
        if self.core.engines.risk.environment is None:
            for command in set_up(self.clock.now_ns(), self.instrument):
                await self.sequencer.post(command)
        await self.session.start()

    async def close(self) -> None:
        """Stop in good order."""
        await self.session.close()
        await self.sequencer.close()
        await self.journal.close_async()
        check_balanced(self.core.engines.ledger)

    def _report(self, report: ExecutionReport) -> None:
        if self.sequencer.is_open:
            self.sequencer.tell(ReportExecution(self.clock.now_ns(), report))

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        self.tasks.append(asyncio.get_running_loop().create_task(coroutine, name=name))
        return self.tasks[-1]

    # What tests do.

    async def until(self, is_so: Callable[[], bool], what: str = "") -> None:
        """Let time pass until it is so."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not is_so():
                    await asyncio.sleep(0.005)
        except TimeoutError:
            state = f"{self.session.state}: {self.session.text}; {self.notes}; {self.session.last}"
            raise AssertionError(f"{what} never came; {state}") from None

    async def ready(self) -> None:
        await self.until(lambda: self.session.state is VenueSessionState.READY, "READY")

    async def status(self, name: str, status: OrderStatus) -> None:
        await self.until(
            lambda: self.known(name) and order_status(self.order(name)) is status, f"{name} {status}"
        )

    def known(self, name: str) -> bool:
        return name in self.core.engines.oms.accounts["a"].requests

    def order(self, name: str) -> Order:
        oms = self.core.engines.oms
        return oms.orders[oms.accounts["a"].requests[name].order_id]

    async def buy(
        self, name: str, price: int = 49_000, quantity: int = UNIT // 100, side: Side = Side.BUY
    ) -> tuple[Event, ...]:
        now = self.clock.now_ns()
        return await self.sequencer.post(
            SubmitOrder(
                now, "a", name, "desk", "", PAPER, self.instrument.instrument_id, side, OrderType.LIMIT,
                TimeInForce.GTC, quantity, price * UNIT, 50_000 * UNIT, now, 0, _MOST,
            )
        )  # fmt: skip

    async def cancel(self, name: str, orig: str) -> tuple[Event, ...]:
        order_id = self.order(orig).order_id
        return await self.sequencer.post(CancelOrder(self.clock.now_ns(), "a", name, "desk", order_id))

    async def replace(self, name: str, orig: str, quantity: int, price: int) -> tuple[Event, ...]:
        now, order_id = self.clock.now_ns(), self.order(orig).order_id
        return await self.sequencer.post(
            ReplaceOrder(
                now, "a", name, "desk", order_id, quantity, price * UNIT, 50_000 * UNIT, now, 0, _MOST
            )
        )

    def held(self) -> dict[str, int]:
        """What our books say of the account."""
        book = self.core.engines.ledger.accounts["a"]
        held = {name: amount for name, amount in book.cash.items() if amount}
        for position in book.positions.values():
            held[position.commodity] = held.get(position.commodity, 0) + position.quantity
        return {name: amount for name, amount in held.items() if amount}
