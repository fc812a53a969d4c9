"""What solvers and optimizers return."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.primitives.errors import InputError


class OutOfReach(InputError):
    """A target that no weights reach, for callers that have it in another unit.

    Attributes
    ----------
    best : float
        What can be reached, per period: the highest return, or where `is_risk`, the least risk.
    """

    def __init__(self, message: str, best: float, *, is_risk: bool) -> None:
        super().__init__(message)
        self.best, self.is_risk = best, is_risk


@dataclass(frozen=True, slots=True)
class Kkt:
    """How far a point is from the conditions of Karush, Kuhn and Tucker; zero at an exact optimum.

    Stationarity and complementarity are relative to the largest term of the gradient, so they do not depend
    on the unit of the covariance; feasibility is in weights.
    """

    stationarity: float
    """Largest component of the gradient that no multiplier of an allowed sign explains."""
    feasibility: float
    """Largest violation of a bound, of the budget or of a linear constraint."""
    complementarity: float
    """Largest product of a multiplier and the slack of its constraint."""

    @property
    def worst(self) -> float:
        """The largest of the three."""
        return max(self.stationarity, self.feasibility, self.complementarity)


@dataclass(frozen=True, slots=True)
class Solution:
    """The minimum of a quadratic program."""

    weights: FloatArray
    """Shape (n,)."""
    objective: float
    """1/2 w'Qw - c'w, without any regularization."""
    kkt: Kkt
    """Residuals of the problem as it was given, without any regularization."""
    iterations: int
    """Factorizations of a matrix."""
    status: npt.NDArray[np.int8]
    """Shape (n,): -1 at the lower bound, +1 at the upper bound, 0 between; a warm start for a problem
    nearby."""
    active: tuple[str, ...]
    """Names of the linear constraints, other than bounds, that hold as equalities."""
    method: str
    """"pivoting", "active set" or "interior point"."""
    regularization: float
    """Share of each variance that steps were damped with as the matrix is singular; 0 where it is not."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Weights, and what is known about them."""

    weights: FloatArray
    """Shape (n,): shares of capital, in the order of the inputs; below zero is short."""
    measures: Mapping[str, float]
    """By name: what the method optimized, and what it had to compute on the way, per period of the inputs."""
    violation: float
    """Largest violation of a constraint, in weights; 0 where none was given or none is violated."""
    notes: tuple[str, ...] = ()
    """What was decided for the caller: regularization, views that repeat one another, constraints that do
    not apply; and by how much a search that ended early may have missed the best."""
    solution: Solution | None = None
    """Of the quadratic program behind the weights, where there is one."""
    multipliers: Mapping[str, float] = field(default_factory=dict)
    """Of named constraints: by how much the objective falls when the limit is one larger; where known."""
    solved: tuple[str, ...] = ()
    """How the weights were found: steps, method, and what was proven."""

    def told(self, text: str, *, is_proven: bool) -> "Portfolio":
        """The same, and how the weights were found: a note where something is left in doubt."""
        if is_proven:
            return replace(self, solved=(*self.solved, text))
        return replace(self, notes=(*self.notes, text))
