"""Few assets in a quadratic program: good choices first, then a tree of bounds by the perspective relaxation.

`branching` bounds a node by leaving the choice out, which says little where many assets are alike. Here
`perspective` bounds it; that is for long only weights, a definite covariance, and limits that are linear but
for the number of positions (else `branching` alone does it). Choices come from the largest weights of
relaxations, made better by exchanging one asset at a time until no exchange helps. The node with the lowest
bound is taken first; it branches on the asset that is nearest to being held whole and is not. An asset whose
holding would lift the bound of a node above the best choice is not held anywhere below it.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count as counter
from typing import Final

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.branching import ABOVE, AT, FREE, Branched, Search, Solve, States, told
from trade2026.analytics.optimization.constraints import Constraints, Rows
from trade2026.analytics.optimization.limits import HELD, Limits
from trade2026.analytics.optimization.perspective import Bound, Perspective, tightest
from trade2026.analytics.optimization.quadratic import Quadratic
from trade2026.primitives.errors import InputError

_TOLD_EVERY: Final = 10
_STARTS: Final = 4
"""Choices that are made better by exchanges."""
_ENTERING: Final = 10
"""Assets that are tried in exchange, those with the steepest descent first."""
_EXCHANGES: Final = 3_000
"""Small programs of all exchanges together."""
_BETTER: Final = 1e-10
SIZE_MIN: Final = 30
"""Assets below which `branching` alone is done sooner."""

Chosen = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quadratics:
    """1/2 w'Qw - c'w + constant, in the units in which a node's program is told; a goal's own rows are in."""

    Q: FloatArray
    c: FloatArray
    constant: float
    constraints: Constraints

    @property
    def unit(self) -> float:
        """What Q and c are divided by for `perspective`."""
        return float(np.diagonal(self.Q).mean())

    def told(self, bound: Bound) -> float:
        """A bound in the units of a node's program."""
        return bound.value * self.unit + self.constant


def choose(
    limits: Limits, solve: Solve, of: Quadratics, *, nodes_max: int, watch: Callable[[int, int], None]
) -> Branched | None:
    """The best choice of at most `nodes_max` nodes; None where this is not for these limits.

    Parameters
    ----------
    limits : Limits
    solve : Solve
        The program of a node without choices, for the choices that are tried: the same as `of` says.
    of : Quadratics
    nodes_max, watch
        As of `branching.branch`.

    Raises
    ------
    InputError
        No choice is feasible.
    """
    if not _fits(limits):
        return None
    search = Search(limits, solve)
    root = np.zeros((1, limits.size), dtype=np.int8)
    first = search.node(root)
    assert first is not None
    is_held = np.zeros(limits.size, dtype=np.bool_)
    count = limits.held
    assert count is not None
    search.try_largest(first[1])
    found = tightest(of.Q / of.unit, of.c / of.unit, of.constraints, is_held, count, enough=np.inf)
    if found is None:
        return None
    tree = _Tree(search, of, found[0], count)
    return tree.grow(root, found[1], max(first[0], of.told(found[1])), nodes_max, watch)


def _fits(limits: Limits) -> bool:
    plain = replace(limits, held=None, least=0.0, trades=None)
    is_long = bool((limits.constraints.lower >= 0.0).all())
    return limits.held is not None and limits.trades is None and plain.is_linear and is_long


class _Tree:
    """The nodes that are open, and the exchanges that look for better choices."""

    def __init__(self, search: Search, of: Quadratics, perspective: Perspective, count: int) -> None:
        self.search, self.of, self.perspective, self.count = search, of, perspective, count
        self.starts, self.exchanges = _STARTS, _EXCHANGES
        self.heap: list[tuple[float, int, States, Bound]] = []
        self.order = counter()

    def grow(
        self, root: States, bound: Bound, value: float, nodes_max: int, watch: Callable[[int, int], None]
    ) -> Branched:
        """Best bound first, until nothing open is better than what was found."""
        search, told_at = self.search, 0
        self._push(value, root, bound)
        while self.heap and search.nodes < nodes_max:
            if search.nodes >= told_at:
                watch(search.nodes, nodes_max)
                told_at = search.nodes + _TOLD_EVERY
            if self.heap[0][0] >= search.best - search.close:
                break
            value, _, states, bound = heapq.heappop(self.heap)
            self._offer(bound)
            if value >= search.best - search.close:
                self._push(value, states, bound)
                break
            states = self._without(states, bound)
            at = int(np.where(states[0] == FREE, _doubt(bound), -1.0).argmax())
            if states[0, at] != FREE:  # All is decided.
                self._leaf(states)
                continue
            for state in (AT, ABOVE):
                child = states.copy()
                child[0, at] = state
                self._child(child, bound, value)
        return told(search, self.heap[0][0] if self.heap else None, nodes_max)

    def _push(self, value: float, states: States, bound: Bound) -> None:
        heapq.heappush(self.heap, (value, next(self.order), states, bound))

    def _child(self, states: States, above: Bound, value: float) -> None:
        """Bound a node, and keep it open where it may hold something better."""
        search, held = self.search, states[0] == ABOVE
        if int(held.sum()) >= self.count or not (states[0] == FREE).any():
            self._leaf(states)
            return
        plain = search.node(states)
        if plain is None or plain[0] >= search.best - search.close:
            return
        if search.undecided(states, plain[1]) is None:
            search.offer(*plain)
            return
        bounds = search.bounds(states)
        assert bounds is not None
        constraints = replace(self.of.constraints, lower=bounds[0], upper=bounds[1])
        enough = (search.best - search.close - self.of.constant) / self.of.unit
        found = self.perspective.bound(constraints, held, self.count, before=above, enough=enough)
        value = max(value, plain[0], self.of.told(found))
        if value < search.best - search.close:
            self._push(value, states, found)

    def _leaf(self, states: States) -> None:
        """With nothing left to choose, the program itself says it all."""
        found = self.search.node(states)
        if found is not None:
            self.search.offer(*found)

    def _without(self, states: States, bound: Bound) -> States:
        """Assets that cannot be held in anything better are decided: see `Bound.lifts`."""
        spare = (self.search.best - self.search.close - self.of.told(bound)) / self.of.unit
        out = (states[0] == FREE) & (bound.lifts > max(spare, 0.0))
        if not out.any():
            return states
        result = states.copy()
        result[0, out] = AT
        return result

    def _offer(self, bound: Bound) -> None:
        """The choice that a node's relaxation makes, and better ones by exchanges."""
        search, before = self.search, self.search.best
        if not search.try_largest(bound.weights + HELD * bound.shares) or self.starts == 0:
            return
        if search.best < before or self.starts == _STARTS:
            self.starts -= 1
            self._exchange()

    def _exchange(self) -> None:
        """Exchange one asset at a time for the best of those that would enter first, while that helps."""
        search = self.search
        if search.weights is None:
            return
        held = np.flatnonzero(np.abs(search.weights) > HELD)
        value, weights = search.best, search.weights
        while self.exchanges > 0:
            better = self._exchanged(held, value, weights)
            if better is None:
                break
            held, value, weights = better
        if value < search.best:
            states = np.full((1, weights.size), AT, dtype=np.int8)
            states[0, held] = ABOVE
            self._leaf(states)

    def _exchanged(
        self, held: Chosen, value: float, weights: FloatArray
    ) -> tuple[Chosen, float, FloatArray] | None:
        """The best exchange, or None where none helps."""
        of = self.of
        slope = of.Q @ weights - of.c
        level = float(weights @ slope) / max(float(weights.sum()), HELD)
        steep = (slope - level) / np.sqrt(np.diagonal(of.Q))
        steep[held] = np.inf
        steep[of.constraints.upper <= HELD] = np.inf
        entering = [at for at in np.argsort(steep, kind="stable")[:_ENTERING].tolist() if steep[at] < np.inf]
        stays = [held[held != out] for out in held.tolist()]
        stays += [held] if held.size < self.count else []
        best: tuple[Chosen, float, FloatArray] | None = None
        for into in entering:
            for rest in stays:
                self.exchanges -= 1
                tried = np.sort(np.append(rest, into))
                found = self._program(tried)
                if found is not None and found[0] < value - _BETTER * abs(value):
                    value = found[0]
                    best = tried, *found
        return best

    def _program(self, chosen: Chosen) -> tuple[float, FloatArray] | None:
        """What is minimized with these assets alone, and their weights; None where they cannot be."""
        of, c = self.of, self.of.constraints
        outside = np.ones(c.size, dtype=np.bool_)
        outside[chosen] = False
        if (c.lower[outside] > 0.0).any():
            return None
        low = np.maximum(c.lower[chosen], self.search.limits.least)
        try:
            within = Constraints(
                low, c.upper[chosen], c.budget, at_most=_columns(c.inequalities, chosen),
                equal=_columns(c.equalities, chosen, first=1),
            )  # fmt: skip
            solution = Quadratic(np.ascontiguousarray(of.Q[np.ix_(chosen, chosen)]), within).minimize(
                of.c[chosen]
            )
        except InputError:
            return None
        weights = np.zeros(c.size)
        weights[chosen] = solution.weights
        return solution.objective + of.constant, weights


def _columns(rows: Rows, chosen: Chosen, *, first: int = 0) -> Rows | None:
    """Rows from the first on, of some assets."""
    if rows.count <= first:
        return None
    matrix = np.ascontiguousarray(rows.matrix[first:, chosen])
    return Rows(matrix, rows.right[first:], rows.names[first:])


def _doubt(bound: Bound) -> FloatArray:
    """What to decide on next: the asset nearest to being held whole that is not yet."""
    result: FloatArray = np.where(bound.shares < 1.0, bound.shares, 0.0) + 1e-6 * bound.weights
    return result
