"""The least of a linear measure: the program written out is no better, the gap is proven, limits hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.optimization.made import generator, mean_of, returns_of, rows_of
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.interior_drawdowns import Drawdowns
from trade2026.analytics.optimization.least_linear import _METHODS, least_linear
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.measures import Scenarios, value_of
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.objective import optimize, tidy
from trade2026.analytics.optimization.problem import Problem, written
from trade2026.analytics.risk_measures.drawdowns import conditional_drawdown_at_risk

MEASURES = sorted(_METHODS)
FEW = settings(max_examples=12, deadline=None)
seeds = st.integers(0, 10**9)


def problem_of(
    measure: Measure, returns: np.ndarray, constraints: Constraints, tail: float = 0.1,
    target: float | None = None,
) -> Problem:  # fmt: skip
    on = Scenarios(returns, np.eye(returns.shape[1]), tail)
    mean = returns.mean(axis=0)
    return Problem(Goal.MINIMUM_RISK, measure, on, Limits(constraints), mean, target)


def check(problem: Problem) -> None:
    """Against HiGHS on the program written out."""
    exact = written(problem)[0].solve().objective * problem.on.unit
    found = optimize(problem)
    assert found.violation <= 1e-9
    risk = value_of(problem.measure, found.weights, problem.on)
    assert found.measures["risk"] == pytest.approx(risk, rel=1e-12, abs=1e-15)
    assert risk == pytest.approx(exact, rel=1e-8, abs=1e-9 * problem.on.unit)
    if problem.target is not None:
        assert found.measures["return"] >= problem.target - 1e-9 * problem.on.unit


@pytest.mark.parametrize("measure", MEASURES)
@FEW
@given(
    seed=seeds, n=st.integers(1, 10), periods=st.integers(3, 120), tail=st.sampled_from([0.05, 0.033, 0.4])
)
def test_it_is_the_linear_program_written_out(
    measure: Measure, seed: int, n: int, periods: int, tail: float
) -> None:
    """Also with fewer periods than assets, and with less than one period in the tail."""
    constraints = rows_of(seed, n) if n > 1 and seed % 2 else Constraints.box(n)
    check(problem_of(measure, returns_of(seed, n, periods), constraints, tail))


@pytest.mark.parametrize("measure", MEASURES)
@FEW
@given(seed=seeds, n=st.integers(2, 8), share=st.floats(0.0, 1.0))
def test_a_target_return_is_met(measure: Measure, seed: int, n: int, share: float) -> None:
    returns = returns_of(seed, n, 80)
    mean = returns.mean(axis=0)
    target = float(mean.min() + share * np.ptp(mean))
    check(problem_of(measure, returns, Constraints.box(n), target=target))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("n", [5, 20])
def test_it_is_proven_without_the_program(measure: Measure, n: int) -> None:
    problem = problem_of(measure, returns_of(n, n, 600), Constraints.box(n))
    found = least_linear(problem, tidy)
    assert found is not None
    assert 0.0 <= found.gap <= 1e-9 * found.objective
    assert found.objective == pytest.approx(value_of(measure, found.x, problem.on) / problem.on.unit)
    others = generator(n, "others").dirichlet(np.ones(n), 200)
    assert min(value_of(measure, w, problem.on) for w in others) >= found.objective * problem.on.unit


@FEW
@given(seed=seeds, n=st.integers(1, 6), periods=st.integers(3, 60))
def test_any_multipliers_bound_drawdowns_from_below(seed: int, n: int, periods: int) -> None:
    """The proof holds whatever the method ended with: brought inside its set, they are a subgradient."""
    rng = generator(seed, "multipliers")
    returns, tail = returns_of(seed, n, periods), 0.3
    on = Drawdowns(returns, 1.0 / (tail * periods), np.zeros(periods))
    y, q = on.inside(rng.normal(size=periods), rng.normal(size=periods) / periods)
    slope = (y - q) @ np.cumsum(returns, axis=0)
    for weights in rng.normal(size=(5, n)):
        risk = conditional_drawdown_at_risk(returns @ weights, tail=tail)
        assert float(slope @ weights) <= risk + 1e-12


@pytest.mark.parametrize("measure", MEASURES)
def test_degenerate_assets(measure: Measure) -> None:
    returns = returns_of(7, 5, 90)
    none, same = np.zeros((90, 1)), returns[:, :1]
    for given_returns in (
        np.hstack([returns, none]),
        np.hstack([returns, same, same]),
        np.hstack([none, none]),
    ):
        check(problem_of(measure, given_returns, Constraints.box(given_returns.shape[1])))
    few = problem_of(measure, returns_of(7, 30, 10), Constraints.box(30, lower=-0.5, upper=0.5))
    check(few)


@pytest.mark.parametrize("measure", MEASURES)
def test_weights_without_a_choice(measure: Measure) -> None:
    held = np.array([0.5, 0.2, 0.3])
    problem = problem_of(measure, returns_of(3, 3, 50), Constraints(held, held))
    check(problem)
    found = least_linear(problem, tidy)
    assert found is not None
    np.testing.assert_array_equal(found.x, held)


@pytest.mark.parametrize("measure", MEASURES)
def test_multipliers_are_those_of_the_program(measure: Measure) -> None:
    returns = returns_of(11, 6, 200)
    mean = returns.mean(axis=0)
    row = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    free = optimize(problem_of(measure, returns, Constraints.box(6))).weights
    limit = 0.5 * float(row @ free) or 0.1
    constraints = Constraints.box(6).with_at_most("two", 2.0 * row, 2.0 * limit)
    target = 0.5 * float(mean @ free + mean.max())
    problem = problem_of(measure, returns, constraints, target=target)
    found, exact = least_linear(problem, tidy), written(problem)[0].solve()
    assert found is not None
    assert found.multipliers.keys() == exact.multipliers.keys()
    for name, value in exact.multipliers.items():
        assert found.multipliers[name] == pytest.approx(value, rel=1e-5, abs=1e-6)


def test_weights_without_bounds_and_other_goals_are_for_the_program() -> None:
    returns = returns_of(5, 3, 60)
    free = problem_of(Measure.CVAR, returns, Constraints.box(3, lower=-np.inf))
    assert least_linear(free, tidy) is None
    ratio = Problem(Goal.MAXIMUM_RATIO, Measure.CVAR, free.on, Limits(Constraints.box(3)), mean_of(5, 3))
    assert least_linear(ratio, tidy) is None
