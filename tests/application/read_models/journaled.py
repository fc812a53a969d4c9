"""A desk played at random with a real sequencer and journal on disk, and read models that follow it."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from tests.application.read_models.odd_orders import ODD_STEPS, OddOrders
from tests.desk_machine import ACCOUNTS, INSTRUMENTS
from tests.engine_harness import Desk
from tests.trading.desks import KEY, Listener
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.history import SqliteHistory
from trade2026.adapters.embedded.retired import SqliteRetiredIndex
from trade2026.application.read_models import ReadModels
from trade2026.model.commands import (
    Command,
    RecordClock,
    ReportExecution,
    RetireOrders,
    SetEntitlement,
    StartRun,
    StopRun,
    SubmitOrder,
)
from trade2026.model.enums import Environment, ExecType, Scope, Side, TradingState
from trade2026.model.events import Event
from trade2026.model.execution import ExecutionReport
from trade2026.oms.retire import may_retire
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import Journal, JournalConfig, frames
from trade2026.trading.router import Router
from trade2026.trading.sequencer import Sequencer

SECOND_NS = 10**9
CONFIG = JournalConfig(segment_bytes=64 * 1024, reserve_bytes=8 * 1024)
"""Small segments: reading crosses many of them."""
DETAILS = (
    '{"kind":"strategy","strategy":"momentum","parameters":{"top":5},"account_id":"MARGIN","trader_id":"t"}'
)


class JournaledDesk(Desk):
    """The desk of the engines' tests, with every command journaled by the sequencer."""

    def __init__(self, folder: Path, config: JournalConfig = CONFIG) -> None:
        self.folder = folder
        self.storage = DiskStorage(folder)
        self.config = config
        self.index = SqliteRetiredIndex(folder.parent / f"{folder.name}-index")
        self.open_journal()
        super().__init__(check_purity=False)
        self.core = self.sequencer.core

    def open_journal(self) -> None:
        self.journal = Journal.open(self.storage, self.config, KEY)
        router = Router(Environment.SIM)
        router.connect(tuple(each.instrument_id for each in INSTRUMENTS), Listener())
        core = getattr(self, "core", None)
        self.sequencer = Sequencer(core or _new_core(), self.journal, router, self.index)

    def do(self, command: Command) -> tuple[Any, ...]:
        events = self.sequencer.execute(command)
        self.sequencer.flush()
        self.history.append((command, events))
        return events

    def numbered(self) -> list[tuple[int, Command, tuple[Event, ...]]]:
        """Every frame of the journal, those that the sequencer makes itself too."""
        storage = DiskStorage(self.folder)
        found = [(each.seq, *decode_record(each.payload, each.seq)) for each in frames(storage)]
        storage.close()
        return found

    def close(self) -> None:
        self.journal.close()
        self.index.close()
        self.storage.close()


def _new_core() -> Any:
    from trade2026.trading.core import Core

    return Core()


class Player(OddOrders):
    """The random desk, steered by a seed instead of by hypothesis."""

    desk: JournaledDesk

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__()
        self.desk = JournaledDesk(folder)
        self.chance = Random(seed)
        self.set_up(seed)
        self.start_run("s")

    def start_run(self, run_id: str) -> None:
        now = self.desk.now
        self.do(SetEntitlement(now, "MARGIN", run_id, True))
        self.desk.trading_state(Scope.STRATEGY, run_id, TradingState.ACTIVE)
        self.do(StartRun(now, run_id, Environment.SIM, "test", DETAILS))

    def play(self, steps: int) -> None:
        """So many steps, most of them trading."""
        for _ in range(steps):
            getattr(self, f"step_{self.chance.choice(_STEPS)}")(self.chance)

    def step_trade(self, chance: Random) -> None:
        self.trade(chance.randrange(2**32), chance.randint(5, 15))

    def step_mark(self, chance: Random) -> None:
        self.mark(chance.choice(INSTRUMENTS), chance.randint(900, 1100))

    def step_rate(self, chance: Random) -> None:
        self.rate(chance.choice(("USDT", "JPY")), chance.randint(UNIT // 200, 2 * UNIT))

    def step_limit(self, chance: Random) -> None:
        self.limit(chance.choice(ACCOUNTS), chance.choice(INSTRUMENTS), 10, chance.choice((0, 0, 0, 1, 2)))

    def step_tight(self, chance: Random) -> None:
        """Replaces are refused where nothing is allowed any more."""
        for account_id in ACCOUNTS:
            for instrument in INSTRUMENTS:
                self.limit(account_id, instrument, 10, 3)
        for _ in range(3):
            self.replace(chance.randrange(10**6), 300, 1000)
            self.ask_again(len(self.requests) - 1, 0, 0)
        for account_id in ACCOUNTS:
            for instrument in INSTRUMENTS:
                self.limit(account_id, instrument, 10, 0)

    def step_pay(self, chance: Random) -> None:
        amount = chance.randint(-(10**6), 10**6) * UNIT
        self.pay(chance.choice(ACCOUNTS), chance.choice(("USD", "USDT", "JPY")), amount)

    def step_halt(self, chance: Random) -> None:
        scope, target = chance.choice(
            ((Scope.GLOBAL, ""), (Scope.ACCOUNT, "CASH"), (Scope.STRATEGY, "s"), (Scope.VENUE, "XNAS"))
        )
        self.desk.trading_state(scope, target, chance.choice(list(TradingState)))
        self.trade(chance.randrange(2**32), 3)
        self.desk.trading_state(scope, target, TradingState.ACTIVE)

    def step_clock(self, chance: Random) -> None:
        self.desk.now += SECOND_NS
        self.do(RecordClock(self.desk.now, 10**18 + len(self.desk.history) * 1_000_003))

    def step_run(self, chance: Random) -> None:
        now = self.desk.now
        self.do(StopRun(now, "s", "", chance.choice(("stopped", "failed: on_bar raised ValueError: no"))))
        self.start_run("s")

    def step_retire(self, chance: Random) -> None:
        """Some of the closed orders and refused requests leave memory."""
        oms = self.desk.oms
        done = [each for each, order in oms.orders.items() if may_retire(order) and chance.random() < 0.6]
        refused = [(name, each) for name, kept in oms.accounts.items() for each in kept.refused]
        some = tuple(each for each in refused if chance.random() < 0.6)
        self.do(RetireOrders(self.desk.now, tuple(done), some))

    def step_again(self, chance: Random) -> None:
        """Something about any request that ever was, whether it has left memory or not."""
        request = chance.choice(self.requests)
        self.do(request)
        if isinstance(request, SubmitOrder):
            report = ExecutionReport(
                request.account_id, request.client_order_id, chance.choice(_LATE), self.desk.now, "late",
                execution_id=f"late{self.ids}", last_qty=UNIT, last_px=10 * UNIT,
            )  # fmt: skip
            self.do(ReportExecution(self.desk.now, report))

    def step_odd(self, chance: Random) -> None:
        """What order management denies, again and again under the same ids too."""
        if self.requests:
            command = chance.choice(self.requests)
            if isinstance(command, SubmitOrder):
                self.do(msgspec.structs.replace(command, order_qty=command.order_qty + 1))
        order = self.order("CASH", INSTRUMENTS[0], chance.choice(_SIDES), 1, 1000, False)
        self.do(msgspec.structs.replace(order, order_qty=0))
        self.do(msgspec.structs.replace(order, account_id="NOBODY"))
        if chance.random() < 0.5:
            self.do(order)


_LATE = (ExecType.TRADE, ExecType.NEW, ExecType.CANCELED)
_STEPS = ("trade",) * 6 + (
    "retire",
    "again",
    "mark",
    "mark",
    "rate",
    "limit",
    "pay",
    "halt",
    "clock",
    "clock",
    "run",
    "odd",
    "tight",
    *ODD_STEPS,
)
_SIDES = tuple(Side)


def spawn(coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
    """Start a task on the running loop."""
    return asyncio.get_running_loop().create_task(coroutine, name=name)


async def follow(folder: Path, **options: Any) -> ReadModels:
    """Read models that have caught up with the journal in the folder."""
    models = ReadModels(DiskStorage(folder), spawn, SqliteHistory(":memory:"), **options)
    await models.start()
    return models
