"""What an exchange is asked for later, built from its reports alone, bounded in memory.

Trades and candles are kept of every book, orders and fills of the owners that are followed. What falls off:
all but the last `TRADES_KEPT` trades of a book, `KEPT` candles of an interval, `CLOSED_KEPT` closed orders
and fills of an owner, `LISTS_KEPT` lists. What is held outside a book until its trigger is met is entered
by `hold`."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from trade2026.matching.clearing import Listing, Settlement
from trade2026.matching.words import (
    Accepted,
    BookEvent,
    CancelOpen,
    Ended,
    EndReason,
    PlaceOrder,
    Prevented,
    Refused,
    SelfTradePrevention,
    TermsReplaced,
    Traded,
    Triggered,
)
from trade2026.model.enums import OrderType, Side
from trade2026.simulation.exchange.order_records import (
    Change,
    FillRecord,
    Kind,
    Ledger,
    OrderRecord,
    Status,
    Terms,
)
from trade2026.simulation.exchange.reports import Report
from trade2026.simulation.exchange.tape import Tape, TapeTrade

_TYPES: Final = {
    OrderType.LIMIT: "LIMIT", OrderType.MARKET: "MARKET", OrderType.STOP: "STOP_LOSS",
    OrderType.STOP_LIMIT: "STOP_LOSS_LIMIT",
}  # fmt: skip
_ENDED: Final = {EndReason.CANCELED: Status.CANCELED, EndReason.SELF_TRADE: Status.EXPIRED_IN_MATCH}
_KINDS: Final = {
    Status.CANCELED: Kind.CANCELED,
    Status.EXPIRED_IN_MATCH: Kind.TRADE_PREVENTION,
    Status.EXPIRED: Kind.EXPIRED,
}


def everybody(owner: str) -> bool:
    """Follow every owner that has a name."""
    return bool(owner)


class Records:
    """Records of an exchange; `apply` takes its reports in order, each once.

    Parameters
    ----------
    listings : sequence of Listing
        Of the exchange.
    follows : callable
        Whether an owner's orders are kept.
    """

    def __init__(self, listings: Sequence[Listing], follows: Callable[[str], bool] = everybody) -> None:
        self.listings = tuple(listings)
        self.tapes = [Tape() for _ in listings]
        self.sequences = [0] * len(self.tapes)
        """Of the last report of each book."""
        self.watchers: list[Callable[[Change], None]] = []
        """Told every change of an order that is followed, in their order."""
        self.last_list_id = 0
        """The highest number of a list that was kept."""
        self._follows = follows
        self._ledgers: dict[str, Ledger] = {}
        self._open: dict[int, OrderRecord] = {}
        self._terms: dict[int, Terms] = {}
        self._cancels: dict[int, tuple[str, Status]] = {}
        self._prevented: dict[int, tuple[int, int, int]] = {}
        self._handlers: dict[type, Callable[[Any, Report], None]] = {
            Accepted: self._on_accepted,
            Triggered: self._on_triggered,
            Prevented: self._on_prevented,
            Ended: self._on_ended,
            TermsReplaced: self._on_replaced,
            Refused: self._on_refused,
        }

    # ---------------------------------------------------------------------------------------- interface

    def ledger(self, owner: str) -> Ledger:
        """What is kept for an owner."""
        found = self._ledgers.get(owner)
        if found is None:
            found = self._ledgers[owner] = Ledger()
        return found

    def begin_with(self, owner: str, ledger: Ledger, last_list_id: int) -> None:
        """Go on with an owner whose orders are all over, and number lists above this one."""
        assert not ledger.open, "open orders are in a book, and are heard of"
        self._ledgers[owner] = ledger
        self.last_list_id = max(self.last_list_id, last_list_id)

    def expect(self, order_id: int, terms: Terms) -> None:
        """An order of this number is about to be placed; its refusal forgets the terms."""
        self._terms[order_id] = terms

    def forget(self, order_id: int) -> None:
        """An order that was expected is not on its way any more."""
        self._terms.pop(order_id, None)

    def expect_cancel(self, order_id: int, cancel_id: str, status: Status = Status.CANCELED) -> None:
        """A cancel is about to be asked for: what it is called, and what it makes of the order."""
        self._cancels[order_id] = (cancel_id, status)

    def hold(self, order: OrderRecord, sequence: int) -> None:
        """Enter an order that no book has yet; placing its number later makes it work."""
        self._open[order.order_id] = order
        self.ledger(order.owner).begin(order)
        self._tell(order, Kind.NEW, order.time_ns, sequence)

    def drop(
        self, order: OrderRecord, status: Status, time_ns: int, sequence: int, cancel_id: str = ""
    ) -> None:
        """End an order that no book has."""
        order.cancel_id = cancel_id
        self._close(order, status, time_ns)
        kind = Kind.REJECTED if status is Status.REJECTED else _KINDS[status]
        self._tell(order, kind, time_ns, sequence)

    def apply(self, report: Report) -> None:
        """Take in what happened."""
        self.sequences[report.number] = report.sequence
        settlements = iter(report.happened.settlements)
        taker_id = 0
        for event in report.happened.events:
            if type(event) is Traded:
                self._on_traded(event, next(settlements), report, is_joined=event.taker_id == taker_id)
                taker_id = event.taker_id
                continue
            handler = self._handlers.get(type(event))
            if handler is not None:
                handler(event, report)

    # ------------------------------------------------------------------------------------------- events

    def _on_accepted(self, event: Accepted, report: Report) -> None:
        command = report.command
        assert type(command) is PlaceOrder, "nothing else is accepted"
        terms = self._terms.pop(event.order_id, None)
        if not self._follows(command.owner):
            return
        waits = command.order_type in (OrderType.STOP, OrderType.STOP_LIMIT)
        held = self._open.get(event.order_id)
        if held is not None:  # It was held outside the book; its trigger is met.
            self._start(held, report)
            return
        order = OrderRecord(
            order_id=event.order_id, number=report.number, owner=command.owner,
            terms=terms or default_terms(command), side=command.side.value, lots=command.order_qty,
            price=command.limit_price or 0, iceberg=command.display_qty,
            prevention=command.prevention.value, time_ns=report.time_ns, update_ns=report.time_ns,
            is_working=not waits, working_ns=-1 if waits else report.time_ns,
        )  # fmt: skip
        self._open[order.order_id] = order
        self.ledger(order.owner).begin(order)
        self._tell(order, Kind.NEW, report.time_ns, report.sequence)

    def _on_triggered(self, event: Triggered, report: Report) -> None:
        order = self._open.get(event.order_id)
        if order is not None:
            self._start(order, report)

    def _start(self, order: OrderRecord, report: Report) -> None:
        order.is_working = True
        order.working_ns = order.update_ns = report.time_ns
        self._tell(order, Kind.NEW, report.time_ns, report.sequence)

    def _on_traded(self, event: Traded, settled: Settlement, report: Report, *, is_joined: bool) -> None:
        is_buyer_maker = event.taker_side is Side.SELL
        trade = TapeTrade(
            event.trade_id, event.price, event.quantity, settled.notional, report.time_ns, is_buyer_maker
        )
        self.tapes[report.number].add(trade, is_joined=is_joined)
        maker, taker = self._open.get(event.maker_id), self._open.get(event.taker_id)
        # The taker is told first: it is what made the trade.
        if taker is not None:
            self._fill(taker, event, trade, settled.taker_fee, report, leaves=event.taker_leaves)
        if maker is not None:
            self._fill(maker, event, trade, settled.maker_fee, report, leaves=event.maker_leaves)

    def _fill(
        self, order: OrderRecord, event: Traded, trade: TapeTrade, fee: int, report: Report, *, leaves: int
    ) -> None:
        fill = FillRecord(
            trade.trade_id, order.order_id, order.terms.list_id, order.number, trade.price, trade.lots,
            trade.quote, fee, trade.time_ns, order.side == Side.BUY, order.order_id == event.maker_id,
        )  # fmt: skip
        order.executed += trade.lots
        order.quote += trade.quote
        self.ledger(order.owner).fills.append(fill)
        if leaves:
            order.status, order.update_ns = Status.PARTIALLY_FILLED, report.time_ns
        else:
            self._close(order, Status.FILLED, report.time_ns)
        self._tell(order, Kind.TRADE, report.time_ns, report.sequence, fill=fill)

    def _on_prevented(self, event: Prevented, report: Report) -> None:
        taker, maker = self._open.get(event.taker_id), self._open.get(event.maker_id)
        if taker is None or maker is None:
            return
        is_decrement = taker.prevention == SelfTradePrevention.DECREMENT
        for order, other in ((taker, maker), (maker, taker)):
            what = self._prevented[order.order_id] = (event.quantity, maker.price, other.order_id)
            if is_decrement:
                order.prevented += event.quantity
                order.update_ns = report.time_ns
                if order.executed + order.prevented < order.lots:  # Else its end follows.
                    del self._prevented[order.order_id]
                    self._tell(order, Kind.TRADE_PREVENTION, report.time_ns, report.sequence, prevented=what)

    def _on_ended(self, event: Ended, report: Report) -> None:
        order = self._open.get(event.order_id)
        if order is None:
            return
        order.prevented = event.prevented_qty
        status = _ENDED.get(event.reason, Status.EXPIRED)
        order.cancel_id, canceled = self._cancels.pop(event.order_id, ("", Status.CANCELED))
        if status is Status.CANCELED:
            status = canceled
        self._close(order, status, report.time_ns)
        prevented = self._prevented.pop(event.order_id, None)
        self._tell(order, _KINDS[status], report.time_ns, report.sequence, prevented=prevented)

    def _on_replaced(self, event: TermsReplaced, report: Report) -> None:
        order = self._open.get(event.order_id)
        if order is None:
            return
        order.lots, order.update_ns = event.order_qty, report.time_ns
        order.price = event.limit_price or 0
        if event.leaves_qty == 0:
            self._close(order, Status.FILLED, report.time_ns)
        self._tell(order, Kind.REPLACED, report.time_ns, report.sequence)

    def _on_refused(self, event: Refused, report: Report) -> None:
        """Nothing changed; an order that was held and is not taken in the end is over, though."""
        if type(report.command) is CancelOpen:
            self._cancels.pop(event.order_id, None)
        if type(report.command) is not PlaceOrder:
            return
        self._terms.pop(event.order_id, None)
        order = self._open.get(event.order_id)
        if order is not None and not order.is_working and order.owner == report.command.owner:
            self._close(order, Status.REJECTED, report.time_ns)
            self._tell(order, Kind.REJECTED, report.time_ns, report.sequence)

    # ------------------------------------------------------------------------------------------ keeping

    def _close(self, order: OrderRecord, status: Status, time_ns: int) -> None:
        order.status, order.update_ns, order.is_working = status, time_ns, False
        self._open.pop(order.order_id, None)
        if status is not Status.EXPIRED_IN_MATCH:
            self._prevented.pop(order.order_id, None)
        self.ledger(order.owner).end(order)

    def _tell(
        self, order: OrderRecord, kind: Kind, time_ns: int, sequence: int, fill: FillRecord | None = None,
        prevented: tuple[int, int, int] | None = None,
    ) -> None:  # fmt: skip
        if self.watchers:
            change = Change(order, kind, time_ns, sequence, fill, prevented)
            for watcher in self.watchers:
                watcher(change)


def default_terms(command: PlaceOrder) -> Terms:
    """What an order is called that nobody named."""
    order_type = _TYPES[command.order_type]
    if command.post_only and order_type == "LIMIT":
        order_type = "LIMIT_MAKER"
    return Terms(
        client_order_id=str(command.order_id), order_type=order_type,
        time_in_force=command.time_in_force.value, stop_price=command.trigger_price or 0,
    )  # fmt: skip


def refusal_in(events: Sequence[BookEvent]) -> Refused | None:
    """The no of a report; None where something was done."""
    return events[0] if events and type(events[0]) is Refused else None
