"""A straight line by least squares, with errors that allow for dependence."""

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.newey_west import long_run_covariance, usual_lags
from trade2026.primitives.errors import InputError


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """y = intercept + slope x + error."""

    slope: float
    intercept: float
    slope_error: float
    """Standard error of the slope, see `newey_west_line`."""
    r_squared: float
    """Share of the variance of y that the line explains, in [0, 1]."""
    n: int
    lags: int


def newey_west_line(x: FloatArray, y: FloatArray, *, lags: int | None = None) -> Line:
    """Ordinary least squares, standard error by Newey and West (1987), Econometrica 55, 703-708.

    Bartlett weights 1 - l / (L + 1), no correction for degrees of freedom; L is floor(4 (n / 100)^(2/9))
    (Newey and West 1994) unless given, and L = 0 gives the heteroskedasticity-consistent error of White
    (1980), HC0.

    Raises
    ------
    InputError
        Fewer than three points, an x that does not vary, or lags that are not from 0 to n - 1.
    """
    n = x.size
    if n < 3 or y.size != n or not float(np.ptp(x)) > 0.0:
        raise InputError(
            f"x must hold at least three values that differ, and y as many, had {n} and {y.size}"
        )
    lags = usual_lags(n) if lags is None else lags
    centred = x - x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ y) / spread
    intercept = float(y.mean() - slope * x.mean())
    errors = y - intercept - slope * x
    scores = (centred * errors)[:, None]
    variance = n * float(long_run_covariance(scores, half_life=np.inf, lags=lags)[0, 0])
    total = float(((y - y.mean()) ** 2).sum())
    return Line(
        slope=slope,
        intercept=intercept,
        slope_error=float(np.sqrt(max(variance, 0.0))) / spread,
        r_squared=1.0 - float(errors @ errors) / total if total > 0.0 else 0.0,
        n=n,
        lags=lags,
    )
