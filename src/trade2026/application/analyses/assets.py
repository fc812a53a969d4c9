"""Assets side by side: reward, risk, how they move together, what one unit of each became."""

from typing import Final

import msgspec

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.fields import RiskFreeRate
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.analyses.values import number_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    HeatmapOptions,
    KpiOptions,
    Series,
    TableOptions,
)


class AssetsRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Returns, and the rate that excess is over."""

    risk_free_rate: RiskFreeRate = 0.0


class AssetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One asset; rates are annual fractions, None is undefined.

    Attributes
    ----------
    annual_return : float or None
        Compounded: (product of 1 + r) ** (1 / years) - 1.
    volatility : float or None
        Standard deviation (ddof 1) times the root of periods a year.
    sharpe_ratio, sortino_ratio, calmar_ratio : float or None
        By `analytics.ratios`.
    max_drawdown : float
        Share of the peak lost, zero or positive.
    skewness, excess_kurtosis : float or None
        Of period returns, zero for the normal distribution.
    """

    asset: str
    annual_return: float | None
    volatility: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    calmar_ratio: float | None
    max_drawdown: float
    skewness: float | None
    excess_kurtosis: float | None
    best: float
    worst: float


class CorrelationCell(msgspec.Struct, frozen=True):
    """Pearson's correlation of two assets' period returns; None where one does not vary."""

    x: str
    y: str
    correlation: float | None


class AssetsSummary(msgspec.Struct, frozen=True, kw_only=True):
    """All of them together; `mean_correlation` is over pairs, None for one asset."""

    assets: int
    periods: int
    years: float
    mean_correlation: float | None
    best_sharpe: str
    lowest_volatility: str


class AssetsResult(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of each, and of each pair."""

    summary: AssetsSummary
    assets: tuple[AssetRow, ...]
    correlations: tuple[CorrelationCell, ...]


def compute(request: AssetsRequest, panel: Panel, tell: Tell) -> Found[AssetsResult]:
    """Statistics of each asset over the whole period, and correlations of period returns."""
    rows = []
    for number, asset in enumerate(panel.assets):
        tell(number / len(panel.assets), asset)
        rows.append(_row(asset, number, request, panel))
    cells, mean = _correlations(panel)
    summary = AssetsSummary(
        assets=len(rows),
        periods=int(panel.returns.shape[0]),
        years=panel.returns.shape[0] / panel.periods_per_year,
        mean_correlation=mean,
        best_sharpe=max(rows, key=lambda row: _below(row.sharpe_ratio)).asset,
        lowest_volatility=min(rows, key=lambda row: row.volatility or 0.0).asset,
    )
    flat = [row.asset for row in rows if row.volatility == 0.0]
    warnings = (f"{', '.join(flat)} did not move: ratios and correlations do not exist for it.",)
    return Found(
        AssetsResult(summary=summary, assets=tuple(rows), correlations=cells), warnings if flat else ()
    )


def _row(asset: str, number: int, request: AssetsRequest, panel: Panel) -> AssetRow:
    import numpy as np

    from trade2026.analytics import ratios
    from trade2026.analytics.drawdown import drawdown_series

    returns = panel.returns[:, number].copy()
    growth = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    per_year, rate = panel.periods_per_year, request.risk_free_rate
    sharpe = ratios.sharpe_ratio(returns, periods_per_year=per_year, risk_free_rate=rate)
    sortino = ratios.sortino_ratio(returns, periods_per_year=per_year, risk_free_rate=rate)
    annual, depth = float(growth[-1] ** (per_year / returns.size) - 1.0), float(drawdown_series(growth).max())
    return AssetRow(
        asset=asset,
        annual_return=annual,
        volatility=number_of(ratios.volatility(returns, periods_per_year=per_year)),
        sharpe_ratio=number_of(sharpe),
        sortino_ratio=number_of(sortino),
        calmar_ratio=number_of(ratios.calmar_ratio(annual, depth)),
        max_drawdown=depth,
        skewness=number_of(ratios.skewness(returns)),
        excess_kurtosis=number_of(ratios.excess_kurtosis(returns)),
        best=float(returns.max()),
        worst=float(returns.min()),
    )


def _correlations(panel: Panel) -> tuple[tuple[CorrelationCell, ...], float | None]:
    """Of each pair, and the mean of those that exist."""
    import numpy as np

    from trade2026.analytics.arrays import ROUNDING

    centered = panel.returns - panel.returns.mean(axis=0)
    spread = np.sqrt((centered**2).sum(axis=0))
    varies = np.ptp(panel.returns, axis=0) > ROUNDING
    scaled = centered / np.where(varies, spread, 1.0)
    matrix = np.clip(scaled.T @ scaled, -1.0, 1.0)
    cells = []
    pairs: list[float] = []
    for i, y in enumerate(panel.assets):
        for j, x in enumerate(panel.assets):
            exists = bool(varies[i] and varies[j])
            value = 1.0 if i == j else float(matrix[i, j])
            cells.append(CorrelationCell(x, y, value if exists else None))
            if exists and i < j:
                pairs.append(value)
    return tuple(cells), float(np.mean(pairs)) if pairs else None


def _below(value: float | None) -> float:
    """One that does not exist comes last."""
    return float("-inf") if value is None else value


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="assets", title="Assets", format=Format.QTY),
                Figure(key="periods", title="Periods", format=Format.QTY),
                Figure(key="years", title="Years", format=Format.DECIMAL),
                Figure(
                    key="mean_correlation",
                    title="Mean correlation",
                    format=Format.DECIMAL,
                    doc="Mean of Pearson's correlation over all pairs.",
                ),
                Figure(key="best_sharpe", title="Best Sharpe"),
                Figure(key="lowest_volatility", title="Calmest"),
            )
        ),
        span=3,
    ),
    Block(
        view=View.TABLE,
        title="Assets",
        data="/assets",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("annual_return", "Annual return", Format.PCT, signed=True),
                Column("volatility", "Volatility", Format.PCT),
                Column("sharpe_ratio", "Sharpe", Format.DECIMAL),
                Column("sortino_ratio", "Sortino", Format.DECIMAL),
                Column("calmar_ratio", "Calmar", Format.DECIMAL),
                Column("max_drawdown", "Max drawdown", Format.PCT),
                Column("skewness", "Skewness", Format.DECIMAL),
                Column("excess_kurtosis", "Excess kurtosis", Format.DECIMAL),
                Column("best", "Best period", Format.PCT, signed=True),
                Column("worst", "Worst period", Format.PCT, signed=True),
            ),
            row_key="asset",
            filter=True,
            sort="-sharpe_ratio",
        ),
        span=3,
        doc="Rates are annual. Deviations have ddof 1; the drawdown is the share of the peak lost.",
    ),
    Block(
        view=View.BAR,
        title="Volatility",
        data="/assets",
        opts=BarOptions(
            x="asset", series=(Series(key="volatility", title="Volatility"),), format=Format.PCT,
            horizontal=True,
        ),
        span=1,
        doc="Annual, standard deviation of period returns.",
    ),
    Block(
        view=View.HEATMAP,
        title="Correlations",
        data="/correlations",
        opts=HeatmapOptions(x="x", y="y", value="correlation", format=Format.DECIMAL),
        span=2,
        doc="Pearson's correlation of period returns.",
    ),
)  # fmt: skip

ASSETS: Final = Analysis(
    analysis_id="portfolio/assets",
    title="Assets",
    doc="Assets side by side: return, volatility, ratios, drawdown, and how each pair moves together.",
    workspace=Workspace.PORTFOLIO,
    order=100,
    keywords=("assets", "correlation", "sharpe", "volatility", "returns"),
    request=AssetsRequest,
    result=AssetsResult,
    compute=compute,
    layout=_LAYOUT,
    example=AssetsRequest(assets=("AAPL.XNAS", "JPM.XNYS", "XOM.XNYS"), start="2015-01-01"),
    presets=(
        Preset(title="Months since 2000", values={"start": "2000-01-01", "frequency": "month"}),
        Preset(title="The crisis of 2008", values={"start": "2007-07-01", "end": "2009-06-30"}),
    ),
)
