"""What a market says to an order before a book sees it: bounds on what it may cost, sizes, funds; pure.

Every order that a book of a market gets has a limit, because what it may cost has to be held back. A market
order becomes a limit order, immediate or cancel, at the far bound of what may trade; a stop becomes a
stop-limit with that distance from its trigger (other exchanges say "with protection"). In an auction a market
order is a limit order at that bound, which stays.
"""

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from trade2026.matching.clearing import AMOUNT_MAX, Listing, cost_of
from trade2026.matching.order import BookOrder, malformed, malformed_change
from trade2026.matching.words import NoReason, Phase, PlaceOrder, Refused, ReplaceOpen, SetBands
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.fixed_point import INT64_MAX

PROTECTION_PPM: Final = 50_000
"""How far from the reference a market order may trade where no band says it, millionths."""

_MILLION: Final = 1_000_000
Free = Callable[[str, Side], int]
"""What an owner has free for an order of a side."""


class AnyBook(Protocol):
    """What is asked of a book here."""

    @property
    def phase(self) -> Phase: ...  # noqa: D102

    @property
    def bands(self) -> SetBands: ...  # noqa: D102

    @property
    def last_price(self) -> int | None: ...  # noqa: D102

    @property
    def now(self) -> int: ...  # noqa: D102

    def best_price(self, side: Side) -> int | None: ...  # noqa: D102

    def order(self, order_id: int) -> BookOrder | None: ...  # noqa: D102


def refusal(listing: Listing, book: AnyBook, free: Free, command: PlaceOrder) -> Refused | None:
    """Why a new order does not get to the book, or None."""
    problem = malformed(command, book.now)
    if problem is not None:
        return Refused(command.order_id, NoReason.MALFORMED, problem)
    if book.order(command.order_id) is not None:
        return Refused(command.order_id, NoReason.DUPLICATE_ORDER, "an open order has this id")
    command = protected(command, book)
    if command.limit_price is None:
        text = "there is no price yet that bounds what it may cost; send a limit order"
        return Refused(command.order_id, NoReason.NO_REFERENCE, text)
    problem = _unsized(listing, command.order_qty, command.limit_price, command.display_qty)
    if problem is not None:
        return Refused(command.order_id, NoReason.SIZE, problem)
    cost = cost_of(listing, command.side, command.limit_price, command.order_qty)
    return _unfunded(listing, command.order_id, command.side, cost, free(command.owner, command.side))


def refusal_of_change(listing: Listing, book: AnyBook, free: Free, command: ReplaceOpen) -> Refused | None:
    """Why a change does not get to the book, or None; an order that is not there is the book's to refuse."""
    order = book.order(command.order_id)
    if order is None:
        return None
    problem = malformed_change(command, order)
    if problem is not None:
        return Refused(command.order_id, NoReason.MALFORMED, problem)
    if command.trigger_price is not None and command.limit_price is None:
        text = "limit_price must be given with trigger_price: the order was given one that went with the old"
        return Refused(command.order_id, NoReason.MALFORMED, text)
    limit_price = command.limit_price or order.limit_price
    assert limit_price is not None, "no order of a market is without a limit"
    done = order.cum_qty + order.prevented_qty
    if command.order_qty <= done:
        return None  # It ends as filled, whatever its size.
    problem = _unsized(listing, command.order_qty, limit_price, order.display_qty)
    if problem is not None:
        return Refused(command.order_id, NoReason.SIZE, problem)
    cost = cost_of(listing, order.side, limit_price, command.order_qty - done)
    more = cost - held_by(listing, order)
    return _unfunded(listing, order.order_id, order.side, more, free(order.owner, order.side))


def held_by(listing: Listing, order: BookOrder) -> int:
    """What an open order holds back."""
    assert order.limit_price is not None, "no order of a market is without a limit"
    return cost_of(listing, order.side, order.limit_price, order.leaves_qty)


def protected(command: PlaceOrder, book: AnyBook) -> PlaceOrder:
    """The order with a limit: its own, or the far bound of what may trade; as it is where there is none."""
    is_stop = command.order_type is OrderType.STOP
    if not is_stop and command.order_type is not OrderType.MARKET:
        return command
    if is_stop:
        assert command.trigger_price is not None, "a stop has a trigger price"
        bound: int | None = _clamped(book, command.side, _away(command.trigger_price, command.side))
    else:
        bound = _far_bound(book, command.side)
    if bound is None:
        return command
    time_in_force = command.time_in_force
    if not is_stop and book.phase is Phase.CONTINUOUS and time_in_force is not TimeInForce.FOK:
        time_in_force = TimeInForce.IOC
    return msgspec.structs.replace(
        command, limit_price=bound, time_in_force=time_in_force,
        order_type=OrderType.STOP_LIMIT if is_stop else OrderType.LIMIT,
    )  # fmt: skip


def _clamped(book: AnyBook, side: Side, bound: int) -> int:
    """Within what limit prices may be."""
    if side is Side.SELL:
        return max(bound, book.bands.limit_low or 0)
    return min(bound, book.bands.limit_high or bound)


def _away(reference: int, side: Side) -> int:
    away = reference * PROTECTION_PPM // _MILLION + 1
    return min(reference + away, INT64_MAX) if side is Side.BUY else max(reference - away, 1)


def _far_bound(book: AnyBook, side: Side) -> int | None:
    """The dearest price to buy at, or the cheapest to sell at, that the bands let in and let trade.

    Without bands it is a distance from where the order would begin to trade: the best price of the other
    side, else the last one. In an auction the last one counts first: the best price of a book that crosses
    is nowhere near where it will trade.
    """
    bands = book.bands
    if side is Side.BUY:
        bounds = [each for each in (bands.limit_high, bands.trade_high) if each is not None]
    else:
        bounds = [each for each in (bands.limit_low, bands.trade_low) if each is not None]
    if bounds:
        return min(bounds) if side is Side.BUY else max(bounds)
    best = book.best_price(Side.SELL if side is Side.BUY else Side.BUY)
    last = book.last_price
    reference = best if last is None or (best is not None and book.phase is Phase.CONTINUOUS) else last
    return None if reference is None else _away(reference, side)


def _unsized(listing: Listing, lots: int, limit_price: int, display_qty: int) -> str | None:
    if not listing.min_lots <= lots <= listing.max_lots:
        return f"order_qty must be {listing.min_lots} to {listing.max_lots} lots, was {lots}"
    notional = limit_price * lots * listing.unit
    if notional > AMOUNT_MAX // 2:
        return f"the order must be worth at most {AMOUNT_MAX // 2} raw, was {notional}"
    if notional < listing.min_notional:
        return f"the order must be worth at least {listing.min_notional} raw, was {notional}"
    if display_qty and -(-lots // display_qty) > listing.max_parts:
        return f"display_qty must show the order in at most {listing.max_parts} parts, was {display_qty}"
    return None


def _unfunded(listing: Listing, order_id: int, side: Side, cost: int, free: int) -> Refused | None:
    if cost <= max(free, 0):
        return None
    asset = listing.quote if side is Side.BUY else listing.base
    return Refused(order_id, NoReason.FUNDS, f"it needs {cost} raw {asset} more, and {free} are free")
