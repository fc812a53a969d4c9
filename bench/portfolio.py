"""Milliseconds of CPU a portfolio from 2,500 days of returns, at 20 and 500 assets; estimation is included.

`METHOD_ASSETS_ms`: means and covariance of the sample, then the method, long only and fully invested, on
one thread, the least of a few repetitions; the first, which imports, is not counted. `frontier` is fifty
efficient portfolios. `METHOD_ASSETS_gap` is how far from the optimum the result is known to be at most,
relative: by the conditions of an optimum where there is a quadratic program, by the error of shares for
risk parity, by duality for the other measures. `all_ASSETS_peak_mib` is the most memory held by a process
that did all methods at up to that size, imports and returns included. Peers get the same returns, a process
each at each size; `METHOD_ASSETS_times_faster_than_PEER` is their CPU time over ours, of this very run.
BENCH_PORTFOLIO_PEERS may name an interpreter that has them; otherwise an environment is made for them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.harness import ROOT, Report
from bench.peers import run_peer
from tools.portfolio_golden import MEASURED, TAIL, objective, sp500, synthetic
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.diversification import maximum_diversification
from trade2026.analytics.optimization.expected_shortfall import minimum_cvar
from trade2026.analytics.optimization.frontier import efficient_frontier
from trade2026.analytics.optimization.hierarchical import hierarchical_equal_risk, hierarchical_risk_parity
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.mean_variance import maximum_sharpe, minimum_variance
from trade2026.analytics.optimization.measures import Scenarios
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.nested import nested_clustered
from trade2026.analytics.optimization.objective import optimize
from trade2026.analytics.optimization.problem import Problem
from trade2026.analytics.optimization.result import Portfolio
from trade2026.analytics.optimization.risk_budgeting import risk_parity
from trade2026.bootstrap.worker import resident_peak

RUNS = 3
ASSETS = (20, 500)
_LIBRARIES = ("skfolio", "pypfopt", "riskfolio")
PEERS_VARIABLE = "BENCH_PORTFOLIO_PEERS"
FRONTIER = "frontier"
"""Its objective is not compared: every library divides it by itself."""
_MANY = 100
_TOO_LONG = ("minimum_evar", "minimum_cdar")
"""What other libraries are not asked for with more assets than `_MANY`: they take minutes for it."""
_REPS = 5
_BUDGET_S = 10.0
_UNITS = {"ms": "ms", "objective": "", "gap": "relative", "peak_mib": "MiB"}
_SINGLE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)

Floats = npt.NDArray[np.float64]


def returns_for(assets: int) -> Floats:
    """The S&P 500 sample for 20, the seeded factors for any other number."""
    return sp500() if assets == 20 else synthetic(assets)


def covariance(returns: Floats) -> Floats:
    """Of the sample, ddof 1."""
    centered = returns - returns.mean(axis=0)
    result: Floats = centered.T @ centered / (len(returns) - 1)
    return result


def least(measure: Measure, returns: Floats) -> Portfolio:
    """The weights of the least risk, long only and fully invested."""
    limits = Limits(Constraints.box(returns.shape[1]))
    on = Scenarios(returns, covariance(returns), TAIL)
    return optimize(Problem(Goal.MINIMUM_RISK, measure, on, limits, returns.mean(axis=0)))


def frontier(returns: Floats) -> Portfolio:
    """Fifty efficient portfolios, one a row."""
    found = efficient_frontier(returns.mean(axis=0), covariance(returns), points=50)
    return Portfolio(found.weights, {}, 0.0)


METHODS: dict[str, Callable[[Floats], Portfolio]] = {
    "minimum_variance": lambda returns: minimum_variance(covariance(returns)),
    "maximum_sharpe": lambda returns: maximum_sharpe(returns.mean(axis=0), covariance(returns)),
    "risk_parity": lambda returns: risk_parity(covariance(returns)),
    "minimum_cvar": minimum_cvar,
    "hierarchical_risk_parity": lambda returns: hierarchical_risk_parity(
        covariance(returns), leaf_order="optimal"
    ),
    "hierarchical_equal_risk": lambda returns: hierarchical_equal_risk(covariance(returns), risk="variance"),
    "nested_clustered": lambda returns: nested_clustered(covariance(returns), outer=risk_parity),
    "maximum_diversification": lambda returns: maximum_diversification(covariance(returns)),
    **{name: partial(least, measure) for name, measure in MEASURED.items()},
    FRONTIER: frontier,
}


def _gap(found: Portfolio) -> float | None:
    """How far from the optimum it is at most, relative; None where there is no optimum."""
    if found.solution is not None:
        return found.solution.kkt.worst
    if "gap" in found.measures:
        return found.measures["gap"] / found.measures.get("cvar", found.measures.get("risk", 1.0))
    return found.measures.get("share_error")


def ours() -> dict[str, dict[str, float]]:
    """Times, gaps and objectives by METHOD_ASSETS; run on one thread."""
    results: dict[str, dict[str, float]] = {}
    for assets in ASSETS:
        returns = returns_for(assets)
        for name, method in METHODS.items():
            begin = time.perf_counter()
            found = method(returns)
            times: list[float] = []
            while len(times) < _REPS and (not times or time.perf_counter() - begin < _BUDGET_S):
                cpu = time.process_time()
                found = method(returns)
                times.append(time.process_time() - cpu)
            result = {"ms": 1e3 * min(times)}
            if name != FRONTIER:
                result["objective"] = objective(name, found.weights, returns)
            gap = _gap(found)
            if gap is not None:
                result["gap"] = gap
            results[f"{name}_{assets}"] = result
        results[f"all_{assets}"] = {"peak_mib": resident_peak() / 2**20}
    return results


def run_once(report: Report) -> None:
    """All methods at both sizes, in a process of its own, so that linear algebra has one thread."""
    environment = {**os.environ, **_SINGLE, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "bench.portfolio"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    for name, result in json.loads(done.stdout.splitlines()[-1]).items():
        for figure, value in result.items():
            report.add(f"{name}_{figure}", value, _UNITS[figure])


def run_peers(report: Report) -> None:
    """skfolio, PyPortfolioOpt and Riskfolio-Lib on the same returns, in an environment of their own."""
    given = os.environ.get(PEERS_VARIABLE)
    python = None if given is None else Path(given)
    report.notes.append(
        f"Other libraries were not asked for {' and '.join(_TOO_LONG)} at {ASSETS[-1]} assets."
    )
    for assets in ASSETS:
        returns = returns_for(assets)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "returns.npy"
            np.save(path, returns)
            for library in _LIBRARIES:
                options = ["--reps", str(_REPS), "--library", library]
                if assets > _MANY:
                    options += ["--skip", *_TOO_LONG]
                answer = run_peer("portfolio.py", str(path), *options, python=python)
                if answer is None:
                    report.notes.append(
                        "The other libraries could not be installed here, so their figures are absent."
                    )
                    return
                _tell(report, library, assets, answer, returns)


def _tell(report: Report, library: str, assets: int, answer: dict[str, Any], returns: Floats) -> None:
    """What one library did."""
    if library in answer["versions"]:
        report.add(f"all_{assets}_peak_mib_of_{library}", answer["peak_mib"], "MiB")
    for task, found in answer["results"].items():
        _compare(report, answer["versions"], task, assets, found, returns)
    report.notes += [f"{task} at {assets} assets failed: {why}" for task, why in answer["failed"].items()]


def _compare(
    report: Report, versions: dict[str, str], task: str, assets: int, found: dict[str, Any], returns: Floats
) -> None:
    """A peer's time and objective, and how many times faster ours is."""
    library, method = task.split(".")
    peer = report.peers.setdefault(f"{library} {versions[library]} (cvxpy {versions['cvxpy']})", {})
    peer[f"{method}_{assets}_ms"] = round(found["cpu_ms"], 2)
    if method != FRONTIER:
        peer[f"{method}_{assets}_objective"] = objective(method, np.array(found["weights"]), returns)
    mine = report.series.get(f"{method}_{assets}_ms")
    if mine is not None:
        for value in mine.values:
            report.add(f"{method}_{assets}_times_faster_than_{library}", found["cpu_ms"] / value, "times")


if __name__ == "__main__":
    print(json.dumps(ours()))
