"""Black and Litterman: what the market believes, corrected by views, and the portfolio that follows."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.allocation import (
    AllocationSummary,
    BoundedRequest,
    GrowthRow,
    WeightRow,
    bounded,
    layout_beside,
    within_limits,
)
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.limits import STANDINGS, ConstraintRow
from trade2026.application.analyses.panel import Panel
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import Column, Format, TableOptions
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.black_litterman import Views

_VIEW: Final = "a view is ASSET=RETURN or ASSET>ASSET=RETURN, annual fractions, with @CONFIDENCE behind"


class BlackLittermanRequest(BoundedRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Views on annual excess returns, and what the market holds.

    Attributes
    ----------
    views : list of str
        "AAPL.XNAS=0.10" (an asset earns 10 % a year over the risk-free rate), or
        "AAPL.XNAS>XOM.XNYS=0.03" (one beats another by 3 %); "@0.7" behind is the confidence,
        from 0 to 1, else 0.5.
    market : list of float
        Weights of the market, in the order of the assets; empty for equal ones.
    """

    views: Annotated[
        tuple[Annotated[str, Meta(min_length=3, max_length=200)], ...],
        Meta(
            title="Views",
            description=(
                "A year: AAPL.XNAS=0.1, or AAPL.XNAS>XOM.XNYS=0.03@0.7: by 3 %, with 70 % confidence."
            ),
            max_length=200,
        ),
    ] = ()
    market: Annotated[
        tuple[Annotated[float, Meta(ge=0.0)], ...],
        Meta(
            title="Market",
            description="Weights of the market, with commas; empty for equal.",
            max_length=2_000,
        ),
    ] = ()
    risk_aversion: Annotated[
        float,
        Meta(gt=0.0, le=100.0, title="Risk aversion", description="Of the market; 2.5 to 3 is usual."),
    ] = 2.5
    tau: Annotated[
        float,
        Meta(
            gt=0.0,
            le=1.0,
            title="Tau",
            description="Uncertainty of the implied returns, as a share of the covariances; 0.05 is usual.",
        ),
    ] = 0.05


class BeliefRow(msgspec.Struct, frozen=True, kw_only=True):
    """An asset's expected excess return before and after the views; annual fractions."""

    asset: str
    market_weight: float
    equilibrium: float
    posterior: float
    change: float
    weight: float


class BlackLittermanResult(msgspec.Struct, frozen=True, kw_only=True):
    """The portfolio of the largest utility after the views, and what is believed of each asset."""

    summary: AllocationSummary
    weights: tuple[WeightRow, ...]
    growth: tuple[GrowthRow, ...]
    constraints: tuple[ConstraintRow, ...]
    beliefs: tuple[BeliefRow, ...]


def compute(request: BlackLittermanRequest, panel: Panel, tell: Tell) -> Found[BlackLittermanResult]:
    """Equilibrium returns, the posterior, and the portfolio of the largest utility within the bounds."""
    from trade2026.analytics.expected_returns.equilibrium import equilibrium
    from trade2026.analytics.optimization.black_litterman import posterior
    from trade2026.analytics.optimization.measures import Scenarios
    from trade2026.analytics.optimization.names import Goal, Measure
    from trade2026.analytics.optimization.objective import optimize
    from trade2026.analytics.optimization.problem import Problem

    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns, request.covariance_options)
    market, year = _market(request, panel), panel.periods_per_year
    prior = equilibrium(covariance, market, risk_aversion=request.risk_aversion).mean
    tell(0.4, "views")
    mean = prior
    if request.views:
        after = posterior(prior, covariance, views_of(request, panel), tau=request.tau)
        mean, covariance, notes = after.mean, after.covariance, (*notes, *after.notes)
    else:
        notes = (*notes, "There are no views: what the market believes is all that is believed.")
    tell(0.6, "optimizing")
    limits = bounded(request, panel, covariance)
    found = optimize(
        Problem(
            Goal.MAXIMUM_UTILITY, Measure.VOLATILITY, Scenarios(panel.returns, covariance), limits, mean,
            risk_aversion=request.risk_aversion,
        )
    )  # fmt: skip
    made = within_limits("black_litterman", found, limits, covariance, panel)
    rows = tuple(
        BeliefRow(
            asset=asset, market_weight=held, equilibrium=before, posterior=now, change=now - before,
            weight=weight,
        )
        for asset, held, before, now, weight in zip(
            panel.assets, market.tolist(), (prior * year).tolist(), (mean * year).tolist(),
            found.weights.tolist(), strict=True,
        )
    )  # fmt: skip
    return Found(
        BlackLittermanResult(
            summary=made.summary, weights=made.weights, growth=made.growth, constraints=made.constraints,
            beliefs=rows,
        ),
        (*notes, *found.notes),
        found.solved,
    )  # fmt: skip


def _market(request: BlackLittermanRequest, panel: Panel) -> "FloatArray":
    import numpy as np

    count = len(panel.assets)
    if not request.market:
        return np.full(count, 1.0 / count)
    if len(request.market) != count:
        raise InputError(f"market must be {count} weights, one for each asset, were {len(request.market)}")
    weights = np.array(request.market)
    if weights.sum() <= 0.0:
        raise InputError("market must have a weight above zero, all were 0")
    found: FloatArray = weights / weights.sum()
    return found


def views_of(request: BlackLittermanRequest, panel: Panel) -> "Views":
    """The views, at least one, per period; InputError that quotes one that cannot be read."""
    import numpy as np

    from trade2026.analytics.optimization.black_litterman import Views

    rows: list[Any] = []
    wanted, confidence = [], []
    for text in request.views:
        body, at, sure = text.partition("@")
        names, _, value = body.partition("=")
        row = np.zeros(len(panel.assets))
        try:
            wanted.append(float(value) / panel.periods_per_year)
            confidence.append(float(sure) if at else 0.5)
        except ValueError:
            raise InputError(f"views must be readable, was {text!r}; {_VIEW}") from None
        for sign, name in zip((1.0, -1.0), names.split(">", 1), strict=False):
            if name.strip() not in panel.assets:
                raise InputError(
                    f"views must name assets of the request, {name.strip()!r} of {text!r} is none; {_VIEW}"
                )
            row[panel.assets.index(name.strip())] += sign
        rows.append(row)
    return Views(np.array(rows), np.array(wanted), np.array(confidence))


_BELIEFS: Final = Block(
    view=View.TABLE,
    title="What is believed",
    data="/beliefs",
    empty="There is no asset.",
    opts=TableOptions(
        columns=(
            Column("asset", "Asset", Format.ID),
            Column("market_weight", "Market", Format.PCT),
            Column("equilibrium", "Implied", Format.PCT, signed=True),
            Column("posterior", "With views", Format.PCT, signed=True),
            Column("change", "Change", Format.PCT, signed=True),
            Column("weight", "Weight", Format.PCT),
        ),
        row_key="asset",
        sort="-change",
    ),
    span=2,
    doc="Annual, beyond the risk-free rate: what the market's weights imply, corrected by the views.",
)

BLACK_LITTERMAN: Final = Analysis(
    analysis_id="portfolio/black-litterman",
    title="Black-Litterman",
    doc="Returns that the market's weights imply, corrected by your views, and the weights that follow.",
    workspace=Workspace.PORTFOLIO,
    order=150,
    keywords=("black-litterman", "views", "equilibrium", "idzorek", "optimizer"),
    request=BlackLittermanRequest,
    result=BlackLittermanResult,
    compute=compute,
    layout=(*layout_beside(_BELIEFS), STANDINGS),
    example=BlackLittermanRequest(start="2018-01-01", views=("AAPL.XNAS=0.15", "JPM.XNYS>XOM.XNYS=0.05@0.7")),
    presets=(Preset(title="One view", values={"views": ["AAPL.XNAS=0.2@0.8"]}),),
)
