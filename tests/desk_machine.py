"""A desk played at random: two accounts, three instruments, three currencies, a venue that errs.

Subclasses add what must hold. Requests are usually sensible and sometimes not; reports are usually about
an open order and sometimes repeated, late, about nothing, or nonsense. Limits, marks, rates, cash and trading
states change on the way. `settle` ends every order and position, so that what must be zero can be seen.
"""

from random import Random

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.engine_harness import BIG, WIDE, WIDE_TOTALS, Desk
from trade2026.model.commands import CancelOrder, Command, ReplaceOrder, ReportExecution, SubmitOrder
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
from trade2026.model.events import Event, OrderApproved
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import Instrument, crypto_spot, equity, fx_spot
from trade2026.oms.state import Order
from trade2026.primitives.fixed_point import INT64_MAX, UNIT

STOCK = equity("AAA", "XNAS")
COIN = msgspec.structs.replace(crypto_spot("BTCUSDT"), lot_size=UNIT // 100, min_notional=UNIT // 5)
YEN = fx_spot("USDJPY")
INSTRUMENTS = (STOCK, COIN, YEN)
ACCOUNTS = ("CASH", "MARGIN")
CURRENCIES = ("USD", "USDT", "JPY")

_STEPS = (
    "submit", "submit", "submit", "fill", "fill", "fill", "say", "replace", "answer", "answer", "cancel",
    "ask_again", "say_again",
)  # fmt: skip

_accounts = st.sampled_from(ACCOUNTS)
_instruments = st.sampled_from(INSTRUMENTS)
_ticks = st.integers(900, 1100)
_pick = st.integers(0, 10**6)
_any_int = st.integers(-INT64_MAX, INT64_MAX)


class DeskMachine(RuleBasedStateMachine):
    """Rules only; `desk` is what they act on."""

    steps: tuple[str, ...] = _STEPS

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(check_purity=False)
        self.ids = 0
        self.executions = 0
        self.reports: list[ExecutionReport] = []
        self.requests: list[SubmitOrder | CancelOrder | ReplaceOrder] = []

    # ----------------------------------------------------------------------------------- what happens

    def do(self, command: Command) -> tuple[Event, ...]:
        """One command; subclasses look at what it did."""
        return self.desk.do(command)

    @initialize(seed=st.integers(0, 2**32 - 1))
    def set_up(self, seed: int) -> None:
        desk = self.desk
        desk.open("CASH", AccountType.CASH, cash=10**5 * UNIT)
        desk.open("MARGIN", AccountType.MARGIN, cash=10**5 * UNIT)
        desk.register(*INSTRUMENTS)
        desk.rate("USDT", "USD", UNIT)
        desk.rate("JPY", "USD", UNIT // 150)
        for account_id in ACCOUNTS:
            for instrument in INSTRUMENTS:
                desk.limit(WIDE, account_id, instrument, fee_bps=10)
        desk.pay(10**5 * UNIT, "USDT", "CASH")
        desk.pay(10**7 * UNIT, "JPY", "CASH")
        self.trade(seed, 30)

    def order(
        self, account_id: str, instrument: Instrument, side: Side, lots: int, ticks: int, is_market: bool
    ) -> SubmitOrder:
        self.ids += 1
        now = self.desk.now
        reference = 1000 * instrument.tick_size
        return SubmitOrder(
            now, account_id, f"q{self.ids}", "t", "s", Environment.SIM, instrument.instrument_id, side,
            OrderType.MARKET if is_market else OrderType.LIMIT, TimeInForce.GTC, lots * instrument.lot_size,
            None if is_market else ticks * instrument.tick_size, reference, now, 0, now + 1,
        )  # fmt: skip

    @rule(seed=st.integers(0, 2**32 - 1), count=st.integers(10, 30))
    def trade(self, seed: int, count: int) -> None:
        """A stretch of trading drawn from one seed: drawn one by one, busy histories would be too rare."""
        random = Random(seed)
        for _ in range(count):
            step = random.choice(self.steps)
            getattr(self, step)(random.randrange(10**6), random.randint(1, 300), random.randint(900, 1100))

    def submit(self, pick: int, lots: int, ticks: int) -> None:
        account_id = ACCOUNTS[pick % 2]
        side = Side.BUY if pick // 2 % 5 < 3 else Side.SELL
        command = self.order(account_id, INSTRUMENTS[pick // 10 % 3], side, lots, ticks, pick // 30 % 5 == 0)
        self.requests.append(command)
        self.do(command)

    def pick_order(self, pick: int, *, is_open: bool = True) -> Order | None:
        orders = self.desk.oms.orders
        if is_open:
            orders = {
                order_id: orders[order_id]
                for account in self.desk.oms.accounts.values()
                for order_id in sorted(account.open_orders)
            }
        return orders[sorted(orders)[pick % len(orders)]] if orders else None

    def cancel(self, pick: int, lots: int, ticks: int) -> None:
        order = self.pick_order(pick, is_open=lots % 4 > 0)
        if order is not None:
            self.ids += 1
            command = CancelOrder(self.desk.now, order.account_id, f"q{self.ids}", "t", order.order_id)
            self.requests.append(command)
            self.do(command)

    def replace(self, pick: int, lots: int, ticks: int) -> None:
        order = self.pick_order(pick)
        if order is not None:
            self.ids += 1
            instrument = self.desk.risk.instruments[order.instrument_id]
            now = self.desk.now
            price = None if order.limit_price is None else ticks * instrument.tick_size
            command = ReplaceOrder(
                now, order.account_id, f"q{self.ids}", "t", order.order_id, lots * instrument.lot_size, price,
                1000 * instrument.tick_size, now, 0, now + 1,
            )  # fmt: skip
            self.requests.append(command)
            self.do(command)

    def ask_again(self, pick: int, lots: int, ticks: int) -> None:
        if self.requests:
            self.do(self.requests[pick % len(self.requests)])

    # -------------------------------------------------------------------------------- the venue's word

    def send(self, report: ExecutionReport) -> None:
        self.reports.append(report)
        self.do(ReportExecution(self.desk.now, report))

    def fill(self, pick: int, lots: int, ticks: int) -> None:
        order = self.pick_order(pick, is_open=ticks % 8 > 0)
        if order is None:
            return
        self.executions += 1
        instrument = self.desk.risk.instruments[order.instrument_id]
        in_units = instrument is COIN and pick % 2 == 0 and order.side is Side.BUY
        left = min(order.leaves_qty, lots * instrument.lot_size) if pick % 5 else 0
        fee = pick // 5 % 12 - 3
        self.send(
            ExecutionReport(
                order.account_id, order.client_order_id, ExecType.TRADE, self.desk.now,
                execution_id=f"e{self.executions}", last_qty=left or lots * instrument.lot_size,
                last_px=ticks * instrument.tick_size, commission=fee * instrument.lot_size // 1000,
                commission_currency="BTC" if in_units else instrument.quote_currency,
            )
        )  # fmt: skip

    def say(self, pick: int, lots: int, ticks: int) -> None:
        kind = (ExecType.NEW, ExecType.NEW, ExecType.REJECTED, ExecType.CANCELED, ExecType.EXPIRED)[lots % 5]
        order = self.pick_order(pick, is_open=pick % 5 > 0)
        if order is not None:
            venue_id = f"v{order.order_id}" if pick % 7 else ""
            self.send(
                ExecutionReport(
                    order.account_id, order.client_order_id, kind, self.desk.now, venue_order_id=venue_id
                )
            )

    def answer(self, pick: int, lots: int, ticks: int) -> None:
        """The venue answers one of the unanswered requests, or an old one."""
        changes = [request for request in self.requests if not isinstance(request, SubmitOrder)]
        orders = self.desk.oms.orders.values()
        pending = {i for order in orders for i in (order.pending_cancel_id, order.pending_replace_id) if i}
        changes = [request for request in changes if request.client_order_id in pending] or changes
        if not changes:
            return
        request = changes[pick % len(changes)]
        kind = ExecType.CANCEL_REJECTED if pick % 3 == 0 else ExecType.CANCELED
        order_qty = limit_price = 0
        order = self.desk.oms.orders.get(request.order_id)  # None for one that has left memory.
        if isinstance(request, ReplaceOrder) and pick % 3 and order is not None:
            instrument = self.desk.risk.instruments[order.instrument_id]
            kind = ExecType.REPLACED
            order_qty, limit_price = lots * instrument.lot_size, ticks * instrument.tick_size
            if ticks % 4:
                order_qty, limit_price = request.order_qty, request.limit_price or 0
        self.send(
            ExecutionReport(
                request.account_id, request.client_order_id, kind, self.desk.now, order_qty=order_qty,
                limit_price=limit_price,
            )
        )  # fmt: skip

    def say_again(self, pick: int, lots: int, ticks: int) -> None:
        if self.reports:
            self.send(self.reports[pick % len(self.reports)])

    # --------------------------------------------------------------------------------- the world moves

    @rule(i=_instruments, ticks=_ticks)
    def mark(self, i: Instrument, ticks: int) -> None:
        self.desk.now += 1
        self.desk.mark(ticks * i.tick_size, i)

    @rule(currency=st.sampled_from(["USDT", "JPY"]), rate=st.integers(1, 2 * UNIT))
    def rate(self, currency: str, rate: int) -> None:
        self.desk.now += 1
        self.desk.rate(currency, "USD", rate)

    @rule(a=_accounts, i=_instruments, fee=st.integers(0, 100), tightness=st.integers(0, 3))
    def limit(self, a: str, i: Instrument, fee: int, tightness: int) -> None:
        bound = (BIG, 500 * i.lot_size, 100 * i.lot_size, 0)[tightness]
        self.desk.limit(
            WIDE,
            a,
            i,
            fee_bps=fee,
            fee_per_unit=fee * 10**7,
            fee_per_order=fee * UNIT,
            max_long_qty=bound,
            max_short_qty=bound,
            max_open_qty=bound or BIG,
        )

    @rule(a=_accounts, bound=st.sampled_from([BIG, 10**5 * UNIT, 100 * UNIT]))
    def limit_account(self, a: str, bound: int) -> None:
        self.desk.limit_account(
            WIDE_TOTALS, a, max_gross_exposure=bound, max_net_exposure=bound, max_open_notional=bound
        )

    @rule(
        a=_accounts, currency=st.sampled_from(CURRENCIES), amount=st.integers(-(10**5) * UNIT, 10**5 * UNIT)
    )
    def pay(self, a: str, currency: str, amount: int) -> None:
        self.desk.pay(amount, currency, a)

    @rule(
        scope=st.sampled_from([Scope.GLOBAL, Scope.ACCOUNT]),
        state=st.sampled_from([*TradingState, TradingState.ACTIVE]),
    )
    def trading_state(self, scope: Scope, state: TradingState) -> None:
        self.desk.trading_state(scope, "" if scope is Scope.GLOBAL else "CASH", state)

    # ------------------------------------------------------------------------------------- the end

    def settle(self) -> None:
        """End every order at the venue, then trade every position away."""
        desk = self.desk
        desk.trading_state(Scope.GLOBAL, "", TradingState.ACTIVE)
        desk.trading_state(Scope.ACCOUNT, "CASH", TradingState.ACTIVE)
        desk.trading_state(Scope.STRATEGY, "s", TradingState.ACTIVE)  # A fill after a no halts it.
        self._end_orders()
        for account_id in ACCOUNTS:
            desk.limit_account(WIDE_TOTALS, account_id)
            for currency in CURRENCIES:
                desk.pay(10**8 * UNIT, currency, account_id)
            for instrument in INSTRUMENTS:
                desk.limit(WIDE, account_id, instrument)
                self._flatten(account_id, instrument)
        self._end_orders()

    def _end_orders(self) -> None:
        for order in list(self.desk.oms.orders.values()):
            is_over = not order.leaves_qty and not order.pending_replace_id
            if not is_over:
                self.send(
                    ExecutionReport(order.account_id, order.client_order_id, ExecType.CANCELED, self.desk.now)
                )

    def _flatten(self, account_id: str, instrument: Instrument) -> None:
        exposure = self.desk.risk.accounts[account_id].exposures[instrument.instrument_id]
        quantity = exposure.quantity
        if quantity == 0:
            return
        whole = -(-abs(quantity) // instrument.lot_size)
        side = Side.BUY if quantity < 0 else Side.SELL
        if account_id == "CASH" and quantity > 0 and whole * instrument.lot_size > quantity:
            self._sell_dust(account_id, instrument, quantity)
            return
        order = self.order(account_id, instrument, side, whole, 1000, False)
        (event,) = self.do(order)
        assert isinstance(event, OrderApproved), event
        self._fill_exactly(account_id, order.client_order_id, instrument, abs(quantity))

    def _sell_dust(self, account_id: str, instrument: Instrument, quantity: int) -> None:
        """Less than a lot cannot be sold in a CASH account: let the venue overfill."""
        lots = max(quantity // instrument.lot_size, 1)
        if quantity < instrument.lot_size:
            self._cover(account_id, instrument)
        order = self.order(account_id, instrument, Side.SELL, lots, 1000, False)
        (event,) = self.do(order)
        if isinstance(event, OrderApproved):
            held = self.desk.risk.accounts[account_id].exposures[instrument.instrument_id].quantity
            self._fill_exactly(account_id, order.client_order_id, instrument, held)

    def _cover(self, account_id: str, instrument: Instrument) -> None:
        order = self.order(account_id, instrument, Side.BUY, 1, 1000, False)
        (event,) = self.do(order)
        assert isinstance(event, OrderApproved), event
        self._fill_exactly(account_id, order.client_order_id, instrument, instrument.lot_size)

    def _fill_exactly(
        self, account_id: str, client_order_id: str, instrument: Instrument, quantity: int
    ) -> None:
        self.executions += 1
        self.send(
            ExecutionReport(
                account_id, client_order_id, ExecType.TRADE, self.desk.now,
                execution_id=f"e{self.executions}", last_qty=quantity, last_px=1000 * instrument.tick_size,
            )
        )  # fmt: skip


class ErringDeskMachine(DeskMachine):
    """With reports of any content at all."""

    @rule(
        account_id=st.sampled_from(["CASH", "MARGIN", "", "X"]),
        pick=_pick,
        kind=st.sampled_from(ExecType),
        numbers=st.tuples(_any_int, _any_int, _any_int, _any_int, _any_int, _any_int),
        texts=st.tuples(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9)),
    )
    def say_anything(self, account_id, pick, kind, numbers, texts) -> None:
        client_id = f"q{pick % (self.ids + 2)}" if pick % 4 else texts[0]
        self.send(
            ExecutionReport(
                account_id, client_id, kind, numbers[0], texts[1], texts[2], numbers[1],
                numbers[2], numbers[3],
                "USD" if pick % 2 else "", None, numbers[4], numbers[5], texts[0],
            )
        )  # fmt: skip
