"""Benchmark tracking: the least variance of the difference to a benchmark, with the cost of getting there.

The benchmark is weights of the same assets, or a series of returns of its own; either way the tracking error
variance is w'Sw - 2 c'w + v with c the covariances of the assets with the benchmark and v its variance. With
a limit on the number of assets it is index tracking by a few (Beasley, Meade and Chang 2003, European J. of
Operational Research 148, 621-643), solved by branch and bound.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import vector
from trade2026.analytics.optimization.branching import Branched, branch
from trade2026.analytics.optimization.cardinality import SIZE_MIN, Quadratics, choose
from trade2026.analytics.optimization.limits import Limits, absolute
from trade2026.analytics.optimization.objective import tidy
from trade2026.analytics.optimization.quadratic import solve_quadratic
from trade2026.analytics.optimization.result import Portfolio
from trade2026.analytics.optimization.transition import Costs
from trade2026.primitives.errors import InputError

_NO_MULTIPLIERS: Final[Mapping[str, float]] = {}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is tracked.

    Attributes
    ----------
    covariance : float64, shape (n, n)
        Of the assets, per period.
    across : float64, shape (n,)
        Covariance of each asset with the benchmark.
    variance : float
        Of the benchmark.
    """

    covariance: FloatArray
    across: FloatArray
    variance: float

    @classmethod
    def of_weights(cls, covariance: FloatArray, weights: FloatArray) -> "Benchmark":
        """A benchmark of the same assets."""
        across = covariance @ weights
        return cls(covariance, across, float(weights @ across))

    def error(self, weights: FloatArray) -> float:
        """Tracking error per period: the volatility of the difference."""
        square = (
            float(weights @ self.covariance @ weights) - 2.0 * float(self.across @ weights) + self.variance
        )
        return math.sqrt(max(square, 0.0))


def track(
    benchmark: Benchmark, limits: Limits, *, current: FloatArray | None = None, costs: Costs | None = None,
    cost_aversion: float = 1.0, nodes_max: int = 2_000,
    watch: Callable[[int, int], None] = lambda _, __: None,
) -> Portfolio:  # fmt: skip
    """The weights with the least half of the tracking error variance and cost_aversion times the cost.

    Parameters
    ----------
    benchmark : Benchmark
    limits : Limits
        With choices, branch and bound.
    current : float64, shape (n,), or None
        What is held now; needed for costs.
    costs : Costs or None
        Of going from `current` to the weights.
    cost_aversion : float
        At least zero, in variance per share of capital: what is paid to be nearer.

    watch : callable
        Told now and then how many programs were solved, and of how many at most.

    Returns
    -------
    Portfolio
        Measures: tracking_error per period, cost, turnover, gap.
    """
    n = limits.size
    checked("covariance", benchmark.covariance, size=n)
    vector("covariances with the benchmark", benchmark.across, size=n)
    if costs is not None:
        costs.check(n)
        if current is None:
            raise InputError("current must be given where trading costs, was missing; it is what is held now")
        vector("current", current, size=n)
    if not (math.isfinite(cost_aversion) and cost_aversion >= 0.0):
        raise InputError(f"cost_aversion must be finite and at least zero, was {cost_aversion}")
    unit = float(np.diagonal(benchmark.covariance).mean())
    own = 0.5 * benchmark.variance / unit  # So that a share of what is minimized is one of the error.

    def solve(within: Limits) -> tuple[float, float, FloatArray, str, Mapping[str, float]]:
        """What is minimized and its gap, in units; the weights, how, and multipliers."""
        if within.is_linear and costs is None:
            exact = solve_quadratic(benchmark.covariance, benchmark.across, within.constraints)
            return exact.objective / unit + own, 0.0, exact.weights, f"solved by {exact.method}", {}
        model, w = within.model(), slice(0, n)
        model.curve(w, benchmark.covariance / unit)
        model.cost(w, -benchmark.across / unit)
        if costs is not None and current is not None and cost_aversion > 0.0:
            price = cost_aversion / unit
            model.cost(absolute(model, w, current), price * costs.linear)
            model.curve(w, np.diag(2.0 * price * costs.quadratic))
            model.cost(w, -2.0 * price * costs.quadratic * current)
        values = model.solve()
        return values.objective + own, values.gap, tidy(values.x[w], within), values.told, values.multipliers

    known, is_proven = _NO_MULTIPLIERS, True
    if limits.is_continuous:
        _, gap, weights, told, known = solve(limits)
    else:
        S, c = benchmark.covariance / unit, benchmark.across / unit
        of = Quadratics(S, c, own, limits.constraints) if costs is None else None
        found = _chosen(limits, lambda each: _bound(*solve(each)[:3]), of, nodes_max, watch)
        weights, gap, told = found.weights, found.gap, f"{found.told} (in variance and cost)"
        is_proven = found.is_proven
    measures = {"tracking_error": benchmark.error(weights), "gap": gap * unit}
    if current is not None:
        measures["turnover"] = float(np.abs(weights - current).sum())
        measures["cost"] = 0.0 if costs is None else costs.of(weights - current)
    made = Portfolio(weights, measures, limits.violation(weights), multipliers=known)
    return made.told(told, is_proven=is_proven)


def _chosen(
    limits: Limits, solve: Callable[[Limits], tuple[float, FloatArray]], of: Quadratics | None,
    nodes_max: int, watch: Callable[[int, int], None],
) -> Branched:  # fmt: skip
    """With the assets that are held chosen; by quadratic bounds where they are many and nothing costs."""
    if of is not None and limits.size >= SIZE_MIN:
        found = choose(limits, solve, of, nodes_max=nodes_max, watch=watch)
        if found is not None:
            return found
    return branch(limits, solve, nodes_max=nodes_max, watch=watch)


def _bound(objective: float, gap: float, weights: FloatArray) -> tuple[float, FloatArray]:
    return objective - gap, weights
