"""The cross-sectional factor model: exposures now, what factors earned, how much of returns they explain."""

from typing import TYPE_CHECKING, Final

import msgspec

from trade2026.application.analyses.barra_parts import (
    ASSETS_SHOWN,
    NO_SECTORS,
    NO_STYLES,
    NO_TIMES,
    CellRow,
    LineRow,
    asset_cells,
    correlation_cells,
    line_block,
    lines_of,
)
from trade2026.application.analyses.barra_request import (
    FACTOR_LABELS,
    SAMPLE_SECTORS,
    FactorModelRequest,
    Fitted,
    model_of,
)
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import number_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    Good,
    HeatmapOptions,
    KpiOptions,
    LineOptions,
    Series,
    TableOptions,
)

if TYPE_CHECKING:
    from trade2026.analytics.factor_models.cross_section.model import FactorModel

_SIGNIFICANT: Final = 2.0


class FactorSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The model as a whole.

    Attributes
    ----------
    periods : int
        With a regression.
    coefficients : int
        Free ones: with sectors one less than factors.
    mean_r_squared : float or None
        Of the regressions, weighted as they are.
    market_return, market_volatility : float
        Of the factor market, annual: mean times periods a year, not compounded.
    """

    first: str
    last: str
    periods: int
    assets: int
    factors: int
    coefficients: int
    mean_r_squared: float | None
    market_return: float
    market_volatility: float


class FactorRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a factor earned.

    Attributes
    ----------
    kind : str
        market, style or sector.
    mean, volatility : float
        Annual: mean times periods a year, standard deviation (ddof 1) times their root.
    ratio : float or None
        Mean over volatility.
    t_mean : float or None
        Of the mean over time, Newey and West.
    mean_absolute_t : float
        Of the regressions: 0.8 for a factor that explains nothing.
    significant : float
        Share of periods in which the absolute t statistic is above 2: 0.05 for one that explains nothing.
    """

    factor: str
    kind: str
    mean: float
    volatility: float
    ratio: float | None
    t_mean: float | None
    mean_absolute_t: float
    significant: float


class FitRow(msgspec.Struct, frozen=True):
    """Mean R² of the quarter that ends there."""

    ts: str
    r_squared: float | None


class FactorResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the model found.

    Attributes
    ----------
    market, styles, sectors : rows
        Sums of factor returns; empty for rows without times, or without such factors.
    exposures : cells
        At the end of the last period, in standard deviations; empty for more than 60 assets.
    portfolios : cells
        Weights of the factor-mimicking portfolios then: what each factor return is the return of.
    correlations : cells
        Of factor returns.
    """

    summary: FactorSummary
    factors: tuple[FactorRow, ...]
    market: tuple[LineRow, ...]
    styles: tuple[LineRow, ...]
    sectors: tuple[LineRow, ...]
    fit: tuple[FitRow, ...]
    exposures: tuple[CellRow, ...]
    portfolios: tuple[CellRow, ...]
    correlations: tuple[CellRow, ...]


def compute(request: FactorModelRequest, panel: Panel, tell: Tell) -> Found[FactorResult]:
    """The model, and what there is to say of it."""
    import numpy as np

    from trade2026.analytics.factor_models.cross_section.regression import mimicking_portfolios

    tell(0.0, "exposures and regressions")
    fitted = model_of(request, panel)
    model = fitted.model
    tell(0.8, "describing")
    returns = model.sections.returns
    running = returns.cumsum(axis=0)
    exposures = model.exposures.values[-1]
    held = mimicking_portfolios(exposures, model.weights[-1], model.exposures.restriction[-1])
    warnings = fitted.notes
    if len(panel.assets) > ASSETS_SHOWN:
        warnings = (*warnings, f"Exposures and portfolios are shown for up to {ASSETS_SHOWN} assets.")
    return Found(
        FactorResult(
            summary=_summary(model, panel),
            factors=_rows(model, panel),
            market=lines_of(fitted, running, ("market",)),
            styles=lines_of(fitted, running, ("style",)),
            sectors=lines_of(fitted, running, ("sector",)),
            fit=_fit(fitted),
            exposures=asset_cells(panel.assets, model.factors, exposures),
            portfolios=asset_cells(panel.assets, model.factors, held.T),
            correlations=correlation_cells(model.factors, np.atleast_2d(np.cov(returns.T))),
        ),
        warnings,
    )


def _summary(model: "FactorModel", panel: Panel) -> FactorSummary:
    import numpy as np

    r_squared = model.sections.r_squared
    known = r_squared[np.isfinite(r_squared)]
    market = model.sections.returns[:, 0]
    name = model.market.period_name
    return FactorSummary(
        first=name(model.first),
        last=name(panel.ts_ns.size - 1),
        periods=int(market.size),
        assets=len(panel.assets),
        factors=len(model.factors),
        coefficients=model.exposures.free,
        mean_r_squared=float(known.mean()) if known.size else None,
        market_return=float(market.mean()) * panel.periods_per_year,
        market_volatility=float(market.std(ddof=1)) * panel.periods_per_year**0.5,
    )


def _rows(model: "FactorModel", panel: Panel) -> tuple[FactorRow, ...]:
    import numpy as np

    from trade2026.analytics.newey_west import mean_t_statistic

    year = panel.periods_per_year
    rows = []
    for column, (factor, kind) in enumerate(zip(model.factors, model.exposures.kinds, strict=True)):
        earned = model.sections.returns[:, column].copy()
        errors = model.sections.errors[:, column]
        t = np.abs(np.divide(earned, errors, out=np.zeros_like(earned), where=errors > 0.0))
        mean, volatility = float(earned.mean()) * year, float(earned.std(ddof=1)) * year**0.5
        rows.append(
            FactorRow(
                factor=factor,
                kind=kind,
                mean=mean,
                volatility=volatility,
                ratio=mean / volatility if volatility > 0.0 else None,
                t_mean=number_of(mean_t_statistic(earned)),
                mean_absolute_t=float(t.mean()),
                significant=float((t > _SIGNIFICANT).mean()),
            )
        )
    return tuple(rows)


def _fit(fitted: Fitted) -> tuple[FitRow, ...]:
    """Mean R² of each quarter, at its last period."""
    import numpy as np

    if not fitted.is_dated:
        return ()
    window = 3 * fitted.model.market.month()
    r_squared = fitted.model.sections.r_squared
    rows = []
    for end in range(r_squared.size, 0, -window):
        part = r_squared[max(end - window, 0) : end]
        known = part[np.isfinite(part)]
        rows.append(FitRow(fitted.time(end - 1), float(known.mean()) if known.size else None))
    return tuple(reversed(rows))


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="first", title="Begins"),
                Figure(key="periods", title="Periods", format=Format.QTY),
                Figure(key="assets", title="Assets", format=Format.QTY),
                Figure(key="factors", title="Factors", format=Format.QTY),
                Figure(
                    key="mean_r_squared",
                    title="Mean R²",
                    format=Format.PCT,
                    doc="Share of the differences between returns of a period that factors explain.",
                ),
                Figure(
                    key="market_return",
                    title="Market, a year",
                    format=Format.PCT,
                    good=Good.UP,
                    doc="Mean return of the market factor times periods a year, not compounded.",
                ),
                Figure(key="market_volatility", title="Its volatility", format=Format.PCT),
            )
        ),
        span=3,
    ),
    Block(
        view=View.TABLE,
        title="Factors",
        data="/factors",
        words={"factor": FACTOR_LABELS},
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("factor", "Factor"),
                Column("kind", "Kind"),
                Column("mean", "Mean", Format.PCT, signed=True),
                Column("volatility", "Volatility", Format.PCT),
                Column("ratio", "Ratio", Format.DECIMAL),
                Column("t_mean", "t of the mean", Format.DECIMAL),
                Column("mean_absolute_t", "Mean |t|", Format.DECIMAL),
                Column("significant", "|t| above 2", Format.PCT),
            ),
            row_key="factor",
        ),
        span=3,
        doc="Annual. t of the mean is over time, by Newey and West; the last two of regressions: "
        "0.8 and 5 % for a factor that explains nothing.",
    ),
    line_block(
        "The market, cumulated",
        "/market",
        "Sum of returns",
        Format.PCT,
        "Sum of its factor returns.",
        NO_TIMES,
    ),
    line_block(
        "Styles, cumulated",
        "/styles",
        "Sum of returns",
        Format.PCT,
        "Sums of factor returns: what one standard deviation of the style earned, all else being equal.",
        NO_STYLES,
    ),
    line_block(
        "Sectors, cumulated",
        "/sectors",
        "Sum of returns",
        Format.PCT,
        "Sums of factor returns: what the sector earned beyond the market, all else being equal.",
        NO_SECTORS,
    ),
    Block(
        view=View.LINE,
        title="R² through time",
        data="/fit",
        opts=LineOptions(x="ts", series=(Series(key="r_squared", title="R²"),), format=Format.PCT),
        span=3,
        empty=NO_TIMES,
        doc="Mean of each quarter.",
    ),
    Block(
        view=View.HEATMAP,
        title="Exposures now",
        data="/exposures",
        words={"x": FACTOR_LABELS},
        opts=HeatmapOptions(x="x", y="y", value="value", format=Format.DECIMAL),
        span=3,
        empty="Exposures are shown for up to 60 assets.",
        doc="At the end of the last period, in standard deviations from the market; sectors are one or zero.",
    ),
    Block(
        view=View.HEATMAP,
        title="Factor-mimicking portfolios now",
        data="/portfolios",
        words={"x": FACTOR_LABELS},
        opts=HeatmapOptions(x="x", y="y", value="value", format=Format.DECIMAL),
        span=3,
        empty="Portfolios are shown for up to 60 assets.",
        doc="Weights of the portfolio whose return is the factor's: one unit of it, none of other styles.",
    ),
    Block(
        view=View.HEATMAP,
        title="Correlations of factor returns",
        data="/correlations",
        words={"x": FACTOR_LABELS, "y": FACTOR_LABELS},
        opts=HeatmapOptions(x="x", y="y", value="value", format=Format.DECIMAL),
        span=3,
    ),
)

BARRA: Final = Analysis(
    analysis_id="factors/barra",
    title="Factor model",
    doc="What styles such as momentum, and sectors, earned, by what was known before each period.",
    workspace=Workspace.RESEARCH,
    order=20,
    keywords=("factors", "barra", "styles", "momentum", "value", "size", "cross-section", "exposures"),
    request=FactorModelRequest,
    result=FactorResult,
    compute=compute,
    layout=_LAYOUT,
    example=FactorModelRequest(start="2017-01-01", sectors=SAMPLE_SECTORS),
    presets=(
        Preset(title="Sample with sectors", values={"sectors": list(SAMPLE_SECTORS)}),
        Preset(
            title="Momentum and beta, weeks", values={"styles": ["beta", "momentum"], "frequency": "week"}
        ),
        Preset(title="Inverse variance", values={"weighting": "inverse_variance"}),
    ),
)
