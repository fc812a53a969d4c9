"""What the paper venue keeps: an order on its book, and the book of one instrument."""

from bisect import bisect_left, insort
from operator import attrgetter
from typing import Final

from trade2026.model.enums import Side, TimeInForce
from trade2026.model.events import OrderApproved
from trade2026.model.instrument import Instrument

_BUY: Final = Side.BUY
_IOC: Final = TimeInForce.IOC
_FOK: Final = TimeInForce.FOK

_FEW: Final = 16
"""With fewer done than one in so many, each is looked up and the others are not looked at."""

UNBOUNDED: Final = 1 << 100
"""Beyond every price and quantity: the limit of a market order, the cap where volume is unknown."""


class WorkingOrder:
    """An order the venue has taken.

    Prices are kept times `sign` (1 for a buy, -1 for a sell), so that less is better for us on both sides
    and each rule is written once; `limit` of a market order is `UNBOUNDED`.
    """

    __slots__ = (
        "acknowledged",
        "arrival",
        "client_order_id",
        "cum_qty",
        "decided",
        "fee_due",
        "immediate",
        "is_open",
        "limit",
        "order_qty",
        "post_only",
        "priority",
        "request",
        "resting",
        "sequence",
        "session_open",
        "sign",
        "venue_order_id",
    )

    def __init__(self, request: OrderApproved, arrival: int, sequence: int, venue_order_id: str) -> None:
        limit_price = request.limit_price
        time_in_force = request.time_in_force
        self.request = request
        self.client_order_id = request.client_order_id
        self.venue_order_id = venue_order_id
        self.sign = sign = 1 if request.side is _BUY else -1
        self.order_qty = request.order_qty
        self.cum_qty = 0
        self.limit = UNBOUNDED if limit_price is None else sign * limit_price
        self.immediate = time_in_force is _IOC or time_in_force is _FOK
        self.post_only = request.instructions is not None and request.instructions.post_only
        self.session_open = request.session_open
        self.decided = request.now
        self.arrival = arrival
        self.sequence = sequence  # Place in line; a higher price goes first.
        self.priority = -self.limit, sequence
        self.acknowledged = False
        self.resting = False  # Has seen an event and waited: it makes liquidity from now on.
        self.is_open = True
        self.fee_due = 0

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


_by_priority: Final = attrgetter("priority")
"""Best first; asked for a dozen times for each order that comes or goes."""


def _reached(side: list[WorkingOrder], opposite: int) -> list[WorkingOrder]:
    """Orders of one side whose limit the signed opposite price reaches: the first of them."""
    if not side or side[0].limit < opposite:
        return []
    if side[-1].limit >= opposite:
        return side
    return side[: bisect_left(side, (1 - opposite, 0), key=_by_priority)]


def _merged(buys: list[WorkingOrder], sells: list[WorkingOrder]) -> list[WorkingOrder]:
    """Each side in its order, and between the heads of both the first come."""
    if not sells:
        return buys
    if not buys:
        return sells
    merged: list[WorkingOrder] = []
    buys, sells = buys[::-1], sells[::-1]
    while buys and sells:
        merged.append(buys.pop() if buys[-1].sequence < sells[-1].sequence else sells.pop())
    return merged + buys[::-1] + sells[::-1]


class Market:
    """Our orders in one instrument, best price first and then first come, and what is left of the quote.

    `fresh` has the orders that no event has seen yet, so that a quote need not look at those that rest away
    from it; `done` has those still on the book that are done.
    """

    __slots__ = (
        "ask",
        "ask_left",
        "bars_ignored",
        "bid",
        "bid_left",
        "buys",
        "cap_unknown",
        "done",
        "fresh",
        "instrument",
        "sells",
    )

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.buys: list[WorkingOrder] = []
        self.sells: list[WorkingOrder] = []
        self.fresh: list[WorkingOrder] = []
        self.done: list[WorkingOrder] = []
        # A displayed side (price, size) of which we took something, and what is left of it.
        self.ask: tuple[int, int] | None = None
        self.ask_left = 0
        self.bid: tuple[int, int] | None = None
        self.bid_left = 0
        self.cap_unknown = False
        self.bars_ignored = False

    def add(self, order: WorkingOrder) -> None:
        """Put an order where its price and time belong."""
        self._insert(order)
        self.fresh.append(order)

    def _insert(self, order: WorkingOrder) -> None:
        side = self.buys if order.sign > 0 else self.sells
        if side:
            insort(side, order, key=_by_priority)
        else:
            side.append(order)

    def remove(self, order: WorkingOrder) -> None:
        """Take one order off the book without a look at the others."""
        side = self.buys if order.sign > 0 else self.sells
        place = bisect_left(side, order.priority, key=_by_priority)
        assert side[place] is order, "sequence numbers are given once"
        del side[place]

    def requeue(self, order: WorkingOrder, limit: int, sequence: int, decided: int, arrival: int) -> None:
        """Give an order a new signed limit as if it came anew: last in line, unseen by what began before."""
        self.remove(order)
        if limit != order.limit and order.resting:
            order.resting = False
            self.fresh.append(order)
        order.limit, order.sequence, order.priority = limit, sequence, (-limit, sequence)
        order.decided, order.arrival = decided, arrival
        self._insert(order)

    def drop_done(self) -> bool:
        """Forget the orders that are done; whether market data may now pass without being looked at."""
        if self.done:
            if _FEW * len(self.done) < len(self.buys) + len(self.sells):
                for order in self.done:
                    self.remove(order)
            else:
                self.buys = [order for order in self.buys if order.is_open]
                self.sells = [order for order in self.sells if order.is_open]
            self.done.clear()
        if self.fresh:
            self.fresh = [order for order in self.fresh if order.is_open and not order.resting]
        return not self.buys and not self.sells and self.ask is None and self.bid is None

    def in_priority(self) -> list[WorkingOrder]:
        """All orders: each side by price and time, and between the heads of both the first come."""
        return _merged(self.buys, self.sells)

    def concerned(self, bid: int, ask: int) -> list[WorkingOrder]:
        """The orders that a quote means something to: those it reaches by priority, then those new to it."""
        reached = _merged(_reached(self.buys, ask), _reached(self.sells, -bid))
        if not self.fresh:
            return reached
        return reached + [
            order for order in self.fresh if order.limit < (ask if order.sign > 0 else -bid) and order.is_open
        ]
