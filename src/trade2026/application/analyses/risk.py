"""The risk of a portfolio as it stands: every measure, and what each asset contributes to one of them."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.fields import Tail, Weights
from trade2026.application.analyses.labels import LABELS, labels_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.analyses.values import number_of, weights_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    KpiOptions,
    Series,
    TableOptions,
)

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.risk_measures.contributions import Contributions


class ContributionMeasure(StrEnum):
    """Measures of which contributions of assets sum to the whole (Euler)."""

    VOLATILITY = "volatility"
    SEMI_DEVIATION = "semi_deviation"
    MEAN_ABSOLUTE_DEVIATION = "mean_absolute_deviation"
    VALUE_AT_RISK = "value_at_risk"
    EXPECTED_SHORTFALL = "expected_shortfall"
    ENTROPIC_VALUE_AT_RISK = "entropic_value_at_risk"
    CONDITIONAL_DRAWDOWN_AT_RISK = "conditional_drawdown_at_risk"
    ULCER_INDEX = "ulcer_index"


class RiskRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Weights, and the tail that measures of loss look at."""

    weights: Weights = ()
    measure: Annotated[
        ContributionMeasure, Meta(title="Contributions to", description="The measure that is divided up.")
    ] = ContributionMeasure.EXPECTED_SHORTFALL
    tail: Annotated[Tail, Meta(le=0.1)] = 0.05


class MeasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One measure per period, not annualized; losses are positive. None where `undefined` says why.

    A ratio has no unit; the others are fractions of capital.
    """

    name: str
    title: str
    value: float | None
    is_coherent: bool
    is_ratio: bool
    undefined: str


class ContributionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One asset's part of the measure.

    Attributes
    ----------
    marginal : float
        By how much the measure rises with the weight.
    component : float
        Weight times marginal; components sum to the measure.
    share : float or None
        Of the whole; None where that is zero.
    """

    asset: str
    weight: float
    marginal: float
    component: float
    share: float | None


class RiskSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The measure that is divided up, and how diversified the weights are.

    Attributes
    ----------
    diversification_ratio : float or None
        Mean volatility of the assets over that of the portfolio, sample covariance.
    effective_bets : float or None
        Exponential of the entropy of minimum-torsion bets (Meucci, Santangelo and Deguest 2015).
    """

    measure: str
    tail: float
    value: float | None
    diversification_ratio: float | None
    effective_bets: float | None


class RiskResult(msgspec.Struct, frozen=True, kw_only=True):
    """Every measure, and contributions to one of them; none where that measure does not exist."""

    summary: RiskSummary
    measures: tuple[MeasureRow, ...]
    contributions: tuple[ContributionRow, ...]


def compute(request: RiskRequest, panel: Panel, tell: Tell) -> Found[RiskResult]:
    """All measures of constant weights, and the contributions."""
    from trade2026.analytics.arrays import Undefined
    from trade2026.analytics.covariance.sample import sample_covariance
    from trade2026.analytics.risk_measures.contributions import risk_contributions
    from trade2026.analytics.risk_measures.diversification import diversification_ratio, effective_bets

    weights = weights_of(request.weights, len(panel.assets))
    covariance = sample_covariance(panel.returns).covariance
    rows = _measures(panel.returns @ weights, request.tail, tell)
    tell(0.8, "contributions")
    parts = risk_contributions(weights, panel.returns, request.measure.value, tail=request.tail)
    bets = effective_bets(weights, covariance)
    total: float | None = None
    contributions: tuple[ContributionRow, ...] = ()
    warnings: tuple[str, ...] = ()
    if isinstance(parts, Undefined):
        warnings = (f"{LABELS[request.measure]} does not exist here: {parts.reason}.",)
    else:
        total, contributions = parts.total, _contributions(panel, weights, parts)
    summary = RiskSummary(
        measure=request.measure.value,
        tail=request.tail,
        value=total,
        diversification_ratio=number_of(diversification_ratio(weights, covariance)),
        effective_bets=None if isinstance(bets, Undefined) else bets.number,
    )
    return Found(RiskResult(summary=summary, measures=rows, contributions=contributions), warnings)


def _contributions(
    panel: Panel, weights: "FloatArray", parts: "Contributions"
) -> tuple[ContributionRow, ...]:
    import numpy as np

    shares = parts.percentage.tolist() if isinstance(parts.percentage, np.ndarray) else [None] * weights.size
    return tuple(
        ContributionRow(asset=asset, weight=weight, marginal=marginal, component=component, share=share)
        for asset, weight, marginal, component, share in zip(
            panel.assets, weights.tolist(), parts.marginal.tolist(), parts.component.tolist(), shares,
            strict=True,
        )
    )  # fmt: skip


def _measures(returns: "FloatArray", tail: float, tell: Tell) -> tuple[MeasureRow, ...]:
    from trade2026.analytics.arrays import Undefined
    from trade2026.analytics.risk_measures.measures import MEASURES

    rows = []
    for number, (name, measure) in enumerate(MEASURES.items()):
        tell(0.8 * number / len(MEASURES), name)
        value = measure.value(returns, tail)
        missing = value.reason if isinstance(value, Undefined) else ""
        rows.append(
            MeasureRow(
                name=name,
                title=measure.title,
                value=number_of(value),
                is_coherent=measure.is_coherent,
                is_ratio=measure.is_ratio,
                undefined=missing,
            )
        )
    return tuple(rows)


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        words={"measure": labels_of(ContributionMeasure)},
        opts=KpiOptions(
            items=(
                Figure(key="measure", title="Measure"),
                Figure(key="value", title="Value per period", format=Format.PCT),
                Figure(key="diversification_ratio", title="Diversification", format=Format.DECIMAL),
                Figure(
                    key="effective_bets",
                    title="Effective bets",
                    format=Format.DECIMAL,
                    doc="Exponential of the entropy of minimum-torsion bets.",
                ),
            )
        ),
        span=3,
    ),
    Block(
        view=View.BAR,
        title="Contributions",
        data="/contributions",
        opts=BarOptions(
            x="asset", series=(Series(key="share", title="Share"),), format=Format.PCT, horizontal=True
        ),
        span=1,
        doc="Shares of the measure; they sum to one.",
    ),
    Block(
        view=View.TABLE,
        title="Contributions of assets",
        data="/contributions",
        empty="The measure does not exist for these returns: choose another one.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("weight", "Weight", Format.PCT),
                Column("marginal", "Marginal", Format.PCT),
                Column("component", "Component", Format.PCT),
                Column("share", "Share", Format.PCT),
            ),
            row_key="asset",
            sort="-share",
        ),
        span=2,
        doc="Marginal: by how much the measure rises with the weight. Component: weight times marginal.",
    ),
    Block(
        view=View.TABLE,
        title="Measures",
        data="/measures",
        empty="There is no measure.",
        opts=TableOptions(
            columns=(
                Column("title", "Measure"),
                Column("value", "Value", Format.PCT),
                Column("is_coherent", "Coherent"),
                Column("undefined", "Does not exist because"),
            ),
            row_key="name",
            filter=True,
            where={"is_ratio": ("false",)},
        ),
        span=2,
        doc="Per period, of capital, not annualized; losses are positive.",
    ),
    Block(
        view=View.TABLE,
        title="Ratios",
        data="/measures",
        empty="There is no ratio.",
        opts=TableOptions(
            columns=(
                Column("title", "Ratio"),
                Column("value", "Value", Format.DECIMAL),
                Column("undefined", "Does not exist because"),
            ),
            row_key="name",
            where={"is_ratio": ("true",)},
        ),
        span=1,
        doc="Gains over losses, per period: above one where there is more to gain.",
    ),
)

RISK: Final = Analysis(
    analysis_id="portfolio/risk",
    title="Risk",
    doc="Every measure of risk of given weights, and what each asset contributes to one of them.",
    workspace=Workspace.PORTFOLIO,
    order=105,
    keywords=("var", "expected shortfall", "cvar", "evar", "drawdown", "contributions", "effective bets"),
    request=RiskRequest,
    result=RiskResult,
    compute=compute,
    layout=_LAYOUT,
    example=RiskRequest(start="2018-01-01"),
    presets=(Preset(title="Volatility, months", values={"measure": "volatility", "frequency": "month"}),),
)
