"""What a measure returns: an estimate with its interval, or a typed word why there is none."""

from statistics import NormalDist
from typing import TypeAlias

import msgspec

from trade2026.primitives.errors import InputError


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A number, how sure it is, and how it was made."""

    value: float
    """In the unit that the measure states."""
    low: float
    """Lower end of the confidence interval; minus infinity where the sample does not bound it."""
    high: float
    """Upper end; infinity where the sample does not bound it."""
    level: float
    """Confidence of the interval: 0.95 covers the truth in 95 samples of 100, if the method's assumptions
    hold."""
    n: int
    """Observations used, after what the measure leaves out."""
    method: str
    """Estimator and interval in a few words."""


class NotTestable(msgspec.Struct, frozen=True, kw_only=True):
    """The sample cannot carry the measure; nothing is said about the market."""

    reason: str
    """A sentence a reader understands."""
    needed: int | None
    """Observations needed; None where more of the same would not help, such as trades without quotes."""
    had: int
    """Observations there were."""


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """The sample is large enough, and what was to be measured does not show: a finding about the market."""

    reason: str
    n: int


Measured: TypeAlias = Estimate | Absent | NotTestable


def normal_quantile(level: float) -> float:
    """The z of a two-sided normal interval: 1.96 for a level of 0.95; raises InputError outside (0, 1)."""
    check_level(level)
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def check_level(level: float) -> None:
    """Raise InputError unless a confidence level is inside (0, 1)."""
    if not 0.0 < level < 1.0:
        raise InputError(f"level must be between 0 and 1, was {level}; 0.95 is usual")


def too_few(what: str, *, needed: int, had: int) -> NotTestable:
    """The answer to a sample that is too small; `what` is the plural of an observation, such as "trades"."""
    return NotTestable(reason=f"needs at least {needed} {what}, had {had}", needed=needed, had=had)
