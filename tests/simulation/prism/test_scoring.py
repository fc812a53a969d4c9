"""Facts over seeds: intervals, verdicts, and what is not testable."""

import msgspec
import numpy as np
import pytest
from scipy import stats

from tests.simulation.prism.helpers import TWO_BOOKS
from trade2026.analytics.microstructure.facts import FACTS
from trade2026.analytics.microstructure.metaorders import Metaorders
from trade2026.analytics.microstructure.scorecard import Fact, Scorecard, Verdict
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.scoring import (
    Figure,
    RunPlan,
    SeedScore,
    are_apart,
    combine,
    default_settings,
    run_market,
    score_market,
    score_tape,
    student_interval,
    student_quantile,
    with_metaorders,
)

SHORT = RunPlan(hours=0.5, detail_hours=0.25, warm_up_s=60.0)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 10, 29, 200])
def test_quantiles_of_student_s_t_are_those_of_scipy(freedom):
    for level in (0.5, 0.9, 0.95, 0.999):
        assert student_quantile(level, freedom) == pytest.approx(stats.t.ppf(0.5 + level / 2, freedom))


def test_an_interval_needs_two_values():
    assert student_interval([1.0], 0.95) == (None, None)
    low, high = student_interval([1.0, 2.0, 3.0], 0.95)
    assert low == pytest.approx(2 - 4.302653 / 3**0.5, abs=1e-5)
    assert low is not None
    assert high == pytest.approx(4 - low)


def made(seed: int, name: str, value: float | None, verdict: Verdict, reason: str = "") -> SeedScore:
    """A run of which one fact has an answer."""
    facts = []
    for definition in FACTS:
        is_it = definition.name == name
        facts.append(
            Fact(
                name=definition.name, question="", criterion="", reason=reason or "too short", method="",
                source="", verdict=verdict if is_it else Verdict.NOT_TESTABLE, low=None, high=None,
                value=value if is_it else None, n=5_000, needed=1_000,
            )
        )  # fmt: skip
    card = Scorecard(tape="t", returns="", signs="", level=0.95, facts=tuple(facts))
    return SeedScore(seed=seed, card=card, figures={"volatility_bps": float(seed)})


def verdict_of(values: list[float | None], name: str = "heavy_tails", said: Verdict = Verdict.REPRODUCED):
    scores = [made(at, name, value, said, "it does not show") for at, value in enumerate(values)]
    scored = combine("m", scores, 0.95)
    (fact,) = [each for each in scored.facts if each.name == name]
    return fact


def test_the_mean_over_seeds_is_judged_with_its_interval():
    good = verdict_of([2.9, 3.1, 3.0])
    assert (good.verdict, good.seeds) == (Verdict.REPRODUCED, 3)
    assert good.low < good.value < good.high
    assert good.value == pytest.approx(3.0)
    assert verdict_of([7.9, 8.1, 8.0]).verdict is Verdict.NOT_REPRODUCED
    assert verdict_of([0.0, 7.0]).verdict is Verdict.NOT_TESTABLE  # The interval holds everything.


def test_an_effect_that_most_runs_do_not_show_is_not_reproduced():
    fact = verdict_of([None, None, 3.0], said=Verdict.NOT_REPRODUCED)
    assert fact.verdict is Verdict.NOT_REPRODUCED
    assert "2 of 3 runs" in fact.reason


def test_one_answer_of_many_is_not_enough():
    scores = [
        made(1, "heavy_tails", 3.0, Verdict.REPRODUCED),
        made(2, "heavy_tails", None, Verdict.NOT_TESTABLE),
    ]
    fact = combine("m", scores, 0.95).facts[0]
    assert fact.verdict is Verdict.NOT_TESTABLE
    assert "1 of 2 runs" in fact.reason


def test_figures_have_their_interval_over_seeds():
    scores = [made(seed, "heavy_tails", 3.0, Verdict.REPRODUCED) for seed in (1, 2, 3)]
    figures = {figure.name: figure for figure in combine("m", scores, 0.95).figures}
    assert figures["volatility_bps"].value == pytest.approx(2.0)
    assert figures["tail_index"].value is None


def test_intervals_that_do_not_meet_are_apart():
    a, b, c = (
        Figure(name="", words="", value=v, low=v - 1, high=v + 1) if v is not None
        else Figure(name="", words="", value=None, low=None, high=None)
        for v in (0.0, 1.5, None)
    )  # fmt: skip
    assert are_apart(a, b) is False
    assert are_apart(a, msgspec.structs.replace(b, low=1.2)) is True
    assert are_apart(a, c) is None


def test_a_market_is_scored_over_seeds_the_same_way_each_time():
    told: list[tuple[int, int]] = []
    settings = default_settings(1, replicates=20)
    first = score_market(
        TWO_BOOKS, [1, 2], SHORT, settings, progress=lambda done, of: told.append((done, of))
    )
    assert told == [(1, 2), (2, 2)]
    assert first.seeds == (1, 2)
    figures = {figure.name: figure for figure in first.figures}
    assert (figures["trades_per_s"].value or 0.0) > 1
    assert figures["spread_median_bps"].low is not None
    assert [fact.name for fact in first.facts] == [definition.name for definition in FACTS]
    heavy = first.facts[0]
    assert heavy.verdict is Verdict.NOT_TESTABLE
    assert "needs 1,000 returns" in heavy.reason
    assert score_market(TWO_BOOKS, [1, 2], SHORT, settings) == first


def test_metaorders_of_an_experiment_answer_their_facts_and_no_other():
    settings = default_settings(1, replicates=20)
    scored = score_market(TWO_BOOKS, [1, 2], SHORT, settings)
    assert {fact.name: fact.verdict for fact in scored.facts}["metaorder_decay"] is Verdict.NOT_TESTABLE
    rng = np.random.default_rng(2)
    n = 2_000
    quantities, signs = np.exp(1.5 * rng.standard_normal(n)), rng.choice([-1.0, 1.0], n)
    moves = 1e-4 * np.sqrt(quantities)
    ns = np.arange(n, dtype=np.int64)
    orders = Metaorders(
        start_ns=ns, end_ns=ns, signs=signs, quantities=quantities, mid_before=np.ones(n),
        mid_at_end=1.0 + signs * moves, mid_after=(1.0 + signs * moves * 0.5)[:, np.newaxis],
    )  # fmt: skip
    with_them = with_metaorders(scored, orders, 250, settings)
    facts = {fact.name: fact for fact in with_them.facts}
    law, decay = facts.pop("square_root_law"), facts.pop("metaorder_decay")
    assert (law.verdict, law.seeds, law.n) == (Verdict.REPRODUCED, 250, n)
    assert law.value == pytest.approx(0.5, abs=0.02)
    assert decay.value == pytest.approx(0.5)
    assert law.low is not None
    assert {fact.name: fact for fact in scored.facts if fact.name in facts} == facts
    assert with_them.figures == scored.figures


def test_a_stop_leaves_what_was_scored():
    settings = default_settings(1, replicates=20)
    scored = score_market(TWO_BOOKS, [1, 2, 3], SHORT, settings, should_stop=lambda: True)
    assert scored.seeds == (1,)


def test_a_tape_is_scored_in_the_same_form():
    tape = run_market(TWO_BOOKS, 1, SHORT).tape(0, "mine")
    scored = score_tape(tape, default_settings(1, replicates=20))
    assert scored.name == "mine"
    assert len(scored.facts) == len(FACTS)
    figures = {figure.name: figure for figure in scored.figures}
    memory = figures["sign_acf_1"]
    assert memory.value is not None
    assert memory.low is not None
    assert memory.high is not None
    assert memory.low < memory.value < memory.high
    assert figures["volatility_bps"].value is None


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: RunPlan(hours=0), "hours"),
        (lambda: RunPlan(warm_up_s=-1), "warm_up_s"),
        (lambda: run_market(TWO_BOOKS, 1, RunPlan(book=2)), "book"),
        (lambda: score_market(TWO_BOOKS, [], SHORT, default_settings(1)), "seeds"),
        (lambda: score_market(TWO_BOOKS, [1, 1], SHORT, default_settings(1)), "seeds"),
    ],
)
def test_what_cannot_be_scored_is_named(call, field):
    with pytest.raises(InputError, match=field):
        call()
