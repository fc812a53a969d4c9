"""Cholesky factors by LAPACK, without the copies and checks of the general functions around it."""

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

from trade2026.analytics.arrays import FloatArray


def factored(symmetric: FloatArray) -> FloatArray | None:
    """The lower factor in column order (above its diagonal is anything), or None if not positive definite.

    The argument is in row order and is written over.
    """
    factor, info = dpotrf(symmetric.T, lower=1, clean=0, overwrite_a=1)
    return np.asarray(factor, dtype=np.float64) if info == 0 else None


def solved(factor: FloatArray, right: FloatArray) -> FloatArray:
    """The solution for right sides of shape (n,) or (n, k)."""
    solution, _ = dpotrs(factor, right, lower=1)
    return np.asarray(solution, dtype=np.float64).reshape(right.shape)
