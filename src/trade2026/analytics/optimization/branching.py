"""Which assets are held, or traded: an exact branch and bound, with a limit of nodes and the gap.

A node has weights that are at their center (zero for positions, what is held for trades), weights that are
at least so far above or below it, and free ones, for which the choice is relaxed. Its program bounds from
below what any choice in it can reach (Land and Doig 1960; for portfolios Bienstock 1996). The node with the
lowest bound is taken first. Where the limit of nodes is reached, the best weights so far come with the gap to
the lowest bound: it is told, never silent.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count as counter
from typing import Final

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.limits import HELD, Limits, absolute
from trade2026.analytics.optimization.model import Unsolved
from trade2026.primitives.errors import InputError

_CLOSE: Final = 1e-9
"""Nodes that cannot be better by more than this, relative, are left."""
_EXACT: Final = 1e-12
"""The same, absolute: what is minimized is in units in which this is rounding."""
_TOLD_EVERY: Final = 10
_TRIED_MAX: Final = 60
"""Choices that are tried by the largest weights of a node."""

_NEAREST_MAX: Final = 10
"""Integer programs that look for a first choice that is allowed."""

Solve = Callable[[Limits], tuple[float, FloatArray]]
"""What is minimized, from below, and the weights; raises InputError where nothing is feasible."""

States = npt.NDArray[np.int8]

FREE, AT, ABOVE, BELOW = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Branched:
    """The best weights found."""

    weights: FloatArray
    gap: float
    """By how much another choice may be better at most, in what is minimized."""
    nodes: int
    told: str
    is_proven: bool
    """Whether `told` leaves nothing in doubt."""


class Search:
    """The tree. A node has a state for each asset of each choice, choice by choice."""

    def __init__(self, limits: Limits, solve: Solve) -> None:
        self.limits, self.solve = limits, solve
        self.best, self.nodes = np.inf, 0
        self.unsolved = 0
        self.weights: FloatArray | None = None
        self.tried: set[bytes] = set()
        self.milestones = _NEAREST_MAX

    def node(self, states: States) -> tuple[float, FloatArray] | None:
        """The bound of a node and its weights; None where nothing is feasible in it."""
        bounds = self.bounds(states)
        if bounds is None:
            return None
        self.nodes += 1
        try:
            return self.solve(self.limits.within(*bounds))
        except Unsolved:
            if self.nodes == 1:
                raise
            self.unsolved += 1
            return None
        except InputError:
            if self.nodes == 1:
                raise  # Not for the choices: the problem itself has no solution, and this says why.
            return None

    @property
    def close(self) -> float:
        """How much better a node must be to be looked at."""
        return max(_CLOSE * abs(self.best), _EXACT) if np.isfinite(self.best) else 0.0

    def offer(self, value: float, weights: FloatArray) -> None:
        """Weights that are allowed."""
        if value < self.best:
            self.best, self.weights = value, weights

    def try_largest(self, weights: FloatArray) -> bool:
        """The choice of what is farthest from the center in a node, for a bound from above.

        Whether it is allowed, or was tried before.
        """
        if self._try(weights, counts=True):
            return True
        if self.weights is None and self.milestones > 0:
            self.milestones -= 1
            nearest = self._nearest(weights)
            return nearest is not None and self._try(nearest, counts=False)
        return False

    def _try(self, weights: FloatArray, *, counts: bool) -> bool:
        """Solve with the choice that weights make; whether it is allowed, or was tried before."""
        states = np.full((len(self.limits.choices), weights.size), AT, dtype=np.int8)
        for row, choice in zip(states, self.limits.choices, strict=True):
            apart = weights - choice.center
            order = np.argsort(-np.abs(apart), kind="stable")[: choice.count if counts else None]
            chosen = order[np.abs(apart[order]) > max(10.0 * HELD, 0.5 * choice.least)]
            row[chosen] = np.where(apart[chosen] > 0.0, ABOVE, BELOW)
        key = states.tobytes()
        if key in self.tried or len(self.tried) >= _TRIED_MAX:
            return True
        self.tried.add(key)
        found = self.node(states)
        if found is not None:
            self.offer(*found)
        return found is not None

    def _nearest(self, weights: FloatArray) -> FloatArray | None:
        """Weights that are allowed, but for what is curved, and nearest to those of a node."""
        model = self.limits.model(is_curved=False, is_whole=True)
        model.cost(absolute(model, slice(0, weights.size), weights), 1.0)
        try:
            return model.solve().x[: weights.size]
        except InputError:
            return None

    def bounds(self, states: States) -> tuple[FloatArray, FloatArray] | None:
        """Bounds of a node; None where they cannot be."""
        lower, upper = self.limits.constraints.lower.copy(), self.limits.constraints.upper.copy()
        for row, choice in zip(states, self.limits.choices, strict=True):
            is_off = (row == ABOVE) | (row == BELOW)
            if choice.count is not None and int(is_off.sum()) > choice.count:
                return None
            is_at = row == AT
            if choice.count is not None and int(is_off.sum()) == choice.count:
                is_at = ~is_off
            low, high = choice.center - choice.least, choice.center + choice.least
            lower = np.maximum(lower, np.where(is_at, choice.center, np.where(row == ABOVE, high, -np.inf)))
            upper = np.minimum(upper, np.where(is_at, choice.center, np.where(row == BELOW, low, np.inf)))
        return None if (lower > upper).any() else (lower, upper)

    def undecided(self, states: States, weights: FloatArray) -> tuple[int, int] | None:
        """The choice and the asset to decide on next; None where the weights are allowed as they are."""
        for at, (row, choice) in enumerate(zip(states, self.limits.choices, strict=True)):
            size = np.abs(weights - choice.center)
            is_off = size > HELD
            if choice.count is not None and int(is_off.sum()) > choice.count:
                return at, int(np.where((row == FREE) & is_off, size, -1.0).argmax())
            is_small = (row == FREE) & is_off & (size < choice.least - 1e-10)
            if is_small.any():
                return at, int(np.where(is_small, size, -1.0).argmax())
        return None


def branch(
    limits: Limits, solve: Solve, *, nodes_max: int, watch: Callable[[int, int], None] = lambda _, __: None
) -> Branched:
    """The best choice of at most `nodes_max` programs; InputError where none is feasible.

    `watch` is told now and then how many were solved, and of how many at most.
    """
    search = Search(limits, solve)
    order = counter()
    heap: list[tuple[float, int, States, FloatArray]] = []
    root = np.zeros((len(limits.choices), limits.size), dtype=np.int8)
    first = search.node(root)
    assert first is not None
    heapq.heappush(heap, (first[0], next(order), root, first[1]))
    told_at = 0
    while heap and search.nodes < nodes_max:
        if search.nodes >= told_at:
            watch(search.nodes, nodes_max)
            told_at = search.nodes + _TOLD_EVERY
        bound, _, states, weights = heapq.heappop(heap)
        if bound >= search.best - search.close:
            heapq.heappush(heap, (bound, next(order), states, weights))
            break
        at = search.undecided(states, weights)
        if at is None:
            search.offer(bound, weights)
            continue
        search.try_largest(weights)
        for state in _children(limits, at):
            child = states.copy()
            child[at] = state
            found = search.node(child)
            if found is not None and found[0] < search.best - search.close:
                heapq.heappush(heap, (max(found[0], bound), next(order), child, found[1]))
    return told(search, heap[0][0] if heap else None, nodes_max)


def told(search: Search, bound: float | None, nodes_max: int) -> Branched:
    """What was found, when nothing better than `bound` is left, and nothing at all where that is None."""
    if search.weights is None and bound is None:
        raise InputError(
            "no choice of assets meets all constraints and the target; allow more assets, smaller positions, "
            "a larger tracking error, or another target"
        )
    if search.weights is None:
        raise InputError(
            f"no choice of assets was found within {nodes_max} programs; allow more, or smaller ones"
        )
    lowest = search.best if bound is None else min(bound, search.best)
    gap = max(search.best - lowest, 0.0)
    is_done = gap <= 2.0 * search.close
    text = f"assets were chosen by branch and bound: {search.nodes} programs, " + (
        "proven to be the best choice"
        if is_done
        else f"ended at the limit, another choice may be better by {gap / max(abs(search.best), _EXACT):.2%}"
    )
    if search.unsolved:
        text += f", but for {search.unsolved} that rounding kept from being solved"
    is_proven = is_done and not search.unsolved
    return Branched(search.weights, 0.0 if is_done else gap, search.nodes, text, is_proven)


def _children(limits: Limits, at: tuple[int, int]) -> list[int]:
    choice, asset = limits.choices[at[0]], at[1]
    center = float(choice.center[asset])
    ways = [AT]
    ways += [BELOW] if limits.constraints.lower[asset] < center else []
    ways += [ABOVE] if limits.constraints.upper[asset] > center else []
    return ways
