"""Values in an account's base currency: the one place where risk converts and rounds.

Exposure rounds up and holdings round down, so that no sum of roundings hides a risk. A "worth" is the
exact product of a price and a quantity, eighteen decimals, not rounded yet.
"""

from collections.abc import Collection
from typing import Final

from trade2026.primitives.fixed_point import UNIT
from trade2026.risk.open_order import OpenOrder
from trade2026.risk.state import AccountRisk, Exposure, RiskState

UNIT_SQUARED: Final = UNIT * UNIT
_BPS: Final = 10_000


def value_up(worth: int, scale: int) -> int:
    """Money of a signed `worth` at `scale` (money per price point and unit), rounded to plus infinity."""
    if scale == UNIT:
        return -(-worth // UNIT)
    return -(-worth * scale // UNIT_SQUARED)


def worst_worth(price: int, leaves: int, new_price: int, new_leaves: int) -> int:
    """The most that can still trade on an order while its replace is unanswered.

    The old terms may fill, whole or in part, before the new ones count; the new total is what bounds
    both. Linear in between, so the worst is at an end: nothing filled first, or all of it.
    """
    added = new_leaves - leaves
    filled_first = price * leaves + new_price * added if added > 0 else price * leaves
    return max(new_price * new_leaves, filled_first)


def worst_of_terms(order: OpenOrder, terms: Collection[tuple[int, int]]) -> tuple[int, int]:
    """What may still fill of an order and its worth, whichever of its unanswered replaces are accepted.

    `terms` are their totals and prices. One replace: the worst path between both terms. More: any mix of
    them may come to hold, so the largest quantity at the highest price.
    """
    leaves = max(order.order_qty - order.cum_qty, 0)
    new = [(max(total - order.cum_qty, 0), price) for total, price in terms]
    if len(new) == 1:
        pending, price = new[0]
        return max(leaves, pending), worst_worth(order.price, leaves, price, pending)
    most = max(leaves, *(pending for pending, _ in new))
    return most, most * max(order.price, *(price for _, price in new))


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
    """Cash held back for a buy worth `quote` and a share of it in fees, rounded up."""
    return -(-quote * (_BPS + fee_bps) // _BPS)


def buy_reserve(exposure: Exposure, worth: int, quantity: int, orders: int) -> int:
    """Cash held back for so many open buys of one instrument, fees of every kind included.

    Quote currency, raw, rounded up; `worth` of all of them, `quantity` of what may still fill.
    """
    limits = exposure.limits
    assert limits is not None
    reserve = reserve_for(value_up(worth, exposure.instrument.multiplier), limits.fee_bps)
    if limits.fee_per_unit:
        reserve -= -limits.fee_per_unit * quantity // UNIT
    return reserve + limits.fee_per_order * orders


def equity(state: RiskState, account: AccountRisk, now: int, rate_max_age_ns: int) -> tuple[int, str]:
    """Cash plus positions at their latest journaled prices, in the base currency.

    Returns
    -------
    tuple of int and str
        The amount and "", or 0 and the first currency whose rate is missing or not fresh: money that
        cannot be valued (it may be owed) refuses instead of counting as nothing.
    """
    total = account.position_value
    base = account.account.base_currency
    for currency, amount in account.cash.items():
        if currency == base:
            total += amount
        elif amount:
            rate = rate_of(state, account, currency)
            if rate is None or not 0 <= now - rate[1] <= rate_max_age_ns:
                return 0, currency
            total += amount * rate[0] // UNIT
    return total, ""
