"""From weights to whole lots: how many of each at given prices, and the cash that is left over.

`optimal` minimizes the sum of |wanted - bought| over assets and of the cash that is left over beyond what was
wanted, by an integer program (HiGHS) with a limit of nodes: with a hundred assets a proof would take hours.
Where it ends there, the gap is told, and `greedy` stands where it is nearer. `greedy` rounds towards zero and
then buys one lot at a time of what is most below what is wanted, as long as money is left and the lot brings
it nearer. Prices are floats here; orders are made from whole lots elsewhere.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.matrices import vector
from trade2026.analytics.optimization.quiet import stray_lines_to_stderr
from trade2026.primitives.errors import InputError

_LOTS_MAX: Final = 1e9
_NODES: Final = 1_000
_ROUNDING: Final = 1e-6
"""Of the objective of HiGHS, a share of the amount."""


@dataclass(frozen=True, slots=True)
class Lots:
    """Whole lots of each asset."""

    lots: IntArray
    """Shape (n,); below zero is short."""
    values: FloatArray
    """Money in each asset, shape (n,): lots times the price of a lot."""
    cash: float
    """Money that is left; what was sold short adds to it."""
    error: float
    """Sum of |wanted - bought| over assets, as a share of the amount."""
    gap: float
    """By how much another allocation may be better at most, a share of the amount; NaN for greedy."""
    method: str


def optimal(weights: FloatArray, prices: FloatArray, *, amount: float, nodes_max: int = _NODES) -> Lots:
    """The whole lots nearest to weights; see the module.

    Parameters
    ----------
    weights : float64, shape (n,)
        Shares of the amount; what they leave of one is to stay cash. Below zero is short.
    prices : float64, shape (n,)
        Of one lot, above zero.
    amount : float
        Money, above zero.
    nodes_max : int
        Of branch and bound; the gap is what is left then.

    Raises
    ------
    InputError
        A shape or a number is wrong.
    """
    wanted = _wanted(weights, prices, amount)
    n = wanted.size
    share = prices / amount
    # Variables: lots, and for each asset and the cash a size of what is missed.
    c = np.concatenate([np.zeros(n), np.ones(n + 1)])
    reach = np.ceil(np.abs(wanted) / prices) + 1.0
    unit = sp.eye_array(n)
    goods = sp.hstack([sp.diags_array(share), -unit, sp.csr_array((n, 1))])
    away = sp.hstack([-sp.diags_array(share), -unit, sp.csr_array((n, 1))])
    spent = sp.csr_array(np.concatenate([share, np.zeros(n), [0.0]])[None, :])
    left = sp.csr_array(np.concatenate([-share, np.zeros(n), [-1.0]])[None, :])
    net = float(weights.sum())
    rows = sp.vstack([goods, away, spent, left])
    right = np.concatenate([wanted / amount, -wanted / amount, [max(1.0, net)], [-net]])
    with stray_lines_to_stderr():
        found = milp(
            c, integrality=np.concatenate([np.ones(n), np.zeros(n + 1)]),
            bounds=Bounds(
                np.concatenate([np.where(wanted < 0.0, -reach, 0.0), np.zeros(n + 1)]),
                np.concatenate([np.where(wanted > 0.0, reach, 0.0), np.full(n + 1, np.inf)]),
            ),
            constraints=LinearConstraint(sp.csc_array(rows), -np.inf, right),
            options={"mip_rel_gap": 0.0, "node_limit": nodes_max},
        )  # fmt: skip
    if found.x is None and found.status != 1:
        raise InputError(f"lots could not be found: {found.message}; use less extreme prices, or greedy")
    quick = greedy(weights, prices, amount=amount)
    bound, value = float(found.mip_dual_bound), distance(quick, wanted)
    if found.x is None or value < float(found.fun) - _ROUNDING:
        told = f"greedy, as {nodes_max} nodes of the integer program found nothing nearer"
        return replace(quick, gap=max(value - bound, 0.0), method=told)
    lots = np.rint(found.x[:n]).astype(np.int64)
    gap = max(float(found.fun) - bound, 0.0)
    return _made(lots, wanted, prices, amount, gap, "integer program (HiGHS)")


def greedy(weights: FloatArray, prices: FloatArray, *, amount: float) -> Lots:
    """Whole lots by rounding towards zero and buying what is most below; parameters as in `optimal`."""
    wanted = _wanted(weights, prices, amount)
    signs = np.sign(wanted)
    lots = (signs * np.floor(np.abs(wanted) / prices + 1e-9)).astype(np.int64)
    room = max(1.0, float(weights.sum())) * amount
    _pay(lots, prices, room)
    while True:
        missing = np.abs(wanted) - np.abs(lots * prices)
        cash = room - float((lots * prices).sum())
        # One more is nearer where more than half a lot is missing; what is bought must be paid for.
        may = (missing > 0.5 * prices) & ((signs < 0.0) | (prices <= cash + 1e-9 * amount))
        if not may.any():
            return _made(lots, wanted, prices, amount, math.nan, "greedy")
        best = int(np.where(may, missing, -np.inf).argmax())
        lots[best] += int(signs[best])


def _pay(lots: IntArray, prices: FloatArray, room: float) -> None:
    """Leave out lots that were to be paid by what short ones, rounded too, do not bring; cheap lots first."""
    for at in np.argsort(prices, kind="stable").tolist():
        over = float((lots * prices).sum()) - room
        if over <= 1e-9 * room:
            return
        lots[at] -= min(max(int(lots[at]), 0), math.ceil(over / float(prices[at])))


def distance(found: Lots, wanted: FloatArray) -> float:
    """What `optimal` minimizes: what is off the wanted money, and what of it is not spent.

    Parameters
    ----------
    found : Lots
    wanted : float64, shape (n_assets,)
        Money wanted in each asset, of the same currency as the values of the lots; finite.

    Returns
    -------
    float
        A share of the amount, zero or above.
    """
    amount = found.cash + float(found.values.sum())
    idle = float(wanted.sum()) - float(found.values.sum())
    return found.error + max(idle, 0.0) / amount


def _wanted(weights: FloatArray, prices: FloatArray, amount: float) -> FloatArray:
    """Money wanted in each asset."""
    vector("weights", weights)
    vector("prices", prices, size=weights.size)
    if not (math.isfinite(amount) and amount > 0.0):
        raise InputError(f"amount must be finite and above zero, was {amount}")
    bad = np.flatnonzero(prices <= 0.0)
    if bad.size:
        raise InputError(f"prices must be above zero, was {prices[bad[0]]} for asset {bad[0]}")
    wanted: FloatArray = weights * amount
    most = float((np.abs(wanted) / prices).max())
    if most > _LOTS_MAX:
        raise InputError(
            f"lots must be at most {_LOTS_MAX:g} of an asset, would be {most:.3g}; use larger lots"
        )
    return wanted


def _made(
    lots: IntArray, wanted: FloatArray, prices: FloatArray, amount: float, gap: float, method: str
) -> Lots:
    values: FloatArray = lots * prices
    cash = amount - float(math.fsum(values.tolist()))
    error = float(np.abs(wanted - values).sum()) / amount
    return Lots(lots, values, cash, error, gap, method)
