"""Weighted least squares of many small regressions at once, with a linear restriction on the coefficients."""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray

CONDITION_MAX: Final = 1e8
"""Of columns scaled to length one; beyond it coefficients are noise."""


def free_basis(restriction: FloatArray) -> FloatArray:
    """Orthonormal bases of what is orthogonal to each row, shape (T, S) to (T, S, S - 1).

    The columns behind the first of a Householder reflection that turns the row into an axis. Rows must not
    be zero.
    """
    size = restriction.shape[1]
    length = np.linalg.norm(restriction, axis=1)
    mirror = restriction.copy()
    mirror[:, 0] += np.where(restriction[:, 0] < 0.0, -length, length)
    outer = mirror[:, :, None] * mirror[:, None, :]
    reflection = np.eye(size) - 2.0 * outer / (mirror**2).sum(axis=1)[:, None, None]
    return np.asarray(reflection[:, :, 1:])


def factorized(design: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Q, shape (T, N, k), and R, shape (T, k, k), of the square roots of the weights times each design."""
    Q, R = np.linalg.qr(np.sqrt(weights)[:, :, None] * design)
    return Q, R


def conditions(R: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Condition number of each regression with columns scaled to length one, and its weakest direction.

    Shapes (T,) and (T, k). Infinite where a column is zero.
    """
    length = np.linalg.norm(R, axis=1, keepdims=True)
    scaled = np.divide(R, length, out=np.zeros_like(R), where=length > 0.0)
    _, values, directions = np.linalg.svd(scaled)
    with np.errstate(divide="ignore", invalid="ignore"):
        condition = np.where(values[:, -1] > 0.0, values[:, 0] / values[:, -1], np.inf)
    return condition, np.asarray(directions[:, -1, :])


def residuals(values: FloatArray, others: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What a regression on a constant and `others` leaves of each row, and the condition of each regression.

    Parameters
    ----------
    values : float64, shape (T, N)
        Anything finite where the weight is zero.
    others : float64, shape (T, N, m)
    weights : float64, shape (T, N)

    Returns
    -------
    float64, shape (T, N), and float64, shape (T,)
        Rows of a condition above `CONDITION_MAX` mean nothing.
    """
    design = np.concatenate((np.ones((*values.shape, 1)), others), axis=2)
    Q, R = factorized(design, weights)
    root = np.sqrt(weights)
    fitted = (Q @ (np.swapaxes(Q, 1, 2) @ (root * values)[:, :, None]))[:, :, 0]
    left = np.divide(root * values - fitted, root, out=np.zeros_like(values), where=root > 0.0)
    return left, conditions(R)[0]
