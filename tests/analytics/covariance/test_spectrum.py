"""Measures of a spectrum have the values that matrices with known eigenvalues must give."""

import numpy as np
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.covariance.denoising import denoise
from trade2026.analytics.covariance.spectrum import (
    analyse_spectrum,
    compare_spectra,
    condition_number,
    effective_rank,
    eigenportfolios,
    elbow,
)
from trade2026.primitives.errors import InputError


def equal_correlation(p: int, rho: float):
    return rho + (1.0 - rho) * np.eye(p)


def test_equal_correlations_have_two_eigenvalues() -> None:
    found = analyse_spectrum(1e-4 * equal_correlation(5, 0.4), n_periods=500)
    np.testing.assert_allclose(found.eigenvalues, [2.6, 0.6, 0.6, 0.6, 0.6], rtol=1e-12)
    assert found.condition_number == pytest.approx(2.6 / 0.6)
    assert found.concentration == pytest.approx(0.52)
    assert found.signals == 1
    assert found.elbow == 1
    assert found.noise_bounds == pytest.approx((0.81, 1.21))
    shares = np.array([0.52, 0.12, 0.12, 0.12, 0.12])
    assert found.effective_rank == pytest.approx(np.prod(shares**-shares))


def test_effective_rank_goes_from_one_to_all() -> None:
    assert effective_rank(np.ones(7)) == pytest.approx(7.0)
    assert effective_rank(np.array([3.0, 0.0, 0.0])) == pytest.approx(1.0)
    with pytest.raises(InputError, match="positive sum"):
        effective_rank(np.zeros(3))
    with pytest.raises(InputError, match="not be negative"):
        effective_rank(np.array([1.0, -0.1]))


def test_a_singular_matrix_has_no_condition_number() -> None:
    assert condition_number(np.array([2.0, 1e-15])) == Undefined("the matrix is singular")
    assert condition_number(np.array([])) == Undefined("there is no eigenvalue")
    returns = panel(1, 5, 8)
    assert isinstance(analyse_spectrum(np.cov(returns.T), n_periods=5).condition_number, Undefined)


@pytest.mark.parametrize(
    ("values", "before"),
    [([9.0, 5.0, 0.3, 0.2, 0.1], 2), ([5.0, 0.1, 0.1, 0.1], 1), ([1.0, 1.0], 1), ([1.0] * 4, 1)],
)
def test_the_elbow_is_where_the_curve_flattens(values: list[float], before: int) -> None:
    assert elbow(np.array(values)) == before


def test_eigenportfolios_are_uncorrelated_and_fully_counted() -> None:
    covariance = np.cov(panel(2, 300, 6).T)
    weights = eigenportfolios(covariance, n=6)
    between = weights @ covariance @ weights.T
    sizes = np.sqrt(np.diag(between))
    np.testing.assert_allclose(between / np.outer(sizes, sizes), np.eye(6), atol=1e-10)
    np.testing.assert_allclose(np.abs(weights).sum(axis=1), 1.0, rtol=1e-12)
    assert (weights[0] > 0.0).all()
    with pytest.raises(InputError, match="n must be from 1 to 6"):
        eigenportfolios(covariance, n=7)


def test_cleaning_is_told_by_before_and_after() -> None:
    covariance = np.cov(panel(3, 200, 10).T)
    cleaned = denoise(covariance, n_periods=200, edge=1.5).covariance
    found = compare_spectra(covariance, cleaned, n_periods=200)
    off = np.triu_indices(10, 1)
    old = np.asarray(np.corrcoef(panel(3, 200, 10).T))[off]
    sizes = np.sqrt(np.diag(cleaned))
    new = (cleaned / np.outer(sizes, sizes))[off]
    assert found.mean_correlation_before == pytest.approx(old.mean())
    assert found.mean_correlation_after == pytest.approx(new.mean())
    assert found.correlation_distance == pytest.approx(np.sqrt(np.mean((new - old) ** 2)))
    assert found.variance_change_max < 1e-12
    before, after = found.before.condition_number, found.after.condition_number
    assert not isinstance(before, Undefined)
    assert not isinstance(after, Undefined)
    assert after < before
    with pytest.raises(InputError, match="shape of before"):
        compare_spectra(covariance, np.eye(3), n_periods=200)
