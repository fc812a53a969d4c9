"""Volatility models, shrinkage, tails and bets equal what further libraries gave for the same returns.

The numbers are in tests/golden/analytics, written by `tools/golden_statistics.py`. Where a library has
another convention the test brings its number to ours and says so; tolerances beyond rounding say why.
"""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.analytics.golden import FIRST, INPUTS, RETURNS, WEIGHTS, given, value
from tests.analytics.panels import Array
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.covariance.dcc import fit_dcc
from trade2026.analytics.covariance.denoising import denoised_covariance, detoned_covariance
from trade2026.analytics.covariance.garch import fit_garch
from trade2026.analytics.covariance.sample import constant_correlation, detrended_covariance
from trade2026.analytics.covariance.shrinkage import (
    ledoit_wolf,
    ledoit_wolf_constant_correlation,
    oracle_approximating,
    shrunk_identity,
)
from trade2026.analytics.covariance.spectrum import elbow
from trade2026.analytics.matrices import to_correlation
from trade2026.analytics.risk_measures.contributions import Contributions, risk_contributions
from trade2026.analytics.risk_measures.diversification import (
    EffectiveBets,
    diversification_ratio,
    effective_bets,
)
from trade2026.analytics.risk_measures.extremes import ParetoTail, fit_tail
from trade2026.analytics.risk_measures.measures import risk
from trade2026.analytics.risk_measures.stress import coverage_p_value

TAILS = INPUTS["tails"]
SAME = 1e-9
MAXIMUM = 1e-6
"""Two searches for the same maximum: parameters to the root of what the likelihood is known to."""


@pytest.mark.parametrize("library", ["arch", "multiarch", "multigarch"])
def test_garch_is_the_maximum_of_their_likelihoods(library: str) -> None:
    """Theirs over the same two numbers, with the variance of the sample and a path begun there."""
    found = fit_garch(given("garch"))
    assert found.alpha == pytest.approx(float(value(library, "targeted_alpha")), abs=MAXIMUM)
    assert found.beta == pytest.approx(float(value(library, "targeted_beta")), abs=MAXIMUM)
    assert found.forecast == pytest.approx(float(value(library, "targeted_forecast")), rel=MAXIMUM)
    assert found.log_likelihood == pytest.approx(float(value(library, "targeted_log_likelihood")), rel=1e-12)


@pytest.mark.parametrize("library", ["multiarch", "multigarch"])
def test_dcc_is_the_maximum_of_their_likelihoods(library: str) -> None:
    """Both steps theirs, from returns to the covariance of the next period."""
    found = fit_dcc(given("dcc"))
    assert found.alpha == pytest.approx(float(value(library, "dcc_alpha")), abs=MAXIMUM)
    assert found.beta == pytest.approx(float(value(library, "dcc_beta")), abs=10.0 * MAXIMUM)
    assert found.log_likelihood == pytest.approx(float(value(library, "dcc_log_likelihood")), rel=1e-9)
    np.testing.assert_allclose(found.correlation_forecast, value(library, "dcc_correlation"), rtol=1e-5)
    np.testing.assert_allclose(found.forecast, value(library, "dcc_forecast"), rtol=1e-5)


def test_ledoit_wolf_is_rsatoolboxs() -> None:
    np.testing.assert_allclose(ledoit_wolf(RETURNS).covariance, value("rsatoolbox", "ledoit_wolf"), rtol=SAME)


@pytest.mark.parametrize("library", ["scikit-learn", "precise"])
def test_a_given_shrinkage_is_theirs_but_for_a_degree_of_freedom(library: str) -> None:
    """Theirs is over n, ours over n - 1."""
    found = shrunk_identity(RETURNS, intensity=0.25).covariance
    n = len(RETURNS)
    np.testing.assert_allclose(found * (n - 1) / n, value(library, "shrunk_identity"), rtol=SAME)


def test_the_constant_correlation_is_precises() -> None:
    """And so is the target that Ledoit and Wolf shrink to, as far as theirs says by how much."""
    theirs, plain = value("precise", "constant_correlation"), np.cov(RETURNS.T, ddof=0)
    np.testing.assert_allclose(constant_correlation(RETURNS, ddof=0).covariance, theirs, rtol=SAME)
    found = ledoit_wolf_constant_correlation(RETURNS)
    intensity = float(value("pyportfolioopt", "ledoit_wolf_constant_correlation_shrinkage"))
    np.testing.assert_allclose(found.covariance, (1 - intensity) * plain + intensity * theirs, rtol=SAME)


def test_the_constant_correlation_is_what_pypfopt_shrinks_to() -> None:
    """Theirs is told only as mixed with the sample matrix, and by how much."""
    name = "ledoit_wolf_constant_correlation"
    mixed, share = value("pyportfolioopt", name), float(value("pyportfolioopt", f"{name}_shrinkage"))
    target = (mixed - (1.0 - share) * np.cov(RETURNS.T, ddof=0)) / share
    np.testing.assert_allclose(constant_correlation(RETURNS, ddof=0).covariance, target, rtol=1e-9)


def shrinkage_within(shrunk: Array, plain: Array) -> float:
    """By how much the elements off the diagonal are smaller."""
    shares = 1.0 - (shrunk / plain)[~np.eye(len(plain), dtype=bool)]
    np.testing.assert_allclose(shares, shares[0], rtol=1e-6)
    return float(shares[0])


def test_oas_is_precises_but_for_the_papers_terms_in_two_over_p() -> None:
    """Theirs keeps 2 / p in equation 23, ours and scikit-learn's do not: above, below, each in its place."""
    plain = np.cov(RETURNS.T, ddof=0)
    n, p = RETURNS.shape
    theirs = shrinkage_within(value("precise", "oas_of_the_paper"), plain)
    square, trace_squared = float((plain**2).sum()), float(np.trace(plain) ** 2)
    above = (square + trace_squared) / ((1.0 - 2.0 / p) * square + trace_squared)
    below = (n + 1.0 - 2.0 / p) / (n + 1.0)
    found = oracle_approximating(RETURNS).parameters["shrinkage"]
    assert found == pytest.approx(theirs * above * below, rel=1e-6)


def test_oas_is_where_the_papers_iteration_of_the_oracle_ends() -> None:
    """The oracle's intensity with the last estimate in place of the truth, as in section III.C."""
    plain = np.cov(RETURNS.T, ddof=0)
    n, p = RETURNS.shape
    target = np.trace(plain) / p * np.eye(p)
    intensity = 0.5
    for _ in range(10_000):
        now = (1.0 - intensity) * plain + intensity * target
        product, trace_squared = float((now * plain).sum()), float(np.trace(now) ** 2)
        intensity = (product + trace_squared) / ((n + 1.0) * product + (1.0 - n / p) * trace_squared)
    found = oracle_approximating(RETURNS)
    assert found.parameters["shrinkage"] == pytest.approx(intensity, rel=1e-10)
    np.testing.assert_allclose(found.covariance, (1.0 - intensity) * plain + intensity * target, rtol=SAME)


def test_the_denoised_covariance_is_skfolios() -> None:
    """Theirs descends from one start with a bandwidth of 0.01; it need only leave as many signals."""
    found = denoised_covariance(given("wide"), noise="fitted", bandwidth=0.01)
    np.testing.assert_allclose(found.covariance, value("skfolio", "denoised_constant"), rtol=1e-8, atol=1e-14)
    broad = denoised_covariance(given("broad"), noise="fitted", bandwidth=0.01)
    assert 0.4 < broad.parameters["noise_variance"] < 0.6
    theirs = value("skfolio", "denoised_constant_broad_row")
    np.testing.assert_allclose(broad.covariance[0], theirs, rtol=1e-8, atol=1e-14)


def test_the_detoned_covariance_is_riskfolios_but_for_the_diagonal() -> None:
    """Theirs leaves the correlation matrix without a market as it is; ours is scaled to a unit diagonal."""
    theirs, _ = to_correlation(value("riskfolio-lib", "detoned_without_unit_diagonal"))
    ours, volatility = to_correlation(detoned_covariance(RETURNS).covariance)
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(volatility, RETURNS.std(axis=0, ddof=1), rtol=SAME)


def test_the_detrended_covariance_is_that_of_autoregressions_by_r() -> None:
    """By `ar.ols` of R, with an intercept and no mean taken out before."""
    found = detrended_covariance(RETURNS, lookback=5)
    np.testing.assert_allclose(found.covariance, value("r", "stats.detrended"), rtol=1e-8, atol=1e-14)


def fitted_tail() -> ParetoTail:
    found = fit_tail(given("heavy"))
    assert isinstance(found, ParetoTail)
    return found


@pytest.mark.parametrize("package", ["evd", "fExtremes"])
def test_the_pareto_tail_is_that_of_r(package: str) -> None:
    """Of the 200 largest of 2,000 losses; theirs search two numbers, by differences and by a simplex."""
    found = fitted_tail()
    assert found.shape > 0.1
    assert found.shape == pytest.approx(float(value("r", f"{package}.shape")), abs=MAXIMUM)
    assert found.scale == pytest.approx(float(value("r", f"{package}.scale")), rel=10.0 * MAXIMUM)


def test_risk_of_the_pareto_tail_is_that_of_fextremes() -> None:
    found = fitted_tail()
    values, shortfalls = value("r", "fExtremes.value_at_risk"), value("r", "fExtremes.expected_shortfall")
    for tail, theirs, beyond in zip(TAILS, values, shortfalls, strict=True):
        assert found.value_at_risk(tail) == pytest.approx(float(theirs), rel=1e-6)
        assert found.expected_shortfall(tail) == pytest.approx(float(beyond), rel=1e-6)
        assert risk(given("heavy"), "evt_value_at_risk", tail=tail) == found.value_at_risk(tail)
        assert risk(given("heavy"), "evt_expected_shortfall", tail=tail) == found.expected_shortfall(tail)


@pytest.mark.parametrize("at", range(len(TAILS)))
@pytest.mark.parametrize(
    ("name", "tolerance"),
    [("cornish_fisher_value_at_risk", SAME), ("cornish_fisher_expected_shortfall", 1e-5)],
)
def test_cornish_fisher_is_financetoolkits(name: str, tolerance: float, at: int) -> None:
    """Theirs are returns, and the shortfall is a sum over a million midpoints."""
    theirs = -float(value("financetoolkit", name)[at])
    assert risk(FIRST, name, tail=TAILS[at]) == pytest.approx(theirs, rel=tolerance)


def in_our_volatility(theirs: Any, mean: Any) -> Any:
    """A loss with the volatility over n that fPortfolio was given, brought to one over n - 1."""
    n = len(RETURNS)
    return (theirs + mean) * np.sqrt(n / (n - 1)) - mean


@pytest.mark.parametrize("at", range(len(TAILS)))
def test_cornish_fisher_of_a_portfolio_is_fportfolios(at: int) -> None:
    """The quantile, its integral over the tail by R, and what each asset adds, by their own derivatives."""
    held, means = RETURNS @ WEIGHTS, RETURNS.mean(axis=0)
    tail, mean = TAILS[at], float(held.mean())
    quantile = in_our_volatility(value("r", "fPortfolio.value_at_risk_over_n")[at], mean)
    assert risk(held, "cornish_fisher_value_at_risk", tail=tail) == pytest.approx(quantile, rel=SAME)
    beyond = in_our_volatility(value("r", "fPortfolio.expected_shortfall_over_n")[at], mean)
    assert risk(held, "cornish_fisher_expected_shortfall", tail=tail) == pytest.approx(beyond, rel=1e-7)
    split = risk_contributions(WEIGHTS, RETURNS, "cornish_fisher_value_at_risk", tail=tail)
    assert isinstance(split, Contributions)
    theirs = in_our_volatility(value("r", "fPortfolio.contributions_over_n")[at], WEIGHTS * means)
    np.testing.assert_allclose(split.component, theirs, rtol=1e-8)


@pytest.mark.parametrize("at", range(len(TAILS)))
@pytest.mark.parametrize("name", ["gaussian_value_at_risk", "gaussian_expected_shortfall"])
def test_gaussian_risk_of_a_portfolio_is_fportfolios(name: str, at: int) -> None:
    """And what each asset adds."""
    theirs = float(value("r", f"fPortfolio.{name}")[at])
    assert risk(RETURNS @ WEIGHTS, name, tail=TAILS[at]) == pytest.approx(theirs, rel=SAME)
    split = risk_contributions(WEIGHTS, RETURNS, name, tail=TAILS[at])
    assert isinstance(split, Contributions)
    np.testing.assert_allclose(split.component, value("r", f"fPortfolio.{name}_contributions")[at], rtol=1e-8)


def test_principal_bets_are_normixs() -> None:
    found = effective_bets(WEIGHTS, np.cov(RETURNS.T), bets="principal")
    assert isinstance(found, EffectiveBets)
    assert found.number == pytest.approx(float(value("normix", "principal")), rel=SAME)
    np.testing.assert_allclose(found.shares, value("normix", "principal_shares"), rtol=1e-8)


def test_torsion_bets_are_normixs_where_all_correlations_are_equal() -> None:
    """Theirs holds the variances of the factors at one; there the nearest factors have equal ones."""
    volatility = RETURNS.std(axis=0, ddof=1)
    equal = (0.3 + 0.7 * np.eye(volatility.size)) * np.outer(volatility, volatility)
    found = effective_bets(WEIGHTS, equal)
    assert isinstance(found, EffectiveBets)
    name = "minimum_torsion_of_equal_correlations"
    assert found.number == pytest.approx(float(value("normix", name)), rel=SAME)
    np.testing.assert_allclose(found.shares, value("normix", f"{name}_shares"), rtol=1e-8)


def test_the_diversification_ratio_is_azapys() -> None:
    """Theirs is one less the inverse."""
    ours = diversification_ratio(WEIGHTS, np.cov(RETURNS.T))
    assert not isinstance(ours, Undefined)
    assert 1.0 - 1.0 / ours == pytest.approx(float(value("azapy", "diversification_factor")), rel=SAME)


def test_elbows_are_kneeds() -> None:
    spectra = [np.linalg.eigvalsh(np.corrcoef(each.T)) for each in (RETURNS, given("wide"))]
    falling = np.array([9.0, 7.0, 5.5, 2.0, 1.6, 1.3, 1.1, 0.9, 0.8, 0.7])
    assert [elbow(each) for each in (*spectra, falling)] == value("kneed", "elbows").tolist()


def test_kupiecs_p_values_are_vartests() -> None:
    """And those of the binomial law's likelihoods by scipy."""
    for (x, n, tail), theirs in zip(value("vartests", "coverage"), value("vartests", "kupiec"), strict=True):
        losses = int(x)
        returns = np.concatenate((np.full(losses, -0.02), np.full(int(n) - losses, 0.01)))
        observed, found = coverage_p_value(returns, 0.015, tail=float(tail))
        assert observed == losses
        assert found == pytest.approx(float(theirs), rel=1e-8)
        ratio = 2.0 * (stats.binom.logpmf(losses, n, losses / n) - stats.binom.logpmf(losses, n, tail))
        assert found == pytest.approx(stats.chi2.sf(ratio, 1), rel=1e-7)
