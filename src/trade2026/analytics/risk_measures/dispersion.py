"""How far returns lie apart: volatility, semi-deviation, mean absolute deviation.

Each `*_gradient` is the derivative of the measure by the return of each period, shape (n,). The measures are
homogeneous, so returns times the gradient sum to the measure (Euler).
"""

import math

import numpy as np

from trade2026.analytics.arrays import FloatArray, Undefined, check_series, is_constant
from trade2026.primitives.errors import InputError

NO_SPREAD = Undefined("returns do not vary")


def check_returns(returns: FloatArray, *, periods_min: int = 1) -> None:
    """Raise InputError unless `returns` is a finite 1-D float64 series of at least `periods_min`."""
    check_series("returns", returns)
    if returns.size < periods_min:
        raise InputError(f"returns must be at least {periods_min}, were {returns.size}; give more periods")


def volatility(returns: FloatArray, *, ddof: int = 1) -> float:
    """Standard deviation per period: the root of squared deviations from the mean over n - ddof.

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions; at least ddof + 1 of them, and two.
    ddof : int
        1 or 0.

    Returns
    -------
    float
        Fraction per period; exactly 0 when returns are all equal.

    Raises
    ------
    InputError
        Too few returns, one that is not finite, or a ddof that is neither 0 nor 1.
    """
    check_returns(returns, periods_min=2)
    if ddof not in (0, 1):
        raise InputError(f"ddof must be 0 or 1, was {ddof}; 1 is usual")
    return 0.0 if is_constant(returns) else float(returns.std(ddof=ddof))


def volatility_gradient(returns: FloatArray) -> FloatArray | Undefined:
    """Derivative of `volatility` (ddof 1) by each return; Undefined when returns do not vary."""
    size = volatility(returns)
    if size == 0.0:
        return NO_SPREAD
    result: FloatArray = (returns - returns.mean()) / ((returns.size - 1) * size)
    return result


def semi_deviation(returns: FloatArray, *, target: float | None = None) -> float:
    """Root mean square of what fell short of a target, over all n periods (ddof 0).

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions; at least two.
    target : float, optional
        Per period, a fraction; the mean of the returns unless given (Markowitz 1959), as needed for
        contributions.

    Returns
    -------
    float
        Fraction per period; exactly 0 when nothing fell short.

    Raises
    ------
    InputError
        Too few returns, or one, or a target, that is not finite.
    """
    check_returns(returns, periods_min=2)
    if target is not None and not math.isfinite(target):
        raise InputError(f"target must be finite, was {target}; give none for the mean")
    if target is None and is_constant(returns):
        return 0.0
    short = np.minimum(returns - (returns.mean() if target is None else target), 0.0)
    return float(np.sqrt(np.mean(short**2)))


def semi_deviation_gradient(returns: FloatArray) -> FloatArray | Undefined:
    """Derivative of `semi_deviation` from the mean by each return; Undefined when returns do not vary."""
    size = semi_deviation(returns)
    if size == 0.0:
        return NO_SPREAD
    short = np.minimum(returns - returns.mean(), 0.0)
    result: FloatArray = (short - short.mean()) / (returns.size * size)
    return result


def mean_absolute_deviation(returns: FloatArray) -> float:
    """Mean absolute deviation from the mean, over n. Konno and Yamazaki (1991), Management Science 37.

    Input and errors as in `volatility`; exactly 0 when returns are all equal.
    """
    check_returns(returns, periods_min=2)
    return 0.0 if is_constant(returns) else float(np.abs(returns - returns.mean()).mean())


def mean_absolute_deviation_gradient(returns: FloatArray) -> FloatArray | Undefined:
    """Derivative of `mean_absolute_deviation` by each return; Undefined when returns do not vary."""
    if mean_absolute_deviation(returns) == 0.0:
        return NO_SPREAD
    signs = np.sign(returns - returns.mean())
    result: FloatArray = (signs - signs.mean()) / returns.size
    return result
