"""Interior points for the least mean of the worst drawdowns (CDaR) within linear constraints.

The problem (Chekhlov, Uryasev and Zabarankin 2005): minimize z + sum(u) / (tail T) over weights w, the
quantile z, peaks p and losses u beyond the quantile, where

    p_t >= p_(t-1) (and zero),  p_t >= C_t w,  u_t >= p_t - C_t w - z,  u_t >= 0,

C the running sums of the returns of each asset, beside E w = e, A w <= b and bounds. Mehrotra's predictor and
corrector (1992, SIAM J. Optimization 2, 575-601) has one linear system a step. In it u is diagonal and p is
tridiagonal, so that both are eliminated, and a matrix of n + 1 by n + 1 is left, for the weights and z. Its
terms are written as what peaks and drawdowns do when a weight changes, squared, times the stiffness of their
rows: as sums of squares nothing is lost to cancellation when rows become very stiff.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.linalg.lapack import dpttrf, dpttrs

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.cholesky import factored, solved
from trade2026.analytics.optimization.pivoting import Program, project

_STEPS: Final = 150
_INWARD: Final = 0.9995
_GAP: Final = 1e-11
"""Sum of the products of multipliers and slacks, relative to the objective, at which it ends."""
_ERROR: Final = 1e-9
"""Largest residual of a constraint or, relative, of the gradient."""
_PATIENCE: Final = 12
_ROOM: Final = 1e-6
"""Distance to a bound at the start, where the budget leaves no other weights than those at their bounds."""
_STIFF: Final = 1e-12
"""Rows that add less to the matrix of a step, relative to the one that adds the most, are left out."""


@dataclass(slots=True)
class Vector:
    """One number for each inequality: slacks, multipliers, or changes of them."""

    rise: FloatArray
    """p_t - p_(t-1), shape (T,)."""
    top: FloatArray
    """p_t - C_t w: the drawdown."""
    under: FloatArray
    """u + z - drawdown; its multipliers are the probabilities of the periods in the worst mixture."""
    over: FloatArray
    """u."""
    below: FloatArray
    """w - lower, where finite."""
    above: FloatArray
    rows: FloatArray
    """b - A w."""

    def parts(self) -> tuple[FloatArray, ...]:
        """All seven, in order."""
        return self.rise, self.top, self.under, self.over, self.below, self.above, self.rows


@dataclass(slots=True)
class DrawdownState:
    """Where the method is."""

    w: FloatArray
    quantile: float
    slack: Vector
    multiplier: Vector
    equal: FloatArray
    steps: int = 0


@dataclass(slots=True)
class _Step:
    w: FloatArray
    quantile: float
    equal: FloatArray
    slack: Vector
    multiplier: Vector


@dataclass(slots=True)
class Drawdowns:
    """Periods: returns of each asset, what a drawdown beyond the quantile costs, and what is fixed.

    Attributes
    ----------
    returns : float64, shape (T, n)
    limit : float
        Largest multiplier of a period: 1 / (tail T).
    fixed : float64, shape (T,)
        Return of what cannot be chosen.
    """

    returns: FloatArray
    limit: float
    fixed: FloatArray
    sums: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.returns = np.asfortranarray(self.returns)  # The solver of peaks goes down columns.
        self.sums = np.cumsum(self.returns, axis=0)

    def inside(self, mass: FloatArray, top: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Multipliers of peaks and of drawdowns put inside their set, which they may miss a little.

        Those of drawdowns are brought to sum to one; those of peaks may not be more, from any period on, than
        those of drawdowns from there on, since a peak comes before its drawdown.
        """
        count = mass.size
        q = project(mass, np.ones(count), 1.0, np.zeros(count), np.full(count, self.limit))
        after = np.minimum(np.cumsum(np.maximum(top, 0.0)[::-1]), np.cumsum(q[::-1]))
        y: FloatArray = np.diff(after, prepend=0.0)[::-1]
        return y, q


class DrawdownInterior:
    """One program, solved by `solve`; Q and c of the program are not looked at."""

    def __init__(self, p: Program, on: Drawdowns, start: FloatArray) -> None:
        self.p, self.on = p, on
        self.low, self.high = np.flatnonzero(np.isfinite(p.lower)), np.flatnonzero(np.isfinite(p.upper))
        self.now = self._first(start)

    def solve(self) -> DrawdownState:
        """Step until the gap is rounding, or no step makes it smaller."""
        best, still, kept = np.inf, 0, self.now
        for _ in range(_STEPS):
            gap, error, size = self._gap(), self._error(), self._size()
            worth = gap + size * error
            if worth < best:
                best, still, kept = worth, 0, self.now
            still += 1
            if (gap <= _GAP * size and error <= _ERROR) or still > _PATIENCE:
                break
            moved = self._advance()
            if moved is None:
                break
            self.now = moved
        return kept

    def _first(self, w: FloatArray) -> DrawdownState:
        """Peaks rise a little everywhere, and multipliers are strictly inside their set."""
        p, on = self.p, self.on
        count = on.returns.shape[0]
        value = on.sums @ w + np.cumsum(on.fixed)
        peak = np.maximum.accumulate(np.maximum(value, 0.0))
        spread = float((peak - value).mean()) + 1e-3
        peak += spread * np.arange(1, count + 1) / count
        top = peak - value
        quantile = float(np.quantile(top, 1.0 - 1.0 / (on.limit * count)))
        over = np.maximum(top - quantile, 0.0) + spread
        slack = Vector(
            np.diff(peak, prepend=0.0), top, over - top + quantile, over,
            np.maximum(w - p.lower, _ROOM)[self.low], np.maximum(p.upper - w, _ROOM)[self.high],
            np.maximum(p.b - p.A @ w, 0.1),
        )  # fmt: skip
        even = 1.0 / count
        mass = np.full(count, even)
        y = np.full(count, 0.99 * even)
        level = even * spread
        rows, high = level / slack.rows, level / slack.above
        force = (y - mass) @ on.sums + rows @ p.A
        force[self.high] += high
        least = float(force.min())
        room = float((force - least).mean()) + level
        low = (force - least)[self.low] + 0.1 * room  # What leaves nothing of the gradient.
        multiplier = Vector(
            np.cumsum((mass - y)[::-1])[::-1].copy(), y, mass, on.limit - mass, low, high, rows
        )
        equal = np.zeros(p.e.size)
        equal[0] = (least - 0.1 * room) / float(p.E[0].max())  # Of the budget.
        return DrawdownState(w.copy(), quantile, slack, multiplier, equal)

    def _gap(self) -> float:
        return _products(self.now.slack, self.now.multiplier)

    def _count(self) -> int:
        return sum(each.size for each in self.now.slack.parts())

    def _size(self) -> float:
        return max(abs(self.now.quantile + self.on.limit * float(self.now.slack.over.sum())), 1e-12)

    def gradient(self) -> tuple[FloatArray, FloatArray]:
        """Of the Lagrangian in the weights, and the part of the drawdowns."""
        p, m = self.p, self.now.multiplier
        forces: FloatArray = (m.top - m.under) @ self.on.sums
        total = forces - self.now.equal @ p.E + m.rows @ p.A
        total[self.low] -= m.below
        total[self.high] += m.above
        return total, forces

    def _error(self) -> float:
        """Largest residual: of rows in weights, of the gradient over its largest term."""
        p, now = self.p, self.now
        total, forces = self.gradient()
        rows = [p.e - p.E @ now.w, p.b - p.A @ now.w - now.slack.rows]
        scale = max(float(np.abs(forces).max()), 1e-300)
        return max(float(np.abs(total).max()) / scale, *(float(np.abs(r).max()) for r in rows if r.size))

    def _advance(self) -> DrawdownState | None:
        """One step of predictor and corrector; None where there is none."""
        system = _System(self)
        if system.factor is None:
            return None
        now, count = self.now, self._count()
        mean = self._gap() / count
        guess = system.step(0.0, None)
        primal, dual = _length(now.slack, guess.slack), _length(now.multiplier, guess.multiplier)
        ahead = _moved(now.slack, guess.slack, min(primal, 1.0))
        left = _products(ahead, _moved(now.multiplier, guess.multiplier, min(dual, 1.0))) / count
        step = system.step(left * (left / mean) ** 2 if mean > 0.0 else 0.0, guess)
        primal = min(1.0, _INWARD * _length(now.slack, step.slack))
        dual = min(1.0, _INWARD * _length(now.multiplier, step.multiplier))
        if not (np.isfinite(step.w).all() and max(primal, dual) > 1e-9):
            return None
        return DrawdownState(
            now.w + primal * step.w, now.quantile + primal * step.quantile,
            _moved(now.slack, step.slack, primal), _moved(now.multiplier, step.multiplier, dual),
            now.equal + dual * step.equal, now.steps + 1,
        )  # fmt: skip


def _products(slack: Vector, multiplier: Vector) -> float:
    return sum(float(s @ m) for s, m in zip(slack.parts(), multiplier.parts(), strict=True))


def _moved(value: Vector, change: Vector, length: float) -> Vector:
    pairs = zip(value.parts(), change.parts(), strict=True)
    return Vector(*(each + length * d for each, d in pairs))


def _length(value: Vector, change: Vector) -> float:
    """The largest t for which value + t change is at least zero."""
    rate = 1e-300
    for each, d in zip(value.parts(), change.parts(), strict=True):
        if each.size:
            rate = max(rate, float((-d / each).max()))
    return 1.0 / rate


class _System:
    """The linear equations of one step, factored once and solved for two right sides."""

    def __init__(self, interior: DrawdownInterior) -> None:
        self.i = interior
        self.slack, self.multiplier = interior.now.slack, interior.now.multiplier
        s, m = self.slack, self.multiplier
        self.rising, self.topping = m.rise / s.rise, m.top / s.top
        self.tail = 1.0 / (s.under / m.under + s.over / m.over)
        diagonal = self.rising + self.topping + self.tail
        diagonal[:-1] += self.rising[1:]
        self.peaks = dpttrf(diagonal, -self.rising[1:])
        self.factor = factored(self._matrix()) if self.peaks[2] == 0 else None
        p = interior.p
        if self.factor is not None:
            self.E = np.hstack([p.E, np.zeros((p.e.size, 1))])
            self.tilt = solved(self.factor, self.E.T)
            self.schur = self.E @ self.tilt

    def _peaks(self, right: FloatArray, *, is_lent: bool = False) -> FloatArray:
        """Solve the tridiagonal system of the peaks; the right side is written over where it is lent."""
        diagonal, below, _ = self.peaks
        solution, _ = dpttrs(diagonal, below, right, overwrite_b=is_lent)
        return np.asarray(solution, dtype=np.float64)

    def _matrix(self) -> FloatArray:
        """For weights and quantile, after the elimination of losses and peaks."""
        R, p = self.i.on.returns, self.i.p
        n = R.shape[1]
        pulled = R * -self.rising[:, None]
        pulled[:-1] += R[1:] * self.rising[1:, None]
        self.apart = self._peaks(pulled, is_lent=True)  # Change of a drawdown by each weight.
        self.lag = self._peaks(self.tail)  # Change of a peak by the quantile.
        climb = R + self.apart
        climb[1:] -= self.apart[:-1]
        held = self.topping + self.tail  # Both rows of a drawdown move with weights; one with the quantile.
        share = self.tail / held
        K = _square(self.apart, self.lag - share, held)
        K += _square(climb, np.diff(self.lag, prepend=0.0), self.rising)
        K[n, n] += float(self.topping @ share)
        if p.b.size:
            K[:n, :n] += (p.A * (self.multiplier.rows / self.slack.rows)[:, None]).T @ p.A
        at = np.diagonal(K).copy()
        at[self.i.low] += self.multiplier.below / self.slack.below
        at[self.i.high] += self.multiplier.above / self.slack.above
        K[np.diag_indices(n + 1)] = at * (1.0 + 1e-14)
        return K

    def step(self, target: float, guess: _Step | None) -> _Step:
        """Towards products of `target`; with a guess, less the products of its changes (the corrector)."""
        i, p, s, m = self.i, self.i.p, self.slack, self.multiplier
        pairs = zip(s.parts(), m.parts(), strict=True)
        wanted = [target - slack * multiplier for slack, multiplier in pairs]
        if guess is not None:
            second = zip(guess.slack.parts(), guess.multiplier.parts(), strict=True)
            wanted = [each - ds * dm for each, (ds, dm) in zip(wanted, second, strict=True)]
        to = Vector(*wanted)
        push = self.tail * (to.under / m.under - to.over / m.over)
        rises = to.rise / s.rise
        force = to.top / s.top - push + _transposed(rises + m.rise) + m.top - m.under
        alone = self._peaks(force)
        short = p.b - p.A @ i.now.w - s.rows
        total, forces = i.gradient()
        right = forces - total + (rises + m.rise - self.rising * np.diff(alone, prepend=0.0)) @ i.on.returns
        right[i.low] += to.below / s.below
        right[i.high] -= to.above / s.above
        right -= ((to.rows - m.rows * short) / s.rows) @ p.A
        missing = 1.0 - float(m.under.sum())
        d_y, equal = self._solve(np.append(right, float(push.sum()) - missing + float(self.tail @ alone)))
        d_w, quantile = d_y[:-1], float(d_y[-1])
        top = self.apart @ d_w + self.lag * quantile + alone
        peak = top + i.on.sums @ d_w
        rise = np.diff(peak, prepend=0.0)
        mass = push + self.tail * (top - quantile)
        over = (to.over + s.over * mass) / m.over
        rows = short - p.A @ d_w
        slack = Vector(rise, top, over - top + quantile, over, d_w[i.low], -d_w[i.high], rows)
        multiplier = Vector(
            (to.rise - m.rise * rise) / s.rise, (to.top - m.top * top) / s.top, mass, -mass,
            (to.below - m.below * d_w[i.low]) / s.below, (to.above + m.above * d_w[i.high]) / s.above,
            (to.rows - m.rows * rows) / s.rows,
        )  # fmt: skip
        return _Step(d_w, quantile, equal, slack, multiplier)

    def _solve(self, right: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Changes of weights and quantile, and of the multipliers of E."""
        p = self.i.p
        assert self.factor is not None, "a step was asked for of a system that could not be factored"
        lean = solved(self.factor, right)
        missing = p.e - p.E @ self.i.now.w - self.E @ lean
        if missing.size == 1:
            multipliers: FloatArray = missing / self.schur[0, 0]
        else:
            multipliers = np.linalg.lstsq(self.schur, missing, rcond=1e-13)[0].astype(np.float64)
        return lean + self.tilt @ multipliers, multipliers


def _transposed(values: FloatArray) -> FloatArray:
    """Of the differences: what the multiplier of each rise does to the peak before and after it."""
    result = values.copy()
    result[:-1] -= values[1:]
    return result


def _square(rows: FloatArray, last: FloatArray, stiffness: FloatArray) -> FloatArray:
    """B' diag(stiffness) B, where B is rows and one more column."""
    size = stiffness * (np.einsum("ij,ij->i", rows, rows) + last * last)
    counts = np.flatnonzero(size > _STIFF * float(size.max()))
    root = np.sqrt(stiffness[counts])
    some = np.empty((counts.size, rows.shape[1] + 1), order="F")
    np.multiply(rows[counts], root[:, None], out=some[:, :-1])
    some[:, -1] = last[counts] * root
    result: FloatArray = some.T @ some
    return result
