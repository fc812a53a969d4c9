"""One more trader in a simulated market, driven from outside: its account, its messages, its own fills.

What it sends takes time and arrives in the order in which it was sent, as on one connection. It looks at
the market without delay, as the other traders do. Where it takes orders away to send others, it sends these
when the cancels are done, by what it has then: so it never trades more than it decided to.
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import numpy as np

from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.accounts import TOTAL
from trade2026.matching.compiled.layout import Memory
from trade2026.model.enums import Side
from trade2026.simulation.prism.agents import BUY, SELL, Desk
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.config import Latency
from trade2026.simulation.prism.market import Chunk, Quote
from trade2026.simulation.prism.timeline import Timeline

_MICROSECOND: Final = 1_000
_ORDER, _REASON = 2, 3  # Columns of an event about an order.
_PRICE, _QUANTITY, _MAKER, _TAKER, _TAKER_SIDE = 3, 4, 5, 6, 7  # Columns of a trade.


class Fill(NamedTuple):
    """A trade of one of its own orders: UTC nanoseconds, lots, ticks, and the fee in raw quote asset."""

    time_ns: int
    order_id: int
    side: Side
    lots: int
    price: int
    fee: int
    is_maker: bool


class Resting(NamedTuple):
    """One of its orders in the book: ticks, lots left, lots that trade before it at its price."""

    order_id: int
    price: int
    lots: int
    ahead: int


class Participant:
    """A trader in book `number`, under a name that nobody else has.

    Attributes
    ----------
    desk : Desk
        Through which it sends.
    fills : list of Fill
        Its trades since somebody emptied the list.
    flow_lots, volume_lots : int
        What everybody bought less what they sold by taking, and both together, since somebody set them to 0.
    refused : int
        Its orders that the exchange refused, since the beginning.
    """

    def __init__(self, timeline: Timeline, name: str, number: int, latency: Latency, seed: int) -> None:
        self.number, self._timeline, self._market = number, timeline, timeline.market
        self.listing = self._market.config.books[number].listing
        self.desk = Desk(timeline, name, self._draw_latency)
        self.fills: list[Fill] = []
        self.flow_lots = self.volume_lots = self.refused = 0
        self._owner = self._market.exchange.clearing.number(name)
        self._book = self._market.exchange.books[number]
        clearing = self._clearing = self._market.exchange.clearing
        self._base, self._quote = (
            clearing.assets.index(asset) for asset in (self.listing.base, self.listing.quote)
        )
        self._latency, self._source = latency, np.random.default_rng(seed)
        self._last_arrival_ns = self._market.now_ns
        self._turn = 0
        self._heard_ns = self._market.now_ns
        self._own: set[int] = set()
        self._market.listen(self._hear)

    # ---------------------------------------------------------------------------------------------- sending

    def act(self, decide: Callable[[], None]) -> None:
        """Decide and send as soon as nothing sent before is under way; a later call replaces it."""
        self._turn += 1
        self._when_arrived(decide)

    def after_cancels(self, orders: Iterable[int], then: Callable[[], None]) -> None:
        """Cancel, and go on when that is done; at once where there is nothing to cancel."""
        for order in orders:
            self.desk.cancel(self.number, order)
        self._when_arrived(then)

    def place(self, side: int, lots: int, price: int, *, post_only: bool = False) -> int:
        """Send a limit order that is good till canceled; its number."""
        return self._mine(self.desk.place(self.number, side, lots, price, post_only=post_only))

    def take(self, side: int, lots: int) -> int:
        """Send a market order; its number."""
        return self._mine(self.desk.take(self.number, side, lots))

    def _mine(self, order: int) -> int:
        self._own.add(order)
        return order

    def _when_arrived(self, action: Callable[[], None]) -> None:
        now_ns, turn = self._market.now_ns, self._turn
        self.desk.now_ns = now_ns
        if self._last_arrival_ns <= now_ns:
            action()
            return

        def once(time_ns: int) -> None:
            if turn == self._turn:
                self.desk.now_ns = time_ns
                action()

        self._timeline.call_at(self._last_arrival_ns, once)

    def _draw_latency(self) -> int:
        """How long the next message takes: never so short that it overtakes one before."""
        drawn = self._latency.floor_us + self._latency.extra_us * self._source.standard_exponential()
        arrival_ns = max(self.desk.now_ns + int(drawn * _MICROSECOND), self._last_arrival_ns)
        self._last_arrival_ns = arrival_ns
        return arrival_ns - self.desk.now_ns

    # ---------------------------------------------------------------------------------------------- looking

    @property
    def cash(self) -> int:
        """What it has of the quote asset, raw."""
        return int(self._clearing.array[self._owner, self._quote, TOTAL])

    @property
    def stock(self) -> int:
        """What it has of the base asset, lots."""
        return int(self._clearing.array[self._owner, self._base, TOTAL]) // self.listing.lot_size

    def resting(self, order_id: int) -> Resting | None:
        """One of its orders, or None where it does not rest."""
        ahead = self._book.lots_ahead(order_id) if order_id else None
        if ahead is None:
            return None
        order = self._book.order(order_id)
        assert order is not None and order.limit_price is not None, "a resting order has a price"
        return Resting(order_id, order.limit_price, order.leaves_qty, ahead)

    def quote_of_others(self, *own: Resting | None) -> Quote:
        """The best of the book without these orders of its own."""
        quote = self._market.quote(self.number)
        mine = [order for order in own if order is not None]
        if any(order.price in (quote.bid, quote.ask) for order in mine):
            bid, bid_lots = self._best(Side.BUY, mine)
            ask, ask_lots = self._best(Side.SELL, mine)
            return Quote(bid, ask, bid_lots, ask_lots)
        return quote

    def _best(self, side: Side, mine: list[Resting]) -> tuple[int, int]:
        for level in self._book.levels(side, len(mine) + 1):
            lots = level.shown_qty - sum(order.lots for order in mine if order.price == level.price)
            if lots > 0:
                return level.price, lots
        return 0, 0

    # -------------------------------------------------------------------------------------------- listening

    def _hear(self, chunk: Chunk) -> None:
        events = chunk.events[self.number]
        if len(events):
            trades = events[events[:, 0] == book_at.TRADED]
            lots = trades[:, _QUANTITY]
            bought = int(lots[trades[:, _TAKER_SIDE] == BUY].sum())
            total = int(lots.sum())
            self.volume_lots += total
            self.flow_lots += 2 * bought - total
            is_maker = trades[:, book_at.MAKER_OWNER_FIELD] == self._owner
            mine = trades[is_maker | (trades[:, book_at.TAKER_OWNER_FIELD] == self._owner)]
            self.fills += [self._fill(row, chunk.commands) for row in mine.tolist()]
            refusals = events[events[:, 0] == book_at.REFUSED]
            for _, _, order, reason, *_ in refusals.tolist():
                self.refused += order in self._own and reason != book_at.UNKNOWN_ORDER
        if len(chunk.commands):
            self._heard_ns = int(chunk.commands[-1, at.LOG_TIME])

    def _fill(self, row: list[int], commands: Memory) -> Fill:
        is_maker = row[book_at.MAKER_OWNER_FIELD] == self._owner
        is_buy = (row[_TAKER_SIDE] == BUY) is not is_maker
        place = int(np.searchsorted(commands[:, at.LOG_SEQUENCE], row[1]))
        is_here = place < len(commands) and commands[place, at.LOG_SEQUENCE] == row[1]
        time_ns = int(commands[place, at.LOG_TIME]) if is_here else self._heard_ns  # It went on from before.
        return Fill(
            time_ns,
            row[_MAKER if is_maker else _TAKER],
            Side.BUY if is_buy else Side.SELL,
            row[_QUANTITY],
            row[_PRICE],
            row[book_at.MAKER_FEE_FIELD if is_maker else book_at.TAKER_FEE_FIELD],
            is_maker,
        )


SIDES: Final = {Side.BUY: BUY, Side.SELL: SELL}
"""How the exchange counts the sides."""
