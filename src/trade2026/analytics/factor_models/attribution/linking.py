"""From parts that add up in each period to parts that add up over all of them.

Returns compound, so sums of what a part gave in each period are not what it gave in the whole. Two ways to
spread the difference, each of which keeps the sum of the parts equal to (product of 1 + r) - (product of
1 + b): Carino (1999), J. Performance Measurement 3(4), 5-14, by logarithms; and Menchero (2000),
the same journal 5(1), 36-42, the same factor for all periods with the least correction to each.
"""

from typing import Final, Literal

import numpy as np

from trade2026.analytics.arrays import FloatArray, check_series
from trade2026.primitives.errors import InputError

Linking = Literal["carino", "menchero"]
_CLOSE: Final = 1e-9
"""Returns nearer than this are equal: the limit of the formula is more exact than the quotient."""

_ROUNDING: Final = 1e-12
"""Differences of returns below this are rounding."""


def linked(
    parts: FloatArray, returns: FloatArray, benchmark: FloatArray, *, method: Linking = "carino"
) -> FloatArray:
    """Parts over all periods.

    Parameters
    ----------
    parts : float64, shape (T, P)
        Of each period; each row sums to returns - benchmark.
    returns, benchmark : float64, shape (T,)
        Simple returns as fractions above -1; a benchmark of zeros attributes the return itself.
    method : str
        "carino" or "menchero".

    Returns
    -------
    float64, shape (P,)
        They sum to the compounded return less that of the benchmark.

    Raises
    ------
    InputError
        Shapes do not fit, a return is -1 or below, or a row does not sum to the difference.
    """
    check_series("returns", returns)
    check_series("benchmark", benchmark, size=returns.size)
    if parts.ndim != 2 or parts.shape[0] != returns.size or not np.isfinite(parts).all():
        raise InputError(f"parts must be finite, of {returns.size} rows, was of shape {parts.shape}")
    for name, each in (("returns", returns), ("benchmark", benchmark)):
        if float(each.min(initial=0.0)) <= -1.0:
            raise InputError(
                f"{name} must be above -1 in each period, was {each.min():g}: after a total loss nothing "
                "links; take smaller weights"
            )
    active = returns - benchmark
    scale = 1.0 + np.abs(parts).sum(axis=1)
    apart = np.flatnonzero(np.abs(parts.sum(axis=1) - active) > 1e-9 * scale)
    if apart.size:
        row = int(apart[0])
        raise InputError(
            f"parts must sum to returns less benchmark, {active[row]} in row {row}, was {parts[row].sum()}"
        )
    factors = _carino(returns, benchmark) if method == "carino" else _menchero(returns, benchmark)
    found: FloatArray = factors @ parts
    return found


def _carino(returns: FloatArray, benchmark: FloatArray) -> FloatArray:
    """ln(1 + r) - ln(1 + b) over r - b in each period, over the same of the whole."""
    whole = _slope(np.array([_compounded(returns)]), np.array([_compounded(benchmark)]))
    factors: FloatArray = _slope(returns, benchmark) / whole
    return factors


def _slope(returns: FloatArray, benchmark: FloatArray) -> FloatArray:
    """The slope of the logarithm between both, or its limit 1 / (1 + r) where they are equal."""
    apart = returns - benchmark
    is_close = np.abs(apart) < _CLOSE
    rise = np.log1p(np.where(is_close, 0.0, apart / (1.0 + benchmark)))
    slope: FloatArray = np.where(is_close, 1.0 / (1.0 + returns), rise / np.where(is_close, 1.0, apart))
    return slope


def _menchero(returns: FloatArray, benchmark: FloatArray) -> FloatArray:
    """One factor M for all periods, corrected in proportion to each period's difference."""
    periods, active = returns.size, returns - benchmark
    total, other = _compounded(returns), _compounded(benchmark)
    if abs(total - other) < _CLOSE:
        M = (1.0 + total) ** ((periods - 1.0) / periods)
    else:
        roots = (1.0 + total) ** (1.0 / periods) - (1.0 + other) ** (1.0 / periods)
        M = (total - other) / periods / roots
    squares = float(active @ active)
    if squares <= periods * _ROUNDING**2:  # Its quotients would scale the parts by noise.
        return np.full(periods, M)
    correction = (total - other - M * float(active.sum())) / squares
    factors: FloatArray = M + correction * active
    return factors


def _compounded(returns: FloatArray) -> float:
    return float(np.prod(1.0 + returns)) - 1.0
