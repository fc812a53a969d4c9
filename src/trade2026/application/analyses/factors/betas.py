"""Betas of assets on given factors: by regression, over a window that moves, and by a filter."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.factors.betas_layout import LAYOUT
from trade2026.application.analyses.factors.inputs import (
    CurvePoint,
    Excess,
    ExcessRequest,
    curves,
    excess_of,
)
from trade2026.application.analyses.fields import Lags
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import Frequency, is_dated
from trade2026.application.pages.spec import Preset, Workspace
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.factor_models.time_series.kalman import WanderingBetas
    from trade2026.analytics.factor_models.time_series.least_squares import Betas


class BetaMethod(StrEnum):
    """How betas of the whole period are found."""

    LEAST_SQUARES = "least_squares"
    HUBER = "huber"


class ErrorsName(StrEnum):
    """What standard errors of least squares allow for."""

    CLASSIC = "classic"
    WHITE = "white"
    NEWEY_WEST = "newey_west"


class BetasRequest(ExcessRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Assets, factors, and how betas are found."""

    method: Annotated[
        BetaMethod,
        Meta(title="Method", description="Least squares, or Huber's, which a few wild periods do not move."),
    ] = BetaMethod.LEAST_SQUARES
    errors: Annotated[
        ErrorsName,
        Meta(
            title="Errors",
            description=(
                "Of least squares: White allows for uneven variance, Newey-West for dependence over time too."
            ),
        ),
    ] = ErrorsName.NEWEY_WEST
    lags: Lags = -1
    followed: Annotated[
        str,
        Meta(
            title="Over time",
            description="Asset whose betas are drawn over time; empty for equal weights of all.",
            max_length=60,
        ),
    ] = ""
    window: Annotated[
        int, Meta(ge=0, le=100_000, title="Window", description="Periods of the rolling betas; 0 for none.")
    ] = 120
    step_ratio: Annotated[
        float,
        Meta(
            ge=-1.0,
            le=10.0,
            title="Step of the filter",
            description="How fast betas move: variance that a step adds over the noise's; -1 has it fitted.",
        ),
    ] = -1.0

    alpha_wanders: Annotated[
        bool,
        Meta(title="Alpha wanders too", description="In the filter; else it is the same in all periods."),
    ] = True


class BetasSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole, and the filter of what is followed.

    Attributes
    ----------
    mean_r_squared : float
        Of assets.
    lags : int
        Of Newey and West that were used.
    step_ratio : float
        Of the filter; 0 where betas that stand still are as likely.
    """

    assets: int
    factors: int
    periods: int
    mean_r_squared: float
    lags: int
    followed: str
    step_ratio: float


class AlphaRow(msgspec.Struct, frozen=True, kw_only=True):
    """An asset; alpha and volatility are annual, alpha is the mean times periods a year."""

    asset: str
    alpha: float
    alpha_t: float | None
    r_squared: float
    specific_volatility: float


class BetaRow(msgspec.Struct, frozen=True, kw_only=True):
    """A beta with its standard error; None where residuals are all zero."""

    asset: str
    factor: str
    beta: float
    error: float
    t_value: float | None


class LatestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A beta of what is followed: of the whole period, of the last window, and filtered with its error."""

    factor: str
    whole: float
    last_window: float | None
    filtered: float
    filtered_error: float


class BetasResult(msgspec.Struct, frozen=True, kw_only=True):
    """Betas; curves are empty for rows without times."""

    summary: BetasSummary
    latest: tuple[LatestRow, ...]
    assets: tuple[AlphaRow, ...]
    betas: tuple[BetaRow, ...]
    rolling: tuple[CurvePoint, ...]
    filtered: tuple[CurvePoint, ...]


def compute(request: BetasRequest, panel: Panel, tell: Tell) -> Found[BetasResult]:
    """Betas of all assets over the whole period, and those of one or of their mean over time."""
    import numpy as np

    from trade2026.analytics.factor_models.time_series.kalman import wandering_betas

    excess = excess_of(request, panel)
    tell(0.0, "regressions")
    fit = _fitted(request, excess, excess.assets)
    tell(0.2, "the window")
    name, one = _followed(request, panel, excess)
    rolled, warnings = _rolled(request, excess, one)
    tell(0.4, "the filter")
    ratio = None if request.step_ratio < 0.0 else request.step_ratio
    speeds = np.append(1.0 if request.alpha_wanders else 0.0, np.ones(len(excess.names)))
    walk = wandering_betas(one, excess.factors, ratio=ratio, speeds=speeds)
    start = 2 * (len(excess.names) + 1)
    warnings += (
        "Betas of the whole period use knowledge of later ones; of filtered ones that is so of the noise, "
        f"the unit of a step{' and the fitted ratio' if ratio is None else ''} alone.",
    )
    if not is_dated(request):
        warnings += ("Rows without days have no times: betas over time are not drawn.",)
    return Found(
        BetasResult(
            summary=BetasSummary(
                assets=len(panel.assets),
                factors=len(excess.names),
                periods=excess.assets.shape[0],
                mean_r_squared=float(fit.r_squared.mean()),
                lags=fit.lags,
                followed=name,
                step_ratio=float(walk.ratio[0]),
            ),
            latest=_latest(excess, _fitted(request, excess, one).betas[0], rolled, walk),
            assets=_assets(panel, fit),
            betas=_betas(panel, excess, fit),
            rolling=()
            if rolled is None
            else curves(request, panel, excess.names, rolled[:, 0, 1:], request.window - 1),
            filtered=curves(request, panel, excess.names, walk.parameters[start:, 0, 1:], start),
        ),
        warnings,
    )


def _fitted(request: BetasRequest, excess: Excess, returns: "FloatArray") -> "Betas":
    from trade2026.analytics.factor_models.time_series.least_squares import least_squares
    from trade2026.analytics.factor_models.time_series.robust import huber

    if request.method is BetaMethod.HUBER:
        return huber(returns, excess.factors)
    lags = None if request.lags < 0 else request.lags
    return least_squares(returns, excess.factors, errors=request.errors.value, lags=lags)


def _followed(request: BetasRequest, panel: Panel, excess: Excess) -> tuple[str, "FloatArray"]:
    """Its name, and its excess returns, shape (T, 1)."""
    if not request.followed:
        return "equal weights", excess.assets.mean(axis=1, keepdims=True)
    if request.followed not in panel.assets:
        raise InputError(
            f"followed must be one of the assets ({', '.join(panel.assets[:30])}), was {request.followed!r}"
        )
    column = panel.assets.index(request.followed)
    return request.followed, excess.assets[:, [column]].copy()


def _rolled(
    request: BetasRequest, excess: Excess, one: "FloatArray"
) -> tuple["FloatArray | None", tuple[str, ...]]:
    """Betas of each window, None where there is none, and what must be known."""
    from trade2026.analytics.factor_models.time_series.rolling import rolling_betas

    if request.window > one.shape[0]:
        return None, (
            f"The window of {request.window} periods is longer than the {one.shape[0]} there are: no rolling "
            "betas.",
        )
    return (rolling_betas(one, excess.factors, request.window) if request.window else None), ()


def _latest(
    excess: Excess, whole: "FloatArray", rolled: "FloatArray | None", walk: "WanderingBetas"
) -> tuple[LatestRow, ...]:
    return tuple(
        LatestRow(
            factor=name,
            whole=float(whole[at]),
            last_window=None if rolled is None else float(rolled[-1, 0, at + 1]),
            filtered=float(walk.parameters[-1, 0, at + 1]),
            filtered_error=float(walk.errors[-1, 0, at + 1]),
        )
        for at, name in enumerate(excess.names)
    )


def _assets(panel: Panel, fit: "Betas") -> tuple[AlphaRow, ...]:
    year = panel.periods_per_year
    return tuple(
        AlphaRow(
            asset=asset,
            alpha=float(fit.alpha[row]) * year,
            alpha_t=_finite(fit.t_values[row, 0]),
            r_squared=float(fit.r_squared[row]),
            specific_volatility=float(fit.specific[row] * year) ** 0.5,
        )
        for row, asset in enumerate(panel.assets)
    )


def _betas(panel: Panel, excess: Excess, fit: "Betas") -> tuple[BetaRow, ...]:
    return tuple(
        BetaRow(
            asset=asset,
            factor=factor,
            beta=float(fit.betas[row, column]),
            error=float(fit.errors[row, column + 1]),
            t_value=_finite(fit.t_values[row, column + 1]),
        )
        for row, asset in enumerate(panel.assets)
        for column, factor in enumerate(excess.names)
    )


def _finite(value: float) -> float | None:
    import math

    return float(value) if math.isfinite(value) else None


BETAS: Final = Analysis(
    analysis_id="factors/betas",
    title="Factor betas",
    doc="How assets move with given factors (betas), and what they earned beside them (alpha).",
    workspace=Workspace.RESEARCH,
    order=42,
    keywords=("beta", "alpha", "regression", "newey-west", "huber", "rolling", "kalman", "fama-french"),
    request=BetasRequest,
    result=BetasResult,
    compute=compute,
    layout=LAYOUT,
    example=BetasRequest(assets=("AAPL.XNAS", "JPM.XNYS", "XOM.XNYS"), frequency=Frequency.WEEK),
    presets=(
        Preset(title="Huber, months", values={"method": "huber", "frequency": "month", "window": 36}),
        Preset(title="Years of days", values={"window": 252}),
    ),
)
