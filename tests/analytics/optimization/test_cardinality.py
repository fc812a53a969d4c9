"""Few assets of a quadratic program: bounds that hold, against every choice there is and the plain tree."""

import json
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from tests.analytics.optimization.made import covariance_of, mean_of, returns_of
from tools.cardinality_golden import FILE, matrix_of
from trade2026.analytics.optimization.branching import Branched, branch
from trade2026.analytics.optimization.cardinality import Quadratics, choose
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.diagonals import own_variances
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.measures import Scenarios
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.objective import optimize
from trade2026.analytics.optimization.perspective import Perspective
from trade2026.analytics.optimization.problem import Problem
from trade2026.analytics.optimization.quadratic import Quadratic
from trade2026.primitives.errors import InputError

N, HELD = 7, 3


def unit_of(seed: int, assets: int = N) -> np.ndarray:
    S = covariance_of(seed, assets)
    scaled: np.ndarray = S / np.diagonal(S).mean()
    return scaled


def told(limits: Limits, of: Quadratics, *, nodes_max: int = 500, is_plain: bool = False) -> Branched:
    def solve(each: Limits) -> tuple[float, np.ndarray]:
        found = Quadratic(of.Q, each.constraints).minimize(of.c)
        return found.objective + of.constant, found.weights

    if is_plain:
        return branch(limits, solve, nodes_max=nodes_max)
    chosen = choose(limits, solve, of, nodes_max=nodes_max, watch=lambda _, __: None)
    assert chosen is not None
    return chosen


def every(Q: np.ndarray, c: np.ndarray, constraints: Constraints, least: float) -> list[float]:
    """The least of each choice; of fewer than HELD assets too where positions have a least size."""
    found = []
    for count in range(1 if least > 0.0 else HELD, HELD + 1):
        for chosen in combinations(range(N), count):
            low, high = np.zeros(N), np.zeros(N)
            low[list(chosen)], high[list(chosen)] = least, constraints.upper[list(chosen)]
            try:
                within = Constraints(low, high, constraints.budget, at_most=constraints.at_most)
            except InputError:
                continue
            found.append(Quadratic(Q, within).minimize(c).objective)
    return found


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("least", [0.0, 0.2])
def test_the_choice_is_the_best_of_all(seed: int, least: float) -> None:
    Q, mean = unit_of(seed), mean_of(seed, N)
    box = Constraints.box(N, upper=0.7)
    rows = box.with_at_most("return", -mean, -float(np.median(mean)))
    for c, constraints in ((Q @ np.full(N, 1.0 / N), box), (200.0 * mean, box), (np.zeros(N), rows)):
        limits = Limits(constraints, held=HELD, least=least)
        found = told(limits, Quadratics(Q, c, 0.0, constraints))
        value = 0.5 * found.weights @ Q @ found.weights - c @ found.weights
        assert value == pytest.approx(min(every(Q, c, constraints, least)), abs=1e-9)
        assert found.gap == 0.0
        assert limits.violation(found.weights) <= 1e-9


@pytest.mark.parametrize("seed", range(2))
def test_every_bound_is_below_every_choice(seed: int) -> None:
    """At any price, of any node, whatever the program's solution is worth."""
    Q, none = unit_of(seed), np.zeros(N, dtype=np.bool_)
    d = own_variances(Q, np.ones(N))
    assert d is not None
    box = Constraints.box(N, upper=0.7)
    best = min(every(Q, np.zeros(N), box, 0.0))
    plain = Quadratic(Q, box).minimize(np.zeros(N)).objective
    bound = Perspective(Q, np.zeros(N), d).bound(box, none, HELD, before=None, enough=np.inf)
    assert plain < bound.value <= best + 1e-12
    for at in range(N):  # What holding an asset lifts the bound by is no more than it costs.
        with_it = []
        for chosen in combinations(range(N), HELD):
            if at in chosen:
                high = np.where(np.isin(range(N), chosen), 0.7, 0.0)
                with_it.append(Quadratic(Q, Constraints(np.zeros(N), high)).minimize(np.zeros(N)).objective)
        assert bound.value + bound.lifts[at] <= min(with_it) + 1e-12


def test_the_diagonal_leaves_a_covariance_and_is_the_largest() -> None:
    """For a factor and own variances the sum of the own variances is known."""
    rng = np.random.default_rng(5)
    own = rng.uniform(0.5, 1.5, 12)
    Q = np.outer(np.ones(12), np.ones(12)) + np.diag(own)
    d = own_variances(Q, np.ones(12))
    assert d is not None
    assert np.linalg.eigvalsh(Q - np.diag(d))[0] > 0.0
    assert own.sum() * 0.99 <= d.sum()
    assert own_variances(np.ones((3, 3)), np.ones(3)) is None


def test_the_gap_of_many_assets_is_far_below_that_of_the_plain_tree() -> None:
    n, count = 60, 12
    Q = unit_of(1, n)
    box = Constraints.box(n, upper=1.0)
    limits, of = Limits(box, held=count), Quadratics(Q, np.zeros(n), 0.0, box)
    found, plain = told(limits, of, nodes_max=20), told(limits, of, nodes_max=20, is_plain=True)
    value = 0.5 * found.weights @ Q @ found.weights
    assert value <= 0.5 * plain.weights @ Q @ plain.weights + 1e-12
    assert plain.gap > 0.0
    assert found.gap < 0.7 * plain.gap


def test_the_optimizer_uses_it_for_many_assets_and_says_the_gap() -> None:
    n = 40
    on = Scenarios(returns_of(3, n, 60), covariance_of(3, n), 0.05)
    mean = mean_of(3, n)
    limits = Limits(Constraints.box(n, upper=0.4), held=6)
    problem = Problem(Goal.MINIMUM_RISK, Measure.VOLATILITY, on, limits, mean, target=float(np.median(mean)))
    found = optimize(problem, nodes_max=40)
    assert found.violation <= 1e-9
    assert float(mean @ found.weights) >= float(np.median(mean)) - 1e-12
    assert "branch and bound" in found.solved[0]
    assert found.measures["gap"] == 0.0
    early = optimize(problem, nodes_max=3)
    assert early.solved == ()
    assert "may be better by" in early.notes[0]
    assert 0.0 < early.measures["gap"] < 0.1 * 0.5 * (early.measures["risk"] / on.unit) ** 2


@pytest.mark.parametrize("case", json.loads(FILE.read_text())["cases"], ids=lambda case: str(case["held"]))
def test_the_same_as_scip_finds(case: dict[str, Any]) -> None:
    """Ours is proven, and is neither above what SCIP found nor below what SCIP proved."""
    n = case["assets"]
    Q, box = matrix_of(case["seed"], n), Constraints.box(n, upper=1.0)
    found = told(Limits(box, held=case["held"]), Quadratics(Q, np.zeros(n), 0.0, box), nodes_max=1_000)
    value = 0.5 * found.weights @ Q @ found.weights
    assert found.gap == 0.0
    assert case["bound"] - 1e-7 <= value <= case["value"] + 1e-7
