"""Portfolios of the least conditional value at risk over scenarios, with a proof of how far they are from it.

CVaR is the mean loss of the worst `tail` share of periods, each of which has the same probability; the period
at the edge counts in part (Rockafellar and Uryasev 2000, J. Risk 2, 21-41; 2002). Its minimum is a linear
program with a row for each period. `interior` solves it with one matrix of assets by assets a step instead.

The proof: CVaR(w) is the largest q'Lw over all q from 0 to 1 / (tail T) that sum to one. Any such q gives a
lower bound of the minimum, the least q'Lw within the constraints, which for bounds and a budget is a sort.
The gap between the CVaR of the weights and the bound from the multipliers of the last step is reported.
"""

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import matrix, vector
from trade2026.analytics.optimization.constraints import Constraints, most
from trade2026.analytics.optimization.interior import Tail
from trade2026.analytics.optimization.pivoting import project
from trade2026.analytics.optimization.quadratic import implied_bounds, interior, program
from trade2026.analytics.optimization.result import OutOfReach, Portfolio
from trade2026.analytics.risk_measures.tail import expected_shortfall
from trade2026.primitives.errors import InputError


def minimum_cvar(
    returns: FloatArray, constraints: Constraints | None = None, *, tail: float = 0.05
) -> Portfolio:
    """The weights with the smallest CVaR of the given periods.

    Parameters
    ----------
    returns : float64, shape (T, n)
        Simple return of each asset in each period, fractions. A period is a scenario.
    constraints : Constraints or None
        None is long only and fully invested.
    tail : float
        Share of periods that counts, in (0, 1): 0.05 is CVaR at 95 percent. At least one period must be in
        it.

    Returns
    -------
    Portfolio
        Measures: cvar, a loss per period as a fraction, and gap, by how much another portfolio may be better
        at most, in the same unit; value_at_risk, the loss at the edge; return, the mean.

    Raises
    ------
    InputError
        A shape is wrong, the tail holds no period, or CVaR falls without limit because weights are not
        bounded.
    """
    returns = matrix("returns", returns)
    return _minimize(returns, constraints or Constraints.box(returns.shape[1]), tail)


def mean_cvar(
    mean: FloatArray,
    returns: FloatArray,
    constraints: Constraints | None = None,
    *,
    target: float,
    tail: float = 0.05,
) -> Portfolio:
    """The weights with the smallest CVaR whose expected return is at least `target` per period.

    Parameters
    ----------
    mean : float64, shape (n,)
        Expected return per period: that of the scenarios, or another view.
    returns, constraints, tail
        As in `minimum_cvar`.
    target : float
        Per period, a fraction. InputError where no weights allowed earn it.
    """
    returns = matrix("returns", returns)
    mean = vector("mean", mean, size=returns.shape[1])
    constraints = constraints or Constraints.box(mean.size)
    highest = most(constraints, mean)
    if not np.isfinite(target) or target > highest:
        told = f"target must be at most {highest:.6g} a period, the highest return allowed, was {target}"
        raise OutOfReach(told, highest, is_risk=False)
    return _minimize(returns, constraints.with_at_most(f"return at least {target:.6g}", -mean, -target), tail)


def _minimize(returns: FloatArray, constraints: Constraints, tail: float) -> Portfolio:
    periods, n = returns.shape
    if constraints.size != n:
        raise InputError(f"returns must have {constraints.size} columns, one per asset, had {n}")
    if not (0.0 < tail < 1.0) or tail * periods < 1.0:
        raise InputError(
            f"tail must be between {1.0 / periods:.3g}, one period, and 1, was {tail}; "
            "0.05 is CVaR at 95 percent"
        )
    if not all(np.isfinite(bound).all() for bound in implied_bounds(constraints)):
        raise InputError(
            "weights must be bounded for CVaR, some are not; give each a lower and an upper bound"
        )
    losses = -returns
    unit = float(np.abs(losses).mean()) or 1.0
    p = program(np.zeros((n, n)), np.zeros(n), constraints)
    limit = 1.0 / (tail * periods)
    state, w, _ = interior(p, constraints, Tail(losses / unit, limit, np.zeros(periods)))
    found = _tidy(w, constraints, losses, tail)
    cvar = expected_shortfall(-(losses @ found), tail=tail)
    mass = state.mass if state.mass.size else np.full(periods, 1.0 / periods)
    mass = project(mass, np.ones(periods), 1.0, np.zeros(periods), np.full(periods, limit))
    bound = -most(constraints, -(mass @ losses))
    edge = int(tail * periods) + 1
    measures = {
        "cvar": cvar,
        "gap": max(cvar - bound, 0.0),
        "value_at_risk": float(np.sort(losses @ found)[-edge]),
        "return": float((returns @ found).mean()),
        "iterations": float(state.steps),
    }
    return Portfolio(found, measures, constraints.violation(found))


def _tidy(w: FloatArray, constraints: Constraints, losses: FloatArray, tail: float) -> FloatArray:
    """Weights that are at a bound but for rounding put there, if that costs nothing and breaks no
    constraint."""
    lower, upper = constraints.lower, constraints.upper
    near = 1e-9
    snapped = np.where(w - lower < near, lower, np.where(upper - w < near, upper, w))
    free = (snapped > lower) & (snapped < upper)
    low, high = np.where(free, lower, snapped), np.where(free, upper, snapped)
    if low.sum() <= constraints.budget <= high.sum():
        snapped = project(snapped, np.ones(w.size), constraints.budget, low, high)
        cost = expected_shortfall(-(losses @ snapped), tail=tail) - expected_shortfall(
            -(losses @ w), tail=tail
        )
        allowed = max(constraints.violation(w), 1e-12)
        if constraints.violation(snapped) <= allowed and cost <= 1e-12 * float(np.abs(losses).max()):
            return snapped
    return np.clip(w, lower, upper)
