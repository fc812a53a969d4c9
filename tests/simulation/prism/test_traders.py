"""What traders do, each kind against what its model says."""

import math
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from tests.simulation.prism.helpers import DEFAULT, SECOND, START, TWO_BOOKS, Ear, without
from trade2026.matching.compiled import layout as book_at
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled.maker import quote_terms
from trade2026.simulation.prism.config import Book, Makers, Noise
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.traders import least_half

replace = msgspec.structs.replace
ONE_BOOK = replace(DEFAULT, books=DEFAULT.books[:1])


def test_quotes_are_those_of_avellaneda_and_stoikov():
    floats = np.zeros(at.SLOT_FLOATS)
    floats[at.GAMMA], floats[at.KAPPA], floats[at.HORIZON_S] = 0.1, 1.5, 20.0
    floats[at.LEAST_HALF] = least_half(0.1, 1.5)
    volatility_bps, clips = 1.2, 7.0
    away, half = quote_terms(floats, 0, (volatility_bps * 1e-4) ** 2, clips)
    assert away == pytest.approx(-clips * 0.1 * volatility_bps**2 * 20.0)
    assert half == pytest.approx(0.5 * 0.1 * volatility_bps**2 * 20.0 + math.log(1 + 0.1 / 1.5) / 0.1)


def test_a_maker_with_too_much_quotes_lower_and_stops_buying_at_its_limit():
    config = without(replace(ONE_BOOK, diversity=0.0), "informed", "momentum", "noise")
    makers = replace(config.makers, count=1, gamma=0.5, every_s=0.1, clips=2.0, inventory_clips=60.0)
    config = replace(config, makers=makers)

    def best_offer_with(clips: float) -> tuple[int, int]:
        market = PrismMarket(config, 1, START)
        listing, lots = config.books[0].listing, int(clips * config.books[0].clip_lots)
        market.exchange.clearing.deposit("maker-1", listing.base, lots * listing.lot_size)
        market.run_until(START + 2 * SECOND)
        quote = market.quote(0)
        return quote.bid, quote.ask

    flat, long, full = (best_offer_with(clips) for clips in (0.0, 40.0, 60.0))
    assert long[0] < flat[0]
    assert long[1] < flat[1]
    assert full[0] == 0
    assert full[1] > 0


def test_makers_cancel_and_quote_anew():
    config = without(TWO_BOOKS, "informed", "momentum")
    market = PrismMarket(config, 3, START)
    ear = Ear(market)
    market.run_until(START + 60 * SECOND)
    owners = market.exchange.clearing.owners
    makers = [owners.number(trader.name) for trader in market.traders if trader.kind == "maker"]
    commands = ear.commands
    placed = commands[np.isin(commands[:, at.LOG_COMMAND + 2], makers), at.LOG_COMMAND + 1]
    canceled = commands[commands[:, at.LOG_COMMAND] == book_at.CANCEL_OPEN, at.LOG_COMMAND + 1]
    assert len(placed) > 500
    assert np.isin(placed, canceled).mean() > 0.5


def _counts(config, seconds: int, seed: int) -> np.ndarray:
    """Noise orders of each second."""
    market = PrismMarket(config, seed, START)
    ear = Ear(market)
    market.run_until(START + seconds * SECOND)
    commands = ear.commands
    times = commands[commands[:, at.LOG_COMMAND] == book_at.PLACE_ORDER, at.LOG_TIME]
    return np.bincount((times - START) // SECOND, minlength=seconds)[60:seconds]


@pytest.mark.parametrize("branching", [0.0, 0.6])
def test_noise_comes_as_a_hawkes_process(branching):
    """Mean rate m / (1 - n); variance over mean of counts in long windows 1 / (1 - n)^2 (Hawkes, 1971)."""
    noise = Noise(per_s=4.0, branching=branching, decay_per_s=5.0, latency=DEFAULT.noise.latency)
    config = without(replace(ONE_BOOK, noise=noise), "informed", "momentum", "makers")
    counts = _counts(config, 6_060, seed=2)
    expected = 4.0 / (1 - branching)
    assert counts.mean() == pytest.approx(expected, rel=0.06)
    windows = counts[: len(counts) // 20 * 20].reshape(-1, 20).sum(axis=1)
    assert windows.var() / windows.mean() == pytest.approx((1 - branching) ** -2, rel=0.3)


def test_noise_keeps_to_its_side_for_runs_with_the_tail_it_was_given():
    noise = Noise(run_tail=1.5, run_max=1e6, inventory_clips=1e4, market_share=0.0)
    config = without(replace(ONE_BOOK, noise=noise), "informed", "momentum", "makers")
    market = PrismMarket(config, 2, START)
    ear = Ear(market)
    market.run_until(START + 4_000 * SECOND)
    commands = ear.commands
    placed = commands[commands[:, at.LOG_COMMAND] == book_at.PLACE_ORDER]
    lengths: list[int] = []
    for owner in np.unique(placed[:, at.LOG_COMMAND + 2]):
        sides = placed[placed[:, at.LOG_COMMAND + 2] == owner, at.LOG_COMMAND + 3]
        edges = np.flatnonzero(np.diff(sides)) + 1
        lengths += [int(b - a) for a, b in pairwise(edges)]
    # A run goes on with chance 1/2 on the same side, so that tails add up: the exponent stays.
    lengths_array = np.array(lengths)
    shares = [(lengths_array > size).mean() for size in (8, 32)]
    assert math.log(shares[0] / shares[1]) / math.log(4) == pytest.approx(1.5, abs=0.35)


def test_the_price_follows_the_value_only_with_informed_traders():
    def mid_after_news(config) -> float:
        market = PrismMarket(config, 4, START)
        market.run_until(START + 60 * SECOND)
        before = market.mids()[0]
        market.jump(0, 0.01)
        market.run_until(START + 180 * SECOND)
        return market.mids()[0] / before - 1.0

    assert mid_after_news(TWO_BOOKS) == pytest.approx(0.01, abs=0.003)
    assert abs(mid_after_news(without(TWO_BOOKS, "informed"))) < 0.003


def test_momentum_holds_what_the_trend_asks_for_and_never_more_than_its_limit():
    config = replace(TWO_BOOKS, momentum=replace(TWO_BOOKS.momentum, threshold=0.1, gain=50.0))
    market = PrismMarket(config, 4, START)
    clearing = market.exchange.clearing
    begun = {key: holding.total for key, holding in clearing.holdings.items()}
    for _ in range(12):
        market.run_until(market.now_ns + 30 * SECOND)
    trend = []
    for trader in market.traders:
        if trader.kind != "momentum":
            continue
        for book in config.books:
            listing = book.listing
            key = (trader.name, listing.base)
            lots = (clearing.holdings[key].total - begun[key]) // listing.lot_size
            assert abs(lots) <= config.momentum.inventory_clips * book.clip_lots
            trend.append(lots)
    assert any(lots != 0 for lots in trend)


def test_values_are_correlated_diffusions_with_the_volatility_of_their_regime():
    values = replace(DEFAULT.values, step_s=1.0, calm_s=1e12)
    books = tuple(replace(book, jumps_per_day=0.0, loading=0.8) for book in DEFAULT.books[:2])
    config = without(replace(DEFAULT, books=books, values=values), "makers", "noise", "informed", "momentum")
    market = PrismMarket(config, 11, START)
    logs = []
    for step in range(1, 20_001):
        market.run_until(START + step * SECOND)
        logs.append([math.log(value) for value in market.values()])
    moves = np.diff(np.array(logs), axis=0)
    sigmas = [book.volatility / math.sqrt(365 * 86_400) for book in books]
    assert moves.std(axis=0) == pytest.approx(sigmas, rel=0.03)
    assert np.corrcoef(moves.T)[0, 1] == pytest.approx(0.64, abs=0.03)
    assert not market.is_turbulent


def test_a_message_takes_its_time():
    slow = replace(
        DEFAULT.makers, count=1, latency=replace(DEFAULT.makers.latency, floor_us=5e6, extra_us=0.0)
    )
    config = without(replace(ONE_BOOK, makers=slow), "informed", "momentum", "noise")
    market = PrismMarket(config, 4, START)
    ear = Ear(market)
    market.run_until(START + 5 * SECOND)
    assert len(ear.commands) == 0
    market.run_until(START + 7 * SECOND)
    assert len(ear.commands) == 2 * slow.levels


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Makers(gamma=0.0), "gamma of Makers"),
        (lambda: Makers(levels=9), "levels of Makers"),
        (lambda: Noise(branching=1.0), "branching of Noise"),
        (lambda: Noise(run_tail=1.0), "run_tail of Noise"),
        (lambda: Noise(keeps=17), "keeps of Noise"),
        (lambda: Noise(market_share=1.1), "market_share of Noise"),
        (lambda: Noise(per_s=float("nan")), "per_s of Noise"),
        (lambda: replace(DEFAULT, books=()), "books"),
        (lambda: replace(DEFAULT, diversity=-1.0), "diversity"),
        (lambda: Book(listing=DEFAULT.books[0].listing, price_ticks=0, clip_lots=1), "price_ticks of Book"),
    ],
)  # fmt: skip
def test_a_configuration_that_cannot_be_names_the_field(make, field):
    with pytest.raises(InputError, match=field):
        make()


def test_makers_who_believe_in_wild_prices_still_quote_near_the_mid():
    """Or the price of a book that was emptied once is carried away by its makers."""
    config = without(ONE_BOOK, "informed", "momentum")
    market = PrismMarket(config, 4, START)
    makers = [n for n, slot in enumerate(market.slots) if slot.kind == at.MAKER]
    for number in makers:
        market._slot_floats(number)[at.VARIANCE] = 1e-2
    ear = Ear(market)
    market.run_until(START + SECOND)
    owners = market.exchange.clearing.owners
    mine = [owners.number(trader.name) for trader in market.traders if trader.kind == "maker"]
    commands = ear.commands
    placed = commands[np.isin(commands[:, at.LOG_COMMAND + book_at.OWNER_COLUMN], mine)]
    limits = placed[placed[:, at.LOG_COMMAND] == book_at.PLACE_ORDER, at.LOG_COMMAND + book_at.LIMIT_COLUMN]
    assert len(limits) >= 5
    # Three levels, each 2 % farther, and the mid goes a little with them.
    assert (abs(limits / ONE_BOOK.books[0].price_ticks - 1) < 0.15).all()
