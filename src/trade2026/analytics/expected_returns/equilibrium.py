"""Expected returns that a market implies: by betas, or by the weights at which nobody wants to trade."""

import math

import numpy as np

from trade2026.analytics.arrays import FloatArray, check_series, is_constant
from trade2026.analytics.expected_returns.estimate import MeanEstimate
from trade2026.analytics.matrices import check_above, check_covariance, check_panel, check_weights
from trade2026.primitives.errors import InputError


def capm(
    returns: FloatArray,
    market: FloatArray,
    *,
    risk_free_rate: float = 0.0,
    market_mean: float | None = None,
) -> MeanEstimate:
    """Risk-free rate plus beta times the market's premium. Sharpe (1964), J. Finance 19, 425-442.

    f + beta (E[market] - f); beta is the slope of the asset's returns on the market's by least squares.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions.
    market : float64, shape (n,)
        Those of the market in the same periods.
    risk_free_rate : float
        Per period, a fraction; not per year.
    market_mean : float, optional
        Expected return of the market per period; the mean of the sample unless given.

    Returns
    -------
    MeanEstimate
        `premium` of the market, and each asset's beta as `beta_0`, `beta_1`, in the order of the columns.

    Raises
    ------
    InputError
        Fewer than two rows; a value that is not finite; a market that never changes.
    """
    check_panel("returns", returns)
    beta = betas(returns, market)
    for name, value in (("risk_free_rate", risk_free_rate), ("market_mean", market_mean)):
        if value is not None and not math.isfinite(value):
            raise InputError(f"{name} must be finite, was {value}; give a fraction per period")
    premium = (float(market.mean()) if market_mean is None else market_mean) - risk_free_rate
    mean: FloatArray = risk_free_rate + beta * premium
    parameters = {"premium": premium, "risk_free_rate": risk_free_rate}
    parameters |= {f"beta_{index}": float(value) for index, value in enumerate(beta)}
    return MeanEstimate(mean=mean, method="CAPM", parameters=parameters)


def betas(returns: FloatArray, market: FloatArray) -> FloatArray:
    """Slope of each asset's returns on the market's, shape (n_assets,); inputs and errors as in `capm`."""
    check_panel("returns", returns)
    check_series("market", market, size=returns.shape[0])
    if is_constant(market):
        raise InputError(f"market must vary, was {market[0]} throughout; give the returns of an index")
    centred = market - market.mean()
    result: FloatArray = centred @ (returns - returns.mean(axis=0)) / float(centred @ centred)
    return result


def equilibrium(covariance: FloatArray, weights: FloatArray, *, risk_aversion: float) -> MeanEstimate:
    """Excess returns at which given weights are the best: risk aversion x covariance x weights.

    Reverse optimization; the prior of Black and Litterman (1992), Financial Analysts J. 48, 28-43.

    Parameters
    ----------
    covariance : float64, shape (n_assets, n_assets)
        Per period.
    weights : float64, shape (n_assets,)
        Of the market; they usually sum to one.
    risk_aversion : float
        Price of variance, above zero; see `implied_risk_aversion`. The same whatever the period, as long as
        mean and variance are of the same.

    Returns
    -------
    MeanEstimate
        Returns above the risk-free rate, per period of the covariance.

    Raises
    ------
    InputError
        A matrix that is not symmetric or has a variance that is not positive; weights of another number of
        assets; a risk aversion that is not above zero.
    """
    check_covariance("covariance", covariance)
    check_weights("weights", weights, covariance.shape[0])
    check_above("risk_aversion", risk_aversion, 0.0, "2.5 is usual")
    mean: FloatArray = risk_aversion * (covariance @ weights)
    return MeanEstimate(
        mean=mean,
        method="equilibrium, excess returns",
        parameters={"risk_aversion": risk_aversion},
        notes=("above the risk-free rate",),
    )


def implied_risk_aversion(market: FloatArray, *, risk_free_rate: float = 0.0) -> float:
    """Mean excess return of the market over its variance (ddof 1), both per period.

    Negative in a sample in which the market lost. `market` and the rate as in `capm`.

    Raises
    ------
    InputError
        Fewer than two returns; one that is not finite; a market that never changes.
    """
    check_series("market", market)
    if market.size < 2 or is_constant(market):
        raise InputError(f"market must be two returns or more that vary, had {market.size}; give an index")
    return float((market.mean() - risk_free_rate) / market.var(ddof=1))


def market_returns(returns: FloatArray, weights: FloatArray) -> FloatArray:
    """Returns of a market made of the assets themselves at fixed weights, shape (n,)."""
    check_panel("returns", returns, rows_min=1)
    check_weights("weights", weights, returns.shape[1])
    result: FloatArray = np.asarray(returns @ weights)
    return result
