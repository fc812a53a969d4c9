"""What a portfolio earned by factors: exposure times factor return in each period, and what is left.

In each period r = sum of b_k f_k + rest, exactly, whatever the exposures are; exposures known before the
period make it a statement about that period, those of a regression over all periods use later knowledge.
"""

from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import FloatArray, check_series
from trade2026.analytics.factor_models.attribution.linking import Linking, linked_path
from trade2026.analytics.matrices import check_panel
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FactorPerformance:
    """Contributions to return; all as fractions.

    Attributes
    ----------
    by_period : float64, shape (T, K + 1)
        Of the factors, then what is left; rows sum to the returns.
    path : float64, shape (T, K + 1)
        Over the periods up to each one, linked; rows sum to the compounded return up to then.
    compounded : float
        Product of (1 + r) less one.
    """

    by_period: FloatArray
    path: FloatArray
    compounded: float

    @property
    def total(self) -> FloatArray:
        """Over all periods, shape (K + 1,); they sum to `compounded`."""
        total: FloatArray = self.path[-1]
        return total


def factor_performance(
    returns: FloatArray, exposures: FloatArray, factors: FloatArray, *, method: Linking = "carino"
) -> FactorPerformance:
    """Attribute a portfolio's returns to factors; see the module and `linking`.

    Parameters
    ----------
    returns : float64, shape (T,)
        Of the portfolio, simple, as fractions.
    exposures : float64, shape (T, K) or (K,)
        Betas of the portfolio in each period, or the same in all.
    factors : float64, shape (T, K)
        Returns of the factors.

    Raises
    ------
    InputError
        Shapes do not fit, values are not finite, or a return is -1 or below.
    """
    check_series("returns", returns)
    check_panel("factors", factors, rows_min=1)
    if factors.shape[0] != returns.size or exposures.shape not in {factors.shape, factors.shape[1:]}:
        raise InputError(
            f"factors must have {returns.size} rows and exposures their shape, were {factors.shape} and "
            f"{exposures.shape}"
        )
    explained = exposures * factors
    by_period = np.column_stack([explained, returns - explained.sum(axis=1)])
    return FactorPerformance(
        by_period=by_period,
        path=linked_path(by_period, returns, np.zeros(returns.size), method=method),
        compounded=float(np.prod(1.0 + returns)) - 1.0,
    )
