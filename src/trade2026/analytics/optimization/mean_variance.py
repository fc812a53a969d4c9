"""Markowitz portfolios: minimum variance, target return, target risk, maximum utility, maximum Sharpe ratio.

All lie on one line of problems, w(t) = argmin 1/2 w'Sw - t m'w, with t from 0 (minimum variance) to infinity
(highest return). While the active constraints stay the same, w is linear in t, the return is linear in t, the
variance is linear in t squared, and the ratio is best where w'Sw = t x'w for excess returns x. So a target is
found by false position in a few warm starts, and exactly once both ends of the bracket lie on one piece.

Means, covariances and the risk-free rate are per period of the same length, as fractions. What the budget
leaves is cash at the risk-free rate, so that the excess return of w is (m - f)'w.
"""

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import riskless_mix, vector
from trade2026.analytics.optimization.constraints import Constraints, most
from trade2026.analytics.optimization.pivoting import Program, Status, descend, pivot, project
from trade2026.analytics.optimization.quadratic import Quadratic
from trade2026.analytics.optimization.result import OutOfReach, Portfolio, Solution
from trade2026.primitives.errors import InputError

_ROUNDS: Final = 200
_NAMED: Final = 6
"""Assets that a message names."""
_EXACT: Final = 1e-12
"""Relative miss of a target that is rounding."""


def minimum_variance(covariance: FloatArray, constraints: Constraints | None = None) -> Portfolio:
    """The weights with the smallest w'Sw. Markowitz (1952), J. Finance 7, 77-91.

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period; positive semidefinite.
    constraints : Constraints or None
        None is long only and fully invested; so everywhere in this package.

    Returns
    -------
    Portfolio
        Measures: variance, volatility.

    Raises
    ------
    InputError
        An input has the wrong shape or is not finite; the covariance is singular and weights not bounded.
    """
    problem = Quadratic(covariance, constraints or Constraints.box(len(covariance)))
    return portfolio_of(problem, problem.minimize(np.zeros(problem.constraints.size)))


def maximum_utility(
    mean: FloatArray, covariance: FloatArray, constraints: Constraints | None = None, *, risk_aversion: float
) -> Portfolio:
    """The weights with the largest m'w - risk_aversion / 2 w'Sw.

    Parameters
    ----------
    mean : float64, shape (n,)
        Expected return per period, fractions.
    covariance, constraints
        As in `minimum_variance`.
    risk_aversion : float
        Above zero; 2 to 4 is usual for yearly or shorter returns alike.
    """
    if not np.isfinite(risk_aversion) or risk_aversion <= 0.0:
        raise InputError(f"risk_aversion must be finite and above zero, was {risk_aversion}")
    problem = Quadratic(covariance, constraints or Constraints.box(len(covariance)))
    mean = vector("mean", mean, size=problem.constraints.size)
    found = portfolio_of(problem, problem.minimize(mean / risk_aversion), mean)
    utility = found.measures["return"] - 0.5 * risk_aversion * found.measures["variance"]
    measures = {**found.measures, "utility": utility}
    return Portfolio(found.weights, measures, found.violation, found.notes, found.solution)


def target_return(
    mean: FloatArray, covariance: FloatArray, constraints: Constraints | None = None, *, target: float
) -> Portfolio:
    """The weights with the smallest variance whose expected return is at least `target`, per period.

    Where the portfolio of minimum variance already earns the target it is the answer, and a note says so.
    InputError where no weights allowed earn it; the message has the most that can be earned.
    """
    problem = Quadratic(covariance, constraints or Constraints.box(len(covariance)))
    mean = vector("mean", mean, size=problem.constraints.size)
    lowest = problem.minimize(np.zeros(mean.size))
    miss = target - float(mean @ lowest.weights)
    unit = float(np.abs(mean).max())
    if miss <= _EXACT * unit:
        earned = f"{target - miss:.6g} a period"
        note = f"the portfolio of minimum variance earns {earned}, which is at least the target"
        return portfolio_of(problem, lowest, mean, (note,))
    _check_reachable(problem.constraints, mean, target, unit)
    found = _find(
        problem, mean, lowest, lambda w, t: (float(mean @ w) - target) / unit, power=1, zero=-miss / unit
    )
    return portfolio_of(problem, found, mean)


def target_risk(
    mean: FloatArray, covariance: FloatArray, constraints: Constraints | None = None, *, target: float
) -> Portfolio:
    """The weights with the largest expected return whose volatility per period is at most `target`.

    InputError where even the minimum variance is above it. Where the portfolio of the highest return is
    below it, that one is the answer, and a note says so.
    """
    problem = Quadratic(covariance, constraints or Constraints.box(len(covariance)))
    mean = vector("mean", mean, size=problem.constraints.size)
    lowest = problem.minimize(np.zeros(mean.size))
    least = _variance(problem, lowest.weights)
    if not target > 0.0 or target**2 < least * (1.0 - _EXACT):
        lowest_risk = math.sqrt(max(least, 0.0))
        told = f"target must be a volatility of at least {lowest_risk:.6g} a period, was {target}"
        raise OutOfReach(told, lowest_risk, is_risk=True)
    unit, ceiling = target**2, most(problem.constraints, mean)
    highest = _highest(problem, mean, ceiling, lowest) if np.isfinite(ceiling) else None
    if highest is not None and _variance(problem, highest.weights) <= unit:
        note = "the highest return that the constraints allow has less volatility than the target"
        return portfolio_of(problem, highest, mean, (note,))
    found = _find(
        problem, mean, lowest, lambda w, t: _variance(problem, w) / unit - 1.0,
        power=2, zero=least / unit - 1.0,
    )  # fmt: skip
    return portfolio_of(problem, found, mean)


def maximum_sharpe(
    mean: FloatArray,
    covariance: FloatArray,
    constraints: Constraints | None = None,
    *,
    risk_free_rate: float = 0.0,
) -> Portfolio:
    """The weights with the largest (m - f)'w over sqrt(w'Sw). Sharpe (1966), J. Business 39, 119-138.

    Long only and fully invested, by the homogeneous transform (Cornuejols and Tutuncu 2006, chapter 8):
    minimize y'Sy over y >= 0 with (m - f)'y = 1, and scale y. With other constraints, on the line of
    problems of this module.

    Parameters
    ----------
    mean, covariance, constraints
        As in `maximum_utility`.
    risk_free_rate : float
        Per period, a fraction.

    Raises
    ------
    InputError
        No weights allowed earn more than the risk-free rate, so that the largest ratio says nothing; the
        message has the most that can be earned.
    """
    if not np.isfinite(risk_free_rate):
        raise InputError(f"risk_free_rate must be finite, was {risk_free_rate}")
    mean = vector("mean", mean, size=len(covariance))
    problem = Quadratic(covariance, constraints or Constraints.box(mean.size))
    found = best_ratio(problem, mean - risk_free_rate, "excess return")
    excess = float((mean - risk_free_rate) @ found.weights)
    result = portfolio_of(problem, found, mean)
    measures = {**result.measures, "sharpe": excess / result.measures["volatility"]}
    return Portfolio(result.weights, measures, result.violation, result.notes, result.solution)


def best_ratio(problem: Quadratic, reward: FloatArray, name: str) -> Solution:
    """The weights with the largest reward @ w over sqrt(w'Qw); InputError where no reward is above zero."""
    constraints = problem.constraints
    largest = most(constraints, reward)
    if largest <= 0.0:
        raise InputError(
            f"{name} must be above zero for some weights that are allowed, was at most {largest:.6g} a "
            "period; there is no best ratio to risk"
        )
    if constraints.is_cone and problem.is_definite:
        w, status = _on_cone(problem, reward)
        tilt = _variance(problem, w) / float(reward @ w)
        return problem.minimize(tilt * reward, start=status)
    lowest = problem.minimize(np.zeros(reward.size))
    least = _variance(problem, lowest.weights)
    if least <= 1e-14 * problem.unit:
        raise InputError(
            f"some weights that are allowed have no risk, so that {name} over risk has no largest value: "
            f"{_dependent(problem)} depend on one another; leave one out, or use a covariance with shrinkage"
        )

    def miss(w: FloatArray, t: float) -> float:
        return (t * float(reward @ w) - _variance(problem, w)) / least

    return _find(problem, reward, lowest, miss, power=1, zero=-1.0)


def portfolio_of(
    problem: Quadratic, found: Solution, mean: FloatArray | None = None, notes: tuple[str, ...] = ()
) -> Portfolio:
    """What is known about the solution of a quadratic program."""
    variance = _variance(problem, found.weights)
    measures = {"variance": variance, "volatility": math.sqrt(max(variance, 0.0))}
    if mean is not None:
        measures["return"] = float(mean @ found.weights)
    if found.regularization > 0.0:
        notes = (
            *notes,
            f"the covariance is singular, as {_dependent(problem)} depend on one another: steps were damped "
            f"with {found.regularization:g} of the variances, which does not change the problem; other "
            "weights may be as good",
        )
    return Portfolio(found.weights, measures, found.kkt.feasibility, notes, found)


def _dependent(problem: Quadratic) -> str:
    """The assets that make the covariance singular, in words."""
    mix = riskless_mix(problem.Q)
    more = f" and {mix.size - _NAMED} more" if mix.size > _NAMED else ""
    return ", ".join(problem.constraints.name(int(at)) for at in mix[:_NAMED]) + more


def _variance(problem: Quadratic, w: FloatArray) -> float:
    return float(w @ problem.Q @ w)


def _on_cone(problem: Quadratic, reward: FloatArray) -> tuple[FloatArray, Status]:
    """The homogeneous problem: one row, the reward, which is one."""
    n, length = reward.size, float(np.linalg.norm(reward))
    p = Program(
        problem.Q / problem.unit, np.zeros(n), np.zeros(n), np.full(n, np.inf),
        reward[None, :] / length, np.array([1.0]), np.zeros((0, n)), np.zeros(0),
    )  # fmt: skip
    point, is_done, _ = pivot(p, np.where(reward > 0.0, 0, -1).astype(np.int8), np.zeros(0, dtype=np.bool_))
    if point is None or not is_done:
        wanted = np.zeros(n) if point is None else point.w
        point, _ = descend(p, project(wanted, p.E[0], 1.0, p.lower, p.upper))
    return problem.constraints.budget * point.w / float(point.w.sum()), point.status


def _check_reachable(constraints: Constraints, mean: FloatArray, target: float, unit: float) -> None:
    if not np.isfinite(target):
        raise InputError(f"target must be finite, was {target}")
    ceiling = most(constraints, mean)
    if target > ceiling + _EXACT * unit:
        told = f"target must be at most {ceiling:.6g} a period, the highest return allowed, was {target}"
        raise OutOfReach(told, ceiling, is_risk=False)


def _highest(problem: Quadratic, mean: FloatArray, ceiling: float, lowest: Solution) -> Solution:
    """The portfolio of the highest return, and among several the one of the least variance."""
    t, found, unit = _first_tilt(problem, mean, lowest), lowest, float(np.abs(mean).max())
    for _ in range(_ROUNDS):
        found = problem.minimize(t * mean, start=found)
        if float(mean @ found.weights) >= ceiling - 1e-9 * unit:
            return found
        t *= 8.0
    raise AssertionError(f"no tilt reached the highest return {ceiling}")


def _first_tilt(problem: Quadratic, mean: FloatArray, lowest: Solution) -> float:
    """The order of magnitude of t at which returns begin to matter."""
    spread = float(np.abs(mean).max())
    least = max(_variance(problem, lowest.weights), 1e-9 * problem.unit)
    return least / spread if spread > 0.0 else 1.0


def _find(
    problem: Quadratic,
    mean: FloatArray,
    lowest: Solution,
    miss: Callable[[FloatArray, float], float],
    *,
    power: int,
    zero: float,
) -> Solution:
    """The solution at the t where `miss` of its weights, which rises with t from `zero` below zero, is zero.

    `miss` is linear in t ** power while the active constraints stay: false position, and halving where one
    end of the bracket stays twice.
    """
    low, low_miss, found = 0.0, zero, lowest
    high = _first_tilt(problem, mean, lowest)
    for _ in range(_ROUNDS):
        found = problem.minimize(high * mean, start=found)
        high_miss = miss(found.weights, high)
        if high_miss >= -_EXACT:
            break
        low, low_miss, high = high, high_miss, 4.0 * high
    else:
        raise AssertionError(f"no tilt up to {high} reached the target; missed by {low_miss}")
    side = 0
    for _ in range(_ROUNDS):
        if abs(high_miss) <= _EXACT:
            return found
        share = -low_miss / (high_miss - low_miss) if abs(side) < 2 else 0.5
        t = (low**power + share * (high**power - low**power)) ** (1.0 / power)
        if not low < t < high:
            return found
        found = problem.minimize(t * mean, start=found)
        now = miss(found.weights, t)
        if abs(now) <= _EXACT:
            return found
        if now < 0.0:
            low, low_miss, side = t, now, -1 if abs(side) == 2 else min(side, 0) - 1
        else:
            high, high_miss, side = t, now, 1 if abs(side) == 2 else max(side, 0) + 1
    return found
