"""What shocks of some factors do to a portfolio, the others held still or moved as they usually move along.

With factor covariance F, parts s for the shocked factors and o for the others, and means that count as zero
beside a shock, the others' conditional mean is F_os F_ss^-1 x (Kupiec 1998, J. Derivatives 6(1), 7-24).
How unusual the shocks x are is their Mahalanobis distance, x' (h F_ss)^-1 x, over a horizon of h periods.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import chi2

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import check_covariance, check_panel, check_weights
from trade2026.primitives.errors import InputError

Others = Literal["conditional", "held"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stress:
    """A shock and what it does.

    Attributes
    ----------
    factor_moves : float64, shape (K,)
        Of all factors, as fractions.
    asset_returns : float64, shape (N,)
        B times the moves; specific returns count as zero.
    contributions : float64, shape (K,)
        Exposure times move; they sum to `portfolio_return`.
    portfolio_return : float
        Below zero is a loss.
    distance : float
        Square root of Mahalanobis' squared distance of the given shocks, in standard deviations.
    probability : float
        Of shocks of those factors at least as far out over the horizon, were they normal.
    """

    factor_moves: FloatArray
    asset_returns: FloatArray
    contributions: FloatArray
    portfolio_return: float
    distance: float
    probability: float


def factor_stress(
    weights: FloatArray,
    betas: FloatArray,
    factor_covariance: FloatArray,
    shocks: dict[int, float],
    *,
    others: Others = "conditional",
    horizon: float = 1.0,
) -> Stress:
    """Apply shocks; see the module.

    Parameters
    ----------
    weights : float64, shape (N,)
        Shares of capital.
    betas : float64, shape (N, K)
        Of assets on factors.
    factor_covariance : float64, shape (K, K)
        Per period; with an inverse in the shocked factors.
    shocks : dict
        Return of a factor, as a fraction, by its column; at least one.
    others : str
        "conditional" or "held".
    horizon : float
        Periods over which the shocks happen; it counts for their probability alone.

    Raises
    ------
    InputError
        Shapes do not fit, there is no shock or one of no factor, or the shocked factors are not distinct.
    """
    check_panel("betas", betas, rows_min=1)
    count = betas.shape[1]
    check_weights("weights", weights, betas.shape[0])
    check_covariance("factor_covariance", factor_covariance)
    if factor_covariance.shape[0] != count:
        raise InputError(
            f"factor_covariance must be of {count} factors, was of {factor_covariance.shape[0]}; align it"
        )
    if not shocks or any(not 0 <= each < count for each in shocks):
        raise InputError(f"shocks must be of factors from 0 to {count - 1}, one at least, were {shocks}")
    values = np.array([shocks[each] for each in sorted(shocks)])
    if not np.isfinite(values).all() or not horizon > 0.0:
        raise InputError(f"shocks must be finite and horizon above zero, were {shocks} and {horizon}")
    shocked = np.array(sorted(shocks))
    inner = factor_covariance[np.ix_(shocked, shocked)]
    if np.linalg.matrix_rank(inner, hermitian=True) < shocked.size:
        raise InputError("shocked factors must be distinct, one follows from the others; shock fewer")
    solved = np.linalg.solve(inner, values)
    moves = np.zeros(count) if others == "held" else factor_covariance[:, shocked] @ solved
    moves[shocked] = values
    squared = float(values @ solved) / horizon
    contributions = (betas.T @ weights) * moves
    return Stress(
        factor_moves=moves,
        asset_returns=betas @ moves,
        contributions=contributions,
        portfolio_return=float(contributions.sum()),
        distance=squared**0.5,
        probability=float(chi2.sf(squared, shocked.size)),
    )
