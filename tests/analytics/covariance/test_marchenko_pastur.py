"""The law of noise has the mass and moments it must, and the fit finds the variance of noise."""

import numpy as np
import pytest

from trade2026.analytics.covariance.marchenko_pastur import (
    band_of_the_rest,
    fit_noise_variance,
    marchenko_pastur_bounds,
    marchenko_pastur_density,
)
from trade2026.primitives.errors import InputError


def eigenvalues(rows):
    """Of the correlation matrix of a panel."""
    return np.linalg.eigvalsh(np.corrcoef(rows.T))


@pytest.mark.parametrize("q", [1.0, 1.5, 4.0, 10.0])
@pytest.mark.parametrize("variance", [0.5, 1.0])
def test_it_has_mass_one_its_variance_as_mean_and_its_second_moment(q: float, variance: float) -> None:
    lower, upper = marchenko_pastur_bounds(q, variance)
    # A cosine grid: the density has square roots at both ends, and a pole at zero for q = 1.
    angle = (np.arange(400_000) + 0.5) / 400_000 * np.pi
    x = lower + (upper - lower) * (1.0 - np.cos(angle)) / 2.0
    weights = (
        marchenko_pastur_density(x, q, variance) * (upper - lower) / 2.0 * np.sin(angle) * np.pi / 400_000
    )
    assert weights.sum() == pytest.approx(1.0, rel=1e-5)
    assert weights @ x == pytest.approx(variance, rel=1e-5)
    assert weights @ x**2 == pytest.approx(variance**2 * (1.0 + 1.0 / q), rel=1e-5)


def test_fewer_periods_than_assets_leave_mass_q_beside_the_zeros() -> None:
    lower, upper = marchenko_pastur_bounds(0.25)
    x = np.linspace(lower, upper, 400_001)
    assert np.trapezoid(marchenko_pastur_density(x, 0.25), x) == pytest.approx(0.25, rel=1e-4)


def test_bounds_of_four_periods_an_asset() -> None:
    assert marchenko_pastur_bounds(4.0) == pytest.approx((0.25, 2.25))
    assert marchenko_pastur_bounds(4.0, 0.5) == pytest.approx((0.125, 1.125))


def test_outside_the_band_there_is_nothing() -> None:
    assert (marchenko_pastur_density(np.array([0.0, 0.2, 2.3, 9.0]), 4.0) == 0.0).all()


def test_the_eigenvalues_of_noise_fill_the_band() -> None:
    noise = np.random.default_rng(1).standard_normal((1_200, 300))
    values = eigenvalues(noise)
    lower, upper = marchenko_pastur_bounds(4.0)
    assert values[0] == pytest.approx(lower, abs=0.03)
    assert values[-1] == pytest.approx(upper, abs=0.08)


def test_the_fit_finds_the_variance_that_signals_leave() -> None:
    rng = np.random.default_rng(2)
    noise = rng.standard_normal((2_000, 200))
    assert fit_noise_variance(eigenvalues(noise), 10.0) > 0.93
    factor = rng.standard_normal((2_000, 1)) * np.sqrt(0.4)
    mixed = factor + np.sqrt(0.6) * noise
    found = fit_noise_variance(eigenvalues(mixed), 10.0)
    assert found == pytest.approx(0.6, abs=0.06)


def test_the_fit_is_the_best_of_a_fine_grid() -> None:
    values = eigenvalues(np.random.default_rng(3).standard_normal((90, 30)))

    def distance(variance: float) -> float:
        lower, upper = marchenko_pastur_bounds(3.0, variance)
        x = np.linspace(lower, upper, 1_000)
        kernel = [
            np.mean(np.exp(-0.5 * ((at - values) / 0.05) ** 2)) / (0.05 * np.sqrt(2 * np.pi)) for at in x
        ]
        return float(np.sum((np.array(kernel) - marchenko_pastur_density(x, 3.0, variance)) ** 2))

    found = distance(fit_noise_variance(values, 3.0, bandwidth=0.05))
    assert found <= min(distance(v) for v in np.linspace(0.05, 0.99, 60)) * (1.0 + 1e-6)


def test_the_band_of_the_rest_is_that_of_the_noise_below_the_signals() -> None:
    rng = np.random.default_rng(2)
    mixed = rng.standard_normal((2_000, 1)) * np.sqrt(0.4) + np.sqrt(0.6) * rng.standard_normal((2_000, 200))
    values = eigenvalues(mixed)
    variance, edge = band_of_the_rest(values, 10.0)
    assert variance == pytest.approx(0.6, abs=0.02)
    assert edge == pytest.approx(marchenko_pastur_bounds(2_000 / 199, variance)[1])
    assert (values > edge).sum() == 1
    assert variance == pytest.approx(values[values <= edge].mean())


def test_a_matrix_of_rank_one_has_a_band_near_zero() -> None:
    variance, edge = band_of_the_rest(np.array([4.0, 0.0, -1e-17, 0.0]), 25.0)
    assert 0.0 < variance <= edge < 1e-9


@pytest.mark.parametrize(("q", "variance"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 0.0), (np.nan, 1.0)])
def test_a_q_or_variance_that_is_not_positive_is_refused(q: float, variance: float) -> None:
    with pytest.raises(InputError, match="must be above 0"):
        marchenko_pastur_bounds(q, variance)


def test_a_negative_eigenvalue_has_no_density() -> None:
    with pytest.raises(InputError, match="must not be negative"):
        marchenko_pastur_density(np.array([-0.1]), 2.0)
    with pytest.raises(InputError, match="finite and 1-D"):
        fit_noise_variance(np.array([]), 2.0)
