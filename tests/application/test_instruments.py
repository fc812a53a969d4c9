"""The instrument of a file from the words a command line has for it."""

import pytest

from trade2026.application.instruments import instrument_of
from trade2026.application.requests import DataRequest
from trade2026.model.instrument import InstrumentKind, VolumeUnit, crypto_spot, equity, fx_spot
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT


def request(**words: str) -> DataRequest:
    return DataRequest(names=("a.csv",), volume_unit="base", **words)  # type: ignore[arg-type]


def test_known_symbols_bring_their_rules() -> None:
    assert instrument_of("BTCUSDT.BINANCE", request()) == crypto_spot("BTCUSDT")
    assert instrument_of("EURUSD.SIM", request()) == fx_spot("EURUSD")
    assert instrument_of("ACME.XNAS", request(kind="equity")) == equity("ACME", "XNAS")


def test_what_is_stated_replaces_what_is_known() -> None:
    made = instrument_of(
        "BTCUSDT.OKX", DataRequest(names=("a",), volume_unit="contracts", tick_size="0.5", calendar="24/5")
    )
    assert made.tick_size == UNIT // 2
    assert made.lot_size == crypto_spot("BTCUSDT").lot_size
    assert made.volume_unit is VolumeUnit.CONTRACTS
    assert made.calendar == "24/5"
    assert made.venue == "OKX"


def test_an_unknown_pair_must_be_stated_in_full() -> None:
    words = {"kind": "crypto-spot", "currency": "USD", "base_currency": "BTC", "tick_size": "1"}
    with pytest.raises(InputError, match=r"--lot must be stated for XBTUSD\.BITMEX"):
        instrument_of("XBTUSD.BITMEX", request(**words))
    made = instrument_of("XBTUSD.BITMEX", request(**words, lot_size="0.001"))
    assert made.kind is InstrumentKind.CRYPTO_SPOT
    assert (made.quote_currency, made.base_currency) == ("USD", "BTC")
    assert (made.tick_size, made.lot_size, made.multiplier) == (UNIT, UNIT // 1_000, UNIT)
    assert made.calendar == "24/7"


def test_a_symbol_may_hold_dots() -> None:
    assert instrument_of("BRK.B.XNYS", request(kind="equity")).venue == "XNYS"


@pytest.mark.parametrize(
    ("name", "words", "message"),
    [
        ("BTCUSDT", {}, r"--instrument must be SYMBOL\.VENUE"),
        (".BINANCE", {}, r"--instrument must be SYMBOL\.VENUE"),
        ("ACME.XNAS", {}, "--kind must be stated for ACME.XNAS; one of equity, crypto-spot, fx-spot"),
        ("ACME.XNAS", {"kind": "stock"}, "--kind must be one of equity, crypto-spot, fx-spot, was 'stock'"),
        ("ACME.XNAS", {"kind": "equity", "base_currency": "ACM"}, "--base-currency must be given for spot"),
        ("BTCUSDT.BINANCE", {"tick_size": "0"}, "--tick must be positive, was 0"),
        ("BTCUSDT.BINANCE", {"lot_size": "x"}, "--lot must be a decimal"),
    ],
)
def test_what_cannot_be_used_is_refused(name: str, words: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        instrument_of(name, request(**words))


def test_the_unit_of_volume_is_never_guessed() -> None:
    with pytest.raises(InputError, match=r"--volume-unit must be stated for BTCUSDT\.BINANCE"):
        instrument_of("BTCUSDT.BINANCE", DataRequest(names=("a.csv",)))
