"""What shocks of factors would do to a portfolio."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    CovarianceOptionsField,
)
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.factors.inputs import Excess, ExcessRequest, excess_of
from trade2026.application.analyses.fields import FactorCovarianceField, Weights
from trade2026.application.analyses.labels import labels_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.shocks import Shockable, ShockText, joint_shocks_of
from trade2026.application.analyses.values import weights_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    Good,
    KpiOptions,
    Series,
    TableOptions,
)

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.factor_models.attribution.stress import Stress

_FAR: Final = 20.0
"""Standard deviations from which a shock looks like a mistake of units; October 1987 was some twenty."""
_SINGLE: Final = -3.0
"""Standard deviations of the shocks of single factors."""


class OtherFactors(StrEnum):
    """What factors do that are not shocked."""

    CONDITIONAL = "conditional"
    HELD = "held"


class StressRequest(ExcessRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A portfolio, shocks, and what the other factors do."""

    weights: Weights = ()
    shocks: Annotated[
        tuple[ShockText, ...],
        Meta(
            title="Shocks",
            description="FACTOR=RETURN with commas between them, such as MTUM.BATS=-0.1 or MTUM.BATS=-10%; "
            "all happen together. Empty for the first factor by three standard deviations down.",
            max_length=100,
        ),
    ] = ()
    others: Annotated[
        OtherFactors,
        Meta(
            title="Other factors",
            description="They move as they usually do beside such shocks, or stay where they are.",
        ),
    ] = OtherFactors.CONDITIONAL
    covariance: FactorCovarianceField = CovarianceName.SAMPLE
    covariance_options: CovarianceOptionsField = CovarianceOptions()
    horizon: Annotated[
        float,
        Meta(
            gt=0.0,
            le=10_000.0,
            title="Horizon",
            description="Periods over which the shocks happen; it decides how unusual they are.",
        ),
    ] = 21.0


class StressSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What happens.

    Attributes
    ----------
    portfolio_return : float
        By betas and moves of factors; what is specific counts as zero.
    distance : float
        Of the shocks from nothing, in standard deviations over the horizon.
    probability : float
        Of shocks of those factors as unusual or more, were they normal.
    mean_r_squared : float
        Of the assets' regressions: how much of their moves factors explain at all.
    """

    portfolio_return: float
    distance: float
    probability: float
    others: str
    mean_r_squared: float


class FactorMove(msgspec.Struct, frozen=True, kw_only=True):
    """A factor: how it moves, and what the portfolio gets from it."""

    factor: str
    is_shocked: bool
    move: float
    exposure: float
    contribution: float


class AssetMove(msgspec.Struct, frozen=True, kw_only=True):
    """An asset: what it loses or gains, and the portfolio with it."""

    asset: str
    weight: float
    stressed_return: float
    contribution: float


class SingleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One factor alone by three standard deviations down, the others moved along or held."""

    factor: str
    shock: float
    conditional: float
    held: float


class StressResult(msgspec.Struct, frozen=True, kw_only=True):
    """The shocks' effect, and for comparison that of each factor alone."""

    summary: StressSummary
    factors: tuple[FactorMove, ...]
    assets: tuple[AssetMove, ...]
    singles: tuple[SingleRow, ...]


def compute(request: StressRequest, panel: Panel, tell: Tell) -> Found[StressResult]:
    """Betas and factor covariance of the whole period, then the shocks."""
    import numpy as np

    from trade2026.analytics.factor_models.attribution.stress import factor_stress
    from trade2026.analytics.factor_models.time_series.least_squares import least_squares

    excess = excess_of(request, panel)
    weights = weights_of(request.weights, len(panel.assets))
    tell(0.1, "betas")
    fit = least_squares(excess.assets, excess.factors, errors="classic")
    covariance, notes = covariance_of(request.covariance, excess.factors, request.covariance_options)
    down = _SINGLE * np.sqrt(np.diag(covariance) * request.horizon)
    given = joint_shocks_of(request.shocks, Shockable(excess.names, "factors"))
    shocks = {excess.names.index(name): value for name, value in given.items()} or {0: float(down[0])}
    tell(0.6, "shocks")
    found = factor_stress(
        weights, fit.betas, covariance, shocks, others=request.others.value, horizon=request.horizon
    )
    singles = tuple(
        SingleRow(
            factor=name,
            shock=float(down[at]),
            conditional=_alone(weights, fit.betas, covariance, at, float(down[at]), OtherFactors.CONDITIONAL),
            held=_alone(weights, fit.betas, covariance, at, float(down[at]), OtherFactors.HELD),
        )
        for at, name in enumerate(excess.names)
    )
    explained = float(fit.r_squared.mean())
    return Found(
        StressResult(
            summary=StressSummary(
                portfolio_return=found.portfolio_return,
                distance=found.distance,
                probability=found.probability,
                others=request.others.value,
                mean_r_squared=explained,
            ),
            factors=_factors(excess, shocks, found, fit.betas.T @ weights),
            assets=_assets(panel, weights, found),
            singles=singles,
        ),
        (*notes, _SAID.format(explained=explained), *_far(found)),
    )


_SAID: Final = (
    "Betas and covariances are those of the period; in a crash both change. Factors explain {explained:.0%} "
    "of the variance of an asset on average, the rest counts as zero here."
)


def _far(found: "Stress") -> tuple[str, ...]:
    """A word on shocks that no market makes: they are most often percent taken for fractions."""
    if found.distance <= _FAR:
        return ()
    return (
        f"The shocks are {found.distance:.0f} standard deviations out: are they fractions, -0.1 for a fall "
        "of 10 %, and is the horizon that of the shocks?",
    )


def _alone(
    weights: "FloatArray", betas: "FloatArray", covariance: "FloatArray", at: int, shock: float,
    others: OtherFactors,
) -> float:  # fmt: skip
    from trade2026.analytics.factor_models.attribution.stress import factor_stress

    return factor_stress(weights, betas, covariance, {at: shock}, others=others.value).portfolio_return


def _factors(
    excess: Excess, shocks: dict[int, float], found: "Stress", exposures: "FloatArray"
) -> tuple[FactorMove, ...]:
    return tuple(
        FactorMove(
            factor=name,
            is_shocked=at in shocks,
            move=float(found.factor_moves[at]),
            exposure=float(exposures[at]),
            contribution=float(found.contributions[at]),
        )
        for at, name in enumerate(excess.names)
    )


def _assets(panel: Panel, weights: "FloatArray", found: "Stress") -> tuple[AssetMove, ...]:
    return tuple(
        AssetMove(asset=asset, weight=weight, stressed_return=each, contribution=weight * each)
        for asset, weight, each in zip(
            panel.assets, weights.tolist(), found.asset_returns.tolist(), strict=True
        )
    )


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        words={"others": labels_of(OtherFactors)},
        opts=KpiOptions(
            items=(
                Figure(key="portfolio_return", title="Portfolio", format=Format.PCT, good=Good.UP),
                Figure(
                    key="distance",
                    title="How far out",
                    format=Format.DECIMAL,
                    doc="Standard deviations over the horizon.",
                ),
                Figure(key="probability", title="Probability", format=Format.PCT),
                Figure(key="others", title="Other factors"),
                Figure(key="mean_r_squared", title="Mean R²", format=Format.PCT),
            )
        ),
        span=3,
    ),
    Block(
        view=View.BAR,
        title="From each factor",
        data="/factors",
        opts=BarOptions(
            x="factor", series=(Series(key="contribution", title="Contribution"),), format=Format.PCT,
            horizontal=True, keep_order=True,
        ),
        doc="Exposure times move; they sum to the portfolio's return.",
    ),
    Block(
        view=View.TABLE,
        title="Factors",
        data="/factors",
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("factor", "Factor", Format.ID),
                Column("is_shocked", "Shocked"),
                Column("move", "Move", Format.PCT, signed=True),
                Column("exposure", "Exposure", Format.DECIMAL),
                Column("contribution", "Contribution", Format.PCT, signed=True),
            ),
            row_key="factor",
        ),
        span=2,
    ),
    Block(
        view=View.BAR,
        title="From each asset",
        data="/assets",
        opts=BarOptions(
            x="asset", series=(Series(key="contribution", title="Contribution"),), format=Format.PCT,
            horizontal=True, limit=30,
        ),
    ),
    Block(
        view=View.TABLE,
        title="Assets",
        data="/assets",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("weight", "Weight", Format.PCT),
                Column("stressed_return", "Return", Format.PCT, signed=True),
                Column("contribution", "Contribution", Format.PCT, signed=True),
            ),
            row_key="asset",
            sort="contribution",
        ),
    ),
    Block(
        view=View.TABLE,
        title="Each factor alone",
        data="/singles",
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("factor", "Factor", Format.ID),
                Column("shock", "Shock", Format.PCT, signed=True),
                Column("conditional", "Others along", Format.PCT, signed=True),
                Column("held", "Others held", Format.PCT, signed=True),
            ),
            row_key="factor",
        ),
        doc="Three standard deviations down over the horizon.",
    ),
)  # fmt: skip

STRESS: Final = Analysis(
    analysis_id="factors/stress",
    title="Factor stress",
    doc="What shocks of some factors do to a portfolio, the others still or moving along as usual.",
    workspace=Workspace.RESEARCH,
    order=54,
    keywords=("stress", "shock", "scenario", "conditional", "loss"),
    request=StressRequest,
    result=StressResult,
    compute=compute,
    layout=_LAYOUT,
    example=StressRequest(start="2018-01-01", shocks=("MTUM.BATS=-0.1", "VLUE.BATS=0.02")),
    presets=(
        Preset(title="Momentum falls alone", values={"shocks": ["MTUM.BATS=-0.1"], "others": "held"}),
        Preset(title="All along", values={"shocks": ["MTUM.BATS=-0.1"]}),
    ),
)
