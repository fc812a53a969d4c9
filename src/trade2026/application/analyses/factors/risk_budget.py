"""Weights whose risk comes from factors in given shares."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.allocation import (
    AllocationSummary,
    GrowthRow,
    WeightRow,
    allocation,
    layout_beside,
)
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    CovarianceOptionsField,
)
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.factors.inputs import Excess, ExcessRequest, excess_of
from trade2026.application.analyses.fields import FactorCovarianceField
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import weights_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import Column, Format, TableOptions
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.factor_models.attribution.budget import FactorBudget
    from trade2026.analytics.factor_models.time_series.least_squares import Betas


_NO_SPECIFIC: Final = 1e-10
"""A share of the variance below this is rounding."""


class RiskBudgetRequest(ExcessRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Assets, factors, and the share of risk that each factor shall have."""

    budgets: Annotated[
        tuple[Annotated[float, Meta(gt=0.0)], ...],
        Meta(
            title="Budgets",
            description="Of the factors' variance, a share for each, with commas; empty for equal ones.",
            max_length=100,
        ),
    ] = ()
    short_factors: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...],
        Meta(
            title="Short in",
            description="Factors to which the exposure shall be below zero, with commas.",
            max_length=100,
        ),
    ] = ()
    long_only: Annotated[
        bool, Meta(title="Long only", description="Whether no weight may be below zero.")
    ] = True
    covariance: FactorCovarianceField = CovarianceName.SAMPLE
    covariance_options: CovarianceOptionsField = CovarianceOptions()


class BudgetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A factor: exposure of the weights, its share of the factors' variance, the budget, and its share of
    the whole variance."""

    factor: str
    exposure: float
    budget: float
    share: float
    share_of_all: float


class RiskBudgetResult(msgspec.Struct, frozen=True, kw_only=True):
    """The weights, what they come to, and the shares of the factors."""

    summary: AllocationSummary
    weights: tuple[WeightRow, ...]
    growth: tuple[GrowthRow, ...]
    factors: tuple[BudgetRow, ...]


def compute(request: RiskBudgetRequest, panel: Panel, tell: Tell) -> Found[RiskBudgetResult]:
    """Betas, exposures with the shares, and the weights of the least specific variance that have them."""
    import numpy as np

    from trade2026.analytics.factor_models.attribution.budget import factor_budget
    from trade2026.analytics.factor_models.time_series.least_squares import least_squares

    excess = excess_of(request, panel)
    budgets = weights_of(request.budgets, len(excess.names), "budgets")
    tell(0.1, "betas")
    fit = least_squares(excess.assets, excess.factors, errors="classic")
    _check_specific(panel, fit)
    covariance, notes = covariance_of(request.covariance, excess.factors, request.covariance_options)
    tell(0.5, "weights")
    found = factor_budget(
        fit.betas,
        covariance,
        fit.specific,
        budgets,
        directions=_directions(request, excess),
        long_only=request.long_only,
    )
    tell(0.8, "describing")
    whole = fit.betas @ covariance @ fit.betas.T + np.diag(fit.specific)
    made = allocation(
        "factor_risk_budget", found.weights, whole, panel, violation=found.share_error,
        risk_free_rate=_annual_rate(excess, panel),
    )  # fmt: skip
    return Found(
        RiskBudgetResult(
            summary=made.summary,
            weights=made.weights,
            growth=made.growth,
            factors=_rows(excess, budgets, found),
        ),
        (
            *notes,
            f"Factors have {found.factor_share:.0%} of the variance by this model, the rest is specific.",
        ),
    )


def _check_specific(panel: Panel, fit: "Betas") -> None:
    """Refuse an asset that follows from the factors: it would be held alone to have nothing specific."""
    import numpy as np

    alone = np.flatnonzero(fit.r_squared > 1.0 - _NO_SPECIFIC)
    if alone.size:
        raise InputError(
            f"assets must have something specific, {panel.assets[alone[0]]} follows from the factors; leave "
            "it out"
        )


def _rows(excess: Excess, budgets: "FloatArray", found: "FactorBudget") -> tuple[BudgetRow, ...]:
    return tuple(
        BudgetRow(
            factor=name,
            exposure=float(found.exposures[at]),
            budget=float(budgets[at] / budgets.sum()),
            share=float(found.shares[at]),
            share_of_all=float(found.shares[at]) * found.factor_share,
        )
        for at, name in enumerate(excess.names)
    )


def _annual_rate(excess: Excess, panel: Panel) -> float:
    """The mean risk-free return of a period, compounded to a year."""
    import math

    return math.expm1(math.log1p(float(excess.rate.mean())) * panel.periods_per_year)


def _directions(request: RiskBudgetRequest, excess: Excess) -> "FloatArray":
    import numpy as np

    signs = np.ones(len(excess.names))
    for name in request.short_factors:
        if name not in excess.names:
            raise InputError(
                f"short_factors must be among the factors ({', '.join(excess.names[:30])}), was {name!r}"
            )
        signs[excess.names.index(name)] = -1.0
    return signs


_FACTORS: Final = Block(
    view=View.TABLE,
    title="Shares of the factors",
    data="/factors",
    empty="There is no factor.",
    opts=TableOptions(
        columns=(
            Column("factor", "Factor", Format.ID),
            Column("exposure", "Exposure", Format.DECIMAL),
            Column("budget", "Budget", Format.PCT),
            Column("share", "Share", Format.PCT),
            Column("share_of_all", "Of all risk", Format.PCT),
        ),
        row_key="factor",
    ),
    span=2,
    doc="Share: of the variance that factors have. Of all risk: with what is specific.",
)

RISK_BUDGET: Final = Analysis(
    analysis_id="factors/risk-budget",
    title="Factor risk budget",
    doc="Weights whose factor risk comes from the factors in given shares, with as little specific risk as "
    "those exposures allow.",
    workspace=Workspace.RESEARCH,
    order=56,
    keywords=("risk budget", "factor parity", "exposures", "risk parity"),
    request=RiskBudgetRequest,
    result=RiskBudgetResult,
    compute=compute,
    layout=layout_beside(_FACTORS),
    example=RiskBudgetRequest(
        start="2018-01-01", factor_assets=("MTUM.BATS", "USMV.BATS"), budgets=(0.5, 0.5)
    ),
    presets=(
        Preset(
            title="Value against momentum",
            values={"factor_assets": ["VLUE.BATS", "MTUM.BATS"], "long_only": False},
        ),
    ),
)
