"""What may befall a market, as data: each has a time from now, and is brought about by one function.

Orders of a scenario are those of an account of its own, which gets what it needs and no more.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from trade2026.matching.words import Phase, PlaceOrder, SetPhase
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.compiled.elementary import ln
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.sessions import OPERATOR
from trade2026.simulation.prism.timeline import Timeline

OWNER: Final = "SCENARIO"
"""Whose the orders of scenarios are."""

_SECOND: Final = 1_000_000_000
_LOT_FUNDS: Final = 2
"""How often the worth of its orders at the present price an account gets: prices may run."""


class _Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """`symbol` is where it happens, `after_s` how long from now."""

    symbol: str
    after_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if not isinstance(value, int | float):
                continue
            is_signed = name == "move_bps"
            is_zero_fine = name == "after_s"
            if not math.isfinite(value) or (value == 0 and not is_zero_fine) or (value < 0 and not is_signed):
                what = "not be 0" if is_signed else "be at least 0" if is_zero_fine else "be above 0"
                raise InputError(f"{name} must {what} and finite, was {value}")


class NewsShock(_Scenario, frozen=True, tag="news_shock"):
    """The value jumps by `move_bps`, and everybody hears that there is news."""

    move_bps: float


class LiquidityWithdrawal(_Scenario, frozen=True, tag="liquidity_withdrawal"):
    """Makers take their quotes away for `for_s`."""

    for_s: float


class FatFinger(_Scenario, frozen=True, tag="fat_finger"):
    """One market order of `clips` times the usual size; the market's protection bounds its price."""

    side: Side
    clips: float


class Metaorder(_Scenario, frozen=True, tag="metaorder"):
    """`clips` times the usual size in `children` market orders, evenly over `for_s`."""

    side: Side
    clips: float
    for_s: float
    children: int = 50


class FlashCrash(_Scenario, frozen=True, tag="flash_crash"):
    """Makers are away for `for_s`, and somebody sells `clips` times the usual size meanwhile."""

    clips: float
    for_s: float
    children: int = 100


class Halt(_Scenario, frozen=True, tag="halt"):
    """No trading for `for_s`, then an auction of `auction_s`, then trading as before."""

    for_s: float
    auction_s: float = 10.0


Scenario = NewsShock | LiquidityWithdrawal | FatFinger | Metaorder | FlashCrash | Halt


def inject(timeline: Timeline, scenario: Scenario) -> None:
    """Bring a scenario about; InputError for a symbol that is not traded, or a size that is no lot."""
    market = timeline.market
    symbols = [book.listing.symbol for book in market.config.books]
    if scenario.symbol not in symbols:
        raise InputError(f"symbol must be one of {', '.join(symbols)}, was {scenario.symbol!r}")
    number = symbols.index(scenario.symbol)
    start_ns = market.now_ns + int(scenario.after_s * _SECOND)
    match scenario:
        case NewsShock(move_bps=move_bps):
            _call(timeline, start_ns, lambda _: market.jump(number, ln(1.0 + move_bps * 1e-4)))
        case LiquidityWithdrawal(for_s=for_s):
            _withdraw(timeline, number, start_ns, for_s)
        case FatFinger(side=side, clips=clips):
            _send(timeline, number, start_ns, side, clips, 0.0, 1)
        case Metaorder(side=side, clips=clips, for_s=for_s, children=children):
            _send(timeline, number, start_ns, side, clips, for_s, children)
        case FlashCrash(clips=clips, for_s=for_s, children=children):
            _withdraw(timeline, number, start_ns, for_s)
            _send(timeline, number, start_ns, Side.SELL, clips, for_s, children)
        case Halt(for_s=for_s, auction_s=auction_s):
            _halt(timeline, number, start_ns, for_s, auction_s)


def _call(timeline: Timeline, at_ns: int, action: Callable[[int], object]) -> None:
    """Have it called once."""

    def once(now_ns: int) -> None:
        action(now_ns)

    timeline.call_at(at_ns, once)


def _withdraw(timeline: Timeline, number: int, start_ns: int, for_s: float) -> None:
    until_ns = start_ns + int(for_s * _SECOND)
    _call(timeline, start_ns, lambda _: timeline.market.withdraw_makers(number, until_ns))


def _halt(timeline: Timeline, number: int, start_ns: int, for_s: float, auction_s: float) -> None:
    at_ns = start_ns
    for phase, seconds in ((Phase.HALTED, for_s), (Phase.AUCTION, auction_s), (Phase.CONTINUOUS, 0.0)):
        _call(timeline, at_ns, partial(_set_phase, timeline.market, number, phase))
        at_ns += int(seconds * _SECOND)


def _set_phase(market: PrismMarket, number: int, phase: Phase, _now_ns: int) -> None:
    market.submit(OPERATOR, number, SetPhase(phase))


def _send(
    timeline: Timeline, number: int, start_ns: int, side: Side, clips: float, for_s: float, children: int
) -> None:
    """Market orders at equal times, whose sizes add up to the whole."""
    market = timeline.market
    lots = int(clips * market.config.books[number].clip_lots)
    most = market.config.books[number].listing.max_lots * children
    if not children <= lots <= most:
        raise InputError(f"clips must make {children} to {most} lots for {children} orders, was {clips}")
    _call(timeline, start_ns, lambda _: _fund(market, number, side, lots))
    for child in range(children):
        size = lots * (child + 1) // children - lots * child // children
        at_ns = start_ns + int(for_s * _SECOND * child / children)
        _call(timeline, at_ns, partial(_take, market, number, side, size))


def _fund(market: PrismMarket, number: int, side: Side, lots: int) -> None:
    listing = market.config.books[number].listing
    if side is Side.SELL:
        market.exchange.clearing.deposit(OWNER, listing.base, lots * listing.lot_size)
        return
    worth = int(market.mids()[number] * _LOT_FUNDS) * lots * listing.unit
    market.exchange.clearing.deposit(OWNER, listing.quote, worth)


def _take(market: PrismMarket, number: int, side: Side, lots: int, _now_ns: int) -> None:
    order = PlaceOrder(market.next_order_id(), OWNER, side, OrderType.MARKET, TimeInForce.IOC, lots)
    market.submit(OWNER, number, order)
