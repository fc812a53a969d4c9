"""Betas by ordinary least squares, r = alpha + B f + e, with errors that allow for what residuals are like.

Errors are classic (equal variance, uncorrelated, T - K - 1 degrees of freedom), those of White (1980),
Econometrica 48, 817-838 (HC0: any variance), or of Newey and West (1987), Econometrica 55, 703-708 (any
variance and correlation up to L periods apart, Bartlett weights 1 - l / (L + 1)); the latter two without a
correction for degrees of freedom.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.time_series.inputs import (
    check_regression,
    checked_lags,
    with_constant,
)
from trade2026.analytics.newey_west import long_run_covariance

_EXACT: Final = 1e-14
"""A share of the variance below this cannot be told from rounding: it is a difference to one."""
_STILL: Final = 1e-13
"""Residuals below this share of the alpha are rounding: those of an asset that does not vary."""
Errors = Literal["classic", "white", "newey_west"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Betas:
    """Regressions of N assets on K factors over T periods; parameters are the alpha, then the betas.

    Attributes
    ----------
    alpha : float64, shape (N,)
        Return per period that the factors do not explain, as a fraction.
    betas : float64, shape (N, K)
        Return of the asset for a return of the factor.
    errors : float64, shape (N, K + 1)
        Standard errors of the parameters.
    r_squared : float64, shape (N,)
        Share of the variance that is explained; 0 for an asset that does not vary.
    residuals : float64, shape (T, N)
        What is left over.
    specific : float64, shape (N,)
        Variances of the residuals, divided by T - K - 1.
    lags : int
        Of Newey and West; 0 for the others.
    """

    alpha: FloatArray
    betas: FloatArray
    errors: FloatArray
    r_squared: FloatArray
    residuals: FloatArray
    specific: FloatArray
    lags: int

    @property
    def t_values(self) -> FloatArray:
        """Parameters over their errors, shape (N, K + 1); NaN where residuals are zero but for rounding."""
        with np.errstate(divide="ignore", invalid="ignore"):
            values: FloatArray = np.column_stack([self.alpha, self.betas]) / self.errors
        is_exact = (1.0 - self.r_squared <= _EXACT) | (self.specific <= _STILL**2 * self.alpha**2)
        return np.where(is_exact[:, None] | ~np.isfinite(values), np.nan, values)


def least_squares(
    returns: FloatArray, factors: FloatArray, *, errors: Errors = "newey_west", lags: int | None = None
) -> Betas:
    """Regress each asset on all factors; see the module.

    Parameters
    ----------
    returns : float64, shape (T, N)
        Of the assets, per period as fractions, in excess of the risk-free rate where factors are.
    factors : float64, shape (T, K)
        Returns of the factors.
    errors : str
        "classic", "white" or "newey_west".
    lags : int, optional
        Of Newey and West; by default floor(4 (T / 100)^(2/9)).

    Raises
    ------
    InputError
        Values are not finite, periods differ or are fewer than K + 3, a factor follows from the others, or
        lags are out of range.
    """
    check_regression(returns, factors)
    periods, count = factors.shape
    used = checked_lags(lags, periods) if errors == "newey_west" else 0
    design = with_constant(factors)
    parameters: FloatArray = np.linalg.lstsq(design, returns, rcond=None)[0].astype(np.float64)
    residuals: FloatArray = returns - design @ parameters
    inverse = np.linalg.inv(design.T @ design)
    squares = (residuals**2).sum(axis=0)
    specific = squares / (periods - count - 1)
    if errors == "classic":
        variances = np.outer(specific, np.diag(inverse))
    else:
        variances = _robust(design @ inverse, residuals, used)
    total = ((returns - returns.mean(axis=0)) ** 2).sum(axis=0)
    return Betas(
        alpha=parameters[0].copy(),
        betas=parameters[1:].T.copy(),
        errors=np.sqrt(np.maximum(variances, 0.0)),
        r_squared=1.0 - np.divide(squares, total, out=np.ones_like(total), where=total > 0.0),
        residuals=residuals,
        specific=specific,
        lags=used,
    )


def _robust(solver: FloatArray, residuals: FloatArray, lags: int) -> FloatArray:
    """Variances of the parameters, shape (N, K + 1), by the sums of the parameters' influences."""
    influences = (solver * column[:, None] for column in residuals.T)
    each = [np.diag(long_run_covariance(one, half_life=np.inf, lags=lags)) for one in influences]
    return np.asarray(solver.shape[0] * np.array(each))
