"""Convex quadratic programs by guessing which constraints hold as equalities, and correcting the guess.

The problem: minimize 1/2 w'Qw - c'w over E w = e, A w <= b, lower <= w <= upper, with Q positive definite.
For a guess of the weights at their bounds and of the active rows of A, the rest is one linear system in the
free weights: portfolios of many assets often hold few, and then it is small. Block principal pivoting
(Portugal, Judice and Vicente 1994, Mathematics of Computation 63, 625-643; Kim and Park 2011) exchanges at
once everything that is on the wrong side: a free weight beyond its bound is put there, a bound whose
multiplier has the wrong sign is let go. It ends at the exact optimum, usually after a few rounds. It may
also run in circles: then, for bounds and one row, a primal active set method (Nocedal and Wright 2006,
chapter 16.5) starts from the last point and exchanges one at a time, so that the objective never rises.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.cholesky import factored, solved

Status = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

SIGN: Final = 1e-12
"""Wrong sides smaller than this are rounding: of weights as they are, of multipliers over the largest term of
the gradient."""
HELD: Final = 1e-11
"""Largest miss of a row of length one that holds."""
_PATIENCE: Final = 4
"""Rounds without fewer wrong sides before pivoting is given up."""
_ROUNDS: Final = 60


@dataclass(slots=True)
class Program:
    """One convex quadratic program; Q has a mean diagonal of about one."""

    Q: FloatArray
    c: FloatArray
    lower: FloatArray
    upper: FloatArray
    E: FloatArray
    e: FloatArray
    A: FloatArray
    b: FloatArray


@dataclass(slots=True)
class Point:
    """Weights with the multipliers that go with them."""

    w: FloatArray
    status: Status
    on: Flags
    """Which rows of A hold as equalities."""
    equal: FloatArray
    """Multipliers of E: Qw - c = E' equal - A' most + those of the bounds."""
    most: FloatArray
    """Multipliers of A, zero where a row is not on; at least zero at an optimum."""
    gradient: FloatArray
    """Qw - c - E' equal + A' most: zero where free, and what the bounds must explain elsewhere."""
    scale: float
    """Largest term of the gradient."""


def pivot(p: Program, status: Status, on: Flags) -> tuple[Point | None, bool, int]:
    """Exchange wrong sides until there are none: the last point, whether it is the optimum, and the rounds.

    The point is None where no system of equations could be solved.
    """
    status, on = status.copy(), on.copy()
    fixed = p.lower == p.upper
    status[fixed] = -1
    status[(status < 0) & ~np.isfinite(p.lower)] = 0
    status[(status > 0) & ~np.isfinite(p.upper)] = 0
    fewest, patience = p.c.size + p.b.size + 1, _PATIENCE
    point: Point | None = None
    for done in range(1, _ROUNDS + 1):
        found = solve_on(p, status, on)
        if found is None:
            return point, False, done
        point = found
        below, above, enter = _wrong_weights(p, point, fixed)
        broken = ~on & (p.A @ point.w > p.b + SIGN)
        loose = on & (point.most < -SIGN * point.scale)
        wrong = int(below.sum() + above.sum() + enter.sum() + broken.sum() + loose.sum())
        wrong += _missed(p, point)
        if wrong == 0:
            return point, True, done
        if wrong < fewest:
            fewest, patience = wrong, _PATIENCE
        elif patience == 0:
            return point, False, done
        else:
            patience -= 1
        status[below], status[above], status[enter] = -1, 1, 0
        on = (on | broken) & ~loose
    return point, False, _ROUNDS


def _missed(p: Program, point: Point) -> int:
    """How many rows that must hold as equalities do not, because too few weights are free."""
    held = np.abs(p.A @ point.w - p.b)[point.on]
    return int((np.abs(p.E @ point.w - p.e) > HELD).sum() + (held > HELD).sum())


def _wrong_weights(p: Program, point: Point, fixed: Flags) -> tuple[Flags, Flags, Flags]:
    """Free weights below and above their bounds, and bounds with a multiplier of the wrong sign."""
    free, limit = point.status == 0, SIGN * point.scale
    below = free & (point.w < p.lower - SIGN)
    above = free & (point.w > p.upper + SIGN)
    enter = ((point.status < 0) & (point.gradient < -limit)) | ((point.status > 0) & (point.gradient > limit))
    return below, above, enter & ~fixed


def solve_on(p: Program, status: Status, on: Flags) -> Point | None:
    """The minimum over the free weights with everything that is on held; None where that is not defined."""
    free = np.flatnonzero(status == 0)
    if free.size == 0:
        return None
    rows, right = p.E, p.e
    if on.any():
        rows, right = np.vstack([p.E, p.A[on]]), np.concatenate([p.e, p.b[on]])
    w: FloatArray = np.where(status < 0, p.lower, p.upper)
    w[free] = 0.0
    base = p.c[free] - (p.Q @ w)[free] if w.any() else p.c[free]
    factor = factored(p.Q[np.ix_(free, free)])
    if factor is None:
        return None
    inner = rows[:, free]
    both = solved(factor, np.column_stack([base, inner.T]))
    lean, tilt = both[:, 0], both[:, 1:]
    schur = inner @ tilt
    multipliers = _solve_small(schur, right - rows @ w - inner @ lean)
    if multipliers is None:
        return None
    w[free] = lean + tilt @ multipliers
    forces = p.Q @ w - p.c
    gradient = forces - rows.T @ multipliers
    again = solved(factor, -gradient[free])  # One step of refinement takes the rounding out.
    moved = _solve_small(schur, right - rows @ w - inner @ again)
    if moved is not None:
        w[free] += again + tilt @ moved
        multipliers = multipliers + moved
        forces = p.Q @ w - p.c
        gradient = forces - rows.T @ multipliers
    if not np.isfinite(w).all():
        return None
    most = np.zeros(p.b.size)
    most[on] = -multipliers[p.e.size :]
    scale = largest_term(p, w, forces)
    return Point(w, status.copy(), on.copy(), multipliers[: p.e.size], most, gradient, scale)


def largest_term(p: Program, w: FloatArray, forces: FloatArray) -> float:
    """The size of what the gradient is made of, before risks of held weights cancel one another.

    Of Qw it is the largest force, or that of perfect correlation between what is held.
    """
    risks = np.sqrt(np.diagonal(p.Q))
    held = float((risks * (w != 0.0)).max()) * float(risks @ np.abs(w))
    return max(float(np.abs(forces).max()), float(np.abs(p.c).max()), held, 1e-300)


def _solve_small(schur: FloatArray, right: FloatArray) -> FloatArray | None:
    """Multipliers of the rows; rows that repeat one another share them. None where no row moves with w."""
    if right.size == 1:
        return right / schur[0, 0] if schur[0, 0] > 1e-200 else None
    if not (np.isfinite(schur).all() and np.isfinite(right).all()):
        return None
    return np.asarray(np.linalg.lstsq(schur, right, rcond=1e-13)[0], dtype=np.float64)


def descend(p: Program, start: FloatArray) -> tuple[Point, int]:
    """The optimum of a program with bounds and one equality, from a feasible point, one exchange at a time.

    Each round goes as far towards the minimum over the free weights as the bounds allow; the bound that
    stops it is held, and where none does, the bound with the worst multiplier is let go. After a run of
    steps of length zero the first wrong bound is taken instead of the worst, so that no circle is possible.
    """
    w, fixed = start.copy(), p.lower == p.upper
    status = np.where(w <= p.lower, -1, np.where(w >= p.upper, 1, 0)).astype(np.int8)
    none, still, done = np.zeros(p.b.size, dtype=np.bool_), 0, 0
    while done < 100 * (w.size + 10):
        done += 1
        target = solve_on(p, status, none)
        if target is None:
            target, pair = _at_vertex(p, w, status)
            if pair:
                status[pair] = 0
                continue
        else:
            share, stop = _share(p, w, target.w, status)
            still = still + 1 if share <= 0.0 else 0
            falls = stop >= 0 and bool(target.w[stop] < w[stop])
            w = w + share * (target.w - w)
            if stop >= 0:
                status[stop] = -1 if falls else 1
                w[stop] = p.lower[stop] if status[stop] < 0 else p.upper[stop]
                continue
            w = target.w.copy()
        _, _, enter = _wrong_weights(p, target, fixed)
        if not enter.any():
            return target, done
        wrong = np.abs(target.gradient) * enter
        status[int(enter.argmax()) if still > w.size else int(wrong.argmax())] = 0
    raise AssertionError(f"active set of {w.size} weights did not end after {done} exchanges")


def _share(p: Program, w: FloatArray, target: FloatArray, status: Status) -> tuple[float, int]:
    """How much of the way to the target the bounds allow, and the weight that stops it, or -1."""
    way = np.where(status == 0, target - w, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(way < 0.0, (p.lower - w) / way, np.where(way > 0.0, (p.upper - w) / way, np.inf))
    stop = int(room.argmin())
    if room[stop] >= 1.0:
        return 1.0, -1
    return max(float(room[stop]), 0.0), stop


def _at_vertex(p: Program, w: FloatArray, status: Status) -> tuple[Point, list[int]]:
    """Where no free weight moves the equality: its multiplier lies between what the bounds allow.

    If they allow none, the two weights that contradict one another are returned, to be let go together.
    """
    forces, row = p.Q @ w - p.c, p.E[0]
    held = (status != 0) & (row != 0.0) & (p.lower < p.upper)
    caps = held & ((status < 0) == (row > 0.0))
    ratio = np.divide(forces, row, out=np.zeros_like(forces), where=row != 0.0)
    high = np.where(caps, ratio, np.inf)
    low = np.where(held & ~caps, ratio, -np.inf)
    ceiling, floor = float(high.min()), float(low.max())
    scale = largest_term(p, w, forces)
    if floor > ceiling + SIGN * scale:
        return _vertex_point(p, w, status, 0.0, scale), [int(high.argmin()), int(low.argmax())]
    if held.any() and (status == 0).any():  # The row sees no free weight: let one go that it sees.
        return _vertex_point(p, w, status, 0.0, scale), [int(high.argmin() if caps.any() else low.argmax())]
    ends = [end for end in (floor, ceiling) if np.isfinite(end)]
    return _vertex_point(p, w, status, sum(ends) / len(ends) if ends else 0.0, scale), []


def _vertex_point(p: Program, w: FloatArray, status: Status, multiplier: float, scale: float) -> Point:
    gradient = p.Q @ w - p.c - multiplier * p.E[0]
    on = np.zeros(p.b.size, dtype=np.bool_)
    return Point(w.copy(), status.copy(), on, np.array([multiplier]), np.zeros(p.b.size), gradient, scale)


def project(
    wanted: FloatArray, row: FloatArray, right: float, lower: FloatArray, upper: FloatArray
) -> FloatArray:
    """The nearest weights within bounds whose row @ w is `right`; such weights exist.

    They are clip(wanted + s row) for one number s, in which row @ w never falls: it is bracketed, halved, and
    at last solved for in the weights that are strictly between their bounds.
    """

    def at(step: float) -> tuple[FloatArray, float]:
        w = np.clip(wanted + step * row, lower, upper)
        return w, float(row @ w) - right

    reach = 1.0
    while (at(-reach)[1] > 0.0 or at(reach)[1] < 0.0) and reach < 1e30:
        reach *= 4.0
    low, high = -reach, reach
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if at(middle)[1] > 0.0:
            high = middle
        else:
            low = middle
    w, error = at(low)
    between = (w > lower) & (w < upper)
    moving = float(row[between] @ row[between])
    if moving > 0.0:
        w[between] -= error / moving * row[between]
        w = np.clip(w, lower, upper)
    return w
