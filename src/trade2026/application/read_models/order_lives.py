"""Which frames of the journal concern each order: their numbers only, and no more than fit a bound."""

from array import array
from collections.abc import Callable
from typing import Any, Final

from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.model.events import (
    AlarmRaised,
    CancelRejected,
    FillBusted,
    InvalidTransition,
    OrderAcknowledged,
    OrderAdopted,
    OrderApproved,
    OrderArmed,
    OrderCanceled,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderNotReceived,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRejected,
    OrderReleased,
    OrderRepeated,
    OrderReplaced,
    OrderRestated,
    OrderSuspended,
    OrderUnknown,
    ReplaceRefused,
    ReportParked,
    TriggerMoved,
)
from trade2026.oms.state import OmsState

ENTRIES_MAX: Final = 1_000_000
"""Frames of orders that are remembered, sixteen bytes each; older ones are looked for in the journal."""

ORDERS_MAX: Final = 250_000
"""Orders whose last entry is remembered, eight bytes each: the newest ones."""

_NUMBERED: Final = (
    AlarmRaised, CancelRejected, FillBusted, OrderAcknowledged, OrderAdopted, OrderApproved, OrderArmed,
    OrderCanceled, OrderDenied, OrderExpired, OrderFilled, OrderNotReceived, OrderPendingCancel,
    OrderPendingReplace, OrderRejected, OrderReleased, OrderRepeated, OrderReplaced, OrderRestated,
    OrderSuspended, OrderUnknown, ReplaceRefused, TriggerMoved,
)  # fmt: skip


Named = Callable[[str, str], int]
"""The order that an account's client order id is of; 0 for none."""


def order_of(named: Named, event: Any) -> int:
    """The order an event concerns; 0 for none."""
    kind = type(event)
    if kind is OrderHeld:
        order_id: int = event.order.order_id
        return order_id
    if kind is InvalidTransition or kind is ReportParked:
        report = event.report if kind is ReportParked else event
        return named(report.account_id, report.client_order_id)
    return event.order_id if kind in _NUMBERED else 0


class OrderLives:
    """A ring of entries, each with the place of the one before it of the same order.

    Both rings are as large as they become: a list that is cut now and then moves the memory of the process.
    """

    def __init__(
        self, oms: OmsState, named: Named, entries_max: int = ENTRIES_MAX, orders_max: int = ORDERS_MAX
    ) -> None:
        self._oms = oms
        self._named = named
        self._orders_max = orders_max
        self._entries_max = entries_max
        self._count = 0  # Entries ever made; the entry made as number n, from 1, is in slot (n - 1) % max.
        self._seq = self._first = 0  # The last frame that made an entry, and the number of its first one.
        self._seqs = array("Q")
        self._before = array("Q")
        self._last = array("Q")  # By order id, modulo: number of its last entry, 0 for none.
        self._top = 0  # The highest order id so far.

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {
            **dict.fromkeys(_NUMBERED, self._on_numbered),
            OrderDenied: self._on_denied,
            **dict.fromkeys((OrderHeld, InvalidTransition, ReportParked), self._on_other),
        }

    def _on_numbered(self, moment: Moment, event: Any) -> None:
        if event.order_id:
            self._record(event.order_id, moment.seq)

    def _on_denied(self, moment: Moment, event: OrderDenied) -> None:
        """A request may name any number, and be denied for it: what was never an order has no life."""
        if event.order_id < self._oms.next_order_id:
            self._on_numbered(moment, event)

    def _on_other(self, moment: Moment, event: Any) -> None:
        order_id = order_of(self._named, event)
        if order_id:
            self._record(order_id, moment.seq)

    def _record(self, order_id: int, seq: int) -> None:
        if order_id > self._top:
            self._reach(order_id)
        elif order_id <= self._top - self._orders_max:
            return  # It is so old that its life is looked for in the journal.
        last, at = self._last, order_id % self._orders_max
        before, seqs = last[at], self._seqs
        if seq != self._seq:
            self._seq, self._first = seq, self._count + 1
        elif before >= self._first and self._is_kept(before):
            return
        slot = self._count % self._entries_max
        if slot == len(seqs):
            seqs.append(seq)
            self._before.append(before)
        else:
            seqs[slot], self._before[slot] = seq, before
        self._count += 1
        last[at] = self._count

    def _reach(self, order_id: int) -> None:
        """Make the places of new orders empty; those that had them are forgotten."""
        last, most = self._last, self._orders_max
        for each in range(max(self._top + 1, order_id - most + 1), order_id + 1):
            at = each % most
            if at >= len(last):
                last.extend([0] * (at + 1 - len(last)))
            else:
                last[at] = 0
        self._top = order_id

    def _is_kept(self, number: int) -> bool:
        return number > self._count - self._entries_max

    def frames(self, order_id: int) -> tuple[list[int], bool]:
        """Frames of an order in order, as far back as they are remembered; whether that is all of them."""
        if order_id <= self._top - self._orders_max:
            return [], False
        number = self._last[order_id % self._orders_max] if order_id <= self._top else 0
        found: list[int] = []
        while number and self._is_kept(number):
            slot = (number - 1) % self._entries_max
            found.append(self._seqs[slot])
            number = self._before[slot]
        return found[::-1], number == 0
