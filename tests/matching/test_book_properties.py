"""The reference book over random commands: nothing is made or lost, and nobody is passed over.

The queue is kept a second time from the events alone, as somebody would who only listens to the market.
"""

import random
from dataclasses import dataclass, field

import pytest

from trade2026.matching.book import OrderBook
from trade2026.matching.order import is_met
from trade2026.matching.words import (
    Accepted,
    AdvanceTime,
    BookCommand,
    BookEvent,
    CancelOpen,
    Ended,
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
from trade2026.model.enums import OrderType, Side, TimeInForce

STEPS = 400
PREVENTIONS = list(SelfTradePrevention)


@dataclass
class Listener:
    """Orders and queues as the events tell them; each event is checked before it is believed."""

    terms: dict[int, PlaceOrder] = field(default_factory=dict)
    total: dict[int, int] = field(default_factory=dict)
    filled: dict[int, int] = field(default_factory=dict)
    prevented: dict[int, int] = field(default_factory=dict)
    limit: dict[int, int | None] = field(default_factory=dict)
    resting: list[int] = field(default_factory=list)  # In the order of their places.
    waiting: dict[int, int] = field(default_factory=dict)
    active: int = 0
    last: int | None = None
    trades: int = 0

    def hear(self, command: BookCommand, events: tuple[BookEvent, ...]) -> None:
        if isinstance(command, PlaceOrder) and type(events[0]) is Accepted:
            self.terms[command.order_id] = command
            self.total[command.order_id] = command.order_qty
            self.limit[command.order_id] = command.limit_price
            self.filled[command.order_id] = self.prevented[command.order_id] = 0
        for event in events:
            self._hear_one(event)
        self._settle()

    def _hear_one(self, event: BookEvent) -> None:
        match event:
            case Accepted(order_id):
                self._settle()
                trigger = self.terms[order_id].trigger_price
                if trigger is None:
                    self.active = order_id
                else:
                    self.waiting[order_id] = trigger
            case Triggered(order_id, price):
                self._settle()
                assert price == self.last
                self.waiting.pop(order_id, None)
                self.active = order_id
            case Traded():
                self._trade(event)
            case Prevented():
                self._prevent(event)
            case Replenished(order_id):
                self.resting.remove(order_id)
                self.resting.append(order_id)
            case TermsReplaced():
                self._replace(event)
            case Ended():
                self._end(event)

    def left(self, order_id: int) -> int:
        return self.total[order_id] - self.filled[order_id] - self.prevented[order_id]

    def _is_ahead(self, one: int, other: int) -> bool:
        """Whether `one` trades before `other`, both resting on a side."""
        better = self.limit[one] - self.limit[other]  # type: ignore[operator]
        if self.terms[one].side is Side.BUY:
            better = -better
        return better < 0 or (better == 0 and self.resting.index(one) < self.resting.index(other))

    def _check_turn(self, maker: int, taker: int) -> None:
        side = self.terms[maker].side
        assert self.terms[taker].side is not side
        for other in self.resting:
            if other != maker and self.terms[other].side is side:
                assert not self._is_ahead(other, maker), f"{other} was passed over for {maker}"

    def _trade(self, event: Traded) -> None:
        maker, taker = event.maker_id, event.taker_id
        assert taker == self.active
        assert event.quantity > 0
        assert event.trade_id == self.trades + 1
        self._check_turn(maker, taker)
        assert event.price == self.limit[maker], "a trade is at the price that rested"
        bound = self.limit[taker]
        if bound is not None:
            assert event.price <= bound if event.taker_side is Side.BUY else event.price >= bound
        owner = self.terms[taker].owner
        if owner and owner == self.terms[maker].owner:
            assert self.terms[taker].prevention is SelfTradePrevention.NONE
        for order_id, leaves in ((maker, event.maker_leaves), (taker, event.taker_leaves)):
            self.filled[order_id] += event.quantity
            assert self.left(order_id) == leaves >= 0
        if event.maker_leaves == 0:
            self.resting.remove(maker)
        self.trades, self.last = event.trade_id, event.price

    def _prevent(self, event: Prevented) -> None:
        maker, taker = event.maker_id, event.taker_id
        self._check_turn(maker, taker)
        assert self.terms[maker].owner == self.terms[taker].owner != ""
        if self.terms[taker].prevention is SelfTradePrevention.DECREMENT:
            self.prevented[maker] += event.quantity
            self.prevented[taker] += event.quantity

    def _replace(self, event: TermsReplaced) -> None:
        self._settle()
        order_id = event.order_id
        if (not event.keeps_priority or event.leaves_qty == 0) and order_id in self.resting:
            self.resting.remove(order_id)
            self.active = order_id
        if order_id in self.waiting:
            assert event.trigger_price is not None
            self.waiting[order_id] = event.trigger_price
        self.total[order_id], self.limit[order_id] = event.order_qty, event.limit_price
        assert self.left(order_id) == event.leaves_qty >= 0

    def _end(self, event: Ended) -> None:
        order_id = event.order_id
        assert event.leaves_qty == self.left(order_id)
        if self.terms[order_id].time_in_force is TimeInForce.FOK:
            assert self.filled[order_id] == 0, "all or nothing"
        self.prevented[order_id] = self.total[order_id] - self.filled[order_id]
        self.waiting.pop(order_id, None)
        if order_id in self.resting:
            self.resting.remove(order_id)

    def _settle(self) -> None:
        """The order that was trading rests now, if it has something left."""
        order_id, self.active = self.active, 0
        if order_id and self.left(order_id) > 0:
            terms = self.terms[order_id]
            assert terms.time_in_force not in (TimeInForce.IOC, TimeInForce.FOK)
            assert self.limit[order_id] is not None, "a market order never rests"
            self.resting.append(order_id)


def draw(chance: random.Random, book: OrderBook, number: int) -> BookCommand:
    """A command; prices within ten of one another, so that much meets."""
    kind = chance.random()
    known = sorted(book.orders) or [1]
    if kind < 0.12:
        return CancelOpen(chance.choice([*known, number]))
    if kind < 0.27:
        price = chance.choice((None, chance.randint(95, 105)))
        trigger = chance.choice((None, None, None, chance.randint(95, 105)))
        return ReplaceOpen(chance.choice(known), chance.randint(1, 20), price, trigger)
    if kind < 0.3:
        return chance.choice((AdvanceTime(number), EndSession()))
    order_type = chance.choice((OrderType.LIMIT, OrderType.LIMIT, *list(OrderType)[:4]))
    is_priced = order_type in (OrderType.LIMIT, OrderType.STOP_LIMIT)
    time_in_force = chance.choice((TimeInForce.GTC, TimeInForce.GTC, *TimeInForce))
    quantity = chance.randint(1, 20)
    may_rest = is_priced and time_in_force not in (TimeInForce.IOC, TimeInForce.FOK)
    return PlaceOrder(
        number, chance.choice(("", "x", "y")), chance.choice(list(Side)), order_type, time_in_force, quantity,
        chance.randint(95, 105) if is_priced else None,
        chance.randint(95, 105) if order_type in (OrderType.STOP, OrderType.STOP_LIMIT) else None,
        chance.choice((0, 0, 0, chance.randint(1, quantity))), number + chance.randint(1, 40),
        may_rest and chance.random() < 0.15, chance.choice(PREVENTIONS),
    )  # fmt: skip


def check_book(book: OrderBook, listener: Listener) -> None:
    """The book is what its events told, uncrossed, and no stop was forgotten."""
    bid, offer = book.best_price(Side.BUY), book.best_price(Side.SELL)
    assert bid is None or offer is None or bid < offer
    for side in Side:
        told = [order_id for order_id in listener.resting if listener.terms[order_id].side is side]
        sign = -1 if side is Side.BUY else 1
        told.sort(key=lambda order_id: sign * (listener.limit[order_id] or 0))
        assert [order.order_id for order in book.queue(side)] == told
    assert {number for number, order in book.orders.items() if order.is_waiting} == set(listener.waiting)
    for order in book.orders.values():
        assert order.leaves_qty == listener.left(order.order_id) > 0
        if order.is_waiting:
            assert book.last_price is None or not is_met(order, book.last_price), "a stop was forgotten"
        else:
            assert 0 < order.shown_qty <= (order.display_qty or order.leaves_qty)
            assert order.shown_qty <= order.leaves_qty


@pytest.mark.parametrize("seed", range(25))
def test_nothing_is_made_or_lost_and_nobody_is_passed_over(seed):
    chance, book, listener = random.Random(seed), OrderBook(), Listener()
    for number in range(1, STEPS):
        command = draw(chance, book, number)
        before = book.state_sha256()
        events = book.handle(command)
        refused = [event for event in events if isinstance(event, Refused)]
        if refused:
            assert len(events) == 1
            assert book.state_sha256() == before
            assert not isinstance(command, PlaceOrder) or refused[0].reason is not NoReason.MALFORMED
        listener.hear(command, events)
        check_book(book, listener)
    assert listener.trades > STEPS // 8, "the test must have trades to look at"
    bought = sum(quantity for order_id, quantity in listener.filled.items() if _is_buy(listener, order_id))
    assert 2 * bought == sum(listener.filled.values())


def _is_buy(listener: Listener, order_id: int) -> bool:
    return listener.terms[order_id].side is Side.BUY


def test_the_same_commands_give_the_same_events_and_the_same_hash():
    def story(seed: int) -> list[object]:
        chance, book = random.Random(seed), OrderBook()
        told: list[object] = []
        for number in range(1, STEPS):
            told += [book.handle(draw(chance, book, number)), book.state_sha256()]
        return told

    assert story(7) == story(7) != story(8)
