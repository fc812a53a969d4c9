"""What a portfolio's tilts earned: returns split exactly into factors and what is specific."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from trade2026.application.analyses.barra_parts import LineRow, lines_of
from trade2026.application.analyses.barra_request import (
    OUTSIDE,
    SPECIFIC,
    FactorModelRequest,
    Fitted,
    model_of,
)
from trade2026.application.analyses.declaration import Found, Tell
from trade2026.application.analyses.fields import Weights
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import check_survives, number_of, weights_of

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.factor_models.cross_section.attribution import Attribution
    from trade2026.analytics.factor_models.cross_section.model import FactorModel


class BenchmarkName(StrEnum):
    """What the portfolio is held against: the market (by caps; all alike without), or nothing."""

    MARKET = "market"
    NONE = "none"


class FactorAttributionRequest(FactorModelRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The model, and weights that are restored at the beginning of each period."""

    weights: Weights = ()
    benchmark: Annotated[
        BenchmarkName,
        Meta(
            title="Against",
            description=(
                "The market, which is weighted by market cap or, without, all assets alike; or nothing."
            ),
        ),
    ] = BenchmarkName.MARKET


class AttributionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Over all periods of the model; returns are compounded.

    Attributes
    ----------
    active_return : float
        Portfolio less benchmark; factors, specific and outside sum to it.
    outside_return : float
        Of assets while the model left them out.
    active_volatility : float
        Annual, of what was earned beyond the benchmark (ddof 1).
    specific_share : float or None
        Of the variance of that: covariance of the specific part with the whole over the variance.
    """

    portfolio_return: float
    benchmark_return: float
    active_return: float
    factor_return: float
    specific_return: float
    outside_return: float
    active_volatility: float
    specific_share: float | None


class AttributionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A factor's part; the last rows are what is specific, and what is outside the model.

    Attributes
    ----------
    tilt, tilt_now : float or None
        Exposure of the portfolio less that of the benchmark: the mean over time, and after the last period.
    contribution : float
        To the difference of compounded returns, linked by Carino; they sum to it.
    mean, volatility : float
        Of the part in a period, annual: mean times periods a year, standard deviation times their root.
    t_mean : float or None
        Of the mean, Newey and West.
    """

    part: str
    kind: str
    tilt: float | None
    tilt_now: float | None
    contribution: float
    mean: float
    volatility: float
    t_mean: float | None


class CumulatedRow(msgspec.Struct, frozen=True, kw_only=True):
    """Parts over the periods until then, linked anew by Carino.

    Market, styles, sectors, specific and outside sum to active, the difference of the returns compounded
    until then; the last row has the sums of the contributions.
    """

    ts: str
    active: float
    market: float
    styles: float
    sectors: float
    specific: float
    outside: float


class YearRow(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of a calendar year, linked by Carino within it.

    They sum to active, the difference of the returns compounded over the year.
    """

    year: str
    active: float
    market: float
    styles: float
    sectors: float
    specific: float
    outside: float


class FactorAttributionResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the portfolio earned beyond its benchmark, and what of; lines are empty for rows without times."""

    summary: AttributionSummary
    parts: tuple[AttributionRow, ...]
    cumulated: tuple[CumulatedRow, ...]
    years: tuple[YearRow, ...]
    tilts: tuple[LineRow, ...]


def compute(request: FactorAttributionRequest, panel: Panel, tell: Tell) -> Found[FactorAttributionResult]:
    """The parts, each period's and linked."""
    from trade2026.analytics.factor_models.attribution.linking import linked
    from trade2026.analytics.factor_models.cross_section.attribution import attribute

    tell(0.0, "exposures and regressions")
    fitted = model_of(request, panel)
    model = fitted.model
    weights = weights_of(request.weights, len(panel.assets))
    tell(0.8, "attributing")
    benchmark = model.exposures.centre if request.benchmark is BenchmarkName.MARKET else None
    found = attribute(model, weights, benchmark)
    check_survives("weights", found.portfolio)
    contributions = linked(found.parts, found.portfolio, found.benchmark)
    groups = _groups(model, found)
    notes = [*fitted.notes, "Weights are restored at the beginning of each period, without costs."]
    if benchmark is not None and not (weights - benchmark[:-1]).any():
        notes.append("The weights are those of the benchmark: nothing was earned beyond it.")
    return Found(
        FactorAttributionResult(
            summary=_summary(model, panel, found, contributions),
            parts=_rows(model, panel, found, contributions, weights, benchmark),
            cumulated=_cumulated(fitted, found, groups),
            years=_years(fitted, found, groups),
            tilts=lines_of(fitted, found.exposures, ("style",)),
        ),
        tuple(notes),
    )


def _summary(
    model: "FactorModel", panel: Panel, found: "Attribution", contributions: "FloatArray"
) -> AttributionSummary:
    import numpy as np

    from trade2026.analytics.arrays import is_constant

    active = found.active
    variance = float(active.var(ddof=1))
    shared = float(np.cov(found.specific, active)[0, 1])
    factors = len(model.factors)
    portfolio, benchmark = (
        float(np.expm1(np.log1p(each).sum())) for each in (found.portfolio, found.benchmark)
    )
    return AttributionSummary(
        portfolio_return=portfolio,
        benchmark_return=benchmark,
        active_return=portfolio - benchmark,
        factor_return=float(contributions[:factors].sum()),
        specific_return=float(contributions[factors]),
        outside_return=float(contributions[factors + 1]),
        active_volatility=float((variance * panel.periods_per_year) ** 0.5),
        specific_share=None if is_constant(active) else shared / variance,
    )


def _rows(
    model: "FactorModel",
    panel: Panel,
    found: "Attribution",
    contributions: "FloatArray",
    weights: "FloatArray",
    benchmark: "FloatArray | None",
) -> tuple[AttributionRow, ...]:
    import numpy as np

    from trade2026.analytics.newey_west import mean_t_statistic

    year = panel.periods_per_year
    active = weights if benchmark is None else weights - benchmark[-1]
    now = np.where(model.universe[-1], active, 0.0) @ model.exposures.values[-1]
    names = (*model.factors, SPECIFIC, OUTSIDE)
    kinds = (*model.exposures.kinds, "specific", "outside")
    tilts = [*found.exposures.mean(axis=0).tolist(), None, None]
    return tuple(
        AttributionRow(
            part=name,
            kind=kind,
            tilt=tilt,
            tilt_now=last,
            contribution=contribution,
            mean=float(part.mean()) * year,
            volatility=float(part.std(ddof=1)) * year**0.5,
            t_mean=number_of(mean_t_statistic(part.copy())),
        )
        for name, kind, tilt, last, contribution, part in zip(
            names, kinds, tilts, [*now.tolist(), None, None], contributions.tolist(), found.parts.T,
            strict=True,
        )
    )  # fmt: skip


def _groups(model: "FactorModel", found: "Attribution") -> dict[str, "FloatArray"]:
    """Parts of each period by kind; they sum to what was earned beyond the benchmark."""
    import numpy as np

    groups: dict[str, FloatArray] = {}
    for kind, name in (("market", "market"), ("style", "styles"), ("sector", "sectors")):
        columns = [at for at, each in enumerate(model.exposures.kinds) if each == kind]
        groups[name] = np.asarray(found.factor[:, columns].sum(axis=1))
    return {**groups, "specific": found.specific, "outside": found.outside}


def _cumulated(
    fitted: Fitted, found: "Attribution", groups: dict[str, "FloatArray"]
) -> tuple[CumulatedRow, ...]:
    import numpy as np

    from trade2026.analytics.factor_models.attribution.linking import linked_path
    from trade2026.application.runner.result import extremes

    if not fitted.is_dated:
        return ()
    path = linked_path(np.column_stack(tuple(groups.values())), found.portfolio, found.benchmark)
    running, active = dict(zip(groups, path.T, strict=True)), path.sum(axis=1)
    return tuple(
        CumulatedRow(
            ts=fitted.time(at),
            active=float(active[at]),
            **{name: float(each[at]) for name, each in running.items()},
        )
        for at in extremes(active, 1_000)
    )


def _years(fitted: Fitted, found: "Attribution", groups: dict[str, "FloatArray"]) -> tuple[YearRow, ...]:
    import numpy as np

    from trade2026.analytics.factor_models.attribution.linking import linked

    if not fitted.is_dated:
        return ()
    parts = np.column_stack(tuple(groups.values()))
    years = np.array([fitted.day(at)[:4] for at in range(found.specific.size)])
    rows = []
    for year in np.unique(years):
        within = years == year
        whole = linked(parts[within], found.portfolio[within], found.benchmark[within])
        values = dict(zip(groups, whole.tolist(), strict=True))
        rows.append(YearRow(year=str(year), active=float(whole.sum()), **values))
    return tuple(rows)
