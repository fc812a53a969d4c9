"""The risk of weights by the model, split exactly: factors and specific, each factor, each asset."""

from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import FloatArray, Undefined
from trade2026.analytics.matrices import check_weights
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RiskSplit:
    """Volatility of a portfolio, w'X F X'w + sum of (w s)^2 under a root, and what it is made of.

    Everything is per period, as fractions. `factor_component` and `specific_component` sum to `total`, as do
    components of assets (Euler: the volatility doubles with the weights).

    Attributes
    ----------
    exposures : float64, shape (K,)
        X'w.
    total, factor, specific : float
        Volatilities; the squares of the last two sum to the square of the first.
    factor_component : float64, shape (K,)
        Exposure times marginal.
    factor_marginal : float64, shape (K,)
        By how much the total rises with an exposure.
    specific_component : float
        Specific variance over the total.
    asset_marginal, asset_component : float64, shape (N,)
        By how much the total rises with a weight, and that times the weight.
    asset_factor_component : float64, shape (N,)
        The part of an asset's component that comes from factors.
    """

    exposures: FloatArray
    total: float
    factor: float
    specific: float
    factor_component: FloatArray
    factor_marginal: FloatArray
    specific_component: float
    asset_marginal: FloatArray
    asset_component: FloatArray
    asset_factor_component: FloatArray


def split_risk(
    weights: FloatArray, exposures: FloatArray, covariance: FloatArray, specific: FloatArray
) -> RiskSplit | Undefined:
    """Split the risk of a portfolio.

    Parameters
    ----------
    weights : float64, shape (N,)
        Shares of capital; any sign and sum. Zero for assets without a specific volatility.
    exposures : float64, shape (N, K)
    covariance : float64, shape (K, K)
        Of factor returns, per period.
    specific : float64, shape (N,)
        Specific volatilities, per period; NaN for assets that are left out.

    Returns
    -------
    RiskSplit or Undefined
        Undefined for a portfolio without risk.

    Raises
    ------
    InputError
        A weight for an asset that the model does not have.
    """
    check_weights("weights", weights, exposures.shape[0])
    outside = np.flatnonzero((weights != 0.0) & ~np.isfinite(specific))
    if outside.size:
        raise InputError(
            f"weights must be of assets that the model has, was {weights[outside[0]]:g} for asset "
            f"{outside[0]}, whose exposures are not known; take it out"
        )
    variances = np.where(np.isfinite(specific), specific, 0.0) ** 2
    loads = exposures.T @ weights
    by_factor = covariance @ loads
    factor_variance = max(float(loads @ by_factor), 0.0)
    specific_variance = float(weights**2 @ variances)
    total = float(np.sqrt(factor_variance + specific_variance))
    if not total > 0.0:
        return Undefined("the portfolio has no risk")
    from_factors = exposures @ by_factor / total
    asset_marginal = from_factors + variances * weights / total
    return RiskSplit(
        exposures=loads,
        total=total,
        factor=float(np.sqrt(factor_variance)),
        specific=float(np.sqrt(specific_variance)),
        factor_component=loads * by_factor / total,
        factor_marginal=by_factor / total,
        specific_component=specific_variance / total,
        asset_marginal=asset_marginal,
        asset_component=weights * asset_marginal,
        asset_factor_component=weights * from_factors,
    )
