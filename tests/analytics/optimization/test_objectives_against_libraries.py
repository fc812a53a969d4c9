"""Measures of risk, constraints and costs beside cvxpy, skfolio and Riskfolio-Lib: kept weights, our values.

`tools/objective_golden.py` wrote them. What is compared is the objective of their weights and of ours, by one
function for both: ours is at least as good, and theirs is near.
"""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from tools.objective_golden import FILE, case
from trade2026.analytics.optimization.constraints import Constraints, Group
from trade2026.analytics.optimization.limits import Limits, Tracking, Turnover
from trade2026.analytics.optimization.measures import Scenarios, value_of
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.objective import optimize
from trade2026.analytics.optimization.problem import Problem
from trade2026.analytics.optimization.robust import robust_utility
from trade2026.analytics.optimization.tracking import Benchmark, track
from trade2026.analytics.optimization.transition import Costs, Plan, objective_of, transition

KEPT: dict[str, list[float]] = json.loads(FILE.read_text())["results"]
NEAR = {"cvxpy": 1e-6, "skfolio": 2e-4, "riskfolio": 2e-3}
"""How far the libraries end from the optimum at most, relative."""
CASES = [name for name in KEPT if name.split(".")[1] in ("minimum", "limited", "ratio")]


@cache
def given() -> dict[str, Any]:
    return case()


def scenarios() -> Scenarios:
    return Scenarios(given()["returns"], given()["covariance"], given()["tail"])


@cache
def limits_of(goal: str) -> Limits:
    it = given()
    n = it["mean"].size
    if goal != "limited":
        return Limits(Constraints.box(n, upper=1.0))
    group = Group("first", (0, 1, 2, 3), upper=it["group"])
    return Limits(
        Constraints(np.full(n, -0.3), np.full(n, 0.4), groups=(group,)),
        gross=it["gross"],
        turnover=Turnover(it["current"], it["turnover"]),
        tracking=Tracking(it["current"], it["covariance"], it["tracking"]),
    )


@cache
def ours(goal: str, measure: str) -> np.ndarray:
    wanted = Goal.MAXIMUM_RATIO if goal == "ratio" else Goal.MINIMUM_RISK
    found = optimize(Problem(wanted, Measure(measure), scenarios(), limits_of(goal), given()["mean"]))
    assert found.violation <= 1e-9
    return found.weights


def worth(goal: str, measure: str, weights: np.ndarray) -> float:
    risk = value_of(Measure(measure), weights, scenarios())
    return risk if goal != "ratio" else risk / float(given()["mean"] @ weights)


@pytest.mark.parametrize("name", CASES)
def test_no_library_has_less_risk_or_a_better_ratio(name: str) -> None:
    library, goal, measure = name.split(".")
    theirs = worth(goal, measure, np.array(KEPT[name]))
    mine = worth(goal, measure, ours(goal, measure))
    assert mine <= theirs * (1.0 + 1e-7)
    assert theirs <= mine * (1.0 + NEAR[library])


def test_costs_and_a_plan_of_three_trades() -> None:
    it = given()
    n = it["mean"].size
    plan = Plan(
        it["mean"], it["covariance"], it["current"], Limits(Constraints.box(n, upper=0.4)),
        Costs.same(n, linear=it["linear"], quadratic=it["quadratic"]), it["aversion"], 3, it["periods"],
        it["half_life"],
    )  # fmt: skip
    found = transition(plan)
    theirs = np.array(KEPT["cvxpy.transition.path"])
    np.testing.assert_allclose(found.path, theirs, atol=2e-5)
    assert objective_of(plan, found.path) <= objective_of(plan, theirs) + 1e-9
    assert found.portfolio.violation <= 1e-9


def test_means_that_are_not_known() -> None:
    it = given()
    doubt = it["covariance"] / len(it["returns"])
    found = robust_utility(
        it["mean"], it["covariance"], limits_of("minimum"), mean_covariance=doubt, radius=it["radius"],
        risk_aversion=it["aversion"],
    )  # fmt: skip
    theirs = np.array(KEPT["cvxpy.robust.utility"])
    np.testing.assert_allclose(found.weights, theirs, atol=1e-4)
    S, m = it["covariance"], it["mean"]
    lost = it["radius"] * float(np.sqrt(theirs @ doubt @ theirs))
    utility = float(m @ theirs) - lost - 0.5 * it["aversion"] * float(theirs @ S @ theirs)
    assert found.measures["utility"] >= utility - 1e-12
    assert found.violation <= 1e-9


def test_a_benchmark_that_costs_to_be_followed() -> None:
    it = given()
    n = it["mean"].size
    found = track(
        Benchmark.of_weights(it["covariance"], it["benchmark"]), Limits(Constraints.box(n, upper=0.4)),
        current=it["current"], costs=Costs.same(n, linear=it["linear"], quadratic=it["quadratic"]),
        cost_aversion=it["cost_aversion"],
    )  # fmt: skip
    np.testing.assert_allclose(found.weights, KEPT["cvxpy.tracking.costs"], atol=2e-5)
