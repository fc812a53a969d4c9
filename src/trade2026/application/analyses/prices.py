"""Prices as arrays: what was paid for each instrument of a source, and the last of each period.

A period is a minute, an hour, a day or a week of UTC, or a month of the calendar, by its number. What was
made at the end of one belongs to it: at midnight to the day before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.application.analyses.frequency import LENGTHS_NS
from trade2026.application.analyses.requests import Frequency
from trade2026.model.market_data import Bar, MarketEvent, Trade
from trade2026.ports.feed import MarketDataSource
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, UnixNanos

_DAYS_OF_WEEK: Final = 7
_MONDAY: Final = 3  # Days from a Monday to the first of January 1970.
_REACH_MAX: Final = 1 << 24
"""Periods from the first to the last: 31 years of minutes."""
_INT64: Final = np.iinfo(np.int64)


@dataclass(frozen=True, slots=True)
class Tape:
    """What was paid for one instrument, in order of time: closes of bars and prices of trades.

    Attributes
    ----------
    ts_ns : int64, shape (n,)
        `ts_event`, rising; several may be equal.
    raws : int64, shape (n,)
        Prices in units of 1e-9.
    """

    ts_ns: IntArray
    raws: IntArray

    def within(self, start_ns: UnixNanos | None, end_ns: UnixNanos | None) -> "Tape":
        """The part with start <= ts_event < end; a view."""
        low = 0 if start_ns is None else _first_from(self.ts_ns, start_ns)
        high = self.ts_ns.size if end_ns is None else _first_from(self.ts_ns, end_ns)
        return Tape(self.ts_ns[low:high], self.raws[low:high])


@dataclass(frozen=True, slots=True)
class Prices:
    """The last price of every period that has one.

    Attributes
    ----------
    periods : int64, shape (n,)
        Numbers of the periods, strictly rising.
    made_ns : int64, shape (n,)
        When the price was made, UTC nanoseconds.
    values : float64, shape (n,)
        In the unit of their columns.
    """

    periods: IntArray
    made_ns: IntArray
    values: FloatArray

    def within(self, first: int, last: int) -> "Prices":
        """The part of the periods from first to last, both included; a view."""
        part = slice(
            int(np.searchsorted(self.periods, first)), int(np.searchsorted(self.periods, last, "right"))
        )
        return Prices(self.periods[part], self.made_ns[part], self.values[part])

    def made_in(self, period: int) -> UnixNanos | None:
        """When the price of a period was made; None where there is none."""
        found = self.within(period, period).made_ns
        return int(found[0]) if found.size else None


def read_tapes(
    source: MarketDataSource, names: Sequence[str], start_ns: UnixNanos | None, end_ns: UnixNanos | None
) -> dict[str, Tape]:
    """What was paid for these instruments with start <= ts_event < end; memory is 24 bytes an event.

    Raises
    ------
    InputError
        A value of the source cannot be used.
    """
    ranks = {name: rank for rank, name in enumerate(names)}
    parts = [_paid(batch, ranks) for batch in source.batches(start_ns, end_ns)]
    found: IntArray = np.concatenate([np.empty((3, 0), dtype=np.int64), *parts], axis=1)
    order = np.argsort(found[0], kind="stable")  # Which keeps the order of time.
    found = found[:, order]
    found.setflags(write=False)
    cuts = np.searchsorted(found[0], np.arange(len(names) + 1)).tolist()
    return {
        name: Tape(found[1, low:high], found[2, low:high])
        for name, low, high in zip(names, cuts, cuts[1:], strict=False)
    }


def periods_of(ts_ns: IntArray, frequency: Frequency) -> IntArray:
    """The period that ends with or after each moment, shape of `ts_ns`."""
    if frequency in LENGTHS_NS:
        return (ts_ns - 1) // LENGTHS_NS[frequency]
    days = (ts_ns - 1) // DAY_NS
    if frequency is Frequency.DAY:
        return days
    if frequency is Frequency.WEEK:
        return (days + _MONDAY) // _DAYS_OF_WEEK
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def last_of_each(periods: IntArray, ts_ns: IntArray, values: FloatArray) -> Iterator[Prices]:
    """The last price of each period, of every column.

    Parameters
    ----------
    periods : int64, shape (n,)
        Of each row, rising; several may be equal.
    ts_ns : int64, shape (n,)
    values : float64, shape (n, N)
    """
    is_last = np.ones(periods.size, dtype=np.bool_)
    is_last[:-1] = periods[1:] != periods[:-1]
    periods, ts_ns = periods[is_last], ts_ns[is_last]
    for column in values[is_last].T:
        yield Prices(periods, ts_ns, column)


def count_periods(by_asset: Iterable[Prices]) -> tuple[int, IntArray]:
    """The first period of all, and how many assets have a price in it and in each one after it.

    None of them may be empty. Times reach over 584 years, so there are at most 213,504 counts of days.

    Raises
    ------
    InputError
        Minutes are so far apart that their counts would fill the memory.
    """
    periods = [each.periods for each in by_asset]
    first = int(min(each[0] for each in periods))
    reach = int(max(each[-1] for each in periods)) - first
    if reach > _REACH_MAX:
        raise InputError(
            f"the period must reach over at most {_REACH_MAX:,} minutes or hours, reaches over {reach:,}; "
            "give start and end, or choose a longer frequency"
        )
    return first, np.bincount(np.concatenate(periods) - first)


def _first_from(ts_ns: IntArray, bound_ns: UnixNanos) -> int:
    """Where what was made at the bound or later begins; a day of the year 9999 is beyond what arrays hold."""
    return int(np.searchsorted(ts_ns, min(max(bound_ns, _INT64.min), _INT64.max)))


def _paid(batch: Sequence[MarketEvent], ranks: dict[str, int]) -> IntArray:
    """Ranks of the instruments, times and raw prices, shape (3, n); a quote is an offer: nothing was paid."""
    paid = [each for each in batch if each.instrument_id in ranks and isinstance(each, (Bar, Trade))]
    return np.array(
        [
            [ranks[each.instrument_id] for each in paid],
            [each.ts_event for each in paid],
            [each.close if isinstance(each, Bar) else each.price for each in paid],
        ],
        dtype=np.int64,
    )
