"""Cornish-Fisher: the quantile is the expansion, the shortfall its mean over the tail, integrated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.risk_measures.cornish_fisher import (
    cornish_fisher_expected_shortfall,
    cornish_fisher_value_at_risk,
)
from trade2026.analytics.risk_measures.tail import gaussian_value_at_risk
from trade2026.primitives.errors import InputError

RETURNS = panel(1, 400, 1)[:, 0].copy()


def slow_quantile(returns, share):
    """Return that a share of periods falls below; of many shares at once."""
    m = returns.mean()
    s2, s3, s4 = (np.mean((returns - m) ** k) for k in (2, 3, 4))
    skewness, kurtosis = s3 / s2**1.5, s4 / s2**2 - 3
    z = norm.ppf(share)
    bent = (
        z + (z**2 - 1) / 6 * skewness + (z**3 - 3 * z) / 24 * kurtosis - (2 * z**3 - 5 * z) / 36 * skewness**2
    )
    return m + bent * returns.std(ddof=1)


@pytest.mark.parametrize("tail", [0.01, 0.05, 0.1])
def test_value_at_risk_is_the_expansion(tail: float) -> None:
    found = cornish_fisher_value_at_risk(RETURNS, tail=tail)
    assert found == pytest.approx(-slow_quantile(RETURNS, tail), rel=1e-10)


@pytest.mark.parametrize("tail", [0.01, 0.05, 0.1])
def test_shortfall_is_the_mean_quantile_over_the_tail(tail: float) -> None:
    shares = tail * (np.arange(400_000) + 0.5) / 400_000
    slow = -np.mean(slow_quantile(RETURNS, shares))
    assert cornish_fisher_expected_shortfall(RETURNS, tail=tail) == pytest.approx(slow, rel=2e-4)


def test_without_skewness_and_kurtosis_it_is_gaussian() -> None:
    # Two values and their opposites, whose weights give a kurtosis of three.
    a, b = 1.0, 3.0
    returns = 0.01 * np.concatenate((np.repeat([a, -a], 27), [b, -b] * 4, np.zeros(20)))
    m2, m4 = np.mean(returns**2), np.mean(returns**4)
    excess = m4 / m2**2 - 3.0
    found = cornish_fisher_value_at_risk(returns, tail=0.05)
    z = norm.ppf(0.05)
    gap = -(z**3 - 3 * z) / 24 * excess * returns.std(ddof=1)
    assert found == pytest.approx(gaussian_value_at_risk(returns, tail=0.05) + gap, rel=1e-10)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.01, 0.05, 0.1]))
def test_shortfall_is_beyond_value_at_risk_where_they_exist(seed: int, tail: float) -> None:
    returns = panel(seed, 80, 1)[:, 0].copy()
    value = cornish_fisher_value_at_risk(returns, tail=tail)
    shortfall = cornish_fisher_expected_shortfall(returns, tail=tail)
    assert isinstance(value, Undefined) is isinstance(shortfall, Undefined)
    if not isinstance(value, Undefined) and not isinstance(shortfall, Undefined):
        assert shortfall >= value


def test_an_expansion_that_is_no_distribution_is_undefined() -> None:
    returns = np.full(100, 0.001)
    returns[0] = -0.5  # A skewness of about minus ten.
    found = cornish_fisher_value_at_risk(returns, tail=0.01)
    assert isinstance(found, Undefined)
    assert "no distribution for a skewness of -9.8" in found.reason


def test_what_does_not_vary_is_undefined_and_bad_input_is_refused() -> None:
    assert cornish_fisher_value_at_risk(np.full(9, 0.1), tail=0.05) == Undefined("returns do not vary")
    with pytest.raises(InputError, match="tail must be"):
        cornish_fisher_value_at_risk(RETURNS, tail=1.0)
    with pytest.raises(InputError, match="at least 2"):
        cornish_fisher_expected_shortfall(np.array([0.1]), tail=0.05)
