"""Views hold under the pooled probabilities, none are nearer, and the impossible is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from tests.analytics.optimization.made import generator, returns_of
from trade2026.analytics.optimization.entropy_pooling import entropy_pooling
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 10**9)


@FEW
@given(seeds, st.integers(1, 4), st.integers(0, 3))
def test_views_hold(seed: int, k: int, m: int) -> None:
    X = returns_of(seed, k + m, 400)
    inside = generator(seed, "mass").dirichlet(np.full(400, 5.0))
    values = inside @ X
    slack = generator(seed, "slack").uniform(0.0, 1e-3, m)
    found = entropy_pooling(X[:, :k], values[:k], at_most=X[:, k:], at_most_of=values[k:] + slack)
    p = found.probabilities
    assert float(p.sum()) == pytest.approx(1.0, abs=1e-12)
    assert float(p.min()) >= 0.0
    np.testing.assert_allclose(p @ X[:, :k], values[:k], atol=1e-9)
    assert (p @ X[:, k:] <= values[k:] + slack + 1e-9).all()
    nearest = float((inside * np.log(inside * 400)).sum())
    assert found.entropy <= nearest + 1e-9


def test_a_normal_prior_is_tilted_as_the_closed_form_has_it() -> None:
    """One view on the mean of a variable tilts exponentially; the multiplier is found by another solver."""
    x = np.sort(generator(1, "x").normal(size=200))
    found = entropy_pooling(x[:, None], np.array([0.3]))

    def dual(t: np.ndarray) -> float:
        return float(np.log(np.exp(t[0] * (x - 0.3)).mean()))

    t = float(minimize(dual, np.zeros(1), method="BFGS", options={"gtol": 1e-10}).x[0])
    expected = np.exp(t * x) / np.exp(t * x).sum()
    np.testing.assert_allclose(found.probabilities, expected, rtol=1e-5)


def test_no_other_probabilities_are_nearer() -> None:
    X = returns_of(2, 2, 30)
    found = entropy_pooling(
        X[:, :1], np.array([float(X[:, 0].mean()) + 2e-3]),
        at_most=X[:, 1:], at_most_of=np.array([float(X[:, 1].mean()) - 1e-3]),
    )  # fmt: skip
    done = minimize(
        lambda p: float((p * np.log(np.maximum(p, 1e-300) * 30)).sum()), np.full(30, 1 / 30), method="SLSQP",
        bounds=[(1e-12, 1.0)] * 30, options={"ftol": 1e-14, "maxiter": 1_000},
        constraints=[
            {"type": "eq", "fun": lambda p: p.sum() - 1.0},
            {"type": "eq", "fun": lambda p: (p @ X[:, 0] - X[:, 0].mean() - 2e-3) * 100},
            {"type": "ineq", "fun": lambda p: (X[:, 1].mean() - 1e-3 - p @ X[:, 1]) * 100},
        ],
    )  # fmt: skip
    assert found.entropy == pytest.approx(float(done.fun), rel=1e-5)


def test_views_that_say_nothing_new_change_nothing() -> None:
    X = returns_of(3, 1, 50)
    found = entropy_pooling(X[:, :0], np.zeros(0), at_most=X, at_most_of=np.array([float(X.mean()) + 1.0]))
    np.testing.assert_allclose(found.probabilities, 0.02, rtol=1e-12)
    assert found.entropy == pytest.approx(0.0, abs=1e-14)
    assert found.effective == pytest.approx(50.0)


def test_the_impossible_is_refused() -> None:
    X = returns_of(4, 2, 40)
    with pytest.raises(InputError, match="view 0 must be between"):
        entropy_pooling(X[:, :1], np.array([1.0]))
    with pytest.raises(InputError, match="cannot hold together"):
        entropy_pooling(np.column_stack([X[:, 0], X[:, 0] * 2.0]), np.array([0.001, -0.001]))
    with pytest.raises(InputError, match="at least one"):
        entropy_pooling(X[:, :0], np.zeros(0))
    with pytest.raises(InputError, match="prior must be above zero"):
        entropy_pooling(X[:, :1], np.array([0.0]), prior=np.concatenate([[0.0], np.ones(39)]))
