"""Why a portfolio differed from its benchmark: groups it had more of, and what it held within them.

Brinson and Fachler (1985), J. Portfolio Management 11(3), 73-76. With weights w of the portfolio and v of the
benchmark, returns r and b of each within a group, and B of the whole benchmark, a group gives in a period

allocation (w - v)(b - B), selection v (r - b), interaction (w - v)(r - b),

which sum over groups to the difference of the two returns. A group that only one of the two holds has no
return of its own in the other: it counts as that of the one that holds it, so that only allocation is left.
Over several periods effects are linked (`linking`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.attribution.linking import Linking, linked
from trade2026.analytics.matrices import check_panel
from trade2026.primitives.errors import InputError

_NET_MIN: Final = 0.01
"""Share of a group's gross weight that its net weight must have for a return on it."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Brinson:
    """Effects of G groups, as fractions of capital.

    Attributes
    ----------
    allocation, selection, interaction : float64, shape (T, G)
        In each period; all of them sum to the difference of the returns in it.
    total : float64, shape (3, G)
        Allocation, selection and interaction over all periods, linked; they sum to the difference of the
        compounded returns.
    returns, benchmark : float64, shape (T,)
        Of the two portfolios.
    """

    allocation: FloatArray
    selection: FloatArray
    interaction: FloatArray
    total: FloatArray
    returns: FloatArray
    benchmark: FloatArray


def brinson_fachler(
    weights: FloatArray,
    returns: FloatArray,
    benchmark_weights: FloatArray,
    benchmark_returns: FloatArray,
    *,
    method: Linking = "carino",
) -> Brinson:
    """Effects by group; see the module.

    Parameters
    ----------
    weights, benchmark_weights : float64, shape (T, G)
        At the beginning of each period; rows sum to one.
    returns, benchmark_returns : float64, shape (T, G)
        Of what each holds within a group; ignored, and may be NaN, where the weight is zero.
    method : str
        How periods are linked, "carino" or "menchero".

    Raises
    ------
    InputError
        Shapes do not fit, weights do not sum to one, a return that is needed is not finite, or a portfolio
        loses everything.
    """
    given = (weights, returns, benchmark_weights, benchmark_returns)
    for name, each in (("weights", weights), ("benchmark_weights", benchmark_weights)):
        check_panel(name, each, rows_min=1)
        off = np.flatnonzero(np.abs(each.sum(axis=1) - 1.0) > 1e-9)
        if off.size:
            raise InputError(
                f"{name} must sum to one in each period, summed to {each[off[0]].sum()} in row {off[0]}; "
                "what is not invested is a group of its own"
            )
    if any(each.shape != weights.shape for each in given):
        raise InputError(f"all must have the shape of weights, {weights.shape}; give each group a column")
    r, b = (
        _filled(returns, weights, "returns"),
        _filled(benchmark_returns, benchmark_weights, "benchmark_returns"),
    )
    r, b = np.where(weights == 0.0, b, r), np.where(benchmark_weights == 0.0, r, b)
    whole, other = (weights * r).sum(axis=1), (benchmark_weights * b).sum(axis=1)
    more = weights - benchmark_weights
    allocation = more * (b - other[:, None])
    selection = benchmark_weights * (r - b)
    interaction = more * (r - b)
    total = linked(np.hstack([allocation, selection, interaction]), whole, other, method=method)
    return Brinson(
        allocation=allocation,
        selection=selection,
        interaction=interaction,
        total=total.reshape(3, weights.shape[1]),
        returns=whole,
        benchmark=other,
    )


def group_panel(
    weights: FloatArray,
    returns: FloatArray,
    membership: FloatArray,
    *,
    field: str = "weights",
    names: Sequence[str] = (),
) -> tuple[FloatArray, FloatArray]:
    """Weights and returns of groups from those of assets.

    Parameters
    ----------
    weights : float64, shape (T, N)
        At the beginning of each period.
    returns : float64, shape (T, N)
        Simple, as fractions.
    membership : float64, shape (N, G)
        1 where an asset belongs to a group, else 0; one group each.
    field, names : str, sequence of str
        Of the weights and the groups, for messages; groups are numbers without names.

    Returns
    -------
    tuple of float64, shape (T, G)
        Weights, and returns of what is held; a group that is not held has weight and return 0.

    Raises
    ------
    InputError
        Holdings of a group offset one another, long and short: its net weight is below a hundredth of the
        gross, so that a return on it means nothing.
    """
    sums, earned = weights @ membership, (weights * returns) @ membership
    gross = np.abs(weights) @ membership
    offset = np.argwhere((gross > 0.0) & (np.abs(sums) < _NET_MIN * gross))
    if offset.size:
        period, group = (int(each) for each in offset[0])
        raise InputError(
            f"{field} of group {names[group] if names else group} must not offset one another, sum to "
            f"{sums[period, group]:g} of {gross[period, group]:g} gross in period {period}: a return on so "
            "little means nothing; divide it into a long and a short group"
        )
    return sums, np.divide(earned, sums, out=np.zeros_like(sums), where=gross > 0.0)


def held_weights(start: FloatArray, returns: FloatArray) -> FloatArray:
    """Weights at the beginning of each period of what is bought once and held, shape (T, N).

    Parameters
    ----------
    start : float64, shape (N,)
        Weights at the beginning, summing to one.
    returns : float64, shape (T, N)
        Simple, as fractions.

    Raises
    ------
    InputError
        The portfolio is worth nothing or less at the end of a period.
    """
    grown = start * np.vstack([np.ones((1, start.size)), np.cumprod(1.0 + returns, axis=0)])
    worth = grown.sum(axis=1)
    lost = np.flatnonzero(worth <= 0.0)
    if lost.size:
        raise InputError(f"weights must not lose everything, did by period {lost[0]}; take less short")
    weights: FloatArray = grown[:-1] / worth[:-1, None]
    return weights


def _filled(returns: FloatArray, weights: FloatArray, name: str) -> FloatArray:
    """Returns with zeros where nothing is held."""
    needed = np.where(weights == 0.0, 0.0, returns)
    bad = np.argwhere(~np.isfinite(needed))
    if bad.size:
        row, column = (int(each) for each in bad[0])
        raise InputError(
            f"{name} must be finite where the weight is not zero, was {returns[row, column]} in row {row}, "
            f"column {column}"
        )
    return needed
