"""An exchange's books with the accounts behind them: nobody trades what it does not have.

Prices are in ticks, quantities in lots (see `clearing`); `admission` says which orders get to a book, and
how. This is the obvious version of it: `compiled.market` has to give the same.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from trade2026.matching.admission import held_by, protected, refusal, refusal_of_change
from trade2026.matching.book import OrderBook
from trade2026.matching.clearing import Clearing, Holding, Listing, Settlement
from trade2026.matching.order import BookOrder
from trade2026.matching.words import (
    BookCommand,
    BookEvent,
    PlaceOrder,
    Refused,
    ReplaceOpen,
    Traded,
    Uncrossed,
)
from trade2026.model.enums import Side
from trade2026.primitives.errors import InputError


class Happened(NamedTuple):
    """The events of a command, and what each of its trades moved."""

    events: tuple[BookEvent, ...]
    settlements: tuple[Settlement, ...] = ()


def check_listings(listings: Sequence[Listing]) -> tuple[Listing, ...]:
    """The listings; InputError where two have one symbol, or there are none."""
    symbols = [each.symbol for each in listings]
    if not symbols or len(set(symbols)) != len(symbols):
        raise InputError(f"symbols must differ and be at least one, were {symbols}")
    return tuple(listings)


def assets_of(listings: Sequence[Listing]) -> list[str]:
    """All assets that are traded or paid in, sorted."""
    return sorted({asset for each in listings for asset in (each.base, each.quote)})


def state_bytes(books: Sequence[bytes], holdings: dict[tuple[str, str], Holding]) -> bytes:
    """All that a market's later answers depend on, as canonical bytes, from those of its books."""
    rows = [
        (owner, asset, each.total, each.held, each.shortable)
        for (owner, asset), each in sorted(holdings.items())
        if each.total or each.held or each.shortable
    ]
    return msgspec.msgpack.encode((books, rows))


class Market:
    """Books by number, in the order of their listings, over one clearing.

    Parameters
    ----------
    listings : sequence of Listing
        At least one, symbols all different.
    """

    def __init__(self, listings: Sequence[Listing]) -> None:
        self.listings = check_listings(listings)
        self.books = [OrderBook() for _ in listings]
        self.clearing = Clearing(assets_of(self.listings))

    def handle(self, number: int, command: BookCommand) -> Happened:
        """Do one command in book `number`."""
        book, listing = self.books[number], self.listings[number]

        def free(owner: str, side: Side) -> int:
            return self.clearing.free(listing, owner, side)

        refused: Refused | None = None
        if isinstance(command, PlaceOrder):
            refused = refusal(listing, book, free, command)
            command = protected(command, book)
        elif isinstance(command, ReplaceOpen):
            refused = refusal_of_change(listing, book, free, command)
        if refused is not None:
            return Happened((refused,))
        before = {order_id: msgspec.structs.replace(order) for order_id, order in book.orders.items()}
        if isinstance(command, PlaceOrder):
            before[command.order_id] = BookOrder.of(command, 0)
        events = book.handle(command)
        settlements = self._settle(listing, events, before)
        self._hold_again(book, listing, before, command)
        return Happened(events, settlements)

    def state_bytes(self) -> bytes:
        """All that later answers depend on, as canonical bytes; who has nothing of an asset is left out."""
        return state_bytes([book.state_bytes() for book in self.books], self.clearing.holdings)

    def state_sha256(self) -> str:
        """SHA-256 of `state_bytes`, hexadecimal."""
        return hashlib.sha256(self.state_bytes()).hexdigest()

    def _settle(
        self, listing: Listing, events: Sequence[BookEvent], orders: dict[int, BookOrder]
    ) -> tuple[Settlement, ...]:
        """Move what each trade moves; the trades that an auction announced are charged as its own."""
        settlements: list[Settlement] = []
        in_auction = 0
        for event in events:
            if isinstance(event, Uncrossed):
                in_auction = event.trades
            elif isinstance(event, Traded):
                settlements.append(
                    self.clearing.settle(
                        listing, event.trade_id, event.price, event.quantity, orders[event.maker_id],
                        orders[event.taker_id], in_auction=in_auction > 0,
                    )
                )  # fmt: skip
                in_auction -= 1
        return tuple(settlements)

    def _hold_again(
        self, book: OrderBook, listing: Listing, before: dict[int, BookOrder], command: BookCommand
    ) -> None:
        """Every order holds back what it may still cost; the obvious way is to look at all of them."""
        placed = command.order_id if isinstance(command, PlaceOrder) else 0
        for order_id, old in before.items():
            order = book.orders.get(order_id)
            held = 0 if order_id == placed else held_by(listing, old)
            holds = 0 if order is None else held_by(listing, order)
            self.clearing.hold(listing, old.owner, old.side, holds - held)
