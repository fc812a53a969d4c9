"""What must hold for portfolios on the line of Markowitz's problems.

1. A target is met, return and volatility alike; another solver finds no cheaper portfolio.
2. The largest Sharpe ratio is that of the closed form, of a grid, and of the frontier's tangency.
3. The frontier's corners satisfy the conditions of an optimum between them, and no random portfolio beats it.
4. What cannot be had is refused with what can.
"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.optimization.made import (
    covariance_of,
    generator,
    mean_of,
    returns_of,
    rows_of,
    slow_minimum,
)
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.frontier import efficient_frontier
from trade2026.analytics.optimization.mean_variance import (
    maximum_sharpe,
    maximum_utility,
    minimum_variance,
    target_return,
    target_risk,
)
from trade2026.analytics.optimization.quadratic import Quadratic
from trade2026.primitives.errors import InputError

MANY = settings(max_examples=30, deadline=None)
seeds = st.integers(0, 10**9)


def boxed(seed: int, n: int) -> Constraints:
    """Finite bounds, some short, that leave room."""
    rng = generator(seed, "boxed")
    upper = rng.uniform(min(1.0, 1.5 / n), 1.0, n)
    return Constraints(np.where(rng.random(n) < 0.6, 0.0, -0.1), upper, 1.0)


@MANY
@given(seeds, st.integers(2, 30), st.floats(0.01, 0.99))
def test_a_target_return_is_met_at_the_least_variance(seed: int, n: int, share: float) -> None:
    mean, S, constraints = mean_of(seed, n), covariance_of(seed, n), boxed(seed, n)
    frontier = efficient_frontier(mean, S, constraints, points=2)
    low, high = float(frontier.returns[0]), float(frontier.returns[-1])
    target = low + share * (high - low)
    found = target_return(mean, S, constraints, target=target)
    assert found.violation <= 1e-8
    assert found.measures["return"] == pytest.approx(target, abs=1e-10 * float(np.abs(mean).max()))
    assert found.solution is not None
    assert found.solution.kkt.worst <= 1e-11


@pytest.mark.parametrize("seed", range(12))
def test_a_target_return_costs_no_more_than_another_solver_pays(seed: int) -> None:
    n = 6
    mean, S, constraints = mean_of(seed, n), covariance_of(seed, n), rows_of(seed, n)
    unit = float(np.diagonal(S).mean())
    lowest = minimum_variance(S, constraints)
    base = float(mean @ lowest.weights)
    target = base + 0.5 * (
        maximum_utility(mean, S, constraints, risk_aversion=1e-4).measures["return"] - base
    )
    found = target_return(mean, S, constraints, target=target)
    scale = float(np.abs(mean).max())
    slow = slow_minimum(
        lambda w: w @ S @ w / unit, lambda w: 2.0 * S @ w / unit,
        constraints.with_at_most("target", -mean / scale, -target / scale),
    )  # fmt: skip
    assert found.measures["variance"] / unit <= slow * (1.0 + 1e-7)


def test_a_target_that_the_minimum_of_variance_earns_is_that_portfolio() -> None:
    S, mean = covariance_of(1, 5), mean_of(1, 5)
    found = target_return(mean, S, target=-1.0)
    assert "at least the target" in found.notes[0]
    np.testing.assert_array_equal(found.weights, minimum_variance(S).weights)


def test_the_highest_return_can_be_asked_for_and_more_cannot() -> None:
    S, mean = covariance_of(2, 5), mean_of(2, 5)
    found = target_return(mean, S, target=float(mean.max()))
    assert found.weights[mean.argmax()] == pytest.approx(1.0, abs=1e-9)
    with pytest.raises(InputError, match="the highest return allowed"):
        target_return(mean, S, target=float(mean.max()) * 1.01 + 1e-3)


@MANY
@given(seeds, st.integers(2, 30), st.floats(0.01, 0.99))
def test_a_target_risk_is_met_at_the_highest_return(seed: int, n: int, share: float) -> None:
    mean, S, constraints = mean_of(seed, n), covariance_of(seed, n), boxed(seed, n)
    frontier = efficient_frontier(mean, S, constraints, points=2)
    low, high = float(frontier.volatilities[0]), float(frontier.volatilities[-1])
    target = low + share * (high - low)
    found = target_risk(mean, S, constraints, target=target)
    assert found.measures["volatility"] == pytest.approx(target, rel=1e-9)
    same = target_return(mean, S, constraints, target=found.measures["return"])
    np.testing.assert_allclose(same.weights, found.weights, atol=1e-6)


def test_a_risk_below_the_minimum_is_refused_and_above_the_highest_is_noted() -> None:
    S, mean = covariance_of(3, 6), mean_of(3, 6)
    least = minimum_variance(S).measures["volatility"]
    with pytest.raises(InputError, match="must be a volatility of at least"):
        target_risk(mean, S, target=0.99 * least)
    found = target_risk(mean, S, target=10.0)
    assert "less volatility than the target" in found.notes[0]
    assert found.weights[mean.argmax()] == pytest.approx(1.0, abs=1e-9)


def test_utility_without_bounds_is_a_linear_system() -> None:
    S, mean = covariance_of(4, 8), mean_of(4, 8)
    free = Constraints.box(8, lower=-np.inf)
    found = maximum_utility(mean, S, free, risk_aversion=3.0)
    inverse = np.linalg.inv(S)
    level = (1.0 - inverse.sum(axis=1) @ mean / 3.0) / inverse.sum()
    np.testing.assert_allclose(found.weights, inverse @ (mean / 3.0 + level), rtol=1e-8, atol=1e-10)


def test_the_tangency_without_bounds_has_a_closed_form() -> None:
    S, mean = covariance_of(5, 8), np.abs(mean_of(5, 8)) + 1e-3
    found = maximum_sharpe(mean, S, Constraints.box(8, lower=-np.inf), risk_free_rate=1e-4)
    tangency = np.linalg.solve(S, mean - 1e-4)
    np.testing.assert_allclose(found.weights, tangency / tangency.sum(), rtol=1e-7, atol=1e-9)


@MANY
@given(seeds, st.integers(1, 30), st.booleans())
def test_three_ways_to_the_largest_ratio_agree(seed: int, n: int, is_cone: bool) -> None:
    """The homogeneous problem, the line of problems, and a segment of the frontier."""
    mean, S = mean_of(seed, n), covariance_of(seed, n)
    mean[0] = abs(mean[0]) + 1e-3
    constraints = Constraints.box(n) if is_cone else boxed(seed, n)
    if efficient_frontier(mean, S, constraints, points=2).returns[-1] <= 1e-5:
        return
    found = maximum_sharpe(mean, S, constraints)
    same = constraints.with_at_most("nothing", np.zeros(n), 1.0)
    assert maximum_sharpe(mean, S, same).measures["sharpe"] == pytest.approx(
        found.measures["sharpe"], rel=1e-9
    )
    frontier = efficient_frontier(mean, S, constraints, points=2)
    w = frontier.tangency(mean, S)
    assert found.measures["sharpe"] == pytest.approx(float(mean @ w) / math.sqrt(float(w @ S @ w)), rel=1e-9)
    np.testing.assert_allclose(w, found.weights, atol=1e-6)


def test_three_assets_on_a_grid_are_no_better() -> None:
    S, mean = covariance_of(6, 3), np.array([4e-4, 7e-4, 1e-4])
    best = maximum_sharpe(mean, S, Constraints.box(3, upper=0.6)).measures["sharpe"]
    steps = np.linspace(0.0, 0.6, 241)
    grid = [(a, b, 1.0 - a - b) for a in steps for b in steps if 0.0 <= 1.0 - a - b <= 0.6]
    ratios = [float(mean @ w) / math.sqrt(float(w @ S @ w)) for w in map(np.array, grid)]
    assert max(ratios) <= best * (1.0 + 1e-12)
    assert max(ratios) == pytest.approx(best, rel=1e-3)


def test_without_an_asset_above_the_risk_free_rate_there_is_no_best_ratio() -> None:
    S, mean = covariance_of(8, 4), -np.abs(mean_of(8, 4))
    with pytest.raises(InputError, match="there is no best ratio to risk"):
        maximum_sharpe(mean, S)
    with pytest.raises(InputError, match="at most"):
        maximum_sharpe(np.abs(mean), S, risk_free_rate=1.0)


@MANY
@given(seeds, st.integers(1, 40))
def test_every_mix_of_neighboring_corners_is_an_optimum(seed: int, n: int) -> None:
    mean, S, constraints = mean_of(seed, n), covariance_of(seed, n), boxed(seed, n)
    corners = efficient_frontier(mean, S, constraints, points=2).corners
    tilts = [corner.tilt for corner in corners]
    assert tilts == sorted(tilts)
    problem = Quadratic(S, constraints)
    for left, right in itertools.pairwise(corners):
        t = 0.5 * (left.tilt + right.tilt)
        exact = problem.minimize(t * mean)
        reached = 0.5 * exact.weights @ S @ exact.weights - t * mean @ exact.weights
        middle = 0.5 * (left.weights + right.weights)
        if left.tilt > 0.0:  # The first corner may lie before the t at which the line leaves it.
            value = 0.5 * middle @ S @ middle - t * mean @ middle
            assert value - reached <= 1e-9 * max(abs(float(reached)), float(np.diagonal(S).mean()))
        assert constraints.violation(middle) <= 1e-10


@pytest.mark.parametrize("seed", range(10))
def test_points_of_the_frontier_equal_those_solved_for_their_return(seed: int) -> None:
    n = 15
    mean, S, constraints = mean_of(seed, n), covariance_of(seed, n), boxed(seed, n)
    frontier = efficient_frontier(mean, S, constraints, points=9)
    np.testing.assert_allclose(np.diff(frontier.returns), np.diff(frontier.returns)[0], rtol=1e-6)
    for w, wanted in zip(frontier.weights[1:], frontier.returns[1:], strict=True):
        found = target_return(mean, S, constraints, target=float(wanted) * (1.0 - 1e-12))
        np.testing.assert_allclose(found.weights, w, atol=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_a_frontier_with_rows_has_points_and_no_corners(seed: int) -> None:
    n = 8
    mean, S, constraints = mean_of(seed, n), covariance_of(seed, n), rows_of(seed, n)
    frontier = efficient_frontier(mean, S, constraints, points=5)
    assert frontier.corners == ()
    assert all(constraints.violation(w) <= 1e-8 for w in frontier.weights)
    assert (np.diff(frontier.volatilities) >= -1e-12).all()
    with pytest.raises(InputError, match="no corners"):
        frontier.tangency(mean, S)


@pytest.mark.parametrize("seed", range(10))
def test_no_random_portfolio_is_above_the_frontier(seed: int) -> None:
    n = 5
    mean, S = mean_of(seed, n), covariance_of(seed, n)
    frontier = efficient_frontier(mean, S, points=400)
    for w in generator(seed, "portfolios").dirichlet(np.ones(n), 500):
        volatility = math.sqrt(float(w @ S @ w))
        ceiling = float(np.interp(volatility, frontier.volatilities, frontier.returns))
        assert float(mean @ w) <= ceiling + 1e-6


def test_equal_means_leave_one_efficient_portfolio() -> None:
    S = covariance_of(9, 4)
    frontier = efficient_frontier(np.full(4, 1e-3), S, points=5)
    assert frontier.weights.shape == (1, 4)
    np.testing.assert_allclose(frontier.weights[0], minimum_variance(S).weights, atol=1e-12)


def test_a_frontier_without_an_end_is_refused() -> None:
    with pytest.raises(InputError, match="no end"):
        efficient_frontier(mean_of(1, 3), covariance_of(1, 3), Constraints.box(3, lower=-np.inf), points=3)
    singular = np.cov(returns_of(1, 10, 6).T)
    frontier = efficient_frontier(mean_of(1, 10), singular, points=3)
    assert frontier.corners == ()
    assert frontier.weights.shape == (3, 10)


def test_a_singular_covariance_is_noted() -> None:
    singular = np.cov(returns_of(1, 10, 6).T)
    found = minimum_variance(singular)
    assert "the covariance is singular" in found.notes[0]
    assert found.violation <= 1e-10
