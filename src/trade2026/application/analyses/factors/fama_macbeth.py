"""What factors pay: premia by two passes, and whether betas explain mean returns."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.factors.inputs import (
    CONSTANT,
    CurvePoint,
    Excess,
    ExcessRequest,
    curves,
    excess_of,
)
from trade2026.application.analyses.factors.premia_layout import LAYOUT, LINE
from trade2026.application.analyses.fields import Lags
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import Frequency
from trade2026.application.analyses.values import number_of
from trade2026.application.pages.spec import Preset, Workspace

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.factor_models.time_series.fama_macbeth import Premia, RollingPremia

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
    lags: Lags = -1
    window: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            title="Window",
            description="Betas of a period are of that many periods before it; 0 takes betas of the whole "
            "period, for which Shanken's errors are.",
        ),
    ] = 0


class PremiumRow(msgspec.Struct, frozen=True, kw_only=True):
    """A premium, annual: the mean of the periods' times periods a year, and its errors likewise.

    Attributes
    ----------
    error : float
        Fama and MacBeth's, from the spread over time.
    newey_west_error : float
        The same allowing for dependence.
    shanken_error : float or None
        Knowing that betas are estimates; None for betas of a window.
    t_value : float
        By Shanken's error, or else by Newey and West's.
    factor_mean : float or None
        Mean return of the factor itself: what a factor that can be traded should pay. None for the constant.
    """

    factor: str
    premium: float
    error: float
    newey_west_error: float
    shanken_error: float | None
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
        Across assets; without a constant it can be below zero. Of mean returns, or with a window the mean of
        the periods' own.
    chi_squared, degrees, p_value
        Of the hypothesis that all pricing errors are zero, by Shanken's errors; None with a window. The
        first and the last are None, too, where assets are too many for the periods.
    """

    assets: int
    factors: int
    periods: int
    r_squared: float
    chi_squared: float | None
    degrees: int | None
    p_value: float | None
    lags: int


class PremiaResult(msgspec.Struct, frozen=True, kw_only=True):
    """Premia of the factors; `over_time` sums the premia of the periods, empty for rows without times."""

    summary: PremiaSummary
    premia: tuple[PremiumRow, ...]
    assets: tuple[PricedRow, ...]
    scatter: tuple[PricedRow, ...]
    over_time: tuple[CurvePoint, ...]


def compute(request: PremiaRequest, panel: Panel, tell: Tell) -> Found[PremiaResult]:
    """Betas, then premia of every period, their means and errors."""
    from trade2026.analytics.arrays import Undefined
    from trade2026.analytics.factor_models.time_series.fama_macbeth import fama_macbeth, rolling_premia

    excess = excess_of(request, panel)
    tell(0.1, "two passes")
    lags = None if request.lags < 0 else request.lags
    if request.window:
        rolled = rolling_premia(
            excess.assets, excess.factors, request.window, constant=request.constant, lags=lags
        )
        tell(0.8, "describing")
        return _by_window(request, panel, excess, rolled)
    found = fama_macbeth(excess.assets, excess.factors, constant=request.constant, lags=lags)
    tell(0.8, "describing")
    mean = excess.assets.mean(axis=0)
    summary = PremiaSummary(
        assets=len(panel.assets),
        factors=len(excess.names),
        periods=excess.assets.shape[0],
        r_squared=found.r_squared,
        chi_squared=number_of(found.chi_squared),
        degrees=found.degrees,
        p_value=number_of(found.p_value),
        lags=found.lags,
    )
    notes = ["Betas are of the whole period: premia of a period use knowledge of later ones."]
    if isinstance(found.chi_squared, Undefined):
        notes.append(
            f"There is no test of all pricing errors: {found.chi_squared.reason}. Take fewer assets, or more "
            "periods."
        )
    return _found(
        request,
        panel,
        summary,
        _premia(request, panel, excess, found, found.shanken_errors.tolist()),
        _assets(panel, mean - found.pricing_errors, mean),
        found.by_period,
        notes,
    )


def _by_window(
    request: PremiaRequest, panel: Panel, excess: Excess, found: "RollingPremia"
) -> Found[PremiaResult]:
    summary = PremiaSummary(
        assets=len(panel.assets),
        factors=len(excess.names),
        periods=found.by_period.shape[0],
        r_squared=found.r_squared,
        chi_squared=None,
        degrees=None,
        p_value=None,
        lags=found.lags,
    )
    return _found(
        request,
        panel,
        summary,
        _premia(request, panel, excess, found, [None] * found.premia.size),
        _assets(panel, found.predicted, found.mean_returns),
        found.by_period,
        ["Betas of a window are uncertain, which draws premia towards zero; no error here knows of it."],
    )


def _found(
    request: PremiaRequest, panel: Panel, summary: PremiaSummary, premia: tuple[PremiumRow, ...],
    assets: tuple[PricedRow, ...], by_period: "FloatArray", notes: list[str],
) -> Found[PremiaResult]:  # fmt: skip
    import numpy as np

    reach = [min(row.predicted for row in assets), max(row.predicted for row in assets)]
    line = tuple(
        PricedRow(asset="", group=LINE, predicted=at, mean_return=at, pricing_error=0.0) for at in reach
    )
    names = tuple(row.factor for row in premia)
    sums = np.cumsum(by_period, axis=0).astype(np.float64)
    warnings = notes.copy()
    if len(assets) < _ASSETS_USUAL + len(premia):
        warnings.append(
            f"{len(assets)} assets are few to find {len(premia)} premia across: the errors are large, and R² "
            "is high by chance."
        )
    return Found(
        PremiaResult(
            summary=summary,
            premia=premia,
            assets=assets,
            scatter=(*assets, *line),
            over_time=curves(request, panel, names, sums, panel.returns.shape[0] - by_period.shape[0]),
        ),
        tuple(warnings),
    )


def _premia(
    request: PremiaRequest, panel: Panel, excess: Excess, found: "Premia | RollingPremia",
    shanken: list[float | None],
) -> tuple[PremiumRow, ...]:  # fmt: skip
    year, used = panel.periods_per_year, found.by_period.shape[0]
    names = ((CONSTANT,) if request.constant else ()) + excess.names
    own = (excess.factors[-used:].mean(axis=0) * year).tolist()
    means: list[float | None] = [None, *own] if request.constant else own
    rows = []
    for at, name in enumerate(names):
        better = shanken[at]
        by = float(found.newey_west_errors[at]) if better is None else better
        rows.append(
            PremiumRow(
                factor=name,
                premium=float(found.premia[at]) * year,
                error=float(found.errors[at]) * year,
                newey_west_error=float(found.newey_west_errors[at]) * year,
                shanken_error=None if better is None else better * year,
                t_value=float(found.premia[at]) / by,
                factor_mean=means[at],
            )
        )
    return tuple(rows)


def _assets(panel: Panel, predicted: "FloatArray", mean: "FloatArray") -> tuple[PricedRow, ...]:
    year = panel.periods_per_year
    return tuple(
        PricedRow(
            asset=asset,
            group="asset",
            predicted=by_betas * year,
            mean_return=paid * year,
            pricing_error=(paid - by_betas) * year,
        )
        for asset, by_betas, paid in zip(panel.assets, predicted.tolist(), mean.tolist(), strict=True)
    )


FAMA_MACBETH: Final = Analysis(
    analysis_id="factors/fama-macbeth",
    title="Factor premia",
    doc="What a beta of one to each factor earned (Fama and MacBeth), with standard errors of three kinds.",
    workspace=Workspace.RESEARCH,
    order=44,
    keywords=("fama-macbeth", "premium", "shanken", "newey-west", "cross-section", "pricing error"),
    request=PremiaRequest,
    result=PremiaResult,
    compute=compute,
    layout=LAYOUT,
    example=PremiaRequest(frequency=Frequency.WEEK, factor_assets=("MTUM.BATS", "VLUE.BATS")),
    presets=(
        Preset(title="All factors, days", values={}),
        Preset(title="Known before, weeks", values={"window": 104, "frequency": "week"}),
        Preset(title="No constant, months", values={"constant": False, "frequency": "month"}),
    ),
)
