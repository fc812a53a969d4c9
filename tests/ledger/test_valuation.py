"""Equity in a base currency: its arithmetic, and every reason to give none."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.books import (
    BITCOIN,
    CROSS,
    INSTRUMENTS,
    SHARE,
    SPREAD,
    YEN,
    book,
    books,
    filled,
    raw,
    spoken,
)
from trade2026.ledger.evolve import evolve
from trade2026.ledger.state import LedgerState
from trade2026.ledger.valuation import Valuation, ValuationProblem, ValuationRefused, equity, unrealized
from trade2026.model.commands.desk import Mark
from trade2026.model.enums import Side
from trade2026.model.events import CashTransferred, MarksRecorded, RateSet
from trade2026.primitives.fixed_point import UNIT, encode_money

NOW, OLD = 1_000, 10


def funded(**balances: str) -> LedgerState:
    state = books()
    for currency, text in balances.items():
        evolve(state, CashTransferred(0, "alpha", currency, encode_money(raw(text)), ""))
    return state


def mark(state: LedgerState, instrument_id: str, price: str, ts: int = NOW - 3) -> None:
    evolve(state, MarksRecorded(ts, "", (Mark(instrument_id, raw(price), ts),)))


def set_rate(state: LedgerState, currency: str, base: str, rate: str, ts: int = NOW - 2) -> None:
    evolve(state, RateSet(ts, currency, base, raw(rate), ts, "desk"))


def value(state: LedgerState, **change) -> Valuation | ValuationRefused:
    return equity(state, "alpha", **({"now": NOW, "rate_max_age_ns": OLD, "mark_max_age_ns": OLD} | change))


def test_cash_positions_and_rates_make_equity() -> None:
    state = funded(USD="10000", USDT="100000")
    for words, instrument in (
        ("buy 10 @ 100 fee 1 USD", SHARE),
        ("buy 1 @ 60000 fee 0.001 BTC", BITCOIN),
        ("sell 1000 @ 150", YEN),
        ("buy 3 @ 1", SPREAD),
        ("sell 3 @ 1", SPREAD),  # Flat: needs no mark.
    ):
        book(state, spoken(words, instrument))
    mark(state, "ACME.XNAS", "103")
    mark(state, "BTCUSDT.BINANCE", "61000", NOW - 4)
    mark(state, "USDJPY.SIM", "160")
    set_rate(state, "USDT", "USD", "0.999", NOW - 7)
    set_rate(state, "USD", "JPY", "160")
    valued = value(state)
    assert isinstance(valued, Valuation)
    assert valued.cash == {"JPY": raw("150000"), "USD": raw("8999"), "USDT": raw("40000")}
    assert valued.market_value == {
        "ACME.XNAS": raw("1030"), "BTCUSDT.BINANCE": raw("60939"), "USDJPY.SIM": raw("-160000"),
    }  # fmt: skip
    assert valued.unrealized == {
        "ACME.XNAS": raw("30"), "BTCUSDT.BINANCE": raw("939"), "USDJPY.SIM": raw("-10000"),
    }  # fmt: skip
    # 8999 + 1030 dollars, 40000 + 60939 USDT at 0.999, 150000 - 160000 yen at 1/160.
    assert valued.equity == raw("10029") + raw("100838.061") - raw("62.5")
    assert valued.rates == {"JPY": raw("0.00625"), "USDT": raw("0.999")}
    assert (valued.price_age_ns, valued.rate_age_ns) == (4, 7)
    assert (valued.account_id, valued.base_currency, valued.now) == ("alpha", "USD", NOW)


@pytest.mark.parametrize(
    ("direct", "inverse", "expected"),
    [
        (("2", NOW - 3), ("0.25", NOW - 2), "400"),  # The younger wins.
        (("2", NOW - 2), ("0.25", NOW - 3), "200"),
        (("2", NOW - 2), ("0.25", NOW - 2), "200"),  # Of equals, the direct one.
        (("2", NOW - 99), ("0.25", NOW - 2), "400"),
    ],
)
def test_direct_or_inverse_rate(direct: tuple[str, int], inverse: tuple[str, int], expected: str) -> None:
    state = funded(EUR="100")
    set_rate(state, "EUR", "USD", *direct)
    set_rate(state, "USD", "EUR", *inverse)
    valued = value(state)
    assert isinstance(valued, Valuation)
    assert valued.equity == raw(expected)


def test_given_prices_come_before_marks() -> None:
    state = funded(USD="1000")
    book(state, spoken("buy 10 @ 100"))
    mark(state, "ACME.XNAS", "103")
    official, live = value(state), value(state, prices={"ACME.XNAS": (raw("104"), NOW)})
    assert isinstance(official, Valuation)
    assert isinstance(live, Valuation)
    assert (official.equity, live.equity) == (raw("1030"), raw("1040"))
    assert value(state, prices={}) == official


def test_a_price_or_rate_of_exactly_the_largest_age_is_good() -> None:
    state = funded(EUR="1")
    book(state, spoken("buy 10 @ 100"))
    mark(state, "ACME.XNAS", "103", NOW - OLD)
    set_rate(state, "EUR", "USD", "2", NOW - OLD)
    assert isinstance(value(state), Valuation)


def _nobody(state: LedgerState) -> None:
    del state.accounts["alpha"]


def _no_mark(state: LedgerState) -> None:
    del state.marks["ACME.XNAS"]


def _old_mark(state: LedgerState) -> None:
    mark(state, "ACME.XNAS", "1", NOW - OLD - 1)


def _early_mark(state: LedgerState) -> None:
    mark(state, "ACME.XNAS", "1", NOW + 1)


def _no_rate(state: LedgerState) -> None:
    del state.rates["EUR", "USD"]


def _old_rate(state: LedgerState) -> None:
    set_rate(state, "EUR", "USD", "1", NOW - OLD - 1)


def _early_rate(state: LedgerState) -> None:
    set_rate(state, "EUR", "USD", "1", NOW + 1)


@pytest.mark.parametrize(
    ("spoil", "problem", "text"),
    [
        (_nobody, ValuationProblem.UNKNOWN_ACCOUNT, "account_id must be an open account, was 'alpha'"),
        (_no_mark, ValuationProblem.MISSING_PRICE, "ACME.XNAS has no price; record a mark of it"),
        (_old_mark, ValuationProblem.STALE_PRICE, "price of ACME.XNAS must be at most 10 ns old"),
        (_early_mark, ValuationProblem.FROM_FUTURE, "price of ACME.XNAS must not be after now"),
        (_no_rate, ValuationProblem.MISSING_RATE, "EUR has no rate in USD, nor USD in EUR; set one"),
        (_old_rate, ValuationProblem.STALE_RATE, "11 ns old; set a newer rate"),
        (_early_rate, ValuationProblem.FROM_FUTURE, "rate of EUR in USD must not be after now"),
    ],
)
def test_refusals(spoil, problem: ValuationProblem, text: str) -> None:
    state = funded(EUR="1")
    book(state, spoken("buy 10 @ 100"))
    mark(state, "ACME.XNAS", "103")
    set_rate(state, "EUR", "USD", "2")
    assert isinstance(value(state), Valuation)
    spoil(state)
    refused = value(state)
    assert isinstance(refused, ValuationRefused)
    assert refused.problem is problem
    assert text in refused.text


def test_rates_are_not_chained() -> None:
    state = funded(EUR="1")
    set_rate(state, "EUR", "GBP", "0.9")
    set_rate(state, "GBP", "USD", "1.3")
    assert isinstance(value(state), ValuationRefused)


def test_nothing_is_worth_nothing_and_needs_no_rate() -> None:
    state = funded(EUR="1")
    evolve(state, CashTransferred(1, "alpha", "EUR", encode_money(-raw("1")), ""))
    valued = value(state)
    assert isinstance(valued, Valuation)
    assert (valued.equity, valued.rates) == (0, {})


@given(
    cash=st.lists(st.integers(-(10**20), 10**20), min_size=3, max_size=3),
    prices=st.lists(st.integers(1, 10**15), min_size=3, max_size=3),
    rates=st.lists(st.integers(1, 10**13), min_size=2, max_size=2),
    quantity=st.integers(1, 10**15),
    side=st.sampled_from(Side),
)
def test_equity_equals_exact_fractions_within_half_a_unit_a_currency(
    cash, prices, rates, quantity, side
) -> None:
    """Also: equity is capital plus profit, open and closed, less fees, in every currency."""
    state = books()
    for currency, amount in zip(("USD", "USDT", "BTC"), cash, strict=True):
        evolve(state, CashTransferred(0, "alpha", currency, encode_money(amount), ""))
    sizes = {}
    for instrument, price in zip((SHARE, BITCOIN, CROSS), prices, strict=True):
        book(state, filled(side, quantity, 7 * UNIT, instrument=instrument))
        sizes[instrument.instrument_id] = state.accounts["alpha"].positions[instrument.instrument_id].quantity
        evolve(state, MarksRecorded(NOW, "", (Mark(instrument.instrument_id, price, NOW),)))
    evolve(state, RateSet(NOW, "USDT", "USD", rates[0], NOW, ""))
    evolve(state, RateSet(NOW, "USD", "BTC", rates[1], NOW, ""))
    valued = value(state)
    assert isinstance(valued, Valuation)
    worth = {"USD": Fraction(1), "USDT": Fraction(rates[0], UNIT), "BTC": Fraction(UNIT, rates[1])}
    account = state.accounts["alpha"]
    exact = Fraction(0)
    for currency, amount in account.cash.items():
        exact += amount * worth[currency]
    for instrument_id, size in sizes.items():
        currency = INSTRUMENTS[instrument_id].quote_currency
        exact += round(Fraction(state.marks[instrument_id][0] * size, UNIT)) * worth[currency]
    assert abs(valued.equity - exact) <= Fraction(1, 2) * 2  # Two currencies are converted.
    for currency, amount in account.cash.items():
        held = [name for name, position in account.positions.items() if position.currency == currency]
        owned = amount + sum(valued.market_value[name] for name in held)
        assert owned == account.capital.get(currency, 0) + account.realized().get(currency, 0) + sum(
            valued.unrealized[name] for name in held
        )
    for name, position in account.positions.items():
        assert unrealized(position, INSTRUMENTS[name], state.marks[name][0]) == valued.unrealized[name]
