"""A run of the simulated market on disk: Parquet files of trades, quotes, orders and events, in parts.

Each part is of `PART_NS` of simulated time, so a run of any length is written with the memory of one part.
Times are UTC nanoseconds, prices and quantities those of the instrument; trades and quotes are read by
`trade2026 backtest --data` and `trade2026 prism scorecard --against` as they are. `run.json` says what the
run is and names its parts; it is written anew after each, so a run that was cut off plays as far as it got.
"""

import hashlib
import os
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
import polars as pl

from trade2026.analytics.arrays import IntArray
from trade2026.matching.clearing import Listing
from trade2026.ports.prism import VENUE
from trade2026.ports.recorded_run import FILE, RecordedBook, RecordedPart, RecordedRun
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.fixed_point import INT64_MAX, format_raw
from trade2026.primitives.time import HOUR_NS, SECOND_NS
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.recording import Recorder

PART_NS: Final = HOUR_NS
KINDS: Final = ("trades", "quotes", "orders", "events")
_COMMAND: Final = (
    "op", "order_id", "owner", "side", "type", "time_in_force", "lots", "limit_ticks", "trigger_ticks",
    "display_lots", "expire_ns", "post_only", "prevention",
)  # fmt: skip
_BY_INSTRUMENT: Final = pl.col("symbol") + f".{VENUE}"
"""The order of feeds within one time."""
_EVENT: Final = ("kind", "number", *(f"field_{index}" for index in range(1, 13)))


class RecordRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One run to write down.

    Attributes
    ----------
    folder : str
        A new or empty folder.
    kinds : tuple of str
        Of KINDS, what is written.
    quote_every_ns : int
        Thins quotes, see `simulation.prism.recording`.
    """

    folder: str
    config: PrismConfig
    seed: int
    hours: float
    start_ns: int
    warm_up_s: float = 600.0
    kinds: tuple[str, ...] = KINDS
    quote_every_ns: int = 0


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What was written."""

    folder: str
    parts: int
    rows: dict[str, int]
    """By kind."""
    state_sha256: str
    """Of the market at the end: the same request gives the same."""


def record_market(
    request: RecordRequest,
    *,
    progress: Callable[[int, int], object] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Recorded:
    """Run and write; a stop leaves whole parts.

    Raises
    ------
    InputError
        The folder is not empty, hours are not above 0, a kind is unknown, or a book has a name or a rule that
        no instrument can have.
    StoreUnavailable
        The disk refuses.
    """
    unknown = [kind for kind in request.kinds if kind not in KINDS]
    if unknown or not request.kinds:
        raise InputError(f"--kinds must be of {', '.join(KINDS)}, was {','.join(request.kinds)!r}")
    if not 0 < request.hours < 1e6:
        raise InputError(f"--hours must be above 0, was {request.hours:g}")
    books = tuple(_book(book.listing) for book in request.config.books)
    _make_folder(request.folder)
    market = PrismMarket(request.config, request.seed, request.start_ns)
    market.run_until(request.start_ns + int(request.warm_up_s * SECOND_NS))
    begin_ns = market.now_ns
    end_ns = begin_ns + int(request.hours * HOUR_NS)
    recorder = Recorder(market, quote_every_ns=request.quote_every_ns, keeps_orders=True)
    parts: list[RecordedPart] = []
    while market.now_ns < end_ns:
        market.run_until(min(market.now_ns + PART_NS, end_ns))
        number = len(parts) // len(request.kinds)
        parts += [_part(request, kind, number, recorder) for kind in request.kinds]
        recorder.drop_detail()
        _describe(request, market, begin_ns, books, parts)
        if progress is not None:
            progress(market.now_ns - begin_ns, end_ns - begin_ns)
        if should_stop is not None and should_stop():
            break
    rows = {kind: sum(part.rows for part in parts if part.kind == kind) for kind in request.kinds}
    return Recorded(
        folder=request.folder, parts=len(parts) // len(request.kinds), rows=rows,
        state_sha256=market.state_sha256(),
    )  # fmt: skip


def _book(listing: Listing) -> RecordedBook:
    """The book as it is written; raises InputError where nobody could read it as an instrument."""
    lot = listing.lot_size
    book = RecordedBook(
        symbol=listing.symbol, base=listing.base, quote=listing.quote,
        tick_size=format_raw(listing.tick_size), lot_size=format_raw(lot),
        min_qty=format_raw(listing.min_lots * lot),
        max_qty=format_raw(min(listing.max_lots * lot, INT64_MAX // lot * lot)),
        min_notional=format_raw(listing.min_notional), maker_fee_ppm=listing.maker_fee_ppm,
        taker_fee_ppm=listing.taker_fee_ppm,
    )  # fmt: skip
    book.instrument()
    return book


def _part(request: RecordRequest, kind: str, number: int, recorder: Recorder) -> RecordedPart:
    """Write one file, and say what it is."""
    frame = _FRAMES[kind](recorder, request.config)
    name = f"{kind}-{number:04}.parquet"
    path = os.path.join(request.folder, name)
    _write(frame, path)
    times = frame["timestamp"]
    return RecordedPart(
        kind=kind, file=name, rows=frame.height, first_ns=int(times[0]) if frame.height else 0,
        last_ns=int(times[-1]) if frame.height else 0, sha256=_sha256(path),
    )  # fmt: skip


def _describe(
    request: RecordRequest, market: PrismMarket, begin_ns: int, books: tuple[RecordedBook, ...],
    parts: list[RecordedPart],
) -> None:  # fmt: skip
    """Write `run.json` in place of the one before; it never names a part that is not whole."""
    run = RecordedRun(
        seed=request.seed, begin_ns=begin_ns, end_ns=market.now_ns, quote_every_ns=request.quote_every_ns,
        books=books, parts=tuple(parts), state_sha256=market.state_sha256(),
        config=msgspec.Raw(msgspec.json.encode(request.config)),
    )  # fmt: skip
    path = os.path.join(request.folder, FILE)
    try:
        with open(f"{path}.new", "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
        os.replace(f"{path}.new", path)
    except OSError as error:
        raise _not_written(path, error) from error


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
        if os.listdir(folder):
            raise InputError(f"--out must be a new or empty folder, was {folder!r}")
    except FileExistsError:
        raise InputError(f"--out must be a folder, was the file {folder!r}") from None
    except OSError as error:
        raise StoreUnavailable(f"the folder {folder} cannot be made: {error.strerror}") from error


def _write(frame: pl.DataFrame, path: str) -> None:
    try:
        frame.write_parquet(path)
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: str, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"{path} cannot be written: {error}; free space, or write elsewhere")


def _sha256(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be read again: {error}; write elsewhere") from error


def _decimal(raw: IntArray) -> pl.Series:
    """Numbers in units of 1e-9 as the nearest float, which prints as the decimal it is."""
    return pl.Series(raw / 1e9)


def _trades(recorder: Recorder, config: PrismConfig) -> pl.DataFrame:
    parts = []
    for number, book in enumerate(config.books):
        rows = recorder.trades(number)
        parts.append(pl.DataFrame({
            "timestamp": rows[:, 0], "symbol": [book.listing.symbol] * len(rows),
            "price": _decimal(rows[:, 1] * book.listing.tick_size),
            "quantity": _decimal(rows[:, 2] * book.listing.lot_size),
            "side": np.where(rows[:, 3] > 0, "buy", "sell").tolist(),
            "sequence": rows[:, 4],
        }))  # fmt: skip
    return pl.concat(parts).sort("timestamp", _BY_INSTRUMENT, "sequence", maintain_order=True)


def _quotes(recorder: Recorder, config: PrismConfig) -> pl.DataFrame:
    """Quotes of two sides: the formats that read them know no empty one."""
    parts = []
    for number, book in enumerate(config.books):
        rows = recorder.quotes(number)
        rows = rows[(rows[:, 1] > 0) & (rows[:, 2] > 0)]
        tick, lot = book.listing.tick_size, book.listing.lot_size
        parts.append(pl.DataFrame({
            "timestamp": rows[:, 0], "symbol": [book.listing.symbol] * len(rows),
            "bid": _decimal(rows[:, 1] * tick), "ask": _decimal(rows[:, 2] * tick),
            "bid_size": _decimal(rows[:, 3] * lot), "ask_size": _decimal(rows[:, 4] * lot),
        }))  # fmt: skip
    return pl.concat(parts).sort("timestamp", _BY_INSTRUMENT, maintain_order=True)


def _orders(recorder: Recorder, config: PrismConfig) -> pl.DataFrame:
    """Every command, market by order: numbers as `matching.compiled.layout` has them, owners by number."""
    rows = recorder.commands()
    symbols = np.array([book.listing.symbol for book in config.books])
    head = {
        "sequence": rows[:, at.LOG_SEQUENCE], "timestamp": rows[:, at.LOG_TIME],
        "symbol": symbols[rows[:, at.LOG_BOOK]].tolist(),
    }  # fmt: skip
    columns = {name: rows[:, at.LOG_COMMAND + index] for index, name in enumerate(_COMMAND)}
    return pl.DataFrame(head | columns)


def _events(recorder: Recorder, config: PrismConfig) -> pl.DataFrame:
    """Every event: kind, number of its command, and fields in the order of `matching.words`."""
    parts = []
    for number, book in enumerate(config.books):
        rows = recorder.events(number)
        columns = {name: rows[:, 1 + index] for index, name in enumerate(_EVENT)}
        parts.append(
            pl.DataFrame({"timestamp": rows[:, 0], "symbol": [book.listing.symbol] * len(rows)} | columns)
        )
    return pl.concat(parts).sort("timestamp", "number", maintain_order=True)


_FRAMES: Final = {"trades": _trades, "quotes": _quotes, "orders": _orders, "events": _events}
