"""Plans of trades and robust means: costs, decay, what follows from them, and a slow twin."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from tests.analytics.optimization.made import covariance_of, generator, mean_of
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.limits import Limits, Turnover
from trade2026.analytics.optimization.mean_variance import maximum_utility
from trade2026.analytics.optimization.robust import radius_of, robust_utility
from trade2026.analytics.optimization.tracking import Benchmark, track
from trade2026.analytics.optimization.transition import (
    Costs,
    Plan,
    forecasts_of,
    objective_of,
    transition,
)
from trade2026.primitives.errors import InputError

N = 5
CURRENT = np.full(N, 1.0 / N)


def plan(seed: int = 0, **more) -> Plan:
    limits = Limits(Constraints.box(N, upper=0.6))
    made = Plan(
        mean_of(seed, N), covariance_of(seed, N), CURRENT, limits, Costs.same(N, linear=0.002), 5.0, 1, 21.0
    )
    return replace(made, **more)


def test_without_costs_it_is_the_largest_utility() -> None:
    it = plan(costs=Costs.same(N))
    found = transition(it)
    best = maximum_utility(it.mean, it.covariance, it.limits.constraints, risk_aversion=5.0)
    np.testing.assert_allclose(found.path[0], best.weights, atol=1e-7)
    assert found.portfolio.measures["cost"] == 0.0


def test_where_trading_costs_too_much_nothing_is_traded() -> None:
    found = transition(plan(costs=Costs.same(N, linear=1.0)))
    np.testing.assert_allclose(found.path[0], CURRENT, atol=1e-9)
    assert found.portfolio.measures["turnover"] <= 1e-8


@pytest.mark.parametrize("seed", range(3))
def test_no_path_that_is_tried_is_better(seed: int) -> None:
    it = plan(seed, steps=3, half_life=30.0, costs=Costs.same(N, linear=0.001, quadratic=0.02))
    found = transition(it)
    assert found.portfolio.measures["objective"] == pytest.approx(objective_of(it, found.path))
    rng = generator(seed, "paths")
    for _ in range(300):
        share = rng.random() ** 3
        path = (1.0 - share) * found.path + share * rng.dirichlet(np.full(N, 3.0), 3)
        if path.max() <= 0.6:
            assert objective_of(it, path) >= found.portfolio.measures["objective"] - 1e-12
    assert found.portfolio.violation <= 1e-9


def test_a_slow_twin_for_quadratic_costs() -> None:
    it = plan(2, costs=Costs.same(N, quadratic=0.05))
    done = minimize(
        lambda w: 1e3 * objective_of(it, w[None, :]), CURRENT, method="SLSQP", bounds=[(0.0, 0.6)] * N,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0}, options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    found = transition(it)
    np.testing.assert_allclose(found.path[0], done.x, atol=1e-4)
    assert found.portfolio.measures["objective"] <= done.fun / 1e3 + 1e-10


def test_forecasts_fade_to_the_mean_of_all() -> None:
    mean = np.array([0.001, 0.003])
    np.testing.assert_allclose(forecasts_of(mean, steps=2, periods=5.0, half_life=math.inf), [mean, mean])
    faded = forecasts_of(mean, steps=3, periods=10.0, half_life=10.0)
    np.testing.assert_allclose(faded.mean(axis=1), 0.002)
    spread = faded[:, 1] - faded[:, 0]
    np.testing.assert_allclose(spread[1:] / spread[:-1], 0.5)
    by_hand = np.mean(2.0 ** (-(np.arange(100_000) + 0.5) / 1e5)) * 0.002
    assert spread[0] == pytest.approx(by_hand, rel=1e-6)


def test_turnover_holds_at_every_step() -> None:
    it = plan(1)
    limits = Limits(it.limits.constraints, turnover=Turnover(CURRENT, 0.2))
    found = transition(replace(it, steps=3, limits=limits, costs=Costs.same(N, linear=1e-5)))
    steps = np.diff(np.vstack([CURRENT, found.path]), axis=0)
    assert np.abs(steps).sum(axis=1).max() <= 0.2 + 1e-8
    assert np.abs(steps).sum(axis=1)[0] == pytest.approx(0.2, abs=1e-6)


def test_a_radius_of_zero_is_the_usual_utility_and_doubt_costs_return() -> None:
    it = plan(3)
    doubt = it.covariance / 50.0
    free = robust_utility(
        it.mean, it.covariance, it.limits, mean_covariance=doubt, radius=0.0, risk_aversion=5.0
    )
    best = maximum_utility(it.mean, it.covariance, it.limits.constraints, risk_aversion=5.0)
    np.testing.assert_allclose(free.weights, best.weights, atol=1e-7)
    careful = robust_utility(
        it.mean, it.covariance, it.limits, mean_covariance=doubt, radius=radius_of(0.9, N), risk_aversion=5.0
    )
    assert careful.measures["worst_return"] < careful.measures["return"] <= free.measures["return"] + 1e-12
    assert careful.measures["risk"] <= free.measures["risk"] + 1e-12


def test_a_radius_is_the_root_of_the_chi_square_quantile() -> None:
    assert radius_of(0.95, 1) == pytest.approx(1.959963984540054)
    assert radius_of(0.9, 10) ** 2 == pytest.approx(15.987179172105261)
    assert radius_of(0.0, 4) == 0.0


def test_a_benchmark_within_limits_is_held() -> None:
    S = covariance_of(4, N)
    benchmark = Benchmark.of_weights(S, CURRENT)
    found = track(benchmark, Limits(Constraints.box(N, upper=0.6)))
    np.testing.assert_allclose(found.weights, CURRENT, atol=1e-9)
    assert found.measures["tracking_error"] <= 1e-9


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"steps": 0}, "steps must be at least 1"),
        ({"risk_aversion": 0.0}, "risk_aversion must be"),
        ({"half_life": 0.0}, "half_life must be above zero"),
        ({"costs": Costs.same(N, linear=-1.0)}, "linear cost must be at least zero"),
        ({"costs": Costs.same(2)}, "linear cost must have 5 elements"),
        ({"current": np.zeros(3)}, "current must have 5 elements"),
    ],
)
def test_a_wrong_argument_is_named(more, words: str) -> None:
    with pytest.raises(InputError, match=words):
        transition(plan(**more))


def test_costs_need_what_is_held() -> None:
    benchmark = Benchmark.of_weights(covariance_of(4, N), CURRENT)
    with pytest.raises(InputError, match="current must be given"):
        track(benchmark, Limits(Constraints.box(N)), costs=Costs.same(N, linear=0.1))
    with pytest.raises(InputError, match="confidence must be"):
        radius_of(1.0, 3)
