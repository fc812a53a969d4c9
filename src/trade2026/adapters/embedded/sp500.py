"""The daily sample that ships with the package: adjusted closes of 20 large US shares, 1990 to 2022.

Reads with the standard library alone: the file is small, and importing a data-frame library costs more
than parsing it. Provenance and licence stand beside the data in `samples/`.
"""

import gzip
import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Final

from trade2026.adapters.embedded.calendars import NEW_YORK, new_york
from trade2026.model.instrument import Instrument, equity
from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.feed import DataDescription
from trade2026.primitives.errors import HashMismatch, InputError
from trade2026.primitives.fixed_point import UNIT, parse_raw
from trade2026.primitives.time import DAY_NS, UnixNanos, date_to_unix_ns, parse_date

NAME: Final = "sp500"
FILE_NAME: Final = "sp500_dataset.csv.gz"
SHA256: Final = "ee21cac28befb1d0a739a9ceb22184f995394726aa0cfde9a21941d1ac04ac0d"
TICK_SIZE: Final = UNIT // 1_000
"""The sample has three decimals; adjusted closes of the nineties are a fraction of a dollar."""

_NASDAQ: Final = frozenset({"AAPL", "AMD", "MSFT", "PEP"})
"""Listed on Nasdaq on the sample's last day; the rest on the New York Stock Exchange."""
_BATCH_DAYS: Final = 200

LIMITS: Final = (
    "Closing prices only: no open, high, low or volume, so orders fill at the next close and no "
    "participation cap applies.",
    "Prices are adjusted for splits and dividends with later knowledge: they are not what was paid on the "
    "day, and share counts are not those of the day; per-share fees are refused.",
    "The 20 shares were picked by hand among those still listed in 2022 (survivorship bias): "
    "results flatter.",
    "Prices are rounded by the source to three decimals, and the price tick is 0.001: returns of the early "
    "years, when adjusted prices were below a dollar, are coarse.",
    "Venues are those of the last day; several shares were listed elsewhere before.",
)


class Sp500Source:
    """Daily bars of the sample; the file is read and checked once, on first use."""

    def __init__(self) -> None:
        self._loaded: tuple[tuple[Instrument, ...], list[UnixNanos], list[list[int]]] | None = None

    def describe(self) -> DataDescription:
        """What it is and what it cannot be used for."""
        instruments, times, _ = self._load()
        return DataDescription(
            name=NAME,
            sha256=SHA256,
            limits=LIMITS,
            has_open=False,
            bar_interval_ns=DAY_NS,
            volume_known=False,
            permits_per_share_fees=False,
            event_count=len(instruments) * len(times),
        )

    def instruments(self) -> tuple[Instrument, ...]:
        """The 20 shares, by id."""
        return self._load()[0]

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

    def _load(self) -> tuple[tuple[Instrument, ...], list[UnixNanos], list[list[int]]]:
        if self._loaded is None:
            data = resources.files(__package__).joinpath("samples", FILE_NAME).read_bytes()
            found = hashlib.sha256(data).hexdigest()
            if found != SHA256:
                raise HashMismatch(
                    f"{FILE_NAME} must have SHA-256 {SHA256}, was {found}; install the package again"
                )
            self._loaded = _parse(gzip.decompress(data).decode("ascii"))
        return self._loaded


def _parse(text: str) -> tuple[tuple[Instrument, ...], list[UnixNanos], list[list[int]]]:
    """Instruments by id, closing times, and a row of raw closes for each of them."""
    header, *lines = text.splitlines()
    instruments = [
        equity(symbol, "XNAS" if symbol in _NASDAQ else "XNYS", tick_size=TICK_SIZE, calendar=NEW_YORK)
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
                raws[cell] = _price(cell, number)
        session = calendar.session(date_to_unix_ns(parse_date(day, "date")))
        assert session is not None
        times.append(session.close_ns)
        closes.append([raws[cells[i]] for i in order])
    return tuple(instruments[i] for i in order), times, closes


def _price(text: str, line: int) -> int:
    raw = parse_raw(text, f"{FILE_NAME} line {line} close")
    if raw <= 0 or raw % TICK_SIZE:
        raise InputError(f"{FILE_NAME} line {line} close must be a positive multiple of 0.001, was {text!r}")
    return raw
