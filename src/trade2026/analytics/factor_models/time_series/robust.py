"""Betas that a few wild periods do not move: Huber's M-estimator.

Huber (1981), Robust Statistics, chapter 7. Residuals up to c scales count as in least squares, those beyond
in proportion to their size only. The scale is that of the normal distribution by the median of absolute
residuals, found together with the parameters by weighted least squares, repeated. c = 1.345 keeps 95 % of the
precision of least squares where returns are normal. Errors are Huber's H1 (equation 6.5 there).
"""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.time_series.inputs import check_regression, with_constant
from trade2026.analytics.factor_models.time_series.least_squares import Betas
from trade2026.analytics.matrices import check_above
from trade2026.primitives.errors import InputError

_MEDIAN_OF_NORMAL: Final = 0.6744897501960817
_ROUNDS: Final = 500
_STILL: Final = 1e-12
"""Largest change of a fitted value, in scales, at which it ends."""


def huber(returns: FloatArray, factors: FloatArray, *, c: float = 1.345) -> Betas:
    """Regress each asset on all factors by Huber's estimator; see the module.

    `r_squared` and `specific` are of the plain residuals, so outliers count in them.

    Parameters
    ----------
    returns : float64, shape (T, N)
        Of the assets, per period as fractions.
    factors : float64, shape (T, K)
        Returns of the factors.
    c : float
        Above zero; in scales.

    Raises
    ------
    InputError
        As `least_squares`; c is not above zero; half the residuals of an asset are zero, so that there is no
        scale; or the repetition does not settle.
    """
    check_regression(returns, factors)
    check_above("c", c, 0.0, "1.345 is usual")
    design = with_constant(factors)
    periods, width = design.shape
    found = [_fitted(design, returns[:, column], c, column) for column in range(returns.shape[1])]
    parameters = np.array([each for each, _ in found])
    errors = np.array([each for _, each in found])
    residuals: FloatArray = returns - design @ parameters.T
    squares = (residuals**2).sum(axis=0)
    total = ((returns - returns.mean(axis=0)) ** 2).sum(axis=0)
    return Betas(
        alpha=parameters[:, 0].copy(),
        betas=parameters[:, 1:].copy(),
        errors=errors,
        r_squared=1.0 - squares / total,
        residuals=residuals,
        specific=squares / (periods - width),
        lags=0,
    )


def _fitted(design: FloatArray, y: FloatArray, c: float, column: int) -> tuple[FloatArray, FloatArray]:
    """Parameters and their errors."""
    parameters: FloatArray = np.linalg.lstsq(design, y, rcond=None)[0].astype(np.float64)
    for _ in range(_ROUNDS):
        residuals = y - design @ parameters
        scale = _scale(residuals, y, column)
        weights = np.sqrt(np.minimum(1.0, c * scale / np.maximum(np.abs(residuals), c * scale)))
        step = np.linalg.lstsq(design * weights[:, None], residuals * weights, rcond=None)[0]
        parameters = parameters + step
        if float(np.abs(design @ step).max()) <= _STILL * scale:
            break
    else:
        raise InputError(
            f"returns of column {column} must let the estimate settle, did not; use least squares"
        )
    residuals = y - design @ parameters
    scale = _scale(residuals, y, column)
    return parameters, _errors(design, residuals / scale, scale, c)


def _scale(residuals: FloatArray, y: FloatArray, column: int) -> float:
    scale = float(np.median(np.abs(residuals))) / _MEDIAN_OF_NORMAL
    if not scale > 1e-14 * float(np.abs(y).max()):
        raise InputError(
            f"returns must leave residuals, half of those of column {column} are zero; leave the asset out"
        )
    return scale


def _errors(design: FloatArray, scaled: FloatArray, scale: float, c: float) -> FloatArray:
    """Huber's H1."""
    periods, width = design.shape
    inside = np.abs(scaled) <= c
    share = float(inside.mean())
    correction = 1.0 + width / periods * (share - share**2) / share**2
    spread = float((np.clip(scaled, -c, c) ** 2).sum()) * scale**2 / (periods - width) / share**2
    errors: FloatArray = np.sqrt(correction**2 * spread * np.diag(np.linalg.inv(design.T @ design)))
    return errors
