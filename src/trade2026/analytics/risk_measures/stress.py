"""What a shock would do, what the worst stretches did, and whether losses beyond a limit are chance."""

import math
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined, check_series, is_constant
from trade2026.analytics.expected_returns.equilibrium import betas
from trade2026.analytics.matrices import check_panel
from trade2026.analytics.risk_measures.dispersion import check_returns
from trade2026.analytics.risk_measures.tail import check_tail
from trade2026.primitives.errors import InputError

_EXPECTED_MIN: Final = 5.0


def shocked_by_betas(returns: FloatArray, source: FloatArray, *, shock: float) -> FloatArray:
    """Returns of all assets, shape (n_assets,), when the source returns `shock`: beta times shock.

    The expectation of the assets given the source where they are jointly normal with means of zero (Kupiec
    1998, J. Derivatives 6, 7-24); what is not explained by the source stays where it is.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions.
    source : float64, shape (n,)
        Those of what is shocked: an asset, a portfolio, a factor.
    shock : float
        Its return, a fraction; at least -1.

    Raises
    ------
    InputError
        Fewer than two rows, a value that is not finite, a source that never changes, a shock below -1.
    """
    check_panel("returns", returns)
    if not (math.isfinite(shock) and shock >= -1.0):
        raise InputError(f"shock must be at least -1, was {shock}; -0.2 is a fall by 20 %")
    found: FloatArray = betas(returns, source) * shock
    return found


def worst_stretch(returns: FloatArray, *, periods: int) -> tuple[float, int]:
    """The least compounded return of so many periods in a row, and the row at which they begin.

    The first of several that are equally bad.

    Parameters
    ----------
    returns : float64, shape (n,)
        Simple returns per period, as fractions above -1, oldest first.
    periods : int
        From 1 to n.

    Raises
    ------
    InputError
        A return that is not finite or not above -1, or periods out of their range.
    """
    check_series("returns", returns)
    if not 1 <= periods <= returns.size:
        raise InputError(f"periods must be from 1 to {returns.size}, was {periods}; there are no more")
    if float(returns.min()) <= -1.0:
        raise InputError(f"returns must be above -1, the least was {returns.min()}; all was lost then")
    grown = np.concatenate(([0.0], np.cumsum(np.log1p(returns))))
    stretches = grown[periods:] - grown[:-periods]
    first = int(np.argmin(stretches))
    return float(np.prod(1.0 + returns[first : first + periods])) - 1.0, first


def coverage_p_value(returns: FloatArray, value_at_risk: float, *, tail: float) -> tuple[int, Statistic]:
    """Periods that lost more than the value at risk, and how likely such a number is if the tail is right.

    The p value of the likelihood ratio of Kupiec (1995), J. Derivatives 3, 73-84: -2 ln of the likelihood of
    x losses in n periods at the tail over that at x / n, chi-squared with one degree of freedom for many
    periods. Undefined where fewer than five periods are expected on either side.

    Raises
    ------
    InputError
        No return, one that is not finite, or a tail outside (0, 1).
    """
    check_returns(returns)
    check_tail(tail)
    n, x = returns.size, int((returns < -value_at_risk).sum())
    if min(n * tail, n * (1.0 - tail)) < _EXPECTED_MIN:
        return x, Undefined(f"too few periods: {n * tail:.1f} were expected beyond the value at risk")
    ratio = 2.0 * (_log_likelihood(x, n, x / n) - _log_likelihood(x, n, tail))
    return x, math.erfc(math.sqrt(max(ratio, 0.0) / 2.0))


def _log_likelihood(x: int, n: int, share: float) -> float:
    beyond = x * math.log(share) if x else 0.0
    return beyond + ((n - x) * math.log1p(-share) if x < n else 0.0)


def beta_and_correlation(returns: FloatArray, source: FloatArray) -> tuple[float, float]:
    """Slope of returns on those of a source by least squares, and their correlation; 0 where returns stand
    still. Inputs as in `shocked_by_betas`, one asset.
    """
    beta = float(betas(returns[:, None], source)[0])
    if is_constant(returns):
        return 0.0, 0.0
    return beta, beta * float(source.std()) / float(returns.std())
