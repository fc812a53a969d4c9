"""One instrument's order book: price-time priority, decided by looking, not by cleverness.

Every command is answered with events at once, and leaves the book uncrossed. A command is done in two
steps: the order itself, then the stops that its trades triggered, in the order in which they were placed;
what their own trades trigger comes behind them.
"""

import hashlib
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from trade2026.matching.order import (
    AT_ONCE,
    BookOrder,
    crosses,
    is_met,
    is_prevented,
    malformed,
    malformed_change,
)
from trade2026.matching.words import (
    Accepted,
    AdvanceTime,
    BookCommand,
    BookEvent,
    CancelOpen,
    Ended,
    EndReason,
    EndSession,
    NoReason,
    PlaceOrder,
    Prevented,
    Refused,
    ReplaceOpen,
    Replenished,
    SelfTradePrevention,
    TermsReplaced,
    Traded,
    Triggered,
)
from trade2026.model.enums import Side, TimeInForce


class OrderBook:
    """The book. `handle` is the only way to change it."""

    __slots__ = ("_handlers", "_next_place", "_next_trade_id", "_now", "last_price", "orders")

    def __init__(self) -> None:
        self.orders: dict[int, BookOrder] = {}
        self.last_price: int | None = None
        self._now = 0
        self._next_place = 1
        self._next_trade_id = 1
        self._handlers: dict[type, Callable[[Any], list[BookEvent]]] = {
            PlaceOrder: self._on_place,
            CancelOpen: self._on_cancel,
            ReplaceOpen: self._on_replace,
            AdvanceTime: self._on_time,
            EndSession: self._on_session_end,
        }

    # ---------------------------------------------------------------------------------------- interface

    def handle(self, command: BookCommand) -> tuple[BookEvent, ...]:
        """Do one command; the events are what happened, in its order. Refused is an event, never raised."""
        return tuple(self._handlers[type(command)](command))

    def queue(self, side: Side) -> list[BookOrder]:
        """Resting orders of a side, the next to trade first: by price, then by place in time."""
        resting = [order for order in self.orders.values() if order.side is side and not order.is_waiting]
        sign = -1 if side is Side.BUY else 1
        return sorted(resting, key=lambda order: (sign * (order.limit_price or 0), order.place))

    def best_price(self, side: Side) -> int | None:
        """The best bid (BUY) or offer (SELL), or None."""
        queue = self.queue(side)
        return queue[0].limit_price if queue else None

    def state_bytes(self) -> bytes:
        """All that later answers depend on, as canonical bytes: orders by id, last price, time, counters.

        Places are ranks, so a book that numbers its queue otherwise gives the same bytes.
        """
        by_place = sorted(self.orders.values(), key=lambda order: order.place)
        rank = {order.order_id: number for number, order in enumerate(by_place, start=1)}
        rows = [
            msgspec.structs.replace(order, place=rank[order_id])
            for order_id, order in sorted(self.orders.items())
        ]
        return msgspec.msgpack.encode((rows, self.last_price, self._now, self._next_trade_id))

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
        order = BookOrder(
            command.order_id, command.owner, command.side, command.order_type, command.time_in_force,
            command.order_qty, command.limit_price, command.trigger_price, command.display_qty,
            command.expire_time, command.post_only, command.prevention, self._take_place(),
        )  # fmt: skip
        if order.post_only and not order.is_waiting and self._would_take(order):
            return [Refused(order.order_id, NoReason.WOULD_TAKE, "it is post-only and would trade at once")]
        events: list[BookEvent] = [Accepted(order.order_id)]
        if order.is_waiting:
            self.orders[order.order_id] = order
            if self.last_price is not None:
                self._settle(self._met(self.last_price), events)
        else:
            self._settle(self._enter(order, events), events)
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
        order.place = self._take_place()
        if order.is_waiting:
            self.orders[order.order_id] = order
            if self.last_price is not None:
                self._settle(self._met(self.last_price), events)
        else:
            self._settle(self._enter(order, events), events)
        return events

    def _on_time(self, command: AdvanceTime) -> list[BookEvent]:
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

    # ---------------------------------------------------------------------------------------- mechanics

    def _settle(self, triggered: deque[BookOrder], events: list[BookEvent]) -> None:
        """Enter triggered stops, and those which their trades trigger, in their order."""
        while triggered:
            order = triggered.popleft()
            if order.post_only and self._would_take(order):
                self._end(order, EndReason.WOULD_TAKE, events)
                continue
            order.place = self._take_place()
            assert self.last_price is not None, "a stop is triggered by a price"
            events.append(Triggered(order.order_id, self.last_price))
            triggered += self._enter(order, events)

    def _met(self, price: int) -> deque[BookOrder]:
        """Take out the stops that this price triggers, by their place; each is to be entered."""
        met = [order for order in self.orders.values() if order.is_waiting and is_met(order, price)]
        for order in met:
            order.is_triggered = True
            del self.orders[order.order_id]
        return deque(sorted(met, key=lambda order: order.place))

    def _enter(self, order: BookOrder, events: list[BookEvent]) -> deque[BookOrder]:
        """Trade what can be traded, then rest or end; give the stops that the trades triggered."""
        is_at_once = order.time_in_force in AT_ONCE
        if order.time_in_force is TimeInForce.FOK and not self._can_fill(order):
            self._end(order, EndReason.TIME_IN_FORCE, events)
            return deque()
        triggered = self._trade(order, events)
        if order.leaves_qty == 0 or _is_ended(order, events):
            return triggered
        if order.limit_price is None:
            self._end(order, EndReason.TIME_IN_FORCE if is_at_once else EndReason.NO_LIQUIDITY, events)
        elif is_at_once:
            self._end(order, EndReason.TIME_IN_FORCE, events)
        else:
            order.show()
            self.orders[order.order_id] = order
        return triggered

    def _trade(self, taker: BookOrder, events: list[BookEvent]) -> deque[BookOrder]:
        """Take from the front of the other side as long as prices cross."""
        triggered: deque[BookOrder] = deque()
        while taker.leaves_qty > 0:
            maker = self._front(taker)
            if maker is None:
                break
            if is_prevented(taker, maker):
                if self._prevent(taker, maker, events):
                    break
                continue
            self._match(taker, maker, events)
            assert self.last_price is not None, "there was a trade"
            triggered += self._met(self.last_price)
        return triggered

    def _front(self, taker: BookOrder) -> BookOrder | None:
        """The order that the taker trades with next, or None where prices do not cross."""
        queue = self.queue(Side.SELL if taker.side is Side.BUY else Side.BUY)
        if not queue or not crosses(taker, queue[0]):
            return None
        return queue[0]

    def _match(self, taker: BookOrder, maker: BookOrder, events: list[BookEvent]) -> None:
        quantity = min(taker.leaves_qty, maker.shown_qty)
        price = maker.limit_price
        assert price is not None and quantity > 0, "what rests has a price and shows something"
        taker.cum_qty += quantity
        maker.cum_qty += quantity
        self.last_price = price
        events.append(
            Traded(
                self._next_trade_id, price, quantity, maker.order_id, taker.order_id, taker.side,
                maker.leaves_qty, taker.leaves_qty,
            )
        )  # fmt: skip
        self._next_trade_id += 1
        self._take_off_show(maker, quantity, events)

    def _take_off_show(self, maker: BookOrder, quantity: int, events: list[BookEvent]) -> None:
        """What was on show is gone: an iceberg shows its next part behind all others of its price."""
        maker.shown_qty -= quantity
        if maker.leaves_qty == 0:
            del self.orders[maker.order_id]
        elif maker.shown_qty == 0:
            maker.place = self._take_place()
            maker.show()
            events.append(Replenished(maker.order_id, maker.shown_qty))

    def _prevent(self, taker: BookOrder, maker: BookOrder, events: list[BookEvent]) -> bool:
        """Keep two orders of one owner from trading; True when the taker goes no further."""
        mode = taker.prevention
        quantity = min(taker.leaves_qty, maker.shown_qty)
        events.append(Prevented(maker.order_id, taker.order_id, quantity))
        if mode is SelfTradePrevention.DECREMENT:
            taker.prevented_qty += quantity
            maker.prevented_qty += quantity
            left = maker.leaves_qty
            self._take_off_show(maker, quantity, events)
            if left == 0:
                events.append(Ended(maker.order_id, EndReason.SELF_TRADE, 0, maker.prevented_qty))
            if taker.leaves_qty == 0:
                events.append(Ended(taker.order_id, EndReason.SELF_TRADE, 0, taker.prevented_qty))
            return taker.leaves_qty == 0
        if mode is not SelfTradePrevention.EXPIRE_TAKER:
            self._end(maker, EndReason.SELF_TRADE, events)
        if mode is not SelfTradePrevention.EXPIRE_MAKER:
            self._end(taker, EndReason.SELF_TRADE, events)
            return True
        return False

    def _end(self, order: BookOrder, reason: EndReason, events: list[BookEvent]) -> None:
        """Take it out; self-trade prevention accounts for all that was left."""
        prevented = order.prevented_qty
        if reason is EndReason.SELF_TRADE:
            prevented += order.leaves_qty
        events.append(Ended(order.order_id, reason, order.leaves_qty, prevented))
        self.orders.pop(order.order_id, None)

    def _would_take(self, order: BookOrder) -> bool:
        return self._front(order) is not None

    def _can_fill(self, order: BookOrder) -> bool:
        """Whether the whole order trades at once: tried out on a copy, self-trade prevention included."""
        trial = OrderBook()
        trial.orders = {number: msgspec.structs.replace(each) for number, each in self.orders.items()}
        trial._next_place = self._next_place
        taker = msgspec.structs.replace(order)
        trial._trade(taker, [])
        return taker.cum_qty == taker.order_qty

    def _take_place(self) -> int:
        self._next_place += 1
        return self._next_place - 1


def _is_ended(order: BookOrder, events: list[BookEvent]) -> bool:
    last = events[-1]
    return type(last) is Ended and last.order_id == order.order_id


def _unknown(order_id: int) -> Refused:
    return Refused(order_id, NoReason.UNKNOWN_ORDER, "no open order has this id")
