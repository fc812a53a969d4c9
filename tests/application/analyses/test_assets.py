"""Assets side by side, against polars and by hand."""

import numpy as np
import polars as pl
import pytest

from trade2026.application.analyses.assets import AssetsRequest, compute
from trade2026.application.analyses.panel import Panel


def panel(returns: np.ndarray, per_year: float = 252.0) -> Panel:
    names = tuple("abcdef"[: returns.shape[1]])
    return Panel(names, np.arange(returns.shape[0]), returns, per_year, "", "", "", (), ())


def quiet(_: float, __: str) -> None:
    """Nobody watches."""


def test_figures_are_those_of_another_library() -> None:
    returns = np.random.default_rng(5).normal(5e-4, 0.01, (400, 3))
    found = compute(AssetsRequest(risk_free_rate=0.02), panel(returns), quiet).value
    frame = pl.DataFrame(returns, schema=["a", "b", "c"])
    free = 1.02 ** (1 / 252) - 1
    for row in found.assets:
        column = frame[row.asset]
        growth = (1 + column).cum_prod()
        assert row.volatility == pytest.approx(column.std() * 252**0.5)
        assert row.sharpe_ratio == pytest.approx((column - free).mean() / column.std() * 252**0.5)
        assert row.annual_return == pytest.approx(growth[-1] ** (252 / 400) - 1)
        peak = pl.concat([pl.Series([1.0]), growth]).cum_max()[1:]
        assert row.max_drawdown == pytest.approx((1 - growth / peak).max())
        assert row.calmar_ratio == pytest.approx((growth[-1] ** (252 / 400) - 1) / (1 - growth / peak).max())
        assert (row.best, row.worst) == (column.max(), column.min())
    cells = {(cell.x, cell.y): cell.correlation for cell in found.correlations}
    assert len(cells) == 9
    pairs = [frame.select(pl.corr(x, y)).item() for x, y in (("a", "b"), ("a", "c"), ("b", "c"))]
    assert cells["b", "a"] == pytest.approx(pairs[0])
    assert cells["a", "a"] == 1.0
    assert found.summary.mean_correlation == pytest.approx(np.mean(pairs))
    assert found.summary.lowest_volatility == min(found.assets, key=lambda row: row.volatility or 0).asset
    assert found.summary.years == pytest.approx(400 / 252)


def test_an_asset_that_does_not_move_has_no_ratios_and_it_is_said() -> None:
    returns = np.column_stack([np.zeros(10), np.linspace(-0.1, 0.1, 10)])
    found = compute(AssetsRequest(), panel(returns), quiet)
    flat = found.value.assets[0]
    assert (flat.volatility, flat.sharpe_ratio, flat.max_drawdown) == (0.0, None, 0.0)
    assert flat.calmar_ratio is None
    assert {cell.correlation for cell in found.value.correlations} == {None, 1.0}
    assert found.value.summary.mean_correlation is None
    assert found.value.summary.best_sharpe == "b"
    assert "a did not move" in found.warnings[0]


def test_progress_goes_up() -> None:
    told: list[float] = []
    compute(AssetsRequest(), panel(np.eye(4)[:, :4] / 10), lambda share, _: told.append(share))
    assert told == sorted(told)
    assert told[0] == 0.0
    assert told[-1] < 1.0
