"""Portfolios for any measure of risk: the least, the best ratio, the highest return, the best utility.

With linear limits, volatility goes to `mean_variance`, the least of a linear measure to `least_linear`
and the least semi-deviation to quadratic programs of its own (`semi_deviation`). Else what is linear is a
linear program, as is what was not proven, and the rest goes to `cone`, EVaR to `smooth`. Where assets must be
chosen, `branching` does it, or HiGHS where all else is linear. `gap` is by how much other weights may be
better at most, in what was minimized.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization import mean_variance
from trade2026.analytics.optimization.branching import Branched, branch
from trade2026.analytics.optimization.cardinality import SIZE_MIN, Quadratics, choose
from trade2026.analytics.optimization.least_entropic import least_entropic
from trade2026.analytics.optimization.least_linear import least_linear
from trade2026.analytics.optimization.limits import HELD, Limits
from trade2026.analytics.optimization.measures import IS_LENGTH, Scenarios, value_of
from trade2026.analytics.optimization.model import NO_RATIO, Values
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.pivoting import project
from trade2026.analytics.optimization.problem import (
    Problem,
    check_reachable,
    highest,
    unscaled,
    written,
)
from trade2026.analytics.optimization.result import OutOfReach, Portfolio
from trade2026.analytics.optimization.semi_deviation import quadratic_steps
from trade2026.primitives.errors import InputError

_SNAPPED: Final = 1e-8
"""Weights nearer than this to a bound are put there, if all else still holds."""
_STILL: Final = 1e-9
_NODES: Final = 2_000
_PROVEN: Final = 1e-6
"""A relative gap that the tolerances of HiGHS leave."""
_SIZELESS: Final = (
    "weights of zero are allowed, and the ratio is the same at any size: this is the largest that the "
    "constraints allow"
)
_ONLY: Final = 1e-9
"""A limit of risk this near to the least, relative, leaves nothing but the weights of the least."""


def optimize(
    problem: Problem, *, nodes_max: int = _NODES, watch: Callable[[int, int], None] = lambda _, __: None
) -> Portfolio:
    """The best weights, and what is known about them.

    Parameters
    ----------
    problem : Problem
    nodes_max : int
        Programs, or nodes of HiGHS, where assets must be chosen; where it ends there, a note
        tells the gap.

    watch : callable
        Told now and then how many programs were solved, and of how many at most; HiGHS tells nothing.

    Returns
    -------
    Portfolio
        Measures: risk and return per period, gap, and ratio for MAXIMUM_RATIO.

    Raises
    ------
    InputError
        A shape or a number is wrong, a target cannot be reached, no weights earn more than the risk-free
        rate, the risk can be made zero or less so that no ratio is the largest, or weights are unbounded.
    """
    problem.check()
    if problem.limits.is_continuous:
        return _described(problem, *_continuous(problem))
    if _is_program(problem):
        return _chosen(problem, nodes_max)
    found = _branched(problem, nodes_max, watch)
    weights = _largest(found.weights, problem.limits) if problem.is_sizeless else found.weights
    made = _described(problem, weights, found.gap)
    measures = {**made.measures, "nodes": float(found.nodes)}
    return replace(made, measures=measures).told(found.told, is_proven=found.is_proven)


def _branched(problem: Problem, nodes_max: int, watch: Callable[[int, int], None]) -> Branched:
    """The best choice, with the tighter bounds of `cardinality` where they are for the problem."""

    def solve(each: Limits) -> tuple[float, FloatArray]:
        return _node(replace(problem, limits=each))

    of = _quadratics(problem) if problem.limits.size >= SIZE_MIN else None
    found = None if of is None else choose(problem.limits, solve, of, nodes_max=nodes_max, watch=watch)
    return found or branch(problem.limits, solve, nodes_max=nodes_max, watch=watch)


def _quadratics(problem: Problem) -> Quadratics | None:
    """What `_node` minimizes, where it is quadratic in weights."""
    S, unit, constraints = problem.on.covariance, problem.on.unit, problem.limits.constraints
    if problem.measure is not Measure.VOLATILITY:
        return None
    if problem.goal is Goal.MAXIMUM_UTILITY:
        return Quadratics(problem.risk_aversion * S / unit, problem.mean / unit, 0.0, constraints)
    if problem.goal is not Goal.MINIMUM_RISK:
        return None
    if problem.target is not None:
        check_reachable(replace(problem, limits=problem.limits.within(constraints.lower, constraints.upper)))
        constraints = constraints.with_at_most("return", -problem.mean / unit, -problem.target / unit)
    return Quadratics(S / unit**2, np.zeros(problem.limits.size), 0.0, constraints)


def frontier_of(
    measure: Measure, on: Scenarios, limits: Limits, mean: FloatArray, *, points: int,
    tell: Callable[[float], None] | None = None,
) -> FloatArray:  # fmt: skip
    """Portfolios of the least risk at equal steps of return, ends included, shape (points, n).

    From the return of the least risk to the highest; one row where they are the same.

    Parameters
    ----------
    points : int
        At least 2.
    tell : callable
        Told how far it is, from 0 to 1.
    """
    if points < 2:
        raise InputError(f"points must be at least 2, was {points}")
    problem = Problem(Goal.MINIMUM_RISK, measure, on, limits, mean)
    first = optimize(problem).weights
    lowest, top = float(mean @ first), _highest_held(limits, mean)
    if top - lowest <= 1e-12 * float(np.abs(mean).max()):
        return first[None, :]
    found = [first]
    for at, wanted in enumerate(np.linspace(lowest, top, points)[1:].tolist(), start=1):
        found.append(optimize(replace(problem, target=min(wanted, top))).weights)
        if tell is not None:
            tell(at / points)
    return np.array(found)


def _highest_held(limits: Limits, mean: FloatArray) -> float:
    """The highest return, also where assets must be chosen; a breath below it then."""
    if limits.is_continuous:
        top = highest(limits, mean)
        if not np.isfinite(top):
            raise InputError("the frontier has no end, because weights are not bounded; bound them")
        return top
    unit = float(np.abs(mean).max()) or 1.0

    def solve(each: Limits) -> tuple[float, FloatArray]:
        model = each.model()
        model.cost(slice(0, each.size), -mean / unit)
        values = model.solve()
        return values.objective - values.gap, values.x[: each.size]

    weights = branch(limits, solve, nodes_max=_NODES).weights
    return float(mean @ weights) - 1e-7 * unit


def _continuous(problem: Problem) -> tuple[FloatArray, Values | Portfolio]:
    """Weights of a problem without choices, and what the solver said."""
    check_reachable(problem)
    if problem.is_sizeless:  # The line of `mean_variance` begins at the least risk, which is none here.
        weights, values = _programmed(problem)
        return tidy(_largest(weights, problem.limits), problem.limits), values
    if problem.measure is Measure.VOLATILITY and problem.limits.is_linear:
        found = _markowitz(problem)
        return found.weights, found
    if problem.measure is Measure.SEMI_DEVIATION and problem.goal is Goal.MINIMUM_RISK:
        quick = quadratic_steps(problem)
        if quick is not None:
            return quick.weights, quick
    if problem.goal is Goal.MAXIMUM_RETURN:
        least, values, risk = _check_risk(problem)
        assert problem.target is not None
        if problem.target <= risk + _ONLY * abs(risk):  # Nothing else is allowed.
            earned = float(problem.mean @ least) / problem.on.unit
            return least, replace(values, objective=-earned, gap=0.0, multipliers={})
    return _programmed(problem)


def _programmed(problem: Problem) -> tuple[FloatArray, Values]:
    if problem.measure is Measure.EVAR:
        return least_entropic(problem, tidy)
    proven = least_linear(problem, tidy)
    if proven is not None:
        return proven.x, proven
    model, w, scale = written(problem)
    values = model.solve()
    weights = values.x[w] if scale is None else unscaled(values, w, scale)
    return tidy(weights, problem.limits), values


def _largest(weights: FloatArray, limits: Limits) -> FloatArray:
    """The largest multiple of weights within limits that hold for zero, by bisection; at least they."""
    allowed = max(limits.violation(weights), 1e-12)
    low, high = 1.0, 2.0
    while limits.violation(high * weights) <= allowed:
        low, high = high, 2.0 * high
        if high > 1e12:
            raise InputError("the best ratio is the same at any size; give each weight a bound")
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if limits.violation(middle * weights) <= allowed else (low, middle)
    return low * weights


def _markowitz(problem: Problem) -> Portfolio:
    S, constraints, mean, target = (
        problem.on.covariance,
        problem.limits.constraints,
        problem.mean,
        problem.target,
    )
    match problem.goal:
        case Goal.MAXIMUM_RATIO:
            rate = problem.risk_free_rate
            return mean_variance.maximum_sharpe(mean, S, constraints, risk_free_rate=rate)
        case Goal.MAXIMUM_UTILITY:
            return mean_variance.maximum_utility(mean, S, constraints, risk_aversion=problem.risk_aversion)
        case Goal.MAXIMUM_RETURN:
            assert target is not None
            return mean_variance.target_risk(mean, S, constraints, target=target)
        case Goal.MINIMUM_RISK:
            if target is None:
                return mean_variance.minimum_variance(S, constraints)
            return mean_variance.target_return(mean, S, constraints, target=target)


def _check_risk(problem: Problem) -> tuple[FloatArray, Values, float]:
    """That some weights have no more risk than is allowed; those of the least, and that risk."""
    assert problem.target is not None
    least, values = _programmed(replace(problem, goal=Goal.MINIMUM_RISK, target=None))
    risk = value_of(problem.measure, least, problem.on)
    if problem.target < risk - 1e-9 * abs(risk):
        told = (
            f"target must be, as {problem.measure.value}, at least {risk:.6g} a period, was {problem.target}"
        )
        raise OutOfReach(told, risk, is_risk=True)
    return least, values, risk


def _is_program(problem: Problem) -> bool:
    """Whether a problem with choices is linear but for them."""
    is_linear = problem.measure not in IS_LENGTH and problem.measure is not Measure.EVAR
    return is_linear and problem.limits.tracking is None and problem.goal is not Goal.MAXIMUM_RATIO


def _chosen(problem: Problem, nodes_max: int) -> Portfolio:
    """HiGHS chooses the assets; their weights are found again, since whole numbers are so to 1e-6 only."""
    limits = problem.limits
    relaxed = replace(problem, limits=replace(limits, held=None, least=0.0, trades=None))
    check_reachable(relaxed)  # For a message that names what can be reached.
    if problem.goal is Goal.MAXIMUM_RETURN:
        _check_risk(relaxed)
    model, w, _ = written(problem, is_whole=True)
    chosen = model.solve(nodes_max=nodes_max)
    lower, upper = limits.constraints.lower.copy(), limits.constraints.upper.copy()
    for choice in limits.choices:
        apart = chosen.x[w] - choice.center
        is_at, is_above = np.abs(apart) <= 10.0 * HELD, apart > 0.0
        high, low = choice.center + choice.least, choice.center - choice.least
        lower = np.maximum(lower, np.where(is_at, choice.center, np.where(is_above, high, -np.inf)))
        upper = np.minimum(upper, np.where(is_at, choice.center, np.where(is_above, np.inf, low)))
    found, _ = _continuous(replace(problem, limits=limits.within(lower, upper)))
    made = _described(problem, found, chosen.gap)
    share = chosen.gap / max(abs(chosen.objective), 1e-300)
    is_proven = share <= _PROVEN
    end = "proven to be the best choice"
    if not is_proven:
        end = f"ended at the limit, another choice may be better by {share:.2%}"
    told = f"assets were chosen by branch and bound (HiGHS): {chosen.steps} nodes, {end}"
    measures = {**made.measures, "nodes": float(chosen.steps)}
    return replace(made, measures=measures).told(told, is_proven=is_proven)


def _node(problem: Problem) -> tuple[float, FloatArray]:
    """What is minimized, from below, and the weights; for branch and bound."""
    weights, found = _continuous(problem)
    if isinstance(found, Values):
        return found.objective - found.gap, weights
    mean, risk = float(problem.mean @ weights), value_of(problem.measure, weights, problem.on)
    match problem.goal:
        case Goal.MAXIMUM_RATIO:
            return -float(problem.reward @ weights) / risk, weights
        case Goal.MAXIMUM_RETURN:
            return -mean / problem.on.unit, weights
        case Goal.MAXIMUM_UTILITY:
            return (0.5 * problem.risk_aversion * risk**2 - mean) / problem.on.unit, weights
        case Goal.MINIMUM_RISK:
            return 0.5 * (risk / problem.on.unit) ** 2, weights


def _described(problem: Problem, weights: FloatArray, found: Values | Portfolio | float) -> Portfolio:
    """A portfolio with its risk, its return and the gap."""
    risk, mean = value_of(problem.measure, weights, problem.on), float(problem.mean @ weights)
    measures = {"risk": risk, "return": mean}
    if problem.goal is Goal.MAXIMUM_RATIO:
        if risk <= 0.0:
            raise InputError(NO_RATIO)
        measures["ratio"] = float(problem.reward @ weights) / risk
    if isinstance(found, Portfolio):
        notes, solution = found.notes, found.solution
        return Portfolio(weights, measures, found.violation, notes, solution)
    gap = found if isinstance(found, float) else found.gap
    notes = (_SIZELESS,) if problem.is_sizeless else ()
    multipliers = {} if isinstance(found, float) else found.multipliers
    made = Portfolio(
        weights, {**measures, "gap": gap}, problem.limits.violation(weights), notes, multipliers=multipliers
    )
    return made.told(found.told, is_proven=True) if isinstance(found, Values) else made


def tidy(weights: FloatArray, limits: Limits) -> FloatArray:
    """Weights that are at a bound but for rounding put there, the rest on the budget, if all else holds."""
    c = limits.constraints
    inside = np.clip(weights, c.lower, c.upper)
    at_low, at_high = inside - c.lower < _SNAPPED, c.upper - inside < _SNAPPED
    snapped = np.where(at_low, c.lower, np.where(at_high, c.upper, inside))
    if not limits.choices:
        snapped = np.where((np.abs(snapped) < _SNAPPED) & (c.lower <= 0.0) & (c.upper >= 0.0), 0.0, snapped)
    is_free = (snapped > c.lower) & (snapped < c.upper) & (snapped != 0.0)
    low, high = np.where(is_free, c.lower, snapped), np.where(is_free, c.upper, snapped)
    if low.sum() <= c.budget <= high.sum():
        snapped = project(snapped, np.ones(weights.size), c.budget, low, high)
        if limits.violation(snapped) <= max(_STILL, limits.violation(inside)):
            return snapped
    return inside
