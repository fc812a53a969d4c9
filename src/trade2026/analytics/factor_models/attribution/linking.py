"""From parts that add up in each period to parts that add up over all of them.

Returns compound, so sums of what a part gave in each period are not what it gave in the whole. Two ways to
spread the difference, each of which keeps the sum of the parts equal to (product of 1 + r) - (product of
1 + b): Carino (1999), J. Performance Measurement 3(4), 5-14, by logarithms; and Menchero (2000),
the same journal 5(1), 36-42, the same factor for all periods with the least correction to each.

Over time parts are linked anew up to each period: the parts up to a period sum to the difference of the
compounded returns up to it, they know nothing of what comes later, and the last are those of the whole. What
a part has given before so changes a little with each period, also in one in which it gives nothing.
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
    """Parts over all periods, shape (P,): the last row of `linked_path`, which has the rest."""
    found: FloatArray = linked_path(parts, returns, benchmark, method=method)[-1].copy()
    return found


def linked_path(
    parts: FloatArray, returns: FloatArray, benchmark: FloatArray, *, method: Linking = "carino"
) -> FloatArray:
    """Parts over the periods up to each one.

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
    float64, shape (T, P)
        Each row sums to the compounded return up to then less that of the benchmark.

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
    path = _carino if method == "carino" else _menchero
    return path(parts, returns, benchmark)


def _carino(parts: FloatArray, returns: FloatArray, benchmark: FloatArray) -> FloatArray:
    """Times ln(1 + r) - ln(1 + b) over r - b in each period, over the same of the whole."""
    whole = _slope(_compounded(returns), _compounded(benchmark))
    logs = np.cumsum(_slope(returns, benchmark)[:, None] * parts, axis=0)
    path: FloatArray = logs / whole[:, None]
    return path


def _slope(returns: FloatArray, benchmark: FloatArray) -> FloatArray:
    """The slope of the logarithm between both, or its limit 1 / (1 + r) where they are equal."""
    apart = returns - benchmark
    is_close = np.abs(apart) < _CLOSE
    rise = np.log1p(np.where(is_close, 0.0, apart / (1.0 + benchmark)))
    slope: FloatArray = np.where(is_close, 1.0 / (1.0 + returns), rise / np.where(is_close, 1.0, apart))
    return slope


def _menchero(parts: FloatArray, returns: FloatArray, benchmark: FloatArray) -> FloatArray:
    """Times one factor M for all periods, corrected in proportion to each period's difference."""
    periods: FloatArray = np.arange(1, returns.size + 1).astype(np.float64)
    active = returns - benchmark
    total, other = _compounded(returns), _compounded(benchmark)
    is_close = np.abs(total - other) < _CLOSE
    roots = (1.0 + total) ** (1.0 / periods) - (1.0 + other) ** (1.0 / periods)
    M = np.where(
        is_close,
        (1.0 + total) ** ((periods - 1.0) / periods),
        (total - other) / periods / np.where(is_close, 1.0, roots),
    )
    squares = np.cumsum(active**2)
    is_noise = squares <= periods * _ROUNDING**2  # Its quotients would scale the parts by noise.
    missing = np.where(is_noise, 0.0, total - other - M * np.cumsum(active))
    correction = missing / np.where(is_noise, 1.0, squares)
    level: FloatArray = np.cumsum(parts, axis=0)
    lean: FloatArray = np.cumsum(active[:, None] * parts, axis=0)
    return np.asarray(M[:, None] * level + correction[:, None] * lean)


def _compounded(returns: FloatArray) -> FloatArray:
    """Up to each period, shape of `returns`."""
    return np.asarray(np.cumprod(1.0 + returns) - 1.0, dtype=np.float64)
