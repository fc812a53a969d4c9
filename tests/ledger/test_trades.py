"""What fills do to an account, as tables in the language of the trade."""

from dataclasses import dataclass, field

import pytest

from tests.ledger.books import (
    BITCOIN,
    CROSS,
    SHARE,
    SPREAD,
    YEN,
    book,
    books,
    filled,
    position_of,
    raw,
    spoken,
)
from trade2026.ledger.decide import decide_trade
from trade2026.ledger.evolve import HANDLERS, evolve
from trade2026.ledger.valuation import average_price
from trade2026.model.enums import Side
from trade2026.model.events import OrderCanceled
from trade2026.model.instrument import Instrument
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import encode_money


@dataclass
class Row:
    """Fills in words, and what the account then has; decimals as text, lots as "units for cost"."""

    says: str
    fills: list[str]
    lots: list[str]
    realized: str
    cash: dict[str, str]
    fees: dict[str, str] = field(default_factory=dict)
    unit_fees: str = "0"
    instrument: Instrument = SHARE


TABLE = [
    Row("a buy opens a long lot", ["buy 10 @ 100"], ["10 for 1000"], "0", {"USD": "-1000"}),
    Row("a second buy opens a second lot", ["buy 10 @ 100", "buy 5 @ 110"], ["10 for 1000", "5 for 550"], "0",
        {"USD": "-1550"}),
    Row("a partial close takes from the oldest lot", ["buy 10 @ 100", "buy 5 @ 110", "sell 4 @ 120"],
        ["6 for 600", "5 for 550"], "80", {"USD": "-1070"}),
    Row("a close reaches into the second lot", ["buy 10 @ 100", "buy 5 @ 110", "sell 12 @ 120"],
        ["3 for 330"], "220", {"USD": "-110"}),
    Row("a full close leaves nothing", ["buy 10 @ 100", "buy 5 @ 110", "sell 15 @ 120"], [], "250",
        {"USD": "250"}),
    Row("a loss is a loss", ["buy 10 @ 100", "sell 10 @ 90"], [], "-100", {"USD": "-100"}),
    Row("a short sale opens a short lot", ["sell 10 @ 100"], ["-10 for -1000"], "0", {"USD": "1000"}),
    Row("a short covered lower gains", ["sell 10 @ 100", "buy 4 @ 90"], ["-6 for -600"], "40",
        {"USD": "640"}),
    Row("a short covered higher loses", ["sell 10 @ 100", "buy 10 @ 103"], [], "-30", {"USD": "-30"}),
    Row("a long flips to short at the price of the fill", ["buy 10 @ 100", "sell 15 @ 120"],
        ["-5 for -600"], "200", {"USD": "800"}),
    Row("a short flips to long at the price of the fill", ["sell 10 @ 100", "sell 2 @ 110", "buy 20 @ 90"],
        ["8 for 720"], "140", {"USD": "-580"}),
    Row("a flip and back", ["buy 10 @ 100", "sell 15 @ 120", "buy 5 @ 110"], [], "250", {"USD": "250"}),
    Row("a fee in the quote currency leaves cost alone", ["buy 10 @ 100 fee 1 USD",
        "sell 10 @ 101 fee 1 USD"], [], "10", {"USD": "8"}, {"USD": "2"}),
    Row("a fee in a third currency moves that currency", ["buy 10 @ 100 fee 0.002 BNB"], ["10 for 1000"], "0",
        {"USD": "-1000", "BNB": "-0.002"}, {"BNB": "0.002"}),
    Row("a rebate pays", ["sell 10 @ 100 fee -0.5 USD"], ["-10 for -1000"], "0", {"USD": "1000.5"},
        {"USD": "-0.5"}),
    Row("a fee in the coin bought shortens the position, which carries the whole cost",
        ["buy 1 @ 60000 fee 0.001 BTC"], ["0.999 for 60000"], "0", {"USDT": "-60000"}, unit_fees="0.001",
        instrument=BITCOIN),
    Row("what the fee left is sold to flat", ["buy 1 @ 60000 fee 0.001 BTC", "sell 0.999 @ 61000 fee 6 USDT"],
        [], "939", {"USDT": "933"}, {"USDT": "6"}, "0.001", BITCOIN),
    Row("a fee in the coin sold comes on top of what is sold",
        ["buy 1 @ 60000", "sell 0.5 @ 62000 fee 0.01 BTC"], ["0.49 for 29400"], "400", {"USDT": "-29000"},
        unit_fees="0.01", instrument=BITCOIN),
    Row("a rebate in the coin bought lengthens the position", ["buy 1 @ 60000 fee -0.001 BTC"],
        ["1.001 for 60000"], "0", {"USDT": "-60000"}, unit_fees="-0.001", instrument=BITCOIN),
    Row("a flip with a fee in the coin spreads the value over what was received",
        ["sell 0.3 @ 60000", "buy 1 @ 60000 fee 0.1 BTC"], ["0.6 for 40000"], "-2000", {"USDT": "-42000"},
        unit_fees="0.1", instrument=BITCOIN),
    Row("a fee as large as the units leaves the money as loss", ["buy 1 @ 60000 fee 1 BTC"], [], "-60000",
        {"USDT": "-60000"}, unit_fees="1", instrument=BITCOIN),
    Row("a fee larger than the units owes the rest", ["buy 1 @ 60000 fee 1.5 BTC"], ["-0.5 for 60000"], "0",
        {"USDT": "-60000"}, unit_fees="1.5", instrument=BITCOIN),
    Row("a pair quoted in a coin settles in it", ["buy 10 @ 0.05 fee 0.01 ETH",
        "sell 9.99 @ 0.06 fee 0.001 BTC"], [], "0.0994", {"BTC": "0.0984"}, {"BTC": "0.001"}, "0.01", CROSS),
    Row("a currency broker charges cash, the pair's base currency too", ["buy 1000 @ 150 fee 2 USD"],
        ["1000 for 150000"], "0", {"JPY": "-150000", "USD": "-2"}, {"USD": "2"}, instrument=YEN),
    Row("a spread bought below zero brings money in", ["buy 2 @ -4"], ["2 for -20"], "0", {"USD": "20"},
        instrument=SPREAD),
    Row("and pays back when sold lower still", ["buy 2 @ -4", "sell 1 @ -6"], ["1 for -10"], "-5",
        {"USD": "5"}, instrument=SPREAD),
    Row("a spread sold below zero costs money", ["sell 2 @ -4", "buy 2 @ 1"], [], "-25", {"USD": "-25"},
        instrument=SPREAD),
    Row("units at no price cost nothing", ["buy 5 @ 0", "sell 5 @ 3"], [], "15", {"USD": "15"}),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.says)
def test_fills(row: Row) -> None:
    state = books()
    for words in row.fills:
        book(state, spoken(words, row.instrument))
    position, account = position_of(state, row.instrument), state.accounts["alpha"]
    lots = [(raw(quantity), raw(cost)) for quantity, cost in (lot.split(" for ") for lot in row.lots)]
    assert [(lot.quantity, lot.cost) for lot in position.lots] == lots
    assert position.quantity == sum(quantity for quantity, _ in lots)
    assert position.cost == sum(cost for _, cost in lots)
    assert position.realized == raw(row.realized)
    assert account.cash == {currency: raw(text) for currency, text in row.cash.items()}
    assert account.fees == {currency: raw(text) for currency, text in row.fees.items()}
    assert position.fees == raw(row.unit_fees)
    assert account.realized() == {row.instrument.quote_currency: raw(row.realized)}


def test_parts_of_an_indivisible_cost_are_floored_and_the_last_takes_the_rest() -> None:
    """Three raw units for 100 raw: 33, then floor(67 / 2), then what is left."""
    state = books()
    book(state, filled(Side.BUY, 3, 33_333_333_333))
    costs = [book(state, filled(Side.SELL, 1, 33_333_333_333)).closed_cost for _ in range(3)]
    assert costs == [encode_money(part) for part in (33, 33, 34)]
    assert (position_of(state).quantity, position_of(state).cost) == (0, 0)


def test_parts_of_a_short_are_floored_on_magnitudes() -> None:
    state = books()
    book(state, filled(Side.SELL, 3, 33_333_333_333))
    costs = [book(state, filled(Side.BUY, 1, 33_333_333_333)).closed_cost for _ in range(3)]
    assert costs == [encode_money(-part) for part in (33, 33, 34)]


def test_lots_remember_when_and_by_which_fill_they_were_opened() -> None:
    state = books()
    first, second = (
        filled(Side.BUY, 10, 1, ts_event=ts, execution_id=name) for ts, name in ((5, "first"), (7, "second"))
    )
    for fill in (first, second, filled(Side.SELL, 15, 1, ts_event=9)):
        book(state, fill)
    (lot,) = position_of(state).lots
    assert (lot.quantity, lot.ts_event, lot.execution_id) == (5, 7, "second")


def test_accounts_are_apart() -> None:
    state = books()
    book(state, filled(Side.BUY, raw("10"), raw("100"), account_id="beta"))
    assert state.accounts["alpha"].positions == {}
    assert state.accounts["beta"].cash == {"USD": raw("-1000")}


def test_average_price_is_a_view_over_lots() -> None:
    state = books()
    book(state, spoken("buy 10 @ 100"))
    book(state, spoken("buy 20 @ 103"))
    assert average_price(position_of(state), SHARE) == raw("102")
    book(state, spoken("sell 40 @ 110"))
    assert average_price(position_of(state), SHARE) == raw("110")
    book(state, spoken("buy 10 @ 1"))
    assert average_price(position_of(state), SHARE) is None
    book(state, spoken("sell 3 @ -2", SPREAD))
    assert average_price(position_of(state, SPREAD), SPREAD) == raw("-2")


@pytest.mark.parametrize("field_name", ["account_id", "instrument_id"])
def test_a_fill_of_something_unknown_is_bad_input(field_name: str) -> None:
    fill = spoken("buy 1 @ 1")
    names = {"account_id": fill.account_id, "instrument_id": fill.instrument_id, field_name: "nobody.X"}
    unknown = type(fill)(
        1, 1, names["account_id"], names["instrument_id"], "", "x", Side.BUY, 1, 1, 1, 0, 0, "", None
    )
    with pytest.raises(InputError, match=r"'nobody\.X', which the ledger does not know"):
        decide_trade(books(), unknown)


def test_a_quantity_beyond_the_journal_is_bad_input() -> None:
    fill = filled(Side.SELL, 2**63 - 1, 1, instrument=BITCOIN, commission=1, commission_currency="BTC")
    with pytest.raises(InputError, match="must fit int64"):
        decide_trade(books(), fill)


@pytest.mark.parametrize(
    "change",
    [
        {"realized": encode_money(1)},
        {"opened_cost": encode_money(7)},
        {"closed_qty": 11 * 10**9},
    ],
    ids=str,
)
def test_an_event_that_contradicts_itself_changes_nothing(change: dict[str, object]) -> None:
    state = books()
    event = decide_trade(state, spoken("buy 10 @ 100"))
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    with pytest.raises(AssertionError):
        evolve(state, type(event)(**(fields | change)))
    assert state == books()


def test_events_of_others_are_not_the_ledgers() -> None:
    assert OrderCanceled not in HANDLERS
    with pytest.raises(KeyError):
        evolve(books(), OrderCanceled(1, 1, ""))
