"""How good the optima of every measure of risk are, beside four libraries on the same returns; no times.

For 2,500 days of the 20 shares of the sample ("minimum": the least risk, "ratio": the best return for it,
both long only; "limited": the least risk within bounds below zero, a group, gross exposure, turnover and
tracking error), and for 1,000 days of 500 made assets ("minimum"):

`MEASURE_GOAL_ASSETS_violation` is the largest violation of a constraint, in weights; `_gap` by how much other
weights may be better at most, relative, as the solver's duality has it: for volatility within linear limits
the worst residual of the conditions of an optimum; `_worse_than_PEER` how much worse the objective is than
theirs, relative, by one function for both: below zero where ours is better. What a peer needs more than 600 s
of CPU for is a note. BENCH_PORTFOLIO_PEERS as in `portfolio`.
"""

import os
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bench.harness import Report
from bench.peers import run_peer
from bench.portfolio import PEERS_VARIABLE
from tools.objective_golden import case
from tools.portfolio_golden import synthetic
from trade2026.analytics.optimization.constraints import Constraints, Group
from trade2026.analytics.optimization.limits import Limits, Tracking, Turnover
from trade2026.analytics.optimization.measures import IS_LENGTH, Scenarios, value_of
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.objective import optimize
from trade2026.analytics.optimization.problem import Problem
from trade2026.analytics.optimization.result import Portfolio

RUNS = 1
GOALS: Final = {20: ("minimum", "ratio", "limited"), 500: ("minimum",)}
_DAYS: Final = 1_000
_CAPPED: Final = 1.0
_PACKAGES: Final = {"riskfolio": "riskfolio-lib", "pypfopt": "pyportfolioopt"}

Floats = npt.NDArray[np.float64]


def given(assets: int) -> dict[str, Any]:
    """What the problems are made of, as the peers get it."""
    if assets == 20:
        return case(is_whole=True)
    returns = np.ascontiguousarray(synthetic(assets)[-_DAYS:])
    made = {"returns": returns, "covariance": np.cov(returns.T), "mean": returns.mean(axis=0)}
    same = np.full(assets, 1.0 / assets)
    return case(is_whole=True) | made | {"current": same, "benchmark": same}


def limits_of(goal: str, it: dict[str, Any]) -> Limits:
    """Long only; or every kind of limit at once."""
    n = it["mean"].size
    if goal != "limited":
        return Limits(Constraints.box(n, upper=_CAPPED))
    group = Group("first", (0, 1, 2, 3), upper=it["group"])
    return Limits(
        Constraints(np.full(n, -0.3), np.full(n, 0.4), groups=(group,)),
        gross=it["gross"],
        turnover=Turnover(it["current"], it["turnover"]),
        tracking=Tracking(it["current"], it["covariance"], it["tracking"]),
    )


def worth(goal: str, measure: Measure, weights: Floats, on: Scenarios, mean: Floats) -> float:
    """What is judged, the less the better: risk, or risk for a return."""
    risk = value_of(measure, weights, on)
    return risk if goal != "ratio" else risk / float(mean @ weights)


def gap_of(found: Portfolio, measure: Measure, reached: float, goal: str, unit: float) -> float:
    """Relative: solvers minimize the risk in units of a return, or half of its square."""
    if found.solution is not None:
        return found.solution.kkt.worst
    size = reached if goal == "ratio" else reached / unit
    return found.measures["gap"] / (0.5 * size**2 if measure in IS_LENGTH else size)


def run_once(report: Report) -> None:
    """Every measure, goal and number of assets."""
    for assets, goals in GOALS.items():
        it = given(assets)
        on = Scenarios(it["returns"], it["covariance"], it["tail"])
        for goal in goals:
            for measure in Measure:
                wanted = Goal.MAXIMUM_RATIO if goal == "ratio" else Goal.MINIMUM_RISK
                found = optimize(Problem(wanted, measure, on, limits_of(goal, it), it["mean"]))
                reached = worth(goal, measure, found.weights, on, it["mean"])
                name = f"{measure.value}_{goal}_{assets}"
                report.add(f"{name}_violation", found.violation, "weights")
                report.add(f"{name}_gap", gap_of(found, measure, reached, goal, on.unit), "relative")
                report.add(f"{name}_objective", reached, "")


def run_peers(report: Report) -> None:
    """Cvxpy with Clarabel, skfolio, Riskfolio-Lib, and PyPortfolioOpt where it has the measure."""
    python = os.environ.get(PEERS_VARIABLE)
    for assets, goals in GOALS.items():
        it = given(assets)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cases.npz"
            np.savez(path, **it)
            answer = run_peer("objectives.py", str(path), *goals, python=Path(python) if python else None)
        if answer is None:
            report.notes.append("The other libraries could not be installed here, so theirs are absent.")
            return
        on = Scenarios(it["returns"], it["covariance"], it["tail"])
        for task, weights in answer["results"].items():
            library, goal, measure = task.split(".")
            theirs = worth(goal, Measure(measure), np.array(weights), on, it["mean"])
            name = f"{measure}_{goal}_{assets}"
            mine = report.series[f"{name}_objective"].values[-1]
            report.add(f"{name}_worse_than_{library}", mine / theirs - 1.0, "relative")
            version = f"{library} {answer['versions'][_PACKAGES.get(library, library)]}"
            report.peers.setdefault(version, {})[f"{name}_objective"] = theirs
        report.notes += [f"{task} at {assets} assets failed: {why}" for task, why in answer["failed"].items()]
