"""Factor covariance, specific risk, the split of a portfolio's risk, and bias statistics."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.factor_models.cross_section.made import known_market, serial_returns
from tests.analytics.factor_models.cross_section.test_model import OPTIONS, market_of, plain_market
from tests.analytics.panels import assert_psd
from trade2026.analytics.covariance.sample import ewma_covariance
from trade2026.analytics.factor_models.attribution.risk import FactorRisk
from trade2026.analytics.factor_models.cross_section.bias import (
    bias_band,
    bias_statistics,
    forecast_risk,
    random_portfolios,
    specific_at,
)
from trade2026.analytics.factor_models.cross_section.exposures import ModelOptions
from trade2026.analytics.factor_models.cross_section.factor_covariance import (
    CovarianceOptions,
    eigenfactor_biases,
    factor_covariance,
)
from trade2026.analytics.factor_models.cross_section.model import fit_model
from trade2026.analytics.factor_models.cross_section.portfolio_risk import split_risk
from trade2026.analytics.factor_models.cross_section.specific_risk import (
    SpecificOptions,
    own_volatility,
    shrunk,
    specific_risk,
    structural_volatility,
)
from trade2026.primitives.errors import InputError

PLAIN = CovarianceOptions(volatility_half_life=40.0, correlation_half_life=40.0, lags=0, draws=0)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


# -------------------------------------------------------------------------------- factor covariance


def test_without_lags_and_draws_it_is_exponentially_weighted() -> None:
    values = serial_returns(1, 200, 4)
    found = factor_covariance(values, PLAIN, rng())
    np.testing.assert_allclose(
        found.matrix, ewma_covariance(values, half_life=40.0).covariance, rtol=1e-12, atol=1e-18
    )
    weights = 0.5 ** (np.arange(200) / 40.0)
    assert found.effective_periods == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert (found.biases == 1.0).all()


def test_volatilities_and_correlations_have_their_own_half_lives() -> None:
    values = serial_returns(2, 300, 3)
    mixed = CovarianceOptions(volatility_half_life=20.0, correlation_half_life=90.0, lags=0, draws=0)
    found = factor_covariance(values, mixed, rng()).matrix
    fast, slow = (ewma_covariance(values, half_life=each).covariance for each in (20.0, 90.0))
    np.testing.assert_allclose(np.diag(found), np.diag(fast))
    np.testing.assert_allclose(
        found[0, 1] / np.sqrt(found[0, 0] * found[1, 1]), slow[0, 1] / np.sqrt(slow[0, 0] * slow[1, 1])
    )


def test_a_simulated_bias_is_that_of_the_plainest_simulation() -> None:
    values = np.array([0.5, 1.0, 2.0, 6.0])
    found = eigenfactor_biases(values, 30, 20_000, rng(3))
    draws = rng(4)
    ratios = np.zeros(4)
    for _ in range(3_000):
        sample = draws.standard_normal((30, 4)) * np.sqrt(values)
        own, vectors = np.linalg.eigh(sample.T @ sample / 30)
        ratios += np.array([vectors[:, k] @ np.diag(values) @ vectors[:, k] for k in range(4)]) / own
    np.testing.assert_allclose(found, np.sqrt(ratios / 3_000), rtol=0.02)
    assert found[0] > 1.15  # What looks quietest was quiet by chance.
    assert found[0] > found[1] > found[2]


def test_the_adjustment_repeats_scales_and_keeps_what_has_no_risk() -> None:
    values = serial_returns(5, 150, 4)
    values[:, 3] = -values[:, 1] - values[:, 2]  # Sectors' returns that sum to zero.
    options = CovarianceOptions(volatility_half_life=252.0, lags=2, draws=200)
    found = factor_covariance(values, options, rng(7))
    again = factor_covariance(values, options, rng(7))
    np.testing.assert_array_equal(found.matrix, again.matrix)
    assert not np.array_equal(found.matrix, factor_covariance(values, options, rng(8)).matrix)
    assert_psd(found.matrix)
    assert found.eigenvalues.size == 3
    np.testing.assert_allclose(
        np.linalg.eigvalsh(found.matrix)[1:], np.sort(found.eigenvalues * found.biases**2), rtol=1e-9
    )
    assert np.array([0, 1, 1, 1]) @ found.matrix @ np.array([0, 1, 1, 1]) == pytest.approx(0.0, abs=1e-16)
    half = factor_covariance(values, replace(options, amplification=0.5), rng(7))
    np.testing.assert_allclose(half.biases - 1.0, 0.5 * (found.biases - 1.0))


def test_covariances_that_cannot_be_are_named() -> None:
    with pytest.raises(InputError, match="more than 5 periods for the covariance of 5 factors, were 5"):
        factor_covariance(serial_returns(1, 5, 5), PLAIN, rng())
    with pytest.raises(InputError, match=r"more than 6 effective periods .* of 5 directions, gave 4"):
        factor_covariance(
            serial_returns(1, 100, 5),
            CovarianceOptions(volatility_half_life=2.0, correlation_half_life=1.5, lags=0),
            rng(),
        )
    still = serial_returns(1, 100, 3)
    still[:, 1] = 0.0
    with pytest.raises(InputError, match="column 1 does not"):
        factor_covariance(still, PLAIN, rng())
    with pytest.raises(InputError, match="amplification"):
        CovarianceOptions(amplification=9.0)


# ----------------------------------------------------------------------------------- specific risk


def test_own_volatility_weighs_what_is_known() -> None:
    values = serial_returns(3, 120, 3)
    values[:70, 1] = np.nan
    values[:119, 2] = np.nan
    found, counts = own_volatility(values, half_life=30.0, lags=0)
    weights = 0.5 ** (np.arange(119, -1, -1) / 30.0)
    assert found[0] ** 2 == pytest.approx(weights @ values[:, 0] ** 2 / weights.sum())
    assert found[1] ** 2 == pytest.approx(weights[70:] @ values[70:, 1] ** 2 / weights[70:].sum())
    assert np.isnan(found[2])
    assert counts.tolist() == [120, 50, 1]
    lagged, _ = own_volatility(values[:, :1], half_life=1e9, lags=2)
    x = values[:, 0]
    wanted = (x @ x + 2 * (2 / 3 * x[1:] @ x[:-1] + 1 / 3 * x[2:] @ x[:-2])) / 120
    assert lagged[0] ** 2 == pytest.approx(wanted, rel=1e-6)


def test_a_short_past_is_blended_with_what_exposures_say() -> None:
    values = 0.01 * rng(2).standard_normal((200, 10)) * np.exp(0.3 * np.arange(10))
    values[:190, 9], values[:80, 8] = np.nan, np.nan
    exposures = np.column_stack([np.ones(10), np.arange(10.0)])
    everyone, centre = np.ones(10, dtype=np.bool_), np.full(10, 0.1)
    options = SpecificOptions(lags=0, shrinkage=0.0)
    found = specific_risk(values, exposures, everyone, centre, None, options)
    own, _ = own_volatility(values, half_life=84.0, lags=0)
    np.testing.assert_array_equal(found.volatility[:8], own[:8])
    assert found.volatility[9] == found.structural[9] == pytest.approx(0.01 * np.exp(2.7), rel=0.25)
    assert found.volatility[8] == pytest.approx(0.5 * (own[8] + found.structural[8]))  # 120 of 60 to 180.
    share = np.array([1.0] * 8 + [0.5, 0.0])
    np.testing.assert_allclose(
        structural_volatility(own, everyone, share, exposures, centre), found.structural
    )
    fitted = np.polyfit(np.arange(8), np.log(own[:8]), 1)[0]
    assert np.log(found.structural[5] / found.structural[4]) == pytest.approx(fitted)
    with pytest.raises(InputError, match="two assets at least, were for 0"):
        specific_risk(values[:100], exposures, everyone, centre, None, options)


def test_shrinking_moves_the_far_more_and_keeps_the_order() -> None:
    volatility = np.array([0.010, 0.012, 0.030, np.nan, 0.050])
    bucket, centre = np.array([0, 0, 0, -1, 1]), np.array([0.2, 0.2, 0.2, 0.0, 0.4])
    found = shrunk(volatility, bucket, centre, 1.0)
    mean = volatility[:3].mean()
    apart = volatility[:3] - mean
    v = np.abs(apart) / (np.sqrt((apart**2).mean()) + np.abs(apart))
    np.testing.assert_allclose(found[:3], v * mean + (1 - v) * volatility[:3])
    assert np.isnan(found[3])
    assert found[4] == 0.050
    assert (np.diff(found[:3]) > 0).all()


# -------------------------------------------------------------------------------------- the split


def split(seed: int) -> tuple[FactorRisk, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    draws = rng(seed)
    weights, exposures = draws.normal(0.1, 0.1, 8), draws.standard_normal((8, 4))
    root = draws.standard_normal((4, 6)) * 0.01
    specific = draws.uniform(0.01, 0.03, 8)
    found = split_risk(weights, exposures, root @ root.T, specific)
    return found, weights, exposures, root @ root.T, specific


@given(st.integers(0, 10_000))
def test_contributions_sum_to_the_whole(seed: int) -> None:
    found, weights, exposures, covariance, specific = split(seed)
    whole = exposures @ covariance @ exposures.T + np.diag(specific**2)
    assert found.volatility == pytest.approx(np.sqrt(weights @ whole @ weights))
    assert found.factor_volatility**2 + found.specific_volatility**2 == pytest.approx(found.volatility**2)
    assert found.components.sum() + found.specific == pytest.approx(found.volatility)
    assert found.asset_components.sum() == pytest.approx(found.volatility)
    assert found.asset_factor_components.sum() == pytest.approx(found.components.sum(), abs=1e-15)
    np.testing.assert_allclose(found.asset_marginal, whole @ weights / found.volatility)


def test_marginals_are_derivatives() -> None:
    found, weights, exposures, covariance, specific = split(3)
    step = 1e-7
    for asset in range(8):
        moved = weights.copy()
        moved[asset] += step
        more = split_risk(moved, exposures, covariance, specific)
        assert (more.volatility - found.volatility) / step == pytest.approx(
            found.asset_marginal[asset], abs=1e-6
        )


def test_weights_without_risk_and_outside_the_model() -> None:
    exposures, covariance = np.ones((3, 1)), np.eye(1) * 1e-4
    with pytest.raises(InputError, match="weights must make a portfolio with risk"):
        split_risk(np.zeros(3), exposures, covariance, np.ones(3))
    with pytest.raises(InputError, match=r"was 0\.5 for asset 1, whose exposures are not known"):
        split_risk(np.array([0.5, 0.5, 0.0]), exposures, covariance, np.array([0.1, np.nan, np.nan]))


# ---------------------------------------------------------------------------------- bias statistics


def test_the_band_holds_nineteen_of_twenty_right_forecasts() -> None:
    scores = rng(5).standard_normal((252, 4_000))
    found = bias_statistics(scores * 0.02, np.full_like(scores, 0.02), 252)[0]
    low, high = bias_band(252)
    assert ((found > low) & (found < high)).mean() == pytest.approx(0.95, abs=0.012)
    rolled = bias_statistics(scores[:, :2], np.ones((252, 2)), 60)
    assert rolled.shape == (193, 2)
    assert rolled[10, 1] == pytest.approx(scores[10:70, 1].std(ddof=1))
    with pytest.raises(InputError, match="window must be from 2 to the 252 periods"):
        bias_statistics(scores, scores, 253)
    with pytest.raises(InputError, match="above zero"):
        bias_statistics(scores, np.zeros_like(scores), 252)


def test_bias_through_time_is_that_of_each_window_by_itself_and_takes_little_memory() -> None:
    scores = rng(6).standard_normal((2_000, 40))
    tracemalloc.start()
    rolled = bias_statistics(scores, np.ones_like(scores), 250)  # 140 MB of windows, made 8 MB at a time.
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rolled.shape == (1_751, 40)
    for at in (0, 103, 104, 105, 1_750):  # Beside the end of a block too.
        np.testing.assert_allclose(rolled[at], scores[at : at + 250].std(axis=0, ddof=1), rtol=1e-12)
    assert peak < 50e6


def test_forecasts_of_a_market_that_does_not_change_have_no_bias() -> None:
    model = fit_model(market_of(known_market(6, 700, 60, 0.01)), OPTIONS)
    portfolios = np.vstack([np.full(60, 1 / 60), random_portfolios(60, 30, rng(1))])
    found = forecast_risk(
        model, portfolios, covariance=CovarianceOptions(lags=0, draws=50),
        specific=SpecificOptions(lags=0), warm_up=200, every=21, rng=rng(2),
    )  # fmt: skip
    assert found.volatility.shape == found.realized.shape == (499, 31)
    bias = bias_statistics(found.realized, found.volatility, 499)[0]
    assert bias.mean() == pytest.approx(1.0, abs=0.07)
    factors = bias_statistics(model.sections.returns[200:], found.factor_volatility, 499)[0]
    np.testing.assert_allclose(factors, 1.0, atol=0.1)
    np.testing.assert_allclose(found.realized, model.returns[200:] @ portfolios.T)


def test_a_forecast_is_made_of_the_past_alone() -> None:
    """Returns that change from the model's period 250 on change forecasts first when they are made anew."""
    truth = known_market(7, 300, 30, 0.01)
    other = truth.returns.copy()
    other[251:] *= 5.0  # The model begins with period 1.
    options = {"covariance": PLAIN, "specific": SpecificOptions(), "warm_up": 200, "every": 10}
    portfolios = np.full((1, 30), 1 / 30)
    first, second = (
        forecast_risk(fit_model(market_of(each), OPTIONS), portfolios, rng=rng(), **options)  # type: ignore[arg-type]
        for each in (truth, truth._replace(returns=other))
    )
    for one, two in (
        (first.volatility, second.volatility),
        (first.factor_volatility, second.factor_volatility),
    ):
        changed = np.flatnonzero((one != two).any(axis=1))
        assert changed.tolist() == list(range(60, 99))


def test_a_forecast_is_the_split_of_its_period() -> None:
    """Exposures of the period itself, covariance and specific risk of the last time they were made."""
    model = fit_model(plain_market(), ModelOptions())
    weights = rng(4).dirichlet(np.ones(14))
    specific = SpecificOptions(lags=0, periods_min=30, periods_full=90)
    found = forecast_risk(
        model, weights[None], covariance=PLAIN, specific=specific, warm_up=130, every=15, rng=rng()
    )
    for row in (0, 14, 15, 29):
        start = 130 + row // 15 * 15
        matrix = factor_covariance(model.sections.returns[:start], PLAIN, rng()).matrix
        own = specific_risk(
            model.sections.specific[:start], model.exposures.values[start], model.universe[start],
            model.exposures.centre[start], None, specific,
        ).volatility  # fmt: skip
        wanted = split_risk(weights, model.exposures.values[130 + row], matrix, own)
        assert found.volatility[row, 0] == pytest.approx(wanted.volatility, rel=1e-12)


def test_forecasts_ask_for_a_period_behind_the_warm_up() -> None:
    model = fit_model(market_of(known_market(7, 100, 30, 0.01)), OPTIONS)
    with pytest.raises(InputError, match="more than 201 factor returns"):
        forecast_risk(
            model, np.full((1, 30), 1 / 30), covariance=PLAIN, specific=SpecificOptions(), warm_up=200,
            every=10, rng=rng(),
        )  # fmt: skip
    risk = specific_at(model, 99, SpecificOptions(periods_min=20, periods_full=60, shrinkage=0.0))
    assert risk.bucket.tolist().count(0) == 6
    assert (risk.volatility == risk.own).all()


def test_an_amplification_that_turns_a_volatility_is_refused() -> None:
    """Of factors alike in all directions the largest sample eigenvalue is luck, its bias far below one."""
    returns = np.linalg.qr(rng(5).standard_normal((60, 40)))[0] * 0.01
    with pytest.raises(InputError, match="amplification must leave volatilities above zero, 3 times"):
        factor_covariance(
            returns,
            CovarianceOptions(
                volatility_half_life=np.inf, correlation_half_life=np.inf, lags=0, draws=50, amplification=3.0
            ),
            rng(6),
        )
