"""What a job was asked for, in a line: the words of the form, and only what differs from the defaults."""

import msgspec
import pytest

from trade2026.application.analyses.assets import AssetsRequest
from trade2026.application.analyses.covariance_over_time import OverTimeRequest
from trade2026.application.analyses.estimates import CovarianceName
from trade2026.application.analyses.hierarchical import HierarchicalRequest, TreeMethod
from trade2026.application.analyses.registry import analyses
from trade2026.application.analyses.requests import Frequency, OwnRows, ReturnsRequest
from trade2026.application.asked import asked_of, title_of
from trade2026.ports.runner_link import AnalysisJob, BacktestJob


def job(analysis: str, request: ReturnsRequest) -> AnalysisJob:
    return AnalysisJob(analysis=analysis, request=msgspec.json.encode(request).decode())


@pytest.mark.parametrize("analysis", analyses(), ids=lambda each: each.page_id)
def test_each_example_is_told_without_a_name_of_the_program(analysis) -> None:
    asked = job(analysis.analysis_id, analysis.example)
    assert title_of(asked) == analysis.title
    told = asked_of(asked)
    assert told.startswith(f"{analysis.example.data} · ")
    assert len(told) < 300
    assert "_" not in told
    assert "{" not in told


@pytest.mark.parametrize("analysis", analyses(), ids=lambda each: each.page_id)
def test_nothing_but_the_data_is_told_of_defaults(analysis) -> None:
    for request in ("{}", '{"data": "sp500", "assets": [], "frequency": "day", "own": null}'):
        assert asked_of(AnalysisJob(analysis=analysis.analysis_id, request=request)) == "sp500"


@pytest.mark.parametrize(
    ("analysis", "request_", "told"),
    [
        (
            "portfolio/assets",
            AssetsRequest(
                assets=tuple("ABCDE"), start="2015-01-01", end="2016-01-01", frequency=Frequency.WEEK
            ),
            "sp500 · Assets A, B, C and 2 more · From 2015-01-01 · To 2016-01-01 · Frequency Weeks",
        ),
        (
            "portfolio/hierarchical",
            HierarchicalRequest(data="mine", method=TreeMethod.SCHUR, gamma=0.25),
            "mine · Method Schur complementary · Gamma 0.25",
        ),
        (
            "portfolio/covariance-over-time",
            OverTimeRequest(estimators=(CovarianceName.OAS, CovarianceName.EWMA)),
            "sp500 · Estimators Oracle approximating (OAS), Exponentially weighted",
        ),
        (
            "portfolio/assets",
            AssetsRequest(own=OwnRows(assets=("A", "B"), rows=((0.1, 0.2), (0.0, 0.1)))),
            "Own (Assets A, B, Rows 2)",
        ),
    ],
)
def test_choices_are_told_by_the_words_of_the_form(analysis: str, request_, told: str) -> None:
    assert asked_of(job(analysis, request_)) == told


def test_parts_of_constraints_are_told_and_those_left_alone_are_not() -> None:
    asked = AnalysisJob(analysis="portfolio/mean-variance", request='{"constraints": {"held": 4}}')
    assert asked_of(asked) == "sp500 · Constraints (Held 4)"


def test_an_analysis_that_is_no_more_is_told_by_its_id() -> None:
    asked = AnalysisJob(analysis="portfolio/gone", request='{"data": "mine", "x": 1}')
    assert (title_of(asked), asked_of(asked)) == ("portfolio/gone", "mine")


def test_a_backtest_is_told_by_its_strategy_and_what_was_set() -> None:
    plain = BacktestJob(strategy="momentum")
    assert (title_of(plain), asked_of(plain)) == ("momentum", "sp500")
    asked = BacktestJob(
        strategy="momentum", parameters='{"top": 5}', start="2015-01-02", account_type="CASH", seed=3
    )
    assert asked_of(asked) == "sp500 · From 2015-01-02 · Parameters (Top 5) · Account type cash · Seed 3"
