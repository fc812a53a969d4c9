"""How sure weights are: what a solver would have chosen, had the same market shown other periods."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import check_panel, check_weights
from trade2026.analytics.microstructure.bootstrap import stationary_indices
from trade2026.analytics.microstructure.estimate import check_level
from trade2026.primitives.errors import InputError

Solver: TypeAlias = Callable[[FloatArray], FloatArray]
"""From a panel, shape (n, n_assets), to weights, shape (n_assets,); deterministic."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WeightIntervals:
    """Weights of a solver and their spread over resampled panels.

    Attributes
    ----------
    weights : float64, shape (n_assets,)
        From the panel itself.
    mean, standard_deviation : float64, shape (n_assets,)
        Over the draws (ddof 1).
    low, high : float64, shape (n_assets,)
        Percentiles (Efron) at (1 - level) / 2 from each end, interpolated.
    level : float
        Confidence of the interval of one weight; not of all at once.
    draws : float64, shape (n_draws, n_assets)
        Weights of each resampled panel.
    turnover : float
        Mean over the draws of half the sum of absolute differences from `weights`: how much of the capital
        another sample would have put elsewhere.
    """

    weights: FloatArray
    mean: FloatArray
    standard_deviation: FloatArray
    low: FloatArray
    high: FloatArray
    level: float
    draws: FloatArray
    turnover: float


def bootstrap_weights(
    returns: FloatArray,
    solve: Solver,
    rng: np.random.Generator,
    *,
    n_draws: int = 100,
    mean_block: float = 1.0,
    level: float = 0.95,
) -> WeightIntervals:
    """Solve again for panels whose periods are drawn with replacement, all assets of a period together.

    The stationary bootstrap of Politis and Romano (1994): blocks of geometric length that wrap around
    the end.  A mean block of 1 draws single periods and takes them as independent.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions, oldest first; at least two rows.
    solve : callable
        From a panel to weights; what it raises ends the bootstrap.
    rng : numpy Generator
        Where the periods come from: the same state gives the same intervals.
    n_draws : int
        At least 2.
    mean_block : float
        Mean length of a block in periods, from 1 to n.
    level : float
        Of the intervals, in (0, 1).

    Raises
    ------
    InputError
        A value that is not finite, a number out of its range, or weights of the solver that are not finite or
        of another number of assets.
    """
    check_panel("returns", returns)
    check_level(level)
    n, n_assets = returns.shape
    if n_draws < 2:
        raise InputError(f"n_draws must be at least 2, was {n_draws}; 100 is usual")
    if not 1.0 <= mean_block <= n:
        raise InputError(f"mean_block must be from 1 to {n}, was {mean_block}; 1 draws single periods")
    weights = _solved(solve, returns)
    draws = np.empty((n_draws, n_assets))
    for row in range(n_draws):
        draws[row] = _solved(solve, returns[stationary_indices(n, mean_block, rng)])
    low, high = np.quantile(draws, [0.5 - level / 2.0, 0.5 + level / 2.0], axis=0)
    return WeightIntervals(
        weights=weights,
        mean=np.asarray(draws.mean(axis=0)),
        standard_deviation=np.asarray(draws.std(axis=0, ddof=1)),
        low=low,
        high=high,
        level=level,
        draws=draws,
        turnover=float(0.5 * np.abs(draws - weights).sum(axis=1).mean()),
    )


def _solved(solve: Solver, returns: FloatArray) -> FloatArray:
    weights = solve(returns)
    check_weights("weights of the solver", weights, returns.shape[1])
    return weights
