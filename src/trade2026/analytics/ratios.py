"""Dispersion of period returns, and reward per unit of it."""

import math

import numpy as np

from trade2026.analytics.arrays import ROUNDING, FloatArray, Statistic, Undefined, check_series, is_constant
from trade2026.primitives.errors import InputError

_NO_SPREAD = "returns do not vary"


def per_period_rate(annual_rate: float, periods_per_year: float) -> float:
    """The rate per period that compounds to an annual rate: (1 + rate) ** (1 / periods) - 1; fractions."""
    if not math.isfinite(annual_rate) or annual_rate <= -1.0:
        raise InputError(f"annual rate must be finite and above -1, was {annual_rate}; 0.02 is two percent")
    _check_periods(periods_per_year)
    return float((1.0 + annual_rate) ** (1.0 / periods_per_year) - 1.0)


def volatility(returns: FloatArray, *, periods_per_year: float) -> Statistic:
    """Annualized standard deviation: std(returns, ddof=1) * sqrt(periods_per_year).

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple return per period, fractions.
    periods_per_year : float
        Periods in a year: 252 for sessions of equities, 365 for days of crypto.

    Returns
    -------
    float or Undefined
        Fraction per square root of a year; exactly 0 when returns are all equal. Undefined below two periods.
    """
    check_series("returns", returns)
    _check_periods(periods_per_year)
    if returns.size < 2:
        return _too_few(2, returns)
    if is_constant(returns):
        return 0.0
    return float(returns.std(ddof=1)) * math.sqrt(periods_per_year)


def sharpe_ratio(returns: FloatArray, *, periods_per_year: float, risk_free_rate: float) -> Statistic:
    """Mean excess return over its standard deviation, annualized. Sharpe (1994), J. Portfolio Mgmt 21, 49-58.

    mean(r - f) / std(r, ddof=1) * sqrt(periods_per_year), arithmetic mean, f the risk-free rate per period.
    No correction for serial correlation (Lo 2002).

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple return per period, fractions.
    periods_per_year : float
        Periods in a year.
    risk_free_rate : float
        Annual, compounded; 0.02 is two percent.

    Returns
    -------
    float or Undefined
        Per square root of a year. Undefined below two periods or when returns do not vary.
    """
    check_series("returns", returns)
    free = per_period_rate(risk_free_rate, periods_per_year)
    if returns.size < 2:
        return _too_few(2, returns)
    if is_constant(returns):
        return Undefined(_NO_SPREAD)
    return (float(returns.mean()) - free) / float(returns.std(ddof=1)) * math.sqrt(periods_per_year)


def sortino_ratio(returns: FloatArray, *, periods_per_year: float, risk_free_rate: float) -> Statistic:
    """Mean excess return over target downside deviation, annualized.

    Sortino and Price (1994), J. Investing 3, 59-64:
    mean(r - f) / sqrt(mean(min(r - f, 0) ** 2)) * sqrt(periods_per_year). The target f is the risk-free rate
    per period; the deviation divides by ALL periods (ddof 0), not by the losing ones.

    Parameters and result as in `sharpe_ratio`; Undefined when no period fell below the target.
    """
    check_series("returns", returns)
    excess = returns - per_period_rate(risk_free_rate, periods_per_year)
    if returns.size < 2:
        return _too_few(2, returns)
    downside = math.sqrt(float(np.mean(np.minimum(excess, 0.0) ** 2)))
    if downside <= ROUNDING:
        return Undefined("no period fell below the target return")
    return float(excess.mean()) / downside * math.sqrt(periods_per_year)


def calmar_ratio(annual: Statistic, depth: float) -> Statistic:
    """Compound annual return over maximum drawdown of the same, whole span.

    After Young (1991), Futures 20, 40, who takes 36 months; we take what there is. `depth` is a positive
    fraction. Undefined when the annual return is, or without a drawdown.
    """
    if isinstance(annual, Undefined):
        return annual
    if depth <= 0.0:
        return Undefined("there was no drawdown")
    return annual / depth


def skewness(returns: FloatArray) -> Statistic:
    """Adjusted Fisher-Pearson skewness, G1 of Joanes and Gill (1998), The Statistician 47, 183-189.

    g1 * sqrt(n (n-1)) / (n-2), where g1 uses central moments over n. Not annualized. Undefined below three
    periods or when returns do not vary.
    """
    check_series("returns", returns)
    n = returns.size
    if n < 3:
        return _too_few(3, returns)
    if is_constant(returns):
        return Undefined(_NO_SPREAD)
    unit = (returns - returns.mean()) / returns.std()
    return float(np.mean(unit**3)) * math.sqrt(n * (n - 1)) / (n - 2)


def excess_kurtosis(returns: FloatArray) -> Statistic:
    """Bias-adjusted kurtosis less that of a normal, G2 of Joanes and Gill (1998).

    (n-1) / ((n-2)(n-3)) * ((n+1) g2 + 6), where g2 uses central moments over n. Not annualized. Undefined
    below four periods or when returns do not vary.
    """
    check_series("returns", returns)
    n = returns.size
    if n < 4:
        return _too_few(4, returns)
    if is_constant(returns):
        return Undefined(_NO_SPREAD)
    unit = (returns - returns.mean()) / returns.std()
    g2 = float(np.mean(unit**4)) - 3.0
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6.0)


def _too_few(needed: int, returns: FloatArray) -> Undefined:
    """The reason for a sample that is too small."""
    return Undefined(f"needs at least {needed} periods, had {returns.size}")


def _check_periods(periods_per_year: float) -> None:
    """Raise InputError unless periods_per_year is finite and positive."""
    if not math.isfinite(periods_per_year) or periods_per_year <= 0.0:
        raise InputError(f"periods_per_year must be above zero, was {periods_per_year}; 252 or 365 are usual")
