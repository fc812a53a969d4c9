"""Checks that every optimizer makes of its arrays. Nothing is repaired: InputError names value and remedy."""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.primitives.errors import InputError

_ASYMMETRY: Final = 1e-10
"""Largest difference across the diagonal, relative to the largest element, that is rounding."""


def vector(name: str, values: FloatArray, *, size: int | None = None) -> FloatArray:
    """The values, if they are float64, 1-D, finite, not empty and, where asked, `size` long."""
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype != np.float64 or array.size == 0:
        raise InputError(
            f"{name} must be a 1-D float64 array with elements, was shape {array.shape} of {array.dtype}; "
            "convert it"
        )
    if size is not None and array.size != size:
        raise InputError(f"{name} must have {size} elements, one per asset, had {array.size}")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise InputError(f"{name} must be finite, was {array[bad[0]]} at index {bad[0]}; remove or fill it")
    return array


def matrix(name: str, values: FloatArray, *, columns: int | None = None) -> FloatArray:
    """The values, if they are float64, 2-D, finite, not empty and, where asked, have `columns` columns."""
    array = np.asarray(values)
    if array.ndim != 2 or array.dtype != np.float64 or array.size == 0:
        raise InputError(
            f"{name} must be a 2-D float64 array with elements, was shape {array.shape} of {array.dtype}; "
            "convert it"
        )
    if columns is not None and array.shape[1] != columns:
        raise InputError(f"{name} must have {columns} columns, one per asset, had {array.shape[1]}")
    if not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise InputError(
            f"{name} must be finite, was {array[row, column]} at ({row}, {column}); remove or fill it"
        )
    return array


def covariance(name: str, values: FloatArray, *, size: int | None = None) -> FloatArray:
    """The values, if they are a symmetric matrix with variances above zero, shape (n, n).

    That it is positive semidefinite is found out where it is factored. Asymmetry beyond rounding is refused.
    """
    array = matrix(name, values, columns=size)
    if array.shape[0] != array.shape[1]:
        raise InputError(f"{name} must be square, was {array.shape[0]} by {array.shape[1]}")
    variances = np.diagonal(array)
    bad = np.flatnonzero(variances <= 0.0)
    if bad.size:
        raise InputError(
            f"{name} must have variances above zero, was {variances[bad[0]]} for asset {bad[0]}; "
            "leave out assets that do not move, cash among them"
        )
    gap = float(np.abs(array - array.T).max())
    if gap > _ASYMMETRY * float(np.abs(array).max()):
        raise InputError(f"{name} must be symmetric, differed by {gap:.3g} across the diagonal; average it")
    return array


def correlation(values: FloatArray) -> FloatArray:
    """The correlation matrix of a covariance, shape (n, n), with a diagonal of exactly one."""
    volatility = np.sqrt(np.diagonal(values))
    result: FloatArray = values / np.outer(volatility, volatility)
    np.fill_diagonal(result, 1.0)
    return result


def fraction(name: str, value: float, *, low: float = 0.0, high: float = 1.0) -> float:
    """The value, if it is a number in [low, high]."""
    if not low <= value <= high:
        raise InputError(f"{name} must be from {low} to {high}, was {value}")
    return float(value)


def positive(name: str, value: float) -> float:
    """The value, if it is finite and above zero."""
    if not np.isfinite(value) or value <= 0.0:
        raise InputError(f"{name} must be finite and above zero, was {value}")
    return float(value)
