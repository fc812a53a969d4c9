"""Risk parity and risk budgeting: long-only weights whose shares of risk are given.

The share of asset i in the variance is w_i (Sw)_i / w'Sw. The weights with given shares b are, up to scale,
the minimum of 1/2 y'Sy - sum(b_i log y_i), which is strictly convex, so there is exactly one answer
(Maillard, Roncalli and Teiletche 2010; Spinu 2013). Newton's method on it is used, in correlations, damped as
the theory of self-concordant functions has it until the decrement is below one: then its errors square each
step, so that a handful of factorizations reaches rounding. A coordinate descent (Griveau-Billion, Richard and
Roncalli 2013) has cheaper rounds, and gains one digit in several of them.
"""

import math
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import unit_diagonal, vector
from trade2026.analytics.optimization.cholesky import factored, solved
from trade2026.analytics.optimization.diversification import risk_measures
from trade2026.analytics.optimization.result import Portfolio
from trade2026.primitives.errors import InputError

_STEPS: Final = 200
_EXACT: Final = 1e-13
"""Largest relative error of a share at which it ends."""
_ACCEPTED: Final = 1e-9
"""Largest relative error of a share that rounding may leave where the covariance is close to singular."""


def risk_parity(covariance: FloatArray) -> Portfolio:
    """Long-only weights of which each contributes the same risk (equal risk contribution, ERC).

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period; positive semidefinite.

    Returns
    -------
    Portfolio
        Fully invested. Measures: variance, volatility, and share_error, the largest relative error of a
        share of risk.
    """
    n = len(covariance)
    return risk_budgeting(covariance, np.full(n, 1.0 / n))


def risk_budgeting(covariance: FloatArray, budgets: FloatArray) -> Portfolio:
    """Long-only weights with w_i (Sw)_i / w'Sw = b_i; see the module.

    Parameters
    ----------
    covariance : float64, shape (n, n)
        Of returns per period; positive semidefinite.
    budgets : float64, shape (n,)
        Shares of the variance, above zero; they are divided by their sum.

    Returns
    -------
    Portfolio
        As in `risk_parity`.

    Raises
    ------
    InputError
        A budget is not above zero, or assets hedge one another perfectly, so that there is no such portfolio.
    """
    covariance = checked("covariance", covariance)
    b = vector("budgets", budgets, size=len(covariance))
    low = np.flatnonzero(b <= 0.0)
    if low.size:
        raise InputError(
            f"budgets must be above zero, was {b[low[0]]} for asset {low[0]}; leave an asset without risk out"
        )
    b = b / b.sum()
    weights = _newton(unit_diagonal(covariance), b) / np.sqrt(np.diagonal(covariance))
    weights /= weights.sum()
    error = _share_error(covariance, weights, b)
    if error > _ACCEPTED:
        raise InputError(
            f"shares of risk could not be met: the largest relative error is {error:.3g}, because "
            "the covariance is singular to rounding and assets hedge one another; "
            "leave one of them out, or shrink it"
        )
    return Portfolio(weights, risk_measures(weights, covariance) | {"share_error": error}, 0.0)


def risk_shares(weights: FloatArray, covariance: FloatArray) -> FloatArray:
    """The share of each asset in the variance, w_i (Sw)_i / w'Sw; they sum to one. Shape (n,)."""
    parts = weights * (covariance @ weights)
    shares: FloatArray = parts / parts.sum()
    return shares


def _share_error(covariance: FloatArray, weights: FloatArray, b: FloatArray) -> float:
    return float(np.abs(risk_shares(weights, covariance) / b - 1.0).max())


def _newton(C: FloatArray, b: FloatArray) -> FloatArray:
    """The minimum of 1/2 y'Cy - sum(b log y), shape (n,)."""
    y = np.sqrt(b)
    y *= 1.0 / math.sqrt(float(y @ C @ y)) if float(y @ C @ y) > 1e-12 else 1.0
    smallest = math.sqrt(float(b.min()))  # f / min(b) is self-concordant, so decrements are in its unit.
    best, kept, still = np.inf, y, 0
    for _ in range(_STEPS):
        forces = C @ y
        error = float(np.abs(y * forces / b - 1.0).max())
        if error < best:
            best, kept, still = error, y, 0
        else:
            still += 1
        if error <= _EXACT or (still >= 3 and best <= _ACCEPTED):
            break
        H = C.copy()
        H[np.diag_indices_from(H)] += b / (y * y)
        factor = factored(H)
        if factor is None:
            raise InputError("covariance must be positive semidefinite, was not; repair it first")
        gradient = forces - b / y
        step = solved(factor, gradient)
        decrement = math.sqrt(max(float(gradient @ step), 0.0)) / smallest
        reach = float((step / y).max())
        is_near = decrement < 0.25 or reach < 0.5
        length = 1.0 if is_near else min(1.0, max(1.0 / (1.0 + decrement), 0.5 / reach))
        y = y - length * step
    return kept
