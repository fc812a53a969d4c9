"""The variance of one series as it changes: GARCH(1,1) with variance targeting.

    h[t+1] = (1 - alpha - beta) v + alpha e[t]^2 + beta h[t],    h[0] = v

Bollerslev (1986), J. Econometrics 31, 307-327; e are returns less their mean, v their sample variance
(ddof 0), which is held fixed (Engle and Mezrich 1996), so that two numbers remain. They maximise the Gaussian
likelihood, which is consistent for other distributions too (quasi maximum likelihood).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, check_series, is_constant
from trade2026.primitives.errors import InputError

PERIODS_MIN: Final = 50
PERSISTENCE_MAX: Final = 0.9995
_PRECISION: Final = {"ftol": 1e-13, "gtol": 1e-8}
_SMALLEST: Final = 1e-6
_PERSISTENCES: Final = (0.05, 0.2, 0.4, 0.6, 0.75, 0.87, 0.94, 0.975, 0.99)
_SHARES: Final = (0.02, 0.06, 0.15, 0.3, 0.6, 0.9)
"""Tried first: alpha + beta, and the share of alpha in it."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Garch:
    """A fitted GARCH(1,1).

    Attributes
    ----------
    alpha, beta : float
        Weights of the last squared shock and of the last variance; both at least 0, together below 1.
    mean : float
        Of the returns, a fraction per period.
    variance : float
        The long-run variance per period: that of the sample.
    variances : float64, shape (n,)
        Conditional variance of each period, known before it.
    forecast : float
        Conditional variance of the period after the last.
    log_likelihood : float
        Gaussian, with its constant.
    """

    alpha: float
    beta: float
    mean: float
    variance: float
    variances: FloatArray
    forecast: float
    log_likelihood: float


def fit_garch(returns: FloatArray) -> Garch:
    """Quasi maximum likelihood of the model above.

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions, oldest first; at least 50.

    Raises
    ------
    InputError
        Too few returns, or returns that are not finite or never change.
    """
    check_series("returns", returns)
    n = returns.size
    if n < PERIODS_MIN:
        raise InputError(
            f"returns must be at least {PERIODS_MIN} to fit a GARCH, were {n}; give a longer history"
        )
    if is_constant(returns):
        raise InputError(f"returns must vary, were {returns[0]} throughout; leave that asset out")
    mean = float(returns.mean())
    shocks = returns - mean
    variance = float(shocks @ shocks) / n
    unit = shocks / np.sqrt(variance)  # Fitted at unit variance: the result does not depend on the scale.

    def loss(alpha: float, beta: float) -> float:
        h = garch_variances(unit, 1.0, alpha, beta)[:-1]
        return 0.5 * float((np.log(h) + unit**2 / h).mean())

    alpha, beta, lowest = fit_persistence(loss)
    path = variance * garch_variances(unit, 1.0, alpha, beta)
    constant = 0.5 * np.log(2.0 * np.pi * variance)
    return Garch(
        alpha=alpha,
        beta=beta,
        mean=mean,
        variance=variance,
        variances=path[:-1],
        forecast=float(path[-1]),
        log_likelihood=float(-n * (lowest + constant)),
    )


def garch_variances(shocks: FloatArray, variance: float, alpha: float, beta: float) -> FloatArray:
    """Conditional variances of the n periods of the shocks and of the one after; shape (n + 1,)."""
    from scipy.signal import lfilter

    driven = (1.0 - alpha - beta) * variance + alpha * shocks**2
    later, _ = lfilter([1.0], [1.0, -beta], driven, zi=[beta * variance])
    path: FloatArray = np.concatenate(([variance], later))
    return path


def fit_persistence(loss: Callable[[float, float], float]) -> tuple[float, float, float]:
    """The alpha and beta, with sum below one, at which a loss is least, and that loss.

    Searched in alpha + beta and in the share of alpha, whose bounds are a rectangle. A short series has often
    two minima: the descent begins at every point of a grid that is no worse than those around it.
    """
    from scipy.ndimage import minimum_filter
    from scipy.optimize import minimize

    def at(point: FloatArray) -> float:
        persistence, share = float(point[0]), float(point[1])
        return loss(persistence * share, persistence * (1.0 - share))

    tried = [[at(np.array((both, share))) for share in _SHARES] for both in _PERSISTENCES]
    low = np.argwhere(np.array(tried) <= minimum_filter(tried, size=3, mode="nearest"))
    bounds = [(_SMALLEST, PERSISTENCE_MAX), (_SMALLEST, 1.0)]
    ends = [
        minimize(at, (_PERSISTENCES[i], _SHARES[j]), method="L-BFGS-B", bounds=bounds, options=_PRECISION)
        for i, j in low
    ]
    found = min(ends, key=lambda each: float(each.fun))
    persistence, share, lowest = float(found.x[0]), float(found.x[1]), float(found.fun)
    return persistence * share, persistence * (1.0 - share), lowest
