"""How much of a covariance is each asset's own: the largest diagonal that leaves the rest a covariance.

A diagonal D with Q - D positive semidefinite says what holding an asset costs at least, whatever else is
held. `perspective` makes bounds of it. The sum of given shares of D is made as large as it gets by a barrier
method: minimum trace factor analysis (ten Berge, Snijders and Zegers 1981, Psychometrika 46, 201-213) where
all shares are one, and the diagonal of the tightest perspective relaxation where they come from its solution
(Zheng, Sun and Li 2014, INFORMS Journal on Computing 26, 690-703).
"""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.cholesky import factored, solved

_START: Final = 0.5
"""Share of a diagonal that is surely allowed from which the barrier method starts."""
_BARRIERS: Final = (1.0, 0.2, 0.04, 0.01, 2.5e-3, 6e-4, 1.5e-4)
"""Weights of the barrier, in the mean worth of an element."""
_STEPS: Final = 25
_SETTLED: Final = 1e-3
_INSIDE: Final = 1.0 - 1e-6
"""Share of the diagonal that is used: what it leaves stays definite under rounding."""
_SINGULAR: Final = 1e-9


def own_variances(Q: FloatArray, worth: FloatArray) -> FloatArray | None:
    """The diagonal d of at least zero with the largest worth'd that leaves Q - diag(d) definite.

    Parameters
    ----------
    Q : float64, shape (n, n)
        Symmetric, in units in which its mean diagonal is about one.
    worth : float64, shape (n,)
        Above zero, of each element of d.

    Returns
    -------
    float64, shape (n,), or None
        None for a Q that is singular but for rounding: nothing is each asset's own then. The largest to
        about a part in a thousand; Q - diag(d) has a Cholesky factor.
    """
    n = worth.size
    factor = factored(Q.copy())
    if factor is None or float((np.diagonal(factor) ** 2).min()) < _SINGULAR:
        return None
    # What the others do not explain of each; scaled until the rest is definite.
    alone = 1.0 / np.diagonal(solved(factor, np.eye(n)))
    root = np.sqrt(alone)
    lowest = float(np.linalg.eigvalsh(Q / np.outer(root, root))[0])
    if not lowest > _SINGULAR:
        return None
    d = _START * lowest * alone
    worth = worth / worth.mean()
    value = d * worth
    for share in _BARRIERS:
        d = _climb(Q, worth, d, share * float(value.mean()))
        value = d * worth
    d = _INSIDE * d
    return d if factored(Q - np.diag(d)) is not None else None


def _climb(Q: FloatArray, worth: FloatArray, d: FloatArray, barrier: float) -> FloatArray:
    """Newton's method for worth'd + barrier (log det(Q - diag(d)) + sum log d)."""
    height, inverse = _height(Q, worth, d, barrier)
    for _ in range(_STEPS):
        assert inverse is not None
        slope = worth + barrier * (1.0 / d - np.diagonal(inverse))
        bend = barrier * (inverse * inverse)
        bend[np.diag_indices(d.size)] += barrier / d**2
        factor = factored(bend)
        if factor is None:
            return d
        step = solved(factor, slope)
        rise = float(slope @ step)
        if rise <= _SETTLED * barrier:
            return d
        moved = _along(Q, worth, d, barrier, step, height, rise)
        if moved is None:
            return d
        d, height, inverse = moved
    return d


def _along(
    Q: FloatArray, worth: FloatArray, d: FloatArray, barrier: float, step: FloatArray, height: float,
    rise: float,
) -> tuple[FloatArray, float, FloatArray] | None:  # fmt: skip
    """As far along a step as it rises, halving it; None where that is nowhere."""
    length = 1.0
    while length > 1e-6:
        tried = d + length * step
        higher, inverse = _height(Q, worth, tried, barrier)
        if inverse is not None and higher >= height + 0.1 * length * rise:
            return tried, higher, inverse
        length *= 0.5
    return None


def _height(
    Q: FloatArray, worth: FloatArray, d: FloatArray, barrier: float
) -> tuple[float, FloatArray | None]:
    """What is climbed, and the inverse of what is left; None where that is not definite."""
    if not (d > 0.0).all():
        return -np.inf, None
    factor = factored(Q - np.diag(d))
    if factor is None:
        return -np.inf, None
    logs = 2.0 * float(np.log(np.diagonal(factor)).sum()) + float(np.log(d).sum())
    return float(worth @ d) + barrier * logs, solved(factor, np.eye(d.size))
