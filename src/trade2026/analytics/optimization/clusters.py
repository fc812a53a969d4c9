"""Trees of assets: how far two assets are apart, how clusters are joined, and how many there are."""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import pdist, squareform

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import unit_diagonal
from trade2026.primitives.errors import InputError

Distance: TypeAlias = Literal["correlation", "absolute", "between rows"]
"""correlation: sqrt((1 - r) / 2), from 0 to 1. absolute: sqrt(1 - abs(r)), hedges are near. between rows: the
Euclidean distance of two rows of the first matrix, so that assets are near which are near the same assets
(Lopez de Prado 2016)."""
Linkage: TypeAlias = Literal["single", "complete", "average", "ward"]
"""Distance of two clusters: of the nearest members, of the farthest, the mean, or the rise of the squares
within (Ward 1963; here on distances that need not be Euclidean)."""
LeafOrder: TypeAlias = Literal["tree", "optimal"]
"""tree: as clusters were joined. optimal: the order of the leaves with the smallest sum of distances of
neighbors (Bar-Joseph, Gifford and Jaakkola 2001), which costs more than everything else from some hundred
assets on."""

_DISTANCES: Final = ("correlation", "absolute", "between rows")
_LINKAGES: Final = ("single", "complete", "average", "ward")
_ORDERS: Final = ("tree", "optimal")


@dataclass(frozen=True, slots=True)
class Tree:
    """Assets joined into clusters, two at a time."""

    distance: FloatArray
    """Shape (n, n)."""
    joins: FloatArray
    """Shape (n - 1, 4), as `scipy.cluster.hierarchy` has it; empty for one asset."""
    order: npt.NDArray[np.int64]
    """Assets as leaves from left to right; shape (n,)."""

    @property
    def size(self) -> int:
        """Number of assets."""
        return len(self.distance)

    def children(self, node: int) -> tuple[int, int]:
        """The two nodes of which a node above the leaves, n to 2n - 2, was joined."""
        left, right = self.joins[node - self.size, :2]
        return int(left), int(right)

    def leaves(self, node: int) -> npt.NDArray[np.int64]:
        """The assets below a node, from left to right."""
        found, waiting = [], [node]
        while waiting:
            node = waiting.pop()
            if node < self.size:
                found.append(node)
            else:
                waiting.extend(reversed(self.children(node)))
        return np.array(found, dtype=np.int64)


def tree_of(
    covariance: FloatArray,
    *,
    distance: Distance = "correlation",
    method: Linkage = "ward",
    leaf_order: LeafOrder = "tree",
) -> Tree:
    """The tree of assets with a covariance of shape (n, n); InputError for a word that is not known."""
    for name, value, known in (
        ("distance", distance, _DISTANCES),
        ("linkage", method, _LINKAGES),
        ("leaf_order", leaf_order, _ORDERS),
    ):
        if value not in known:
            raise InputError(f"{name} must be one of {', '.join(known)}, was {value!r}")
    apart = distances(covariance, distance)
    if apart.shape[0] == 1:
        return Tree(apart, np.zeros((0, 4)), np.zeros(1, dtype=np.int64))
    condensed = squareform(apart, checks=False)
    joins = linkage(condensed, method=method)
    if leaf_order == "optimal":
        joins = optimal_leaf_ordering(joins, condensed)
    return Tree(apart, np.asarray(joins, dtype=np.float64), leaves_list(joins).astype(np.int64))


def distances(covariance: FloatArray, kind: Distance = "correlation") -> FloatArray:
    """How far assets are apart, shape (n, n); see `Distance`."""
    r = np.clip(unit_diagonal(checked("covariance", covariance)), -1.0, 1.0)
    apart: FloatArray = np.sqrt(1.0 - np.abs(r)) if kind == "absolute" else np.sqrt(0.5 * (1.0 - r))
    np.fill_diagonal(apart, 0.0)
    if kind == "between rows" and len(apart) > 1:
        apart = cast(FloatArray, squareform(pdist(apart)))
    return 0.5 * (apart + apart.T)


def clusters_of(tree: Tree, count: int | None = None) -> tuple[npt.NDArray[np.int64], ...]:
    """Assets of each of `count` clusters, every one below one node; `cluster_count` says how many if None.

    Clusters are sorted by their first asset, and assets within them.
    """
    if count is None:
        count = cluster_count(tree)
    if not 1 <= count <= tree.size:
        raise InputError(f"clusters must be from 1 to {tree.size}, the number of assets, was {count}")
    return _cut(tree, count)


def cluster_count(tree: Tree) -> int:
    """How many clusters there are, by the second difference of the dispersion within them.

    The k from 2 on with the largest W(k-1) + W(k+1) - 2 W(k), at which the fall of W bends most, where W(k)
    is the sum over k clusters of the mean distance of their pairs, for up to max(8, sqrt(n)) clusters. Yue,
    Wang and Wei (2008), Transactions of Tianjin University 14, 460-464: it takes the place of the random
    reference of the gap statistic (Tibshirani, Walther and Hastie 2001), so that it has no seed.
    """
    most: int = min(tree.size, max(8, round(math.sqrt(tree.size))))
    if most < 3:
        return most
    spread = np.array([_dispersion(tree, k) for k in range(1, most + 1)])
    bend = spread[2:] + spread[:-2] - 2.0 * spread[1:-1]
    return int(bend.argmax()) + 2


def cluster_nodes(tree: Tree, count: int) -> tuple[int, ...]:
    """The nodes of the tree below which the `count` clusters are."""
    nodes = [2 * tree.size - 2]
    while len(nodes) < count:
        highest = max(nodes)  # Nodes are numbered in the order in which they were joined.
        nodes.remove(highest)
        nodes.extend(tree.children(highest))
    return tuple(sorted(nodes))


def _cut(tree: Tree, count: int) -> tuple[npt.NDArray[np.int64], ...]:
    found = [np.sort(tree.leaves(node)) for node in cluster_nodes(tree, count)]
    return tuple(sorted(found, key=lambda assets: int(assets[0])))


def _dispersion(tree: Tree, count: int) -> float:
    """Sum over clusters of the mean distance of their pairs."""
    total = 0.0
    for assets in _cut(tree, count):
        if assets.size > 1:
            within = tree.distance[np.ix_(assets, assets)]
            total += float(within.sum()) / (assets.size * (assets.size - 1))
    return total
