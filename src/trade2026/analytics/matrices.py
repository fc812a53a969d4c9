"""Checks of panels of returns, of weights and of covariance matrices, and the small steps between them."""

import math
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, is_constant
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


def check_covariance(name: str, matrix: FloatArray) -> None:
    """Raise InputError unless `matrix` is float64, square, finite, symmetric, and its variances are positive.

    That it is positive semidefinite is not asked: see `covariance.positive` for one that is not.
    """
    if matrix.ndim != 2 or matrix.dtype != np.float64 or matrix.shape[0] != matrix.shape[1]:
        raise InputError(
            f"{name} must be a square float64 array, was {matrix.shape} {matrix.dtype}; convert it first"
        )
    if matrix.size == 0:
        raise InputError(f"{name} must have at least one row, had none; give an asset")
    bad = np.argwhere(~np.isfinite(matrix))
    if bad.size:
        row, column = (int(each) for each in bad[0])
        raise InputError(
            f"{name} must be finite, was {matrix[row, column]} in row {row}, column {column}; leave that "
            "asset out"
        )
    apart = np.abs(matrix - matrix.T)
    if float(apart.max()) > SYMMETRY * float(np.abs(matrix).max()):
        row, column = (int(each) for each in np.unravel_index(int(apart.argmax()), apart.shape))
        raise InputError(
            f"{name} must be symmetric, was {matrix[row, column]} at ({row}, {column}) and "
            f"{matrix[column, row]} at ({column}, {row}); average it with its transpose"
        )
    constant = np.flatnonzero(np.diag(matrix) <= 0.0)
    if constant.size:
        index = int(constant[0])
        raise InputError(
            f"{name} must have positive variances, was {matrix[index, index]} for asset {index}; leave out "
            "an asset that never changes"
        )


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


def symmetric(matrix: FloatArray) -> FloatArray:
    """The mean of a matrix and its transpose: takes out what rounding left."""
    result: FloatArray = 0.5 * (matrix + matrix.T)
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
