"""Figures of a window are the measures of the same trades and quotes; too little is said in words."""

import numpy as np
import pytest

from tests.application.prism.watched import Watched
from tests.simulation.prism.helpers import SECOND, TWO_BOOKS
from trade2026.analytics.microstructure import flow, quotes, stylised
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.application.prism.gauges import gauges, see
from trade2026.application.prism.observing import WINDOW_NS, WatchedBook
from trade2026.ports.sim_shown import SimGauge

LISTING = TWO_BOOKS.books[0].listing
RESAMPLING = Resampling(seed=9, replicates=20)


@pytest.fixture(scope="module")
def watched() -> Watched:
    found = Watched()
    found.pass_s(400.5)
    return found


@pytest.fixture(scope="module")
def found(watched: Watched) -> dict[str, SimGauge]:
    seen = see(watched.observer.books[0], LISTING, watched.market.now_ns)
    return {each.gauge_id: each for each in gauges(seen)}


def test_every_figure_has_a_value_and_a_convention(found: dict[str, SimGauge]) -> None:
    assert list(found) == [
        "quoted_spread", "effective_spread", "realised_spread", "depth_10bps", "imbalance", "vpin",
        "kyle_lambda", "amihud", "realised_volatility", "vwap", "orders_per_s", "cancel_ratio",
    ]  # fmt: skip
    for each in found.values():
        assert each.value is not None, each.text
        assert each.text


def test_they_are_the_measures_of_the_last_minutes(watched: Watched, found: dict[str, SimGauge]) -> None:
    now, since = watched.market.now_ns, watched.market.now_ns - WINDOW_NS
    tape = watched.recorder.tape(0, "all")
    assert tape.trades is not None
    assert tape.quotes is not None
    q, t = tape.quotes, tape.trades
    late, recent = q.ts_ns >= since, t.ts_ns >= since
    ns, bid, ask = q.ts_ns[late], np.asarray(q.bid, float)[late], np.asarray(q.ask, float)[late]
    spread = quotes.quoted_spread(ns, bid, ask, RESAMPLING, end_ns=now)
    assert isinstance(spread, quotes.Spread)
    assert found["quoted_spread"].value == pytest.approx(spread.bps.value)
    prices, quantities = np.asarray(t.prices, float)[recent], np.asarray(t.quantities, float)[recent]
    assert found["vwap"].value == pytest.approx(stylised.vwap(prices, quantities))
    assert t.signs is not None
    signs = np.asarray(t.signs, float)[recent]
    (split,) = quotes.spread_decomposition(
        t.ts_ns[recent], prices, signs, ns, bid, ask, RESAMPLING, horizons_ns=[5 * SECOND]
    )
    assert isinstance(split, quotes.SpreadAtHorizon)
    assert found["realised_spread"].value == pytest.approx(split.realised.bps.value)
    volumes, moves = flow.flow_by_interval(
        t.ts_ns[recent], quantities, signs, ns, bid, ask, interval_ns=5 * SECOND
    )
    slope = flow.kyle_lambda(volumes, moves, interval_ns=5 * SECOND)
    assert isinstance(slope, flow.KyleLambda)
    mid = (bid[-1] + ask[-1]) / 2
    assert found["kyle_lambda"].value == pytest.approx(slope.slope.value / mid**2 * 1e10)


def test_they_are_of_the_size_that_a_market_has(found: dict[str, SimGauge]) -> None:
    value = {name: each.value or 0.0 for name, each in found.items()}
    assert 0 < value["quoted_spread"] < 5
    assert value["realised_spread"] < value["effective_spread"]  # The rest is what makers lose to the move.
    assert 0 < value["vpin"] < 1
    assert -1 < value["imbalance"] < 1
    assert 1 < value["realised_volatility"] < 200
    assert 5 < value["orders_per_s"] < 200
    assert 0 < value["cancel_ratio"] < 1
    assert value["depth_10bps"] > 10_000


def test_too_little_is_said_in_words() -> None:
    rows = gauges(see(WatchedBook(), LISTING, SECOND))
    assert [each.value for each in rows] == [None] * 12
    assert all("need" in each.text for each in rows), [each.text for each in rows]


def test_a_book_with_one_side_has_no_spread() -> None:
    watched = Watched()
    watched.market.withdraw_makers(0, watched.market.now_ns + 1_000 * SECOND)
    watched.pass_s(2)
    rows = gauges(see(watched.observer.books[0], LISTING, watched.market.now_ns))
    assert rows[0].value is None or rows[0].value > 0
