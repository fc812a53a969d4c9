"""What a book is told and what it answers; prices and quantities are raw integers in units of 1e-9.

`order_id` is the venue's number of an order: positive, chosen by whoever places it, unique among the orders
of the book that are open. Times are UTC nanoseconds and never go back.
"""

from enum import StrEnum

import msgspec

from trade2026.model.enums import OrderType, Side, TimeInForce


class SelfTradePrevention(StrEnum):
    """What becomes of two orders of one owner that would trade; the incoming order's word counts.

    NONE lets them. EXPIRE_TAKER ends the incoming one, EXPIRE_MAKER the resting one, EXPIRE_BOTH both.
    DECREMENT takes what would have traded off both; one that has nothing left ends.
    """

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"
    DECREMENT = "DECREMENT"


class Phase(StrEnum):
    """What a book does with the orders it has and gets.

    CONTINUOUS trades at once. AUCTION collects: limit orders rest even where they cross, market orders wait
    with them, stops are not triggered, and what has to trade at once is refused. HALTED takes cancels only.
    """

    CONTINUOUS = "CONTINUOUS"
    AUCTION = "AUCTION"
    HALTED = "HALTED"


# ------------------------------------------------------------------------------------------------- commands


class PlaceOrder(msgspec.Struct, frozen=True, array_like=True, tag=1, gc=False):
    """Enter an order.

    Attributes
    ----------
    owner : str
        Whose it is: orders of one owner meet self-trade prevention; "" is nobody's.
    order_qty : int
        Positive.
    limit_price : int or None
        None for MARKET and STOP.
    trigger_price : int or None
        For STOP and STOP_LIMIT: a last price at or above it (buy), at or below it (sell) triggers.
    display_qty : int
        The largest part that is shown at a time; 0 shows all.
    expire_time : int
        When a GTD order ends.
    post_only : bool
        Refused instead of taking liquidity; a stop-limit is looked at when it is triggered.
    """

    order_id: int
    owner: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None = None
    trigger_price: int | None = None
    display_qty: int = 0
    expire_time: int = 0
    post_only: bool = False
    prevention: SelfTradePrevention = SelfTradePrevention.NONE


class CancelOpen(msgspec.Struct, frozen=True, array_like=True, tag=2, gc=False):
    """Take what is left of an order out of the book."""

    order_id: int


class ReplaceOpen(msgspec.Struct, frozen=True, array_like=True, tag=3, gc=False):
    """Give an open order other terms; `order_qty` is the new total, filled part included.

    A smaller total alone keeps the order's place; another price or a larger total sends it to the end of
    the queue. A total at or below what is filled ends the order as filled. `limit_price` and
    `trigger_price` None leave them as they are.
    """

    order_id: int
    order_qty: int
    limit_price: int | None = None
    trigger_price: int | None = None


class AdvanceTime(msgspec.Struct, frozen=True, array_like=True, tag=4, gc=False):
    """It is `now`: GTD orders whose time has come end."""

    now: int


class EndSession(msgspec.Struct, frozen=True, array_like=True, tag=5, gc=False):
    """The session is over: DAY orders end."""


class SetPhase(msgspec.Struct, frozen=True, array_like=True, tag=6, gc=False):
    """Change the phase. CONTINUOUS begins by trading at one price whatever crosses, as `Uncross` does."""

    phase: Phase


class Uncross(msgspec.Struct, frozen=True, array_like=True, tag=7, gc=False):
    """End an auction: trade at one price whatever crosses (see `auction`). The phase stays what it is."""


class SetBands(msgspec.Struct, frozen=True, array_like=True, tag=8, gc=False):
    """Bounds of prices, each inclusive; None for none.

    A limit price outside of `limit_low` to `limit_high` is refused; orders that rest stay. A trade outside of
    `trade_low` to `trade_high` is not done: the book goes over to an AUCTION instead, by itself.
    """

    limit_low: int | None = None
    limit_high: int | None = None
    trade_low: int | None = None
    trade_high: int | None = None


BookCommand = PlaceOrder | CancelOpen | ReplaceOpen | AdvanceTime | EndSession | SetPhase | Uncross | SetBands

# --------------------------------------------------------------------------------------------------- events


class NoReason(StrEnum):
    """Why a book, or the market around it (NO_REFERENCE, SIZE, FUNDS), said no, in order of precedence."""

    MALFORMED = "MALFORMED"
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"
    NO_REFERENCE = "NO_REFERENCE"
    SIZE = "SIZE"
    FUNDS = "FUNDS"
    PHASE = "PHASE"
    PRICE_BAND = "PRICE_BAND"
    NOTHING_TO_CHANGE = "NOTHING_TO_CHANGE"
    WOULD_TAKE = "WOULD_TAKE"


class EndReason(StrEnum):
    """Why an order left the book without a fill; all but CANCELED are reported as EXPIRED (FIX C)."""

    CANCELED = "CANCELED"
    TIME_IN_FORCE = "TIME_IN_FORCE"
    NO_LIQUIDITY = "NO_LIQUIDITY"
    WOULD_TAKE = "WOULD_TAKE"
    SELF_TRADE = "SELF_TRADE"
    HALTED = "HALTED"


class Refused(msgspec.Struct, frozen=True, array_like=True, tag=11, gc=False):
    """The command changed nothing. `order_id` is 0 where it was not about an order."""

    order_id: int
    reason: NoReason
    text: str


class Accepted(msgspec.Struct, frozen=True, array_like=True, tag=12, gc=False):
    """The order is in: it may trade in the events that follow, wait for its trigger, or rest."""

    order_id: int


class Traded(msgspec.Struct, frozen=True, array_like=True, tag=13, gc=False):
    """One trade at the resting order's price; `trade_id` counts a book's trades, from 1 or as told.

    In an auction the price is the auction's, and the maker is the order that was there first.
    `maker_leaves` and `taker_leaves` are what is left of each; at 0 the order is gone.
    """

    trade_id: int
    price: int
    quantity: int
    maker_id: int
    taker_id: int
    taker_side: Side
    maker_leaves: int
    taker_leaves: int


class Triggered(msgspec.Struct, frozen=True, array_like=True, tag=14, gc=False):
    """A stop became a market or a limit order; `price` is the last price that did it."""

    order_id: int
    price: int


class Prevented(msgspec.Struct, frozen=True, array_like=True, tag=15, gc=False):
    """`quantity` of two orders of one owner did not trade; under DECREMENT both are smaller by it."""

    maker_id: int
    taker_id: int
    quantity: int


class Ended(msgspec.Struct, frozen=True, array_like=True, tag=16, gc=False):
    """What was left of an order (`leaves_qty`) is out; `prevented_qty` went to self-trade prevention."""

    order_id: int
    reason: EndReason
    leaves_qty: int
    prevented_qty: int


class TermsReplaced(msgspec.Struct, frozen=True, array_like=True, tag=17, gc=False):
    """The order has other terms; `order_qty` is never below what is filled.

    With `leaves_qty` 0 it is gone, filled.
    """

    order_id: int
    order_qty: int
    limit_price: int | None
    trigger_price: int | None
    leaves_qty: int
    keeps_priority: bool


class Replenished(msgspec.Struct, frozen=True, array_like=True, tag=18, gc=False):
    """An iceberg shows its next part, at the end of its queue."""

    order_id: int
    shown_qty: int


class PhaseSet(msgspec.Struct, frozen=True, array_like=True, tag=19, gc=False):
    """The book is in this phase; `halting_price` is what a trade would have been at that the bands forbid."""

    phase: Phase
    halting_price: int | None


class Uncrossed(msgspec.Struct, frozen=True, array_like=True, tag=20, gc=False):
    """An auction found a price: the `trades` that follow are all at it, `quantity` together."""

    price: int
    quantity: int
    trades: int


class BandsSet(msgspec.Struct, frozen=True, array_like=True, tag=21, gc=False):
    """The bounds of prices are those of the command."""


BookEvent = (
    Refused
    | Accepted
    | Traded
    | Triggered
    | Prevented
    | Ended
    | TermsReplaced
    | Replenished
    | PhaseSet
    | Uncrossed
    | BandsSet
)
