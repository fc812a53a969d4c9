"""The efficient frontier: Markowitz's critical line, from the least variance to the highest return.

For w(t) = argmin 1/2 w'Sw - t m'w within bounds and a budget, weights and multipliers are linear in t as long
as the same weights are at their bounds. From t = 0 upward, the next corner is where a free weight reaches a
bound or the multiplier of a bound becomes zero; there one weight leaves or enters (Markowitz 1956, Naval
Research Logistics Quarterly 3, 111-133; Niedermayer and Niedermayer 2010). Between two corners every
portfolio is a mix of both, so the corners are the whole frontier, exactly. Where several weights change at
one t, the active constraints just above it are found by solving there.

With linear constraints, or a singular covariance, there are as many points as are asked for, each solved for
its return.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import vector
from trade2026.analytics.optimization.cholesky import factored, solved
from trade2026.analytics.optimization.constraints import Constraints, most
from trade2026.analytics.optimization.mean_variance import target_return
from trade2026.analytics.optimization.pivoting import Status
from trade2026.analytics.optimization.quadratic import Quadratic
from trade2026.primitives.errors import InputError

_CLOSE: Final = 1e-10
"""Corners nearer than this, relative to t, are one corner."""


@dataclass(frozen=True, slots=True)
class Corner:
    """A portfolio of the frontier at which the set of weights at their bounds changes."""

    tilt: float
    """t of w(t): the price of variance, dV / 2 dR of the frontier."""
    weights: FloatArray


@dataclass(frozen=True, slots=True)
class Frontier:
    """Efficient portfolios by rising return; every number is per period of the inputs."""

    weights: FloatArray
    """Shape (points, n)."""
    returns: FloatArray
    volatilities: FloatArray
    corners: tuple[Corner, ...]
    """From the least variance to the highest return; empty with linear constraints, where points are
    solved."""

    def tangency(self, mean: FloatArray, covariance: FloatArray, risk_free_rate: float = 0.0) -> FloatArray:
        """The weights of the largest ratio of (m - f)'w to volatility on the frontier, exactly.

        On a segment w = a + s b between corners the ratio has one maximum, where its derivative is zero:
        s = (x'b a'Sa - x'a a'Sb) / (x'a b'Sb - x'b a'Sb) with x the excess returns. InputError where there
        are no corners, or no portfolio of the frontier earns more than the risk-free rate.
        """
        if not self.corners:
            raise InputError("a frontier of points that were solved has no corners; use maximum_sharpe")
        excess = mean - risk_free_rate
        best, found = 0.0, None
        stops = [corner.weights for corner in self.corners]
        for a, end in zip(stops, [*stops[1:], stops[-1]], strict=True):
            b = end - a
            xa, xb = float(excess @ a), float(excess @ b)
            aa, ab, bb = (float(left @ covariance @ right) for left, right in ((a, a), (a, b), (b, b)))
            below = xa * bb - xb * ab
            share = min(max((xb * aa - xa * ab) / below, 0.0), 1.0) if below > 0.0 else 0.0
            w = a + share * b
            ratio = float(excess @ w) / math.sqrt(float(w @ covariance @ w))
            if ratio > best:
                best, found = ratio, w
        if found is None:
            raise InputError("no portfolio of the frontier earns more than the risk-free rate; lower it")
        return found


def efficient_frontier(
    mean: FloatArray, covariance: FloatArray, constraints: Constraints | None = None, *, points: int
) -> Frontier:
    """Efficient portfolios at equal steps of expected return, ends included.

    Parameters
    ----------
    mean : float64, shape (n,)
        Expected return per period, fractions.
    covariance, constraints
        As in `mean_variance.minimum_variance`.
    points : int
        At least 2. Fewer are returned where all efficient portfolios earn the same: one.

    Raises
    ------
    InputError
        An input is wrong, or returns are unbounded because weights are.
    """
    if points < 2:
        raise InputError(f"points must be at least 2, was {points}")
    constraints = constraints or Constraints.box(len(covariance))
    mean = vector("mean", mean, size=constraints.size)
    highest = most(constraints, mean)
    if not np.isfinite(highest):
        raise InputError("the frontier has no end, because weights are not bounded; bound them")
    if constraints.is_box and Quadratic(covariance, constraints).is_definite:
        corners = critical_line(mean, covariance, constraints)
        weights = _between(corners, mean, points)
    else:
        corners = ()
        weights = _solved(mean, covariance, constraints, highest, points)
    variances = np.einsum("pi,ij,pj->p", weights, covariance, weights, optimize=True)
    return Frontier(weights, weights @ mean, np.sqrt(np.maximum(variances, 0.0)), corners)


def critical_line(mean: FloatArray, covariance: FloatArray, constraints: Constraints) -> tuple[Corner, ...]:
    """All corner portfolios for bounds and a budget, from the least variance to the highest return."""
    problem = Quadratic(covariance, constraints)
    if not problem.is_definite:
        raise InputError(
            "the critical line needs a covariance that is not singular; use one from more periods than "
            "assets, or with shrinkage"
        )
    Q, m = problem.Q / problem.unit, mean / problem.unit
    found = problem.minimize(np.zeros(mean.size))
    corners, status, t = [Corner(0.0, found.weights)], found.status.copy(), 0.0
    for _ in range(50 * (mean.size + 10)):
        piece = _piece(Q, m, constraints, status)
        event = None if piece is None else _next(piece, constraints, status, t)
        if event is not None and event[0] == np.inf:
            return tuple(corners)
        if piece is None or event is None or event[0] <= t * (1.0 + _CLOSE):
            t = t * (1.0 + 1e-7) if t > 0.0 else 1e-9 / float(np.abs(m).max())
            status = problem.minimize(t * mean, start=status).status.copy()
            again = _piece(Q, m, constraints, status)
            if again is None:  # No weight is free: a vertex, left where two multipliers meet.
                t, status = _leave_vertex(problem, mean, status, t)
                if t == np.inf:
                    return tuple(corners)
            continue
        t, index, value = event
        w = np.clip(piece.start + t * piece.slope, constraints.lower, constraints.upper)
        if t > corners[-1].tilt * (1.0 + _CLOSE):
            corners.append(Corner(t, w))
        status[index] = value
    raise AssertionError(f"the critical line of {mean.size} assets did not end after {len(corners)} corners")


@dataclass(slots=True)
class _Piece:
    """Weights and gradient as start + t slope while the free weights stay the same."""

    start: FloatArray
    slope: FloatArray
    force: FloatArray
    push: FloatArray
    free: npt.NDArray[np.int64]


def _piece(Q: FloatArray, m: FloatArray, constraints: Constraints, status: Status) -> _Piece | None:
    """The piece of the line with these weights at their bounds; None where no weight is free."""
    free = np.flatnonzero(status == 0)
    if free.size == 0:
        return None
    held: FloatArray = np.where(status < 0, constraints.lower, constraints.upper)
    held[free] = 0.0
    factor = factored(Q[np.ix_(free, free)])
    assert factor is not None, "a part of a definite matrix was not definite"
    base = -(Q @ held)[free]
    even, lean, tilt = solved(factor, np.column_stack([np.ones(free.size), base, m[free]])).T
    total = float(even.sum())
    level = (constraints.budget - float(held.sum()) - float(lean.sum())) / total
    rise = -float(tilt.sum()) / total
    start, slope = held, np.zeros_like(held)
    start[free] = lean + level * even
    slope[free] = _above_rounding(tilt + rise * even, float(np.abs(tilt).max()))
    force = Q @ start - level
    push = _above_rounding(Q @ slope - m - rise, float(np.abs(m).max()) + abs(rise))
    force[free] = push[free] = 0.0
    return _Piece(start, slope, force, push, free)


def _above_rounding(values: FloatArray, terms: float) -> FloatArray:
    """The values, with zero for what is rounding of terms of that size."""
    result: FloatArray = np.where(np.abs(values) > 1e-12 * terms, values, 0.0)
    return result


def _next(piece: _Piece, constraints: Constraints, status: Status, t: float) -> tuple[float, int, int]:
    """The next t at which something changes, which weight, and its status from there; t is infinite at the
    end."""
    when = np.full(status.size, np.inf)
    falls = (status == 0) & (piece.slope < 0.0)
    rises = (status == 0) & (piece.slope > 0.0)
    when[falls] = (constraints.lower[falls] - piece.start[falls]) / piece.slope[falls]
    when[rises] = (constraints.upper[rises] - piece.start[rises]) / piece.slope[rises]
    movable = constraints.lower < constraints.upper
    low = (status < 0) & (piece.push < 0.0) & movable
    high = (status > 0) & (piece.push > 0.0) & movable
    when[low] = -piece.force[low] / piece.push[low]
    when[high] = -piece.force[high] / piece.push[high]
    index = int(when.argmin())
    value = -1 if falls[index] else 1 if rises[index] else 0
    return max(float(when[index]), t), index, value


def _leave_vertex(problem: Quadratic, mean: FloatArray, status: Status, t: float) -> tuple[float, Status]:
    """From a t at which all weights are at bounds: the t and status at which two of them begin to move."""
    constraints = problem.constraints
    w = np.where(status < 0, constraints.lower, constraints.upper)
    force = problem.Q @ w
    movable = constraints.lower < constraints.upper
    best, pair = np.inf, (-1, -1)
    lows, highs = np.flatnonzero((status < 0) & movable), np.flatnonzero((status > 0) & movable)
    for i in highs:  # Weight i gives to weight j where force_j - t m_j falls to force_i - t m_i.
        gain = mean[lows] - mean[i]
        with np.errstate(divide="ignore", invalid="ignore"):
            when = np.where(gain > 0.0, (force[lows] - force[i]) / gain, np.inf)
        when[when < t] = t
        if when.size and float(when.min()) < best:
            best, pair = float(when.min()), (int(i), int(lows[when.argmin()]))
    status = status.copy()
    if best < np.inf:
        status[list(pair)] = 0
    return best, status


def _between(corners: tuple[Corner, ...], mean: FloatArray, points: int) -> FloatArray:
    """Portfolios at equal steps of return, as mixes of neighboring corners; shape (points, n)."""
    stops = np.array([corner.weights for corner in corners])
    returns = stops @ mean
    if returns[-1] - returns[0] <= 1e-14 * float(np.abs(mean).max()):
        return stops[:1]
    wanted = np.linspace(returns[0], returns[-1], points)
    place = np.clip(np.searchsorted(returns, wanted, side="right") - 1, 0, len(corners) - 2)
    width = returns[place + 1] - returns[place]
    share = np.clip((wanted - returns[place]) / np.where(width > 0.0, width, 1.0), 0.0, 1.0)[:, None]
    mixed: FloatArray = (1.0 - share) * stops[place] + share * stops[place + 1]
    return mixed


def _solved(
    mean: FloatArray, covariance: FloatArray, constraints: Constraints, highest: float, points: int
) -> FloatArray:
    """Portfolios at equal steps of return, each found by itself; shape (points, n)."""
    problem = Quadratic(covariance, constraints)
    first = problem.minimize(np.zeros(mean.size)).weights
    lowest = float(mean @ first)
    if highest - lowest <= 1e-14 * float(np.abs(mean).max()):
        return first[None, :]
    wanted = np.linspace(lowest, highest, points)[1:]
    found = [target_return(mean, covariance, constraints, target=float(each)).weights for each in wanted]
    return np.array([first, *found])
