"""How much a portfolio may lose: value at risk and expected shortfall by four methods, and stress."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.fields import Tail, Weights
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import Frequency, ReturnsRequest
from trade2026.application.analyses.shocks import Shockable, ShockText, shock_of
from trade2026.application.analyses.tail_layout import LAYOUT
from trade2026.application.analyses.values import check_survives, number_of, weights_of
from trade2026.application.named_data import say_day
from trade2026.application.pages.spec import Preset, Workspace
from trade2026.primitives.time import format_ns

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.risk_measures.extremes import ParetoTail

_TAILS: Final = (0.1, 0.05, 0.025, 0.01, 0.005)
_SPANS: Final = (1, 5, 21, 63, 252)
_BINS: Final = 50
MARKET: Final = "market"
"""All assets in equal parts."""


class TailRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Weights, the tail that is drawn, and shocks to be stressed with."""

    weights: Weights = ()
    tail: Annotated[Tail, Meta(le=0.2)] = 0.05
    threshold: Annotated[
        float,
        Meta(
            gt=0.0,
            le=0.5,
            title="Extremes",
            description="Share of the worst periods that the law of extremes is fitted to; 0.1 is 10 %.",
        ),
    ] = 0.1
    shocks: Annotated[
        tuple[ShockText, ...],
        Meta(
            title="Shocks",
            description="ASSET=RETURN with commas between them, such as XOM.XNYS=-0.2 or XOM.XNYS=-20%, or "
            "market=-0.1 for all assets together; each is looked at by itself.",
            max_length=50,
        ),
    ] = ("market=-0.1", "market=-0.2", "market=0.1")


class TailRow(msgspec.Struct, frozen=True, kw_only=True):
    """Value at risk and expected shortfall per period, positive for a loss; None where undefined."""

    tail: float
    historical_var: float | None
    normal_var: float | None
    cornish_fisher_var: float | None
    extreme_var: float | None
    historical_es: float | None
    normal_es: float | None
    cornish_fisher_es: float | None
    extreme_es: float | None


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often losses were beyond the value at risk, in sample, and how likely that is by chance.

    Attributes
    ----------
    expected, observed : float, int
        Periods beyond it.
    p_value : float or None
        Of Kupiec's (1995) likelihood ratio that the share is the tail.
    """

    method: str
    value_at_risk: float
    expected: float
    observed: int
    p_value: float | None


class SpanRow(msgspec.Struct, frozen=True, kw_only=True):
    """The worst stretch of so many periods, weights kept constant.

    Its first and its last period are told by their days, those of minutes and hours by when they end; "" for
    rows without times.
    """

    periods: int
    lost: float
    first: str
    last: str


class StressRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a shock does: the asset itself, and all others by their betas to it.

    Attributes
    ----------
    lost : float
        Of the portfolio, positive for a loss.
    beta : float
        Of the portfolio to what is shocked.
    correlation : float
        Of their returns: where it is small, little is explained.
    """

    shock: str
    lost: float
    beta: float
    correlation: float
    worst_asset: str
    worst_asset_return: float


class LossBin(msgspec.Struct, frozen=True, kw_only=True):
    """Periods per unit of return between two ends, and the density of a normal there."""

    low: float
    high: float
    density: float
    normal: float
    is_tail: bool


class TailSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Per period, at the tail asked for.

    Attributes
    ----------
    shape, shape_error : float or None
        Of the generalised Pareto law fitted to the worst losses; above zero the tail is heavy.
    """

    tail: float
    value_at_risk: float
    expected_shortfall: float
    extreme_var: float | None
    skewness: float | None
    excess_kurtosis: float | None
    shape: float | None
    shape_error: float | None
    worst: float


class TailResult(msgspec.Struct, frozen=True, kw_only=True):
    """Measures by tail and method, how they fit, stress and the worst stretches."""

    summary: TailSummary
    tails: tuple[TailRow, ...]
    checks: tuple[CheckRow, ...]
    histogram: tuple[LossBin, ...]
    stress: tuple[StressRow, ...]
    stretches: tuple[SpanRow, ...]


def compute(request: TailRequest, panel: Panel, tell: Tell) -> Found[TailResult]:
    """All of it for weights kept constant."""
    from trade2026.analytics import ratios
    from trade2026.analytics.arrays import Undefined
    from trade2026.analytics.risk_measures import tail as tails
    from trade2026.analytics.risk_measures.extremes import fit_tail

    weights = weights_of(request.weights, len(panel.assets))
    returns = panel.returns @ weights
    check_survives("weights", returns)
    tell(0.1, "fitting the tail")
    fitted = fit_tail(returns, threshold_share=request.threshold)
    warnings: tuple[str, ...] = ()
    law: ParetoTail | None = None
    if isinstance(fitted, Undefined):
        warnings = (f"There is no law of extremes: {fitted.reason}.",)
    else:
        law = fitted
    tell(0.4, "measures")
    rows = tuple(_measures(returns, tail, law) for tail in sorted({*_TAILS, request.tail}, reverse=True))
    (own,) = [row for row in rows if row.tail == request.tail]
    tell(0.7, "stress")
    summary = TailSummary(
        tail=request.tail,
        value_at_risk=tails.value_at_risk(returns, tail=request.tail),
        expected_shortfall=tails.expected_shortfall(returns, tail=request.tail),
        extreme_var=own.extreme_var,
        skewness=number_of(ratios.skewness(returns)),
        excess_kurtosis=number_of(ratios.excess_kurtosis(returns)),
        shape=None if law is None else law.shape,
        shape_error=None if law is None else law.shape_error,
        worst=-float(returns.min()),
    )
    return Found(
        TailResult(
            summary=summary,
            tails=rows,
            checks=_checks(returns, own),
            histogram=_histogram(returns, summary.value_at_risk),
            stress=_stress(request.shocks, weights, panel),
            stretches=_stretches(returns, request, panel),
        ),
        warnings,
    )


def _measures(returns: "FloatArray", tail: float, law: "ParetoTail | None") -> TailRow:
    from trade2026.analytics.risk_measures import cornish_fisher as bent
    from trade2026.analytics.risk_measures import tail as tails

    has_law = law is not None and tail * law.n <= law.peaks
    return TailRow(
        tail=tail,
        historical_var=tails.value_at_risk(returns, tail=tail),
        normal_var=tails.gaussian_value_at_risk(returns, tail=tail),
        cornish_fisher_var=number_of(bent.cornish_fisher_value_at_risk(returns, tail=tail)),
        extreme_var=law.value_at_risk(tail) if law is not None and has_law else None,
        historical_es=tails.expected_shortfall(returns, tail=tail),
        normal_es=tails.gaussian_expected_shortfall(returns, tail=tail),
        cornish_fisher_es=number_of(bent.cornish_fisher_expected_shortfall(returns, tail=tail)),
        extreme_es=number_of(law.expected_shortfall(tail)) if law is not None and has_law else None,
    )


def _checks(returns: "FloatArray", row: TailRow) -> tuple[CheckRow, ...]:
    from trade2026.analytics.risk_measures.stress import coverage_p_value

    found = []
    for method in ("historical", "normal", "cornish_fisher", "extreme"):
        limit = getattr(row, f"{method}_var")
        if limit is None:
            continue
        observed, chance = coverage_p_value(returns, limit, tail=row.tail)
        found.append(
            CheckRow(
                method=method.replace("_", " "),
                value_at_risk=limit,
                expected=row.tail * returns.size,
                observed=observed,
                p_value=number_of(chance),
            )
        )
    return tuple(found)


def _histogram(returns: "FloatArray", value_at_risk: float) -> tuple[LossBin, ...]:
    import numpy as np

    spread = float(returns.std(ddof=1))
    if spread == 0.0:
        return ()
    density, edges = np.histogram(returns, bins=_BINS, density=True)
    middle = (edges[:-1] + edges[1:]) / 2.0
    normal = np.exp(-0.5 * ((middle - returns.mean()) / spread) ** 2) / (spread * np.sqrt(2.0 * np.pi))
    return tuple(
        LossBin(low=low, high=high, density=each, normal=law, is_tail=high <= -value_at_risk)
        for low, high, each, law in zip(
            edges[:-1].tolist(), edges[1:].tolist(), density.tolist(), normal.tolist(), strict=True
        )
    )


def _stress(shocks: tuple[str, ...], weights: "FloatArray", panel: Panel) -> tuple[StressRow, ...]:
    from trade2026.analytics.risk_measures.stress import beta_and_correlation, shocked_by_betas

    rows = []
    among = Shockable((MARKET, *panel.assets), "market or assets of the request", low=-1.0, high=10.0)
    for text in shocks:
        name, shock = shock_of(text, among)
        source = panel.returns.mean(axis=1) if name == MARKET else panel.returns[:, panel.assets.index(name)]
        moved = shocked_by_betas(panel.returns, source, shock=shock)
        beta, correlation = beta_and_correlation(panel.returns @ weights, source)
        worst = int(moved.argmin())
        rows.append(
            StressRow(
                shock=f"{name} {shock:+.1%}",
                lost=-float(weights @ moved),
                beta=beta,
                correlation=correlation,
                worst_asset=panel.assets[worst],
                worst_asset_return=float(moved[worst]),
            )
        )
    return tuple(rows)


def _stretches(returns: "FloatArray", request: TailRequest, panel: Panel) -> tuple[SpanRow, ...]:
    from trade2026.analytics.risk_measures.stress import worst_stretch

    rows = []
    for periods in _SPANS:
        if periods > returns.size:
            break
        gained, first = worst_stretch(returns, periods=periods)
        times = [
            _said(int(panel.ts_ns[each]), request.frequency) if panel.is_dated else ""
            for each in (first, first + periods - 1)
        ]
        rows.append(SpanRow(periods=periods, lost=-gained, first=times[0], last=times[1]))
    return tuple(rows)


def _said(end: int, frequency: Frequency) -> str:
    return format_ns(end) if frequency in (Frequency.MINUTE, Frequency.HOUR) else say_day(end)


TAIL_RISK: Final = Analysis(
    analysis_id="portfolio/tail-risk",
    title="Tail risk",
    doc="Value at risk and expected shortfall by four methods, how they fit, stress and worst stretches.",
    workspace=Workspace.PORTFOLIO,
    order=107,
    keywords=("var", "expected shortfall", "cornish-fisher", "extreme value", "stress", "kupiec", "losses"),
    request=TailRequest,
    result=TailResult,
    compute=compute,
    layout=LAYOUT,
    example=TailRequest(start="2018-01-01", shocks=("market=-0.1", "XOM.XNYS=-0.3")),
    presets=(Preset(title="Worst 1 %", values={"tail": 0.01}),),
)
