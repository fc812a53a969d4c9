"""What happened on a market, as arrays, and the samples that the facts of the scorecard are measured on."""

from enum import StrEnum
from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure import inputs
from trade2026.analytics.microstructure.metaorders import Metaorders
from trade2026.analytics.microstructure.quotes import mid_prices
from trade2026.analytics.microstructure.signing import lee_ready
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, MINUTE_NS, SECOND_NS

RETURNS_WANTED: Final = 3_000
"""Returns that a sampling interval should give before a shorter one is taken."""
INTERVALS_NS: Final = (MINUTE_NS, 10 * SECOND_NS, SECOND_NS)
VOLUME_BIN_NS: Final = 30 * MINUTE_NS


class Session(StrEnum):
    """What kind of trading a tape shows."""

    REGULAR = "regular"
    HOLIDAY = "holiday"
    """Open, with few of its participants: says nothing of the book and the impact of a usual day."""
    UNKNOWN = "unknown"


class Trades(msgspec.Struct, frozen=True, kw_only=True):
    """Trades in the order in which they happened; arrays of shape (n,)."""

    ts_ns: IntArray
    prices: inputs.Numbers
    quantities: inputs.Numbers
    signs: inputs.Numbers | None = None
    """+1 where the buyer was the aggressor, -1 the seller, 0 unknown; None where the tape does not say."""

    def __post_init__(self) -> None:
        n = inputs.times("trades.ts_ns", self.ts_ns).size
        inputs.positive("trades.prices", self.prices, size=n)
        inputs.positive("trades.quantities", self.quantities, size=n)
        if self.signs is not None:
            inputs.trade_signs("trades.signs", self.signs, size=n)


class Quotes(msgspec.Struct, frozen=True, kw_only=True):
    """Best bid and ask from each time on; arrays of shape (n,), NaN for an empty side."""

    ts_ns: IntArray
    bid: inputs.Numbers
    ask: inputs.Numbers
    bid_sizes: inputs.Numbers | None = None
    ask_sizes: inputs.Numbers | None = None
    """Quantity at the best prices; None where the tape does not say."""
    end_ns: int | None = None
    """Until when the last quote held; None gives it no weight."""

    def __post_init__(self) -> None:
        n = inputs.times("quotes.ts_ns", self.ts_ns).size
        inputs.quote_sides(self.bid, self.ask, size=n)
        if (self.bid_sizes is None) != (self.ask_sizes is None):
            raise InputError(
                "bid_sizes and ask_sizes must be given together; leave out both where one is missing"
            )
        if self.bid_sizes is not None and self.ask_sizes is not None:
            inputs.not_negative("quotes.bid_sizes", self.bid_sizes, size=n)
            inputs.not_negative("quotes.ask_sizes", self.ask_sizes, size=n)


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """Bars of equal length; arrays of shape (n,). A bar that is missing is missing, not filled."""

    start_ns: IntArray
    close: inputs.Numbers
    volume: inputs.Numbers
    interval_ns: int

    def __post_init__(self) -> None:
        n = inputs.times("bars.start_ns", self.start_ns).size
        inputs.positive("bars.close", self.close, size=n)
        inputs.not_negative("bars.volume", self.volume, size=n)
        if self.interval_ns <= 0 or (n > 1 and int(np.diff(self.start_ns).min()) < self.interval_ns):
            raise InputError(
                f"bars.interval_ns must be above zero and not beyond the bars, was {self.interval_ns}"
            )


class Tape(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument for a span of time; every part may be missing."""

    name: str
    trades: Trades | None = None
    quotes: Quotes | None = None
    bars: Bars | None = None
    metaorders: Metaorders | None = None
    session: Session = Session.UNKNOWN
    day_offset_ns: int = 0
    """Added to UTC before the day is cut, see `intraday`."""


class ReturnSeries(msgspec.Struct, frozen=True, kw_only=True):
    """Log returns in order of time."""

    values: FloatArray
    interval_ns: int
    source: str
    """What they were sampled from."""


def return_series(tape: Tape, *, interval_ns: int | None = None) -> ReturnSeries | None:
    """Log returns of bars, else of mids, else of trade prices; None for a tape without any.

    Bars are taken at their own length; a return across a missing bar is left out. Mids and prices are the
    last at or before each multiple of the interval, which is `interval_ns`, or the longest of a minute, ten
    seconds and a second that gives 3,000 returns, or a second.
    """
    if tape.bars is not None:
        steps = np.diff(tape.bars.start_ns)
        values = inputs.log_returns(inputs.positive("close", tape.bars.close))
        kept = values[steps == tape.bars.interval_ns]
        return ReturnSeries(values=kept, interval_ns=tape.bars.interval_ns, source="closes of bars")
    if tape.quotes is not None:
        ts_ns, prices = mid_prices(tape.quotes.ts_ns, tape.quotes.bid, tape.quotes.ask)
        known = np.isfinite(prices)
        ts_ns, prices, source = ts_ns[known], prices[known], "mids"
    elif tape.trades is not None:
        ts_ns, source = tape.trades.ts_ns, "trade prices"
        prices = inputs.floats("prices", tape.trades.prices)
    else:
        return None
    if ts_ns.size == 0:
        return ReturnSeries(values=np.zeros(0), interval_ns=interval_ns or SECOND_NS, source=source)
    for each in (interval_ns,) if interval_ns is not None else INTERVALS_NS:
        at = inputs.grid(int(ts_ns[0]), int(ts_ns[-1]), each)
        if at.size > RETURNS_WANTED or each in (interval_ns, INTERVALS_NS[-1]):
            sampled = prices[inputs.as_of(ts_ns, at)]
            return ReturnSeries(values=inputs.log_returns(sampled), interval_ns=each, source=source)
    raise AssertionError("the shortest interval is always taken")


def signed_trades(tape: Tape) -> tuple[FloatArray, str] | None:
    """Signs of all trades and where they are from: the tape, or Lee and Ready where it has quotes, else
    None."""
    if tape.trades is None:
        return None
    if tape.trades.signs is not None:
        return inputs.trade_signs("signs", tape.trades.signs), "signs of the tape"
    if tape.quotes is None:
        return None
    quotes = tape.quotes
    signs = lee_ready(tape.trades.ts_ns, tape.trades.prices, quotes.ts_ns, quotes.bid, quotes.ask)
    return signs, "signs by Lee and Ready"


def volume_bars(tape: Tape) -> tuple[IntArray, FloatArray] | None:
    """Start and volume of half hours with volume, from bars or trades; None for a tape with neither."""
    if tape.bars is not None:
        ts_ns, volumes = tape.bars.start_ns, inputs.floats("volume", tape.bars.volume)
    elif tape.trades is not None:
        ts_ns, volumes = tape.trades.ts_ns, inputs.floats("quantities", tape.trades.quantities)
    else:
        return None
    starts, at = np.unique(ts_ns // VOLUME_BIN_NS, return_inverse=True)
    return starts * VOLUME_BIN_NS, np.bincount(at, weights=volumes, minlength=starts.size).astype(np.float64)


def days_of(tape: Tape) -> int:
    """Days on which the tape has volume."""
    found = volume_bars(tape)
    return 0 if found is None else int(np.unique((found[0] + tape.day_offset_ns) // DAY_NS).size)


def prices_of(tape: Tape) -> tuple[IntArray, FloatArray] | None:
    """Times and prices for the comparison of two instruments: mids that changed, else trades, else None."""
    if tape.quotes is not None:
        ts_ns, mids = mid_prices(tape.quotes.ts_ns, tape.quotes.bid, tape.quotes.ask)
        known = np.isfinite(mids)
        ts_ns, mids = ts_ns[known], mids[known]
        changed = np.concatenate((np.ones(min(mids.size, 1), dtype=bool), np.diff(mids) != 0.0))
        return ts_ns[changed], mids[changed]
    if tape.trades is not None:
        return tape.trades.ts_ns, inputs.floats("prices", tape.trades.prices)
    return None
