"""Our portfolio statistics equal those that other libraries gave for the same returns.

The numbers and their versions are in tests/golden/analytics, written by `tools/golden_statistics.py`. Where
conventions differ the comparison says how; tolerances beyond rounding say why.
"""

from typing import Any

import numpy as np
import pytest

from tests.analytics.golden import FIRST, GOLDEN, INPUTS, MAKERS, RETURNS, TAIL, WEIGHTS, given, value
from tests.analytics.panels import apart
from trade2026.analytics.covariance.denoising import denoised_covariance, detoned_covariance
from trade2026.analytics.covariance.garch import fit_garch
from trade2026.analytics.covariance.gerber import gerber_covariance
from trade2026.analytics.covariance.positive import nearest_correlation
from trade2026.analytics.covariance.sample import detrended_covariance, ewma_covariance
from trade2026.analytics.covariance.shrinkage import (
    ledoit_wolf,
    ledoit_wolf_constant_correlation,
    oracle_approximating,
)
from trade2026.analytics.expected_returns.equilibrium import betas, capm, equilibrium
from trade2026.analytics.expected_returns.historical import exponential_mean
from trade2026.analytics.expected_returns.shrinkage import bayes_stein, james_stein
from trade2026.analytics.risk_measures.contributions import Contributions, risk_contributions
from trade2026.analytics.risk_measures.diversification import diversification_ratio
from trade2026.analytics.risk_measures.drawdowns import conditional_drawdown_at_risk, maximum_drawdown
from trade2026.analytics.risk_measures.measures import risk


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_the_inputs_are_the_same(name: str) -> None:
    for library in GOLDEN.values():
        assert library["inputs"] == INPUTS
    assert float((given(name) ** 2).sum()) == pytest.approx(INPUTS[name]["sum_of_squares"], rel=1e-12)


def test_shrunk_covariances_are_scikit_learns() -> None:
    for name, estimator in (("ledoit_wolf", ledoit_wolf), ("oas", oracle_approximating)):
        found = estimator(RETURNS)
        np.testing.assert_allclose(found.covariance, value("scikit-learn", name), rtol=1e-9)
        theirs = value("scikit-learn", f"{name}_shrinkage")
        assert found.parameters["shrinkage"] == pytest.approx(float(theirs), rel=1e-9)


def test_shrinkage_to_a_constant_correlation_is_pypfopts() -> None:
    """Theirs follows the authors' own program; it was given the sample matrix over n, as the paper has it."""
    found = ledoit_wolf_constant_correlation(RETURNS)
    name = "ledoit_wolf_constant_correlation"
    np.testing.assert_allclose(found.covariance, value("pyportfolioopt", name), rtol=1e-9)
    theirs = float(value("pyportfolioopt", f"{name}_shrinkage"))
    assert 0.0 < theirs < 1.0
    assert found.parameters["shrinkage"] == pytest.approx(theirs, rel=1e-9)


def test_the_detrended_covariance_is_that_of_autoregressions_by_statsmodels() -> None:
    found = detrended_covariance(RETURNS, lookback=5)
    np.testing.assert_allclose(found.covariance, value("statsmodels", "detrended"), rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("library", ["skfolio", "statsmodels"])
def test_the_nearest_correlations_are_theirs(library: str) -> None:
    """Of correlations that cannot be."""
    impossible = [[1.0, 0.9, -0.8, 0.3], [0.9, 1.0, 0.7, 0.2], [-0.8, 0.7, 1.0, 0.1], [0.3, 0.2, 0.1, 1.0]]
    found, _ = nearest_correlation(np.array(impossible))
    np.testing.assert_allclose(found, value(library, "nearest"), atol=1e-8)


@pytest.mark.parametrize("library", ["skfolio", "riskfolio-lib"])
def test_the_gerber_statistic_is_theirs(library: str) -> None:
    np.testing.assert_allclose(gerber_covariance(RETURNS).covariance, value(library, "gerber"), rtol=1e-10)


def test_the_exponential_covariance_is_skfolios() -> None:
    found = ewma_covariance(RETURNS, half_life=INPUTS["half_life"])
    np.testing.assert_allclose(found.covariance, value("skfolio", "ewma"), rtol=1e-9)


@pytest.mark.parametrize("library", ["skfolio", "riskfolio-lib"])
def test_james_stein_is_theirs(library: str) -> None:
    """Where no eigenvalue has half of the variance; otherwise theirs moves away from the target."""
    found = james_stein(apart(RETURNS))
    assert 0.1 < found.parameters["shrinkage"] < 0.9
    np.testing.assert_allclose(found.mean, value(library, "james_stein"), rtol=1e-9)


@pytest.mark.parametrize("library", ["skfolio", "riskfolio-lib"])
def test_bayes_stein_with_the_sample_covariance_is_theirs(library: str) -> None:
    """Theirs takes the sample covariance as it is, ours scales it as Jorion does."""
    found = bayes_stein(RETURNS, covariance=np.cov(RETURNS.T))
    np.testing.assert_allclose(found.mean, value(library, "bayes_stein_of_sample"), rtol=1e-8)


def test_the_exponential_mean_is_skfolios() -> None:
    found = exponential_mean(RETURNS, half_life=INPUTS["half_life"])
    np.testing.assert_allclose(found.mean, value("skfolio", "exponential_mean"), rtol=1e-9)


def test_betas_are_statsmodels_and_capm_is_pypfopts() -> None:
    market = FIRST
    np.testing.assert_allclose(betas(RETURNS, market), value("statsmodels", "betas"), rtol=1e-9)
    found = capm(RETURNS, market, risk_free_rate=1e-4)
    np.testing.assert_allclose(found.mean, value("pyportfolioopt", "capm"), rtol=1e-9)


@pytest.mark.parametrize("library", ["skfolio", "pyportfolioopt"])
def test_equilibrium_returns_are_theirs(library: str) -> None:
    found = equilibrium(np.cov(RETURNS.T), WEIGHTS, risk_aversion=2.5)
    np.testing.assert_allclose(found.mean, value(library, "equilibrium"), rtol=1e-9)


@pytest.mark.parametrize(
    ("method", "alpha", "name"),
    [("constant", 0.0, "denoised_constant"), ("targeted", 0.3, "denoised_targeted")],
)
def test_denoised_covariances_are_riskfolios(method: Any, alpha: float, name: str) -> None:
    """The fitted edge need not be equal, only fall between the same two eigenvalues."""
    found = denoised_covariance(given("wide"), method=method, alpha=alpha, noise="fitted", bandwidth=0.05)
    np.testing.assert_allclose(found.covariance, value("riskfolio-lib", name), rtol=1e-7, atol=1e-11)


def test_the_detoned_covariance_is_skfolios() -> None:
    found = detoned_covariance(RETURNS)
    np.testing.assert_allclose(found.covariance, value("skfolio", "detoned"), rtol=1e-8, atol=1e-14)


SOLVED = 1e-5  # Theirs comes from a solver for cones.
SAME = 1e-9


@pytest.mark.parametrize(
    ("library", "name", "tolerance"),
    [
        ("skfolio", "volatility", SAME),
        ("skfolio", "mean_absolute_deviation", SAME),
        ("skfolio", "expected_shortfall", SAME),
        ("skfolio", "entropic_value_at_risk", SOLVED),
        ("skfolio", "conditional_drawdown_at_risk", SAME),
        ("skfolio", "ulcer_index", SAME),
        ("skfolio", "average_drawdown", SAME),
        ("skfolio", "maximum_drawdown", SAME),
        ("riskfolio-lib", "mean_absolute_deviation", SAME),
        ("riskfolio-lib", "expected_shortfall", SAME),
        ("riskfolio-lib", "entropic_value_at_risk", SOLVED),
        ("riskfolio-lib", "conditional_drawdown_at_risk", SAME),
        ("riskfolio-lib", "ulcer_index", SAME),
        ("riskfolio-lib", "average_drawdown", SAME),
        ("riskfolio-lib", "maximum_drawdown", SAME),
    ],
)
def test_measures_are_theirs(library: str, name: str, tolerance: float) -> None:
    assert risk(FIRST, name, tail=TAIL) == pytest.approx(float(value(library, name)), rel=tolerance)


@pytest.mark.parametrize("library", ["skfolio", "riskfolio-lib"])
def test_semi_deviation_is_theirs_but_for_a_degree_of_freedom(library: str) -> None:
    theirs = float(value(library, "semi_deviation_ddof_1"))
    n = FIRST.size
    assert risk(FIRST, "semi_deviation") == pytest.approx(theirs * np.sqrt((n - 1) / n), rel=SAME)


def test_value_at_risk_is_theirs_where_the_tail_is_no_whole_number_of_periods() -> None:
    assert TAIL * FIRST.size == 12.5
    ours = risk(FIRST, "value_at_risk", tail=TAIL)
    assert ours == float(value("riskfolio-lib", "value_at_risk_upper"))
    assert ours == pytest.approx(float(value("skfolio", "value_at_risk")), rel=SAME)


def test_the_diversification_ratio_is_skfolios() -> None:
    ours = diversification_ratio(WEIGHTS, np.cov(RETURNS.T))
    assert ours == pytest.approx(float(value("skfolio", "diversification_ratio")), rel=SAME)


@pytest.mark.parametrize(
    "name",
    [key.split(".")[1] for key in GOLDEN["riskfolio-lib"]["values"] if key.startswith("contributions")],
)
def test_contributions_are_riskfolios(name: str) -> None:
    """Theirs are differences of the measure, and EVaR comes from a solver."""
    ours = risk_contributions(WEIGHTS, RETURNS, name, tail=TAIL)
    assert isinstance(ours, Contributions)
    theirs = value("riskfolio-lib", f"contributions.{name}").ravel()
    np.testing.assert_allclose(ours.component, theirs, atol=1e-7 * float(np.abs(theirs).max()))


def test_compounded_drawdowns_are_riskfolios() -> None:
    conditional = conditional_drawdown_at_risk(FIRST, tail=TAIL, compounded=True)
    theirs = float(value("riskfolio-lib", "conditional_drawdown_at_risk_compounded"))
    assert conditional == pytest.approx(theirs, rel=SAME)
    deepest = float(value("riskfolio-lib", "maximum_drawdown_compounded"))
    assert maximum_drawdown(FIRST, compounded=True) == pytest.approx(deepest, rel=SAME)


def test_garch_is_near_that_of_arch_in_which_the_variance_is_free() -> None:
    """Two numbers fitted and not four, and another start of the path: near, and hardly less likely."""
    found = fit_garch(given("garch"))
    assert found.alpha == pytest.approx(float(value("arch", "alpha")), abs=0.01)
    assert found.beta == pytest.approx(float(value("arch", "beta")), abs=0.02)
    assert found.forecast == pytest.approx(float(value("arch", "forecast")), rel=0.03)
    theirs = float(value("arch", "log_likelihood"))
    assert theirs - 3.0 <= found.log_likelihood <= theirs + 1.0
