"""Data that has a name: what can be asked for by it, said without reading it all."""

from contextlib import suppress
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from trade2026.application.analyses.frequency import frequencies_of
from trade2026.application.analyses.requests import Frequency
from trade2026.application.data import DataRows, DataSummary
from trade2026.application.services import DataSources
from trade2026.ports.feed import MarketDataSource
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, UnixNanos, format_ns


class DataKind(StrEnum):
    """Where data with a name comes from.

    SAMPLE ships with the desk, KEPT are copies of files or runs of the user, CAPTURED was written by the desk
    as it happened and grows.
    """

    SAMPLE = "SAMPLE"
    KEPT = "KEPT"
    CAPTURED = "CAPTURED"


class NamedData(msgspec.Struct, frozen=True, kw_only=True):
    """One data set with a name.

    Attributes
    ----------
    instruments : tuple of str
        Ids, sorted; empty where it is not known what is in it.
    rows : tuple of DataRows
        What it consists of. Without bars and trades it has no prices that were paid, and no returns.
    bar_interval_ns : int
        Usual distance between bars of one instrument; 0 for quotes and trades.
    first_ns, last_ns : int or None
        Times of the first and the last event; None where they are not known.
    limits : tuple of str
        What it cannot show.
    problem : str
        Why it cannot be used as it is, with the remedy; "" otherwise.
    """

    name: str
    kind: DataKind
    instruments: tuple[str, ...] = ()
    rows: tuple[DataRows, ...] = ()
    bar_interval_ns: int = 0
    first_ns: UnixNanos | None = None
    last_ns: UnixNanos | None = None
    limits: tuple[str, ...] = ()
    problem: str = ""

    @property
    def has_prices(self) -> bool:
        """Whether anything in it was paid."""
        return DataRows.BARS in self.rows or DataRows.TRADES in self.rows


class SpannedSource(MarketDataSource, Protocol):
    """Bars that know their first and last time without being read as a whole."""

    def span(self) -> tuple[UnixNanos, UnixNanos] | None:
        """The times of the first and the last bar; None without any."""
        ...


def named_bars(name: str, kind: DataKind, source: SpannedSource) -> NamedData:
    """Bars under a name."""
    about = source.describe()
    first, last = source.span() or (None, None)
    return NamedData(
        name=name, kind=kind, instruments=tuple(each.instrument_id for each in source.instruments()),
        rows=(DataRows.BARS,), bar_interval_ns=about.bar_interval_ns, first_ns=first, last_ns=last,
        limits=about.limits,
    )  # fmt: skip


def named_summary(name: str, summary: DataSummary) -> NamedData:
    """Kept data as it was when it was read as a whole."""
    known = [each for each in summary.instruments if each.events]
    return NamedData(
        name=name,
        kind=DataKind.KEPT,
        instruments=tuple(each.instrument.instrument_id for each in summary.instruments),
        rows=summary.rows,
        bar_interval_ns=summary.description.bar_interval_ns,
        first_ns=min((each.first_ns for each in known), default=None),
        last_ns=max((each.last_ns for each in known), default=None),
        limits=summary.description.limits,
    )


def list_data(data: DataSources) -> tuple[NamedData, ...]:
    """All data that has a name; one that cannot be used says so in its `problem`."""
    found = []
    for name in data.names():
        with suppress(InputError):  # It was removed meanwhile.
            found.append(data.about(name))
    return tuple(found)


def frequencies(data: NamedData) -> tuple[Frequency, ...]:
    """Those that analyses can have of it, the finest first; none where nothing in it was paid."""
    return frequencies_of(data.bar_interval_ns) if data.has_prices else ()


_ORIGINS: Final = {
    DataKind.SAMPLE: "ships with the desk",
    DataKind.KEPT: "kept files",
    DataKind.CAPTURED: "captured by the desk",
}


def say_data(data: NamedData) -> str:
    """What it is, in a line: where it comes from, how many instruments, what it consists of, since when."""
    said = [_ORIGINS[data.kind]]
    if data.problem:
        return f"{said[0]}, cannot be used"
    many = len(data.instruments)
    said += [f"{many:,} instruments" if many != 1 else data.instruments[0], say_rows(data)]
    if data.first_ns is not None and data.last_ns is not None:
        first, last = say_day(data.first_ns), say_day(data.last_ns)
        said.append(first if first == last else f"{first} to {last}")
    return ", ".join(each for each in said if each)


def say_day(ts: UnixNanos) -> str:
    """The day of a request that an event belongs to: what was made at midnight is of the day before."""
    return format_ns(ts - 1)[:10]


def say_rows(data: NamedData) -> str:
    """What it consists of, such as "bars of 1m" or "trades, quotes"."""
    words = [
        f"bars of {say_interval(data.bar_interval_ns)}" if each is DataRows.BARS else each.value
        for each in data.rows
    ]
    return ", ".join(words)


def say_interval(interval_ns: int) -> str:
    """A length of bars as `--bar-interval` takes it: "1m", "1d"."""
    units = ((DAY_NS, "d"), (HOUR_NS, "h"), (MINUTE_NS, "m"))
    unit, letter = next((each for each in units if interval_ns % each[0] == 0), (SECOND_NS, "s"))
    return f"{interval_ns / unit:g}{letter}"
