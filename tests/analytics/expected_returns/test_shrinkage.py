"""Shrunk means lie where their formulas say, and closer to the truth than the sample's."""

import numpy as np
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.expected_returns.shrinkage import bayes_stein, james_stein
from trade2026.primitives.errors import InputError


def independent(seed: int, n: int, p: int):
    """Returns with means that differ a little and noise that is large."""
    rng = np.random.default_rng(seed)
    truth = 0.0005 + 0.0002 * rng.standard_normal(p)
    return truth, truth + 0.02 * rng.standard_normal((n, p))


def test_james_stein_equals_its_formula() -> None:
    _, returns = independent(1, 300, 8)
    mean = returns.mean(axis=0)
    values = np.linalg.eigvals(np.cov(returns.T)).real
    distance = sum((m - np.mean(mean)) ** 2 for m in mean)
    share = min(1.0, max(0.0, (sum(values) - 2 * max(values)) / 300 / distance))
    found = james_stein(returns)
    assert found.parameters["shrinkage"] == pytest.approx(share, rel=1e-9)
    assert found.parameters["target"] == pytest.approx(np.mean(mean))
    np.testing.assert_allclose(found.mean, (1 - share) * mean + share * np.mean(mean), rtol=1e-9)


def test_bayes_stein_equals_its_formula() -> None:
    returns = panel(2, 200, 5)
    n, p = returns.shape
    mean, inverse = returns.mean(axis=0), np.linalg.inv(np.cov(returns.T) * (n - 1) / (n - p - 2))
    ones = np.ones(p)
    target = ones @ inverse @ mean / (ones @ inverse @ ones)
    precision = (p + 2) / ((mean - target) @ inverse @ (mean - target))
    share = precision / (n + precision)
    found = bayes_stein(returns)
    assert found.parameters["shrinkage"] == pytest.approx(share, rel=1e-9)
    np.testing.assert_allclose(found.mean, (1 - share) * mean + share * target, rtol=1e-9)


@pytest.mark.parametrize("estimator", [james_stein, bayes_stein])
def test_it_is_nearer_to_the_truth_than_the_sample_mean(estimator) -> None:
    errors = []
    for seed in range(40):
        truth, returns = independent(seed, 120, 10)
        sample = np.sum((returns.mean(axis=0) - truth) ** 2)
        errors.append((np.sum((estimator(returns).mean - truth) ** 2), sample))
    ours, theirs = np.mean(errors, axis=0)
    assert ours < 0.6 * theirs


def test_one_market_is_not_shrunk_by_james_stein() -> None:
    market = 0.01 * np.random.default_rng(3).standard_normal((100, 1))
    returns = market + 0.001 * np.random.default_rng(4).standard_normal((100, 4))
    found = james_stein(returns)
    assert found.parameters["shrinkage"] == 0.0
    assert found.notes == ("one eigenvalue dominates: nothing is shrunk",)
    np.testing.assert_array_equal(found.mean, returns.mean(axis=0))


def test_scale_and_order_of_assets_do_not_matter() -> None:
    returns, order = panel(5, 120, 4), [3, 1, 0, 2]
    for estimator in (james_stein, bayes_stein):
        plain = estimator(returns).mean
        np.testing.assert_allclose(estimator(50.0 * returns).mean, 50.0 * plain, rtol=1e-8)
        np.testing.assert_allclose(estimator(returns[:, order].copy()).mean, plain[order], rtol=1e-8)


def test_what_cannot_be_inverted_is_refused() -> None:
    with pytest.raises(InputError, match="more than 7 rows for 5 assets, had 7"):
        bayes_stein(panel(1, 7, 5))
    with pytest.raises(InputError, match="positive definite"):
        bayes_stein(panel(1, 50, 2), covariance=np.ones((2, 2)))
    with pytest.raises(InputError, match="of 2 assets, was of 3"):
        bayes_stein(panel(1, 50, 2), covariance=np.eye(3))
