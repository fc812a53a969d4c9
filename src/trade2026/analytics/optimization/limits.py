"""What weights must satisfy beyond `constraints`: gross exposure, turnover, tracking error, how many assets.

Gross exposure and turnover are sums of absolute values: linear with a variable more for each asset. Tracking
error is a second-order cone. How many assets are held, and how small a position may be, are choices:
`branching` makes them. `Limits` are known to be feasible when they are made, as constraints are.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import vector
from trade2026.analytics.optimization.conflicts import conflict
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.model import Model
from trade2026.primitives.errors import InputError

HELD: Final = 1e-7
"""A weight of at least this size is held."""
TRACKING: Final = "tracking error"
_BINDS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Turnover:
    """The sum of |w - current| is at most `limit`: purchases and sales together, as shares of capital."""

    current: FloatArray
    limit: float


@dataclass(frozen=True, slots=True)
class Tracking:
    """The volatility of w - benchmark is at most `limit` per period, by this covariance."""

    benchmark: FloatArray
    covariance: FloatArray
    limit: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Weights are at the center, or at least `least` from it; at most `count` are not at it.

    The center is zero for positions, and what is held now for trades.
    """

    center: FloatArray
    least: float
    count: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one constraint stands: its value, its limit, and whether it holds the weights back."""

    name: str
    value: float
    limit: float
    slack: float
    is_binding: bool
    is_volatility: bool = False
    """Whether the numbers are volatilities per period, and not weights or counts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Constraints, and what is not linear in weights; known to be feasible.

    Parameters
    ----------
    constraints : Constraints
    gross : float or None
        The sum of absolute weights is at most this; 1.6 with a budget of 1 is 130/30.
    turnover : Turnover or None
    tracking : Tracking or None
    held : int or None
        At most so many weights are not zero.
    least : float
        A weight that is not zero is at least this large, long or short; 0 for none.
    trades : Choice or None
        A trade from the center is at least so large, and there are at most so many.

    Raises
    ------
    InputError
        An argument has the wrong shape, or no weights satisfy all: the message names those that conflict.
    """

    constraints: Constraints
    gross: float | None = None
    turnover: Turnover | None = None
    tracking: Tracking | None = None
    held: int | None = None
    least: float = 0.0
    trades: Choice | None = None

    def __post_init__(self) -> None:
        self._check_numbers()
        if self.gross is not None or self.turnover is not None:
            told = conflict(self.model(is_curved=False).system(self._names()))
            if told is not None:
                raise InputError(told)
        if self.tracking is not None:
            self._check_tracking()
        if self.choices:
            self._check_choice()

    @property
    def size(self) -> int:
        """Number of assets."""
        return self.constraints.size

    @property
    def is_linear(self) -> bool:
        """Whether `constraints` say it all."""
        return self.is_continuous and self.gross is None and self.turnover is None and self.tracking is None

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What must be chosen before there are only numbers."""
        positions = Choice(np.zeros(self.size), self.least, self.held)
        own = (positions,) if self.held is not None or self.least > 0.0 else ()
        return own if self.trades is None else (*own, self.trades)

    @property
    def is_continuous(self) -> bool:
        """Whether there is nothing to choose, only numbers."""
        return not self.choices

    def model(self, *, is_curved: bool = True, is_whole: bool = False) -> Model:
        """Weights within these limits, without an objective.

        Parameters
        ----------
        is_curved : bool
            Whether the tracking error is in it.
        is_whole : bool
            Whether choices are in it, as whole numbers; they need finite bounds.
        """
        model = Model()
        w = model.add(self.size, lower=self.constraints.lower, upper=self.constraints.upper)
        before = None if self.turnover is None else self.turnover.current
        self.write(model, w, before, is_curved=is_curved)
        if is_whole:
            for choice in self.choices:
                self._choose(model, w, choice)
        return model

    def write(
        self, model: Model, w: slice, before: FloatArray | slice | None, *, is_curved: bool = True
    ) -> None:
        """Put all but bounds and choices on a block of weights; turnover is from `before`."""
        c = self.constraints
        if c.inequalities.count:
            model.require_at_most([(w, c.inequalities.matrix)], c.inequalities.right, *c.inequalities.names)
        model.require_equal([(w, c.equalities.matrix)], c.equalities.right, *c.equalities.names)
        if self.gross is not None:
            size = absolute(model, w, np.zeros(c.size))
            name = f"gross exposure at most {self.gross:g}"
            model.require_at_most([(size, np.ones(c.size))], self.gross, name)
        if self.turnover is not None:
            assert before is not None
            size = absolute(model, w, before)
            name = f"turnover at most {self.turnover.limit:g}"
            model.require_at_most([(size, np.ones(c.size))], self.turnover.limit, name)
        if self.tracking is not None and is_curved:
            root, unit = root_of(self.tracking.covariance), _unit(self.tracking.covariance)
            model.require_norm(
                [(w, root / unit)], root @ self.tracking.benchmark / unit, self.tracking.limit / unit,
                TRACKING,
            )  # fmt: skip

    def violation(self, weights: FloatArray) -> float:
        """The largest violation, in weights (the tracking error in its own unit); 0 where all hold."""
        parts = [self.constraints.violation(weights)]
        if self.gross is not None:
            parts.append(float(np.abs(weights).sum()) - self.gross)
        if self.turnover is not None:
            parts.append(float(np.abs(weights - self.turnover.current).sum()) - self.turnover.limit)
        if self.tracking is not None:
            parts.append(self._tracking_error(weights) - self.tracking.limit)
        for choice in self.choices:
            size = np.abs(weights - choice.center)
            is_off = size > HELD
            if choice.count is not None and int(is_off.sum()) > choice.count:
                parts.append(float(np.sort(size)[::-1][choice.count]))
            if is_off.any():
                parts.append(choice.least - float(size[is_off].min()))
        return max(0.0, *parts)

    def standings(self, weights: FloatArray) -> tuple[Standing, ...]:
        """Every named constraint, and the bounds of assets that bind."""
        c = self.constraints
        rows = [
            _standing(name, value, right, sign=sign, is_equal=is_equal)
            for part, is_equal in ((c.equalities, True), (c.inequalities, False))
            for name, value, right, sign in zip(
                part.names, (part.matrix @ weights).tolist(), part.right.tolist(), part.signs.tolist(),
                strict=True,
            )
        ]  # fmt: skip
        if self.gross is not None:
            rows.append(
                _standing(f"gross exposure at most {self.gross:g}", float(np.abs(weights).sum()), self.gross)
            )
        if self.turnover is not None:
            traded = float(np.abs(weights - self.turnover.current).sum())
            rows.append(_standing(f"turnover at most {self.turnover.limit:g}", traded, self.turnover.limit))
        if self.tracking is not None:
            error, limit = self._tracking_error(weights), self.tracking.limit
            unit = max(limit, 1e-300)
            slack = (limit - error) / unit
            rows.append(Standing(TRACKING, error, limit, limit - error, slack < _BINDS, True))
        if self.held is not None:
            count = int((np.abs(weights) > HELD).sum())
            rows.append(
                Standing("number of assets at most", count, self.held, self.held - count, count == self.held)
            )
        for at, weight in enumerate(weights.tolist()):
            low, high = float(c.lower[at]), float(c.upper[at])
            if weight - low < _BINDS:
                rows.append(Standing(f"{c.name(at)} at least {low:g}", weight, low, weight - low, True))
            if high - weight < _BINDS:
                rows.append(Standing(f"{c.name(at)} at most {high:g}", weight, high, high - weight, True))
        return tuple(rows)

    def within(self, lower: FloatArray, upper: FloatArray) -> "Limits":
        """The same without choices, and with other bounds; InputError where nothing is left."""
        return replace(
            self, constraints=replace(self.constraints, lower=lower, upper=upper), held=None, least=0.0,
            trades=None,
        )  # fmt: skip

    def _names(self) -> tuple[str, ...]:
        return tuple(map(self.constraints.name, range(self.size)))

    def _tracking_error(self, weights: FloatArray) -> float:
        assert self.tracking is not None
        apart = weights - self.tracking.benchmark
        return math.sqrt(max(float(apart @ self.tracking.covariance @ apart), 0.0))

    def _check_numbers(self) -> None:
        n = self.size
        if self.turnover is not None:
            vector("current", self.turnover.current, size=n)
        if self.tracking is not None:
            vector("benchmark", self.tracking.benchmark, size=n)
            checked("covariance of tracking", self.tracking.covariance, size=n)
        for name, value in (
            ("gross", self.gross),
            ("turnover", None if self.turnover is None else self.turnover.limit),
            ("tracking", None if self.tracking is None else self.tracking.limit),
            ("least", self.least),
        ):
            if value is not None and not (math.isfinite(value) and value >= 0.0):
                raise InputError(
                    f"{name} must be finite and at least zero, was {value}; leave it out for none"
                )
        if self.held is not None and self.held < 1:
            raise InputError(
                f"held must be at least 1, was {self.held}; leave it out for any number of assets"
            )

    def _check_tracking(self) -> None:
        """The least tracking error that the others allow is at most the limit."""
        assert self.tracking is not None
        model = self.model(is_curved=False)
        w, unit = slice(0, self.size), _unit(self.tracking.covariance) ** 2
        S = self.tracking.covariance / unit
        model.curve(w, S)
        model.cost(w, -(S @ self.tracking.benchmark))
        error = self._tracking_error(model.solve().x[w])
        if error > self.tracking.limit + 1e-9 * math.sqrt(unit):
            raise InputError(
                f"tracking error at most {self.tracking.limit:.6g} conflicts with the other constraints: the "
                f"least that they allow is {error:.6g} per period; raise it, or loosen them"
            )

    def _check_choice(self) -> None:
        """Some choice satisfies all that is linear."""
        c = self.constraints
        if not (np.isfinite(c.lower).all() and np.isfinite(c.upper).all()):
            raise InputError(
                "weights must be bounded where the number of assets or the least position is; give bounds"
            )
        try:
            self.model(is_curved=False, is_whole=True).solve()
        except InputError:
            told = [] if self.held is None else [f"at most {self.held} assets"]
            told += [f"positions of at least {self.least:g}"] if self.least > 0.0 else []
            if self.trades is not None:
                told += [f"trades of at least {self.trades.least:g}"] if self.trades.least > 0.0 else []
                told += [] if self.trades.count is None else [f"at most {self.trades.count} trades"]
            raise InputError(
                f"{' and '.join(told)} conflict with the other constraints, which can hold together without "
                f"them: {'; '.join((*c.equalities.names, *c.inequalities.names))}; allow more"
            ) from None

    def _choose(self, model: Model, w: slice, choice: Choice) -> None:
        """Whole numbers for above and below the center: weights within bounds times them, and far enough."""
        c, n, least = self.constraints, self.size, choice.least
        high, low = c.upper - choice.center, choice.center - c.lower
        above = model.add(n, lower=0.0, upper=np.where(high > 0.0, 1.0, 0.0), whole=True)
        below = model.add(n, lower=0.0, upper=np.where(low > 0.0, 1.0, 0.0), whole=True)
        up, down = np.diag(np.maximum(high, least)), np.diag(np.maximum(low, least))
        # Above: least <= w - center <= high. Below: -low <= w - center <= -least. Neither: w = center.
        model.require_at_most([(w, 1.0), (above, -up), (below, least)], choice.center)
        model.require_at_most([(w, -1.0), (below, -down), (above, least)], -choice.center)
        model.require_at_most([(above, 1.0), (below, 1.0)], 1.0)
        if choice.count is not None:
            row = np.ones(n)
            model.require_at_most([(above, row), (below, row)], float(choice.count))


def absolute(model: Model, block: slice, center: FloatArray | slice) -> slice:
    """Variables of at least |block - center|; the center is numbers, or another block."""
    size = model.add(block.stop - block.start, lower=0.0)
    if isinstance(center, slice):
        model.require_at_most([(block, 1.0), (center, -1.0), (size, -1.0)], 0.0)
        model.require_at_most([(block, -1.0), (center, 1.0), (size, -1.0)], 0.0)
        return size
    model.require_at_most([(block, 1.0), (size, -1.0)], center)
    model.require_at_most([(block, -1.0), (size, -1.0)], -center)
    return size


def root_of(covariance: FloatArray) -> FloatArray:
    """A matrix F with F'F the covariance, also where that is singular, shape (k, n)."""
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-15 * values[-1]
    result: FloatArray = np.sqrt(values[kept])[:, None] * vectors[:, kept].T
    return result


def _unit(covariance: FloatArray) -> float:
    return math.sqrt(float(np.diagonal(covariance).mean()))


def _standing(
    name: str, value: float, limit: float, *, sign: float = 1.0, is_equal: bool = False
) -> Standing:
    """Of value <= limit, or value == limit; a sign of -1 shows both with the other sign."""
    slack = limit - value
    return Standing(name, sign * value, sign * limit, slack, is_equal or slack < _BINDS)
