"""Entropic value at risk, the tightest exponential bound on value at risk and expected shortfall.

    EVaR = inf over t > 0 of t ln(mean(exp(L / t)) / tail)

Ahmadi-Javid (2012), J. Optimization Theory and Applications 155, 1105-1123. At the best t the periods
have weights w proportional to exp(L / t) whose relative entropy to equal weights, sum of w ln(n w),
is ln(1 / tail), and EVaR is the sum of w L. The entropy falls as t rises, so t is found by bracketing
a root; no solver for cones is needed, and the weights are the gradient. Where the share of periods
with the largest loss is at least the tail, no t does it, and EVaR is that loss.
"""

import math
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.risk_measures.dispersion import check_returns
from trade2026.analytics.risk_measures.tail import check_tail

_WIDENED: Final = 4.0
"""Bracket of ln t, widened by this until it holds the root."""
_NEARLY: Final = 1.0 - 1e-9
_FLAT: Final = 60.0
"""At this ln t all weights are equal to double precision: the tail is nearly all periods."""


def entropic_value_at_risk(returns: FloatArray, *, tail: float) -> float:
    """See above; at least the historical expected shortfall and at most the largest loss.

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions, in any order; at least one.
    tail : float
        Share of periods that count as bad, in (0, 1).

    Returns
    -------
    float
        Loss per period, positive when money is lost.

    Raises
    ------
    InputError
        No return, one that is not finite, or a tail outside (0, 1).
    """
    return -float(_weights(returns, tail) @ returns)


def entropic_value_at_risk_gradient(returns: FloatArray, *, tail: float) -> FloatArray:
    """Derivative of `entropic_value_at_risk` by each return: minus the weights; sums with returns to it."""
    return -_weights(returns, tail)


def _weights(returns: FloatArray, tail: float) -> FloatArray:
    """Weights of the periods at the best t, summing to one."""
    from scipy.optimize import brentq

    check_returns(returns)
    check_tail(tail)
    below = returns.min() - returns  # Loss less the largest, in [.., 0].
    wanted = -math.log(tail)
    is_worst = below == 0.0
    share = float(is_worst.mean())
    if share >= tail * _NEARLY:
        result: FloatArray = is_worst / is_worst.sum()
        return result
    scale = float(-below.mean())

    def surplus(log_t: float) -> float:
        return _entropy(_tilted(below / (scale * math.exp(log_t)))) - wanted

    low, high = -1.0, 1.0
    while surplus(low) <= 0.0:
        low -= _WIDENED
    while surplus(high) >= 0.0:
        high += _WIDENED
        if high > _FLAT:
            return np.full(returns.size, 1.0 / returns.size)
    root = float(brentq(surplus, low, high, xtol=1e-14, rtol=1e-14))
    return _tilted(below / (scale * math.exp(root)))


def _tilted(exponents: FloatArray) -> FloatArray:
    """Weights proportional to the exponential of numbers that are at most zero."""
    raised = np.exp(exponents)
    result: FloatArray = raised / raised.sum()
    return result


def _entropy(weights: FloatArray) -> float:
    """Relative entropy of weights to equal ones, from 0 to ln n."""
    held = weights[weights > 0.0]
    return float((held * np.log(held)).sum()) + math.log(weights.size)
