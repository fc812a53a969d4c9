"""Entropy pooling: probabilities of the periods that views ask for, and the portfolio that follows."""

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

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
from trade2026.application.analyses.fields import HighestWeight, LowestWeight, RiskAversion
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    KpiOptions,
    LineOptions,
    Series,
    TableOptions,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.entropy_pooling import Pooled

_VIEW: Final = (
    "a view is ASSET=RETURN, ASSET>=RETURN, ASSET<=RETURN, ASSET>ASSET=RETURN or ASSET~VOLATILITY, annual "
    "fractions"
)
_SIGNS: Final = ("<=", ">=", "~", "=")
_POINTS: Final = 1_000


class EntropyRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Views on annual returns and volatilities; the covariance is that of the probabilities.

    Attributes
    ----------
    views : list of str
        "AAPL.XNAS=0.1" (a mean return of 10 % a year), "AAPL.XNAS>=0.05" (at least), "AAPL.XNAS<=0.2" (at
        most), "AAPL.XNAS>XOM.XNYS=0.03" (one beats another by 3 %), "AAPL.XNAS~0.4" (a volatility of 40 %).
    half_life : float or None
        Periods after which a period counts half in the prior; None for all alike.
    """

    views: Annotated[
        tuple[Annotated[str, Meta(min_length=3, max_length=200)], ...],
        Meta(
            title="Views",
            description=(
                "A year: AAPL.XNAS=0.1 or >=0.05, AAPL.XNAS>XOM.XNYS=0.03; AAPL.XNAS~0.4 is volatility."
            ),
            max_length=100,
        ),
    ] = ()
    half_life: Annotated[
        float | None,
        Meta(title="Half-life", description="Before the views, in periods; empty: all alike."),
    ] = None
    lower: LowestWeight = 0.0
    upper: HighestWeight = 1.0
    risk_aversion: RiskAversion = 3.0


class PooledRow(msgspec.Struct, frozen=True, kw_only=True):
    """An asset before and after the views; annual fractions."""

    asset: str
    prior_return: float
    posterior_return: float
    prior_volatility: float
    posterior_volatility: float
    weight: float


class ProbabilityRow(msgspec.Struct, frozen=True):
    """How much a period counts, as a multiple of what it counts where all are alike."""

    ts: str
    prior: float
    posterior: float


class PoolingFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How far the views are from what was seen.

    Attributes
    ----------
    entropy : float
        Of the posterior relative to the prior, in nats; 0 where views say nothing new.
    effective_periods : float
        Periods that a uniform distribution of the posterior's entropy would have.
    """

    views: int
    entropy: float
    effective_periods: float
    periods: int


class EntropyResult(msgspec.Struct, frozen=True, kw_only=True):
    """The portfolio of the largest utility after the views; no probabilities for rows without times."""

    summary: AllocationSummary
    pooling: PoolingFigures
    weights: tuple[WeightRow, ...]
    growth: tuple[GrowthRow, ...]
    beliefs: tuple[PooledRow, ...]
    probabilities: tuple[ProbabilityRow, ...]


class Features(NamedTuple):
    """Functions of a period, what their means are to be, and the text that asks for it."""

    equal: "list[tuple[FloatArray, float, str]]"
    at_most: "list[tuple[FloatArray, float, str]]"


def compute(request: EntropyRequest, panel: Panel, tell: Tell) -> Found[EntropyResult]:
    """Probabilities nearest to the prior that satisfy the views (Meucci 2008), then the largest utility."""
    import numpy as np

    from trade2026.analytics.optimization.constraints import Constraints
    from trade2026.analytics.optimization.mean_variance import maximum_utility

    tell(0.0, "reading views")
    prior = _prior(request.half_life, panel)
    pooled = _pooled(request, panel, prior)
    tell(0.5, "optimizing")
    constraints = Constraints.box(len(panel.assets), lower=request.lower, upper=request.upper)
    before, after = _moments(panel, prior), _moments(panel, pooled.probabilities)
    mean, covariance = after
    found = maximum_utility(mean, covariance, constraints, risk_aversion=request.risk_aversion)
    made = allocation("entropy_pooling", found.weights, covariance, panel, violation=found.violation)
    year = panel.periods_per_year
    columns = (
        (before[0] * year).tolist(), (mean * year).tolist(), np.sqrt(np.diag(before[1]) * year).tolist(),
        np.sqrt(np.diag(covariance) * year).tolist(), found.weights.tolist(),
    )  # fmt: skip
    figures = PoolingFigures(
        views=len(request.views),
        entropy=pooled.entropy,
        effective_periods=pooled.effective,
        periods=prior.size,
    )
    return Found(
        EntropyResult(
            summary=made.summary,
            pooling=figures,
            weights=made.weights,
            growth=made.growth,
            beliefs=tuple(
                PooledRow(
                    asset=asset, prior_return=one, posterior_return=two, prior_volatility=three,
                    posterior_volatility=four, weight=five,
                )
                for asset, one, two, three, four, five in zip(panel.assets, *columns, strict=True)
            ),
            probabilities=_probabilities(prior, pooled.probabilities, panel),
        ),
        (*found.notes, *_warnings(figures)),
    )  # fmt: skip


def _prior(half_life: float | None, panel: Panel) -> "FloatArray":
    import numpy as np

    periods = panel.returns.shape[0]
    if half_life is None:
        return np.full(periods, 1.0 / periods)
    if not 1.0 <= half_life <= 100_000.0:
        raise InputError(f"half_life must be from 1 to 100000 periods, was {half_life:g}; or leave it out")
    weights: FloatArray = 0.5 ** (np.arange(periods - 1, -1, -1) / half_life)
    floored: FloatArray = np.maximum(weights / weights.sum(), 1e-300)
    return floored


def _pooled(request: EntropyRequest, panel: Panel, prior: "FloatArray") -> "Pooled":
    import numpy as np

    from trade2026.analytics.optimization.entropy_pooling import Pooled, entropy_pooling

    if not request.views:
        positive = prior[prior > 0.0]
        return Pooled(prior, 0.0, float(np.exp(-(positive @ np.log(positive)))), 0.0)
    features = features_of(request.views, panel, prior)
    equal = [column for column, _, _ in features.equal]
    at_most = [column for column, _, _ in features.at_most]
    try:
        return entropy_pooling(
            np.array(equal).T if equal else np.zeros((prior.size, 0)),
            np.array([value for _, value, _ in features.equal]),
            at_most=np.array(at_most).T if at_most else None,
            at_most_of=np.array([value for _, value, _ in features.at_most]) if at_most else None,
            prior=prior,
            names=[text for part in features for _, _, text in part],
        )
    except InputError as error:
        raise InputError(f"{error}. Numbers are per period, those of a volatility its mean square") from None


def features_of(views: tuple[str, ...], panel: Panel, prior: "FloatArray") -> Features:
    """What views ask of a period, per period; InputError that quotes one that cannot be read.

    A volatility is asked for around the mean of an equality on the same asset, else around that of the prior,
    which is then asked for too: variance alone is no mean of a function of the period (Meucci 2008).
    """
    year = panel.periods_per_year
    found, means = Features([], []), {}
    volatilities = []
    for text in views:
        names, sign, value = read_view(text)
        left, right = (_column(name, text, panel) if name else None for name in names)
        assert left is not None, "a view names an asset"
        column = left if right is None else left - right
        if sign == "~":
            volatilities.append((names[0], left, value, text))
        elif sign == "=":
            found.equal.append((column, value / year, text))
            if right is None:
                means[names[0]] = value / year
        else:
            found.at_most.append(
                (column, value / year, text) if sign == "<=" else (-column, -value / year, text)
            )
    for name, column, value, text in volatilities:
        if name not in means:
            means[name] = float(prior @ column)
            found.equal.append((column, means[name], text))
        found.equal.append((column**2, value**2 / year + means[name] ** 2, text))
    return found


def read_view(text: str) -> tuple[tuple[str, str], str, float]:
    """Its assets (the second one ""), its sign and its value; InputError that quotes it."""
    sign = next((each for each in _SIGNS if each in text), "")
    names, _, value = text.partition(sign) if sign else ("", "", "")
    left, _, right = names.partition(">")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    is_odd = sign == "~" and not 0.0 < number <= 100.0
    if number != number or abs(number) > 1e6 or not left.strip() or is_odd or (right and sign != "="):
        raise InputError(f"views must be readable, was {text!r}; {_VIEW}")
    return (left.strip(), right.strip()), sign, number


def _column(name: str, text: str, panel: Panel) -> "FloatArray":
    if name not in panel.assets:
        raise InputError(f"views must name assets of the request, {name!r} of {text!r} is none; {_VIEW}")
    column: FloatArray = panel.returns[:, panel.assets.index(name)]
    return column


def _moments(panel: Panel, probabilities: "FloatArray") -> tuple["FloatArray", "FloatArray"]:
    """Mean and covariance per period under the probabilities."""
    mean = probabilities @ panel.returns
    centered = panel.returns - mean
    return mean, (centered * probabilities[:, None]).T @ centered


def _probabilities(prior: "FloatArray", posterior: "FloatArray", panel: Panel) -> tuple[ProbabilityRow, ...]:
    from trade2026.application.runner.result import extremes

    if not panel.is_dated:
        return ()
    scale = float(prior.size)
    return tuple(
        ProbabilityRow(
            format_ns(int(panel.ts_ns[at])), float(prior[at]) * scale, float(posterior[at]) * scale
        )
        for at in extremes(posterior, _POINTS)
    )


def _warnings(figures: PoolingFigures) -> tuple[str, ...]:
    if not figures.views:
        return ("There are no views: the probabilities are those of the prior.",)
    if figures.effective_periods < 0.1 * figures.periods:
        return (
            f"The views rest on {figures.effective_periods:.0f} of {figures.periods} periods: they are far "
            "from what was seen.",
        )
    return ()


_BELIEFS: Final = Block(
    view=View.TABLE,
    title="Before and after the views",
    data="/beliefs",
    empty="There is no asset.",
    opts=TableOptions(
        columns=(
            Column("asset", "Asset", Format.ID),
            Column("prior_return", "Return before", Format.PCT, signed=True),
            Column("posterior_return", "Return after", Format.PCT, signed=True),
            Column("prior_volatility", "Volatility before", Format.PCT),
            Column("posterior_volatility", "Volatility after", Format.PCT),
            Column("weight", "Weight", Format.PCT),
        ),
        row_key="asset",
        sort="-weight",
    ),
    span=2,
    doc="Annual. Volatilities and correlations of all assets change with the probabilities.",
)
_PROBABILITIES: Final = Block(
    view=View.LINE,
    title="How much each period counts",
    data="/probabilities",
    opts=LineOptions(
        x="ts",
        series=(Series(key="posterior", title="After the views"), Series(key="prior", title="Before")),
        ranges=True,
        height=240,
    ),
    span=3,
    empty="Rows without days have no times.",
    doc="As a multiple of what a period counts where all are alike.",
)

_POOLING: Final = Block(
    view=View.KPI,
    title="How far the views are from what was seen",
    data="/pooling",
    opts=KpiOptions(
        items=(
            Figure(key="views", title="Views", format=Format.QTY),
            Figure(
                key="effective_periods",
                title="Effective periods",
                format=Format.DECIMAL,
                doc="So many periods that all count the same would say as much.",
            ),
            Figure(key="periods", title="Periods", format=Format.QTY),
            Figure(
                key="entropy",
                title="Relative entropy",
                format=Format.DECIMAL,
                doc="Of the new counts of periods to the old, in nats; zero where views say nothing new.",
            ),
        )
    ),
    span=3,
)

ENTROPY_POOLING: Final = Analysis(
    analysis_id="portfolio/entropy-pooling",
    title="Entropy pooling",
    doc="Your views, met by letting past periods count differently, and the weights that follow.",
    workspace=Workspace.PORTFOLIO,
    order=155,
    keywords=("entropy pooling", "views", "meucci", "scenarios", "probabilities", "optimizer"),
    request=EntropyRequest,
    result=EntropyResult,
    compute=compute,
    layout=(*layout_beside(_BELIEFS), _POOLING, _PROBABILITIES),
    example=EntropyRequest(
        start="2018-01-01", views=("AAPL.XNAS=0.1", "JPM.XNYS>XOM.XNYS=0.05", "KO.XNYS~0.25")
    ),
    presets=(Preset(title="A stormy year", values={"views": ["AAPL.XNAS~0.5"]}),),
)
