"""The simulated market: one exchange with the reference, reproducible, its money kept."""

import copy
import hashlib
import os
import subprocess
import sys

import msgspec
import numpy as np
import pytest

from tests.simulation.prism.helpers import DEFAULT, NOBODY, SECOND, START, TWO_BOOKS, Ear, without
from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.translate import to_command, to_events
from trade2026.matching.market import Market
from trade2026.matching.words import BookEvent, PlaceOrder, ReplaceOpen, SetBands
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.market import PrismMarket


def reference_of(market: PrismMarket) -> Market:
    """The reference with the accounts that the market began with."""
    twin = PrismMarket(market.config, market.seed, START)
    slow = Market([book.listing for book in market.config.books])
    for (owner, asset), holding in sorted(twin.exchange.clearing.holdings.items()):
        if holding.total:
            slow.clearing.deposit(owner, asset, holding.total)
    return slow


def test_the_reference_exchange_does_the_same_with_the_same_commands():
    market = PrismMarket(TWO_BOOKS, 5, START, capacity=8, room=16)
    ear = Ear(market)
    market.run_until(START + 8 * SECOND)
    market.exchange.clearing.deposit("guest", "USDT", 10**15)
    for order, seconds in ((10**9, 9), (10**9 + 1, 60)):
        market.submit("guest", 0, PlaceOrder(
            order, "guest", Side.BUY, OrderType.LIMIT, TimeInForce.GTD, 10, 5_000_000,
            expire_time=START + seconds * SECOND,
        ))  # fmt: skip
    market.submit("guest", 0, ReplaceOpen(10**9 + 1, 5))
    market.run_until(START + 10 * SECOND)
    slow = reference_of(market)
    slow.clearing.deposit("guest", "USDT", 10**15)
    names = market.exchange.clearing.owners.names
    commands = ear.commands
    told: list[list[BookEvent]] = [[], []]
    for row in commands.tolist():
        told[row[at.LOG_BOOK]] += slow.handle(row[at.LOG_BOOK], to_command(row[3:], names)).events
    for book in range(2):
        expected = [_without_text(event) for event in told[book]]
        assert to_events(ear.events(book).tolist()) == expected
    assert market.exchange.state_sha256() == slow.state_sha256()
    ops = commands[:, at.LOG_COMMAND].tolist()
    assert ops.count(book_at.ADVANCE_TIME) == 2  # When two have a time, and when one ends.
    assert len(commands) > 250
    assert np.array_equal(commands[:, 0], np.arange(1, len(commands) + 1))
    assert np.all(np.diff(commands[:, at.LOG_TIME]) >= 0)


def _without_text(event):
    return msgspec.structs.replace(event, text="") if hasattr(event, "text") else event


def _run(seed: int, *stops: float, **rooms: int) -> tuple[bytes, ...]:
    market = PrismMarket(TWO_BOOKS, seed, START, **rooms)
    ear = Ear(market)
    for stop in stops:
        market.run_until(START + int(stop * SECOND))
    return (*ear.digest(), market.state_sha256().encode())


def test_the_same_seed_gives_the_same_bytes_however_time_is_cut_and_memory_laid_out():
    whole = _run(3, 30)
    assert _run(3, 0.1, 7.77, 7.78, 30, capacity=2, room=16)[:-1] == whole[:-1]
    assert _run(3, 10, 20, 30) == whole
    assert _run(4, 30)[0] != whole[0]


@pytest.mark.parametrize("hash_seed", ["1", "77"])
def test_another_process_gives_the_same_bytes(hash_seed):
    program = (
        "from tests.simulation.prism.test_market import _run; import hashlib; "
        "print(hashlib.sha256(b''.join(_run(9, 10))).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    said = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == hashlib.sha256(b"".join(_run(9, 10))).hexdigest()


def test_nothing_is_made_or_lost_and_nobody_owes():
    market = PrismMarket(DEFAULT, 1, START)
    ear = Ear(market)
    market.run_until(START + 120 * SECOND)
    totals: dict[str, int] = {}
    for (owner, asset), holding in market.exchange.clearing.holdings.items():
        totals[asset] = totals.get(asset, 0) + holding.total
        assert 0 <= holding.held <= holding.total, (owner, asset)
    assert totals == market.exchange.clearing.issued
    trades = sum(int((ear.events(n)[:, 0] == book_at.TRADED).sum()) for n in range(5))
    assert trades > 500
    assert market.exchange.clearing.holdings["HOUSE", "USDT"].total > 0


def test_orders_do_not_pile_up():
    market = PrismMarket(DEFAULT, 1, START)
    market.run_until(START + 60 * SECOND)
    before = [len(book.orders) for book in market.exchange.books]
    market.run_until(START + 600 * SECOND)
    after = [len(book.orders) for book in market.exchange.books]
    most = DEFAULT.noise.count * DEFAULT.noise.keeps + 2 * DEFAULT.makers.levels * DEFAULT.makers.count + 10
    assert all(20 < count <= most for count in before + after)


def test_quotes_are_what_the_books_show():
    market = PrismMarket(TWO_BOOKS, 8, START)
    ear = Ear(market)
    for step in range(1, 400):
        market.run_until(START + step * SECOND // 20)
        for number, book in enumerate(market.exchange.books):
            best = [book.levels(side, 1) for side in Side]
            shown = [(level[0].price, level[0].shown_qty) if level else (0, 0) for level in best]
            quote = market.quote(number)
            assert shown == [(quote.bid, quote.bid_lots), (quote.ask, quote.ask_lots)]
    quotes = ear.quotes
    last = [quotes[quotes[:, 2] == number][-1][3:7].tolist() for number in range(2)]
    assert last == [list(market.quote(number)) for number in range(2)]


def test_what_is_over_stays_over():
    market = PrismMarket(NOBODY, 1, START)
    market.run_until(START + SECOND)
    with pytest.raises(InputError, match="time_ns"):
        market.run_until(START)


def test_a_market_is_not_copied():
    with pytest.raises(TypeError, match="make another"):
        copy.deepcopy(PrismMarket(NOBODY, 1, START))


def test_an_empty_market_is_silent():
    market = PrismMarket(NOBODY, 1, START)
    ear = Ear(market)
    market.run_until(START + 100 * SECOND)
    assert len(ear.commands) == 0
    assert market.quote(0) == (0, 0, 0, 0)


def test_bands_and_a_halt_reach_every_trader():
    market = PrismMarket(without(TWO_BOOKS, "informed", "momentum"), 2, START)
    ear = Ear(market)
    market.run_until(START + 10 * SECOND)
    price = market.quote(0).bid
    market.submit("exchange", 0, SetBands(None, None, price - 1, price + 1))
    market.run_until(START + 40 * SECOND)
    phases = ear.events(0)[ear.events(0)[:, 0] == book_at.PHASE_SET]
    assert phases[0, 2] == book_at.AUCTION
    assert phases[0, 3] not in range(price - 1, price + 2)
