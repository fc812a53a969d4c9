"""What must hold for every quadratic program.

1. Weights keep their constraints, to 1e-8.
2. The residuals of Karush, Kuhn and Tucker are rounding, which proves the optimum without another solver.
3. No other solver reaches a smaller objective; closed forms are met.
4. The order of assets does not matter; a warm start changes nothing but the work.
5. A singular covariance is solved as it is given, and that it was is said.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.optimization.made import (
    box_of,
    covariance_of,
    generator,
    mean_of,
    returns_of,
    rows_of,
    slow_minimum,
)
from trade2026.analytics.optimization.constraints import Constraints, Group
from trade2026.analytics.optimization.pivoting import Program, descend, project
from trade2026.analytics.optimization.quadratic import Quadratic, interior, program, solve_quadratic
from trade2026.primitives.errors import InputError

EXACT = 1e-11
MANY = settings(max_examples=30, deadline=None)
seeds = st.integers(0, 10**9)


@MANY
@given(seeds, st.integers(1, 40), st.floats(0.0, 3.0))
def test_a_box_is_solved_to_rounding(seed: int, n: int, tilt: float) -> None:
    constraints = box_of(seed, n)
    found = solve_quadratic(covariance_of(seed, n), tilt * mean_of(seed, n), constraints)
    assert constraints.violation(found.weights) <= 1e-10
    assert found.kkt.worst <= EXACT, found
    assert found.regularization == 0.0


@MANY
@given(seeds, st.integers(2, 25), st.floats(0.0, 3.0))
def test_rows_are_solved_to_rounding(seed: int, n: int, tilt: float) -> None:
    constraints = rows_of(seed, n)
    found = solve_quadratic(covariance_of(seed, n), tilt * mean_of(seed, n), constraints)
    assert constraints.violation(found.weights) <= 1e-8
    assert found.kkt.worst <= 1e-8, found


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("made", [box_of, rows_of])
def test_no_other_solver_reaches_less(seed: int, made) -> None:
    n = 3 + seed % 8
    Q, c, constraints = covariance_of(seed, n), 0.5 * mean_of(seed, n), made(seed, n)
    unit = float(np.diagonal(Q).mean())
    found = solve_quadratic(Q, c, constraints)
    slow = slow_minimum(lambda w: (0.5 * w @ Q @ w - c @ w) / unit, lambda w: (Q @ w - c) / unit, constraints)
    assert found.objective / unit <= slow + 1e-9 * max(1.0, abs(slow))
    assert found.objective / unit == pytest.approx(slow, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_one_exchange_at_a_time_ends_where_pivoting_ends(seed: int) -> None:
    n = 2 + seed % 30
    constraints = box_of(seed, n)
    Q = covariance_of(seed, n)
    c = mean_of(seed, n)
    problem = Quadratic(Q, constraints)
    fast = problem.minimize(c)
    p = program(Q / problem.unit, c / problem.unit, constraints)
    start = project(np.zeros(n), p.E[0], float(p.e[0]), p.lower, p.upper)
    slow, _ = descend(p, start)
    np.testing.assert_allclose(slow.w, fast.weights, atol=1e-10)


@pytest.mark.parametrize("seed", range(30))
def test_the_interior_ends_where_pivoting_ends(seed: int) -> None:
    n = 2 + seed % 20
    constraints = rows_of(seed, n)
    Q, c = covariance_of(seed, n), mean_of(seed, n)
    unit = float(np.diagonal(Q).mean())
    found = solve_quadratic(Q, c, constraints)
    _, w, _ = interior(program(Q / unit, c / unit, constraints), constraints)
    reached = float(0.5 * w @ Q @ w - c @ w)
    assert constraints.violation(w) <= 1e-8
    assert reached == pytest.approx(found.objective, rel=1e-7, abs=1e-9 * unit)


def test_two_assets_have_a_closed_form() -> None:
    s, r = np.array([0.1, 0.3]), 0.25
    Q = np.array([[s[0] ** 2, r * s[0] * s[1]], [r * s[0] * s[1], s[1] ** 2]])
    first = (s[1] ** 2 - r * s[0] * s[1]) / (s[0] ** 2 + s[1] ** 2 - 2 * r * s[0] * s[1])
    found = solve_quadratic(Q, np.zeros(2), Constraints.box(2))
    np.testing.assert_allclose(found.weights, [first, 1.0 - first], rtol=1e-14)


def test_without_bounds_it_is_a_linear_system() -> None:
    Q = covariance_of(7, 12)
    found = solve_quadratic(Q, np.zeros(12), Constraints.box(12, lower=-np.inf))
    ones = np.linalg.solve(Q, np.ones(12))
    np.testing.assert_allclose(found.weights, ones / ones.sum(), rtol=1e-10)
    assert found.status.tolist() == [0] * 12


def test_bounds_that_leave_one_point_give_it() -> None:
    found = solve_quadratic(covariance_of(1, 3), mean_of(1, 3), Constraints.box(3, upper=1.0 / 3.0))
    np.testing.assert_allclose(found.weights, 1.0 / 3.0, rtol=1e-12)
    one = solve_quadratic(covariance_of(1, 1), np.zeros(1), Constraints.box(1))
    assert one.weights.tolist() == [1.0]


def test_one_point_with_groups_is_found_too() -> None:
    constraints = Constraints(np.zeros(3), np.full(3, 1 / 3), 1.0, (Group("a", (0, 1), upper=0.9),))
    found = solve_quadratic(covariance_of(1, 3), mean_of(1, 3), constraints)
    np.testing.assert_allclose(found.weights, 1.0 / 3.0, rtol=1e-9)


@MANY
@given(seeds, st.integers(2, 15), st.booleans())
def test_the_order_of_assets_does_not_matter(seed: int, n: int, has_rows: bool) -> None:
    order = generator(seed, "order").permutation(n)
    Q, c = covariance_of(seed, n), mean_of(seed, n)
    constraints = rows_of(seed, n) if has_rows else box_of(seed, n)
    found = solve_quadratic(Q, c, constraints).weights
    lower, upper = constraints.lower[order], constraints.upper[order]
    place = {int(asset): position for position, asset in enumerate(order)}
    groups = tuple(
        Group(g.name, tuple(place[m] for m in g.members), g.lower, g.upper) for g in constraints.groups
    )
    at_most, equal = (
        None if rows is None else type(rows)(rows.matrix[:, order], rows.right, rows.names)
        for rows in (constraints.at_most, constraints.equal)
    )
    turned = Constraints(lower, upper, constraints.budget, groups, at_most, equal)
    again = solve_quadratic(np.ascontiguousarray(Q[np.ix_(order, order)]), c[order], turned).weights
    np.testing.assert_allclose(again, found[order], atol=1e-7)


@pytest.mark.parametrize("seed", range(20))
def test_a_warm_start_saves_rounds_and_changes_nothing(seed: int) -> None:
    problem = Quadratic(covariance_of(seed, 60), Constraints.box(60))
    cold = problem.minimize(mean_of(seed, 60))
    warm = problem.minimize(mean_of(seed, 60), start=cold)
    assert warm.iterations == 1
    np.testing.assert_allclose(warm.weights, cold.weights, atol=1e-14)
    near = problem.minimize(1.01 * mean_of(seed, 60), start=cold)
    assert near.kkt.worst <= EXACT


@pytest.mark.parametrize("seed", range(15))
def test_a_singular_covariance_is_solved_as_it_is(seed: int) -> None:
    Q = np.cov(returns_of(seed, 40, 25).T)
    found = solve_quadratic(Q, np.zeros(40), Constraints.box(40, upper=0.2))
    assert found.regularization > 0.0
    assert found.kkt.worst <= 1e-10
    unit = float(np.diagonal(Q).mean())
    slow = slow_minimum(
        lambda w: 0.5 * w @ Q @ w / unit, lambda w: Q @ w / unit, Constraints.box(40, upper=0.2)
    )
    assert found.objective / unit <= slow + 1e-9


def test_a_singular_covariance_without_bounds_has_no_minimum() -> None:
    Q = np.cov(returns_of(3, 10, 5).T)
    with pytest.raises(InputError, match="falls without limit"):
        solve_quadratic(Q, mean_of(3, 10), Constraints.box(10, lower=-np.inf))


def test_what_is_no_covariance_is_refused() -> None:
    box = Constraints.box(2)
    wrong: tuple[tuple[Any, str], ...] = (
        (np.array([[1.0, 2.0], [2.0, 1.0]]), "positive semidefinite"),
        (np.array([[1.0, 0.5], [0.4, 1.0]]), "symmetric"),
        (np.array([[1.0, 0.0], [0.0, 0.0]]), "variances above zero"),
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), "finite"),
        (np.ones((2, 3)), "square"),
        (np.ones((2, 2), dtype=np.int64), "float64"),
    )
    for Q, word in wrong:
        with pytest.raises(InputError, match=word):
            solve_quadratic(Q, np.zeros(2), box)


@MANY
@given(seeds, st.integers(1, 30))
def test_a_projection_is_feasible_and_nearest(seed: int, n: int) -> None:
    constraints = box_of(seed, n)
    wanted = generator(seed, "wanted").normal(0.0, 0.5, n)
    row = np.ones(n)
    w = project(wanted, row, constraints.budget, constraints.lower, constraints.upper)
    assert constraints.violation(w) <= 1e-10
    nearest = solve_quadratic(np.eye(n), wanted, constraints).weights
    np.testing.assert_allclose(w, nearest, atol=1e-8)


def test_a_row_that_sees_no_free_weight_lets_one_go() -> None:
    """The row is zero on the second weight, which is free at the start; the first must move to be optimal."""
    n = 2
    row, right = np.array([[1.0, 0.0]]), np.array([1.0])
    p = Program(
        np.eye(n), np.array([0.0, 0.5]), np.zeros(n), np.full(n, np.inf), row, right,
        np.zeros((0, n)), np.zeros(0),
    )  # fmt: skip
    point, _ = descend(p, np.array([1.0, 0.2]))
    np.testing.assert_allclose(point.w, [1.0, 0.5], atol=1e-12)
