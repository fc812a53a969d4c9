"""The Gerber statistic equals counting, and its variant is positive semidefinite for any sample."""

import numpy as np
import pytest

from tests.analytics.panels import assert_psd, panel
from trade2026.analytics.covariance.gerber import gerber_covariance
from trade2026.primitives.errors import InputError


def slow_gerber(returns, threshold: float):
    """Count the periods of each pair."""
    n, p = returns.shape
    sizes = returns.std(axis=0)
    result = np.empty((p, p))
    for i in range(p):
        for j in range(p):
            same = opposite = neutral = 0
            for t in range(n):
                a = int(returns[t, i] >= threshold * sizes[i]) - int(returns[t, i] <= -threshold * sizes[i])
                b = int(returns[t, j] >= threshold * sizes[j]) - int(returns[t, j] <= -threshold * sizes[j])
                same += a * b > 0
                opposite += a * b < 0
                neutral += a == 0 and b == 0
            result[i, j] = (same - opposite) / (n - neutral) * sizes[i] * sizes[j]
    return result


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.9])
def test_it_equals_counting(threshold: float) -> None:
    returns = panel(1, 80, 4)
    found = gerber_covariance(returns, threshold=threshold).covariance
    np.testing.assert_allclose(found, slow_gerber(returns, threshold), rtol=1e-12)


def test_variances_are_those_of_the_sample() -> None:
    returns = panel(2, 80, 4)
    np.testing.assert_allclose(
        np.diag(gerber_covariance(returns).covariance), returns.var(axis=0), rtol=1e-12
    )


@pytest.mark.parametrize("seed", range(20))
def test_it_is_positive_semidefinite_with_fewer_periods_than_assets(seed: int) -> None:
    assert_psd(gerber_covariance(panel(seed, 8, 25)).covariance)


def test_an_outlier_moves_it_no_further_than_a_move_does() -> None:
    returns = panel(3, 200, 2)
    returns /= returns.std(axis=0)
    returns[17] = [3.0, 3.0]
    correlation = gerber_covariance(returns).covariance
    sizes = np.sqrt(np.diag(correlation))
    wild = returns.copy()
    wild[17] *= 1.5
    other = gerber_covariance(wild).covariance
    moved = other[0, 1] / np.sqrt(other[0, 0] * other[1, 1]) - correlation[0, 1] / (sizes[0] * sizes[1])
    assert abs(moved) < 0.05


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.5, np.nan])
def test_a_threshold_outside_zero_to_one_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="threshold must be between 0 and 1"):
        gerber_covariance(panel(1, 30, 2), threshold=threshold)
