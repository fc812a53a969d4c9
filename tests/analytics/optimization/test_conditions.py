"""Conditions of Karush, Kuhn and Tucker of each method that has an optimum, worked out here from its weights.

On the 20 shares of the sample and on 500 made assets, long only and fully invested: what is minimized has a
derivative by each weight. It is the same for all assets that are held, and no less for those that are not.
Where a return or a risk is asked for as well, the same holds after a multiple of the means is taken off, and
that multiple is not negative. Methods along a tree have no optimum; CVaR and the other measures are in
`test_expected_shortfall` and `test_optima_of_the_sample`, other constraints in `test_quadratic`.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from tools.portfolio_golden import sp500, synthetic
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.diversification import maximum_decorrelation, maximum_diversification
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.mean_variance import (
    maximum_sharpe,
    maximum_utility,
    minimum_variance,
    target_return,
    target_risk,
)
from trade2026.analytics.optimization.result import Portfolio
from trade2026.analytics.optimization.risk_budgeting import risk_budgeting, risk_parity, risk_shares
from trade2026.analytics.optimization.robust import robust_utility
from trade2026.analytics.optimization.tracking import Benchmark, track

AVERSION, RATE, RADIUS = 5.0, 5e-5, 2.0
VIOLATED = 1e-8


@cache
def moments(assets: int) -> tuple[np.ndarray, np.ndarray]:
    returns = sp500() if assets == 20 else synthetic(assets)
    return returns.mean(axis=0), np.cov(returns.T)


def along_the_market(S: np.ndarray) -> Benchmark:
    """A benchmark that a long-only portfolio cannot be: twice one half, less the other."""
    half = len(S) // 2
    held = np.concatenate([np.full(half, 2.0 / half), np.full(len(S) - half, -1.0 / (len(S) - half))])
    return Benchmark.of_weights(S, held)


Method = tuple[
    Callable[[np.ndarray, np.ndarray], Portfolio], Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
]
METHODS: dict[str, Method] = {  # The portfolio by mean and covariance, and the derivative at weights.
    "minimum variance": (lambda m, S: minimum_variance(S), lambda w, m, S: S @ w),
    "maximum Sharpe": (
        lambda m, S: maximum_sharpe(m, S, risk_free_rate=RATE),
        lambda w, m, S: S @ w / (w @ S @ w) - (m - RATE) / ((m - RATE) @ w),
    ),
    "maximum utility": (
        lambda m, S: maximum_utility(m, S, risk_aversion=AVERSION),
        lambda w, m, S: AVERSION * S @ w - m,
    ),
    "maximum diversification": (
        lambda m, S: maximum_diversification(S),
        lambda w, m, S: S @ w / (w @ S @ w) - np.sqrt(np.diagonal(S)) / (np.sqrt(np.diagonal(S)) @ w),
    ),
    "maximum decorrelation": (
        lambda m, S: maximum_decorrelation(S),
        lambda w, m, S: (S / np.sqrt(np.outer(np.diagonal(S), np.diagonal(S)))) @ w,
    ),
    "least tracking error": (
        lambda m, S: track(along_the_market(S), Limits(Constraints.box(len(S)))),
        lambda w, m, S: S @ w - along_the_market(S).across,
    ),
}


def assert_least(slopes: np.ndarray, w: np.ndarray, tolerance: float) -> None:
    """Slopes are the same for what is held and no less for the rest, relative to the largest."""
    size = float(np.abs(slopes).max())
    held = slopes[w > 0.0]
    assert float(np.ptp(held)) <= tolerance * size
    assert float(held.max() - slopes.min()) <= tolerance * size


@pytest.mark.parametrize("assets", [20, 500])
@pytest.mark.parametrize("name", METHODS)
def test_nothing_is_better_in_any_direction(name: str, assets: int) -> None:
    make, derivative = METHODS[name]
    mean, S = moments(assets)
    found = make(mean, S)
    assert found.violation <= VIOLATED
    assert float(found.weights.min()) >= 0.0
    assert float(found.weights.sum()) == pytest.approx(1.0, abs=1e-12)
    assert_least(derivative(found.weights, mean, S), found.weights, 1e-9)


@pytest.mark.parametrize("assets", [20, 500])
@pytest.mark.parametrize("of", ["return", "risk"])
def test_a_target_is_met_with_a_price_of_return(of: str, assets: int) -> None:
    mean, S = moments(assets)
    least = minimum_variance(S)
    wanted = 0.5 * (float(mean @ least.weights) + float(mean.max()))
    found = target_return(mean, S, target=wanted)
    if of == "risk":
        risk = float(np.sqrt(found.weights @ S @ found.weights))
        again = target_risk(mean, S, target=risk)
        assert float(np.sqrt(again.weights @ S @ again.weights)) <= risk * (1.0 + 1e-9)
        assert float(mean @ again.weights) == pytest.approx(wanted, rel=1e-9)
        found = again
    w = found.weights
    assert found.violation <= VIOLATED
    assert float(mean @ w) >= wanted - 1e-9 * abs(wanted)
    held = w > 0.0
    design = np.column_stack([np.ones(int(held.sum())), mean[held]])
    (_, price), *_ = np.linalg.lstsq(design, (S @ w)[held], rcond=None)
    assert price >= 0.0
    assert_least(S @ w - price * mean, w, 1e-8)


@pytest.mark.parametrize("assets", [20, 500])
def test_shares_of_risk_are_met(assets: int) -> None:
    _, S = moments(assets)
    budgets = np.arange(1.0, assets + 1.0)
    budgets /= budgets.sum()
    found = risk_budgeting(S, budgets)
    np.testing.assert_allclose(risk_shares(found.weights, S), budgets, rtol=1e-9)
    np.testing.assert_allclose(risk_shares(risk_parity(S).weights, S), 1.0 / assets, rtol=1e-9)


def test_doubted_means_meet_the_conditions() -> None:
    mean, S = moments(20)
    doubt = S / 2_500
    found = robust_utility(
        mean, S, Limits(Constraints.box(20)), mean_covariance=doubt, radius=RADIUS, risk_aversion=AVERSION
    )
    w = found.weights
    assert found.violation <= VIOLATED
    slopes = RADIUS * doubt @ w / np.sqrt(w @ doubt @ w) + AVERSION * S @ w - mean
    assert_least(slopes, w, 1e-5)  # Conic, so that objectives are near to 1e-9 and slopes to its root.
