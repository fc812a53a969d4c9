"""What the paper venue keeps: an order on its book, and the book of one instrument."""

from bisect import insort
from typing import Final

from trade2026.model.enums import Side, TimeInForce
from trade2026.model.events import OrderApproved
from trade2026.model.instrument import Instrument

_BUY: Final = Side.BUY
_IOC: Final = TimeInForce.IOC
_FOK: Final = TimeInForce.FOK

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
        self.session_open = request.session_open
        self.decided = request.now
        self.arrival = arrival
        self.sequence = sequence  # Place in line; a higher price goes first.
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


def _by_priority(order: WorkingOrder) -> tuple[int, int]:
    return -order.limit, order.sequence


def _drop_done(side: list[WorkingOrder]) -> None:
    if len(side) > 1:
        side[:] = [order for order in side if order.is_open]
    elif not side[0].is_open:  # The usual case, and a fifth of the cost.
        side.clear()


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
        side = self.buys if order.sign > 0 else self.sells
        if side:
            insort(side, order, key=_by_priority)
        else:
            side.append(order)

    def requeue(self, order: WorkingOrder, limit: int, sequence: int, decided: int, arrival: int) -> None:
        """Give an order a new signed limit as if it came anew: last in line, unseen by what began before."""
        (self.buys if order.sign > 0 else self.sells).remove(order)
        if limit != order.limit:
            order.resting = False
        order.limit, order.sequence = limit, sequence
        order.decided, order.arrival = decided, arrival
        self.add(order)

    def drop_done(self) -> bool:
        """Forget the orders that are done; whether market data may now pass without being looked at."""
        buys, sells = self.buys, self.sells
        if buys:
            _drop_done(buys)
        if sells:
            _drop_done(sells)
        return not buys and not sells and self.ask is None and self.bid is None

    def in_priority(self) -> list[WorkingOrder]:
        """All orders: each side by price and time, and between the heads of both the first come."""
        if not self.sells:
            return self.buys
        if not self.buys:
            return self.sells
        merged: list[WorkingOrder] = []
        buys, sells = self.buys[::-1], self.sells[::-1]
        while buys and sells:
            merged.append(buys.pop() if buys[-1].sequence < sells[-1].sequence else sells.pop())
        return merged + buys[::-1] + sells[::-1]
