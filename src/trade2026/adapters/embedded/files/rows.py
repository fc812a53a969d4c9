"""From raw frames to checked integer columns: every value is usable, or the first that is not is named."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trade2026.adapters.embedded.files.faults import CellFault, Place
from trade2026.adapters.embedded.files.findings import Findings
from trade2026.adapters.embedded.files.header import SYMBOL, TIME, Layout
from trade2026.adapters.embedded.files.numbers import Numbers, to_raws
from trade2026.adapters.embedded.files.options import FileKind, FileOptions
from trade2026.adapters.embedded.files.times import TimeReader
from trade2026.model.enums import Side
from trade2026.model.instrument import Instrument
from trade2026.primitives.fixed_point import format_raw

Columns = dict[str, npt.NDArray[Any]]
"""Column name to values, all of one length: "ts", "line", "rank" (of the instrument), and the roles."""

SIDES: Final[tuple[Side | None, ...]] = (None, Side.BUY, Side.SELL)
NUMBERS: Final[Mapping[FileKind, tuple[str, ...]]] = {
    FileKind.BARS: ("open", "high", "low", "close", "volume"),
    FileKind.TRADES: ("price", "quantity"),
    FileKind.QUOTES: ("bid_price", "ask_price", "bid_size", "ask_size"),
}
_MAY_BE_ZERO: Final = frozenset({"volume", "bid_size", "ask_size"})
_SIDE_WORDS: Final = {"": 0, "buy": 1, "b": 1, "sell": 2, "s": 2}
_MAKER_WORDS: Final = {"": 0, "true": 2, "1": 2, "t": 2, "false": 1, "0": 1, "f": 1}
"""When the buyer was the maker, the seller took."""


class RowReader:
    """Turns the frames of one file into integer columns.

    Parameters
    ----------
    place, layout, options
        Where faults are told to be, which column is what, and what the user stated.
    instruments : tuple of Instrument
        By id; `rank` counts in it.
    findings : Findings
        Takes the count of rounded values.

    Attributes
    ----------
    times : TimeReader
        What was learned about the times.
    symbols : set of str
        Texts of the symbol column, when one instrument was stated for the whole file.
    """

    def __init__(
        self, place: Place, layout: Layout, options: FileOptions, instruments: tuple[Instrument, ...],
        findings: Findings,
    ) -> None:  # fmt: skip
        self.times = TimeReader(options.timestamp_unit, options.naive_times, options.spell)
        self.symbols: set[str] = set()
        self._place = place
        self._layout = layout
        self._findings = findings
        self._round = options.on_excess_decimals == "round"
        self._excess_remedy = f"round it, or {options.spell('on_excess_decimals', 'round')}"
        self._map_remedy = f"map each symbol to its instrument with {options.spell('instruments', '')}"
        self._ranks: dict[str, int] | None = None
        if not isinstance(options.instruments, Instrument):
            ids = [instrument.instrument_id for instrument in instruments]
            self._ranks = {
                symbol: ids.index(instrument.instrument_id)
                for symbol, instrument in options.instruments.items()
            }

    def read(self, frame: pl.DataFrame, lines: npt.NDArray[np.int64]) -> Columns:
        """Checked columns of a frame; raises InputError for its first unusable cell, in order of lines."""
        columns: Columns = {"line": lines}
        faults: list[tuple[int, str, CellFault]] = []

        def take(role: str, key: str, found: tuple[npt.NDArray[Any], CellFault | None]) -> None:
            columns[key], fault = found
            if fault is not None:
                faults.append((fault.index, role, fault))

        headers = self._layout.columns
        take(TIME, "ts", self.times.read(frame[headers[TIME]]))
        for role in NUMBERS[self._layout.kind]:
            if role in headers:
                numbers = to_raws(
                    frame[headers[role]], round_excess=self._round, excess_remedy=self._excess_remedy
                )
                take(role, role, _checked(role, numbers))
                texts = [f"{headers[role]} {frame[headers[role]][i]}" for i in numbers.rounded[:3].tolist()]
                self._findings.add_rows("rounded", lines[numbers.rounded].tolist(), texts)
        if SYMBOL in headers:
            take(SYMBOL, "rank", self._read_symbols(frame[headers[SYMBOL]]))
        else:
            columns["rank"] = np.zeros(len(frame), np.int64)
        if self._layout.kind is FileKind.TRADES:
            for role, words in (("buyer_maker", _MAKER_WORDS), ("side", _SIDE_WORDS)):
                if role in headers:
                    take(role, "side", _read_words(frame[headers[role]], words))
            if "trade_id" in headers:
                take("trade_id", "trade_id", _read_ids(frame[headers["trade_id"]]))
        if self._layout.kind is FileKind.BARS and "open" in columns:
            until = min((index for index, _, _ in faults), default=len(frame))
            faults += _range_faults(
                {name: columns[name][:until] for name in ("open", "high", "low", "close")}
            )
        if faults:
            index, role, fault = min(faults, key=lambda item: item[0])
            self._place.refuse(int(lines[index]), headers[role], fault.must, fault.value, fault.remedy)
        return columns

    def _read_symbols(self, column: pl.Series) -> tuple[npt.NDArray[np.int64], CellFault | None]:
        texts = column.cast(pl.String)
        if self._ranks is None:
            self.symbols.update(text or "" for text in texts.unique())
            if len(self.symbols) > 1:
                first = next(iter(sorted(self.symbols)))
                index = int(np.argmax((texts.fill_null("") != texts[0]).to_numpy()))
                return np.zeros(len(texts), np.int64), CellFault(
                    index,
                    f"be the file's one symbol (it also has {first!r})",
                    texts[index],
                    self._map_remedy,
                )
            return np.zeros(len(texts), np.int64), None
        ranks = texts.replace_strict(self._ranks, default=None, return_dtype=pl.Int64)
        if ranks.null_count():
            index = int(np.argmax(ranks.is_null().to_numpy()))
            must = f"be one of {', '.join(self._ranks)}"
            return np.zeros(len(texts), np.int64), CellFault(index, must, texts[index], self._map_remedy)
        return ranks.to_numpy(), None


def _checked(role: str, found: Numbers) -> tuple[npt.NDArray[np.int64], CellFault | None]:
    """The same, with a fault for the first value below what the role allows, if it comes before."""
    raws, fault, _ = found
    until = len(raws) if fault is None else fault.index
    bad = raws[:until] < 0 if role in _MAY_BE_ZERO else raws[:until] <= 0
    if bad.any():
        index = int(np.argmax(bad))
        must = "not be negative" if role in _MAY_BE_ZERO else "be positive"
        return raws, CellFault(index, must, format_raw(int(raws[index])))
    return raws, fault


def _range_faults(columns: Columns) -> list[tuple[int, str, CellFault]]:
    """Bars whose open or close lies outside [low, high], or whose high is below the low."""
    high, low = columns["high"], columns["low"]
    faults = []
    for role, bad, must in (
        ("high", high < low, "be at least the low {low}"),
        ("open", (columns["open"] > high) | (columns["open"] < low), "lie between low {low} and high {high}"),
        (
            "close",
            (columns["close"] > high) | (columns["close"] < low),
            "lie between low {low} and high {high}",
        ),
    ):
        if bad.any():
            index = int(np.argmax(bad))
            stated = must.format(low=format_raw(int(low[index])), high=format_raw(int(high[index])))
            faults.append((index, role, CellFault(index, stated, format_raw(int(columns[role][index])))))
    return faults


def _read_words(column: pl.Series, words: Mapping[str, int]) -> tuple[npt.NDArray[np.int8], CellFault | None]:
    texts = column.cast(pl.String).fill_null("").str.to_lowercase()
    codes = texts.replace_strict(words, default=None, return_dtype=pl.Int8)
    if codes.null_count():
        index = int(np.argmax(codes.is_null().to_numpy()))
        choices = ", ".join(word for word in words if word)
        return np.zeros(len(texts), np.int8), CellFault(index, f"be one of {choices}", column[index])
    return codes.to_numpy(), None


def _read_ids(column: pl.Series) -> tuple[npt.NDArray[Any], CellFault | None]:
    """Trade identifiers, as int64 where the integer prints as the same text, else as texts."""
    if column.null_count():
        index = int(np.argmax(column.is_null().to_numpy()))
        return np.zeros(len(column), np.int64), CellFault(index, "name the trade", "", "the cell is empty")
    numbers = column.cast(pl.Int64, strict=False) if not column.dtype.is_float() else None
    if numbers is not None and not numbers.null_count():
        texts = column.cast(pl.String)
        if (numbers.cast(pl.String) == texts).all():
            return numbers.to_numpy(), None
    return np.array(column.cast(pl.String).to_list(), dtype=np.str_), None
