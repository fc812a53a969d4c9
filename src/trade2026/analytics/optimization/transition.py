"""From what is held to better weights, at a cost: one trade, or a plan of several of which the first is made.

Over steps h = 1 ... H with w_0 the current weights, the plan minimizes

    sum over h of  periods (a / 2 w_h'S w_h - m_h'w_h) + linear'|w_h - w_h-1| + quadratic'(w_h - w_h-1)^2

within the limits at each step (Boyd et al. 2017, Foundations and Trends in Optimization 3, 1-76). Forecasts
decay: what is expected beyond the mean of all assets halves every `half_life` periods, so that trades which
would pay too late are not made. Costs are shares of capital: a linear cost of 0.001 is ten basis points of
what is traded; a quadratic one of 0.1 costs 0.1 x 0.01^2, a tenth of a basis point of capital, for a trade of
one percent of capital. They are weighed against return and risk, and not taken out of the budget.

A least trade (`Limits.trades`) makes every trade zero or large enough; with several steps it holds for the
first, the one that is traded, as do a limit of assets and a least position.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import vector
from trade2026.analytics.optimization.branching import branch
from trade2026.analytics.optimization.limits import Limits, absolute
from trade2026.analytics.optimization.model import Model, Values
from trade2026.analytics.optimization.objective import tidy
from trade2026.analytics.optimization.result import Portfolio
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True)
class Costs:
    """Of trading, as shares of capital; see the module."""

    linear: FloatArray
    """Shape (n,); at least zero."""
    quadratic: FloatArray
    """Shape (n,); at least zero."""

    @classmethod
    def same(cls, assets: int, *, linear: float = 0.0, quadratic: float = 0.0) -> "Costs":
        """For every asset."""
        return cls(np.full(assets, float(linear)), np.full(assets, float(quadratic)))

    def of(self, trade: FloatArray) -> float:
        """What a trade costs, as a share of capital."""
        return float(self.linear @ np.abs(trade) + self.quadratic @ (trade * trade))

    def check(self, assets: int) -> None:
        """Raise InputError where one is missing or below zero."""
        for name, values in (("linear cost", self.linear), ("quadratic cost", self.quadratic)):
            vector(name, values, size=assets)
            if (values < 0.0).any():
                raise InputError(f"{name} must be at least zero, was {float(values.min())}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a transition is asked with.

    Attributes
    ----------
    mean : float64, shape (n,)
        Expected return per period.
    covariance : float64, shape (n, n)
        Per period.
    current : float64, shape (n,)
        Weights held now; their sum need not be the budget.
    limits : Limits
        Of every step; turnover is that of every step.
    costs : Costs
    risk_aversion : float
        a, above zero.
    steps : int
        Trades that are planned, at least 1.
    periods : float
        From one trade to the next, above zero: what is traded is held so long.
    half_life : float
        Of forecasts, in periods; infinite where they do not decay.
    """

    mean: FloatArray
    covariance: FloatArray
    current: FloatArray
    limits: Limits
    costs: Costs
    risk_aversion: float
    steps: int = 1
    periods: float = 1.0
    half_life: float = math.inf


@dataclass(frozen=True, slots=True)
class Transition:
    """What to trade now, and what is planned after it."""

    portfolio: Portfolio
    """After the first trade. Measures: return and risk per period of it, cost, turnover, gap."""
    path: FloatArray
    """Weights after each step, shape (steps, n)."""
    forecasts: FloatArray
    """Expected return of each asset per period, over each step, shape (steps, n)."""


def transition(
    plan: Plan, *, nodes_max: int = 1_000, watch: Callable[[int, int], None] = lambda _, __: None
) -> Transition:
    """The best plan; InputError names what is wrong with it, or the constraints that conflict."""
    _check(plan)
    if plan.limits.is_continuous:
        values, path = _solved(plan, plan.limits)
        made = _described(plan, path, values.gap, values.told)
        if plan.steps > 1:  # Every step has its own multipliers, under the same names.
            return made
        return replace(made, portfolio=replace(made.portfolio, multipliers=values.multipliers))

    def solve(limits: Limits) -> tuple[float, FloatArray]:
        values, path = _solved(plan, limits)
        return values.objective - values.gap, path[0]

    found = branch(plan.limits, solve, nodes_max=nodes_max, watch=watch)
    _, path = _solved(plan, _at(plan, found.weights))
    path[0] = found.weights
    later = (
        () if plan.steps == 1 else ("most assets, least positions and trades hold for the first step alone",)
    )
    return _described(plan, path, found.gap, found.told, later, is_proven=found.is_proven)


def forecasts_of(mean: FloatArray, *, steps: int, periods: float, half_life: float) -> FloatArray:
    """Expected returns per period, on average over each step, shape (steps, n).

    What is beyond the mean of all assets is multiplied by 2^(-t / half_life) t periods from now.
    """
    level = float(mean.mean())
    if math.isinf(half_life):
        return np.tile(mean, (steps, 1))
    rate = math.log(2.0) / half_life
    starts = np.arange(steps) * periods
    kept = np.exp(-rate * starts) * -math.expm1(-rate * periods) / (rate * periods)
    result: FloatArray = level + kept[:, None] * (mean - level)
    return result


def _check(plan: Plan) -> None:
    n = plan.limits.size
    vector("mean", plan.mean, size=n)
    vector("current", plan.current, size=n)
    checked("covariance", plan.covariance, size=n)
    plan.costs.check(n)
    if plan.steps < 1:
        raise InputError(f"steps must be at least 1, was {plan.steps}")
    for name, value in (("risk_aversion", plan.risk_aversion), ("periods", plan.periods)):
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(f"{name} must be finite and above zero, was {value}")
    if not plan.half_life > 0.0:
        raise InputError(f"half_life must be above zero, was {plan.half_life}; infinite for no decay")


def _at(plan: Plan, weights: FloatArray) -> Limits:
    """Limits that leave the first step where it is: those of the choice that was found."""
    c = plan.limits.constraints
    lower, upper = c.lower.copy(), c.upper.copy()
    for choice in plan.limits.choices:
        apart = weights - choice.center
        is_at, is_above = np.abs(apart) <= 1e-7, apart > 0.0
        low, high = choice.center - choice.least, choice.center + choice.least
        lower = np.maximum(lower, np.where(is_at, choice.center, np.where(is_above, high, -np.inf)))
        upper = np.minimum(upper, np.where(is_at, choice.center, np.where(is_above, np.inf, low)))
    return plan.limits.within(lower, upper)


def _solved(plan: Plan, first: Limits) -> tuple[Values, FloatArray]:
    """The program with these limits at the first step; what it gave, and the path."""
    model, blocks, _ = _written(plan, first)
    values = model.solve()
    loose = replace(plan.limits, held=None, least=0.0, trades=None)
    path = [tidy(values.x[block], first if at == 0 else loose) for at, block in enumerate(blocks)]
    return values, np.array(path)


def _written(plan: Plan, first: Limits) -> tuple[Model, Sequence[slice], float]:
    """Weights of each step, each with its risk, return and cost; in units of an asset's deviation."""
    unit = plan.periods * math.sqrt(float(np.diagonal(plan.covariance).mean()))
    forecasts = forecasts_of(plan.mean, steps=plan.steps, periods=plan.periods, half_life=plan.half_life)
    S = plan.risk_aversion * plan.periods / unit * plan.covariance
    model, blocks = Model(), []
    before: FloatArray | slice = plan.current
    for at in range(plan.steps):
        limits = first if at == 0 else plan.limits
        w = model.add(limits.size, lower=limits.constraints.lower, upper=limits.constraints.upper)
        limits.write(model, w, before if limits.turnover is not None else None)
        model.curve(w, S)
        model.cost(w, -plan.periods * forecasts[at] / unit)
        _charge(model, w, before, plan.costs, unit)
        before = w
        blocks.append(w)
    return model, blocks, unit


def _charge(model: Model, w: slice, before: FloatArray | slice, costs: Costs, unit: float) -> None:
    """The cost of going from before to w."""
    if costs.linear.any():
        model.cost(absolute(model, w, before), costs.linear / unit)
    if not costs.quadratic.any():
        return
    square = np.diag(2.0 * costs.quadratic / unit)
    if isinstance(before, slice):
        trade = model.add(costs.quadratic.size)
        model.require_equal([(w, 1.0), (before, -1.0), (trade, -1.0)], 0.0)
        model.curve(trade, square)
    else:
        model.curve(w, square)
        model.cost(w, -(square @ before))


def _described(
    plan: Plan,
    path: FloatArray,
    gap: float,
    told: str,
    notes: tuple[str, ...] = (),
    *,
    is_proven: bool = True,
) -> Transition:
    w, trade = path[0], path[0] - plan.current
    unit = plan.periods * math.sqrt(float(np.diagonal(plan.covariance).mean()))
    forecasts = forecasts_of(plan.mean, steps=plan.steps, periods=plan.periods, half_life=plan.half_life)
    measures = {
        "return": float(plan.mean @ w),
        "risk": math.sqrt(max(float(w @ plan.covariance @ w), 0.0)),
        "cost": plan.costs.of(trade),
        "turnover": float(np.abs(trade).sum()),
        "objective": objective_of(plan, path),
        "gap": gap * unit,
    }
    portfolio = Portfolio(w, measures, plan.limits.violation(w), notes)
    return Transition(portfolio.told(told, is_proven=is_proven), path, forecasts)


def objective_of(plan: Plan, path: FloatArray) -> float:
    """What is minimized, of any path of shape (steps, n)."""
    forecasts = forecasts_of(plan.mean, steps=plan.steps, periods=plan.periods, half_life=plan.half_life)
    before, total = plan.current, 0.0
    for w, mean in zip(path, forecasts, strict=True):
        risk = 0.5 * plan.risk_aversion * float(w @ plan.covariance @ w)
        total += plan.periods * (risk - float(mean @ w)) + plan.costs.of(w - before)
        before = w
    return total
