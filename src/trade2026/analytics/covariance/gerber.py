"""Co-movement by counting: the Gerber statistic, which neither noise nor outliers can sway far.

A return counts as up when it is at least a threshold times the asset's volatility, as down when it is as far
below zero, and as neutral between. Of two assets one counts in how many periods both moved, the same way or
opposite ways. The original divides by the periods in which both moved, and its matrix can be indefinite. Here
the variant of the paper of 2022 is computed that divides by the periods in which at least one moved:

    g = (same - opposite) / (n - both neutral)

It is positive semidefinite for any sample: the numerator is a Gram matrix of signs; 1 / (n - N), where N
counts both neutral, is the sum over k of N^k / n^(k+1), element by element, of Gram matrices; and products of
such matrices, element by element, are positive semidefinite (Schur).
"""

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.estimate import Estimate
from trade2026.analytics.matrices import check_panel, check_varies, to_covariance
from trade2026.primitives.errors import InputError


def gerber_covariance(returns: FloatArray, *, threshold: float = 0.5) -> Estimate:
    """Gerber statistic times volatilities.

    Gerber, Markowitz, Ernst, Miao, Javid and Sargen (2022), J. Portfolio Mgmt 48, 87-102.
    The positive semidefinite variant above. Volatilities are over n (ddof 0), and returns are compared with
    the threshold as they are, without taking the mean out, as in the paper's code and in skfolio.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions.
    threshold : float
        Volatilities that count as a move, inside (0, 1); 0.5 is the paper's.

    Raises
    ------
    InputError
        Fewer than two rows; a value that is not finite; an asset that never changes; a threshold that
        is not inside (0, 1).
    """
    check_panel("returns", returns)
    check_varies("returns", returns)
    if not 0.0 < threshold < 1.0:  # From 1 on an asset may never move.
        raise InputError(f"threshold must be between 0 and 1, was {threshold}; 0.5 is usual")
    n = returns.shape[0]
    volatility = returns.std(axis=0)
    is_up = returns >= threshold * volatility
    is_down = returns <= -threshold * volatility
    signs = is_up.astype(np.float64) - is_down
    neutral = (~is_up & ~is_down).astype(np.float64)
    statistic = (signs.T @ signs) / (n - neutral.T @ neutral)
    return Estimate(
        covariance=to_covariance(statistic, volatility),
        method=f"Gerber statistic, positive semidefinite variant, threshold {threshold:g}",
        parameters={"threshold": threshold},
    )
