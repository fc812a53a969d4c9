"""Programs put together from named parts: weights, what is made of them, rows, cones and costs.

A row or a cone is a sum of matrices times blocks of variables. `homogenize` multiplies everything that is
constant by one more variable, the scale: for a measure of risk that doubles with the weights, the largest
ratio of reward to risk is the least risk at a reward of one, and the weights are the solution over its scale
(Charnes and Cooper 1962; Cornuejols and Tutuncu 2006, chapter 8). Linear programs are solved by HiGHS, those
with whole numbers by its branch and bound, all others by `cone`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.optimization import cone
from trade2026.analytics.optimization.conflicts import System
from trade2026.analytics.optimization.quiet import stray_lines_to_stderr
from trade2026.primitives.errors import InputError

Term = tuple[slice, Any]
"""A block of variables, and the matrix that it is multiplied by (or a number, for the block itself)."""

_TIGHT: Final = 1e-10
NO_RATIO: Final = (
    "the risk of some weights that are allowed is zero or less, so that no ratio is the largest; use another "
    "measure, a larger tail, or more periods"
)
_UNBOUNDED: Final = (
    "the objective falls without limit, because weights are not bounded; give each a lower and an upper bound"
)


class Unsolved(InputError):
    """A program whose solution was lost to rounding: nothing is known about it."""


@dataclass(slots=True)
class _Rows:
    terms: Sequence[Term]
    right: FloatArray
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Values:
    """The solution of a model."""

    x: FloatArray
    multipliers: dict[str, float]
    """Of named rows: by how much the objective falls when the right side is one larger."""
    objective: float
    gap: float
    """By how much another solution may be better at most."""
    steps: int
    method: str

    @property
    def told(self) -> str:
        """How it was found."""
        return f"solved in {self.steps} steps: {self.method}"


@dataclass(slots=True)
class Model:
    """What is minimized, and within what; the first block is the weights."""

    size: int = 0
    lower: list[FloatArray] = field(default_factory=list)
    upper: list[FloatArray] = field(default_factory=list)
    whole: list[slice] = field(default_factory=list)
    at_most: list[_Rows] = field(default_factory=list)
    equal: list[_Rows] = field(default_factory=list)
    cones: list[_Rows] = field(default_factory=list)
    costs: list[tuple[slice, FloatArray]] = field(default_factory=list)
    curves: list[tuple[slice, Any]] = field(default_factory=list)
    scale: slice | None = None

    def add(
        self, count: int, *, lower: FloatArray | float = -np.inf, upper: FloatArray | float = np.inf,
        whole: bool = False,
    ) -> slice:  # fmt: skip
        """More variables; their block."""
        block = slice(self.size, self.size + count)
        self.size += count
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), count))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), count))
        if whole:
            self.whole.append(block)
        return block

    def require_at_most(self, terms: Sequence[Term], right: FloatArray | float, *names: str) -> None:
        """Rows: the sum of the terms is at most `right`."""
        self.at_most.append(_rows(terms, right, names))

    def require_equal(self, terms: Sequence[Term], right: FloatArray | float, *names: str) -> None:
        """Rows: the sum of the terms is `right`."""
        self.equal.append(_rows(terms, right, names))

    def require_norm(self, terms: Sequence[Term], center: FloatArray, limit: float | Term, name: str) -> None:
        """The length of (sum of terms - center) is at most a number, or a row of variables."""
        count = center.size
        moved = [(block, _padded(matrix, block, count)) for block, matrix in terms]
        right = np.concatenate([[0.0], -center])
        if isinstance(limit, tuple):
            block, row = limit
            _, column, value = _triplets(row, block)
            first = np.zeros(column.size, dtype=np.int64)
            shape = (count + 1, _count(block))
            moved.append((block, sp.csr_array((-value, (first, column)), shape=shape)))
        else:
            right[0] = limit
        self.cones.append(_Rows(moved, right, (name,) + ("",) * count))

    def cost(self, block: slice, values: FloatArray | float) -> None:
        """Add values @ block to what is minimized."""
        self.costs.append((block, np.broadcast_to(np.asarray(values, dtype=np.float64), _count(block))))

    def curve(self, block: slice, matrix: Any) -> None:
        """Add half of block' matrix block to what is minimized; positive semidefinite."""
        self.curves.append((block, matrix))

    def homogenize(self) -> slice:
        """Multiply all that is constant by a new variable of at least zero: its block."""
        lower, upper = np.concatenate(self.lower), np.concatenate(self.upper)
        for sign, bound in ((-1.0, lower), (1.0, upper)):
            has = np.flatnonzero(np.isfinite(bound))
            if has.size:
                pick = sp.csr_array(
                    (np.full(has.size, sign), (np.arange(has.size), has)), (has.size, self.size)
                )
                self.at_most.append(_Rows([(slice(0, self.size), pick)], sign * bound[has], ("",) * has.size))
        self.lower, self.upper = [np.full(self.size, -np.inf)], [np.full(self.size, np.inf)]
        scale = self.add(1, lower=0.0)
        for rows in (*self.at_most, *self.equal, *self.cones):
            if rows.right.any():
                rows.terms = [*rows.terms, (scale, sp.csr_array(-rows.right[:, None]))]
                rows.right = np.zeros_like(rows.right)
        self.scale = scale
        return scale

    def system(self, assets: tuple[str, ...]) -> System:
        """Its linear rows, for `conflicts`."""
        A, b, at_most = self._stacked(self.at_most)
        E, e, equal = self._stacked(self.equal)
        lower, upper = np.concatenate(self.lower), np.concatenate(self.upper)
        return System(A, b, at_most, E, e, equal, lower, upper, assets)

    def solve(self, *, nodes_max: int | None = None) -> Values:
        """The minimum; InputError where it is unbounded, as the rows are known to be feasible.

        With whole numbers, HiGHS ends after `nodes_max` nodes, and the gap is what is left then.
        """
        if self.cones or self.curves:
            return self._curved()
        return self._whole(nodes_max) if self.whole else self._linear()

    def _cost(self) -> FloatArray:
        result = np.zeros(self.size)
        for block, values in self.costs:
            result[block] += values
        return result

    def _linear(self) -> Values:
        system, c = self.system(()), self._cost()
        found = linprog(
            c, A_ub=sp.csr_matrix(system.A), b_ub=system.b, A_eq=sp.csr_matrix(system.E), b_eq=system.e,
            bounds=np.column_stack([system.lower, system.upper]), method="highs",
            options={"primal_feasibility_tolerance": _TIGHT, "dual_feasibility_tolerance": _TIGHT},
        )  # fmt: skip
        if found.status != 0:
            if found.status in (3, 4):
                raise InputError(_UNBOUNDED if self.scale is None else NO_RATIO)
            raise InputError(_not_solved(found.message))
        worth = -np.concatenate([found.ineqlin.marginals, found.eqlin.marginals])
        duals = zip([*system.at_most, *system.equal], worth, strict=True)
        told = {name: float(value) for name, value in duals if name}
        below = float(found.ineqlin.marginals @ system.b) + float(found.eqlin.marginals @ system.e)
        for bound, prices in ((system.lower, found.lower.marginals), (system.upper, found.upper.marginals)):
            has = np.isfinite(bound)
            below += float(bound[has] @ prices[has])
        gap = max(float(found.fun) - below, 0.0)  # Duality: what the multipliers prove.
        return Values(found.x, told, float(found.fun), gap, int(found.nit), "linear program (HiGHS)")

    def _whole(self, nodes_max: int | None) -> Values:
        system, c = self.system(()), self._cost()
        integrality = np.zeros(self.size)
        for block in self.whole:
            integrality[block] = 1
        with stray_lines_to_stderr():
            found = milp(
                c, integrality=integrality, bounds=Bounds(system.lower, system.upper),
                constraints=[
                    LinearConstraint(sp.csc_array(system.A), -np.inf, system.b),
                    LinearConstraint(sp.csc_array(system.E), system.e, system.e),
                ],
                options={"mip_rel_gap": 0.0} | ({} if nodes_max is None else {"node_limit": nodes_max}),
            )  # fmt: skip
        if found.status == 2:  # The numbers alone can be met, as was seen before.
            raise InputError(
                "no choice of assets meets all constraints and the target; allow more assets, smaller "
                "positions, or another target"
            )
        if found.x is None and found.status == 1:
            raise InputError(
                f"no choice of assets was found within {nodes_max} nodes; allow more, or smaller ones"
            )
        if found.x is None:
            raise InputError(_not_solved(found.message))
        gap = max(float(found.fun) - float(found.mip_dual_bound), 0.0)
        nodes = int(found.mip_node_count)
        return Values(found.x, {}, float(found.fun), gap, nodes, "branch and bound (HiGHS)")

    def _curved(self) -> Values:
        system, q = self.system(()), self._cost()
        P = self._squares()
        unit = sp.eye_array(self.size, format="csr")
        low, high = np.flatnonzero(np.isfinite(system.lower)), np.flatnonzero(np.isfinite(system.upper))
        C, d, names = self._stacked(self.cones)
        G = sp.vstack([system.A, -unit[low], unit[high], C])
        h = np.concatenate([system.b, -system.lower[low], system.upper[high], d])
        plain = h.size - d.size
        found = cone.solve(
            cone.Program(
                sp.csc_array(P), q, sp.csc_array(system.E), system.e, sp.csc_array(G), h, plain,
                tuple(each.right.size for each in self.cones),
            )
        )  # fmt: skip
        if not found.is_solved or float(np.abs(found.x).max()) > 1e7:
            raise Unsolved(
                f"the program could not be solved: residuals of {found.residual:.3g} are left after "
                f"{found.steps} steps; weights may not be bounded, or constraints leave no room"
            )
        told = {name: float(v) for name, v in zip(system.at_most, found.most, strict=False) if name}
        told |= {name: float(v) for name, v in zip(system.equal, found.equal, strict=True) if name}
        told |= {name: float(v) for name, v in zip(names, found.most[plain:], strict=True) if name}
        value = 0.5 * float(found.x @ (P @ found.x)) + float(q @ found.x)
        return Values(found.x, told, value, found.gap, found.steps, "interior point (cone)")

    def _squares(self) -> Any:
        """The matrix of what is curved."""
        rows, columns, values = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        for block, matrix in self.curves:
            row, column, value = _triplets(matrix, block)
            rows.append(row + block.start)
            columns.append(column + block.start)
            values.append(value)
        places = np.concatenate(rows), np.concatenate(columns)
        return sp.csc_array((np.concatenate(values), places), shape=(self.size, self.size))

    def _stacked(self, parts: Sequence[_Rows]) -> tuple[Any, FloatArray, tuple[str, ...]]:
        if not parts:
            return sp.csr_array((0, self.size)), np.zeros(0), ()
        at, rows, columns, values = 0, [], [], []
        for part in parts:
            for block, matrix in part.terms:
                row, column, value = _triplets(matrix, block)
                rows.append(row + at)
                columns.append(column + block.start)
                values.append(value)
            at += part.right.size
        places = np.concatenate(rows), np.concatenate(columns)
        total = sp.csr_array((np.concatenate(values), places), shape=(at, self.size))
        names = tuple(name for part in parts for name in part.names)
        return total, np.concatenate([part.right for part in parts]), names


def _rows(terms: Sequence[Term], right: FloatArray | float, names: Sequence[str]) -> _Rows:
    """Rows of the height of their first matrix; one name, or one each."""
    block, matrix = terms[0]
    if np.isscalar(matrix):
        height = _count(block)
    else:
        height = int(matrix.shape[0]) if matrix.ndim == 2 else 1
    sides = np.broadcast_to(np.asarray(right, dtype=np.float64), height).copy()
    given = tuple(names) or ("",)
    each = given if len(given) == height else given * height
    return _Rows(list(terms), sides, each)


def _triplets(matrix: Any, block: slice) -> tuple[IntArray, IntArray, FloatArray]:
    """Rows, columns and values; a number is that number times the block itself, a vector is a row."""
    if np.isscalar(matrix):
        at = np.arange(_count(block))
        return at, at, np.full(at.size, float(matrix))  # type: ignore[arg-type]
    if isinstance(matrix, np.ndarray):
        whole = np.atleast_2d(matrix)
        row, column = np.nonzero(whole)
        return row, column, whole[row, column]
    found = sp.coo_array(matrix)
    return found.row, found.col, found.data


def _padded(matrix: Any, block: slice, count: int) -> Any:
    """Rows of a cone: none in its head, and minus the matrix below, as s = h - G x."""
    row, column, value = _triplets(matrix, block)
    return sp.csr_array((-value, (row + 1, column)), shape=(count + 1, _count(block)))


def _count(block: slice) -> int:
    return int(block.stop - block.start)


def _not_solved(message: str) -> str:
    return f"the linear program could not be solved: {message}; give weights bounds and less extreme numbers"
