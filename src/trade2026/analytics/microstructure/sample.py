"""A tape as it is prepared for its facts, and the choices under which two tapes can be compared."""

import msgspec

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.tape import ReturnSeries, Tape
from trade2026.primitives.time import MINUTE_NS, SECOND_NS


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Choices of a scorecard; two tapes are compared under the same."""

    resampling: Resampling
    return_interval_ns: int | None = None
    """Sampling interval of returns; None takes the longest that gives enough, see `tape.return_series`."""
    horizon_ns: int = 5 * SECOND_NS
    """From a trade to the mid that shows its impact."""
    interval_ns: int = 10 * SECOND_NS
    """Of Kyle's lambda."""
    epps_intervals_ns: tuple[int, int] = (SECOND_NS, MINUTE_NS)
    """Short and long sampling interval of two instruments."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A tape prepared for its facts."""

    tape: Tape
    settings: Settings
    returns: ReturnSeries | None
    signs: tuple[FloatArray, str] | None
    other: Tape | None
