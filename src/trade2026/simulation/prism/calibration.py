"""Parameters under which the simulated market shows a tape's moments: the method of simulated moments.

The distance of a market from a tape is d' W d, where d is the difference of their moments (see `moments`),
and W the inverse of the covariance of the tape's moments by the bootstrap (Duffie and Singleton 1993,
Econometrica 61, 929-952; Franke and Westerhoff 2012, J. Economic Dynamics and Control 36, 1193-1211). Every
candidate runs with the same seeds, so that a difference is one of parameters and not of luck.

The covariance is that of few, long blocks, so it is made sound: correlations are halved, and each moment has
a tolerance of its own in addition, a part of its value, below which a model need not be right. The z of a
moment has the tolerance in it, and the noise of the simulation.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any, Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.microstructure.tape import Tape
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.counterfactual import alone
from trade2026.simulation.prism.minimize import Enough, least_in_cube
from trade2026.simulation.prism.moments import WORDS, Spread, moments, parts_of, spread_of
from trade2026.simulation.prism.scoring import RunPlan, run_market

MATCHED: Final = 2.0
"""A moment whose z is beyond this is one that the market cannot match."""
_MISSING: Final = 20.0
"""The z of a moment that a candidate does not even have."""
_AT_BOUND: Final = 0.01


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """What is fitted: a number of the configuration between two bounds.

    Attributes
    ----------
    path : str
        Such as "makers.gamma"; "book.volatility" is that of the book that is fitted.
    is_log : bool
        Whether steps are ratios.
    """

    path: str
    low: float
    high: float
    is_log: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        if not self.low < self.high or (self.is_log and self.low <= 0):
            raise InputError(f"bounds of {self.path} must increase, and be above 0 on a log scale")

    def value(self, place: float) -> float:
        """The number at a place in [0, 1]."""
        if self.is_log:
            return float(self.low * (self.high / self.low) ** place)
        return self.low + (self.high - self.low) * place

    def place(self, value: float) -> float:
        """Where a number is in [0, 1]; the nearest end for one outside."""
        kept = min(max(value, self.low), self.high)
        if self.is_log:
            return math.log(kept / self.low) / math.log(self.high / self.low)
        return (kept - self.low) / (self.high - self.low)


RETURNS: Final = (
    Parameter(path="book.volatility", low=0.15, high=1.5),
    Parameter(path="book.jumps_per_day", low=1.0, high=200.0),
    Parameter(path="book.jump_bps", low=3.0, high=80.0),
    Parameter(path="values.turbulence", low=1.2, high=6.0),
    Parameter(path="values.calm_s", low=1_200.0, high=20_000.0),
    Parameter(path="values.turbulent_s", low=300.0, high=20_000.0),
    Parameter(path="informed.clips", low=0.5, high=30.0),
)
"""What moves the moments of returns."""
FLOW: Final = (
    Parameter(path="makers.kappa", low=0.3, high=8.0),
    Parameter(path="makers.clips", low=0.5, high=20.0),
    Parameter(path="noise.size_sigma", low=0.4, high=2.6),
    Parameter(path="noise.clips", low=0.02, high=1.5),
    Parameter(path="noise.market_share", low=0.15, high=0.7, is_log=False),
    Parameter(path="noise.capture_share", low=0.2, high=1.0, is_log=False),
    Parameter(path="noise.run_tail", low=1.15, high=2.5),
)
"""What moves the moments of flow, spread and depth."""
GROUPS: Final[Mapping[str, tuple[Parameter, ...]]] = {"returns": RETURNS, "flow": FLOW, "all": RETURNS + FLOW}


class CalibrationPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a fit is done.

    Attributes
    ----------
    run : RunPlan
        How each candidate is run; the market of the one book.
    seeds : tuple of int
        Of every candidate.
    evaluations : int
        Candidates, at most.
    tolerance : float
        Part of a moment's value that a model may be off by.
    moments : tuple of str
        Names to match; empty for all that the tape has.
    """

    run: RunPlan
    seeds: tuple[int, ...] = (101, 102)
    evaluations: int = 150
    seed: int = 1
    tolerance: float = 0.05
    replicates: int = 200
    moments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        if not self.seeds:
            raise InputError("seeds must have at least one, was empty")
        if self.evaluations < 1:
            raise InputError(f"evaluations must be at least 1, was {self.evaluations}")
        if not 0 <= self.tolerance < 1:
            raise InputError(f"tolerance must be 0 or more and below 1, was {self.tolerance}")
        unknown = sorted(set(self.moments) - set(WORDS))
        if unknown:
            raise InputError(f"moments must be of {', '.join(WORDS)}, had {', '.join(unknown)}")


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter before and after."""

    path: str
    before: float
    value: float
    is_at_bound: bool
    """The fit went as far as it may: the tape would have it farther."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of the tape and of the fitted market; `z` is their difference in standard errors."""

    name: str
    tape: float
    before: float | None
    fitted: float | None
    z: float


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """What a fit came to."""

    config: PrismConfig
    """The whole market with the fitted numbers in it."""
    parameters: tuple[Fitted, ...]
    matches: tuple[Match, ...]
    unmatched: tuple[str, ...]
    """Names of moments whose |z| is above 2: what the market cannot match."""
    distance_before: float
    distance: float
    evaluations: int


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be matched."""

    names: tuple[str, ...]
    values: FloatArray
    errors: FloatArray
    """Standard error of each difference."""
    weight: FloatArray
    """Shape (k, k)."""

    def distance(self, found: Mapping[str, float]) -> float:
        """The weighted square of the differences."""
        d = np.array([self._off(name, at, found) for at, name in enumerate(self.names)])
        return float(d @ self.weight @ d)

    def z(self, found: Mapping[str, float]) -> list[float]:
        """The difference of each moment in standard errors, positive where the market has more."""
        return [self._off(name, at, found) / float(self.errors[at]) for at, name in enumerate(self.names)]

    def _off(self, name: str, at: int, found: Mapping[str, float]) -> float:
        value = found.get(name, math.nan)
        if not math.isfinite(value):
            return _MISSING * float(self.errors[at])
        return value - float(self.values[at])


def target_of(spread: Spread, plan: CalibrationPlan, tape_hours: float) -> Target:
    """The moments to match, and their weights; raises InputError where the tape has none of those asked for.

    The simulation's noise is taken as the tape's own for as many hours as are simulated.
    """
    wanted = [at for at, name in enumerate(spread.names) if not plan.moments or name in plan.moments]
    if not wanted:
        raise InputError(f"moments must be some that the tape has: {', '.join(spread.names)}")
    values, covariance = spread.values[wanted], spread.covariance[np.ix_(wanted, wanted)]
    covariance = covariance * (1.0 + tape_hours / (plan.run.hours * len(plan.seeds)))
    covariance = (covariance + np.diag(np.diag(covariance))) / 2.0
    covariance += np.diag((plan.tolerance * np.maximum(np.abs(values), 0.1)) ** 2)
    weight: FloatArray = np.linalg.inv(covariance).astype(np.float64)
    return Target(
        names=tuple(spread.names[at] for at in wanted), values=values,
        errors=np.sqrt(np.diag(covariance)), weight=weight,
    )  # fmt: skip


def _target(tape: Tape, plan: CalibrationPlan) -> Target:
    spread = spread_of(parts_of(tape), seed=plan.seed, replicates=plan.replicates)
    return target_of(spread, plan, hours_of(tape))


def simulated_moments(config: PrismConfig, run: RunPlan, seeds: Sequence[int]) -> dict[str, float]:
    """Moments of a market, each the mean over the seeds that have it."""
    found = [moments(parts_of(run_market(config, seed, run).tape(run.book, "run"))) for seed in seeds]
    names = [name for name in WORDS if any(name in each for each in found)]
    return {name: fmean(each[name] for each in found if name in each) for name in names}


def get_parameter(config: PrismConfig, book: int, path: str) -> float:
    """A number of a configuration by its path; raises InputError where there is none."""
    holder, name = _holder(config, book, path)
    return float(getattr(holder, name))


def set_parameter(config: PrismConfig, book: int, path: str, value: float) -> PrismConfig:
    """The configuration with another number; whole numbers stay whole."""
    holder, name = _holder(config, book, path)
    old = getattr(holder, name)
    changed = msgspec.structs.replace(holder, **{name: round(value) if isinstance(old, int) else value})
    group = path.partition(".")[0]
    if group != "book":
        return msgspec.structs.replace(config, **{group: changed})
    books = (*config.books[:book], changed, *config.books[book + 1 :])
    return msgspec.structs.replace(config, books=books)


def _holder(config: PrismConfig, book: int, path: str) -> tuple[Any, str]:
    group, _, name = path.partition(".")
    holder = config.books[book] if group == "book" else getattr(config, group, None)
    if not isinstance(getattr(holder, name, None), int | float):
        raise InputError(f"a parameter must be such as makers.gamma or book.volatility, was {path!r}")
    return holder, name


def calibrate(
    config: PrismConfig,
    tape: Tape,
    parameters: Sequence[Parameter],
    plan: CalibrationPlan,
    *,
    progress: Callable[[int, float], object] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Calibration:
    """Fit parameters to a tape.

    Parameters
    ----------
    tape : Tape
        Of the period that is fitted; score another one.
    progress : callable or None
        Told the candidates so far and the least distance.
    should_stop : callable or None
        When it says so, the best until then is the answer.

    Raises
    ------
    InputError
        A path is no parameter, or the tape gives no moment.
    """
    target = _target(tape, plan)
    book = plan.run.book
    run = msgspec.structs.replace(plan.run, book=0, other=0)
    start = [get_parameter(config, book, each.path) for each in parameters]
    done, least = 0, math.inf
    single = alone(config, book)

    def at(point: FloatArray) -> PrismConfig:
        changed = single
        for parameter, place in zip(parameters, point.tolist(), strict=True):
            changed = set_parameter(changed, 0, parameter.path, parameter.value(place))
        return changed

    def distance(point: FloatArray) -> float:
        nonlocal done, least
        if should_stop is not None and should_stop():
            raise Enough
        value = target.distance(simulated_moments(at(point), run, plan.seeds))
        done, least = done + 1, min(least, value)
        if progress is not None:
            progress(done, least)
        return value

    places = np.array([p.place(value) for p, value in zip(parameters, start, strict=True)])
    found = least_in_cube(distance, places, evaluations=plan.evaluations, seed=plan.seed)
    point = places if found is None else found.point
    before, after = (simulated_moments(each, run, plan.seeds) for each in (single, at(point)))
    result = config
    for parameter, place in zip(parameters, point.tolist(), strict=True):
        result = set_parameter(result, book, parameter.path, parameter.value(place))
    matches = _matches(target, before, after)
    return Calibration(
        config=result,
        parameters=_fitted(parameters, start, point, get=lambda path: get_parameter(result, book, path)),
        matches=matches,
        unmatched=tuple(each.name for each in matches if abs(each.z) > MATCHED),
        distance_before=target.distance(before),
        distance=target.distance(after),
        evaluations=0 if found is None else found.evaluations,
    )  # fmt: skip


def _fitted(
    parameters: Sequence[Parameter], start: Sequence[float], point: FloatArray, get: Callable[[str], float]
) -> tuple[Fitted, ...]:
    return tuple(
        Fitted(
            path=p.path, before=old, value=get(p.path), is_at_bound=not _AT_BOUND < place < 1.0 - _AT_BOUND
        )
        for p, old, place in zip(parameters, start, point.tolist(), strict=True)
    )  # fmt: skip


def _matches(target: Target, before: Mapping[str, float], after: Mapping[str, float]) -> tuple[Match, ...]:
    return tuple(
        Match(name=name, tape=float(value), before=before.get(name), fitted=after.get(name), z=z)
        for name, value, z in zip(target.names, target.values, target.z(after), strict=True)
    )


def check_on(
    tape: Tape, config: PrismConfig, plan: CalibrationPlan, seeds: Sequence[int]
) -> tuple[Match, ...]:
    """The moments of a fitted market beside those of another period, with seeds that were not fitted."""
    plan = msgspec.structs.replace(plan, seeds=tuple(seeds))
    target = _target(tape, plan)
    run = msgspec.structs.replace(plan.run, book=0, other=0)
    found = simulated_moments(alone(config, plan.run.book), run, plan.seeds)
    return _matches(target, {}, found)


def hours_of(tape: Tape) -> float:
    """How long a tape is, hours."""
    ends = [
        part for part in (
            None if tape.bars is None else tape.bars.start_ns,
            None if tape.trades is None else tape.trades.ts_ns,
            None if tape.quotes is None else tape.quotes.ts_ns,
        )
        if part is not None and part.size
    ]  # fmt: skip
    if not ends:
        return 0.0
    return float(max(part[-1] for part in ends) - min(part[0] for part in ends)) / 3.6e12
