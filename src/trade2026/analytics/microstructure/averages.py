"""Means and weighted quantiles as estimates, shared by the measures."""

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.microstructure.bootstrap import Resampling, estimate
from trade2026.analytics.microstructure.estimate import Estimate
from trade2026.primitives.errors import InputError


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """Quantiles of a measure."""

    probabilities: tuple[float, ...]
    quantiles: tuple[float, ...]
    """The smallest value at or below which at least that share of the weight lies."""
    n: int
    """Observations with weight."""
    weighting: str
    """What an observation weighs: "time held", "equal"."""


def ratio(sums: FloatArray) -> FloatArray:
    """First sum over the second, NaN where that is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result: FloatArray = np.where(sums[:, 1] != 0.0, sums[:, 0] / sums[:, 1], np.nan)
    return result


def mean_estimate(
    values: FloatArray, weights: FloatArray, resampling: Resampling, *, method: str
) -> Estimate:
    """Weighted mean with its interval; rows in order of time, `n` counts those with weight."""
    columns = np.column_stack((values * weights, weights))
    return estimate(columns, ratio, resampling, method=method, n=int((weights > 0.0).sum()))


def weighted_quantiles(
    values: FloatArray, weights: FloatArray, probabilities: tuple[float, ...], *, weighting: str
) -> Distribution:
    """Quantiles of the distribution that puts each weight on its value; no interpolation."""
    if not all(0.0 < p <= 1.0 for p in probabilities):
        raise InputError(f"probabilities must be in (0, 1], were {probabilities}")
    used = weights > 0.0
    if not used.any():
        raise InputError("weights must not all be zero; a distribution needs an observation")
    order = np.argsort(values[used], kind="stable")
    ordered, running = values[used][order], np.cumsum(weights[used][order])
    # A share of the total may round above the running sum that equals it.
    wanted = np.array(probabilities) * running[-1] * (1.0 - 4.0 * np.finfo(np.float64).eps)
    found = ordered[np.searchsorted(running, wanted)]
    return Distribution(
        probabilities=probabilities,
        quantiles=tuple(float(value) for value in found),
        n=int(used.sum()),
        weighting=weighting,
    )
