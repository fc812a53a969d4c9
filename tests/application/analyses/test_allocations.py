"""Analyses that allocate: what they say of weights is what those weights come to, and what they refuse."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from trade2026.application.analyses.allocation import AllocationResult
from trade2026.application.analyses.black_litterman import BlackLittermanRequest, views_of
from trade2026.application.analyses.covariance import CovarianceRequest
from trade2026.application.analyses.declaration import Found
from trade2026.application.analyses.estimates import CovarianceName
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.expected_shortfall import ShortfallRequest
from trade2026.application.analyses.frontier import FrontierRequest
from trade2026.application.analyses.hierarchical import HierarchicalRequest, TreeMethod
from trade2026.application.analyses.mean_variance import MeanVarianceRequest, Objective
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.registry import analyses
from trade2026.application.analyses.risk import RiskRequest
from trade2026.application.analyses.risk_based import RiskBasedRequest, RiskMethod
from trade2026.application.analyses.values import proof_of
from trade2026.primitives.errors import InputError

YEAR = 252.0


def panel(assets: int = 5, periods: int = 400, seed: int = 3) -> Panel:
    rng = np.random.default_rng(seed)
    shared = rng.normal(0.0, 0.006, (periods, 1))
    own = rng.normal(4e-4, 1.0, (periods, assets)) * np.linspace(0.004, 0.012, assets)
    names = tuple(f"A{number}" for number in range(assets))
    return Panel(names, np.arange(periods) * 86_400 * 10**9, shared + own, YEAR, "mine", "", "", (), ())


def run(request: Any, given: Panel | None = None) -> Found[Any]:
    (analysis,) = [each for each in analyses() if each.request is type(request)]
    found: Found[Any] = analysis.compute(request, given or panel(), lambda share, text: None)
    return found


def weights_of(result: AllocationResult) -> np.ndarray:
    return np.array([row.weight for row in result.weights])


@pytest.mark.parametrize(
    "request_",
    [
        *(
            MeanVarianceRequest(objective=each, target=0.18 if "target" in each else None)
            for each in Objective
        ),
        *(RiskBasedRequest(method=each) for each in RiskMethod),
        *(HierarchicalRequest(method=each) for each in TreeMethod),
        ShortfallRequest(),
        BlackLittermanRequest(views=("A0=0.1",)),
    ],
    ids=lambda each: f"{type(each).__name__}-{getattr(each, 'objective', getattr(each, 'method', ''))}",
)
def test_a_summary_is_what_the_weights_come_to(request_: Any) -> None:
    given = panel()
    result = run(request_, given).value
    weights = weights_of(result)
    assert weights.sum() == pytest.approx(1.0, abs=1e-8)
    assert weights.min() >= -1e-9
    earned = given.returns @ weights
    summary = result.summary
    assert summary.expected_return == pytest.approx(earned.mean() * YEAR)
    assert summary.realized_volatility == pytest.approx(earned.std(ddof=1) * YEAR**0.5)
    assert summary.sharpe_ratio == pytest.approx(earned.mean() / earned.std(ddof=1) * YEAR**0.5)
    assert summary.expected_shortfall == pytest.approx(-np.sort(earned)[:20].mean())
    assert summary.effective_assets == pytest.approx(1.0 / (weights**2).sum())
    assert summary.violation <= 1e-8
    assert sum(row.risk_share for row in result.weights) == pytest.approx(1.0)
    growth = np.cumprod(1.0 + earned)
    assert result.growth[-1].portfolio == pytest.approx(growth[-1])
    assert summary.max_drawdown == pytest.approx(
        max(1.0 - growth[at] / max(1.0, growth[: at + 1].max()) for at in range(growth.size))
    )


def test_no_long_only_weights_have_less_variance_or_more_sharpe() -> None:
    given = panel()
    covariance, _ = covariance_of(CovarianceName.SAMPLE, given.returns)
    mean = given.returns.mean(axis=0)
    least = weights_of(
        run(MeanVarianceRequest(objective=Objective.MINIMUM_VARIANCE, covariance=CovarianceName.SAMPLE)).value
    )
    best = weights_of(
        run(MeanVarianceRequest(objective=Objective.MAXIMUM_SHARPE, covariance=CovarianceName.SAMPLE)).value
    )
    for other in np.random.default_rng(1).dirichlet(np.ones(5), 2_000):
        assert least @ covariance @ least <= other @ covariance @ other + 1e-15
        assert mean @ best / (best @ covariance @ best) ** 0.5 >= (
            mean @ other / (other @ covariance @ other) ** 0.5 - 1e-12
        )


def test_targets_are_annual() -> None:
    given = panel()
    risky = run(MeanVarianceRequest(objective=Objective.TARGET_RISK, target=0.16), given).value
    assert risky.summary.volatility == pytest.approx(0.16, abs=1e-6)


def test_a_target_return_is_earned() -> None:
    given = panel()
    least = run(
        MeanVarianceRequest(objective=Objective.MINIMUM_VARIANCE), given
    ).value.summary.expected_return
    most = run(FrontierRequest(points=2), given).value.portfolios[-1].expected_return
    target = 0.5 * (least + most)
    found = run(MeanVarianceRequest(objective=Objective.TARGET_RETURN, target=target), given).value
    assert found.summary.expected_return == pytest.approx(target, abs=1e-9)
    tail = run(ShortfallRequest(target=target), given).value
    assert tail.summary.expected_return >= target - 1e-9
    assert tail.summary.expected_shortfall <= found.summary.expected_shortfall + 1e-9


def test_risk_parity_follows_its_budgets() -> None:
    budgets = (0.1, 0.1, 0.2, 0.2, 0.4)
    result = run(RiskBasedRequest(budgets=budgets)).value
    assert [row.risk_share for row in result.weights] == pytest.approx(budgets, abs=1e-9)


def test_a_bound_that_a_method_does_not_know_is_said() -> None:
    found = run(RiskBasedRequest(method=RiskMethod.INVERSE_VOLATILITY, upper=0.21))
    assert any("are missed by" in each for each in found.warnings)
    assert found.value.summary.violation > 0.0
    inside = run(RiskBasedRequest(method=RiskMethod.MAXIMUM_DIVERSIFICATION, upper=0.21))
    assert weights_of(inside.value).max() <= 0.21 + 1e-9


def test_a_frontier_rises_and_holds_the_two_that_are_asked_for() -> None:
    found = run(FrontierRequest(points=30)).value
    risks = [row.volatility for row in found.portfolios]
    rewards = [row.expected_return for row in found.portfolios]
    assert risks == sorted(risks)
    assert rewards == sorted(rewards)
    assert len(found.weights) == len(risks) == 30
    assert found.summary.minimum_risk == risks[0]
    assert found.summary.best_ratio >= max(row.sharpe_ratio for row in found.portfolios) - 1e-12
    assert {point.group for point in found.points} == {"frontier", "asset", "portfolio"}
    assert all(point.volatility >= risks[0] - 1e-12 for point in found.points)


def test_a_frontier_stands_where_nothing_beats_the_rate() -> None:
    found = run(FrontierRequest(points=5, risk_free_rate=0.9))
    assert found.value.summary.best_ratio is None
    assert any("no portfolio of maximum Sharpe" in each for each in found.warnings)


def test_a_tree_joins_all_assets_and_methods_stand_side_by_side() -> None:
    found = run(HierarchicalRequest(method=TreeMethod.HERC, clusters=2)).value
    assert found.tree.leaves == panel().assets
    assert len(found.tree.merges) == 4
    joined = [node for merge in found.tree.merges for node in (merge.left, merge.right)]
    assert sorted(joined) == list(range(8))
    assert [row.method for row in found.methods] == [each.value for each in TreeMethod]
    (own,) = [row for row in found.methods if row.method == "herc"]
    assert own.volatility == found.summary.volatility


def test_a_method_that_cannot_be_made_does_not_take_the_others_with_it() -> None:
    found = run(HierarchicalRequest(method=TreeMethod.HRP, clusters=9)).value
    errors = {row.method: row.error for row in found.methods}
    assert "clusters must be from 1 to 5" in errors["herc"]
    assert errors["hrp"] == errors["schur"] == ""
    with pytest.raises(InputError, match="clusters must be from 1 to 5"):
        run(HierarchicalRequest(method=TreeMethod.HERC, clusters=9))


def test_rates_are_compounded_everywhere() -> None:
    given, free = panel(), 1.05 ** (1 / YEAR) - 1
    for request in (MeanVarianceRequest(risk_free_rate=0.05), ShortfallRequest(risk_free_rate=0.05)):
        result = run(request, given).value
        excess = given.returns @ weights_of(result) - free
        assert result.summary.sharpe_ratio == pytest.approx(excess.mean() / excess.std(ddof=1) * YEAR**0.5)
    frontier = run(FrontierRequest(points=5, risk_free_rate=0.05), given).value.portfolios
    for row in frontier:
        assert row.sharpe_ratio == pytest.approx((row.expected_return - free * YEAR) / row.volatility)


def test_views_are_read() -> None:
    given = panel()
    views = views_of(BlackLittermanRequest(views=("A0=0.252", "A1 > A4=0.0252@0.7")), given)
    np.testing.assert_allclose(views.P, [[1, 0, 0, 0, 0], [0, 1, 0, 0, -1]])
    np.testing.assert_allclose(views.Q, [0.001, 0.0001])
    assert views.confidence is not None
    np.testing.assert_allclose(views.confidence, [0.5, 0.7])


def test_a_view_moves_what_is_believed_towards_it() -> None:
    plain = run(BlackLittermanRequest()).value
    assert all(row.change == 0.0 for row in plain.beliefs)
    np.testing.assert_allclose(weights_of(plain), 0.2, atol=1e-7)
    sure = run(BlackLittermanRequest(views=("A0=0.3@0.95",))).value
    row = sure.beliefs[0]
    assert row.equilibrium < row.posterior < 0.3
    assert row.weight > 0.2


def test_the_loss_of_an_estimator_is_that_of_the_normal_distribution() -> None:
    given = panel()
    found = run(CovarianceRequest(train_share=0.5), given).value
    train, test = given.returns[:200], given.returns[200:]
    for row in found.estimators:
        covariance, _ = covariance_of(CovarianceName(row.estimator), train)
        if row.forecast_loss is None:
            continue
        logs = multivariate_normal(train.mean(axis=0), covariance).logpdf(test)
        loss = (-2.0 * logs.mean() - 5 * np.log(2 * np.pi)) / 5
        assert row.forecast_loss == pytest.approx(loss), row.estimator
    assert not [row for row in found.estimators if row.error]
    assert len([row for row in found.spectrum if row.matrix == "sample"]) == 5
    assert sum(row.eigenvalue for row in found.spectrum if row.matrix == "sample") == pytest.approx(5.0)


def test_a_gap_that_is_rounding_is_told_as_none() -> None:
    told = run(ShortfallRequest()).solved[-1]
    assert told.startswith("CVaR ")
    assert told.endswith("; no other weights are better, to rounding")
    assert proof_of(2e-4, "capital") == "no other weights are better by more than 2.0e-04 of capital"


def test_contributions_sum_to_the_measure() -> None:
    weights = (0.4, 0.3, 0.2, 0.1, 0.0)
    found = run(RiskRequest(weights=weights)).value
    assert sum(row.component for row in found.contributions) == pytest.approx(found.summary.value)
    assert sum(row.share or 0.0 for row in found.contributions) == pytest.approx(1.0)
    assert {row.name for row in found.measures if row.is_ratio} == {"omega_ratio", "tail_ratio"}
    by_name = {row.name: row.value for row in found.measures}
    assert by_name["expected_shortfall"] == pytest.approx(found.summary.value)
    assert by_name["volatility"] == pytest.approx((panel().returns @ np.array(weights)).std(ddof=1))


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (MeanVarianceRequest(objective=Objective.TARGET_RISK), "target must be given for target_risk"),
        (
            MeanVarianceRequest(objective=Objective.TARGET_RETURN, target=9.0),
            r"target must be at most \S+ a year, the highest return allowed, was 9.0",
        ),
        (
            MeanVarianceRequest(objective=Objective.TARGET_RISK, target=0.01),
            r"target must be at least 0.1\d+ a year, the least risk allowed, was 0.01",
        ),
        (MeanVarianceRequest(target=0.1), "target must be left out for maximum_sharpe, was 0.1"),
        (MeanVarianceRequest(upper=0.1), r"budget|upper"),
        (MeanVarianceRequest(lower=0.5, upper=0.6), r"budget|lower"),
        (RiskBasedRequest(budgets=(1.0,)), "budgets must be 5"),
        (RiskBasedRequest(method=RiskMethod.EQUAL_WEIGHT, budgets=(1.0,)), "left out for equal_weight"),
        (BlackLittermanRequest(views=("A0",)), "was 'A0'"),
        (BlackLittermanRequest(views=("Z=0.1",)), "'Z' of 'Z=0.1' is none"),
        (BlackLittermanRequest(views=("A0=0.1@2",)), "confidence"),
        (BlackLittermanRequest(market=(1.0,)), "market must be 5 weights"),
        (RiskRequest(weights=(1.0,)), "weights must be 5"),
        (RiskRequest(weights=(0.0,) * 5), "not all zero"),
    ],
)
def test_what_cannot_be_is_named(request_: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(request_)


def test_one_asset_is_no_tree_and_no_covariance() -> None:
    for request in (HierarchicalRequest(), CovarianceRequest()):
        with pytest.raises(InputError, match="two at least"):
            run(request, panel(1))
