"""An interior point method for quadratic programs with a tail: expected shortfall over scenarios, exact.

The problem: minimize 1/2 w'Qw - c'w + CVaR(L w) over E w = e, A w <= b, lower <= w <= upper, where L has the
loss of every asset in every scenario and CVaR is the mean of the worst `tail` share (Rockafellar and Uryasev
2000): the least over z of z + sum(u) / (tail T) with u >= L w - z, u >= 0. Written out, it has a row and a
variable for each scenario; but those meet in diagonal matrices, and one step of Mehrotra's predictor and
corrector (1992, SIAM J. Optimization 2, 575-601) costs one matrix of n by n, L'DL, whatever the number of
scenarios. D is the stiffness of a scenario: large where its loss is at the quantile, and nothing elsewhere,
so the scenarios that do not count are left out of that matrix (not of the residuals). With z held at zero
it is the sum of what is above zero, as in the mean absolute deviation.

Without a tail it is the usual method for quadratic programs; without Q, for linear ones.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.cholesky import factored, solved
from trade2026.analytics.optimization.pivoting import Program

_STEPS: Final = 120
_INWARD: Final = 0.9995
"""Share of the way to the nearest bound that is gone at most."""
_GAP: Final = 1e-12
"""Sum of the products of multipliers and slacks, relative to the objective, at which it ends."""
_LEAST: Final = 1e-20
"""A distance that rounding made zero."""
_STIFF: Final = 1e-10
"""Scenarios of less stiffness, relative to the stiffest, are left out of the matrix of a step."""


@dataclass(slots=True)
class Tail:
    """Scenarios: the loss of each asset (T, n), and what a loss beyond the quantile costs."""

    losses: FloatArray
    limit: float
    """Cost of one unit beyond the quantile: the largest multiplier of a scenario. For CVaR 1 / (tail T)."""
    fixed: FloatArray
    """Loss of what cannot be chosen, a scenario each."""
    has_quantile: bool = True
    """Whether z is chosen, so that multipliers sum to one; otherwise it is zero."""


@dataclass(slots=True)
class State:
    """Where the method is: weights, slacks and multipliers, all strictly on their right side."""

    w: FloatArray
    equal: FloatArray
    low: FloatArray
    """Multipliers of lower bounds, zero where infinite; so the next."""
    high: FloatArray
    slack: FloatArray
    """Of the rows of A."""
    most: FloatArray
    quantile: float = 0.0
    over: FloatArray = field(default_factory=lambda: np.zeros(0))
    """u: loss beyond the quantile, a scenario each; so all that follow."""
    under: FloatArray = field(default_factory=lambda: np.zeros(0))
    """u + z - L w."""
    mass: FloatArray = field(default_factory=lambda: np.zeros(0))
    """Multipliers of `under`: the probability that a scenario has in the worst mixture."""
    rest: FloatArray = field(default_factory=lambda: np.zeros(0))
    """Multipliers of `over`: what its probability is short of the largest allowed."""
    steps: int = 0


@dataclass(slots=True)
class _Step:
    """Changes of everything in `State`."""

    w: FloatArray
    equal: FloatArray
    low: FloatArray
    high: FloatArray
    slack: FloatArray
    most: FloatArray
    quantile: float
    over: FloatArray
    under: FloatArray
    mass: FloatArray
    rest: FloatArray


class Interior:
    """One program, solved by `solve`; its Q may be all zeros."""

    def __init__(self, p: Program, tail: Tail | None, start: FloatArray) -> None:
        self.p = p
        self.tail = tail
        self.has_low, self.has_high = np.isfinite(p.lower), np.isfinite(p.upper)
        self.is_curved = bool(p.Q.any())
        self.now = self._first(start)

    def solve(self) -> State:
        """Step until the gap is rounding, or no step makes it smaller."""
        best, still = np.inf, 0
        for _ in range(_STEPS):
            gap = self._gap()
            error = self._error()
            if gap <= _GAP * self._size() and error <= 1e-11:
                break
            worth = max(gap / self._size(), error)
            still = 0 if worth < best else still + 1
            best = min(best, worth)
            if still > 12 or not self._advance():
                break
            self.now.steps += 1
        return self.now

    def _first(self, start: FloatArray) -> State:
        """A start in the middle: every product of a slack and its multiplier is the same."""
        p, w = self.p, start.copy()
        slack = np.maximum(p.b - p.A @ w, 0.1)
        state = State(w, np.zeros(p.e.size), np.zeros_like(w), np.zeros_like(w), slack, np.zeros_like(slack))
        force = float(np.abs(p.Q @ w - p.c).max())
        below, above = self._room(w)
        if self.tail is not None:
            count = self.tail.losses.shape[0]
            loss = self.tail.losses @ w + self.tail.fixed
            spread = float(np.abs(loss - np.median(loss)).mean()) + 1e-300
            mass = 0.5 * self.tail.limit
            if self.tail.has_quantile:
                mass = 1.0 / count
                state.quantile = float(np.quantile(loss, 1.0 - 1.0 / (self.tail.limit * count)))
            state.over = np.maximum(loss - state.quantile, 0.0) + spread
            state.under = np.maximum(state.quantile - loss, 0.0) + spread
            state.mass = np.full(count, mass)
            state.rest = self.tail.limit - state.mass
            level = float(state.mass @ state.under) / count
        else:
            level = max(force, 1e-6) * float(np.median(np.minimum(np.minimum(below, above), 1.0)))
        state.low = np.where(self.has_low, level / below, 0.0)
        state.high = np.where(self.has_high, level / above, 0.0)
        state.most = level / slack
        return state

    def _room(self, w: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distances to finite bounds; 1 where infinite, where multipliers are zero."""
        below = np.where(self.has_low, np.maximum(w - self.p.lower, _LEAST), 1.0)
        return below, np.where(self.has_high, np.maximum(self.p.upper - w, _LEAST), 1.0)

    def _products(
        self, at: State, step: _Step | None = None, primal: float = 0.0, dual: float = 0.0
    ) -> float:
        """Sum of slack times multiplier, there or after a step."""
        below, above = self._room(at.w)
        parts = [
            (below, at.low),
            (above, at.high),
            (at.slack, at.most),
            (at.over, at.rest),
            (at.under, at.mass),
        ]
        if step is None:
            return sum(float(slack @ multiplier) for slack, multiplier in parts)
        moved_low = np.where(self.has_low, step.w, 0.0)
        moved_high = np.where(self.has_high, -step.w, 0.0)
        steps = [
            (moved_low, step.low), (moved_high, step.high), (step.slack, step.most), (step.over, step.rest),
            (step.under, step.mass),
        ]  # fmt: skip
        return sum(
            float((slack + primal * d_slack) @ (multiplier + dual * d_multiplier))
            for (slack, multiplier), (d_slack, d_multiplier) in zip(parts, steps, strict=True)
        )

    def _count(self) -> int:
        """Number of products."""
        return int(self.has_low.sum() + self.has_high.sum()) + self.p.b.size + 2 * self.now.over.size

    def _gap(self) -> float:
        return self._products(self.now)

    def _size(self) -> float:
        """The magnitude of the objective, to which the gap is compared."""
        w = self.now.w
        value = abs(0.5 * float(w @ self.p.Q @ w)) + abs(float(self.p.c @ w))
        if self.tail is not None:
            value += abs(self.now.quantile + float(self.now.over.sum()) * self.tail.limit)
        return max(value, 1e-12)

    def _error(self) -> float:
        """Largest residual: of rows in weights, of the gradient over its largest term."""
        p, now = self.p, self.now
        gradient, scale = self._gradient()
        rows = [p.e - p.E @ now.w, p.b - p.A @ now.w - now.slack]
        return max(float(np.abs(gradient).max()) / scale, *(float(np.abs(r).max()) for r in rows if r.size))

    def _gradient(self) -> tuple[FloatArray, float]:
        """Of the Lagrangian in the weights, and its largest term."""
        p, now = self.p, self.now
        forces = p.Q @ now.w - p.c
        if self.tail is not None:
            forces = forces + now.mass @ self.tail.losses
        gradient: FloatArray = forces - now.low + now.high + now.most @ p.A - now.equal @ p.E
        return gradient, max(float(np.abs(forces).max()), 1e-300)

    def _advance(self) -> bool:
        """One step of predictor and corrector; whether it moved."""
        system = _System(self)
        if system.factor is None:
            return False
        now, mean = self.now, self._gap() / max(self._count(), 1)
        guess = system.step(0.0, None)
        primal, dual = self._lengths(guess, 1.0)
        left = self._products(now, guess, primal, dual) / max(self._count(), 1)
        step = system.step(left * (left / mean) ** 2 if mean > 0.0 else 0.0, guess)
        primal, dual = self._lengths(step, _INWARD)
        if self.is_curved:
            primal = dual = min(primal, dual)
        now.w = now.w + primal * step.w
        now.slack = now.slack + primal * step.slack
        now.quantile += primal * step.quantile
        now.over = now.over + primal * step.over
        now.under = now.under + primal * step.under
        now.equal = now.equal + dual * step.equal
        now.low = now.low + dual * step.low
        now.high = now.high + dual * step.high
        now.most = now.most + dual * step.most
        now.mass = now.mass + dual * step.mass
        now.rest = now.rest + dual * step.rest
        return max(primal, dual) > 1e-9

    def _lengths(self, step: _Step, inward: float) -> tuple[float, float]:
        """How far slacks and multipliers stay above zero, at most 1."""
        now = self.now
        below, above = self._room(now.w)
        primal = _limit(
            (below, np.where(self.has_low, step.w, 0.0)), (above, np.where(self.has_high, -step.w, 0.0)),
            (now.slack, step.slack), (now.over, step.over), (now.under, step.under),
        )  # fmt: skip
        dual = _limit(
            (now.low, step.low), (now.high, step.high), (now.most, step.most), (now.mass, step.mass),
            (now.rest, step.rest),
        )  # fmt: skip
        return min(1.0, inward * primal), min(1.0, inward * dual)


def _limit(*pairs: tuple[FloatArray, FloatArray]) -> float:
    """The largest t for which value + t change is at least zero in every pair."""
    rate = 0.0
    for value, change in pairs:
        falling = change < 0.0
        if falling.any():
            rate = max(rate, float((-change[falling] / value[falling]).max()))
    return 1.0 / rate if rate > 0.0 else np.inf


class _System:
    """The linear equations of one step, factored once and solved for two right sides."""

    def __init__(self, interior: Interior) -> None:
        self.i = interior
        p, now = interior.p, interior.now
        self.below, self.above = interior._room(now.w)
        self.gradient, _ = interior._gradient()
        K = p.Q + 0.0
        if p.b.size:
            K += (p.A * (now.most / now.slack)[:, None]).T @ p.A
        if interior.tail is not None:
            K += self._of_scenarios(interior.tail)
        K[np.diag_indices_from(K)] += now.low / self.below + now.high / self.above
        K[np.diag_indices_from(K)] *= 1.0 + 1e-14  # Where a weight has neither bounds nor risk of its own.
        self.factor = factored(K)
        if self.factor is not None and p.e.size:
            self.tilt = solved(self.factor, p.E.T)
            self.schur = p.E @ self.tilt

    def _of_scenarios(self, tail: Tail) -> FloatArray:
        """L'DL less what a free quantile takes out; D from the slacks and multipliers of each scenario."""
        now, losses = self.i.now, tail.losses
        self.stiff = 1.0 / (now.under / now.mass + now.over / now.rest)
        self.pull = self.stiff @ losses if tail.has_quantile else np.zeros(losses.shape[1])
        self.total = float(self.stiff.sum())
        counts = np.flatnonzero(self.stiff > _STIFF * float(self.stiff.max()))
        centered = (
            losses[counts] - self.pull / self.total
        )  # First, since the difference of squares is lost late.
        centered *= np.sqrt(self.stiff[counts])[:, None]
        result: FloatArray = centered.T @ centered
        return result

    def step(self, target: float, guess: _Step | None) -> _Step:
        """Towards products of `target`; with a guess, less the products of its changes (the corrector)."""
        i, now, p = self.i, self.i.now, self.i.p
        low = np.where(i.has_low, target - now.low * self.below, 0.0)
        high = np.where(i.has_high, target - now.high * self.above, 0.0)
        most = target - now.most * now.slack
        under, over = target - now.mass * now.under, target - now.rest * now.over
        if guess is not None:
            low = low - np.where(i.has_low, guess.low * guess.w, 0.0)
            high = high + np.where(i.has_high, guess.high * guess.w, 0.0)
            most = most - guess.most * guess.slack
            under, over = under - guess.mass * guess.under, over - guess.rest * guess.over
        short = p.b - p.A @ now.w - now.slack
        push, missing = under, 0.0
        right = low / self.below - high / self.above - self.gradient
        if p.b.size:
            right -= ((most - now.most * short) / now.slack) @ p.A
        if i.tail is not None:
            push = self.stiff * (under / now.mass - over / now.rest)
            missing = 1.0 - float(now.mass.sum())
            right -= push @ i.tail.losses - self.pull * ((float(push.sum()) - missing) / self.total)
        d_w, d_equal = self._solve(right)
        d_slack = short - p.A @ d_w
        step = _Step(
            d_w, d_equal, (low - now.low * d_w) / self.below, (high + now.high * d_w) / self.above, d_slack,
            (most - now.most * d_slack) / now.slack, 0.0, over, under, now.mass[:0], now.rest[:0],
        )  # fmt: skip
        if i.tail is not None:
            moved = i.tail.losses @ d_w
            if i.tail.has_quantile:
                step.quantile = (float(push.sum()) - missing + float(self.pull @ d_w)) / self.total
            step.mass = push + self.stiff * (moved - step.quantile)
            step.rest = -step.mass
            step.over = (over + now.over * step.mass) / now.rest
            step.under = step.over - moved + step.quantile
        return step

    def _solve(self, right: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Changes of the weights and of the multipliers of E."""
        p = self.i.p
        assert self.factor is not None, "a step was asked for of a system that could not be factored"
        lean = solved(self.factor, right)
        if not p.e.size:
            return lean, np.zeros(0)
        missing = p.e - p.E @ self.i.now.w - p.E @ lean
        if p.e.size == 1:
            multipliers = missing / self.schur[0, 0]
        else:
            multipliers = np.linalg.lstsq(self.schur, missing, rcond=1e-13)[0]
        return lean + self.tilt @ multipliers, multipliers
