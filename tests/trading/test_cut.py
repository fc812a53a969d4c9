"""A cut is the state of its beginning, whatever happens while it is written.

That an event changes the orders it names and no others, on which it rests, is checked in all random histories
(`tests/oms/test_random_histories.py`), with cuts among them.
"""

import random
from unittest.mock import patch

import pytest
from msgspec.structs import replace

from tests.engine_harness import BIG, STOCK, Desk
from tests.simulation.simindex import IndexMedium, SimRetiredIndex
from tests.simulation.workload import Workload
from tests.trading.cuts import CutWitness
from tests.trading.desks import NOW, SmallDesk, fill, submit
from trade2026.model.commands import Command, ReportExecution, RetireOrders, SubmitOrder
from trade2026.model.enums import Side
from trade2026.model.events import OrderApproved
from trade2026.model.instrument import equity
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.core import restore
from trade2026.trading.cut import StateCut
from trade2026.trading.journal import JournalConfig
from trade2026.trading.sequencer import Sequencer

WIDE_JOURNAL = JournalConfig(segment_bytes=1 << 20, reserve_bytes=1024, durable=False)


class _Busy:
    """A core with all kinds of commands, orders that leave memory and orders that come back."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        desk = SmallDesk(seed, config=WIDE_JOURNAL)
        self.core, self.recalls = desk.core, 0
        self._sequencer = Sequencer(desk.core, desk.journal, desk.router, SimRetiredIndex(IndexMedium()))
        self._workload = Workload(self.chance)
        self._now, self._asked = NOW, [submit("first")]

    def _take(self, command: Command) -> None:
        missing = self.core.engines.oms.orders.keys()
        before = len(missing)
        events = self._sequencer.execute(command)
        self.recalls += len(missing) > before and not isinstance(events[0], OrderApproved)
        self._workload.learn(events)

    def work(self) -> None:
        """One command, and sometimes a fill."""
        self._now += 1
        kind = self.chance.random()
        if kind < 0.05:
            self._retire()
        elif kind < 0.15:
            self._take(self.chance.choice(self._asked))  # It may have left memory, and comes back.
        else:
            command = self._workload.next(self._now)
            if isinstance(command, SubmitOrder):
                self._asked.append(command)
            self._take(command)
        if self._workload.approved and self.chance.random() < 0.6:
            order = self.chance.choice(self._workload.approved)
            report = fill(order.client_order_id, f"x{self.chance.randint(1, 400)}").report
            self._take(ReportExecution(self._now, replace(report, account_id=order.account_id)))

    def _retire(self) -> None:
        oms = self.core.engines.oms
        orders = tuple(each for each in oms.orders if self.chance.random() < 0.3)
        refused = [(name, each) for name, account in oms.accounts.items() for each in account.refused]
        self._take(RetireOrders(self._now, orders, tuple(refused[:2])))


@pytest.mark.parametrize("seed", range(8))
def test_a_cut_is_the_state_of_its_beginning(seed):
    desk = _Busy(seed)
    for _ in range(200):
        desk.work()
    for _ in range(6):
        witness = CutWitness(desk.core, at_once=desk.chance.choice((1, 3, 20)))
        while not witness.step():
            for _ in range(desk.chance.randrange(4)):
                desk.work()
    assert desk.core.engines.oms.retirements > 5
    assert desk.recalls > 2


def test_without_a_look_at_events_a_cut_would_be_of_no_moment():
    """The test above can fail: what it checks is not so by itself."""
    desk = _Busy(1)
    for _ in range(200):
        desk.work()
    blind = patch.object(StateCut, "before", lambda self, event: None)
    with blind, pytest.raises((AssertionError, KeyError)):
        _write_while_working(desk)


def _write_while_working(desk: _Busy) -> None:
    witness = CutWitness(desk.core)
    while not witness.step():
        desk.work()


def test_a_cut_of_many_instruments_lots_and_exposures_goes_on_in_steps():
    desk = Desk(check_purity=False)
    desk.open(cash=BIG)
    stocks = [STOCK, *(equity(f"S{number}", "XNAS") for number in range(250))]
    desk.register(*stocks)
    for stock in stocks:
        desk.limit(instrument=stock)
        desk.mark(10 * UNIT, stock)
    for number in range(450):
        trade(desk, f"c{number}", Side.BUY, 1)
    witness, steps = CutWitness(desk.core, at_once=100), 1
    while not witness.step():
        steps += 1
        trade(desk, f"d{steps}", Side.SELL, 2)
    assert steps > 450 // 100 + 2 * 250 // 100 + 450 // 200


def trade(desk: Desk, name: str, side: Side, lots: int) -> None:
    """An order that fills at once."""
    desk.submit(name, side, lots * UNIT)
    desk.fill(name, f"x-{name}", lots * UNIT)


def test_one_cut_at_a_time_and_one_given_up_leaves_nothing():
    desk = _Busy(2)
    cut = desk.core.begin_cut()
    with pytest.raises(AssertionError, match="one cut"):
        desk.core.begin_cut()
    next(cut.steps())
    with pytest.raises(AssertionError, match="all of it"):
        cut.parts()
    desk.core.end_cut()
    whole = desk.core.begin_cut()
    for _ in whole.steps():
        continue
    desk.core.end_cut()
    assert restore(b"".join(whole.parts())).state_sha256() == desk.core.state_sha256()
