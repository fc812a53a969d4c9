"""From what an exchange reports to what is kept: every change of a customer's order becomes an entry."""

import copy
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from trade2026.application.prism.instruments import instrument_id_of
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.keeping.entries import Changed, Filled, ListBegan, Over, Taken, Updated
from trade2026.application.prism.keeping.shown import KeptList
from trade2026.matching.clearing import Listing
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.ports.prism_trading import Place
from trade2026.simulation.exchange.order_records import Change, Kind, ListRecord, OrderRecord, Status
from trade2026.simulation.exchange.records import Records
from trade2026.simulation.exchange.reports import Report

_TYPES: Final = {
    "LIMIT": OrderType.LIMIT, "LIMIT_MAKER": OrderType.LIMIT, "MARKET": OrderType.MARKET,
    "STOP_LOSS": OrderType.STOP, "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
    "TAKE_PROFIT": OrderType.MARKET, "TAKE_PROFIT_LIMIT": OrderType.LIMIT,
}  # fmt: skip
"""Of orders that another door placed; those that it holds until a price is met are what they become then."""
_ENDS: Final = {
    Kind.CANCELED: ExecType.CANCELED, Kind.EXPIRED: ExecType.EXPIRED,
    Kind.TRADE_PREVENTION: ExecType.EXPIRED, Kind.REJECTED: ExecType.REJECTED,
}  # fmt: skip
_WORDS: Final = {
    Status.EXPIRED: "what was left could not trade, or its time was over",
    Status.EXPIRED_IN_MATCH: "it would have traded with the owner's own order",
}


class Sent(msgspec.Struct, frozen=True):
    """What a request says that no command of a book does: names, and why."""

    client_order_id: str
    text: str = ""


def nobody(_owner: str) -> bool:
    """No owner is shown its orders at a door."""
    return False


class Booking:
    """Hears an exchange before everybody else does, and books what became of customers' orders.

    Parameters
    ----------
    is_shown : callable
        Whether an account's owner is shown its orders at a door, so that the records of them are kept.

    Attributes
    ----------
    records : Records
        Of all books and of customers' orders, as an exchange shows them; those that are shown begin with what
        was kept of them.
    placed : dict
        By the number of an order that is about to be placed: the request.
    asked : dict
        By the number of an order that is about to be canceled or replaced: what the request is called.
    """

    def __init__(
        self, keeper: Keeper, listings: Sequence[Listing], is_shown: Callable[[str], bool] = nobody
    ) -> None:
        self._keeper, self._listings, self._is_shown = keeper, listings, is_shown
        self.records = Records(listings, self._is_customer)
        self.records.watchers.append(self._changed)
        self.placed: dict[int, Place] = {}
        self.asked: dict[int, Sent] = {}
        for account in keeper.state.accounts.values():
            if is_shown(account.account_id):
                ledger = account.shown.ledger(account.account_id)
                self.records.begin_with(account.account_id, ledger, account.shown.last_list)

    def hear(self, report: Report) -> None:
        """Take in what happened."""
        self.records.apply(report)

    def keep_list(self, record: ListRecord) -> None:
        """Keep a list of orders; nothing where it is kept already."""
        if record.list_id in self._keeper.state.accounts[record.owner].shown.lists:
            return
        order_ids = tuple(order.order_id for order in record.orders)
        kept = KeptList(record.list_id, record.number, record.client_list_id, record.time_ns, order_ids)
        self._keeper.book(ListBegan(self._keeper.now_ns(), record.owner, kept))

    def venue_order_id(self, order_id: int) -> str:
        """What an order of this run is called by the market."""
        return f"{self._keeper.run:x}-{order_id}"

    def _is_customer(self, owner: str) -> bool:
        return owner in self._keeper.state.accounts

    def _record_of(self, order: OrderRecord) -> OrderRecord | None:
        """The record as it is now; None where nobody is shown it."""
        return copy.copy(order) if self._is_shown(order.owner) else None

    def _changed(self, change: Change) -> None:
        order, kind = change.order, change.kind
        account = self._keeper.state.accounts[order.owner]
        name = self.venue_order_id(order.order_id)
        if kind is Kind.NEW and name not in account.open:
            self._take(order, name)
        elif kind is Kind.TRADE:
            self._fill(change, name)
        elif kind is Kind.REPLACED:
            self._replace(order, name)
        elif not order.is_open:
            self._end(change, name)
        else:  # A stop was triggered, or a part may not trade: that changes nothing but what is shown.
            shown = self._record_of(order)
            if shown is not None:
                self._keeper.book(Updated(self._keeper.now_ns(), order.owner, shown))

    def _take(self, order: OrderRecord, name: str) -> None:
        listing, sent = self._listings[order.number], self.placed.pop(order.order_id, None)
        if sent is not None:
            words = (sent.client_order_id, sent.order_type, sent.time_in_force, sent.limit_price)
        else:  # Placed through another door, which has names of its own.
            price = order.price * listing.tick_size or None
            order_type, time_in_force = _TYPES[order.terms.order_type], TimeInForce(order.terms.time_in_force)
            if order_type is OrderType.MARKET:
                time_in_force = TimeInForce.IOC  # Whatever that door calls it.
            words = ("", order_type, time_in_force, price)
        client_order_id, order_type, time_in_force, limit_price = words
        self._keeper.book(
            Taken(
                self._keeper.now_ns(), order.owner, name, client_order_id, instrument_id_of(listing.symbol),
                listing.base, listing.quote, Side(order.side), order_type, time_in_force,
                order.lots * listing.lot_size, limit_price, self._record_of(order),
            )
        )  # fmt: skip

    def _fill(self, change: Change, name: str) -> None:
        order, fill = change.order, change.fill
        assert fill is not None, "a trade has a fill"
        listing = self._listings[order.number]
        # Trades are counted by book; both sides of one may be the account's own.
        side = "B" if fill.is_buyer else "S"
        execution_id = f"{self._keeper.run:x}-{order.number}-{fill.trade_id}{side}"
        shown = self._record_of(order)
        self._keeper.book(
            Filled(
                self._keeper.now_ns(), order.owner, name, execution_id, fill.lots * listing.lot_size,
                fill.price * listing.tick_size, fill.quote, fill.commission, fill.is_maker,
                not order.is_open, shown, None if shown is None else fill,
            )
        )  # fmt: skip

    def _replace(self, order: OrderRecord, name: str) -> None:
        listing, sent = self._listings[order.number], self.asked.pop(order.order_id, None)
        assert sent is not None, "only the line replaces orders"
        self._keeper.book(
            Changed(
                self._keeper.now_ns(), order.owner, name, sent.client_order_id,
                order.lots * listing.lot_size, order.price * listing.tick_size or None, not order.is_open,
                self._record_of(order),
            )
        )  # fmt: skip

    def _end(self, change: Change, name: str) -> None:
        order, listing = change.order, self._listings[change.order.number]
        sent = self.asked.pop(order.order_id, None) or Sent(order.cancel_id)
        self._keeper.book(
            Over(
                self._keeper.now_ns(), order.owner, name, _ENDS[change.kind],
                sent.client_order_id if change.kind is Kind.CANCELED else "",
                sent.text or _WORDS.get(order.status, ""), order.prevented * listing.lot_size,
                self._record_of(order),
            )
        )  # fmt: skip
