"""What results of the cross-sectional factor model have in common: lines of styles, cells of heat maps."""

from typing import TYPE_CHECKING, Final

import msgspec

from trade2026.application.analyses.barra_request import StyleName
from trade2026.application.analyses.panel import Panel
from trade2026.application.pages.views import Series
from trade2026.primitives.time import format_ns

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.factor_models.cross_section.model import FactorModel

POINTS: Final = 1_000
ASSETS_SHOWN: Final = 60
"""More rows than this make no readable heat map."""


class PriceStylesRow(msgspec.Struct, frozen=True, kw_only=True):
    """Values of the market and of styles of prices at a time; None for those that the model does not have."""

    ts: str
    market: float
    beta: float | None = None
    momentum: float | None = None
    residual_volatility: float | None = None
    reversal: float | None = None


class CompanyStylesRow(msgspec.Struct, frozen=True, kw_only=True):
    """Values of styles of companies at a time; None for those that the model does not have."""

    ts: str
    size: float | None = None
    value: float | None = None
    earnings_yield: float | None = None
    quality: float | None = None
    growth: float | None = None
    liquidity: float | None = None


class CellRow(msgspec.Struct, frozen=True):
    """A value of an asset and a factor, or of two factors."""

    x: str
    y: str
    value: float | None


def shown_periods(model: "FactorModel", panel: Panel) -> list[int]:
    """The model's periods to draw; none for rows without times."""
    from trade2026.application.runner.result import extremes

    if not panel.data:
        return []
    return extremes(model.sections.returns[:, 0].cumsum(), POINTS)


def price_styles(model: "FactorModel", panel: Panel, values: "FloatArray") -> tuple[PriceStylesRow, ...]:
    """Columns of the market and of styles of prices, from an array of the model's periods and factors."""
    names = [each for each in PriceStylesRow.__struct_fields__ if each in model.factors]
    columns = {name: values[:, model.factors.index(name)] for name in names}
    return tuple(
        PriceStylesRow(
            ts=time_of(model, panel, at), **{name: float(each[at]) for name, each in columns.items()}
        )
        for at in shown_periods(model, panel)
    )


def company_styles(model: "FactorModel", panel: Panel, values: "FloatArray") -> tuple[CompanyStylesRow, ...]:
    """The same of styles of companies; none where the model has none."""
    names = [each for each in CompanyStylesRow.__struct_fields__ if each in model.factors]
    columns = {name: values[:, model.factors.index(name)] for name in names}
    return tuple(
        CompanyStylesRow(
            ts=time_of(model, panel, at), **{name: float(each[at]) for name, each in columns.items()}
        )
        for at in (shown_periods(model, panel) if names else ())
    )


def time_of(model: "FactorModel", panel: Panel, row: int) -> str:
    """The end of a period of the model."""
    return format_ns(int(panel.ts_ns[model.first + row]))


def asset_cells(rows: tuple[str, ...], columns: tuple[str, ...], values: "FloatArray") -> tuple[CellRow, ...]:
    """A cell for each asset and factor; none for more assets than a heat map can show."""
    if len(rows) > ASSETS_SHOWN:
        return ()
    return tuple(
        CellRow(x, y, float(values[i, j])) for i, y in enumerate(rows) for j, x in enumerate(columns)
    )


def correlation_cells(names: tuple[str, ...], covariance: "FloatArray") -> tuple[CellRow, ...]:
    """Correlations of all pairs; none where one does not move."""
    import numpy as np

    spread = np.sqrt(np.diag(covariance))
    size = np.outer(spread, spread)
    return tuple(
        CellRow(x, y, (1.0 if i == j else float(covariance[i, j] / size[i, j])) if size[i, j] > 0.0 else None)
        for i, y in enumerate(names)
        for j, x in enumerate(names)
    )


PRICE_SERIES: Final = (
    Series(key="beta", title="Beta"),
    Series(key="momentum", title="Momentum"),
    Series(key="residual_volatility", title="Residual volatility"),
    Series(key="reversal", title="Reversal"),
)
COMPANY_SERIES: Final = tuple(
    Series(key=each.value, title=each.value.replace("_", " ").capitalize())
    for each in StyleName
    if each.value in CompanyStylesRow.__struct_fields__
)
NO_TIMES: Final = "Rows that come with a request have no times."
NO_FACTS: Final = "The model has no style of companies: those need facts, sent from Python."
