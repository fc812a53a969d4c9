"""Transfers, rates, marks and instruments: what is taken, and how a no names the value and the remedy."""

import re

import msgspec
import pytest

from tests.ledger.books import BITCOIN, SHARE, books, raw
from trade2026.ledger.decide import decide_instrument, decide_marks, decide_rate, decide_transfer
from trade2026.ledger.evolve import evolve
from trade2026.ledger.state import LedgerState, Rate
from trade2026.model.commands import RecordMarks, RegisterInstrument, SetRate, TransferCash
from trade2026.model.commands.desk import Mark
from trade2026.model.events import (
    CashTransferred,
    CommandDenied,
    Event,
    InstrumentRegistered,
    MarksRecorded,
    RateSet,
)
from trade2026.primitives.fixed_point import INT64_MAX, MONEY_MAX, UNIT, encode_money

NOON = 10**18


def assert_denied(event: Event, text: str) -> None:
    assert isinstance(event, CommandDenied)
    assert event.now == NOON
    assert re.search(text, event.text), event.text


def transfer(amount: bytes, currency: str = "USD", account_id: str = "alpha") -> TransferCash:
    return TransferCash(NOON, account_id, currency, amount, "funding")


def funded(text: str) -> LedgerState:
    state = books()
    evolve(state, decide_transfer(state, transfer(encode_money(raw(text)))))
    return state


def test_money_comes_in_and_goes_out() -> None:
    state = funded("1000")
    assert state.accounts["alpha"].cash == state.accounts["alpha"].capital == {"USD": raw("1000")}
    event = decide_transfer(state, transfer(encode_money(raw("-1000"))))
    assert event == CashTransferred(NOON, "alpha", "USD", encode_money(raw("-1000")), "funding")
    evolve(state, event)
    assert state.accounts["alpha"].cash == state.accounts["alpha"].capital == {"USD": 0}


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (
            transfer(encode_money(1), account_id="gamma"),
            "account_id must be an open account, was 'gamma'; open it",
        ),
        (transfer(encode_money(0)), "amount must not be 0"),
        (transfer(encode_money(1), "US D"), "currency must be 1 to 64 .* was 'US D'"),
        (transfer(encode_money(1), "ACME.XNAS"), r"was the instrument 'ACME\.XNAS'; trade it instead"),
        (transfer(b"\1"), "money must be 16 bytes, had 1"),
        (
            transfer(encode_money(-raw("1000.000000001"))),
            r"amount must be at most the 1000 USD in alpha, was 1000\.000000001; pay out less",
        ),
        (transfer(encode_money(-1), "EUR"), "at most the 0 EUR in alpha"),
        (transfer(encode_money(MONEY_MAX)), "amount must keep the balance within 127 bits"),
    ],
)
def test_transfers_denied(command: TransferCash, text: str) -> None:
    assert_denied(decide_transfer(funded("1000"), command), text)


def rate(**change: object) -> SetRate:
    return msgspec.structs.replace(SetRate(NOON, "EUR", "USD", raw("1.1"), NOON - 5, "desk"), **change)


def test_a_rate_is_taken_and_replaced() -> None:
    state = books()
    event = decide_rate(state, rate())
    assert event == RateSet(NOON, "EUR", "USD", raw("1.1"), NOON - 5, "desk")
    evolve(state, event)
    evolve(state, decide_rate(state, rate(rate=raw("1.2"))))  # Of the same time: a correction.
    assert state.rates == {("EUR", "USD"): Rate(raw("1.2"), NOON - 5, "desk")}


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (rate(rate=0), "rate of EUR in USD must be positive and at most .* was 0"),
        (rate(rate=-UNIT), "must be positive .* was -1"),
        (rate(rate=INT64_MAX + 1), "must be positive and at most"),
        (rate(base_currency="EUR"), "base_currency must differ from currency, both were 'EUR'"),
        (rate(currency=""), "currency must be 1 to 64"),
        (rate(base_currency="U S"), "base_currency must be 1 to 64"),
        (rate(ts_event=NOON + 1), "must not be after now .* check the clock of its source"),
        (rate(ts_event=NOON - 6), "must not go back before .* send them in order of time"),
        (rate(ts_event=-1), "must be nanoseconds since 1970 in int64, was -1"),
    ],
)
def test_rates_denied(command: SetRate, text: str) -> None:
    state = books()
    evolve(state, decide_rate(state, rate()))
    assert_denied(decide_rate(state, command), text)


def marks(*each: tuple[str, int, int]) -> RecordMarks:
    return RecordMarks(NOON, "feed", tuple(Mark(*mark) for mark in each))


def test_marks_are_taken_and_replaced() -> None:
    state = books()
    command = marks(("ACME.XNAS", raw("100"), NOON - 9), ("BTCUSDT.BINANCE", raw("60000"), NOON))
    event = decide_marks(state, command)
    assert event == MarksRecorded(NOON, "feed", command.marks)
    evolve(state, event)
    evolve(state, decide_marks(state, marks(("ACME.XNAS", raw("101"), NOON - 9))))
    assert state.marks == {"ACME.XNAS": (raw("101"), NOON - 9), "BTCUSDT.BINANCE": (raw("60000"), NOON)}


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (marks(), "marks must name at least one instrument"),
        (
            marks(("NONE.XNAS", UNIT, NOON)),
            r"instrument_id must be registered, was 'NONE\.XNAS'; register it",
        ),
        (marks(("ACME.XNAS", 0, NOON)), r"mark of ACME\.XNAS must be a positive price for EQUITY, was 0"),
        (marks(("ACME.XNAS", -UNIT, NOON)), "must be a positive price for EQUITY, was -1"),
        (marks(("ACME.XNAS", INT64_MAX + 1, NOON)), "must be a positive price"),
        (marks(("ACME.XNAS", UNIT, NOON + 1)), "must not be after now"),
        (marks(("ACME.XNAS", UNIT, NOON - 6)), "must not go back before"),
        (marks(("ACME.XNAS", UNIT, NOON), ("ACME.XNAS", UNIT, NOON - 1)), "must not go back before"),
        (marks(("BTCUSDT.BINANCE", UNIT, NOON), ("ACME.XNAS", 0, NOON)), "must be a positive price"),
    ],
)
def test_marks_denied(command: RecordMarks, text: str) -> None:
    state = books()
    evolve(state, decide_marks(state, marks(("ACME.XNAS", raw("100"), NOON - 5))))
    assert_denied(decide_marks(state, command), text)


def test_an_instrument_is_registered_and_its_rules_replaced() -> None:
    state = books()
    finer = msgspec.structs.replace(SHARE, tick_size=SHARE.tick_size // 10)
    event = decide_instrument(state, RegisterInstrument(NOON, finer))
    assert event == InstrumentRegistered(NOON, finer)
    evolve(state, event)
    assert state.instruments[SHARE.instrument_id] == finer


@pytest.mark.parametrize(
    ("instrument", "text"),
    [
        (
            msgspec.structs.replace(SHARE, quote_currency="EUR"),
            r"quote_currency of ACME\.XNAS must stay 'USD', was 'EUR'; register the other contract",
        ),
        (msgspec.structs.replace(SHARE, multiplier=2 * UNIT), "multiplier of .* must stay"),
        (
            msgspec.structs.replace(BITCOIN, base_currency="XBT"),
            "base_currency of .* must stay 'BTC', was 'XBT'",
        ),
        (msgspec.structs.replace(SHARE, tick_size=0), "tick_size must be positive, was 0"),
    ],
)
def test_instruments_denied(instrument, text: str) -> None:
    assert_denied(decide_instrument(books(), RegisterInstrument(NOON, instrument)), text)
