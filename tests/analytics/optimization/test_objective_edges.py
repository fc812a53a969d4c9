"""Where problems have no middle, no risk or no end: an answer that holds, or a refusal that says why."""

import numpy as np
import pytest

from tests.analytics.optimization.made import generator
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.limits import Limits, Tracking, Turnover
from trade2026.analytics.optimization.measures import Scenarios, value_of
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.objective import optimize
from trade2026.analytics.optimization.problem import Problem
from trade2026.analytics.optimization.result import OutOfReach
from trade2026.primitives.errors import InputError

EQUAL = np.full(4, 0.25)


def returns_of(periods: int, assets: int) -> np.ndarray:
    return generator(periods, "edges").normal(0.001, 0.01, (periods, assets))


def solved(measure: Measure, returns: np.ndarray, limits: Limits, goal: Goal = Goal.MINIMUM_RISK):
    on = Scenarios(returns, np.atleast_2d(np.cov(returns.T)), 0.1)
    return optimize(Problem(goal, measure, on, limits, returns.mean(axis=0) + 1e-3))


def covariance() -> np.ndarray:
    return np.cov(returns_of(60, 4).T)


NO_MIDDLE = {
    "one value each": Limits(Constraints(EQUAL, EQUAL), gross=1.0),
    "half are fixed": Limits(
        Constraints(np.array([0.25, 0.25, 0.0, 0.0]), np.array([0.25, 0.25, 1.0, 1.0])), gross=1.0
    ),
    "no turnover": Limits(Constraints.box(4), turnover=Turnover(EQUAL, 0.0)),
    "hardly a tracking error": Limits(Constraints.box(4), tracking=Tracking(EQUAL, covariance(), 1e-9)),
    "gross is net": Limits(Constraints.box(4, lower=-1.0), gross=1.0),
}


@pytest.mark.parametrize("name", NO_MIDDLE)
@pytest.mark.parametrize("measure", list(Measure))
def test_limits_without_a_middle_hold(name: str, measure: Measure) -> None:
    found = solved(measure, returns_of(60, 4), NO_MIDDLE[name])
    assert found.violation <= 1e-8
    if name in ("one value each", "no turnover"):
        np.testing.assert_allclose(found.weights, EQUAL, atol=1e-8)


@pytest.mark.parametrize("measure", list(Measure))
def test_one_asset_is_all(measure: Measure) -> None:
    for goal in (Goal.MINIMUM_RISK, Goal.MAXIMUM_RATIO):
        found = solved(measure, returns_of(60, 1), Limits(Constraints.box(1)), goal)
        assert found.weights.tolist() == pytest.approx([1.0])


@pytest.mark.parametrize("measure", [each for each in Measure if each is not Measure.VOLATILITY])
def test_risk_that_can_be_made_nothing_has_no_best_ratio(measure: Measure) -> None:
    returns = returns_of(15, 30)  # More assets than periods: some mix of them has no risk at all.
    with pytest.raises(InputError, match="zero or less, so that no ratio is the largest"):
        solved(
            measure,
            returns,
            Limits(Constraints.box(30, lower=-1.0, upper=1.0), gross=3.0),
            Goal.MAXIMUM_RATIO,
        )


@pytest.mark.parametrize("measure", [Measure.VOLATILITY, Measure.CVAR, Measure.EVAR, Measure.ULCER_INDEX])
def test_weights_that_sum_to_zero_have_a_best_ratio(measure: Measure) -> None:
    limits = Limits(Constraints.box(4, lower=-1.0, upper=1.0, budget=0.0), gross=1.0)
    found = solved(measure, returns_of(60, 4), limits, Goal.MAXIMUM_RATIO)
    assert found.violation <= 1e-8
    assert found.measures["ratio"] > 0.0
    assert abs(float(found.weights.sum())) <= 1e-8


def test_assets_of_very_different_size() -> None:
    returns = returns_of(60, 4) * np.array([1.0, 1e-4, 1.0, 50.0])
    for measure in Measure:
        found = solved(measure, returns, Limits(Constraints.box(4), gross=1.0))
        assert found.violation <= 1e-8
        assert found.weights[1] > 0.99


def test_weights_without_bounds_are_refused_where_more_is_always_better() -> None:
    returns = returns_of(60, 4)
    on = Scenarios(returns, np.cov(returns.T), 0.1)
    free = Limits(Constraints.box(4, lower=-np.inf))
    mean = np.array([0.1, 0.2, 0.3, 0.4])  # The last against the first earns more than it can ever lose.
    for measure in (Measure.WORST_REALIZATION, Measure.CVAR):
        with pytest.raises(InputError, match="without limit"):
            optimize(Problem(Goal.MAXIMUM_UTILITY, measure, on, free, mean))


@pytest.mark.parametrize("measure", list(Measure))
@pytest.mark.parametrize("gross", [None, 0.8])
def test_a_ratio_that_is_the_same_at_any_size_takes_the_largest(
    measure: Measure, gross: float | None
) -> None:
    """As much short as long within bounds: also where nothing but bounds is given."""
    limits = Limits(Constraints.box(4, lower=-0.5, upper=0.5, budget=0.0), gross=gross)
    returns = returns_of(60, 4)
    found = solved(measure, returns, limits, Goal.MAXIMUM_RATIO)
    assert limits.violation(found.weights) <= 1e-9
    assert limits.violation(1.001 * found.weights) > 1e-5
    assert any("the same at any size" in note for note in found.notes)
    on = Scenarios(returns, np.cov(returns.T), 0.1)
    mean = returns.mean(axis=0) + 1e-3
    for other in generator(1, "others").uniform(-0.5, 0.5, (200, 4)):
        w = other - other.mean()
        assert float(mean @ w) / value_of(measure, w, on) <= found.measures["ratio"] * (1.0 + 1e-7)


def test_the_best_ratio_is_of_what_is_beyond_the_rate_on_what_is_invested() -> None:
    returns, rate = returns_of(60, 4), 4e-4
    on = Scenarios(returns, np.cov(returns.T), 0.1)
    for budget in (0.0, 0.5, 1.5):
        limits = Limits(Constraints.box(4, lower=-1.0, upper=1.0, budget=budget), gross=2.0)
        for measure in (Measure.VOLATILITY, Measure.CVAR):
            problem = Problem(Goal.MAXIMUM_RATIO, measure, on, limits, returns.mean(axis=0), None, rate)
            found = optimize(problem)
            excess = float((problem.mean - rate) @ found.weights)
            assert found.measures["ratio"] == pytest.approx(excess / value_of(measure, found.weights, on))


@pytest.mark.parametrize("measure", [each for each in Measure if each is not Measure.VOLATILITY])
def test_the_highest_return_at_the_least_risk_is_that_of_the_least_risk(measure: Measure) -> None:
    returns = returns_of(60, 4)
    least = solved(measure, returns, Limits(Constraints.box(4)))
    on, mean = Scenarios(returns, np.cov(returns.T), 0.1), returns.mean(axis=0)
    for apart in (-1e-10, 0.0, 1e-10):
        limit = least.measures["risk"] + apart * abs(least.measures["risk"])
        problem = Problem(Goal.MAXIMUM_RETURN, measure, on, Limits(Constraints.box(4)), mean, limit)
        assert optimize(problem).measures["risk"] <= limit + 1e-8 * abs(limit)


def test_a_limit_of_entropic_risk_may_be_zero() -> None:
    returns = returns_of(60, 4) + 0.1 * np.array([0.6, 0.2, 0.0, 0.0])  # The first never loses.
    on = Scenarios(returns, np.cov(returns.T), 0.1)
    mean = np.array([1e-3, 2e-3, 4e-3, 3e-3])
    problem = Problem(Goal.MAXIMUM_RETURN, Measure.EVAR, on, Limits(Constraints.box(4)), mean, 0.0)
    found = optimize(problem)
    assert found.measures["risk"] == pytest.approx(0.0, abs=1e-8)
    assert found.measures["return"] > 1e-3


def test_what_is_out_of_reach_says_how_far_it_goes() -> None:
    returns = returns_of(60, 4)
    on, mean = Scenarios(returns, np.cov(returns.T), 0.1), returns.mean(axis=0)
    for measure in (Measure.VOLATILITY, Measure.CVAR):
        least = solved(measure, returns, Limits(Constraints.box(4))).measures["risk"]
        for goal, target, best in (
            (Goal.MAXIMUM_RETURN, 0.5 * least, least),
            (Goal.MINIMUM_RISK, 1.0, mean.max()),
        ):
            with pytest.raises(OutOfReach, match="a period") as told:
                optimize(Problem(goal, measure, on, Limits(Constraints.box(4)), mean, target))
            assert told.value.best == pytest.approx(best, rel=1e-8)
            assert told.value.is_risk is (goal is Goal.MAXIMUM_RETURN)
