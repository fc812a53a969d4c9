"""What accounts and positions are worth, at official marks or at the latest prices."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from trade2026.ledger.state import AccountBook, LedgerState
from trade2026.ledger.valuation import Valuation, ValuationProblem, ValuationRefused, equity
from trade2026.primitives.fixed_point import UNIT, div_half_even, multiply_half_even

Prices = Mapping[str, tuple[int, int]]
"""Raw price and its time by instrument id."""

ANY_AGE: Final = 2**62
_TOO_OLD: Final = (ValuationProblem.STALE_PRICE, ValuationProblem.STALE_RATE)


class Worth(NamedTuple):
    """An account in its base currency, raw; `equity` is `cash` plus `net`, exactly."""

    equity: int
    cash: int
    gross: int
    net: int
    unrealized: int
    stale: str


def worth_of(
    ledger: LedgerState,
    account_id: str,
    *,
    now: int,
    rate_max_age_ns: int,
    mark_max_age_ns: int,
    prices: Prices | None = None,
    allow_stale: bool = False,
) -> Worth | ValuationRefused:
    """Value an account; with `allow_stale` at whatever prices there are, `stale` saying what is too old."""
    valued = equity(
        ledger, account_id, now=now, rate_max_age_ns=rate_max_age_ns, mark_max_age_ns=mark_max_age_ns,
        prices=prices,
    )  # fmt: skip
    stale = ""
    if isinstance(valued, ValuationRefused) and allow_stale and valued.problem in _TOO_OLD:
        stale = valued.text
        valued = equity(
            ledger, account_id, now=now, rate_max_age_ns=ANY_AGE, mark_max_age_ns=ANY_AGE, prices=prices
        )
    if isinstance(valued, ValuationRefused):
        return valued
    return _sums(ledger, ledger.accounts[account_id], valued, stale)


def _sums(ledger: LedgerState, book: AccountBook, valued: Valuation, stale: str) -> Worth | ValuationRefused:
    gross, net, open_profit = 0, 0, 0
    base = valued.base_currency
    for instrument_id, market_value in valued.market_value.items():
        currency = book.positions[instrument_id].currency
        value = in_base(ledger, market_value, currency, base)
        profit = in_base(ledger, valued.unrealized[instrument_id], currency, base)
        if value is None or profit is None:  # Where cash of that currency makes up for the position exactly.
            return ValuationRefused(
                ValuationProblem.MISSING_RATE, f"{currency} has no rate in {base}; set one"
            )
        gross += abs(value)
        net += value
        open_profit += profit
    return Worth(valued.equity, valued.equity - net, gross, net, open_profit, stale)


def in_base(ledger: LedgerState, amount: int, currency: str, base: str) -> int | None:
    """Raw money in the base currency at the latest rate, chosen as `ledger.valuation` does; None without."""
    if currency == base or amount == 0:
        return amount
    direct, inverse = ledger.rates.get((currency, base)), ledger.rates.get((base, currency))
    if direct is not None and (inverse is None or direct.ts_event >= inverse.ts_event):
        return multiply_half_even(amount, direct.rate)
    return None if inverse is None else div_half_even(amount * UNIT, inverse.rate)


def sum_in_base(ledger: LedgerState, base: str, amounts: Mapping[str, int]) -> int | None:
    """Amounts by currency in the base currency at the latest rates; None where one is missing."""
    total = 0
    for currency, amount in amounts.items():
        converted = in_base(ledger, amount, currency, base)
        if converted is None:
            return None
        total += converted
    return total
