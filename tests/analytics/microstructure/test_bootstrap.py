"""The stationary bootstrap: its blocks, its block length, and that its intervals cover the truth.

1. A replicate holds n observations; running totals give the sums that picking them one by one gives.
2. The automatic block equals its closed form on an autoregression.
3. Intervals cover a known mean of a dependent series about as often as they say; without blocks they do not.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.microstructure.made import ar1
from trade2026.analytics.microstructure.averages import mean_estimate
from trade2026.analytics.microstructure.bootstrap import (
    RUNS_MAX,
    Resampling,
    autocovariance,
    automatic_block_length,
    percentile_interval,
    resampled_sums,
    run_sums,
    stationary_blocks,
    stationary_indices,
)
from trade2026.primitives.errors import InputError


@given(st.integers(1, 60), st.floats(1.0, 30.0), st.integers(0, 99))
def test_sums_by_running_totals_are_the_sums_of_the_picked(n: int, mean_block: float, seed: int) -> None:
    columns = np.random.default_rng(seed).standard_normal((n, 2))
    fast = resampled_sums(columns, mean_block, 3, np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    for row in fast:
        picked = stationary_indices(n, mean_block, rng)
        assert picked.size == n
        assert row == pytest.approx(columns[picked].sum(axis=0), abs=1e-9)


def test_blocks_are_geometric() -> None:
    rng = np.random.default_rng(3)
    starts, lengths = stationary_blocks(200_000, 8.0, rng)
    assert lengths.sum() == 200_000
    assert lengths.mean() == pytest.approx(8.0, rel=0.03)
    assert (lengths == 1).mean() == pytest.approx(1 / 8, rel=0.05)
    assert starts.mean() == pytest.approx(100_000, rel=0.02)


@pytest.mark.parametrize("rho", [0.3, 0.6, 0.9])
def test_automatic_block_is_that_of_an_autoregression(rho: float) -> None:
    """G = 2 rho / ((1 - rho)^2) R0 and the spectrum at zero (1 + rho) / (1 - rho) R0, in closed form."""
    n = 20_000
    exact = ((2 * rho / (1 - rho) ** 2) / ((1 + rho) / (1 - rho))) ** (2 / 3) * n ** (1 / 3)
    found = np.mean([automatic_block_length(ar1(n, rho, seed)) for seed in range(10)])
    assert found == pytest.approx(exact, rel=0.25)


def test_noise_needs_no_blocks() -> None:
    noise = np.random.default_rng(5).standard_normal(20_000)
    assert automatic_block_length(noise) < 8.0
    assert automatic_block_length(np.ones(100)) == 1.0


def test_autocovariance_equals_its_loop() -> None:
    x = np.random.default_rng(6).standard_normal(57)
    m = x.mean()
    slow = [sum((x[t] - m) * (x[t + k] - m) for t in range(57 - k)) / 57 for k in range(12)]
    assert autocovariance(x, 11) == pytest.approx(slow)


def covered(mean_block: float | None) -> float:
    """Share of a hundred autoregressions with mean zero whose interval holds zero."""
    held = 0
    for seed in range(100):
        x = ar1(1_500, 0.7, 1_000 + seed)
        resampling = Resampling(seed=seed, replicates=200, mean_block=mean_block)
        found = mean_estimate(x, np.ones(x.size), resampling, method="mean")
        held += found.low <= 0.0 <= found.high
    return held / 100


def test_intervals_cover_a_dependent_mean() -> None:
    assert 0.86 <= covered(None) <= 0.99


def test_canary_without_blocks_they_do_not() -> None:
    assert covered(1.0) < 0.75


def test_percentiles_leave_half_of_the_rest_on_either_side() -> None:
    assert percentile_interval(np.arange(1_001.0), 0.9) == pytest.approx((50.0, 950.0))


def test_a_statistic_that_often_does_not_exist_is_unbounded() -> None:
    draws = np.where(np.arange(1_000) % 5 == 0, np.nan, 1.0)
    assert percentile_interval(draws, 0.9) == (-math.inf, math.inf)


def test_long_series_are_summed_in_runs() -> None:
    columns = np.ones((3 * RUNS_MAX + 1, 1))
    sums, per_run = run_sums(columns)
    assert per_run == 4
    assert sums.shape[0] <= RUNS_MAX
    assert sums.sum() == columns.size


def test_a_seed_repeats_and_another_differs() -> None:
    x = ar1(500, 0.5, 1)
    found = [
        mean_estimate(x, np.ones(500), Resampling(seed=seed, replicates=100), method="mean")
        for seed in (4, 4, 5)
    ]
    assert found[0] == found[1]
    assert found[0].low != found[2].low
    assert found[0].value == found[2].value


@pytest.mark.parametrize(("name", "value"), [("level", 1.0), ("replicates", 5), ("mean_block", 0.5)])
def test_settings_without_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(InputError, match=f"{name} must be"):
        Resampling(seed=1, **{name: value})  # type: ignore[arg-type]
