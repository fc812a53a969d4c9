"""Value at risk and expected shortfall, by the sample itself and under normality.

The sample of n periods with a tail of 0.05 has n_tail = 0.05 n bad periods, not always a whole number. The
historical measures belong together (Rockafellar and Uryasev 2002, J. Banking & Finance 26, 1443-1471):

- Value at risk is the smallest loss that at most n_tail periods exceed: with the losses in falling order the
  one after the first floor(n_tail). It is the (1 - tail) quantile of losses as the inverse of their
  distribution, "inverted_cdf" of numpy, type 1 of Hyndman and Fan (1996); nothing is interpolated.
- Expected shortfall is the mean of the worst n_tail periods, where the period on the boundary counts in part.

A gradient is the derivative by the return of each period; returns times gradient sum to the measure.
"""

from statistics import NormalDist
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, Undefined
from trade2026.analytics.risk_measures.dispersion import check_returns, volatility, volatility_gradient
from trade2026.primitives.errors import InputError

_NORMAL: Final = NormalDist()
_WHOLE: Final = 1e-12
"""A number of bad periods this near to a whole one is whole: 0.29 times 100 is 28.999999999999996."""


def check_tail(tail: float) -> None:
    """Raise InputError unless the share of bad periods is inside (0, 1)."""
    if not 0.0 < tail < 1.0:
        raise InputError(f"tail must be between 0 and 1, was {tail}; 0.05 is ES at 95 percent")


def tail_size(n: int, tail: float) -> tuple[float, int]:
    """How many of n periods are bad, as a number and in whole ones; the whole ones are below n."""
    check_tail(tail)
    size = tail * n
    nearest = round(size)
    if nearest >= 1 and abs(size - nearest) <= _WHOLE * size:
        size = float(nearest)
    return size, min(int(size), n - 1)


def value_at_risk(returns: FloatArray, *, tail: float) -> float:
    """Historical value at risk, see above.

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions, in any order; at least one.
    tail : float
        Share of periods that count as bad, in (0, 1); 0.05 is "at 95 percent".

    Returns
    -------
    float
        Loss per period, positive when money is lost.

    Raises
    ------
    InputError
        No return, one that is not finite, or a tail outside (0, 1).
    """
    check_returns(returns)
    _, whole = tail_size(returns.size, tail)
    return -float(np.partition(returns, whole)[whole])


def value_at_risk_gradient(returns: FloatArray, *, tail: float) -> FloatArray:
    """Derivative of `value_at_risk` by each return: -1 in the period on the boundary."""
    check_returns(returns)
    _, whole = tail_size(returns.size, tail)
    gradient = np.zeros(returns.size)
    gradient[np.argsort(returns, kind="stable")[whole]] = -1.0
    return gradient


def expected_shortfall(returns: FloatArray, *, tail: float) -> float:
    """Historical expected shortfall (conditional value at risk), see above; at least `value_at_risk`.

    Parameters, result and errors as in `value_at_risk`.
    """
    check_returns(returns)
    size, whole = tail_size(returns.size, tail)
    worst = np.partition(returns, whole)
    return -float(worst[:whole].sum() + (size - whole) * worst[whole]) / size


def expected_shortfall_gradient(returns: FloatArray, *, tail: float) -> FloatArray:
    """Derivative of `expected_shortfall` by each return: minus its share of the tail."""
    check_returns(returns)
    size, whole = tail_size(returns.size, tail)
    order = np.argsort(returns, kind="stable")
    gradient = np.zeros(returns.size)
    gradient[order[:whole]] = -1.0 / size
    gradient[order[whole]] = -(size - whole) / size
    return gradient


def gaussian_value_at_risk(returns: FloatArray, *, tail: float) -> float:
    """-mean + z volatility (ddof 1), z the normal quantile at 1 - tail.

    Parameters, result and errors as in `value_at_risk`; at least two returns.
    """
    return _gaussian(returns, value_factor(tail))


def gaussian_value_at_risk_gradient(returns: FloatArray, *, tail: float) -> FloatArray | Undefined:
    """Derivative of `gaussian_value_at_risk` by each return; Undefined when returns do not vary."""
    return _gaussian_gradient(returns, value_factor(tail))


def gaussian_expected_shortfall(returns: FloatArray, *, tail: float) -> float:
    """-mean + volatility (ddof 1) x normal density at its quantile / tail.

    Parameters, result and errors as in `value_at_risk`; at least two returns.
    """
    return _gaussian(returns, shortfall_factor(tail))


def gaussian_expected_shortfall_gradient(returns: FloatArray, *, tail: float) -> FloatArray | Undefined:
    """Derivative of `gaussian_expected_shortfall` by each return; Undefined when returns do not vary."""
    return _gaussian_gradient(returns, shortfall_factor(tail))


def value_factor(tail: float) -> float:
    """Value at risk of a standard normal: 1.645 for a tail of 0.05."""
    check_tail(tail)
    return -_NORMAL.inv_cdf(tail)


def shortfall_factor(tail: float) -> float:
    """Expected shortfall of a standard normal: 2.063 for a tail of 0.05."""
    check_tail(tail)
    return _NORMAL.pdf(_NORMAL.inv_cdf(tail)) / tail


def _gaussian(returns: FloatArray, factor: float) -> float:
    return factor * volatility(returns) - float(returns.mean())


def _gaussian_gradient(returns: FloatArray, factor: float) -> FloatArray | Undefined:
    spread = volatility_gradient(returns)
    if isinstance(spread, Undefined):
        return spread
    result: FloatArray = factor * spread - 1.0 / returns.size
    return result
