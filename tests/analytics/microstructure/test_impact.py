"""Impact: planted power laws are found with their exponent, their scale and what is left of them."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import curve_fit

from tests.analytics.microstructure.made import QUICK, RollMarket, sound
from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.microstructure.estimate import Absent, NotTestable
from trade2026.analytics.microstructure.impact import flow_by_trades, impact_curve, trade_moves
from trade2026.analytics.microstructure.metaorders import Metaorders, metaorder_impact
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import HOUR_NS, SECOND_NS


@pytest.mark.parametrize("delta", [0.3, 0.5, 1.0])
def test_planted_exponent_of_trades_is_found(delta: float) -> None:
    market = RollMarket(40_000, 1, impact=0.004, delta=delta, noise=0.01)
    sizes, moves = trade_moves(
        market.trade_ns, market.quantities, market.signs, *market.quotes, horizon_ns=SECOND_NS
    )
    curve = sound(impact_curve(sizes, moves, QUICK))
    exponent = sound(curve.exponent)
    assert exponent.low < delta < exponent.high
    assert exponent.high - exponent.low < 0.2
    assert curve.scale == pytest.approx(0.004, rel=0.1)
    expected = 0.004 * curve.sizes**delta
    assert ((curve.low < expected) & (expected < curve.high)).mean() > 0.7
    assert curve.counts.sum() <= sizes.size


def test_curve_means_equal_a_loop() -> None:
    rng = np.random.default_rng(2)
    sizes, moves = np.exp(rng.standard_normal(3_000)), rng.standard_normal(3_000) + 1.0
    curve = sound(impact_curve(sizes, moves, QUICK, buckets=8))
    edges = np.geomspace(sizes.min(), sizes.max(), 9)
    found = list(zip(curve.moves, curve.counts, strict=True))
    slow = []
    for low, high in pairwise(edges):
        inside = [m for s, m in zip(sizes, moves, strict=True) if low <= s < high or high == edges[-1] <= s]
        if len(inside) >= 30:
            slow.append((pytest.approx(np.mean(inside)), len(inside)))
    assert found == slow


def test_intervals_of_the_exponent_cover() -> None:
    held = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        sizes = np.exp(1.5 * rng.standard_normal(4_000))
        moves = sizes**0.5 + 3.0 * rng.standard_normal(4_000)
        exponent = sound(sound(impact_curve(sizes, moves, QUICK)).exponent)
        held += exponent.low <= 0.5 <= exponent.high
    assert held >= 17


def test_the_fit_is_weighted_least_squares() -> None:
    """Scipy's fit of the same bucket means, with errors that grow steeply with size."""
    rng = np.random.default_rng(10)
    sizes = np.exp(1.5 * rng.standard_normal(20_000))
    moves = 2.0 * sizes**0.6 + sizes**1.5 * rng.standard_normal(20_000)
    curve = sound(impact_curve(sizes, moves, QUICK, buckets=12))
    edges = np.geomspace(sizes.min(), sizes.max() * 1.0001, 13)
    rows = [moves[(sizes >= low) & (sizes < high)] for low, high in pairwise(edges)]
    errors = [row.std() / np.sqrt(row.size) for row in rows if row.size >= 30]
    (scale, delta), _ = curve_fit(lambda q, y, d: y * q**d, curve.sizes, curve.moves, (1.0, 1.0), errors)
    assert sound(curve.exponent).value == pytest.approx(delta, abs=2e-3)
    assert curve.scale == pytest.approx(scale, rel=5e-3)


def test_impact_against_the_trades_is_absent() -> None:
    rng = np.random.default_rng(3)
    sizes = np.exp(rng.standard_normal(5_000))
    curve = sound(impact_curve(sizes, -sizes, QUICK))
    assert isinstance(curve.exponent, Absent)
    assert np.isnan(curve.scale)


def test_the_same_move_at_every_size_has_exponent_zero() -> None:
    sizes = np.exp(np.random.default_rng(8).standard_normal(3_000))
    curve = sound(impact_curve(sizes, np.full(3_000, 0.25), QUICK))
    assert sound(curve.exponent).value == pytest.approx(0.0, abs=1e-3)
    assert curve.scale == pytest.approx(0.25, rel=1e-3)


def test_sizes_that_are_all_alike_say_nothing_of_an_exponent() -> None:
    found = impact_curve(np.ones(5_000), np.ones(5_000), QUICK)
    assert isinstance(found, NotTestable)
    assert "sizes fill 1 buckets" in found.reason
    few = impact_curve(np.ones(10), np.ones(10), QUICK)
    assert isinstance(few, NotTestable)
    assert (few.needed, few.had) == (1_000, 10)


def test_linear_impact_stays_linear_when_trades_are_summed() -> None:
    market = RollMarket(60_000, 4, impact=0.004, delta=1.0, noise=0.01)
    sizes, moves = flow_by_trades(
        market.trade_ns, market.quantities, market.signs, *market.quotes, trades_per_bin=10
    )
    assert sizes.size == 5_999
    exponent = sound(sound(impact_curve(sizes, moves, QUICK)).exponent)
    assert exponent.low < 1.0 < exponent.high


def test_summed_flow_by_hand() -> None:
    ns = np.array([10, 20, 30, 40, 50], dtype=np.int64)
    mids = np.array([100.0, 101.0, 103.0, 102.0, 99.0, 98.0])
    quote_ns = np.array([0, 11, 21, 31, 41, 51], dtype=np.int64)
    signs = np.array([1, 1, -1, -1, 1])
    sizes, moves = flow_by_trades(ns, np.arange(1, 6), signs, quote_ns, mids, mids, trades_per_bin=2)
    assert sizes.tolist() == [3.0, 7.0]  # +1 +2, then -3 -4; the last bin has no bin after it.
    assert moves.tolist() == [3.0, 4.0]  # 100 to 103; 103 to 99 against the sells.


def metaorders(n: int, delta: float, left: float, seed: int) -> Metaorders:
    """Orders with impact 0.01 x quantity^delta and noise, of which `left` stays."""
    rng = np.random.default_rng(seed)
    signs = rng.choice([-1.0, 1.0], n)
    quantities = np.exp(1.5 * rng.standard_normal(n))
    before = rng.uniform(50, 150, n)
    peak = 0.01 * quantities**delta
    noise: FloatArray = 0.02 * rng.standard_normal((n, 2))
    end = before * (1.0 + signs * (peak + noise[:, 0]))
    after = before * (1.0 + signs * (left * peak + noise[:, 1]))
    start = np.arange(n, dtype=np.int64) * HOUR_NS
    return Metaorders(
        start_ns=start, end_ns=start + HOUR_NS // 2, signs=signs, quantities=quantities,
        mid_before=before, mid_at_end=end,
        mid_after=np.column_stack((after, np.full(n, np.nan))),
    )  # fmt: skip


def test_square_root_law_and_decay_of_metaorders() -> None:
    found = sound(metaorder_impact(metaorders(8_000, 0.5, 0.6, 5), QUICK))
    exponent = sound(sound(found.curve).exponent)
    assert exponent.low < 0.5 < exponent.high
    assert exponent.high - exponent.low < 0.25
    assert sound(found.decay[0]).low < 0.6 < sound(found.decay[0]).high
    assert sound(found.decay[0]).high - sound(found.decay[0]).low < 0.2
    assert isinstance(found.decay[1], NotTestable)
    exact = 0.01 * np.exp(0.5 * (1.5 * 0.5) ** 2)  # The mean of a log-normal.
    assert found.peak.low < exact < found.peak.high


def test_normalising_scales_the_curve_and_leaves_the_exponent() -> None:
    plain = metaorders(3_000, 0.5, 1.0, 6)
    scaled = Metaorders(
        **{name: getattr(plain, name) for name in plain.__struct_fields__[:7]},
        volatility=np.full(3_000, 0.02), volume=np.full(3_000, 1_000.0),
    )  # fmt: skip
    one, other = (sound(sound(metaorder_impact(each, QUICK)).curve) for each in (plain, scaled))
    assert other.sizes == pytest.approx(one.sizes / 1_000)
    assert other.moves == pytest.approx(one.moves / 0.02)
    assert sound(other.exponent).value == pytest.approx(sound(one.exponent).value)


def test_an_order_that_ends_before_it_starts_is_refused() -> None:
    good = metaorders(200, 0.5, 1.0, 7)
    values = {name: getattr(good, name) for name in good.__struct_fields__}
    with pytest.raises(InputError, match="end_ns must be 200 int64 times, none before its start"):
        metaorder_impact(Metaorders(**values | {"end_ns": good.start_ns - 1}), QUICK)
