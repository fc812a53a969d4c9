"""Orders that the books do not know, held until the last price meets their trigger, and lists of which one
ends all.

The books have stops that follow the price (stop-loss) and no take-profit orders and no lists. So these are
kept here, outside: when a trade's price meets the trigger, the other orders of the list are taken back
first, then the order is placed under its number. Between the trade and that, others may trade, and nothing
is held back for an order that waits: one that cannot be paid when its time has come ends as rejected."""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from trade2026.matching.words import CancelOpen, PlaceOrder, Traded
from trade2026.simulation.exchange.order_records import Change, Kind, ListRecord, OrderRecord, Status
from trade2026.simulation.exchange.records import Records, refusal_in
from trade2026.simulation.exchange.reports import Exchange, Report

Spawn = Callable[[Coroutine[Any, Any, object]], object]


class Waiting(msgspec.Struct, frozen=True):
    """What is placed, and when: at a last price at or above the trigger, or at or below it."""

    order: OrderRecord
    command: PlaceOrder
    trigger: int
    is_above: bool

    def is_met(self, price: int) -> bool:
        """Whether this last price is the one."""
        return price >= self.trigger if self.is_above else price <= self.trigger


class WaitingRoom:
    """What waits for its trigger. `heard` wants every report once the records have it, `changed` every
    change.

    Parameters
    ----------
    spawn : callable
        Begins what the room has to ask the exchange by itself.
    on_list : callable
        Told a list that began or is over.
    """

    def __init__(
        self, exchange: Exchange, records: Records, spawn: Spawn, on_list: Callable[[ListRecord], None]
    ) -> None:
        self._exchange = exchange
        self._records = records
        self._spawn = spawn
        self._on_list = on_list
        self._waiting: list[dict[int, Waiting]] = [{} for _ in exchange.listings]
        self._firing: set[int] = set()
        """Orders whose time has come and that are on their way to the book."""
        self._next_list = records.last_list_id

    def next_list_id(self) -> int:
        """A number that no list had yet."""
        self._next_list += 1
        return self._next_list

    def hold(self, waiting: Waiting) -> None:
        """Let an order wait; it fires at once where the last price meets its trigger already."""
        number = waiting.order.number
        self._waiting[number][waiting.order.order_id] = waiting
        self._records.hold(waiting.order, self._records.sequences[number])
        last = self._records.tapes[number].last_price
        if last is not None and waiting.is_met(last):
            self._fire(waiting)

    def is_held(self, order: OrderRecord) -> bool:
        """Whether an order waits here."""
        return order.order_id in self._waiting[order.number]

    def cancel(self, order: OrderRecord, cancel_id: str) -> None:
        """End an order that waits here, and with it its list."""
        self._drop(order, Status.CANCELED, cancel_id)

    def begin_list(self, record: ListRecord) -> None:
        """A list whose orders are there. One that has traded, ended or fired by now ends the others."""
        self._records.ledger(record.owner).begin_list(record)
        self._on_list(record)
        for order in record.orders:
            if order.executed or not order.is_open or order.order_id in self._firing:
                self._end_others(record, order)
                break

    def heard(self, report: Report) -> None:
        """Look whether the trades of a report meet a trigger."""
        waiting = self._waiting[report.number]
        if not waiting:
            return
        for event in report.happened.events:
            if type(event) is Traded:
                for each in [each for each in waiting.values() if each.is_met(event.price)]:
                    if each.order.order_id in waiting:  # Not ended by another of its list meanwhile.
                        self._fire(each)

    def changed(self, change: Change) -> None:
        """Look whether a change of one order ends the others of its list."""
        order = change.order
        if order.terms.list_id < 0:
            return
        record = self._records.ledger(order.owner).lists.get(order.terms.list_id)
        if record is None:
            return
        is_ended_here = order.order_id in record.ending  # By another of the list: it is no cause itself.
        if (change.kind is Kind.TRADE or not order.is_open) and not is_ended_here:
            self._end_others(record, order)
        if not order.is_open and not record.is_open and not record.is_done:
            record.is_done = True
            self._on_list(record)

    def _end_others(self, record: ListRecord, cause: OrderRecord) -> None:
        status = Status.CANCELED if cause.status is Status.CANCELED else Status.EXPIRED
        for other in record.orders:
            if other is cause or not other.is_open or other.order_id in record.ending:
                continue
            record.ending.add(other.order_id)
            if self.is_held(other):
                self._drop(other, status, cause.cancel_id)
            else:
                self._spawn(self._take_back(other, status, cause.cancel_id))

    def _drop(self, order: OrderRecord, status: Status, cancel_id: str = "") -> None:
        del self._waiting[order.number][order.order_id]
        sequence = self._records.sequences[order.number]
        self._records.drop(order, status, self._exchange.now_ns(), sequence, cancel_id)

    async def _take_back(self, order: OrderRecord, status: Status, cancel_id: str = "") -> bool:
        """Cancel an order that a book has; False where it had ended by itself."""
        self._records.expect_cancel(order.order_id, cancel_id, status)
        report = await self._exchange.request(order.owner, order.number, CancelOpen(order.order_id))
        return refusal_in(report.happened.events) is None

    def _fire(self, waiting: Waiting) -> None:
        """Send it on its way; others of its list that wait as well end now, before they fire too."""
        order = waiting.order
        del self._waiting[order.number][order.order_id]
        self._firing.add(order.order_id)
        record = self._records.ledger(order.owner).lists.get(order.terms.list_id)
        for other in record.orders if record is not None else ():
            if other is not order and self.is_held(other):
                assert record is not None, "it has orders"
                record.ending.add(other.order_id)
                self._drop(other, Status.EXPIRED)
        self._spawn(self._place(waiting))

    async def _place(self, waiting: Waiting) -> None:
        """Take back what the book has of its list, then place it, unless another has traded meanwhile."""
        order = waiting.order
        try:
            record = self._records.ledger(order.owner).lists.get(order.terms.list_id)
            others = [] if record is None else [other for other in record.orders if other is not order]
            for other in others:
                if other.is_open and record is not None:
                    record.ending.add(other.order_id)
                    await self._take_back(other, Status.EXPIRED)
            if any(other.executed for other in others):
                sequence = self._records.sequences[order.number]
                self._records.drop(order, Status.EXPIRED, self._exchange.now_ns(), sequence)
                return
            await self._exchange.request(order.owner, order.number, waiting.command)
        finally:
            self._firing.discard(order.order_id)
