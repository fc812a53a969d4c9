"""Intervals of weights: from the given generator alone, and as wide as theory says."""

import numpy as np
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.risk_measures.bootstrap import bootstrap_weights
from trade2026.primitives.errors import InputError

RETURNS = panel(1, 200, 3)


def by_inverse_variance(returns):
    weights = 1.0 / returns.var(axis=0)
    return weights / weights.sum()


def test_the_same_generator_gives_the_same_intervals() -> None:
    first = bootstrap_weights(RETURNS, by_inverse_variance, np.random.default_rng(5), n_draws=30)
    second = bootstrap_weights(RETURNS, by_inverse_variance, np.random.default_rng(5), n_draws=30)
    np.testing.assert_array_equal(first.draws, second.draws)
    other = bootstrap_weights(RETURNS, by_inverse_variance, np.random.default_rng(6), n_draws=30)
    assert (first.draws != other.draws).any()


def test_its_parts_are_what_they_say() -> None:
    found = bootstrap_weights(RETURNS, by_inverse_variance, np.random.default_rng(5), n_draws=50, level=0.8)
    np.testing.assert_array_equal(found.weights, by_inverse_variance(RETURNS))
    np.testing.assert_allclose(found.low, np.percentile(found.draws, 10, axis=0), rtol=1e-10)
    np.testing.assert_allclose(found.high, np.percentile(found.draws, 90, axis=0), rtol=1e-10)
    np.testing.assert_allclose(found.mean, found.draws.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.standard_deviation, found.draws.std(axis=0, ddof=1), rtol=1e-12)
    slow = np.mean([sum(abs(draw - found.weights)) / 2 for draw in found.draws])
    assert found.turnover == pytest.approx(slow, rel=1e-12)
    assert found.draws.shape == (50, 3)
    assert found.level == 0.8


def test_the_spread_of_a_mean_is_its_standard_error() -> None:
    found = bootstrap_weights(
        RETURNS, lambda returns: returns.mean(axis=0), np.random.default_rng(7), n_draws=2_000
    )
    np.testing.assert_allclose(found.standard_deviation, RETURNS.std(axis=0) / np.sqrt(200), rtol=0.08)


def test_periods_are_drawn_whole_and_blocks_stay_together() -> None:
    rows = np.arange(60.0)
    returns = np.column_stack((rows, -rows))
    seen = []

    def solve(drawn):
        assert (drawn[:, 0] == -drawn[:, 1]).all()
        seen.append(np.mean(np.diff(drawn[:, 0]) % 60 == 1.0))
        return drawn.mean(axis=0)

    bootstrap_weights(returns, solve, np.random.default_rng(8), n_draws=200, mean_block=10.0)
    assert np.mean(seen[1:]) == pytest.approx(0.9, abs=0.03)


def test_what_a_solver_raises_and_what_it_gives_is_looked_at() -> None:
    def fails(returns):
        raise InputError("no weights for these returns")

    with pytest.raises(InputError, match="no weights for these returns"):
        bootstrap_weights(RETURNS, fails, np.random.default_rng(1))
    with pytest.raises(InputError, match="weights of the solver must be a float64 array of 3"):
        bootstrap_weights(RETURNS, lambda returns: returns[0, :2], np.random.default_rng(1))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n_draws": 1}, "n_draws must be at least 2"),
        ({"mean_block": 0.5}, "mean_block must be from 1 to 200"),
        ({"mean_block": 201.0}, "mean_block must be from 1 to 200"),
        ({"level": 1.0}, "level must be between 0 and 1"),
    ],
)
def test_options_out_of_range_are_refused(options, says: str) -> None:
    with pytest.raises(InputError, match=says):
        bootstrap_weights(RETURNS, by_inverse_variance, np.random.default_rng(1), **options)
