"""The efficient frontier, from the least variance to the highest return, with the assets around it."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.application.analyses.allocation import ExpectingRequest, bounded, expectations_of
from trade2026.application.analyses.budget import check_work
from trade2026.application.analyses.costs import cost_of_estimator
from trade2026.application.analyses.declaration import Found, Tell
from trade2026.application.analyses.estimation import check_covariance_work, covariance_of
from trade2026.application.analyses.fields import MeasureTail, RiskMeasureField, Weight
from trade2026.application.analyses.method_costs import cost_of_measure
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import weights_of
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.limits import Limits
    from trade2026.analytics.optimization.measures import Scenarios

FRONTIER_GROUP: Final = "frontier"
BEST_SHARPE: Final = "maximum Sharpe"
_WORDS: Final = {BEST_SHARPE: "maximum Sharpe ratio"}
_WEIGHTS_SHOWN: Final = 12
_TINY: Final = 1e-6
_ASSETS_SHOWN: Final = 12
_OTHERS: Final = "others"
PORTFOLIO_GROUP: Final = "portfolio"


class FrontierRequest(ExpectingRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An allocation, a measure of risk, and how many points of the frontier are wanted."""

    measure: RiskMeasureField = Measure.VOLATILITY
    tail: MeasureTail = 0.05
    points: Annotated[
        int,
        Meta(
            ge=2,
            le=500,
            title="Points",
            description=(
                "Portfolios along the frontier, at equal steps of expected return; an hour's work at most."
            ),
        ),
    ] = 50
    mine: Annotated[
        tuple[Weight, ...],
        Meta(
            title="Your weights",
            description="Shares of capital in the order of the assets, to be shown beside the frontier; "
            "empty for none.",
            max_length=2_000,
        ),
    ] = ()


class FrontierPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A portfolio, or an asset alone; annual fractions.

    Attributes
    ----------
    group : str
        "frontier", "asset" or "portfolio": least risk, best ratio, equal weights, yours.
    volatility, expected_return : float
        By the estimates that were used.
    risk : float
        The measure: per period, but annual for volatility.
    """

    name: str
    group: str
    volatility: float
    expected_return: float
    risk: float


class FrontierRow(msgspec.Struct, frozen=True, kw_only=True):
    """An efficient portfolio; `held` names its assets, largest weight first."""

    number: int
    expected_return: float
    risk: float
    volatility: float
    sharpe_ratio: float | None
    assets: int
    held: str


class ShareRow(msgspec.Struct, frozen=True):
    """What one asset has of an efficient portfolio; assets that never have much are "others"."""

    risk: float
    asset: str
    weight: float


class FrontierSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The two portfolios that are asked for most, and how many corners the frontier has.

    Risks are as in `FrontierPoint`; the ratio is of annual excess return to annual volatility, or of the
    excess return of a period to the measure.
    """

    measure: str
    minimum_risk: float
    minimum_risk_return: float
    best_ratio: float | None
    best_ratio_risk: float | None
    best_ratio_return: float | None
    corners: int


class FrontierResult(msgspec.Struct, frozen=True, kw_only=True):
    """The frontier as points to draw, as a table, and as weights: a row a point, a column an asset."""

    summary: FrontierSummary
    points: tuple[FrontierPoint, ...]
    shares: tuple[ShareRow, ...]
    portfolios: tuple[FrontierRow, ...]
    assets: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]


def compute(request: FrontierRequest, panel: Panel, tell: Tell) -> Found[FrontierResult]:
    """Efficient portfolios: by the critical line for volatility within bounds, else point by point."""
    import numpy as np

    from trade2026.analytics.optimization.measures import Scenarios

    _check_work(request, *panel.returns.shape)
    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns, request.covariance_options)
    mean, rate, more = expectations_of(request, panel)
    limits = bounded(request, panel, covariance)
    on = Scenarios(panel.returns, covariance, request.tail)
    tell(0.2, "following the frontier")
    weights, corners = _efficient(request, mean, on, limits, tell)
    best, ratio, told = _best(request, rate, mean, on, limits, panel.periods_per_year)
    tell(0.9, "describing")
    year = panel.periods_per_year

    def point(name: str, group: str, each: "FloatArray") -> FrontierPoint:
        return _point(request, name, group, each, mean, on, year)

    frontier = [point("", FRONTIER_GROUP, each) for each in weights]
    alone = [
        point(asset, "asset", each)
        for asset, each in zip(panel.assets, np.eye(len(panel.assets)), strict=True)
    ]
    summary = _summary(request.measure, frontier[0], best, ratio, corners)
    rows = tuple(
        _row(number, each, point, rate * year, panel)
        for number, (each, point) in enumerate(zip(weights, frontier, strict=True), start=1)
    )
    result = FrontierResult(
        summary=summary,
        points=(
            *frontier,
            *alone,
            *(point(name, PORTFOLIO_GROUP, each) for name, each in _beside(request, weights[0], panel)),
            *(() if best is None else (best,)),
        ),
        shares=_shares(weights, [each.risk for each in frontier], panel.assets),
        portfolios=rows,
        assets=panel.assets,
        weights=tuple(map(tuple, weights.tolist())),
    )
    return Found(result, (*notes, *more, *told))


def _summary(
    measure: Measure, least: FrontierPoint, best: FrontierPoint | None, ratio: float | None, corners: int
) -> FrontierSummary:
    return FrontierSummary(
        measure=measure.value,
        minimum_risk=least.risk,
        minimum_risk_return=least.expected_return,
        best_ratio=ratio,
        best_ratio_risk=None if best is None else best.risk,
        best_ratio_return=None if best is None else best.expected_return,
        corners=corners,
    )


def _check_work(request: FrontierRequest, periods: int, assets: int) -> None:
    measure, is_choice, size = request.measure, request.constraints.is_choice, f"for {assets:,} assets"
    each, best = (
        cost_of_measure(measure, goal, periods, assets, is_choice=is_choice)
        for goal in (Goal.MINIMUM_RISK, Goal.MAXIMUM_RATIO)
    )
    if is_choice:  # A tree of programs a point.
        size += " that are chosen"
    if measure is not Measure.VOLATILITY:
        size += f" and {measure.value} of {periods:,} periods"
    once = cost_of_estimator(request.covariance, request.covariance_options, periods, assets)
    check_covariance_work(request.covariance, request.covariance_options, periods, assets)
    check_work("points", request.points, each, size, besides=once + best)


def _efficient(
    request: FrontierRequest, mean: "FloatArray", on: "Scenarios", limits: "Limits", tell: Tell
) -> tuple["FloatArray", int]:
    """Weights of the points by rising return, and how many corners are known."""
    from trade2026.analytics.optimization.frontier import efficient_frontier
    from trade2026.analytics.optimization.objective import frontier_of

    if request.measure is Measure.VOLATILITY and limits.is_linear:
        found = efficient_frontier(mean, on.covariance, limits.constraints, points=request.points)
        return found.weights, len(found.corners)

    def told(share: float) -> None:
        tell(0.2 + 0.6 * share, "following the frontier")

    return frontier_of(request.measure, on, limits, mean, points=request.points, tell=told), 0


def _best(
    request: FrontierRequest, rate: float, mean: "FloatArray", on: "Scenarios", limits: "Limits", year: float
) -> tuple[FrontierPoint | None, float | None, tuple[str, ...]]:
    """The portfolio of the best ratio and that ratio, or why there is none: the frontier stands anyway."""
    from trade2026.analytics.optimization.objective import optimize
    from trade2026.analytics.optimization.problem import Problem

    name = BEST_SHARPE if request.measure is Measure.VOLATILITY else "best ratio"
    try:
        best = optimize(Problem(Goal.MAXIMUM_RATIO, request.measure, on, limits, mean, None, rate))
    except InputError as error:
        return None, None, (f"There is no portfolio of {_WORDS.get(name, name)}: {error}",)
    factor = year**0.5 if request.measure is Measure.VOLATILITY else 1.0
    point = _point(request, name, PORTFOLIO_GROUP, best.weights, mean, on, year)
    return point, best.measures["ratio"] * factor, ()


def _beside(request: FrontierRequest, lowest: "FloatArray", panel: Panel) -> list[tuple[str, "FloatArray"]]:
    """Portfolios that the frontier is looked at for, by their names."""
    import numpy as np

    count = len(panel.assets)
    chosen: list[tuple[str, FloatArray]] = [
        ("least risk", lowest),
        ("equal weights", np.full(count, 1.0 / count)),
    ]
    if request.mine:
        chosen.append(("your weights", weights_of(request.mine, count, "mine")))
    return chosen


def _shares(weights: "FloatArray", risks: list[float], assets: tuple[str, ...]) -> tuple[ShareRow, ...]:
    """Weights along the frontier of the assets that have most anywhere; each portfolio once."""
    import numpy as np

    order = np.argsort(-np.abs(weights).max(axis=0), kind="stable")
    shown = order[:_ASSETS_SHOWN].tolist()
    rest = order[_ASSETS_SHOWN:]
    rows = []
    for place, risk in enumerate(risks):
        if place and risk <= risks[place - 1]:
            continue
        rows += [ShareRow(risk, assets[each], float(weights[place, each])) for each in shown]
        if rest.size:
            rows.append(ShareRow(risk, _OTHERS, float(weights[place, rest].sum())))
    return tuple(rows)


def _point(
    request: FrontierRequest, name: str, group: str, weights: "FloatArray", mean: "FloatArray",
    on: "Scenarios", year: float,
) -> FrontierPoint:  # fmt: skip
    from trade2026.analytics.optimization.measures import value_of

    volatility = value_of(Measure.VOLATILITY, weights, on) * year**0.5
    is_volatility = request.measure is Measure.VOLATILITY
    risk = volatility if is_volatility else value_of(request.measure, weights, on)
    return FrontierPoint(
        name=name, group=group, volatility=volatility, expected_return=float(weights @ mean) * year, risk=risk
    )


def _row(number: int, weights: "FloatArray", point: FrontierPoint, rate: float, panel: Panel) -> FrontierRow:
    pairs = zip(panel.assets, weights.tolist(), strict=True)
    held = sorted(
        ((abs(weight), asset, weight) for asset, weight in pairs if abs(weight) > _TINY), reverse=True
    )
    more = f" and {len(held) - _WEIGHTS_SHOWN} more" if len(held) > _WEIGHTS_SHOWN else ""
    above = point.expected_return - rate * float(weights.sum())
    return FrontierRow(
        number=number,
        expected_return=point.expected_return,
        risk=point.risk,
        volatility=point.volatility,
        sharpe_ratio=above / point.volatility if point.volatility > 0.0 else None,
        assets=len(held),
        held=", ".join(f"{asset} {weight:.1%}" for _, asset, weight in held[:_WEIGHTS_SHOWN]) + more,
    )
