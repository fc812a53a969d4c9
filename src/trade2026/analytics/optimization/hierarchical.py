"""Portfolios along a tree of assets: HRP, HERC and Schur complementary allocation. No matrix is inverted in
the first two, so that they take a singular covariance.

HRP (Lopez de Prado 2016, J. Portfolio Management 42, 59-69) orders assets by the tree, cuts the order in
halves again and again, and divides between two halves by one over their variance. HERC (Raffinot 2018) goes
down the tree itself to a number of clusters. Schur complementary allocation (Cotton 2024, arXiv 2411.05807)
is HRP that lets each half know of what it shares with the other: gamma 0 knows nothing, gamma 1 everything,
which is the portfolio of minimum variance.
"""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import fraction
from trade2026.analytics.optimization.cluster_risk import ClusterRisk, Risks, share_of_first
from trade2026.analytics.optimization.clusters import (
    Distance,
    LeafOrder,
    Linkage,
    Tree,
    cluster_count,
    cluster_nodes,
    tree_of,
)
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.diversification import risk_measures
from trade2026.analytics.optimization.result import Portfolio
from trade2026.analytics.optimization.tree_bounds import TreeBounds
from trade2026.primitives.errors import InputError

Assets: TypeAlias = npt.NDArray[np.int64]
HalfVariance: TypeAlias = Literal["inverse", "own"]
"""What stands for the risk of a half: the variance of inverse-variance weights in it, as in HRP, or that of
the weights which the method itself gives within it."""
_SHRINK: Final = 0.9


def hierarchical_risk_parity(
    covariance: FloatArray,
    returns: FloatArray | None = None,
    *,
    risk: ClusterRisk = "variance",
    tail: float = 0.05,
    constraints: Constraints | None = None,
    distance: Distance = "correlation",
    linkage: Linkage = "ward",
    leaf_order: LeafOrder = "tree",
) -> Portfolio:
    """HRP, by halves of the order of the leaves: each gets weight in proportion to the risk of the other.

    The risk of a half is that of weights of one over risk; the paper has the variance.

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period: for the tree, and for the risks volatility and variance.
    returns : float64, shape (periods, n), or None
        Simple returns as fractions, needed for other risks.
    tail : float
        Share of the worst periods, for cvar, evar and cdar.
    constraints : Constraints or None
        Bounds and a budget of one, which hold at every cut; see `tree_bounds`. None is long only.
    distance, linkage, leaf_order
        See `clusters`. Lopez de Prado's paper has "between rows" and "single".

    Returns
    -------
    Portfolio
        Long only, fully invested; its weights sum to one by construction. Measures: variance, volatility.

    Raises
    ------
    InputError
        A word is not known, constraints are more than bounds, or the risk of an asset or a half is not above
        zero, so that it divides nothing.
    """
    covariance = checked("covariance", covariance)
    risks, bounds = Risks(covariance, returns, risk, tail), TreeBounds.of(constraints, len(covariance))
    inverse = 1.0 / risks.alone()
    tree = tree_of(covariance, distance=distance, method=linkage, leaf_order=leaf_order)

    def share(left: Assets, right: Assets) -> float:
        first, second = (risks.of(half, inverse[half] / inverse[half].sum()) for half in (left, right))
        return share_of_first(first, second)

    weights = _by_halves(tree.order, bounds, share)
    return Portfolio(weights, risk_measures(weights, covariance), _violation(weights, constraints))


def hierarchical_equal_risk(
    covariance: FloatArray,
    returns: FloatArray | None = None,
    *,
    risk: ClusterRisk = "volatility",
    tail: float = 0.05,
    clusters: int | None = None,
    constraints: Constraints | None = None,
    distance: Distance = "correlation",
    linkage: Linkage = "ward",
) -> Portfolio:
    """HERC: down the tree, each side gets weight in proportion to the risk of the other; see `ClusterRisk`.

    The risk of a side is the sum of the risks of its clusters, with weights of one over risk within each.

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period: for the tree, and for the risks volatility and variance.
    returns : float64, shape (periods, n), or None
        Simple returns as fractions, needed for other risks.
    tail : float
        Share of the worst periods, for cvar, evar and cdar.
    clusters : int or None
        None takes `clusters.cluster_count`.
    constraints : Constraints or None
        Bounds and a budget of one, which hold at every cut (see `tree_bounds`), and within a cluster by one
        scale for all assets that are not at a bound. Risks of clusters are those without bounds.

    Returns
    -------
    Portfolio
        Long only, fully invested. Measures: variance, volatility, clusters.

    Raises
    ------
    InputError
        A word is not known, constraints are more than bounds, or the risk of an asset or a cluster is not
        above zero, so that it divides nothing.
    """
    covariance = checked("covariance", covariance)
    risks, bounds = Risks(covariance, returns, risk, tail), TreeBounds.of(constraints, len(covariance))
    tree = tree_of(covariance, distance=distance, method=linkage)
    count = cluster_count(tree) if clusters is None else clusters
    if not 1 <= count <= tree.size:
        raise InputError(f"clusters must be from 1 to {tree.size}, the number of assets, was {count}")
    inverse, risk_of = 1.0 / risks.alone(), {}
    for node in cluster_nodes(tree, count):
        assets = tree.leaves(node)
        risk_of[node] = risks.of(assets, inverse[assets] / inverse[assets].sum())
    weights = np.zeros(tree.size)
    for node, whole in _amounts(tree, risk_of, bounds).items():
        assets = tree.leaves(node)
        weights[assets] = bounds.filled(inverse[assets], whole, assets)
    measures = risk_measures(weights, covariance) | {"clusters": float(count)}
    return Portfolio(weights, measures, _violation(weights, constraints))


def schur_complementary(
    covariance: FloatArray,
    *,
    gamma: float,
    half_variance: HalfVariance = "own",
    constraints: Constraints | None = None,
    distance: Distance = "correlation",
    linkage: Linkage = "ward",
    leaf_order: LeafOrder = "tree",
) -> Portfolio:
    """HRP with each half's covariance corrected for the other by gamma of the Schur complement.

    With A and D the covariances of the halves and B between them, the left one is allocated with
    A - gamma B inv(D) B' and a target of 1 - gamma B inv(D) 1 in place of ones, which together are a
    covariance of scaled assets, and so down the tree. Where that is not positive definite, or a target is not
    above zero, gamma is made smaller for that cut, by tenths, and a note says so.

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period; positive definite if gamma is above zero.
    gamma : float
        From 0 to 1. With "inverse" for half_variance 0 is HRP; with "own" 1 is the minimum of variance, where
        that is long only and within the constraints.
    constraints : Constraints or None
        Bounds and a budget of one, which hold at every cut as in HRP (see `tree_bounds`): what a cut would
        give to a half is what its weights without bounds sum to, of both.

    Returns
    -------
    Portfolio
        Long only, fully invested. Measures: variance, volatility, and gamma_least, the smallest used.

    Raises
    ------
    InputError
        A word is not known, gamma is outside [0, 1], or constraints are more than bounds or cannot be met.
    """
    covariance = checked("covariance", covariance)
    gamma = fraction("gamma", gamma)
    if half_variance not in ("inverse", "own"):
        raise InputError(f"half_variance must be inverse or own, was {half_variance!r}")
    bounds = TreeBounds.of(constraints, len(covariance))
    tree = tree_of(covariance, distance=distance, method=linkage, leaf_order=leaf_order)
    used, free = [gamma], np.empty(tree.size)
    free[tree.order] = _schur(covariance[np.ix_(tree.order, tree.order)], gamma, half_variance, used)

    def share(left: Assets, right: Assets) -> float:
        first, second = float(free[left].sum()), float(free[right].sum())
        return first / (first + second)

    weights = free if constraints is None else _by_halves(tree.order, bounds, share)
    measures = risk_measures(weights, covariance) | {"gamma_least": min(used)}
    cuts = sum(each < gamma for each in used)
    notes = (f"gamma was made smaller in {cuts} cuts, down to {min(used):.3g}",) if cuts else ()
    return Portfolio(weights, measures, _violation(weights, constraints), notes)


def _by_halves(order: Assets, bounds: TreeBounds, share: Callable[[Assets, Assets], float]) -> FloatArray:
    """Weights of the leaves, cut by cut: the left half gets its share, or the nearest amount allowed."""
    weights = np.zeros(order.size)
    waiting = [(order, 1.0)]
    while waiting:
        assets, whole = waiting.pop()
        left, right = _halves(assets)
        if not left.size:
            weights[assets] = whole
            continue
        given = bounds.left_of(share(left, right) * whole, whole, left, right)
        waiting += [(left, given), (right, whole - given)]
    return weights


def _halves(order: Assets) -> tuple[Assets, Assets]:
    """Two halves, the left one smaller by one where the number is odd; empty for one asset."""
    middle = order.size // 2
    return order[:middle], order[middle:]


def _inverse_variance(part: FloatArray) -> float:
    """The variance of inverse-variance weights."""
    inverse = 1.0 / np.diagonal(part)
    weights = inverse / inverse.sum()
    return float(weights @ part @ weights)


def _violation(weights: FloatArray, constraints: Constraints | None) -> float:
    """Of the budget, and of the constraints where there are any."""
    return (constraints or Constraints.box(weights.size)).violation(weights)


def _amounts(tree: Tree, risk_of: dict[int, float], bounds: TreeBounds) -> dict[int, float]:
    """What each cluster gets, by the shares of all cuts above it."""
    found = {}
    waiting = [(2 * tree.size - 2, 1.0)]
    while waiting:
        node, whole = waiting.pop()
        if node in risk_of:
            found[node] = whole
            continue
        left, right = tree.children(node)
        first, second = (_sum_below(tree, side, risk_of) for side in (left, right))
        wanted = share_of_first(first, second) * whole
        given = bounds.left_of(wanted, whole, tree.leaves(left), tree.leaves(right))
        waiting += [(left, given), (right, whole - given)]
    return found


def _sum_below(tree: Tree, node: int, risk_of: dict[int, float]) -> float:
    """Sum of the risks of the clusters below a node."""
    if node in risk_of:
        return risk_of[node]
    return sum(_sum_below(tree, side, risk_of) for side in tree.children(node))


def _schur(part: FloatArray, gamma: float, half_variance: str, used: list[float]) -> FloatArray:
    """Weights of an ordered part, up to scale; they sum to one."""
    n = part.shape[0]
    if n == 1:
        return np.ones(1)
    middle = n // 2
    A, B, D = part[:middle, :middle], part[:middle, middle:], part[middle:, middle:]
    halves = _corrected(A, B, D, gamma)
    while halves is None:
        gamma = _SHRINK * gamma if gamma > 1e-3 else 0.0  # With 0 halves of a covariance are covariances.
        halves = _corrected(A, B, D, gamma)
    used.append(gamma)
    found = []
    for scaled, target in halves:
        inner = _schur(scaled, gamma, half_variance, used)
        risk = float(inner @ scaled @ inner) if half_variance == "own" else _inverse_variance(scaled)
        found.append(inner / target / risk)
    joined: FloatArray = np.concatenate(found)
    weights: FloatArray = joined / joined.sum()
    return weights


def _corrected(
    A: FloatArray, B: FloatArray, D: FloatArray, gamma: float
) -> list[tuple[FloatArray, FloatArray]] | None:
    """Both halves as covariances of assets scaled by their targets, with the targets; None if one is none."""
    if gamma == 0.0:
        return [(A, np.ones(A.shape[0])), (D, np.ones(D.shape[0]))]
    halves = []
    for own, across, other in ((A, B, D), (D, B.T, A)):
        try:
            solved = np.linalg.solve(other, np.column_stack([across.T, np.ones(other.shape[0])]))
        except np.linalg.LinAlgError:
            return None
        target = 1.0 - gamma * (across @ solved[:, -1])
        if float(target.min()) <= 1e-9:
            return None
        scaled = (own - gamma * (across @ solved[:, :-1])) / np.outer(target, target)
        scaled = 0.5 * (scaled + scaled.T)
        if not _is_definite(scaled):
            return None
        halves.append((scaled, target))
    return halves


def _is_definite(part: FloatArray) -> bool:
    try:
        np.linalg.cholesky(part)
    except np.linalg.LinAlgError:
        return False
    return True
