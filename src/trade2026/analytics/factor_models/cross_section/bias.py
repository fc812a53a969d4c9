"""Forecasts of risk held against what happened: rolling, out of sample, with the bias statistic.

A forecast made before a period says a volatility; the return divided by it should have a standard deviation
of one. Above one risk was forecast too low, below one too high. With T normal returns the statistic lies in
1 -+ sqrt(2 / T) in 95 % of windows. Connor (2000); Menchero, Orr and Wang (2011), appendix A.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.cross_section.factor_covariance import (
    CovarianceOptions,
    factor_covariance,
)
from trade2026.analytics.factor_models.cross_section.model import FactorModel
from trade2026.analytics.factor_models.cross_section.specific_risk import (
    SpecificOptions,
    SpecificRisk,
    specific_risk,
)
from trade2026.primitives.errors import InputError

_BAND: Final = 2.0
_WINDOWED: Final = 1 << 20
"""Elements of windows, which overlap, that are copied at once: 8 MB, and faster than all of them."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Forecasts:
    """Forecasts for the model's periods `first` and later, each made from what was known before.

    Attributes
    ----------
    first : int
        The model's first period with a forecast.
    factor_volatility : float64, shape (B, K)
        Of factor returns, per period.
    volatility : float64, shape (B, P)
        Of portfolios, per period.
    realized : float64, shape (B, P)
        Returns of the portfolios, of the assets that the model has in the period.
    """

    first: int
    factor_volatility: FloatArray
    volatility: FloatArray
    realized: FloatArray


def forecast_risk(
    model: FactorModel,
    portfolios: FloatArray,
    *,
    covariance: CovarianceOptions,
    specific: SpecificOptions,
    warm_up: int,
    every: int,
    rng: np.random.Generator,
    tell: Callable[[float], None] = lambda _: None,
) -> Forecasts:
    """Forecast every period from the past alone.

    Covariances and specific risks are made anew every so many periods, from all returns of the model until
    then, and kept between; exposures are always those of the beginning of the period.

    Parameters
    ----------
    model : FactorModel
        Of M periods.
    portfolios : float64, shape (P, N)
        Weights, kept constant.
    warm_up : int
        Periods before the first forecast.
    every : int
        Periods that a forecast is kept, at least 1.
    rng : Generator
        For the eigenfactor adjustment.
    tell : callable
        Told the share that is done.

    Raises
    ------
    InputError
        No period behind the warm-up; as `factor_covariance` and `specific_risk`.
    """
    periods = model.sections.returns.shape[0]
    if warm_up >= periods - 1:
        raise InputError(
            f"the period must give more than {warm_up + 1} factor returns for forecasts out of sample, gave "
            f"{periods}; take a longer one, or a shorter warm-up"
        )
    factors, volatilities = [], []
    for start in range(warm_up, periods, every):
        end = min(start + every, periods)
        tell((start - warm_up) / (periods - warm_up))
        forecast = factor_covariance(model.sections.returns[:start], covariance, rng).matrix
        risk = specific_at(model, start, specific)
        for row in range(start, end):
            volatilities.append(_volatility(model, row, portfolios, forecast, risk))
            factors.append(np.sqrt(np.diag(forecast)))
    inside = model.universe[warm_up:-1]
    realized = np.where(inside, model.returns[warm_up:], 0.0) @ portfolios.T
    return Forecasts(
        first=warm_up,
        factor_volatility=np.array(factors),
        volatility=np.array(volatilities),
        realized=realized,
    )


def specific_at(model: FactorModel, row: int, options: SpecificOptions) -> SpecificRisk:
    """Specific risk of a period of the model, from specific returns before it; row M is what comes next."""
    centre = model.exposures.centre[row]
    has_caps = model.market.facts is not None and "market_cap" in model.market.facts.fields
    return specific_risk(
        model.sections.specific[:row],
        model.exposures.values[row],
        model.universe[row],
        centre,
        centre if has_caps else None,
        options,
    )


def bias_statistics(realized: FloatArray, volatility: FloatArray, window: int) -> FloatArray:
    """Standard deviation (ddof 1) of returns over forecasts in each window, shape (B - window + 1, P).

    Parameters
    ----------
    realized, volatility : float64, shape (B, P)
        Returns and what was forecast of them.
    window : int
        Periods, from 2 to B.

    Raises
    ------
    InputError
        A window out of range, or a forecast that is not above zero.
    """
    if not 2 <= window <= realized.shape[0]:
        raise InputError(
            f"window must be from 2 to the {realized.shape[0]} periods with a forecast, was {window}; take a "
            "longer period"
        )
    if not (volatility > 0.0).all():
        raise InputError("volatility must be above zero, a forecast was not; leave that portfolio out")
    scores = realized / volatility
    windows = np.lib.stride_tricks.sliding_window_view(scores, window, axis=0)
    rows = max(1, _WINDOWED // (window * scores.shape[1]))
    return np.concatenate(
        [windows[at : at + rows].std(axis=2, ddof=1) for at in range(0, windows.shape[0], rows)]
    )


def bias_band(window: int) -> tuple[float, float]:
    """Within which 95 % of the statistics of right forecasts lie, for normal returns."""
    half = float(np.sqrt(_BAND / window))
    return 1.0 - half, 1.0 + half


def random_portfolios(n_assets: int, count: int, rng: np.random.Generator) -> FloatArray:
    """Long-only weights spread evenly over all there are (Dirichlet of ones), shape (count, N)."""
    return np.asarray(rng.dirichlet(np.ones(n_assets), size=count))


def _volatility(
    model: FactorModel, row: int, portfolios: FloatArray, covariance: FloatArray, risk: SpecificRisk
) -> FloatArray:
    """Volatilities of portfolios at a row; assets that have come since the forecast get its median."""
    inside = model.universe[row]
    known = np.isfinite(risk.volatility)
    volatility = np.where(known, risk.volatility, float(np.median(risk.volatility[known])))
    weights = np.where(inside, portfolios, 0.0)
    loads = weights @ model.exposures.values[row]
    variance = np.einsum("pk,kl,pl->p", loads, covariance, loads) + weights**2 @ volatility**2
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))
