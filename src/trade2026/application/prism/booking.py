"""From what an exchange reports to what is kept: every change of a customer's order becomes an entry."""

from collections.abc import Sequence
from typing import Final

import msgspec

from trade2026.application.prism.instruments import instrument_id_of
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.keeping.entries import Changed, Filled, Over, Taken
from trade2026.matching.clearing import Listing
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.ports.prism_trading import Place
from trade2026.simulation.exchange.order_records import Change, Kind, OrderRecord, Status
from trade2026.simulation.exchange.records import Records
from trade2026.simulation.exchange.reports import Report

_TYPES: Final = {
    "LIMIT": OrderType.LIMIT, "LIMIT_MAKER": OrderType.LIMIT, "MARKET": OrderType.MARKET,
    "STOP_LOSS": OrderType.STOP, "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
}  # fmt: skip
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


class Booking:
    """Hears an exchange before everybody else does, and books what became of customers' orders.

    Attributes
    ----------
    records : Records
        Of all books and of customers' orders, as an exchange shows them.
    placed : dict
        By the number of an order that is about to be placed: the request.
    asked : dict
        By the number of an order that is about to be canceled or replaced: what the request is called.
    """

    def __init__(self, keeper: Keeper, listings: Sequence[Listing]) -> None:
        self._keeper, self._listings = keeper, listings
        self.records = Records(listings, self._is_customer)
        self.records.on_change = self._changed
        self.placed: dict[int, Place] = {}
        self.asked: dict[int, Sent] = {}

    def hear(self, report: Report) -> None:
        """Take in what happened."""
        self.records.apply(report)

    def venue_order_id(self, order_id: int) -> str:
        """What an order of this run is called by the market."""
        return f"{self._keeper.run:x}-{order_id}"

    def _is_customer(self, owner: str) -> bool:
        return owner in self._keeper.state.accounts

    def _changed(self, change: Change) -> None:
        order, kind = change.order, change.kind
        account = self._keeper.state.accounts[order.owner]
        name = self.venue_order_id(order.order_id)
        if kind is Kind.NEW:
            if name not in account.open:  # Else a stop was triggered, which changes nothing that is kept.
                self._take(order, name)
        elif kind is Kind.TRADE:
            self._fill(change, name)
        elif kind is Kind.REPLACED:
            self._replace(order, name)
        elif not order.is_open:
            self._end(change, name)

    def _take(self, order: OrderRecord, name: str) -> None:
        listing, sent = self._listings[order.number], self.placed.pop(order.order_id, None)
        if sent is not None:
            words = (sent.client_order_id, sent.order_type, sent.time_in_force, sent.limit_price)
        else:  # Placed through another door, which has names of its own.
            price = order.price * listing.tick_size or None
            time_in_force = TimeInForce(order.terms.time_in_force)
            words = ("", _TYPES[order.terms.order_type], time_in_force, price)
        client_order_id, order_type, time_in_force, limit_price = words
        self._keeper.book(
            Taken(
                self._keeper.now_ns(), order.owner, name, client_order_id, instrument_id_of(listing.symbol),
                listing.base, listing.quote, Side(order.side), order_type, time_in_force,
                order.lots * listing.lot_size, limit_price,
            )
        )  # fmt: skip

    def _fill(self, change: Change, name: str) -> None:
        order, fill = change.order, change.fill
        assert fill is not None, "a trade has a fill"
        listing = self._listings[order.number]
        # Trades are counted by book; both sides of one may be the account's own.
        side = "B" if fill.is_buyer else "S"
        execution_id = f"{self._keeper.run:x}-{order.number}-{fill.trade_id}{side}"
        self._keeper.book(
            Filled(
                self._keeper.now_ns(), order.owner, name, execution_id, fill.lots * listing.lot_size,
                fill.price * listing.tick_size, fill.quote, fill.commission, fill.is_maker,
                not order.is_open,
            )
        )  # fmt: skip

    def _replace(self, order: OrderRecord, name: str) -> None:
        listing, sent = self._listings[order.number], self.asked.pop(order.order_id, None)
        assert sent is not None, "only the line replaces orders"
        self._keeper.book(
            Changed(
                self._keeper.now_ns(), order.owner, name, sent.client_order_id,
                order.lots * listing.lot_size, order.price * listing.tick_size or None, not order.is_open,
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
            )
        )  # fmt: skip
