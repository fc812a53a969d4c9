"""Which facts of real markets a tape shows: each with value, interval, verdict and reason.

`scorecard` asks everything, `testable` only says what a tape could answer, and `compare` sets two tapes side
by side. A fact that a tape cannot answer is NOT_TESTABLE with a reason; it is never counted for or against
it.
"""

import math
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.estimate import Absent, Estimate, Measured, NotTestable
from trade2026.analytics.microstructure.facts import FACTS, Criterion, Definition, Needs
from trade2026.analytics.microstructure.quotes import mid_prices
from trade2026.analytics.microstructure.sample import Sample, Settings
from trade2026.analytics.microstructure.tape import (
    Session,
    Tape,
    days_of,
    prices_of,
    return_series,
    signed_trades,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS

SPANS_NEEDED: Final = 100
"""Horizons that a tape must hold one after the other: trades within one horizon share its move."""


class Verdict(StrEnum):
    """What the tape says of a fact."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    NOT_TESTABLE = "not testable"


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    name: str
    question: str
    criterion: str
    verdict: Verdict
    reason: str
    """Why this verdict, with the numbers."""
    value: float | None
    low: float | None
    high: float | None
    """Ends of the interval; None where it is unbounded or there is no value."""
    n: int
    """Observations used; where the fact is not testable, those there were."""
    needed: int
    """Observations the fact asks for."""
    method: str
    source: str


class Testability(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a tape can answer a fact at all."""

    name: str
    is_testable: bool
    n: int
    needed: int
    counted: str
    """What `n` and `needed` count."""
    reason: str
    """Why not; empty where it can."""


class Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    """All facts of one tape."""

    tape: str
    returns: str
    """What the facts of returns were measured on."""
    signs: str
    """Where the signs of trades are from."""
    level: float
    facts: tuple[Fact, ...]

    def fact(self, name: str) -> Fact:
        """The fact of that name; raises InputError where there is none."""
        for each in self.facts:
            if each.name == name:
                return each
        raise InputError(f"name must be a fact, was {name!r}; there are {[fact.name for fact in self.facts]}")


class FactPair(msgspec.Struct, frozen=True, kw_only=True):
    """One fact on two tapes."""

    name: str
    left: Fact
    right: Fact
    same_verdict: bool | None
    """None where either tape cannot answer."""
    intervals_overlap: bool | None
    """None where either has no bounded interval. No overlap means that the two differ; overlap does not mean
    that they are equal."""


def scorecard(tape: Tape, settings: Settings, *, other: Tape | None = None) -> Scorecard:
    """Every fact of a tape; `other` is a second instrument of the same time, for the Epps effect."""
    sample = _sample(tape, settings, other)
    returns, signs = sample.returns, sample.signs
    return Scorecard(
        tape=tape.name,
        returns="none"
        if returns is None
        else f"{returns.values.size} from {returns.source} at {returns.interval_ns} ns",
        signs="none" if signs is None else signs[1],
        level=settings.resampling.level,
        facts=tuple(_answer(definition, sample) for definition in FACTS),
    )


def testable(tape: Tape, settings: Settings, *, other: Tape | None = None) -> tuple[Testability, ...]:
    """Which facts the tape can answer, without measuring any: what it has, and how much of it.

    A fact that passes here may still turn out not testable, where a sample of that size has too little in it.
    """
    sample = _sample(tape, settings, other)
    return tuple(_support(definition, sample) for definition in FACTS)


def compare(left: Scorecard, right: Scorecard) -> tuple[FactPair, ...]:
    """The facts of two tapes side by side; raises InputError where their intervals have different levels."""
    if left.level != right.level:
        raise InputError(f"levels must be equal to compare, were {left.level} and {right.level}")
    return tuple(_pair(a, right.fact(a.name)) for a in left.facts)


def judge(criterion: Criterion, found: Estimate) -> tuple[Verdict, str]:
    """Verdict on an estimate, and why.

    A value is judged by itself, but where its interval holds the whole range and more on both sides the
    sample says nothing, and the fact is not testable.
    """
    low = -math.inf if criterion.low is None else criterion.low
    high = math.inf if criterion.high is None else criterion.high
    numbers = f"{found.value:.3g} [{found.low:.3g}, {found.high:.3g}]"
    if not criterion.whole_interval and found.low < low and found.high > high:
        return Verdict.NOT_TESTABLE, f"{numbers}: the interval holds the whole range and more"
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return Verdict.NOT_TESTABLE, f"{numbers}: the sample does not bound the value"
    if criterion.whole_interval:
        is_shown = found.low > low and found.high < high
    else:
        is_shown = low <= found.value <= high
    verdict = Verdict.REPRODUCED if is_shown else Verdict.NOT_REPRODUCED
    return verdict, f"{numbers}: {'' if is_shown else 'not '}{criterion.describe()}"


def _sample(tape: Tape, settings: Settings, other: Tape | None) -> Sample:
    return Sample(
        tape=tape,
        settings=settings,
        returns=return_series(tape, interval_ns=settings.return_interval_ns),
        signs=signed_trades(tape),
        other=other,
    )


def _support(definition: Definition, sample: Sample) -> Testability:
    n, missing = _count(definition.needs, sample)
    if not missing and n < definition.needed:
        missing = f"needs {definition.needed:,} {definition.needs.value}, has {n:,}"
    if not missing and definition.is_liquidity and sample.tape.session is Session.HOLIDAY:
        missing = "a holiday session is thin: its book, spread and impact are not those of usual days"
    return Testability(
        name=definition.name,
        is_testable=not missing,
        n=n,
        needed=definition.needed,
        counted=definition.needs.value,
        reason=missing,
    )


def _count(needs: Needs, sample: Sample) -> tuple[int, str]:
    """How much of what is needed the tape has, and what it lacks altogether."""
    tape = sample.tape
    if needs is Needs.RETURNS:
        return (0, "has no prices") if sample.returns is None else (sample.returns.values.size, "")
    if needs is Needs.DAYS:
        return days_of(tape), "" if tape.bars is not None or tape.trades is not None else "has no volume"
    if needs is Needs.METAORDERS:
        if tape.metaorders is None:
            return 0, "has no metaorders: public tapes do not say whose trade it was"
        return int(np.asarray(tape.metaorders.start_ns).size), ""
    if needs is Needs.SECOND:
        return _count_second(sample)
    if needs is Needs.SIZES:
        quotes = tape.quotes
        if quotes is None or quotes.bid_sizes is None:
            return 0, "has no quotes with sizes; bars and trades do not show the book"
        return int(quotes.ts_ns.size), ""
    return _count_signs(needs, sample)


def _count_second(sample: Sample) -> tuple[int, str]:
    a = prices_of(sample.tape)
    b = None if sample.other is None else prices_of(sample.other)
    if a is None or b is None:
        return 0, "needs quotes or trades of a second instrument over the same time"
    return min(a[0].size, b[0].size), ""


def _count_signs(needs: Needs, sample: Sample) -> tuple[int, str]:
    tape = sample.tape
    if tape.trades is None:
        return 0, "has no trades; bars do not say who was the aggressor"
    if sample.signs is None:
        return 0, "has trades without signs, and no quotes to sign them by"
    known = sample.signs[0] != 0.0
    if needs is Needs.SIGNS:
        return int(known.sum()), ""
    if tape.quotes is None:
        return 0, "has no quotes; impact is a move of the mid"
    ts_ns, mids = mid_prices(tape.quotes.ts_ns, tape.quotes.bid, tape.quotes.ask)
    at, settings = tape.trades.ts_ns, sample.settings
    before = inputs.mids_before(ts_ns, mids, at)
    later = inputs.mids_by(ts_ns, mids, at + settings.horizon_ns)
    used = known & np.isfinite(before) & np.isfinite(later)
    needed_ns = SPANS_NEEDED * max(settings.horizon_ns, settings.interval_ns)
    span_ns = int(at[used][-1] - at[used][0]) if used.any() else 0
    if span_ns < needed_ns:
        return int(
            used.sum()
        ), f"spans {span_ns / SECOND_NS:.0f} s of signed trades within quotes; needs " + (
            f"{needed_ns / SECOND_NS:.0f} s, {SPANS_NEEDED} times the longest horizon"
        )
    return int(used.sum()), ""


def _answer(definition: Definition, sample: Sample) -> Fact:
    support = _support(definition, sample)
    if not support.is_testable:
        found: Measured = NotTestable(reason=support.reason, needed=support.needed, had=support.n)
    else:
        found = definition.measure(sample)
    estimate = found if isinstance(found, Estimate) else None
    if isinstance(found, Estimate):
        verdict, reason = judge(definition.criterion, found)
    elif isinstance(found, Absent):
        verdict, reason = Verdict.NOT_REPRODUCED, found.reason
    else:
        verdict, reason = Verdict.NOT_TESTABLE, found.reason
    return Fact(
        name=definition.name,
        question=definition.question,
        criterion=definition.criterion.describe(),
        verdict=verdict,
        reason=reason,
        value=None if estimate is None else estimate.value,
        low=None if estimate is None or not math.isfinite(estimate.low) else estimate.low,
        high=None if estimate is None or not math.isfinite(estimate.high) else estimate.high,
        n=found.had if isinstance(found, NotTestable) else found.n,
        needed=(found.needed if isinstance(found, NotTestable) else None) or definition.needed,
        method="" if estimate is None else estimate.method,
        source=definition.source,
    )


def _pair(left: Fact, right: Fact) -> FactPair:
    answered = Verdict.NOT_TESTABLE not in (left.verdict, right.verdict)
    overlap: bool | None = None
    if None not in (left.low, left.high, right.low, right.high):
        assert left.low is not None
        assert left.high is not None
        assert right.low is not None
        assert right.high is not None
        overlap = left.low <= right.high and right.low <= left.high
    return FactPair(
        name=left.name,
        left=left,
        right=right,
        same_verdict=left.verdict is right.verdict if answered else None,
        intervals_overlap=overlap,
    )


def as_text(card: Scorecard) -> str:
    """One line a fact: name, verdict, reason, observations."""
    width = max(len(fact.name) for fact in card.facts)
    lines = [f"{card.tape}; returns: {card.returns}; {card.signs}"]
    lines += [
        f"{fact.name:<{width}}  {fact.verdict.value:<14}  {fact.reason} (n {fact.n:,})" for fact in card.facts
    ]
    return "\n".join(lines)


def comparison_as_text(pairs: tuple[FactPair, ...]) -> str:
    """One line a fact, both values and whether their intervals meet."""
    width = max(len(pair.name) for pair in pairs)
    words = {None: "-", True: "overlap", False: "apart"}
    lines = []
    for pair in pairs:
        sides = f"{_shown(pair.left):<32}  {_shown(pair.right):<32}"
        lines.append(f"{pair.name:<{width}}  {sides}  {words[pair.intervals_overlap]}")
    return "\n".join(lines)


def _shown(fact: Fact) -> str:
    value = "" if fact.value is None else f" {fact.value:.3g}"
    return f"{fact.verdict.value}{value}"
