"""Walking forward against the same account kept by hand, and what is never seen by a fit."""

import numpy as np
import pytest

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.walk_forward import walk_forward
from trade2026.primitives.errors import InputError


def panel(seed: int, periods: int = 60, assets: int = 4) -> FloatArray:
    return np.random.default_rng(seed).normal(5e-4, 0.01, (periods, assets))


def tilted(returns: FloatArray) -> FloatArray:
    """Weights that depend on all that was seen, and do not sum to one."""
    weights: FloatArray = 0.2 + 40.0 * returns.mean(axis=0) + 0.001 * returns.shape[0]
    return weights


@pytest.mark.parametrize("expanding", [False, True])
@pytest.mark.parametrize(
    ("train", "step", "cost"), [(20, 7, 0.0), (20, 7, 0.002), (2, 1, 0.001), (59, 10, 0.0)]
)
def test_it_is_an_account_kept_by_hand(train: int, step: int, cost: float, expanding: bool) -> None:
    returns = panel(train)
    found = walk_forward(returns, tilted, train=train, step=step, expanding=expanding, cost=cost)
    value, kept, holdings, values, traded = 1.0, 1.0, np.zeros(4), [1.0], []
    for at in range(train, 60):
        if (at - train) % step == 0:
            wanted = tilted(returns[0 if expanding else at - train : at])
            change = float(np.abs(wanted - holdings / value).sum())
            traded.append(change / 2.0)
            # Costs come off the period's end: what was bought is what was decided.
            holdings, kept = wanted * value, 1.0 - cost * change
        cash = value - holdings.sum()
        holdings = holdings * (1.0 + returns[at])
        value = float(holdings.sum() + cash)
        holdings, value, kept = holdings * kept, value * kept, 1.0
        values.append(value)
    expected = np.array(values[1:]) / np.array(values[:-1]) - 1.0
    np.testing.assert_allclose(found.returns, expected, rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.turnover, traded, rtol=0, atol=1e-13)
    assert found.starts.tolist() == list(range(train, 60, step))


def test_a_fit_sees_nothing_of_what_it_is_judged_on() -> None:
    returns = panel(1)
    whole = walk_forward(returns, tilted, train=20, step=10)
    changed = returns.copy()
    changed[30:] = -0.5 * changed[30:]
    other = walk_forward(changed, tilted, train=20, step=10)
    np.testing.assert_array_equal(whole.returns[:10], other.returns[:10])
    np.testing.assert_array_equal(whole.weights[:2], other.weights[:2])


def test_progress_is_told_before_each_fit() -> None:
    told: list[tuple[int, int]] = []
    walk_forward(panel(1), tilted, train=20, step=15, watch=lambda made, of: told.append((made, of)))
    assert told == [(0, 3), (1, 3), (2, 3)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"train": 1}, "train must be from 2 to 59, was 1"),
        ({"train": 60}, "train must be from 2 to 59, was 60"),
        ({"step": 0}, "step must be at least 1, was 0"),
        ({"cost": 1.0}, "cost must be from 0 to below 1"),
    ],
)
def test_what_cannot_be_walked_is_refused(change: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        walk_forward(panel(1), tilted, **{"train": 20, "step": 5, **change})  # type: ignore[arg-type]


def test_a_portfolio_that_lost_everything_ends_the_walk() -> None:
    returns = panel(1)
    returns[30] = -0.4
    with pytest.raises(InputError, match="lost everything within 10 periods"):
        walk_forward(returns, lambda _: np.ones(4), train=20, step=10)
