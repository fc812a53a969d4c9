"""What statsmodels, linearmodels and scikit-learn say of the same samples: kept values, with versions.

`tools/factor_golden.py` wrote them. Numbers of the same formula agree to rounding; where a library's error is
by another formula, how far apart they may be is stated.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.analytics.factor_models.samples import joined
from tools.factor_golden import LAGS, RATIO, SPEEDS, WINDOW
from trade2026.analytics.factor_models.statistical.components import (
    asymptotic_components,
    principal_components,
)
from trade2026.analytics.factor_models.time_series.fama_macbeth import fama_macbeth
from trade2026.analytics.factor_models.time_series.kalman import wandering_betas
from trade2026.analytics.factor_models.time_series.least_squares import Errors, least_squares
from trade2026.analytics.factor_models.time_series.robust import huber
from trade2026.analytics.factor_models.time_series.rolling import rolling_betas

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "factors"


@cache
def kept(name: str) -> dict[str, Any]:
    shares, funds = joined()
    found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    np.testing.assert_allclose(found["sums"], [shares.sum(), funds.sum()], rtol=1e-12)
    return found


@pytest.mark.parametrize("errors", ["classic", "white", "newey_west"])
def test_least_squares_is_that_of_statsmodels(errors: Errors) -> None:
    shares, funds = joined()
    theirs = kept("statsmodels")["ols"]
    ours = least_squares(shares[:, : len(theirs)].copy(), funds, errors=errors, lags=LAGS)
    for at, each in enumerate(theirs):
        parameters = np.append(ours.alpha[at], ours.betas[at])
        np.testing.assert_allclose(parameters, each["parameters"], rtol=1e-9, atol=1e-13)
        np.testing.assert_allclose(ours.errors[at], each[errors], rtol=1e-9)
        assert ours.r_squared[at] == pytest.approx(each["r_squared"], rel=1e-10)
        assert ours.specific[at] == pytest.approx(each["specific"], rel=1e-10)
    if errors == "newey_west":
        np.testing.assert_allclose(ours.t_values, [each["t_newey_west"] for each in theirs], rtol=1e-8)


def test_newey_and_west_are_those_that_stata_prints() -> None:
    """`newey ..., lag(4)` and `ivreg2 ..., robust bw(5)` of US quarters; rates are per year, in percent.

    Newey and West (1987) divide nothing by degrees of freedom, and neither do `ivreg2` and we; `newey` and
    `small` multiply variances by n / (n - k).
    """
    told: dict[str, Any] = json.loads((GOLDEN / "stata.json").read_text())
    factors = np.column_stack([told["output"], told["rate"]])
    found = least_squares(np.array(told["invested"])[:, None], factors, errors="newey_west", lags=4)
    parameters, errors = np.append(found.betas[0], found.alpha[0]), np.roll(found.errors[0], -1)
    periods = len(factors)
    small = np.sqrt(periods / (periods - 3.0))
    for name, factor in (("ivreg2_bw_5", 1.0), ("ivreg2_bw_5_small", small), ("newey_lag_4", small)):
        printed = np.array(told[name])
        np.testing.assert_allclose(parameters, printed[:, 0], rtol=1e-10)
        np.testing.assert_allclose(factor * errors, printed[:, 1], rtol=1e-9)


def test_huber_is_that_of_statsmodels() -> None:
    shares, funds = joined()
    theirs = kept("statsmodels")["huber"]
    ours = huber(shares[:, : len(theirs)].copy(), funds)
    for at, each in enumerate(theirs):
        found = np.append(ours.alpha[at], ours.betas[at])
        np.testing.assert_allclose(found, each["parameters"], rtol=1e-7, atol=1e-10)
        np.testing.assert_allclose(ours.errors[at], each["errors"], rtol=1e-7)


def test_rolling_betas_are_those_of_statsmodels() -> None:
    shares, funds = joined()
    ours = rolling_betas(shares[:, :1].copy(), funds, WINDOW)
    np.testing.assert_allclose(ours[::40, 0], kept("statsmodels")["rolling"], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("name", "speeds"), [("walk", None), ("walk_at_speeds", np.array(SPEEDS))])
def test_wandering_betas_are_those_of_statsmodels(name: str, speeds: np.ndarray | None) -> None:
    shares, funds = joined()
    theirs = kept("statsmodels")[name]
    ours = wandering_betas(shares[:, :1].copy(), funds[:, :2].copy(), ratio=RATIO, speeds=speeds)
    assert ours.noise[0] == pytest.approx(theirs["noise"], rel=1e-8)
    assert ours.log_likelihood[0] == pytest.approx(theirs["log_likelihood"], rel=1e-9)
    np.testing.assert_allclose(ours.parameters[50::50, 0], theirs["states"][1:], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.errors[50::50, 0] ** 2, theirs["variances"][1:], rtol=1e-6)


def test_premia_of_given_betas_are_those_of_linearmodels() -> None:
    shares, funds = joined()
    theirs = kept("linearmodels")["fama_macbeth"]
    ours = fama_macbeth(shares, funds, lags=LAGS)
    np.testing.assert_allclose(ours.premia, theirs["premia"], rtol=1e-8)
    np.testing.assert_allclose(ours.newey_west_errors, theirs["newey_west"], rtol=1e-8)
    # Theirs divides by the periods, ours by one less.
    ratio = (shares.shape[0] / (shares.shape[0] - 1)) ** 0.5
    np.testing.assert_allclose(ours.errors, np.array(theirs["errors"]) * ratio, rtol=1e-8)


def test_premia_and_their_errors_are_near_the_moments_of_linearmodels() -> None:
    """Theirs are by the moments of both passes with any variance, Shanken's with equal variances."""
    shares, funds = joined()
    theirs = kept("linearmodels")["linear_factor_model"]
    ours = fama_macbeth(shares, funds[:, :3].copy(), constant=False)
    np.testing.assert_allclose(ours.premia, theirs["premia"], rtol=1e-8)
    np.testing.assert_allclose(ours.first_pass.betas, theirs["betas"], rtol=1e-8)
    np.testing.assert_allclose(ours.shanken_errors, theirs["errors"], rtol=0.1)
    full = fama_macbeth(shares, funds[:, :3].copy())
    np.testing.assert_allclose(full.premia, theirs["with_constant"], rtol=1e-8)
    np.testing.assert_allclose(full.shanken_errors, theirs["with_constant_errors"], rtol=0.1)


@pytest.mark.parametrize("kind", ["covariance", "correlation"])
def test_components_are_those_of_scikit_learn(kind: str) -> None:
    shares, _ = joined()
    theirs = kept("scikit-learn")[kind]
    ours = principal_components(shares, 4, correlation=kind == "correlation")
    np.testing.assert_allclose(ours.eigenvalues[:4], theirs["variances"], rtol=1e-10)
    np.testing.assert_allclose(ours.shares[:4], theirs["shares"], rtol=1e-10)
    volatility = shares.std(axis=0, ddof=1) if kind == "correlation" else 1.0
    units = (ours.loadings.T / volatility) / np.sqrt(ours.eigenvalues[:4])[:, None]
    signs = np.sign((units * theirs["components"]).sum(axis=1))
    np.testing.assert_allclose(units * signs[:, None], theirs["components"], rtol=1e-7, atol=1e-10)


def test_one_asymptotic_step_is_the_components_of_the_covariance() -> None:
    """The cross products of periods and those of assets have the same factors."""
    shares, _ = joined()
    one, other = (
        asymptotic_components(shares, 3, reweighted=False),
        principal_components(shares, 3, correlation=False),
    )
    np.testing.assert_allclose(one.factors, other.factors, atol=1e-9)
    np.testing.assert_allclose(one.loadings, other.loadings, atol=1e-12)
    np.testing.assert_allclose(one.shares[:10], other.shares[:10], rtol=1e-9)
