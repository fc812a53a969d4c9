"""Betas over a window that moves with time, each from the last periods alone."""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.time_series.inputs import (
    check_regression,
    dependent_column,
    with_constant,
)
from trade2026.primitives.errors import InputError

ROLLED_MAX: Final = 100_000_000
"""Windows times assets times parameters."""


def rolling_betas(returns: FloatArray, factors: FloatArray, window: int) -> FloatArray:
    """Alpha and betas by least squares over each window.

    Parameters
    ----------
    returns : float64, shape (T, N)
        Of the assets, per period as fractions.
    factors : float64, shape (T, K)
        Returns of the factors.
    window : int
        Periods, at least K + 3 and at most T.

    Returns
    -------
    float64, shape (T - window + 1, N, K + 1)
        The alpha, then the betas. Row i is of periods i to i + window - 1, so it is known at the end of
        period i + window - 1.

    Raises
    ------
    InputError
        As `least_squares`; a window out of range, one in which a factor follows from the others, or more
        betas than memory should hold.
    """
    check_regression(returns, factors)
    periods, count = factors.shape
    if not count + 3 <= window <= periods:
        raise InputError(
            f"window must be from {count + 3} to {periods}, was {window}; it needs more periods than "
            "parameters, and no more than there are"
        )
    size = (periods - window + 1) * returns.shape[1] * (count + 1)
    if size > ROLLED_MAX:
        raise InputError(
            f"rolling betas must be {ROLLED_MAX:,} numbers at most (0.8 GB), were {size:,}, of "
            f"{periods - window + 1:,} windows, {returns.shape[1]:,} assets and {count} factors; take weeks "
            "or months, a shorter period, or fewer assets"
        )
    design = with_constant(factors)
    found = np.empty((periods - window + 1, returns.shape[1], count + 1))
    for at in range(found.shape[0]):
        part = design[at : at + window]
        parameters, _, rank, _ = np.linalg.lstsq(part, returns[at : at + window], rcond=None)
        if rank <= count:
            _check_window(factors, at, window)
        found[at] = parameters.T
    return found


def _check_window(factors: FloatArray, at: int, window: int) -> None:
    """Raise InputError when a factor is constant or follows from the others in the window."""
    column = dependent_column(factors[at : at + window])
    if column is not None:
        raise InputError(
            f"factors must differ in each window, column {column} is constant or follows from those before "
            f"it in rows {at} to {at + window - 1}; take a longer window, or leave it out"
        )
