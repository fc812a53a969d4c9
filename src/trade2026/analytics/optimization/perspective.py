"""Bounds from below of quadratic programs in which few assets are held, by the perspective relaxation.

Of 1/2 w'Qw - c'w the part of a diagonal D, which is each asset's own, becomes d w^2 / z, with z between zero
and one for whether it is held, and at most as many z in sum as may be held (Frangioni and Gentile 2006,
Mathematical Programming 106, 225-236; Gunluk and Linderoth 2010). A price p of holding an asset takes the
sum's place: then z is known for each weight, and what is left is a convex function of weights alone, of
pieces: linear up to sqrt(2 p / d), where z comes to one, and d w^2 / 2 + p beyond.

Every price gives a bound, and so does the tangent at any weights: what is told as a bound is the least of the
tangent over the constraints, and needs no trust in how well the program was solved.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.constraints import Constraints, most
from trade2026.analytics.optimization.diagonals import own_variances
from trade2026.analytics.optimization.pivoting import Flags, Status
from trade2026.analytics.optimization.quadratic import Quadratic, implied_bounds

_PIECES: Final = 12
_TIGHT: Final = 1e-9
"""Relative distance of a bound from what is bounded at which it is as good as it gets."""
_NOTHING: Final = 1e-12
"""Weights up to here cannot be held: no price is divided by them."""
_PRICES: Final = 30
"""Prices tried at the root; at other nodes few, from the one of the node above."""
_PRICES_BELOW: Final = 4
_TIGHTENED: Final = 4
_RATE: Final = 2.5
"""A price is changed by so much of what is held too much, relative."""
_STILL: Final = 1e-3
"""Relative width of prices, or assets too many, that end the search of a price."""
_FLOOR: Final = 0.02
"""Least worth of an element of the diagonal, of the mean: of assets that are not held nothing is known."""
SIZE_MAX: Final = 800
"""Assets up to which the diagonal is worth its time."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What no choice within a node is below."""

    value: float
    weights: FloatArray
    shares: FloatArray
    """How far each asset is held, z, from zero to one."""
    price: float
    status: Status
    lifts: FloatArray
    """By how much the bound is at least higher where each asset is held; 0 where that is not known."""


class Perspective:
    """Bounds for one Q and c; nodes differ in the bounds of weights and in which assets are held.

    Parameters
    ----------
    Q : float64, shape (n, n)
        A covariance in units in which its mean diagonal is about one.
    c : float64, shape (n,)
    d : float64, shape (n,)
        At least zero; Q - diag(d) is positive definite.
    """

    def __init__(self, Q: FloatArray, c: FloatArray, d: FloatArray) -> None:
        self.Q, self.c, self.d = Q, c, d
        self.rest = Q - np.diag(d)

    def bound(
        self, constraints: Constraints, held: Flags, count: int, *, before: Bound | None, enough: float
    ) -> Bound:
        """The best bound of a few prices.

        Parameters
        ----------
        constraints : Constraints
            Of the node, long only.
        held : bool, shape (n,)
            Assets that are decided to be held: their z is one.
        count : int
            Most assets that may be held, with those that are; more than `held` has.
        before : Bound or None
            Of the node above.
        enough : float
            A bound of as much ends the search.
        """
        left = count - int(held.sum())
        upper = implied_bounds(constraints)[1]
        price = self._first_price(count) if before is None else before.price
        status = np.zeros(held.size, dtype=np.int8) if before is None else before.status
        best: Bound | None = None
        low, high = 0.0, np.inf  # Prices at which too many, and too few, are held.
        for _ in range(_PRICES if before is None else _PRICES_BELOW):
            found = self._at_price(constraints, held, left, upper, price, status)
            if best is None or found.value > best.value:
                best = found
            status = found.status
            excess = float(found.shares[~held].sum()) - left
            if best.value >= enough or abs(excess) < _STILL or high - low < _STILL * low:
                break
            low, high = (max(low, price), high) if excess > 0.0 else (low, min(high, price))
            step = min(max(1.0 + _RATE * excess / left, 0.25), 4.0)
            price = price * step
            if not low < price < high:
                price = (low * high) ** 0.5 if low > 0.0 else 0.25 * high
        assert best is not None
        return best

    def _first_price(self, count: int) -> float:
        """That at which equal weights are just held whole."""
        return max(0.5 * float(self.d.mean()) / count**2, 1e-12)

    def _at_price(
        self, constraints: Constraints, held: Flags, left: int, upper: FloatArray, price: float,
        status: Status,
    ) -> Bound:  # fmt: skip
        """The least of the pieces at one price, by guessing on which piece each weight is."""
        d, c = self.d, self.c
        whole_at = np.sqrt(2.0 * price / np.maximum(d, 1e-300))  # The weight at which z comes to one.
        is_short, may = whole_at >= upper, upper > _NOTHING
        end = np.where(is_short, np.where(may, upper, 1.0), whole_at)
        slope = np.where(is_short, 0.5 * d * end + price / end, np.sqrt(2.0 * price * d)) * may
        w = Quadratic(self.rest + np.diag(d), constraints).minimize(c, start=status).weights
        is_curved = held | (w > end)
        best: Bound | None = None
        for _ in range(_PIECES):
            parts = constraints.around(
                np.where(is_curved & ~held, np.maximum(constraints.lower, end), constraints.lower),
                np.where(is_curved, constraints.upper, np.minimum(constraints.upper, end)),
            )
            part = Quadratic(self.rest + np.diag(d * is_curved), parts)
            solution = part.minimize(c - np.where(is_curved, 0.0, slope), start=status)
            w, status = solution.weights, solution.status.copy()
            turned = ~held & (w == end) & (status != 0) & (end < constraints.upper)
            is_curved, status = is_curved ^ turned, np.where(turned, 0, status).astype(np.int8)
            pieces = np.where(is_curved, 0.5 * d * w * w + np.where(held, 0.0, price), slope * w)
            tangent = self.rest @ w - c + np.where(is_curved, d * w, slope)
            height = float(0.5 * w @ (self.rest @ w) - c @ w) + float(pieces.sum()) - price * left
            value = height - float(tangent @ w) - most(constraints, -tangent)
            if best is None or value > best.value:
                shares = np.where(is_curved, 1.0, w / end)
                best = Bound(value, w, shares, price, status, np.zeros(w.size))
                if constraints.is_box:
                    lifts = self._lifts(constraints, tangent, w, slope, price, is_curved)
                    best = replace(best, lifts=lifts)
            if height - value <= _TIGHT * abs(height):
                break
        assert best is not None
        return best

    def _lifts(
        self, constraints: Constraints, tangent: FloatArray, w: FloatArray, slope: FloatArray, price: float,
        is_curved: Flags,
    ) -> FloatArray:  # fmt: skip
        """By how much holding an asset whole lifts the bound, for those that are on the linear piece at zero.

        With a price of the budget, the least of the tangent is a sum over assets. Of one at a bound of zero
        its term is the least of (tangent - budget price) w, which is zero; held whole, d w^2 / 2 + price
        stands in place of slope w, and the term is the least of that over w from zero on.
        """
        filled = constraints.lower + 0.0
        order = np.argsort(tangent, kind="stable")
        room = (constraints.upper - constraints.lower)[order]
        last = int(np.searchsorted(np.cumsum(room), constraints.budget - float(filled.sum()), side="left"))
        if last >= order.size:
            return np.zeros(w.size)
        reduced = tangent - float(tangent[order[last]])
        low = np.where(
            self.d > 0.0, np.maximum(slope - reduced, 0.0) ** 2 / np.maximum(2.0 * self.d, 1e-300), np.inf
        )
        at_zero = ~is_curved & (constraints.lower == 0.0) & (reduced >= 0.0)
        result: FloatArray = np.where(at_zero, np.maximum(price - low, 0.0), 0.0)
        return result


def tightest(
    Q: FloatArray, c: FloatArray, constraints: Constraints, held: Flags, count: int, *, enough: float
) -> tuple[Perspective, Bound] | None:
    """The diagonal that gives the root the highest bound, and that bound; None where Q is singular.

    The bound is concave in the diagonal, with w^2 (1 / z - 1) / 2 for its slope: worth of the next one.
    """
    if Q.shape[0] > SIZE_MAX:
        return None
    worth = np.ones(Q.shape[0])
    best: tuple[Perspective, Bound] | None = None
    for turn in range(_TIGHTENED):
        d = own_variances(Q, worth)
        if d is None:
            return best
        made = Perspective(Q, c, d)
        found = made.bound(constraints, held, count, before=None, enough=enough)
        if best is None or found.value > best[1].value:
            best = made, found
        z = np.maximum(found.shares, 1e-12)
        slope = 0.5 * found.weights**2 * (1.0 / z - 1.0)
        if not slope.max() > 0.0:
            break
        slope = np.maximum(slope / slope.mean(), _FLOOR)
        worth = slope if turn == 0 else 0.5 * (worth / worth.mean() + slope / slope.mean())
    return best
