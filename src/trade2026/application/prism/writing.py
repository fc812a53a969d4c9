"""A run of the simulated market on disk: Parquet files of trades, quotes, orders and events, in parts.

Each part is of `PART_NS` of simulated time, so a run of any length is written with the memory of one part.
Times are UTC nanoseconds, prices and quantities those of the instrument; trades and quotes are read by
`trade2026 backtest --data` and `trade2026 prism scorecard --against` as they are.
"""

import os
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
import polars as pl

from trade2026.analytics.arrays import IntArray
from trade2026.primitives.errors import InputError, StoreUnavailable
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
        The folder is not empty, hours are not above 0, or a kind is unknown.
    StoreUnavailable
        The disk refuses.
    """
    unknown = [kind for kind in request.kinds if kind not in KINDS]
    if unknown or not request.kinds:
        raise InputError(f"--kinds must be of {', '.join(KINDS)}, was {','.join(request.kinds)!r}")
    if not 0 < request.hours < 1e6:
        raise InputError(f"--hours must be above 0, was {request.hours:g}")
    _make_folder(request.folder)
    market = PrismMarket(request.config, request.seed, request.start_ns)
    market.run_until(request.start_ns + int(request.warm_up_s * SECOND_NS))
    begin_ns = market.now_ns
    end_ns = begin_ns + int(request.hours * HOUR_NS)
    recorder = Recorder(market, quote_every_ns=request.quote_every_ns, keeps_orders=True)
    rows, part = dict.fromkeys(request.kinds, 0), 0
    while market.now_ns < end_ns:
        market.run_until(min(market.now_ns + PART_NS, end_ns))
        frames = {kind: _FRAMES[kind](recorder, request.config) for kind in request.kinds}
        for kind, frame in frames.items():
            _write(frame, os.path.join(request.folder, f"{kind}-{part:04}.parquet"))
            rows[kind] += frame.height
        recorder.drop_detail()
        part += 1
        if progress is not None:
            progress(market.now_ns - begin_ns, end_ns - begin_ns)
        if should_stop is not None and should_stop():
            break
    return Recorded(folder=request.folder, parts=part, rows=rows, state_sha256=market.state_sha256())


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
        raise StoreUnavailable(
            f"{path} cannot be written: {error}; free space, or write elsewhere"
        ) from error


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
    return pl.concat(parts).sort("timestamp", "sequence", maintain_order=True)


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
    return pl.concat(parts).sort("timestamp", maintain_order=True)


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
