"""Drawdowns equal their definition for every period and every earlier peak."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.drawdown import max_drawdown
from trade2026.analytics.risk_measures import drawdowns as module
from trade2026.analytics.risk_measures.drawdowns import (
    average_drawdown,
    conditional_drawdown_at_risk,
    drawdowns,
    maximum_drawdown,
    ulcer_index,
)
from trade2026.primitives.errors import InputError

RETURNS = panel(1, 150, 1)[:, 0].copy()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-0.3, 0.3), min_size=1, max_size=40), st.booleans())
def test_a_drawdown_is_the_most_lost_since_any_time_before(returns: list[float], compounded: bool) -> None:
    values = [1.0]
    for r in returns:
        values.append(values[-1] * (1.0 + r) if compounded else values[-1] + r)
    slow = []
    for t in range(1, len(values)):
        peak = max(values[: t + 1])
        slow.append(1.0 - values[t] / peak if compounded else peak - values[t])
    found = drawdowns(np.array(returns), compounded=compounded)
    np.testing.assert_allclose(found, slow, rtol=0, atol=1e-12)
    assert (found >= 0.0).all()


def test_measures_by_hand() -> None:
    returns = np.array([0.1, -0.2, 0.05, 0.3, -0.1])  # Below the peak: 0, 0.2, 0.15, 0, 0.1.
    assert maximum_drawdown(returns) == pytest.approx(0.2)
    assert average_drawdown(returns) == pytest.approx(0.09)
    assert ulcer_index(returns) == pytest.approx(np.sqrt((0.04 + 0.0225 + 0.01) / 5))
    assert conditional_drawdown_at_risk(returns, tail=0.4) == pytest.approx(0.175)
    assert conditional_drawdown_at_risk(returns, tail=0.5) == pytest.approx((0.2 + 0.15 + 0.05) / 2.5)


def test_compounded_it_is_the_drawdown_of_the_tear_sheet() -> None:
    deepest = max_drawdown(np.concatenate(([1.0], np.cumprod(1.0 + RETURNS))))
    assert deepest is not None
    assert maximum_drawdown(RETURNS, compounded=True) == pytest.approx(deepest.depth, rel=1e-12)
    assert conditional_drawdown_at_risk(RETURNS, tail=0.001, compounded=True) == pytest.approx(deepest.depth)


@pytest.mark.parametrize("tail", [0.02, 0.1, 0.5])
def test_the_conditional_one_is_between_the_mean_and_the_largest(tail: float) -> None:
    found = conditional_drawdown_at_risk(RETURNS, tail=tail)
    assert average_drawdown(RETURNS) <= found <= maximum_drawdown(RETURNS)


@pytest.mark.parametrize("name", ["ulcer_index", "average_drawdown", "maximum_drawdown"])
def test_gains_alone_have_no_drawdown_and_no_gradient(name: str) -> None:
    gains = np.array([0.1, 0.0, 0.2])
    assert getattr(module, name)(gains) == 0.0
    assert getattr(module, f"{name}_gradient")(gains) == Undefined("there was no drawdown")


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match=r"above -1 to compound, was -1\.5 at 1"):
        drawdowns(np.array([0.1, -1.5]), compounded=True)
    assert drawdowns(np.array([0.1, -1.5]))[-1] == pytest.approx(1.5)
    with pytest.raises(InputError, match="at least 1, were 0"):
        drawdowns(np.array([]))
