"""An exchange's books with the accounts behind them: nobody trades what it does not have.

Prices are in ticks, quantities in lots (see `clearing`). Every order that a book gets has a limit here,
because what it may cost has to be held back. A market order becomes a limit order, immediate or cancel, at
the far bound of what may trade; a stop becomes a stop-limit with that distance from its trigger (other
exchanges say "with protection"). In an auction a market order is a limit order at that bound, which stays.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from trade2026.matching.book import OrderBook
from trade2026.matching.clearing import AMOUNT_MAX, Clearing, Listing, Settlement, cost_of
from trade2026.matching.order import BookOrder, malformed, malformed_change
from trade2026.matching.words import (
    BookCommand,
    BookEvent,
    NoReason,
    Phase,
    PlaceOrder,
    Refused,
    ReplaceOpen,
    Traded,
    Uncrossed,
)
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX

PROTECTION_PPM: Final = 50_000
"""How far from the reference a market order may trade where no band says it, millionths."""

_MILLION: Final = 1_000_000


class Happened(NamedTuple):
    """The events of a command, and what each of its trades moved."""

    events: tuple[BookEvent, ...]
    settlements: tuple[Settlement, ...] = ()


class Market:
    """Books by number, in the order of their listings, over one clearing; the obvious version of it.

    Parameters
    ----------
    listings : sequence of Listing
        InputError where two have one symbol.
    """

    def __init__(self, listings: Sequence[Listing]) -> None:
        if len({each.symbol for each in listings}) != len(listings):
            raise InputError(f"symbols must differ, were {[each.symbol for each in listings]}")
        self.listings = tuple(listings)
        self.books = [OrderBook() for _ in listings]
        self.clearing = Clearing()

    def handle(self, number: int, command: BookCommand) -> Happened:
        """Do one command in book `number`."""
        book, listing = self.books[number], self.listings[number]
        if isinstance(command, PlaceOrder):
            command = protected(command, book)
            refused = self._refusal(book, listing, command)
        elif isinstance(command, ReplaceOpen):
            refused = self._refusal_of_change(book, listing, command)
        else:
            refused = None
        if refused is not None:
            return Happened((refused,))
        before = {order_id: msgspec.structs.replace(order) for order_id, order in book.orders.items()}
        if isinstance(command, PlaceOrder):
            before[command.order_id] = _new(command)
        events = book.handle(command)
        settlements = self._settle(listing, events, before)
        self._hold_again(book, listing, before, command)
        return Happened(events, settlements)

    def state_bytes(self) -> bytes:
        """All that later answers depend on, as canonical bytes; who has nothing of an asset is left out."""
        held = [
            (owner, asset, each.total, each.held, each.shortable)
            for (owner, asset), each in sorted(self.clearing.holdings.items())
            if each.total or each.held or each.shortable
        ]
        return msgspec.msgpack.encode(([book.state_bytes() for book in self.books], held))

    def state_sha256(self) -> str:
        """SHA-256 of `state_bytes`, hexadecimal."""
        return hashlib.sha256(self.state_bytes()).hexdigest()

    # ----------------------------------------------------------------------------------------- refusals

    def _refusal(self, book: OrderBook, listing: Listing, command: PlaceOrder) -> Refused | None:
        problem = malformed(command, book.now)
        if problem is not None:
            return Refused(command.order_id, NoReason.MALFORMED, problem)
        if command.order_id in book.orders:
            return Refused(command.order_id, NoReason.DUPLICATE_ORDER, "an open order has this id")
        if command.limit_price is None:
            text = "there is no price yet that bounds what it may cost; send a limit order"
            return Refused(command.order_id, NoReason.NO_REFERENCE, text)
        problem = _unsized(listing, command.order_qty, command.limit_price)
        if problem is not None:
            return Refused(command.order_id, NoReason.SIZE, problem)
        cost = cost_of(listing, command.side, command.limit_price, command.order_qty)
        return self._unfunded(listing, command.order_id, command.owner, command.side, cost)

    def _refusal_of_change(self, book: OrderBook, listing: Listing, command: ReplaceOpen) -> Refused | None:
        order = book.orders.get(command.order_id)
        if order is None:
            return None  # The book's to say.
        problem = malformed_change(command, order)
        if problem is not None:
            return Refused(command.order_id, NoReason.MALFORMED, problem)
        limit_price = command.limit_price or order.limit_price
        assert limit_price is not None, "no order is without a limit here"
        order_qty = max(command.order_qty, order.cum_qty + order.prevented_qty)
        problem = _unsized(listing, command.order_qty, limit_price)
        if problem is not None:
            return Refused(command.order_id, NoReason.SIZE, problem)
        cost = cost_of(listing, order.side, limit_price, order_qty - order.cum_qty - order.prevented_qty)
        return self._unfunded(listing, order.order_id, order.owner, order.side, cost - _held(listing, order))

    def _unfunded(self, listing: Listing, order_id: int, owner: str, side: Side, cost: int) -> Refused | None:
        free = self.clearing.free(listing, owner, side)
        if cost <= max(free, 0):
            return None
        asset = listing.quote if side is Side.BUY else listing.base
        return Refused(order_id, NoReason.FUNDS, f"it needs {cost} raw {asset} more, and {free} are free")

    # --------------------------------------------------------------------------------------- settlement

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
            held = 0 if order_id == placed else _held(listing, old)
            holds = 0 if order is None else _held(listing, order)
            self.clearing.hold(listing, old.owner, old.side, holds - held)


def protected(command: PlaceOrder, book: OrderBook) -> PlaceOrder:
    """The order with a limit: its own, or the far bound of what may trade; as it is where there is none."""
    kind, limit_price = command.order_type, command.limit_price
    is_stop = kind is OrderType.STOP
    if limit_price is not None or not (is_stop or kind is OrderType.MARKET):
        return command
    bound = _far_bound(book, command.side)
    reference = command.trigger_price if is_stop else _reference(book, command.side)
    if is_stop or bound is None:
        if reference is None or not 0 < reference <= INT64_MAX:
            return command
        away = reference * PROTECTION_PPM // _MILLION + 1
        bound = min(reference + away, INT64_MAX) if command.side is Side.BUY else max(reference - away, 1)
    time_in_force = command.time_in_force
    if not is_stop and book.phase is Phase.CONTINUOUS and time_in_force is not TimeInForce.FOK:
        time_in_force = TimeInForce.IOC
    return msgspec.structs.replace(
        command, limit_price=bound, time_in_force=time_in_force,
        order_type=OrderType.STOP_LIMIT if is_stop else OrderType.LIMIT,
    )  # fmt: skip


def _far_bound(book: OrderBook, side: Side) -> int | None:
    """The dearest price to buy at, or the cheapest to sell at, that the bands let in and let trade."""
    bands = book.bands
    if side is Side.BUY:
        return min((each for each in (bands.limit_high, bands.trade_high) if each is not None), default=None)
    return max((each for each in (bands.limit_low, bands.trade_low) if each is not None), default=None)


def _reference(book: OrderBook, side: Side) -> int | None:
    """What a market order would begin to trade at: the best price of the other side, else the last one."""
    best = book.best_price(Side.SELL if side is Side.BUY else Side.BUY)
    return book.last_price if best is None else best


def _unsized(listing: Listing, lots: int, limit_price: int) -> str | None:
    if not listing.min_lots <= lots <= listing.max_lots:
        return f"order_qty must be {listing.min_lots} to {listing.max_lots} lots, was {lots}"
    notional = limit_price * lots * listing.unit
    if notional > AMOUNT_MAX // 2:
        return f"the order must be worth at most {AMOUNT_MAX // 2} raw, was {notional}"
    if notional < listing.min_notional:
        return f"the order must be worth at least {listing.min_notional} raw, was {notional}"
    return None


def _held(listing: Listing, order: BookOrder) -> int:
    assert order.limit_price is not None, "no order is without a limit here"
    return cost_of(listing, order.side, order.limit_price, order.leaves_qty)


def _new(command: PlaceOrder) -> BookOrder:
    return BookOrder(
        command.order_id, command.owner, command.side, command.order_type, command.time_in_force,
        command.order_qty, command.limit_price, command.trigger_price, command.display_qty,
        command.expire_time, command.post_only, command.prevention, 0,
    )  # fmt: skip
