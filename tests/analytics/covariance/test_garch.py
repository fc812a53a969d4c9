"""GARCH(1,1): its recursion is the definition, its fit the best there is, and it finds what made the data."""

import numpy as np
import pytest

from tests.analytics.panels import dcc_panel, garch_series
from trade2026.analytics.covariance.garch import fit_garch, garch_variances
from trade2026.primitives.errors import InputError


def slow_path(shocks, variance: float, alpha: float, beta: float):
    path = [variance]
    for shock in shocks:
        path.append((1.0 - alpha - beta) * variance + alpha * shock**2 + beta * path[-1])
    return np.array(path)


def slow_log_likelihood(returns, alpha: float, beta: float) -> float:
    shocks = returns - returns.mean()
    h = slow_path(shocks, float(np.mean(shocks**2)), alpha, beta)[:-1]
    return float(-0.5 * np.sum(np.log(2.0 * np.pi * h) + shocks**2 / h))


@pytest.mark.parametrize(("alpha", "beta"), [(0.1, 0.85), (0.0, 0.0), (0.3, 0.0), (0.02, 0.97)])
def test_the_path_equals_the_recursion(alpha: float, beta: float) -> None:
    shocks = garch_series(1, 200, 0.1, 0.85)
    np.testing.assert_allclose(
        garch_variances(shocks, 1e-4, alpha, beta), slow_path(shocks, 1e-4, alpha, beta), rtol=1e-11
    )


def test_it_finds_what_made_the_series() -> None:
    found = fit_garch(garch_series(2, 8_000, 0.08, 0.9))
    assert found.alpha == pytest.approx(0.08, abs=0.02)
    assert found.beta == pytest.approx(0.9, abs=0.03)


def test_no_point_of_a_grid_is_likelier() -> None:
    returns = garch_series(3, 700, 0.12, 0.8)
    found = fit_garch(returns)
    assert found.log_likelihood == pytest.approx(
        slow_log_likelihood(returns, found.alpha, found.beta), rel=1e-10
    )
    grid = [(a, b) for a in np.linspace(0.0, 0.4, 17) for b in np.linspace(0.0, 0.95, 20) if a + b < 0.999]
    assert found.log_likelihood >= max(slow_log_likelihood(returns, a, b) for a, b in grid) - 1e-4


def test_of_two_maxima_it_takes_the_higher() -> None:
    """The lower one, near (0.08, 0.87), has the likelier neighbours on a coarse grid."""
    returns = dcc_panel(25, 1_000, 0.06, 0.9, garch=(0.08, 0.9))[:, 1].copy()
    assert slow_log_likelihood(returns, 0.1704, 0.5778) > slow_log_likelihood(returns, 0.0814, 0.8719) + 0.4
    found = fit_garch(returns)
    assert found.log_likelihood >= slow_log_likelihood(returns, 0.1704, 0.5778)
    assert found.alpha == pytest.approx(0.1704, abs=1e-3)


def test_the_forecast_is_one_step_of_the_recursion() -> None:
    found = fit_garch(garch_series(4, 500, 0.1, 0.8))
    returns = garch_series(4, 500, 0.1, 0.8)
    last = (returns[-1] - returns.mean()) ** 2
    step = (
        (1 - found.alpha - found.beta) * found.variance
        + found.alpha * last
        + found.beta * found.variances[-1]
    )
    assert found.forecast == pytest.approx(step, rel=1e-10)
    assert found.variances.size == 500


def test_the_scale_does_not_matter() -> None:
    returns = garch_series(5, 600, 0.1, 0.85)
    one, hundred = fit_garch(returns), fit_garch(100.0 * returns)
    assert hundred.alpha == pytest.approx(one.alpha, abs=1e-6)
    assert hundred.beta == pytest.approx(one.beta, abs=1e-6)
    assert hundred.forecast == pytest.approx(1e4 * one.forecast, rel=1e-6)


def test_what_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(InputError, match="at least 50 to fit a GARCH, were 49"):
        fit_garch(garch_series(1, 49, 0.1, 0.8))
    with pytest.raises(InputError, match="must vary"):
        fit_garch(np.full(60, 0.001))
