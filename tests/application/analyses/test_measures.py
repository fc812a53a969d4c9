"""Measures of risk, tracking, plans of trades and whole lots, as analyses."""

import dataclasses
import re
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.application.analyses.test_allocations import YEAR, panel, run, weights_of
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.application.analyses.estimates import CovarianceName
from trade2026.application.analyses.limits import Constraining
from trade2026.application.analyses.lots import LotMethod, LotsRequest
from trade2026.application.analyses.measure_request import MeasureRequest
from trade2026.application.analyses.tracking import TrackingRequest
from trade2026.application.analyses.trade_plan import TradePlanRequest
from trade2026.primitives.errors import InputError

EQUAL = (0.2,) * 5
LINEAR = [Measure.MEAN_ABSOLUTE_DEVIATION, Measure.CVAR, Measure.WORST_REALIZATION]


@pytest.mark.parametrize("measure", list(Measure))
def test_the_measure_asked_for_is_the_least_of_its_row(measure: Measure) -> None:
    found = run(MeasureRequest(measure=measure), panel(periods=120)).value
    (row,) = [each for each in found.measures if each.optimized]
    assert row.measure == measure.value
    assert row.portfolio <= row.equal_weight + 1e-12
    assert found.summary.violation <= 1e-8
    assert weights_of(found).sum() == pytest.approx(1.0)
    assert len(found.measures) == len(Measure)


def test_a_ratio_is_in_its_row_and_targets_are_met() -> None:
    given = panel(periods=120)
    best = run(MeasureRequest(measure=Measure.CDAR, goal=Goal.MAXIMUM_RATIO), given).value
    ratio = next(each.ratio for each in best.measures if each.optimized)
    least = run(MeasureRequest(measure=Measure.CDAR), given).value
    assert ratio >= next(each.ratio for each in least.measures if each.optimized) - 1e-12
    target = 0.5 * (least.summary.expected_return + best.summary.expected_return) + 0.01
    met = run(MeasureRequest(measure=Measure.CDAR, target_return=target), given).value
    assert met.summary.expected_return >= target - 1e-9
    limit = 1.2 * next(each.portfolio for each in least.measures if each.optimized)
    most = run(MeasureRequest(measure=Measure.CDAR, goal=Goal.MAXIMUM_RETURN, risk_limit=limit), given).value
    assert next(each.portfolio for each in most.measures if each.optimized) <= limit * (1.0 + 1e-9)
    assert most.summary.expected_return >= least.summary.expected_return
    volatile = MeasureRequest(measure=Measure.VOLATILITY, goal=Goal.MAXIMUM_RETURN, risk_limit=0.17)
    assert run(volatile, given).value.summary.volatility == pytest.approx(0.17, abs=1e-6)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (MeasureRequest(goal=Goal.MAXIMUM_RETURN), "risk_limit must be given"),
        (MeasureRequest(target_return=9.0), "highest return allowed"),
        (
            MeasureRequest(goal=Goal.MAXIMUM_RETURN, risk_limit=1e-6),
            r"risk_limit must be at least 0\.\d+ a period, the least risk allowed, was 1e-06",
        ),
        (
            MeasureRequest(goal=Goal.MAXIMUM_RATIO, target_return=0.1),
            "target_return must be left out for maximum_ratio, was 0.1; it is for minimum_risk",
        ),
        (
            MeasureRequest(risk_limit=0.1),
            "risk_limit must be left out for minimum_risk, was 0.1; it is for maximum_return",
        ),
        (
            TrackingRequest(benchmark_asset="A0", constraints=Constraining(tracking_error=0.01)),
            "tracking_error must be left out with benchmark_asset=A0, was 0.01",
        ),
        (MeasureRequest(measure=Measure.EVAR, tail=0.001), "more than one period"),
        (
            MeasureRequest(measure=Measure.EVAR, goal=Goal.MAXIMUM_UTILITY),
            "maximum_utility is not for evar",
        ),
        (
            MeasureRequest(measure=Measure.ULCER_INDEX, goal=Goal.MAXIMUM_UTILITY),
            "maximum_utility is for volatility",
        ),
        (
            MeasureRequest(goal=Goal.MAXIMUM_RATIO, risk_free_rate=0.9),
            "there is no best ratio to risk",
        ),
        (TrackingRequest(), "one of benchmark_asset and constraints.benchmark must be given"),
        (TrackingRequest(benchmark_asset="Z"), "was 'Z'"),
        (
            TrackingRequest(benchmark_asset="A0", cost=0.1),
            "current must be given where trading costs",
        ),
        (TrackingRequest(constraints=Constraining(benchmark=(1.0,))), "benchmark must be 5 weights"),
        (TradePlanRequest(), "constraints.current must be 5 weights"),
        (TradePlanRequest(constraints=Constraining(current=EQUAL), half_life=-1.0), "half_life"),
        (LotsRequest(), "prices must be 5"),
        (LotsRequest(prices=(1.0,) * 5, weights=(1.0,)), "weights must be 5"),
        (LotsRequest(prices=(1.0,) * 5, lot_sizes=(1.0, 2.0)), "lot_sizes must be 5"),
    ],
)
def test_what_cannot_be_is_named(request_: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(request_)


def test_a_measure_that_can_be_made_zero_has_no_best_ratio() -> None:
    given = panel()
    shifted = dataclasses.replace(given, returns=given.returns + 0.5)  # No loss at all.
    with pytest.raises(InputError, match=r"zero or less, so that no ratio|without limit"):
        run(MeasureRequest(measure=Measure.CVAR, goal=Goal.MAXIMUM_RATIO), shifted)


def test_an_asset_is_tracked_by_others() -> None:
    given = panel()
    found = run(TrackingRequest(benchmark_asset="A4", covariance=CovarianceName.SAMPLE), given).value
    assert [row.asset for row in found.weights] == ["A0", "A1", "A2", "A3"]
    away = given.returns[:, :4] @ weights_of(found) - given.returns[:, 4]
    assert found.tracking.realized_tracking_error == pytest.approx(away.std(ddof=1) * YEAR**0.5)
    assert found.tracking.tracking_error == pytest.approx(away.std(ddof=1) * YEAR**0.5, rel=1e-6)
    assert found.tracking.active_share is None
    for other in np.random.default_rng(2).dirichlet(np.ones(4), 300):
        apart = given.returns[:, :4] @ other - given.returns[:, 4]
        assert found.tracking.realized_tracking_error <= apart.std(ddof=1) * YEAR**0.5 + 1e-12
    assert found.path[-1].benchmark == pytest.approx(np.prod(1.0 + given.returns[:, 4]))


def test_a_benchmark_of_weights_by_a_few_at_a_cost() -> None:
    few = Constraining(benchmark=EQUAL, current=(0.5, 0.5, 0.0, 0.0, 0.0), held=3)
    free = run(TrackingRequest(constraints=few)).value
    assert free.tracking.assets <= 3
    assert free.tracking.cost == 0.0
    dear = run(TrackingRequest(constraints=few, cost=0.01, cost_aversion=1.0)).value
    assert dear.tracking.turnover < free.tracking.turnover
    assert dear.tracking.tracking_error > free.tracking.tracking_error
    assert dear.tracking.cost == pytest.approx(0.01 * dear.tracking.turnover)
    assert free.tracking.active_share == pytest.approx(0.5 * np.abs(weights_of(free) - 0.2).sum())


def test_a_plan_trades_less_where_it_costs_more() -> None:
    held = Constraining(current=(0.6, 0.1, 0.1, 0.1, 0.1))
    cheap = run(TradePlanRequest(constraints=held, cost=0.0001, steps=2, half_life=30.0)).value
    dear = run(TradePlanRequest(constraints=held, cost=0.02, steps=2, half_life=30.0)).value
    assert cheap.plan.turnover > dear.plan.turnover
    assert cheap.plan.gain >= dear.plan.gain - 1e-12 >= -2e-12
    assert sum(row.trade for row in cheap.trades) == pytest.approx(0.0, abs=1e-8)
    assert cheap.plan.cost == pytest.approx(0.0001 * cheap.plan.turnover, abs=1e-9)
    assert {cell.step for cell in cheap.path} == {0, 1, 2}
    for row, weight in zip(cheap.trades, weights_of(cheap), strict=True):
        assert row.weight == weight == pytest.approx(row.current + row.trade)
    forecasts = [row.forecast for row in cheap.trades]
    plain = run(TradePlanRequest(constraints=held)).value
    assert np.ptp(forecasts) < np.ptp([row.forecast for row in plain.trades])


def test_what_is_held_and_not_allowed_has_no_gain() -> None:
    held = Constraining(current=(0.9, 0.1, 0.0, 0.0, 0.0))
    assert run(TradePlanRequest(constraints=held, upper=0.5)).value.plan.gain is None


def test_whole_lots_and_the_cash_that_is_left() -> None:
    request = LotsRequest(
        weights=(0.4, 0.3, 0.2, 0.1, 0.0), prices=(171.25, 410.5, 198.3, 104.75, 10.0), amount=25_000.0
    )
    found = run(request).value
    spent = sum(row.lots * row.price for row in found.lots)
    assert found.summary.cash == pytest.approx(25_000.0 - spent)
    assert found.summary.invested == pytest.approx(spent)
    assert found.summary.error == pytest.approx(sum(abs(row.wanted - row.reached) for row in found.lots))
    by_name = {row.method: row for row in found.methods}
    assert by_name["optimal"].error + by_name["optimal"].cash / 25_000 <= (
        by_name["greedy"].error + by_name["greedy"].cash / 25_000 + 1e-9
    )
    assert by_name["greedy"].gap is None
    hundreds = run(
        LotsRequest(prices=(10.0,) * 5, amount=100_000.0, lot_sizes=(100.0,), method=LotMethod.GREEDY)
    ).value
    assert [row.quantity for row in hundreds.lots] == [2_000.0] * 5
    assert hundreds.summary.cash == 0.0
    small = run(LotsRequest(prices=(10_000.0,) * 5, amount=100.0))
    assert any("too small" in each for each in small.warnings)


def test_lots_tell_a_search_that_ended_and_weights_that_are_percent() -> None:
    rng = np.random.default_rng(3)
    given = panel(assets=60)
    asked = LotsRequest(
        weights=tuple(rng.dirichlet(np.ones(60)).tolist()),
        prices=tuple((10.0 ** rng.uniform(0.5, 3.0, 60)).tolist()),
    )
    assert any("ended at its limit" in each for each in run(asked, given).warnings)
    percent = run(LotsRequest(weights=(20.0,) * 5, prices=(10.0,) * 5))
    assert "Weights sum to 100" in percent.warnings[-1]
    assert "0.2 is 20 %" in percent.warnings[-1]


@pytest.mark.parametrize("measure", [Measure.VOLATILITY, Measure.CVAR])
def test_what_can_be_reached_is_told_in_the_unit_that_is_asked_in(measure: Measure) -> None:
    for asked, field in (
        (MeasureRequest(measure=measure, target_return=9.0), "target_return"),
        (MeasureRequest(measure=measure, goal=Goal.MAXIMUM_RETURN, risk_limit=1e-4), "risk_limit"),
    ):
        with pytest.raises(InputError, match=f"^{field} must be at") as told:
            run(asked)
        shown = float(re.findall(r"at (?:least|most) (\S+) a", str(told.value))[0])
        run(msgspec.structs.replace(asked, **{field: shown}))  # What is shown can be asked for.
        assert ("a period" in str(told.value)) == (field == "risk_limit" and measure is Measure.CVAR)


def test_weights_of_zero_have_no_shares_and_no_ratio() -> None:
    nothing = Constraining(budget=0.0, gross=0.0)
    found = run(MeasureRequest(lower=-1.0, constraints=nothing)).value
    assert found.summary.effective_assets is None
    assert found.summary.sharpe_ratio is None
    assert [row.risk_share for row in found.weights] == [None] * 5


def test_two_periods_give_numbers() -> None:
    found = run(MeasureRequest(measure=Measure.VOLATILITY), panel(periods=2)).value
    assert found.summary.volatility == pytest.approx(0.0, abs=1e-6)


def test_as_much_short_as_long_has_a_best_ratio_over_any_rate() -> None:
    neutral = Constraining(budget=0.0)
    given = panel()
    for rate in (0.0, 0.05):
        asked = MeasureRequest(
            measure=Measure.VOLATILITY, goal=Goal.MAXIMUM_RATIO, lower=-0.5, upper=0.5,
            constraints=neutral, risk_free_rate=rate, covariance=CovarianceName.SAMPLE,
        )  # fmt: skip
        found = run(asked, given).value
        ratio = next(each.ratio for each in found.measures if each.optimized)
        assert found.summary.sharpe_ratio == pytest.approx(
            ratio * YEAR**0.5
        )  # What is not invested earns it.
        assert weights_of(found).sum() == pytest.approx(0.0, abs=1e-9)


def test_what_is_lost_stays_lost() -> None:
    found = run(
        MeasureRequest(goal=Goal.MAXIMUM_UTILITY, risk_aversion=1e-3, lower=-10.0, upper=10.0),
        dataclasses.replace(panel(), returns=5.0 * panel().returns),
    ).value
    last = [row.portfolio for row in found.growth if row.portfolio <= 0.0]
    assert last
    assert set(last) == {last[0]}
    assert found.growth[-1].portfolio == last[0]


def test_rows_of_a_request_with_days_have_pictures_over_time() -> None:
    mine = dataclasses.replace(panel(), data="")
    undated = dataclasses.replace(mine, ts_ns=np.arange(mine.ts_ns.size))
    for given, count in ((mine, True), (undated, False)):
        assert bool(run(MeasureRequest(), given).value.growth) is count
        assert bool(run(TrackingRequest(benchmark_asset="A0"), given).value.path) is count
