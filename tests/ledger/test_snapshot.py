"""The books as bytes: the same for the same books, whatever the order they came about in."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ledger.books import BITCOIN, SHARE, book, books, position_of, spoken
from trade2026.ledger.evolve import evolve
from trade2026.ledger.snapshot import decode_state, encode_state
from trade2026.ledger.state import LedgerState, new_state
from trade2026.model.commands.desk import Mark
from trade2026.model.events import CashTransferred, InstrumentRegistered, MarksRecorded, RateSet
from trade2026.primitives.errors import InputError, IntegrityError, UnbalancedEntry
from trade2026.primitives.fixed_point import encode_money

EVENTS = [
    CashTransferred(1, "alpha", "USD", encode_money(10**15), ""),
    CashTransferred(1, "beta", "EUR", encode_money(10**15), ""),
    CashTransferred(1, "alpha", "BNB", encode_money(10**9), ""),
    RateSet(1, "EUR", "USD", 1_100_000_000, 1, "desk"),
    RateSet(1, "USD", "JPY", 150_000_000_000, 1, "desk"),
    MarksRecorded(1, "feed", (Mark("BTCUSDT.BINANCE", 1, 1), Mark("ACME.XNAS", 2, 1))),
    MarksRecorded(1, "feed", (Mark("USDJPY.SIM", 3, 1),)),
]


def traded() -> LedgerState:
    state = books()
    for event in EVENTS:
        evolve(state, event)
    for words in ("buy 10 @ 100 fee 1 USD", "buy 1 @ 3", "sell 4 @ 120 fee 0.1 BNB"):
        book(state, spoken(words))
    book(state, spoken("sell 2 @ 60000 fee 0.001 BTC", BITCOIN))
    return state


def test_round_trip_is_identity() -> None:
    for state in (new_state(), books(), traded()):
        data = encode_state(state)
        assert decode_state(data) == state
        assert encode_state(decode_state(data)) == data


def test_the_order_of_insertion_does_not_show() -> None:
    forwards, backwards = new_state(), new_state()
    accounts = list(books().accounts.values())
    for state, turn in ((forwards, 1), (backwards, -1)):
        for account in accounts[::turn]:
            state.accounts[account.account.account_id] = decode_state(encode_state(books())).accounts[
                account.account.account_id
            ]
        for instrument in list(books().instruments.values())[::turn]:
            evolve(state, InstrumentRegistered(0, instrument))
        for event in EVENTS[::turn]:
            evolve(state, event)
    assert list(forwards.instruments) != list(backwards.instruments)
    assert encode_state(forwards) == encode_state(backwards)


def test_different_books_differ() -> None:
    seen = {encode_state(books()), encode_state(traded())}
    for change in (
        lambda state: state.marks.update({"ACME.XNAS": (2, 2)}),
        lambda state: position_of(state).lots.__setitem__(
            0, position_of(state).lots[0]._replace(execution_id="other")
        ),
        lambda state: position_of(state).lots.reverse(),
        lambda state: state.accounts["beta"].cash.update(EUR=0),
    ):
        state = traded()
        change(state)
        seen.add(encode_state(state))
    assert len(seen) == 6


@pytest.mark.process
def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    script = (
        "import hashlib\n"
        "from tests.ledger import books as b\n"
        "from tests.ledger.test_snapshot import traded\n"
        "from trade2026.ledger.snapshot import encode_state\n"
        "print(hashlib.sha256(encode_state(traded())).hexdigest())\n"
    )
    root = Path(__file__).parents[2]
    digests = set()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
        run = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(run.stdout)
    assert len(digests) == 1
    assert len(digests.pop()) == 2 * hashlib.sha256().digest_size + 1


def test_money_too_large_for_the_journal_is_refused() -> None:
    state = books()
    state.accounts["alpha"].cash["USD"] = 2**127
    with pytest.raises(InputError, match="must fit 127 bits"):
        encode_state(state)


def _short_money(document: list[Any]) -> None:
    document[1][0][1] = [["USD", b"\0"]]


def _other_version(document: list[Any]) -> None:
    document[0] = 1


def _extra_field(document: list[Any]) -> None:
    document.append([])


def _lost_money(document: list[Any]) -> None:
    document[1][0][1][1][1] = encode_money(1)


@pytest.mark.parametrize(
    ("damage", "error", "text"),
    [
        (_short_money, IntegrityError, "money must be 16 bytes, had 1; replay the journal"),
        (_other_version, IntegrityError, "version of the ledger's snapshot must be 2, was 1"),
        (_extra_field, IntegrityError, "cannot be read: .* replay the journal"),
        (_lost_money, UnbalancedEntry, "books of alpha in USD must sum to 0"),
    ],
)
def test_damaged_snapshots_are_refused(damage, error: type[Exception], text: str) -> None:
    document = msgspec.msgpack.decode(encode_state(traded()))
    damage(document)
    with pytest.raises(error, match=text):
        decode_state(msgspec.msgpack.encode(document))


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
def test_truncated_snapshots_are_refused(cut: int) -> None:
    with pytest.raises(IntegrityError, match="cannot be read"):
        decode_state(encode_state(traded())[:cut])


def test_position_units_are_in_the_snapshot_beyond_int64() -> None:
    state = books()
    for _ in range(3):
        book(state, spoken("buy 9000000000 @ 0.01"))
    assert position_of(state).quantity > 2**64 - 1
    assert decode_state(encode_state(state)) == state
    assert SHARE.instrument_id in state.accounts["alpha"].positions
