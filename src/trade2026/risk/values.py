"""Values in an account's base currency: the one place where risk converts and rounds.

Magnitudes round up (away from zero), so that no sum of roundings hides an exposure.
"""

from trade2026.primitives.fixed_point import UNIT
from trade2026.risk.state import AccountRisk, Exposure, RiskState

_UNIT_SQUARED = UNIT * UNIT
_BPS = 10_000


def scaled_value(price: int, quantity: int, scale: int) -> int:
    """`quantity` (signed) at `price` (positive) times `scale`, all raw, rounded away from zero."""
    if scale == UNIT:
        product = price * quantity
        return -(-product // UNIT) if product > 0 else product // UNIT
    product = price * quantity * scale
    return -(-product // _UNIT_SQUARED) if product > 0 else product // _UNIT_SQUARED


def rate_of(state: RiskState, account: AccountRisk, currency: str) -> tuple[int, int] | None:
    """Rate and its time from `currency` to the account's base currency; None when none was journaled."""
    return state.rates.get((currency, account.account.base_currency))


def scale_of(state: RiskState, account: AccountRisk, exposure: Exposure) -> int:
    """Base currency per price point and unit, raw: multiplier times rate.

    0 while no rate is known: only exposure that exists already is valued so, a new order is refused.
    """
    instrument = exposure.instrument
    if instrument.quote_currency == account.account.base_currency:
        return instrument.multiplier
    rate = rate_of(state, account, instrument.quote_currency)
    return 0 if rate is None else -(-instrument.multiplier * rate[0] // UNIT)


def reserve_for(quote: int, fee_bps: int) -> int:
    """Cash held back for a buy worth `quote`, fees included, rounded up."""
    return -(-quote * (_BPS + fee_bps) // _BPS)


def equity(state: RiskState, account: AccountRisk) -> int:
    """Cash of every currency with a rate plus positions at their latest journaled prices, base currency."""
    total = account.position_value
    base = account.account.base_currency
    for currency, amount in account.cash.items():
        if currency == base:
            total += amount
        elif (rate := rate_of(state, account, currency)) is not None:
            total += amount * rate[0] // UNIT
    return total
