"""The risk of weights by the model, split exactly: factors and specific, each factor, each asset."""

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.attribution.risk import FactorRisk, factor_risk
from trade2026.analytics.matrices import check_weights
from trade2026.primitives.errors import InputError


def split_risk(
    weights: FloatArray, exposures: FloatArray, covariance: FloatArray, specific: FloatArray
) -> FactorRisk:
    """Split the risk of a portfolio, see `factor_risk`.

    Parameters
    ----------
    weights : float64, shape (N,)
        Shares of capital; any sign and sum. Zero for assets without a specific volatility.
    exposures : float64, shape (N, K)
    covariance : float64, shape (K, K)
        Of factor returns, per period.
    specific : float64, shape (N,)
        Specific volatilities, per period; NaN for assets that are left out.

    Raises
    ------
    InputError
        A weight for an asset that the model does not have, or no risk.
    """
    check_weights("weights", weights, exposures.shape[0])
    outside = np.flatnonzero((weights != 0.0) & ~np.isfinite(specific))
    if outside.size:
        raise InputError(
            f"weights must be of assets that the model has, was {weights[outside[0]]:g} for asset "
            f"{outside[0]}, whose exposures are not known; take it out"
        )
    variances = np.where(np.isfinite(specific), specific, 0.0) ** 2
    return factor_risk(weights, exposures, covariance, variances)
