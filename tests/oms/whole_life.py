"""Random histories in which orders live in every way: stops, parts, lists, doubt, executions taken back.

On top of what holds in any history (`OrderMachine`):

- What risk holds open is what order management has open, and a filled order with a replace unanswered.
- No order reserves less than may still fill of it.
- Never is more sent than was asked for.
- Both orders of a pair together fill no more than one of them should, unless an alarm says so.
- What a price may release is in the index of triggers, and nothing else is.

`python -m tests.oms.whole_life --steps 100000` plays as many steps; a slice runs with the tests.
"""

import argparse
import json
import sys
import time
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from bench.harness import commit, machine
from tests.desk_machine import ACCOUNTS, INSTRUMENTS
from tests.oms.test_random_histories import OrderMachine
from trade2026.model.commands import (
    Command,
    EndHeldOrder,
    MarkUnknown,
    MoveTrigger,
    ResolveNotReceived,
    SubmitOrder,
    TriggerOrder,
)
from trade2026.model.enums import ContingencyType, ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import AlarmRaised, Event, OrderPendingReplace, OrderReleased
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions
from trade2026.model.instrument import Instrument
from trade2026.oms.contingency import siblings
from trade2026.oms.state import Order, Working

_PAIR = 2


class WholeLifeMachine(OrderMachine):
    steps = (
        *OrderMachine.steps, "special", "special", "special", "list_of", "list_of", "trigger", "trigger",
        "move", "doubt", "doubt", "take_back", "take_back", "hold", "end_time",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.played = 0
        self.seen = 0
        self.alarmed: set[int] = set()

    def do(self, command: Command) -> tuple[Event, ...]:
        self.played += 1
        events = super().do(command)
        for event in events:
            if isinstance(event, OrderReleased | OrderPendingReplace):
                asked = event.order if isinstance(event, OrderReleased) else event
                assert asked.order_qty > 0, "nothing, or less, was sent"
            if isinstance(event, OrderReleased):
                order = self.desk.oms.orders[event.order_id]
                assert order.cum_qty + event.order.order_qty <= order.order_qty, "more was sent than asked"
        return events

    def _alarmed(self) -> set[int]:
        """Orders that an alarm was raised for, in the whole history."""
        for _, events in self.desk.history[self.seen :]:
            self.alarmed |= {event.order_id for event in events if isinstance(event, AlarmRaised)}
        self.seen = len(self.desk.history)
        return self.alarmed

    # ------------------------------------------------------------------------------------- more orders

    def special(self, pick: int, lots: int, ticks: int) -> None:
        """A stop, a trailing stop, an iceberg or a GTD order, sometimes with more of it at once."""
        instrument, side = INSTRUMENTS[pick % 3], Side.BUY if pick // 3 % 5 < 3 else Side.SELL
        kind = pick // 15 % 5
        tick = instrument.tick_size
        beyond = (1000 + (1 if side is Side.BUY else -1) * (lots % 50 + 1)) * tick
        change: dict[str, Any] = {}
        fields: dict[str, Any] = {"reduce_only": pick // 75 % 7 == 0}
        if kind == 0:
            change |= {"order_type": OrderType.STOP, "limit_price": None}
            fields |= {"trigger_price": beyond}
        elif kind == 1:
            change |= {"order_type": OrderType.STOP_LIMIT}
            fields |= {"trigger_price": beyond, "display_qty": instrument.lot_size * (lots // 3)}
        elif kind == 2:
            change |= {"order_type": OrderType.TRAILING_STOP, "limit_price": None}
            fields |= {"trailing_offset": tick * (ticks - 899)}
        elif kind == 3:
            fields |= {"display_qty": instrument.lot_size * (lots // 4 + 1)}
        if pick // 7 % 3 == 0:
            change |= {"time_in_force": TimeInForce.GTD}
            fields |= {"expire_time": self.desk.now + lots}
        self._ask(self._special(ACCOUNTS[pick % 2], instrument, side, lots, ticks, change, fields))

    def _special(
        self,
        account_id: str,
        instrument: Instrument,
        side: Side,
        lots: int,
        ticks: int,
        change: dict[str, Any],
        fields: dict[str, Any],
    ) -> SubmitOrder:
        command = self.order(account_id, instrument, side, lots, ticks, False)
        return msgspec.structs.replace(command, **change, instructions=OrderInstructions(**fields))

    def _ask(self, command: SubmitOrder) -> tuple[Event, ...]:
        self.requests.append(command)
        return self.do(command)

    def list_of(self, pick: int, lots: int, ticks: int) -> None:
        """An entry with exits, or a pair on its own."""
        instrument, account_id = INSTRUMENTS[pick % 3], ACCOUNTS[pick % 2]
        side = Side.BUY if pick // 6 % 4 else Side.SELL
        fields: dict[str, Any] = {"contingency_type": ContingencyType.OCO, "list_id": f"l{self.ids}"}
        if pick // 24 % 4:
            entry = self.order(account_id, instrument, side, lots, 1000, False)
            self._ask(entry)
            fields["parent_client_order_id"] = entry.client_order_id
        out = Side.SELL if side is Side.BUY else Side.BUY
        sign = 1 if out is Side.SELL else -1
        profit, loss = 1000 + sign * (pick % 40 + 1), 1000 - sign * (pick % 30 + 1)
        self._ask(self._special(account_id, instrument, out, lots, profit, {}, fields))
        change = {"order_type": OrderType.STOP, "limit_price": None}
        fields = fields | {"trigger_price": loss * instrument.tick_size}
        self._ask(self._special(account_id, instrument, out, lots, loss, change, fields))

    # ------------------------------------------------------------------------------------- more happens

    def _held(self, pick: int) -> Order | None:
        held = sorted(order_id for waiting in self.desk.oms.triggers.values() for order_id in waiting)
        return self.desk.oms.orders[held[pick % len(held)]] if held else None

    def trigger(self, pick: int, lots: int, ticks: int) -> None:
        order = self._held(pick)
        if order is not None and order.trigger_price is not None:
            self.do(TriggerOrder(self.desk.now, order.order_id, order.trigger_price, self.desk.now))

    def move(self, pick: int, lots: int, ticks: int) -> None:
        order = self._held(pick)
        if order is not None:
            price = ticks * self.desk.risk.instruments[order.instrument_id].tick_size
            self.do(MoveTrigger(self.desk.now, order.order_id, price, self.desk.now))

    def end_time(self, pick: int, lots: int, ticks: int) -> None:
        timed = sorted(self.desk.oms.timed.items())
        if timed:
            order_id, ends_at = timed[pick % len(timed)]
            if lots % 2:
                self.desk.now = max(self.desk.now, ends_at)
            self.do(EndHeldOrder(self.desk.now, order_id))

    def doubt(self, pick: int, lots: int, ticks: int) -> None:
        """No answer comes to one of the requests, or it is proved that it never arrived."""
        order = self.pick_order(pick)
        if order is None:
            return
        names = [order.client_order_id, order.pending_cancel_id, order.pending_replace_id]
        name = names[lots % 3] or order.client_order_id
        unknown: Command = MarkUnknown(self.desk.now, order.account_id, name, "no answer")
        absent = ResolveNotReceived(self.desk.now, order.account_id, name, "looked twice")
        self.do(unknown if ticks % 3 else absent)

    def take_back(self, pick: int, lots: int, ticks: int) -> None:
        """A bust or a correction of something booked, or of what never was."""
        found = [
            (account_id, execution_id, booked)
            for account_id, account in sorted(self.desk.oms.accounts.items())
            for executions in account.executions.values()
            for execution_id, booked in executions.items()
        ]
        if not found:
            return
        account_id, execution_id, booked = found[pick % len(found)]
        order = self.desk.oms.orders[booked.order_id]
        instrument = self.desk.risk.instruments[order.instrument_id]
        is_bust = lots % 2 == 0
        self.executions += 1
        self.send(
            ExecutionReport(
                account_id, order.client_order_id,
                ExecType.TRADE_CANCEL if is_bust else ExecType.TRADE_CORRECT, self.desk.now,
                execution_id=f"e{self.executions}",
                last_qty=0 if is_bust else min(booked.last_qty, lots * instrument.lot_size),
                last_px=0 if is_bust else ticks * instrument.tick_size,
                ref_execution_id=f"e{self.executions + lots}" if ticks % 9 == 0 else execution_id,
            )
        )  # fmt: skip

    def hold(self, pick: int, lots: int, ticks: int) -> None:
        order = self.pick_order(pick)
        if order is None:
            return
        kinds = (ExecType.SUSPENDED, ExecType.STOPPED, ExecType.DONE_FOR_DAY, ExecType.RESTATED)
        self.send(
            ExecutionReport(
                order.account_id, order.client_order_id, kinds[lots % 4], self.desk.now,
                order_qty=order.order_qty, limit_price=order.limit_price or 0,
            )
        )  # fmt: skip

    # ------------------------------------------------------------------------------------- what holds

    @invariant()
    def risk_has_what_is_open(self) -> None:
        oms, risk = self.desk.oms, self.desk.risk
        expected = {
            order.order_id
            for order in oms.orders.values()
            if order.working is not Working.DONE or (order.pending_replaces and not order.parent_id)
        }  # A child reserves what its entry has filled, whatever is asked of the venue.
        assert expected == set(risk.open_orders)
        for order_id, held in risk.open_orders.items():
            order = oms.orders[order_id]
            may_fill = order.leaves_qty
            if order.parent_id:
                may_fill = max(min(order.armed_qty, order.order_qty) - order.cum_qty, 0)
            assert held.leaves >= may_fill, f"order {order_id} may fill {may_fill}, reserved {held.leaves}"

    @invariant()
    def triggers_are_indexed(self) -> None:
        oms = self.desk.oms
        waiting = {order_id for each in oms.triggers.values() for order_id in each}
        assert waiting == {
            order.order_id
            for order in oms.orders.values()
            if order.working is Working.HELD
            and order.trigger_price is not None
            and (not order.parent_id or order.armed_qty > 0)
        }

    @invariant()
    def pairs_fill_once(self) -> None:
        oms, alarmed = self.desk.oms, self._alarmed()
        for order in oms.orders.values():
            pair = [order, *siblings(oms, order)] if order.instructions is not None else []
            if len(pair) < _PAIR or alarmed & {each.order_id for each in pair}:
                continue
            filled = sum(each.cum_qty for each in pair)
            asked = max(
                request.submit[5]
                for request in oms.accounts[order.account_id].requests.values()
                if request.order_id == order.order_id and request.submit is not None
            )
            assert filled <= asked, f"a pair for {asked} filled {filled} and nobody was told"


def play(steps: int, *, derandomize: bool = True) -> int:
    """Play so many steps at least; gives how many there were."""
    done = 0

    class Counted(WholeLifeMachine):
        def teardown(self) -> None:
            nonlocal done
            done += self.played
            super().teardown()

    while done < steps:
        run_state_machine_as_test(
            Counted,
            settings=settings(
                max_examples=max(steps // 400, 5),  # An example plays some hundreds of commands.
                stateful_step_count=20,
                derandomize=derandomize,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    return done


def main() -> int:
    """Play, and print one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.oms.whole_life", description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    arguments = parser.parse_args()
    began = time.perf_counter()
    steps = play(arguments.steps, derandomize=False)
    seconds = time.perf_counter() - began
    line = {
        "histories": "whole life",
        "commit": commit(),
        "machine": machine(),
        "steps": steps,
        "failures": 0,
        "seconds": round(seconds, 1),
        "steps_per_s": round(steps / seconds, 1),
    }
    print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
