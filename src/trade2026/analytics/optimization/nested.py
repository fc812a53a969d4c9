"""Nested clustered optimization: within clusters, then between them. Lopez de Prado (2019), SSRN 3469961.

Errors of a covariance do their harm where assets are alike; there the optimization is kept among few, and the
clusters, which are less alike, are optimized as if each were one asset.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.optimization.clusters import Distance, Linkage, clusters_of, tree_of
from trade2026.analytics.optimization.diversification import risk_measures
from trade2026.analytics.optimization.mean_variance import minimum_variance
from trade2026.analytics.optimization.result import Portfolio
from trade2026.primitives.errors import InputError

Allocate: TypeAlias = Callable[[FloatArray], Portfolio]
"""From a covariance of shape (m, m) to a portfolio of m assets, or of m clusters, whose weights sum to
one."""


def nested_clustered(
    covariance: FloatArray,
    *,
    inner: Allocate = minimum_variance,
    outer: Allocate = minimum_variance,
    clusters: int | None = None,
    distance: Distance = "correlation",
    linkage: Linkage = "ward",
) -> Portfolio:
    """NCO: `inner` on the covariance of each cluster, `outer` on that of the portfolios which it gave.

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period.
    inner, outer : Allocate
        Any method of this package that needs a covariance alone.
    clusters : int or None
        None takes `clusters.cluster_count`.
    distance, linkage
        See `clusters`.

    Returns
    -------
    Portfolio
        Measures: variance, volatility, clusters. Notes of `inner` and `outer` are kept.
    """
    covariance = checked("covariance", covariance)
    found = clusters_of(tree_of(covariance, distance=distance, method=linkage), clusters)
    within = np.zeros((len(covariance), len(found)))
    notes: list[str] = []
    for column, assets in enumerate(found):
        part = inner(np.ascontiguousarray(covariance[np.ix_(assets, assets)]))
        within[assets, column] = _whole("inner", part)
        notes += [f"cluster {column}: {note}" for note in part.notes]
    between = within.T @ covariance @ within
    part = outer(0.5 * (between + between.T))
    weights: FloatArray = within @ _whole("outer", part)
    notes += [f"between clusters: {note}" for note in part.notes]
    measures = risk_measures(weights, covariance) | {"clusters": float(len(found))}
    return Portfolio(weights, measures, abs(float(weights.sum()) - 1.0), tuple(notes))


def _whole(name: str, part: Portfolio) -> FloatArray:
    """The weights, which must be fully invested for the parts to make a whole."""
    total = float(part.weights.sum())
    if abs(total - 1.0) > 1e-6:
        raise InputError(f"weights of {name} must sum to one, summed to {total:.6g}; give it a budget of 1")
    return part.weights
