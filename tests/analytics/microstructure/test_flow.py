"""Flow: VPIN against its loop and a coin's closed form, lambda and Amihud against what was planted."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.microstructure.made import QUICK, RollMarket, sound
from trade2026.analytics.microstructure.estimate import NotTestable
from trade2026.analytics.microstructure.flow import (
    KyleLambda,
    amihud_illiquidity,
    flow_by_interval,
    flow_imbalance,
    kyle_lambda,
    split_by_sign,
    vpin,
    vpin_bulk,
    vpin_series,
)
from trade2026.analytics.microstructure.regression import newey_west_line
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS


def slow_vpin(quantities: list[int], signs: list[int], bucket: int, window: int) -> list[float]:
    """Unit by unit: each unit of each trade goes into the bucket that is open."""
    units = [sign for quantity, sign in zip(quantities, signs, strict=True) for _ in range(quantity)]
    gaps = [abs(sum(units[at : at + bucket])) for at in range(0, len(units) - bucket + 1, bucket)]
    return [sum(gaps[end - window : end]) / (window * bucket) for end in range(window, len(gaps) + 1)]


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from([-1, 0, 1])), min_size=1, max_size=60),
    st.integers(1, 12),
    st.integers(1, 4),
)
def test_vpin_equals_its_slow_twin(trades: list[tuple[int, int]], bucket: int, window: int) -> None:
    quantities, signs = [q for q, _ in trades], [s for _, s in trades]
    bought, sold = split_by_sign(np.array(quantities), np.array(signs))
    found = vpin_series(bought, sold, bucket_volume=bucket, window=window)
    assert found == pytest.approx(slow_vpin(quantities, signs, bucket, window), abs=1e-9)


def test_vpin_of_a_coin_is_its_closed_form() -> None:
    """E |sum of N signs| / N, exactly N C(N, N/2) / 2^N over N."""
    signs = np.random.default_rng(1).choice([-1.0, 1.0], 40_000)
    bought, sold = split_by_sign(np.ones(40_000), signs)
    exact = math.comb(20, 10) / 2**20
    found = sound(vpin(bought, sold, QUICK, bucket_volume=20.0))
    assert found.n == 2_000
    assert found.low < exact < found.high
    assert found.value == pytest.approx(exact, rel=0.05)


def test_vpin_of_one_sided_flow_is_one() -> None:
    found = sound(vpin(np.full(500, 3.0), np.zeros(500), QUICK, bucket_volume=7.0))
    assert found.value == pytest.approx(1.0)


def test_a_bucket_that_ends_with_the_last_trade_is_full() -> None:
    """150 tenths are fifty buckets of three tenths, whatever their sum rounds to."""
    assert vpin_series(np.full(150, 0.1), np.zeros(150), bucket_volume=0.3, window=1).size == 50


def test_bulk_vpin_rises_with_the_trend() -> None:
    rng = np.random.default_rng(2)
    noise = rng.standard_normal(5_000)
    volumes = np.ones(5_000)
    quiet = sound(vpin_bulk(100 + np.cumsum(noise), volumes, QUICK, bucket_volume=30.0))
    trend = np.repeat(rng.choice([-1.0, 1.0], 50), 100)
    toxic = sound(vpin_bulk(100 + np.cumsum(noise + trend), volumes, QUICK, bucket_volume=30.0))
    assert toxic.low > quiet.high


def test_too_few_buckets_say_how_many_are_needed() -> None:
    found = vpin(np.ones(10), np.ones(10), QUICK, bucket_volume=2.0)
    assert isinstance(found, NotTestable)
    assert (found.needed, found.had) == (50, 10)


def planted_lambda(seed: int, impact: float) -> KyleLambda:
    market = RollMarket(20_000, seed, impact=impact, noise=0.01)
    volume, change = flow_by_interval(
        market.trade_ns, market.quantities, market.signs, *market.quotes, interval_ns=10 * SECOND_NS
    )
    found: KyleLambda = sound(kyle_lambda(volume, change, interval_ns=10 * SECOND_NS))
    return found


def test_planted_lambda_is_found() -> None:
    found = [planted_lambda(seed, 0.004) for seed in range(40)]
    away = np.array([(each.slope.value - 0.004) / each.standard_error for each in found])
    assert abs(away.mean()) < 0.5
    assert 0.7 < away.std() < 1.4
    assert sum(each.slope.low < 0.004 < each.slope.high for each in found) >= 34
    # Of the variance of a change: impact^2 E[q^2] beside noise^2, and E[q^2] = e^2 for these sizes.
    explained = 0.004**2 * math.exp(2.0)
    squared = np.mean([each.r_squared for each in found])
    assert squared == pytest.approx(explained / (explained + 0.01**2), abs=0.02)


def test_without_impact_lambda_is_zero() -> None:
    found = planted_lambda(4, 0.0)
    assert found.slope.low < 0.0 < found.slope.high


def slow_intervals(trades: Any, quotes: Any, width: int) -> list[tuple[float, float]]:
    rows = []
    first, last = quotes[0][0], quotes[-1][0]
    for k in range(-(-first // width), last // width):
        start, end = k * width, (k + 1) * width
        before = [mid for ns, mid in quotes if ns < start]
        after = [mid for ns, mid in quotes if ns < end]
        if before and after:
            volume = sum(q * s for ns, q, s in trades if start <= ns < end)
            rows.append((volume, after[-1] - before[-1]))
    return rows


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5), st.sampled_from([-1, 1])), max_size=30),
    st.lists(st.tuples(st.integers(0, 60), st.integers(10, 20)), min_size=1, max_size=30),
    st.integers(1, 15),
)
def test_flow_by_interval_equals_its_slow_twin(trades: Any, quotes: Any, width: int) -> None:
    trades, quotes = sorted(trades, key=lambda t: t[0]), sorted(quotes, key=lambda q: q[0])
    mids = np.array([mid for _, mid in quotes], dtype=np.float64)
    volume, change = flow_by_interval(
        np.array([ns for ns, _, _ in trades], dtype=np.int64),
        np.array([q for _, q, _ in trades], dtype=np.float64),
        np.array([s for _, _, s in trades], dtype=np.float64),
        np.array([ns for ns, _ in quotes], dtype=np.int64), mids - 1, mids + 1,
        interval_ns=width,
    )  # fmt: skip
    assert list(zip(volume, change, strict=True)) == slow_intervals(trades, quotes, width)


def test_the_line_equals_matrix_algebra() -> None:
    """(X'X)^-1 S (X'X)^-1 with S by Newey and West, spelled out."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal(80)
    y = 1.0 + 2.0 * x + np.convolve(rng.standard_normal(82), [1, 0.5, 0.2], "valid") * (1 + x**2)
    for lags in (0, 3):
        X = np.column_stack((np.ones(80), x))
        inverse = np.linalg.inv(X.T @ X)
        beta = inverse @ X.T @ y
        scores = X * (y - X @ beta)[:, np.newaxis]
        S = scores.T @ scores
        for lag in range(1, lags + 1):
            cross = scores[lag:].T @ scores[:-lag]
            S += (1 - lag / (lags + 1)) * (cross + cross.T)
        line = newey_west_line(x, y, lags=lags)
        assert (line.intercept, line.slope) == pytest.approx(tuple(beta))
        assert line.slope_error == pytest.approx(math.sqrt((inverse @ S @ inverse)[1, 1]))


def test_amihud_by_hand_and_by_scale() -> None:
    returns = np.tile([0.01, -0.02, 0.5], 40)
    notional = np.tile([100.0, 400.0, 0.0], 40)
    found = sound(amihud_illiquidity(returns, notional, QUICK))
    assert found.value == pytest.approx((0.01 / 100 + 0.02 / 400) / 2)
    assert found.n == 80


def test_imbalance_by_hand() -> None:
    signs = np.tile([1, -1, 0], 100)
    quantities = np.tile([3, 1, 50], 100)
    found = sound(flow_imbalance(quantities, signs, QUICK))
    assert found.value == pytest.approx(0.5)
    assert found.n == 200


def test_a_sign_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"signs must be \+1, -1 or 0, was 2 at index 1; map it first"):
        flow_imbalance(np.ones(2), np.array([1, 2]), QUICK)
