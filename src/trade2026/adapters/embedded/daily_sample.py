"""Daily closes that ship with the package, one compressed file each: how such a file is read and checked.

Reads with the standard library alone: the files are small, and importing a data-frame library costs more
than parsing them. Provenance and licence stand beside the data in `samples/`.
"""

import gzip
import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from trade2026.adapters.embedded.calendars import NEW_YORK, new_york
from trade2026.model.instrument import Instrument, equity
from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.feed import DataDescription
from trade2026.primitives.errors import HashMismatch, InputError
from trade2026.primitives.fixed_point import UNIT, parse_raw
from trade2026.primitives.time import DAY_NS, UnixNanos, date_to_unix_ns, parse_date

TICK_SIZE: Final = UNIT // 1_000
"""The files have three decimals."""
_BATCH_DAYS: Final = 200

Loaded = tuple[tuple[Instrument, ...], list[UnixNanos], list[list[int]]]
"""Instruments by id, closing times, and a row of raw closes for each of them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of adjusted closes of New York, a line a session.

    Attributes
    ----------
    name : str
        Of the data set.
    file_name : str
        In `samples/`; gzip of a CSV whose header names the symbols after the date.
    sha256 : str
        Of the file.
    limits : tuple of str
        What it cannot be used for, shown with every result.
    venue_of : callable
        From a symbol to the MIC of its venue.
    """

    name: str
    file_name: str
    sha256: str
    limits: tuple[str, ...]
    venue_of: Callable[[str], str]


class DailySample:
    """Daily bars of a sample; the file is read and checked once, on first use."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._loaded: Loaded | None = None

    def describe(self) -> DataDescription:
        """What it is and what it cannot be used for."""
        instruments, times, _ = self._load()
        return DataDescription(
            name=self._sample.name,
            sha256=self._sample.sha256,
            limits=self._sample.limits,
            has_open=False,
            bar_interval_ns=DAY_NS,
            volume_known=False,
            permits_per_share_fees=False,
            event_count=len(instruments) * len(times),
        )

    def instruments(self) -> tuple[Instrument, ...]:
        """What it has prices of, by id."""
        return self._load()[0]

    def span(self) -> tuple[UnixNanos, UnixNanos]:
        """The times of the first and the last bar."""
        times = self._load()[1]
        return times[0], times[-1]

    def batches(
        self, start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> Iterator[Sequence[MarketEvent]]:
        """Bars with start <= ts_event < end in order of (ts_event, instrument_id), whole days at a time.

        `ts_event` is the close of the session in New York, 13:00 on half days.
        """
        instruments, times, closes = self._load()
        ids = [instrument.instrument_id for instrument in instruments]
        first = 0 if start_ns is None else bisect_left(times, start_ns)
        last = len(times) if end_ns is None else bisect_left(times, end_ns)
        for begin in range(first, last, _BATCH_DAYS):
            days = range(begin, min(begin + _BATCH_DAYS, last))
            yield [
                Bar(name, times[day], times[day], None, None, None, close, None)
                for day in days
                for name, close in zip(ids, closes[day], strict=True)
            ]

    def _load(self) -> Loaded:
        if self._loaded is None:
            name = self._sample.file_name
            data = resources.files(__package__).joinpath("samples", name).read_bytes()
            found = hashlib.sha256(data).hexdigest()
            if found != self._sample.sha256:
                raise HashMismatch(
                    f"{name} must have SHA-256 {self._sample.sha256}, was {found}; install the package again"
                )
            self._loaded = _parse(gzip.decompress(data).decode("ascii"), self._sample)
        return self._loaded


def _parse(text: str, sample: Sample) -> Loaded:
    header, *lines = text.splitlines()
    instruments = [
        equity(symbol, sample.venue_of(symbol), tick_size=TICK_SIZE, calendar=NEW_YORK)
        for symbol in header.split(",")[1:]
    ]
    order = sorted(range(len(instruments)), key=lambda i: instruments[i].instrument_id)
    calendar = new_york()
    raws: dict[str, int] = {}  # The same prices recur; each text is read once.
    times: list[UnixNanos] = []
    closes: list[list[int]] = []
    for number, line in enumerate(lines, 2):
        day, *cells = line.split(",")
        for cell in cells:
            if cell not in raws:
                raws[cell] = price_of(cell, f"{sample.file_name} line {number} close")
        session = calendar.session(date_to_unix_ns(parse_date(day, "date")))
        assert session is not None
        times.append(session.close_ns)
        closes.append([raws[cells[i]] for i in order])
    return tuple(instruments[i] for i in order), times, closes


def price_of(text: str, where: str) -> int:
    """A raw price on the tick; raises InputError that says where it stands."""
    raw = parse_raw(text, where)
    if raw <= 0 or raw % TICK_SIZE:
        raise InputError(f"{where} must be a positive multiple of 0.001, was {text!r}")
    return raw
