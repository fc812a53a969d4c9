"""Limits beyond constraints: what conflicts is named, a smallest set of it, and weights stay within."""

import numpy as np
import pytest

from tests.analytics.optimization.made import covariance_of, generator, mean_of, returns_of, rows_of
from trade2026.analytics.optimization.conflicts import System, conflict
from trade2026.analytics.optimization.constraints import Constraints, Group, Rows
from trade2026.analytics.optimization.limits import Choice, Limits, Tracking, Turnover
from trade2026.analytics.optimization.measures import Scenarios, value_of
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.objective import optimize
from trade2026.analytics.optimization.problem import Problem
from trade2026.primitives.errors import InputError

NAMES = ("AAA", "BBB", "CCC", "DDD")


def box(**more) -> Constraints:
    return Constraints(np.zeros(4), np.ones(4), assets=NAMES, **more)


def refusal(constraints: Constraints, **more) -> str:
    with pytest.raises(InputError) as caught:
        Limits(constraints, **more)
    return str(caught.value)


def test_gross_exposure_below_the_budget_is_named_with_what_is_missing() -> None:
    told = refusal(box(), gross=0.8)
    assert "gross exposure at most 0.8" in told
    assert "net exposure equal to 1" in told
    assert "by 0.2 in sum" in told
    assert "bounds" not in told


def test_turnover_that_does_not_reach_a_group_is_named_and_what_is_not_to_blame_is_not() -> None:
    current = np.array([0.4, 0.4, 0.1, 0.1])
    groups = (Group("banks", (2, 3), lower=0.5), Group("rest", (0,), upper=0.9))
    told = refusal(box(groups=groups), turnover=Turnover(current, 0.2), gross=2.0)
    assert "turnover at most 0.2" in told
    assert "group banks at least 0.5" in told
    assert "rest" not in told
    assert "gross" not in told


def test_a_smallest_set_of_rows_is_named() -> None:
    A = np.array([[1.0, 0, 0, 0], [1.0, 1.0, 0, 0], [0, 1.0, 0, 0], [0, 0, 1.0, 0]])
    rows = Rows(-A, -np.array([0.6, 0.7, 0.6, 0.1]), ("first", "second", "third", "fourth"))
    told = refusal_of_constraints(at_most=rows)
    for name in ("by 0.3 in sum", "first", "third", "net exposure equal to 1", "DDD at least 0"):
        assert name in told
    assert ("fourth" in told) != ("CCC at least 0" in told)  # Either keeps the third asset from below.
    for name in ("second", "AAA", "BBB"):
        assert name not in told


def refusal_of_constraints(**more) -> str:
    with pytest.raises(InputError) as caught:
        box(**more)
    return str(caught.value)


@pytest.mark.parametrize("seed", range(12))
def test_without_any_one_of_those_that_conflict_the_others_can_hold(seed: int) -> None:
    rng = generator(seed, "conflict")
    rows = {f"row {each};": (rng.normal(size=4), float(rng.normal(-0.6, 0.4))) for each in range(6)}
    bounds = {f"{name} at least 0": (at, 0.0, -np.inf) for at, name in enumerate(NAMES)}
    bounds |= {f"{name} at most 1": (at, 1.0, np.inf) for at, name in enumerate(NAMES)}

    def told(chosen) -> str | None:
        lower, upper = np.full(4, -np.inf), np.full(4, np.inf)
        for at, limit, loose in (each for name, each in bounds.items() if name in chosen):
            (lower if loose < 0.0 else upper)[at] = limit
        kept = [name for name in rows if name in chosen]
        has_budget = "budget;" in chosen
        message = conflict(
            System(
                A=np.array([rows[name][0] for name in kept]).reshape(len(kept), 4),
                b=np.array([rows[name][1] for name in kept]),
                at_most=tuple(name.rstrip(";") for name in kept),
                E=np.ones((1, 4))[: int(has_budget)],
                e=np.ones(1)[: int(has_budget)],
                equal=("budget",)[: int(has_budget)],
                lower=lower,
                upper=upper,
                assets=NAMES,
            )
        )
        return None if message is None else f"{message};"

    every = [*rows, *bounds, "budget;"]
    message = told(every)
    if message is None:
        return
    named = [name for name in every if name.rstrip(";") + ";" in message]
    assert told(named) is not None
    for each in named:
        assert told([other for other in named if other != each]) is None


def test_the_least_tracking_error_is_told() -> None:
    S = covariance_of(3, 4)
    benchmark = np.array([0.0, 0.0, 0.0, 1.0])
    held = Constraints(np.zeros(4), np.full(4, 0.4))
    told = refusal(held, tracking=Tracking(benchmark, S, 1e-5))
    assert "tracking error at most 1e-05 conflicts" in told
    least = float(told.split("least that they allow is ")[1].split(" ")[0])
    fine = Limits(held, tracking=Tracking(benchmark, S, least * 1.0001))
    assert fine.tracking is not None


def test_choices_that_cannot_be_are_named() -> None:
    few = Constraints(np.zeros(4), np.full(4, 0.3))
    assert "at most 3 assets conflict with the other constraints" in refusal(few, held=3)
    assert "positions of at least 0.35" in refusal(few, least=0.35)
    free = Constraints.box(4, lower=-np.inf)
    assert "bounded" in refusal(free, held=2)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"gross": -1.0}, "gross must be finite and at least zero"),
        ({"turnover": Turnover(np.zeros(3), 1.0)}, "current must have 4 elements"),
        ({"turnover": Turnover(np.zeros(4), np.nan)}, "turnover must be finite"),
        ({"tracking": Tracking(np.zeros(2), np.eye(4), 1.0)}, "benchmark must have 4"),
        ({"held": 0}, "held must be at least 1"),
    ],
)
def test_a_wrong_argument_is_named(more, words: str) -> None:
    assert words in refusal(box(), **more)


def wide(seed: int, assets: int = 6) -> Limits:
    """Long and short with all limits, around equal weights."""
    current = np.full(assets, 1.0 / assets)
    S = covariance_of(seed, assets)
    rng = generator(seed, "wide")
    groups = (Group("half", tuple(range(assets // 2)), upper=float(rng.uniform(0.45, 0.6))),)
    return Limits(
        Constraints(np.full(assets, -0.25), np.full(assets, 0.5), groups=groups),
        gross=float(rng.uniform(1.1, 1.6)),
        turnover=Turnover(current, float(rng.uniform(0.3, 0.9))),
        tracking=Tracking(current, S, float(rng.uniform(0.2, 0.6)) * float(np.sqrt(np.diag(S)).mean())),
    )


def feasible(limits: Limits, seed: int, count: int = 150) -> list[np.ndarray]:
    """Random weights that satisfy the limits: from equal weights as far as they allow."""
    rng = generator(seed, "feasible")
    start = np.full(limits.size, 1.0 / limits.size)
    found = []
    for _ in range(count):
        way = rng.normal(size=limits.size)
        way -= way.mean()
        length = 1.0
        while limits.violation(start + length * way) > 0.0:
            length *= 0.8
        found.append(start + length * way)
    return found


@pytest.mark.parametrize(
    ("measure", "seed"),
    [
        (Measure.VOLATILITY, 0), (Measure.VOLATILITY, 1), (Measure.CVAR, 0), (Measure.EVAR, 1),
        (Measure.ULCER_INDEX, 0),
    ],
)  # fmt: skip
def test_limits_hold_and_no_weights_within_them_are_better(measure: Measure, seed: int) -> None:
    limits, mean = wide(seed), mean_of(seed, 6)
    on = Scenarios(returns_of(seed, 6, 30), covariance_of(seed, 6), 0.1)
    least = optimize(Problem(Goal.MINIMUM_RISK, measure, on, limits, mean))
    assert least.violation <= 1e-8
    assert limits.violation(least.weights) <= 1e-8
    others = feasible(limits, seed)
    assert least.measures["risk"] <= min(value_of(measure, each, on) for each in others) + 1e-12
    best = optimize(Problem(Goal.MAXIMUM_RATIO, measure, on, limits, mean + 0.003))
    assert best.violation <= 1e-8
    ratios = [float((mean + 0.003) @ each) / value_of(measure, each, on) for each in others]
    assert best.measures["ratio"] >= max(ratios) - 1e-9
    limit = 1.1 * least.measures["risk"]
    most = optimize(Problem(Goal.MAXIMUM_RETURN, measure, on, limits, mean, limit))
    assert value_of(measure, most.weights, on) <= limit * (1.0 + 1e-8)
    within = [each for each in others if value_of(measure, each, on) <= limit]
    assert most.measures["return"] >= max((float(mean @ each) for each in within), default=-1.0) - 1e-10


def test_the_same_problem_gives_the_same_bytes() -> None:
    limits, on = wide(1), Scenarios(returns_of(1, 6, 60), covariance_of(1, 6), 0.1)
    for measure in (Measure.VOLATILITY, Measure.CDAR, Measure.EVAR):
        problem = Problem(Goal.MINIMUM_RISK, measure, on, limits, mean_of(1, 6))
        assert optimize(problem).weights.tobytes() == optimize(problem).weights.tobytes()


def test_linear_limits_give_what_the_exact_solver_gives() -> None:
    constraints, S = rows_of(5, 6), covariance_of(5, 6)
    on = Scenarios(returns_of(5, 6, 60), S)
    exact = optimize(Problem(Goal.MINIMUM_RISK, Measure.VOLATILITY, on, Limits(constraints), mean_of(5, 6)))
    loose = Limits(constraints, gross=50.0)  # Binds nothing, but needs the cone solver.
    other = optimize(Problem(Goal.MINIMUM_RISK, Measure.VOLATILITY, on, loose, mean_of(5, 6)))
    np.testing.assert_allclose(other.weights, exact.weights, atol=1e-7)


def test_how_constraints_stand_is_told() -> None:
    limits = wide(2)
    on = Scenarios(returns_of(2, 6, 60), covariance_of(2, 6))
    found = optimize(Problem(Goal.MINIMUM_RISK, Measure.VOLATILITY, on, limits, mean_of(2, 6)))
    standing = {each.name: each for each in limits.standings(found.weights)}
    for each in standing.values():
        sign = -1.0 if "at least" in each.name else 1.0
        assert each.slack == pytest.approx(sign * (each.limit - each.value), abs=1e-12)
    binding = [each.name for each in standing.values() if each.is_binding]
    assert "net exposure equal to 1" in binding
    for name, multiplier in found.multipliers.items():
        if name in standing and name != "net exposure equal to 1":
            assert multiplier >= -1e-8
            if not standing[name].is_binding:
                assert multiplier <= 1e-5


def test_a_trade_is_none_or_large_enough() -> None:
    current = np.array([0.4, 0.3, 0.2, 0.1])
    limits = Limits(box(), trades=Choice(current, 0.15, 2))
    assert limits.violation(current) <= 1e-15
    assert limits.violation(np.array([0.45, 0.25, 0.2, 0.1])) == pytest.approx(0.1)
    assert limits.violation(np.array([0.6, 0.1, 0.2, 0.1])) <= 1e-15
    assert limits.violation(np.array([0.6, 0.0, 0.4, 0.0])) >= 0.1
