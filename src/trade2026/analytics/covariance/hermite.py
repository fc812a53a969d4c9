"""The density of eigenvalues as a series of Hermite polynomials around a normal law."""

import math
from typing import Final

import numpy as np
from numpy.polynomial import hermite_e

from trade2026.analytics.arrays import FloatArray
from trade2026.primitives.errors import InputError

ORDER_MAX: Final = 12
"""The moments of a higher order are those of the few largest values."""


def hermite_coefficients(values: FloatArray, order: int) -> FloatArray:
    """Coefficients c of the Gram-Charlier series of type A, shape (order + 1,).

    c_k is the mean of He_k((value - mean) / deviation) over k!, with the probabilists' polynomials; the
    deviation is over all n. So c_0 is 1, and c_1 and c_2 are zero. Charlier 1905; Cramer 1946, Mathematical
    Methods of Statistics, 17.6.

    Parameters
    ----------
    values : float64, shape (p,)
        Two at least that differ, finite.
    order : int
        From 0, the normal law, to 12.

    Raises
    ------
    InputError
        Values that are too few, all the same or not finite; an order out of its range.
    """
    if not 0 <= order <= ORDER_MAX:
        raise InputError(f"order must be from 0 to {ORDER_MAX}, was {order}; 4 to 8 are usual")
    if values.ndim != 1 or values.size < 2 or not np.isfinite(values).all() or not np.ptp(values) > 0.0:
        raise InputError(
            f"values must be finite, 1-D and differ, had shape {values.shape}; take more of them"
        )
    steps = (values - values.mean()) / values.std()
    means = hermite_e.hermevander(steps, order).mean(axis=0)
    result: FloatArray = means / np.array([float(math.factorial(k)) for k in range(order + 1)])
    return result


def hermite_density(points: FloatArray, values: FloatArray, order: int) -> FloatArray:
    """The series of values at points: normal density times the sum of c_k He_k, shape of `points`.

    It integrates to one over the whole line and has the first `order` moments of the values. Where the values
    are far from normal it falls below zero in places, and is given so: nothing is cut off.

    Parameters
    ----------
    points : float64, shape (m,)
    values, order
        As in `hermite_coefficients`, which also raises.
    """
    coefficients = hermite_coefficients(values, order)
    spread = float(values.std())
    steps = (points - float(values.mean())) / spread
    normal = np.exp(-0.5 * steps**2) / (spread * math.sqrt(2.0 * math.pi))
    result: FloatArray = normal * hermite_e.hermeval(steps, coefficients)
    return result
