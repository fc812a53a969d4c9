"""An order, a fill and a list of orders as their owner is shown them, long after the book has forgotten
them.
"""

from collections import deque
from enum import StrEnum
from typing import Final

import msgspec


class Status(StrEnum):
    """How far an order is."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    EXPIRED_IN_MATCH = "EXPIRED_IN_MATCH"


OPEN: Final = frozenset({Status.NEW, Status.PARTIALLY_FILLED})

CLOSED_KEPT: Final = 10_000
"""So many closed orders of an owner are kept, and as many of its fills."""
LISTS_KEPT: Final = 1_000
"""So many lists of orders of an owner are kept."""


class Terms(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What an order's owner calls it and no command says.

    Attributes
    ----------
    order_type, time_in_force : str
        In the words of whoever placed it; a book knows fewer.
    quote_qty : int
        What it was to cost or bring in all, raw; 0 where it was sized by quantity.
    stop_price : int
        Ticks; 0 for none.
    list_id : int
        Of its list; -1 without one.
    """

    client_order_id: str
    order_type: str
    time_in_force: str
    quote_qty: int = 0
    stop_price: int = 0
    list_id: int = -1
    strategy_id: int | None = None
    strategy_type: int | None = None


class OrderRecord(msgspec.Struct, eq=False, kw_only=True, array_like=True):
    """An order as it is now; prices in ticks, 0 for none, quantities in lots, `quote` raw.

    Attributes
    ----------
    is_working : bool
        Whether the book may trade it; a stop waits for its trigger.
    working_ns : int
        Since when; -1 before.
    cancel_id : str
        What its owner calls the cancel that ended it, "" without one.
    """

    order_id: int
    number: int
    owner: str
    terms: Terms
    side: str
    lots: int
    price: int
    iceberg: int
    prevention: str
    time_ns: int
    update_ns: int
    status: Status = Status.NEW
    executed: int = 0
    quote: int = 0
    prevented: int = 0
    working_ns: int = -1
    is_working: bool = False
    cancel_id: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self.status in OPEN


class FillRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One trade of one order; `quote` and `commission` raw, the commission in the quote asset."""

    trade_id: int
    order_id: int
    list_id: int
    number: int
    price: int
    lots: int
    quote: int
    commission: int
    time_ns: int
    is_buyer: bool
    is_maker: bool


class ListRecord(msgspec.Struct, eq=False, kw_only=True):
    """Orders of which one ends the others; `ending` are those that another of them has ended."""

    list_id: int
    number: int
    owner: str
    client_list_id: str
    time_ns: int
    orders: list[OrderRecord]
    is_done: bool = False
    ending: set[int] = msgspec.field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Whether any of its orders may still trade."""
        return any(order.is_open for order in self.orders)


class Kind(StrEnum):
    """Why an owner is told of its order."""

    NEW = "NEW"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    REPLACED = "REPLACED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    TRADE_PREVENTION = "TRADE_PREVENTION"


class Change(msgspec.Struct, frozen=True):
    """One change of an order, told while the record is exactly as it left it.

    Attributes
    ----------
    prevented : tuple of (lots, ticks, order id), or None
        What did not trade with which order of the same owner.
    """

    order: OrderRecord
    kind: Kind
    time_ns: int
    sequence: int
    fill: FillRecord | None = None
    prevented: tuple[int, int, int] | None = None


class Ledger:
    """All that is kept for one owner. Open orders are all kept, of the others the last so many."""

    def __init__(self) -> None:
        self.open: dict[int, OrderRecord] = {}
        self.closed: dict[int, OrderRecord] = {}
        self.by_client: dict[tuple[int, str], OrderRecord] = {}
        self.fills: deque[FillRecord] = deque(maxlen=CLOSED_KEPT)
        self.lists: dict[int, ListRecord] = {}

    def begin(self, order: OrderRecord) -> None:
        """A new order."""
        self.open[order.order_id] = order
        self.by_client[order.number, order.terms.client_order_id] = order

    def end(self, order: OrderRecord) -> None:
        """It is over; the oldest that was over goes where there are too many."""
        if self.open.pop(order.order_id, None) is None:
            return
        self.closed[order.order_id] = order
        if len(self.closed) > CLOSED_KEPT:
            gone = self.closed.pop(next(iter(self.closed)))
            name = (gone.number, gone.terms.client_order_id)
            if self.by_client.get(name) is gone:
                del self.by_client[name]

    def begin_list(self, record: ListRecord) -> None:
        """A new list; the oldest closed one goes where there are too many."""
        self.lists[record.list_id] = record
        if len(self.lists) > LISTS_KEPT:
            for list_id, each in self.lists.items():
                if not each.is_open:
                    del self.lists[list_id]
                    break

    def order(self, number: int, order_id: int) -> OrderRecord | None:
        """An order of a book by its number."""
        found = self.open.get(order_id) or self.closed.get(order_id)
        return found if found is not None and found.number == number else None
