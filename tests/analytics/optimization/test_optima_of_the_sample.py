"""Every measure of risk on 2,500 days of twenty shares: constraints, objectives, conditions of an optimum.

`tools/objective_golden.py` wrote what cvxpy, skfolio and Riskfolio-Lib reach; all are judged by one function.

1. Constraints are violated by 1e-8 of a weight at most.
2. No library is better by more than 1e-6, relative, and none is far behind.
3. Where the measure has a derivative, the conditions of Karush, Kuhn and Tucker hold: of long-only weights
   that sum to one, no asset promises less than those that are held.

`bench portfolio_optima` has limits, and 500 assets.
"""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from tools.objective_golden import WHOLE_FILE, case
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.measures import Scenarios, value_of
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.objective import optimize
from trade2026.analytics.optimization.problem import Problem
from trade2026.analytics.optimization.result import Portfolio
from trade2026.analytics.optimization.tracking import Benchmark, track
from trade2026.analytics.risk_measures.contributions import Contributions, risk_contributions

KEPT: dict[str, list[float]] = json.loads(WHOLE_FILE.read_text())["results"]
BETTER = 1e-6
VIOLATED = 1e-8
CASES = [name for name in KEPT if name.split(".")[1] in ("minimum", "ratio")]
SMOOTH = {Measure.VOLATILITY: "volatility", Measure.EVAR: "entropic_value_at_risk"}
"""Measures with a derivative at the optimum, which is not where periods tie, and their names as such."""


@cache
def given() -> dict[str, Any]:
    return case(is_whole=True)


@cache
def scenarios() -> Scenarios:
    return Scenarios(given()["returns"], given()["covariance"], given()["tail"])


def box() -> Limits:
    return Limits(Constraints.box(given()["mean"].size, upper=1.0))


@cache
def ours(goal: str, measure: str) -> Portfolio:
    wanted = Goal.MAXIMUM_RATIO if goal == "ratio" else Goal.MINIMUM_RISK
    return optimize(Problem(wanted, Measure(measure), scenarios(), box(), given()["mean"]))


def worth(goal: str, measure: str, weights: np.ndarray) -> float:
    risk = value_of(Measure(measure), weights, scenarios())
    return risk if goal != "ratio" else risk / float(given()["mean"] @ weights)


def test_all_measures_are_here() -> None:
    judged = {(name.split(".")[1], name.split(".")[2]) for name in CASES}
    assert judged == {(goal, each) for goal in ("minimum", "ratio") for each in Measure}


@pytest.mark.parametrize("name", CASES)
def test_no_library_has_less_risk_or_a_better_ratio(name: str) -> None:
    _, goal, measure = name.split(".")
    found = ours(goal, measure)
    assert found.violation <= VIOLATED
    if "gap" in found.measures:  # In units of a return, of what is linear or EVaR.
        risk = found.measures["risk"] / (found.measures["return"] if goal == "ratio" else scenarios().unit)
        assert found.measures["gap"] <= BETTER * risk
    mine, theirs = worth(goal, measure, found.weights), worth(goal, measure, np.array(KEPT[name]))
    assert mine <= theirs * (1.0 + BETTER)
    assert theirs <= mine * (1.0 + BETTER)


@pytest.mark.parametrize("goal", ["minimum", "ratio"])
@pytest.mark.parametrize("measure", SMOOTH)
def test_no_asset_promises_less_than_those_that_are_held(goal: str, measure: Measure) -> None:
    """Derivatives of the logarithm of the risk, or of risk over return; they average to one, or to zero."""
    w, mean = ours(goal, measure).weights, given()["mean"]
    parts = risk_contributions(w, given()["returns"], SMOOTH[measure], tail=given()["tail"])
    assert isinstance(parts, Contributions)
    slopes = parts.marginal / parts.total
    if goal == "ratio":
        slopes = slopes - mean / float(mean @ w)
    assert float(w @ slopes - slopes.min()) <= 1e-7
    assert float(np.ptp(slopes[w > 0.0])) <= 1e-7


def test_a_tracked_benchmark_meets_the_conditions_of_an_optimum() -> None:
    """Of ten shares that may be held, and a benchmark of all twenty."""
    S, benchmark = given()["covariance"], given()["benchmark"]
    upper = np.where(np.arange(benchmark.size) % 2 == 0, 0.3, 0.0)
    limits = Limits(Constraints(np.zeros(benchmark.size), upper))
    found = track(Benchmark.of_weights(S, benchmark), limits)
    w = found.weights
    assert found.violation <= VIOLATED
    forces = S @ (w - benchmark) / float(S.trace() / len(S))
    price = -forces[(w > 0.0) & (w < upper)].mean()
    can_rise, can_fall = w < upper, w > 0.0
    assert (forces[can_rise] + price >= -1e-9).all()
    assert (forces[can_fall] + price <= 1e-9).all()
