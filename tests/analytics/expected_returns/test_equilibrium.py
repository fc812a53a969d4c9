"""What a market implies: betas are regressions, and equilibrium weights are optimal at its returns."""

import numpy as np
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.expected_returns.equilibrium import (
    betas,
    capm,
    equilibrium,
    implied_risk_aversion,
    market_returns,
)
from trade2026.primitives.errors import InputError

RETURNS = panel(1, 150, 4)
MARKET = RETURNS @ np.full(4, 0.25)


def test_betas_are_the_slopes_of_regressions() -> None:
    slow = [np.polyfit(MARKET, column, 1)[0] for column in RETURNS.T]
    np.testing.assert_allclose(betas(RETURNS, MARKET), slow, rtol=1e-9)
    assert betas(RETURNS, MARKET).mean() == pytest.approx(1.0, rel=1e-12)


def test_capm_is_the_rate_and_beta_times_the_premium() -> None:
    found = capm(RETURNS, MARKET, risk_free_rate=0.0001, market_mean=0.0006)
    np.testing.assert_allclose(found.mean, 0.0001 + betas(RETURNS, MARKET) * 0.0005, rtol=1e-12)
    assert found.parameters["premium"] == pytest.approx(0.0005)
    assert found.parameters["beta_3"] == pytest.approx(betas(RETURNS, MARKET)[3])
    sample = capm(RETURNS, MARKET)
    np.testing.assert_allclose(sample.mean, betas(RETURNS, MARKET) * MARKET.mean(), rtol=1e-12)


def test_the_market_itself_has_its_own_mean() -> None:
    assert capm(MARKET[:, None], MARKET, risk_free_rate=0.0002).mean[0] == pytest.approx(MARKET.mean())


def test_at_equilibrium_returns_the_weights_are_the_best() -> None:
    covariance, weights = np.cov(RETURNS.T), np.array([0.4, 0.3, 0.2, 0.1])
    found = equilibrium(covariance, weights, risk_aversion=2.5)
    np.testing.assert_allclose(np.linalg.solve(2.5 * covariance, found.mean), weights, rtol=1e-9)


def test_the_market_of_the_assets_has_its_equilibrium_return() -> None:
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    market = market_returns(RETURNS, weights)
    aversion = implied_risk_aversion(market, risk_free_rate=-0.01)
    found = equilibrium(np.cov(RETURNS.T), weights, risk_aversion=aversion)
    assert weights @ found.mean == pytest.approx(market.mean() + 0.01, rel=1e-9)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="market must vary"):
        betas(RETURNS, np.full(150, 0.001))
    with pytest.raises(InputError, match="market must have 150 elements"):
        betas(RETURNS, MARKET[:-1])
    with pytest.raises(InputError, match="risk_free_rate must be finite"):
        capm(RETURNS, MARKET, risk_free_rate=np.nan)
    with pytest.raises(InputError, match="risk_aversion must be above 0"):
        equilibrium(np.eye(2), np.ones(2), risk_aversion=0.0)
    with pytest.raises(InputError, match="two returns or more"):
        implied_risk_aversion(np.array([0.01]))
