"""One instrument's order book: price-time priority, decided by looking, not by cleverness.

Every command is answered with events at once, and leaves the book uncrossed, but for an auction's. A
command is done in two steps: the order itself, then the stops that its trades triggered, in the order in
which they were placed; what their own trades trigger comes behind them.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from trade2026.matching.mechanics import Mechanics
from trade2026.matching.order import (
    BookOrder,
    malformed,
    malformed_bands,
    malformed_change,
    too_late,
    unsuited,
)
from trade2026.matching.state import state_bytes
from trade2026.matching.words import (
    Accepted,
    AdvanceTime,
    BandsSet,
    BookCommand,
    BookEvent,
    CancelOpen,
    EndReason,
    EndSession,
    NoReason,
    Phase,
    PhaseSet,
    PlaceOrder,
    Refused,
    ReplaceOpen,
    SetBands,
    SetPhase,
    TermsReplaced,
    Uncross,
)
from trade2026.model.enums import TimeInForce
from trade2026.primitives.fixed_point import INT64_MAX


class OrderBook(Mechanics):
    """The book. `handle` is the only way to change it."""

    __slots__ = ("_handlers", "_now")

    def __init__(self) -> None:
        super().__init__()
        self._now = 0
        self._handlers: dict[type, Callable[[Any], list[BookEvent]]] = {
            PlaceOrder: self._on_place,
            CancelOpen: self._on_cancel,
            ReplaceOpen: self._on_replace,
            AdvanceTime: self._on_time,
            EndSession: self._on_session_end,
            SetPhase: self._on_phase,
            Uncross: self._on_uncross,
            SetBands: self._on_bands,
        }

    # ---------------------------------------------------------------------------------------- interface

    def handle(self, command: BookCommand) -> tuple[BookEvent, ...]:
        """Do one command; the events are what happened, in its order. Refused is an event, never raised."""
        return tuple(self._handlers[type(command)](command))

    def order(self, order_id: int) -> BookOrder | None:
        """The open order of this id, or None."""
        return self.orders.get(order_id)

    @property
    def now(self) -> int:
        """The latest time it was told, UTC nanoseconds."""
        return self._now

    def state_bytes(self) -> bytes:
        """All that later answers depend on, as canonical bytes (see `matching.state`)."""
        return state_bytes(
            self.orders.values(), self.last_price, self._now, self._next_trade_id, self.phase, self.bands
        )

    def state_sha256(self) -> str:
        """SHA-256 of `state_bytes`, hexadecimal: equal books give equal hashes, however they are made."""
        return hashlib.sha256(self.state_bytes()).hexdigest()

    # ----------------------------------------------------------------------------------------- commands

    def _on_place(self, command: PlaceOrder) -> list[BookEvent]:
        problem = malformed(command, self._now)
        if problem is not None:
            return [Refused(command.order_id, NoReason.MALFORMED, problem)]
        if command.order_id in self.orders:
            return [Refused(command.order_id, NoReason.DUPLICATE_ORDER, "an open order has this id")]
        order = BookOrder.of(command, self._next_place)
        refused = unsuited(order, self.phase, self.bands)
        if refused is not None:
            return [refused]
        if order.post_only and not order.is_waiting and self._would_take(order):
            return [Refused(order.order_id, NoReason.WOULD_TAKE, "it is post-only and would trade at once")]
        events: list[BookEvent] = [Accepted(order.order_id)]
        self._take_up(order, events)
        return events

    def _on_cancel(self, command: CancelOpen) -> list[BookEvent]:
        order = self.orders.get(command.order_id)
        if order is None:
            return [_unknown(command.order_id)]
        events: list[BookEvent] = []
        self._end(order, EndReason.CANCELED, events)
        return events

    def _on_replace(self, command: ReplaceOpen) -> list[BookEvent]:
        order = self.orders.get(command.order_id)
        if order is None:
            return [_unknown(command.order_id)]
        problem = malformed_change(command, order)
        if problem is not None:
            return [Refused(order.order_id, NoReason.MALFORMED, problem)]
        limit_price = order.limit_price if command.limit_price is None else command.limit_price
        trigger_price = order.trigger_price if command.trigger_price is None else command.trigger_price
        order_qty = max(command.order_qty, order.cum_qty + order.prevented_qty)
        terms = (order_qty, limit_price, trigger_price)
        if terms == (order.order_qty, order.limit_price, order.trigger_price):
            return [Refused(order.order_id, NoReason.NOTHING_TO_CHANGE, "the terms are what they were")]
        moves = order_qty > order.order_qty or terms[1:] != (order.limit_price, order.trigger_price)
        changed = msgspec.structs.replace(
            order, order_qty=order_qty, limit_price=limit_price, trigger_price=trigger_price
        )
        if self.phase is Phase.HALTED or moves:
            refused = unsuited(changed, self.phase, self.bands)
            if refused is not None:
                return [refused]
        if order.post_only and not order.is_waiting and moves and self._would_take(changed):
            return [Refused(order.order_id, NoReason.WOULD_TAKE, "it is post-only and would trade at once")]
        return self._change(changed, keeps_priority=not moves)

    def _change(self, order: BookOrder, *, keeps_priority: bool) -> list[BookEvent]:
        events: list[BookEvent] = [
            TermsReplaced(
                order.order_id, order.order_qty, order.limit_price, order.trigger_price, order.leaves_qty,
                keeps_priority,
            )
        ]  # fmt: skip
        del self.orders[order.order_id]
        if order.leaves_qty == 0:
            return events
        if keeps_priority:
            order.shown_qty = min(order.shown_qty, order.leaves_qty)
            self.orders[order.order_id] = order
            return events
        self._take_up(order, events)
        return events

    def _on_time(self, command: AdvanceTime) -> list[BookEvent]:
        if abs(command.now) > INT64_MAX:
            return [Refused(0, NoReason.MALFORMED, too_late(command))]
        self._now = max(self._now, command.now)
        return self._end_all(
            lambda order: order.time_in_force is TimeInForce.GTD and order.expire_time <= self._now
        )

    def _on_session_end(self, command: EndSession) -> list[BookEvent]:
        return self._end_all(lambda order: order.time_in_force is TimeInForce.DAY)

    def _end_all(self, is_over: Callable[[BookOrder], bool]) -> list[BookEvent]:
        events: list[BookEvent] = []
        for order in sorted(self.orders.values(), key=lambda order: order.place):
            if is_over(order):
                self._end(order, EndReason.TIME_IN_FORCE, events)
        return events

    def _on_phase(self, command: SetPhase) -> list[BookEvent]:
        if command.phase is self.phase:
            return [Refused(0, NoReason.NOTHING_TO_CHANGE, f"the book is in {self.phase} already")]
        events: list[BookEvent] = []
        if command.phase is Phase.CONTINUOUS:
            self._uncross(events)
        self.phase = command.phase
        events.append(PhaseSet(self.phase, None))
        if self.phase is Phase.CONTINUOUS and self.last_price is not None:
            self._settle(self._met(self.last_price), events)
        return events

    def _on_uncross(self, command: Uncross) -> list[BookEvent]:
        if self.phase is not Phase.AUCTION:
            return [Refused(0, NoReason.PHASE, f"there is no auction to end in {self.phase}")]
        events: list[BookEvent] = []
        self._uncross(events)
        return events

    def _on_bands(self, command: SetBands) -> list[BookEvent]:
        problem = malformed_bands(command)
        if problem is not None:
            return [Refused(0, NoReason.MALFORMED, problem)]
        self.bands = command
        return [BandsSet()]


def _unknown(order_id: int) -> Refused:
    return Refused(order_id, NoReason.UNKNOWN_ORDER, "no open order has this id")
