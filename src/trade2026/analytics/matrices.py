"""Checks of arrays, panels of returns, weights and covariance matrices, and the small steps between them.

`check_*` raise; `vector`, `matrix`, `covariance`, `fraction` and `positive` give back what they have checked.
Nothing is repaired: an InputError names the argument, the value and the remedy.
"""

import math
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray, is_constant
from trade2026.primitives.errors import InputError

SYMMETRY: Final = 1e-8
"""Largest difference between a matrix and its transpose, as a share of its largest element."""


def check_panel(name: str, returns: FloatArray, *, rows_min: int = 2) -> None:
    """Raise InputError unless `returns` is float64, 2-D, finite, of at least `rows_min` rows and one column.

    Rows are periods, oldest first, columns are assets. What is not finite is named by its column and row;
    nothing is filled or dropped.
    """
    if returns.ndim != 2 or returns.dtype != np.float64:
        raise InputError(
            f"{name} must be a 2-D float64 array, a row per period and a column per asset, was "
            f"{returns.ndim}-D {returns.dtype}; convert it first"
        )
    rows, columns = returns.shape
    if columns == 0:
        raise InputError(f"{name} must have at least one column, had none; give an asset")
    if rows < rows_min:
        raise InputError(f"{name} must have at least {rows_min} rows, had {rows}; give a longer history")
    bad = np.argwhere(~np.isfinite(returns.T))
    if bad.size:
        column, row = (int(each) for each in bad[0])
        raise InputError(
            f"{name} must be finite, was {returns[row, column]} in column {column} at row {row}; drop that "
            "asset or that row"
        )


def check_varies(name: str, returns: FloatArray) -> None:
    """Raise InputError when an asset of a checked panel never changes, naming its column."""
    for column in range(returns.shape[1]):
        if is_constant(returns[:, column]):
            raise InputError(
                f"{name} must vary, column {column} was {returns[0, column]} throughout; leave that asset out"
            )


def check_covariance(name: str, values: FloatArray) -> None:
    """Raise InputError unless `values` is float64, square, finite, symmetric, and its variances are positive.

    That it is positive semidefinite is not asked: see `covariance.positive` for one that is not.
    """
    if values.ndim != 2 or values.dtype != np.float64 or values.shape[0] != values.shape[1]:
        raise InputError(
            f"{name} must be a square float64 array, was {values.shape} {values.dtype}; convert it first"
        )
    if values.size == 0:
        raise InputError(f"{name} must have at least one row, had none; give an asset")
    bad = np.argwhere(~np.isfinite(values))
    if bad.size:
        row, column = (int(each) for each in bad[0])
        raise InputError(
            f"{name} must be finite, was {values[row, column]} in row {row}, column {column}; leave that "
            "asset out"
        )
    apart = np.abs(values - values.T)
    if float(apart.max()) > SYMMETRY * float(np.abs(values).max()):
        row, column = (int(each) for each in np.unravel_index(int(apart.argmax()), apart.shape))
        raise InputError(
            f"{name} must be symmetric, was {values[row, column]} at ({row}, {column}) and "
            f"{values[column, row]} at ({column}, {row}); average it with its transpose"
        )
    constant = np.flatnonzero(np.diag(values) <= 0.0)
    if constant.size:
        index = int(constant[0])
        raise InputError(
            f"{name} must have variances above zero, was {values[index, index]} for asset {index}; leave out "
            "assets that do not move, cash among them"
        )


def covariance(name: str, values: FloatArray, *, size: int | None = None) -> FloatArray:
    """The values, if they pass `check_covariance` and, where asked, are of `size` assets."""
    array = np.asarray(values)
    check_covariance(name, array)
    if size is not None and len(array) != size:
        raise InputError(f"{name} must have {size} rows and columns, one per asset, had {len(array)}")
    return array


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
    bad = np.argwhere(~np.isfinite(array))
    if bad.size:
        row, column = (int(each) for each in bad[0])
        raise InputError(
            f"{name} must be finite, was {array[row, column]} at ({row}, {column}); remove or fill it"
        )
    return array


def fraction(name: str, value: float, *, low: float = 0.0, high: float = 1.0) -> float:
    """The value, if it is a number in [low, high]."""
    if not low <= value <= high:
        raise InputError(f"{name} must be from {low} to {high}, was {value}")
    return float(value)


def positive(name: str, value: float) -> float:
    """The value, if it is finite and above zero."""
    if not math.isfinite(value) or value <= 0.0:
        raise InputError(f"{name} must be finite and above zero, was {value}")
    return float(value)


def check_weights(name: str, weights: FloatArray, n_assets: int) -> None:
    """Raise InputError unless `weights` is float64, finite, one for each of `n_assets`; any sum will do."""
    if weights.ndim != 1 or weights.dtype != np.float64 or weights.size != n_assets:
        raise InputError(
            f"{name} must be a float64 array of {n_assets}, one per asset, was {weights.shape} "
            f"{weights.dtype}"
        )
    bad = np.flatnonzero(~np.isfinite(weights))
    if bad.size:
        raise InputError(f"{name} must be finite, was {weights[bad[0]]} for asset {bad[0]}; give a number")


def check_within(name: str, value: float, low: float, high: float, hint: str) -> None:
    """Raise InputError unless low <= value <= high; `hint` says what is usual."""
    if not (math.isfinite(value) and low <= value <= high):
        raise InputError(f"{name} must be from {low:g} to {high:g}, was {value}; {hint}")


def check_above(name: str, value: float, low: float, hint: str) -> None:
    """Raise InputError unless `value` is finite and above `low`; `hint` says what is usual."""
    if not (math.isfinite(value) and value > low):
        raise InputError(f"{name} must be above {low:g}, was {value}; {hint}")


def riskless_mix(values: FloatArray) -> IntArray:
    """The assets of the mix with the least risk by a covariance matrix, largest part first.

    Of the eigenvector of the smallest eigenvalue of the correlations: where the matrix is singular, these
    are the assets that depend on one another. Parts below a tenth of the largest are left out.
    """
    _, vectors = np.linalg.eigh(unit_diagonal(values))
    size = np.abs(vectors[:, 0])
    order = np.argsort(-size, kind="stable")
    result: IntArray = order[size[order] >= 0.1 * size.max()]
    return result


def symmetric(values: FloatArray) -> FloatArray:
    """The mean of a matrix and its transpose: takes out what rounding left."""
    result: FloatArray = 0.5 * (values + values.T)
    return result


def to_correlation(covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Correlations, shape (n, n) with an exact unit diagonal, and volatilities, shape (n,)."""
    volatility: FloatArray = np.sqrt(np.diag(covariance))
    return unit_diagonal(covariance), volatility


def unit_diagonal(matrix: FloatArray) -> FloatArray:
    """A symmetric matrix scaled so that its diagonal, which must be positive, is one."""
    scale = np.sqrt(np.diag(matrix))
    result = symmetric(matrix / np.outer(scale, scale))
    np.fill_diagonal(result, 1.0)
    return result


def to_covariance(correlation: FloatArray, volatility: FloatArray) -> FloatArray:
    """Covariances from correlations and volatilities."""
    return symmetric(correlation * np.outer(volatility, volatility))


def descending_eigen(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues of a symmetric matrix, largest first, and unit eigenvectors in columns.

    Of the two directions of an eigenvector that is taken whose elements sum to zero or more.
    """
    values, vectors = np.linalg.eigh(symmetric(matrix))
    values, vectors = values[::-1].copy(), vectors[:, ::-1].copy()
    vectors *= np.where(vectors.sum(axis=0) < 0.0, -1.0, 1.0)
    return values, vectors
