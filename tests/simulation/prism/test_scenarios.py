"""What befalls a market, and what the exchange's rules do about it."""

import msgspec
import numpy as np
import pytest

from tests.simulation.prism.helpers import SECOND, START, TWO_BOOKS, Ear
from trade2026.matching.compiled import layout as book_at
from trade2026.matching.session import SessionRules
from trade2026.matching.words import Phase, PlaceOrder
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.scenarios import (
    OWNER,
    FatFinger,
    FlashCrash,
    Halt,
    LiquidityWithdrawal,
    Metaorder,
    NewsShock,
    Scenario,
    inject,
)
from trade2026.simulation.prism.sessions import LOOK_EVERY_NS, run_sessions
from trade2026.simulation.prism.timeline import Timeline


def begun(config: PrismConfig = TWO_BOOKS, seed: int = 6) -> tuple[Timeline, Ear]:
    timeline = Timeline(PrismMarket(config, seed, START))
    ear = Ear(timeline.market)
    timeline.run_until(START + 60 * SECOND)
    return timeline, ear


def mids(ear: Ear, begin: float, end: float, book: int = 0) -> np.ndarray:
    """Mids of a book's quotes between two times, seconds."""
    quotes = ear.quotes
    times = (quotes[:, 1] - START) / SECOND
    taken = quotes[(quotes[:, 2] == book) & (times >= begin) & (times < end)]
    taken = taken[(taken[:, 3] > 0) & (taken[:, 4] > 0)]
    found: np.ndarray = (taken[:, 3] + taken[:, 4]) / 2
    return found


def spreads(ear: Ear, begin: float, end: float) -> np.ndarray:
    quotes = ear.quotes
    times = (quotes[:, 1] - START) / SECOND
    taken = quotes[(quotes[:, 2] == 0) & (times >= begin) & (times < end)]
    taken = taken[(taken[:, 3] > 0) & (taken[:, 4] > 0)]
    found: np.ndarray = taken[:, 4] - taken[:, 3]
    return found


def lowest(ear: Ear, begin: float, end: float) -> int:
    """The lowest price of a trade in book 0 between two times, seconds."""
    events, times = ear.events(0), (ear.times(0) - START) / SECOND
    is_it = (events[:, 0] == book_at.TRADED) & (times >= begin) & (times < end)
    return int(events[is_it, 3].min())


def causal_move(scenario: Scenario, *windows: tuple[float, float]) -> list[float]:
    """By how much a scenario moves the mid in each window, relative: the same seed with and without it."""
    plain, ear = begun()
    changed, other = begun()
    inject(changed, scenario)
    for timeline in (plain, changed):
        timeline.run_until(START + int(max(end for _, end in windows)) * SECOND)
    return [float(np.median(mids(other, *w)) / np.median(mids(ear, *w)) - 1) for w in windows]


def test_a_fat_finger_moves_the_price_at_once_and_it_comes_back():
    order = FatFinger(symbol="BTCUSDT", after_s=5, side=Side.BUY, clips=400)
    before, at_once, later = causal_move(order, (30, 65), (65, 66), (240, 300))
    assert before == 0
    assert at_once > 0.001
    assert abs(later) < 0.3 * at_once


def test_without_makers_the_spread_is_wide_until_they_are_back():
    plain, ear = begun()
    changed, other = begun()
    inject(changed, LiquidityWithdrawal(symbol="BTCUSDT", for_s=60))
    for timeline in (plain, changed):
        timeline.run_until(START + 1_000 * SECOND)
    assert spreads(other, 62, 120).mean() > 2.0 * spreads(ear, 62, 120).mean()
    assert spreads(other, 700, 1_000).mean() < 1.3 * spreads(ear, 700, 1_000).mean()


def test_news_moves_the_price_to_the_value():
    timeline, ear = begun()
    inject(timeline, NewsShock(symbol="ETHUSDT", move_bps=-80))
    timeline.run_until(START + 180 * SECOND)
    moved = np.median(mids(ear, 120, 180, book=1)) / np.median(mids(ear, 40, 60, book=1)) - 1
    assert moved == pytest.approx(-0.008, abs=0.003)
    assert timeline.market.news_count >= 1


def test_a_metaorder_is_sent_in_equal_parts_over_its_time():
    timeline, ear = begun()
    inject(timeline, Metaorder(symbol="BTCUSDT", side=Side.BUY, clips=10, for_s=50, children=7))
    timeline.run_until(START + 120 * SECOND)
    commands = ear.commands
    number = timeline.market.exchange.clearing.owners.number(OWNER)
    mine = commands[commands[:, at.LOG_COMMAND + book_at.OWNER_COLUMN] == number]
    lots = mine[:, at.LOG_COMMAND + book_at.QTY_COLUMN]
    assert lots.sum() == 10 * TWO_BOOKS.books[0].clip_lots
    assert lots.max() - lots.min() <= 1
    expected = START + 60 * SECOND + np.arange(7) * 50 * SECOND // 7
    assert np.abs(mine[:, at.LOG_TIME] - expected).max() <= 1


def test_a_flash_crash_falls_far_and_recovers():
    plain, ear = begun()
    crashed, other = begun()
    inject(crashed, FlashCrash(symbol="BTCUSDT", clips=4_000, for_s=20))
    for timeline in (plain, crashed):
        timeline.run_until(START + 600 * SECOND)
    fall = lowest(other, 60, 90) / lowest(ear, 60, 90) - 1  # Of trades: the book has no bids at times.
    later = np.median(mids(other, 500, 600)) / np.median(mids(ear, 500, 600)) - 1
    assert fall < -0.001
    assert abs(later) < -0.3 * fall


def test_a_halt_stops_trading_then_an_auction_begins_it_anew():
    timeline, ear = begun()
    inject(timeline, Halt(symbol="BTCUSDT", for_s=30, auction_s=10))
    timeline.run_until(START + 150 * SECOND)
    events, times = ear.events(0), (ear.times(0) - START) / SECOND
    trades = times[events[:, 0] == book_at.TRADED]
    assert not np.any((trades > 60) & (trades < 100))
    assert np.any(trades > 100)
    phases = events[events[:, 0] == book_at.PHASE_SET][:, 2].tolist()
    assert phases == [book_at.HALTED, book_at.AUCTION, book_at.CONTINUOUS]
    assert (ear.events(1)[:, 0] == book_at.PHASE_SET).sum() == 0


def test_a_price_out_of_bounds_begins_an_auction_that_ends_by_itself():
    rules = SessionRules(
        volatility_auction_ns=20 * SECOND, trade_band_ppm=1_000, reference_every_ns=600 * SECOND
    )
    config = msgspec.structs.replace(TWO_BOOKS, session=rules)
    market = PrismMarket(config, 6, START)
    timeline, ear = Timeline(market), Ear(market)
    run_sessions(timeline, START)
    timeline.run_until(START + 30 * SECOND)
    assert market.exchange.books[0].bands.trade_low is not None
    listing, lots = config.books[0].listing, 1_000 * config.books[0].clip_lots
    market.exchange.clearing.deposit("guest", "BTC", lots * listing.lot_size)
    sale = PlaceOrder(10**9, "guest", Side.SELL, OrderType.LIMIT, TimeInForce.GTC, lots, 5_700_000)
    market.submit("guest", 0, sale)
    timeline.run_until(START + 31 * SECOND)
    assert market.exchange.books[0].phase is Phase.AUCTION
    assert market.exchange.books[1].phase is Phase.CONTINUOUS
    timeline.run_until(START + 49 * SECOND)
    assert market.exchange.books[0].phase is Phase.AUCTION
    timeline.run_until(START + 60 * SECOND)
    ended = (ear.times(0)[ear.events(0)[:, 0] == book_at.UNCROSSED] - START) / SECOND
    assert 50 <= ended[0] <= 50 + 2 * LOOK_EVERY_NS / SECOND


def test_opening_by_auction():
    rules = SessionRules(opening_auction_ns=10 * SECOND)
    config = msgspec.structs.replace(TWO_BOOKS, session=rules)
    market = PrismMarket(config, 6, START)
    timeline, ear = Timeline(market), Ear(market)
    run_sessions(timeline, START + 5 * SECOND)
    timeline.run_until(START + 40 * SECOND)
    phases = ear.events(0)[ear.events(0)[:, 0] == book_at.PHASE_SET]
    assert phases[:, 2].tolist() == [book_at.HALTED, book_at.AUCTION, book_at.CONTINUOUS]
    trades = (ear.times(0)[ear.events(0)[:, 0] == book_at.TRADED] - START) / SECOND
    assert trades.min() == pytest.approx(15, abs=0.2)


def test_scenarios_come_as_data():
    told = b'{"kind": "flash_crash", "symbol": "BTCUSDT", "clips": 30, "for_s": 5}'
    assert msgspec.json.decode(told, type=Scenario) == FlashCrash(symbol="BTCUSDT", clips=30, for_s=5)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: FlashCrash(symbol="BTCUSDT", clips=-1, for_s=5), "clips"),
        (lambda: NewsShock(symbol="BTCUSDT", move_bps=0), "move_bps"),
        (lambda: Halt(symbol="BTCUSDT", after_s=-1, for_s=5), "after_s"),
        (lambda: Metaorder(symbol="BTCUSDT", side=Side.BUY, clips=1, for_s=float("inf")), "for_s"),
    ],
)
def test_a_scenario_that_cannot_be_names_the_field(make, field):
    with pytest.raises(InputError, match=field):
        make()


def test_a_scenario_has_to_be_about_a_book_and_at_least_a_lot_each():
    timeline, _ = begun()
    with pytest.raises(InputError, match="symbol must be one of BTCUSDT, ETHUSDT"):
        inject(timeline, Halt(symbol="XYZ", for_s=1))
    with pytest.raises(InputError, match="clips must make 50 to"):
        inject(timeline, Metaorder(symbol="BTCUSDT", side=Side.BUY, clips=0.001, for_s=1))
