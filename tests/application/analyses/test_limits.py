"""The constraints of a request: what is written is what holds, and what cannot be read or hold is quoted."""

from typing import Any

import msgspec
import numpy as np
import pytest

from tests.application.analyses.test_allocations import panel, run, weights_of
from trade2026.analytics.optimization.hierarchical import hierarchical_equal_risk, hierarchical_risk_parity
from trade2026.analytics.optimization.names import Measure
from trade2026.application.analyses.black_litterman import BlackLittermanRequest
from trade2026.application.analyses.constraint_texts import Texts, read_constraints
from trade2026.application.analyses.estimates import CovarianceName
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.expected_shortfall import ShortfallRequest
from trade2026.application.analyses.frontier import FrontierRequest
from trade2026.application.analyses.hierarchical import ClusterRiskName, HierarchicalRequest, TreeMethod
from trade2026.application.analyses.labels import LABELS
from trade2026.application.analyses.limits import Constraining
from trade2026.application.analyses.mean_variance import MeanVarianceRequest, Objective
from trade2026.application.analyses.registry import find_analysis
from trade2026.application.analyses.risk_based import RiskBasedRequest, RiskMethod
from trade2026.application.analyses.run import decode_request
from trade2026.primitives.errors import InputError

NAMES = ("AAA.XNAS", "BBB-B.XNYS", "CCC")
EQUAL = (0.2,) * 5


def read(**texts: Any) -> Any:
    given = Texts(**{"bounds": (), "groups": (), "linear": (), "factors": (), "budget": 1.0, **texts})
    return read_constraints(given, np.zeros(3), np.ones(3), NAMES)


def test_texts_are_read() -> None:
    found = read(
        bounds=("AAA.XNAS=0.1..0.4", "CCC=..0.6"),
        groups=("two : AAA.XNAS + BBB-B.XNYS = 0.2..", "one: CCC = 0.1..0.5"),
        linear=("2 AAA.XNAS - 0.5 BBB-B.XNYS <= 0.9", "CCC >= 0.05", "- AAA.XNAS + 1e0 BBB-B.XNYS = 0.1"),
        factors=("beta: 1.5 0.5 1 = 0.4..1.2", "size: 0 1 -1 = 0.1..0.1"),
    )
    np.testing.assert_allclose(found.lower, [0.1, 0.0, 0.0])
    np.testing.assert_allclose(found.upper, [0.4, 1.0, 0.6])
    made = found.inequalities
    sides = zip(made.matrix, made.right, strict=True)
    rows = dict(zip(made.names, sides, strict=True))
    expected: dict[str, tuple[list[float], float]] = {
        "group two at least 0.2": ([-1, -1, 0], -0.2),
        "group one at most 0.5": ([0, 0, 1], 0.5),
        "group one at least 0.1": ([0, 0, -1], -0.1),
        "2 AAA.XNAS - 0.5 BBB-B.XNYS <= 0.9": ([2, -0.5, 0], 0.9),
        "CCC >= 0.05": ([0, 0, -1], -0.05),
        "exposure to beta at most 1.2": ([1.5, 0.5, 1], 1.2),
        "exposure to beta at least 0.4": ([-1.5, -0.5, -1], -0.4),
    }
    assert set(rows) == set(expected)
    for name, (row, right) in expected.items():
        np.testing.assert_allclose(rows[name][0], row)
        assert rows[name][1] == pytest.approx(right)
    np.testing.assert_allclose(found.equalities.matrix[1:], [[-1, 1, 0], [0, 1, -1]])
    np.testing.assert_allclose(found.equalities.right, [1.0, 0.1, 0.1])


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"bounds": ("AAA.XNAS",)}, r"constraints.bounds must be readable|is none"),
        ({"bounds": ("ZZZ=0..1",)}, "'ZZZ' of 'ZZZ=0..1' is none"),
        ({"bounds": ("CCC=x..1",)}, "'x' of 'CCC=x..1' is no number"),
        ({"bounds": ("CCC=0.9..nan",)}, "is no number"),
        ({"linear": ("1e300 AAA.XNAS <= 1",)}, "numbers up to 1e\\+12 in size, '1e300' of '1e300 AAA.XNAS"),
        ({"groups": ("AAA.XNAS = 0..1",)}, "constraints.groups must be readable"),
        ({"groups": ("g: AAA.XNAS + QQQ = 0..1",)}, "'QQQ' of"),
        ({"groups": ("g: AAA.XNAS + CCC = ..",)}, "constraints.groups must be readable"),
        ({"linear": ("AAA.XNAS + CCC",)}, "constraints.linear must be readable"),
        ({"linear": ("AAA.XNAS <= a",)}, "is no number"),
        ({"linear": ("AAA.XNAS < 0.5",)}, "constraints.linear must be readable"),
        ({"factors": ("beta: 1 2 = 0..1",)}, "must have 3 exposures each, beta has 2"),
        ({"bounds": ("CCC=0.9..0.1",)}, "bounds of CCC conflict"),
        ({"groups": ("g: AAA.XNAS + BBB-B.XNYS + CCC = ..0.5",)}, "group g at most 0.5"),
    ],
)
def test_what_cannot_be_read_or_hold_is_quoted(texts: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(**texts)


ALL = Constraining(
    bounds=("A0=0.05..0.5",),
    groups=("pair: A0 + A1 = ..0.45",),
    linear=("A2 - A3 <= 0.1",),
    factors=("beta: 0.8 0.9 1.0 1.1 1.2 = 0.9..1.1",),
    gross=1.5,
    current=EQUAL,
    turnover=0.8,
    benchmark=EQUAL,
    tracking_error=0.08,
)


@pytest.mark.parametrize(
    "request_",
    [
        MeanVarianceRequest(objective=Objective.MINIMUM_VARIANCE, lower=-0.2, constraints=ALL),
        MeanVarianceRequest(objective=Objective.MAXIMUM_SHARPE, lower=-0.2, constraints=ALL),
        MeanVarianceRequest(objective=Objective.ROBUST_UTILITY, lower=-0.2, constraints=ALL),
        RiskBasedRequest(method=RiskMethod.MAXIMUM_DIVERSIFICATION, lower=-0.2, constraints=ALL),
        RiskBasedRequest(method=RiskMethod.MAXIMUM_DECORRELATION, lower=-0.2, constraints=ALL),
        ShortfallRequest(lower=-0.2, constraints=ALL),
        BlackLittermanRequest(views=("A0=0.3",), lower=-0.2, constraints=ALL),
    ],
    ids=lambda each: f"{type(each).__name__}-{getattr(each, 'objective', getattr(each, 'method', ''))}",
)
def test_every_analysis_with_bounds_knows_every_constraint(request_: Any) -> None:
    found = run(request_).value
    w = weights_of(found)
    assert found.summary.violation <= 1e-8
    assert w.sum() == pytest.approx(1.0, abs=1e-8)
    assert 0.05 - 1e-8 <= w[0] <= 0.5
    assert w.min() >= -0.2 - 1e-8
    assert w[0] + w[1] <= 0.45 + 1e-8
    assert w[2] - w[3] <= 0.1 + 1e-8
    assert 0.9 - 1e-8 <= w @ [0.8, 0.9, 1.0, 1.1, 1.2] <= 1.1 + 1e-8
    assert np.abs(w).sum() <= 1.5 + 1e-8
    assert np.abs(w - 0.2).sum() <= 0.8 + 1e-8
    names = {row.name: row for row in found.constraints}
    assert names["tracking error"].value <= 0.08 + 1e-7
    assert names["tracking error"].limit == pytest.approx(0.08)
    assert {
        "net exposure equal to 1",
        "group pair at most 0.45",
        "A2 - A3 <= 0.1",
        "turnover at most 0.8",
    } <= set(names)
    assert {row.state for row in found.constraints} <= {"binding", "slack"}
    assert names["net exposure equal to 1"].state == "binding"
    beta = float(w @ [0.8, 0.9, 1.0, 1.1, 1.2])
    assert names["exposure to beta at least 0.9"].value == pytest.approx(beta)
    assert names["exposure to beta at least 0.9"].limit == 0.9
    assert names["exposure to beta at least 0.9"].slack == pytest.approx(beta - 0.9)


def test_a_frontier_within_constraints() -> None:
    found = run(FrontierRequest(points=4, measure=Measure.CVAR, lower=-0.1, constraints=ALL)).value
    risks = [row.risk for row in found.portfolios]
    assert risks == sorted(risks)
    assert found.summary.measure == "cvar"
    assert found.summary.minimum_risk == risks[0]
    for row in found.weights:
        assert np.abs(np.array(row) - 0.2).sum() <= 0.8 + 1e-7
    ratio = max(row.expected_return / 252.0 / row.risk for row in found.portfolios)
    assert found.summary.best_ratio >= ratio - 1e-9


def test_long_and_short_without_net_exposure() -> None:
    neutral = Constraining(budget=0.0, gross=1.0)
    request = MeanVarianceRequest(objective=Objective.MAXIMUM_UTILITY, lower=-1.0, constraints=neutral)
    w = weights_of(run(request).value)
    assert w.sum() == pytest.approx(0.0, abs=1e-8)
    assert np.abs(w).sum() <= 1.0 + 1e-8
    assert np.abs(w).sum() > 0.5


@pytest.mark.parametrize(
    "asked",
    [
        MeanVarianceRequest(objective=Objective.MINIMUM_VARIANCE, constraints=Constraining(held=3)),
        RiskBasedRequest(method=RiskMethod.MAXIMUM_DIVERSIFICATION, constraints=Constraining(held=3)),
        ShortfallRequest(constraints=Constraining(held=3)),
        BlackLittermanRequest(views=("A0=0.3",), constraints=Constraining(held=3)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_how_assets_were_chosen_is_said(asked: Any) -> None:
    found = run(asked)
    assert [each for each in (*found.solved, *found.warnings) if "branch and bound" in each]


def test_few_assets_and_least_positions() -> None:
    few = Constraining(held=3, least=0.2)
    found = run(MeanVarianceRequest(objective=Objective.MINIMUM_VARIANCE, constraints=few))
    w = weights_of(found.value)
    assert (w > 1e-7).sum() <= 3
    assert w[w > 1e-7].min() >= 0.2 - 1e-9
    assert any("branch and bound" in each for each in found.solved)


def test_trades_from_what_is_held() -> None:
    moved = Constraining(current=EQUAL, least_trade=0.1)
    w = weights_of(run(MeanVarianceRequest(objective=Objective.MAXIMUM_UTILITY, constraints=moved)).value)
    trade = np.abs(w - 0.2)
    assert ((trade < 1e-8) | (trade >= 0.1 - 1e-8)).all()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"turnover": 0.1}, "constraints.current must be given"),
        ({"tracking_error": 0.1}, "constraints.benchmark must be given"),
        ({"current": (0.5, 0.5), "turnover": 0.1}, "constraints.current must be 5 weights"),
        ({"gross": 0.5}, "gross exposure at most 0.5; net exposure equal to 1"),
        ({"groups": ("g: A0 + A1 = 0.9..",), "bounds": ("A0=..0.3", "A1=..0.3")}, "group g at least 0.9"),
        ({"held": 2, "bounds": tuple(f"A{at}=..0.4" for at in range(5))}, "at most 2 assets conflict"),
        (
            {"current": EQUAL, "turnover": 0.2, "groups": ("g: A0 + A1 = 0.8..",)},
            "turnover at most 0.2; net exposure equal to 1|group g at least 0.8; turnover",
        ),
    ],
)
def test_constraints_that_cannot_hold_are_named(more: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(MeanVarianceRequest(objective=Objective.MINIMUM_VARIANCE, constraints=Constraining(**more)))


def test_assets_that_depend_on_one_another_are_named() -> None:
    import dataclasses

    given = panel()
    returns = given.returns.copy()
    returns[:, 3] = returns[:, 0]
    doubled = dataclasses.replace(given, returns=returns)
    request = MeanVarianceRequest(objective=Objective.MINIMUM_VARIANCE, covariance=CovarianceName.SAMPLE)
    warnings = run(request, doubled).warnings
    assert any("A0, A3 depend on one another" in each or "A3, A0 depend" in each for each in warnings)


@pytest.mark.parametrize("method", list(TreeMethod))
def test_bounds_hold_along_a_tree(method: TreeMethod) -> None:
    constraints = Constraining(bounds=("A0=0.05..0.15",))
    found = run(HierarchicalRequest(method=method, lower=0.18, upper=0.3, constraints=constraints))
    weights, summary = weights_of(found.value), found.value.summary
    assert 0.05 <= weights[0] <= 0.15
    assert weights[1:].min() >= 0.18 - 1e-12
    assert weights[1:].max() <= 0.3 + 1e-12
    assert summary.violation <= 1e-12
    assert not any("missed" in each for each in found.warnings)
    assert {each.state for each in found.value.constraints} == {"binding"}
    assert {each.method for each in found.value.methods} == {each.value for each in TreeMethod}
    assert all(each.violation is not None and each.violation <= 1e-12 for each in found.value.methods)
    with pytest.raises(InputError, match=r"budget 1 and the lower bounds conflict: they sum to 1\.25"):
        run(HierarchicalRequest(method=method, lower=0.25))


def test_a_tree_says_what_groups_it_misses_and_which_bounds_cannot_hold() -> None:
    group = Constraining(groups=("all but one: A0 + A1 + A2 + A3 = ..0.2",))
    found = run(HierarchicalRequest(constraints=group))
    told = f"{LABELS[TreeMethod.HRP]} knows bounds of assets alone."
    by = f"missed by {found.value.summary.violation:.2%}: {told}"
    assert any(each.endswith(by) for each in found.warnings)
    assert found.value.summary.violation == pytest.approx(weights_of(found.value)[:4].sum() - 0.2)
    with pytest.raises(InputError, match=r"budget 1 and the upper bounds conflict: they sum to 0\.5"):
        run(HierarchicalRequest(upper=0.1))


@pytest.mark.parametrize("risk", list(ClusterRiskName))
def test_a_tree_takes_every_measure_of_risk(risk: ClusterRiskName) -> None:
    given = panel()
    S = covariance_of(CovarianceName.LEDOIT_WOLF, given.returns)[0]
    known: Any = risk.value
    usual = risk is ClusterRiskName.USUAL
    hrp = run(HierarchicalRequest(method=TreeMethod.HRP, cluster_risk=risk, tail=0.1), given).value
    theirs = hierarchical_risk_parity(S, given.returns, risk="variance" if usual else known, tail=0.1)
    np.testing.assert_array_equal(weights_of(hrp), theirs.weights)
    herc = run(HierarchicalRequest(method=TreeMethod.HERC, cluster_risk=risk, tail=0.1), given).value
    theirs = hierarchical_equal_risk(S, given.returns, risk="volatility" if usual else known, tail=0.1)
    np.testing.assert_array_equal(weights_of(herc), theirs.weights)


@pytest.mark.parametrize(
    ("analysis", "fields"),
    [
        ("portfolio/measure", {"constraints": {"current": [1e308, 0.0], "turnover": 1.0}}),
        ("portfolio/measure", {"goal": "maximum_return", "risk_limit": 1e308}),
        ("portfolio/mean-variance", {"objective": "target_risk", "target": 1e308}),
        ("portfolio/minimum-cvar", {"target": -1e308}),
        ("portfolio/tracking", {"constraints": {"benchmark": [1e200, 0.0]}}),
        ("portfolio/efficient-frontier", {"mine": [1e308, 0.0]}),
        ("portfolio/whole-lots", {"weights": [50_000.0, 50_000.0]}),
        ("portfolio/tail-risk", {"weights": [50_000.0, 50_000.0]}),
    ],
)
def test_weights_that_are_money_and_targets_without_sense_are_refused(analysis: str, fields: Any) -> None:
    with pytest.raises(InputError, match=r"1000.*\$\."):
        decode_request(find_analysis(analysis), msgspec.json.encode(fields))
