"""What holds after every step of any history, whatever traders ask and venues say.

- Open: total = filled + leaves. Done: nothing left, and a reason. Filled is the sum of the executions.
- One status follows from the facts, always.
- Deciding changes nothing; every report is answered by exactly one event and its booking, never by an error.
- A state that went through bytes is the same state, and goes on the same.
- Asking the same again is answered the same again.
- An event changes the orders that it names and no others; so a cut of the state, written while the history
  goes on, is the state of its beginning.
"""

from hypothesis import settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from tests.desk_machine import ErringDeskMachine
from tests.oms.scenario import check_facts
from tests.trading.cuts import CutWitness, check_named, facts_by_order
from trade2026.model.commands import Command, ReportExecution
from trade2026.model.events import (
    Event,
    FillBusted,
    OrderApproved,
    OrderFilled,
    OrderRefused,
    OrderRepeated,
    TradeBooked,
)
from trade2026.trading.core import Core, restore


class OrderMachine(ErringDeskMachine):
    def __init__(self) -> None:
        super().__init__()
        self.shadow: Core | None = None
        self.cut: CutWitness | None = None
        self.desk.do = self.do  # type: ignore[method-assign]  # So that the shadow sees the harness' own commands too.

    def do(self, command: Command) -> tuple[Event, ...]:
        core = self.desk.core
        before = core.state_bytes()
        events = core.decide(command)
        assert core.state_bytes() == before, "deciding changed the state"
        assert core.decide(command) == events, "deciding twice gives two answers"
        for event in events:
            known = facts_by_order(core)
            core.evolve(event)
            check_named(event, known, facts_by_order(core))
        if self.cut is not None and self.cut.step():
            self.cut = None
        if self.shadow is not None:
            assert self.shadow.decide(command) == events, "the restored state answers differently"
            for event in events:
                self.shadow.evolve(event)
            assert self.shadow.state_bytes() == core.state_bytes()
        if isinstance(command, ReportExecution):
            booked = [event for event in events if isinstance(event, TradeBooked)]
            moved = [event for event in events if isinstance(event, OrderFilled | FillBusted)]
            assert len(booked) == len(moved) <= 1 <= len(events)
        self.desk.history.append((command, events))
        ripe = core.engines.oms.ripe
        if ripe and command != ReportExecution(command.now, ripe[0]):
            self.do(ReportExecution(command.now, ripe[0]))
        return events

    def ask_again(self, pick: int, lots: int, ticks: int) -> None:
        """A submit that was approved or refused is answered so for ever, and nothing happens."""
        decided = [
            (command, events[0])
            for command, events in self.desk.history
            if events and isinstance(events[0], OrderApproved | OrderRefused)
        ]
        if not decided:
            return
        command, first = decided[pick % len(decided)]
        before = self.desk.core.state_bytes()
        (again,) = self.do(command)
        if isinstance(first, OrderRefused):
            assert again == first
        else:
            assert again == OrderRepeated(first.now, first.account_id, first.client_order_id, first.order_id)
        assert self.desk.core.state_bytes() == before

    @rule()
    def restart(self) -> None:
        """From here on a restored state follows, command by command."""
        data = self.desk.core.state_bytes()
        self.shadow = restore(data)
        assert self.shadow.state_bytes() == data

    @rule()
    def take_hold(self) -> None:
        """From here on a cut is written, an order at each command."""
        if self.cut is None:
            self.cut = CutWitness(self.desk.core)

    @invariant()
    def facts_hold(self) -> None:
        for order in self.desk.oms.orders.values():
            check_facts(self.desk, order)


def test_random_histories():
    run_state_machine_as_test(OrderMachine, settings=settings(max_examples=100, stateful_step_count=25))
