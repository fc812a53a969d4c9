"""At which price, and how much: the fill rules as pure functions of integers.

Prices are signed: times 1 for a buy and -1 for a sell, so that less is better for us and a rule and its
mirror are one expression. A rule answers (signed price, whether we made the liquidity), or None for no fill.
"""

from typing import Final

from trade2026.model.instrument import Instrument, VolumeUnit
from trade2026.model.market_data import Bar
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.paper.config import FULL_BPS
from trade2026.simulation.paper.state import UNBOUNDED, WorkingOrder

HALF_SPREADS: Final = 2 * FULL_BPS
"""Costs of taking are counted in half raw basis points: spread plus twice the slippage."""

_BASE: Final = VolumeUnit.BASE
_CONTRACTS: Final = VolumeUnit.CONTRACTS

Fill = tuple[int, bool]


def worsen(signed_price: int, cost: int, tick_size: int) -> int:
    """What an order pays that takes liquidity: `cost` half basis points more, rounded up to the tick."""
    if cost == 0:
        return -(-signed_price // tick_size) * tick_size
    exact = signed_price * HALF_SPREADS + abs(signed_price) * cost
    return -(-exact // (HALF_SPREADS * tick_size)) * tick_size


def price_in_interval(order: WorkingOrder, first: int, best: int, cost: int, tick_size: int) -> Fill | None:
    """Fill by a bar: at its first price if that beats the limit, else at the limit if traded through.

    `first` is the signed open and `best` the signed low (high for a sell); both are the close in close-only
    data. IOC and FOK see the first price alone: they do not wait for the rest of the bar.
    """
    limit = order.limit
    if first < limit:
        return min(worsen(first, cost, tick_size), limit), False
    if best < limit and not order.immediate:
        return limit, True
    return None


def price_at_quote(order: WorkingOrder, opposite: int, cost: int, tick_size: int) -> Fill | None:
    """Fill by the opposite quote that reaches the limit: at the quote on arrival, at the limit later."""
    limit = order.limit
    if opposite > limit:
        return None
    if order.resting and limit != UNBOUNDED:
        return limit, True
    return min(worsen(opposite, cost, tick_size), limit), False


def price_at_print(order: WorkingOrder, printed: int, cost: int, tick_size: int) -> Fill | None:
    """Fill by a public trade strictly through the limit: at its price on arrival, at the limit later."""
    limit = order.limit
    if printed >= limit:
        return None
    if order.resting and limit != UNBOUNDED:
        return limit, True
    return min(worsen(printed, cost, tick_size), limit), False


def volume_in_units(instrument: Instrument, bar: Bar) -> int | None:
    """The bar's volume as a raw quantity of the instrument, rounded down; None when it cannot be known.

    Money is divided by the bar's highest price, which gives the fewest units. Contracts are units where the
    instrument itself is a contract (its multiplier is not one); else the contract's size is not known.
    """
    volume = bar.volume
    if volume is None or volume == 0:
        return volume
    if instrument.volume_unit is _BASE:
        return volume
    if instrument.volume_unit is _CONTRACTS:
        return None if instrument.multiplier == UNIT else volume
    price = bar.close if bar.high is None else bar.high
    return volume * UNIT * UNIT // (price * instrument.multiplier) if price > 0 else None


def participation_cap(instrument: Instrument, bar: Bar, participation_bps: int) -> int:
    """Raw quantity that our orders may take together, rounded down; `UNBOUNDED` if volume is unknown."""
    volume = volume_in_units(instrument, bar)
    if volume is None:
        return UNBOUNDED
    return volume * participation_bps // FULL_BPS
