"""Options of estimators in requests: they arrive, all of them can be given, and a stray one is refused."""

from typing import Any

import msgspec
import numpy as np
import pytest

from tests.application.analyses.test_allocations import YEAR, panel, run, weights_of
from trade2026.analytics.covariance.cleaners import CLEANERS
from trade2026.analytics.covariance.denoising import denoised_covariance, detone, detoned_covariance
from trade2026.analytics.covariance.estimators import ESTIMATORS
from trade2026.analytics.covariance.gerber import gerber_covariance
from trade2026.analytics.covariance.sample import detrended_covariance
from trade2026.analytics.expected_returns.estimators import ESTIMATORS as MEANS
from trade2026.application.analyses.covariance import CleanerName, CovarianceRequest
from trade2026.application.analyses.covariance_judged import score_of
from trade2026.application.analyses.covariance_over_time import OverTimeRequest
from trade2026.application.analyses.covariance_recovery import RecoveryRequest
from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    DenoisingName,
    MeanName,
    MeanOptions,
    NoiseName,
    estimator_of,
    mean_of,
)
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.mean_variance import MeanVarianceRequest, Objective
from trade2026.application.analyses.out_of_sample import OutOfSampleRequest
from trade2026.application.analyses.registry import analyses, find_analysis
from trade2026.application.analyses.run import decode_request
from trade2026.application.analyses.solvers import AllocationMethod
from trade2026.primitives.errors import InputError

RETURNS = panel(periods=200).returns


def ewma(half_life: float, remove_mean: bool) -> np.ndarray:
    """Period by period, as it is defined."""
    n = len(RETURNS)
    weights = [0.5 ** ((n - 1 - period) / half_life) for period in range(n)]
    mean = sum(w * r for w, r in zip(weights, RETURNS, strict=True)) / sum(weights) * remove_mean
    parts = (w * np.outer(r - mean, r - mean) for w, r in zip(weights, RETURNS, strict=True))
    return np.asarray(sum(parts) / sum(weights))


def shrunk(intensity: float) -> np.ndarray:
    S = np.atleast_2d(np.cov(RETURNS.T))
    return np.asarray((1.0 - intensity) * S + intensity * np.trace(S) / len(S) * np.eye(len(S)))


def constant_correlation(ddof: int) -> np.ndarray:
    C, spread = np.atleast_2d(np.corrcoef(RETURNS.T)), RETURNS.std(axis=0, ddof=ddof)
    same = np.full_like(C, C[np.triu_indices(len(C), 1)].mean())
    np.fill_diagonal(same, 1.0)
    return np.asarray(same * np.outer(spread, spread))


TARGETED = DenoisingName.TARGETED
GIVEN: list[tuple[CovarianceName, CovarianceOptions, Any]] = [
    (CovarianceName.EWMA, CovarianceOptions(half_life=15.0), lambda: ewma(15.0, False)),
    (CovarianceName.EWMA, CovarianceOptions(remove_mean=True), lambda: ewma(60.0, True)),
    (CovarianceName.SHRUNK_IDENTITY, CovarianceOptions(intensity=0.4), lambda: shrunk(0.4)),
    (CovarianceName.SAMPLE, CovarianceOptions(ddof=0), lambda: np.cov(RETURNS.T, ddof=0)),
    (CovarianceName.CONSTANT_CORRELATION, CovarianceOptions(ddof=0), lambda: constant_correlation(0)),
    (
        CovarianceName.GERBER,
        CovarianceOptions(threshold=0.8),
        lambda: gerber_covariance(RETURNS, threshold=0.8).covariance,
    ),
    (
        CovarianceName.DENOISED,
        CovarianceOptions(denoising=TARGETED, alpha=0.3, edge=1.2),
        lambda: denoised_covariance(RETURNS, method="targeted", alpha=0.3, edge=1.2).covariance,
    ),
    (
        CovarianceName.DETONED,
        CovarianceOptions(n_components=2),
        lambda: detoned_covariance(RETURNS, n_components=2).covariance,
    ),
    (
        CovarianceName.DETRENDED,
        CovarianceOptions(lookback=3),
        lambda: detrended_covariance(RETURNS, lookback=3).covariance,
    ),
]


@pytest.mark.parametrize(("name", "options", "expected"), GIVEN)
def test_an_option_arrives(name: CovarianceName, options: CovarianceOptions, expected: Any) -> None:
    found, _ = covariance_of(name, RETURNS, options)
    np.testing.assert_allclose(found, expected(), rtol=1e-10)
    usual, _ = covariance_of(name, RETURNS)
    assert np.abs(found - usual).max() > 1e-9 * np.abs(usual).max()


def test_the_bandwidth_moves_the_edge_that_is_fitted() -> None:
    fitted = CovarianceOptions(noise=NoiseName.FITTED, bandwidth=0.5)
    wide = estimator_of(CovarianceName.DENOISED, fitted).estimate(RETURNS)
    assert wide.parameters == denoised_covariance(RETURNS, noise="fitted", bandwidth=0.5).parameters
    usual = denoised_covariance(RETURNS, noise="fitted").parameters["edge"]
    assert wide.parameters["edge"] != usual
    assert denoised_covariance(RETURNS).parameters["edge"] != usual


def test_what_an_estimator_takes_can_be_given_and_is_as_usual_unless_it_is() -> None:
    """Every field of every estimator, and no other; with the defaults of the functions."""
    usual = msgspec.to_builtins(CovarianceOptions())
    usual["method"] = usual.pop("denoising")
    offered = set()
    for estimator in ESTIMATORS.values():
        own = msgspec.to_builtins(estimator())
        own.pop("kind")
        offered |= set(own)
        assert own == {each: usual[each] for each in own}, estimator
    assert offered == set(usual)
    for name in ("shrink", "denoise", "detone"):  # Cleaning takes the options of its estimator.
        own = msgspec.to_builtins(CLEANERS[name]())
        own.pop("kind")
        assert own == {each: usual[each] for each in own}
    means = msgspec.to_builtins(MeanOptions())
    for mean in MEANS.values():
        own = msgspec.to_builtins(mean())
        own.pop("kind")
        assert own == {each: means[each] for each in own}, mean


def test_every_analysis_with_an_estimator_takes_its_options() -> None:
    """By the types of its fields: none is left out."""
    found = set()
    for analysis in analyses():
        fields = {each.name: str(each.type) for each in msgspec.structs.fields(analysis.request)}
        has_estimator = any("CovarianceName" in each for each in fields.values())
        assert has_estimator == ("covariance_options" in fields), analysis.analysis_id
        assert any("MeanName" in each for each in fields.values()) == ("mean_options" in fields)
        found |= {analysis.analysis_id} if has_estimator else set()
    assert len(found) >= 15


@pytest.mark.parametrize(
    "analysis_id",
    [
        "portfolio/mean-variance",
        "portfolio/efficient-frontier",
        "portfolio/risk-based",
        "portfolio/hierarchical",
        "portfolio/minimum-cvar",
        "portfolio/measure",
        "portfolio/black-litterman",
        "portfolio/out-of-sample",
        "portfolio/weight-stability",
    ],
)
def test_a_stray_option_is_refused_by_name(analysis_id: str) -> None:
    request = find_analysis(analysis_id).request(covariance_options=CovarianceOptions(half_life=30.0))
    words = (
        r"covariance_options.half_life must be left out for ledoit_wolf, was 30.0; it is for covariance=ewma$"
    )
    with pytest.raises(InputError, match=words):
        run(request)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        (CovarianceName.EWMA, {"threshold": 0.4}, "threshold must be left out for ewma.*covariance=gerber"),
        (CovarianceName.GERBER, {"ddof": 0}, "covariance=sample or covariance=constant_correlation"),
        (CovarianceName.OAS, {"denoising": TARGETED}, "denoising must be left out for oas, was targeted"),
        (CovarianceName.DENOISED, {"alpha": 0.2}, "alpha must be left out for denoising=constant, was 0.2"),
        (
            CovarianceName.DENOISED,
            {"edge": 1.2, "bandwidth": 0.1},
            "bandwidth must be left out beside an edge",
        ),
        (
            CovarianceName.DENOISED,
            {"edge": 1.2, "noise": NoiseName.FITTED},
            "noise must be left out beside an",
        ),
        (CovarianceName.DENOISED, {"bandwidth": 0.1}, "bandwidth must be left out for noise=rest, was 0.1"),
        (CovarianceName.DETONED, {"n_components": 5}, "n_components must be from 1 to 4, was 5"),
    ],
)
def test_what_does_not_fit_an_estimator_is_said(
    name: CovarianceName, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        covariance_of(name, RETURNS, CovarianceOptions(**options))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"covariance_options": {"half_life": 0}}', r"covariance_options.half_life"),
        ('{"covariance_options": {"threshold": 1.0}}', r"covariance_options.threshold"),
        ('{"covariance_options": {"halflife": 3}}', "halflife"),
        ('{"mean_options": {"market_mean": "much"}}', r"mean_options.market_mean"),
    ],
)
def test_bounds_hold_at_the_edge(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        decode_request(find_analysis("portfolio/mean-variance"), text)


def test_options_of_means_arrive_and_belong() -> None:
    weights = 0.5 ** (np.arange(len(RETURNS))[::-1] / 7.0)
    found, _ = mean_of(MeanName.EXPONENTIAL_MEAN, RETURNS, options=MeanOptions(half_life=7.0))
    np.testing.assert_allclose(found, weights @ RETURNS / weights.sum(), rtol=1e-12)
    options = MeanOptions(market_mean=0.07)
    request = MeanVarianceRequest(
        expected_returns=MeanName.CAPM, objective=Objective.MAXIMUM_UTILITY, risk_free_rate=0.02
    )
    market = RETURNS.mean(axis=1)
    slopes = np.array([np.polyfit(market, each, 1)[0] for each in RETURNS.T])
    rate = 1.02 ** (1 / YEAR) - 1
    found, _ = mean_of(MeanName.CAPM, RETURNS, risk_free_rate=rate, options=options, periods_per_year=YEAR)
    np.testing.assert_allclose(found, rate + slopes * (0.07 / YEAR - rate), rtol=1e-9)
    other = msgspec.structs.replace(request, mean_options=options)
    assert np.abs(weights_of(run(request).value) - weights_of(run(other).value)).max() > 1e-3
    with pytest.raises(InputError, match=r"mean_options.market_mean .*for sample_mean, was 0.07; .*=capm"):
        run(MeanVarianceRequest(mean_options=options))
    with pytest.raises(InputError, match=r"half_life must be left out for capm.*=exponential_mean"):
        run(msgspec.structs.replace(request, mean_options=MeanOptions(half_life=3.0)))


def test_the_laboratory_takes_options_for_its_estimators_and_its_cleaning() -> None:
    given = panel()
    options = CovarianceOptions(half_life=20.0, n_components=2)
    request = CovarianceRequest(cleaning=(CleanerName.DETONE,), covariance_options=options)
    found = run(request, given).value
    plain = run(CovarianceRequest(cleaning=(CleanerName.DETONE,)), given).value
    loss = {row.estimator: row.forecast_loss for row in found.estimators}
    usual = {row.estimator: row.forecast_loss for row in plain.estimators}
    assert {each for each in loss if loss[each] != usual[each]} == {"ewma"}
    base, _ = covariance_of(CovarianceName.LEDOIT_WOLF, given.returns)
    cleaned = detone(base, n_components=2).covariance
    spread = np.sqrt(np.diag(cleaned))
    cells = np.array([each.correlation for each in found.correlations]).reshape(5, 5)
    np.testing.assert_allclose(cells, cleaned / np.outer(spread, spread), atol=1e-12)


def test_the_score_is_the_share_of_the_loss_that_can_be_gained() -> None:
    given = panel()
    found = run(CovarianceRequest(train_share=0.5), given).value
    train, test = given.returns[:200], given.returns[200:]

    def loss(C: np.ndarray) -> float:
        surprises = test - train.mean(axis=0)
        return float(
            np.mean([np.log(np.linalg.det(C)) + each @ np.linalg.inv(C) @ each for each in surprises])
        )

    best = (test - train.mean(axis=0)).T @ (test - train.mean(axis=0)) / len(test)
    rows = {row.estimator: row for row in found.estimators}
    C, _ = covariance_of(CovarianceName.LEDOIT_WOLF, train)
    share = (loss(np.cov(train.T)) - loss(C)) / (loss(np.cov(train.T)) - loss(best))
    assert rows["ledoit_wolf"].score == pytest.approx(100.0 * share)
    assert found.summary.score == rows["ledoit_wolf"].score
    assert rows["sample"].score == 0.0
    assert rows["detoned"].score is None  # Singular: it has no loss.
    assert all(row.score < 100.0 for row in found.estimators if row.score is not None)
    assert score_of(1.0, 3.0, 1.0) == 100.0
    assert score_of(4.0, 3.0, 1.0) == -50.0
    assert score_of(1.0, None, 1.0) is None
    assert score_of(1.0, 1.0, 1.0) is None


def test_options_are_of_one_of_several_estimators() -> None:
    given, options = panel(periods=120), CovarianceOptions(half_life=10.0)
    names = (CovarianceName.SAMPLE, CovarianceName.EWMA)
    for request in (
        OverTimeRequest(estimators=names, lookback=80, rebalance=40),
        RecoveryRequest(estimators=names, draws=2),
    ):
        plain = {each.estimator: each for each in run(request, given).value.estimators}
        other = msgspec.structs.replace(request, covariance_options=options)
        found = {each.estimator: each for each in run(other, given).value.estimators}
        assert found["sample"] == plain["sample"]
        assert found["ewma"] != plain["ewma"]
        stray = msgspec.structs.replace(other, estimators=names[:1])
        with pytest.raises(InputError, match="half_life must be left out for sample"):
            run(stray, given)


def test_a_walk_takes_options() -> None:
    given = panel(periods=120)
    request = OutOfSampleRequest(
        method=AllocationMethod.MINIMUM_VARIANCE, against=AllocationMethod.EQUAL_WEIGHT,
        covariance=CovarianceName.EWMA, rebalance=30,
    )  # fmt: skip
    plain = run(request, given).value
    other = msgspec.structs.replace(request, covariance_options=CovarianceOptions(half_life=5.0))
    found = run(other, given).value
    assert found.methods[0] != plain.methods[0]
    assert found.methods[1] == plain.methods[1]
