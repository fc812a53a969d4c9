"""At which price an order is sent, and what it costs or brings in: as expected, and at worst."""

from typing import Final

from trade2026.application.rebalancing.plan import Fees, Holding, PlannedOrder, Touch, Wishes
from trade2026.model.enums import OrderType, Side
from trade2026.model.money import notional
from trade2026.primitives.fixed_point import UNIT
from trade2026.risk.check import risk_price
from trade2026.risk.values import reserve_for, value_up

BPS: Final = 10_000
_BUY: Final = Side.BUY


def limit_price(side: Side, touch: Touch, offset_bps: int, tick_size: int) -> int:
    """The touch of the other side moved by `offset_bps` to where it fills, and on to the next tick there.

    A buy's is rounded up, a sell's down but never below one tick.
    """
    if side is _BUY:
        return -(-touch.ask * (BPS + offset_bps) // (BPS * tick_size)) * tick_size
    return max(touch.bid * (BPS - offset_bps) // (BPS * tick_size), 1) * tick_size


def price_order(holding: Holding, side: Side, order_qty: int, wishes: Wishes) -> PlannedOrder:
    """The order with its price and all that it costs; the holding must have a quote."""
    touch, instrument = holding.touch, holding.instrument
    assert touch is not None, "who has no quote is not traded"
    limit: int | None = None
    if wishes.order_type is OrderType.LIMIT:
        limit = limit_price(side, touch, wishes.offset_bps, instrument.tick_size)
    expected = _expected(side, touch, limit)
    multiplier = instrument.multiplier
    value = notional(touch.mid, order_qty, multiplier)
    paid = notional(expected, order_qty, multiplier)
    half_spread = paid - value if side is _BUY else value - paid
    needed = raised = 0
    if side is _BUY:
        needed = reserve_of(holding, limit, order_qty)
    else:
        worst = limit if limit is not None else touch.bid * (BPS - holding.protection_bps) // BPS
        raised = worst * order_qty * multiplier // (UNIT * UNIT)
        raised -= fee_of(raised, order_qty, holding.fees)
    return PlannedOrder(
        instrument.instrument_id, side, order_qty, wishes.order_type, wishes.time_in_force, limit, expected,
        value, half_spread, fee_of(paid, order_qty, holding.fees), needed, raised,
    )  # fmt: skip


def reserve_of(holding: Holding, limit: int | None, order_qty: int) -> int:
    """The most a buy takes from cash: what risk reserves for it where it stands alone, rounded up."""
    touch = holding.touch
    assert touch is not None, "who has no quote is not traded"
    reference = max(touch.ask, holding.mark)
    price = risk_price(_BUY, limit, reference, holding.protection_bps)
    worth = value_up(price * order_qty, holding.instrument.multiplier)
    return worth + fee_of(worth, order_qty, holding.fees)


def fee_of(value: int, order_qty: int, fees: Fees) -> int:
    """What risk reserves for fees on an order of that value, rounded up."""
    return reserve_for(value, fees.bps) - value - (-fees.per_unit * order_qty // UNIT) + fees.per_order


def _expected(side: Side, touch: Touch, limit: int | None) -> int:
    if side is _BUY:
        return touch.ask if limit is None else min(touch.ask, limit)
    return touch.bid if limit is None else max(touch.bid, limit)
