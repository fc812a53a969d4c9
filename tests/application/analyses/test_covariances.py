"""The covariance laboratory, estimators over time, and truths that are made."""

from typing import Any

import numpy as np
import pytest

from tests.application.analyses.test_allocations import panel, run
from trade2026.analytics.covariance.marchenko_pastur import residual_variance
from trade2026.analytics.optimization.mean_variance import minimum_variance
from trade2026.application.analyses.covariance import CleanerName, CovarianceRequest
from trade2026.application.analyses.covariance_density import densities
from trade2026.application.analyses.covariance_over_time import OverTimeRequest
from trade2026.application.analyses.covariance_recovery import RecoveryRequest, TruthName
from trade2026.application.analyses.estimates import CovarianceName
from trade2026.application.analyses.panel import Panel
from trade2026.primitives.errors import InputError

SAMPLE, OAS = CovarianceName.SAMPLE, CovarianceName.OAS


def noise(assets: int = 24, periods: int = 72) -> Panel:
    rng = np.random.default_rng(2)
    names = tuple(f"N{number}" for number in range(assets))
    returns = rng.normal(0.0, 0.01, (periods, assets))
    return Panel(names, np.arange(periods) * 86_400 * 10**9, returns, 252.0, "mine", "", "", (), ())


def test_the_law_is_over_the_eigenvalues_of_noise() -> None:
    found = run(CovarianceRequest(), noise()).value
    width = found.density[0].high - found.density[0].low
    assert sum(each.density for each in found.density) * width == pytest.approx(1.0, abs=0.03)
    assert sum(each.law for each in found.density) * width == pytest.approx(1.0, abs=0.1)
    apart = sum(abs(each.density - each.law) for each in found.density) * width
    assert apart < 0.9  # Of 2 where they do not overlap; 24 eigenvalues in 40 bins are coarse.
    assert found.summary.noise_variance == pytest.approx(0.9, abs=0.02)


def test_densities_of_eigenvalues_by_kernel_series_and_law() -> None:
    found = run(CovarianceRequest(hermite_order=4), noise()).value
    curves: dict[str, list[tuple[float, float]]] = {}
    for each in found.densities:
        curves.setdefault(each.estimate, []).append((each.eigenvalue, each.density))
    assert set(curves) == {"Kernel", "Hermite series", "Marchenko-Pastur law"}
    for points in curves.values():
        x, y = np.array(points).T
        assert float(np.trapezoid(y, x)) == pytest.approx(1.0, abs=0.15)


def test_the_law_of_many_periods_has_points_enough_where_it_is_not_zero() -> None:
    found = densities(np.linspace(0.9, 1.1, 4), q=5_000.0, variance=1.0, order=2)
    law = [(each.eigenvalue, each.density) for each in found if each.estimate == "Marchenko-Pastur law"]
    x, y = np.array(law).T
    assert (np.diff(x) > 0.0).all()
    assert int((y > 0.0).sum()) >= 50
    noise = 0.5  # Two of the four eigenvalues are within the edges of noise.
    assert float(np.trapezoid(y, x)) == pytest.approx(noise, abs=0.02)


def test_eigenportfolios_are_uncorrelated_and_the_first_is_the_market() -> None:
    given = panel()
    found = run(CovarianceRequest(), given).value
    weights = np.array([each.weight for each in found.principal]).reshape(5, 5)
    assert np.abs(weights).sum(axis=1) == pytest.approx(np.ones(5))
    correlations = np.corrcoef(weights @ given.returns.T)
    np.testing.assert_allclose(correlations, np.eye(5), atol=1e-9)
    assert weights[0].min() > 0.0


def test_a_matrix_is_cleaned_in_turn_and_both_pictures_are_there() -> None:
    request = CovarianceRequest(
        estimator=CovarianceName.DETRENDED, cleaning=(CleanerName.DETONE, CleanerName.NEAREST_PSD)
    )
    found = run(request)
    assert found.value.summary.estimator == "detrended + detone + nearest_psd"
    assert found.value.summary.concentration_after < found.value.summary.concentration_before
    assert any("dimensions are gone" in each for each in found.warnings)
    before, after = found.value.sample_correlations, found.value.correlations
    assert [(each.x, each.y) for each in before] == [(each.x, each.y) for each in after]
    assert {each.matrix for each in found.value.spectrum} >= {"sample", "detrended + detone + nearest_psd"}
    with pytest.raises(InputError, match="cleaning must name each once, was shrink, shrink"):
        run(CovarianceRequest(cleaning=(CleanerName.SHRINK, CleanerName.SHRINK)))


def test_what_the_largest_eigenvalue_leaves() -> None:
    assert residual_variance(np.array([0.5, 2.0, 0.5])) == pytest.approx(1.0 / 3.0)
    for wrong in (np.array([1.0]), np.array([1.0, -1.0])):
        with pytest.raises(InputError, match="eigenvalues must"):
            residual_variance(wrong)


# ----------------------------------------------------------------------------------------- over time


def test_over_time_is_a_loop_over_fits() -> None:
    given = panel(periods=160)
    found = run(OverTimeRequest(estimators=(SAMPLE,), lookback=100, rebalance=60), given).value
    (row,) = found.estimators
    covariance = np.cov(given.returns[:100].T)
    weights = minimum_variance(covariance).weights
    grown = (weights * np.cumprod(1.0 + given.returns[100:], axis=0)).sum(axis=1)
    earned = grown / np.concatenate(([1.0], grown[:-1])) - 1.0
    promised = float(np.sqrt(weights @ covariance @ weights))
    assert row.realized == pytest.approx(earned.std(ddof=1) * 252**0.5, rel=1e-6)
    assert row.forecast == pytest.approx(promised * 252**0.5, rel=1e-6)
    assert row.bias == pytest.approx(earned.std(ddof=1) / promised, rel=1e-6)
    assert row.turnover is None
    assert (found.summary.rebalances, found.summary.test_periods) == (1, 60)


def test_estimators_stand_in_the_order_of_what_came_out_and_failures_last() -> None:
    request = OverTimeRequest(estimators=(CovarianceName.DCC_GARCH, SAMPLE, OAS), lookback=12, rebalance=10)
    found = run(request, panel(periods=60))
    rows = found.value.estimators
    assert rows[-1].estimator == "dcc_garch"
    assert rows[-1].error
    assert "dcc_garch could not be made" in found.warnings[0]
    assert rows[0].realized is not None
    assert rows[1].realized is not None
    assert rows[0].realized <= rows[1].realized
    with pytest.raises(InputError, match="estimators must give one portfolio"):
        run(OverTimeRequest(estimators=(CovarianceName.DCC_GARCH,), lookback=12), panel(periods=60))
    with pytest.raises(InputError, match=r"lookback must be at most 58, .* was 252"):
        run(OverTimeRequest(), panel(periods=60))


# ------------------------------------------------------------------------------------------ recovery


@pytest.mark.parametrize("truth", TruthName)
def test_estimators_come_nearer_with_more_periods(truth: TruthName) -> None:
    def distance(periods: int, **more: Any) -> float:
        request = RecoveryRequest(truth=truth, estimators=(SAMPLE,), draws=6, **more)
        found = run(request, panel(periods=periods)).value
        (row,) = found.estimators
        assert row.risk_ratio is not None
        assert row.risk_ratio >= 1.0
        assert row.distance is not None
        return float(row.distance)

    assert distance(1600) == pytest.approx(0.5 * distance(400), rel=0.4)
    assert distance(400, freedom=3.0) > distance(400)
    assert distance(400, seed=2) != distance(400)


def test_a_truth_has_the_eigenvalues_of_the_data() -> None:
    given = panel()
    found = run(RecoveryRequest(estimators=(SAMPLE,), draws=1), given).value
    truth = np.array([each.correlation for each in found.example]).reshape(5, 5)
    from trade2026.application.analyses.estimation import covariance_of

    covariance, _ = covariance_of(CovarianceName.LEDOIT_WOLF, given.returns)
    spread = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(
        np.linalg.eigvalsh(truth), np.linalg.eigvalsh(covariance / np.outer(spread, spread)), atol=1e-6
    )
    (row,) = found.estimators
    assert row.distance_error is None


def test_freedom_is_above_two() -> None:
    with pytest.raises(InputError, match="freedom must be above 2"):
        run(RecoveryRequest(freedom=2.0))


def test_a_singular_matrix_has_not_the_least_risk() -> None:
    chosen = (CovarianceName.DETONED, CovarianceName.SAMPLE, CovarianceName.LEDOIT_WOLF)
    found = run(RecoveryRequest(estimators=chosen, draws=2)).value
    risks = {row.estimator: row.risk_ratio for row in found.estimators}
    assert risks["detoned"] is None
    assert found.summary.least_risk == min(("sample", "ledoit_wolf"), key=lambda name: risks[name] or 0.0)
    alone = run(RecoveryRequest(estimators=(CovarianceName.DETONED,), draws=1)).value
    assert alone.summary.least_risk == ""


def test_two_periods_are_left_to_judge_on() -> None:
    with pytest.raises(InputError, match="lookback must be at most 398, so that 2 of 400"):
        run(OverTimeRequest(lookback=399))
