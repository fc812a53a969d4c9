"""What an account is shown of its orders at a door that has words of its own; bounded, and pure.

An exchange's records of an order say more than its account needs: what its owner calls it, where its trigger
is, of which list it is. They are kept as they were after each change, so that a door that begins shows what
the one before it showed. Kept of an account are its open orders, the last CLOSED_KEPT that are over, as many
fills, and LISTS_KEPT lists of orders: what a door has in its memory.
"""

import copy
from collections import deque
from collections.abc import Iterable

import msgspec

from trade2026.matching.clearing import Listing
from trade2026.primitives.time import UnixNanos
from trade2026.simulation.exchange.order_records import (
    CLOSED_KEPT,
    LISTS_KEPT,
    FillRecord,
    Ledger,
    ListRecord,
    OrderRecord,
    Status,
)

Listings = tuple[tuple[str, int, int], ...]
"""Symbol, tick size and lot size (raw) of each listing, by its number."""


class KeptList(msgspec.Struct, frozen=True, array_like=True):
    """A list of orders of which one ends the others, by their numbers."""

    list_id: int
    number: int
    client_list_id: str
    time_ns: int
    order_ids: tuple[int, ...]


class SavedShown(msgspec.Struct, array_like=True):
    """All of it as a part of a message."""

    orders: list[OrderRecord]
    fills: list[FillRecord]
    lists: list[KeptList]
    last_order: int
    last_list: int
    last_trades: dict[int, int]


class Shown:
    """Records of one account's orders.

    Attributes
    ----------
    closed : dict
        Orders that are over, by number, in the order in which they ended.
    last_order, last_list : int
        The highest number that an order, or a list, ever had; 0 before the first.
    last_trades : dict
        By the number of the listing: the highest number of a trade.
    """

    def __init__(self) -> None:
        self.open: dict[int, OrderRecord] = {}
        self.closed: dict[int, OrderRecord] = {}
        self.fills: deque[FillRecord] = deque(maxlen=CLOSED_KEPT)
        self.lists: dict[int, KeptList] = {}
        self.last_order = self.last_list = 0
        self.last_trades: dict[int, int] = {}

    def put(self, order: OrderRecord) -> None:
        """An order as it is now; the oldest that is over goes where there are too many."""
        self.last_order = max(self.last_order, order.order_id)
        self.last_list = max(self.last_list, order.terms.list_id)
        if order.is_open:
            self.open[order.order_id] = order
            return
        self.open.pop(order.order_id, None)
        self.closed[order.order_id] = order
        if len(self.closed) > CLOSED_KEPT:
            del self.closed[next(iter(self.closed))]

    def add_fill(self, fill: FillRecord) -> None:
        """The newest one."""
        self.fills.append(fill)
        self.last_trades[fill.number] = max(self.last_trades.get(fill.number, 0), fill.trade_id)

    def begin_list(self, record: KeptList) -> None:
        """A new list; the oldest that is over goes where there are too many."""
        self.lists[record.list_id] = record
        if len(self.lists) > LISTS_KEPT:
            over = (
                each.list_id for each in self.lists.values() if not self.open.keys() & set(each.order_ids)
            )
            gone = next(over, None)
            if gone is not None:
                del self.lists[gone]

    def end(self, order_id: int, now_ns: UnixNanos) -> None:
        """The exchange has ended an order with itself; nothing for one that was not shown."""
        order = self.open.get(order_id)
        if order is not None:
            self.put(
                msgspec.structs.replace(order, status=Status.EXPIRED, update_ns=now_ns, is_working=False)
            )

    def renumber(self, before: Listings, now: Listings) -> None:
        """The listings have other numbers; records of one that is gone, or has other steps, go with it."""
        numbers = {number: now.index(each) for number, each in enumerate(before) if each in now}
        for orders in (self.open, self.closed):
            kept = {order_id: order for order_id, order in orders.items() if order.number in numbers}
            for order in kept.values():
                order.number = numbers[order.number]
            orders.clear()
            orders.update(kept)
        moved = msgspec.structs.replace
        fills = [moved(fill, number=numbers[fill.number]) for fill in self.fills if fill.number in numbers]
        self.fills = deque(fills, CLOSED_KEPT)
        self.lists = {
            list_id: moved(each, number=numbers[each.number])
            for list_id, each in self.lists.items()
            if each.number in numbers
        }
        self.last_trades = {
            numbers[number]: last for number, last in self.last_trades.items() if number in numbers
        }

    def saved(self) -> SavedShown:
        """All of it."""
        orders = [*self.closed.values(), *self.open.values()]
        return SavedShown(
            orders,
            [*self.fills],
            [*self.lists.values()],
            self.last_order,
            self.last_list,
            dict(self.last_trades),
        )

    def restore(self, saved: SavedShown) -> None:
        """Be what was saved; on one that has nothing yet."""
        for order in saved.orders:
            self.put(order)
        self.fills.extend(saved.fills)
        self.lists = {each.list_id: each for each in saved.lists}
        self.last_order, self.last_list = saved.last_order, saved.last_list
        self.last_trades = dict(saved.last_trades)

    def ledger(self, owner: str) -> Ledger:
        """What a door that begins shows of it, which may change it. Nothing of it is open by then.

        A list with an order that is forgotten is left out.
        """
        assert not self.open, "a market that is made anew has ended what was open"
        ledger = Ledger()
        ledger.closed = {order_id: copy.copy(order) for order_id, order in self.closed.items()}
        for _, order in sorted(ledger.closed.items()):  # Of two of one name the later one has it.
            ledger.by_client[order.number, order.terms.client_order_id] = order
        ledger.fills.extend(self.fills)
        for each in self.lists.values():
            orders = [ledger.closed[order_id] for order_id in each.order_ids if order_id in ledger.closed]
            if len(orders) == len(each.order_ids):
                ledger.lists[each.list_id] = ListRecord(
                    list_id=each.list_id, number=each.number, owner=owner,
                    client_list_id=each.client_list_id, time_ns=each.time_ns, orders=orders, is_done=True,
                )  # fmt: skip
        return ledger


def listings_of(listings: Iterable[Listing]) -> Listings:
    """What gives the numbers in records their meaning."""
    return tuple((each.symbol, each.tick_size, each.lot_size) for each in listings)
