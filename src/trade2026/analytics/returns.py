"""Returns of an equity curve, compounded over the whole span and over calendar months."""

from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray, Statistic, Undefined, check_series
from trade2026.analytics.curve import EquityCurve, day_number
from trade2026.primitives.time import DAY_NS

DAYS_PER_YEAR: Final = 365.25
MONTHS_PER_YEAR: Final = 12
_ONE_DAY: Final = 1.0 / DAYS_PER_YEAR

_LARGEST: Final = 1e75  # Its fourth power, which the kurtosis needs, is still a float64.


class YearOfReturns(msgspec.Struct, frozen=True):
    """One row of the monthly table; every number is a fraction, compounded."""

    year: int
    """Calendar year, UTC."""
    months: tuple[float | None, ...]
    """January to December; None for a month without a mark."""
    total: float
    """The year: product of (1 + month) less one."""


def period_returns(curve: EquityCurve) -> FloatArray | Undefined:
    """Simple return of each period, net of external flows.

    r[t] = (equity[t] - flow[t]) / equity[t-1] - 1: the flow arrives at the mark, after the period earned.

    Parameters
    ----------
    curve : EquityCurve
        n marks.

    Returns
    -------
    float64, shape (n - 1,), or Undefined
        Fractions; empty for one mark. Undefined when equity before or after a flow is zero or negative at
        any mark but the last, since no return can be taken from there. The last may be a loss of all or more.
    """
    earned = curve.equity if curve.flows is None else curve.equity - curve.flows
    usable = np.minimum(curve.equity, earned)[:-1]
    if curve.equity.size > 1:
        usable = np.concatenate(([curve.equity[0]], usable[1:]))  # flows[0] is part of the opening equity.
    ruined = np.flatnonzero(usable <= 0.0)
    if ruined.size:
        return Undefined(f"equity was zero or negative at mark {int(ruined[0])}, before the end")
    with np.errstate(over="ignore"):
        returns: FloatArray = earned[1:] / curve.equity[:-1] - 1.0
    return _within_float64(returns)


def growth_of_one(curve: EquityCurve) -> FloatArray | Undefined:
    """Worth at each mark of one unit of money invested at the opening; shape (n,), first element 1.

    Without flows this is equity over opening equity, exactly, so equal equities give equal growth. With
    flows it is the running product of 1 + return. Undefined as in `period_returns`.
    """
    returns = period_returns(curve)
    if isinstance(returns, Undefined):
        return returns
    with np.errstate(over="ignore"):
        if curve.equity.size > 1 and curve.flows is None:
            return _within_float64(curve.equity / curve.equity[0])
        return _within_float64(np.concatenate(([1.0], np.cumprod(1.0 + returns))))


def _within_float64(values: FloatArray) -> FloatArray | Undefined:
    """The values, or Undefined when one of them is too large to be squared and summed."""
    if values.size and not float(np.abs(values).max()) <= _LARGEST:
        return Undefined("growth is beyond the range of a 64-bit float")
    return values


def total_return(growth: FloatArray) -> Statistic:
    """Return over the whole span as a fraction: last growth less one; Undefined for a single mark."""
    check_series("growth", growth)
    if growth.size < 2:
        return Undefined("one mark spans no period")
    return float(growth[-1] - 1.0)


def elapsed_years(ts_ns: IntArray) -> float:
    """Years of 365.25 days between the first and the last mark; 0 for one mark."""
    return (int(ts_ns[-1]) - int(ts_ns[0])) / DAY_NS / DAYS_PER_YEAR


def annual_return(total: Statistic, years: float) -> Statistic:
    """Compound annual growth rate: (1 + total) ** (1 / years) - 1, over elapsed calendar time.

    Parameters
    ----------
    total : float or Undefined
        Return over the span, as a fraction.
    years : float
        Elapsed years of 365.25 days, see `elapsed_years`; at least 0.

    Returns
    -------
    float or Undefined
        Fraction per year. Less than a year is extrapolated, which the reader must be told. Undefined below
        one day, when more than everything was lost, or when the extrapolation leaves float64.
    """
    if isinstance(total, Undefined):
        return total
    if years <= 0.0:
        return Undefined("no time elapsed between the first and the last mark")
    if years < _ONE_DAY:
        return Undefined("less than a day says nothing of a year")
    if total < -1.0:
        return Undefined("more than the whole equity was lost")
    try:
        return float((1.0 + total) ** (1.0 / years) - 1.0)
    except OverflowError:
        return Undefined("the span is too short to extrapolate to a year")


def monthly_returns(ts_ns: IntArray, growth: FloatArray) -> tuple[YearOfReturns, ...]:
    """Compounded return of each calendar month (UTC) and year.

    A month's return is growth at its last mark over growth at the last mark before the month. A month
    without a mark is None and its movement falls into the next month with one, so that all entries always
    compound to the total return.

    Parameters
    ----------
    ts_ns, growth : shape (n,)
        Marks, see `growth_of_one`; positive at every mark but the last.

    Returns
    -------
    tuple of YearOfReturns
        Oldest first; only years with at least one period. Empty for a single mark.
    """
    check_series("growth", growth, size=ts_ns.size)
    if ts_ns.size < 2:
        return ()
    month = day_number(ts_ns).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    is_last = np.append(month[1:] != month[:-1], True)
    is_last[0] = False  # The opening mark ends no period.
    last = np.flatnonzero(is_last)
    factors = growth[last] / growth[np.concatenate(([0], last[:-1]))]
    found = {int(month[mark]): float(factor) for mark, factor in zip(last, factors, strict=True)}
    years = sorted({number // MONTHS_PER_YEAR for number in found})
    return tuple(_year_row(year, found) for year in years)


def _year_row(year: int, factor_by_month: dict[int, float]) -> YearOfReturns:
    """The row of a year counted from 1970, from factors keyed by months since 1970-01."""
    numbers = range(year * MONTHS_PER_YEAR, (year + 1) * MONTHS_PER_YEAR)
    factors = [factor_by_month.get(number) for number in numbers]
    total = 1.0
    for factor in factors:
        total *= 1.0 if factor is None else factor
    return YearOfReturns(
        year=1970 + year,
        months=tuple(None if factor is None else factor - 1.0 for factor in factors),
        total=total - 1.0,
    )
