"""What would take hours is refused before it starts, with the value that would not."""

import re
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.application.analyses.test_allocations import run
from trade2026.analytics.optimization.names import Goal, Measure
from trade2026.application.analyses import budget
from trade2026.application.analyses.barra_risk_types import FactorRiskRequest
from trade2026.application.analyses.budget import (
    WORK_MAX,
    Part,
    check_every,
    check_once,
    check_parts,
    check_work,
)
from trade2026.application.analyses.costs import cost_of_estimator
from trade2026.application.analyses.covariance import CovarianceRequest
from trade2026.application.analyses.covariance_over_time import OverTimeRequest
from trade2026.application.analyses.covariance_recovery import (
    COMPARED,
    DRAWN,
    RecoveryRequest,
    TruthName,
)
from trade2026.application.analyses.estimates import CovarianceName, CovarianceOptions, NoiseName
from trade2026.application.analyses.frontier import FrontierRequest
from trade2026.application.analyses.limits import Constraining
from trade2026.application.analyses.mean_variance import MeanVarianceRequest
from trade2026.application.analyses.measure_request import MeasureRequest
from trade2026.application.analyses.method_costs import MEASURES, cost_of_method, words_of_methods
from trade2026.application.analyses.out_of_sample import OutOfSampleRequest, Window
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.analyses.solvers import AllocationMethod
from trade2026.application.analyses.weight_stability import StabilityRequest
from trade2026.primitives.errors import InputError

DCC, LEDOIT_WOLF = CovarianceName.DCC_GARCH, CovarianceName.LEDOIT_WOLF
CVAR, HRP = AllocationMethod.MINIMUM_CVAR, AllocationMethod.HRP


def wide(assets: int, periods: int, periods_per_year: float = 252.0) -> Panel:
    returns = np.random.default_rng(1).normal(0.0, 0.01, (periods, assets))
    names = tuple(f"A{number}" for number in range(assets))
    times = np.arange(periods) * 86_400 * 10**9
    return Panel(names, times, returns, periods_per_year, "mine", "", "", (), ())


def test_the_largest_that_is_told_is_allowed() -> None:
    each = WORK_MAX / 1000.5
    with pytest.raises(InputError, match=r"draws must be at most 1,000 of these, was 1,001: .* ask for"):
        check_work("draws", 1_001, each, "of these")
    check_work("draws", 1_000, each, "of these")
    with pytest.raises(InputError, match=r"one alone is too much"):
        check_work("draws", 1, 2.0 * WORK_MAX, "of these")


def test_the_smallest_distance_that_is_told_is_allowed() -> None:
    each = WORK_MAX / 10.5  # Ten times in 99 periods are one in ten periods.
    words = r"rebalance must be at least 10 for these, was 9: 11 of them would take .* ask for 10 or more"
    with pytest.raises(InputError, match=words):
        check_every("rebalance", 9, 99, each, "for these")
    check_every("rebalance", 10, 99, each, "for these")
    with pytest.raises(InputError, match=r"at least 99 for these, .* one alone is too much"):
        check_every("rebalance", 50, 99, 2.0 * WORK_MAX, "for these")


def test_parts_that_are_allowed_alone_are_refused_together() -> None:
    """The one that takes the most is named, with what the others leave."""
    unit = WORK_MAX / 100.0
    few, many, other = Part("few", 30, unit, "of these"), Part("many", 60, unit, "of those"), 25
    for part in (few, many, Part("other", other, unit, "")):
        check_parts(part)
    check_parts(few, Part("many", 45, unit, "of those"), Part("other", other, unit, ""))
    words = r"many must be at most 45 of those, was 60: they would take with all else .* ask for 45 at most"
    with pytest.raises(InputError, match=words):
        check_parts(few, many, Part("other", other, unit, ""))
    with pytest.raises(InputError, match=r"^few .* all else alone is too much; ask for less of it"):
        check_parts(few._replace(wanted=130), Part("many", 110, unit, ""))


def test_sizes_that_are_told_are_allowed_where_it_is_done_once() -> None:
    def cost(periods: int, assets: int) -> float:
        return WORK_MAX / 1e6 * periods * assets**2

    words = (
        r"this of 200 assets over 400 periods would take .*; ask for 50 assets at most, or for 25 periods at "
        r"most, or for less$"
    )
    with pytest.raises(InputError, match=words):
        check_once("this", cost, 400, 200, "less")
    check_once("this", cost, 400, 50, "less")
    check_once("this", cost, 25, 200, "less")
    for periods, assets, besides in ((400, 51, 0.0), (26, 200, 0.0), (400, 50, WORK_MAX)):
        with pytest.raises(InputError, match=r"would take"):
            check_once("this", cost, periods, assets, "less", besides)


# ------------------------------------------------------------------- each request that may ask for hours


SMALL = wide(4, 120)
MONTHS = wide(6, 40, periods_per_year=12.0)
RISK: dict[str, Any] = {"styles": (), "warm_up_months": 30, "correlation_months": 60.0}


@pytest.mark.parametrize(
    ("request_", "panel", "field", "operations"),
    [
        pytest.param(StabilityRequest(), SMALL, "draws", 1e7, id="stability"),
        pytest.param(StabilityRequest(method=CVAR), SMALL, "draws", 4e7, id="stability, cvar"),
        pytest.param(OutOfSampleRequest(), SMALL, "rebalance", 2e7, id="out of sample"),
        pytest.param(
            OutOfSampleRequest(window=Window.EXPANDING, method=CVAR, against=CVAR),
            SMALL, "rebalance", 5e7, id="out of sample, expanding",
        ),
        pytest.param(OverTimeRequest(lookback=40), SMALL, "rebalance", 1e8, id="over time"),
        pytest.param(RecoveryRequest(), SMALL, "draws", 6e7, id="recovery"),
        pytest.param(
            FrontierRequest(measure=Measure.CVAR), SMALL, "points", 6e7, id="frontier of a measure"
        ),
        pytest.param(
            FactorRiskRequest(lags=0, random_portfolios=1, **RISK), MONTHS, "draws", 1e5, id="factor risk"
        ),
        pytest.param(
            FactorRiskRequest(draws=0, random_portfolios=1, **RISK), MONTHS, "lags", 1e5,
            id="factor risk, lags",
        ),
        pytest.param(
            FactorRiskRequest(draws=0, lags=0, **RISK), MONTHS, "random_portfolios", 1e5,
            id="factor risk, portfolios",
        ),
    ],
)  # fmt: skip
def test_what_is_told_is_computed_and_one_more_refused(
    request_: ReturnsRequest, panel: Panel, field: str, operations: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is made so small that the largest request takes no time."""
    monkeypatch.setattr(budget, "WORK_MAX", operations)
    is_distance = field == "rebalance"
    greedy = msgspec.structs.replace(request_, **{field: 1 if is_distance else 1_000})
    side = "least" if is_distance else "most"
    with pytest.raises(InputError, match=rf"^{field} must be at {side} [0-9,]+ ") as refused:
        run(greedy, panel)
    found = re.search(r"must be at \w+ ([0-9,]+) .*; ask for \1 ", str(refused.value))
    assert found is not None, refused.value
    told = int(found[1].replace(",", ""))
    assert 2 <= told < 1_000
    run(msgspec.structs.replace(request_, **{field: told}), panel)
    beyond = told - 1 if is_distance else told + 1
    words = rf"^{field} must be at {side} {told} .*, was {beyond}: "
    if isinstance(request_, FactorRiskRequest):  # It names what takes the most then, which may be another.
        words = r"with all else that is asked for about"
    with pytest.raises(InputError, match=words):
        run(msgspec.structs.replace(request_, **{field: beyond}), panel)


@pytest.mark.parametrize(
    ("request_", "panel", "words"),
    [
        (StabilityRequest(draws=10_000), wide(1_800, 60), "draws .* of minimum_variance by ledoit_wolf for"),
        (StabilityRequest(draws=10_000, covariance=DCC), wide(20, 3_000), "draws .* by dcc_garch for 20"),
        (StabilityRequest(draws=10_000, method=CVAR), wide(400, 4_000), "draws .* of minimum_cvar for 400"),
        (
            OutOfSampleRequest(rebalance=1, covariance=DCC), wide(20, 8_000),
            "rebalance must be at least 4 for fits of herc and hrp by dcc_garch on 20 assets and 5,600",
        ),
        (OverTimeRequest(rebalance=1, estimators=(LEDOIT_WOLF, DCC)), wide(60, 4_000), "ledoit_wolf and dcc"),
        (
            FrontierRequest(points=500, measure=Measure.AVERAGE_DRAWDOWN), wide(20, 20_000),
            "points must be at most 171 for 20 assets and average_drawdown of 20,000 periods",
        ),
        (RecoveryRequest(draws=1_000, estimators=(DCC,)), wide(100, 900), "draws .* for dcc_garch on 100"),
        (
            FactorRiskRequest(draws=10_000, sectors=tuple(f"A{n}=S{n // 2}" for n in range(140))),
            wide(140, 1_000, 12.0), "draws must be .* for 988 forecasts of 75 factors",
        ),
        (FactorRiskRequest(draws=0, lags=100), wide(20, 60_000, 12.0), "lags must be at most"),
        (
            FactorRiskRequest(draws=0, lags=0, random_portfolios=1_000, window_months=44),
            wide(2, 100_000, 12_000.0), "random_portfolios must be at most",
        ),
        (FactorRiskRequest(draws=0, lags=0), wide(40, 100_000, 12.0), "periods must be at most"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, ReturnsRequest) else "",
)  # fmt: skip
def test_hours_are_refused_before_they_start(request_: ReturnsRequest, panel: Panel, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(request_, panel)


@pytest.mark.parametrize(
    ("request_", "panel", "words"),
    [
        (
            MeanVarianceRequest(covariance=DCC), wide(1_000, 4_000),
            r"^dcc_garch of 1,000 assets over 4,000 periods would take .* ask for 946 assets at most, or for "
            r"3,584 periods at most, or for a quicker estimator$",
        ),
        (
            MeasureRequest(measure=Measure.AVERAGE_DRAWDOWN), wide(40, 200_000),
            r"^minimum_risk by average_drawdown with ledoit_wolf of 40 assets over 200,000 periods would "
            r"take .* or for 189,\d+ periods at most, or for another measure",
        ),
        (
            MeasureRequest(
                measure=Measure.AVERAGE_DRAWDOWN, goal=Goal.MAXIMUM_RETURN, risk_limit=0.1
            ),
            wide(40, 100_000), r"^maximum_return by average_drawdown",
        ),
        (CovarianceRequest(estimator=DCC), wide(1_000, 4_000), r"^dcc_garch of 1,000 assets"),
        (
            MeanVarianceRequest(constraints=Constraining(held=10)), wide(1_300, 20),
            r"^a choice of assets of 1,300 assets over 20 periods would .* ask for 1,216 assets at most, "
            r"or for no limits on what is held or traded$",
        ),
        (
            MeasureRequest(measure=Measure.EVAR, constraints=Constraining(least=0.02)), wide(400, 2_000),
            r"^minimum_risk by evar with ledoit_wolf of 400 assets over 2,000 .* ask for 298 assets",
        ),
        (FrontierRequest(covariance=DCC), wide(1_000, 4_000), r"^dcc_garch of 1,000 assets"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, ReturnsRequest) else "",
)  # fmt: skip
def test_what_is_done_once_is_refused_with_the_sizes_that_would_do(
    request_: ReturnsRequest, panel: Panel, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        run(request_, panel)


def test_an_estimator_that_takes_too_much_beside_the_others_says_so_in_its_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All together are bounded: what is alone below the bound is not made where others used it up."""
    small, cut = wide(4, 120), 72

    def of(name: CovarianceName, periods: int = cut) -> float:
        return cost_of_estimator(name, CovarianceOptions(), periods, 4)

    chosen, others = (
        of(CovarianceName.SAMPLE, 120),
        sum(of(name) for name in CovarianceName if name is not DCC),
    )
    request = CovarianceRequest(estimator=CovarianceName.SAMPLE, train_share=0.6)
    monkeypatch.setattr(budget, "WORK_MAX", of(DCC) + chosen + 0.9 * others)
    rows = {each.estimator: each for each in run(request, small).value.estimators}
    assert rows["dcc_garch"].error.startswith("dcc_garch of 4 assets over 72 periods would take")
    assert [name for name, each in rows.items() if each.error] == ["dcc_garch"]
    monkeypatch.setattr(budget, "WORK_MAX", of(DCC) + chosen + others + 1.0)
    assert not any(each.error for each in run(request, small).value.estimators)


def test_two_weeks_of_minutes_are_seconds_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """941 fits of each estimator; those of DCC-GARCH, for each minute, would be half an hour's."""
    minutes = wide(5, 20_000, 525_600.0)
    monkeypatch.setattr(budget, "WORK_MAX", 3e10)
    found = run(OverTimeRequest(estimators=(CovarianceName.SAMPLE, CovarianceName.DETRENDED)), minutes)
    assert (found.value.summary.rebalances, found.value.summary.test_periods) == (941, 19_748)
    assert not any(each.error for each in found.value.estimators)
    with pytest.raises(
        InputError, match=r"^rebalance must be at least 5\d for fits of dcc_garch on 5 assets"
    ):
        run(OverTimeRequest(estimators=(DCC,), rebalance=1), minutes)


def test_points_the_best_ratio_and_the_covariance_of_a_frontier_count_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = FrontierRequest(points=5, measure=Measure.CVAR, covariance=DCC)
    each = MEASURES[Measure.CVAR].of(120, 4)
    once = each + cost_of_estimator(DCC, CovarianceOptions(), 120, 4)  # The ratio is one program more.
    monkeypatch.setattr(budget, "WORK_MAX", 4.9 * each + once)
    with pytest.raises(InputError, match=r"^points must be at most 4 .* with all else that is asked for"):
        run(request, SMALL)
    monkeypatch.setattr(budget, "WORK_MAX", 5.0 * each + once + 1.0)
    run(request, SMALL)


def test_the_covariance_of_the_data_counts_where_truths_have_its_eigenvalues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is made once for all samples; truths from factors need none."""
    request = RecoveryRequest(draws=50, estimators=(LEDOIT_WOLF,))
    of_factors = msgspec.structs.replace(request, truth=TruthName.FACTORS)
    once = cost_of_estimator(LEDOIT_WOLF, CovarianceOptions(), 120, 4)
    draws = 50 * (DRAWN.of(120, 4) + once + COMPARED.of(120, 4))
    monkeypatch.setattr(budget, "WORK_MAX", draws + 0.9 * once)
    run(of_factors, SMALL)
    with pytest.raises(InputError, match=r"^draws must be at most 49 .* with all else that is asked for"):
        run(request, SMALL)
    monkeypatch.setattr(budget, "WORK_MAX", draws + once + 1.0)
    run(request, SMALL)


def test_points_with_a_limit_of_assets_are_refused_before_they_start() -> None:
    request = FrontierRequest(points=500, constraints=Constraining(held=10))
    with pytest.raises(InputError, match=r"points must be at most .* for 300 assets"):
        run(request, wide(300, 310))


def test_a_cost_is_that_of_what_is_asked_for() -> None:
    plain, fitted = CovarianceOptions(), CovarianceOptions(noise=NoiseName.FITTED)
    sizes = (1_000, 50)

    def of(name: CovarianceName, options: CovarianceOptions = plain) -> float:
        return cost_of_estimator(name, options, *sizes)

    assert of(CovarianceName.DENOISED, fitted) > 10.0 * of(CovarianceName.DENOISED)
    far = CovarianceOptions(lookback=500)
    assert of(CovarianceName.DETRENDED, far) > 10.0 * of(CovarianceName.DETRENDED)
    assert all(of(DCC) > 100.0 * of(name) for name in CovarianceName if name is not DCC)
    for method in AllocationMethod:
        needs = cost_of_method(method, DCC, plain, *sizes) > cost_of_method(
            method, LEDOIT_WOLF, plain, *sizes
        )
        assert needs is (method not in (AllocationMethod.EQUAL_WEIGHT, CVAR))
        assert ("dcc_garch" in words_of_methods((method,), DCC)) is needs
