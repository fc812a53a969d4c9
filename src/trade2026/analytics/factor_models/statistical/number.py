"""How many factors there are: the information criteria of Bai and Ng, and the edge of Marchenko and Pastur.

Bai and Ng (2002), Econometrica 70, 191-221. With V(k) the mean squared residual of k principal components of
returns that were centred and scaled to unit variance, the number minimizes ln V(k) + k g(N, T):

IC1: g = (N + T) / (N T) ln(N T / (N + T))
IC2: g = (N + T) / (N T) ln(min(N, T))
IC3: g = ln(min(N, T)) / min(N, T)

The theory has N and T large and returns only weakly related once the factors are taken out. IC3 takes too
many where N or T is below some forty; IC2 takes the fewest.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.marchenko_pastur import marchenko_pastur_bounds
from trade2026.analytics.matrices import check_panel, check_varies
from trade2026.primitives.errors import InputError

Criterion = Literal["ic1", "ic2", "ic3"]
CRITERIA: Final[tuple[Criterion, ...]] = get_args(Criterion)
_NOTHING: Final = 1e-20


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FactorNumber:
    """What each rule says.

    Attributes
    ----------
    by_criterion : dict
        The number by each of IC1, IC2 and IC3.
    values : dict
        The criterion for 0, 1, ... factors, shape (most + 1,).
    most : int
        The largest number that was looked at.
    marchenko_pastur : int
        Eigenvalues of the correlation matrix above the edge of noise.
    edge : float
        That edge, (1 + sqrt(N / T))^2.
    """

    by_criterion: dict[str, int]
    values: dict[str, FloatArray]
    most: int
    marchenko_pastur: int
    edge: float


def factor_number(returns: FloatArray, *, most: int | None = None) -> FactorNumber:
    """The number of factors by every rule; see the module.

    Parameters
    ----------
    returns : float64, shape (T, N)
        Simple returns per period as fractions; finite.
    most : int, optional
        The largest number to consider, below min(N, T - 1); by default 8 (min(N, T) / 100)^(1/4), rounded
        down, which is Bai and Ng's usual one.

    Raises
    ------
    InputError
        Values are not finite, an asset does not vary, there are fewer than three assets, or `most` is out of
        range.
    """
    check_panel("returns", returns, rows_min=4)
    check_varies("returns", returns)
    periods, assets = returns.shape
    limit = min(assets, periods - 1) - 1
    if limit < 1:
        raise InputError(f"returns must have three columns at least, had {assets}; give more assets")
    if most is None:
        most = min(max(int(8.0 * (min(assets, periods) / 100.0) ** 0.25), 1), limit)
    if not 1 <= most <= limit:
        raise InputError(f"most must be from 1 to {limit}, was {most}; there must be something left over")
    scaled = (returns - returns.mean(axis=0)) / returns.std(axis=0, ddof=1)
    squares = np.linalg.svd(scaled, compute_uv=False) ** 2
    residual = np.concatenate(([1.0], 1.0 - np.cumsum(squares[:most]) / squares.sum()))
    if residual[-1] <= _NOTHING:
        raise InputError(f"most must leave something over, {most} factors explain all; take fewer")
    smaller, joint = min(assets, periods), assets * periods / (assets + periods)
    penalties = {
        "ic1": np.log(joint) / joint,
        "ic2": np.log(smaller) / joint,
        "ic3": np.log(smaller) / smaller,
    }
    values = {
        name: np.asarray(np.log(residual) + np.arange(most + 1) * penalty)
        for name, penalty in penalties.items()
    }
    edge = marchenko_pastur_bounds(periods / assets)[1]
    return FactorNumber(
        by_criterion={name: int(each.argmin()) for name, each in values.items()},
        values=values,
        most=most,
        marchenko_pastur=int((squares / (periods - 1) > edge).sum()),
        edge=edge,
    )
