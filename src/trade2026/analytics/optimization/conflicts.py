"""Why linear constraints cannot hold together: a smallest set of them that already cannot.

A linear program makes the sum of all violations as small as it can be; where that is not zero, its
multipliers name constraints that are infeasible together (Farkas). A deletion filter (Chinneck and Dravnieks
1991, ORSA J. Computing 3, 157-168) then leaves out one after the other: what stays infeasible without it
does not need it. Each constraint that is left is needed: without any one of them the others can hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import linprog

from trade2026.analytics.arrays import FloatArray

FEASIBLE: Final = 1e-9
"""Violations below this, in weights, are rounding."""
_MULTIPLIER: Final = 1e-7
_NAMED_AT_MOST: Final = 8
_FILTERED_AT_MOST: Final = 100
"""Bounds beyond this number are not tried one by one: they stand as they were found."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class System:
    """A x <= b, E x == e, lower <= x <= upper; what has no name always holds for some x and is not blamed."""

    A: Any
    b: FloatArray
    at_most: tuple[str, ...]
    E: Any
    e: FloatArray
    equal: tuple[str, ...]
    lower: FloatArray
    upper: FloatArray
    assets: tuple[str, ...]
    """Of the first elements of x, whose bounds are named."""


def conflict(system: System) -> str | None:
    """Which constraints conflict and by how much, in words; None where all can hold."""
    found = _least_violation(system)
    if found.fun <= FEASIBLE:
        return None
    rows = np.concatenate([found.ineqlin.marginals, found.eqlin.marginals])
    names = [*system.at_most, *system.equal]
    kept = [at for at, name in enumerate(names) if name and abs(rows[at]) > _MULTIPLIER]
    n = len(system.assets)
    low = np.flatnonzero(np.abs(found.lower.marginals[:n]) > _MULTIPLIER).tolist()
    high = np.flatnonzero(np.abs(found.upper.marginals[:n]) > _MULTIPLIER).tolist()
    kept = _needed(kept, lambda rest: _part(system, rest, low, high))
    if len(low) + len(high) <= _FILTERED_AT_MOST:
        low = _needed(low, lambda rest: _part(system, kept, rest, high))
        high = _needed(high, lambda rest: _part(system, kept, low, rest))
    parties = [names[at] for at in kept]
    bounds = [f"{system.assets[at]} at least {system.lower[at]:g}" for at in low]
    bounds += [f"{system.assets[at]} at most {system.upper[at]:g}" for at in high]
    parties += bounds[:_NAMED_AT_MOST]
    if len(bounds) > _NAMED_AT_MOST:
        parties.append(f"{len(bounds) - _NAMED_AT_MOST} more bounds of assets")
    return (
        f"no weights satisfy all constraints; these conflict, by {found.fun:.6g} in sum: {'; '.join(parties)}"
    )


def _needed(kept: list[int], part: Any) -> list[int]:
    """Those without which the rest could hold."""
    for each in list(kept):
        rest = [other for other in kept if other != each]
        if _least_violation(part(rest)).fun > FEASIBLE:
            kept = rest
    return kept


def _part(system: System, rows: Sequence[int], low: Sequence[int], high: Sequence[int]) -> System:
    """The system with only these named rows and these bounds of assets, and all that has no name."""
    m, n = len(system.at_most), len(system.assets)
    chosen = set(rows)
    at_most = [at for at, name in enumerate(system.at_most) if not name or at in chosen]
    equal = [at for at, name in enumerate(system.equal) if not name or at + m in chosen]
    lower, upper = system.lower.copy(), system.upper.copy()
    lower[np.setdiff1d(np.arange(n), np.array(low, dtype=np.int64))] = -np.inf
    upper[np.setdiff1d(np.arange(n), np.array(high, dtype=np.int64))] = np.inf
    return replace(
        system, A=system.A[at_most], b=system.b[at_most], at_most=tuple(system.at_most[at] for at in at_most),
        E=system.E[equal], e=system.e[equal], equal=tuple(system.equal[at] for at in equal), lower=lower,
        upper=upper,
    )  # fmt: skip


def _least_violation(system: System) -> Any:
    """The linear program over x, one slack a named inequality, and two a named equality."""
    n, m, k = system.lower.size, system.b.size, system.e.size
    loose = sp.diags_array(np.array([bool(name) for name in system.at_most], dtype=np.float64), shape=(m, m))
    soft = sp.diags_array(np.array([bool(name) for name in system.equal], dtype=np.float64), shape=(k, k))
    a_ub = sp.hstack([sp.csr_array(system.A), -loose, sp.csr_array((m, 2 * k))])
    a_eq = sp.hstack([sp.csr_array(system.E), sp.csr_array((k, m)), soft, -soft])
    bounds = np.vstack(
        [
            np.column_stack([system.lower, system.upper]),
            np.column_stack([np.zeros(m + 2 * k), np.full(m + 2 * k, np.inf)]),
        ]
    )
    result = linprog(
        np.concatenate([np.zeros(n), np.ones(m + 2 * k)]),
        A_ub=sp.csr_matrix(a_ub), b_ub=system.b, A_eq=sp.csr_matrix(a_eq), b_eq=system.e, bounds=bounds,
        method="highs",
    )  # fmt: skip
    assert result.status == 0, result.message  # Slacks make it feasible, and its objective is at least zero.
    return result
