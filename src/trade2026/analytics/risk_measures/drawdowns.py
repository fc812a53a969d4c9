"""How far and how long below the peak: conditional drawdown at risk, ulcer index, mean and largest drawdown.

Drawdowns are measured after each of the n periods, from the highest value up to then, the start
included. Unless compounded they are those of the running sum of returns, in units of the first capital
(Chekhlov, Uryasev and Zabarankin 2005, Int. J. Theoretical and Applied Finance 8, 13-58): only these
are convex and homogeneous in weights, so that an optimizer and contributions can use them. Compounded
ones are fractions of the peak.

A gradient is the derivative by the return of each period, for the running sum; returns times gradient
sum to the measure.
"""

import numpy as np

from trade2026.analytics.arrays import FloatArray, Undefined
from trade2026.analytics.drawdown import drawdown_series
from trade2026.analytics.risk_measures.dispersion import check_returns
from trade2026.analytics.risk_measures.tail import expected_shortfall, expected_shortfall_gradient
from trade2026.primitives.errors import InputError

_NO_DRAWDOWN = Undefined("there was no drawdown")


def drawdowns(returns: FloatArray, *, compounded: bool = False) -> FloatArray:
    """Drawdown after each period, zero or positive, shape (n,).

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions, oldest first; at least one.
    compounded : bool
        Whether gains are reinvested: of the product of 1 + r rather than of the running sum.

    Raises
    ------
    InputError
        No return, one that is not finite, or, compounded, one of -1 or below.
    """
    check_returns(returns)
    if not compounded:
        value = np.concatenate(([0.0], np.cumsum(returns)))
        below: FloatArray = (np.maximum.accumulate(value) - value)[1:]
        return below
    ruin = np.flatnonzero(returns <= -1.0)
    if ruin.size:
        raise InputError(
            f"returns must be above -1 to compound, was {returns[ruin[0]]} at {ruin[0]}; do not compound"
        )
    return drawdown_series(np.concatenate(([1.0], np.cumprod(1.0 + returns))))[1:]


def conditional_drawdown_at_risk(returns: FloatArray, *, tail: float, compounded: bool = False) -> float:
    """Expected shortfall of the drawdowns: mean of the worst `tail` share, the one on the boundary in part.

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions, oldest first; at least one.
    tail : float
        Share of periods, in (0, 1).
    compounded : bool
        As in `drawdowns`.

    Returns
    -------
    float
        Zero or positive; a fraction of the first capital, or of the peak if compounded.

    Raises
    ------
    InputError
        As `drawdowns`; a tail outside (0, 1).
    """
    return expected_shortfall(-drawdowns(returns, compounded=compounded), tail=tail)


def conditional_drawdown_at_risk_gradient(returns: FloatArray, *, tail: float) -> FloatArray | Undefined:
    """Derivative of `conditional_drawdown_at_risk` by each return; Undefined without a drawdown."""
    below = drawdowns(returns)
    return _by_return(returns, -expected_shortfall_gradient(-below, tail=tail))


def ulcer_index(returns: FloatArray, *, compounded: bool = False) -> float:
    """Root mean square drawdown over all n periods. Martin and McCann (1989), who compound, in percent.

    Parameters, result and errors as in `conditional_drawdown_at_risk`.
    """
    return float(np.sqrt(np.mean(drawdowns(returns, compounded=compounded) ** 2)))


def ulcer_index_gradient(returns: FloatArray) -> FloatArray | Undefined:
    """Derivative of `ulcer_index` by each return; Undefined without a drawdown."""
    below = drawdowns(returns)
    size = float(np.sqrt(np.mean(below**2)))
    return _NO_DRAWDOWN if size == 0.0 else _by_return(returns, below / (returns.size * size))


def average_drawdown(returns: FloatArray, *, compounded: bool = False) -> float:
    """Mean drawdown over all n periods; otherwise as `conditional_drawdown_at_risk`."""
    return float(drawdowns(returns, compounded=compounded).mean())


def average_drawdown_gradient(returns: FloatArray) -> FloatArray | Undefined:
    """Derivative of `average_drawdown` by each return; Undefined without a drawdown."""
    check_returns(returns)
    return _by_return(returns, np.full(returns.size, 1.0 / returns.size))


def maximum_drawdown(returns: FloatArray, *, compounded: bool = False) -> float:
    """Largest drawdown; parameters, result and errors as in `conditional_drawdown_at_risk`."""
    return float(drawdowns(returns, compounded=compounded).max())


def maximum_drawdown_gradient(returns: FloatArray) -> FloatArray | Undefined:
    """Derivative of `maximum_drawdown` by each return, of the earliest of equals; Undefined without one."""
    chosen = np.zeros(returns.size)
    chosen[int(np.argmax(drawdowns(returns)))] = 1.0
    return _by_return(returns, chosen)


def _by_return(returns: FloatArray, by_drawdown: FloatArray) -> FloatArray | Undefined:
    """Derivative by each return of a sum of drawdowns with given weights.

    A drawdown is minus the sum of the returns since its peak, so each return from there on counts with minus
    its weight: a difference at both ends, summed up.
    """
    n = returns.size
    value = np.concatenate(([0.0], np.cumsum(returns)))
    peak_value = np.maximum.accumulate(value)
    if not (peak_value > value).any():
        return _NO_DRAWDOWN
    periods = np.arange(n + 1)
    peak = np.maximum.accumulate(np.where(value == peak_value, periods, 0))
    steps = np.zeros(n + 2)
    np.add.at(steps, peak[1:] + 1, by_drawdown)
    np.add.at(steps, periods[1:] + 1, -by_drawdown)
    gradient: FloatArray = -np.cumsum(steps)[1 : n + 1]
    return gradient
