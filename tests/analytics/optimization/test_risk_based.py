"""Portfolios from risk alone: shares of risk to rounding, closed forms, and none better by another solver."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.optimization.made import covariance_of, generator, returns_of, slow_minimum
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.diversification import (
    equal_weight,
    inverse_volatility,
    maximum_decorrelation,
    maximum_diversification,
)
from trade2026.analytics.optimization.mean_variance import minimum_variance
from trade2026.analytics.optimization.risk_budgeting import risk_budgeting, risk_parity, risk_shares
from trade2026.primitives.errors import InputError

MANY = settings(max_examples=30, deadline=None)
seeds = st.integers(0, 10**9)


def equicorrelated(volatility: np.ndarray, r: float) -> np.ndarray:
    C = np.full((volatility.size, volatility.size), r)
    np.fill_diagonal(C, 1.0)
    return C * np.outer(volatility, volatility)


@MANY
@given(seeds, st.integers(1, 60))
def test_shares_of_risk_are_as_given(seed: int, n: int) -> None:
    b = generator(seed, "budgets").dirichlet(np.ones(n)) + 1e-3
    S = covariance_of(seed, n)
    found = risk_budgeting(S, b)
    np.testing.assert_allclose(risk_shares(found.weights, S), b / b.sum(), rtol=1e-11)
    assert found.measures["share_error"] <= 1e-12
    assert float(found.weights.min()) > 0.0
    assert float(found.weights.sum()) == pytest.approx(1.0, abs=1e-14)


def test_equal_correlations_make_risk_parity_inverse_volatility() -> None:
    volatility = np.array([0.1, 0.2, 0.15, 0.4])
    S = equicorrelated(volatility, 0.3)
    np.testing.assert_allclose(risk_parity(S).weights, inverse_volatility(S).weights, rtol=1e-13)
    expected = (1.0 / volatility) / (1.0 / volatility).sum()
    np.testing.assert_allclose(inverse_volatility(S).weights, expected, rtol=1e-15)


def test_two_assets_have_a_closed_form_of_risk_budgets() -> None:
    """Checked by its shares, written out."""
    S = equicorrelated(np.array([0.1, 0.35]), -0.4)
    found = risk_budgeting(S, np.array([0.7, 0.3]))
    a = found.weights[0]
    first = a * a * S[0, 0] + a * (1 - a) * S[0, 1]
    total = a * a * S[0, 0] + 2 * a * (1 - a) * S[0, 1] + (1 - a) ** 2 * S[1, 1]
    assert first / total == pytest.approx(0.7, rel=1e-13)


def test_published_weights_of_four_assets_are_met() -> None:
    """Maillard, Roncalli and Teiletche (2010), example of section 4: volatilities 10, 20, 30, 40 percent."""
    C = np.array([[1.0, 0.8, 0.0, 0.0], [0.8, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -0.5], [0.0, 0.0, -0.5, 1.0]])
    volatility = np.array([0.1, 0.2, 0.3, 0.4])
    found = risk_parity(C * np.outer(volatility, volatility))
    np.testing.assert_allclose(found.weights, [0.384, 0.192, 0.243, 0.182], atol=6e-4)
    assert found.measures["volatility"] == pytest.approx(0.103, abs=6e-4)


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="above zero, was 0"):
        risk_budgeting(covariance_of(1, 3), np.array([0.5, 0.5, 0.0]))


def test_assets_that_hedge_perfectly_have_no_budgets() -> None:
    S = np.array([[1.0, -1.0], [-1.0, 1.0]])
    with pytest.raises(InputError, match=r"hedge|semidefinite"):
        risk_parity(S)


def test_a_singular_covariance_has_risk_parity_too() -> None:
    S = np.cov(returns_of(5, 30, 20).T)
    found = risk_parity(S)
    np.testing.assert_allclose(risk_shares(found.weights, S), 1.0 / 30.0, rtol=1e-9)


@MANY
@given(seeds, st.integers(2, 40))
def test_the_most_diversified_is_as_correlated_with_all_it_holds(seed: int, n: int) -> None:
    """Choueifaty, Froidard and Reynier (2013): what it holds has one correlation with it, the rest more."""
    S = covariance_of(seed, n)
    found = maximum_diversification(S)
    with_it = (S @ found.weights) / np.sqrt(np.diagonal(S)) / found.measures["volatility"]
    held = found.weights > 1e-10
    np.testing.assert_allclose(with_it[held], 1.0 / found.measures["diversification"], rtol=1e-8)
    assert float(with_it.min()) >= 1.0 / found.measures["diversification"] - 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_no_other_solver_diversifies_more(seed: int) -> None:
    n = 7
    S = covariance_of(seed, n)
    constraints = Constraints.box(n, lower=0.02, upper=0.4)
    found = maximum_diversification(S, constraints)
    s = np.sqrt(np.diagonal(S))
    slow = slow_minimum(lambda w: -(s @ w) / math.sqrt(w @ S @ w), None, constraints)
    assert -found.measures["diversification"] <= slow + 1e-9
    assert found.violation <= 1e-10


def test_decorrelation_is_minimum_variance_in_correlations() -> None:
    S = covariance_of(11, 12)
    s = np.sqrt(np.diagonal(S))
    found = maximum_decorrelation(S)
    np.testing.assert_allclose(found.weights, minimum_variance(S / np.outer(s, s)).weights, atol=1e-12)
    assert found.measures["variance"] == pytest.approx(float(found.weights @ S @ found.weights))
    scaled = S * np.outer(1.0 + np.arange(12), 1.0 + np.arange(12))
    np.testing.assert_allclose(maximum_decorrelation(scaled).weights, found.weights, atol=1e-10)


def test_equal_weights_are_equal() -> None:
    assert equal_weight(4).weights.tolist() == [0.25] * 4
    with pytest.raises(InputError, match="at least 1"):
        equal_weight(0)


@MANY
@given(seeds, st.integers(2, 12))
def test_the_order_of_assets_does_not_matter(seed: int, n: int) -> None:
    order = generator(seed, "order").permutation(n)
    S = covariance_of(seed, n)
    turned = np.ascontiguousarray(S[np.ix_(order, order)])
    for method in (inverse_volatility, risk_parity, maximum_diversification, maximum_decorrelation):
        np.testing.assert_allclose(method(turned).weights, method(S).weights[order], atol=1e-8)
