"""A real tape, market by order, played through a book: what traded there trades here, in the same turn.

The tape tells who rested and what was done to them. A message (up to the record that is flagged as its last)
is played in three steps. Orders that vanish beside a trade without having traded went to the exchange's
self-match prevention, which comes first. Each trade is then sent as what must have been sent there, an order
of that side, price and size that does not rest; the book's trades are compared with the tape's fills, order
by order. Last, the rest of the message is checked where it only repeats what the trades did, else done.

What the tape does not show cannot be checked: a fill larger than what its order showed came out of hidden
quantity. Such a trade is taken over from the tape, and counted.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import databento_dbn
import pytest
import zstandard

from trade2026.matching.words import (
    BookEvent,
    CancelOpen,
    Phase,
    PlaceOrder,
    Refused,
    ReplaceOpen,
    SetPhase,
    Traded,
)
from trade2026.model.enums import OrderType, Side, TimeInForce

TAPE = Path(__file__).parents[3] / "shared" / "data" / "es-2023-12-25.mbo.dbn.zst"
_LAST = 128
_SENT = 10**17  # Numbers of the orders that traded and did not rest.
_SIDES = {"B": Side.BUY, "A": Side.SELL}


class Record(NamedTuple):
    """What is used of a record; `size` is what an order shows, or what traded."""

    action: str
    order_id: int
    side: str
    price: int
    size: int
    is_last: bool


def records() -> list[Record]:
    """All records of the tape, in order; skips where the tape is not there."""
    if not TAPE.exists():
        pytest.skip(f"{TAPE.name} is not here: it comes with the project's shared data, not with the package")
    decoder = databento_dbn.DBNDecoder()
    with TAPE.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain:
        decoder.write(plain.read())
    return [
        Record(
            str(each.action), each.order_id, str(each.side), each.price, each.size, bool(each.flags & _LAST)
        )
        for each in decoder.decode()
        if isinstance(each, databento_dbn.MBOMsg)
    ]


def messages(found: list[Record]) -> Iterator[list[Record]]:
    """Records by message; those of the snapshot, which come first and only add, one by one."""
    group: list[Record] = []
    has_begun = False
    for each in found:
        has_begun = has_begun or each.is_last
        group.append(each)
        if each.is_last or not has_begun:
            yield group
            group = []
    if group:
        yield group


class TapePlayer:
    """Plays messages through a book and counts what agreed, what did not, and what could not be checked."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.counts: Counter[str] = Counter()
        self.differences: list[str] = []
        self.opening: tuple[int, int] | None = None
        self._sent = _SENT
        self._traded: set[int] = set()
        self._moved: set[int] = set()
        book.handle(SetPhase(Phase.AUCTION))

    def play(self, message: list[Record]) -> None:
        """One message."""
        self._traded = {each.order_id for each in message if each.action == "F"}
        self._moved = set()
        may_prevent = any(each.action in "TFA" for each in message)
        rest = []
        for each in message:
            if may_prevent and each.action == "C" and each.order_id not in self._traded:
                self.counts["prevented"] += 1
                self._cancel(each)
            elif each.action in "ACM":
                rest.append(each)
        for index, each in enumerate(message):
            if each.action == "T":
                fills = []
                for fill in message[index + 1 :]:
                    if fill.action != "F":
                        break
                    fills.append(fill)
                self._trade(each, fills)
        for each in rest:
            {"A": self._add, "C": self._cancel, "M": self._modify}[each.action](each)

    def _differs(self, what: str) -> None:
        self.counts["different"] += 1
        self.differences.append(what)

    def _quiet(self, record: Record, events: tuple[BookEvent, ...]) -> None:
        """Adding or changing an order trades nothing: what trades has its own records."""
        if isinstance(events[0], Refused) or any(isinstance(event, Traded) for event in events):
            self._differs(f"{record}: {events[:3]}")
        else:
            self.counts["quiet"] += 1

    def _place(self, order_id: int, side: Side, price: int, size: int, time_in_force: TimeInForce) -> Any:
        order = PlaceOrder(order_id, "", side, OrderType.LIMIT, time_in_force, size, price)
        return self.book.handle(order)

    def _add(self, record: Record) -> None:
        events = self._place(record.order_id, _SIDES[record.side], record.price, record.size, TimeInForce.GTC)
        self._quiet(record, events)

    def _cancel(self, record: Record) -> None:
        order = self.book.order(record.order_id)
        if record.order_id in self._moved:  # It says what had rested before it was moved and traded.
            self.counts["not told"] += 1
            if order is None:
                return
        elif record.order_id in self._traded:  # It says that the fills took all of it.
            self._same(record, 0 if order is None else order.leaves_qty, 0)
            if order is None:
                return
        elif order is None:
            self._differs(f"{record}: it is not in the book")
            return
        else:
            self._same(record, order.leaves_qty, record.size)
        self.book.handle(CancelOpen(record.order_id))

    def _same(self, record: Record, here: int, there: int) -> None:
        if here == there:
            self.counts["sizes"] += 1
        else:
            self._differs(f"{record}: the book has {here}")

    def _modify(self, record: Record) -> None:
        order = self.book.order(record.order_id)
        if order is None and record.order_id in self._traded:
            self.counts["replenished"] += 1
            self._add(record)
        elif order is None:
            self._differs(f"{record}: it is not in the book")
        elif (order.limit_price, order.leaves_qty) == (record.price, record.size):
            self.counts["sizes"] += 1
        else:
            total = order.cum_qty + record.size
            self._quiet(record, self.book.handle(ReplaceOpen(record.order_id, total, record.price)))

    def _trade(self, record: Record, fills: list[Record]) -> None:
        if record.side == "N":
            self._open(record, fills)
            return
        fills = [each for each in fills if each.order_id != record.order_id]
        told = [(each.order_id, each.size) for each in fills]
        orders = [self.book.order(order_id) for order_id, _ in told]
        shown = Counter(
            {order_id: order.leaves_qty for (order_id, _), order in zip(told, orders, strict=True) if order}
        )
        filled: Counter[int] = Counter()
        for order_id, size in told:
            filled[order_id] += size
        if any(size > shown[order_id] for order_id, size in filled.items()):
            self.counts["hidden"] += 1
            self._take_over(filled)
            return
        self._sent += 1
        side = _SIDES[record.side]
        events = self._place(self._sent, side, record.price, record.size, TimeInForce.IOC)
        here = [(event.maker_id, event.quantity) for event in events if isinstance(event, Traded)]
        prices = {event.price for event in events if isinstance(event, Traded)}
        if here == told and prices <= {record.price}:
            self.counts["trades"] += 1
            self.counts["fills"] += len(told)
        elif sorted(here) == sorted(told) and prices <= {record.price}:
            self.counts["other turn"] += 1
        else:
            self._differs(f"{record}: filled {told} there and {here} at {prices} here")
        if self.book.order(record.order_id) is not None:  # It had rested, and was moved to where it trades.
            self.counts["moved"] += 1
            self._traded.add(record.order_id)
            self._moved.add(record.order_id)
            self._take_over(Counter({record.order_id: record.size}))

    def _take_over(self, filled: Counter[int]) -> None:
        for order_id, size in filled.items():
            order = self.book.order(order_id)
            if order is not None and order.leaves_qty <= size:
                self.book.handle(CancelOpen(order_id))
            elif order is not None:
                self.book.handle(ReplaceOpen(order_id, order.order_qty - size))

    def _open(self, record: Record, fills: list[Record]) -> None:
        """The opening: fills tell no side. Orders that were never shown take part as market orders.

        Sides of those are what the sum of both sides leaves: one lot to sell, all others to buy.
        """
        told = Counter({each.order_id: each.size for each in fills})
        unseen = {order_id: size for order_id, size in told.items() if self.book.order(order_id) is None}
        sells = next(order_id for order_id, size in unseen.items() if size == 1)
        for order_id, size in unseen.items():
            side = Side.SELL if order_id == sells else Side.BUY
            self.book.handle(PlaceOrder(order_id, "", side, OrderType.MARKET, TimeInForce.GTC, size))
        events = self.book.handle(SetPhase(Phase.CONTINUOUS))
        here: Counter[int] = Counter()
        for event in events:
            if isinstance(event, Traded):
                here[event.maker_id] += event.quantity
                here[event.taker_id] += event.quantity
        self.opening = events[0].price, events[0].quantity
        if here == told and self.opening == (record.price, record.size):
            self.counts["openings"] += 1
            self.counts["fills"] += len(told)
        else:
            self._differs(f"{record}: {dict(here - told)} here alone, {dict(told - here)} there alone")
