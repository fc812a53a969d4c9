"""Attribution: whatever is taken apart adds up, exactly; shocks and budgets do what they say.

Invariants over random input: components sum to the volatility; linked effects sum to the difference of the
compounded returns; a stress of all factors is B'w times the shocks; budgets are met.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from tests.analytics.factor_models.samples import joined
from trade2026.analytics.factor_models.attribution.brinson import (
    brinson_fachler,
    group_panel,
    held_weights,
)
from trade2026.analytics.factor_models.attribution.budget import factor_budget
from trade2026.analytics.factor_models.attribution.linking import linked, linked_path
from trade2026.analytics.factor_models.attribution.performance import factor_performance
from trade2026.analytics.factor_models.attribution.risk import factor_risk
from trade2026.analytics.factor_models.attribution.stress import factor_stress
from trade2026.analytics.factor_models.time_series.least_squares import least_squares
from trade2026.primitives.errors import InputError

SEEDS = st.integers(0, 100_000)


def model(seed: int, assets: int = 8, factors: int = 3):
    """Weights, betas, factor covariance, specific variances."""
    rng = np.random.default_rng(seed)
    root = rng.normal(0.0, 0.01, (factors, factors + 4))
    return (
        rng.normal(0.2, 0.5, assets),
        rng.normal(0.5, 1.0, (assets, factors)),
        root @ root.T,
        rng.uniform(1e-5, 4e-4, assets),
    )


# ---------------------------------------------------------------------------------------------- risk


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_parts_of_risk_add_up(seed: int) -> None:
    w, B, F, d = model(seed)
    found = factor_risk(w, B, F, d)
    S = B @ F @ B.T + np.diag(d)
    assert found.volatility == pytest.approx((w @ S @ w) ** 0.5)
    assert found.components.sum() + found.specific == pytest.approx(found.volatility, rel=1e-12)
    assert found.asset_components.sum() == pytest.approx(found.volatility, rel=1e-12)
    assert found.asset_factor_components.sum() == pytest.approx(found.components.sum(), abs=1e-12)


def test_marginal_effects_are_derivatives() -> None:
    w, B, F, d = model(3)
    found = factor_risk(w, B, F, d)
    step = 1e-6
    for at in range(w.size):
        up, down = w.copy(), w.copy()
        up[at] += step
        down[at] -= step
        slope = (factor_risk(up, B, F, d).volatility - factor_risk(down, B, F, d).volatility) / (2 * step)
        assert slope == pytest.approx(found.asset_marginal[at], rel=1e-6)
    b, D = B.T @ w, w @ (d * w)
    for at in range(b.size):
        up, down = b.copy(), b.copy()
        up[at] += step
        down[at] -= step
        slope = ((up @ F @ up + D) ** 0.5 - (down @ F @ down + D) ** 0.5) / (2 * step)
        assert slope == pytest.approx(found.marginal[at], rel=1e-6)


def test_with_the_matrix_of_residuals_the_sample_variance_is_whole() -> None:
    """Least squares leaves residuals that the factors do not move with: both parts are the sample's."""
    shares, funds = joined()
    fit = least_squares(shares, funds)
    weights = np.full(20, 0.05)
    residual = fit.residuals.T @ fit.residuals / (len(shares) - 1)
    found = factor_risk(weights, fit.betas, np.cov(funds.T), residual)
    assert found.volatility == pytest.approx((shares @ weights).std(ddof=1), rel=1e-10)


# ------------------------------------------------------------------------------------------- linking


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(["carino", "menchero"]), st.integers(1, 30))
def test_linked_parts_add_up(seed: int, method, periods: int) -> None:
    rng = np.random.default_rng(seed)
    r, b = rng.uniform(-0.3, 0.4, periods), rng.uniform(-0.3, 0.4, periods)
    if seed % 5 == 0:
        b = r.copy()
    parts = rng.normal(0.0, 0.05, (periods, 3))
    parts[:, 2] = r - b - parts[:, :2].sum(axis=1)
    found = linked(parts, r, b, method=method)
    assert found.sum() == pytest.approx(np.prod(1 + r) - np.prod(1 + b), abs=1e-10)


def naive_linked(parts, returns, benchmark, method):
    """Both papers' formulas with plain loops; where a quotient is nothing over nothing, its limit."""
    periods, columns = len(returns), len(parts[0])
    whole = other = 1.0
    for r, b in zip(returns, benchmark, strict=True):
        whole, other = whole * (1.0 + r), other * (1.0 + b)

    def slope(up, down):
        return 1.0 / up if abs(up - down) < 1e-9 else (math.log(up) - math.log(down)) / (up - down)

    scale = whole ** ((periods - 1) / periods)
    if abs(whole - other) >= 1e-9:
        scale = (whole - other) / periods / (whole ** (1.0 / periods) - other ** (1.0 / periods))
    active = [r - b for r, b in zip(returns, benchmark, strict=True)]
    squares = sum(each * each for each in active)
    missing = whole - other - scale * sum(active)
    total = [0.0] * columns
    for row, r, b, more in zip(parts, returns, benchmark, active, strict=True):
        if method == "carino":
            factor = slope(1.0 + r, 1.0 + b) / slope(whole, other)
        else:
            factor = scale + (missing * more / squares if squares > 1e-20 else 0.0)
        for column in range(columns):
            total[column] += factor * row[column]
    return total


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(["carino", "menchero"]), st.integers(1, 30))
def test_the_path_is_linked_anew_up_to_each_period_and_ends_at_the_whole(
    seed: int, method, periods: int
) -> None:
    rng = np.random.default_rng(seed)
    r, b = rng.uniform(-0.3, 0.4, periods), rng.uniform(-0.3, 0.4, periods)
    if seed % 5 == 0:
        b[: periods // 2] = r[: periods // 2]  # No difference at all at first.
    parts = rng.normal(0.0, 0.05, (periods, 3))
    parts[:, 2] = r - b - parts[:, :2].sum(axis=1)
    path = linked_path(parts, r, b, method=method)
    np.testing.assert_allclose(path.sum(axis=1), np.cumprod(1 + r) - np.cumprod(1 + b), atol=1e-10)
    np.testing.assert_array_equal(path[-1], linked(parts, r, b, method=method))
    for end in range(1, periods + 1):
        expected = naive_linked(parts[:end].tolist(), r[:end].tolist(), b[:end].tolist(), method)
        np.testing.assert_allclose(path[end - 1], expected, rtol=1e-9, atol=1e-10)


def test_one_period_needs_no_linking() -> None:
    parts = np.array([[0.01, 0.02]])
    for method in ("carino", "menchero"):
        found = linked(parts, np.array([0.05]), np.array([0.02]), method=method)
        np.testing.assert_allclose(found, parts[0], rtol=1e-9)


def test_carinos_factors_are_his_formula() -> None:
    r, b = np.array([0.1, -0.05, 0.02]), np.array([0.06, 0.01, -0.01])
    R, B = np.prod(1 + r) - 1, np.prod(1 + b) - 1
    k = (np.log1p(R) - np.log1p(B)) / (R - B)
    factors = (np.log1p(r) - np.log1p(b)) / (r - b) / k
    parts = (r - b)[:, None] * np.array([[0.3, 0.7]])
    np.testing.assert_allclose(linked(parts, r, b), factors @ parts, rtol=1e-12)


def test_factor_contributions_add_up_to_the_compounded_return() -> None:
    shares, funds = joined()
    returns = shares @ np.full(20, 0.05)
    for exposures in (np.full(5, 0.2), np.random.default_rng(1).normal(0.2, 0.1, funds.shape)):
        found = factor_performance(returns, exposures, funds)
        np.testing.assert_allclose(found.by_period.sum(axis=1), returns, atol=1e-15)
        assert found.total.sum() == pytest.approx(np.prod(1 + returns) - 1, abs=1e-12)
        assert found.compounded == pytest.approx(np.prod(1 + returns) - 1)


# ------------------------------------------------------------------------------------------- brinson


def test_one_period_is_worked_by_hand() -> None:
    """Equities 70 % at 8 % against 60 % at 6 %, bonds 30 % at 2 % against 40 % at 3 %."""
    found = brinson_fachler(
        np.array([[0.7, 0.3]]), np.array([[0.08, 0.02]]), np.array([[0.6, 0.4]]), np.array([[0.06, 0.03]])
    )
    # Benchmark 4.8 %, portfolio 6.2 %.
    np.testing.assert_allclose(found.allocation, [[0.1 * 0.012, -0.1 * -0.018]], atol=1e-15)
    np.testing.assert_allclose(found.selection, [[0.6 * 0.02, 0.4 * -0.01]], atol=1e-15)
    np.testing.assert_allclose(found.interaction, [[0.1 * 0.02, -0.1 * -0.01]], atol=1e-15)
    assert found.total.sum() == pytest.approx(0.062 - 0.048)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from(["carino", "menchero"]))
def test_effects_add_up(seed: int, method) -> None:
    rng = np.random.default_rng(seed)
    returns = rng.normal(0.005, 0.05, (24, 9))
    groups = np.eye(3)[rng.integers(0, 3, 9)]
    own, other = held_weights(rng.dirichlet(np.ones(9)), returns), np.full((24, 9), 1 / 9)
    found = brinson_fachler(
        *group_panel(own, returns, groups), *group_panel(other, returns, groups), method=method
    )
    np.testing.assert_allclose(found.returns, (own * returns).sum(axis=1), atol=1e-14)
    per_period = (found.allocation + found.selection + found.interaction).sum(axis=1)
    np.testing.assert_allclose(per_period, found.returns - found.benchmark, atol=1e-14)
    whole = np.prod(1 + found.returns) - np.prod(1 + found.benchmark)
    assert found.total.sum() == pytest.approx(whole, abs=1e-11)


def test_a_group_of_one_side_alone_is_allocation() -> None:
    found = brinson_fachler(
        np.array([[0.5, 0.5, 0.0]]), np.array([[0.02, 0.10, np.nan]]),
        np.array([[0.5, 0.0, 0.5]]), np.array([[0.02, np.nan, 0.04]]),
    )  # fmt: skip
    np.testing.assert_allclose(found.selection + found.interaction, 0.0, atol=1e-15)
    np.testing.assert_allclose(found.allocation, [[0.0, 0.5 * 0.07, -0.5 * 0.01]], atol=1e-15)
    assert found.total.sum() == pytest.approx(0.06 - 0.03)


def test_held_weights_are_those_of_a_portfolio_that_is_not_touched() -> None:
    rng = np.random.default_rng(5)
    returns, start = rng.normal(0.0, 0.1, (10, 4)), np.array([0.4, 0.3, 0.2, 0.1])
    weights = held_weights(start, returns)
    growth = np.prod(1 + (weights * returns).sum(axis=1))
    assert growth == pytest.approx(start @ np.prod(1 + returns, axis=0))


# -------------------------------------------------------------------------------------------- stress


def test_others_move_as_a_regression_says() -> None:
    _, funds = joined()
    F = np.cov(funds.T)
    weights, B, _, _ = model(2, factors=5)
    found = factor_stress(weights, B, F, {1: -0.1, 3: 0.02})
    slopes = least_squares(funds[:, [0, 2, 4]].copy(), funds[:, [1, 3]].copy()).betas
    np.testing.assert_allclose(found.factor_moves[[0, 2, 4]], slopes @ [-0.1, 0.02], rtol=1e-9)
    np.testing.assert_array_equal(found.factor_moves[[1, 3]], [-0.1, 0.02])
    assert found.portfolio_return == pytest.approx(weights @ found.asset_returns)
    assert found.contributions.sum() == pytest.approx(found.portfolio_return)


def test_a_held_factor_does_not_move() -> None:
    weights, B, F, _ = model(4)
    found = factor_stress(weights, B, F, {0: -0.05}, others="held")
    np.testing.assert_array_equal(found.factor_moves, [-0.05, 0.0, 0.0])
    assert found.distance == pytest.approx(0.05 / F[0, 0] ** 0.5)
    month = factor_stress(weights, B, F, {0: -0.05}, horizon=21.0)
    assert month.distance == pytest.approx(found.distance / 21**0.5)
    assert month.probability > found.probability


# -------------------------------------------------------------------------------------------- budget


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_budgets_are_met(seed: int) -> None:
    rng = np.random.default_rng(seed)
    _, B, F, d = model(seed, assets=10)
    B = np.abs(B)
    budgets = rng.uniform(0.2, 1.0, 3)
    found = factor_budget(B, F, d, budgets, long_only=False)
    assert found.weights.sum() == pytest.approx(1.0)
    parts = found.exposures * (F @ found.exposures)
    np.testing.assert_allclose(parts / parts.sum(), budgets / budgets.sum(), atol=1e-9)
    np.testing.assert_allclose(found.exposures, B.T @ found.weights, atol=1e-12)


def test_no_other_weights_with_those_exposures_are_less_specific() -> None:
    shares, funds = joined()
    fit = least_squares(shares, funds[:, :2].copy())
    B, F, d = fit.betas, np.cov(funds[:, :2].T), fit.specific
    for long_only in (True, False):
        found = factor_budget(B, F, d, np.array([0.7, 0.3]), long_only=long_only)
        w = found.weights
        assert not long_only or w.min() >= 0.0
        exact = minimize(
            lambda x: 1e4 * (x**2 @ d), np.full(20, 0.05), jac=lambda x: 2e4 * x * d, method="SLSQP",
            bounds=[(0.0 if long_only else None, None)] * 20, options={"ftol": 1e-14, "maxiter": 500},
            constraints=[{"type": "eq", "fun": lambda x, b=found.exposures: B.T @ x - b}],
        )  # fmt: skip
        assert exact.success
        assert w**2 @ d <= exact.x**2 @ d * (1.0 + 1e-6)
        np.testing.assert_allclose(w, exact.x, atol=2e-4)


def test_a_direction_turns_an_exposure() -> None:
    _, B, F, d = model(6)
    found = factor_budget(
        np.abs(B) + 0.1, F, d, np.ones(3), directions=np.array([1.0, 1.0, -1.0]), long_only=False
    )
    assert (np.sign(found.exposures) == [1.0, 1.0, -1.0]).all()
    np.testing.assert_allclose(found.shares, 1 / 3, atol=1e-9)


# ------------------------------------------------------------------------------------------- refused

W, BETAS, COV, OWN = model(1)
HALVES = np.array([[0.5, 0.5]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: factor_risk(W * 0.0, BETAS, COV, OWN), "its variance was zero"),
        (lambda: factor_risk(W, BETAS, COV[:2, :2], OWN), "of 3 factors"),
        (lambda: factor_risk(W, BETAS, COV, -OWN), "8 finite variances"),
        (lambda: linked(np.ones((1, 1)), np.array([0.1]), np.array([0.0])), "parts must sum to returns"),
        (lambda: linked(np.array([[-1.0]]), np.array([-1.0]), np.array([0.0])), "returns must be above -1"),
        (lambda: factor_performance(np.zeros(5), np.zeros(2), np.zeros((5, 3))), "exposures their shape"),
        (
            lambda: brinson_fachler(HALVES - [[0.0, 0.1]], HALVES, HALVES, HALVES),
            "weights must sum to one in each period",
        ),
        (
            lambda: brinson_fachler(HALVES, HALVES, HALVES, np.array([[0.1, np.nan]])),
            "benchmark_returns must be finite",
        ),
        (
            lambda: group_panel(np.array([[0.5, -0.5, 1.0]]), np.zeros((1, 3)), np.eye(2)[[0, 0, 1]]),
            "group 0 must not offset",
        ),
        (lambda: held_weights(np.array([2.0, -1.0]), np.array([[-0.5, 0.5]])), "lose everything"),
        (lambda: factor_stress(W, BETAS, COV, {}), "one at least"),
        (lambda: factor_stress(W, BETAS, COV, {3: 0.1}), "from 0 to 2"),
        (lambda: factor_budget(BETAS, COV, OWN, np.array([1.0, 0.0, 1.0])), "budgets must be above zero"),
        (lambda: factor_budget(BETAS, COV, OWN * 0.0, np.ones(3)), "was 0.0 for asset 0"),
        (lambda: factor_budget(-np.abs(BETAS), COV, OWN, np.ones(3)), "zero or more must be able"),
        (
            lambda: factor_budget(-np.abs(BETAS), COV, OWN, np.ones(3), long_only=False),
            "long as a whole",
        ),
        (lambda: factor_budget(BETAS[:2].copy(), COV, OWN[:2], np.ones(3)), "tell 3 factors apart"),
    ],
)
def test_what_cannot_be_is_named(call, words) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_rounding_is_not_blown_up_by_menchero() -> None:
    """Two parts that cancel but for rounding: what is left of their sum must not scale either."""
    benchmark = np.full(40, 0.013)
    returns = np.nextafter(benchmark, 1.0)
    parts = np.column_stack([np.full(40, 0.01), np.full(40, -0.01)])
    found = linked(parts, returns, benchmark, method="menchero")
    np.testing.assert_allclose(found, linked(parts, benchmark, benchmark, method="menchero"), rtol=1e-9)
