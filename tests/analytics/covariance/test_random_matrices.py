"""Random correlation matrices are correlation matrices, and the same for the same generator."""

import numpy as np
import pytest

from tests.analytics.panels import assert_psd
from trade2026.analytics.covariance.random_matrices import correlation_with_eigenvalues, factor_correlation
from trade2026.primitives.errors import InputError


def test_factors_make_correlation_matrices_again_and_again() -> None:
    first = factor_correlation(np.random.default_rng(1), n_assets=8, n_factors=2)
    assert_psd(first)
    assert (np.diag(first) == 1.0).all()
    np.testing.assert_array_equal(
        first, factor_correlation(np.random.default_rng(1), n_assets=8, n_factors=2)
    )
    assert (np.linalg.eigvalsh(first)[-2:] > 1.0).all()


@pytest.mark.parametrize("seed", range(5))
def test_it_has_the_eigenvalues_that_were_asked(seed: int) -> None:
    values = np.array([2.5, 1.2, 0.8, 0.4, 0.1])
    found = correlation_with_eigenvalues(np.random.default_rng(seed), values)
    assert (np.diag(found) == 1.0).all()
    np.testing.assert_allclose(np.linalg.eigvalsh(found)[::-1], values, atol=1e-9)
    again = correlation_with_eigenvalues(np.random.default_rng(seed), values)
    np.testing.assert_array_equal(found, again)


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(InputError, match="sum to their number, 2 summed to 3"):
        correlation_with_eigenvalues(np.random.default_rng(1), np.array([2.0, 1.0]))
    with pytest.raises(InputError, match="at least 1"):
        factor_correlation(np.random.default_rng(1), n_assets=0, n_factors=1)
