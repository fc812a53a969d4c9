"""Data that leave ties: coarse returns, assets given twice, few periods, volatilities far apart.

Every optimum is proven by its residuals, or refused for a reason that holds.
"""

from collections.abc import Callable

import numpy as np
import pytest

from tests.analytics.optimization.made import generator, returns_of, rows_of
from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.diversification import maximum_diversification
from trade2026.analytics.optimization.expected_shortfall import minimum_cvar
from trade2026.analytics.optimization.frontier import efficient_frontier
from trade2026.analytics.optimization.mean_variance import (
    maximum_sharpe,
    minimum_variance,
    target_return,
)
from trade2026.analytics.optimization.result import Portfolio
from trade2026.primitives.errors import InputError


def coarse(seed: int) -> FloatArray:
    return np.round(returns_of(seed, 12, 80), 2)


def given_twice(seed: int) -> FloatArray:
    returns = returns_of(seed, 9, 65)
    return np.column_stack([returns, returns[:, :4]])


def few_periods(seed: int) -> FloatArray:
    return returns_of(seed, 16, 9)


def far_apart(seed: int) -> FloatArray:
    return returns_of(seed, 14, 90) * np.exp(generator(seed, "scale").normal(0.0, 3.0, 14))


def box(seed: int, n: int) -> Constraints:
    upper = generator(seed, "upper").uniform(1.5 / n, 0.8, n)
    return Constraints(np.where(np.arange(n) % 3 == 0, -0.1, 0.0), upper, 1.0)


def _ratios(mean: FloatArray, S: FloatArray, constraints: Constraints) -> list[Portfolio]:
    """The best ratios; none where what was refused is that there is no best one."""
    found: list[Portfolio] = []
    try:
        found.append(maximum_sharpe(mean, S, constraints))
        found.append(maximum_diversification(S, constraints))
    except InputError as refusal:
        if "no best ratio" not in str(refusal) and "have no risk" not in str(refusal):
            raise
    return found


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", [coarse, given_twice, few_periods, far_apart])
def test_an_optimum_is_proven_or_refused(kind: Callable[[int], FloatArray], seed: int) -> None:
    returns = kind(seed)
    n = returns.shape[1]
    S, mean = np.cov(returns.T), np.round(returns.mean(axis=0), 4)
    for constraints in (Constraints.box(n), box(seed, n), rows_of(seed, n)):
        found: list[Portfolio] = [minimum_variance(S, constraints)]
        found.append(target_return(mean, S, constraints, target=found[0].weights @ mean + 1e-7))
        found += _ratios(mean, S, constraints)
        for portfolio in found:
            assert portfolio.violation <= 1e-8
            assert portfolio.solution is not None
            assert portfolio.solution.kkt.worst <= 1e-9, portfolio.solution
        if returns.shape[0] > 20:
            least = minimum_cvar(returns, constraints)
            assert least.violation <= 1e-8
            assert least.measures["gap"] <= 1e-8 * float(np.abs(returns).max())
        if constraints.is_box:
            assert efficient_frontier(mean, S, constraints, points=3).weights.shape[1] == n
