"""Steps of a random desk beyond plain orders: held, armed, doubted, suspended, taken back, external."""

from random import Random
from typing import Any

import msgspec

from tests.desk_machine import ACCOUNTS, STOCK, DeskMachine
from tests.engine_harness import WIDE, WIDE_TOTALS
from trade2026.model.commands import (
    AdjustPosition,
    CancelOrder,
    EndHeldOrder,
    MarkUnknown,
    MoveTrigger,
    RecordReconciliation,
    ResolveNotReceived,
    SetVenueSession,
    TriggerOrder,
)
from trade2026.model.enums import (
    ContingencyType,
    ExecType,
    OrderType,
    Side,
    TimeInForce,
    VenueSessionState,
)
from trade2026.model.events import OrderApproved, OrderHeld
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions
from trade2026.oms.state import Order
from trade2026.primitives.fixed_point import UNIT, encode_money

TICK = STOCK.tick_size
ODD_STEPS = (
    "stop", "trail", "iceberg", "until", "bracket", "bracket", "pair", "doubt", "venue_words", "taken_back",
    "parked", "external", "venue",
)  # fmt: skip
_SAYS = (ExecType.SUSPENDED, ExecType.STOPPED, ExecType.DONE_FOR_DAY, ExecType.RESTATED, ExecType.NEW)
_OTHER = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}


class OddOrders(DeskMachine):
    """To be mixed into a player; each step is named `step_` and what it does."""

    def wide(self) -> None:
        for account_id in ACCOUNTS:
            self.desk.limit_account(WIDE_TOTALS, account_id)
            self.desk.limit(WIDE, account_id, STOCK, fee_bps=10)

    def odd(self, side: Side, order_type: OrderType, lots: int, **terms: Any) -> Order | None:
        """Submit an order of the stock; None where it did not become one."""
        limit = terms.pop("limit", None)
        time_in_force = terms.pop("time_in_force", TimeInForce.GTC)
        command = msgspec.structs.replace(
            self.order("MARGIN", STOCK, side, lots, 1000, limit is None), order_type=order_type,
            limit_price=limit, time_in_force=time_in_force,
            instructions=OrderInstructions(**terms) if terms else None,
        )  # fmt: skip
        self.requests.append(command)
        event = self.do(command)[0]
        return self.desk.oms.orders[event.order_id] if isinstance(event, OrderApproved | OrderHeld) else None

    def fill_some(self, order: Order, lots: int, ticks: int = 1000) -> ExecutionReport:
        self.executions += 1
        report = ExecutionReport(
            order.account_id, order.client_order_id, ExecType.TRADE, self.desk.now,
            execution_id=f"e{self.executions}", last_qty=lots * STOCK.lot_size, last_px=ticks * TICK,
            commission=UNIT // 100, commission_currency="USD",
        )  # fmt: skip
        self.send(report)
        return report

    def say_of(self, order: Order, kind: ExecType, **terms: Any) -> None:
        self.send(
            ExecutionReport(order.account_id, order.client_order_id, kind, self.desk.now, text="so", **terms)
        )

    def step_stop(self, chance: Random) -> None:
        self.wide()
        side = chance.choice(tuple(Side))
        trigger = (1000 + (10 if side is Side.BUY else -10)) * TICK
        limit = chance.choice((None, 1000 * TICK))
        order_type = OrderType.STOP if limit is None else OrderType.STOP_LIMIT
        order = self.odd(side, order_type, 5, limit=limit, trigger_price=trigger)
        if order is not None and chance.random() < 0.7:
            now = self.desk.now
            self.do(TriggerOrder(now, order.order_id, 1000 * TICK, now))
            self.do(TriggerOrder(now, order.order_id, trigger, now))
            self.fill_some(order, chance.choice((2, 5)))

    def step_trail(self, chance: Random) -> None:
        self.wide()
        order = self.odd(Side.SELL, OrderType.TRAILING_STOP, 5, trailing_offset=10 * TICK)
        for ticks in chance.choices(range(995, 1020), k=4):
            if order is not None:
                self.do(MoveTrigger(self.desk.now, order.order_id, ticks * TICK, self.desk.now))

    def step_iceberg(self, chance: Random) -> None:
        self.wide()
        order = self.odd(Side.BUY, OrderType.LIMIT, 9, limit=1000 * TICK, display_qty=3 * STOCK.lot_size)
        for _ in range(chance.randint(0, 3)):
            if order is not None:
                self.fill_some(order, 3)

    def step_until(self, chance: Random) -> None:
        self.wide()
        end = self.desk.now + 5
        order = self.odd(
            Side.BUY, OrderType.LIMIT, 5, limit=990 * TICK, time_in_force=TimeInForce.GTD, expire_time=end
        )
        self.desk.now += 10
        if order is not None:
            self.do(EndHeldOrder(self.desk.now, order.order_id))
            if chance.random() < 0.5:
                report = ExecutionReport("MARGIN", order.pending_cancel_id, ExecType.CANCELED, self.desk.now)
                self.send(report)

    def exits(self, lots: int, list_id: str, **terms: Any) -> list[Order]:
        both = {"contingency_type": ContingencyType.OCO, "list_id": list_id, **terms}
        found = [
            self.odd(Side.SELL, OrderType.LIMIT, lots, limit=1020 * TICK, **both),
            self.odd(Side.SELL, OrderType.STOP, lots, trigger_price=980 * TICK, **both),
        ]
        return [order for order in found if order is not None]

    def step_bracket(self, chance: Random) -> None:
        self.wide()
        entry = self.odd(Side.BUY, OrderType.LIMIT, 10, limit=1000 * TICK)
        if entry is None:
            return
        name = entry.client_order_id
        exits = self.exits(10, name, parent_client_order_id=name)
        if chance.random() < 0.3:
            self.say_of(entry, ExecType.CANCELED)
            return
        for lots in (4, 6):
            self.fill_some(entry, lots)
        if exits and chance.random() < 0.7:
            self.fill_some(exits[0], chance.choice((3, 10)), 1020)

    def step_pair(self, chance: Random) -> None:
        self.wide()
        pair = self.exits(6, f"l{self.ids}")
        if len(pair) == 2:
            self.fill_some(pair[0], chance.choice((2, 6)), 1020)
            if chance.random() < 0.3:  # Both fill before the core can do anything about it.
                self.do(TriggerOrder(self.desk.now, pair[1].order_id, 980 * TICK, self.desk.now))
                self.fill_some(pair[1], 6, 980)

    def step_doubt(self, chance: Random) -> None:
        self.wide()
        order = self.odd(Side.BUY, OrderType.LIMIT, 5, limit=1000 * TICK)
        if order is None:
            return
        name = order.client_order_id
        self.do(MarkUnknown(self.desk.now, "MARGIN", name, "no answer in 5 s"))
        if chance.random() < 0.3:
            self.cancel_one(order)
            self.do(MarkUnknown(self.desk.now, "MARGIN", order.pending_cancel_id, "no answer either"))
        if chance.random() < 0.5:
            self.do(ResolveNotReceived(self.desk.now, "MARGIN", name, "two complete queries lack it"))
        elif chance.random() < 0.5:
            self.say_of(order, ExecType.NEW, venue_order_id="late")

    def cancel_one(self, order: Order) -> None:
        self.ids += 1
        command = CancelOrder(self.desk.now, order.account_id, f"q{self.ids}", "t", order.order_id)
        self.requests.append(command)
        self.do(command)

    def step_venue_words(self, chance: Random) -> None:
        self.wide()
        order = self.odd(Side.BUY, OrderType.LIMIT, 5, limit=1000 * TICK)
        for kind in chance.choices(_SAYS, k=3):
            if order is not None and kind is ExecType.RESTATED:
                self.say_of(order, kind, order_qty=4 * STOCK.lot_size, limit_price=1001 * TICK)
            elif order is not None:
                self.say_of(order, kind)
        if order is not None and chance.random() < 0.3:
            self.say_of(order, ExecType.EXPIRED, prevented_qty=2 * STOCK.lot_size)

    def step_taken_back(self, chance: Random) -> None:
        self.wide()
        order = self.odd(Side.BUY, OrderType.LIMIT, 5, limit=1000 * TICK)
        if order is None:
            return
        report = self.fill_some(order, chance.choice((2, 5)))
        self.change_execution(order, report, is_bust=chance.random() < 0.5)

    def change_execution(self, order: Order, report: ExecutionReport, *, is_bust: bool) -> None:
        self.executions += 1
        change = ExecutionReport(
            order.account_id, order.client_order_id,
            ExecType.TRADE_CANCEL if is_bust else ExecType.TRADE_CORRECT, self.desk.now,
            execution_id=f"e{self.executions}", ref_execution_id=report.execution_id,
            last_qty=0 if is_bust else report.last_qty, last_px=0 if is_bust else report.last_px + TICK,
            commission=0 if is_bust else report.commission, commission_currency="USD",
        )  # fmt: skip
        self.send(change)

    def step_parked(self, chance: Random) -> None:
        """What the venue takes back arrives before what it takes back."""
        self.wide()
        order = self.odd(Side.BUY, OrderType.LIMIT, 5, limit=1000 * TICK)
        if order is None:
            return
        late = ExecutionReport(
            order.account_id, order.client_order_id, ExecType.TRADE, self.desk.now,
            execution_id=f"late{self.executions}", last_qty=2 * STOCK.lot_size, last_px=1000 * TICK,
        )  # fmt: skip
        self.change_execution(order, late, is_bust=chance.random() < 0.5)
        self.send(late)

    def step_external(self, chance: Random) -> None:
        self.ids += 1
        self.send(
            ExecutionReport(
                "MARGIN", f"x{self.ids}", ExecType.NEW, self.desk.now, venue_order_id=f"v-x{self.ids}",
                order_qty=3 * STOCK.lot_size, limit_price=990 * TICK, instrument_id=STOCK.instrument_id,
                side=chance.choice(tuple(Side)), order_type=OrderType.LIMIT,
            )
        )  # fmt: skip

    def step_venue(self, chance: Random) -> None:
        now = self.desk.now
        for _ in range(2):  # Said again, which is no news.
            self.do(SetVenueSession(now, "XNAS", VenueSessionState.PAUSED, "books differ"))
        self.do(RecordReconciliation(now, "XNAS", 1, False, 3, 5, ()))
        commodity, amount = chance.choice(((STOCK.instrument_id, 3 * STOCK.lot_size), ("USD", 7 * UNIT)))
        price = 1000 * TICK if commodity == STOCK.instrument_id else 0
        sign = chance.choice((1, -1))
        self.do(AdjustPosition(now, "MARGIN", commodity, encode_money(sign * amount), price, "t", "checked"))
        self.do(SetVenueSession(now, "XNAS", VenueSessionState.READY, "squared"))
