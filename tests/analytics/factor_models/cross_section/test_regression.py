"""Constrained weighted regressions: statsmodels' numbers, and what holds for any cross-section.

Factor and specific returns sum to the return. Specific returns are orthogonal to exposures by the weights.
Returns of sectors times their shares sum to zero. The returns of mimicking portfolios are the factor returns.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.factor_models.cross_section.made import Section, section, serial_returns
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.factor_models.cross_section.regression import (
    CrossSections,
    mimicking_portfolios,
    regress,
)
from trade2026.analytics.newey_west import (
    long_run_covariance,
    mean_errors,
    mean_t_statistic,
    usual_lags,
)
from trade2026.primitives.errors import InputError

ROOT = Path(__file__).resolve().parents[3]
GOLDEN: dict[str, Any] = json.loads((ROOT / "golden" / "factor_models" / "statsmodels.json").read_text())


def solved(each: Section) -> CrossSections:
    names = tuple(f"f{number}" for number in range(each.exposures.shape[1]))
    return regress(
        each.returns[None],
        each.exposures[None],
        each.weights[None],
        each.shares[None],
        names,
        ("2020-01-02",),
    )


@pytest.mark.parametrize("name", GOLDEN["sections"])
def test_a_regression_is_that_of_statsmodels(name: str) -> None:
    wanted = GOLDEN["sections"][name]
    found = solved(section(**wanted["made"]))
    np.testing.assert_allclose(found.returns[0], wanted["returns"], rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(found.errors[0], wanted["errors"], rtol=1e-10)
    np.testing.assert_allclose(found.specific[0], wanted["specific"], rtol=1e-9, atol=1e-14)
    assert found.r_squared[0] == pytest.approx(wanted["r_squared"], rel=1e-10)


@pytest.mark.parametrize("lags", GOLDEN["series"]["lags"])
def test_sums_over_lags_are_those_of_statsmodels(lags: str) -> None:
    wanted = GOLDEN["series"]["lags"][lags]
    values = serial_returns(**GOLDEN["series"]["made"])
    found = long_run_covariance(values, half_life=np.inf, lags=int(lags))
    np.testing.assert_allclose(found, wanted["covariance"], rtol=1e-12)
    ts = [mean_t_statistic(values[:, each].copy(), lags=int(lags)) for each in range(values.shape[1])]
    np.testing.assert_allclose(np.array(ts, dtype=np.float64), wanted["t_statistics"], rtol=1e-10)


SECTIONS = st.builds(
    section,
    seed=st.integers(0, 10_000),
    assets=st.integers(14, 40),
    styles=st.integers(0, 4),
    sectors=st.sampled_from([0, 2, 3, 6]),
)


@given(SECTIONS)
def test_what_holds_for_any_cross_section(each: Section) -> None:
    found = solved(each)
    np.testing.assert_allclose(
        each.exposures @ found.returns[0] + found.specific[0], each.returns, atol=1e-14
    )
    free = each.exposures.shape[1] - (1 if each.shares.size else 0)
    assert found.degrees[0] == each.returns.size - free
    if each.shares.size:
        assert found.returns[0, -each.shares.size :] @ each.shares == pytest.approx(0.0, abs=1e-15)
    moments = each.exposures.T @ (each.weights * found.specific[0])
    assert np.abs(moments[: free if not each.shares.size else -each.shares.size]).max() < 1e-12


@given(SECTIONS)
def test_mimicking_portfolios_earn_the_factor_returns(each: Section) -> None:
    portfolios = mimicking_portfolios(each.exposures, each.weights, each.shares)
    np.testing.assert_allclose(portfolios @ each.returns, solved(each).returns[0], atol=1e-13)
    sectors = each.shares.size
    exposures = portfolios @ each.exposures
    wanted = np.eye(each.exposures.shape[1])
    if sectors:  # The market holds every sector by its share, a sector is held against the market.
        wanted[0, -sectors:] = each.shares
        wanted[-sectors:, -sectors:] -= each.shares
    np.testing.assert_allclose(exposures, wanted, atol=1e-11)


def test_assets_without_weight_are_left_out() -> None:
    each = section(5, 30, 2, 3)
    weights = each.weights.copy()
    weights[[3, 17]] = 0.0
    kept = np.flatnonzero(weights)
    whole = solved(each._replace(weights=weights))
    part = solved(Section(each.returns[kept], each.exposures[kept], weights[kept], each.shares))
    np.testing.assert_allclose(whole.returns, part.returns, rtol=1e-10)
    np.testing.assert_allclose(whole.errors, part.errors, rtol=1e-10)
    assert np.isnan(whole.specific[0, [3, 17]]).all()
    portfolios = mimicking_portfolios(each.exposures, weights, each.shares)
    assert (portfolios[:, [3, 17]] == 0.0).all()


def test_many_periods_are_each_what_it_is_alone() -> None:
    all_ = [section(seed, 20, 2, 4) for seed in range(600)]
    r, x, w, shares = (np.stack([each[part] for each in all_]) for part in range(4))
    found = regress(r, x, w, shares, tuple("abcdefg"), tuple(map(str, range(600))))
    for row in (0, 511, 512, 599):
        np.testing.assert_allclose(found.returns[row], solved(all_[row]).returns[0], rtol=1e-9, atol=1e-14)


def test_what_cannot_be_solved_names_factors_and_period() -> None:
    few = section(1, 5, 4, 0)
    with pytest.raises(
        InputError, match=r"more than the 5 coefficients .*were 5 in the period of 2020-01-02"
    ):
        solved(few)
    twins = section(1, 20, 3, 0)
    twins.exposures[:, 3] = twins.exposures[:, 1]
    with pytest.raises(InputError, match="f1, f3 cannot in the period of 2020-01-02"):
        solved(twins)
    absent = section(1, 20, 3, 0)
    absent.exposures[:, 2] = 0.0
    with pytest.raises(InputError, match="f2 cannot"):
        solved(absent)


def test_lags_have_bounds_and_a_series_varies() -> None:
    values = serial_returns(1, 10, 2)
    for lags in (-1, 10):
        with pytest.raises(InputError, match="lags must be from 0 to 9"):
            long_run_covariance(values, half_life=5.0, lags=lags)
    with pytest.raises(InputError, match="half_life"):
        long_run_covariance(values, half_life=0.0, lags=1)
    assert np.linalg.eigvalsh(long_run_covariance(values, half_life=3.0, lags=9)).min() > -1e-18
    assert isinstance(mean_t_statistic(np.ones(5)), Undefined)
    assert (usual_lags(100), usual_lags(250), usual_lags(2_500)) == (4, 4, 8)


def test_returns_that_are_all_equal_have_no_r_squared() -> None:
    """To rounding: a weighted mean of equal numbers is not always that number."""
    draws = np.random.default_rng(3)
    level = draws.normal(0.0, 0.01, (50, 1))
    found = regress(
        np.tile(level, (1, 14)), np.ones((50, 14, 1)), draws.uniform(0.5, 1.0, (50, 14)), np.zeros((50, 0)),
        ("market",), tuple(map(str, range(50))),
    )  # fmt: skip
    assert np.isnan(found.r_squared).all()


def test_errors_of_means_are_the_double_sum() -> None:
    values = serial_returns(5, 30, 2)
    apart = values - values.mean(axis=0)
    wanted = np.zeros(2)
    for s in range(30):
        for t in range(30):
            wanted += max(0.0, 1.0 - abs(s - t) / 4.0) * apart[s] * apart[t] / 900.0
    np.testing.assert_allclose(mean_errors(values, lags=3), np.sqrt(wanted), rtol=1e-10)
