"""A desk for tests of the pure engines: one trading core, commands in words of the trade, all events kept.

Each command is decided and its events are evolved at once, as the sequencer does. Deciding is checked to
change nothing, unasked: the state's bytes before and after it are compared (`check_purity`).
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from trade2026.ledger.state import LedgerState
from trade2026.model.commands import (
    CancelOrder,
    Command,
    OpenAccount,
    RecordMarks,
    RegisterInstrument,
    ReplaceOrder,
    ReportExecution,
    SetAccountLimits,
    SetInstrumentLimits,
    SetRate,
    SetTradingState,
    StartRun,
    SubmitOrder,
    TransferCash,
)
from trade2026.model.commands.desk import Mark
from trade2026.model.enums import (
    AccountType,
    Environment,
    ExecType,
    OrderType,
    Scope,
    Side,
    TimeInForce,
    TradingState,
)
from trade2026.model.events import CommandDenied, Event
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import Instrument, equity
from trade2026.model.limits import Account, AccountLimits, InstrumentLimits
from trade2026.oms.state import OmsState, Order
from trade2026.primitives.fixed_point import UNIT, encode_money
from trade2026.risk.state import RiskState
from trade2026.trading.core import Core

E = TypeVar("E")

DAY = 24 * 3600 * 10**9
OPEN, CLOSE = 0, 10**4 * DAY
BIG = 10**9 * UNIT
STOCK = equity("AAA", "XNAS")
WIDE_TOTALS = AccountLimits(BIG, BIG, 1_000 * UNIT, 10**6, BIG, DAY)
WIDE = InstrumentLimits(BIG, BIG, BIG, BIG, 10**6, BIG, 10_000, DAY, 100, 0, True)


class Desk:
    """A core with one run started; `now` moves only when a test moves it."""

    def __init__(self, *, check_purity: bool = True) -> None:
        self.core = Core()
        self.now = DAY
        self.history: list[tuple[Command, tuple[Event, ...]]] = []
        self.check_purity = check_purity
        self.do(StartRun(self.now, "run", Environment.SIM, "test", "{}"))

    @property
    def oms(self) -> OmsState:
        return self.core.engines.oms

    @property
    def risk(self) -> RiskState:
        return self.core.engines.risk

    @property
    def ledger(self) -> LedgerState:
        return self.core.engines.ledger

    def do(self, command: Command) -> tuple[Any, ...]:
        """Decide, check that deciding changed nothing, evolve."""
        before = self.core.state_bytes() if self.check_purity else b""
        events = self.core.decide(command)
        if self.check_purity:
            assert self.core.state_bytes() == before, f"deciding changed the state: {command}"
        for event in events:
            self.core.evolve(event)
        self.history.append((command, events))
        ripe = self.oms.ripe
        if ripe and command != ReportExecution(command.now, ripe[0]):
            self.do(ReportExecution(command.now, ripe[0]))  # As the sequencer does.
        return events

    def one(self, command: Command) -> Any:
        """The only event of a command."""
        (event,) = self.do(command)
        return event

    # ------------------------------------------------------------------------------------- setting up

    def open(
        self,
        account_id: str = "A",
        account_type: AccountType = AccountType.MARGIN,
        *,
        cash: int = 10**6 * UNIT,
        currency: str = "USD",
        limits: AccountLimits | None = WIDE_TOTALS,
        entitled: tuple[str, ...] = ("t",),
    ) -> None:
        """Open an account with cash and limits."""
        self.do(OpenAccount(self.now, Account(account_id, account_type, currency, Environment.SIM, entitled)))
        if cash:
            self.pay(cash, currency, account_id)
        if limits is not None:
            self.do(SetAccountLimits(self.now, account_id, limits))

    def register(self, *instruments: Instrument) -> None:
        for instrument in instruments:
            event = self.one(RegisterInstrument(self.now, instrument))
            assert not isinstance(event, CommandDenied), event

    def limit(
        self,
        limits: InstrumentLimits = WIDE,
        account_id: str = "A",
        instrument: Instrument = STOCK,
        **change: Any,
    ) -> None:
        event = self.one(
            SetInstrumentLimits(
                self.now, account_id, instrument.instrument_id, msgspec.structs.replace(limits, **change)
            )
        )
        assert not isinstance(event, CommandDenied), event

    def limit_account(
        self, limits: AccountLimits = WIDE_TOTALS, account_id: str = "A", **change: Any
    ) -> None:
        event = self.one(SetAccountLimits(self.now, account_id, msgspec.structs.replace(limits, **change)))
        assert not isinstance(event, CommandDenied), event

    def pay(self, amount: int, currency: str = "USD", account_id: str = "A") -> Any:
        return self.one(TransferCash(self.now, account_id, currency, encode_money(amount), "test"))

    def rate(self, currency: str, base: str, rate: int, ts: int | None = None) -> Any:
        return self.one(SetRate(self.now, currency, base, rate, self.now if ts is None else ts, "test"))

    def mark(self, price: int, instrument: Instrument = STOCK) -> Any:
        return self.one(RecordMarks(self.now, "test", (Mark(instrument.instrument_id, price, self.now),)))

    def trading_state(self, scope: Scope, target: str, state: TradingState) -> Any:
        return self.one(SetTradingState(self.now, scope, target, state, "t", "test"))

    # ---------------------------------------------------------------------------------------- trading

    def order(
        self, client_order_id: str, side: Side = Side.BUY, qty: int = 100 * UNIT, **change: Any
    ) -> SubmitOrder:
        """A submit with sane terms; LIMIT at `price` unless `price` is None."""
        price = change.pop("price", 10 * UNIT)
        instrument = change.pop("instrument", STOCK)
        terms: dict[str, Any] = {
            "now": self.now, "account_id": "A", "client_order_id": client_order_id, "trader_id": "t",
            "strategy_id": "s", "environment": Environment.SIM, "instrument_id": instrument.instrument_id,
            "side": side, "order_type": OrderType.MARKET if price is None else OrderType.LIMIT,
            "time_in_force": TimeInForce.DAY, "order_qty": qty, "limit_price": price,
            "reference_price": 10 * UNIT, "reference_ts": self.now, "session_open": OPEN,
            "session_close": CLOSE,
        }  # fmt: skip
        return SubmitOrder(**(terms | change))

    def submit(
        self, client_order_id: str, side: Side = Side.BUY, qty: int = 100 * UNIT, **change: Any
    ) -> Any:
        return self.one(self.order(client_order_id, side, qty, **change))

    def cancel(self, client_order_id: str, order_id: int, **change: Any) -> Any:
        command = CancelOrder(self.now, "A", client_order_id, "t", order_id)
        return self.one(msgspec.structs.replace(command, **change))

    def replacement(
        self, client_order_id: str, order_id: int, qty: int, price: int | None, **change: Any
    ) -> ReplaceOrder:
        command = ReplaceOrder(
            self.now, "A", client_order_id, "t", order_id, qty, price, 10 * UNIT, self.now, OPEN, CLOSE
        )
        return msgspec.structs.replace(command, **change)

    def replace(self, client_order_id: str, order_id: int, qty: int, price: int | None, **change: Any) -> Any:
        return self.one(self.replacement(client_order_id, order_id, qty, price, **change))

    def report(self, client_order_id: str, exec_type: ExecType, **fields: Any) -> tuple[Any, ...]:
        """Hand in a venue's report; the first event is the answer, a booking may follow."""
        given: dict[str, Any] = {"account_id": "A", "ts_event": self.now} | fields
        report = ExecutionReport(client_order_id=client_order_id, exec_type=exec_type, **given)
        return self.do(ReportExecution(self.now, report))

    def fill(
        self, client_order_id: str, execution_id: str, qty: int, price: int = 10 * UNIT, **fields: Any
    ) -> Any:
        return self.report(
            client_order_id, ExecType.TRADE, execution_id=execution_id, last_qty=qty, last_px=price, **fields
        )[0]

    def last_order(self) -> Order:
        return self.oms.orders[self.oms.next_order_id - 1]

    def events(self, kind: type[E]) -> Sequence[E]:
        return [event for _, events in self.history for event in events if isinstance(event, kind)]


def stock_desk(account_type: AccountType = AccountType.MARGIN, **keywords: Any) -> Desk:
    """One account "A" with a million dollars, one stock, wide limits."""
    check_purity = keywords.pop("check_purity", True)
    desk = Desk(check_purity=check_purity)
    desk.open(account_type=account_type, **keywords)
    desk.register(STOCK)
    desk.limit()
    return desk
