"""What holds for every measure of the table.

1. A number or a reason, never NaN or infinity.
2. Returns times k give the measure times k, but for the two ratios, which stay.
3. The order of periods matters to drawdowns alone.
4. Coherent ones are subadditive and move with cash.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.risk_measures.measures import (
    MEASURES,
    all_risks,
    portfolio_returns,
    portfolio_risk,
    risk,
)
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=20, deadline=None)
RATIOS = ("omega_ratio", "tail_ratio")
PATHS = ("conditional_drawdown_at_risk", "ulcer_index", "average_drawdown", "maximum_drawdown")
names = pytest.mark.parametrize("name", MEASURES)


def returns_of(seed: int):
    return panel(seed, 260, 1)[:, 0].copy()


def number(found):
    """The measure, which must exist."""
    assert not isinstance(found, Undefined), found
    return found


@names
@FEW
@given(st.integers(0, 10_000), st.sampled_from([0.01, 0.05, 0.09]), st.floats(0.01, 100.0))
def test_it_is_homogeneous_or_a_ratio(name: str, seed: int, tail: float, k: float) -> None:
    returns = returns_of(seed)
    plain, scaled = risk(returns, name, tail=tail), risk(k * returns, name, tail=tail)
    if isinstance(plain, Undefined):
        assert isinstance(scaled, Undefined)
        return
    assert np.isfinite(plain)
    assert not isinstance(scaled, Undefined)
    wanted = plain if name in RATIOS else k * plain
    assert scaled == pytest.approx(wanted, rel=1e-6, abs=1e-10 * k)


@names
def test_the_order_of_periods_matters_to_drawdowns_alone(name: str) -> None:
    returns = returns_of(3)
    moved = np.random.default_rng(4).permutation(returns)
    if name in PATHS:
        assert risk(moved, name) != risk(returns, name)
    else:
        assert risk(moved, name) == pytest.approx(risk(returns, name), rel=1e-6)


@pytest.mark.parametrize("name", [name for name, measure in MEASURES.items() if measure.is_coherent])
@FEW
@given(st.integers(0, 10_000), st.floats(-0.1, 0.1))
def test_coherent_ones_are(name: str, seed: int, cash: float) -> None:
    a, b = panel(seed, 60, 2).T
    of_a, of_b, of_both = (number(risk(np.ascontiguousarray(each), name)) for each in (a, b, a + b))
    assert of_both <= of_a + of_b + 1e-9
    assert risk(a + cash, name) == pytest.approx(of_a - cash, rel=1e-8, abs=1e-10)


def test_weights_with_a_panel_are_one_series() -> None:
    returns, weights = panel(5, 260, 3), np.array([0.5, 0.7, -0.2])
    slow = np.array([sum(w * r for w, r in zip(weights, row, strict=True)) for row in returns])
    np.testing.assert_allclose(portfolio_returns(weights, returns), slow, rtol=1e-12)
    for name in MEASURES:
        assert portfolio_risk(weights, returns, name) == pytest.approx(risk(slow, name), rel=1e-6)


def test_all_at_once_are_each_alone() -> None:
    returns = returns_of(6)
    found = all_risks(returns, tail=0.05)
    assert found == {name: risk(returns, name) for name in MEASURES}
    assert list(found) == list(MEASURES)


def test_the_bounds_are_in_order() -> None:
    found = {name: number(value) for name, value in all_risks(returns_of(7), tail=0.05).items()}
    assert found["value_at_risk"] <= found["expected_shortfall"] <= found["entropic_value_at_risk"]
    assert found["gaussian_value_at_risk"] <= found["gaussian_expected_shortfall"]
    assert found["evt_value_at_risk"] <= found["evt_expected_shortfall"]
    assert found["mean_absolute_deviation"] <= found["volatility"]
    assert found["average_drawdown"] <= found["ulcer_index"] <= found["maximum_drawdown"]


@names
def test_bad_input_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="was nan at index 1"):
        risk(np.array([0.1, np.nan, 0.2]), name)
    with pytest.raises(InputError, match="1-D float64"):
        risk(np.zeros((3, 2)), name)


def test_an_unknown_name_is_answered_with_the_names() -> None:
    with pytest.raises(InputError, match=r"measure must be one of volatility, .*tail_ratio, was 'beauty'"):
        risk(returns_of(1), "beauty")
