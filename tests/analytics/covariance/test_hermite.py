"""The Hermite series of a density: its integral, its moments, and the law it should come to."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from trade2026.analytics.covariance.hermite import hermite_coefficients, hermite_density
from trade2026.primitives.errors import InputError

VALUES = np.random.default_rng(4).gamma(6.0, 0.2, 300)


@pytest.mark.parametrize("order", [0, 3, 4, 8, 12])
def test_it_integrates_to_one_and_keeps_the_moments(order: int) -> None:
    def moment(power: int) -> float:
        def density(x: float) -> float:
            return float(hermite_density(np.array([x]), VALUES, order)[0]) * x**power

        center, spread = VALUES.mean(), VALUES.std()
        return float(quad(density, center - 12 * spread, center + 12 * spread, limit=200)[0])

    assert moment(0) == pytest.approx(1.0, abs=1e-9)
    for power in range(1, min(order, 4) + 1):
        assert moment(power) == pytest.approx(float((VALUES**power).mean()), rel=1e-8)


def test_coefficients_are_those_of_skewness_and_kurtosis() -> None:
    """Written out: He_3 = x^3 - 3x and He_4 = x^4 - 6x^2 + 3."""
    steps = (VALUES - VALUES.mean()) / VALUES.std()
    found = hermite_coefficients(VALUES, 4)
    np.testing.assert_allclose(found[:3], [1.0, 0.0, 0.0], atol=1e-12)
    assert found[3] == pytest.approx((steps**3).mean() / 6.0)
    assert found[4] == pytest.approx(((steps**4).mean() - 3.0) / 24.0)
    one = hermite_density(np.array([1.1]), VALUES, 4)[0]
    x = (1.1 - VALUES.mean()) / VALUES.std()
    slow = 1.0 + found[3] * (x**3 - 3 * x) + found[4] * (x**4 - 6 * x**2 + 3)
    normal = math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi) / VALUES.std()
    assert one == pytest.approx(normal * slow)


def test_wrong_orders_and_values_are_refused() -> None:
    for order in (-1, 13):
        with pytest.raises(InputError, match="order must be from 0 to 12"):
            hermite_coefficients(VALUES, order)
    for values in (np.array([1.0]), np.ones(5), np.array([1.0, np.nan])):
        with pytest.raises(InputError, match="values must be finite"):
            hermite_coefficients(values, 4)
