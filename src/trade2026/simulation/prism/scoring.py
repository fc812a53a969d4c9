"""Whether the simulated market behaves like a market: every fact over seeds, beside a real tape's.

A seed is one run, and runs are independent, so the interval of a fact over seeds is Student's t of its
values: it holds what the interval within a run misses, that another run would have had another day. A fact
that no run can answer is not testable and says why.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import fmean, median, stdev
from typing import Final, Protocol

import msgspec

from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.estimate import Estimate, check_level
from trade2026.analytics.microstructure.facts import FACTS, Needs
from trade2026.analytics.microstructure.metaorders import Metaorders
from trade2026.analytics.microstructure.sample import Settings
from trade2026.analytics.microstructure.scorecard import Fact, Scorecard, Verdict, judge, scorecard
from trade2026.analytics.microstructure.tape import Session, Tape
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import HOUR_NS, MINUTE_NS, SECOND_NS
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.moments import WORDS, moments, parts_of, spread_of
from trade2026.simulation.prism.recording import Recorder

START_NS: Final = 1_700_000_000_000_000_000 // MINUTE_NS * MINUTE_NS
"""When a run begins that has no time of its own; a whole minute, so that bars are whole."""

Progress = Callable[[int, int], object]
"""Told how many runs are done, of how many."""


class Mapper(Protocol):
    """Applies a function to every item, in order: `map`, or that of an executor."""

    def __call__(
        self, run: Callable[["SeedRequest"], "SeedScore"], requests: Iterable["SeedRequest"], /
    ) -> Iterator["SeedScore"]:
        """Results in the order of the requests."""
        ...


class RunPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a market is run to be measured.

    Attributes
    ----------
    hours : float
        Simulated time that is measured.
    detail_hours : float
        The last part of it, of which trades and quotes are kept; facts of returns take all of it.
    warm_up_s : float
        What is thrown away before: the book is empty when a market begins.
    interval_ns : int
        Length of a bar, and so of a return.
    book, other : int
        Numbers of the book that is measured, and of that it is compared with; the same book for none.
    """

    hours: float = 24.0
    detail_hours: float = 2.0
    warm_up_s: float = 600.0
    interval_ns: int = MINUTE_NS
    book: int = 0
    other: int = 1
    start_ns: int = START_NS

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        for name in ("hours", "detail_hours"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} must be above 0 and finite, was {value}")
        if not (math.isfinite(self.warm_up_s) and self.warm_up_s >= 0):
            raise InputError(f"warm_up_s must be at least 0 and finite, was {self.warm_up_s}")


class SeedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One run to score."""

    config: PrismConfig
    seed: int
    plan: RunPlan
    settings: Settings


class SeedScore(msgspec.Struct, frozen=True, kw_only=True):
    """What one run showed."""

    seed: int
    card: Scorecard
    figures: dict[str, float]
    """Moments of `moments`, by name."""


class CombinedFact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact over all seeds."""

    name: str
    question: str
    criterion: str
    verdict: Verdict
    reason: str
    value: float | None
    """Mean over the seeds that could answer."""
    low: float | None
    high: float | None
    seeds: int
    """Seeds that could answer."""
    n: int
    """Observations in a run, the median over seeds."""
    needed: int


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its interval; None where there is none."""

    name: str
    words: str
    value: float | None
    low: float | None
    high: float | None


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """Facts and figures of a market over seeds, or of a tape (`seeds` is empty)."""

    name: str
    seeds: tuple[int, ...]
    level: float
    facts: tuple[CombinedFact, ...]
    figures: tuple[Figure, ...]


def run_market(config: PrismConfig, seed: int, plan: RunPlan) -> Recorder:
    """Run a market as planned; raises InputError for a book that it does not have."""
    books = len(config.books)
    for name in ("book", "other"):
        if not 0 <= getattr(plan, name) < books:
            raise InputError(f"{name} must be one of {books} books, from 0, was {getattr(plan, name)}")
    begin_ns = plan.start_ns + int(plan.warm_up_s * SECOND_NS)
    end_ns = begin_ns + int(plan.hours * HOUR_NS)
    market = PrismMarket(config, seed, plan.start_ns)
    market.run_until(begin_ns)
    detail = (max(end_ns - int(plan.detail_hours * HOUR_NS), begin_ns), end_ns)
    recorder = Recorder(market, interval_ns=plan.interval_ns, detail=detail)
    market.run_until(end_ns)
    return recorder


def score_seed(request: SeedRequest) -> SeedScore:
    """Run one market and score it."""
    plan, config = request.plan, request.config
    recorder = run_market(config, request.seed, plan)
    symbol = config.books[plan.book].listing.symbol
    tape = recorder.tape(plan.book, f"{symbol}, seed {request.seed}")
    other = None if plan.other == plan.book else recorder.tape(plan.other, "the other")
    card = scorecard(tape, request.settings, other=other)
    return SeedScore(seed=request.seed, card=card, figures=moments(parts_of(tape)))


def score_market(
    config: PrismConfig,
    seeds: Sequence[int],
    plan: RunPlan,
    settings: Settings,
    *,
    mapper: Mapper = map,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Scored:
    """Run and score every seed; a stop leaves what was scored until then.

    Raises InputError where there is no seed, or one twice, or nothing was scored before the stop.
    """
    if not seeds or len(set(seeds)) < len(seeds):
        raise InputError(f"seeds must be different, and one at least, were {list(seeds)}")
    requests = [SeedRequest(config=config, seed=seed, plan=plan, settings=settings) for seed in seeds]
    scores = []
    for score in mapper(score_seed, requests):
        scores.append(score)
        if progress is not None:
            progress(len(scores), len(seeds))
        if should_stop is not None and should_stop():
            break
    symbol = config.books[plan.book].listing.symbol
    return combine(f"PRISM {symbol}", scores, settings.resampling.level)


def combine(name: str, scores: Sequence[SeedScore], level: float) -> Scored:
    """Facts and figures over seeds, intervals by Student's t."""
    facts = tuple(
        _combined([score.card.fact(definition.name) for score in scores], index, level)
        for index, definition in enumerate(FACTS)
    )
    figures = []
    for key, words in WORDS.items():
        values = [score.figures[key] for score in scores if key in score.figures]
        low, high = student_interval(values, level)
        figures.append(
            Figure(name=key, words=words, value=fmean(values) if values else None, low=low, high=high)
        )
    return Scored(
        name=name,
        seeds=tuple(score.seed for score in scores),
        level=level,
        facts=facts,
        figures=tuple(figures),
    )


def _combined(found: Sequence[Fact], index: int, level: float) -> CombinedFact:
    """One fact from its answers in every run."""
    first, criterion = found[0], FACTS[index].criterion
    values = [fact.value for fact in found if fact.value is not None and math.isfinite(fact.value)]
    absent = [f for f in found if f.value is None and f.verdict is Verdict.NOT_REPRODUCED]
    low, high = student_interval(values, level)
    value = fmean(values) if values else None
    if len(values) == 1 and len(found) == 1:
        low, high = first.low, first.high
    if len(absent) * 2 > len(found) or (absent and not values):
        verdict, reason = (
            Verdict.NOT_REPRODUCED,
            f"{absent[0].reason} (in {len(absent)} of {len(found)} runs)",
        )
    elif value is None or low is None or high is None:
        silent = next((f for f in found if f.verdict is Verdict.NOT_TESTABLE), first)
        verdict, reason = Verdict.NOT_TESTABLE, silent.reason
        if value is not None and len(found) > 1:
            reason = f"{len(values)} of {len(found)} runs answer; an interval over seeds needs two: {reason}"
    else:
        n = int(median(fact.n for fact in found))
        estimate = Estimate(value=value, low=low, high=high, level=level, n=n, method="mean over seeds")
        verdict, reason = judge(criterion, estimate)
    return CombinedFact(
        name=first.name, question=first.question, criterion=first.criterion, verdict=verdict, reason=reason,
        value=value, low=low, high=high, seeds=len(values), n=int(median(fact.n for fact in found)),
        needed=first.needed,
    )  # fmt: skip


def score_tape(tape: Tape, settings: Settings, *, other: Tape | None = None) -> Scored:
    """A real tape in the same form: its intervals are those of its one sample, by the bootstrap."""
    card = scorecard(tape, settings, other=other)
    facts = tuple(_alone(fact) for fact in card.facts)
    parts = parts_of(tape)
    found: dict[str, Figure] = {}
    if moments(parts):
        spread = spread_of(parts, seed=settings.resampling.seed, level=card.level)
        for at, name in enumerate(spread.names):
            value, low, high = (float(x[at]) for x in (spread.values, spread.low, spread.high))
            found[name] = Figure(name=name, words=WORDS[name], value=value, low=low, high=high)
    figures = tuple(
        found.get(name, Figure(name=name, words=words, value=None, low=None, high=None))
        for name, words in WORDS.items()
    )
    return Scored(name=tape.name, seeds=(), level=card.level, facts=facts, figures=figures)


def with_metaorders(scored: Scored, orders: Metaorders, seeds: int, settings: Settings) -> Scored:
    """The same with the facts of metaorders from an experiment with so many seeds.

    Each order has a market of its own, so these facts are of all orders together and not a mean over the
    seeds' values; their intervals are the bootstrap's over the orders.
    """
    card = scorecard(Tape(name=scored.name, session=Session.REGULAR, metaorders=orders), settings)
    asked = {definition.name for definition in FACTS if definition.needs is Needs.METAORDERS}
    facts = tuple(
        _alone(card.fact(fact.name), seeds) if fact.name in asked else fact for fact in scored.facts
    )
    return msgspec.structs.replace(scored, facts=facts)


def _alone(fact: Fact, seeds: int = 0) -> CombinedFact:
    """A fact of one sample in the form of those over seeds."""
    return CombinedFact(
        name=fact.name, question=fact.question, criterion=fact.criterion, verdict=fact.verdict,
        reason=fact.reason, value=fact.value, low=fact.low, high=fact.high, seeds=seeds, n=fact.n,
        needed=fact.needed,
    )  # fmt: skip


def are_apart(left: Figure | CombinedFact, right: Figure | CombinedFact) -> bool | None:
    """Whether the two intervals do not meet; None where either has none."""
    if left.low is None or left.high is None or right.low is None or right.high is None:
        return None
    return left.low > right.high or right.low > left.high


def default_settings(seed: int, *, level: float = 0.95, replicates: int = 200) -> Settings:
    """Settings of a scorecard with this seed of its intervals."""
    return Settings(resampling=Resampling(seed=seed, level=level, replicates=replicates))


def student_interval(values: Sequence[float], level: float) -> tuple[float | None, float | None]:
    """The mean's interval by Student's t with n - 1 degrees of freedom; none for fewer than two values."""
    if len(values) < 2:
        return None, None
    reach = student_quantile(level, len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return fmean(values) - reach, fmean(values) + reach


def student_quantile(level: float, freedom: int) -> float:
    """The t of a two-sided interval: 2.776 for 0.95 and 4 degrees of freedom, by bisection on its exact law.

    The law is a finite sum for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
    """
    check_level(level)
    if freedom < 1:
        raise InputError(f"freedom must be at least 1, was {freedom}")
    low, high = 0.0, 1.0
    while _within(high, freedom) < level:
        high *= 2.0
    for _ in range(100):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _within(middle, freedom) < level else (low, middle)
    return (low + high) / 2.0


def _within(t: float, freedom: int) -> float:
    """P(|T| < t)."""
    theta = math.atan(t / math.sqrt(freedom))
    cos, sin = math.cos(theta), math.sin(theta)
    is_odd = freedom % 2 == 1
    term, total = (cos if is_odd else 1.0), 0.0
    for k in range(1 if is_odd else 0, freedom - 1, 2):
        total += term
        term *= cos * cos * (k + 1) / (k + 2)
    return 2.0 / math.pi * (theta + sin * total) if is_odd else sin * total
