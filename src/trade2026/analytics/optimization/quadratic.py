"""Quadratic programs in weights: minimize 1/2 w'Qw - c'w within constraints, with the proof of the optimum.

`Quadratic` scales a problem once and solves it for many c. It guesses and corrects the active constraints
(`pivoting`); where that runs in circles, a primal active set method takes over for bounds and a budget, and
an interior point method (`interior`) finds the guess where there are linear constraints too. The result
carries the residuals of the Karush-Kuhn-Tucker conditions, so that a reader need not believe the method.

A singular Q (fewer periods than assets) is allowed: each step is damped around the last one by a share of the
variances, the proximal point method (Rockafellar 1976), whose limit solves the problem as it was given.
That it was done is said in `Solution.regularization`; the residuals are those without it.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance, vector
from trade2026.analytics.optimization.cholesky import factored
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.interior import Interior, State, Tail
from trade2026.analytics.optimization.pivoting import (
    Flags,
    Point,
    Program,
    Status,
    descend,
    largest_term,
    pivot,
    project,
)
from trade2026.analytics.optimization.result import Kkt, Solution
from trade2026.primitives.errors import InputError

_DAMPING: Final = 1e-7
_ROUNDS: Final = 60
_SINGULAR: Final = 1e-12
"""A pivot of the factored matrix below this share of its variance makes it singular."""
FIXED: Final = 1e-14
"""Weights whose bounds are nearer than this have no choice."""
_FAR: Final = 1e7
"""Weights beyond this are on their way to infinity."""


class Quadratic:
    """Programs that share Q and constraints.

    Parameters
    ----------
    Q : float64, shape (n, n)
        Symmetric, positive semidefinite, with a positive diagonal: a covariance.
    constraints : Constraints
        Of n weights.

    Raises
    ------
    InputError
        Q is no such matrix.
    """

    def __init__(self, Q: FloatArray, constraints: Constraints) -> None:
        self.Q = covariance("Q", Q, size=constraints.size)
        self.constraints = constraints
        self.unit = float(np.diagonal(Q).mean())
        self._p = program(Q / self.unit, np.zeros(constraints.size), constraints)
        self.is_definite = _is_definite(self._p.Q)

    def minimize(self, c: FloatArray, *, start: Solution | Status | None = None) -> Solution:
        """The weights with the smallest 1/2 w'Qw - c'w.

        Parameters
        ----------
        c : float64, shape (n,)
            In the unit of Q times weights.
        start : Solution, its status, or None
            Of a problem nearby, from whose active constraints to begin.

        Raises
        ------
        InputError
            Q is singular or not positive semidefinite, and the objective falls without limit.
        """
        p, n = self._p, self.constraints.size
        p.c = vector("c", c, size=n) / self.unit
        status, on = np.zeros(n, dtype=np.int8), np.zeros(p.b.size, dtype=np.bool_)
        if isinstance(start, np.ndarray):
            status = start
        elif start is not None:
            status = start.status
            on = np.array(
                [name in start.active for name in self.constraints.inequalities.names], dtype=np.bool_
            )
        if self.is_definite:
            point, rounds, method = _solve(p, self.constraints, status, on)
        else:
            point, rounds, method = self._damped(status, on)
        return self._solution(c, point, rounds, method)

    def _damped(self, status: Status, on: Flags) -> tuple[Point, int, str]:
        """The proximal point method around a singular Q."""
        p = self._p
        extra = _DAMPING * np.diagonal(p.Q)
        damped = Program(p.Q + np.diag(extra), p.c, p.lower, p.upper, p.E, p.e, p.A, p.b)
        if not _is_definite(damped.Q):
            raise InputError("Q must be positive semidefinite, was not; repair the covariance first")
        last = _feasible_start(p, self.constraints)
        damped.c = p.c + extra * last
        point, total, method = _solve(damped, self.constraints, status, on)
        for _ in range(_ROUNDS):
            moved = float((extra * np.abs(point.w - last)).max())
            if float(np.abs(point.w).max()) > _FAR:
                raise InputError(
                    "the objective falls without limit, because Q is singular and weights are not bounded; "
                    "bound them, or use a covariance from more periods or with shrinkage"
                )
            if moved <= 1e-13 * point.scale:
                break
            last = point.w
            damped.c = p.c + extra * last
            point, rounds, method = _solve(damped, self.constraints, point.status, point.on)
            total += rounds
        return point, total, method

    def _solution(self, c: FloatArray, point: Point, rounds: int, method: str) -> Solution:
        constraints = self.constraints
        w = np.clip(point.w, constraints.lower, constraints.upper)
        names = constraints.inequalities.names
        return Solution(
            weights=w,
            objective=float(0.5 * (w @ self.Q @ w) - c @ w),
            kkt=_residuals(self._p, constraints, w, point),
            iterations=rounds,
            status=point.status,
            active=tuple(name for name, is_on in zip(names, point.on.tolist(), strict=True) if is_on),
            method=method,
            regularization=0.0 if self.is_definite else _DAMPING,
        )


def solve_quadratic(
    Q: FloatArray, c: FloatArray, constraints: Constraints, *, start: Solution | None = None
) -> Solution:
    """Minimize 1/2 w'Qw - c'w within constraints; see `Quadratic`, which is for more than one c."""
    return Quadratic(Q, constraints).minimize(c, start=start)


def program(Q: FloatArray, c: FloatArray, constraints: Constraints) -> Program:
    """The arrays of a program, with every row of length one, so that one tolerance fits all."""
    E, e = _unit_rows(constraints.equalities.matrix, constraints.equalities.right)
    A, b = _unit_rows(constraints.inequalities.matrix, constraints.inequalities.right)
    return Program(Q, c, constraints.lower, constraints.upper, E, e, A, b)


def interior(
    p: Program, constraints: Constraints, tail: Tail | None = None
) -> tuple[State, FloatArray, Program]:
    """Solve by the interior point method: its last state, the weights, and the program it saw.

    Bounds that follow from the others and the budget are made explicit, which gives the method a middle to
    start from; weights without a choice are taken out, and are missing in state and program.
    """
    lower, upper = implied_bounds(constraints)
    free = upper - lower > FIXED
    fixed = np.where(free, 0.0, lower)
    start = middle(lower, upper, constraints.budget)
    inner = without(p, free, fixed, lower, upper)
    if tail is not None:
        tail = replace(tail, losses=tail.losses[:, free], fixed=tail.fixed + tail.losses @ fixed)
    w = fixed.copy()
    if not free.any():
        none, slack = np.zeros(0), np.maximum(inner.b, 0.0)
        return State(none, np.zeros(p.e.size), none, none, slack, np.zeros(p.b.size)), w, inner
    state = Interior(inner, tail, start[free]).solve()
    w[free] = state.w
    return state, w, inner


def without(p: Program, free: Flags, fixed: FloatArray, lower: FloatArray, upper: FloatArray) -> Program:
    """The program in free weights alone, within these bounds; `fixed` is zero where they are free."""
    return Program(
        p.Q[np.ix_(free, free)], (p.c - p.Q @ fixed)[free], lower[free], upper[free],
        p.E[:, free], p.e - p.E @ fixed, p.A[:, free], p.b - p.A @ fixed,
    )  # fmt: skip


def _solve(p: Program, constraints: Constraints, status: Status, on: Flags) -> tuple[Point, int, str]:
    """One positive definite program."""
    point, is_done, rounds = pivot(p, status, on)
    if point is not None and is_done:
        return point, rounds, "pivoting"
    if constraints.is_box:
        wanted = np.zeros(p.c.size) if point is None else point.w
        start = project(wanted, p.E[0], float(p.e[0]), p.lower, p.upper)
        point, more = descend(p, start)
        return point, rounds + more, "active set"
    guess, steps = _inner_guess(p, constraints)
    point, is_done, more = pivot(p, guess.status, guess.on)
    rounds += steps + more
    return (point if point is not None and is_done else guess), rounds, "interior point"


def _inner_guess(p: Program, constraints: Constraints) -> tuple[Point, int]:
    """The end of the interior point method as a point: what is closer to its bound than its multiplier is
    held."""
    state, w, _ = interior(p, constraints)
    lower, upper = implied_bounds(constraints)
    free = upper - lower > FIXED
    status = np.zeros(w.size, dtype=np.int8)
    status[~free] = np.where(p.lower[~free] == w[~free], -1, np.where(p.upper[~free] == w[~free], 1, 0))
    at_low = state.low > state.w - p.lower[free]  # Not the bounds that are implied: they have no multipliers.
    status[free] = np.where(at_low, -1, np.where(state.high > p.upper[free] - state.w, 1, 0))
    forces = p.Q @ w - p.c
    if status.all():
        ends = np.where(
            status > 0, forces, -forces
        )  # One weight explains the budget: the one it costs the most.
        status[int(ends.argmax())] = 0
    gradient = forces - state.equal @ p.E + state.most @ p.A
    scale = largest_term(p, w, forces)
    return Point(w, status, state.most > state.slack, state.equal, state.most, gradient, scale), state.steps


def implied_bounds(constraints: Constraints) -> tuple[FloatArray, FloatArray]:
    """Bounds with those that follow from all the others and the budget, where they are finite."""
    lower, upper = constraints.lower, constraints.upper
    spare = constraints.budget - float(lower.sum())
    if np.isfinite(spare):
        upper = np.minimum(upper, lower + max(spare, 0.0))
    excess = float(constraints.upper.sum()) - constraints.budget
    if np.isfinite(excess):
        lower = np.maximum(lower, constraints.upper - max(excess, 0.0))
    return lower, np.maximum(upper, lower)


def middle(lower: FloatArray, upper: FloatArray, budget: float) -> FloatArray:
    """A point strictly between bounds; on the budget where all bounds are finite."""
    if np.isfinite(lower).all() and np.isfinite(upper).all():
        room = float((upper - lower).sum())
        share = (budget - float(lower.sum())) / room if room > 0.0 else 0.0
        result: FloatArray = lower + share * (upper - lower)
        return result
    even = np.full(lower.size, budget / lower.size)
    has_low, has_high = np.isfinite(lower), np.isfinite(upper)
    high = np.where(has_high, upper, np.maximum(even, np.where(has_low, lower, even)) + 1.0)
    low = np.where(has_low, lower, np.minimum(even, high) - 1.0)
    inside: FloatArray = np.clip(even, low + 0.1 * (high - low), high - 0.1 * (high - low))
    return inside


def _feasible_start(p: Program, constraints: Constraints) -> FloatArray:
    """Weights within bounds and on the budget, nearest to zero."""
    return project(np.zeros(p.c.size), np.ones(p.c.size), constraints.budget, p.lower, p.upper)


def _unit_rows(rows: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray]:
    length = np.linalg.norm(rows, axis=1)
    length[length == 0.0] = 1.0
    return rows / length[:, None], right / length


def _is_definite(Q: FloatArray) -> bool:
    factor = factored(Q.copy())
    return factor is not None and float((np.diagonal(factor) ** 2 / np.diagonal(Q)).min()) > _SINGULAR


def _residuals(p: Program, constraints: Constraints, w: FloatArray, point: Point) -> Kkt:
    """Of the program as it is, with the best multipliers of the bounds for the multipliers of the rows."""
    forces = p.Q @ w - p.c
    gradient = forces - point.equal @ p.E + point.most @ p.A
    scale = largest_term(p, w, forces)
    has_low, has_high = np.isfinite(p.lower), np.isfinite(p.upper)
    low = np.where(has_low, np.maximum(gradient, 0.0), 0.0)
    high = np.where(has_high, np.maximum(-gradient, 0.0), 0.0)
    slacks = [
        low * np.where(has_low, w - p.lower, 0.0),
        high * np.where(has_high, p.upper - w, 0.0),
        np.abs(point.most * (p.b - p.A @ w)),
    ]
    signs = [np.abs(gradient - low + high), -point.most]
    return Kkt(
        stationarity=max(0.0, *(float(s.max()) for s in signs if s.size)) / scale,
        feasibility=constraints.violation(w),
        complementarity=max(0.0, *(float(s.max()) for s in slacks if s.size)) / scale,
    )
