"""A recorded run of the simulated market as a source of market data: quotes and trades of all its books.

The folder's `run.json` says what is traded and names the files with their hashes. All of them are held to it
on first use; then the run is read from the files themselves, in blocks, as often as wanted.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from trade2026.adapters.embedded.files.numbers import to_raws
from trade2026.adapters.embedded.merge import in_order
from trade2026.model.enums import Side
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import MarketEvent, Quote, Trade
from trade2026.ports.feed import DataDescription, DataReport
from trade2026.ports.recorded_run import FILE, FORMAT, VERSION, RecordedBook, RecordedPart, RecordedRun
from trade2026.primitives.errors import HashMismatch, InputError, StoreUnavailable
from trade2026.primitives.fixed_point import UNIT, format_raw
from trade2026.primitives.time import UnixNanos

BATCH_EVENTS: Final = 8_192
_BLOCK_ROWS: Final = 32_768
_TRADES, _QUOTES = "trades", "quotes"
_DECIMALS: Final = {
    _TRADES: ("price", "quantity"), _QUOTES: ("bid", "ask", "bid_size", "ask_size"),
}  # fmt: skip
_SIDES: Final = {"buy": Side.BUY, "sell": Side.SELL}
_REMEDY: Final = "record the run again with trade2026 prism record"

Ints = npt.NDArray[np.int64]


class _Kind(msgspec.Struct):
    """What every version of `run.json` begins with."""

    format: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class _Block:
    """Some rows of a part; `first` is how many rows of its kind the run has before them."""

    times: Ints
    ranks: Ints
    decimals: tuple[Ints, ...]
    sides: list[str]
    first: int


class RecordedRunSource:
    """The run in a folder that `trade2026 prism record` wrote.

    Parameters
    ----------
    folder : Path
        With `run.json`; the result is called as it is written.

    Raises
    ------
    InputError
        From the first call on: the folder has no run, one of another version, or neither quotes nor trades.
    HashMismatch
        A file is not the one that was recorded; the message names it.
    StoreUnavailable
        A file cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: tuple[RecordedRun, tuple[Instrument, ...], str] | None = None

    def describe(self) -> DataDescription:
        """What it is and what it cannot be used for; the hash is that of `run.json`, which has the others."""
        run, _, sha256 = self._open()
        return DataDescription(
            name=str(self._folder),
            sha256=sha256,
            limits=_limits(run),
            has_open=True,
            bar_interval_ns=0,
            volume_known=True,
            permits_per_share_fees=True,
            event_count=sum(part.rows for part in _played(run)),
        )

    def report(self) -> DataReport:
        """What is in it; nothing is irregular in files that are those the market wrote."""
        run, _, _ = self._open()
        rows = sum(part.rows for part in _played(run))
        parts = [part for part in _played(run) if part.rows]
        return DataReport(
            rows=rows,
            events=rows,
            first_ns=min(part.first_ns for part in parts),
            last_ns=max(part.last_ns for part in parts),
            findings=(),
            unused_columns=(),
        )

    def instruments(self) -> tuple[Instrument, ...]:
        """Those of all books, by id."""
        return self._open()[1]

    def batches(
        self, start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> Iterator[Sequence[MarketEvent]]:
        """Events with start <= ts_event < end by (ts_event, instrument_id), trades before quotes of one key.

        A batch has at most twice 8,192 events.
        """
        run, instruments, _ = self._open()
        kinds = (_TRADES, _QUOTES)
        return in_order([self._events(run, kind, instruments, start_ns, end_ns) for kind in kinds])

    # --------------------------------------------------------------------------------------------- opening

    def _open(self) -> tuple[RecordedRun, tuple[Instrument, ...], str]:
        if self._opened is None:
            data = self._manifest()
            run = self._decode(data)
            try:
                instruments = [book.instrument() for book in run.books]
            except InputError as error:
                raise InputError(f"{self._folder / FILE} must describe instruments: {error}") from None
            if not any(part.rows for part in _played(run)):
                raise InputError(
                    f"{self._folder} must have quotes or trades, had neither; {_REMEDY} --kinds trades,quotes"
                )
            for part in _played(run):
                self._verify(part)
            instruments.sort(key=lambda each: each.instrument_id)
            self._opened = run, tuple(instruments), hashlib.sha256(data).hexdigest()
        return self._opened

    def _manifest(self) -> bytes:
        path = self._folder / FILE
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise InputError(
                f"the folder {self._folder} must have {FILE}, as trade2026 prism record writes it, had none; "
                "name a CSV or Parquet file, or record the run again"
            ) from None
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be read: {error.strerror}") from error

    def _decode(self, data: bytes) -> RecordedRun:
        path = self._folder / FILE
        try:
            kind = msgspec.json.decode(data, type=_Kind)
            if kind.format == FORMAT and kind.version == VERSION:
                return msgspec.json.decode(data, type=RecordedRun)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(f"{path} must describe a recorded run: {error}; {_REMEDY}") from None
        raise InputError(
            f"{path} must be of {FORMAT!r} in version {VERSION}, was of {kind.format!r} in version "
            f"{kind.version}; {_REMEDY}"
        )

    def _verify(self, part: RecordedPart) -> None:
        """Refuse a file that is not the one the run was recorded to."""
        path = self._folder / part.file
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise InputError(
                f"{path} must be there, as {FILE} says, was missing; copy the whole folder, or {_REMEDY}"
            ) from None
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be read: {error.strerror}") from error
        if found != part.sha256:
            raise HashMismatch(
                f"{path} must have SHA-256 {part.sha256}, as {FILE} says, was {found}; copy it again, or "
                f"{_REMEDY}"
            )

    # --------------------------------------------------------------------------------------------- reading

    def _events(
        self, run: RecordedRun, kind: str, instruments: tuple[Instrument, ...], start: int | None,
        end: int | None,
    ) -> Iterator[Sequence[MarketEvent]]:  # fmt: skip
        """The trades or the quotes, in order."""
        ids = [instrument.instrument_id for instrument in instruments]
        ranks = {name.rpartition(".")[0]: rank for rank, name in enumerate(ids)}
        first, last = 0, (-1, -1)
        for part in (each for each in run.parts if each.kind == kind):
            if (
                part.rows
                and (end is None or part.first_ns < end)
                and (start is None or part.last_ns >= start)
            ):
                for block in self._blocks(part, ranks, first):
                    last = _check_order(block, last, self._folder / part.file)
                    asked = _cut(block, start, end)
                    yield _trades(asked, ids) if kind == _TRADES else _quotes(asked, ids)
            first += part.rows

    def _blocks(self, part: RecordedPart, ranks: dict[str, int], first: int) -> Iterator[_Block]:
        """The rows of one file, at most BATCH_EVENTS at a time."""
        path = self._folder / part.file
        names = _DECIMALS[part.kind]
        columns = ["timestamp", "symbol", *names, *(["side"] if part.kind == _TRADES else [])]
        try:
            scan = pl.scan_parquet(path, glob=False)  # Brackets in a folder's name are no pattern.
            for frame in scan.select(columns).collect_batches(chunk_size=_BLOCK_ROWS):
                for rows in frame.iter_slices(BATCH_EVENTS):
                    yield _block(rows, names, ranks, first)
                    first += rows.height
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError(
                f"{path} must be a recorded part, could not be read: {str(error)[:120]}; {_REMEDY}"
            ) from error


def _played(run: RecordedRun) -> list[RecordedPart]:
    """The parts that become market data."""
    return [part for part in run.parts if part.kind in _DECIMALS]


def _block(rows: pl.DataFrame, names: Sequence[str], ranks: dict[str, int], first: int) -> _Block:
    decimals = []
    for name in names:
        found = to_raws(rows[name])
        if found.fault is not None:
            raise pl.exceptions.ComputeError(f"{name} must {found.fault.must}, was {found.fault.value!r}")
        decimals.append(found.raws)
    symbols = rows["symbol"].replace_strict(ranks, return_dtype=pl.Int64)
    return _Block(
        rows["timestamp"].cast(pl.Int64).to_numpy(), symbols.to_numpy(), tuple(decimals),
        rows["side"].to_list() if "side" in rows.columns else [], first,
    )  # fmt: skip


def _check_order(block: _Block, last: tuple[int, int], path: Path) -> tuple[int, int]:
    """The key of the last row; InputError for one that is before the row above it."""
    times = np.concatenate(([last[0]], block.times))
    ranks = np.concatenate(([last[1]], block.ranks))
    is_early = (times[1:] < times[:-1]) | ((times[1:] == times[:-1]) & (ranks[1:] < ranks[:-1]))
    if is_early.any():
        row = block.first + int(np.argmax(is_early)) + 1
        raise InputError(f"{path} must be in order of time and instrument, was not at row {row}; {_REMEDY}")
    return int(times[-1]), int(ranks[-1])


def _cut(block: _Block, start: int | None, end: int | None) -> _Block:
    low = 0 if start is None else int(np.searchsorted(block.times, start))
    high = len(block.times) if end is None else int(np.searchsorted(block.times, end))
    if low == 0 and high == len(block.times):
        return block
    part = slice(low, max(low, high))
    return _Block(
        block.times[part], block.ranks[part], tuple(each[part] for each in block.decimals), block.sides[part],
        block.first + low,
    )  # fmt: skip


def _trades(block: _Block, ids: list[str]) -> list[MarketEvent]:
    """Numbered from 1 through the whole run: a sweep makes several at one time."""
    times = block.times.tolist()
    price, quantity = (each.tolist() for each in block.decimals)
    numbers = range(block.first + 1, block.first + len(times) + 1)
    sides = map(_SIDES.__getitem__, block.sides)
    names = map(ids.__getitem__, block.ranks.tolist())
    return list(map(Trade, names, times, times, price, quantity, sides, map(str, numbers)))


def _quotes(block: _Block, ids: list[str]) -> list[MarketEvent]:
    times = block.times.tolist()
    names = map(ids.__getitem__, block.ranks.tolist())
    return list(map(Quote, names, times, times, *(each.tolist() for each in block.decimals)))


def _limits(run: RecordedRun) -> tuple[str, ...]:
    """Sentences for `DataDescription.limits`."""
    sentences = [
        f"Simulated by PRISM from seed {run.seed}: no real price or trade is in it.",
        "Its traders do not know of your orders, which fill against what was recorded and move no price.",
    ]
    kinds = {part.kind for part in run.parts if part.rows}
    if _QUOTES in kinds:
        sentences.append(
            "Only the best bid and offer with their sizes: an order takes at most what one quote shows, and "
            "what stood behind it is not known. A quote with an empty side is left out; the one before it "
            "stands."
        )
        if run.quote_every_ns:
            sentences.append(
                f"Of the quotes the last of each {format_raw(run.quote_every_ns)} seconds was kept."
            )
    else:
        sentences.append("No quotes: the spread is the one that is stated, not the market's.")
    if _TRADES not in kinds:
        sentences.append("No trades: what was traded is not known.")
    return (*sentences, *_fees(run.books))


def _fees(books: Sequence[RecordedBook]) -> Iterator[str]:
    """What the market charged, in one sentence for all books of the same fees."""
    found: dict[tuple[int, int], list[str]] = {}
    for book in books:
        found.setdefault((book.maker_fee_ppm, book.taker_fee_ppm), []).append(book.symbol)
    for (maker, taker), symbols in found.items():
        where = "" if len(found) == 1 else f" in {', '.join(symbols)}"
        yield (
            f"The market charged makers {_bps(maker)} and takers {_bps(taker)} basis points{where}; what you "
            "pay is what you state as fees."
        )


def _bps(ppm: int) -> str:
    return format_raw(ppm * UNIT // 100)
