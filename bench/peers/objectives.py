# pip: skfolio==1.12.2 riskfolio-lib==7.4.0 pyportfolioopt==1.6.0 cvxpy==1.9.3 clarabel
"""Weights that four libraries give for measures of risk, with constraints, costs and doubt about the means.

Usage: objectives.py CASES.npz [GOAL ...], made by tools/objective_golden.py; with goals ("minimum",
"limited", "ratio") only those and none of the rest. The programs of cvxpy are written out here,
each from its definition; the others get what they have themselves. Drawdowns are those of the running sum of
returns. What fails is told, as is what takes more than CPU_S seconds of CPU: for that each task has a process
of its own.
"""

import importlib.metadata
import json
import multiprocessing
import resource
import sys
import warnings

import cvxpy as cp
import numpy as np

warnings.filterwarnings("ignore")
case = np.load(sys.argv[1])
goals = sys.argv[2:]
R, S, mean, current = case["returns"], case["covariance"], case["mean"], case["current"]
tail, T, n = float(case["tail"]), *R.shape
results, failed = {}, {}
CPU_S = 600
PROCESSES = multiprocessing.get_context("fork")


def risk_of(name, w):
    """A measure of the weights as an expression, and what it needs."""
    r = R @ w
    if name == "volatility":
        return cp.norm(np.linalg.cholesky(S).T @ w), []
    if name == "semi_deviation":
        return cp.norm(cp.pos(cp.sum(r) / T - r)) / np.sqrt(T), []
    if name == "mean_absolute_deviation":
        return cp.norm1(r - cp.sum(r) / T) / T, []
    if name == "cvar":
        z = cp.Variable()
        return z + cp.sum(cp.pos(-r - z)) / (tail * T), []
    if name == "evar":
        z, t, u = cp.Variable(), cp.Variable(nonneg=True), cp.Variable(T)
        cone = cp.ExpCone(-r - z, t * np.ones(T), u)
        return z - t * np.log(tail * T), [cone, cp.sum(u) <= t]
    if name == "worst_realization":
        return cp.max(-r), []
    peak = cp.Variable(T + 1)
    value = cp.hstack([0, cp.cumsum(r)])
    below = peak[1:] - value[1:]
    rules = [peak >= value, peak[1:] >= peak[:-1]]
    if name == "average_drawdown":
        return cp.sum(below) / T, rules
    if name == "maximum_drawdown":
        return cp.max(below), rules
    if name == "ulcer_index":
        return cp.norm(below) / np.sqrt(T), rules
    z = cp.Variable()
    return z + cp.sum(cp.pos(below - z)) / (tail * T), rules


def is_wanted(name):
    return not goals or name.split(".")[1] in goals


def answer(call, pipe):
    """In a process of its own: weights, or why there are none."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    try:
        pipe.send((np.asarray(call(), dtype=float).tolist(), None))
    except Exception as error:  # noqa: BLE001
        pipe.send((None, repr(error)[:200]))


def ask(name, call):
    """Keep the weights of a task that is wanted, or say why there are none."""
    if not is_wanted(name):
        return
    ours, theirs = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=answer, args=(call, theirs))
    child.start()
    theirs.close()
    try:
        weights, why = ours.recv()
    except EOFError:  # The system ended it.
        weights, why = None, None
    child.join()
    if weights is not None:
        results[name] = weights
    else:
        failed[name] = why or f"no answer within {CPU_S} s of CPU, ended by signal {-child.exitcode}"


def solution(objective, rules, w):
    """The weights at which an objective is best."""
    cp.Problem(objective, rules).solve(solver=cp.CLARABEL)
    return w.value


def solved(name, objective, rules, w):
    """Ask cvxpy."""
    ask(name, lambda: solution(objective, rules, w))


MEASURES = (
    "volatility", "semi_deviation", "mean_absolute_deviation", "cvar", "evar", "worst_realization",
    "average_drawdown", "maximum_drawdown", "cdar", "ulcer_index",
)  # fmt: skip


def limited(w):
    """The constraints of the second half of the cases."""
    root = np.linalg.cholesky(S).T
    return [
        cp.sum(w) == 1, w >= -0.3, w <= 0.4, cp.norm1(w) <= float(case["gross"]),
        cp.norm1(w - current) <= float(case["turnover"]), cp.sum(w[:4]) <= float(case["group"]),
        cp.norm(root @ (w - current)) <= float(case["tracking"]),
    ]  # fmt: skip


for measure in MEASURES:
    w = cp.Variable(n)
    risk, rules = risk_of(measure, w)
    solved(f"cvxpy.minimum.{measure}", cp.Minimize(100 * risk), [*rules, w >= 0, cp.sum(w) == 1], w)
    solved(f"cvxpy.limited.{measure}", cp.Minimize(100 * risk), [*rules, *limited(w)], w)
    y = cp.Variable(n)
    risk, rules = risk_of(measure, y)
    solved(f"cvxpy.ratio.{measure}", cp.Minimize(risk), [*rules, y >= 0, mean @ y == 1e-3], y)
    if f"cvxpy.ratio.{measure}" in results:
        made = np.array(results[f"cvxpy.ratio.{measure}"])
        results[f"cvxpy.ratio.{measure}"] = (made / made.sum()).tolist()


def rest():
    """Costs, doubt about the means, and a benchmark."""
    linear, quadratic, aversion, periods = (
        float(case[k]) for k in ("linear", "quadratic", "aversion", "periods")
    )
    path, forecasts = [cp.Variable(n) for _ in case["forecasts"]], case["forecasts"]
    total, before = 0, current
    for step, forecast in zip(path, forecasts, strict=True):
        total += periods * (0.5 * aversion * cp.quad_form(step, cp.psd_wrap(S)) - forecast @ step)
        total += linear * cp.norm1(step - before) + quadratic * cp.sum_squares(step - before)
        before = step
    rules = [rule for step in path for rule in (step >= 0, step <= 0.4, cp.sum(step) == 1)]
    solved("cvxpy.transition.path", cp.Minimize(100 * total), rules, cp.vstack(path))
    if "cvxpy.transition.path" in results:
        results["cvxpy.transition.first"] = results["cvxpy.transition.path"][0]

    w = cp.Variable(n)
    doubt = float(case["radius"]) * cp.norm(np.linalg.cholesky(S / T).T @ w)
    solved(
        "cvxpy.robust.utility",
        cp.Maximize(100 * (mean @ w - doubt - 0.5 * aversion * cp.quad_form(w, cp.psd_wrap(S)))),
        [w >= 0, cp.sum(w) == 1],
        w,
    )
    w = cp.Variable(n)
    apart = w - case["benchmark"]
    cost = linear * cp.norm1(w - current) + quadratic * cp.sum_squares(w - current)
    solved(
        "cvxpy.tracking.costs",
        cp.Minimize(1e5 * (0.5 * cp.quad_form(apart, cp.psd_wrap(S)) + float(case["cost_aversion"]) * cost)),
        [w >= 0, w <= 0.4, cp.sum(w) == 1],
        w,
    )


if not goals:
    rest()


def skfolio_tasks():
    from skfolio import RiskMeasure
    from skfolio.optimization import MeanRisk, ObjectiveFunction

    words = {
        "semi_deviation": "SEMI_DEVIATION", "mean_absolute_deviation": "MEAN_ABSOLUTE_DEVIATION",
        "cvar": "CVAR", "evar": "EVAR", "worst_realization": "WORST_REALIZATION",
        "average_drawdown": "AVERAGE_DRAWDOWN", "maximum_drawdown": "MAX_DRAWDOWN", "cdar": "CDAR",
        "ulcer_index": "ULCER_INDEX",
    }  # fmt: skip
    for name, word in words.items():
        for goal, objective in (
            ("minimum", ObjectiveFunction.MINIMIZE_RISK),
            ("ratio", ObjectiveFunction.MAXIMIZE_RATIO),
        ):
            model = MeanRisk(risk_measure=RiskMeasure[word], objective_function=objective)
            yield f"skfolio.{goal}.{name}", lambda model=model: model.fit(R).weights_


def riskfolio_tasks():
    import pandas as pd
    import riskfolio

    frame = pd.DataFrame(R, index=pd.bdate_range("2020-01-01", periods=T))
    words = {
        "semi_deviation": "MSV", "mean_absolute_deviation": "MAD", "cvar": "CVaR", "evar": "EVaR",
        "worst_realization": "WR", "average_drawdown": "ADD", "maximum_drawdown": "MDD", "cdar": "CDaR",
        "ulcer_index": "UCI",
    }  # fmt: skip
    for name, word in words.items():
        for goal, objective in (("minimum", "MinRisk"), ("ratio", "Sharpe")):
            made = riskfolio.Portfolio(returns=frame)
            made.assets_stats(method_mu="hist", method_cov="hist")
            made.solvers = ["CLARABEL"]
            yield (
                f"riskfolio.{goal}.{name}",
                lambda made=made, word=word, objective=objective: made.optimization(
                    model="Classic", rm=word, obj=objective, rf=0, hist=True
                ).values.ravel(),
            )


def pypfopt_tasks():
    from pypfopt import EfficientCDaR, EfficientCVaR

    for name, method in (("cvar", EfficientCVaR), ("cdar", EfficientCDaR)):
        made = method(mean, R, beta=1.0 - tail, solver="CLARABEL")
        least = made.min_cvar if name == "cvar" else made.min_cdar
        yield f"pypfopt.minimum.{name}", lambda least=least: list(least().values())


for tasks in (skfolio_tasks, riskfolio_tasks, pypfopt_tasks):
    for name, call in tasks():
        ask(name, call)
packages = ("cvxpy", "clarabel", "skfolio", "riskfolio-lib", "pyportfolioopt")
versions = {package: importlib.metadata.version(package) for package in packages}
print(json.dumps({"versions": versions, "results": results, "failed": failed}))
