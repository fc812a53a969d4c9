"""What a participant did to a market: the same seed with and without its orders.

Both runs draw the same numbers, so they are the same until the first order and differ afterwards by what
others made of it. The difference of the mids is the causal impact of that seed, and its mean over seeds is
measured, not modelled: no benchmark has to be assumed for what the price had done otherwise. Small
differences grow, as they do in a market, so an interval widens with time.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.estimate import NotTestable
from trade2026.analytics.microstructure.metaorders import MetaorderImpact, Metaorders, metaorder_impact
from trade2026.model.enums import Side
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.scenarios import Metaorder, Scenario, inject
from trade2026.simulation.prism.scoring import START_NS, Progress, student_quantile
from trade2026.simulation.prism.timeline import Timeline

Participant = Callable[[Timeline], object]
"""Called once, when the run is warm: sends orders, adds an agent, or injects a scenario."""

_BPS: Final = 1e4


class CausalImpact(msgspec.Struct, frozen=True, kw_only=True):
    """By how much the mid differs, basis points; positive where it is higher with the participant."""

    grid_s: FloatArray
    """Seconds since the participant came, shape (g,)."""
    paths: FloatArray
    """A row for each seed, shape (s, g)."""
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    """Mean over seeds with its interval by Student's t; NaN for one seed alone. Shape (g,)."""
    level: float


def of_scenario(scenario: Scenario) -> Participant:
    """The participant that a scenario is."""
    return lambda timeline: inject(timeline, scenario)


def causal_impact(
    config: PrismConfig,
    seeds: Sequence[int],
    participant: Participant,
    *,
    book: int = 0,
    warm_up_s: float = 600.0,
    horizon_s: float = 600.0,
    grid_s: float = 5.0,
    start_ns: int = START_NS,
    level: float = 0.95,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> CausalImpact:
    """Run every seed with and without a participant.

    Parameters
    ----------
    book : int
        Whose mid is looked at.
    warm_up_s : float
        After which the participant comes.
    horizon_s, grid_s : float
        How long it is looked at, and how often.

    Raises
    ------
    InputError
        There is no seed, no such book, or a time that is not above 0.
    """
    grid = _grid(config, seeds, book, warm_up_s, horizon_s, grid_s)
    rows = []
    for done, seed in enumerate(seeds, start=1):
        plain = _mids(config, seed, start_ns, warm_up_s, grid, book, None)
        changed = _mids(config, seed, start_ns, warm_up_s, grid, book, participant)
        rows.append((changed / plain - 1.0) * _BPS)
        if progress is not None:
            progress(done, len(seeds))
        if should_stop is not None and should_stop():
            break
    paths = np.array(rows)
    mean, n = paths.mean(axis=0), len(paths)
    reach = np.full_like(mean, np.nan)
    if n > 1:
        reach = student_quantile(level, n - 1) * paths.std(axis=0, ddof=1) / math.sqrt(n)
    return CausalImpact(grid_s=grid, paths=paths, mean=mean, low=mean - reach, high=mean + reach, level=level)


def _grid(
    config: PrismConfig, seeds: Sequence[int], book: int, warm_up_s: float, horizon_s: float, grid_s: float
) -> FloatArray:
    """The times that are looked at, from 0 to the horizon."""
    if not seeds or len(set(seeds)) < len(seeds):
        raise InputError(f"seeds must be different, and one at least, were {list(seeds)}")
    if not 0 <= book < len(config.books):
        raise InputError(f"book must be one of {len(config.books)} books, from 0, was {book}")
    for name, value in (("warm_up_s", warm_up_s), ("horizon_s", horizon_s), ("grid_s", grid_s)):
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"{name} must be above 0 and finite, was {value}")
    if grid_s > horizon_s:
        raise InputError(f"grid_s must not be above horizon_s, was {grid_s} above {horizon_s}")
    grid: FloatArray = np.arange(int(horizon_s / grid_s) + 1, dtype=np.float64) * np.float64(grid_s)
    return grid


def _mids(
    config: PrismConfig, seed: int, start_ns: int, warm_up_s: float, grid: FloatArray, book: int,
    participant: Participant | None,
) -> FloatArray:  # fmt: skip
    """The book's mids at the times of the grid."""
    timeline = Timeline(PrismMarket(config, seed, start_ns))
    begin_ns = start_ns + int(warm_up_s * SECOND_NS)
    timeline.run_until(begin_ns)
    if participant is not None:
        participant(timeline)
    found = []
    for seconds in grid.tolist():
        timeline.run_until(begin_ns + int(seconds * SECOND_NS))
        found.append(timeline.market.mids()[book])
    return np.array(found)


class ImpactPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Metaorders of several sizes, each in a market of its own.

    Attributes
    ----------
    clips : tuple of float
        Sizes, in usual sizes of an order of the book.
    for_s, children : float, int
        Each is worked off in so many market orders, evenly over this time.
    after : tuple of float
        When it is looked at again, in durations since its end.
    """

    clips: tuple[float, ...] = (8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)
    for_s: float = 300.0
    children: int = 60
    after: tuple[float, ...] = (0.5, 1.0, 2.0)
    warm_up_s: float = 600.0
    start_ns: int = START_NS

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        if not self.clips or any(not (math.isfinite(clips) and clips > 0) for clips in self.clips):
            raise InputError(f"clips must be sizes above 0, one at least, were {list(self.clips)}")
        if not self.after or any(b <= a for a, b in zip((0.0, *self.after), self.after, strict=False)):
            raise InputError(f"after must be above 0 and increase, was {list(self.after)}")
        if self.children < 1:
            raise InputError(f"children must be at least 1, was {self.children}")


def alone(config: PrismConfig, book: int) -> PrismConfig:
    """The market of one book; raises InputError where there is no such book."""
    if not 0 <= book < len(config.books):
        raise InputError(f"book must be one of {len(config.books)} books, from 0, was {book}")
    return msgspec.structs.replace(config, books=(config.books[book],))


def metaorder_experiment(
    config: PrismConfig,
    seeds: Sequence[int],
    plan: ImpactPlan,
    *,
    book: int = 0,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Metaorders:
    """Metaorders of every size in the market of one book, for every seed; buys and sells in turn.

    Mids are ratios to those of the same seed without the order, so the drift of the market is no part of
    what is measured: `mid_before` is 1. Quantities are in clips; a stop ends with
    the seed at work.
    """
    config = alone(config, book)
    symbol = config.books[0].listing.symbol
    ends = np.array([plan.for_s * (1.0 + after) for after in (0.0, *plan.after)])
    _grid(config, seeds, 0, plan.warm_up_s, float(ends[-1]), plan.for_s)
    signs, sizes, ratios = [], [], []
    for done, seed in enumerate(seeds, start=1):
        plain = _mids(config, seed, plan.start_ns, plan.warm_up_s, ends, 0, None)
        for at, clips in enumerate(plan.clips):
            sign = 1 if (done + at) % 2 else -1
            order = Metaorder(
                symbol=symbol, side=Side.BUY if sign > 0 else Side.SELL, clips=clips, for_s=plan.for_s,
                children=plan.children,
            )  # fmt: skip
            mids = _mids(config, seed, plan.start_ns, plan.warm_up_s, ends, 0, of_scenario(order))
            signs.append(float(sign))
            sizes.append(clips)
            ratios.append(mids / plain)
        if progress is not None:
            progress(done, len(seeds))
        if should_stop is not None and should_stop():
            break
    table, n = np.array(ratios), len(signs)
    # Each has a market of its own; they only need an order of time.
    starts = plan.start_ns + np.arange(n, dtype=np.int64)
    return Metaorders(
        start_ns=starts, end_ns=starts + int(plan.for_s * SECOND_NS), signs=np.array(signs),
        quantities=np.array(sizes), mid_before=np.ones(n), mid_at_end=table[:, 0], mid_after=table[:, 1:],
    )  # fmt: skip


def impact_of(metaorders: Metaorders, resampling: Resampling) -> MetaorderImpact | NotTestable:
    """Curve, exponent and decay of an experiment, by `analytics.microstructure.metaorders`."""
    return metaorder_impact(metaorders, resampling)
