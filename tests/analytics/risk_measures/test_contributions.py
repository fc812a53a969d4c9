"""Contributions of every measure that has them.

1. Components sum to the measure of the portfolio (Euler).
2. Marginal contributions are the derivative by each weight, found by moving it.
3. Weights times k give components times k; assets in another order give them in that order.
4. Volatility from the sample equals that from its covariance matrix.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.risk_measures.contributions import (
    Contributions,
    risk_contributions,
    volatility_contributions,
)
from trade2026.analytics.risk_measures.measures import MEASURES, portfolio_risk
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=25, deadline=None)
SPLIT = [name for name, measure in MEASURES.items() if measure.gradient is not None]
names = pytest.mark.parametrize("name", SPLIT)


def drawn(seed: int, p: int = 4):
    weights = np.random.default_rng(seed).uniform(-0.3, 1.0, p)
    return weights / weights.sum(), panel(seed, 260, p)


def sound(found):
    assert isinstance(found, Contributions), found
    return found


@names
@FEW
@given(st.integers(0, 10_000), st.sampled_from([0.02, 0.05, 0.09]))
def test_components_sum_to_the_measure(name: str, seed: int, tail: float) -> None:
    weights, returns = drawn(seed)
    total = portfolio_risk(weights, returns, name, tail=tail)
    found = risk_contributions(weights, returns, name, tail=tail)
    if isinstance(total, Undefined):
        assert found == total
        return
    if isinstance(found, Undefined):
        assert name.startswith("evt")  # At the bound of its shape the fit has no derivative.
        return
    assert found.component.sum() == pytest.approx(total, rel=1e-8, abs=1e-13)
    assert found.total == pytest.approx(total, rel=1e-8, abs=1e-13)
    np.testing.assert_allclose(found.component, weights * found.marginal, rtol=1e-15)
    assert not isinstance(found.percentage, Undefined)
    assert found.percentage.sum() == pytest.approx(1.0, rel=1e-9)


@names
@pytest.mark.parametrize("seed", range(3))
def test_marginal_contributions_are_derivatives(name: str, seed: int) -> None:
    weights, returns = drawn(seed)
    found = sound(risk_contributions(weights, returns, name, tail=0.053))
    step = 1e-7
    for asset in range(4):
        moved = np.zeros(4)
        moved[asset] = step
        up = portfolio_risk(weights + moved, returns, name, tail=0.053)
        down = portfolio_risk(weights - moved, returns, name, tail=0.053)
        assert not isinstance(up, Undefined)
        assert not isinstance(down, Undefined)
        assert found.marginal[asset] == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-6)


@names
def test_scale_and_order_of_assets_do_not_matter(name: str) -> None:
    (weights, returns), order = drawn(7), [2, 0, 3, 1]
    plain = sound(risk_contributions(weights, returns, name))
    double = sound(risk_contributions(2.0 * weights, returns, name))
    np.testing.assert_allclose(double.component, 2.0 * plain.component, rtol=1e-7, atol=1e-11)
    moved = sound(risk_contributions(weights[order], np.ascontiguousarray(returns[:, order]), name))
    np.testing.assert_allclose(moved.component, plain.component[order], rtol=1e-7, atol=1e-11)


def test_volatility_of_the_sample_is_that_of_its_covariance() -> None:
    weights, returns = drawn(8)
    by_sample = sound(risk_contributions(weights, returns, "volatility"))
    by_matrix = sound(volatility_contributions(weights, np.cov(returns.T)))
    np.testing.assert_allclose(by_sample.component, by_matrix.component, rtol=1e-9)
    assert by_matrix.total == pytest.approx((returns @ weights).std(ddof=1), rel=1e-10)


def test_two_assets_by_hand() -> None:
    covariance = np.array([[0.04, 0.006], [0.006, 0.01]])
    found = sound(volatility_contributions(np.array([0.5, 0.5]), covariance))
    assert found.total == pytest.approx(np.sqrt(0.0155))
    np.testing.assert_allclose(found.percentage, [0.0115 / 0.0155, 0.004 / 0.0155], rtol=1e-12)


def test_weights_by_inverse_volatility_share_the_risk_of_equal_correlations() -> None:
    sizes = np.array([0.1, 0.2, 0.05])
    covariance = (0.4 + 0.6 * np.eye(3)) * np.outer(sizes, sizes)
    found = sound(volatility_contributions(1.0 / sizes / (1.0 / sizes).sum(), covariance))
    np.testing.assert_allclose(found.percentage, 1.0 / 3.0, rtol=1e-12)


def test_an_asset_without_weight_has_a_marginal_and_no_component() -> None:
    weights, returns = drawn(9)
    weights[1] = 0.0
    found = sound(risk_contributions(weights, returns, "expected_shortfall"))
    assert found.component[1] == 0.0
    assert found.marginal[1] != 0.0


def test_a_portfolio_without_risk_has_no_contributions() -> None:
    flat = volatility_contributions(np.array([1.0, -1.0]), np.ones((2, 2)))
    assert flat == Undefined("the portfolio has no variance")
    returns = panel(1, 30, 2)
    assert risk_contributions(np.zeros(2), returns, "volatility") == Undefined("returns do not vary")


@pytest.mark.parametrize("name", [name for name in MEASURES if name not in SPLIT])
def test_a_measure_that_cannot_be_split_says_so(name: str) -> None:
    weights, returns = drawn(1)
    with pytest.raises(InputError, match="must be one with contributions, volatility"):
        risk_contributions(weights, returns, name)


def test_bad_input_is_refused() -> None:
    weights, returns = drawn(1)
    with pytest.raises(InputError, match="measure must be one of volatility"):
        risk_contributions(weights, returns, "beauty")
    with pytest.raises(InputError, match="weights must be a float64 array of 4"):
        risk_contributions(weights[:2], returns, "volatility")
    holed = returns.copy()
    holed[4, 3] = np.nan
    with pytest.raises(InputError, match="column 3 at row 4"):
        risk_contributions(weights, holed, "volatility")
