"""What the entries of the log add up to: accounts, what they have, their orders and executions; pure.

Kept of an account are its open orders, the last CLOSED_KEPT that are over with all of their executions, and
every client order id that it ever used (as eight bytes), and what its owner is shown at a door (`shown`).
What is forgotten is how older orders went; what they moved is in the holdings.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from operator import attrgetter
from typing import Any, Final

import msgspec

from trade2026.application.prism.keeping.entries import (
    Began,
    Changed,
    Entry,
    Filled,
    ListBegan,
    Opened,
    Over,
    Prices,
    Taken,
    Updated,
)
from trade2026.application.prism.keeping.names import KnownIds
from trade2026.application.prism.keeping.shown import Listings, SavedShown, Shown
from trade2026.model.enums import ExecType, LiquiditySide, OrderType, Side, TimeInForce
from trade2026.model.execution import ExecutionReport
from trade2026.ports.prism_trading import AccountReport
from trade2026.ports.venue import VenueOrder

CLOSED_KEPT: Final = 100_000
"""Orders of an account that are over and are still told of. A desk must keep fewer of them in memory."""

_EXECUTIONS: Final = 100_000
"""Of an account, before those of orders that are forgotten are looked for."""


class KeptOrder(msgspec.Struct, array_like=True, eq=False):
    """An order as it is now; `names` are all ids that it ever had, the last is current.

    `exec_type` is NEW while it is open, else how it ended (TRADE for filled).
    """

    account_id: str
    venue_order_id: str
    names: list[str]
    instrument_id: str
    base: str
    quote: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    ts_event: int
    cum_qty: int = 0
    exec_type: ExecType = ExecType.NEW
    text: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self.exec_type is ExecType.NEW

    @property
    def name(self) -> str:
        """What it is called now; "" for one that its owner named elsewhere."""
        return self.names[-1]

    def stated(self) -> VenueOrder:
        """The order as who asks is told of it."""
        return VenueOrder(
            self.account_id, self.name, self.venue_order_id, self.instrument_id, self.side, self.order_type,
            self.time_in_force, self.order_qty, self.limit_price, self.cum_qty, self.is_open, self.exec_type,
            self.ts_event, self.text,
        )  # fmt: skip

    def report(self, exec_type: ExecType, client_order_id: str = "", **more: Any) -> ExecutionReport:
        """A report of it; `client_order_id` where it is not the order's own."""
        return ExecutionReport(
            self.account_id, client_order_id or self.name, exec_type, self.ts_event, self.venue_order_id,
            order_qty=self.order_qty, limit_price=self.limit_price or 0, instrument_id=self.instrument_id,
            side=self.side, order_type=self.order_type, time_in_force=self.time_in_force, **more,
        )  # fmt: skip


class KeptAccount:
    """All that is kept of an account.

    Attributes
    ----------
    number : int
        Counts its reports.
    closed : dict
        Orders that are over, by the market's id, in the order in which they ended.
    """

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self.number = 0
        self.holdings: dict[str, int] = {}
        self.shortable: dict[str, int] = {}
        self.open: dict[str, KeptOrder] = {}
        self.closed: dict[str, KeptOrder] = {}
        self.known = KnownIds()
        self.shown = Shown()
        self._executions: list[ExecutionReport] = []  # In order of time, some of orders that are forgotten.
        self._room = _EXECUTIONS
        self._by_name: dict[str, KeptOrder] = {}

    def find(self, name: str) -> KeptOrder | None:
        """An order that is kept, by any id that it ever had or by the market's own."""
        return self._by_name.get(name) or self.open.get(name) or self.closed.get(name)

    def orders_since(self, since_ns: int, most: int) -> list[KeptOrder]:
        """The first so many orders with an event since then, by their last event."""
        closed = list(self.closed.values())
        at = bisect_left(closed, since_ns, key=attrgetter("ts_event"))
        found = [*closed[at : at + most], *(each for each in self.open.values() if each.ts_event >= since_ns)]
        return sorted(found, key=attrgetter("ts_event"))[:most]

    def executions_since(self, since_ns: int, most: int) -> list[ExecutionReport]:
        """The first so many executions since then, of the orders that are kept, in order of time."""
        at = bisect_left(self._executions, since_ns, key=attrgetter("ts_event"))
        return list(islice(filter(self._is_kept, islice(self._executions, at, None)), most))

    def executions(self) -> list[ExecutionReport]:
        """All of the orders that are kept."""
        return self.executions_since(0, len(self._executions))

    def add_execution(self, report: ExecutionReport) -> None:
        """The newest one. Those of forgotten orders go when they are half of all."""
        self._executions.append(report)
        if len(self._executions) >= self._room:
            self._executions = list(filter(self._is_kept, self._executions))
            self._room = max(2 * len(self._executions), _EXECUTIONS)

    def _is_kept(self, report: ExecutionReport) -> bool:
        return report.venue_order_id in self.open or report.venue_order_id in self.closed

    def move(self, asset: str, amount: int) -> None:
        """It has so much more of an asset."""
        total = self.holdings.get(asset, 0) + amount
        self.holdings[asset] = total
        if not total:
            del self.holdings[asset]

    def enter(self, order: KeptOrder) -> None:
        """A new order, or one of a saved state."""
        (self.open if order.is_open else self.closed)[order.venue_order_id] = order
        for name in filter(None, order.names):
            self._by_name[name] = order

    def rename(self, order: KeptOrder, name: str) -> None:
        """The order is called so from now on."""
        order.names.append(name)
        self._by_name[name] = order
        self.known.add(name)

    def end(self, order: KeptOrder, exec_type: ExecType, text: str = "") -> None:
        """It is over; the oldest that was over is forgotten where there are too many."""
        order.exec_type, order.text = exec_type, text
        del self.open[order.venue_order_id]
        self.closed[order.venue_order_id] = order
        if len(self.closed) > CLOSED_KEPT:
            gone = self.closed.pop(next(iter(self.closed)))
            for name in filter(None, gone.names):
                del self._by_name[name]


class _SavedAccount(msgspec.Struct, array_like=True):
    account_id: str
    number: int
    holdings: dict[str, int]
    shortable: dict[str, int]
    open: list[KeptOrder]
    closed: list[KeptOrder]
    executions: list[ExecutionReport]
    known: bytes
    shown: SavedShown | None = None


class Saved(msgspec.Struct, array_like=True, tag=100):
    """A whole state, in place of all entries that made it."""

    now: int
    run: int
    prices: dict[str, int]
    accounts: list[_SavedAccount]
    listings: Listings = ()


class KeptState:
    """All accounts; `apply` takes entries in order, each once.

    Attributes
    ----------
    now : int
        Of the last entry.
    run : int
        Of the market; 0 before the first.
    prices : dict
        The last that were noted, raw, by instrument.
    listings : tuple
        Of the market, which give the numbers in what is shown their meaning.
    """

    def __init__(self) -> None:
        self.now = 0
        self.run = 0
        self.prices: dict[str, int] = {}
        self.listings: Listings = ()
        self.accounts: dict[str, KeptAccount] = {}
        self._appliers: dict[type, Callable[[Any], AccountReport | None]] = {
            Began: self._began, Opened: self._opened, Taken: self._taken, Filled: self._filled,
            Changed: self._changed, Over: self._over, Prices: self._priced, Updated: self._updated,
            ListBegan: self._list_began,
        }  # fmt: skip

    def apply(self, entry: Entry) -> AccountReport | None:
        """Take in a change; what the account's owner is to be told of it."""
        told = self._appliers[type(entry)](entry)
        self.now = entry.now
        return told

    def open_orders(self) -> Iterator[KeptOrder]:
        """Of all accounts."""
        for account in self.accounts.values():
            yield from account.open.values()

    def saved(self) -> Saved:
        """All of it as one message."""
        accounts = [
            _SavedAccount(
                each.account_id, each.number, each.holdings, each.shortable, [*each.open.values()],
                [*each.closed.values()], each.executions(), each.known.data(), each.shown.saved(),
            )
            for each in self.accounts.values()
        ]  # fmt: skip
        return Saved(self.now, self.run, self.prices, accounts, self.listings)

    def restore(self, saved: Saved) -> None:
        """Be what was saved; on a state that has nothing yet."""
        self.now, self.run, self.prices = saved.now, saved.run, saved.prices
        self.listings = saved.listings
        for each in saved.accounts:
            account = self.accounts[each.account_id] = KeptAccount(each.account_id)
            account.number, account.holdings, account.shortable = each.number, each.holdings, each.shortable
            account.known = KnownIds(each.known)
            for order in (*each.closed, *each.open):
                account.enter(order)
            for report in each.executions:
                account.add_execution(report)
            if each.shown is not None:  # A log of before there was any.
                account.shown.restore(each.shown)

    # ------------------------------------------------------------------------------------------ entries

    def _began(self, entry: Began) -> None:
        self.run = entry.run
        if entry.listings != self.listings:
            for account in self.accounts.values():
                account.shown.renumber(self.listings, entry.listings)
            self.listings = entry.listings

    def _priced(self, entry: Prices) -> None:
        self.prices = dict(entry.prices)

    def _opened(self, entry: Opened) -> None:
        account = self.accounts[entry.account_id] = KeptAccount(entry.account_id)
        account.holdings, account.shortable = dict(entry.cash), dict(entry.shortable)

    def _taken(self, entry: Taken) -> AccountReport:
        account = self.accounts[entry.account_id]
        order = KeptOrder(
            entry.account_id, entry.venue_order_id, [entry.client_order_id], entry.instrument_id, entry.base,
            entry.quote, entry.side, entry.order_type, entry.time_in_force, entry.order_qty,
            entry.limit_price, entry.now,
        )  # fmt: skip
        account.enter(order)
        if entry.client_order_id:
            account.known.add(entry.client_order_id)
        if entry.shown is not None:
            account.shown.put(entry.shown)
        return self._told(account, order.report(ExecType.NEW))

    def _filled(self, entry: Filled) -> AccountReport:
        account, order = self._found(entry)
        sign = 1 if order.side is Side.BUY else -1
        account.move(order.base, sign * entry.last_qty)
        account.move(order.quote, -sign * entry.notional - entry.commission)
        order.cum_qty += entry.last_qty
        report = order.report(
            ExecType.TRADE, execution_id=entry.execution_id, last_qty=entry.last_qty, last_px=entry.last_px,
            commission=entry.commission, commission_currency=order.quote if entry.commission else "",
            liquidity_side=LiquiditySide.MAKER if entry.is_maker else LiquiditySide.TAKER,
        )  # fmt: skip
        account.add_execution(report)
        if entry.fill is not None:
            account.shown.add_fill(entry.fill)
        if entry.is_over:
            account.end(order, ExecType.TRADE)
        return self._told(account, report)

    def _changed(self, entry: Changed) -> AccountReport:
        account, order = self._found(entry)
        account.rename(order, entry.client_order_id)
        order.order_qty, order.limit_price = entry.order_qty, entry.limit_price
        if entry.is_over:
            account.end(order, ExecType.TRADE)
        return self._told(account, order.report(ExecType.REPLACED))

    def _over(self, entry: Over) -> AccountReport:
        account, order = self._found(entry)
        account.end(order, entry.exec_type, entry.text)
        if entry.shown is None:  # Its record has ended with the market.
            account.shown.end(number_of(entry.venue_order_id), entry.now)
        report = order.report(
            entry.exec_type, entry.client_order_id, text=entry.text, prevented_qty=entry.prevented_qty
        )
        return self._told(account, report)

    def _updated(self, entry: Updated) -> None:
        self.accounts[entry.account_id].shown.put(entry.shown)

    def _list_began(self, entry: ListBegan) -> None:
        self.accounts[entry.account_id].shown.begin_list(entry.record)

    def _found(self, entry: Filled | Changed | Over) -> tuple[KeptAccount, KeptOrder]:
        account = self.accounts[entry.account_id]
        order = account.open[entry.venue_order_id]
        order.ts_event = entry.now
        if entry.shown is not None:
            account.shown.put(entry.shown)
        return account, order

    def _told(self, account: KeptAccount, report: ExecutionReport) -> AccountReport:
        account.number += 1
        return AccountReport(account.number, report)


def number_of(venue_order_id: str) -> int:
    """The exchange's number of an order."""
    return int(venue_order_id.rpartition("-")[2])
