"""Minimum CVaR: the program written out gives the same, the gap bounds the distance, constraints hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.optimization.made import (
    box_of,
    cvar_by_linear_program,
    generator,
    mean_of,
    returns_of,
    rows_of,
)
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.expected_shortfall import mean_cvar, minimum_cvar
from trade2026.analytics.risk_measures.tail import expected_shortfall
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=30, deadline=None)
seeds = st.integers(0, 10**9)


@FEW
@given(seeds, st.integers(1, 12), st.integers(60, 300), st.sampled_from([0.05, 0.0333, 0.2]), st.booleans())
def test_it_is_the_linear_program_written_out(
    seed: int, n: int, periods: int, tail: float, has_rows: bool
) -> None:
    X = returns_of(seed, n, periods)
    constraints = rows_of(seed, n) if has_rows and n > 1 else Constraints.box(n)
    found = minimum_cvar(X, constraints, tail=tail)
    exact = cvar_by_linear_program(-X, tail, constraints)
    assert found.measures["cvar"] == pytest.approx(
        expected_shortfall(X @ found.weights, tail=tail), rel=1e-12
    )
    assert found.violation <= 1e-8
    assert found.measures["cvar"] == pytest.approx(exact, rel=1e-8, abs=1e-12)
    assert found.measures["gap"] <= 1e-8 * abs(exact) + 1e-12


@pytest.mark.parametrize("seed", range(8))
def test_the_gap_is_below_a_billionth_long_only(seed: int) -> None:
    found = minimum_cvar(returns_of(seed, 20, 1_000))
    assert found.measures["gap"] <= 1e-9 * found.measures["cvar"]
    assert found.violation <= 1e-12
    assert 0.0 < found.measures["value_at_risk"] < found.measures["cvar"]


@pytest.mark.parametrize("seed", range(6))
def test_bounds_of_all_kinds(seed: int) -> None:
    n = 8
    constraints = box_of(seed, n)
    if not np.isfinite(constraints.lower).all():
        lower = np.where(np.isfinite(constraints.lower), constraints.lower, -0.5)
        constraints = Constraints(lower, constraints.upper, constraints.budget)
    X = returns_of(seed, n, 200)
    found = minimum_cvar(X, constraints)
    assert found.measures["cvar"] == pytest.approx(
        cvar_by_linear_program(-X, 0.05, constraints), rel=1e-8, abs=1e-12
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_target_return_is_met(seed: int) -> None:
    X = returns_of(seed, 10, 250)
    mean = X.mean(axis=0)
    base = minimum_cvar(X)
    target = 0.5 * (base.measures["return"] + float(mean.max()))
    found = mean_cvar(mean, X, target=target)
    assert found.measures["return"] >= target - 1e-10
    box = Constraints.box(10).with_at_most("target", -mean, -target)
    assert found.measures["cvar"] == pytest.approx(cvar_by_linear_program(-X, 0.05, box), rel=1e-8)
    assert found.measures["cvar"] >= base.measures["cvar"] * (1.0 - 1e-9)
    with pytest.raises(InputError, match="highest return allowed"):
        mean_cvar(mean, X, target=float(mean.max()) + 1e-3)


def test_two_assets_on_a_grid_are_no_better() -> None:
    X = returns_of(3, 2, 500)
    found = minimum_cvar(X)
    grid = [expected_shortfall(X @ np.array([a, 1.0 - a]), tail=0.05) for a in np.linspace(0.0, 1.0, 2_001)]
    assert found.measures["cvar"] <= min(grid) + 1e-12
    assert found.measures["cvar"] == pytest.approx(min(grid), rel=1e-4)


def test_the_order_of_assets_does_not_matter() -> None:
    X, order = returns_of(4, 9, 300), generator(4, "order").permutation(9)
    turned = minimum_cvar(np.ascontiguousarray(X[:, order]))
    np.testing.assert_allclose(turned.weights, minimum_cvar(X).weights[order], atol=1e-6)


def test_weights_without_bounds_and_an_arbitrage_have_no_minimum() -> None:
    X = returns_of(5, 2, 30)
    X = np.column_stack([X[:, 0], X[:, 0] + 0.01])
    with pytest.raises(InputError, match="must be bounded"):
        minimum_cvar(X, Constraints.box(2, lower=-np.inf), tail=0.1)


def test_a_tail_without_a_period_is_refused() -> None:
    for tail in (0.0, 1.0, 0.01):
        with pytest.raises(InputError, match="one period"):
            minimum_cvar(returns_of(1, 3, 50), tail=tail)
    with pytest.raises(InputError, match="3 columns"):
        minimum_cvar(returns_of(1, 4, 50), Constraints.box(3))
    assert mean_of(1, 3).size == 3
