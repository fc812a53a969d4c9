"""Bounds along a tree, and measures of risk: against skfolio, slow twins, and what holds for any input."""

import itertools
import json
from functools import partial
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from tests.analytics.optimization.made import covariance_of, generator, returns_of
from tools.tree_golden import FILE, case
from trade2026.analytics.optimization.cluster_risk import ClusterRisk
from trade2026.analytics.optimization.clusters import clusters_of, tree_of
from trade2026.analytics.optimization.constraints import Constraints, Group
from trade2026.analytics.optimization.hierarchical import (
    hierarchical_equal_risk,
    hierarchical_risk_parity,
    schur_complementary,
)
from trade2026.analytics.optimization.mean_variance import minimum_variance
from trade2026.analytics.optimization.measures import Scenarios, value_of
from trade2026.analytics.optimization.names import Measure
from trade2026.analytics.optimization.nested import nested_clustered
from trade2026.analytics.optimization.risk_budgeting import risk_parity
from trade2026.analytics.optimization.tree_bounds import TreeBounds
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 10**9)
THEIRS = json.loads(FILE.read_text())["results"]
METHODS: dict[str, Any] = {
    "hrp": hierarchical_risk_parity,
    "herc": hierarchical_equal_risk,
    "schur": partial(schur_complementary, gamma=0.6),
    "nco": nested_clustered,
}
RISKS = ("variance", *(each.value for each in Measure))


def bounds_of(seed: int, n: int) -> Constraints:
    """Bounds between zero and a few times an equal weight, that can be met."""
    rng = generator(seed, "bounds")
    lower = rng.uniform(0.0, 1.0, n) * (rng.random(n) < 0.5) / n
    return Constraints(lower, lower + rng.uniform(0.0, 2.0, n) / n + (1.0 - lower.sum()) / n)


@pytest.mark.parametrize("task", THEIRS)
def test_weights_are_those_of_skfolio(task: str) -> None:
    """Every measure; HRP within bounds as well. They differ by the rounding of what was kept."""
    method, *_ = task.split(".")
    risk: Any = task.rsplit(".", maxsplit=1)[-1]
    given_ = case()
    R, S = given_["returns"], np.cov(given_["returns"].T)
    if method == "herc":
        found = hierarchical_equal_risk(S, R, risk=risk)
    else:
        bounds = Constraints(given_["lower"], given_["upper"]) if ".bounds." in task else None
        found = hierarchical_risk_parity(S, R, risk=risk, constraints=bounds, leaf_order="optimal")
    np.testing.assert_allclose(found.weights, THEIRS[task], atol=1e-9)
    assert found.violation <= 1e-12


def test_all_measures_are_compared_and_bounds_bind() -> None:
    assert {each.split(".")[-1] for each in THEIRS} == set(RISKS)
    assert len(THEIRS) == 3 * len(RISKS)
    assert set(get_args(ClusterRisk)) == set(RISKS)
    given_ = case()
    at_bound = [
        np.isclose(THEIRS[f"hrp.bounds.{risk}"], given_["lower"])
        | np.isclose(THEIRS[f"hrp.bounds.{risk}"], given_["upper"])
        for risk in RISKS
    ]
    assert all(3 <= each.sum() <= 11 for each in at_bound)


def slow_hrp(S: np.ndarray, order: list[int], low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """By halves, one after the other: the left one is filled, then what the right can hold counts."""

    def variance(part: list[int]) -> float:
        inverse = 1.0 / np.diag(S[np.ix_(part, part)])
        w = inverse / inverse.sum()
        return float(w @ S[np.ix_(part, part)] @ w)

    def share(part: list[int], whole: float) -> dict[int, float]:
        if len(part) == 1:
            return {part[0]: whole}
        left, right = part[: len(part) // 2], part[len(part) // 2 :]
        amount = whole * (1.0 - variance(left) / (variance(left) + variance(right)))
        amount = max(min(amount, sum(high[left])), sum(low[left]))
        other = max(min(whole - amount, sum(high[right])), sum(low[right]))
        return share(left, whole - other) | share(right, other)

    found = share(order, 1.0)
    return np.array([found[asset] for asset in range(len(S))])


@FEW
@given(seeds, st.integers(1, 25))
def test_hrp_within_bounds_equals_its_slow_twin(seed: int, n: int) -> None:
    S, bounds = covariance_of(seed, n), bounds_of(seed, n)
    found = hierarchical_risk_parity(S, constraints=bounds)
    expected = slow_hrp(S, tree_of(S).order.tolist(), bounds.lower, bounds.upper)
    np.testing.assert_allclose(found.weights, expected, rtol=1e-9, atol=1e-12)


def slow_schur(part: np.ndarray, gamma: float) -> np.ndarray:
    """Weights of an ordered part that sum to one: each half with its covariance and target corrected."""
    n = len(part)
    if n == 1:
        return np.ones(1)
    halves = [np.arange(n // 2), np.arange(n // 2, n)]
    found = np.zeros(n)
    for own, other in (halves, halves[::-1]):
        across, D = part[np.ix_(own, other)], np.linalg.inv(part[np.ix_(other, other)])
        target = np.ones(own.size) - gamma * across @ D @ np.ones(other.size)
        scaled = (part[np.ix_(own, own)] - gamma * across @ D @ across.T) / target[:, None] / target[None, :]
        inner = slow_schur(scaled, gamma)
        found[own] = inner / target / (inner @ scaled @ inner)
    weights: np.ndarray = found / found.sum()
    return weights


@FEW
@given(seeds, st.integers(1, 20), st.floats(0.0, 0.3))
def test_schur_within_bounds_equals_its_slow_twin(seed: int, n: int, gamma: float) -> None:
    """Cut by cut, the left half is filled with its share of the weights without bounds, then the right."""
    S, bounds = covariance_of(seed, n), bounds_of(seed, n)
    order = tree_of(S).order
    free = dict(zip(order.tolist(), slow_schur(S[np.ix_(order, order)], gamma).tolist(), strict=True))

    def share(part: list[int], whole: float) -> dict[int, float]:
        if len(part) == 1:
            return {part[0]: whole}
        left, right = part[: len(part) // 2], part[len(part) // 2 :]
        amount = whole * sum(free[each] for each in left) / sum(free[each] for each in part)
        amount = max(min(amount, sum(bounds.upper[left])), sum(bounds.lower[left]))
        other = max(min(whole - amount, sum(bounds.upper[right])), sum(bounds.lower[right]))
        return share(left, whole - other) | share(right, other)

    found = schur_complementary(S, gamma=gamma, constraints=bounds)
    if not found.notes:  # The twin does not make gamma smaller.
        expected = share(order.tolist(), 1.0)
        np.testing.assert_allclose(found.weights, [expected[each] for each in range(n)], atol=1e-9)


@FEW
@given(seeds, st.integers(1, 25))
def test_schur_without_gamma_is_hrp_within_bounds(seed: int, n: int) -> None:
    S, bounds = covariance_of(seed, n), bounds_of(seed, n)
    found = schur_complementary(S, gamma=0.0, half_variance="inverse", constraints=bounds)
    expected = hierarchical_risk_parity(S, constraints=bounds).weights
    np.testing.assert_allclose(found.weights, expected, atol=1e-11)


def slow_minimum(S: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The least variance of a budget of one, by trying every choice of assets that are at a bound."""
    best, least = None, np.inf
    for choice in itertools.product((-1, 0, 1), repeat=len(S)):
        at = np.array(choice)
        free = np.flatnonzero(at == 0)
        w = np.where(at < 0, low, np.where(at > 0, high, 0.0))
        if free.size:
            A, fixed = S[np.ix_(free, free)], np.flatnonzero(at)
            pull = -S[np.ix_(free, fixed)] @ w[fixed]
            solved = np.linalg.solve(A, np.column_stack([pull, np.ones(free.size)]))
            price = (1.0 - w[fixed].sum() - solved[:, 0].sum()) / solved[:, 1].sum()
            w[free] = solved[:, 0] + price * solved[:, 1]
        is_allowed = (w >= low - 1e-12).all() and (w <= high + 1e-12).all() and abs(w.sum() - 1.0) < 1e-9
        if is_allowed and w @ S @ w < least:
            best, least = w, float(w @ S @ w)
    assert best is not None
    return best


@settings(max_examples=10, deadline=None)
@given(seeds, st.integers(2, 9), st.integers(1, 4))
def test_nested_within_bounds_equals_its_slow_twin(seed: int, n: int, clusters: int) -> None:
    """Without bounds in each cluster, then between them, then within what each got."""
    S, bounds = covariance_of(seed, n), bounds_of(seed, n)
    parts = clusters_of(tree_of(S), min(clusters, n))
    inner = np.zeros((n, len(parts)))
    for column, part in enumerate(parts):
        size = part.size
        inner[part, column] = slow_minimum(S[np.ix_(part, part)], np.zeros(size), np.ones(size))
    amounts = slow_minimum(
        inner.T @ S @ inner,
        np.array([bounds.lower[part].sum() for part in parts]),
        np.array([bounds.upper[part].sum() for part in parts]),
    )
    expected = np.zeros(n)
    for part, amount in zip(parts, amounts.tolist(), strict=True):
        low, high = bounds.lower[part] / amount, bounds.upper[part] / amount
        expected[part] = amount * slow_minimum(S[np.ix_(part, part)], low, high)
    found = nested_clustered(S, clusters=len(parts), constraints=bounds)
    np.testing.assert_allclose(found.weights, expected, atol=1e-7)
    assert found.violation <= 1e-12


def test_nested_with_one_cluster_or_all_alone_is_the_method_itself_within_bounds() -> None:
    S, bounds = covariance_of(7, 10), bounds_of(7, 10)
    expected = minimum_variance(S, bounds).weights
    for clusters in (1, 10):
        found = nested_clustered(S, clusters=clusters, constraints=bounds)
        np.testing.assert_allclose(found.weights, expected, atol=1e-9)


def test_nested_leaves_nothing_to_a_cluster_that_may_hold_nothing() -> None:
    S = np.kron(np.eye(2), np.full((2, 2), 0.9)) + 0.1 * np.eye(4)
    upper = np.array([0.0, 0.0, 1.0, 1.0])
    found = nested_clustered(S, clusters=2, constraints=Constraints(np.zeros(4), upper))
    np.testing.assert_allclose(found.weights, [0.0, 0.0, 0.5, 0.5], atol=1e-12)


def test_nested_refuses_a_method_that_keeps_to_no_bounds() -> None:
    S, upper = covariance_of(3, 6), Constraints.box(6, upper=0.2)
    deaf = lambda part, *_: risk_parity(part)  # noqa: E731
    with pytest.raises(InputError, match=r"weights of inner must be within the bounds it is given, missed"):
        nested_clustered(S, inner=deaf, clusters=1, constraints=upper)


@FEW
@given(seeds, st.integers(1, 25), st.sampled_from(sorted(METHODS)))
def test_bounds_hold_and_wide_ones_change_nothing(seed: int, n: int, name: str) -> None:
    S, bounds = covariance_of(seed, n), bounds_of(seed, n)
    method = METHODS[name]
    found = method(S, constraints=bounds)
    assert found.violation <= 1e-12
    assert float(found.weights.sum()) == pytest.approx(1.0, abs=1e-12)
    free = method(S)
    np.testing.assert_allclose(method(S, constraints=Constraints.box(n)).weights, free.weights, atol=1e-13)
    short = Constraints.box(n, lower=-1.0, upper=1.0)  # May be short, and is not.
    np.testing.assert_allclose(method(S, constraints=short).weights, free.weights, atol=1e-13)
    fixed = Constraints(free.weights[::-1].copy(), free.weights[::-1].copy())
    np.testing.assert_allclose(method(S, constraints=fixed).weights, free.weights[::-1], atol=1e-12)


@FEW
@given(seeds, st.integers(1, 12), st.floats(0.0, 0.999))
def test_an_amount_is_in_proportion_but_for_bounds(seed: int, n: int, share: float) -> None:
    """The scale by a search for the root, and the other assets' ratios."""
    rng, bounds = generator(seed, "filled"), bounds_of(seed, n)
    base, low, high = rng.uniform(0.1, 3.0, n), bounds.lower, bounds.upper
    whole = float(low.sum() + share * (high.sum() - low.sum()))
    found = TreeBounds(low, high).filled(base, whole, np.arange(n))
    assert float(found.sum()) == pytest.approx(whole, rel=1e-12)
    assert (found >= low).all()
    assert (found <= high).all()
    top = float((high / base).max()) + 1.0
    scale = brentq(lambda s: float(np.clip(s * base, low, high).sum()) - whole, 0.0, top, xtol=1e-15)
    np.testing.assert_allclose(found, np.clip(scale * base, low, high), atol=1e-9)


def test_an_amount_without_a_limit_is_filled() -> None:
    bounds = TreeBounds(np.array([0.5, 0.0, 0.0]), np.array([1.0, 0.1, np.inf]))
    found = bounds.filled(np.ones(3), 0.9, np.arange(3))
    np.testing.assert_allclose(found, [0.5, 0.1, 0.3], atol=1e-15)


def test_herc_within_bounds_by_hand() -> None:
    """Two blocks without correlation: the first may have little, and within the second one asset is full."""
    S = np.diag([1.0, 1.0, 4.0, 1.0, 1.0])
    S[0, 1] = S[1, 0] = 0.9
    S[2:, 2:] += 0.8 * np.array([[0, 2, 2], [2, 0, 1], [2, 1, 0]])
    free = hierarchical_equal_risk(S, risk="volatility", clusters=2)
    assert float(free.weights[:2].sum()) > 0.3
    upper = np.array([0.1, 0.2, 1.0, 0.25, 1.0])
    found = hierarchical_equal_risk(
        S, risk="volatility", clusters=2, constraints=Constraints(np.zeros(5), upper)
    )
    np.testing.assert_allclose(found.weights, [0.1, 0.2, 0.15, 0.25, 0.3], atol=1e-12)


@pytest.mark.parametrize("risk", RISKS)
def test_two_assets_are_shared_by_one_over_their_risk(risk: Any) -> None:
    X = returns_of(4, 2, 300)
    X = X - np.array([0.0, 2e-4])
    on = Scenarios(X, np.cov(X.T), 0.1)
    measure = Measure.VOLATILITY if risk == "variance" else Measure(risk)
    alone = np.array([value_of(measure, each, on) for each in np.eye(2)]) ** (2 if risk == "variance" else 1)
    expected = (1.0 / alone) / (1.0 / alone).sum()
    for found in (
        hierarchical_risk_parity(on.covariance, X, risk=risk, tail=0.1),
        hierarchical_equal_risk(on.covariance, X, risk=risk, tail=0.1, clusters=2),
        hierarchical_equal_risk(on.covariance, X, risk=risk, tail=0.1, clusters=1),
    ):
        np.testing.assert_allclose(found.weights, expected, rtol=1e-9)


def test_what_a_tree_cannot_keep_is_refused() -> None:
    S, X = covariance_of(1, 4), returns_of(1, 4, 50)
    unknown: Any = "beta"
    group = Constraints(np.zeros(4), np.ones(4), groups=(Group("tech", (0, 1), upper=0.3),))
    for wrong, words in (
        (group, "must be bounds and a budget of 1, had 1 inequalities"),
        (Constraints.box(4, budget=0.5), "a budget of 0.5"),
        (Constraints.box(5), "must be of 4 assets, were of 5"),
        (
            Constraints(np.full(4, -1.0), np.array([-0.1, 1.0, 1.0, 1.0]), assets=("A", "B", "C", "D")),
            "bounds of A conflict: lower 0 is 0.1 above upper -0.1",
        ),
        (Constraints(np.array([-1.0, 0.6, 0.6, 0.0]), np.ones(4)), "lower bounds conflict: they sum to 1.2"),
    ):
        for method in METHODS.values():
            with pytest.raises(InputError, match=words):
                method(S, constraints=wrong)
    for method in (hierarchical_risk_parity, hierarchical_equal_risk):
        with pytest.raises(InputError, match="returns must be given for the risk cdar, were None"):
            method(S, risk="cdar")
        with pytest.raises(InputError, match=r"risk must be one of variance, volatility.*was 'beta'"):
            method(S, X, risk=unknown)
        with pytest.raises(InputError, match=r"tail must be between 0 and 1, was 1.0"):
            method(S, X, risk="cvar", tail=1.0)
        with pytest.raises(InputError, match=r"the maximum_drawdown of asset 0 .*must be above zero"):
            method(S, np.abs(X), risk="maximum_drawdown")


def test_a_perfect_hedge_on_both_sides_is_refused() -> None:
    one = np.array([[1.0, -1.0], [-1.0, 1.0]])
    S = np.block([[one, np.zeros((2, 2))], [np.zeros((2, 2)), one]])
    with pytest.raises(InputError, match="was zero for both"):
        hierarchical_risk_parity(S, distance="absolute")
