"""Betas over a window that moves with time, each from the last periods alone."""

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.time_series.inputs import (
    check_distinct,
    check_regression,
    with_constant,
)
from trade2026.primitives.errors import InputError


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
        As `least_squares`; a window out of range, or one in which a factor follows from the others.
    """
    check_regression(returns, factors)
    periods, count = factors.shape
    if not count + 3 <= window <= periods:
        raise InputError(
            f"window must be from {count + 3} to {periods}, was {window}; it needs more periods than "
            "parameters, and no more than there are"
        )
    design = with_constant(factors)
    found = np.empty((periods - window + 1, returns.shape[1], count + 1))
    for at in range(found.shape[0]):
        part = design[at : at + window]
        parameters, _, rank, _ = np.linalg.lstsq(part, returns[at : at + window], rcond=None)
        if rank <= count:
            check_distinct(factors[at : at + window])
        found[at] = parameters.T
    return found
