"""The least semi-deviation by quadratic programs against the general program, and where it steps back."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trade2026.analytics.optimization import objective
from trade2026.analytics.optimization.constraints import Constraints, Group
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.measures import Scenarios
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.objective import optimize
from trade2026.analytics.optimization.problem import Problem, highest
from trade2026.analytics.optimization.semi_deviation import least_semi_deviation, quadratic_steps
from trade2026.analytics.risk_measures.dispersion import semi_deviation


def sample(seed, periods, assets):
    rng = np.random.default_rng(seed)
    market = rng.standard_t(4, (periods, 1)) * 0.01
    return 3e-4 + market * rng.uniform(0.3, 1.6, assets) + rng.standard_t(4, (periods, assets)) * 0.012


def problem(returns, constraints, target=None):
    on = Scenarios(returns, np.cov(returns.T).reshape(returns.shape[1], -1))
    mean = returns.mean(axis=0)
    return Problem(Goal.MINIMUM_RISK, Measure.SEMI_DEVIATION, on, Limits(constraints), mean, target)


@given(
    st.integers(0, 10**6),
    st.integers(2, 8),
    st.integers(40, 90),
    st.booleans(),
    st.sampled_from([None, 0.3, 0.9]),
)
def test_it_is_the_optimum_of_the_general_program(seed, assets, periods, is_grouped, share):
    returns = sample(seed, periods, assets)
    lower = -0.2 if seed % 2 else 0.0
    groups = (Group("first two", (0, 1), upper=0.7),) if is_grouped and assets > 2 else ()
    constraints = Constraints(np.full(assets, lower), np.full(assets, 0.9), groups=groups)
    asked = problem(returns, constraints)
    if share is not None:
        low = float(asked.mean @ optimize(asked).weights)
        top = highest(asked.limits, asked.mean)
        assume(top - low > 1e-8)  # Else the least risk earns the most, and only a corner is left.
        asked = problem(returns, constraints, low + share * (top - low))
    quick = quadratic_steps(asked)
    assert quick is not None
    general, _ = objective._programmed(asked)
    mine, theirs = semi_deviation(returns @ quick.weights), semi_deviation(returns @ general)
    assert mine <= theirs * (1.0 + 1e-7)
    assert mine >= theirs * (1.0 - 1e-6)
    assert quick.violation <= 1e-9
    assert quick.solution is not None
    assert quick.solution.kkt.worst <= 1e-8
    if asked.target is not None:
        assert asked.mean @ quick.weights >= asked.target - 1e-12


def test_no_weights_nearby_fall_short_by_less():
    returns = sample(3, 400, 6)
    found = optimize(problem(returns, Constraints.box(6)))
    best = found.measures["risk"]
    rng = np.random.default_rng(1)
    for size in (1e-5, 1e-3, 0.1):
        for _ in range(100):
            other = np.maximum(found.weights + size * rng.normal(size=6), 0.0)
            assert semi_deviation(returns @ (other / other.sum())) >= best * (1.0 - 1e-12)


@pytest.mark.parametrize("kind", ["fewer periods than assets", "the same twice"])
def test_it_steps_back_where_the_programs_are_singular(kind):
    returns = sample(5, 8 if kind.startswith("fewer") else 60, 10)
    if kind == "the same twice":
        returns[:, 3] = returns[:, 2]
    assert least_semi_deviation(returns, Constraints.box(10)) is None
    found = optimize(problem(returns, Constraints.box(10)))
    assert found.violation <= 1e-8
    equal = semi_deviation(returns @ np.full(10, 0.1))
    assert found.measures["risk"] <= equal


def test_an_asset_that_never_moves_is_all_there_is():
    returns = sample(5, 60, 4)
    returns[:, 2] = 1e-4
    found = optimize(problem(returns, Constraints.box(4)))
    assert found.weights[2] == pytest.approx(1.0, abs=1e-6)
    assert found.measures["risk"] <= 1e-8


def test_the_highest_return_is_left_to_the_general_program():
    returns = sample(6, 100, 4)
    constraints = Constraints.box(4)
    asked = problem(returns, constraints, float(returns.mean(axis=0).max()))
    assert quadratic_steps(asked) is None
    assert optimize(asked).weights.max() == pytest.approx(1.0, abs=1e-6)
