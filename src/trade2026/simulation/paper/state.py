"""What the paper venue keeps: an order on its book, and the book of one instrument."""

from bisect import insort
from operator import attrgetter
from typing import Final

from trade2026.model.enums import Side, TimeInForce
from trade2026.model.events import OrderApproved
from trade2026.model.instrument import Instrument

UNBOUNDED: Final = 1 << 100
"""Beyond every price and quantity: the limit of a market order, the cap where volume is unknown."""


class WorkingOrder:
    """An order the venue has taken.

    Prices are kept times `sign` (1 for a buy, -1 for a sell), so that less is better for us on both sides
    and each rule is written once; `limit` of a market order is `UNBOUNDED`.
    """

    __slots__ = (
        "account_id",
        "acknowledged",
        "arrival",
        "client_order_id",
        "cum_qty",
        "decided",
        "fee_charged",
        "fee_due",
        "immediate",
        "instrument_id",
        "is_market",
        "is_open",
        "limit",
        "order_id",
        "order_qty",
        "priority",
        "resting",
        "session_close",
        "session_open",
        "sign",
        "time_in_force",
        "venue_order_id",
    )

    def __init__(self, order: OrderApproved, arrival: int, sequence: int, venue_order_id: str) -> None:
        self.order_id = order.order_id
        self.account_id = order.account_id
        self.client_order_id = order.client_order_id
        self.venue_order_id = venue_order_id
        self.instrument_id = order.instrument_id
        self.sign = sign = 1 if order.side is Side.BUY else -1
        self.order_qty = order.order_qty
        self.cum_qty = 0
        limit_price = order.limit_price
        self.is_market = limit_price is None
        self.limit = UNBOUNDED if limit_price is None else sign * limit_price
        self.time_in_force = time_in_force = order.time_in_force
        self.immediate = time_in_force is TimeInForce.IOC or time_in_force is TimeInForce.FOK
        self.session_open = order.session_open
        self.session_close = order.session_close if time_in_force is TimeInForce.DAY else 0
        self.decided = order.now
        self.arrival = arrival
        self.priority = (-self.limit, sequence)
        self.acknowledged = False
        self.resting = False  # Has seen an event and waited: it makes liquidity from now on.
        self.is_open = True
        self.fee_due = 0
        self.fee_charged = 0

    def sees_point(self, ts: int) -> bool:
        """Whether something that happened at `ts` (a quote, a print, a close) may fill the order."""
        return self.decided < ts and self.arrival <= ts and self.session_open <= ts

    def sees_bar(self, start: int, ts: int) -> bool:
        """Whether an interval that began at `start` and closed at `ts` may fill the order from its open.

        An order that waits for its session is there when trading begins, wherever the interval starts.
        """
        if self.arrival <= self.session_open:
            return ts > self.session_open
        return self.arrival <= start


_by_priority = attrgetter("priority")


class Market:
    """Our orders in one instrument, best price first and then first come, and what is left of the quote."""

    __slots__ = (
        "ask",
        "ask_left",
        "bars_ignored",
        "bid",
        "bid_left",
        "buys",
        "cap_unknown",
        "instrument",
        "sells",
    )

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.buys: list[WorkingOrder] = []
        self.sells: list[WorkingOrder] = []
        # A displayed side (price, size) of which we took something, and what is left of it.
        self.ask: tuple[int, int] | None = None
        self.ask_left = 0
        self.bid: tuple[int, int] | None = None
        self.bid_left = 0
        self.cap_unknown = False
        self.bars_ignored = False

    def add(self, order: WorkingOrder) -> None:
        """Put an order where its price and time belong."""
        insort(self.buys if order.sign > 0 else self.sells, order, key=_by_priority)

    def requeue(self, order: WorkingOrder, limit: int, sequence: int, decided: int, arrival: int) -> None:
        """Give an order a new signed limit as if it came anew: last in line, unseen by what began before."""
        (self.buys if order.sign > 0 else self.sells).remove(order)
        if limit != order.limit:
            order.resting = False
        order.limit, order.priority = limit, (-limit, sequence)
        order.decided, order.arrival = decided, arrival
        self.add(order)

    def drop_done(self) -> None:
        """Forget the orders that are done."""
        if self.buys:
            self.buys = [order for order in self.buys if order.is_open]
        if self.sells:
            self.sells = [order for order in self.sells if order.is_open]

    def in_priority(self) -> list[WorkingOrder]:
        """All orders, a copy: each side by price and time, and between the heads of both the first come."""
        if not self.sells:
            return self.buys[:]
        if not self.buys:
            return self.sells[:]
        merged: list[WorkingOrder] = []
        buys, sells = self.buys[::-1], self.sells[::-1]
        while buys and sells:
            side = buys if buys[-1].priority[1] < sells[-1].priority[1] else sells
            merged.append(side.pop())
        return merged + buys[::-1] + sells[::-1]

    @property
    def is_idle(self) -> bool:
        """Whether market data may pass without being looked at."""
        return not self.buys and not self.sells and self.ask is None and self.bid is None
