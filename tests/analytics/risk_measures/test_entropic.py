"""EVaR equals its minimum over t, is coherent, and lies between expected shortfall and the worst period."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from tests.analytics.panels import panel
from trade2026.analytics.risk_measures.entropic import entropic_value_at_risk
from trade2026.analytics.risk_measures.tail import expected_shortfall
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=60, deadline=None)


def slow_evar(returns, tail: float) -> float:
    """Least of t ln(mean(exp(L / t)) / tail), by a search in the logarithm of t."""
    losses = -returns
    worst = losses.max()

    def at(log_t: float) -> float:
        t = np.exp(log_t)
        return float(worst + t * np.log(np.mean(np.exp((losses - worst) / t)) / tail))

    grid = np.linspace(-16.0, 6.0, 600)
    start = grid[int(np.argmin([at(each) for each in grid]))]
    found = minimize_scalar(at, bounds=(start - 0.1, start + 0.1), method="bounded", options={"xatol": 1e-12})
    return min(float(found.fun), float(worst) if np.mean(losses == worst) >= tail else np.inf)


@pytest.mark.parametrize("tail", [0.01, 0.05, 0.3, 0.9])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_minimum_over_t(seed: int, tail: float) -> None:
    returns = panel(seed, 150, 1)[:, 0].copy()
    assert entropic_value_at_risk(returns, tail=tail) == pytest.approx(slow_evar(returns, tail), abs=1e-9)


@pytest.mark.parametrize("tail", [0.01, 0.05, 0.2])
def test_of_a_normal_it_is_mean_and_volatility_times_a_root(tail: float) -> None:
    returns = 0.001 + 0.01 * norm.ppf((np.arange(500_000) + 0.5) / 500_000)
    assert entropic_value_at_risk(returns, tail=tail) == pytest.approx(
        -0.001 + 0.01 * np.sqrt(-2.0 * np.log(tail)), rel=6e-3
    )


@FEW
@given(st.integers(0, 10_000), st.floats(0.01, 0.95), st.floats(0.01, 100.0))
def test_it_is_coherent_and_between(seed: int, tail: float, k: float) -> None:
    a, b = panel(seed, 60, 2).T
    evar = lambda returns: entropic_value_at_risk(returns, tail=tail)  # noqa: E731
    assert evar(a + b) <= evar(a) + evar(b) + 1e-9
    assert evar(k * a) == pytest.approx(k * evar(a), rel=1e-8, abs=1e-10)
    assert evar(a + 0.02) == pytest.approx(evar(a) - 0.02, rel=1e-8, abs=1e-10)
    assert expected_shortfall(a, tail=tail) - 1e-10 <= evar(a) <= -a.min() + 1e-10


def test_a_tail_of_one_period_or_less_is_the_worst() -> None:
    returns = np.array([-0.3, 0.1, 0.2, 0.05, -0.1])
    assert entropic_value_at_risk(returns, tail=0.2) == pytest.approx(0.3)
    assert entropic_value_at_risk(returns, tail=0.01) == pytest.approx(0.3)
    assert entropic_value_at_risk(np.full(4, 0.1), tail=0.5) == pytest.approx(-0.1)
    assert entropic_value_at_risk(np.array([0.1]), tail=0.5) == pytest.approx(-0.1)


def test_a_tail_of_nearly_all_periods_is_the_mean() -> None:
    returns = np.array([-0.3, 0.1, 0.2, 0.05, -0.1])
    assert entropic_value_at_risk(returns, tail=1.0 - 1e-15) == pytest.approx(0.01, abs=1e-6)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="at least 1, were 0"):
        entropic_value_at_risk(np.array([]), tail=0.05)
    with pytest.raises(InputError, match="tail must be"):
        entropic_value_at_risk(np.array([0.1]), tail=0.0)
