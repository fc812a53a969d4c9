"""The scorecard: markets made with a fact show it, markets made without do not, and small tapes say nothing.

1. Whether a fact is reproduced follows from how the market was made.
2. A fact that is not testable has no value, and says what is missing.
3. `testable` never contradicts the scorecard.
4. The same seed gives the same card.
"""

import math
from functools import cache
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.analytics.microstructure.made import (
    RollMarket,
    correlated_walks,
    fractional_noise,
    garch,
)
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.estimate import Estimate
from trade2026.analytics.microstructure.facts import FACTS, Criterion
from trade2026.analytics.microstructure.metaorders import Metaorders
from trade2026.analytics.microstructure.sample import Settings
from trade2026.analytics.microstructure.scorecard import (
    Scorecard,
    Verdict,
    as_text,
    compare,
    comparison_as_text,
    judge,
    scorecard,
    testable,
)
from trade2026.analytics.microstructure.tape import (
    Bars,
    Quotes,
    Session,
    Tape,
    Trades,
    return_series,
    signed_trades,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import MINUTE_NS, SECOND_NS

testable.__test__ = False  # type: ignore[attr-defined]  # A function of ours, not a test.

SETTINGS = Settings(resampling=Resampling(seed=3, replicates=100), horizon_ns=SECOND_NS)
REPRODUCED, NOT_REPRODUCED, NOT_TESTABLE = Verdict


def roll_tape(n: int = 20_000, *, session: Session = Session.REGULAR, **changes: Any) -> Tape:
    """Independent signs, concave impact, normal noise."""
    market = RollMarket(n, 1, **({"impact": 0.004, "delta": 0.4, "noise": 0.01} | changes))
    return Tape(
        name="roll",
        trades=Trades(
            ts_ns=market.trade_ns, prices=market.prices, quantities=market.quantities, signs=market.signs
        ),
        quotes=Quotes(
            ts_ns=market.quote_ns, bid=market.bid, ask=market.ask,
            bid_sizes=np.full(n + 1, 3.0), ask_sizes=np.full(n + 1, 3.0),
        ),
        session=session,
    )  # fmt: skip


def bars_of(returns: Any) -> Tape:
    """One-minute bars of these log returns."""
    n = len(returns)
    return Tape(
        name="bars",
        bars=Bars(
            start_ns=np.arange(n, dtype=np.int64) * MINUTE_NS, close=100.0 * np.exp(np.cumsum(returns)),
            volume=np.ones(n), interval_ns=MINUTE_NS,
        ),
    )  # fmt: skip


@cache
def roll_card(**changes: Any) -> Scorecard:
    return scorecard(roll_tape(**changes), SETTINGS)


def verdicts(card: Scorecard) -> dict[str, Verdict]:
    return {fact.name: fact.verdict for fact in card.facts}


def test_a_market_with_impact_and_no_memory() -> None:
    card = roll_card()
    found = verdicts(card)
    for name in ("adverse_selection", "trade_impact", "kyle_lambda", "depth_symmetry"):
        assert found[name] is REPRODUCED, card.fact(name)
    for name in ("heavy_tails", "volatility_clustering", "sign_memory", "sign_persistence"):
        assert found[name] is NOT_REPRODUCED, card.fact(name)
    assert found["no_linear_autocorrelation"] is REPRODUCED
    impact = card.fact("trade_impact")
    assert impact.low is not None
    assert impact.high is not None
    assert impact.low < 0.4 < impact.high
    assert card.signs == "signs of the tape"


def test_a_market_with_memory_and_linear_impact() -> None:
    n = 2**17
    tape = roll_tape(n)
    assert tape.trades is not None
    signs = np.sign(fractional_noise(n, 0.75, 4))
    trades = msgspec.structs.replace(tape.trades, signs=signs)
    card = scorecard(Tape(name="memory", trades=trades), SETTINGS)
    found = verdicts(card)
    assert found["sign_memory"] is REPRODUCED, card.fact("sign_memory")
    assert found["sign_persistence"] is REPRODUCED, card.fact("sign_persistence")
    assert found["trade_impact"] is NOT_TESTABLE
    assert "has no quotes" in card.fact("trade_impact").reason
    linear = roll_card(delta=1.0)
    assert linear.fact("trade_impact").verdict is NOT_REPRODUCED
    assert linear.fact("trade_impact").value == pytest.approx(1.0, abs=0.1)


def test_a_market_without_impact_shows_none() -> None:
    card = roll_card(impact=0.0)
    assert card.fact("adverse_selection").verdict is NOT_REPRODUCED
    assert card.fact("kyle_lambda").verdict is NOT_REPRODUCED
    assert card.fact("trade_impact").verdict is not REPRODUCED


def test_clustered_returns_and_their_shuffle() -> None:
    returns = garch(20_000, 5, alpha=0.2, beta=0.78) / 1_000.0
    clustered = verdicts(scorecard(bars_of(returns), SETTINGS))
    assert clustered["volatility_clustering"] is REPRODUCED
    assert clustered["heavy_tails"] is REPRODUCED
    assert clustered["no_linear_autocorrelation"] is REPRODUCED
    shuffled = verdicts(scorecard(bars_of(np.random.default_rng(5).permutation(returns)), SETTINGS))
    assert shuffled["volatility_clustering"] is NOT_REPRODUCED
    assert shuffled["heavy_tails"] is REPRODUCED  # It does not ask for an order.


def test_returns_that_follow_one_another_are_not_uncorrelated() -> None:
    noise = np.random.default_rng(6).standard_normal(20_000) / 1_000.0
    trending = np.convolve(noise, np.ones(15) / 15, "valid")
    assert scorecard(bars_of(trending), SETTINGS).fact("no_linear_autocorrelation").verdict is NOT_REPRODUCED


def test_a_holiday_session_stands_for_no_book() -> None:
    found = {each.name: each for each in testable(roll_tape(session=Session.HOLIDAY), SETTINGS)}
    for name in ("adverse_selection", "trade_impact", "kyle_lambda", "depth_symmetry"):
        assert not found[name].is_testable
        assert "a holiday session is thin" in found[name].reason
    assert found["sign_memory"].is_testable


def test_bars_support_returns_and_nothing_of_the_book() -> None:
    card = scorecard(bars_of(garch(6_000, 7) / 1_000.0), SETTINGS)
    reasons = {fact.name: fact.reason for fact in card.facts if fact.verdict is NOT_TESTABLE}
    assert "bars do not say who was the aggressor" in reasons["trade_impact"]
    assert "do not show the book" in reasons["depth_symmetry"]
    assert "needs 10 days with volume, has 5" in reasons["intraday_volume"]
    assert "metaorders" in reasons["square_root_law"]


def test_what_is_not_testable_has_no_value() -> None:
    for tape in (Tape(name="empty"), roll_tape(50), bars_of(np.zeros(20_000))):
        card = scorecard(tape, SETTINGS)
        for fact in card.facts:
            if fact.verdict is NOT_TESTABLE and "holds the whole range" not in fact.reason:
                assert (fact.value, fact.low, fact.high) == (None, None, None)
                assert fact.reason
                assert fact.needed > 0
    assert set(verdicts(scorecard(Tape(name="empty"), SETTINGS)).values()) == {NOT_TESTABLE}


def test_a_short_tape_says_how_long_it_should_be() -> None:
    found = {each.name: each for each in testable(roll_tape(80), SETTINGS)}
    assert found["kyle_lambda"].reason.startswith("spans 78 s of signed trades within quotes; needs 1000 s")
    assert (found["sign_memory"].n, found["sign_memory"].needed) == (80, 10_000)


@pytest.mark.parametrize("tape", [roll_tape(2_000), roll_tape(400), bars_of(garch(4_000, 8) / 1e3)])
def test_testable_never_contradicts_the_card(tape: Tape) -> None:
    card = scorecard(tape, SETTINGS)
    for each in testable(tape, SETTINGS):
        fact = card.fact(each.name)
        if not each.is_testable:
            assert fact.verdict is NOT_TESTABLE
            assert fact.reason == each.reason
    assert [fact.name for fact in card.facts] == [definition.name for definition in FACTS]


def test_metaorders_with_the_square_root_law() -> None:
    rng = np.random.default_rng(9)
    n = 3_000
    quantities, signs = np.exp(1.5 * rng.standard_normal(n)), rng.choice([-1.0, 1.0], n)
    moves = 0.01 * np.sqrt(quantities) + 0.02 * rng.standard_normal(n)
    ns = np.arange(n, dtype=np.int64) * MINUTE_NS
    metaorders = Metaorders(
        start_ns=ns, end_ns=ns, signs=signs, quantities=quantities, mid_before=np.full(n, 100.0),
        mid_at_end=100.0 * (1.0 + signs * moves),
    )  # fmt: skip
    fact = scorecard(Tape(name="orders", metaorders=metaorders), SETTINGS).fact("square_root_law")
    assert fact.verdict is REPRODUCED
    assert fact.n == n


@pytest.mark.parametrize(
    ("left", "verdict"), [(0.6, REPRODUCED), (0.0, NOT_REPRODUCED), (1.0, NOT_REPRODUCED)]
)
def test_metaorders_whose_move_stays_in_part(left: float, verdict: Verdict) -> None:
    rng = np.random.default_rng(10)
    n = 400
    signs, moves = rng.choice([-1.0, 1.0], n), 0.01 + 0.005 * rng.standard_normal(n)
    later = left * moves + 0.001 * rng.standard_normal(n)
    ns = np.arange(n, dtype=np.int64) * MINUTE_NS
    metaorders = Metaorders(
        start_ns=ns, end_ns=ns, signs=signs, quantities=np.ones(n), mid_before=np.full(n, 100.0),
        mid_at_end=100.0 * (1.0 + signs * moves),
        mid_after=np.column_stack((np.full(n, 100.0), 100.0 * (1.0 + signs * later))),
    )  # fmt: skip
    card = scorecard(Tape(name="orders", metaorders=metaorders), SETTINGS)
    fact = card.fact("metaorder_decay")
    assert fact.verdict is verdict
    assert fact.value == pytest.approx(left, abs=0.02)
    assert card.fact("square_root_law").verdict is NOT_TESTABLE  # A hundred orders are not a thousand.
    nothing_after = msgspec.structs.replace(metaorders, mid_after=None)
    silent = scorecard(Tape(name="orders", metaorders=nothing_after), SETTINGS).fact("metaorder_decay")
    assert silent.verdict is NOT_TESTABLE
    assert "has no mids after the orders' ends" in silent.reason


def test_epps_effect_of_two_tapes() -> None:
    ns_a, a, ns_b, b = correlated_walks(40_000, 0.7, 0.5, 0.4, 10)
    tapes = [
        Tape(name=name, quotes=Quotes(ts_ns=ns, bid=prices, ask=prices))
        for name, ns, prices in (("a", ns_a, a), ("b", ns_b, b))
    ]
    assert scorecard(tapes[0], SETTINGS, other=tapes[1]).fact("epps_effect").verdict is REPRODUCED
    alone = scorecard(tapes[0], SETTINGS).fact("epps_effect")
    assert alone.verdict is NOT_TESTABLE
    assert "second instrument" in alone.reason


def test_tapes_side_by_side() -> None:
    left, right = roll_card(), roll_card(delta=1.0)
    pairs = {pair.name: pair for pair in compare(left, right)}
    assert pairs["trade_impact"].same_verdict is False
    assert pairs["trade_impact"].intervals_overlap is False
    assert pairs["adverse_selection"].same_verdict is True
    assert pairs["square_root_law"].same_verdict is None
    assert pairs["square_root_law"].intervals_overlap is None
    text = comparison_as_text(tuple(pairs.values()))
    assert len(text.splitlines()) == len(FACTS)
    assert "apart" in text
    other = scorecard(
        roll_tape(100),
        Settings(resampling=Resampling(seed=3, replicates=100, level=0.9), horizon_ns=SECOND_NS),
    )
    with pytest.raises(InputError, match=r"levels must be equal to compare, were 0\.95 and 0\.9"):
        compare(left, other)


def test_the_same_seed_gives_the_same_card() -> None:
    one, two = roll_card(), scorecard(roll_tape(), SETTINGS)
    assert one == two
    assert as_text(one) == as_text(two)
    assert len(as_text(one).splitlines()) == 1 + len(FACTS)


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, level=0.95, n=100, method="")


@pytest.mark.parametrize(
    ("criterion", "found", "verdict"),
    [
        (Criterion(low=2.0, high=5.0), (3.0, 2.5, 3.5), REPRODUCED),
        (Criterion(low=2.0, high=5.0), (3.0, 1.5, 3.5), REPRODUCED),
        (Criterion(low=2.0, high=5.0), (6.0, 4.5, 7.0), NOT_REPRODUCED),
        (Criterion(low=2.0, high=5.0), (3.0, 1.5, 5.5), NOT_TESTABLE),
        (Criterion(low=2.0, high=5.0), (3.0, -math.inf, math.inf), NOT_TESTABLE),
        (Criterion(low=0.0, whole_interval=True), (1.0, 0.1, 2.0), REPRODUCED),
        (Criterion(low=0.0, whole_interval=True), (1.0, -0.1, 2.0), NOT_REPRODUCED),
        (Criterion(high=0.0, whole_interval=True), (-1.0, -2.0, -0.1), REPRODUCED),
        (Criterion(high=0.0, whole_interval=True), (-1.0, -2.0, 0.0), NOT_REPRODUCED),
    ],
)
def test_verdicts(criterion: Criterion, found: tuple[float, float, float], verdict: Verdict) -> None:
    assert judge(criterion, estimate(*found))[0] is verdict


def test_returns_skip_missing_bars_and_choose_their_interval() -> None:
    ns = np.array([0, 1, 2, 5, 6], dtype=np.int64) * MINUTE_NS
    bars = Bars(start_ns=ns, close=np.array([1, 2, 4, 8, 16]), volume=np.ones(5), interval_ns=MINUTE_NS)
    series = return_series(Tape(name="gap", bars=bars))
    assert series is not None
    assert series.values == pytest.approx(np.full(3, math.log(2.0)))
    short, long = (return_series(roll_tape(n)) for n in (20_000, 40_000))
    assert short is not None
    assert long is not None
    assert (short.interval_ns, long.interval_ns) == (SECOND_NS, 10 * SECOND_NS)


def test_signs_are_inferred_where_the_tape_has_none() -> None:
    tape = roll_tape(2_000)
    assert tape.trades is not None
    unsigned = msgspec.structs.replace(tape, trades=msgspec.structs.replace(tape.trades, signs=None))
    found = signed_trades(unsigned)
    assert found is not None
    assert found[1] == "signs by Lee and Ready"
    assert (found[0] == tape.trades.signs).all()
    assert signed_trades(msgspec.structs.replace(unsigned, quotes=None)) is None


NS = np.arange(3, dtype=np.int64)
ONES = np.ones(3)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Trades(ts_ns=NS, prices=0.0 * ONES, quantities=ONES), "prices must be above zero"),
        (lambda: Quotes(ts_ns=NS, bid=ONES, ask=ONES, bid_sizes=ONES), "given together"),
        (lambda: Bars(start_ns=NS, close=ONES, volume=ONES, interval_ns=2), "interval_ns must be"),
    ],
)
def test_tapes_that_cannot_be_are_refused(make: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()
