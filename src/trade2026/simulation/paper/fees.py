"""What a fill costs: integer money, rounded half to even once, at the ninth decimal."""

from collections.abc import Callable
from typing import Final

from trade2026.model.instrument import Instrument
from trade2026.model.money import notional
from trade2026.ports.feed import DataDescription
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, div_half_even
from trade2026.simulation.paper.config import FULL_BPS, BpsFees, FeeCurrency, Fees, NoFees, PerShareFees
from trade2026.simulation.paper.state import WorkingOrder

Charge = Callable[[WorkingOrder, int, int, bool], tuple[int, str]]
"""From order, last_qty, last_px and whether it was the maker to commission and its currency."""

_VALUE_BPS: Final = FULL_BPS * UNIT * UNIT


def make_charge(fees: Fees, instrument: Instrument, data: DataDescription | None) -> Charge | None:
    """The fee rule of one instrument; None when nothing is charged.

    Raises
    ------
    InputError
        Fees per share on adjusted prices, or a fee in the base currency of something that has none.
    """
    if isinstance(fees, NoFees):
        return None
    if isinstance(fees, PerShareFees):
        if data is not None and not data.permits_per_share_fees:
            raise InputError(
                f"fees were per share, but the prices of {data.name} are adjusted and its share counts are "
                "not those of the day; use BpsFees"
            )
        return _per_share(fees, instrument)
    if fees.currency is not FeeCurrency.QUOTE and instrument.base_currency is None:
        raise InputError(
            f"fee currency was {fees.currency}, but {instrument.instrument_id} has no base; use QUOTE"
        )
    return _bps(fees, instrument)


def _with_minimum(order: WorkingOrder, last_qty: int, fee: int, min_per_order: int) -> int:
    is_first = order.cum_qty == last_qty
    charged = 0 if is_first else max(order.fee_due, min_per_order)
    order.fee_due += fee
    return max(order.fee_due, min_per_order) - charged


def _per_share(fees: PerShareFees, instrument: Instrument) -> Charge:
    per_share, min_per_order, currency = fees.per_share, fees.min_per_order, instrument.quote_currency

    def charge(order: WorkingOrder, last_qty: int, last_px: int, maker: bool) -> tuple[int, str]:
        return _with_minimum(order, last_qty, notional(per_share, last_qty, UNIT), min_per_order), currency

    return charge


def _bps(fees: BpsFees, instrument: Instrument) -> Charge:
    quote, base, multiplier = instrument.quote_currency, instrument.base_currency, instrument.multiplier
    min_per_fill, min_per_order = fees.min_per_fill, fees.min_per_order
    maker_bps, taker_bps, fee_currency = fees.maker_bps, fees.taker_bps, fees.currency

    def charge(order: WorkingOrder, last_qty: int, last_px: int, maker: bool) -> tuple[int, str]:
        rate = maker_bps if maker else taker_bps
        in_base = fee_currency is FeeCurrency.BASE or (
            fee_currency is FeeCurrency.RECEIVED and order.sign > 0
        )
        if in_base and base is not None:
            return div_half_even(last_qty * rate, FULL_BPS), base
        fee = div_half_even(last_px * last_qty * multiplier * rate, _VALUE_BPS)
        if min_per_fill or min_per_order:
            fee = _with_minimum(order, last_qty, max(fee, min_per_fill), min_per_order)
        return fee, quote

    return charge
