"""The volatility of a portfolio by factors and what is specific, and by assets; parts add up to the whole.

With exposures b = B'w, factor covariance F and specific covariance D the variance is b'Fb + w'Dw. Volatility
is homogeneous of degree one in (b, w of the specific part), so by Euler's theorem it is the sum of each
exposure times its marginal effect (F b)_k / volatility, and the specific part w'Dw / volatility. By assets
the marginal effect is (S w)_i / volatility with S = B F B' + D.
"""

from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import check_panel, check_weights, symmetric
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FactorRisk:
    """Volatility per period of the inputs, taken apart.

    Attributes
    ----------
    volatility : float
        Of the portfolio.
    exposures : float64, shape (K,)
        b = B'w.
    marginal : float64, shape (K,)
        By how much volatility rises with an exposure.
    components : float64, shape (K,)
        Exposures times marginal; with `specific` they sum to the volatility.
    specific : float
        Part of what is no factor's.
    asset_marginal, asset_components : float64, shape (N,)
        By how much volatility rises with a weight, and that times the weight; the latter sum to it.
    asset_factor_components : float64, shape (N,)
        The part of `asset_components` that comes from factors.
    """

    volatility: float
    exposures: FloatArray
    marginal: FloatArray
    components: FloatArray
    specific: float
    asset_marginal: FloatArray
    asset_components: FloatArray
    asset_factor_components: FloatArray

    @property
    def factor_volatility(self) -> float:
        """Of what factors give; its square and that of `specific_volatility` sum to that of the whole."""
        return float(np.sqrt(max(float(self.components.sum()) * self.volatility, 0.0)))

    @property
    def specific_volatility(self) -> float:
        """Of what is specific."""
        return float(np.sqrt(max(self.specific * self.volatility, 0.0)))


def factor_risk(
    weights: FloatArray, betas: FloatArray, factor_covariance: FloatArray, specific: FloatArray
) -> FactorRisk:
    """Take the volatility apart; see the module.

    Parameters
    ----------
    weights : float64, shape (N,)
        Any sum; shares of capital.
    betas : float64, shape (N, K)
        Of assets on factors.
    factor_covariance : float64, shape (K, K)
        Per period.
    specific : float64, shape (N,) or (N, N)
        Specific variances, or their covariance matrix where specific returns are related.

    Raises
    ------
    InputError
        Shapes do not fit, or the portfolio has no risk.
    """
    check_panel("betas", betas, rows_min=1)
    assets, count = betas.shape
    check_weights("weights", weights, assets)
    if factor_covariance.shape != (count, count) or not np.isfinite(factor_covariance).all():
        raise InputError(
            f"factor_covariance must be finite, of {count} factors, was of shape {factor_covariance.shape}"
        )
    F = symmetric(factor_covariance)
    exposures = betas.T @ weights
    from_factors, own = betas @ (F @ exposures), _own(specific, weights)
    variance = float(weights @ (from_factors + own))
    if not variance > 0.0:
        raise InputError("weights must make a portfolio with risk, its variance was zero; give other weights")
    volatility = variance**0.5
    marginal = F @ exposures / volatility
    return FactorRisk(
        volatility=volatility,
        exposures=exposures,
        marginal=marginal,
        components=exposures * marginal,
        specific=float(weights @ own) / volatility,
        asset_marginal=(from_factors + own) / volatility,
        asset_components=weights * (from_factors + own) / volatility,
        asset_factor_components=weights * from_factors / volatility,
    )


def _own(specific: FloatArray, weights: FloatArray) -> FloatArray:
    """Specific covariances times weights, shape (N,)."""
    assets = weights.size
    variances = specific if specific.ndim == 1 else np.diag(specific)
    is_fit = specific.shape in {(assets,), (assets, assets)} and bool(np.isfinite(specific).all())
    if not is_fit or float(variances.min()) < 0.0:
        raise InputError(
            f"specific must be {assets} finite variances, not negative, or their matrix, was of shape "
            f"{specific.shape}"
        )
    return np.asarray(specific * weights if specific.ndim == 1 else specific @ weights)
