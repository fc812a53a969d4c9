"""The risk of a cluster of assets, which methods along a tree divide by."""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import matrix
from trade2026.analytics.optimization.measures import value_in
from trade2026.analytics.optimization.names import Measure
from trade2026.primitives.errors import InputError

Assets: TypeAlias = npt.NDArray[np.int64]
ClusterRisk: TypeAlias = Literal[
    "volatility", "variance", "semi_deviation", "mean_absolute_deviation", "cvar", "evar",
    "worst_realization", "average_drawdown", "maximum_drawdown", "cdar", "ulcer_index",
]  # fmt: skip
"""The risk of an asset and of a cluster, as `measures` has it; weights within a cluster are in proportion to
one over the same measure."""

_BY_COVARIANCE: Final = ("variance", Measure.VOLATILITY.value)


@dataclass(frozen=True, slots=True)
class Risks:
    """Risks of some of the assets; InputError for a word that is not known, or without returns it needs."""

    covariance: FloatArray
    returns: FloatArray | None
    risk: str
    tail: float

    def __post_init__(self) -> None:
        known = ("variance", *(each.value for each in Measure))
        if self.risk not in known:
            raise InputError(f"risk must be one of {', '.join(known)}, was {self.risk!r}")
        if not 0.0 < self.tail < 1.0:
            raise InputError(f"tail must be between 0 and 1, was {self.tail}; 0.05 is CVaR at 95 percent")
        if self.risk not in _BY_COVARIANCE:
            if self.returns is None:
                raise InputError(f"returns must be given for the risk {self.risk}, were None")
            matrix("returns", self.returns, columns=len(self.covariance))

    def of(self, assets: Assets, weights: FloatArray) -> float:
        """Of some assets with these weights, above zero; a variance of a perfect hedge is zero."""
        if self.returns is None or self.risk in _BY_COVARIANCE:
            variance = float(weights @ self.covariance[np.ix_(assets, assets)] @ weights)
            return max(variance, 0.0) if self.risk == "variance" else math.sqrt(max(variance, 0.0))
        value = value_in(Measure(self.risk), self.returns[:, assets] @ weights, self.tail)
        if value <= 0.0:
            raise InputError(
                f"the {self.risk} of asset {int(assets[0])} and {assets.size - 1} more must be above zero to "
                f"divide by, was {value:.3g}; use a smaller tail or the volatility"
            )
        return value

    def alone(self) -> FloatArray:
        """Of each asset by itself, shape (n,)."""
        if self.risk in _BY_COVARIANCE:
            variances = np.diagonal(self.covariance).copy()
            return variances if self.risk == "variance" else np.asarray(np.sqrt(variances))
        one = np.ones(1)
        return np.array([self.of(np.array([asset]), one) for asset in range(len(self.covariance))])


def share_of_first(first: float, second: float) -> float:
    """What the first of two sides gets, by the risk of the other; InputError where neither has a risk."""
    if not first + second > 0.0:
        raise InputError("the risk of one of two sides must be above zero to divide by, was zero for both")
    return second / (first + second)
