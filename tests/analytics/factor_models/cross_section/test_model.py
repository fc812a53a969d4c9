"""The model over its history: known factors are found again, weights, attribution that adds up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.factor_models.cross_section.made import Truth, known_market
from tests.analytics.panels import panel
from trade2026.analytics.factor_models.attribution.linking import linked
from trade2026.analytics.factor_models.cross_section.attribution import attribute
from trade2026.analytics.factor_models.cross_section.exposures import ModelOptions
from trade2026.analytics.factor_models.cross_section.facts import facts_of
from trade2026.analytics.factor_models.cross_section.market import Market
from trade2026.analytics.factor_models.cross_section.model import FactorModel, fit_model
from trade2026.analytics.factor_models.cross_section.regression import mimicking_portfolios
from trade2026.primitives.errors import InputError

OPTIONS = ModelOptions(styles=("size", "value"), weighting="sqrt_cap")


def market_of(truth: Truth) -> Market:
    periods, assets = truth.returns.shape
    facts = [(n, 0, "market_cap", float(truth.caps[n])) for n in range(assets)]
    facts += [(n, 0, "book_value", float(truth.book[n])) for n in range(assets)]
    return Market(
        assets=tuple(f"A{n}" for n in range(assets)),
        returns=truth.returns,
        ends=np.arange(periods),
        periods_per_year=252.0,
        year=252,
        facts=facts_of(facts, assets),
        sectors=truth.sectors,
    )


def plain_market(periods: int = 420, assets: int = 14, seed: int = 5) -> Market:
    return Market(
        assets=tuple(f"A{n}" for n in range(assets)),
        returns=panel(seed, periods, assets),
        ends=np.arange(periods),
        periods_per_year=252.0,
        year=252,
        sectors=("x", "y") * (assets // 2),
    )


MODEL = fit_model(plain_market(), ModelOptions())


def test_known_factors_are_found_again_to_rounding_without_noise() -> None:
    truth = known_market(1, 60, 40, 0.0)
    model = fit_model(market_of(truth), OPTIONS)
    assert model.first == 1
    np.testing.assert_allclose(model.exposures.values[7], truth.exposures, atol=1e-12)
    np.testing.assert_allclose(model.sections.returns, truth.factor_returns[1:], atol=1e-13)
    np.testing.assert_allclose(model.sections.r_squared, 1.0, atol=1e-10)


@pytest.mark.parametrize("weighting", ["equal", "sqrt_cap", "inverse_variance"])
def test_known_factors_are_found_again_within_their_errors(weighting: str) -> None:
    power = -0.25 if weighting == "sqrt_cap" else 0.0  # The noise for which these weights are the best.
    truth = known_market(2, 400, 80, 0.01, power)
    options = replace(OPTIONS, weighting=weighting)  # type: ignore[arg-type]
    model = fit_model(market_of(truth), options)
    apart = (model.sections.returns - truth.factor_returns[model.first :]) / model.sections.errors
    share = (np.abs(apart) < 1.99).mean(axis=0)  # Of a t distribution with 75 degrees.
    assert (np.abs(share - 0.95) < 0.035).all()
    assert np.abs(apart.mean(axis=0)).max() < 0.2
    if weighting != "sqrt_cap":
        assert model.sections.specific.std() == pytest.approx(0.01 * np.sqrt(75 / 80), rel=0.02)


def test_mimicking_portfolios_earn_the_factor_returns() -> None:
    for row in (0, 50):
        portfolios = mimicking_portfolios(
            MODEL.exposures.values[row], MODEL.weights[row], MODEL.exposures.restriction[row]
        )
        np.testing.assert_allclose(portfolios @ MODEL.returns[row], MODEL.sections.returns[row], atol=1e-14)


def test_weights_by_inverse_variance_come_from_the_past_of_a_first_pass() -> None:
    model = fit_model(MODEL.market, ModelOptions(weighting="inverse_variance"))
    assert model.first == MODEL.first + 60
    row = 30
    past = MODEL.sections.specific[: 60 + row]
    ages = np.arange(past.shape[0] - 1, -1, -1)
    variance = (0.5 ** (ages / 60))[:, None] * past**2
    variance = variance.sum(axis=0) / (0.5 ** (ages / 60)).sum()
    wanted = 1.0 / np.maximum(variance, 0.1 * np.median(variance))
    np.testing.assert_allclose(model.weights[row], wanted / wanted.max(), rtol=1e-10)
    assert model.weights.shape[0] == model.sections.returns.shape[0] + 1


@pytest.mark.parametrize("weighting", ["equal", "inverse_variance"])
def test_later_returns_change_nothing_before(weighting: str) -> None:
    options = ModelOptions(weighting=weighting)  # type: ignore[arg-type]
    cut = 380
    returns = MODEL.market.returns.copy()
    returns[cut:] *= -2.0
    first, second = (
        fit_model(replace(MODEL.market, returns=each), options) for each in (MODEL.market.returns, returns)
    )
    upto = cut - first.first
    for part in ("returns", "errors", "specific", "r_squared"):
        one, other = (getattr(each.sections, part) for each in (first, second))
        np.testing.assert_array_equal(one[:upto], other[:upto])
        assert not np.array_equal(one[upto:], other[upto:])


def test_too_short_a_period_for_weights_is_named() -> None:
    with pytest.raises(InputError, match=r"more than 60 specific returns .* gave 48"):
        fit_model(plain_market(300), ModelOptions(weighting="inverse_variance"))


# -------------------------------------------------------------------------------------- attribution


def check_sums(model: FactorModel, weights: np.ndarray, benchmark: np.ndarray | None) -> None:
    found = attribute(model, weights, benchmark)
    np.testing.assert_allclose(found.parts.sum(axis=1), found.active, atol=1e-15)
    np.testing.assert_allclose(found.portfolio, model.returns @ weights, atol=1e-16)
    whole = np.prod(1.0 + found.portfolio) - np.prod(1.0 + found.benchmark)
    assert linked(found.parts, found.portfolio, found.benchmark).sum() == pytest.approx(whole, abs=1e-12)


@given(st.integers(0, 10_000), st.booleans())
def test_parts_sum_to_what_was_earned(seed: int, is_active: bool) -> None:
    weights = np.random.default_rng(seed).normal(1 / 14, 0.1, 14)
    check_sums(MODEL, weights, MODEL.exposures.centre if is_active else None)


def test_what_is_left_out_is_a_part_of_its_own() -> None:
    truth = known_market(3, 50, 20, 0.01)
    given_ = market_of(truth)
    assert given_.facts is not None
    late = [
        (int(n), 20 if n == 4 else 0, field, float(value))
        for n, field, value in zip(given_.facts.asset, given_.facts.field, given_.facts.value, strict=True)
    ]
    model = fit_model(replace(given_, facts=facts_of(late, 20)), OPTIONS)
    weights = np.full(20, 0.05)
    check_sums(model, weights, model.exposures.centre)
    found = attribute(model, weights, None)
    np.testing.assert_allclose(found.outside[:20], 0.05 * model.returns[:20, 4])
    assert (found.outside[20:] == 0.0).all()


def test_the_market_has_no_style_and_the_market_s_return() -> None:
    truth = known_market(4, 50, 20, 0.01)
    model = fit_model(market_of(truth), OPTIONS)
    weights = model.exposures.centre[0]
    found = attribute(model, weights, None)
    np.testing.assert_allclose(found.exposures[:, 0], 1.0)
    np.testing.assert_allclose(found.exposures[:, 1:3], 0.0, atol=1e-12)
    np.testing.assert_allclose(found.factor[:, 3:].sum(axis=1), 0.0, atol=1e-15)


def test_linking_knows_the_limit_of_equal_returns() -> None:
    portfolio, benchmark = np.array([0.01, -0.02, 0.03]), np.array([0.01, -0.02, 0.01])
    parts = (portfolio - benchmark)[:, None]
    whole = np.prod(1 + portfolio) - np.prod(1 + benchmark)
    assert linked(parts, portfolio, benchmark)[0] == pytest.approx(whole, rel=1e-12)
    with pytest.raises(InputError, match=r"returns must be above -1 in each period, was -1\.5"):
        linked(parts, np.array([0.0, -1.5, 0.0]), benchmark)
