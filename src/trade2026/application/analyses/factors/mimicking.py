"""Portfolios that stand for a factor, and how closely they follow it after the period they are made from."""

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
from trade2026.application.analyses.factors.inputs import (
    MOST_CORRELATED,
    UNIT_BETA,
    CurvePoint,
    Excess,
    ExcessRequest,
    curves,
    excess_of,
    factor_number_of,
)
from trade2026.application.analyses.fields import CovarianceField
from trade2026.application.analyses.panel import Panel
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    KpiOptions,
    LineOptions,
    Series,
    TableOptions,
)
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray

_AFTER_MIN: Final = 10


class MimickingRequest(ExcessRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Assets, factors, the one to follow, and how much of the period portfolios are made from."""

    target: Annotated[
        str,
        Meta(title="Factor to follow", description="One of the factors; empty for the first.", max_length=60),
    ] = ""
    covariance: Annotated[CovarianceField, Meta(description="How covariances of assets are estimated.")] = (
        CovarianceName.LEDOIT_WOLF
    )
    covariance_options: CovarianceOptionsField = CovarianceOptions()
    train_share: Annotated[
        float,
        Meta(
            ge=0.2,
            le=0.9,
            title="Share to make them from",
            description="The first part of the period; the rest says how they do afterwards.",
        ),
    ] = 0.7


class MimickingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A portfolio that stands for a factor.

    Attributes
    ----------
    correlation_made, correlation_after : float or None
        With the factor, in the part it is made from and in the rest; None where one does not vary.
    beta_after : float or None
        On the factor in the rest; it was one where it was made.
    volatility : float
        Annual, in the part it is made from.
    gross_exposure, net_exposure : float
        Sums of absolute weights and of weights.
    """

    factor: str
    method: str
    correlation_made: float | None
    correlation_after: float | None
    beta_after: float | None
    volatility: float
    gross_exposure: float
    net_exposure: float


class MimickingWeight(msgspec.Struct, frozen=True, kw_only=True):
    """Weights of an asset in the two portfolios for the factor to follow."""

    asset: str
    most_correlated: float
    unit_beta: float


class MimickingSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Of the factor to follow; correlations are those of the most correlated portfolio."""

    target: str
    periods_made: int
    periods_after: int
    correlation_made: float | None
    correlation_after: float | None
    correlation_after_unit_beta: float | None


class MimickingResult(msgspec.Struct, frozen=True, kw_only=True):
    """Portfolios for every factor, and weights and curves of those for the one to follow."""

    summary: MimickingSummary
    portfolios: tuple[MimickingRow, ...]
    weights: tuple[MimickingWeight, ...]
    sums: tuple[CurvePoint, ...]


def compute(request: MimickingRequest, panel: Panel, tell: Tell) -> Found[MimickingResult]:
    """Both portfolios of every factor from the first part, judged on the rest."""
    import numpy as np

    excess = excess_of(request, panel)
    chosen = factor_number_of(excess.names, request.target, "target")
    periods = excess.assets.shape[0]
    cut = _cut(request, periods)
    tell(0.1, "covariances and betas")
    made, notes = _made(request, excess, cut)
    tell(0.7, "after")
    rows = tuple(
        _row(name, method, weights[:, at], excess, at, cut, panel.periods_per_year)
        for method, weights in made.items()
        for at, name in enumerate(excess.names)
    )
    of_chosen = [row for row in rows if row.factor == excess.names[chosen]]
    followed = np.column_stack(
        [excess.factors[:, chosen], *(excess.assets @ weights[:, chosen] for weights in made.values())]
    )
    return Found(
        MimickingResult(
            summary=MimickingSummary(
                target=excess.names[chosen],
                periods_made=cut,
                periods_after=periods - cut,
                correlation_made=of_chosen[0].correlation_made,
                correlation_after=of_chosen[0].correlation_after,
                correlation_after_unit_beta=of_chosen[1].correlation_after,
            ),
            portfolios=rows,
            weights=tuple(
                MimickingWeight(asset=asset, most_correlated=one, unit_beta=other)
                for asset, one, other in zip(
                    panel.assets,
                    made[MOST_CORRELATED][:, chosen].tolist(),
                    made[UNIT_BETA][:, chosen].tolist(),
                    strict=True,
                )
            ),
            sums=curves(
                request,
                panel,
                (excess.names[chosen], *made),
                np.cumsum(followed, axis=0).astype(np.float64),
            ),
        ),
        (*notes, f"Weights are from the first {cut} periods; the curves before their end are in sample."),
    )


def _cut(request: MimickingRequest, periods: int) -> int:
    """Periods that portfolios are made from."""
    cut = round(periods * request.train_share)
    if periods - cut < _AFTER_MIN:
        raise InputError(
            f"train_share must leave at least {_AFTER_MIN} periods, leaves {periods - cut} of {periods}; "
            "take less, or a longer period"
        )
    return cut


def _made(
    request: MimickingRequest, excess: Excess, cut: int
) -> tuple[dict[str, "FloatArray"], tuple[str, ...]]:
    """Weights of both kinds, shape (N, K), by the name of the method."""
    import numpy as np

    from trade2026.analytics.factor_models.time_series.least_squares import least_squares
    from trade2026.analytics.factor_models.time_series.mimicking import maximum_correlation, unit_beta

    train, factors = excess.assets[:cut].copy(), excess.factors[:cut].copy()
    covariance, notes = covariance_of(request.covariance, train, request.covariance_options)
    betas = least_squares(train, factors, errors="classic").betas
    closest = [maximum_correlation(train, factors[:, at], covariance) for at in range(factors.shape[1])]
    return {MOST_CORRELATED: np.array(closest).T, UNIT_BETA: unit_beta(betas, covariance)}, notes


def _row(
    factor: str, method: str, weights: "FloatArray", excess: Excess, at: int, cut: int, year: float
) -> MimickingRow:
    import numpy as np

    earned, followed = excess.assets @ weights, excess.factors[:, at]
    made, after = slice(0, cut), slice(cut, None)
    spread = float(followed[after].var(ddof=1))
    together = float(np.cov(earned[after], followed[after])[0, 1])
    return MimickingRow(
        factor=factor,
        method=method,
        correlation_made=_correlation(earned[made], followed[made]),
        correlation_after=_correlation(earned[after], followed[after]),
        beta_after=together / spread if spread > 0.0 else None,
        volatility=float(earned[made].std(ddof=1)) * year**0.5,
        gross_exposure=float(np.abs(weights).sum()),
        net_exposure=float(weights.sum()),
    )


def _correlation(one: "FloatArray", other: "FloatArray") -> float | None:
    import numpy as np

    from trade2026.analytics.arrays import is_constant

    if is_constant(one) or is_constant(other):
        return None
    return float(np.corrcoef(one, other)[0, 1])


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="target", title="Factor"),
                Figure(key="correlation_made", title="Correlation, made", format=Format.DECIMAL),
                Figure(key="correlation_after", title="Correlation, after", format=Format.DECIMAL),
                Figure(
                    key="correlation_after_unit_beta", title="After, unit beta", format=Format.DECIMAL
                ),
                Figure(key="periods_made", title="Periods, made", format=Format.QTY),
                Figure(key="periods_after", title="Periods, after", format=Format.QTY),
            )
        ),
        span=3,
    ),
    Block(
        view=View.LINE,
        title="Factor and portfolios",
        data="/sums",
        opts=LineOptions(
            x="ts",
            series=(Series(key="value", title="Sum of returns"),),
            group="name",
            format=Format.PCT,
            ranges=True,
            height=300,
        ),
        span=3,
        empty="Rows without days have no times.",
        doc="Sums of excess returns. Portfolios are made from the first part alone.",
    ),
    Block(
        view=View.BAR,
        title="Weights, most correlated",
        data="/weights",
        opts=BarOptions(
            x="asset", series=(Series(key="most_correlated", title="Weight"),), format=Format.PCT,
            horizontal=True, limit=30,
        ),
        doc="Their beta on the factor is one; what is not invested is borrowed or lent.",
    ),
    Block(
        view=View.BAR,
        title="Weights, unit beta",
        data="/weights",
        opts=BarOptions(
            x="asset", series=(Series(key="unit_beta", title="Weight"),), format=Format.PCT,
            horizontal=True, limit=30,
        ),
        doc="Beta one on this factor and zero on the others, with the least variance.",
    ),
    Block(
        view=View.TABLE,
        title="Weights",
        data="/weights",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("most_correlated", "Most correlated", Format.PCT),
                Column("unit_beta", "Unit beta", Format.PCT),
            ),
            row_key="asset",
        ),
    ),
    Block(
        view=View.TABLE,
        title="Portfolios of every factor",
        data="/portfolios",
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("factor", "Factor", Format.ID),
                Column("method", "Method"),
                Column("correlation_made", "Correlation, made", Format.DECIMAL),
                Column("correlation_after", "Correlation, after", Format.DECIMAL),
                Column("beta_after", "Beta, after", Format.DECIMAL),
                Column("volatility", "Volatility", Format.PCT),
                Column("gross_exposure", "Gross", Format.PCT),
                Column("net_exposure", "Net", Format.PCT),
            ),
        ),
        span=3,
    ),
)  # fmt: skip

MIMICKING: Final = Analysis(
    analysis_id="factors/mimicking",
    title="Factor-mimicking portfolios",
    doc="Portfolios of assets that stand for a factor: the most correlated one, and the least risky one with "
    "a beta of one on it alone.",
    workspace=Workspace.RESEARCH,
    order=46,
    keywords=("mimicking", "tracking", "hedge", "maximum correlation", "unit beta"),
    request=MimickingRequest,
    result=MimickingResult,
    compute=compute,
    layout=_LAYOUT,
    example=MimickingRequest(target="MTUM.BATS", start="2018-01-01"),
    presets=(Preset(title="Value, weeks", values={"target": "VLUE.BATS", "frequency": "week"}),),
)
