"""The best weights by EVaR: the least of it, its ratio, and the highest return for a limit of it.

`smooth` makes it least from weights that are near; they are those of CVaR, which EVaR bounds from above.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
from scipy.optimize import brentq

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.least_linear import least_linear
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.measures import value_of
from trade2026.analytics.optimization.model import Values
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.problem import Problem, highest, unscaled, within, written
from trade2026.analytics.optimization.smooth import minimize_entropic
from trade2026.primitives.errors import InputError

Tidy: TypeAlias = Callable[[FloatArray, Limits], FloatArray]
_RISK_MET: Final = 1e-10
"""Relative miss of a limit of risk that is rounding."""


def least_entropic(problem: Problem, tidy: Tidy) -> tuple[FloatArray, Values]:
    """The best weights by EVaR for a goal without choices, from those of CVaR on.

    Parameters
    ----------
    problem : Problem
    tidy : callable
        Puts weights on bounds that they are at but for rounding.

    Raises
    ------
    InputError
        The goal is utility, or what a program raises.
    """
    if problem.goal is Goal.MAXIMUM_UTILITY:
        raise InputError("maximum_utility is not for evar; use maximum_ratio, or a target")
    if problem.goal is Goal.MAXIMUM_RETURN:
        return _limited(problem, tidy)
    start, w, scale = _beginning(replace(problem, measure=Measure.CVAR), tidy)
    values = _least_entropic(problem, start, scale, is_proven=True)
    if scale is None:
        return tidy(values.x, problem.limits), values
    return tidy(unscaled(values, w, slice(w.stop, w.stop + 1)), problem.limits), values


def _beginning(problem: Problem, tidy: Tidy) -> tuple[FloatArray, slice, slice | None]:
    """Weights of a linear measure, and the scale after them; where both are in a program."""
    w = slice(0, problem.limits.size)
    proven = least_linear(problem, tidy)
    if proven is not None:
        return proven.x, w, None
    model, w, scale = written(problem)
    x = model.solve().x
    return x[w] if scale is None else np.concatenate([x[w], x[scale]]), w, scale


def _least_entropic(problem: Problem, start: FloatArray, scale: slice | None, *, is_proven: bool) -> Values:
    returns, tail = problem.on.returns / problem.on.unit, problem.on.tail
    return minimize_entropic(
        returns, tail, lambda: within(problem)[0], start, scale=scale, is_proven=is_proven
    )


def _limited(problem: Problem, tidy: Tidy) -> tuple[FloatArray, Values]:
    """The least EVaR rises with the return: the return at which it is the limit, by Brent's method.

    Between two returns it starts from the mix of their weights, which is feasible, as the limits are convex.
    """
    assert problem.target is not None
    target, mean, unit = problem.target, problem.mean, problem.on.unit
    least = replace(problem, goal=Goal.MINIMUM_RISK, target=None)
    first, values = least_entropic(least, tidy)
    top = least_entropic(replace(least, target=highest(problem.limits, mean)), tidy)[0]
    if value_of(Measure.EVAR, top, problem.on) <= target:
        return top, replace(values, gap=0.0)
    known = [(float(mean @ first), first), (float(mean @ top), top)]
    best = known[0]

    def over(wanted: float) -> float:
        nonlocal best
        below = max((each for each in known if each[0] <= wanted), key=lambda each: each[0])
        above = min((each for each in known if each[0] >= wanted), key=lambda each: each[0])
        width = above[0] - below[0]
        share = (wanted - below[0]) / width if width > 0.0 else 0.0
        start = below[1] + share * (above[1] - below[1])
        found = _least_entropic(replace(least, target=wanted), start, None, is_proven=False)
        weights = tidy(found.x, problem.limits)
        known.append((wanted, weights))
        risk = value_of(Measure.EVAR, weights, problem.on)
        if risk <= target + _RISK_MET * max(abs(target), unit) and wanted > best[0]:
            best = wanted, weights
        return (risk - target) / unit

    width = 1e-11 * max(abs(known[0][0]), abs(known[1][0]))
    brentq(over, known[0][0], known[1][0], xtol=width, rtol=1e-12)
    return best[1], replace(values, gap=width / unit)
