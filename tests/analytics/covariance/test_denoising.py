"""Denoising and detoning do to eigenvalues what they say, and leave variances alone."""

import numpy as np
import pytest

from tests.analytics.panels import assert_psd, panel
from trade2026.analytics.covariance.denoising import denoise, denoised_covariance, detone, detoned_covariance
from trade2026.analytics.covariance.marchenko_pastur import marchenko_pastur_bounds
from trade2026.primitives.errors import InputError

RETURNS = panel(1, 400, 12)
COVARIANCE = np.cov(RETURNS.T)
CORRELATION = np.asarray(np.corrcoef(RETURNS.T))
EDGE = marchenko_pastur_bounds(400 / 12)[1]


def unit(matrix):
    sizes = np.sqrt(np.diag(matrix))
    return matrix / np.outer(sizes, sizes)


def test_constant_residual_eigenvalues_equal_the_sum_over_eigenvectors() -> None:
    values, vectors = np.linalg.eigh(CORRELATION)
    mean = values[values <= EDGE].mean()
    slow = sum(
        (value if value > EDGE else mean) * np.outer(vector, vector)
        for value, vector in zip(values, vectors.T, strict=True)
    )
    found = denoise(COVARIANCE, n_periods=400, edge=EDGE)
    np.testing.assert_allclose(unit(found.covariance), unit(slow), rtol=0, atol=1e-12)
    assert found.parameters["signals"] == (values > EDGE).sum() >= 1
    assert "noise_variance" not in found.parameters


@pytest.mark.parametrize("alpha", [0.0, 0.4])
def test_targeted_shrinkage_shrinks_the_noise_to_its_diagonal(alpha: float) -> None:
    values, vectors = np.linalg.eigh(CORRELATION)
    slow = np.zeros_like(CORRELATION)
    for value, vector in zip(values, vectors.T, strict=True):
        part = value * np.outer(vector, vector)
        slow += part if value > EDGE else alpha * part + (1 - alpha) * np.diag(np.diag(part))
    found = denoise(COVARIANCE, n_periods=400, edge=EDGE, method="targeted", alpha=alpha)
    np.testing.assert_allclose(unit(found.covariance), unit(slow), rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", ["constant", "targeted"])
def test_variances_stay_and_the_matrix_is_sound(method) -> None:
    found = denoised_covariance(RETURNS, method=method)
    assert_psd(found.covariance)
    np.testing.assert_allclose(np.diag(found.covariance), np.diag(COVARIANCE), rtol=1e-12)
    assert 0.0 < found.parameters["noise_variance"] < 1.0


def test_an_edge_below_all_changes_nothing_and_one_above_all_leaves_no_correlation() -> None:
    same = denoise(COVARIANCE, n_periods=400, edge=1e-9)
    np.testing.assert_allclose(same.covariance, COVARIANCE, rtol=1e-9)
    assert "none is noise" in same.notes[0]
    assert denoise(COVARIANCE, n_periods=400, edge=EDGE).notes == ()
    none = denoise(COVARIANCE, n_periods=400, edge=100.0)
    np.testing.assert_allclose(unit(none.covariance), np.eye(12), atol=1e-12)
    assert "counts as noise" in none.notes[0]


def test_denoising_lowers_the_condition_number() -> None:
    before = np.linalg.cond(CORRELATION)
    assert np.linalg.cond(unit(denoise(COVARIANCE, n_periods=400, edge=EDGE).covariance)) < before


def test_denoising_finds_the_true_correlations_better() -> None:
    truth = 0.3 + 0.7 * np.eye(40)
    rows = np.random.default_rng(5).standard_normal((120, 40)) @ np.linalg.cholesky(truth).T
    cleaned = unit(denoised_covariance(rows, edge=marchenko_pastur_bounds(3.0)[1]).covariance)
    assert np.linalg.norm(cleaned - truth) < 0.8 * np.linalg.norm(np.corrcoef(rows.T) - truth)


@pytest.mark.parametrize("n_components", [1, 3])
def test_detoning_takes_the_first_components_out(n_components: int) -> None:
    values, vectors = np.linalg.eigh(CORRELATION)
    slow = sum(
        value * np.outer(vector, vector)
        for value, vector in list(zip(values, vectors.T, strict=True))[:-n_components]
    )
    found = detone(COVARIANCE, n_components=n_components)
    np.testing.assert_allclose(unit(found.covariance), unit(slow), rtol=0, atol=1e-11)
    np.testing.assert_allclose(np.diag(found.covariance), np.diag(COVARIANCE), rtol=1e-12)
    assert np.linalg.matrix_rank(unit(found.covariance), tol=1e-9) == 12 - n_components
    assert "singular" in found.notes[0]


def test_detoning_takes_the_common_correlation_away() -> None:
    off = np.triu_indices(12, 1)
    assert CORRELATION[off].mean() > 0.2
    assert abs(unit(detoned_covariance(RETURNS).covariance)[off].mean()) < 0.15


@pytest.mark.parametrize("n_components", [0, 12, -1])
def test_all_components_or_none_cannot_be_taken_out(n_components: int) -> None:
    with pytest.raises(InputError, match="n_components must be from 1 to 11"):
        detone(COVARIANCE, n_components=n_components)


def test_an_asset_that_is_the_component_cannot_lose_it() -> None:
    alone = np.diag([5.0, 1.0, 1.0])
    alone[1, 2] = alone[2, 1] = 0.5
    with pytest.raises(InputError, match="drop fewer"):
        detone(alone, n_components=2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n_periods": 1}, "n_periods must be at least 2"),
        ({"n_periods": 9, "edge": 0.0}, "edge must be above 0"),
        ({"n_periods": 9, "alpha": 2.0}, "alpha must be from 0 to 1"),
        ({"n_periods": 9, "noise": "other"}, "noise must be rest or fitted"),
        ({"n_periods": 9, "method": "other"}, "method must be constant or targeted"),
    ],
)
def test_options_out_of_range_are_refused(options, says: str) -> None:
    with pytest.raises(InputError, match=says):
        denoise(COVARIANCE, **options)


def test_a_fit_that_ran_to_its_bound_is_told() -> None:
    found = denoised_covariance(panel(1, 1_000, 20), noise="fitted")
    assert found.parameters["noise_variance"] > 0.9999
    assert found.notes == ("the variance of the noise was fitted at its bound: give an edge, or noise=rest",)
    assert denoised_covariance(panel(1, 1_000, 20), edge=1.3).notes == ()


def test_what_is_known_well_is_not_called_noise() -> None:
    """Twenty assets of a market and five industries over a thousand days, as shares are."""
    rng = np.random.default_rng(4)
    market, own = rng.uniform(0.4, 0.8, (20, 1)), rng.uniform(0.2, 0.5, (20, 1))
    industries = np.kron(np.eye(5), np.ones((4, 1))) * own
    truth = market @ market.T + industries @ industries.T
    np.fill_diagonal(truth, 1.0)
    rows = rng.standard_normal((1_000, 20)) @ np.linalg.cholesky(truth).T

    def miss(matrix) -> float:
        return float(np.linalg.norm(unit(matrix) - truth))

    found, fitted = denoised_covariance(rows), denoised_covariance(rows, noise="fitted")
    assert miss(found.covariance) < 1.1 * miss(np.cov(rows.T))
    assert miss(fitted.covariance) > 1.5 * miss(np.cov(rows.T))
    assert found.parameters["signals"] >= 6.0 > fitted.parameters["signals"]
    assert found.notes == ()


def test_noise_alone_is_taken_out_whole() -> None:
    rows = np.random.default_rng(8).standard_normal((252, 20))
    found = denoised_covariance(rows)
    assert found.parameters["signals"] == 0.0
    np.testing.assert_allclose(unit(found.covariance), np.eye(20), atol=1e-12)
