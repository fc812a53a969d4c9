"""How a method of allocation does on periods it has not seen: fitted, held, fitted again.

At each rebalance the method sees the periods before it and nothing else. Between two of them weights drift
with the returns of their assets, as they do in an account that nobody touches.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.matrices import check_panel, check_weights
from trade2026.primitives.errors import InputError

Solver: TypeAlias = Callable[[FloatArray], FloatArray]
"""From a panel, shape (n, n_assets), to weights, shape (n_assets,); deterministic."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WalkForward:
    """A method over time.

    Attributes
    ----------
    starts : int64, shape (k,)
        Row at which each of the k holdings begins; rows before it are what it was fitted on.
    weights : float64, shape (k, n_assets)
        At the beginning of each holding.
    returns : float64, shape (n - starts[0],)
        Of the portfolio per period, after costs.
    turnover : float64, shape (k,)
        Half the sum of absolute changes of weights at each rebalance, from the drifted ones; the first is
        from cash: half of the gross exposure.
    """

    starts: IntArray
    weights: FloatArray
    returns: FloatArray
    turnover: FloatArray


def walk_forward(
    returns: FloatArray,
    solve: Solver,
    *,
    train: int,
    step: int,
    expanding: bool = False,
    cost: float = 0.0,
    watch: Callable[[int, int], None] = lambda _, __: None,
) -> WalkForward:
    """Fit on `train` periods, hold for `step`, and so on to the end; the last holding may be shorter.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions, oldest first.
    solve : callable
        From a panel to weights; what it raises ends the walk, an InputError with the periods of the fit.
    train : int
        Periods of each fit: the last ones, or with `expanding` all from the beginning, `train` of them at
        first. From 2 to n - 1.
    step : int
        Periods of a holding, at least 1.
    cost : float
        Share of what is traded that is lost at each rebalance, the first one included: 0.001 is 10 bps.
    watch : callable
        Told before each fit how many were made, and of how many.

    Raises
    ------
    InputError
        A value that is not finite, a number out of its range, weights of the solver that are not finite or of
        another number of assets, or a portfolio that has lost everything.
    """
    check_panel("returns", returns)
    n, assets = returns.shape
    if not 2 <= train < n:
        raise InputError(
            f"train must be from 2 to {n - 1}, was {train}; some periods must be left to judge on"
        )
    if step < 1:
        raise InputError(f"step must be at least 1, was {step}; it is how many periods a portfolio is held")
    if not 0.0 <= cost < 1.0:
        raise InputError(f"cost must be from 0 to below 1, was {cost}; 0.001 is 10 bps of what is traded")
    starts = np.arange(train, n, step, dtype=np.int64)
    weights, turnover = np.empty((starts.size, assets)), np.empty(starts.size)
    earned, held = np.empty(n - train), np.zeros(assets)
    for number, start in enumerate(starts.tolist()):
        watch(number, starts.size)
        chosen = _fitted(solve, returns, 0 if expanding else start - train, start)
        check_weights("weights of the solver", chosen, assets)
        weights[number], turnover[number] = chosen, 0.5 * float(np.abs(chosen - held).sum())
        end = min(start + step, n)
        part, held = _held(returns[start:end], chosen)
        part[0] = (1.0 + part[0]) * (1.0 - 2.0 * cost * turnover[number]) - 1.0
        earned[start - train : end - train] = part
    return WalkForward(starts=starts, weights=weights, returns=earned, turnover=turnover)


def _fitted(solve: Solver, returns: FloatArray, first: int, end: int) -> FloatArray:
    try:
        return solve(returns[first:end])
    except InputError as error:
        raise InputError(
            f"the fit on periods {first + 1} to {end} has no weights: {error}; take another "
            "method, or longer fits"
        ) from None


def _held(returns: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Returns of weights that nobody touches, and what the weights are in the end. What is not in assets is
    cash that earns nothing, or was borrowed for nothing.
    """
    grown = weights * np.cumprod(1.0 + returns, axis=0)
    value = grown.sum(axis=1) + 1.0 - float(weights.sum())
    if float(value.min()) <= 0.0:
        raise InputError(
            f"the portfolio lost everything within {returns.shape[0]} periods; lower its leverage, or "
            "rebalance more often"
        )
    before = np.concatenate(([1.0], value[:-1]))
    return value / before - 1.0, grown[-1] / value[-1]
