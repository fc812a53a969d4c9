"""What a portfolio earned and risked by factors: parts that add up to its return and to its volatility."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.factors.attribution_layout import LAYOUT
from trade2026.application.analyses.factors.inputs import (
    SPECIFIC,
    CurvePoint,
    Excess,
    ExcessRequest,
    curves,
    excess_of,
)
from trade2026.application.analyses.fields import Weights
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import check_survives, weights_of
from trade2026.application.pages.spec import Preset, Workspace
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.factor_models.attribution.performance import FactorPerformance
    from trade2026.analytics.factor_models.attribution.risk import FactorRisk
    from trade2026.analytics.factor_models.time_series.least_squares import Betas


class LinkingName(StrEnum):
    """How parts of periods become parts of the whole."""

    CARINO = "carino"
    MENCHERO = "menchero"


Linked = Annotated[
    LinkingName,
    Meta(
        title="Linking",
        description="How parts of periods are made to add up to the compounded return, at each time anew.",
    ),
]


class AttributionRequest(ExcessRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A portfolio of constant weights, and from which periods its exposures are."""

    weights: Weights = ()
    window: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            title="Window",
            description="Exposures of a period are betas of that many periods before it, without later "
            "knowledge; 0 takes betas of the whole period.",
        ),
    ] = 0
    linking: Linked = LinkingName.CARINO


class AttributionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The portfolio.

    Attributes
    ----------
    compounded_return : float
        Over the periods that are attributed, in excess of the risk-free rate.
    factor_return, specific_return : float
        Its parts, linked.
    alpha, alpha_t : float, float or None
        Of a regression over the whole period, annual, and its t by Newey and West.
    volatility : float
        Annual, over the whole period.
    factor_risk_share : float
        Of the variance.
    r_squared : float
        Of that regression.
    """

    compounded_return: float
    factor_return: float
    specific_return: float
    alpha: float
    alpha_t: float | None
    volatility: float
    factor_risk_share: float
    r_squared: float
    periods: int


class ReturnRow(msgspec.Struct, frozen=True, kw_only=True):
    """A factor's part of the return, or what is specific.

    Attributes
    ----------
    mean_exposure : float or None
        Over the periods that are attributed; None for what is specific.
    annual : float
        Mean of its parts, times periods a year; these sum to the mean return.
    contribution : float
        Linked; these sum to the compounded return.
    """

    source: str
    mean_exposure: float | None
    annual: float
    contribution: float


class RiskRow(msgspec.Struct, frozen=True, kw_only=True):
    """A factor's part of the annual volatility, or what is specific.

    Attributes
    ----------
    marginal : float or None
        By how much volatility rises with the exposure; None for what is specific.
    component : float
        Exposure times marginal; these sum to the volatility.
    share : float
        Of the volatility.
    """

    source: str
    exposure: float | None
    marginal: float | None
    component: float
    share: float


class AssetRiskRow(msgspec.Struct, frozen=True, kw_only=True):
    """An asset's part of the annual volatility; `factor_part` and `specific_part` sum to `component`."""

    asset: str
    weight: float
    marginal: float
    component: float
    factor_part: float
    specific_part: float
    share: float


class AttributionResult(msgspec.Struct, frozen=True, kw_only=True):
    """Return and risk by factors.

    `over_time` has the parts linked up to each period: they sum to the return compounded until then, and end
    at the contributions of `returns`.
    """

    summary: AttributionSummary
    returns: tuple[ReturnRow, ...]
    risks: tuple[RiskRow, ...]
    assets: tuple[AssetRiskRow, ...]
    over_time: tuple[CurvePoint, ...]


def compute(request: AttributionRequest, panel: Panel, tell: Tell) -> Found[AttributionResult]:
    """Betas, then the return of each period and the volatility of all of them by factors."""
    import numpy as np

    from trade2026.analytics.factor_models.attribution.performance import factor_performance
    from trade2026.analytics.factor_models.attribution.risk import factor_risk
    from trade2026.analytics.factor_models.time_series.least_squares import least_squares

    excess = excess_of(request, panel)
    weights = weights_of(request.weights, len(panel.assets))
    earned = excess.assets @ weights
    check_survives("weights", earned)
    tell(0.1, "betas")
    fit = least_squares(excess.assets, excess.factors, errors="classic")
    whole = least_squares(earned[:, None], excess.factors)
    exposures, first = _exposures(request, excess, weights, fit.betas)
    tell(0.6, "returns")
    done = factor_performance(
        earned[first:].copy(), exposures, excess.factors[first:].copy(), method=request.linking.value
    )
    tell(0.8, "risk")
    residual = fit.residuals.T @ fit.residuals / (earned.size - 1)
    covariance = np.cov(excess.factors.T, ddof=1).reshape(2 * (len(excess.names),))
    risk = factor_risk(weights, fit.betas, covariance, residual)
    year = panel.periods_per_year
    names = (*excess.names, SPECIFIC)
    return Found(
        AttributionResult(
            summary=_summary(done, whole, risk, year, earned.size - first),
            returns=_returns(names, done, exposures, year),
            risks=_risks(names, risk, year**0.5),
            assets=_assets(panel, weights, risk, year**0.5),
            over_time=curves(request, panel, names, done.path, first),
        ),
        _warnings(request),
    )


def _summary(
    done: "FactorPerformance", whole: "Betas", risk: "FactorRisk", year: float, periods: int
) -> AttributionSummary:
    import numpy as np

    t = float(whole.t_values[0, 0])
    return AttributionSummary(
        compounded_return=done.compounded,
        factor_return=float(done.total[:-1].sum()),
        specific_return=float(done.total[-1]),
        alpha=float(whole.alpha[0]) * year,
        alpha_t=t if np.isfinite(t) else None,
        volatility=risk.volatility * year**0.5,
        factor_risk_share=float(risk.components.sum()) / risk.volatility,
        r_squared=float(whole.r_squared[0]),
        periods=periods,
    )


def _exposures(
    request: AttributionRequest, excess: Excess, weights: "FloatArray", betas: "FloatArray"
) -> tuple["FloatArray", int]:
    """Of each attributed period, shape (T - first, K), and which period is the first."""
    import numpy as np

    from trade2026.analytics.factor_models.time_series.rolling import rolling_betas

    periods = excess.assets.shape[0]
    if request.window == 0:
        return np.tile(weights @ betas, (periods, 1)), 0
    if request.window >= periods:
        raise InputError(
            f"window must leave a period to attribute, is {request.window} of {periods}; take a shorter one, "
            "or 0 for betas of the whole period"
        )
    rolled = rolling_betas((excess.assets @ weights)[:, None], excess.factors, request.window)
    return rolled[:-1, 0, 1:].copy(), request.window  # The last window has no period after it.


def _returns(
    names: tuple[str, ...], done: "FactorPerformance", exposures: "FloatArray", year: float
) -> tuple[ReturnRow, ...]:
    means: list[float | None] = [*exposures.mean(axis=0).tolist(), None]
    return tuple(
        ReturnRow(source=name, mean_exposure=exposure, annual=annual * year, contribution=total)
        for name, exposure, annual, total in zip(
            names, means, done.by_period.mean(axis=0).tolist(), done.total.tolist(), strict=True
        )
    )


def _risks(names: tuple[str, ...], risk: "FactorRisk", root: float) -> tuple[RiskRow, ...]:
    rows = [
        RiskRow(
            source=name,
            exposure=exposure,
            marginal=marginal * root,
            component=component * root,
            share=component / risk.volatility,
        )
        for name, exposure, marginal, component in zip(
            names[:-1],
            risk.exposures.tolist(),
            risk.marginal.tolist(),
            risk.components.tolist(),
            strict=True,
        )
    ]
    rows.append(
        RiskRow(
            source=names[-1],
            exposure=None,
            marginal=None,
            component=risk.specific * root,
            share=risk.specific / risk.volatility,
        )
    )
    return tuple(rows)


def _assets(panel: Panel, weights: "FloatArray", risk: "FactorRisk", root: float) -> tuple[AssetRiskRow, ...]:
    return tuple(
        AssetRiskRow(
            asset=asset,
            weight=float(weights[at]),
            marginal=float(risk.asset_marginal[at]) * root,
            component=float(risk.asset_components[at]) * root,
            factor_part=float(risk.asset_factor_components[at]) * root,
            specific_part=float(risk.asset_components[at] - risk.asset_factor_components[at]) * root,
            share=float(risk.asset_components[at]) / risk.volatility,
        )
        for at, asset in enumerate(panel.assets)
    )


def _warnings(request: AttributionRequest) -> tuple[str, ...]:
    constant = "Weights are kept constant, without costs."
    if request.window:
        return (constant, "Risk is by betas of the whole period; returns by those of the window before.")
    return (
        constant,
        "Exposures are of the whole period: the parts of a period use knowledge of later ones. A window has "
        "none.",
    )


RETURNS_ATTRIBUTION: Final = Analysis(
    analysis_id="factors/returns-attribution",
    title="Factor attribution",
    doc="Return and risk of a portfolio by factors and what is specific; the parts add up exactly.",
    workspace=Workspace.RESEARCH,
    order=50,
    keywords=("attribution", "factor risk", "contribution", "alpha", "carino", "menchero", "specific"),
    request=AttributionRequest,
    result=AttributionResult,
    compute=compute,
    layout=LAYOUT,
    example=AttributionRequest(start="2018-01-01"),
    presets=(Preset(title="Known before, weeks", values={"window": 104, "frequency": "week"}),),
)
