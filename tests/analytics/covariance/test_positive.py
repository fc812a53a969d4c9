"""The nearest correlation matrix is the one of the literature, and there is none nearer."""

import numpy as np
import pytest

from tests.analytics.panels import assert_psd, panel
from trade2026.analytics.covariance.positive import clip_spectrum, nearest_correlation, nearest_psd
from trade2026.primitives.errors import InputError

HIGHAM = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
"""Example of Higham (2002), section 4, with its answer to four digits."""
HIGHAM_NEAREST = np.array([[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]])


def indefinite(seed: int, p: int):
    """Correlations of which some were changed by hand, as in a stress."""
    rng = np.random.default_rng(seed)
    correlation = np.asarray(np.corrcoef(panel(seed, 60, p).T))
    for _ in range(p):
        i, j = rng.choice(p, 2, replace=False)
        correlation[i, j] = correlation[j, i] = rng.uniform(-0.95, 0.95)
    return correlation


def test_the_example_of_the_paper() -> None:
    found, _ = nearest_correlation(HIGHAM)
    np.testing.assert_allclose(found, HIGHAM_NEAREST, atol=6e-5)


@pytest.mark.parametrize("seed", range(6))
def test_it_is_a_correlation_matrix_and_none_around_it_is_nearer(seed: int) -> None:
    given = indefinite(seed, 7)
    found, _ = nearest_correlation(given)
    assert_psd(found)
    assert (np.diag(found) == 1.0).all()
    distance = np.linalg.norm(found - given)
    rng = np.random.default_rng(seed)
    for _ in range(30):  # Any other correlation matrix, and what lies on the way to it.
        other = np.corrcoef(rng.standard_normal((7, 9)))
        for step in (1e-3, 0.1, 1.0):
            assert np.linalg.norm((1 - step) * found + step * other - given) >= distance - 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_clipping_is_positive_too_and_not_nearer(seed: int) -> None:
    given = indefinite(seed, 7)
    sizes = np.linspace(0.01, 0.03, 7)
    covariance = given * np.outer(sizes, sizes)
    clipped = nearest_psd(covariance, method="clip")
    higham = nearest_psd(covariance)
    for found in (clipped, higham):
        assert_psd(found.covariance)
        np.testing.assert_allclose(np.diag(found.covariance), sizes**2, rtol=1e-12)
        assert found.parameters["smallest_before"] == pytest.approx(np.linalg.eigvalsh(given)[0], abs=1e-12)
    assert higham.parameters["distance"] <= clipped.parameters["distance"] + 1e-7
    assert higham.parameters["iterations"] > 0


def test_a_positive_matrix_is_left_alone() -> None:
    covariance = np.cov(panel(1, 60, 5).T)
    for method in ("higham", "clip"):
        found = nearest_psd(covariance, method=method)
        np.testing.assert_allclose(found.covariance, covariance, rtol=1e-12)
        assert found.notes == ("it was positive semidefinite already",)


def test_a_floor_makes_it_invertible() -> None:
    given = indefinite(2, 7) * 1e-4
    found = nearest_psd(given, floor=1e-3).covariance
    assert np.linalg.eigvalsh(found / 1e-4)[0] > 0.9e-3


def test_clipping_raises_eigenvalues_and_leaves_the_others() -> None:
    given = indefinite(3, 6)
    values = np.linalg.eigvalsh(given)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(clip_spectrum(given, floor=0.1)), np.maximum(values, 0.1), atol=1e-12
    )


def test_too_few_iterations_are_said() -> None:
    with pytest.raises(InputError, match=r"after 2 the matrix still changed by .* clip the spectrum"):
        nearest_correlation(HIGHAM, iterations_max=2)


@pytest.mark.parametrize(
    ("options", "says"), [({"method": "x"}, "higham or clip"), ({"floor": 1.0}, "floor must be")]
)
def test_options_out_of_range_are_refused(options, says: str) -> None:
    with pytest.raises(InputError, match=says):
        nearest_psd(np.eye(3), **options)
