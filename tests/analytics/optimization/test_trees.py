"""Trees of assets and the portfolios along them, against slow twins that follow the papers word for word."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster

from tests.analytics.optimization.made import covariance_of, generator, returns_of
from trade2026.analytics.optimization.clusters import cluster_count, clusters_of, distances, tree_of
from trade2026.analytics.optimization.hierarchical import (
    hierarchical_equal_risk,
    hierarchical_risk_parity,
    schur_complementary,
)
from trade2026.analytics.optimization.mean_variance import minimum_variance
from trade2026.analytics.optimization.nested import nested_clustered
from trade2026.analytics.optimization.risk_budgeting import risk_parity
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 10**9)
LINKAGES = ("single", "complete", "average", "ward")


def blocks(sizes: list[int], within: float, between: float, volatility: float = 0.01) -> np.ndarray:
    """Clusters of equal correlation, as in the simulations of Lopez de Prado (2016)."""
    label = np.repeat(np.arange(len(sizes)), sizes)
    C = np.where(label[:, None] == label[None, :], within, between)
    np.fill_diagonal(C, 1.0)
    return C * volatility**2


def slow_hrp(S: np.ndarray, order: list[int]) -> np.ndarray:
    """Recursive bisection, as the paper has it: a list of lists, each cut in halves, pair by pair."""

    def variance(part: list[int]) -> float:
        inverse = 1.0 / np.diag(S[np.ix_(part, part)])
        w = inverse / inverse.sum()
        return float(w @ S[np.ix_(part, part)] @ w)

    w = np.ones(len(order))
    parts = [order]
    while parts:
        parts = [
            part[start:end]
            for part in parts
            for start, end in ((0, len(part) // 2), (len(part) // 2, len(part)))
            if len(part) > 1
        ]
        for left, right in zip(parts[::2], parts[1::2], strict=True):
            share = 1.0 - variance(left) / (variance(left) + variance(right))
            w[left] *= share
            w[right] *= 1.0 - share
    return w


@FEW
@given(seeds, st.integers(1, 25), st.sampled_from(LINKAGES), st.sampled_from(["tree", "optimal"]))
def test_hrp_equals_its_slow_twin(seed: int, n: int, linkage, leaf_order) -> None:
    S = covariance_of(seed, n)
    found = hierarchical_risk_parity(S, linkage=linkage, leaf_order=leaf_order)
    order = tree_of(S, method=linkage, leaf_order=leaf_order).order.tolist()
    assert sorted(order) == list(range(n))
    np.testing.assert_allclose(found.weights, slow_hrp(S, order), rtol=1e-12)
    assert found.violation <= 1e-12


def test_hrp_finds_the_blocks_of_generated_data() -> None:
    """The idea of the paper's example: five independent assets, and five noisy copies of them."""
    rng = generator(1, "hrp")
    first = rng.normal(0.0, 1.0, (10_000, 5))
    copied = rng.integers(0, 5, 5)
    x = np.hstack([first, first[:, copied] + rng.normal(0.0, 0.25, (10_000, 5))])
    S = np.cov(x.T)
    tree = tree_of(S, distance="between rows", method="single")
    place = {asset: position for position, asset in enumerate(tree.order.tolist())}
    for copy, original in enumerate(copied.tolist()):
        family = [original, *(5 + other for other in np.flatnonzero(copied == original))]
        spread = [place[asset] for asset in family]
        assert max(spread) - min(spread) == len(family) - 1, (copy, family)
    found = hierarchical_risk_parity(S, distance="between rows", linkage="single")
    equal = np.full(10, 0.1)
    assert found.measures["variance"] < equal @ S @ equal


@pytest.mark.parametrize("method", LINKAGES)
def test_clusters_are_those_of_scipy(method) -> None:
    for seed, count in itertools.product(range(5), (1, 2, 4, 7)):
        tree = tree_of(covariance_of(seed, 15), method=method)
        labels = fcluster(tree.joins, count, criterion="maxclust")
        theirs = sorted(tuple(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels))
        assert sorted(tuple(assets.tolist()) for assets in clusters_of(tree, count)) == theirs


def test_leaves_of_the_root_are_the_order() -> None:
    tree = tree_of(covariance_of(3, 12), method="average")
    assert tree.leaves(22).tolist() == tree.order.tolist()


def test_blocks_are_counted() -> None:
    for sizes in ([6, 6], [5, 4, 6], [5, 5, 5, 5]):
        tree = tree_of(blocks(sizes, 0.99, 0.0), method="ward")
        assert cluster_count(tree) == len(sizes)
        ends = np.cumsum(sizes)
        expected = [list(range(end - size, end)) for size, end in zip(sizes, ends, strict=True)]
        assert [assets.tolist() for assets in clusters_of(tree)] == expected


def test_distances_are_as_stated() -> None:
    S = np.array([[1.0, -0.5], [-0.5, 1.0]])
    assert distances(S)[0, 1] == pytest.approx(np.sqrt(0.75))
    assert distances(S, "absolute")[0, 1] == pytest.approx(np.sqrt(0.5))
    assert distances(S, "between rows")[0, 1] == pytest.approx(np.sqrt(2 * 0.75))


def test_herc_shares_by_risk_down_the_tree() -> None:
    """Two blocks, by hand: within, one over risk; between, by the risk of the other."""
    S = blocks([2, 3], 0.8, 0.0)
    S[0, :] *= 2.0
    S[:, 0] *= 2.0
    found = hierarchical_equal_risk(S, risk="volatility", clusters=2)
    first = np.array([1 / 3, 2 / 3])
    second = np.full(3, 1 / 3)
    risks = [np.sqrt(first @ S[:2, :2] @ first), np.sqrt(second @ S[2:, 2:] @ second)]
    share = risks[1] / sum(risks)
    np.testing.assert_allclose(
        found.weights, np.concatenate([share * first, (1 - share) * second]), rtol=1e-12
    )


@pytest.mark.parametrize("risk", ["volatility", "variance", "cvar"])
def test_herc_is_whole_and_long(risk) -> None:
    X = returns_of(5, 20, 400)
    found = hierarchical_equal_risk(np.cov(X.T), X, risk=risk)
    assert found.violation <= 1e-12
    assert float(found.weights.min()) > 0.0
    assert 1 <= found.measures["clusters"] <= 8


def test_herc_refuses_what_it_cannot_divide_by() -> None:
    S = covariance_of(1, 4)
    with pytest.raises(InputError, match="returns must be given"):
        hierarchical_equal_risk(S, risk="cvar")
    with pytest.raises(InputError, match="above zero to divide by"):
        hierarchical_equal_risk(S, np.abs(returns_of(1, 4, 50)), risk="cvar")
    with pytest.raises(InputError, match="clusters must be from 1 to 4"):
        hierarchical_equal_risk(S, clusters=5)


@FEW
@given(seeds, st.integers(1, 20))
def test_schur_without_gamma_is_hrp(seed: int, n: int) -> None:
    S = covariance_of(seed, n)
    found = schur_complementary(S, gamma=0.0, half_variance="inverse")
    np.testing.assert_allclose(found.weights, hierarchical_risk_parity(S).weights, rtol=1e-10)


@pytest.mark.parametrize("seed", range(10))
def test_schur_with_all_of_gamma_is_minimum_variance(seed: int) -> None:
    """Where the minimum of variance is long in everything: weak correlations."""
    n = 9
    rng = generator(seed, "schur")
    X = rng.normal(size=(4_000, n)) * rng.uniform(0.8, 1.2, n) + 0.2 * rng.normal(size=(4_000, 1))
    S = np.cov(X.T)
    exact = np.linalg.solve(S, np.ones(n))
    assert float(exact.min()) > 0.0
    found = schur_complementary(S, gamma=1.0)
    assert found.notes == ()
    np.testing.assert_allclose(found.weights, exact / exact.sum(), rtol=1e-10)


@FEW
@given(seeds, st.integers(2, 30), st.floats(0.0, 1.0))
def test_schur_is_whole_and_long_whatever_gamma(seed: int, n: int, gamma: float) -> None:
    found = schur_complementary(covariance_of(seed, n), gamma=gamma)
    assert found.violation <= 1e-12
    assert float(found.weights.min()) > 0.0
    assert found.measures["gamma_least"] <= gamma


def test_nested_with_one_cluster_or_all_alone_is_the_method_itself() -> None:
    S = covariance_of(7, 10)
    np.testing.assert_allclose(
        nested_clustered(S, clusters=1).weights, minimum_variance(S).weights, atol=1e-10
    )
    np.testing.assert_allclose(
        nested_clustered(S, clusters=10, outer=risk_parity).weights, risk_parity(S).weights, atol=1e-10
    )


def test_nested_is_the_minimum_of_variance_where_blocks_are_independent() -> None:
    S = blocks([4, 3, 5], 0.6, 0.0)
    exact = np.linalg.solve(S, np.ones(12))
    np.testing.assert_allclose(nested_clustered(S, clusters=3).weights, exact / exact.sum(), rtol=1e-9)


def test_nested_refuses_parts_that_are_not_whole() -> None:
    half = lambda S: minimum_variance(S).__class__(minimum_variance(S).weights * 0.5, {}, 0.0)  # noqa: E731
    with pytest.raises(InputError, match="must sum to one"):
        nested_clustered(covariance_of(1, 6), inner=half, clusters=2)


@FEW
@given(seeds, st.integers(2, 15), st.sampled_from(LINKAGES))
def test_the_order_of_assets_does_not_matter_down_a_tree(seed: int, n: int, linkage) -> None:
    """Of HERC and NCO; HRP cuts an order of leaves, which mirrors with its input."""
    order = generator(seed, "order").permutation(n)
    S = covariance_of(seed, n)
    turned = np.ascontiguousarray(S[np.ix_(order, order)])
    for method in (hierarchical_equal_risk, nested_clustered):
        a, b = method(turned, linkage=linkage).weights, method(S, linkage=linkage).weights
        np.testing.assert_allclose(a, b[order], atol=1e-7)


def test_unknown_words_are_refused() -> None:
    S = covariance_of(1, 4)
    unknown: tuple[dict[str, Any], ...] = (
        {"distance": "far"},
        {"linkage": "centroid"},
        {"leaf_order": "random"},
    )
    for arguments in unknown:
        with pytest.raises(InputError, match="must be one of"):
            hierarchical_risk_parity(S, **arguments)
