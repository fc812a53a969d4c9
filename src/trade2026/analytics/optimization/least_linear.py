"""The least risk by a measure that is linear, with a proof: interior points instead of a program written out.

Such a measure is the largest g'w over a set of g (its subgradients): for the mean absolute deviation the
losses below the mean times multipliers from 0 to 2 / T, for CVaR those of the scenarios times probabilities
of at most 1 / (tail T) (Rockafellar and Uryasev 2000), for CDaR what was lost since each peak times such
probabilities (Chekhlov, Uryasev and Zabarankin 2005). Written out it has rows for each period; `interior` and
`interior_drawdowns` need one matrix of assets by assets a step. Any g of the set proves a lower bound: the
least g'w within the constraints, for bounds and a budget a sort. Where the gap between the risk of the
weights and that bound is not rounding, the answer is None, and the program is for HiGHS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, Undefined
from trade2026.analytics.optimization.constraints import Constraints, most
from trade2026.analytics.optimization.interior import Tail
from trade2026.analytics.optimization.interior_drawdowns import DrawdownInterior, Drawdowns
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.measures import value_of
from trade2026.analytics.optimization.model import Values
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.pivoting import project
from trade2026.analytics.optimization.problem import Problem
from trade2026.analytics.optimization.quadratic import (
    FIXED,
    implied_bounds,
    interior,
    middle,
    program,
    without,
)
from trade2026.analytics.risk_measures.dispersion import mean_absolute_deviation_gradient
from trade2026.analytics.risk_measures.drawdowns import (
    conditional_drawdown_at_risk_gradient,
    maximum_drawdown_gradient,
)
from trade2026.analytics.risk_measures.tail import expected_shortfall_gradient, tail_size

_PROVEN: Final = 1e-9
"""Largest gap, relative to the risk."""
_ROUNDING: Final = 1e-11
"""Largest gap of a risk that is nothing, in units of a return."""
_HELD: Final = 1e-9
"""Largest violation of a constraint, in weights."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Where a method ended."""

    weights: FloatArray
    subgradient: FloatArray
    """From the multipliers, inside the set of the measure; shape (n,)."""
    most: FloatArray
    """Multipliers of the rows of length one of `program`; so the next."""
    equal: FloatArray
    steps: int


@dataclass(frozen=True, slots=True)
class _Method:
    """How one measure is minimized."""

    solve: Callable[[FloatArray, float, Constraints], Ended]
    """From returns, in units, the tail and constraints."""
    gradient: Callable[[FloatArray, float], FloatArray | Undefined]
    """Of the measure by the portfolio's returns."""


def least_linear(problem: Problem, tidy: Callable[[FloatArray, Limits], FloatArray]) -> Values | None:
    """The weights of the least risk, proven; None where this is not for the problem, or was not reached.

    Parameters
    ----------
    problem : Problem
    tidy : callable
        Puts weights on bounds that they are at but for rounding; taken where the gap stays rounding.

    Returns
    -------
    Values or None
        In units of a return, as from a model; `gap` is of these weights.
    """
    method = _METHODS.get(problem.measure)
    if method is None or problem.goal is not Goal.MINIMUM_RISK or not problem.limits.is_linear:
        return None
    constraints, unit = problem.limits.constraints, problem.on.unit
    if not all(np.isfinite(bound).all() for bound in implied_bounds(constraints)):
        return None
    if problem.target is not None:
        name = f"return at least {problem.target:.6g}"
        constraints = constraints.with_at_most(name, -problem.mean / unit, -problem.target / unit)
    R = problem.on.returns / unit
    ended = method.solve(R, problem.on.tail, constraints)
    bound = -most(constraints, -ended.subgradient)
    inside = np.clip(ended.weights, constraints.lower, constraints.upper)
    for weights in (tidy(inside, problem.limits), inside):
        risk = value_of(problem.measure, weights, problem.on) / unit
        gap = risk - bound
        if gap > _allowed(risk):  # The last multipliers may be off where the weights are not.
            slope = method.gradient(R @ weights, problem.on.tail)
            if not isinstance(slope, Undefined):
                gap = min(gap, risk + most(constraints, -(slope @ R)))
        if gap <= _allowed(risk) and constraints.violation(weights) <= _HELD:
            told = _multipliers(constraints, ended)
            return Values(weights, told, risk, max(gap, 0.0), ended.steps, "interior point (scenarios)")
    return None


def _allowed(risk: float) -> float:
    return _PROVEN * abs(risk) + _ROUNDING


def _multipliers(constraints: Constraints, ended: Ended) -> dict[str, float]:
    """Of the named rows as they were given."""
    told: dict[str, float] = {}
    both = ((constraints.inequalities, ended.most), (constraints.equalities, -ended.equal))
    for rows, values in both:
        length = np.linalg.norm(rows.matrix, axis=1)
        length[length == 0.0] = 1.0
        told |= {name: float(each) for name, each in zip(rows.names, values / length, strict=True) if name}
    return told


def _of_scenarios(losses: FloatArray, limit: float, constraints: Constraints, *, is_tail: bool) -> Ended:
    """Losses beyond the quantile of a tail, or above zero."""
    periods, n = losses.shape
    p = program(np.zeros((n, n)), np.zeros(n), constraints)
    state, w, _ = interior(p, constraints, Tail(losses, limit, np.zeros(periods), is_tail))
    if not state.mass.size:  # No weight has a choice.
        mass = np.full(periods, 1.0 / periods)
    elif is_tail:
        mass = project(state.mass, np.ones(periods), 1.0, np.zeros(periods), np.full(periods, limit))
    else:
        mass = np.clip(state.mass, 0.0, limit)
    return Ended(w, mass @ losses, state.most, state.equal, state.steps)


def _drawdowns(R: FloatArray, tail: float, constraints: Constraints) -> Ended:
    periods, n = R.shape
    size, _ = tail_size(periods, tail)
    lower, upper = implied_bounds(constraints)
    free = upper - lower > FIXED
    w = np.where(free, 0.0, lower)
    on = Drawdowns(R[:, free], 1.0 / size, R @ w)
    p = without(program(np.zeros((n, n)), np.zeros(n), constraints), free, w, lower, upper)
    if not free.any():
        return Ended(w, np.zeros(n), np.zeros(p.b.size), np.zeros(p.e.size), 0)
    state = DrawdownInterior(p, on, middle(lower, upper, constraints.budget)[free]).solve()
    w[free] = state.w
    y, q = on.inside(state.multiplier.under, state.multiplier.top)
    return Ended(w, (y - q) @ np.cumsum(R, axis=0), state.multiplier.rows, state.equal, state.steps)


def _absolute(R: FloatArray, tail: float, constraints: Constraints) -> Ended:
    """Deviations sum to zero, so their mean size is twice that of those below the mean."""
    return _of_scenarios(R.mean(axis=0) - R, 2.0 / R.shape[0], constraints, is_tail=False)


def _shortfall(R: FloatArray, tail: float, constraints: Constraints) -> Ended:
    size, _ = tail_size(R.shape[0], tail)
    return _of_scenarios(-R, 1.0 / size, constraints, is_tail=True)


_METHODS: Final[dict[Measure, _Method]] = {
    Measure.MEAN_ABSOLUTE_DEVIATION: _Method(
        _absolute, lambda earned, tail: mean_absolute_deviation_gradient(earned)
    ),
    Measure.WORST_REALIZATION: _Method(  # A tail of one period, as is the largest drawdown.
        lambda R, tail, constraints: _shortfall(R, 1.0 / R.shape[0], constraints),
        lambda earned, tail: expected_shortfall_gradient(earned, tail=1.0 / earned.size),
    ),
    Measure.MAXIMUM_DRAWDOWN: _Method(
        lambda R, tail, constraints: _drawdowns(R, 1.0 / R.shape[0], constraints),
        lambda earned, tail: maximum_drawdown_gradient(earned),
    ),
    Measure.CDAR: _Method(
        _drawdowns, lambda earned, tail: conditional_drawdown_at_risk_gradient(earned, tail=tail)
    ),
    Measure.CVAR: _Method(_shortfall, lambda earned, tail: expected_shortfall_gradient(earned, tail=tail)),
}
