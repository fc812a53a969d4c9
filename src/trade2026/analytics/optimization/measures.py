"""Measures of risk of a portfolio's returns in a program: linear, the length of a vector, or smooth.

Every measure doubles when weights double. Each is written as it is defined in `risk_measures`:

- linear, over variables of its own: mean absolute deviation (Konno and Yamazaki 1991), CVaR (Rockafellar and
  Uryasev 2000), worst realization (Young 1998), mean and largest drawdown and conditional drawdown at risk of
  the running sum of returns (Chekhlov, Uryasev and Zabarankin 2005). The drawdown of a period is at least
  the one before less the return, and at least zero.
- lengths of a vector: volatility, semi-deviation, ulcer index.
- smooth: entropic value at risk (Ahmadi-Javid 2012), which `smooth` minimizes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import matrix
from trade2026.analytics.optimization.limits import root_of
from trade2026.analytics.optimization.model import Model, Term
from trade2026.analytics.optimization.names import Measure
from trade2026.analytics.risk_measures import dispersion, drawdowns
from trade2026.analytics.risk_measures.entropic import entropic_value_at_risk
from trade2026.analytics.risk_measures.tail import expected_shortfall, tail_size
from trade2026.primitives.errors import InputError

IS_LENGTH: Final = frozenset({Measure.VOLATILITY, Measure.SEMI_DEVIATION, Measure.ULCER_INDEX})
"""Measures that are the length of a vector."""


@dataclass(frozen=True, slots=True)
class Scenarios:
    """What a measure is computed on.

    Attributes
    ----------
    returns : float64, shape (T, n)
        Simple returns of each asset, oldest first; each period has the same probability.
    covariance : float64, shape (n, n)
        Per period, for volatility alone.
    tail : float
        Share of the worst periods, for CVaR, EVaR and CDaR.
    """

    returns: FloatArray
    covariance: FloatArray
    tail: float = 0.05

    def __post_init__(self) -> None:
        matrix("returns", self.returns)
        checked("covariance", self.covariance, size=self.returns.shape[1])
        if not 0.0 < self.tail < 1.0:
            raise InputError(f"tail must be between 0 and 1, was {self.tail}; 0.05 is CVaR at 95 percent")

    @property
    def unit(self) -> float:
        """The size of a return, by which programs are scaled."""
        return float(np.abs(self.returns).mean()) or 1.0


def value_of(measure: Measure, weights: FloatArray, on: Scenarios) -> float:
    """The measure of constant weights, per period."""
    if measure is Measure.VOLATILITY:
        return math.sqrt(max(float(weights @ on.covariance @ weights), 0.0))
    return value_in(measure, on.returns @ weights, on.tail)


def value_in(measure: Measure, earned: FloatArray, tail: float) -> float:
    """A measure, other than the volatility, of a portfolio's returns, shape (T,), per period."""
    plain: dict[Measure, Callable[[FloatArray], float]] = {
        Measure.SEMI_DEVIATION: dispersion.semi_deviation,
        Measure.MEAN_ABSOLUTE_DEVIATION: dispersion.mean_absolute_deviation,
        Measure.WORST_REALIZATION: lambda each: -float(each.min()),
        Measure.AVERAGE_DRAWDOWN: drawdowns.average_drawdown,
        Measure.MAXIMUM_DRAWDOWN: drawdowns.maximum_drawdown,
        Measure.ULCER_INDEX: drawdowns.ulcer_index,
        Measure.CVAR: lambda each: expected_shortfall(each, tail=tail),
        Measure.EVAR: lambda each: entropic_value_at_risk(each, tail=tail),
        Measure.CDAR: lambda each: drawdowns.conditional_drawdown_at_risk(each, tail=tail),
    }
    return plain[measure](earned)


@dataclass(frozen=True, slots=True)
class Written:
    """A measure in a program, in units of a return: a row of variables, or the length of a vector of them."""

    row: Term | None
    vector: Term | None
    curve: Term | None
    """The square of the length, as a matrix; lighter than from the vector."""


def write(measure: Measure, model: Model, w: slice, on: Scenarios) -> Written:
    """Add the measure of weights to a program."""
    if measure is Measure.VOLATILITY:
        square = on.covariance / on.unit**2
        return Written(None, (w, root_of(square)), (w, square))
    periods = on.returns.shape[0]
    R = on.returns / on.unit
    if measure in (Measure.SEMI_DEVIATION, Measure.MEAN_ABSOLUTE_DEVIATION):
        short = model.add(periods, lower=0.0)  # At least mean less return.
        model.require_at_most([(w, R.mean(axis=0) - R), (short, -1.0)], 0.0)
        if measure is Measure.MEAN_ABSOLUTE_DEVIATION:
            return Written((short, np.full(periods, 2.0 / periods)), None, None)
        return _length(short, periods)
    if measure is Measure.CVAR:
        quantile, over = model.add(1), model.add(periods, lower=0.0)
        model.require_at_most([(w, -R), (quantile, np.full((periods, 1), -1.0)), (over, -1.0)], 0.0)
        return _tail_mean(model, quantile, over, periods, on.tail)
    if measure is Measure.WORST_REALIZATION:
        worst = model.add(1)
        model.require_at_most([(w, -R), (worst, np.full((periods, 1), -1.0))], 0.0)
        return Written((worst, np.ones(1)), None, None)
    assert measure is not Measure.EVAR, "EVaR is smooth, and not written into a program"
    below = model.add(periods, lower=0.0)
    before = sp.eye_array(periods, k=-1, format="csr") - sp.eye_array(periods, format="csr")
    model.require_at_most([(w, -R), (below, before)], 0.0)
    return _of_drawdowns(measure, model, below, periods, on.tail)


def _of_drawdowns(measure: Measure, model: Model, below: slice, periods: int, tail: float) -> Written:
    if measure is Measure.AVERAGE_DRAWDOWN:
        return Written((below, np.full(periods, 1.0 / periods)), None, None)
    if measure is Measure.ULCER_INDEX:
        return _length(below, periods)
    if measure is Measure.MAXIMUM_DRAWDOWN:
        most = model.add(1)
        model.require_at_most([(below, 1.0), (most, np.full((periods, 1), -1.0))], 0.0)
        return Written((most, np.ones(1)), None, None)
    quantile, over = model.add(1), model.add(periods, lower=0.0)
    model.require_at_most([(below, 1.0), (quantile, np.full((periods, 1), -1.0)), (over, -1.0)], 0.0)
    return _tail_mean(model, quantile, over, periods, tail)


def _tail_mean(model: Model, quantile: slice, over: slice, periods: int, tail: float) -> Written:
    """Of two blocks that stand beside one another, as one row."""
    assert quantile.stop == over.start
    size, _ = tail_size(periods, tail)
    row = np.concatenate([[1.0], np.full(periods, 1.0 / size)])
    return Written((slice(quantile.start, over.stop), row), None, None)


def _length(block: slice, periods: int) -> Written:
    root: Any = sp.eye_array(periods, format="csr") / math.sqrt(periods)
    return Written(None, (block, root), (block, sp.eye_array(periods, format="csr") / periods))
