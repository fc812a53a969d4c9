"""Analyses that look at methods rather than give one: what they say is what can be computed beside them."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.application.analyses.test_allocations import panel, run
from trade2026.application.analyses.entropy_pooling import EntropyRequest, read_view
from trade2026.application.analyses.estimates import CovarianceName, MeanName
from trade2026.application.analyses.frontier import FrontierRequest
from trade2026.application.analyses.mean_variance import MeanVarianceRequest, Objective
from trade2026.application.analyses.out_of_sample import OutOfSampleRequest, Window
from trade2026.application.analyses.requests import Frequency
from trade2026.application.analyses.solvers import AllocationMethod, solver_of
from trade2026.application.analyses.tail_risk import TailRequest
from trade2026.application.analyses.weight_stability import StabilityRequest
from trade2026.primitives.errors import InputError

SAMPLE = CovarianceName.SAMPLE


@pytest.mark.parametrize("method", AllocationMethod)
def test_every_method_gives_whole_long_portfolios(method: AllocationMethod) -> None:
    weights = solver_of(method, CovarianceName.LEDOIT_WOLF)(panel().returns)
    assert weights.sum() == pytest.approx(1.0, abs=1e-8)
    assert weights.min() >= -1e-9


# --------------------------------------------------------------------------------------- out of sample


def test_equal_weights_out_of_sample_are_an_account_that_is_rebalanced() -> None:
    given = panel(periods=300)
    request = OutOfSampleRequest(
        method=AllocationMethod.HRP, against=AllocationMethod.EQUAL_WEIGHT, rebalance=50, cost_bps=20.0
    )
    found = run(request, given).value
    train, value, drifted = 210, 1.0, np.zeros(5)
    for first in range(train, 300, 50):
        holdings = np.full(5, value / 5)
        cost = float(np.abs(drifted - 0.2).sum())
        part = holdings * np.cumprod(1.0 + given.returns[first : first + 50], axis=0)[-1]
        value = float(part.sum()) * (1.0 - 0.002 * cost)
        drifted = part / part.sum()
    (equal,) = [row for row in found.methods if row.method == "equal_weight"]
    assert equal.annual_return == pytest.approx(value ** (252.0 / 90) - 1.0, rel=1e-10)
    grown = [row.value for row in found.growth if row.method == "equal_weight"]
    assert grown[-1] == pytest.approx(value, rel=1e-10)
    assert {row.method for row in found.growth} == {row.method for row in found.methods}
    assert found.summary.rebalances == 2
    assert found.summary.test_periods == 90
    assert {row.rebalance for row in found.weights} == {1, 2}


def test_the_t_statistic_is_that_of_the_differences() -> None:
    given = panel(periods=200)
    request = OutOfSampleRequest(
        method=AllocationMethod.MINIMUM_VARIANCE, against=AllocationMethod.HERC, covariance=SAMPLE,
        window=Window.EXPANDING, rebalance=1, train_share=0.5,
    )  # fmt: skip
    found = run(request, given).value
    gaps = []
    for at in range(100, 200):
        both = [solver_of(each, SAMPLE)(given.returns[:at]) for each in (request.method, request.against)]
        gaps.append(float((both[0] - both[1]) @ given.returns[at]))
    assert found.summary.t_statistic == pytest.approx(stats.ttest_1samp(gaps, 0.0).statistic, rel=1e-9)
    same = run(OutOfSampleRequest(method=AllocationMethod.HRP), given)
    assert same.value.summary.t_statistic is None
    assert same.warnings == ("Hierarchical risk parity (HRP) is compared with itself.",)


# ------------------------------------------------------------------------------------ weight stability


def test_intervals_are_reproducible_hold_what_they_should_and_shrink_with_more_data() -> None:
    request = StabilityRequest(method=AllocationMethod.INVERSE_VOLATILITY, draws=120, mean_block=1.0)
    first, again = run(request, panel(periods=1600)), run(request, panel(periods=1600))
    assert first.value == again.value
    other = run(StabilityRequest(**{**as_dict(request), "seed": 2}), panel(periods=1600))
    assert other.value.weights != first.value.weights
    short = run(request, panel(periods=100)).value
    assert first.value.summary.mean_width < 0.5 * short.summary.mean_width
    for row in first.value.weights:
        assert row.low <= row.mean <= row.high
        assert row.width == row.high - row.low
    assert sum(each.share for each in first.value.turnover) == pytest.approx(1.0)
    equal = run(StabilityRequest(method=AllocationMethod.EQUAL_WEIGHT, draws=5)).value
    assert (equal.summary.turnover, equal.turnover) == (0.0, ())


def test_few_draws_are_said_to_be_few_and_a_block_has_to_fit() -> None:
    found = run(StabilityRequest(method=AllocationMethod.EQUAL_WEIGHT, draws=10, mean_block=1.0))
    assert "10 draws are few for an interval at 95%" in found.warnings[0]
    with pytest.raises(InputError, match="mean_block must be at most the 400 periods, was 401"):
        run(StabilityRequest(mean_block=401.0))


def as_dict(request: Any) -> dict[str, Any]:
    return {name: getattr(request, name) for name in request.__struct_fields__}


# ------------------------------------------------------------------------------------------- tail risk


def test_measures_by_tail_are_those_of_the_distribution() -> None:
    given = panel(assets=1, periods=4000, seed=5)
    given.returns[:, 0] = stats.t(df=4).rvs(4000, random_state=7) * 0.01
    found = run(TailRequest(tail=0.05), given).value
    losses = np.sort(-given.returns[:, 0])[::-1]
    (row,) = [each for each in found.tails if each.tail == 0.05]
    assert row.historical_var == losses[200]
    assert row.historical_es == pytest.approx(losses[:200].mean())
    assert row.normal_var == pytest.approx(
        -given.returns.mean() - stats.norm.ppf(0.05) * given.returns.std(ddof=1)
    )
    (deep,) = [each for each in found.tails if each.tail == 0.005]
    assert deep.extreme_var == pytest.approx(-stats.t(df=4).ppf(0.005) * 0.01, rel=0.1)
    assert found.summary.shape == pytest.approx(0.25, abs=0.12)  # One over the degrees of freedom.
    checks = {each.method: each for each in found.checks}
    assert checks["historical"].observed == 200
    assert checks["historical"].p_value == pytest.approx(1.0)
    ratio = 2.0 * np.log(
        stats.binom.pmf(checks["normal"].observed, 4000, checks["normal"].observed / 4000)
        / stats.binom.pmf(checks["normal"].observed, 4000, 0.05)
    )
    assert checks["normal"].p_value == pytest.approx(stats.chi2(1).sf(ratio), rel=1e-6)
    widths = [each.high - each.low for each in found.histogram]
    assert sum(each.density * width for each, width in zip(found.histogram, widths, strict=True)) == (
        pytest.approx(1.0)
    )


def test_a_shock_moves_all_assets_by_their_betas() -> None:
    given = panel()
    found = run(TailRequest(weights=(0.5, 0.5, 0.0, 0.0, 0.0), shocks=("A4=-0.2", "market=0.1")), given).value
    one, two = found.stress
    slopes = [stats.linregress(given.returns[:, 4], given.returns[:, each]).slope for each in range(5)]
    assert one.lost == pytest.approx(0.2 * (slopes[0] + slopes[1]) / 2.0)
    assert (one.worst_asset, one.worst_asset_return) == ("A4", pytest.approx(-0.2))
    assert two.lost < 0.0
    portfolio = given.returns @ np.array([0.5, 0.5, 0.0, 0.0, 0.0])
    assert one.correlation == pytest.approx(np.corrcoef(portfolio, given.returns[:, 4])[0, 1])


def test_the_worst_stretch_is_found_by_looking_at_all() -> None:
    given = panel(periods=300)
    found = run(TailRequest(), given).value
    returns = given.returns.mean(axis=1)
    for row in found.stretches:
        all_of_them = [
            np.prod(1.0 + returns[first : first + row.periods]) for first in range(300 - row.periods + 1)
        ]
        assert row.lost == pytest.approx(1.0 - min(all_of_them))
    assert [row.periods for row in found.stretches] == [1, 5, 21, 63, 252]


def test_a_stretch_is_told_by_its_days_or_by_when_short_periods_end() -> None:
    """What ends at midnight is of the day before."""
    returns = np.full((60, 5), 1e-3)
    returns[9] = -0.2
    given = dataclasses.replace(panel(periods=60), returns=returns)
    daily = run(TailRequest(), given).value.stretches[0]
    assert (daily.first, daily.last) == ("1970-01-09", "1970-01-09")
    hourly = run(TailRequest(frequency=Frequency.HOUR), given).value.stretches[0]
    assert hourly.first == "1970-01-10T00:00:00Z"


@pytest.mark.parametrize("text", ["A0", "A0=x", "A0=-1.5", "A9=-0.1", "=-0.1", "A0=nan"])
def test_a_shock_that_cannot_be_read_is_quoted(text: str) -> None:
    with pytest.raises(InputError, match=text if text != "A9=-0.1" else "'A9' of 'A9=-0.1' is none"):
        run(TailRequest(shocks=(text,)), panel())


def test_a_tail_without_peaks_says_so() -> None:
    found = run(TailRequest(), panel(periods=60))
    assert "There is no law of extremes: needs at least 20" in found.warnings[0]
    assert found.value.summary.extreme_var is None
    assert run(TailRequest(), panel(periods=60)).value.checks[0].p_value is None


# ------------------------------------------------------------------------------------- entropy pooling


def test_views_hold_under_the_probabilities_and_nothing_else_is_moved_further() -> None:
    given = panel()
    views = ("A0=0.2", "A1>A2=0.05", "A3>=0.3", "A4~0.3", "A2<=9")
    found = run(EntropyRequest(views=views), given).value
    after = {row.asset: row for row in found.beliefs}
    assert after["A0"].posterior_return == pytest.approx(0.2)
    assert after["A1"].posterior_return - after["A2"].posterior_return == pytest.approx(0.05)
    assert after["A3"].posterior_return >= 0.3 - 1e-9
    assert after["A4"].posterior_volatility == pytest.approx(0.3)
    assert after["A4"].posterior_return == pytest.approx(after["A4"].prior_return)
    assert 0.0 < found.pooling.entropy < 1.0
    counted = np.array([row.posterior for row in found.probabilities])
    assert counted.size == 400
    assert counted.mean() == pytest.approx(1.0)
    assert found.pooling.entropy == pytest.approx(float((counted * np.log(counted)).mean()))


def test_without_views_the_prior_stands_and_a_half_life_tilts_it() -> None:
    found = run(EntropyRequest())
    assert found.value.pooling.entropy == 0.0
    assert found.value.pooling.effective_periods == pytest.approx(400.0)
    assert "no views" in found.warnings[0]
    given = panel()
    tilted = run(EntropyRequest(half_life=20.0), given).value
    weights = 0.5 ** (np.arange(399, -1, -1) / 20.0)
    expected = np.average(given.returns, axis=0, weights=weights) * 252.0
    assert [row.prior_return for row in tilted.beliefs] == pytest.approx(expected.tolist())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A=0.1", (("A", ""), "=", 0.1)),
        ("A > B = -2e-1", (("A", "B"), "=", -0.2)),
        ("A>=0.1", (("A", ""), ">=", 0.1)),
        ("A<=0.1", (("A", ""), "<=", 0.1)),
        ("A~0.4", (("A", ""), "~", 0.4)),
    ],
)
def test_views_are_read(text: str, read: Any) -> None:
    assert read_view(text) == read


@pytest.mark.parametrize("text", ["A", "A=", "=1", "A=x", "A~-1", "A>B~0.1", "A=nan", "A>B>=1"])
def test_a_view_that_cannot_be_read_is_quoted(text: str) -> None:
    with pytest.raises(InputError, match="views must be readable"):
        read_view(text)


def test_views_that_cannot_hold_and_strangers_are_named() -> None:
    with pytest.raises(InputError, match="'A9' of 'A9=0' is none"):
        run(EntropyRequest(views=("A9=0",)))
    for views, worst in (
        (("A1~0.2", "A2=0.1", "A0=90"), "A0=90"),
        (("A1=0.1", "A0~90"), "A0~90"),
        (("A1=0.1", "A2>=0.1", "A1>=0.3"), "A1>=0.3"),
    ):
        with pytest.raises(InputError, match=f"view {worst!r} .*per period"):
            run(EntropyRequest(views=views))
    with pytest.raises(InputError, match="half_life must be from 1"):
        run(EntropyRequest(half_life=0.5))


# ---------------------------------------------------------------------------------------- CAPM, frontier


def test_capm_is_rate_plus_beta_times_premium() -> None:
    given = panel()
    request = MeanVarianceRequest(
        objective=Objective.TARGET_RETURN, expected_returns=MeanName.CAPM, market="A2", risk_free_rate=0.02,
        target=0.15, lower=-1.0,
    )  # fmt: skip
    weights = [row.weight for row in run(request, given).value.weights]
    rate = 1.02 ** (1.0 / 252.0) - 1.0
    slopes = [stats.linregress(given.returns[:, 2], given.returns[:, each]).slope for each in range(5)]
    mean = rate + np.array(slopes) * (given.returns[:, 2].mean() - rate)
    assert float(np.array(weights) @ mean) * 252.0 == pytest.approx(0.15, abs=1e-8)
    with pytest.raises(InputError, match="market must be an asset of the request, was 'A9'"):
        run(MeanVarianceRequest(expected_returns=MeanName.CAPM, market="A9"))
    with pytest.raises(InputError, match="market must be left out for sample_mean"):
        run(MeanVarianceRequest(market="A1"))


def test_a_frontier_shows_its_portfolios_and_what_they_hold() -> None:
    found = run(FrontierRequest(points=12, mine=(0.5, 0.5, 0.0, 0.0, 0.0))).value
    names = [point.name for point in found.points if point.group == "portfolio"]
    assert names == ["least risk", "equal weights", "your weights", "maximum Sharpe"]
    assert all(point.volatility >= found.summary.minimum_risk - 1e-12 for point in found.points)
    by_place: dict[float, float] = {}
    for row in found.shares:
        by_place[row.risk] = by_place.get(row.risk, 0.0) + row.weight
    assert all(total == pytest.approx(1.0) for total in by_place.values())
    wide = run(FrontierRequest(points=3), panel(assets=20)).value
    assert len({row.asset for row in wide.shares}) == 13
    with pytest.raises(InputError, match="mine must be 5, one for each asset"):
        run(FrontierRequest(mine=(1.0,)))


# ------------------------------------------------------------------------------ what ends in the middle


def falling(periods: int = 120) -> Any:
    """All assets lose in the first half and earn in the second."""
    given = panel(periods=periods)
    drift = np.where(np.arange(periods) < periods // 2, -0.02, 0.02)[:, None]
    return dataclasses.replace(given, returns=given.returns + drift)


def test_a_fit_without_weights_is_named() -> None:
    asked = OutOfSampleRequest(method=AllocationMethod.MAXIMUM_SHARPE, train_share=0.25, rebalance=10)
    with pytest.raises(InputError, match="the fit on periods 1 to 30 has no weights: excess return"):
        run(asked, falling())
    drawn = StabilityRequest(method=AllocationMethod.MAXIMUM_SHARPE, draws=60, mean_block=60.0)
    with pytest.raises(InputError, match=r"sample \d+ of 60 has no weights by maximum_sharpe: excess return"):
        run(drawn, dataclasses.replace(falling(), returns=falling().returns + 0.004))


def test_each_method_has_one_row() -> None:
    equal = AllocationMethod.EQUAL_WEIGHT
    for method, against in ((equal, AllocationMethod.HRP), (AllocationMethod.HRP, AllocationMethod.HRP)):
        rows = run(OutOfSampleRequest(method=method, against=against)).value.methods
        assert [row.method for row in rows] == list(dict.fromkeys([method.value, against.value, equal.value]))


def test_weights_that_lose_more_than_there_is_are_named() -> None:
    with pytest.raises(InputError, match="weights must not lose everything in a period"):
        run(TailRequest(weights=(100.0,) * 5))
