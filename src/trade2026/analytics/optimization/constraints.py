"""What weights must satisfy: bounds of each asset, a budget, groups, and linear constraints.

That a set of constraints can be met is checked when it is made, so that no solver meets an empty one. For
bounds and a budget, sums decide. With more, `conflicts` names a smallest set that cannot hold together, and
by how much it is missed. What is not linear in weights, gross exposure, turnover, tracking error and how many
assets are held, is in `limits`.
"""

from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import linprog

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import matrix, vector
from trade2026.analytics.optimization.conflicts import FEASIBLE, System, conflict
from trade2026.primitives.errors import InputError


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
    turned: tuple[bool, ...] = ()
    """Which rows are constraints from below, written with the other sign; empty for none."""

    @property
    def count(self) -> int:
        """How many."""
        return len(self.names)

    @property
    def signs(self) -> FloatArray:
        """-1 for rows that are turned, 1 for others, shape (count,)."""
        turned = np.array(self.turned or (False,) * self.count, dtype=np.bool_)
        result: FloatArray = np.where(turned, -1.0, 1.0)
        return result


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
    assets : tuple of str
        Names of the assets, for messages; empty for their numbers.

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
    assets: tuple[str, ...] = ()
    inequalities: Rows = field(init=False, repr=False)
    """Groups and `at_most` as rows of matrix @ w <= right."""
    equalities: Rows = field(init=False, repr=False)
    """The budget, then `equal`, as rows of matrix @ w == right."""

    def __post_init__(self) -> None:
        _check_bounds(self)
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

    def name(self, asset: int) -> str:
        """Of an asset, or "asset" and its number."""
        return self.assets[asset] if self.assets else f"asset {asset}"

    def with_at_most(self, name: str, coefficients: FloatArray, right: float) -> "Constraints":
        """The same with coefficients @ w <= right added."""
        row = np.asarray(coefficients, dtype=np.float64)[None, :]
        old = self.at_most or no_rows(self.size)
        turned = (*(old.signs < 0.0).tolist(), False)
        rows = Rows(np.vstack([old.matrix, row]), np.append(old.right, right), (*old.names, name), turned)
        return replace(self, at_most=rows)

    def around(self, lower: FloatArray, upper: FloatArray) -> "Constraints":
        """The same with bounds around weights that the caller knows to satisfy all: nothing is looked for."""
        made = copy(self)
        object.__setattr__(made, "lower", lower)
        object.__setattr__(made, "upper", upper)
        return made

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
        rows, right, names, turned = [], [], [], []
        for group in self.groups:
            members = _membership(group, self.size)
            if group.upper < np.inf:
                rows.append(members)
                right.append(group.upper)
                names.append(f"group {group.name} at most {group.upper:g}")
                turned.append(False)
            if group.lower > -np.inf:
                rows.append(-members)
                right.append(-group.lower)
                names.append(f"group {group.name} at least {group.lower:g}")
                turned.append(True)
        if self.at_most is not None:
            given = _checked_rows("at_most", self.at_most, self.size)
            rows.extend(given.matrix)
            right.extend(given.right)
            names.extend(given.names)
            turned.extend((given.signs < 0.0).tolist())
        if not rows:
            return no_rows(self.size)
        return Rows(np.array(rows), np.array(right), tuple(names), tuple(turned))

    def _equalities(self) -> Rows:
        budget = Rows(
            np.ones((1, self.size)),
            np.array([float(self.budget)]),
            (f"net exposure equal to {self.budget:g}",),
        )
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


def _check_bounds(constraints: Constraints) -> None:
    lower, upper, budget = constraints.lower, constraints.upper, constraints.budget
    for name, bound in (("lower", lower), ("upper", upper)):
        if bound.ndim != 1 or bound.dtype != np.float64 or bound.size == 0:
            raise InputError(f"{name} must be a 1-D float64 array, was shape {bound.shape} of {bound.dtype}")
        if np.isnan(bound).any():
            first = constraints.name(int(np.isnan(bound).argmax()))
            raise InputError(f"{name} must not be NaN, was at {first}; use inf")
    if lower.size != upper.size:
        raise InputError(f"lower and upper must have one bound per asset, had {lower.size} and {upper.size}")
    if not np.isfinite(budget):
        raise InputError(f"budget must be finite, was {budget}; 1 is fully invested")
    if constraints.assets and len(constraints.assets) != lower.size:
        raise InputError(f"assets must have {lower.size} names, one per asset, had {len(constraints.assets)}")
    wrong = np.flatnonzero((lower > upper) | (lower == np.inf) | (upper == -np.inf))
    if wrong.size:
        asset = int(wrong[0])
        raise InputError(
            f"bounds of {constraints.name(asset)} conflict: lower {lower[asset]:g} is "
            f"{lower[asset] - upper[asset]:g} above upper {upper[asset]:g}; {wrong.size} assets are so"
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
    told = conflict(
        System(
            A=constraints.inequalities.matrix,
            b=constraints.inequalities.right,
            at_most=constraints.inequalities.names,
            E=constraints.equalities.matrix,
            e=constraints.equalities.right,
            equal=constraints.equalities.names,
            lower=constraints.lower,
            upper=constraints.upper,
            assets=tuple(map(constraints.name, range(constraints.size))),
        )
    )
    if told is not None:
        raise InputError(told)


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
