"""Nested clustered optimization: within clusters, then between them. Lopez de Prado (2019), SSRN 3469961.

Errors of a covariance do their harm where assets are alike; there the optimization is kept among few, and the
clusters, which are less alike, are optimized as if each were one asset.

Bounds of assets hold in both problems. Between clusters, one holds from the sum of the lower bounds of its
assets to that of the upper ones. Within one, bounds are shares of what it got; its optimization is made once
more with them, where weights without them would break one. So no weight is moved afterwards.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.optimization.clusters import Distance, Linkage, clusters_of, tree_of
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.diversification import risk_measures
from trade2026.analytics.optimization.mean_variance import minimum_variance
from trade2026.analytics.optimization.result import Portfolio
from trade2026.analytics.optimization.tree_bounds import TreeBounds
from trade2026.primitives.errors import InputError

Assets: TypeAlias = npt.NDArray[np.int64]
Allocate: TypeAlias = Callable[..., Portfolio]
"""From a covariance of shape (m, m) to a portfolio of m assets, or of m clusters, whose weights sum to one.
Where there are bounds it is given them too, as constraints in the second place."""
_MISSED: Final = 1e-8
"""A violation of a part that is no rounding, as a share of the part."""


def nested_clustered(
    covariance: FloatArray,
    *,
    inner: Allocate = minimum_variance,
    outer: Allocate = minimum_variance,
    clusters: int | None = None,
    constraints: Constraints | None = None,
    distance: Distance = "correlation",
    linkage: Linkage = "ward",
) -> Portfolio:
    """NCO: `inner` on the covariance of each cluster, `outer` on that of the portfolios which it gave.

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period.
    inner, outer : Allocate
        Any method of this package that needs a covariance alone; with constraints, one that takes them.
    clusters : int or None
        None takes `clusters.cluster_count`.
    constraints : Constraints or None
        Bounds and a budget of one; lower ones below zero count as zero, as everywhere along a tree. The
        covariance between clusters is that of their weights without bounds.
    distance, linkage
        See `clusters`.

    Returns
    -------
    Portfolio
        Measures: variance, volatility, clusters. Notes of `inner` and `outer` are kept, how they were solved
        is not.

    Raises
    ------
    InputError
        Constraints are more than bounds or cannot be met, or `inner` or `outer` does not keep to a budget of
        one or to bounds.
    """
    covariance = checked("covariance", covariance)
    bounds = TreeBounds.of(constraints, len(covariance))
    found = clusters_of(tree_of(covariance, distance=distance, method=linkage), clusters)
    notes: list[str] = []
    within = np.zeros((len(covariance), len(found)))
    for column, assets in enumerate(found):
        part = inner(_among(assets, covariance))
        within[assets, column] = _whole("inner", part, None)
        notes += [f"cluster {column}: {note}" for note in part.notes]
    between = within.T @ covariance @ within
    between = 0.5 * (between + between.T)
    limits = None if constraints is None else bounds.between(found)
    part = outer(between) if limits is None else outer(between, limits)
    amounts = _whole("outer", part, limits)
    notes += [f"between clusters: {note}" for note in part.notes]
    weights: FloatArray = within @ amounts
    if limits is not None:
        for column, assets in enumerate(found):
            if not bounds.hold(weights[assets], assets):
                whole = float(np.clip(amounts[column], limits.lower[column], limits.upper[column]))
                part = _bounded(inner, _among(assets, covariance), bounds, assets, whole)
                weights[assets] = part.weights
                notes += [f"cluster {column} within its bounds: {note}" for note in part.notes]
    measures = risk_measures(weights, covariance) | {"clusters": float(len(found))}
    missed = abs(float(weights.sum()) - 1.0) if constraints is None else constraints.violation(weights)
    return Portfolio(weights, measures, missed, tuple(notes))


def _among(assets: Assets, covariance: FloatArray) -> FloatArray:
    """The covariance of some assets."""
    return np.ascontiguousarray(covariance[np.ix_(assets, assets)])


def _bounded(
    inner: Allocate, covariance: FloatArray, bounds: TreeBounds, assets: Assets, whole: float
) -> Portfolio:
    """An amount among the assets of a cluster, within their bounds."""
    lower, upper = bounds.lower[assets], bounds.upper[assets]
    if whole <= float(lower.sum()):  # There is no choice, and where it is zero nothing to divide by.
        return Portfolio(lower, {}, 0.0)
    limits = Constraints(lower / whole, upper / whole)
    part = inner(covariance, limits)
    weights = np.clip(whole * _whole("inner", part, limits), lower, upper)
    return Portfolio(weights, {}, 0.0, part.notes)


def _whole(name: str, part: Portfolio, limits: Constraints | None) -> FloatArray:
    """The weights, which must be fully invested for the parts to make a whole, and keep to bounds."""
    total = float(part.weights.sum())
    if abs(total - 1.0) > 1e-6:
        raise InputError(f"weights of {name} must sum to one, summed to {total:.6g}; give it a budget of 1")
    missed = 0.0 if limits is None else limits.violation(part.weights)
    if missed > _MISSED:
        raise InputError(
            f"weights of {name} must be within the bounds it is given, missed one by {missed:.3g}"
        )
    return part.weights
