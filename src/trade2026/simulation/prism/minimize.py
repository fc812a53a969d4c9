"""The least of a noisy function in a unit cube: points all over it, then the simplex of Nelder and Mead.

A simulation with common random numbers is deterministic but not smooth, so nothing here takes a derivative.
The first points are a Latin hypercube: along every axis one point in each of n equal parts. From the best of
them and the start given, a simplex (Nelder and Mead 1965, Computer Journal 7, 308-313) walks down; points
outside are put on the face. Everything follows from the seed.
"""

from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.primitives.seeds import derive_seed

Function = Callable[[FloatArray], float]

_EDGE: Final = 0.12
"""Length of the first simplex's edges."""
_SMALL: Final = 0.004
"""A simplex this small has arrived."""


class Least(msgspec.Struct, frozen=True, kw_only=True):
    """Where the function was least of all points that were looked at."""

    point: FloatArray
    value: float
    evaluations: int


class Enough(Exception):
    """Raised by the function to stop: what was found until then is the answer."""


class _Looked:
    """Counts, and remembers the best."""

    def __init__(self, function: Function, most: int) -> None:
        self._function, self._most = function, most
        self.count, self.value = 0, np.inf
        self.point: FloatArray = np.empty(0)

    def at(self, point: FloatArray) -> float:
        if self.count >= self._most:
            raise Enough
        value = self._function(point)
        self.count += 1
        if value < self.value:
            self.value, self.point = value, point.copy()
        return value


def least_in_cube(function: Function, start: FloatArray, *, evaluations: int, seed: int) -> Least | None:
    """Look at so many points at most, a third of them spread; None where not even one was looked at.

    Parameters
    ----------
    function : callable
        From a point of shape (k,) in [0, 1]; may raise Enough.
    start : shape (k,)
        Looked at first.
    """
    looked = _Looked(function, evaluations)
    try:
        looked.at(start)
        for point in latin_hypercube(max(evaluations // 3, 1), start.size, seed):
            looked.at(point)
        while True:
            _walk(looked, looked.point, looked.value)
            _walk(looked, looked.point, looked.value, edge=-_EDGE / 2)
    except Enough:
        pass
    if looked.count == 0:
        return None
    return Least(point=looked.point, value=float(looked.value), evaluations=looked.count)


def latin_hypercube(n: int, k: int, seed: int) -> FloatArray:
    """Shape (n, k): along each axis one point in each of n equal parts of [0, 1]."""
    rng = np.random.default_rng(derive_seed(seed, "latin hypercube"))
    table: FloatArray = np.column_stack([(rng.permutation(n) + rng.random(n)) / n for _ in range(k)])
    return table


def _walk(looked: _Looked, start: FloatArray, value: float, *, edge: float = _EDGE) -> None:
    """One simplex until it is small."""
    corners, values = [start.copy()], [value]
    for axis in range(start.size):
        point = start.copy()
        point[axis] += edge if 0.0 <= point[axis] + edge <= 1.0 else -edge
        point = np.clip(point, 0.0, 1.0)
        corners.append(point)
        values.append(looked.at(point))
    simplex, heights = np.array(corners), np.array(values)
    while float(np.ptp(simplex, axis=0).max()) > _SMALL:
        order = np.argsort(heights, kind="stable")
        simplex, heights = simplex[order], heights[order]
        middle = simplex[:-1].mean(axis=0)
        away = middle - simplex[-1]
        point = np.clip(middle + away, 0.0, 1.0)
        height = looked.at(point)
        if height < heights[0]:
            farther = np.clip(middle + 2.0 * away, 0.0, 1.0)
            lower = looked.at(farther)
            simplex[-1], heights[-1] = (farther, lower) if lower < height else (point, height)
        elif height < heights[-2]:
            simplex[-1], heights[-1] = point, height
        else:
            inner = middle + 0.5 * away if height < heights[-1] else middle - 0.5 * away
            inner = np.clip(inner, 0.0, 1.0)
            lower = looked.at(inner)
            if lower < min(height, heights[-1]):
                simplex[-1], heights[-1] = inner, lower
            else:
                simplex[1:] = (simplex[1:] + simplex[0]) / 2.0
                heights[1:] = [looked.at(corner) for corner in simplex[1:]]
