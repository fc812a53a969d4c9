"""What weights must satisfy: bounds of each asset, a budget, groups, and linear constraints.

That a set of constraints can be met is checked when it is made, so that no solver meets an empty one. For
bounds and a budget, sums decide. With more, a linear program makes the sum of all violations as small as
it can be (its optimum is zero where they agree); the multipliers of that program say which constraints stand
against one another, and its slacks by how much.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from scipy.optimize import linprog

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.inputs import matrix, vector
from trade2026.primitives.errors import InputError

FEASIBLE: Final = 1e-9
"""Violations below this, in weights, are rounding."""
_MULTIPLIER: Final = 1e-7
_NAMED_AT_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Group:
    """Assets whose weights together are bounded."""

    name: str
    members: tuple[int, ...]
    """Indices of assets."""
    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True, slots=True)
class Rows:
    """Linear constraints of one kind: matrix @ weights at most, or equal to, right; with a name each."""

    matrix: FloatArray
    right: FloatArray
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.names)


def no_rows(assets: int) -> Rows:
    """No linear constraint."""
    return Rows(np.zeros((0, assets)), np.zeros(0), ())


@dataclass(frozen=True, slots=True)
class Constraints:
    """Bounds, budget, groups and linear constraints on weights; known to be feasible.

    Parameters
    ----------
    lower, upper : float64, shape (n,)
        Of each weight; infinite where there is none.
    budget : float
        Sum of the weights: 1 is fully invested, 0 is as much short as long.
    groups : tuple of Group
        Bounds on sums of weights.
    at_most, equal : Rows or None
        General linear constraints.

    Raises
    ------
    InputError
        An argument has the wrong shape, or no weights satisfy all constraints: the message names those
        that conflict and by how much.
    """

    lower: FloatArray
    upper: FloatArray
    budget: float = 1.0
    groups: tuple[Group, ...] = ()
    at_most: Rows | None = None
    equal: Rows | None = None
    inequalities: Rows = field(init=False, repr=False)
    """Groups and `at_most` as rows of matrix @ w <= right."""
    equalities: Rows = field(init=False, repr=False)
    """The budget, then `equal`, as rows of matrix @ w == right."""

    def __post_init__(self) -> None:
        _check_bounds(self.lower, self.upper, self.budget)
        object.__setattr__(self, "inequalities", self._inequalities())
        object.__setattr__(self, "equalities", self._equalities())
        _check_budget(self)
        if not self.is_box:
            _check_together(self)

    @classmethod
    def box(
        cls, assets: int, *, lower: float = 0.0, upper: float = np.inf, budget: float = 1.0
    ) -> "Constraints":
        """The same bounds for every asset; without arguments long only and fully invested."""
        return cls(np.full(assets, float(lower)), np.full(assets, float(upper)), budget)

    @property
    def size(self) -> int:
        """Number of assets."""
        return self.lower.size

    @property
    def is_box(self) -> bool:
        """Whether there is nothing but bounds and the budget."""
        return self.inequalities.count == 0 and self.equalities.count == 1

    @property
    def is_cone(self) -> bool:
        """Whether it is long only and fully invested, and nothing else binds: all ratios are allowed."""
        reaches = bool((self.upper >= self.budget).all())
        return self.is_box and self.budget > 0.0 and reaches and not self.lower.any()

    def with_at_most(self, name: str, coefficients: FloatArray, right: float) -> "Constraints":
        """The same with coefficients @ w <= right added."""
        row = np.asarray(coefficients, dtype=np.float64)[None, :]
        old = self.at_most or no_rows(self.size)
        rows = Rows(np.vstack([old.matrix, row]), np.append(old.right, right), (*old.names, name))
        return Constraints(self.lower, self.upper, self.budget, self.groups, rows, self.equal)

    def violation(self, weights: FloatArray) -> float:
        """The largest violation, in weights; 0 where all constraints hold."""
        parts = [
            self.lower - weights,
            weights - self.upper,
            self.inequalities.matrix @ weights - self.inequalities.right,
            np.abs(self.equalities.matrix @ weights - self.equalities.right),
        ]
        return max(0.0, *(float(part.max()) for part in parts if part.size))

    def _inequalities(self) -> Rows:
        rows, right, names = [], [], []
        for group in self.groups:
            members = _membership(group, self.size)
            if group.upper < np.inf:
                rows.append(members)
                right.append(group.upper)
                names.append(f"group {group.name} at most {group.upper:g}")
            if group.lower > -np.inf:
                rows.append(-members)
                right.append(-group.lower)
                names.append(f"group {group.name} at least {group.lower:g}")
        if self.at_most is not None:
            given = _checked_rows("at_most", self.at_most, self.size)
            rows.extend(given.matrix)
            right.extend(given.right)
            names.extend(given.names)
        return Rows(np.array(rows), np.array(right), tuple(names)) if rows else no_rows(self.size)

    def _equalities(self) -> Rows:
        budget = Rows(np.ones((1, self.size)), np.array([float(self.budget)]), (f"budget {self.budget:g}",))
        if self.equal is None:
            return budget
        given = _checked_rows("equal", self.equal, self.size)
        return Rows(
            np.vstack([budget.matrix, given.matrix]),
            np.concatenate([budget.right, given.right]),
            budget.names + given.names,
        )


def most(constraints: Constraints, values: FloatArray) -> float:
    """The largest values @ weights that the constraints allow; infinite where they do not bound it."""
    if constraints.is_box and np.isfinite(constraints.lower).all():
        return _most_in_box(constraints, values)
    result = linprog(
        -values,
        A_ub=constraints.inequalities.matrix if constraints.inequalities.count else None,
        b_ub=constraints.inequalities.right if constraints.inequalities.count else None,
        A_eq=constraints.equalities.matrix,
        b_eq=constraints.equalities.right,
        bounds=np.column_stack([constraints.lower, constraints.upper]),
        method="highs",
    )
    if result.status in (3, 4):  # Unbounded; of constraints that are feasible, as these are, 4 says so too.
        return np.inf
    assert result.status == 0, result.message
    return -float(result.fun)


def _most_in_box(constraints: Constraints, values: FloatArray) -> float:
    """For bounds and a budget alone, by filling the best assets first."""
    room = constraints.upper - constraints.lower
    left = constraints.budget - float(constraints.lower.sum())
    order = np.argsort(-values, kind="stable")
    filled = np.minimum(np.cumsum(room[order]), left)
    added = np.diff(filled, prepend=0.0)
    return float(values @ constraints.lower + values[order] @ added)


def _check_bounds(lower: FloatArray, upper: FloatArray, budget: float) -> None:
    for name, bound in (("lower", lower), ("upper", upper)):
        if bound.ndim != 1 or bound.dtype != np.float64 or bound.size == 0:
            raise InputError(f"{name} must be a 1-D float64 array, was shape {bound.shape} of {bound.dtype}")
        if np.isnan(bound).any():
            raise InputError(f"{name} must not be NaN, was at asset {int(np.isnan(bound).argmax())}; use inf")
    if lower.size != upper.size:
        raise InputError(f"lower and upper must have one bound per asset, had {lower.size} and {upper.size}")
    if not np.isfinite(budget):
        raise InputError(f"budget must be finite, was {budget}; 1 is fully invested")
    wrong = np.flatnonzero((lower > upper) | (lower == np.inf) | (upper == -np.inf))
    if wrong.size:
        asset = int(wrong[0])
        raise InputError(
            f"bounds of asset {asset} conflict: lower {lower[asset]:g} is {lower[asset] - upper[asset]:g} "
            f"above upper {upper[asset]:g}; {wrong.size} assets are so"
        )


def _check_budget(constraints: Constraints) -> None:
    """Bounds against the budget, and against each group, by sums."""
    budget = constraints.budget
    least, largest = float(constraints.lower.sum()), float(constraints.upper.sum())
    if least > budget + FEASIBLE:
        raise InputError(
            f"budget {budget:g} and the lower bounds conflict: they sum to {least:g}, "
            f"{least - budget:g} more; "
            "lower them"
        )
    if largest < budget - FEASIBLE:
        raise InputError(
            f"budget {budget:g} and the upper bounds conflict: they sum to {largest:g}, {budget - largest:g} "
            "less; raise them"
        )
    for group in constraints.groups:
        members = list(group.members)
        least, largest = float(constraints.lower[members].sum()), float(constraints.upper[members].sum())
        if least > group.upper + FEASIBLE:
            raise InputError(
                f"group {group.name} at most {group.upper:g} and the lower bounds of its assets conflict: "
                f"they sum to {least:g}, {least - group.upper:g} more"
            )
        if largest < group.lower - FEASIBLE:
            raise InputError(
                f"group {group.name} at least {group.lower:g} and the upper bounds of its assets conflict: "
                f"they sum to {largest:g}, {group.lower - largest:g} less"
            )


def _check_together(constraints: Constraints) -> None:
    """Phase one: minimize the sum of violations of all rows within the bounds."""
    result = _least_violation(constraints)
    if result.fun <= FEASIBLE:
        return
    n = constraints.size
    rows = [*constraints.inequalities.names, *constraints.equalities.names]
    multipliers = np.concatenate([result.ineqlin.marginals, result.eqlin.marginals])
    parties = [name for name, value in zip(rows, multipliers, strict=True) if abs(value) > _MULTIPLIER]
    at_bound = np.flatnonzero(
        np.abs(result.lower.marginals[:n]) + np.abs(result.upper.marginals[:n]) > _MULTIPLIER
    )
    if at_bound.size:
        shown = ", ".join(str(asset) for asset in at_bound[:_NAMED_AT_MOST])
        more = f" and {at_bound.size - _NAMED_AT_MOST} more" if at_bound.size > _NAMED_AT_MOST else ""
        parties.append(f"the bounds of assets {shown}{more}")
    raise InputError(
        "no weights satisfy all constraints; these conflict, "
        f"by {result.fun:.6g} in sum: {'; '.join(parties)}"
    )


def _least_violation(constraints: Constraints) -> Any:
    """The linear program over weights, one slack an inequality, and two an equality."""
    n, m, k = constraints.size, constraints.inequalities.count, constraints.equalities.count
    unit, zero = np.eye(k), np.zeros
    a_ub = np.hstack([constraints.inequalities.matrix, -np.eye(m), zero((m, 2 * k))])
    a_eq = np.hstack([constraints.equalities.matrix, zero((k, m)), unit, -unit])
    bounds = np.vstack(
        [
            np.column_stack([constraints.lower, constraints.upper]),
            np.column_stack([zero(m + 2 * k), np.full(m + 2 * k, np.inf)]),
        ]
    )
    result = linprog(
        np.concatenate([zero(n), np.ones(m + 2 * k)]),
        A_ub=a_ub,
        b_ub=constraints.inequalities.right,
        A_eq=a_eq,
        b_eq=constraints.equalities.right,
        bounds=bounds,
        method="highs",
    )
    assert result.status == 0, result.message  # Slacks make it feasible, and its objective is at least zero.
    return result


def _membership(group: Group, assets: int) -> FloatArray:
    bad = [member for member in group.members if not 0 <= member < assets]
    if not group.members or bad:
        raise InputError(
            f"group {group.name} must have members from 0 to {assets - 1}, had {bad or 'none'}; use indices"
        )
    if group.lower > group.upper or np.isnan(group.lower) or np.isnan(group.upper):
        raise InputError(
            f"group {group.name} must have lower up to upper, were {group.lower} and {group.upper}"
        )
    result = np.zeros(assets)
    result[list(group.members)] = 1.0
    return result


def _checked_rows(name: str, rows: Rows, assets: int) -> Rows:
    matrix(name, rows.matrix, columns=assets)
    vector(f"right side of {name}", rows.right, size=rows.matrix.shape[0])
    if len(rows.names) != rows.right.size:
        raise InputError(f"{name} must have a name for each of its {rows.right.size} rows, had {rows.names}")
    return rows
