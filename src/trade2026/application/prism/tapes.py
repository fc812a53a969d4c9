"""A user's files as a tape: bars, trades and quotes of one instrument, read and checked as a backtest reads
them. What a tape is measured for has no unit, so nothing has to be stated but the files.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np

from trade2026.analytics.microstructure.tape import Bars, Quotes, Session, Tape, Trades
from trade2026.application.requests import DataRequest
from trade2026.application.services import Services
from trade2026.model.enums import Side
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.primitives.errors import InputError

_RAW: Final = 1e9
_SMALLEST: Final = "0.000000001"
_SIGNS: Final = {Side.BUY: 1, Side.SELL: -1, None: 0}


class TapeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which files, and what they do not say.

    Attributes
    ----------
    files : tuple of str
        CSV or Parquet files of one instrument, each of bars, trades or quotes; see `docs/data.md`.
    columns : tuple of (role, header)
        Where a header is not a usual one.
    timestamp_marks, timestamp_unit : str
        As in `DataRequest`.
    session : str
        "regular", "holiday" or "unknown": a holiday says nothing of book and impact.
    start_ns, end_ns : int or None
        The part that is read, for events with start <= time < end; None for all.
    """

    files: tuple[str, ...]
    columns: tuple[tuple[str, str], ...] = ()
    timestamp_marks: str = "open"
    timestamp_unit: str = ""
    session: str = "regular"
    start_ns: int | None = None
    end_ns: int | None = None


def read_tape(request: TapeRequest, services: Services) -> Tape:
    """Read the files; raises InputError where one cannot be used, or two are of the same kind."""
    if not request.files:
        raise InputError("--against must name a file, was empty")
    sessions = [session.value for session in Session]
    if request.session not in sessions:
        raise InputError(f"--session must be one of {', '.join(sessions)}, was {request.session!r}")
    found: dict[str, Bars | Trades | Quotes] = {}
    for file in request.files:
        if services.folders.exists(file):
            raise InputError(
                f"--against must name files, was the folder {file!r}; of a recorded run of one book, "
                "name a file of trades and one of quotes"
            )
        kind, part = _read(file, request, services)
        if kind in found:
            raise InputError(f"--against must name one file of {kind}, was given two; join them")
        found[kind] = part
    names = " + ".join(file.replace("\\", "/").rpartition("/")[2] for file in request.files)
    return Tape(name=names, session=Session(request.session), **found)  # type: ignore[arg-type]  # By its kind.


def _read(file: str, request: TapeRequest, services: Services) -> tuple[str, Bars | Trades | Quotes]:
    source = services.data.open(DataRequest(
        names=(file,), instrument_ids=("TAPE.FILE",), kind="crypto-spot", currency="USD",
        base_currency="TAPE", tick_size=_SMALLEST, lot_size=_SMALLEST, volume_unit="base", calendar="24/7",
        columns=request.columns, timestamp_marks=request.timestamp_marks,
        timestamp_unit=request.timestamp_unit, on_duplicate="first", on_excess_decimals="round",
    ))  # fmt: skip
    events: list[MarketEvent] = []
    for batch in source.batches(request.start_ns, request.end_ns):
        events += batch
    if not events:
        raise InputError(f"{file} must have events in the period asked for, had none; widen it")
    first = events[0]
    if isinstance(first, Bar):
        return "bars", _bars(
            [each for each in events if isinstance(each, Bar)], source.describe().bar_interval_ns
        )
    if isinstance(first, Trade):
        return "trades", _trades([each for each in events if isinstance(each, Trade)])
    return "quotes", _quotes([each for each in events if isinstance(each, Quote)])


def _bars(bars: Sequence[Bar], interval_ns: int) -> Bars:
    return Bars(
        start_ns=np.array([bar.ts_event for bar in bars], np.int64) - interval_ns,
        close=np.array([bar.close for bar in bars]) / _RAW,
        volume=np.array([bar.volume or 0 for bar in bars]) / _RAW,
        interval_ns=interval_ns,
    )


def _trades(trades: Sequence[Trade]) -> Trades:
    signs = np.array([_SIGNS[trade.aggressor_side] for trade in trades], np.int64)
    return Trades(
        ts_ns=np.array([trade.ts_event for trade in trades], np.int64),
        prices=np.array([trade.price for trade in trades]) / _RAW,
        quantities=np.array([trade.quantity for trade in trades]) / _RAW,
        signs=signs if signs.any() else None,
    )


def _quotes(quotes: Sequence[Quote]) -> Quotes:
    return Quotes(
        ts_ns=np.array([quote.ts_event for quote in quotes], np.int64),
        bid=np.array([quote.bid_price for quote in quotes]) / _RAW,
        ask=np.array([quote.ask_price for quote in quotes]) / _RAW,
        bid_sizes=np.array([quote.bid_size for quote in quotes]) / _RAW,
        ask_sizes=np.array([quote.ask_size for quote in quotes]) / _RAW,
    )


def split_tape(tape: Tape, share: float) -> tuple[Tape, Tape | None]:
    """The first `share` of a tape's time and the rest; a share of 1 leaves no rest.

    Raises InputError for a share outside (0, 1].
    """
    if not 0 < share <= 1:
        raise InputError(f"--split must be above 0 and at most 1, was {share:g}")
    starts = [
        (int(times[0]), int(times[-1]))
        for times in (
            tape.bars.start_ns if tape.bars else None,
            tape.trades.ts_ns if tape.trades else None,
            tape.quotes.ts_ns if tape.quotes else None,
        )
        if times is not None
    ]
    if share == 1 or not starts:
        return tape, None
    first, last = min(start for start, _ in starts), max(end for _, end in starts)
    cut_ns = first + int((last - first) * share)
    return _part(tape, None, cut_ns, "first part"), _part(tape, cut_ns, None, "rest")


def _part(tape: Tape, start_ns: int | None, end_ns: int | None, name: str) -> Tape:
    """Bars, trades and quotes with start <= time < end."""

    def cut(part: Any, times: str) -> Any:
        if part is None:
            return None
        ts_ns = getattr(part, times)
        low = 0 if start_ns is None else int(np.searchsorted(ts_ns, start_ns))
        high = ts_ns.size if end_ns is None else int(np.searchsorted(ts_ns, end_ns))
        if low == high:
            return None
        arrays = {
            field: value[low:high]
            for field in part.__struct_fields__
            if isinstance(value := getattr(part, field), np.ndarray)
        }
        return msgspec.structs.replace(part, **arrays)

    return msgspec.structs.replace(
        tape, name=f"{tape.name}, {name}", bars=cut(tape.bars, "start_ns"), trades=cut(tape.trades, "ts_ns"),
        quotes=cut(tape.quotes, "ts_ns"),
    )  # fmt: skip
