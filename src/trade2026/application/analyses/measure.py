"""Any measure of risk: the least, the best ratio, the highest return for a limit of it, the best utility."""

from typing import TYPE_CHECKING, Final

import msgspec

from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.application.analyses.allocation import (
    AllocationSummary,
    GrowthRow,
    WeightRow,
    bounded,
    expectations_of,
    layout_beside,
    within_limits,
)
from trade2026.application.analyses.budget import check_once
from trade2026.application.analyses.costs import cost_of_estimator
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.labels import LABELS, labels_of
from trade2026.application.analyses.limits import STANDINGS, ConstraintRow
from trade2026.application.analyses.measure_request import MeasureRequest
from trade2026.application.analyses.method_costs import cost_of_measure
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import MEAN_ABSOLUTE, choosing, in_unit_of, with_proof
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import Column, Format, TableOptions
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.measures import Scenarios


class MeasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One measure per period, of the portfolio and of equal weights; `ratio` is excess return over it."""

    measure: str
    portfolio: float
    equal_weight: float
    ratio: float | None
    optimized: str


class MeasureResult(msgspec.Struct, frozen=True, kw_only=True):
    """The portfolio, how its constraints stand, and every measure of it."""

    summary: AllocationSummary
    weights: tuple[WeightRow, ...]
    growth: tuple[GrowthRow, ...]
    constraints: tuple[ConstraintRow, ...]
    measures: tuple[MeasureRow, ...]


def compute(request: MeasureRequest, panel: Panel, tell: Tell) -> Found[MeasureResult]:
    """The weights, and what they come to; every period is a scenario."""
    from trade2026.analytics.optimization.measures import Scenarios
    from trade2026.analytics.optimization.objective import optimize
    from trade2026.analytics.optimization.problem import Problem

    _check_work(request, *panel.returns.shape)
    tell(0.0, "estimating")
    covariance, notes = covariance_of(request.covariance, panel.returns, request.covariance_options)
    mean, rate, more = expectations_of(request, panel)
    limits = bounded(request, panel, covariance)
    tell(0.2, f"{panel.returns.shape[0]} scenarios")
    on = Scenarios(panel.returns, covariance, request.tail)
    target = _target(request, panel)
    problem = Problem(
        request.goal, request.measure, on, limits, mean, target, rate,
        request.risk_aversion,
    )  # fmt: skip
    is_annual = request.measure is Measure.VOLATILITY
    field, value = _asked(request)
    with in_unit_of(field, value, panel.periods_per_year, is_annual=is_annual):
        found = optimize(problem, watch=choosing(tell, 0.2, 0.9))
    tell(0.9, "describing")
    name, free = f"{request.goal.value} {request.measure.value}", request.risk_free_rate
    made = within_limits(name, found, limits, covariance, panel, risk_free_rate=free)
    told = f"{LABELS[request.measure]} is {found.measures['risk']:.4%} a period"
    result = MeasureResult(
        summary=made.summary, weights=made.weights, growth=made.growth, constraints=made.constraints,
        measures=_rows(request, found.weights, mean - rate, on),
    )  # fmt: skip
    found = with_proof(found, told, MEAN_ABSOLUTE)
    return Found(result, (*notes, *more, *found.notes), found.solved)


def _check_work(request: MeasureRequest, periods: int, assets: int) -> None:
    """The covariance and the portfolio together."""
    check_once(
        f"{request.goal.value} by {request.measure.value} with {request.covariance.value}",
        lambda rows, columns: (
            cost_of_estimator(request.covariance, request.covariance_options, rows, columns)
            + cost_of_measure(
                request.measure, request.goal, rows, columns, is_choice=request.constraints.is_choice
            )
        ),
        periods,
        assets,
        "another measure or a quicker estimator",
    )


def _target(request: MeasureRequest, panel: Panel) -> float | None:
    """The number of a goal, per period; a number of another goal would not be kept, and is refused."""
    for name, goal in (
        ("target_return", Goal.MINIMUM_RISK), ("risk_limit", Goal.MAXIMUM_RETURN)
    ):  # fmt: skip
        value = getattr(request, name)
        if value is not None and request.goal is not goal:
            raise InputError(
                f"{name} must be left out for {request.goal.value}, was {value}; it is for {goal.value}"
            )
    if request.goal is Goal.MINIMUM_RISK:
        return None if request.target_return is None else request.target_return / panel.periods_per_year
    if request.goal is not Goal.MAXIMUM_RETURN:
        return None
    if request.risk_limit is None:
        raise InputError("risk_limit must be given for maximum_return, was missing; it is the risk allowed")
    is_annual = request.measure is Measure.VOLATILITY
    return request.risk_limit / (panel.periods_per_year**0.5 if is_annual else 1.0)


def _asked(request: MeasureRequest) -> tuple[str, float | None]:
    """The field of the request that has the goal's number, and that number."""
    if request.goal is Goal.MAXIMUM_RETURN:
        return "risk_limit", request.risk_limit
    return "target_return", request.target_return


def _rows(
    request: MeasureRequest, weights: "FloatArray", excess: "FloatArray", on: "Scenarios"
) -> tuple[MeasureRow, ...]:
    import numpy as np

    from trade2026.analytics.optimization.measures import value_of

    equal = np.full(weights.size, 1.0 / weights.size)
    rows = []
    for each in Measure:
        risk = value_of(each, weights, on)
        row = MeasureRow(
            measure=each.value,
            portfolio=risk,
            equal_weight=value_of(each, equal, on),
            ratio=float(excess @ weights) / risk if risk > 0.0 else None,
            optimized="optimized" if each is request.measure else "",
        )
        rows.append(row)
    return tuple(rows)


_MEASURES: Final = Block(
    view=View.TABLE,
    title="Measures",
    data="/measures",
    words={"measure": labels_of(Measure)},
    empty="There is no measure.",
    opts=TableOptions(
        columns=(
            Column("measure", "Measure", Format.ID),
            Column("portfolio", "Portfolio", Format.PCT),
            Column("equal_weight", "Equal weights", Format.PCT),
            Column("ratio", "Return over it", Format.DECIMAL),
            Column("optimized", ""),
        ),
        row_key="measure",
    ),
    span=2,
    doc="Per period, over those that the weights were made from; drawdowns of the sum of returns.",
)

MEASURE: Final = Analysis(
    analysis_id="portfolio/measure",
    title="Measures of risk",
    doc="Least risk, best ratio, highest return or utility for ten measures of risk.",
    workspace=Workspace.PORTFOLIO,
    order=142,
    keywords=("cvar", "evar", "cdar", "drawdown", "semi-deviation", "mad", "ulcer", "ratio", "optimizer"),
    request=MeasureRequest,
    result=MeasureResult,
    compute=compute,
    layout=(*layout_beside(_MEASURES), STANDINGS),
    example=MeasureRequest(start="2021-06-01", measure=Measure.CDAR, upper=0.25),
    presets=(
        Preset(title="Least largest drawdown", values={"measure": "maximum_drawdown"}),
        Preset(title="Best return over CVaR", values={"measure": "cvar", "goal": "maximum_ratio"}),
        Preset(title="Least semi-deviation", values={"measure": "semi_deviation"}),
        Preset(title="EVaR of the worst 5 %", values={"measure": "evar"}),
    ),
)
