"""Premia of factors by two passes: betas from time series, then returns on betas in every period.

Fama and MacBeth (1973), J. Political Economy 81, 607-636. The premia of a period are the regression of its
returns across assets on the betas; the estimate is their mean over periods. Three errors are given: Fama and
MacBeth's, from the spread of the premia over time; the same by Newey and West (1987), which allows for
dependence; and Shanken's (1992), Review of Financial Studies 5, 1-33, which knows that betas are estimates:
with A = (X'X)^-1 X', Var = ((1 + c) A S A' + F) / T, c = l' F^-1 l, S the covariance of the first pass's
residuals and F that of the factors (bordered by zeros for the constant). Betas are of the whole period.

`rolling_premia` has betas of a window before each period, as Fama and MacBeth had: what a premium uses was
known before. Shanken's errors are for constant betas, and are not given there.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import f

from trade2026.analytics.arrays import FloatArray, Statistic, Undefined, is_constant
from trade2026.analytics.factor_models.time_series.inputs import check_distinct, checked_lags
from trade2026.analytics.factor_models.time_series.least_squares import Betas, least_squares
from trade2026.analytics.factor_models.time_series.rolling import rolling_betas
from trade2026.analytics.newey_west import mean_errors
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Premia:
    """Premia per period, as fractions; the first is the constant where there is one.

    Attributes
    ----------
    premia : float64, shape (P,)
        Means over the periods.
    errors, newey_west_errors, shanken_errors : float64, shape (P,)
        Standard errors; see the module.
    by_period : float64, shape (T, P)
        Premia of each period.
    first_pass : Betas
        Betas of the assets.
    pricing_errors : float64, shape (N,)
        Mean return less what betas and premia give.
    r_squared : float
        Share of the variance of mean returns across assets that betas explain; below zero without a constant
        where betas do worse than the mean.
    chi_squared, p_value : float or Undefined
        Of all pricing errors being zero, by Shanken's errors, and how often chance alone gives more: by the F
        distribution of Hotelling's T squared (Shanken 1985, J. Financial Economics 14, 327-348), as the
        covariance is an estimate too. The chi-squared one refuses right models far too often.
        Undefined where N - P is more than T - K - 1: residuals of so few periods span fewer directions.
    degrees : int
        Of that, N - P.
    lags : int
        Of Newey and West.
    """

    premia: FloatArray
    errors: FloatArray
    newey_west_errors: FloatArray
    shanken_errors: FloatArray
    by_period: FloatArray
    first_pass: Betas
    pricing_errors: FloatArray
    r_squared: float
    chi_squared: Statistic
    degrees: int
    p_value: Statistic
    lags: int


def fama_macbeth(
    returns: FloatArray, factors: FloatArray, *, constant: bool = True, lags: int | None = None
) -> Premia:
    """Premia of the factors; see the module.

    Parameters
    ----------
    returns : float64, shape (T, N)
        Excess returns of the assets per period, as fractions.
    factors : float64, shape (T, K)
        Returns of the factors.
    constant : bool
        Whether the second pass has a constant, the return of an asset without betas.
    lags : int, optional
        Of Newey and West; by default floor(4 (T / 100)^(2/9)).

    Raises
    ------
    InputError
        As `least_squares`; no more assets than premia; betas of one factor follow from those of others.
    """
    first = least_squares(returns, factors, errors="classic")
    periods, count = factors.shape
    used = checked_lags(lags, periods)
    X = np.column_stack([np.ones(returns.shape[1]), first.betas]) if constant else first.betas
    assets, width = X.shape
    if assets <= width:
        raise InputError(
            f"assets must be more than {width}, the premia to find, were {assets}; take more assets or "
            "fewer factors"
        )
    _check_betas(first.betas, X)
    A = np.linalg.solve(X.T @ X, X.T)
    by_period: FloatArray = returns @ A.T
    premia = by_period.mean(axis=0)
    F = np.zeros((width, width))
    F[width - count :, width - count :] = np.cov(factors.T, ddof=1).reshape(count, count)
    S = first.residuals.T @ first.residuals / (periods - count - 1)
    slopes = premia[width - count :]
    excess = 1.0 + float(slopes @ np.linalg.solve(F[width - count :, width - count :], slopes))
    shanken = (excess * A @ S @ A.T + F) / periods
    errors = returns.mean(axis=0) - X @ premia
    chi, p_value = _pricing_test(errors, X @ A, excess * S / periods, assets - width, periods - count - 1)
    across = ((returns.mean(axis=0) - returns.mean()) ** 2).sum()
    return Premia(
        premia=premia,
        errors=by_period.std(axis=0, ddof=1) / periods**0.5,
        newey_west_errors=mean_errors(by_period, lags=used),
        shanken_errors=np.sqrt(np.diag(shanken)),
        by_period=by_period,
        first_pass=first,
        pricing_errors=errors,
        r_squared=1.0 - float(errors @ errors / across),
        chi_squared=chi,
        degrees=assets - width,
        p_value=p_value,
        lags=used,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RollingPremia:
    """Premia per period, as fractions, by betas known before; the first is the constant where there is one.

    Attributes
    ----------
    premia, errors, newey_west_errors : float64, shape (P,)
        Means over the periods after the first window, and their errors as in `Premia`.
    by_period : float64, shape (T - window, P)
        Premia of each of those periods.
    predicted, mean_returns : float64, shape (N,)
        Means over those periods of what each period's betas and premia give, and of the returns.
    r_squared : float
        Mean over periods of the share of the variance across assets that betas explain.
    lags : int
        Of Newey and West.
    """

    premia: FloatArray
    errors: FloatArray
    newey_west_errors: FloatArray
    by_period: FloatArray
    predicted: FloatArray
    mean_returns: FloatArray
    r_squared: float
    lags: int


def rolling_premia(
    returns: FloatArray, factors: FloatArray, window: int, *, constant: bool = True, lags: int | None = None
) -> RollingPremia:
    """Premia of the factors by betas of the periods before; see the module.

    Parameters
    ----------
    returns, factors : float64, shapes (T, N) and (T, K)
        As in `fama_macbeth`.
    window : int
        Periods that betas are of, at least K + 3; two periods must be left after the first.
    constant, lags
        As in `fama_macbeth`, of the periods after the first window.

    Raises
    ------
    InputError
        As `fama_macbeth`; a window out of range; a period in which all assets return the same.
    """
    rolled = rolling_betas(returns, factors, window)[:-1, :, 1:]  # After the last window comes no period.
    periods = rolled.shape[0]
    if periods < 2:
        raise InputError(
            f"window must leave two periods, was {window} of {returns.shape[0]}; take a shorter one"
        )
    used = checked_lags(lags, periods)
    later = returns[window:]
    rows, shares, predicted = [], [], np.empty_like(later)
    for at, betas in enumerate(rolled):
        X = np.column_stack([np.ones(betas.shape[0]), betas]) if constant else betas
        if X.shape[0] <= X.shape[1]:
            raise InputError(
                f"assets must be more than {X.shape[1]}, the premia to find, were {X.shape[0]}; take more "
                "assets or fewer factors"
            )
        _check_betas(betas, X)
        rows.append(np.linalg.lstsq(X, later[at], rcond=None)[0])
        predicted[at] = X @ rows[-1]
        if is_constant(later[at]):
            raise InputError(
                f"returns must differ across assets, were all {later[at, 0]} in row {window + at}"
            )
        across = float(((later[at] - later[at].mean()) ** 2).sum())
        shares.append(1.0 - float(((later[at] - predicted[at]) ** 2).sum()) / across)
    by_period: FloatArray = np.array(rows)
    return RollingPremia(
        premia=by_period.mean(axis=0),
        errors=by_period.std(axis=0, ddof=1) / periods**0.5,
        newey_west_errors=mean_errors(by_period, lags=used),
        by_period=by_period,
        predicted=predicted.mean(axis=0),
        mean_returns=later.mean(axis=0),
        r_squared=float(np.mean(shares)),
        lags=used,
    )


def _pricing_test(
    errors: FloatArray, fitted: FloatArray, covariance: FloatArray, degrees: int, rank: int
) -> tuple[Statistic, Statistic]:
    """Squared pricing errors by the inverse of their covariance in the directions left free, and their p."""
    if degrees > rank:
        few = Undefined(
            f"{degrees} pricing errors are free, and residuals of the periods tell {rank} directions apart"
        )
        return few, few
    M = np.eye(errors.size) - fitted
    chi = float(errors @ np.linalg.pinv(M @ covariance @ M, rcond=1e-10, hermitian=True) @ errors)
    left = rank - degrees + 1
    return chi, float(f.sf(chi * left / (rank * degrees), degrees, left))


def _check_betas(betas: FloatArray, X: FloatArray) -> None:
    if X.shape[1] > betas.shape[1]:
        try:
            check_distinct(betas)
        except InputError:
            raise InputError(
                "betas must differ across assets and from one another, did not; the premia cannot be told "
                "apart: leave out a factor, or the constant"
            ) from None
    elif np.linalg.matrix_rank(betas) < betas.shape[1]:
        raise InputError("betas of the factors must differ, one follows from the others; leave a factor out")
