"""Checks that every regression on factors makes of its arrays."""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import check_panel
from trade2026.analytics.newey_west import usual_lags
from trade2026.primitives.errors import InputError

_COLLINEAR: Final = 1e-10
"""A singular value of the scaled regressors below this share of the largest is zero with rounding."""


def check_regression(returns: FloatArray, factors: FloatArray, *, rows_min: int = 0) -> None:
    """Raise InputError unless both are panels of the same periods, enough of them, and factors differ.

    Factors must vary, and none may be a sum of multiples of the others and a constant. Enough are
    K + 3 periods: one more than parameters and one more for a variance.
    """
    check_panel("returns", returns)
    check_panel("factors", factors)
    if returns.shape[0] != factors.shape[0]:
        raise InputError(
            f"factors must have the {returns.shape[0]} rows of returns, had {factors.shape[0]}; align them"
        )
    needed = max(factors.shape[1] + 3, rows_min)
    if returns.shape[0] < needed:
        raise InputError(
            f"returns must have at least {needed} rows for {factors.shape[1]} factors, had "
            f"{returns.shape[0]}; give a longer history or fewer factors"
        )
    check_distinct(factors)


def check_distinct(factors: FloatArray) -> None:
    """Raise InputError when a factor is constant or follows from the others, naming its column."""
    column = dependent_column(factors)
    if column is not None:
        raise InputError(
            f"factors must differ, column {column} is constant or follows from those before it; leave it out"
        )


def dependent_column(factors: FloatArray) -> int | None:
    """The first factor that is constant or follows from those before it but for rounding; None for none."""
    design = with_constant(factors)
    size = np.sqrt((design**2).sum(axis=0))
    scaled = np.divide(design, size, out=np.zeros_like(design), where=size > 0.0)
    if _is_regular(scaled):
        return None
    found = (at for at in range(1, scaled.shape[1]) if not _is_regular(scaled[:, : at + 1]))
    return next(found) - 1


def _is_regular(scaled: FloatArray) -> bool:
    singular = np.linalg.svd(scaled, compute_uv=False)
    return bool(singular[-1] > _COLLINEAR * singular[0])


def with_constant(factors: FloatArray) -> FloatArray:
    """A column of ones before the factors, shape (T, K + 1)."""
    return np.column_stack([np.ones(factors.shape[0]), factors])


def checked_lags(lags: int | None, periods: int) -> int:
    """The given number of lags, or the usual one; InputError where it is out of range."""
    if lags is None:
        return usual_lags(periods)
    if not 0 <= lags < periods:
        raise InputError(
            f"lags must be from 0 to {periods - 1}, was {lags}; {usual_lags(periods)} are usual for "
            f"{periods} periods"
        )
    return lags
