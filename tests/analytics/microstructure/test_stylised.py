"""Stylised facts: against closed forms, exact samples and slow twins."""

import math
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kurtosis

from tests.analytics.microstructure.made import QUICK, correlated_walks, garch, sound
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.comovement import epps_curve, hayashi_yoshida, overlap_products
from trade2026.analytics.microstructure.estimate import NotTestable
from trade2026.analytics.microstructure.intraday import intraday_shape
from trade2026.analytics.microstructure.stylised import (
    _excess_kurtosis,
    aggregated_kurtosis,
    kurtosis_drop,
    leverage_effect,
    realised_volatility,
    volatility_clustering,
    vwap,
    vwap_by_interval,
)
from trade2026.analytics.microstructure.tails import tail_index
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, HOUR_NS, MILLISECOND_NS, SECOND_NS


@pytest.mark.parametrize("alpha", [2.0, 3.0, 4.5])
def test_hill_of_a_pareto_sample(alpha: float) -> None:
    sizes = np.random.default_rng(1).random(20_000) ** (-1.0 / alpha)
    found = sound(tail_index(sizes, QUICK, tail="upper", k=2_000))
    assert found.alpha.low < alpha < found.alpha.high
    # Independent data: the interval is the asymptotic one, alpha (1 +- 1.96 / sqrt(k)).
    width = found.alpha.high - found.alpha.low
    assert width == pytest.approx(2 * 1.96 * alpha / math.sqrt(2_000), rel=0.25)


def test_hill_by_hand() -> None:
    sizes = np.concatenate((np.full(1_000, 1.0), [2.0, 4.0, 8.0]))
    found = sound(tail_index(np.concatenate((sizes, -sizes)), QUICK, tail="upper", k=3))
    assert found.alpha.value == pytest.approx(3.0 / (math.log(2) + math.log(4) + math.log(8)))
    assert (found.k, found.threshold) == (3, 1.0)


@pytest.mark.parametrize(("tail", "alpha"), [("upper", 4.0), ("lower", 2.5)])
def test_the_tails_are_told_apart(tail: Literal["upper", "lower"], alpha: float) -> None:
    rng = np.random.default_rng(2)
    gains, losses = rng.random(40_000) ** (-1 / 4.0), rng.random(40_000) ** (-1 / 2.5)
    returns = np.where(rng.random(40_000) < 0.5, gains, -losses)
    found = sound(tail_index(returns, QUICK, tail=tail))
    assert found.alpha.value == pytest.approx(alpha, rel=0.2)


def test_chosen_k_finds_the_tail_of_student() -> None:
    for freedom in (3.0, 4.0):
        r = np.random.default_rng(3).standard_t(freedom, 200_000)
        assert sound(tail_index(r, QUICK)).alpha.value == pytest.approx(freedom, rel=0.15)


def test_a_normal_sample_has_no_tail_of_markets() -> None:
    r = np.random.default_rng(4).standard_normal(100_000)
    assert sound(tail_index(r, QUICK)).alpha.low > 5.0


def test_kurtosis_equals_scipys_and_falls_with_aggregation() -> None:
    r = np.random.default_rng(5).standard_t(6, 60_000)
    single, summed = aggregated_kurtosis(r, [1, 20], QUICK)
    assert sound(single.kurtosis).value == pytest.approx(kurtosis(r))
    sums = r.reshape(-1, 20).sum(axis=1)
    assert sound(summed.kurtosis).value == pytest.approx(kurtosis(sums))
    dropped = sound(kurtosis_drop(r, 20, QUICK))
    assert dropped.value == pytest.approx(kurtosis(r) - kurtosis(sums), abs=1e-6)
    assert dropped.low > 0.0


def test_kurtosis_from_raw_sums_does_not_need_a_mean_of_zero() -> None:
    """As replicates of the bootstrap have it: their mean is not that of the sample."""
    r = np.random.default_rng(12).exponential(size=2_000) + 1.0
    sums = np.array([[(r**power).sum() for power in (1, 2, 3, 4)] + [r.size]])
    assert _excess_kurtosis(sums)[0] == pytest.approx(kurtosis(r), abs=1e-8)


def test_kurtosis_of_a_normal_sample_does_not_fall() -> None:
    r = np.random.default_rng(6).standard_normal(60_000)
    dropped = sound(kurtosis_drop(r, 20, QUICK))
    assert dropped.low < 0.0 < dropped.high


def test_clustering_of_garch_and_none_of_noise() -> None:
    clustered = volatility_clustering(garch(30_000, 7), QUICK)
    assert sound(clustered.mean_autocorrelation).low > 0.1
    noise = volatility_clustering(np.random.default_rng(7).standard_normal(30_000), QUICK)
    assert abs(sound(noise.mean_autocorrelation).value) < 0.01


def test_leverage_has_the_sign_it_was_made_with() -> None:
    """Volatility tomorrow is up after losses today, by construction."""
    rng = np.random.default_rng(8)
    r, level = np.empty(30_000), 0.0
    for t in range(r.size):
        r[t] = math.exp(level) * rng.standard_normal()
        level = 0.9 * level - 0.08 * r[t]
    assert sound(leverage_effect(r, QUICK)).high < -0.01
    assert sound(leverage_effect(-r, QUICK)).low > 0.01
    none = sound(leverage_effect(garch(30_000, 8), QUICK))
    assert none.low < 0.0 < none.high


def test_leverage_equals_its_loop() -> None:
    r = garch(1_500, 9)
    now = r[:-10]
    slow = [np.corrcoef(now, r[lag : r.size - 10 + lag] ** 2)[0, 1] for lag in range(1, 11)]
    assert sound(leverage_effect(r, QUICK)).value == pytest.approx(np.mean(slow), abs=0.01)


def test_realised_volatility_of_a_random_walk_covers_the_truth() -> None:
    """A path of annual volatility 0.4 over one day; the interval should hold it in about 95 of 100."""
    held = 0
    n = 1_440
    for seed in range(200):
        step = 0.4 * math.sqrt(1.0 / 365.25 / n)
        path = 100.0 * np.exp(np.cumsum(step * np.random.default_rng(seed).standard_normal(n + 1)))
        found = sound(realised_volatility(path, span_ns=DAY_NS))
        held += found.annual.low <= 0.4 <= found.annual.high
    assert 180 <= held <= 199


def test_bipower_variation_does_not_see_a_jump() -> None:
    steps = 0.001 * np.random.default_rng(10).standard_normal(20_000)
    quiet = sound(realised_volatility(np.exp(np.cumsum(steps)), span_ns=DAY_NS))
    assert quiet.bipower == pytest.approx(quiet.variance, rel=0.03)
    steps[10_000] += 0.2
    jumped = sound(realised_volatility(np.exp(np.cumsum(steps)), span_ns=DAY_NS))
    assert jumped.variance == pytest.approx(quiet.variance + 0.04, rel=0.02)
    assert jumped.bipower == pytest.approx(quiet.bipower, rel=0.03)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=30))
def test_vwap_equals_its_slow_twin(rows: list[tuple[int, int, int]]) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    ns, p, q = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    assert vwap(p, q) == pytest.approx(sum(a * b for _, a, b in rows) / sum(b for *_, b in rows))
    starts, values = vwap_by_interval(ns, p, q, interval_ns=7)
    slow = {}
    for start in range(0, 51, 7):
        inside = [(a, b) for t, a, b in rows if start <= t < start + 7]
        if inside:
            slow[start] = sum(a * b for a, b in inside) / sum(b for _, b in inside)
    assert dict(zip(starts.tolist(), values.tolist(), strict=True)) == pytest.approx(slow)


def slow_overlaps(ns_a: Any, a: Any, ns_b: Any, b: Any) -> float:
    """All pairs of returns, one by one."""
    total = 0.0
    for i in range(1, len(a)):
        for j in range(1, len(b)):
            if max(ns_a[i - 1], ns_b[j - 1]) < min(ns_a[i], ns_b[j]):
                total += (a[i] - a[i - 1]) * (b[j] - b[j - 1])
    return total


@given(
    st.sets(st.integers(0, 40), min_size=2, max_size=20),
    st.sets(st.integers(0, 40), min_size=2, max_size=20),
    st.integers(0, 9),
)
def test_overlapping_products_equal_all_pairs(times_a: set[int], times_b: set[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    ns_a, ns_b = (np.array(sorted(times), dtype=np.int64) for times in (times_a, times_b))
    a, b = rng.standard_normal(ns_a.size), rng.standard_normal(ns_b.size)
    assert overlap_products(ns_a, a, ns_b, b).sum() == pytest.approx(
        slow_overlaps(ns_a, a, ns_b, b), abs=1e-9
    )


def test_epps_effect_and_hayashi_yoshida_without_it() -> None:
    """Correlation 0.6, seen about every second and every two seconds."""
    walks = correlated_walks(20_000, 0.6, 1.0, 0.5, 11)
    exact = sound(hayashi_yoshida(*walks, QUICK))
    assert exact.low < 0.6 < exact.high
    intervals = [200 * MILLISECOND_NS, SECOND_NS, 10 * SECOND_NS, 60 * SECOND_NS]
    curve = [sound(each.correlation) for each in epps_curve(*walks, QUICK, intervals_ns=intervals)]
    assert curve[0].value < curve[1].value < curve[2].value
    assert curve[0].high < 0.2
    assert curve[3].low < 0.6 < curve[3].high


def test_hayashi_yoshida_is_unbiased_over_many_samples() -> None:
    few = Resampling(seed=1, replicates=20)
    found = [sound(hayashi_yoshida(*correlated_walks(600, 0.6, 1.0, 0.5, s), few)).value for s in range(150)]
    assert np.mean(found) == pytest.approx(0.6, abs=3 * np.std(found) / math.sqrt(150))
    assert np.std(found) / math.sqrt(150) < 0.01


def test_intraday_shape_by_hand() -> None:
    days = 12
    hours = np.arange(8)
    ns = (np.arange(days)[:, np.newaxis] * DAY_NS + (14 + hours) * HOUR_NS).ravel()
    volume = np.tile([8.0, 3, 2, 1, 1, 2, 3, 4], days)
    returns = np.tile([0.02, -0.01, 0.0, 0.0, 0.0, 0.0, 0.01, -0.04], days)
    shape = intraday_shape(ns, returns, volume, QUICK, bin_ns=HOUR_NS, offset_ns=-5 * HOUR_NS)
    assert shape.bin_start_ns.tolist() == [(9 + hour) * HOUR_NS for hour in range(8)]
    assert shape.mean_volume == pytest.approx([8, 3, 2, 1, 1, 2, 3, 4])
    assert shape.mean_abs_return[[0, 7]] == pytest.approx([0.02, 0.04])
    assert sound(shape.volume_edge_ratio).value == pytest.approx(6.0 / 1.5)


def test_a_few_days_have_no_shape() -> None:
    ns = np.arange(100, dtype=np.int64) * HOUR_NS
    found = intraday_shape(ns, np.ones(100), np.ones(100), QUICK, bin_ns=HOUR_NS).volume_edge_ratio
    assert isinstance(found, NotTestable)
    assert (found.needed, found.had) == (10, 4)  # The fifth day has no middle.


def test_refusals_name_the_field_and_the_remedy() -> None:
    with pytest.raises(InputError, match=r"prices must be above zero, was 0\.0 at index 1; remove it"):
        realised_volatility(np.array([1.0, 0.0]), span_ns=1)
    with pytest.raises(InputError, match="returns must be finite, was nan at index 0; remove or fill it"):
        tail_index(np.array([math.nan]), QUICK)
    with pytest.raises(InputError, match="bin_ns must divide a day"):
        intraday_shape(np.zeros(1, dtype=np.int64), np.ones(1), np.ones(1), QUICK, bin_ns=7)
