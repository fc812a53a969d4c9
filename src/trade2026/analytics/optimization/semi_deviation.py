"""The least semi-deviation within linear constraints, as a row of quadratic programs.

The square of the semi-deviation is the mean of (the mean less the return) squared over the periods below the
mean: convex, and quadratic in the weights as long as the same periods are below. So each step solves the
quadratic program of the periods that are below now, and goes along the line to its solution as far as the
semi-deviation falls, which is found exactly: Newton's method for a function with a semismooth gradient (Qi
and Sun 1993). Where the periods are the same as before, its optimum is the optimum.
"""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.mean_variance import portfolio_of
from trade2026.analytics.optimization.problem import Problem, highest
from trade2026.analytics.optimization.quadratic import Quadratic
from trade2026.analytics.optimization.result import Portfolio, Solution

STEPS: Final = 60
_STILL: Final = 1e-13
"""A fall of the square, relative, that is rounding."""
_CORNER: Final = 1e-9
"""A target this near to the highest return, relative, leaves nothing but one corner."""


def quadratic_steps(problem: Problem) -> Portfolio | None:
    """The least semi-deviation that was asked for; None where the general program has to find it."""
    limits, mean = problem.limits, problem.mean
    if not limits.is_linear:
        return None
    constraints = limits.constraints
    if problem.target is not None:
        if highest(limits, mean) - problem.target <= _CORNER * float(np.abs(mean).max()):
            return None
        constraints = constraints.with_at_most(
            f"return at least {problem.target:.6g}", -mean, -problem.target
        )
    return least_semi_deviation(problem.on.returns, constraints)


def least_semi_deviation(returns: FloatArray, constraints: Constraints) -> Portfolio | None:
    """The weights whose returns have the smallest semi-deviation from their mean.

    Parameters
    ----------
    returns : float64, shape (T, n)
        Simple returns per period; each period counts the same.
    constraints : Constraints
        Of n weights.

    Returns
    -------
    Portfolio or None
        With the solution of the last program, whose conditions of an optimum are those of the semi-deviation
        too. None where there is no program for the periods below the mean (some asset is in none of them
        or never moves), or the steps do not end.
    """
    below = returns.mean(axis=0) - returns
    periods, n = below.shape
    nothing = np.zeros(n)
    short = np.ones(periods, dtype=np.bool_)
    Q = below.T @ below / periods
    solution: Solution | None = None
    w: FloatArray | None = None
    for _ in range(STEPS):
        if not (np.diagonal(Q) > 0.0).all():
            return None
        problem = Quadratic(Q, constraints)
        if not problem.is_definite:
            return None
        solution = problem.minimize(nothing, start=solution)
        aim = below @ solution.weights
        if np.array_equal(aim > 0.0, short):
            return portfolio_of(problem, solution)
        now = below @ w if w is not None else aim
        step = 1.0 if w is None else _fall(now, aim - now)
        w = solution.weights if w is None else w + step * (solution.weights - w)
        before, now = float(np.square(np.maximum(now, 0.0)).sum()), below @ w
        if step == 0.0 or (
            step < 1.0 and before - float(np.square(np.maximum(now, 0.0)).sum()) <= _STILL * before
        ):
            return None
        moved = (now > 0.0) != short
        short = now > 0.0
        sign = np.where(short[moved], 1.0, -1.0)
        Q = Q + (below[moved].T * sign) @ below[moved] / periods
        Q = 0.5 * (Q + Q.T)
    return None


def _fall(now: FloatArray, change: FloatArray) -> float:
    """How far along the line, from 0 to 1, the sum of squares above zero is least: where its slope is none.

    The slope is linear between the points at which a period passes zero, and never falls.
    """

    def slope(at: float) -> float:
        return float(np.maximum(now + at * change, 0.0) @ change)

    low, high = 0.0, 1.0
    if slope(high) <= 0.0:
        return high
    for _ in range(80):
        values = now + low * change
        inside = (values > 0.0) | ((values == 0.0) & (change > 0.0))
        curve = float(change[inside] @ change[inside])
        ahead = low - float(values[inside] @ change[inside]) / curve if curve > 0.0 else high
        at = ahead if low < ahead < high else 0.5 * (low + high)
        value = slope(at)
        if value == 0.0 or high - low <= 1e-15:
            return at
        low, high = (at, high) if value < 0.0 else (low, at)
    return low
