"""Shrinkage intensities equal the formulas of their papers, written out term by term."""

import numpy as np
import pytest

from tests.analytics.panels import assert_psd, panel
from trade2026.analytics.covariance.sample import sample_covariance
from trade2026.analytics.covariance.shrinkage import (
    ledoit_wolf,
    ledoit_wolf_constant_correlation,
    oracle_approximating,
    shrink_to_identity,
    shrunk_identity,
)
from trade2026.primitives.errors import InputError

SHAPES = [(60, 4), (25, 10), (12, 20), (500, 3)]


def slow_ledoit_wolf(returns):
    """Section 3 of the paper: the error of each row's product, averaged."""
    n, p = returns.shape
    x = returns - returns.mean(axis=0)
    plain = sum(np.outer(row, row) for row in x) / n
    target = np.trace(plain) / p * np.eye(p)
    distance = np.linalg.norm(plain - target) ** 2 / p
    noise = sum(np.linalg.norm(np.outer(row, row) - plain) ** 2 / p for row in x) / n**2
    share = min(noise, distance) / distance
    return share, share * target + (1.0 - share) * plain


def slow_oas(returns):
    """By traces, as in the comment of the paper's equation 23 without the terms in 2 / p."""
    n, p = returns.shape
    plain = np.cov(returns.T, ddof=0)
    of_square, square_of = np.trace(plain @ plain), np.trace(plain) ** 2
    share = min(1.0, (of_square + square_of) / ((n + 1) * (of_square - square_of / p)))
    return share, share * np.trace(plain) / p * np.eye(p) + (1.0 - share) * plain


def slow_constant_correlation(returns):
    """Appendix B, one pair at a time."""
    n, p = returns.shape
    x = returns - returns.mean(axis=0)
    s = x.T @ x / n
    r = [s[i, j] / np.sqrt(s[i, i] * s[j, j]) for i in range(p) for j in range(i)]
    mean = float(np.mean(r))
    pi = rho = gamma = 0.0
    target = np.diag(np.diag(s)).copy()
    for i in range(p):
        for j in range(p):
            error = x[:, i] * x[:, j] - s[i, j]
            pi += np.mean(error**2)
            if i == j:
                rho += np.mean(error**2)
                continue
            target[i, j] = mean * np.sqrt(s[i, i] * s[j, j])
            first = np.mean((x[:, i] ** 2 - s[i, i]) * error)
            second = np.mean((x[:, j] ** 2 - s[j, j]) * error)
            rho += mean / 2 * (np.sqrt(s[j, j] / s[i, i]) * first + np.sqrt(s[i, i] / s[j, j]) * second)
            gamma += (target[i, j] - s[i, j]) ** 2
    share = max(0.0, min(1.0, (pi - rho) / gamma / n))
    return share, share * target + (1.0 - share) * s


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("fast", "slow"),
    [
        (ledoit_wolf, slow_ledoit_wolf),
        (oracle_approximating, slow_oas),
        (ledoit_wolf_constant_correlation, slow_constant_correlation),
    ],
)
def test_it_equals_its_paper(shape, fast, slow) -> None:
    returns = panel(sum(shape), *shape)
    share, matrix = slow(returns)
    found = fast(returns)
    assert found.parameters["shrinkage"] == pytest.approx(share, rel=1e-8, abs=1e-12)
    np.testing.assert_allclose(found.covariance, matrix, rtol=1e-8)
    assert_psd(found.covariance)


def test_noise_alone_is_shrunk_nearly_wholly() -> None:
    noise = np.random.default_rng(3).standard_normal((60, 30))
    for estimator in (ledoit_wolf, oracle_approximating, ledoit_wolf_constant_correlation):
        assert estimator(noise).parameters["shrinkage"] > 0.9


def test_a_long_sample_is_shrunk_hardly() -> None:
    returns = panel(4, 20_000, 4)
    for estimator in (ledoit_wolf, oracle_approximating, ledoit_wolf_constant_correlation):
        assert estimator(returns).parameters["shrinkage"] < 0.02


@pytest.mark.parametrize("estimator", [ledoit_wolf, oracle_approximating, ledoit_wolf_constant_correlation])
def test_one_asset_is_left_alone(estimator) -> None:
    returns = panel(5, 50, 1)
    found = estimator(returns)
    assert found.parameters["shrinkage"] == 0.0
    assert found.covariance[0, 0] == pytest.approx(returns.var(), rel=1e-12)


def test_two_assets_have_a_constant_correlation_already() -> None:
    returns = panel(6, 50, 2)
    found = ledoit_wolf_constant_correlation(returns)
    np.testing.assert_allclose(found.covariance, np.cov(returns.T, ddof=0), rtol=1e-10)


def test_a_given_intensity_goes_from_the_matrix_to_its_mean_variance() -> None:
    plain = sample_covariance(panel(7, 50, 4)).covariance
    np.testing.assert_array_equal(shrink_to_identity(plain, intensity=0.0).covariance, plain)
    whole = shrink_to_identity(plain, intensity=1.0).covariance
    np.testing.assert_allclose(whole, np.trace(plain) / 4 * np.eye(4), atol=1e-18)
    tenth = shrunk_identity(panel(7, 50, 4), intensity=0.1).covariance
    np.testing.assert_allclose(tenth, 0.9 * plain + 0.1 * whole, rtol=1e-12)


@pytest.mark.parametrize("intensity", [-0.1, 1.1, np.nan])
def test_an_intensity_outside_zero_to_one_is_refused(intensity: float) -> None:
    with pytest.raises(InputError, match="intensity must be from 0 to 1"):
        shrink_to_identity(np.eye(2), intensity=intensity)
