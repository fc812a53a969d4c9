"""Spreads, depth and signing: against Roll's market, slow twins, and cases worked by hand.

1. In Roll's market every spread is the one it was made with, and impact is what was planted.
2. Effective = realised + impact, exactly, in both units.
3. Time weights, joins and signs equal their obvious loops on random tapes, ties of time included.
"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.microstructure.made import QUICK, RollMarket, sound
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.averages import weighted_quantiles
from trade2026.analytics.microstructure.estimate import NotTestable
from trade2026.analytics.microstructure.quotes import (
    depth,
    depth_distribution,
    quoted_spread,
    spread_decomposition,
    spread_distribution,
)
from trade2026.analytics.microstructure.signing import bulk_volume_buys, lee_ready, tick_rule
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS


def test_spreads_of_rolls_market_are_those_it_was_made_with() -> None:
    market = RollMarket(20_000, 1, spread=0.02)
    quoted = sound(quoted_spread(*market.quotes, QUICK))
    assert quoted.absolute.value == pytest.approx(0.02)
    split = spread_decomposition(
        market.trade_ns, market.prices, market.signs, *market.quotes, QUICK, horizons_ns=[SECOND_NS]
    )[0]
    assert not isinstance(split, NotTestable)
    assert split.effective.absolute.value == pytest.approx(0.02)
    assert split.realised.absolute.low < 0.02 < split.realised.absolute.high
    assert split.impact.absolute.low < 0.0 < split.impact.absolute.high
    assert split.left_out == 1  # Its horizon is after the last quote.


def test_planted_impact_is_found_and_the_identity_holds() -> None:
    market = RollMarket(20_000, 2, spread=0.02, impact=0.003, delta=0.0)
    found = spread_decomposition(
        market.trade_ns, market.prices, market.signs, *market.quotes, QUICK,
        horizons_ns=[SECOND_NS, 5 * SECOND_NS], quantities=market.quantities,
    )  # fmt: skip
    for split in map(sound, found):
        for unit in ("absolute", "bps"):
            parts = [
                getattr(getattr(split, name), unit).value for name in ("effective", "realised", "impact")
            ]
            assert parts[0] == pytest.approx(parts[1] + parts[2], abs=1e-12)
        assert split.impact.absolute.low < 0.006 < split.impact.absolute.high
        assert split.impact.absolute.low > 0.0
        assert split.effective.bps.value == pytest.approx(2.0, rel=0.2)  # 0.02 of about 100.


def test_prices_in_ticks_are_taken() -> None:
    market = RollMarket(500, 3)
    bid = np.floor(market.bid * 100).astype(np.int64)
    ask = bid + 2
    found = sound(quoted_spread(market.quote_ns, bid, ask, QUICK))
    assert found.absolute.value == pytest.approx(2.0)


quotes_lists = st.lists(
    st.tuples(st.integers(0, 3), st.integers(90, 110), st.integers(0, 5), st.booleans()),
    min_size=40, max_size=80,
)  # fmt: skip


@given(quotes_lists)
def test_quoted_spread_equals_its_slow_twin(rows: list[tuple[int, int, int, bool]]) -> None:
    ns = np.cumsum([1 + gap * (gap > 1) - (gap == 1) for gap, *_ in rows]).astype(np.int64)
    bid = np.array([math.nan if empty and bid % 3 == 0 else bid for _, bid, _, empty in rows])
    ask = np.array([float(bid + wide) for _, bid, wide, _ in rows])
    total = weight = 0.0
    used = 0
    for i in range(len(rows)):
        end = ns[i + 1] if i + 1 < len(rows) else ns[i] + 7
        if math.isnan(bid[i]) or end == ns[i]:
            continue
        total += (ask[i] - bid[i]) * (end - ns[i])
        weight += end - ns[i]
        used += 1
    found = quoted_spread(ns, bid, ask, QUICK, end_ns=int(ns[-1]) + 7)
    if used < 30:
        assert isinstance(found, NotTestable)
        assert (found.needed, found.had) == (30, used)
    else:
        assert sound(found).absolute.value == pytest.approx(total / weight)
        assert sound(found).absolute.n == used


def slow_signs(trades: Any, quotes: Any, lag: int) -> list[int]:
    """Lee and Ready, trade by trade."""
    signs: list[int] = []
    for i, (ns, price) in enumerate(trades):
        mid = None
        for quote_ns, bid, ask in quotes:
            if quote_ns < ns - lag:
                mid = (bid + ask) / 2
        sign = 0 if mid is None else (price > mid) - (price < mid)
        for earlier in range(i - 1, -1, -1):
            if sign == 0 and trades[earlier][1] != price:
                sign = 1 if price > trades[earlier][1] else -1
                break
        signs.append(sign)
    return signs


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(98, 104)), max_size=25),
    st.lists(st.tuples(st.integers(0, 50), st.integers(98, 102), st.integers(0, 3)), max_size=25),
    st.integers(0, 4),
)
def test_lee_ready_equals_its_slow_twin(trades: Any, quotes: Any, lag: int) -> None:
    trades, quotes = sorted(trades, key=lambda t: t[0]), sorted(quotes, key=lambda q: q[0])
    quotes = [(ns, bid, bid + wide) for ns, bid, wide in quotes]
    found = lee_ready(
        np.array([ns for ns, _ in trades], dtype=np.int64),
        np.array([price for _, price in trades], dtype=np.int64),
        np.array([ns for ns, _, _ in quotes], dtype=np.int64),
        np.array([bid for _, bid, _ in quotes], dtype=np.int64),
        np.array([ask for _, _, ask in quotes], dtype=np.int64),
        lag_ns=lag,
    )
    assert found.tolist() == slow_signs(trades, quotes, lag)


def test_lee_ready_recovers_the_signs_of_rolls_market() -> None:
    market = RollMarket(2_000, 4)
    found = lee_ready(market.trade_ns, market.prices, *market.quotes)
    assert (found == market.signs).all()
    late = lee_ready(market.trade_ns, market.prices, *market.quotes, lag_ns=3 * SECOND_NS)
    assert 0.8 < (late == market.signs).mean() < 1.0  # Older quotes must cost something.


def test_tick_rule_carries_the_last_move_over_equal_prices() -> None:
    assert tick_rule(np.array([5, 5, 6, 6, 5, 5, 7])).tolist() == [0, 0, 1, 1, -1, -1, 1]


def test_bulk_classification_is_the_normal_distribution_of_the_move() -> None:
    changes = np.array([-1.0, 0.0, 1.0])  # Their deviation is exactly one.
    bought = bulk_volume_buys(changes, np.array([10.0, 10.0, 10.0]))
    assert bought == pytest.approx([1.58655254, 5.0, 8.41344746])


def test_depth_by_hand_and_by_level() -> None:
    ns = np.arange(41, dtype=np.int64) * 10
    bids = np.tile([[3.0, 1.0], [1.0, 1.0]], (21, 1))[:41]
    asks = np.full((41, 2), 1.0)
    best = sound(depth(ns, bids, asks, QUICK))
    assert (best.bid.value, best.ask.value) == (pytest.approx(2.0), pytest.approx(1.0))
    assert best.imbalance.value == pytest.approx(0.25)  # 0.5 and 0, half of the time each.
    two = sound(depth(ns, bids, asks, QUICK, levels=2))
    assert two.bid.value == pytest.approx(3.0)
    assert two.imbalance.value == pytest.approx((2 / 6 + 0) / 2)
    assert depth_distribution(ns, bids, probabilities=(0.5, 1.0)).quantiles == (1.0, 3.0)


def test_an_empty_book_has_no_imbalance_but_a_depth_of_zero() -> None:
    ns = np.arange(40, dtype=np.int64)
    found = sound(depth(ns, np.zeros(40), np.zeros(40), QUICK))
    assert found.bid.value == 0.0
    assert isinstance(found.imbalance, NotTestable)


def test_quantiles_are_weighted_by_time() -> None:
    ns = np.array([0, 90, 100], dtype=np.int64)
    found = spread_distribution(ns, np.array([10, 10, 10]), np.array([11, 15, 12]), probabilities=(0.5, 0.91))
    assert found.quantiles == (1.0, 5.0)
    assert found.n == 2  # The last held for no time.


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), min_size=1, max_size=30), st.integers(1, 100)
)
def test_quantiles_equal_repeated_values(rows: list[tuple[int, int]], percent: int) -> None:
    repeated = sorted(value for value, weight in rows for _ in range(weight))
    expected = repeated[-(-percent * len(repeated) // 100) - 1]
    values, weights = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    found = weighted_quantiles(values, weights, (percent / 100,), weighting="equal")
    assert found.quantiles == (expected,)


def test_a_trade_is_not_measured_on_the_quote_it_left() -> None:
    quote_ns = np.array([0, 10], dtype=np.int64)
    mids = np.array([100.0, 200.0])
    at = np.array([0, 10, 11], dtype=np.int64)
    assert np.isnan(inputs.mids_before(quote_ns, mids, at)[0])
    assert inputs.mids_before(quote_ns, mids, at)[1:].tolist() == [100.0, 200.0]
    assert inputs.mids_by(quote_ns, mids, at)[:2].tolist() == [100.0, 200.0]
    assert np.isnan(inputs.mids_by(quote_ns, mids, at)[2])


@pytest.mark.parametrize(
    ("bid", "ask", "words"),
    [
        ([1.0, 3.0], [2.0, 2.0], "bid must not be above ask, was 3.0 above 2.0 at 1"),
        ([1.0], [2.0, 2.0], "bid must be 2 numbers"),
        ([1.0, -math.inf], [2.0, 2.0], "write an empty side as NaN"),
        ([-3.0, -3.0], [2.0, 2.0], "mid must be above zero"),
    ],
)
def test_bad_quotes_are_refused(bid: list[float], ask: list[float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        quoted_spread(np.array([0, 1], dtype=np.int64), np.array(bid), np.array(ask), QUICK)


def test_times_that_run_backwards_are_refused() -> None:
    with pytest.raises(InputError, match="quote_ns must not run backwards, was 0 after 5 at 1; sort it"):
        quoted_spread(np.array([5, 0], dtype=np.int64), np.ones(2), np.ones(2), QUICK)


def test_few_trades_are_not_testable() -> None:
    market = RollMarket(20, 5)
    (found,) = spread_decomposition(
        market.trade_ns, market.prices, market.signs, *market.quotes, QUICK, horizons_ns=[SECOND_NS]
    )
    assert isinstance(found, NotTestable)
    assert (found.needed, found.had) == (30, 19)
