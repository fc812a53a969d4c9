"""Statistical factors: every variance is accounted for, signs are fixed, and a known number is found.

Invariants: an asset's total variance is the sample's; factors have unit variance and are uncorrelated; what
is specific is unrelated to the factors; the order of assets and their signs do not change the model.
"""

import numpy as np
import pytest

from tests.analytics.factor_models.samples import joined, made
from trade2026.analytics.factor_models.statistical.components import (
    StatisticalFactors,
    asymptotic_components,
    principal_components,
)
from trade2026.analytics.factor_models.statistical.number import CRITERIA, factor_number
from trade2026.primitives.errors import InputError


def models(returns: np.ndarray, number: int) -> list[StatisticalFactors]:
    return [
        principal_components(returns, number),
        principal_components(returns, number, correlation=False),
        asymptotic_components(returns, number),
        asymptotic_components(returns, number, reweighted=False),
    ]


@pytest.mark.parametrize("number", [0, 1, 4])
def test_every_variance_is_accounted_for(number: int) -> None:
    shares, _ = joined()
    for model in models(shares, number):
        np.testing.assert_allclose(np.diag(model.covariance), shares.var(axis=0, ddof=1), rtol=1e-10)
        assert model.factors.shape == (shares.shape[0], number)
        np.testing.assert_allclose(
            model.factors.T @ model.factors / (shares.shape[0] - 1), np.eye(number), atol=1e-9
        )
        left = shares - model.mean - model.factors @ model.loadings.T
        np.testing.assert_allclose(left.var(axis=0, ddof=1), model.specific, rtol=1e-9)
        np.testing.assert_allclose(model.factors.T @ left, 0.0, atol=1e-9)
        assert model.shares.sum() == pytest.approx(1.0)
        assert (model.loadings.sum(axis=0) > -1e-12).all()
        np.testing.assert_allclose(model.r_squared, 1.0 - model.specific / shares.var(axis=0, ddof=1))


def test_the_correlation_matrix_is_taken_apart_by_the_definition() -> None:
    """Oracle: eigenvectors of numpy's correlation matrix."""
    shares, _ = joined()
    values, vectors = np.linalg.eigh(np.corrcoef(shares.T))
    model = principal_components(shares, 2)
    np.testing.assert_allclose(model.eigenvalues, values[::-1], rtol=1e-9)
    expected = np.outer(vectors[:, -1], vectors[:, -1]) * values[-1]
    volatility = shares.std(axis=0, ddof=1)
    scaled = model.loadings[:, 0] / volatility
    np.testing.assert_allclose(np.outer(scaled, scaled), expected, atol=1e-9)


def test_with_all_components_the_sample_covariance_is_whole() -> None:
    shares, _ = joined()
    model = principal_components(shares[:, :6].copy(), 6)
    np.testing.assert_allclose(model.covariance, np.cov(shares[:, :6].T), rtol=1e-8)
    np.testing.assert_allclose(model.specific, 0.0, atol=1e-15)


def test_signs_do_not_depend_on_the_order_of_assets() -> None:
    shares, _ = joined()
    order = np.random.default_rng(1).permutation(shares.shape[1])
    for one, other in zip(models(shares, 3), models(shares[:, order].copy(), 3), strict=True):
        np.testing.assert_allclose(one.factors, other.factors, atol=1e-8)
        np.testing.assert_allclose(one.loadings[order], other.loadings, atol=1e-10)


def test_where_loadings_sum_to_zero_the_largest_is_positive() -> None:
    rng = np.random.default_rng(4)
    f = rng.normal(0.0, 1.0, (400, 1))
    f -= f.mean()
    returns = f * np.array([[1.0, -1.0]])
    model = principal_components(returns, 1, correlation=False)
    assert model.loadings[0, 0] == pytest.approx(f.std(ddof=1))
    assert model.loadings[1, 0] == pytest.approx(-f.std(ddof=1))


def test_more_assets_than_periods_find_the_factors_better_by_precision() -> None:
    """Assets with much of their own count less: the span of the true factors is nearer."""
    rng = np.random.default_rng(7)
    f = rng.normal(0.0, 0.01, (60, 2))
    B = rng.normal(0.5, 1.0, (300, 2))
    returns = f @ B.T + rng.normal(0.0, 1.0, (60, 300)) * np.where(np.arange(300) < 150, 0.004, 0.06)

    def explained(model: StatisticalFactors) -> float:
        centred = f - f.mean(axis=0)
        fitted = model.factors @ np.linalg.lstsq(model.factors, centred, rcond=None)[0]
        return 1.0 - float(((centred - fitted) ** 2).sum() / (centred**2).sum())

    one = explained(asymptotic_components(returns, 2, reweighted=False))
    two = explained(asymptotic_components(returns, 2))
    assert two > one
    assert two > 0.99


@pytest.mark.parametrize(("periods", "assets", "number"), [(200, 100, 3), (100, 200, 5), (300, 60, 1)])
def test_a_known_number_is_found(periods: int, assets: int, number: int) -> None:
    """Bai and Ng's own design: as much noise as factors."""
    returns, _, _ = made(periods, assets, number, seed=number)
    found = factor_number(returns, most=8)
    assert found.by_criterion == dict.fromkeys(CRITERIA, number)
    assert found.marchenko_pastur == number


def test_noise_has_no_factor() -> None:
    noise = np.random.default_rng(3).normal(0.0, 0.01, (400, 80))
    found = factor_number(noise)
    assert (found.by_criterion["ic1"], found.by_criterion["ic2"]) == (0, 0)
    assert found.marchenko_pastur <= 1
    assert found.most == 7


def test_the_criteria_are_their_formulas() -> None:
    """Twin: residuals of a regression on the components, period by period."""
    shares, _ = joined()
    z = (shares - shares.mean(axis=0)) / shares.std(axis=0, ddof=1)
    periods, assets = z.shape
    found = factor_number(shares, most=6)
    for k in range(7):
        model = principal_components(shares, k)
        left = z - model.factors @ (z.T @ model.factors / (periods - 1)).T
        V = np.log((left**2).mean() / (z**2).mean())
        g2 = (assets + periods) / (assets * periods) * np.log(min(assets, periods))
        g1 = (assets + periods) / (assets * periods) * np.log(assets * periods / (assets + periods))
        g3 = np.log(min(assets, periods)) / min(assets, periods)
        for name, g in (("ic1", g1), ("ic2", g2), ("ic3", g3)):
            assert found.values[name][k] == pytest.approx(V + k * g, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r: principal_components(r, 21), "number must be from 0 to 20, was 21"),
        (lambda r: asymptotic_components(r, -1), "number must be from 0 to 20, was -1"),
        (lambda r: asymptotic_components(r, 20), "leave every asset something specific"),
        (lambda r: principal_components(r * np.where(np.arange(20) == 4, 0.0, 1.0), 1), "column 4 was 0.0"),
        (lambda r: factor_number(r[:, :1].copy()), "three columns"),
        (lambda r: factor_number(r, most=19), None),
        (lambda r: factor_number(r, most=20), "most must be from 1 to 19, was 20"),
    ],
)
def test_what_cannot_be_is_named(call, words) -> None:
    shares, _ = joined()
    if words is None:
        call(shares)
        return
    with pytest.raises(InputError, match=words):
        call(shares)
