"""Bounds of weights that go down a tree: a cut gives to a side no more and no less than its assets can hold.

A side can hold from the sum of the lower bounds to the sum of the upper bounds of its assets, and has to
leave to the other one what that can hold. The share of a cut is taken to the nearest amount between, as
Pfitzinger and Katzke (2019, Stellenbosch Economic Working Papers WP14/2019) do. So bounds hold to the last
asset, and weights sum to one, without correction afterwards, which would undo the shares of other cuts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True)
class TreeBounds:
    """Bounds of each weight, not below zero, that a whole of one satisfies."""

    lower: FloatArray
    upper: FloatArray

    @classmethod
    def of(cls, constraints: Constraints | None, assets: int) -> "TreeBounds":
        """Those of constraints; from zero without a limit for None. Weights along a tree are never short.

        Raises
        ------
        InputError
            There is more than bounds and a budget of one, bounds of another number of assets, or bounds that
            weights which are not below zero cannot satisfy.
        """
        if constraints is None:
            return cls(np.zeros(assets), np.full(assets, np.inf))
        if not constraints.is_box or constraints.budget != 1.0:
            raise InputError(
                "constraints along a tree must be bounds and a budget of 1, had "
                f"{constraints.inequalities.count} inequalities, {constraints.equalities.count - 1} further "
                f"equalities and a budget of {constraints.budget:g}; use a method of mean and variance"
            )
        if constraints.size != assets:
            raise InputError(f"constraints must be of {assets} assets, were of {constraints.size}")
        long = Constraints(np.maximum(constraints.lower, 0.0), constraints.upper, assets=constraints.assets)
        return cls(long.lower, long.upper)

    def left_of(
        self, wanted: float, whole: float, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
    ) -> float:
        """The amount nearest to the wanted one that goes to the left side of a cut, of what is there."""
        least = max(float(self.lower[left].sum()), whole - float(self.upper[right].sum()))
        most = min(float(self.upper[left].sum()), whole - float(self.lower[right].sum()))
        return min(max(wanted, least), most)

    def between(self, parts: Sequence[npt.NDArray[np.int64]]) -> Constraints:
        """Bounds of what parts hold together, with a budget of one."""
        low, high = (np.array([each[part].sum() for part in parts]) for each in (self.lower, self.upper))
        return Constraints(low, high)

    def hold(self, weights: FloatArray, assets: npt.NDArray[np.int64]) -> bool:
        """Whether weights of some of the assets are within their bounds."""
        return bool((weights >= self.lower[assets]).all() and (weights <= self.upper[assets]).all())

    def filled(self, base: FloatArray, whole: float, assets: npt.NDArray[np.int64]) -> FloatArray:
        """An amount in proportion to a base, above zero, but for assets that are at a bound.

        The scale s at which min(max(s base, lower), upper) sums to the whole: the sum rises with s, in
        straight pieces between the scales at which assets leave their lower bound or come to their upper one.
        """
        low, high = self.lower[assets], self.upper[assets]
        weights = np.asarray(base * (whole / base.sum()))
        if self.hold(weights, assets):
            return weights
        starts, stops = low / base, high / base
        bends = np.unique(np.concatenate([[0.0], starts, stops[np.isfinite(stops)]]))
        first, last = 0, bends.size
        while last - first > 1:  # The last bend at which no more than the whole is given out.
            middle = (first + last) // 2
            if float(np.clip(bends[middle] * base, low, high).sum()) <= whole:
                first = middle
            else:
                last = middle
        found = np.clip(bends[first] * base, low, high)
        rises = (starts <= bends[first]) & (bends[first] < stops)
        slope = float(base[rises].sum())
        if slope > 0.0:
            scale = bends[first] + max(whole - float(found.sum()), 0.0) / slope
            found = np.clip(scale * base, low, high)
        result: FloatArray = found
        return result
