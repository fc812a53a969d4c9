"""Betas: slow twins, known models, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.factor_models.samples import joined, made
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.factor_models.time_series.fama_macbeth import fama_macbeth, rolling_premia
from trade2026.analytics.factor_models.time_series.kalman import wandering_betas
from trade2026.analytics.factor_models.time_series.least_squares import least_squares
from trade2026.analytics.factor_models.time_series.mimicking import maximum_correlation, unit_beta
from trade2026.analytics.factor_models.time_series.robust import huber
from trade2026.analytics.factor_models.time_series.rolling import rolling_betas
from trade2026.primitives.errors import InputError


def test_newey_west_is_the_double_sum() -> None:
    """Twin: the covariance of the parameters as a sum over pairs of periods."""
    returns, f, _ = made(40, 2, 2, seed=1)
    found = least_squares(returns, f, lags=3)
    X = np.column_stack([np.ones(40), f])
    bread = np.linalg.inv(X.T @ X)
    for asset in range(2):
        meat = np.zeros((3, 3))
        for s in range(40):
            for t in range(40):
                if abs(s - t) <= 3:
                    product = found.residuals[s, asset] * found.residuals[t, asset]
                    meat += (1 - abs(s - t) / 4) * product * np.outer(X[s], X[t])
        expected = np.sqrt(np.diag(bread @ meat @ bread))
        np.testing.assert_allclose(found.errors[asset], expected, rtol=1e-10)


def test_outliers_move_least_squares_and_not_huber() -> None:
    returns, f, B = made(400, 3, 2, seed=2, noise=0.002)
    wild = returns.copy()
    wild[::40] += 0.5 * np.sign(f[::40, :1])
    plain, robust = least_squares(wild, f), huber(wild, f)
    assert np.abs(robust.betas - B).max() < 0.1
    assert np.abs(plain.betas - B).max() > 1.0


def test_huber_with_a_wide_c_is_least_squares() -> None:
    returns, f, _ = made(200, 2, 2, seed=3)
    np.testing.assert_allclose(huber(returns, f, c=100.0).betas, least_squares(returns, f).betas, rtol=1e-9)


def test_the_last_window_is_a_regression_of_the_last_periods() -> None:
    returns, f, _ = made(120, 3, 2, seed=4)
    rolled = rolling_betas(returns, f, 50)
    assert rolled.shape == (71, 3, 3)
    for at in (0, 30, 70):
        fit = least_squares(returns[at : at + 50].copy(), f[at : at + 50].copy())
        np.testing.assert_allclose(rolled[at], np.column_stack([fit.alpha, fit.betas]), rtol=1e-8, atol=1e-12)


def test_betas_that_stand_still_are_least_squares() -> None:
    returns, f, _ = made(150, 3, 2, seed=5)
    found = wandering_betas(returns, f, ratio=0.0)
    fit = least_squares(returns, f, errors="classic")
    np.testing.assert_allclose(found.parameters[-1, :, 1:], fit.betas, rtol=1e-5)
    np.testing.assert_allclose(found.noise, fit.specific, rtol=1e-5)
    np.testing.assert_allclose(found.errors[-1], fit.errors, rtol=1e-4)


def test_a_beta_that_wanders_is_followed() -> None:
    rng = np.random.default_rng(6)
    f = rng.normal(0.0, 0.01, (1_000, 1))
    beta = 1.0 + np.cumsum(rng.normal(0.0, 0.05, 1_000))
    returns = np.column_stack([beta * f[:, 0], 0.7 * f[:, 0]]) + rng.normal(0.0, 0.003, (1_000, 2))
    found = wandering_betas(returns, f)
    apart = found.parameters[100:, 0, 1] - beta[100:]
    still = least_squares(returns, f).betas[0, 0] - beta[100:]
    assert np.sqrt(np.mean(apart**2)) < 0.4 * np.sqrt(np.mean(still**2))
    assert np.mean(np.abs(apart) < 2.0 * found.errors[100:, 0, 1]) > 0.85
    # Per step 0.05 of the beta against noise of 0.003: (0.05 * 0.01 / 0.003) ** 2.
    assert found.ratio[0] == pytest.approx((0.05 * 0.01 / 0.003) ** 2, rel=0.6)
    assert found.ratio[1] < 1e-4
    for ratio in (0.3 * found.ratio[0], 3.0 * found.ratio[0]):
        assert wandering_betas(returns, f, ratio=ratio).log_likelihood[0] < found.log_likelihood[0]


def test_filtered_betas_know_nothing_of_later_periods() -> None:
    returns, f, _ = made(120, 2, 2, seed=8)
    whole = wandering_betas(returns, f, ratio=0.01)
    part = wandering_betas(returns[:80].copy(), f[:80].copy(), ratio=0.01)
    # The unit of the walk is the mean square of the factors, which the later periods change a little.
    np.testing.assert_allclose(whole.parameters[79], part.parameters[79], rtol=0.05, atol=1e-3)


# --------------------------------------------------------------------------------- Fama and MacBeth


def test_premia_are_found_and_their_errors_are_right() -> None:
    """Over many made-up markets, t values of the true premia have the spread of a normal distribution."""
    premium, scores, naive = np.array([0.004, 0.002]), [], []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        B = rng.uniform(0.2, 1.8, (25, 2))
        f = premium + rng.normal(0.0, 0.02, (240, 2))
        returns = f @ B.T + rng.normal(0.0, 0.03, (240, 25))
        found = fama_macbeth(returns, f)
        scores.append((found.premia[1:] - premium) / found.shanken_errors[1:])
        naive.append((found.premia[1:] - premium) / found.errors[1:])
    assert np.std(scores) == pytest.approx(1.0, abs=0.12)
    assert np.std(naive) > np.std(scores)


def test_shankens_errors_are_cochranes_formula() -> None:
    """Twin: of the spread of premia over time the correction multiplies all but the factors' part."""
    returns, f, _ = made(300, 12, 2, seed=9)
    found = fama_macbeth(returns, f, constant=False)
    X = found.first_pass.betas
    F = np.cov(f.T)
    c = found.premia @ np.linalg.solve(F, found.premia)
    inner = np.cov(found.by_period.T) - F
    expected = (1.0 + c) * inner + F
    np.testing.assert_allclose(found.shanken_errors, np.sqrt(np.diag(expected) / 300), rtol=2e-2)
    slow = np.array([np.linalg.lstsq(X, row, rcond=None)[0] for row in returns])
    np.testing.assert_allclose(found.by_period, slow, atol=1e-12)
    np.testing.assert_allclose(found.errors, slow.std(axis=0, ddof=1) / 300**0.5, rtol=1e-9)


def test_rolling_premia_are_regressions_on_betas_known_before() -> None:
    returns, f, _ = made(90, 10, 2, seed=12)
    found = rolling_premia(returns, f, 40)
    for at in (0, 20, 49):
        betas = least_squares(returns[at : at + 40].copy(), f[at : at + 40].copy()).betas
        X = np.column_stack([np.ones(10), betas])
        expected = np.linalg.lstsq(X, returns[at + 40], rcond=None)[0]
        np.testing.assert_allclose(found.by_period[at], expected, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(found.premia, found.by_period.mean(axis=0))
    np.testing.assert_allclose(found.errors, found.by_period.std(axis=0, ddof=1) / 50**0.5)
    np.testing.assert_allclose(found.mean_returns, returns[40:].mean(axis=0))
    later = returns.copy()
    later[89] *= 3.0  # What is known before a period does not change with it.
    np.testing.assert_array_equal(rolling_premia(later, f, 40).by_period[:-1], found.by_period[:-1])
    later[89] = 0.01
    with pytest.raises(InputError, match=r"differ across assets, were all 0\.01 in row 89"):
        rolling_premia(later, f, 40)


def test_pricing_errors_are_orthogonal_to_betas_and_tested() -> None:
    rng = np.random.default_rng(11)
    B = rng.uniform(0.5, 1.5, (20, 1))
    f = 0.005 + rng.normal(0.0, 0.02, (600, 1))
    returns = f @ B.T + rng.normal(0.0, 0.01, (600, 20))
    found = fama_macbeth(returns, f)
    np.testing.assert_allclose(found.first_pass.betas.T @ found.pricing_errors, 0.0, atol=1e-12)
    assert abs(found.pricing_errors.sum()) < 1e-12
    assert found.degrees == 18
    assert isinstance(found.p_value, float)
    assert found.p_value > 0.01
    wrong = returns.copy()
    wrong[:, 3] += 0.01
    worse = fama_macbeth(wrong, f).p_value
    assert isinstance(worse, float)
    assert worse < 1e-6


def test_right_models_are_refused_as_often_as_the_p_value_says() -> None:
    """With 25 assets and 120 periods the chi-squared distribution alone refuses every fourth one at 5 %."""
    rng = np.random.default_rng(0)
    B = rng.uniform(0.5, 1.5, (25, 1))
    found = []
    for _ in range(300):
        f = 0.02 + rng.normal(0.0, 0.03, (120, 1))
        found.append(fama_macbeth(f @ B.T + rng.normal(0.0, 0.04, (120, 25)), f, constant=False).p_value)
    refused = float(np.mean(np.array(found) < 0.05))
    assert 0.01 < refused < 0.1


def test_more_assets_than_residuals_span_are_not_tested() -> None:
    """Of 30 periods and 2 factors residuals span 27 directions: 27 free errors are tested, 28 are not."""
    returns, f, _ = made(30, 31, 2, seed=12)
    fitting, too_many = fama_macbeth(returns[:, :30].copy(), f), fama_macbeth(returns, f)
    assert (fitting.degrees, too_many.degrees) == (27, 28)
    assert isinstance(fitting.chi_squared, float)
    assert isinstance(too_many.chi_squared, Undefined)
    assert too_many.p_value == too_many.chi_squared


# ----------------------------------------------------------------------------------------- mimicking


def test_no_portfolio_follows_the_factor_more_closely() -> None:
    shares, funds = joined()
    covariance = np.cov(shares.T)
    factor = funds[:, 0]
    weights = maximum_correlation(shares, factor, covariance)
    mine = shares @ weights
    best = np.corrcoef(mine, factor)[0, 1]
    assert np.cov(mine, factor)[0, 1] / factor.var(ddof=1) == pytest.approx(1.0)
    for other in np.random.default_rng(1).normal(0.0, 1.0, (300, 20)):
        assert np.corrcoef(shares @ other, factor)[0, 1] < best
        near = weights + 0.01 * other
        assert np.corrcoef(shares @ near, factor)[0, 1] < best
    r_squared = least_squares(factor[:, None].copy(), shares).r_squared[0]
    assert best**2 == pytest.approx(r_squared)  # It is the regression of the factor on the assets.


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_unit_betas_are_unit_and_least_risky(seed: int) -> None:
    rng = np.random.default_rng(seed)
    B = rng.normal(0.5, 1.0, (12, 3))
    root = rng.normal(0.0, 1.0, (12, 20))
    covariance = root @ root.T / 20
    weights = unit_beta(B, covariance)
    np.testing.assert_allclose(B.T @ weights, np.eye(3), atol=1e-8)
    null = np.linalg.svd(B.T)[2][3:]
    for step in null:  # No step that keeps the betas lowers the variance.
        np.testing.assert_allclose(step @ covariance @ weights, 0.0, atol=1e-8)


# ------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r, f: least_squares(r[:30].copy(), f), "factors must have the 30 rows"),
        (lambda r, f: least_squares(r[:7].copy(), f[:7].copy()), "at least 8 rows for 5 factors"),
        (lambda r, f: least_squares(r, f, lags=500), "lags must be from 0 to 499, was 500"),
        (lambda r, f: least_squares(r, np.column_stack([f, f[:, 1] * 2])), "column 5 is constant or follows"),
        (lambda r, f: least_squares(r, np.column_stack([f, f[:, 1] * 0.0])), "column 5 is constant"),
        (lambda r, f: huber(r, f, c=0.0), "c must be above 0"),
        (lambda r, f: huber(np.column_stack([r, f[:, 0]]), f), "half of those of column 20 are zero"),
        (lambda r, f: rolling_betas(r, f, 7), "window must be from 8 to 500, was 7"),
        (
            lambda r, f: rolling_betas(r, f * (np.arange(500) >= 60)[:, None] ** [0, 1, 0, 0, 0], 40),
            "column 1 is constant or follows from those before it in rows 0 to 39; take a longer window",
        ),
        (lambda r, f: wandering_betas(r, f, ratio=11.0), "ratio must be from 0 to 10, was 11.0"),
        (lambda r, f: wandering_betas(r, f, speeds=np.zeros(6)), "speeds must be 6 numbers of zero or more"),
        (lambda r, f: wandering_betas(r, f, speeds=np.ones(5)), "speeds must be 6"),
        (lambda r, f: fama_macbeth(r[:, :6].copy(), f), "more than 6, the premia to find, were 6"),
        (lambda r, f: fama_macbeth(np.column_stack([r[:, :1]] * 8), f), "betas must differ across assets"),
        (lambda r, f: rolling_premia(r, f, 499), "window must leave two periods, was 499 of 500"),
        (lambda r, f: rolling_premia(r[:, :6].copy(), f, 60), "more than 6, the premia to find, were 6"),
        (lambda r, f: maximum_correlation(r, f[:, 0], np.ones((20, 20))), "is singular; shrink it"),
        (lambda r, f: maximum_correlation(r, np.ones(500), np.cov(r.T)), "factor must vary"),
        (lambda r, f: unit_beta(np.ones((20, 2)), np.cov(r.T)), "tell 2 factors apart"),
    ],
)
def test_what_cannot_be_is_named(call, words) -> None:
    with pytest.raises(InputError, match=words):
        call(*joined())
