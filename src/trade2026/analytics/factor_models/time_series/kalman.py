"""Betas that wander: a random walk of each parameter, filtered by Kalman's recursions.

y_t = x_t' b_t + e_t,  e_t of variance h;  b_t = b_(t-1) + u_t,  u_t of variances q_k, all independent and
normal; x_t is 1 and the factors (Durbin and Koopman 2012, Time Series Analysis by State Space Methods, 4.3).
The start is diffuse: a variance so large that the first K + 1 periods decide, which do not count in the
likelihood.

The variances of the walks are q_k = ratio h / mean(x_k^2): each parameter's step moves the return by the same
variance, `ratio` times that of the noise. Given a ratio, the best h has a closed form; the ratio is given,
or is the one of the greatest likelihood, sought on a grid of powers of ten and then by golden section between
its neighbours. One number for all parameters is a restriction: it keeps the fit from being many-peaked.
`speeds` lets some walk faster than others, or stand still: those of the alpha and of each beta multiply q.
A ratio of 0 is least squares over all periods so far. Ratio, noise and the unit of a step are of all periods:
filtered betas use later knowledge in those three numbers, and in nothing else.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.time_series.inputs import check_regression, with_constant
from trade2026.analytics.matrices import check_within
from trade2026.primitives.errors import InputError

DIFFUSE: Final = 1e7
"""Variance of a parameter at the start, in those of the noise over mean(x_k^2)."""
_EXPONENTS: Final = np.arange(-8.0, 1.0)
_GOLDEN: Final = (5.0**0.5 - 1.0) / 2.0
_STEPS: Final = 14
"""Of golden section: the exponent is known to 0.003."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WanderingBetas:
    """Filtered parameters: those of a period are from it and the ones before, never from later ones.

    Attributes
    ----------
    parameters : float64, shape (T, N, K + 1)
        Alpha per period and betas. The first K + 1 periods only fill the start.
    errors : float64, shape (T, N, K + 1)
        Their standard deviations.
    noise : float64, shape (N,)
        Variance h of what the parameters leave.
    ratio : float64, shape (N,)
        As in the module; 0 where wandering does not raise the likelihood.
    log_likelihood : float64, shape (N,)
        Of the periods after the first K + 1.
    """

    parameters: FloatArray
    errors: FloatArray
    noise: FloatArray
    ratio: FloatArray
    log_likelihood: FloatArray


def wandering_betas(
    returns: FloatArray,
    factors: FloatArray,
    *,
    ratio: float | None = None,
    speeds: FloatArray | None = None,
) -> WanderingBetas:
    """Filter the parameters of each asset; see the module.

    Parameters
    ----------
    returns : float64, shape (T, N)
        Of the assets, per period as fractions.
    factors : float64, shape (T, K)
        Returns of the factors.
    ratio : float, optional
        From 0 to 10; None fits it for each asset by likelihood.
    speeds : float64, shape (K + 1,), optional
        Not negative, at least one above zero; by default all 1. The first is the alpha's.

    Raises
    ------
    InputError
        As `least_squares`, with at least 2 K + 4 periods; a ratio or speeds out of range.
    """
    check_regression(returns, factors, rows_min=2 * factors.shape[1] + 4)
    if ratio is not None:
        check_within("ratio", ratio, 0.0, 10.0, "1e-4 is a slow walk; None fits it")
    design = with_constant(factors)
    units = np.sqrt((design**2).mean(axis=0))
    scaled = design / units
    walks = np.ones(units.size) if speeds is None else speeds
    if walks.shape != units.shape or not np.isfinite(walks).all() or walks.min() < 0.0 or not walks.any():
        raise InputError(
            f"speeds must be {units.size} numbers of zero or more, not all zero, were {walks}; the first is "
            "the alpha's"
        )
    used = _fitted(scaled, returns, walks) if ratio is None else np.full(returns.shape[1], ratio)
    likelihood, noise, states, variances = _filtered(scaled, returns, used, walks, keep=True)
    spread = np.sqrt(np.maximum(variances * noise[:, None], 0.0))
    return WanderingBetas(
        parameters=states / units,
        errors=spread / units,
        noise=noise,
        ratio=used,
        log_likelihood=likelihood,
    )


def _fitted(design: FloatArray, returns: FloatArray, walks: FloatArray) -> FloatArray:
    """The ratio of the greatest likelihood for each asset, shape (N,); all are sought at once."""
    assets = returns.shape[1]
    grid = np.concatenate(([0.0], 10.0**_EXPONENTS))
    trials = np.repeat(grid, assets)
    likelihood = _filtered(design, np.tile(returns, grid.size), trials, walks)[0].reshape(grid.size, assets)
    best = likelihood.argmax(axis=0)
    middle = _EXPONENTS[np.clip(best, 2, _EXPONENTS.size - 1) - 1]
    low, high = middle - 1.0, middle + 1.0
    for _ in range(_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        at = _filtered(design, np.tile(returns, 2), 10.0 ** np.concatenate([left, right]), walks)[0]
        is_left = at[:assets] >= at[assets:]
        low, high = np.where(is_left, low, left), np.where(is_left, right, high)
    ratio: FloatArray = 10.0 ** (0.5 * (low + high))
    found = _filtered(design, returns, ratio, walks)[0]
    on_grid = likelihood.max(axis=0)
    result: FloatArray = np.where(found > on_grid, ratio, grid[best])
    return result


def _filtered(
    design: FloatArray, returns: FloatArray, ratio: FloatArray, walks: FloatArray, *, keep: bool = False
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Log likelihood and noise of each column, shape (N,); where asked, states and their variances over h.

    Regressors have a mean square of one; variances are in units of the noise, which is concentrated out.
    """
    periods, width = design.shape
    assets = returns.shape[1]
    state = np.zeros((assets, width))
    P = np.broadcast_to(DIFFUSE * np.eye(width), (assets, width, width)).copy()
    step = ratio[:, None, None] * np.diag(walks)
    squares, logs = np.zeros(assets), np.zeros(assets)
    kept = np.empty((periods if keep else 0, assets, width))
    variances = np.empty_like(kept)
    for at, x in enumerate(design):
        P += step
        reach = P @ x
        F = reach @ x + 1.0
        surprise = returns[at] - state @ x
        gain = reach / F[:, None]
        state = state + gain * surprise[:, None]
        P -= gain[:, :, None] * reach[:, None, :]
        if at >= width:
            squares += surprise**2 / F
            logs += np.log(F)
        if keep:
            kept[at] = state
            variances[at] = np.diagonal(P, axis1=1, axis2=2)
    count = periods - width
    noise = np.maximum(squares / count, np.finfo(np.float64).tiny)
    likelihood = -0.5 * (count * (np.log(2.0 * np.pi * noise) + 1.0) + logs)
    return likelihood, noise, kept, variances
