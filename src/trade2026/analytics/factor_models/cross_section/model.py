"""The model over its whole history: exposures, factor returns and specific returns."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.cross_section.exposures import (
    BoolArray,
    Exposures,
    ModelOptions,
    build_exposures,
    caps_of,
)
from trade2026.analytics.factor_models.cross_section.market import Market
from trade2026.analytics.factor_models.cross_section.regression import CrossSections, regress
from trade2026.primitives.errors import InputError

VARIANCE_PERIODS: Final = 60
"""Specific returns of an asset before its inverse variance is a weight, and their half-life."""
_FLOOR: Final = 0.1
"""Share of the period's median variance that no asset counts below: a residual may vanish by its leverage."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FactorModel:
    """A model of M periods, the last M of the market's.

    Attributes
    ----------
    market : Market
        What it was made from.
    options : ModelOptions
        By which choices.
    first : int
        The market's period that is the model's first.
    exposures : Exposures
        M + 1 rows: the last is of what comes next.
    weights : float64, shape (M + 1, N)
        Of the regressions, zero for assets that are left out; the last row is that of what comes next.
    sections : CrossSections
        M regressions.
    """

    market: Market
    options: ModelOptions
    first: int
    exposures: Exposures
    weights: FloatArray
    sections: CrossSections

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors."""
        return self.exposures.factors

    @property
    def returns(self) -> FloatArray:
        """The market's returns in the model's periods, shape (M, N)."""
        return np.asarray(self.market.returns[self.first :])

    @property
    def universe(self) -> BoolArray:
        """Which assets the model has, shape (M + 1, N)."""
        return self.exposures.universe


def fit_model(market: Market, options: ModelOptions) -> FactorModel:
    """Exposures, and a regression for each period.

    Weights by inverse variances come from a first pass with equal weights: the variance of an asset is the
    exponentially weighted mean of its squared specific returns before the period, half-life 60, no less than
    a tenth of the period's median. An asset with fewer than 60 of them counts with the median; the model
    begins when half of the assets have as many.

    Raises
    ------
    InputError
        As `build_exposures` and `regress`.
    """
    caps = caps_of(market, options)
    exposures = build_exposures(market, options, caps)
    equal = exposures.universe.astype(np.float64)
    if options.weighting == "sqrt_cap":
        return _fitted(market, options, exposures, np.sqrt(exposures.centre))
    if options.weighting == "equal":
        return _fitted(market, options, exposures, equal)
    plain = _fitted(market, options, exposures, equal)
    weights = inverse_variances(plain)
    late = np.flatnonzero(~weights.any(axis=1))
    start = int(late[-1]) + 1  # The first row has no return before it.
    if start >= weights.shape[0] - 1:
        raise InputError(
            f"the period must give more than {VARIANCE_PERIODS} specific returns of assets for weights by "
            f"their inverse variance, gave {weights.shape[0] - 1}; take a longer one, or equal weights"
        )
    return _fitted(market, options, _later(exposures, start), weights[start:])


def inverse_variances(model: FactorModel) -> FloatArray:
    """Inverse specific variances from the returns before each period, shape (M + 1, N).

    Zero for assets that are left out, and in rows where fewer than half of the others have 60 of them.
    """
    specific = model.sections.specific
    is_known = np.isfinite(specific)
    squares = np.where(is_known, specific, 0.0) ** 2
    decay = 0.5 ** (1.0 / VARIANCE_PERIODS)
    result = np.zeros((specific.shape[0] + 1, specific.shape[1]))
    total, mass, count = (np.zeros(specific.shape[1]) for _ in range(3))
    for row in range(1, result.shape[0]):
        total = decay * total + squares[row - 1]
        mass = decay * mass + is_known[row - 1]
        count += is_known[row - 1]
        inside = model.universe[row]
        ready = (count >= VARIANCE_PERIODS) & inside
        if 2 * int(ready.sum()) < int(inside.sum()):
            continue
        median = float(np.median(total[ready] / mass[ready]))
        if not median > 0.0:
            raise InputError(
                "specific returns must differ from zero for weights by inverse variance, did not before "
                f"{model.market.period_name(model.first + row)}; choose equal weights"
            )
        variance = np.full(inside.size, median)
        variance[ready] = np.maximum(total[ready] / mass[ready], _FLOOR * median)
        result[row, inside] = 1.0 / variance[inside]
    return result


def _later(exposures: Exposures, rows: int) -> Exposures:
    """The same without its first rows."""
    return Exposures(
        factors=exposures.factors,
        kinds=exposures.kinds,
        first=exposures.first + rows,
        values=exposures.values[rows:],
        universe=exposures.universe[rows:],
        centre=exposures.centre[rows:],
        restriction=exposures.restriction[rows:],
        filled=exposures.filled,
    )


def _fitted(market: Market, options: ModelOptions, exposures: Exposures, weights: FloatArray) -> FactorModel:
    first = exposures.first
    periods = market.returns.shape[0]
    scaled = weights / weights.max(axis=1, keepdims=True)
    sections = regress(
        market.returns[first:],
        exposures.values[:-1],
        scaled[:-1],
        exposures.restriction[:-1],
        exposures.factors,
        tuple(market.period_name(each) for each in range(first, periods)),
    )
    return FactorModel(
        market=market, options=options, first=first, exposures=exposures, weights=scaled, sections=sections
    )
