"""Closed round trips, from executions: which lots a fill closed, and what came of it after commissions."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from trade2026.model.enums import Side
from trade2026.model.instrument import Instrument
from trade2026.model.money import notional
from trade2026.primitives.fixed_point import div_half_even
from trade2026.simulation.backtest import FillRecord


class RoundTrip(NamedTuple):
    """What one fill closed, oldest lots first; raw integers, money in the instrument's quote currency.

    `pnl` is after the commissions of both sides. `entry_price` is the average over the lots closed.
    """

    instrument_id: str
    is_long: bool
    quantity: int
    opened_ts: int
    closed_ts: int
    entry_price: int
    exit_price: int
    pnl: int


@dataclass(slots=True)
class _Lot:
    ts: int
    price: int
    quantity: int
    commission: int


def round_trips(fills: Iterable[FillRecord], instruments: Mapping[str, Instrument]) -> list[RoundTrip]:
    """One for each fill that closed something, in the order of the fills.

    The ledger's `realized` is taken as it is; commissions are added by share of quantity, rounded half to
    even. A commission taken from the units traded is part of the ledger's cost already.
    """
    open_lots: dict[str, deque[_Lot]] = {}
    trips: list[RoundTrip] = []
    for fill in fills:
        instrument = instruments[fill.instrument_id]
        lots = open_lots.setdefault(fill.instrument_id, deque())
        in_units = instrument.takes_commission_in_units(fill.commission_currency)
        signed = fill.quantity if fill.side is Side.BUY else -fill.quantity
        moved = abs(signed - (fill.commission if in_units else 0))
        paid = 0 if in_units else commission_value(fill, instrument)
        closed = fill.closed_qty
        closing_share = div_half_even(paid * closed, moved) if moved else paid
        if closed:
            trips.append(_close(lots, fill, closing_share))
        if moved > closed:
            lots.append(_Lot(fill.ts_event, fill.price, moved - closed, paid - closing_share))
    return trips


def commission_value(fill: FillRecord, instrument: Instrument) -> int:
    """The commission in the quote currency, raw; one charged in the base currency at the fill's price."""
    if fill.commission_currency == fill.currency:
        return fill.commission
    assert fill.commission_currency == instrument.base_currency, f"no fill tells what one is worth: {fill}"
    return notional(fill.price, fill.commission, instrument.multiplier)


def _close(lots: deque[_Lot], fill: FillRecord, commission: int) -> RoundTrip:
    opened_ts, left, weighted, entry_commission = lots[0].ts, fill.closed_qty, 0, 0
    while left:
        lot = lots[0]
        taken = min(left, lot.quantity)
        share = div_half_even(lot.commission * taken, lot.quantity)
        weighted += lot.price * taken
        entry_commission += share
        lot.quantity -= taken
        lot.commission -= share
        left -= taken
        if lot.quantity == 0:
            lots.popleft()
    return RoundTrip(
        fill.instrument_id,
        fill.side is Side.SELL,
        fill.closed_qty,
        opened_ts,
        fill.ts_event,
        div_half_even(weighted, fill.closed_qty),
        fill.price,
        fill.realized - commission - entry_commission,
    )
