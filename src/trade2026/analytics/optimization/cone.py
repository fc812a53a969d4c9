"""Convex programs with linear and norm constraints, by a primal-dual interior point method of our own.

The problem: minimize 1/2 x'Px + q'x over A x = b and G x + s = h, where the first `nonnegative` elements of
s are at least zero and the rest are blocks (s0, s1) with |s1| <= s0 (second-order cones). Each step is one of
Mehrotra's predictor and corrector (1992) in the scaling of Nesterov and Todd (1997), as Vandenberghe's note
on coneqp (2010) has it. The linear system of a step is factored as it stands, sparse; the scaling of a cone
is a diagonal and one vector, so that one variable more keeps long cones sparse. Rows are scaled to length one
first. Residuals and the gap come with the result.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import dgetrf, dgetrs
from scipy.sparse.linalg import splu

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.cone_algebra import Cones, Scaling
from trade2026.analytics.optimization.cone_split import Split, full_unknowns

_STEPS: Final = 100
_INWARD: Final = 0.99
_DAMPED: Final = 1e-10
"""Added to the diagonal that is factored; refinement takes it out of the step again."""
_REFINED: Final = 3
_SMALL: Final = 120
"""Unknowns up to which matrices are dense: less to keep account of."""
_DONE: Final = 1e-11
"""Residuals and gap, relative, at which it ends."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program; matrices are sparse."""

    P: Any
    q: FloatArray
    A: Any
    b: FloatArray
    G: Any
    h: FloatArray
    nonnegative: int
    """Rows of G of plain inequalities; they come first."""
    cones: tuple[int, ...] = ()
    """Lengths of the second-order cones, in the order of their rows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Where the method ended."""

    x: FloatArray
    equal: FloatArray
    """Multipliers of A: Px + q + A'equal + G'most = 0."""
    most: FloatArray
    """Multipliers of G, in the cone; at least zero for plain inequalities."""
    gap: float
    """s'most: by how much the objective is above the least at most, when the residuals are rounding."""
    residual: float
    """Largest residual of rows and gradient, relative."""
    steps: int

    @property
    def is_solved(self) -> bool:
        """Whether it may be used: residuals are rounding."""
        return self.residual <= 1e-7


def solve(program: Program) -> Answer:
    """The minimum; the caller knows that the program is feasible and bounded, or looks at the residual."""
    scaled, scale = _scaled(program)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # Past the end, which is seen there.
        found = _Method(scaled).run()
    return Answer(found.x, found.y * scale[0], found.z * scale[1], found.gap, found.residual, found.steps)


@dataclass(slots=True)
class _State:
    x: FloatArray
    y: FloatArray
    z: FloatArray
    s: FloatArray
    gap: float = np.inf
    residual: float = np.inf
    steps: int = 0


def _scaled(p: Program) -> tuple[Program, tuple[FloatArray, FloatArray]]:
    """Rows of length one; a cone has one factor for all its rows."""
    rows = _lengths(p.A)
    most = _lengths(p.G)
    at = p.nonnegative
    for size in p.cones:
        most[at : at + size] = most[at : at + size].max()
        at += size
    rows, most = 1.0 / rows, 1.0 / most
    P, A, G = p.P, sp.diags_array(rows) @ p.A, sp.diags_array(most) @ p.G
    if p.q.size + p.b.size + p.h.size <= _SMALL:
        P, A, G = P.toarray(), A.toarray(), G.toarray()
    return Program(P, p.q, A, rows * p.b, G, most * p.h, p.nonnegative, p.cones), (rows, most)


def _lengths(matrix: Any) -> FloatArray:
    result: FloatArray = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64).ravel())
    result[result == 0.0] = 1.0
    return result


class _Method:
    """The steps."""

    def __init__(self, p: Program) -> None:
        self.p = p
        self.cones = Cones(p.nonnegative, p.cones)
        self.pattern = _Pattern(p, self.cones)
        self.size_q = max(1.0, float(np.abs(p.q).max(initial=0.0)))
        self.size_b = max(1.0, float(np.abs(p.b).max(initial=0.0)))
        self.size_h = max(1.0, float(np.abs(p.h).max(initial=0.0)))

    def run(self) -> _State:
        """Until residuals and gap are rounding, or no step makes them smaller."""
        now, best, still = self._first(), None, 0
        for step in range(_STEPS):
            rx, ry, rz = self._residuals(now)
            now.gap = float(now.s @ now.z)
            p = self.p
            value = abs(0.5 * float(now.x @ (p.P @ now.x)) + float(p.q @ now.x))
            now.residual = max(
                float(np.abs(rx).max(initial=0.0)) / self.size_q,
                float(np.abs(ry).max(initial=0.0)) / self.size_b,
                float(np.abs(rz).max(initial=0.0)) / self.size_h,
            )
            now.steps = step
            worth = max(now.residual, now.gap / max(1.0, value))
            if best is None or worth < best[0]:
                best, still = (worth, _copy(now)), 0
            else:
                still += 1
            if worth <= _DONE or not np.isfinite(worth) or still > (3 if best[0] < 1e-8 else 8):
                break
            if not self._advance(now, rx, ry, rz):
                break
        assert best is not None
        return best[1]

    def _residuals(self, now: _State) -> tuple[FloatArray, FloatArray, FloatArray]:
        p = self.p
        rx = p.P @ now.x + p.q + p.A.T @ now.y + p.G.T @ now.z
        return rx, p.A @ now.x - p.b, p.G @ now.x + now.s - p.h

    def _first(self) -> _State:
        """The least squares of the rows, moved inside the cone."""
        one = self.cones.one
        system = _System(self.pattern, self.cones, Scaling(self.cones, one, one))
        x, y, z = system.solved(-self.p.q, self.p.b, self.p.h)
        return _State(x, y, self.cones.inside(z), self.cones.inside(-z))

    def _advance(self, now: _State, rx: FloatArray, ry: FloatArray, rz: FloatArray) -> bool:
        cones = self.cones
        scaling = Scaling(cones, now.s, now.z)
        if not np.isfinite(scaling.at).all():
            return False
        try:
            system = _System(self.pattern, cones, scaling)
        except RuntimeError:  # Singular to rounding: the last point is as good as it gets.
            return False
        level = now.gap / max(cones.degree, 1)
        at = scaling.at
        push = -cones.product(at, at)
        _, _, dz, ds = self._step(system, scaling, rx, ry, rz, push)
        length = min(1.0, cones.reach(now.s, ds), cones.reach(now.z, dz))
        left = float((now.s + length * ds) @ (now.z + length * dz)) / max(cones.degree, 1)
        share = min(max(left / level, 0.0), 1.0) ** 3 if level > 0.0 else 0.0
        second = cones.product(scaling.times(ds, inverse=True), scaling.times(dz))
        push = push - second + share * level * cones.one
        rest = 1.0 - share
        dx, dy, dz, ds = self._step(system, scaling, rest * rx, rest * ry, rest * rz, push)
        length = min(1.0, _INWARD * min(cones.reach(now.s, ds), cones.reach(now.z, dz)))
        now.x, now.y = now.x + length * dx, now.y + length * dy
        now.s, now.z = now.s + length * ds, now.z + length * dz
        return length > 1e-10

    def _step(
        self, system: "_System", scaling: Scaling, rx: FloatArray, ry: FloatArray, rz: FloatArray,
        push: FloatArray,
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:  # fmt: skip
        """Changes of x, y, z and s towards products `push` in the scaled cone."""
        turned = scaling.times(self.cones.divided(scaling.at, push))
        dx, dy, dz = system.solved(-rx, -ry, -rz - turned)
        ds = turned - scaling.times(scaling.times(dz))
        return dx, dy, dz, ds


def _copy(now: _State) -> _State:
    return _State(now.x.copy(), now.y.copy(), now.z.copy(), now.s.copy(), now.gap, now.residual, now.steps)


class _Pattern:
    """Where the elements of the system are, which is the same at every step."""

    def __init__(self, p: Program, cones: Cones) -> None:
        n, k, m, extra = p.q.size, p.b.size, p.h.size, len(cones.blocks)
        self.sizes = n, k, m, extra
        self.is_dense = isinstance(p.A, np.ndarray)
        A, G = sp.coo_array(p.A), sp.coo_array(p.G)
        diagonal = np.arange(n + k)  # Zeros where P has none, to be damped.
        P = sp.coo_array(sp.csc_array(sp.csc_array(p.P) + sp.csc_array((n, n))))
        still = sp.csc_array(
            (
                np.concatenate([P.data, A.data, A.data, G.data, G.data, np.zeros(n + k)]),
                (
                    np.concatenate([P.row, A.row + n, A.col, G.row + n + k, G.col, diagonal]),
                    np.concatenate([P.col, A.col, A.row + n, G.col, G.row + n + k, diagonal]),
                ),
            ),
            shape=(n + k + m + extra,) * 2,
        )
        still.sum_duplicates()
        still = sp.coo_array(still)
        turned = [np.arange(block.start, block.stop) + n + k for block in cones.blocks]
        rows = np.concatenate([*turned, np.zeros(0, dtype=np.int64)]).astype(np.int64)
        at = [np.full(each.size, n + k + m + number) for number, each in enumerate(turned)]
        columns = np.concatenate([*at, np.zeros(0, dtype=np.int64)]).astype(np.int64)
        scaled, own = np.arange(n + k, n + k + m), np.arange(n + k + m, n + k + m + extra)
        self.still = np.concatenate([still.data, np.zeros(m + 2 * rows.size), np.ones(extra)])
        every = np.concatenate([still.row, scaled, rows, columns, own])
        across = np.concatenate([still.col, scaled, columns, rows, own])
        number = np.arange(self.still.size, dtype=np.float64)
        self.places = every * still.shape[0] + across
        self.matrix = sp.csc_matrix((number + 1.0, (every, across)), shape=still.shape)
        self.matrix.sort_indices()
        self.order = self.matrix.data.astype(np.int64) - 1
        self.scaled = slice(still.nnz, still.nnz + m)
        self.turned = slice(still.nnz + m, still.nnz + m + 2 * rows.size)
        self.damping = np.zeros(self.still.size)
        is_diagonal = every == across
        self.damping[is_diagonal] = np.where(every < n, _DAMPED, -_DAMPED)[is_diagonal]
        self.damping[self.still.size - extra :] = 0.0
        full = np.zeros(0, dtype=np.int64) if self.is_dense else full_unknowns(p.P, p.A, p.G, p.cones)
        self.split = Split(self.matrix, full) if full.size else None

    def filled(self, values: FloatArray) -> Any:
        """A matrix with these values, in the order of `still`."""
        if self.is_dense:
            size = self.matrix.shape[0]
            dense = np.zeros(size * size)
            dense[self.places] = values
            return dense.reshape(size, size)
        found = self.matrix.copy()
        found.data = values[self.order]
        return found


class _System:
    """P A' G'; A 0 0; G 0 -W'W, with a variable more for each block; factored once a step."""

    def __init__(self, pattern: _Pattern, cones: Cones, scaling: Scaling) -> None:
        self.sizes = pattern.sizes
        values = pattern.still.copy()
        diagonal = np.zeros(cones.size)
        diagonal[: cones.plain] = scaling.plain**2
        turns = []
        for block, factor, w in scaling.blocks:
            diagonal[block] = factor**2
            diagonal[block.start] = -(factor**2)
            turns.append(-np.sqrt(2.0) * factor * w)
        values[pattern.scaled] = -diagonal
        if turns:
            values[pattern.turned] = np.concatenate([*turns, *turns])
        self.K = pattern.filled(values)
        damped = values + pattern.damping
        if pattern.split is not None:
            self.solve = pattern.split.factor(damped)
        elif pattern.is_dense:
            self.solve = _dense_factor(pattern.filled(damped))
        else:
            self.solve = _sparse_factor(pattern.filled(damped))

    def solved(
        self, x: FloatArray, y: FloatArray, z: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The solution for a right side, refined against the matrix without damping."""
        n, k, m, extra = self.sizes
        right = np.concatenate([x, y, z, np.zeros(extra)])
        found = self.solve(right)
        for _ in range(_REFINED):
            found = found + self.solve(right - self.K @ found)
        return found[:n], found[n : n + k], found[n + k : n + k + m]


def _dense_factor(matrix: FloatArray) -> Callable[[FloatArray], FloatArray]:
    factor, pivots, info = dgetrf(matrix.T)  # As good as the matrix itself, which is symmetric.
    if info != 0:
        raise RuntimeError("the system is singular")
    return lambda right: np.asarray(dgetrs(factor, pivots, right)[0], dtype=np.float64)


def _sparse_factor(matrix: Any) -> Callable[[FloatArray], FloatArray]:
    found = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.001, options={"SymmetricMode": True})
    return lambda right: np.asarray(found.solve(right), dtype=np.float64)
