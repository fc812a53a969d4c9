# pip: skfolio==1.12.2 riskfolio-lib==7.4.0 pyportfolioopt==1.6.0 cvxpy==1.9.3 clarabel
"""Weights that three libraries give for a file of returns, and the time they take, estimation included.

Long only and fully invested; covariance and means are those of the sample (ddof 1), the risk-free rate is 0,
CVaR is at 95 percent. A library that is not there is left out; what fails is told.
"""

import argparse
import importlib.metadata
import json
import statistics
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
parser = argparse.ArgumentParser()
parser.add_argument("returns", help="an .npy file, shape (periods, assets)")
parser.add_argument("--reps", type=int, required=True)
parser.add_argument("--budget", type=float, default=10.0, help="seconds after which a task is not repeated")
parser.add_argument("--library", default="", help="one of them alone, which is not even imported otherwise")
parser.add_argument("--only", default="", help="a part of the name, such as skfolio. or .cvar")
parser.add_argument("--skip", default=[], nargs="*", help="parts of names")
arguments = parser.parse_args()

import pandas as pd  # noqa: E402

values = np.load(arguments.returns)
names = [f"A{i:03d}" for i in range(values.shape[1])]
X = pd.DataFrame(values, index=pd.bdate_range("2010-01-01", periods=len(values)), columns=names)
tasks = {}


def skfolio_tasks():
    from skfolio import RiskMeasure
    from skfolio.optimization import (
        HierarchicalEqualRiskContribution,
        HierarchicalRiskParity,
        MaximumDiversification,
        MeanRisk,
        NestedClustersOptimization,
        ObjectiveFunction,
        RiskBudgeting,
    )

    made = {
        "minimum_variance": lambda: MeanRisk(risk_measure=RiskMeasure.VARIANCE),
        "maximum_sharpe": lambda: MeanRisk(
            objective_function=ObjectiveFunction.MAXIMIZE_RATIO, risk_measure=RiskMeasure.STANDARD_DEVIATION
        ),
        "minimum_cvar": lambda: MeanRisk(risk_measure=RiskMeasure.CVAR),
        "minimum_semi_deviation": lambda: MeanRisk(risk_measure=RiskMeasure.SEMI_DEVIATION),
        "minimum_mean_absolute_deviation": lambda: MeanRisk(risk_measure=RiskMeasure.MEAN_ABSOLUTE_DEVIATION),
        "minimum_evar": lambda: MeanRisk(risk_measure=RiskMeasure.EVAR),
        "minimum_cdar": lambda: MeanRisk(risk_measure=RiskMeasure.CDAR),
        "frontier": lambda: MeanRisk(risk_measure=RiskMeasure.VARIANCE, efficient_frontier_size=50),
        "risk_parity": RiskBudgeting,
        "maximum_diversification": MaximumDiversification,
        "hierarchical_risk_parity": HierarchicalRiskParity,
        "hierarchical_equal_risk": HierarchicalEqualRiskContribution,
        "nested_clustered": lambda: NestedClustersOptimization(
            inner_estimator=MeanRisk(), outer_estimator=RiskBudgeting(), cv="ignore"
        ),
    }
    return {name: (lambda make=make: make().fit(X).weights_) for name, make in made.items()}


def pypfopt_tasks():
    import pypfopt

    def frontier():
        mean = pypfopt.expected_returns.mean_historical_return(X, returns_data=True, compounding=False)
        return pypfopt.EfficientFrontier(mean, pypfopt.risk_models.sample_cov(X, returns_data=True))

    def listed(found):
        return np.array([found[name] for name in names])

    return {
        "minimum_variance": lambda: listed(frontier().min_volatility()),
        "maximum_sharpe": lambda: listed(frontier().max_sharpe(risk_free_rate=0)),
        "minimum_cvar": lambda: listed(pypfopt.EfficientCVaR(X.mean(), X, beta=0.95).min_cvar()),
        "minimum_cdar": lambda: listed(pypfopt.EfficientCDaR(X.mean(), X, beta=0.95).min_cdar()),
        "hierarchical_risk_parity": lambda: listed(pypfopt.HRPOpt(X).optimize()),
    }


def riskfolio_tasks():
    import riskfolio

    def portfolio():
        made = riskfolio.Portfolio(returns=X)
        made.assets_stats(method_mu="hist", method_cov="hist")
        made.solvers = ["CLARABEL"]
        return made

    def column(found):
        return found.loc[names].values.ravel()

    def classic(risk, objective):
        return column(portfolio().optimization(model="Classic", rm=risk, obj=objective, rf=0, hist=True))

    def tree(model, **more):
        clusters = riskfolio.HCPortfolio(returns=X)
        return column(
            clusters.optimization(
                model=model, rm="MV", rf=0, linkage="ward", max_k=10, leaf_order=True, **more
            )
        )

    return {
        "minimum_variance": lambda: classic("MV", "MinRisk"),
        "maximum_sharpe": lambda: classic("MV", "Sharpe"),
        "minimum_cvar": lambda: classic("CVaR", "MinRisk"),
        "minimum_semi_deviation": lambda: classic("MSV", "MinRisk"),
        "minimum_mean_absolute_deviation": lambda: classic("MAD", "MinRisk"),
        "minimum_evar": lambda: classic("EVaR", "MinRisk"),
        "minimum_cdar": lambda: classic("CDaR", "MinRisk"),
        "frontier": lambda: portfolio().efficient_frontier(model="Classic", rm="MV", points=50, rf=0).values,
        "risk_parity": lambda: column(
            portfolio().rp_optimization(model="Classic", rm="MV", rf=0, b=None, hist=True)
        ),
        "hierarchical_risk_parity": lambda: tree("HRP"),
        "hierarchical_equal_risk": lambda: tree("HERC"),
        "nested_clustered": lambda: tree("NCO", obj="MinRisk"),
    }


def measured(call):
    """Weights with wall and CPU milliseconds: the first call, which imports and compiles, is not counted."""
    begin = time.perf_counter()
    found = call() if values.shape[1] < 100 else None
    wall, cpu = [], []
    while len(wall) < arguments.reps and (not wall or time.perf_counter() - begin < arguments.budget):
        cpu_begin, wall_begin = time.process_time(), time.perf_counter()
        found = call()
        wall.append(time.perf_counter() - wall_begin)
        cpu.append(time.process_time() - cpu_begin)
    return {
        "wall_ms": 1e3 * statistics.median(wall),
        "cpu_ms": 1e3 * min(cpu),
        "reps": len(wall),
        "weights": np.asarray(found, dtype=float).tolist(),
    }


def peak_mib():
    """The most memory that this process has held, MiB."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


versions, results, failed = {}, {}, {}
for library, package, make in (
    ("skfolio", "skfolio", skfolio_tasks),
    ("pypfopt", "pyportfolioopt", pypfopt_tasks),
    ("riskfolio", "riskfolio-lib", riskfolio_tasks),
):
    if arguments.library not in ("", library):
        continue
    try:
        tasks = make()
    except ImportError as error:
        failed[library] = repr(error)
        continue
    versions[library] = importlib.metadata.version(package)
    for name, call in tasks.items():
        task = f"{library}.{name}"
        if arguments.only not in task or any(part in task for part in arguments.skip):
            continue
        try:
            results[task] = measured(call)
        except Exception as error:  # noqa: BLE001
            failed[task] = repr(error)[:200]
        print(
            task,
            {k: v for k, v in results.get(task, {}).items() if k != "weights"},
            file=sys.stderr,
            flush=True,
        )
for package in ("cvxpy", "clarabel"):
    versions[package] = importlib.metadata.version(package)
found = {"versions": versions, "results": results, "failed": failed, "peak_mib": peak_mib()}
print(json.dumps(found))
