"""Instruments are checked field by field, and a notional rounds as it says."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.model.instrument import (
    InstrumentKind,
    check_instrument,
    crypto_spot,
    equity,
    fx_spot,
)
from trade2026.model.money import Money, notional
from trade2026.model.price import Price
from trade2026.model.quantity import Quantity
from trade2026.model.raw import RawMoney, RawPrice, RawQuantity
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, UNIT, format_raw

STOCK = equity("AAPL", "XNAS")
_raws = st.integers(-INT64_MAX, INT64_MAX)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"instrument_id": ""}, "instrument_id must be"),
        ({"instrument_id": "AA PL.XNAS"}, "instrument_id must be"),
        ({"instrument_id": "AAPL.XNYS"}, "SYMBOL.VENUE"),
        ({"instrument_id": "AAPLXNAS"}, "SYMBOL.VENUE"),
        ({"instrument_id": ".XNAS"}, "instrument_id must be"),
        ({"venue": ""}, "venue must be"),
        ({"quote_currency": ""}, "quote_currency must be"),
        ({"quote_currency": "U S D"}, "quote_currency must be"),
        ({"base_currency": "BTC"}, "base_currency must be given for spot pairs"),
        ({"kind": InstrumentKind.CRYPTO_SPOT}, "base_currency must be given for spot pairs"),
        ({"kind": InstrumentKind.FX_SPOT, "base_currency": ""}, "base_currency must be"),
        ({"kind": InstrumentKind.FX_SPOT, "base_currency": "USD"}, "base_currency must differ"),
        ({"tick_size": 0}, "tick_size must be positive, was 0"),
        ({"tick_size": -1}, "tick_size must be positive"),
        ({"lot_size": 0}, "lot_size must be positive, was 0"),
        ({"multiplier": -UNIT}, "multiplier must be positive, was -1"),
        ({"multiplier": INT64_MAX + 1}, "multiplier must"),
        ({"tick_size": INT64_MAX + 1}, "tick_size must"),
        ({"min_qty": -1}, "min_qty must not be negative"),
        ({"max_qty": -1}, "max_qty must not be negative"),
        ({"min_notional": -1}, "min_notional must not be negative"),
        ({"min_qty": 2 * UNIT, "max_qty": UNIT}, "max_qty must be 0 or at least min_qty"),
        ({"order_types": ()}, "order_types must"),
        ({"times_in_force": ()}, "times_in_force must"),
        ({"calendar": ""}, "calendar must"),
    ],
)
def test_what_is_not_usable_is_refused_by_field_and_value(change, message):
    with pytest.raises(InputError) as error:
        check_instrument(msgspec.structs.replace(STOCK, **change))
    assert message in str(error.value)


def test_known_instruments_are_usable():
    for symbol in ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "ADAUSDT"):
        coin = crypto_spot(symbol)
        assert coin.quote_currency == "USDT"
        assert coin.commodity == symbol.removesuffix("USDT")
        assert check_instrument(coin) is coin
    for pair in ("EURUSD", "GBPUSD", "USDJPY"):
        assert fx_spot(pair).quote_currency == pair[3:]
    assert STOCK.commodity == "AAPL.XNAS"
    for unknown in (crypto_spot, fx_spot):
        with pytest.raises(InputError, match="symbol must be one of"):
            unknown("XXX")


def test_only_a_crypto_venue_takes_its_commission_in_units():
    assert crypto_spot("BTCUSDT").takes_commission_in_units("BTC")
    assert not crypto_spot("BTCUSDT").takes_commission_in_units("USDT")
    assert not crypto_spot("BTCUSDT").takes_commission_in_units("BNB")
    assert not fx_spot("EURUSD").takes_commission_in_units("EUR")
    assert not STOCK.takes_commission_in_units("USD")


@given(_raws, _raws, st.just(UNIT) | st.integers(1, 10**6 * UNIT))
def test_a_notional_is_the_product_rounded_half_even(price, quantity, multiplier):
    assert notional(price, quantity, multiplier) == round(Fraction(price * quantity * multiplier, UNIT**2))
    assert notional(price, -quantity, multiplier) == -notional(price, quantity, multiplier)


@given(_raws)
def test_values_print_what_they_are(raw):
    assert Price.parse(str(Price(RawPrice(raw)))).raw == raw
    assert Quantity.parse(str(Quantity(RawQuantity(raw)))).raw == raw
    assert str(Money(RawMoney(raw), "USD")) == f"{format_raw(raw)} USD"
    assert Money.parse(format_raw(raw), "USD") == Money(RawMoney(raw), "USD")


def test_dollars_and_tethers_do_not_add():
    one = Money(RawMoney(UNIT), "USD")
    assert one + one == Money(RawMoney(2 * UNIT), "USD")
    with pytest.raises(InputError, match="cannot add USDT to USD"):
        one + Money(RawMoney(UNIT), "USDT")


def test_a_price_knows_its_tick():
    assert Price.parse("10.05").is_on_tick(Price.parse("0.05"))
    assert not Price.parse("10.06").is_on_tick(Price.parse("0.05"))
