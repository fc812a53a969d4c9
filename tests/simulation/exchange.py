"""A market as it truly is: orders, executions and holdings, matched by the reference order books.

No line, no latency and no fault: requests are done at once, and what happened is told as execution reports.
It remembers everything, which is the truth that a desk's books are compared with.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from trade2026.matching.book import OrderBook
from trade2026.matching.words import (
    Accepted,
    BookCommand,
    BookEvent,
    CancelOpen,
    Ended,
    EndReason,
    PlaceOrder,
    Prevented,
    Refused,
    ReplaceOpen,
    SelfTradePrevention,
    TermsReplaced,
    Traded,
)
from trade2026.model.enums import ExecType, LiquiditySide, OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions
from trade2026.model.instrument import Instrument
from trade2026.ports.venue import IdRule, VenueOrder
from trade2026.primitives.fixed_point import UNIT

Key = tuple[str, str]
"""Account and client order id."""
Commission = Callable[[Instrument, int, int], tuple[int, str]]
"""Of an instrument, a quantity and a price: raw amount and its currency."""

_PLAIN = OrderInstructions()


class Fill(NamedTuple):
    """One execution as the market knows it; raw integers."""

    account_id: str
    instrument_id: str
    client_order_id: str
    side: Side
    last_qty: int
    last_px: int
    commission: int
    commission_currency: str


@dataclass(slots=True, eq=False)
class MarketOrder:
    """An order as the market knows it; `client_order_id` is the last accepted one, `ids` all of them.

    `number` is its number in the book; an order that is suspended is kept out of the book.
    """

    number: int
    account_id: str
    client_order_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    ts_event: int
    instructions: OrderInstructions
    ids: list[str]
    is_external: bool = False
    cum_qty: int = 0
    prevented_qty: int = 0
    is_open: bool = True
    is_suspended: bool = False
    is_announced: bool = False
    is_reopened: bool = False
    ended_by: ExecType = ExecType.NEW
    text: str = ""

    @property
    def venue_order_id(self) -> str:
        """The market's name of it."""
        return f"v{self.number}"

    @property
    def leaves_qty(self) -> int:
        """What may still fill."""
        return max(self.order_qty - self.cum_qty, 0) if self.is_open else 0


@dataclass(slots=True)
class Execution:
    """One execution and what became of it."""

    order: MarketOrder
    report: ExecutionReport
    is_busted: bool = False
    revisions: int = 0


def no_commission(instrument: Instrument, quantity: int, price: int) -> tuple[int, str]:
    """Trading is free."""
    return 0, ""


@dataclass(slots=True)
class Exchange:
    """The market. `tell` hears every report; `reports`, `orders` and `executions` keep all there ever was."""

    instruments: dict[str, Instrument]
    now: Callable[[], int]
    tell: Callable[[ExecutionReport], None]
    commission: Commission = no_commission
    id_rule: IdRule = IdRule.OPEN_ORDERS
    prevention: SelfTradePrevention = SelfTradePrevention.NONE
    books: dict[str, OrderBook] = field(default_factory=dict)
    orders: dict[int, MarketOrder] = field(default_factory=dict)
    by_id: dict[Key, MarketOrder] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    reports: list[ExecutionReport] = field(default_factory=list)
    deposits: Counter[Key] = field(default_factory=Counter)
    _number: int = 0

    def __post_init__(self) -> None:
        self.books = {name: OrderBook() for name in self.instruments}

    # --------------------------------------------------------------------------------------------- requests

    def submit(self, sent: OrderApproved, refusal: str = "") -> MarketOrder:
        """A new order of a client; what became of it is told by reports and seen in the answer.

        With a `refusal` the market has looked at it and says no; its history has it.
        """
        return self._place(
            sent.account_id, sent.client_order_id, sent.instrument_id, sent.side, sent.order_type,
            sent.time_in_force, sent.order_qty, sent.limit_price, sent.instructions or _PLAIN,
            refusal=refusal,
        )  # fmt: skip

    def place_by_hand(
        self, account_id: str, instrument_id: str, side: Side, order_qty: int, limit_price: int | None
    ) -> MarketOrder:
        """An order that somebody enters at the market's own screen; the market names it."""
        kind = OrderType.MARKET if limit_price is None else OrderType.LIMIT
        return self._place(
            account_id, f"hand-{self._number + 1}", instrument_id, side, kind, TimeInForce.GTC, order_qty,
            limit_price, _PLAIN, is_external=True,
        )  # fmt: skip

    def cancel(self, account_id: str, client_order_id: str, orig_client_order_id: str) -> None:
        """Ask for the end of an order, by any id that it ever had."""
        order = self.by_id.get((account_id, orig_client_order_id))
        if order is None or not order.is_open:
            self._refuse_change(account_id, client_order_id, "unknown order" if order is None else "too late")
        elif order.is_suspended:
            self._end(order, ExecType.CANCELED, "", client_order_id)
        else:
            self._handle(order.instrument_id, CancelOpen(order.number), client_order_id)

    def replace(self, request: OrderPendingReplace) -> None:
        """Ask for other terms."""
        account_id, client_order_id = request.account_id, request.client_order_id
        order = self.by_id.get((account_id, request.orig_client_order_id))
        problem = self._unusable(request.instrument_id, request.order_qty, request.limit_price)
        if order is None or not order.is_open or order.is_suspended or problem:
            text = "unknown order" if order is None else problem or "too late"
            self._refuse_change(account_id, client_order_id, text)
            return
        book = self.books[order.instrument_id]
        if request.order_qty <= order.cum_qty:
            book.handle(CancelOpen(order.number))
            self._replaced(order, client_order_id, order.cum_qty, order.limit_price)
            return
        known = book.orders[order.number]  # It counts from when the order entered it last.
        order_qty = request.order_qty - order.cum_qty + known.cum_qty + known.prevented_qty
        command = ReplaceOpen(order.number, order_qty, request.limit_price, request.trigger_price)
        self._handle(order.instrument_id, command, client_order_id)

    # ---------------------------------------------------------------------------- what nobody had asked for

    def cancel_unasked(self, order: MarketOrder, kind: ExecType, text: str) -> None:
        """The market ends an order: CANCELED, EXPIRED, or REJECTED after all."""
        if not order.is_open:
            return
        if not order.is_suspended:
            self.books[order.instrument_id].handle(CancelOpen(order.number))
        self._end(order, kind, text)

    def suspend(self, order: MarketOrder, kind: ExecType) -> None:
        """Keep an order out of the market for now: SUSPENDED, STOPPED or DONE_FOR_DAY."""
        if order.is_open and not order.is_suspended:
            self.books[order.instrument_id].handle(CancelOpen(order.number))
            order.is_suspended = True
            self._say(order, kind, text="the market says so")

    def resume(self, order: MarketOrder) -> None:
        """Let a suspended order back in; it has lost its place."""
        if not order.is_open or not order.is_suspended:
            return
        order.is_suspended = False
        self._say(order, ExecType.RESTATED, text="it works again")
        self._enter(order)

    def bust(self, execution_id: str) -> ExecutionReport | None:
        """Take an execution back; the report of it, or None where it is taken back already.

        An order that was filled, or is open, works again for as much; one that had ended stays so.
        """
        execution, order = self.executions[execution_id], self.executions[execution_id].order
        if execution.is_busted:
            return None
        execution.is_busted = True
        order.cum_qty -= execution.report.last_qty
        report = self._say(
            order, ExecType.TRADE_CANCEL, execution_id=f"{execution_id}-bust",
            ref_execution_id=execution.report.execution_id, last_qty=execution.report.last_qty,
            last_px=execution.report.last_px,
        )  # fmt: skip
        if order.ended_by is ExecType.TRADE:
            order.is_open, order.ended_by, order.is_reopened = True, ExecType.NEW, True
        if order.is_open and not order.is_suspended:
            self.books[order.instrument_id].handle(CancelOpen(order.number))
            self._enter(order)
        return report

    def correct(self, execution_id: str, last_px: int) -> ExecutionReport | None:
        """State an execution anew at another price, under another id that names the one before."""
        execution = self.executions[execution_id]
        if execution.is_busted:
            return None
        execution.revisions += 1
        before = execution.report
        report = self._say(
            execution.order, ExecType.TRADE_CORRECT, execution_id=f"{execution_id}.{execution.revisions}",
            ref_execution_id=before.execution_id, last_qty=before.last_qty, last_px=last_px,
            commission=before.commission, commission_currency=before.commission_currency,
            liquidity_side=before.liquidity_side,
        )  # fmt: skip
        execution.report = msgspec.structs.replace(report, exec_type=ExecType.TRADE, ref_execution_id="")
        return report

    # -------------------------------------------------------------------------------------------- the truth

    @property
    def fills(self) -> list[Fill]:
        """Every execution that stands, in its last form."""
        return [
            Fill(
                report.account_id, report.instrument_id, execution.order.ids[0], execution.order.side,
                report.last_qty, report.last_px, report.commission, report.commission_currency,
            )
            for execution in self.executions.values()
            if not execution.is_busted
            for report in (execution.report,)
        ]  # fmt: skip

    def open_orders(self, account_id: str = "") -> list[MarketOrder]:
        """Orders that may still fill, by their number; of one account, or of all."""
        return [
            order for order in self.orders.values() if order.is_open and account_id in ("", order.account_id)
        ]

    def holdings(self, account_id: str) -> Counter[str]:
        """Balances and positions by commodity: what was deposited and what executions moved."""
        held: Counter[str] = Counter()
        for (owner, commodity), amount in self.deposits.items():
            if owner == account_id:
                held[commodity] += amount
        for fill in self.fills:
            if fill.account_id != account_id:
                continue
            instrument = self.instruments[fill.instrument_id]
            sign = 1 if fill.side is Side.BUY else -1
            held[instrument.commodity] += sign * fill.last_qty
            held[instrument.quote_currency] -= sign * worth(fill.last_px, fill.last_qty)
            if fill.commission:
                held[fill.commission_currency] -= fill.commission
        return held

    # --------------------------------------------------------------------------------------------- matching

    def crowd_does(self, instrument_id: str, command: BookCommand) -> tuple[BookEvent, ...]:
        """Do something in a book for nobody who has an account here."""
        return self._handle(instrument_id, command)

    def take_number(self) -> int:
        """A number for an order in a book."""
        self._number += 1
        return self._number

    def _place(
        self, account_id: str, client_order_id: str, instrument_id: str, side: Side, order_type: OrderType,
        time_in_force: TimeInForce, order_qty: int, limit_price: int | None, instructions: OrderInstructions,
        *, is_external: bool = False, refusal: str = "",
    ) -> MarketOrder:  # fmt: skip
        order = MarketOrder(
            self.take_number(), account_id, client_order_id, instrument_id, side, order_type, time_in_force,
            order_qty, limit_price, self.now(), instructions, [client_order_id], is_external,
        )  # fmt: skip
        before = self.by_id.get((account_id, client_order_id))
        problem = self._duplicate(before) or self._unusable(instrument_id, order_qty, limit_price) or refusal
        self.orders[order.number] = order
        if problem:
            self._end(order, ExecType.REJECTED, problem)
            return order
        self.by_id[account_id, client_order_id] = order
        self._enter(order)
        return order

    def _enter(self, order: MarketOrder) -> None:
        """Put what is left of it into its book, for the first time or again."""
        more, quantity = order.instructions, order.leaves_qty
        command = PlaceOrder(
            order.number, order.account_id, order.side, order.order_type, order.time_in_force, quantity,
            order.limit_price, more.trigger_price, min(more.display_qty, quantity), more.expire_time,
            more.post_only, self.prevention,
        )  # fmt: skip
        self._handle(order.instrument_id, command)

    def _duplicate(self, before: MarketOrder | None) -> str:
        if before is None or self.id_rule is IdRule.NONE:
            return ""
        if before.is_open or self.id_rule is IdRule.FOREVER:
            return "duplicate client order id"
        return ""

    def _unusable(self, instrument_id: str, order_qty: int, limit_price: int | None) -> str:
        instrument = self.instruments[instrument_id]
        if order_qty % instrument.lot_size:
            return "quantity is not a multiple of the lot"
        if limit_price is not None and limit_price % instrument.tick_size:
            return "price is not a multiple of the tick"
        return ""

    def _handle(
        self, instrument_id: str, command: BookCommand, client_order_id: str = ""
    ) -> tuple[BookEvent, ...]:
        """Do it in the book, and tell those whose orders it touched; `client_order_id` is the request's."""
        events = self.books[instrument_id].handle(command)
        for event in events:
            kind = type(event)
            if kind is Traded:
                self._traded(instrument_id, event)  # type: ignore[arg-type]
            elif kind is Prevented:
                if self.prevention is SelfTradePrevention.DECREMENT:
                    self._decremented(event)  # type: ignore[arg-type]
            elif (order := self.orders.get(getattr(event, "order_id", 0))) is not None:
                self._happened(order, event, client_order_id)
        return events

    def _happened(self, order: MarketOrder, event: BookEvent, client_order_id: str) -> None:
        if type(event) is Accepted:
            if not order.is_announced:
                order.is_announced = True
                self._say(order, ExecType.NEW)
        elif type(event) is Refused:
            if client_order_id:
                self._refuse_change(order.account_id, client_order_id, event.text)
            else:
                self._end(order, ExecType.EXPIRED if order.is_announced else ExecType.REJECTED, event.text)
        elif type(event) is Ended:
            if event.reason is EndReason.SELF_TRADE:
                order.prevented_qty = order.leaves_qty
            is_canceled = event.reason is EndReason.CANCELED
            kind = ExecType.CANCELED if is_canceled else ExecType.EXPIRED
            self._end(order, kind, event.reason.lower(), client_order_id if is_canceled else "")
        elif type(event) is TermsReplaced:
            self._replaced(order, client_order_id, order.cum_qty + event.leaves_qty, event.limit_price)

    def _replaced(
        self, order: MarketOrder, client_order_id: str, order_qty: int, limit_price: int | None
    ) -> None:
        order.ids.append(client_order_id)
        order.client_order_id = client_order_id
        self.by_id[order.account_id, client_order_id] = order
        order.order_qty, order.limit_price = order_qty, limit_price
        if order.leaves_qty == 0:
            order.is_open, order.ended_by = False, ExecType.TRADE
        self._say(order, ExecType.REPLACED)

    def _decremented(self, event: Prevented) -> None:
        """What was kept from trading is off both; who has something left is told its smaller total."""
        for number in (event.maker_id, event.taker_id):
            order = self.orders.get(number)
            if order is not None and order.leaves_qty > event.quantity:
                order.order_qty -= event.quantity
                self._say(order, ExecType.RESTATED, text="self-trade prevention")

    def _traded(self, instrument_id: str, trade: Traded) -> None:
        for number, liquidity in (
            (trade.maker_id, LiquiditySide.MAKER),
            (trade.taker_id, LiquiditySide.TAKER),
        ):
            order = self.orders.get(number)
            if order is None:
                continue
            order.cum_qty += trade.quantity
            if order.leaves_qty == 0:
                order.is_open, order.ended_by = False, ExecType.TRADE
            fee, currency = self.commission(self.instruments[instrument_id], trade.quantity, trade.price)
            execution_id = f"{instrument_id}-x{trade.trade_id}-{number}"
            report = self._say(
                order, ExecType.TRADE, execution_id=execution_id, last_qty=trade.quantity,
                last_px=trade.price, commission=fee, commission_currency=currency, liquidity_side=liquidity,
            )  # fmt: skip
            self.executions[report.execution_id] = Execution(order, report)

    # ---------------------------------------------------------------------------------------------- reports

    def _end(self, order: MarketOrder, kind: ExecType, text: str, client_order_id: str = "") -> None:
        order.is_open, order.ended_by, order.text = False, kind, text
        self._say(order, kind, client_order_id=client_order_id, text=text, prevented_qty=order.prevented_qty)

    def _say(
        self, order: MarketOrder, kind: ExecType, *, client_order_id: str = "", **more: object
    ) -> ExecutionReport:
        order.ts_event = self.now()
        terms = {"order_qty": order.order_qty, "limit_price": order.limit_price or 0, **more}
        report = ExecutionReport(
            order.account_id, client_order_id or order.client_order_id, kind, order.ts_event,
            order.venue_order_id, instrument_id=order.instrument_id, side=order.side,
            order_type=order.order_type, time_in_force=order.time_in_force, **terms,  # type: ignore[arg-type]
        )  # fmt: skip
        self._keep(report)
        return report

    def say_of_request(self, account_id: str, client_order_id: str, kind: ExecType, text: str) -> None:
        """A no to a request: REJECTED for an order, CANCEL_REJECTED for one that changes an order."""
        self._keep(ExecutionReport(account_id, client_order_id, kind, self.now(), text=text))

    def _refuse_change(self, account_id: str, client_order_id: str, text: str) -> None:
        self.say_of_request(account_id, client_order_id, ExecType.CANCEL_REJECTED, text)

    def _keep(self, report: ExecutionReport) -> None:
        self.reports.append(report)
        self.tell(report)


def worth(price: int, quantity: int) -> int:
    """Raw money of a trade: rounded half to even."""
    whole, rest = divmod(price * quantity, UNIT)
    return whole + (rest * 2 > UNIT or (rest * 2 == UNIT and whole % 2 == 1))


def as_venue_order(order: MarketOrder) -> VenueOrder:
    """The order as a query states it."""
    return VenueOrder(
        order.account_id, order.client_order_id, order.venue_order_id, order.instrument_id, order.side,
        order.order_type, order.time_in_force, order.order_qty, order.limit_price, order.cum_qty,
        order.is_open, order.ended_by, order.ts_event, order.text,
    )  # fmt: skip
