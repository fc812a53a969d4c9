"""Weights whose factor contributions to risk are given: budgets of risk for factors in place of assets.

The part of factor k in the factors' variance is b_k (F b)_k / b'Fb with exposures b = B'w. Exposures with
given parts, above zero in given directions, exist and are unique up to scale: they are risk budgeting in the
factors (`optimization.risk_budgeting`). Many weights have them (Roncalli and Weisang 2016, Quantitative
Finance 16, 377-388); taken are those with the least specific variance for them, which have the least specific
share in the whole risk, scaled to sum to one. Long only, they are Lawson and Hanson's least distance problem
(1974, Solving Least Squares Problems, chapter 23), solved by non-negative least squares.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import nnls

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import check_covariance, check_panel
from trade2026.analytics.optimization.risk_budgeting import risk_budgeting, risk_shares
from trade2026.primitives.errors import InputError

_MET: Final = 1e-8
"""Largest error of a share that rounding may leave."""
_NO_WAY: Final = 1e-9
"""A residual of the least distance problem below this says that nothing satisfies it."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FactorBudget:
    """Weights and what they come to.

    Attributes
    ----------
    weights : float64, shape (N,)
        They sum to one.
    exposures : float64, shape (K,)
        B'w.
    shares : float64, shape (K,)
        Of the factors' variance; equal to the budget.
    factor_share : float
        Of the whole variance, the part that is of factors.
    share_error : float
        Largest difference between a share and its budget.
    """

    weights: FloatArray
    exposures: FloatArray
    shares: FloatArray
    factor_share: float
    share_error: float


def factor_budget(
    betas: FloatArray,
    factor_covariance: FloatArray,
    specific: FloatArray,
    budgets: FloatArray,
    *,
    directions: FloatArray | None = None,
    long_only: bool = True,
) -> FactorBudget:
    """Weights with those factor contributions; see the module.

    Parameters
    ----------
    betas : float64, shape (N, K)
        Of assets on factors, N at least K.
    factor_covariance : float64, shape (K, K)
        Per period.
    specific : float64, shape (N,)
        Specific variances, above zero.
    budgets : float64, shape (K,)
        Shares of the factors' variance, above zero; they are divided by their sum.
    directions : float64, shape (K,), optional
        1 or -1: the sign of each exposure; by default all 1.
    long_only : bool
        Whether no weight may be below zero.

    Raises
    ------
    InputError
        Shapes or values do not fit; no weights have the exposures; or those that have them are short as a
        whole, so that they cannot sum to one.
    """
    count = _check(betas, factor_covariance, specific)
    signs = np.ones(count) if directions is None else directions
    if signs.shape != (count,) or not (np.abs(signs) == 1.0).all():
        raise InputError(f"directions must be {count} of 1 or -1, one for each factor, were {signs}")
    flipped = factor_covariance * np.outer(signs, signs)
    target = signs * risk_budgeting(flipped, budgets).weights
    target /= np.abs(target).max()
    weights = _long(betas, specific, target) if long_only else _free(betas, specific, target)
    total = float(weights.sum())
    if not total > 1e-9 * float(np.abs(weights).sum()):
        raise InputError(
            f"weights must be long as a whole, those with the exposures sum to {total:.3g}; turn the "
            "direction of a factor"
        )
    weights = weights / total
    exposures = betas.T @ weights
    shares = risk_shares(exposures, factor_covariance)
    error = float(np.abs(shares - budgets / budgets.sum()).max())
    if error > _MET:
        raise InputError(
            f"shares of risk could not be met, the largest error is {error:.3g}; betas of factors are too "
            "much alike: leave a factor out"
        )
    from_factors = float(exposures @ factor_covariance @ exposures)
    return FactorBudget(
        weights=weights,
        exposures=exposures,
        shares=shares,
        factor_share=from_factors / (from_factors + float(weights**2 @ specific)),
        share_error=error,
    )


def _check(betas: FloatArray, factor_covariance: FloatArray, specific: FloatArray) -> int:
    """Refuse shapes that do not fit; gives the number of factors."""
    check_panel("betas", betas, rows_min=1)
    check_covariance("factor_covariance", factor_covariance)
    assets, count = betas.shape
    if factor_covariance.shape[0] != count:
        raise InputError(
            f"factor_covariance must be of {count} factors, was of {factor_covariance.shape[0]}; align it"
        )
    if specific.shape != (assets,):
        raise InputError(f"specific must be {assets} variances, was of shape {specific.shape}; align it")
    bad = np.flatnonzero(~(np.isfinite(specific) & (specific > 0.0)))
    if bad.size:
        raise InputError(
            f"specific must be above zero, was {specific[bad[0]]} for asset {bad[0]}; leave the asset out"
        )
    if np.linalg.matrix_rank(betas) < count:
        raise InputError(
            f"betas must tell {count} factors apart, those of one follow from the others; take more assets "
            "or fewer factors"
        )
    return int(count)


def _free(betas: FloatArray, specific: FloatArray, target: FloatArray) -> FloatArray:
    """The least specific variance with B'w = target: D^-1 B (B' D^-1 B)^-1 target."""
    scaled = betas / specific[:, None]
    weights: FloatArray = scaled @ np.linalg.solve(betas.T @ scaled, target)
    return weights


def _long(betas: FloatArray, specific: FloatArray, target: FloatArray) -> FloatArray:
    """The same with no weight below zero, exact on the assets that it holds."""
    unit = np.sqrt(specific / specific.mean())
    rows = (betas / unit[:, None]).T
    scale = np.sqrt((rows**2).sum(axis=1))
    rows, right = rows / scale[:, None], target / scale
    bounds = np.vstack([rows, -rows, np.eye(unit.size)])
    limits = np.concatenate([right, -right, np.zeros(unit.size)])
    system = np.vstack([bounds.T, limits])
    wanted = np.append(np.zeros(unit.size), 1.0)
    multipliers, residual = nnls(system, wanted, maxiter=30 * system.shape[1])
    if residual <= _NO_WAY:
        raise InputError(
            "weights of zero or more must be able to have the exposures, none do; allow short weights, turn "
            "the direction of a factor, or take more assets"
        )
    left = system @ multipliers - wanted
    held = -left[:-1] / left[-1] > 1e-9
    weights = np.zeros(unit.size)
    weights[held] = _least_norm(rows[:, held], right) / unit[held]
    return weights


def _least_norm(rows: FloatArray, right: FloatArray) -> FloatArray:
    """The shortest vector with rows @ z = right."""
    return np.linalg.lstsq(rows, right, rcond=None)[0].astype(np.float64)
