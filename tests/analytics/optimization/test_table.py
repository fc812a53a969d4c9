"""The table of methods: every one can be called with what it says it needs, and gives a whole portfolio."""

import inspect

import numpy as np
import pytest

from tests.analytics.optimization.made import covariance_of, returns_of
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.limits import Limits
from trade2026.analytics.optimization.measures import Scenarios
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.analytics.optimization.problem import Problem
from trade2026.analytics.optimization.table import OPTIMIZERS
from trade2026.analytics.optimization.tracking import Benchmark

COVARIANCE, RETURNS = covariance_of(1, 6), returns_of(1, 6, 200)
MEAN = np.array([1e-3, 8e-4, 6e-4, 4e-4, 2e-4, 1e-4])
LIMITS = Limits(Constraints.box(6))
GIVEN = {
    "assets": 6,
    "covariance": COVARIANCE,
    "returns": RETURNS,
    "mean": MEAN,
    "budgets": np.array([0.3, 0.2, 0.2, 0.1, 0.1, 0.1]),
    "risk_aversion": 3.0,
    "gamma": 0.5,
    "limits": LIMITS,
    "mean_covariance": COVARIANCE / 200,
    "radius": 1.0,
    "benchmark": Benchmark.of_weights(COVARIANCE, np.full(6, 1 / 6)),
    "problem": Problem(Goal.MINIMUM_RISK, Measure.CDAR, Scenarios(RETURNS, COVARIANCE), LIMITS, MEAN),
}
TARGETS = {"target_return": 7e-4, "target_risk": 0.02, "mean_cvar": 7e-4}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_method_works_with_what_it_needs(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    given = {need: TARGETS[name] if need == "target" else GIVEN[need] for need in optimizer.needs}
    found = optimizer.call(**given)
    assert found.weights.shape == (6,)
    assert float(found.weights.sum()) == pytest.approx(1.0, abs=1e-9)
    assert found.violation <= 1e-8
    assert all(np.isfinite(value) for value in found.measures.values())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_arguments_are_those_of_the_function(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    parameters = inspect.signature(optimizer.call).parameters
    required = tuple(key for key, value in parameters.items() if value.default is inspect.Parameter.empty)
    assert set(optimizer.needs) == set(required)
    assert set(optimizer.takes) == set(parameters) - set(required)
    assert optimizer.summary
