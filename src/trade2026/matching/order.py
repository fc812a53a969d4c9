"""An order in a book, and what is said of it alone: whether it makes sense, crosses, or is met."""

from typing import Final, NamedTuple, Self

import msgspec

from trade2026.matching.words import (
    AdvanceTime,
    NoReason,
    Phase,
    PlaceOrder,
    Refused,
    ReplaceOpen,
    SelfTradePrevention,
    SetBands,
)
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.fixed_point import INT64_MAX

_STOPS: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
_PRICED: Final = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_TYPES: Final = frozenset({OrderType.MARKET, OrderType.LIMIT}) | _STOPS
AT_ONCE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})
"""Never rest."""


class BookOrder(msgspec.Struct, array_like=True, eq=False):
    """An open order. `shown_qty` is the part on show; `place` its place in time among all orders."""

    order_id: int
    owner: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    trigger_price: int | None
    display_qty: int
    expire_time: int
    post_only: bool
    prevention: SelfTradePrevention
    place: int
    cum_qty: int = 0
    prevented_qty: int = 0
    shown_qty: int = 0
    is_triggered: bool = False

    @property
    def leaves_qty(self) -> int:
        """What may still trade."""
        return self.order_qty - self.cum_qty - self.prevented_qty

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its trigger."""
        return self.order_type in _STOPS and not self.is_triggered

    @classmethod
    def of(cls, command: PlaceOrder, place: int) -> Self:
        """The order that a command enters."""
        return cls(
            command.order_id, command.owner, command.side, command.order_type, command.time_in_force,
            command.order_qty, command.limit_price, command.trigger_price, command.display_qty,
            command.expire_time, command.post_only, command.prevention, place,
        )  # fmt: skip

    def show(self) -> None:
        """Put the next part on show."""
        self.shown_qty = min(self.display_qty or self.leaves_qty, self.leaves_qty)


class Level(NamedTuple):
    """A price of one side as everybody may see it: what its orders show together, and how many they are."""

    price: int
    shown_qty: int
    orders: int


def crosses(taker: BookOrder, maker: BookOrder) -> bool:
    """Whether the taker may trade at the price of the maker."""
    limit_price, price = taker.limit_price, maker.limit_price
    if limit_price is None or price is None:
        return True
    return limit_price >= price if taker.side is Side.BUY else limit_price <= price


def is_prevented(taker: BookOrder, maker: BookOrder) -> bool:
    """Whether they are of one owner, and the taker does not want to trade with itself."""
    is_own = bool(taker.owner) and maker.owner == taker.owner
    return is_own and taker.prevention is not SelfTradePrevention.NONE


def is_met(order: BookOrder, price: int) -> bool:
    """Whether this price triggers the stop."""
    trigger_price = order.trigger_price
    assert trigger_price is not None, "a stop has a trigger price"
    return price >= trigger_price if order.side is Side.BUY else price <= trigger_price


def malformed(command: PlaceOrder, now: int) -> str | None:
    """What is wrong with an order by itself, or None."""
    if command.order_type not in _TYPES:
        return f"a book takes market, limit, stop and stop-limit orders, was {command.order_type}"
    if not 0 < command.order_qty <= INT64_MAX or not 0 < command.order_id <= INT64_MAX:
        return "order_id and order_qty must be positive and fit int64"
    if (command.limit_price is not None) != (command.order_type in _PRICED):
        return f"limit_price must be given for limit orders and only for them, was {command.limit_price}"
    if (command.trigger_price is not None) != (command.order_type in _STOPS):
        return f"trigger_price must be given for stops and only for them, was {command.trigger_price}"
    for name in ("limit_price", "trigger_price"):
        price = getattr(command, name)
        if price is not None and not 0 < price <= INT64_MAX:
            return f"{name} must be positive and fit int64, was {price}"
    if not 0 <= command.display_qty <= command.order_qty:
        return f"display_qty must be 0 to order_qty, was {command.display_qty}"
    if command.post_only and (command.order_type not in _PRICED or command.time_in_force in AT_ONCE):
        return "post-only needs a limit price and an order that may rest"
    if abs(command.expire_time) > INT64_MAX:
        return f"expire_time must fit int64, was {command.expire_time}"
    if command.time_in_force is TimeInForce.GTD and command.expire_time <= now:
        return f"expire_time must be in the future, was {command.expire_time} at {now}"
    return None


def unsuited(order: BookOrder, phase: Phase, bands: SetBands) -> Refused | None:
    """The refusal of an order that the phase or the bands do not let in as it is; None for one they do."""
    if phase is Phase.HALTED:
        return Refused(order.order_id, NoReason.PHASE, "trading is halted; orders can only be canceled")
    if (
        phase is Phase.AUCTION
        and not order.is_waiting
        and (order.time_in_force in AT_ONCE or order.post_only)
    ):
        text = "an auction takes neither post-only orders nor such as trade at once"
        return Refused(order.order_id, NoReason.PHASE, text)
    price, low, high = order.limit_price, bands.limit_low, bands.limit_high
    if price is not None and ((low is not None and price < low) or (high is not None and price > high)):
        text = f"limit_price {price} is out of the bands, {low or 'none'} to {high or 'none'}"
        return Refused(order.order_id, NoReason.PRICE_BAND, text)
    return None


def malformed_bands(command: SetBands) -> str | None:
    """What is wrong with bounds of prices, or None."""
    for name in ("limit", "trade"):
        low, high = getattr(command, f"{name}_low"), getattr(command, f"{name}_high")
        if any(each is not None and not 0 < each <= INT64_MAX for each in (low, high)):
            return f"{name}_low and {name}_high must be positive and fit int64, were {low} and {high}"
        if low is not None and high is not None and low > high:
            return f"{name}_low must be at most {name}_high, were {low} and {high}"
    return None


def too_late(command: AdvanceTime) -> str:
    """Why this time is none."""
    return f"now must fit int64, was {command.now}"


def malformed_change(command: ReplaceOpen, order: BookOrder) -> str | None:
    """What is wrong with new terms for this order, or None."""
    if not 0 < command.order_qty <= INT64_MAX:
        return f"order_qty must be positive and fit int64, was {command.order_qty}"
    for name in ("limit_price", "trigger_price"):
        price = getattr(command, name)
        if price is None:
            continue
        if getattr(order, name) is None:
            return f"the order has no {name} to change"
        if not 0 < price <= INT64_MAX:
            return f"{name} must be positive and fit int64, was {price}"
    if command.trigger_price not in (None, order.trigger_price) and order.is_triggered:
        return "the order is triggered already"
    return None
