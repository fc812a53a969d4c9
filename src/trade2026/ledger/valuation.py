"""What an account is worth, and views of a position: computed when asked, never stored.

Prices and rates have an age. One that is missing, too old or from the future is an answer of no with its
reason, because a number made from it would look as good as a true one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from trade2026.ledger.state import AccountBook, LedgerState, Position, Rate
from trade2026.model.instrument import Instrument
from trade2026.model.money import notional
from trade2026.primitives.fixed_point import UNIT, div_half_even, multiply_half_even
from trade2026.primitives.time import UnixNanos, format_ns


class ValuationProblem(StrEnum):
    """Why an account cannot be valued."""

    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
    MISSING_PRICE = "MISSING_PRICE"
    STALE_PRICE = "STALE_PRICE"
    MISSING_RATE = "MISSING_RATE"
    STALE_RATE = "STALE_RATE"
    FROM_FUTURE = "FROM_FUTURE"


@dataclass(frozen=True, slots=True)
class ValuationRefused:
    """There is no value to give; `text` names what is missing, its age and the remedy."""

    problem: ValuationProblem
    text: str


@dataclass(frozen=True, slots=True)
class Valuation:
    """The worth of an account at `now`; every amount raw, every mapping sorted by its key.

    Attributes
    ----------
    equity : int
        Cash and positions of all currencies, in `base_currency`. Rounded half to even, once per currency.
    cash : dict
        By currency, as in the books.
    market_value, unrealized : dict
        By instrument id, open positions only, in the quote currency; negative market value for shorts.
        Unrealized profit is market value less cost.
    rates : dict
        What one unit of each currency (but the base) was taken to be worth, raw in `base_currency`; of
        an inverse rate the half-even quotient, while amounts are converted from the rate itself.
    price_age_ns, rate_age_ns : int
        Age of the oldest price and of the oldest rate used; 0 when none was.
    """

    account_id: str
    base_currency: str
    now: UnixNanos
    equity: int
    cash: dict[str, int]
    market_value: dict[str, int]
    unrealized: dict[str, int]
    rates: dict[str, int]
    price_age_ns: int
    rate_age_ns: int


def equity(
    state: LedgerState,
    account_id: str,
    *,
    now: UnixNanos,
    rate_max_age_ns: int,
    mark_max_age_ns: int,
    prices: Mapping[str, tuple[int, int]] | None = None,
) -> Valuation | ValuationRefused:
    """Value an account in its base currency.

    A currency is converted by the journaled rate of it in the base currency, or by the inverse of the rate
    of the base currency in it: by the younger of the two, the direct one of equals. Rates are never
    chained. A balance of zero needs no rate, a flat position no price.

    Parameters
    ----------
    now : UnixNanos
        Trading time of the valuation.
    rate_max_age_ns, mark_max_age_ns : int
        Oldest rate and oldest price that may be used, in nanoseconds, inclusive.
    prices : mapping, optional
        (raw price, time of it) by instrument id, used before the journaled mark of that instrument.
        Without it the value is the official one, which a replay of the journal gives again.

    Returns
    -------
    Valuation or ValuationRefused
        The first problem found refuses: prices in order of instrument id, then rates in order of currency.
    """
    book = state.accounts.get(account_id)
    if book is None:
        return ValuationRefused(
            ValuationProblem.UNKNOWN_ACCOUNT, f"account_id must be an open account, was {account_id!r}"
        )
    valued = _value_positions(state, book, now, mark_max_age_ns, prices or {})
    if isinstance(valued, ValuationRefused):
        return valued
    market_value, open_profit, price_age = valued
    summed = _sum_in_base(state, book, market_value, now, rate_max_age_ns)
    if isinstance(summed, ValuationRefused):
        return summed
    total, rates, rate_age = summed
    base, cash = book.account.base_currency, dict(sorted(book.cash.items()))
    return Valuation(
        account_id, base, now, total, cash, market_value, open_profit, rates, price_age, rate_age
    )


def _value_positions(
    state: LedgerState,
    book: AccountBook,
    now: UnixNanos,
    max_age_ns: int,
    prices: Mapping[str, tuple[int, int]],
) -> tuple[dict[str, int], dict[str, int], int] | ValuationRefused:
    market_value: dict[str, int] = {}
    open_profit: dict[str, int] = {}
    oldest = 0
    for instrument_id, position in sorted(book.positions.items()):
        if position.quantity == 0:
            continue
        found = prices.get(instrument_id) or state.marks.get(instrument_id)
        if found is None:
            return ValuationRefused(
                ValuationProblem.MISSING_PRICE, f"{instrument_id} has no price; record a mark of it"
            )
        price, ts = found
        refused = _refuse_age(
            f"price of {instrument_id}",
            ValuationProblem.STALE_PRICE,
            now,
            ts,
            max_age_ns,
            "record a newer mark",
        )
        if refused is not None:
            return refused
        oldest = max(oldest, now - ts)
        instrument = state.instruments[instrument_id]
        market_value[instrument_id] = notional(price, position.quantity, instrument.multiplier)
        open_profit[instrument_id] = market_value[instrument_id] - position.cost
    return market_value, open_profit, oldest


def _sum_in_base(
    state: LedgerState, book: AccountBook, market_value: dict[str, int], now: UnixNanos, max_age_ns: int
) -> tuple[int, dict[str, int], int] | ValuationRefused:
    """Cash and market values in the base currency, the rates used, and the age of the oldest."""
    totals = dict(book.cash)
    for instrument_id, value in market_value.items():
        currency = book.positions[instrument_id].currency
        totals[currency] = totals.get(currency, 0) + value
    base = book.account.base_currency
    total = totals.pop(base, 0)
    rates: dict[str, int] = {}
    oldest = 0
    for currency in sorted(totals):
        if totals[currency] == 0:
            continue
        converted = _convert(state, totals[currency], currency, base, now, max_age_ns)
        if isinstance(converted, ValuationRefused):
            return converted
        amount, rates[currency], age = converted
        total += amount
        oldest = max(oldest, age)
    return total, rates, oldest


def _convert(
    state: LedgerState, amount: int, currency: str, base: str, now: UnixNanos, max_age_ns: int
) -> tuple[int, int, int] | ValuationRefused:
    """The amount in the base currency, the rate used, and its age."""
    direct: Rate | None = state.rates.get((currency, base))
    inverse: Rate | None = state.rates.get((base, currency))
    if direct is not None and (inverse is None or direct.ts_event >= inverse.ts_event):
        rate, ts = direct.rate, direct.ts_event
        converted = multiply_half_even(amount, rate)
    elif inverse is not None:
        rate, ts = div_half_even(UNIT * UNIT, inverse.rate), inverse.ts_event
        converted = div_half_even(amount * UNIT, inverse.rate)
    else:
        return ValuationRefused(
            ValuationProblem.MISSING_RATE,
            f"{currency} has no rate in {base}, nor {base} in {currency}; set one",
        )
    refused = _refuse_age(
        f"rate of {currency} in {base}", ValuationProblem.STALE_RATE, now, ts, max_age_ns, "set a newer rate"
    )
    return refused if refused is not None else (converted, rate, now - ts)


def _refuse_age(
    what: str, stale: ValuationProblem, now: UnixNanos, ts: UnixNanos, max_age_ns: int, remedy: str
) -> ValuationRefused | None:
    age = now - ts
    if age < 0:
        return ValuationRefused(
            ValuationProblem.FROM_FUTURE,
            f"{what} must not be after now ({format_ns(now)}), was of {format_ns(ts)}; value at a later time",
        )
    if age > max_age_ns:
        return ValuationRefused(
            stale,
            f"{what} must be at most {max_age_ns} ns old at {format_ns(now)}, "
            f"was of {format_ns(ts)}, {age} ns old; {remedy}",
        )
    return None


def average_price(position: Position, instrument: Instrument) -> int | None:
    """Raw price at which the open units were acquired, rounded half to even; None when flat.

    A view: cost over quantity and multiplier. Profit is never computed from it.
    """
    if position.quantity == 0:
        return None
    sign = 1 if position.quantity > 0 else -1
    return div_half_even(sign * position.cost * UNIT * UNIT, sign * position.quantity * instrument.multiplier)


def unrealized(position: Position, instrument: Instrument, price: int) -> int:
    """Raw profit in the quote currency were all closed at `price`, commissions paid in money aside."""
    return notional(price, position.quantity, instrument.multiplier) - position.cost
