"""Plain estimators equal their definitions written as loops."""

import numpy as np
import pandas as pd
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.covariance.sample import (
    ar_residuals,
    constant_correlation,
    detrended_covariance,
    ewma_covariance,
    exponential_weights,
    sample_covariance,
)
from trade2026.primitives.errors import InputError


@pytest.mark.parametrize("ddof", [0, 1, 3])
def test_sample_equals_a_double_loop(ddof: int) -> None:
    returns = panel(1, 40, 3)
    found = sample_covariance(returns, ddof=ddof).covariance
    for i in range(3):
        for j in range(3):
            x, y = returns[:, i], returns[:, j]
            slow = sum((a - x.mean()) * (b - y.mean()) for a, b in zip(x, y, strict=True)) / (40 - ddof)
            assert found[i, j] == pytest.approx(slow, rel=1e-12)


def test_fewer_periods_than_assets_are_said_to_be_singular() -> None:
    assert sample_covariance(panel(1, 5, 8)).notes == (
        "singular: 5 periods give 8 assets a rank of at most 4",
    )
    assert sample_covariance(panel(1, 9, 8)).notes == ()


@pytest.mark.parametrize("ddof", [-1, 40])
def test_a_ddof_that_leaves_nothing_is_refused(ddof: int) -> None:
    with pytest.raises(InputError, match="ddof must be from 0 to 39"):
        sample_covariance(panel(1, 40, 3), ddof=ddof)


def test_a_constant_asset_is_refused_by_its_column() -> None:
    returns = panel(1, 40, 3)
    returns[:, 2] = 0.0
    with pytest.raises(InputError, match="column 2"):
        sample_covariance(returns)


def test_ewma_equals_the_recursion_of_riskmetrics_with_its_start_taken_out() -> None:
    returns, half_life = panel(2, 90, 3), 20.0
    decay = 0.5 ** (1.0 / half_life)
    running = np.zeros((3, 3))
    for row in returns:
        running = decay * running + (1.0 - decay) * np.outer(row, row)
    slow = running / (1.0 - decay**90)
    found = ewma_covariance(returns, half_life=half_life)
    np.testing.assert_allclose(found.covariance, slow, rtol=1e-11)


def test_ewma_without_its_mean_equals_pandas() -> None:
    returns = panel(3, 120, 4)
    theirs = pd.DataFrame(returns).ewm(halflife=30).cov(bias=True).iloc[-4:].to_numpy()
    found = ewma_covariance(returns, half_life=30.0, remove_mean=True)
    np.testing.assert_allclose(found.covariance, theirs, rtol=1e-10)


def test_a_long_half_life_comes_to_equal_weights() -> None:
    returns = panel(4, 60, 3)
    flat = ewma_covariance(returns, half_life=1e9, remove_mean=True)
    np.testing.assert_allclose(flat.covariance, sample_covariance(returns, ddof=0).covariance, rtol=1e-6)
    assert flat.parameters["effective_periods"] == pytest.approx(60.0, rel=1e-6)


def test_weights_halve_with_the_half_life() -> None:
    weights = exponential_weights(11, 5.0)
    assert weights.sum() == pytest.approx(1.0, rel=1e-14)
    assert weights[-1] / weights[-6] == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize("half_life", [0.0, -1.0, np.nan])
def test_a_half_life_that_is_none_is_refused(half_life: float) -> None:
    with pytest.raises(InputError, match="half_life must be above 0"):
        ewma_covariance(panel(1, 40, 3), half_life=half_life)


def test_constant_correlation_keeps_variances_and_the_mean() -> None:
    returns = panel(5, 80, 4)
    found = constant_correlation(returns)
    plain = np.asarray(np.corrcoef(returns.T))
    mean = np.mean([plain[i, j] for i in range(4) for j in range(i)])
    assert found.parameters["correlation"] == pytest.approx(mean, rel=1e-12)
    np.testing.assert_allclose(np.diag(found.covariance), returns.var(axis=0, ddof=1), rtol=1e-12)
    sizes = np.sqrt(np.diag(found.covariance))
    off = (found.covariance / np.outer(sizes, sizes))[np.triu_indices(4, 1)]
    np.testing.assert_allclose(off, mean, rtol=1e-10)


def test_residuals_equal_a_regression_written_out() -> None:
    returns, lookback = panel(6, 70, 2), 3
    found = ar_residuals(returns, lookback=lookback)
    assert found.shape == (67, 2)
    for column in range(2):
        x = returns[:, column]
        rows = [[1.0, *(x[t - lag] for lag in range(1, lookback + 1))] for t in range(lookback, 70)]
        design, target = np.array(rows), x[lookback:]
        fitted = design @ np.linalg.solve(design.T @ design, design.T @ target)
        np.testing.assert_allclose(found[:, column], target - fitted, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-15)


def test_detrending_finds_the_innovations_of_an_autoregression() -> None:
    rng = np.random.default_rng(7)
    shocks = 0.01 * rng.standard_normal((4_000, 2))
    returns = np.empty_like(shocks)
    last = np.zeros(2)
    for t, shock in enumerate(shocks):
        last = returns[t] = 0.5 * last + shock
    found = detrended_covariance(returns, lookback=2).covariance
    np.testing.assert_allclose(np.diag(found), 1e-4, rtol=0.06)
    np.testing.assert_allclose(np.diag(sample_covariance(returns).covariance), 1e-4 / 0.75, rtol=0.08)


def test_too_short_a_history_for_the_lookback_is_refused() -> None:
    with pytest.raises(InputError, match="at least 43 rows, had 42"):
        detrended_covariance(panel(1, 42, 2))
    with pytest.raises(InputError, match="lookback must be at least 1"):
        ar_residuals(panel(1, 42, 2), lookback=0)
