"""The entries behind the events, the trial balance, and the check of the books."""

import pytest

from tests.ledger.books import BITCOIN, CROSS, INSTRUMENTS, SHARE, book, books, position_of, raw, spoken
from trade2026.ledger.evolve import evolve
from trade2026.ledger.postings import check_balanced, postings, trial_balance
from trade2026.ledger.state import LedgerState, Lot
from trade2026.model.events import CashTransferred, Event, MarksRecorded
from trade2026.model.instrument import Instrument
from trade2026.primitives.errors import UnbalancedEntry
from trade2026.primitives.fixed_point import encode_money, format_raw


def written(event: Event) -> list[str]:
    """An entry as a clerk writes it."""
    return [
        f"{line.kind} {line.commodity} {format_raw(amount)}" for line, amount in postings(event, INSTRUMENTS)
    ]


@pytest.mark.parametrize(
    ("words", "instrument", "entry"),
    [
        (
            "buy 10 @ 100 fee 1 USD",
            SHARE,
            ["CASH USD -1000", "COST USD 1000", "FEES USD 1", "CASH USD -1", "POSITION ACME.XNAS 10",
             "MARKET ACME.XNAS -10"],
        ),
        (
            "buy 1 @ 60000 fee 0.001 BTC",
            BITCOIN,
            ["CASH USDT -60000", "COST USDT 60000", "POSITION BTC 0.999", "UNIT_FEES BTC 0.001",
             "MARKET BTC -1"],
        ),
        (
            "sell 2 @ 0.05 fee -0.1 BNB",
            CROSS,
            ["CASH BTC 0.1", "COST BTC -0.1", "FEES BNB -0.1", "CASH BNB 0.1", "POSITION ETH -2",
             "MARKET ETH 2"],
        ),
    ],
)  # fmt: skip
def test_entry_of_an_opening_trade(words: str, instrument: Instrument, entry: list[str]) -> None:
    assert written(book(books(), spoken(words, instrument))) == entry


def test_entry_of_a_flip() -> None:
    state = books()
    book(state, spoken("buy 10 @ 100"))
    assert written(book(state, spoken("sell 15 @ 120"))) == [
        "CASH USD 1800", "COST USD -600", "COST USD -1000", "REALIZED USD -200", "POSITION ACME.XNAS -15",
        "MARKET ACME.XNAS 15",
    ]  # fmt: skip


def test_entry_of_a_transfer_and_of_nothing() -> None:
    transfer = CashTransferred(1, "alpha", "USD", encode_money(raw("250")), "")
    assert written(transfer) == ["CASH USD 250", "CAPITAL USD -250"]
    assert written(MarksRecorded(1, "", ())) == []


def test_trial_balance_is_sorted_and_has_no_zeros() -> None:
    state = books()
    evolve(state, CashTransferred(1, "beta", "USD", encode_money(5), ""))
    for words in ("buy 10 @ 100 fee 1 USD", "sell 10 @ 100"):
        book(state, spoken(words))
    balance = trial_balance(state)
    assert [
        f"{line.account_id} {line.kind} {line.commodity} {amount}" for line, amount in balance.items()
    ] == [
        "alpha CASH USD -1000000000",
        "alpha FEES USD 1000000000",
        "beta CAPITAL USD -5",
        "beta CASH USD 5",
    ]


def _lose_cash(state: LedgerState) -> None:
    state.accounts["alpha"].cash["USD"] += raw("0.5")


def _lose_units(state: LedgerState) -> None:
    position_of(state, BITCOIN).traded -= raw("2")


def _lose_lot(state: LedgerState) -> None:
    position_of(state).lots.pop()


def _cheapen_lot(state: LedgerState) -> None:
    lots = position_of(state).lots
    lots[0] = lots[0]._replace(cost=lots[0].cost - 1)


def _mix_sides(state: LedgerState) -> None:
    position_of(state).lots.extend((Lot(5, 0, 1, ""), Lot(-5, 0, 1, "")))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_lose_cash, r"books of alpha in USD must sum to 0, was 0\.5"),
        (_lose_units, r"books of alpha in BTC must sum to 0, was 2"),
        (
            _lose_lot,
            r"position of alpha in ACME\.XNAS must be the sum of its lots, 0 units costing 0, was 10",
        ),
        (_cheapen_lot, r"position of alpha in ACME\.XNAS must be the sum of its lots"),
        (_mix_sides, r"position of alpha in ACME\.XNAS must have lots on one side"),
    ],
)
def test_every_kind_of_damage_is_found_and_named(damage, message: str) -> None:
    state = books()
    book(state, spoken("buy 10 @ 100"))
    book(state, spoken("buy 1 @ 60000 fee 0.001 BTC", BITCOIN))
    check_balanced(state)
    damage(state)
    with pytest.raises(UnbalancedEntry, match=message):
        check_balanced(state)
