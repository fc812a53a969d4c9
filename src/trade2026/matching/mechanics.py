"""What happens inside of a reference book: who trades with whom, decided by looking at all of them."""

from collections import deque

import msgspec

from trade2026.matching.auction import Pair, find_cross, pair_up
from trade2026.matching.order import AT_ONCE, BookOrder, Level, crosses, is_met, is_prevented
from trade2026.matching.words import (
    BookEvent,
    Ended,
    EndReason,
    Phase,
    PhaseSet,
    Prevented,
    Replenished,
    SelfTradePrevention,
    SetBands,
    Traded,
    Triggered,
    Uncrossed,
)
from trade2026.model.enums import Side, TimeInForce


class Mechanics:
    """The open orders of a book and what they do with one another; `book.OrderBook` says when."""

    __slots__ = ("_next_place", "_next_trade_id", "bands", "last_price", "orders", "phase")

    def __init__(self) -> None:
        self.orders: dict[int, BookOrder] = {}
        self.last_price: int | None = None
        self.phase = Phase.CONTINUOUS
        self.bands = SetBands()
        self._next_place = 1
        self._next_trade_id = 1

    def number_trades_from(self, trade_id: int) -> None:
        """Number trades from here on at least."""
        self._next_trade_id = max(self._next_trade_id, trade_id)

    def queue(self, side: Side) -> list[BookOrder]:
        """Resting orders of a side, the next to trade first: by price, then by place in time.

        In an auction market orders come before all others.
        """
        resting = [order for order in self.orders.values() if order.side is side and not order.is_waiting]
        sign = -1 if side is Side.BUY else 1

        def turn(order: BookOrder) -> tuple[bool, int, int]:
            return order.limit_price is not None, sign * (order.limit_price or 0), order.place

        return sorted(resting, key=turn)

    def levels(self, side: Side, most: int) -> list[Level]:
        """The best prices of a side, at most so many; market orders of an auction have none."""
        found: dict[int, tuple[int, int]] = {}
        for order in self.queue(side):
            if order.limit_price is not None:
                shown, count = found.get(order.limit_price, (0, 0))
                found[order.limit_price] = shown + order.shown_qty, count + 1
        return [Level(price, *rest) for price, rest in list(found.items())[:most]]

    def best_price(self, side: Side) -> int | None:
        """The best limit price of a side, bid (BUY) or offer (SELL), or None."""
        return next((each.limit_price for each in self.queue(side) if each.limit_price is not None), None)

    def _take_up(self, order: BookOrder, events: list[BookEvent]) -> None:
        """Give an order a new place: it waits, trades or rests, and what follows from it is done."""
        order.place = self._take_place()
        if not order.is_waiting:
            self._settle(self._enter(order, events), events)
            return
        self.orders[order.order_id] = order
        if self.last_price is not None and self.phase is Phase.CONTINUOUS:
            self._settle(self._met(self.last_price), events)

    def _settle(self, triggered: deque[BookOrder], events: list[BookEvent]) -> None:
        """Enter triggered stops, and those which their trades trigger, in their order."""
        while triggered:
            order = triggered.popleft()
            if order.post_only and self.phase is Phase.CONTINUOUS and self._would_take(order):
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
        triggered: deque[BookOrder] = deque()
        if self.phase is Phase.CONTINUOUS:
            if order.time_in_force is TimeInForce.FOK and not self._can_fill(order):
                self._end(order, EndReason.TIME_IN_FORCE, events)
                return triggered
            triggered = self._trade(order, events)
        if order.leaves_qty == 0 or _is_ended(order, events):
            return triggered
        if self.phase is not Phase.CONTINUOUS and is_at_once:
            self._end(order, EndReason.HALTED, events)
        elif self.phase is Phase.CONTINUOUS and order.limit_price is None:
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
            if self._is_halting(maker, events):
                break
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

    def _is_halting(self, maker: BookOrder, events: list[BookEvent]) -> bool:
        """Whether a trade with this order is out of bounds; the book is in an auction then."""
        price, low, high = maker.limit_price, self.bands.trade_low, self.bands.trade_high
        assert price is not None, "what rests has a price"
        if (low is None or price >= low) and (high is None or price <= high):
            return False
        self.phase = Phase.AUCTION
        events.append(PhaseSet(self.phase, price))
        return True

    def _match(self, taker: BookOrder, maker: BookOrder, events: list[BookEvent]) -> None:
        quantity = min(taker.leaves_qty, maker.shown_qty)
        price = maker.limit_price
        assert price is not None and quantity > 0, "what rests has a price and shows something"
        self._tell_trade(price, quantity, maker, taker, events)
        self._take_off_show(maker, quantity, events)

    def _tell_trade(
        self, price: int, quantity: int, maker: BookOrder, taker: BookOrder, events: list[BookEvent]
    ) -> None:
        """Both have traded so much more."""
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

    def _uncross(self, events: list[BookEvent]) -> None:
        """Trade at one price whatever crosses; market orders that got nothing end."""
        while self._cross(events):
            pass
        for order in sorted(self.orders.values(), key=lambda order: order.place):
            if order.limit_price is None and not order.is_waiting:
                self._end(order, EndReason.NO_LIQUIDITY, events)

    def _cross(self, events: list[BookEvent]) -> bool:
        buys, sells = self.queue(Side.BUY), self.queue(Side.SELL)
        cross = find_cross(buys, sells, self.last_price)
        if cross is None:
            return False
        pairs = pair_up(buys, sells, cross.quantity)
        events.append(Uncrossed(cross.price, cross.quantity, len(pairs)))
        traded: dict[int, int] = {}
        for pair in pairs:
            self._match_in_auction(pair, cross.price, events)
            for order in (pair.buy, pair.sell):
                traded[order.order_id] = traded.get(order.order_id, 0) + pair.quantity
        for order in (pairs[-1].buy, pairs[-1].sell):  # Of those before them nothing is left.
            self._take_off_show(order, min(traded[order.order_id], order.shown_qty), events)
        return True

    def _match_in_auction(self, pair: Pair, price: int, events: list[BookEvent]) -> None:
        buy, sell, quantity = pair
        is_buy_first = buy.place < sell.place
        maker, taker = (buy, sell) if is_buy_first else (sell, buy)
        self._tell_trade(price, quantity, maker, taker, events)
        for order in (buy, sell):
            if order.leaves_qty == 0:
                del self.orders[order.order_id]

    def _take_off_show(self, maker: BookOrder, quantity: int, events: list[BookEvent]) -> None:
        """What was on show is gone: an iceberg shows its next part behind all others of its price."""
        maker.shown_qty -= quantity
        if maker.leaves_qty == 0:
            self.orders.pop(maker.order_id, None)
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
        trial = Mechanics()
        trial.orders = {number: msgspec.structs.replace(each) for number, each in self.orders.items()}
        trial._next_place = self._next_place
        trial.bands = self.bands
        taker = msgspec.structs.replace(order)
        trial._trade(taker, [])
        return taker.cum_qty == taker.order_qty

    def _take_place(self) -> int:
        self._next_place += 1
        return self._next_place - 1


def _is_ended(order: BookOrder, events: list[BookEvent]) -> bool:
    last = events[-1]
    return type(last) is Ended and last.order_id == order.order_id
