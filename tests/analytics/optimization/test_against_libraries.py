"""What three other libraries reach on the same returns: kept weights and objectives, with their versions.

`tools/portfolio_golden.py` wrote them. Ours must reach at least theirs where there is an optimum, and their
weights where the method leaves no choice.
"""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from tools.portfolio_golden import GOLDEN, objective, sp500, synthetic
from trade2026.analytics.optimization.diversification import maximum_diversification
from trade2026.analytics.optimization.expected_shortfall import minimum_cvar
from trade2026.analytics.optimization.hierarchical import hierarchical_equal_risk, hierarchical_risk_parity
from trade2026.analytics.optimization.mean_variance import maximum_sharpe, minimum_variance
from trade2026.analytics.optimization.nested import nested_clustered
from trade2026.analytics.optimization.result import Portfolio
from trade2026.analytics.optimization.risk_budgeting import risk_parity

FILES = ("sp500", "synthetic_500")
OPTIMA = {  # Method -> whether more is better, and the relative error of the libraries' solvers.
    "minimum_variance": (False, 2e-5),
    "maximum_sharpe": (True, 2e-5),
    "maximum_diversification": (True, 2e-5),
    "minimum_cvar": (False, 2e-5),
    "risk_parity": (False, np.inf),
}


@cache
def kept(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    return found


@cache
def returns_of(name: str) -> np.ndarray:
    return sp500() if name == "sp500" else synthetic(500)


@cache
def ours(name: str, method: str) -> Portfolio:
    returns = returns_of(name)
    covariance = np.cov(returns.T)
    match method:
        case "maximum_sharpe":
            return maximum_sharpe(returns.mean(axis=0), covariance)
        case "minimum_cvar":
            return minimum_cvar(returns)
        case "hierarchical_risk_parity":
            return hierarchical_risk_parity(covariance, leaf_order="optimal")
        case "hierarchical_equal_risk":
            return hierarchical_equal_risk(covariance, risk="variance")
        case "nested_clustered":
            return nested_clustered(covariance, outer=risk_parity)
        case _:
            known = (minimum_variance, maximum_diversification, risk_parity)
            return {function.__name__: function for function in known}[method](covariance)


def cases(methods: Any) -> list[tuple[str, str]]:
    return [(name, task) for name in FILES for task in kept(name)["results"] if task.split(".")[1] in methods]


@pytest.mark.parametrize(("name", "task"), cases(OPTIMA))
def test_an_optimum_is_at_least_as_good_as_theirs(name: str, task: str) -> None:
    method = task.split(".")[1]
    is_more_better, error = OPTIMA[method]
    theirs = kept(name)["results"][task]["objective"]
    mine = objective(method, ours(name, method).weights, returns_of(name))
    if is_more_better:
        assert mine >= theirs * (1.0 - 1e-9)
    else:
        assert mine <= theirs * (1.0 + 1e-9)
    if np.isfinite(error):
        assert mine == pytest.approx(theirs, rel=error)
    assert ours(name, method).violation <= 1e-12


@pytest.mark.parametrize(
    "method", ["hierarchical_risk_parity", "hierarchical_equal_risk", "nested_clustered"]
)
@pytest.mark.parametrize("name", FILES)
def test_a_tree_gives_the_weights_of_skfolio(name: str, method: str) -> None:
    """Its conventions are ward, sqrt((1 - r) / 2), and variance; NCO of minimum variance and risk parity."""
    theirs = kept(name)["results"][f"skfolio.{method}"]
    found = ours(name, method)
    reached = objective(method, found.weights, returns_of(name))
    assert reached == pytest.approx(theirs["objective"], rel=1e-4)  # As near as the solver inside its NCO is.
    if "weights" in theirs:
        np.testing.assert_allclose(found.weights, theirs["weights"], atol=2e-4)


def test_hrp_gives_the_weights_of_pypfopt_and_riskfolio_in_their_conventions() -> None:
    covariance = np.cov(sp500().T)
    single = hierarchical_risk_parity(covariance, linkage="single")
    theirs = kept("sp500")["results"]["pypfopt.hierarchical_risk_parity"]["weights"]
    np.testing.assert_allclose(single.weights, theirs, atol=1e-8)
    ward = ours("sp500", "hierarchical_risk_parity")
    theirs = kept("sp500")["results"]["riskfolio.hierarchical_risk_parity"]["weights"]
    np.testing.assert_allclose(ward.weights, theirs, atol=1e-8)
