"""Dispersion equals its definition, and is zero to the bit where nothing varies."""

import math

import numpy as np
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.risk_measures import dispersion
from trade2026.primitives.errors import InputError

RETURNS = panel(1, 120, 1)[:, 0].copy()
FLAT = np.full(20, 0.1)


def test_volatility() -> None:
    mean = sum(RETURNS) / 120
    squares = sum((r - mean) ** 2 for r in RETURNS)
    assert dispersion.volatility(RETURNS) == pytest.approx(math.sqrt(squares / 119), rel=1e-12)
    assert dispersion.volatility(RETURNS, ddof=0) == pytest.approx(math.sqrt(squares / 120), rel=1e-12)


def test_semi_deviation_from_the_mean_and_from_a_target() -> None:
    mean = sum(RETURNS) / 120
    for target, level in ((None, mean), (0.0, 0.0), (0.001, 0.001)):
        slow = math.sqrt(sum(min(r - level, 0.0) ** 2 for r in RETURNS) / 120)
        assert dispersion.semi_deviation(RETURNS, target=target) == pytest.approx(slow, rel=1e-12)


def test_mean_absolute_deviation() -> None:
    mean = sum(RETURNS) / 120
    slow = sum(abs(r - mean) for r in RETURNS) / 120
    assert dispersion.mean_absolute_deviation(RETURNS) == pytest.approx(slow, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "gradient"),
    [
        (dispersion.volatility, dispersion.volatility_gradient),
        (dispersion.semi_deviation, dispersion.semi_deviation_gradient),
        (dispersion.mean_absolute_deviation, dispersion.mean_absolute_deviation_gradient),
    ],
)
def test_what_does_not_vary_has_no_spread_and_no_gradient(value, gradient) -> None:
    assert value(FLAT) == 0.0
    assert gradient(FLAT) == Undefined("returns do not vary")
    with pytest.raises(InputError, match="at least 2, were 1"):
        value(np.array([0.1]))
    with pytest.raises(InputError, match="was nan at index 1"):
        value(np.array([0.1, np.nan]))


def test_a_ddof_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="ddof must be 0 or 1, was 2"):
        dispersion.volatility(RETURNS, ddof=2)


def test_a_target_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="target must be finite"):
        dispersion.semi_deviation(RETURNS, target=math.inf)
