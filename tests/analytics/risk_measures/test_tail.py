"""Value at risk and expected shortfall.

1. Historical ones minimise c + E[(loss - c)+] / tail (Rockafellar and Uryasev): the value is the least, the
   argument is between it and the next loss.
2. Value at risk is numpy's "inverted_cdf" quantile of losses.
3. ES is at least VaR, subadditive, homogeneous, and moves with cash.
4. Gaussian ones have the factors of the table.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.risk_measures import tail as tails
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=60, deadline=None)
lists = st.lists(st.floats(-0.5, 0.5).map(lambda x: round(x, 4)), min_size=1, max_size=60)
shares = st.floats(0.01, 0.99).map(lambda x: round(x, 3))


def objective(c, losses, tail):
    return c + sum(max(loss - c, 0.0) for loss in losses) / len(losses) / tail


@FEW
@given(lists, shares)
def test_shortfall_is_the_least_value_and_value_at_risk_its_argument(
    returns: list[float], tail: float
) -> None:
    array = np.array(returns)
    losses = [-r for r in returns]
    least = min(objective(c, losses, tail) for c in losses)
    assert tails.expected_shortfall(array, tail=tail) == pytest.approx(least, abs=1e-12)
    found = tails.value_at_risk(array, tail=tail)
    assert objective(found, losses, tail) == pytest.approx(least, abs=1e-12)
    assert sum(loss > found + 1e-12 for loss in losses) <= tail * len(losses) + 1e-9


@pytest.mark.parametrize("tail", [0.01, 0.05, 0.1, 0.25, 0.29, 0.5])
@pytest.mark.parametrize("n", [1, 19, 20, 100, 250])
def test_value_at_risk_is_numpys_inverted_cdf(n: int, tail: float) -> None:
    losses = np.random.default_rng(n).standard_normal(n)
    rank = math.ceil(round(n * (1.0 - tail), 9))  # The quantile of the exact level.
    assert tails.value_at_risk(-losses, tail=tail) == np.sort(losses)[rank - 1]
    exact = np.quantile(losses, 1.0 - tail - 1e-12, method="inverted_cdf")
    assert tails.value_at_risk(-losses, tail=tail) == exact


def test_a_hundred_periods_by_hand() -> None:
    returns = -np.arange(1.0, 101.0) / 100.0
    assert tails.value_at_risk(returns, tail=0.05) == 0.95
    assert tails.expected_shortfall(returns, tail=0.05) == pytest.approx(0.98)
    assert tails.value_at_risk(returns, tail=0.29) == 0.71  # 0.29 times 100 is 28.999999999999996.
    assert tails.expected_shortfall(returns, tail=0.025) == pytest.approx((1.0 + 0.99 + 0.5 * 0.98) / 2.5)
    assert tails.expected_shortfall(returns, tail=0.001) == 1.0


@FEW
@given(st.integers(0, 10_000), shares, st.floats(0.01, 100.0))
def test_shortfall_is_coherent(seed: int, tail: float, k: float) -> None:
    a, b = panel(seed, 50, 2).T
    shortfall = lambda returns: tails.expected_shortfall(returns, tail=tail)  # noqa: E731
    assert shortfall(a + b) <= shortfall(a) + shortfall(b) + 1e-12
    assert shortfall(k * a) == pytest.approx(k * shortfall(a), rel=1e-9, abs=1e-12)
    assert shortfall(a + 0.01) == pytest.approx(shortfall(a) - 0.01, rel=1e-9, abs=1e-12)
    assert shortfall(np.maximum(a, b)) <= shortfall(a) + 1e-12
    assert shortfall(a) >= tails.value_at_risk(a, tail=tail) - 1e-12


@pytest.mark.parametrize(
    ("tail", "value", "shortfall"),
    [(0.05, 1.6448536, 2.0627128), (0.01, 2.3263479, 2.6652142), (0.025, 1.9599640, 2.3378028)],
)
def test_factors_of_the_normal_table(tail: float, value: float, shortfall: float) -> None:
    assert tails.value_factor(tail) == pytest.approx(value, abs=1e-7)
    assert tails.shortfall_factor(tail) == pytest.approx(shortfall, abs=1e-7)
    returns = panel(1, 90, 1)[:, 0].copy()
    mean, size = returns.mean(), returns.std(ddof=1)
    gaussian_value = tails.gaussian_value_at_risk(returns, tail=tail)
    gaussian_shortfall = tails.gaussian_expected_shortfall(returns, tail=tail)
    assert gaussian_value == pytest.approx(-mean + value * size, rel=1e-6)
    assert gaussian_shortfall == pytest.approx(-mean + shortfall * size, rel=1e-6)
    assert gaussian_shortfall > gaussian_value


def test_the_historical_ones_of_a_long_normal_sample_are_the_gaussian() -> None:
    returns = 0.01 * np.random.default_rng(3).standard_normal(400_000)
    assert tails.value_at_risk(returns, tail=0.05) == pytest.approx(0.0164485, rel=0.01)
    assert tails.expected_shortfall(returns, tail=0.05) == pytest.approx(0.0206271, rel=0.01)


def test_bad_input_is_refused() -> None:
    for measure in (tails.value_at_risk, tails.expected_shortfall):
        with pytest.raises(InputError, match="at least 1, were 0"):
            measure(np.array([]), tail=0.05)
        with pytest.raises(InputError, match="was inf at index 0"):
            measure(np.array([np.inf]), tail=0.05)
        for tail in (0.0, 1.0, -0.1, np.nan):
            with pytest.raises(InputError, match="tail must be between 0 and 1"):
                measure(np.array([0.1]), tail=tail)
    flat = np.full(9, 0.1)
    assert tails.gaussian_value_at_risk_gradient(flat, tail=0.05) == Undefined("returns do not vary")
