"""What factors pay: premia by two passes, and whether betas explain mean returns."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.factors.inputs import (
    CurvePoint,
    ExcessRequest,
    curves,
    excess_of,
)
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import Frequency
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    KpiOptions,
    LineOptions,
    ScatterOptions,
    Series,
    TableOptions,
)

if TYPE_CHECKING:
    from trade2026.analytics.factor_models.time_series.fama_macbeth import Premia

CONSTANT: Final = "constant"
LINE: Final = "as the betas say"
_ASSETS_USUAL: Final = 20


class PremiaRequest(ExcessRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Assets, factors, and how premia are found from them."""

    constant: Annotated[
        bool,
        Meta(
            title="With a constant",
            description="Whether an asset without betas may pay something: its premium should be zero where "
            "returns are in excess.",
        ),
    ] = True
    lags: Annotated[
        int,
        Meta(ge=-1, le=1_000, title="Lags", description="Of Newey and West; -1 for 4 (T / 100)^(2/9)."),
    ] = -1


class PremiumRow(msgspec.Struct, frozen=True, kw_only=True):
    """A premium, annual: the mean of the periods' times periods a year, and its errors likewise.

    Attributes
    ----------
    error : float
        Fama and MacBeth's, from the spread over time.
    newey_west_error : float
        The same allowing for dependence.
    shanken_error : float
        Knowing that betas are estimates; `t_value` is by it.
    factor_mean : float or None
        Mean return of the factor itself: what a factor that can be traded should pay. None for the constant.
    """

    factor: str
    premium: float
    error: float
    newey_west_error: float
    shanken_error: float
    t_value: float
    factor_mean: float | None


class PricedRow(msgspec.Struct, frozen=True, kw_only=True):
    """An asset, annual: what it paid and what betas and premia say; `group` is "asset" or the line."""

    asset: str
    group: str
    predicted: float
    mean_return: float
    pricing_error: float


class PremiaSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How well betas explain mean returns.

    Attributes
    ----------
    r_squared : float
        Across assets; without a constant it can be below zero.
    chi_squared, degrees, p_value
        Of the hypothesis that all pricing errors are zero, by Shanken's errors.
    """

    assets: int
    factors: int
    periods: int
    r_squared: float
    chi_squared: float
    degrees: int
    p_value: float
    lags: int


class PremiaResult(msgspec.Struct, frozen=True, kw_only=True):
    """Premia of the factors; `over_time` sums the premia of the periods, empty for rows without times."""

    summary: PremiaSummary
    premia: tuple[PremiumRow, ...]
    assets: tuple[PricedRow, ...]
    scatter: tuple[PricedRow, ...]
    over_time: tuple[CurvePoint, ...]


def compute(request: PremiaRequest, panel: Panel, tell: Tell) -> Found[PremiaResult]:
    """Betas of the whole period, then premia of every period, their means and errors."""
    import numpy as np

    from trade2026.analytics.factor_models.time_series.fama_macbeth import fama_macbeth

    excess = excess_of(request, panel)
    tell(0.1, "two passes")
    found = fama_macbeth(
        excess.assets,
        excess.factors,
        constant=request.constant,
        lags=None if request.lags < 0 else request.lags,
    )
    names = ((CONSTANT,) if request.constant else ()) + excess.names
    means = [None] * request.constant + (excess.factors.mean(axis=0) * panel.periods_per_year).tolist()
    tell(0.8, "describing")
    rows = _assets(panel, found, excess.assets.mean(axis=0).tolist())
    reach = [min(row.predicted for row in rows), max(row.predicted for row in rows)]
    line = tuple(
        PricedRow(asset="", group=LINE, predicted=at, mean_return=at, pricing_error=0.0) for at in reach
    )
    return Found(
        PremiaResult(
            summary=PremiaSummary(
                assets=len(panel.assets),
                factors=len(excess.names),
                periods=excess.assets.shape[0],
                r_squared=found.r_squared,
                chi_squared=found.chi_squared,
                degrees=found.degrees,
                p_value=found.p_value,
                lags=found.lags,
            ),
            premia=_premia(panel, found, names, means),
            assets=rows,
            scatter=(*rows, *line),
            over_time=curves(request, panel, names, np.cumsum(found.by_period, axis=0).astype(np.float64)),
        ),
        _warnings(panel, found),
    )


def _premia(
    panel: Panel, found: "Premia", names: tuple[str, ...], means: list[float | None]
) -> tuple[PremiumRow, ...]:
    year = panel.periods_per_year
    return tuple(
        PremiumRow(
            factor=name,
            premium=float(found.premia[at]) * year,
            error=float(found.errors[at]) * year,
            newey_west_error=float(found.newey_west_errors[at]) * year,
            shanken_error=float(found.shanken_errors[at]) * year,
            t_value=float(found.premia[at] / found.shanken_errors[at]),
            factor_mean=means[at],
        )
        for at, name in enumerate(names)
    )


def _assets(panel: Panel, found: "Premia", means: list[float]) -> tuple[PricedRow, ...]:
    year = panel.periods_per_year
    return tuple(
        PricedRow(
            asset=asset,
            group="asset",
            predicted=(mean - error) * year,
            mean_return=mean * year,
            pricing_error=error * year,
        )
        for asset, mean, error in zip(panel.assets, means, found.pricing_errors.tolist(), strict=True)
    )


def _warnings(panel: Panel, found: "Premia") -> tuple[str, ...]:
    said = ["Betas are of the whole period: premia of a period use knowledge of later ones."]
    if len(panel.assets) < _ASSETS_USUAL + found.premia.size:
        said.append(
            f"{len(panel.assets)} assets are few to find {found.premia.size} premia across: the errors are "
            "large, and R² is high by chance."
        )
    return tuple(said)


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="assets", title="Assets", format=Format.QTY),
                Figure(key="periods", title="Periods", format=Format.QTY),
                Figure(key="r_squared", title="R² across assets", format=Format.PCT),
                Figure(
                    key="p_value",
                    title="p of no pricing errors",
                    format=Format.DECIMAL,
                    doc="Small: betas do not explain the mean returns.",
                ),
                Figure(key="chi_squared", title="Chi-squared", format=Format.DECIMAL),
                Figure(key="degrees", title="Degrees", format=Format.QTY),
                Figure(key="lags", title="Lags", format=Format.QTY),
            )
        ),
        span=3,
    ),
    Block(
        view=View.TABLE,
        title="Premia",
        data="/premia",
        empty="There is no premium.",
        opts=TableOptions(
            columns=(
                Column("factor", "Factor", Format.ID),
                Column("premium", "Premium", Format.PCT, signed=True),
                Column("t_value", "t (Shanken)", Format.DECIMAL),
                Column("shanken_error", "Shanken", Format.PCT),
                Column("newey_west_error", "Newey-West", Format.PCT),
                Column("error", "Fama-MacBeth", Format.PCT),
                Column("factor_mean", "Factor's mean", Format.PCT, signed=True),
            ),
            row_key="factor",
        ),
        span=3,
        doc="Annual return for a beta of one, with standard errors of three kinds.",
    ),
    Block(
        view=View.SCATTER,
        title="Mean returns against what betas say",
        data="/scatter",
        opts=ScatterOptions(
            x="predicted",
            y="mean_return",
            x_title="By betas and premia",
            y_title="Mean return",
            label="asset",
            group="group",
            joined=(LINE,),
            x_format=Format.PCT,
            y_format=Format.PCT,
            height=380,
        ),
        span=2,
        doc="Annual. On the line there is no pricing error.",
    ),
    Block(
        view=View.TABLE,
        title="Assets",
        data="/assets",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("mean_return", "Mean return", Format.PCT, signed=True),
                Column("predicted", "By betas", Format.PCT, signed=True),
                Column("pricing_error", "Error", Format.PCT, signed=True),
            ),
            row_key="asset",
            sort="-pricing_error",
        ),
    ),
    Block(
        view=View.LINE,
        title="Premia over time",
        data="/over_time",
        opts=LineOptions(
            x="ts",
            series=(Series(key="value", title="Sum of premia"),),
            group="name",
            format=Format.PCT,
            ranges=True,
            height=280,
        ),
        span=3,
        empty="Rows without days have no times.",
        doc="Sums of the premia of the periods: a premium that is paid steadily rises steadily.",
    ),
)

FAMA_MACBETH: Final = Analysis(
    analysis_id="factors/fama-macbeth",
    title="Factor premia",
    doc="What a beta of one pays, after Fama and MacBeth, with errors of Shanken and of Newey and West.",
    workspace=Workspace.RESEARCH,
    order=44,
    keywords=("fama-macbeth", "premium", "shanken", "newey-west", "cross-section", "pricing error"),
    request=PremiaRequest,
    result=PremiaResult,
    compute=compute,
    layout=_LAYOUT,
    example=PremiaRequest(frequency=Frequency.WEEK, factor_assets=("MTUM.BATS", "VLUE.BATS")),
    presets=(
        Preset(title="All factors, days", values={}),
        Preset(title="No constant, months", values={"constant": False, "frequency": "month"}),
    ),
)
