"""Factor returns: a constrained weighted regression across assets in each period.

r = X f + u is solved by least squares with given weights, under the restriction that returns of sectors times
their shares of the market sum to zero. Without it a market of ones and sectors cannot be told apart; with it
the market's return is that of the whole, and a sector's is what it earned beyond it (Heston and Rouwenhorst
1994, J. Financial Economics 36).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.cross_section.exposures import BoolArray
from trade2026.analytics.factor_models.cross_section.least_squares import (
    CONDITION_MAX,
    conditions,
    factorized,
    free_basis,
)
from trade2026.primitives.errors import InputError

_CHUNK: Final = 512
"""Periods that are solved at once; more only take memory."""
_FLAT: Final = 1e-12
"""Share of a period's returns that differences between assets must be above: less is rounding."""
_INVOLVED: Final = 0.3
"""Share of the largest element of a weak direction from which a factor is named."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CrossSections:
    """One regression for each of R periods.

    Attributes
    ----------
    returns : float64, shape (R, K)
        Of factors, per period, as fractions.
    errors : float64, shape (R, K)
        Standard errors by the weighted variance of the specific returns, n - k degrees of freedom.
    specific : float64, shape (R, N)
        What factors leave; NaN for assets that are left out.
    r_squared : float64, shape (R,)
        1 - sum of w u^2 over sum of w (r - weighted mean)^2; NaN where all returns are equal
        but for rounding.
    degrees : int64, shape (R,)
        Assets less free coefficients.
    """

    returns: FloatArray
    errors: FloatArray
    specific: FloatArray
    r_squared: FloatArray
    degrees: FloatArray


def regress(
    returns: FloatArray,
    exposures: FloatArray,
    weights: FloatArray,
    restriction: FloatArray,
    names: tuple[str, ...],
    periods: tuple[str, ...],
) -> CrossSections:
    """Regress each period's returns on its exposures.

    Parameters
    ----------
    returns : float64, shape (R, N)
        Simple returns, as fractions; finite.
    exposures : float64, shape (R, N, K)
        Known before; the last S columns are sectors.
    weights : float64, shape (R, N)
        Zero for assets that are left out.
    restriction : float64, shape (R, S)
        Coefficients of the sectors' returns in a sum that is zero; S of 0 restricts nothing.
    names, periods : tuple of str
        Of the factors and the periods, for messages.

    Raises
    ------
    InputError
        No more assets than free coefficients, or factors that cannot be told apart; both name the period.
    """
    parts = [
        _solved(
            returns[at : at + _CHUNK], exposures[at : at + _CHUNK], weights[at : at + _CHUNK],
            restriction[at : at + _CHUNK], names, periods[at : at + _CHUNK],
        )
        for at in range(0, returns.shape[0], _CHUNK)
    ]  # fmt: skip
    return CrossSections(
        returns=np.concatenate([each.returns for each in parts]),
        errors=np.concatenate([each.errors for each in parts]),
        specific=np.concatenate([each.specific for each in parts]),
        r_squared=np.concatenate([each.r_squared for each in parts]),
        degrees=np.concatenate([each.degrees for each in parts]),
    )


def mimicking_portfolios(exposures: FloatArray, weights: FloatArray, restriction: FloatArray) -> FloatArray:
    """Weights of the portfolios whose returns are the factor returns, shape (K, N), for one period.

    Rows of C (C'X'WXC)^-1 C'X'W, with C a basis of what the restriction leaves free. That of a style has
    exposure one to itself and none to any other factor; that of the market has one to the market and to each
    sector its share; that of a sector has one to itself less every sector's share, and none to the market.

    Parameters
    ----------
    exposures : float64, shape (N, K)
    weights : float64, shape (N,)
        Zero for assets that are left out.
    restriction : float64, shape (S,)
    """
    basis, Q, R = _factors(exposures[None], weights[None], restriction[None])
    return np.asarray(basis[0] @ np.linalg.solve(R[0], Q[0].T * np.sqrt(weights)))


def _basis(restriction: FloatArray, columns: int) -> FloatArray:
    """Free directions of the coefficients, shape (R, K, K - 1), or (R, K, K) without sectors."""
    rows, sectors = restriction.shape
    if sectors == 0:
        return np.broadcast_to(np.eye(columns), (rows, columns, columns))
    others = columns - sectors
    basis = np.zeros((rows, columns, columns - 1))
    basis[:, :others, :others] = np.eye(others)
    basis[:, others:, others:] = free_basis(restriction)
    return basis


def _factors(
    exposures: FloatArray, weights: FloatArray, restriction: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    basis = _basis(restriction, exposures.shape[2])
    Q, R = factorized(exposures @ basis, weights)
    return basis, Q, R


def _solved(
    returns: FloatArray, exposures: FloatArray, weights: FloatArray, restriction: FloatArray,
    names: tuple[str, ...], periods: tuple[str, ...],
) -> CrossSections:  # fmt: skip
    used: BoolArray = weights > 0.0
    free = exposures.shape[2] - (1 if restriction.shape[1] else 0)
    degrees = used.sum(axis=1) - free
    few = np.flatnonzero(degrees < 1)
    if few.size:
        raise InputError(
            f"assets must be more than the {free} coefficients of {', '.join(names)}, were "
            f"{int(used[few[0]].sum())} in the period of {periods[few[0]]}; name more, or fewer factors"
        )
    basis, Q, R = _factors(exposures, weights, restriction)
    _check(R, basis, names, periods)
    root = np.sqrt(weights)
    inverse = np.linalg.solve(R, np.broadcast_to(np.eye(free), R.shape))
    solved = inverse @ (np.swapaxes(Q, 1, 2) @ (root * returns)[:, :, None])
    factor_returns = (basis @ solved)[:, :, 0]
    specific = returns - (exposures @ factor_returns[:, :, None])[:, :, 0]
    left = (weights * specific**2).sum(axis=1)
    spread = np.sqrt(((basis @ inverse) ** 2).sum(axis=2))
    mean = (weights * returns).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
    total = (weights * (returns - mean) ** 2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        is_flat = total <= _FLAT**2 * (weights * returns**2).sum(axis=1)
        r_squared = np.where(is_flat, np.nan, 1.0 - left / total)
    return CrossSections(
        returns=factor_returns,
        errors=spread * np.sqrt(left / degrees)[:, None],
        specific=np.where(used, specific, np.nan),
        r_squared=r_squared,
        degrees=degrees.astype(np.float64),
    )


def _check(R: FloatArray, basis: FloatArray, names: tuple[str, ...], periods: tuple[str, ...]) -> None:
    condition, direction = conditions(R)
    row = int(condition.argmax())
    if condition[row] <= CONDITION_MAX:
        return
    length = np.linalg.norm(R[row], axis=0)
    weak = np.abs(
        basis[row] @ np.divide(direction[row], length, out=np.ones_like(length), where=length > 0.0)
    )
    involved = [name for name, each in zip(names, weak, strict=True) if each > _INVOLVED * weak.max()]
    raise InputError(
        f"factors must be told apart, {', '.join(involved)} cannot in the period of {periods[row]}; leave "
        "one out, or name more assets"
    )
