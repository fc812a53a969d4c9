"""DCC: its likelihood and forecast are the definition, and it finds what made the data."""

import numpy as np
import pytest

from tests.analytics.panels import assert_psd, dcc_panel, panel
from trade2026.analytics.covariance import dcc
from trade2026.analytics.covariance.dcc import correlation_blocks, correlation_loss, dcc_covariance, fit_dcc
from trade2026.analytics.covariance.garch import fit_garch
from trade2026.primitives.errors import InputError


def slow_q(z, target, alpha: float, beta: float):
    """Q of every period and of the one after, step by step."""
    q = [target]
    for row in z:
        q.append((1 - alpha - beta) * target + alpha * np.outer(row, row) + beta * q[-1])
    return q


def slow_loss(z, target, alpha: float, beta: float) -> float:
    total = 0.0
    for row, q in zip(z, slow_q(z, target, alpha, beta), strict=False):
        sizes = np.sqrt(np.diag(q))
        r = q / np.outer(sizes, sizes)
        total += np.log(np.linalg.det(r)) + row @ np.linalg.inv(r) @ row - row @ row
    return total / 2 / len(z)


@pytest.mark.parametrize(("alpha", "beta"), [(0.05, 0.9), (0.0, 0.0), (0.2, 0.3)])
@pytest.mark.parametrize("block", [2_000_000, 45])
def test_the_likelihood_equals_the_definition(monkeypatch, alpha: float, beta: float, block: int) -> None:
    monkeypatch.setattr(dcc, "_BLOCK_ELEMENTS", block)  # 45: blocks of five periods.
    z = panel(1, 63, 3)
    z = z / z.std(axis=0)
    target = z.T @ z / 63
    assert correlation_loss(z, target, alpha, beta) == pytest.approx(
        slow_loss(z, target, alpha, beta), rel=1e-10
    )
    path = np.concatenate(list(correlation_blocks(z, target, alpha, beta)))
    np.testing.assert_allclose(path, slow_q(z, target, alpha, beta)[:-1], rtol=1e-10)


def test_it_finds_what_made_the_correlations() -> None:
    found = fit_dcc(dcc_panel(2, 3_000, 0.06, 0.9))
    assert found.alpha == pytest.approx(0.06, abs=0.02)
    assert found.beta == pytest.approx(0.9, abs=0.05)
    assert found.correlation_target[np.triu_indices(3, 1)] == pytest.approx(0.5, abs=0.12)


def test_the_forecast_is_one_step_and_no_point_of_a_grid_is_likelier() -> None:
    returns = panel(3, 300, 3)
    found = fit_dcc(returns)
    fits = [fit_garch(np.ascontiguousarray(column)) for column in returns.T]
    z = np.column_stack([(returns[:, i] - f.mean) / np.sqrt(f.variances) for i, f in enumerate(fits)])
    q = slow_q(z, z.T @ z / 300, found.alpha, found.beta)[-1]
    sizes = np.sqrt(np.diag(q))
    volatility = np.sqrt([f.forecast for f in fits])
    slow = q / np.outer(sizes, sizes) * np.outer(volatility, volatility)
    np.testing.assert_allclose(found.forecast, slow, rtol=1e-9)
    assert_psd(found.forecast)
    loss = slow_loss(z, z.T @ z / 300, found.alpha, found.beta)
    grid = [(a, b) for a in (0.0, 0.02, 0.05, 0.1) for b in (0.0, 0.3, 0.6, 0.8, 0.9) if a + b < 1]
    assert loss <= min(slow_loss(z, z.T @ z / 300, a, b) for a, b in grid) + 1e-7
    assert found.log_likelihood == pytest.approx(sum(f.log_likelihood for f in fits) - 300 * loss, rel=1e-9)


def test_one_asset_is_its_garch() -> None:
    returns = panel(4, 200, 1)
    found = dcc_covariance(returns)
    assert found.covariance == pytest.approx(
        np.array([[fit_garch(returns[:, 0].copy()).forecast]]), rel=1e-12
    )
    assert found.parameters["correlation_alpha"] == 0.0


def test_scale_and_order_of_assets_do_not_matter() -> None:
    returns, order = panel(5, 250, 3), [2, 0, 1]
    plain = dcc_covariance(returns).covariance
    scaled = dcc_covariance(10.0 * returns).covariance
    np.testing.assert_allclose(scaled, 100.0 * plain, rtol=1e-4)
    moved = dcc_covariance(np.ascontiguousarray(returns[:, order])).covariance
    np.testing.assert_allclose(moved, plain[np.ix_(order, order)], rtol=1e-4)


def test_what_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(InputError, match="at least 50 rows"):
        fit_dcc(panel(1, 49, 2))
    doubled = panel(1, 90, 2)
    with pytest.raises(InputError, match="combination"):
        fit_dcc(np.column_stack((doubled, doubled[:, 0])))
