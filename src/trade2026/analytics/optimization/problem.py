"""What is asked of an optimizer, and the program that says it: a goal, a measure of risk, limits."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import vector
from trade2026.analytics.optimization.constraints import most
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.measures import Scenarios, Written, write
from trade2026.analytics.optimization.model import NO_RATIO, Model, Values
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.result import OutOfReach
from trade2026.primitives.errors import InputError

_NO_SIZE: Final = 1e-12
_NO_RISK: Final = 1e-9
"""A risk, or half of its square, at a reward of one, that is rounding."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem.

    Attributes
    ----------
    goal : Goal
        MINIMUM_RISK, for a return of at least `target` unless it is None; MAXIMUM_RATIO of
        (mean - risk_free_rate)'w to risk; MAXIMUM_RETURN for a risk of at most `target`; MAXIMUM_UTILITY:
        mean'w less risk_aversion times the risk, or half of it times the variance for volatility.
    measure : Measure
    on : Scenarios
    limits : Limits
    mean : float64, shape (n,)
        Expected return per period.
    target, risk_free_rate : float
        Per period, fractions.
    """

    goal: Goal
    measure: Measure
    on: Scenarios
    limits: Limits
    mean: FloatArray
    target: float | None = None
    risk_free_rate: float = 0.0
    risk_aversion: float = 1.0

    @property
    def reward(self) -> FloatArray:
        """What each weight earns beyond the risk-free rate, shape (n,): what is not invested earns that."""
        return self.mean - self.risk_free_rate

    @property
    def is_sizeless(self) -> bool:
        """Whether a ratio is asked for where weights of zero are allowed: it is the same at any size."""
        nothing = np.zeros(self.limits.size)
        return self.goal is Goal.MAXIMUM_RATIO and self.limits.violation(nothing) <= _NO_SIZE

    def check(self) -> None:
        """Raise InputError where a shape or a number cannot be used."""
        n = self.limits.size
        vector("mean", self.mean, size=n)
        if self.on.returns.shape[1] != n:
            raise InputError(f"returns must have {n} columns, one per asset, had {self.on.returns.shape[1]}")
        if self.target is not None and not math.isfinite(self.target):
            raise InputError(f"target must be finite, was {self.target}")
        if self.goal is Goal.MAXIMUM_RETURN and self.target is None:
            raise InputError("target must be given for maximum_return, was missing; it is the risk allowed")
        if not (math.isfinite(self.risk_aversion) and self.risk_aversion > 0.0):
            raise InputError(f"risk_aversion must be finite and above zero, was {self.risk_aversion}")
        if self.measure is Measure.EVAR and self.on.tail * self.on.returns.shape[0] <= 1.0:
            raise InputError(
                f"the tail must hold more than one period for EVaR, {self.on.tail} of "
                f"{self.on.returns.shape[0]} does not; give a larger one, or use worst_realization, which it "
                "is then"
            )


def within(problem: Problem, *, is_whole: bool = False) -> tuple[Model, slice, slice | None]:
    """The weights of a problem within its limits and its target return; the scale, for a ratio."""
    limits, unit, scale = problem.limits, problem.on.unit, None
    model, w = limits.model(is_whole=is_whole), slice(0, limits.size)
    if problem.goal is Goal.MAXIMUM_RATIO:
        scale = model.homogenize()
        model.require_equal([(w, problem.reward / unit)], 1.0)
    if problem.goal is Goal.MINIMUM_RISK and problem.target is not None:
        name = f"return at least {problem.target:.6g}"
        model.require_at_most([(w, -problem.mean / unit)], -problem.target / unit, name)
    return model, w, scale


def written(problem: Problem, *, is_whole: bool = False) -> tuple[Model, slice, slice | None]:
    """The whole program, in units of a return; the block of weights, and the scale, for a ratio."""
    model, w, scale = within(problem, is_whole=is_whole)
    unit = problem.on.unit
    risk = write(problem.measure, model, w, problem.on)
    if problem.goal is Goal.MAXIMUM_RETURN:
        assert problem.target is not None
        limit, name = problem.target / unit, f"risk at most {problem.target:.6g}"
        if risk.row is not None:
            model.require_at_most([risk.row], limit, name)
        else:
            assert risk.vector is not None
            height = risk.vector[1].shape[0]
            model.require_norm([risk.vector], np.zeros(height), limit, name)
        model.cost(w, -problem.mean / unit)
        return model, w, scale
    if problem.goal is Goal.MAXIMUM_UTILITY:
        model.cost(w, -problem.mean / unit)
    _charge(model, problem, risk)
    return model, w, scale


def _charge(model: Model, problem: Problem, risk: Written) -> None:
    """Put risk into what is minimized: the square of what is a length."""
    is_utility = problem.goal is Goal.MAXIMUM_UTILITY
    aversion = problem.risk_aversion if is_utility else 1.0
    if risk.row is not None:
        block, values = risk.row
        model.cost(block, aversion * values)
        return
    if is_utility and problem.measure is not Measure.VOLATILITY:
        raise InputError(
            "maximum_utility is for volatility and for measures that are linear programs, was "
            f"{problem.measure.value}; use maximum_ratio, or a target"
        )
    assert risk.curve is not None
    block, square = risk.curve
    model.curve(block, aversion * problem.on.unit * square if is_utility else square)


def highest(limits: Limits, values: FloatArray) -> float:
    """The largest values @ weights that limits without choices allow; infinite where they do not bound it."""
    if limits.is_linear:
        return most(limits.constraints, values)
    model, unit = limits.model(), float(np.abs(values).max()) or 1.0
    model.cost(slice(0, limits.size), -values / unit)
    return -model.solve().objective * unit


def check_reachable(problem: Problem) -> None:
    """That a return or a ratio can be had at all; InputError with the most that can."""
    limits, mean = problem.limits, problem.mean
    if problem.goal is Goal.MINIMUM_RISK and problem.target is not None:
        top = highest(limits, mean)
        if problem.target > top + 1e-12 * float(np.abs(mean).max()):
            told = (
                f"target must be at most {top:.6g} a period, the highest return allowed, was {problem.target}"
            )
            raise OutOfReach(told, top, is_risk=False)
    if problem.goal is Goal.MAXIMUM_RATIO:
        top = highest(limits, problem.reward)
        if top <= 0.0:
            raise InputError(
                "excess return must be above zero for some weights that are allowed, was at most "
                f"{top:.6g} a period; there is no best ratio to risk"
            )


def unscaled(values: Values, w: slice, scale: slice) -> FloatArray:
    """Weights of a homogeneous solution."""
    if values.objective <= _NO_RISK:
        raise InputError(NO_RATIO)
    factor = float(values.x[scale][0])
    if factor <= 1e-9:
        raise InputError("the best ratio lies at weights without bound; give each a lower and an upper bound")
    weights: FloatArray = values.x[w] / factor
    return weights
