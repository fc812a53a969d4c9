"""Analyses of factors: figures are what the returns come to, parts add up, wrong requests are named."""

import dataclasses
from typing import Any

import msgspec
import numpy as np
import pytest

from trade2026.analytics.arrays import FloatArray
from trade2026.application.analyses.declaration import Found
from trade2026.application.analyses.factors.betas import BetaMethod, BetasRequest
from trade2026.application.analyses.factors.brinson import Between, BrinsonRequest
from trade2026.application.analyses.factors.fama_macbeth import PremiaRequest
from trade2026.application.analyses.factors.inputs import ExcessRequest, excess_of
from trade2026.application.analyses.factors.mimicking import MimickingRequest
from trade2026.application.analyses.factors.premia_layout import LINE
from trade2026.application.analyses.factors.returns_attribution import (
    AttributionRequest,
    AttributionResult,
    LinkingName,
)
from trade2026.application.analyses.factors.risk_budget import RiskBudgetRequest
from trade2026.application.analyses.factors.statistical import ComponentsOf, NumberRule, StatisticalRequest
from trade2026.application.analyses.factors.stress import OtherFactors, StressRequest
from trade2026.application.analyses.panel import Factors, Panel
from trade2026.application.analyses.registry import analyses
from trade2026.application.analyses.requests import OwnRows
from trade2026.primitives.errors import InputError

YEAR = 252.0
NAMES = ("MKT", "HML", "RF")


def panel(assets: int = 8, periods: int = 300, seed: int = 3) -> Panel:
    """Assets of two factors and a risk-free series."""
    rng = np.random.default_rng(seed)
    f = np.column_stack(
        [rng.normal(4e-4, 0.01, (periods, 2)), np.full(periods, 1e-4) + rng.normal(0, 1e-6, periods)]
    )
    B = np.column_stack([rng.uniform(0.5, 1.5, assets), rng.normal(0.0, 0.6, assets)])
    returns = f[:, 2:] + f[:, :2] @ B.T + rng.normal(0.0, 0.005, (periods, assets))
    names = tuple(f"A{number}" for number in range(assets))
    times = (np.arange(periods) + 1) * 86_400 * 10**9
    factors = Factors(NAMES, f, "factors", "")
    return Panel(names, times, returns, YEAR, "mine", "", "", (), (), factors)


def changed_panel(given: Panel, **changes: Any) -> Panel:
    return dataclasses.replace(given, **changes)


def run(request: Any, given: Panel | None = None) -> Found[Any]:
    (analysis,) = [each for each in analyses() if each.request is type(request)]
    found: Found[Any] = analysis.compute(request, given or panel(), lambda share, text: None)
    return found


FRENCH: dict[str, Any] = {"risk_free_factor": "RF", "factors_are_excess": True}

# -------------------------------------------------------------------------------- excess returns


def test_a_risk_free_series_is_taken_from_assets_alone_or_from_both() -> None:
    given = panel()
    f = given.of_factors().returns
    found = excess_of(ExcessRequest(**FRENCH), given)
    np.testing.assert_allclose(found.assets, given.returns - f[:, 2:])
    np.testing.assert_array_equal(found.factors, f[:, :2])
    assert found.names == ("MKT", "HML")
    both = excess_of(ExcessRequest(risk_free_factor="RF"), given)
    np.testing.assert_allclose(both.factors, f[:, :2] - f[:, 2:])
    rate = excess_of(ExcessRequest(risk_free_rate=0.05), given)
    np.testing.assert_allclose(rate.assets, given.returns - (1.05 ** (1 / YEAR) - 1.0))
    assert rate.names == NAMES


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ExcessRequest(risk_free_factor="CASH"), r"one of the factors \(MKT, HML, RF\), was 'CASH'"),
        (ExcessRequest(risk_free_factor="RF", risk_free_rate=0.01), "risk_free_rate must be 0 beside"),
    ],
)
def test_a_rate_that_cannot_be_is_named(request_: ExcessRequest, words: str) -> None:
    with pytest.raises(InputError, match=words):
        excess_of(request_, panel())


def test_a_factor_that_follows_from_others_is_named() -> None:
    given = panel()
    f = given.of_factors().returns.copy()
    f[:, 1] = 0.5 * f[:, 0]
    twice = changed_panel(given, factors=Factors(NAMES, f, "factors", ""))
    with pytest.raises(InputError, match="HML does not vary or follows from those before it"):
        excess_of(ExcessRequest(), twice)


# ------------------------------------------------------------------------------------ statistical


@pytest.mark.parametrize("method", ComponentsOf)
def test_components_say_how_much_they_explain(method: ComponentsOf) -> None:
    given = panel()
    result = run(StatisticalRequest(method=method, rule=NumberRule.GIVEN, number=2), given).value
    assert result.summary.number == 2
    assert [row.share for row in result.factors] == sorted((r.share for r in result.factors), reverse=True)
    assert result.summary.explained == pytest.approx(sum(row.share for row in result.factors))
    for column, row in enumerate(result.assets):
        volatility = given.returns[:, column].std(ddof=1) * YEAR**0.5
        assert row.volatility == pytest.approx(volatility)
        assert row.specific_volatility == pytest.approx(volatility * (1.0 - row.r_squared) ** 0.5)
        squares = sum(cell.correlation**2 for cell in result.loadings if cell.y == row.asset)
        assert squares == pytest.approx(row.r_squared)
    assert result.summary.sample_volatility == pytest.approx(
        given.returns.mean(axis=1).std(ddof=1) * YEAR**0.5
    )
    assert result.summary.model_volatility == pytest.approx(result.summary.sample_volatility, rel=0.05)
    assert sum(row.group == "factor" for row in result.scree) == 2
    assert sum("edge" in row.group for row in result.scree) == (2 if method == "correlation" else 0)


def test_the_rule_decides_and_its_choice_is_the_least() -> None:
    for rule in (NumberRule.IC1, NumberRule.IC2, NumberRule.IC3):
        result = run(StatisticalRequest(rule=rule, most=4)).value
        values = [row.value for row in result.criteria if row.criterion == rule.value]
        assert result.summary.number == values.index(min(values)) == getattr(result.summary, rule.value)
    with pytest.raises(InputError, match="number must be at most 8"):
        run(StatisticalRequest(rule=NumberRule.GIVEN, number=9))


def test_noise_has_no_factor_and_it_is_said() -> None:
    given = panel()
    noise = np.random.default_rng(1).normal(0.0, 0.01, (300, 40))
    flat = changed_panel(given, returns=noise, assets=tuple(f"N{at}" for at in range(40)))
    found = run(StatisticalRequest(), flat)
    assert (found.value.summary.number, found.value.factors, found.value.loadings) == (0, (), ())
    assert any("no common factor" in each for each in found.warnings)


# ------------------------------------------------------------------------------------------ betas


def test_betas_and_alphas_are_those_of_a_regression() -> None:
    given = panel()
    result = run(BetasRequest(**FRENCH, window=60), given).value
    f = given.of_factors().returns
    design = np.column_stack([np.ones(300), f[:, :2]])
    expected = np.linalg.lstsq(design, given.returns - f[:, 2:], rcond=None)[0]
    np.testing.assert_allclose([row.alpha / YEAR for row in result.assets], expected[0], atol=1e-12)
    np.testing.assert_allclose([row.beta for row in result.betas], expected[1:].T.ravel(), rtol=1e-9)
    assert all(row.t_value == pytest.approx(row.beta / row.error) for row in result.betas)
    mean = (given.returns - f[:, 2:]).mean(axis=1)
    last = np.linalg.lstsq(design[-60:], mean[-60:], rcond=None)[0]
    ends = {point.name: point.value for point in result.rolling}  # The last of each curve stays.
    assert [ends["MKT"], ends["HML"]] == pytest.approx(last[1:].tolist())
    assert len(result.rolling) == 2 * 241
    whole = np.linalg.lstsq(design, mean, rcond=None)[0]
    assert [row.whole for row in result.latest] == pytest.approx(whole[1:].tolist())
    assert [row.last_window for row in result.latest] == pytest.approx(last[1:].tolist())
    assert result.latest[1].filtered == result.filtered[-1].value
    assert all(row.filtered_error > 0.0 for row in result.latest)
    assert {point.name for point in result.filtered} == {"MKT", "HML"}
    assert abs(result.filtered[-1].value - last[2]) < 0.2


def test_what_is_followed_is_named_and_a_long_window_is_said() -> None:
    found = run(BetasRequest(**FRENCH, followed="A2", window=301, method=BetaMethod.HUBER))
    assert (found.value.summary.followed, found.value.rolling) == ("A2", ())
    assert "longer than the 300" in found.warnings[0]
    with pytest.raises(InputError, match=r"followed must be one of the assets \(A0, .*\), was 'B'"):
        run(BetasRequest(followed="B"))


def test_rows_without_days_have_no_curves() -> None:
    own = OwnRows(assets=("x",), rows=((0.1,), (0.2,)))
    found = run(BetasRequest(**FRENCH, own=own))
    assert (found.value.rolling, found.value.filtered) == ((), ())
    assert "no times" in found.warnings[-1]


# ---------------------------------------------------------------------------------------- premia


def test_premia_are_annual_and_errors_of_three_kinds() -> None:
    given = panel(assets=12)
    result = run(PremiaRequest(**FRENCH), given).value
    f = given.of_factors().returns
    assert [row.factor for row in result.premia] == ["constant", "MKT", "HML"]
    assert result.premia[0].factor_mean is None
    assert result.premia[1].factor_mean == pytest.approx(f[:, 0].mean() * YEAR)
    # A factor that the assets span pays about its own mean.
    assert abs(result.premia[2].premium - f[:, 1].mean() * YEAR) < 3.0 * result.premia[2].error
    for row in result.premia:
        assert row.shanken_error > 0.9 * row.error
        assert row.t_value == pytest.approx(row.premium / row.shanken_error)
    mean = (given.returns - f[:, 2:]).mean(axis=0) * YEAR
    np.testing.assert_allclose([row.mean_return for row in result.assets], mean)
    for row in result.assets:
        assert row.pricing_error == pytest.approx(row.mean_return - row.predicted)
    assert sum(row.group == LINE for row in result.scatter) == 2
    ends = {point.name: point.value for point in result.over_time}
    assert ends["MKT"] == pytest.approx(result.premia[1].premium / YEAR * 300)


def test_premia_by_betas_of_a_window_have_no_errors_of_shanken() -> None:
    given = panel(assets=12)
    found = run(PremiaRequest(**FRENCH, window=100), given)
    result = found.value
    assert (result.summary.periods, result.summary.p_value) == (200, None)
    for row in result.premia:
        assert row.shanken_error is None
        assert row.t_value == pytest.approx(row.premium / row.newey_west_error)
    f = given.of_factors().returns
    assert result.premia[1].factor_mean == pytest.approx(f[100:, 0].mean() * YEAR)
    mean = (given.returns - f[:, 2:])[100:].mean(axis=0) * YEAR
    np.testing.assert_allclose([row.mean_return for row in result.assets], mean)
    assert sum(row.pricing_error for row in result.assets) == pytest.approx(0.0, abs=1e-10)
    assert "towards zero" in found.warnings[0]
    assert {point.ts for point in result.over_time} == {
        point.ts for point in run(AttributionRequest(**FRENCH, window=100), given).value.over_time
    }


# ------------------------------------------------------------------------------------- mimicking


def test_mimicking_portfolios_follow_after_what_they_were_made_from() -> None:
    given = panel()
    result = run(MimickingRequest(**FRENCH, target="HML"), given).value
    assert (result.summary.periods_made, result.summary.periods_after) == (210, 90)
    assert result.summary.correlation_after > 0.8
    excess = given.returns - given.of_factors().returns[:, 2:]
    earned = excess @ [row.most_correlated for row in result.weights]
    hml = given.of_factors().returns[:, 1]
    assert result.summary.correlation_after == pytest.approx(np.corrcoef(earned[210:], hml[210:])[0, 1])
    assert result.summary.correlation_made == pytest.approx(np.corrcoef(earned[:210], hml[:210])[0, 1])
    alone = [row for row in result.portfolios if row.method == "unit beta"]
    assert [row.factor for row in alone] == ["MKT", "HML"]
    assert all(abs(row.beta_after - 1.0) < 0.3 for row in alone)
    with pytest.raises(InputError, match="target must be one of MKT, HML, was 'SMB'"):
        run(MimickingRequest(**FRENCH, target="SMB"))


# ----------------------------------------------------------------------------------- attribution


@pytest.mark.parametrize("window", [0, 60])
@pytest.mark.parametrize("linking", LinkingName)
def test_parts_add_up_to_return_and_risk(window: int, linking: LinkingName) -> None:
    given = panel()
    weights = tuple(np.linspace(0.2, 0.05, 8).tolist())
    result = run(AttributionRequest(**FRENCH, weights=weights, window=window, linking=linking), given).value
    earned = (given.returns - given.of_factors().returns[:, 2:]) @ weights
    compounded = np.prod(1.0 + earned[window:]) - 1.0
    summary = result.summary
    assert summary.compounded_return == pytest.approx(compounded)
    assert sum(row.contribution for row in result.returns) == pytest.approx(compounded)
    assert summary.factor_return + summary.specific_return == pytest.approx(compounded)
    assert sum(row.annual for row in result.returns) == pytest.approx(earned[window:].mean() * YEAR)
    assert summary.volatility == pytest.approx(earned.std(ddof=1) * YEAR**0.5)
    assert sum(row.component for row in result.risks) == pytest.approx(summary.volatility)
    assert sum(row.share for row in result.risks) == pytest.approx(1.0)
    assert sum(row.component for row in result.assets) == pytest.approx(summary.volatility)
    assert summary.factor_risk_share == pytest.approx(summary.r_squared, rel=1e-9)
    assert_path_of_bars(result, earned[window:])


def assert_path_of_bars(result: AttributionResult, earned: FloatArray) -> None:
    """The parts sum to the compounded return at each time, and their last points are the bars beside them."""
    ends = {point.name: point.value for point in result.over_time}
    assert ends == {row.source: row.contribution for row in result.returns}
    sums: dict[str, float] = {}
    for point in result.over_time:
        sums[point.ts] = sums.get(point.ts, 0.0) + point.value
    np.testing.assert_allclose(list(sums.values()), np.cumprod(1.0 + earned) - 1.0, atol=1e-12)


def test_a_window_knows_nothing_of_its_period_or_later() -> None:
    given = panel()
    changed = changed_panel(given, returns=np.vstack([given.returns[:-1], given.returns[-1:] * 5.0]))
    one, other = (
        run(AttributionRequest(**FRENCH, window=60), each).value.over_time for each in (given, changed)
    )
    kept = {(point.ts, point.name): point.value for point in other}
    last = max(point.ts for point in one)
    assert all(kept[point.ts, point.name] == point.value for point in one if point.ts != last)


def test_a_window_must_leave_a_period() -> None:
    with pytest.raises(InputError, match="window must leave a period to attribute, is 300 of 300"):
        run(AttributionRequest(window=300))


# --------------------------------------------------------------------------------------- brinson


@pytest.mark.parametrize("between", Between)
def test_effects_add_up_to_the_difference(between: Between) -> None:
    given = panel()
    weights = tuple(np.linspace(0.2, 0.05, 8).tolist())
    groups = ("a", "a", "b", "b", "b", "c", "c", "c")
    result = run(BrinsonRequest(weights=weights, groups=groups, between=between), given).value
    if between is Between.HELD:
        growth = np.prod(1.0 + given.returns, axis=0)
        expected = growth @ weights - growth.mean()
    else:
        expected = np.prod(1.0 + given.returns @ weights) - np.prod(1.0 + given.returns.mean(axis=1))
    summary = result.summary
    assert summary.active_return == pytest.approx(expected)
    assert summary.allocation + summary.selection + summary.interaction == pytest.approx(expected)
    assert sum(row.total for row in result.groups) == pytest.approx(expected)
    assert [row.group for row in result.groups] == ["a", "b", "c"]
    last = result.over_time[-1]
    assert last.total == pytest.approx(expected)
    for effect in ("allocation", "selection", "interaction"):
        assert getattr(last, effect) == pytest.approx(getattr(summary, effect), abs=1e-14)
    if between is Between.REBALANCED:
        assert result.groups[0].weight == pytest.approx(weights[0] + weights[1])


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (BrinsonRequest(groups=("a",)), "groups must be 8, one for each asset, were 1"),
        (BrinsonRequest(weights=(1.0,)), "weights must be 8, one for each asset, were 1"),
        (BrinsonRequest(benchmark=(0.5,) * 8), "benchmark must sum to 1, sum to 4"),
    ],
)
def test_a_portfolio_that_is_none_is_named(request_: BrinsonRequest, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(request_)


# ---------------------------------------------------------------------------------------- stress


def test_shocks_reach_the_portfolio_by_its_betas() -> None:
    given = panel()
    found = run(StressRequest(**FRENCH, shocks=("MKT=-0.1",), others=OtherFactors.HELD), given)
    result = found.value
    betas = {(row.asset, row.factor): row.beta for row in run(BetasRequest(**FRENCH), given).value.betas}
    expected = np.mean([betas[asset, "MKT"] for asset in given.assets]) * -0.1
    assert result.summary.portfolio_return == pytest.approx(expected)
    assert sum(row.contribution for row in result.factors) == pytest.approx(expected)
    assert sum(row.contribution for row in result.assets) == pytest.approx(expected)
    assert [(row.factor, row.is_shocked, row.move) for row in result.factors] == [
        ("MKT", True, -0.1), ("HML", False, 0.0),
    ]  # fmt: skip
    spread = given.of_factors().returns[:, 0].std(ddof=1)
    assert result.summary.distance == pytest.approx(0.1 / (spread * 21**0.5))
    along = run(StressRequest(**FRENCH, shocks=("MKT=-0.1",)), given).value
    cov = np.cov(given.of_factors().returns[:, :2].T)
    assert along.factors[1].move == pytest.approx(-0.1 * cov[0, 1] / cov[0, 0])
    assert result.singles[0].shock == pytest.approx(-3.0 * spread * 21**0.5)
    assert result.singles[0].held == pytest.approx(expected / -0.1 * result.singles[0].shock)
    assert "a crash" in found.warnings[-1]


@pytest.mark.parametrize(
    ("shocks", "words"),
    [
        (("SMB=-0.1",), r"factors \(MKT, HML\), 'SMB' of 'SMB=-0.1' is none"),
        (("MKT=much",), "readable, was 'MKT=much'; write it as NAME=RETURN"),
        (("MKT=-0.1", "MKT=0.1"), "'MKT' is named twice"),
        (("MKT=nan",), "shocks must be finite"),
    ],
)
def test_a_shock_that_cannot_be_read_is_quoted(shocks: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(StressRequest(**FRENCH, shocks=shocks))


# ------------------------------------------------------------------------------------ risk budget


def test_factors_have_the_shares_that_were_asked_for() -> None:
    given = panel()
    found = run(RiskBudgetRequest(**FRENCH, budgets=(0.8, 0.2)), given)
    result = found.value
    weights = np.array([row.weight for row in result.weights])
    assert weights.sum() == pytest.approx(1.0)
    assert weights.min() >= 0.0
    assert [row.share for row in result.factors] == pytest.approx([0.8, 0.2])
    betas = np.array([row.beta for row in run(BetasRequest(**FRENCH), given).value.betas]).reshape(8, 2)
    exposures = betas.T @ weights
    assert [row.exposure for row in result.factors] == pytest.approx(exposures.tolist())
    parts = exposures * (np.cov(given.of_factors().returns[:, :2].T) @ exposures)
    np.testing.assert_allclose(parts / parts.sum(), [0.8, 0.2], atol=1e-9)
    turned = run(RiskBudgetRequest(**FRENCH, short_factors=("HML",), long_only=False), given).value
    assert turned.factors[1].exposure < 0.0 < turned.factors[0].exposure
    assert [row.share for row in turned.factors] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"short_factors": ("SMB",)}, r"short_factors must be among the factors \(MKT, HML\), was 'SMB'"),
        ({"short_factors": ("MKT",)}, "weights of zero or more must be able"),
        ({"budgets": (1.0,)}, "budgets must be 2"),
    ],
)
def test_a_budget_that_cannot_be_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(RiskBudgetRequest(**FRENCH, **changes))


def test_shares_of_a_budget_are_above_zero() -> None:
    with pytest.raises(msgspec.ValidationError, match="budgets"):
        msgspec.json.decode(b'{"budgets": [1, 0]}', type=RiskBudgetRequest)
