"""Which assets are held or traded: branch and bound against every choice there is."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from tests.analytics.optimization.made import covariance_of, mean_of, returns_of
from trade2026.analytics.optimization.branching import branch
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.limits import Choice, Limits, Tracking
from trade2026.analytics.optimization.measures import Scenarios
from trade2026.analytics.optimization.model import Unsolved
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.objective import frontier_of, optimize
from trade2026.analytics.optimization.problem import Problem
from trade2026.analytics.optimization.tracking import Benchmark, track
from trade2026.analytics.optimization.transition import Costs, Plan, objective_of, transition
from trade2026.primitives.errors import InputError

N = 6


def scenarios(seed: int) -> Scenarios:
    return Scenarios(returns_of(seed, N, 50), covariance_of(seed, N), 0.1)


def every(limits: Limits):
    """Limits without choices, one for each choice."""
    lower, upper = limits.constraints.lower, limits.constraints.upper
    assert limits.held is not None
    for count in range(1, limits.held + 1):
        for chosen in combinations(range(N), count):
            for signs in product(*[(1, -1) if lower[at] < 0.0 else (1,) for at in chosen]):
                low, high = np.zeros(N), np.zeros(N)
                for at, sign in zip(chosen, signs, strict=True):
                    low[at] = limits.least if sign > 0 else lower[at]
                    high[at] = upper[at] if sign > 0 else -limits.least
                if (low <= high).all():
                    try:
                        yield limits.within(low, high)
                    except InputError:
                        continue


def best_of_all(problem: Problem, key: str, *, largest: bool) -> float:
    found = []
    for each in every(problem.limits):
        try:
            found.append(optimize(replace(problem, limits=each)).measures[key])
        except InputError:
            continue
    return max(found) if largest else min(found)


CASES = [
    (Measure.VOLATILITY, Goal.MINIMUM_RISK, 0.0),
    (Measure.VOLATILITY, Goal.MAXIMUM_RATIO, 0.0),
    (Measure.CVAR, Goal.MINIMUM_RISK, 0.0),
    (Measure.VOLATILITY, Goal.MINIMUM_RISK, -0.3),
]


@pytest.mark.parametrize(("measure", "goal", "lower"), CASES)
@pytest.mark.parametrize("seed", range(2))
def test_the_choice_is_the_best_of_all(measure: Measure, goal: Goal, lower: float, seed: int) -> None:
    limits = Limits(Constraints.box(N, lower=lower, upper=0.6), held=3, least=0.1)
    problem = Problem(goal, measure, scenarios(seed), limits, mean_of(seed, N) + 1e-3)
    found = optimize(problem)
    is_ratio = goal is Goal.MAXIMUM_RATIO
    key = "ratio" if is_ratio else "risk"
    assert found.measures[key] == pytest.approx(best_of_all(problem, key, largest=is_ratio), rel=1e-8)
    assert found.violation <= 1e-9
    held = np.abs(found.weights) > 1e-7
    assert held.sum() <= 3
    assert np.abs(found.weights[held]).min() >= 0.1 - 1e-9
    assert any("branch and bound" in each for each in found.solved)


def test_a_tracking_error_and_a_choice_together() -> None:
    on = scenarios(4)
    equal = np.full(N, 1.0 / N)
    tracking = Tracking(equal, on.covariance, 0.6 * float(np.sqrt(np.diag(on.covariance)).mean()))
    limits = Limits(Constraints.box(N, upper=0.6), tracking=tracking, held=3, least=0.05)
    problem = Problem(Goal.MINIMUM_RISK, Measure.VOLATILITY, on, limits, mean_of(4, N))
    found = optimize(problem)
    assert found.measures["risk"] == pytest.approx(best_of_all(problem, "risk", largest=False), rel=1e-7)
    assert found.violation <= 1e-8


def test_the_limit_of_nodes_is_told_with_a_gap() -> None:
    limits = Limits(Constraints.box(N, upper=0.6), held=2)
    problem = Problem(Goal.MINIMUM_RISK, Measure.VOLATILITY, scenarios(0), limits, mean_of(0, N))
    full = optimize(problem)
    few = optimize(problem, nodes_max=3)
    assert few.measures["risk"] >= full.measures["risk"] - 1e-15
    assert full.measures["gap"] == 0.0
    if few.measures["gap"] > 0.0:
        assert any("may be better by" in note for note in few.notes)
    with pytest.raises(InputError, match="no choice of assets was found within 1 programs"):
        optimize(problem, nodes_max=1)


def test_index_tracking_by_a_few() -> None:
    S = covariance_of(7, N)
    benchmark = Benchmark.of_weights(S, np.full(N, 1.0 / N))
    limits = Limits(Constraints.box(N, upper=1.0), held=3)
    found = track(benchmark, limits)
    errors = [track(benchmark, each).measures["tracking_error"] for each in every(limits)]
    assert found.measures["tracking_error"] == pytest.approx(min(errors), rel=1e-8)
    assert (found.weights > 1e-7).sum() <= 3


def test_trades_below_the_least_are_not_made() -> None:
    n = 4
    S, mean, current = covariance_of(8, n), mean_of(8, n), np.full(n, 1.0 / n)
    limits = Limits(Constraints.box(n, upper=0.8), trades=Choice(current, 0.12, None))
    plan = Plan(mean, S, current, limits, Costs.same(n, linear=1e-3, quadratic=1e-3), 4.0, 1, 21.0)
    found = transition(plan)
    trade = np.abs(found.path[0] - current)
    assert ((trade < 1e-9) | (trade >= 0.12 - 1e-9)).all()
    best = objective_of(plan, current[None, :])
    for way in product((-1, 0, 1), repeat=n):
        at = np.array(way)
        low = np.where(at > 0, current + 0.12, np.where(at < 0, 0.0, current))
        high = np.where(at > 0, 0.8, np.where(at < 0, current - 0.12, current))
        if any(way) and low.sum() <= 1.0 <= high.sum():
            step = transition(replace(plan, limits=limits.within(low, high)))
            best = min(best, step.portfolio.measures["objective"])
    assert found.portfolio.measures["objective"] == pytest.approx(best, abs=1e-10)


def test_a_frontier_of_a_few_assets() -> None:
    limits = Limits(Constraints.box(N, upper=0.7), held=2)
    on, mean = scenarios(2), mean_of(2, N)
    weights = frontier_of(Measure.VOLATILITY, on, limits, mean, points=4)
    assert weights.shape == (4, N)
    returns = weights @ mean
    assert (np.diff(returns) > -1e-12).all()
    assert ((weights > 1e-7).sum(axis=1) <= 2).all()


def test_a_search_that_ends_at_its_limit_tells_its_gap_as_a_share_of_the_error() -> None:
    """The part of the variance that no weights change is not counted in."""
    n = 14
    benchmark = Benchmark.of_weights(covariance_of(3, n), np.full(n, 1.0 / n))
    limits = Limits(Constraints.box(n, upper=1.0), held=6)
    seen: list[tuple[int, int]] = []
    found = track(benchmark, limits, nodes_max=25, watch=lambda *each: seen.append(each))
    (told,) = found.notes
    share = float(told.split("better by ")[1].split("%")[0]) / 100.0
    gap = found.measures["gap"] / (0.5 * found.measures["tracking_error"] ** 2)
    assert share == pytest.approx(gap, abs=1e-4)
    assert 0.0 < share < 1.0
    assert seen[0][0] == 1
    assert {most for _, most in seen} == {25}


def test_a_benchmark_that_can_be_held_is_proven_at_once() -> None:
    equal = np.full(N, 1.0 / N)
    benchmark = Benchmark.of_weights(covariance_of(3, N), equal)
    found = track(benchmark, Limits(Constraints.box(N, upper=1.0), held=N, least=0.01))
    assert found.measures["tracking_error"] <= 1e-8
    assert "proven" in found.solved[0]


def test_that_no_choice_is_allowed_is_told_as_such() -> None:
    """Two assets cannot come so near to all; it is no matter of how long is looked."""
    equal, on = np.full(N, 1.0 / N), scenarios(4)
    near = Tracking(equal, on.covariance, 1e-4)
    limits = Limits(Constraints.box(N, upper=1.0), held=2, tracking=near)
    with pytest.raises(InputError, match="no choice of assets meets all constraints"):
        optimize(Problem(Goal.MINIMUM_RISK, Measure.VOLATILITY, on, limits, mean_of(4, N)))


def test_programs_that_rounding_spoils_are_told() -> None:
    whole = Limits(Constraints.box(N, upper=1.0))
    problem = Problem(Goal.MINIMUM_RISK, Measure.VOLATILITY, scenarios(4), whole, mean_of(4, N))
    calls = 0

    def solve(limits: Limits) -> tuple[float, np.ndarray]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Unsolved("residuals are left")
        found = optimize(replace(problem, limits=limits))
        return found.measures["risk"], found.weights

    found = branch(replace(whole, held=2, least=0.1), solve, nodes_max=100)
    assert "but for 1 that rounding kept from being solved" in found.told
    assert not found.is_proven
