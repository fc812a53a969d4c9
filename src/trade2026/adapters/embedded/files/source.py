"""A user's file as a source of market data: checked once as a whole, then read as often as wanted."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Final

from trade2026.adapters.embedded.files import checks
from trade2026.adapters.embedded.files.daily import DailyTimes
from trade2026.adapters.embedded.files.findings import Findings
from trade2026.adapters.embedded.files.frames import RawFile
from trade2026.adapters.embedded.files.header import TIME, Layout, find_layout
from trade2026.adapters.embedded.files.limits import limit_sentences
from trade2026.adapters.embedded.files.options import FileKind, FileOptions
from trade2026.adapters.embedded.files.order import Orderer, sort
from trade2026.adapters.embedded.files.rows import SIDES, Columns, RowReader
from trade2026.adapters.embedded.files.spool import Spool
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.ports.calendar import CalendarProvider
from trade2026.ports.feed import DataDescription, DataReport
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, UnixNanos

BATCH_EVENTS: Final = 8_192


@dataclass(frozen=True, slots=True)
class _Checked:
    """What the check leaves: `shift_ns` is added to the times of the spool to get `ts_event`."""

    spool: Spool
    layout: Layout
    shift_ns: int
    description: DataDescription
    report: DataReport


class FileSource:
    """Bars, trades or quotes of one CSV or Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    options : FileOptions
        Its instruments, and what else the file does not state.
    calendars : CalendarProvider
        Finds the sessions that daily bars close with, and in which gaps are looked for.

    Raises
    ------
    InputError
        From the first call on: the file cannot be used; the message names line, column and value.
    """

    def __init__(self, path: Path, options: FileOptions, calendars: CalendarProvider) -> None:
        self._path = path
        self._options = options
        self._calendars = calendars
        self._checked: _Checked | None = None
        given = options.instruments
        stated = [given] if isinstance(given, Instrument) else list(given.values())
        by_id = {instrument.instrument_id: instrument for instrument in stated}
        self._instruments = tuple(by_id[name] for name in sorted(by_id))

    def describe(self) -> DataDescription:
        """What it is and what it cannot be used for."""
        return self._check().description

    def report(self) -> DataReport:
        """What the check of the whole file found."""
        return self._check().report

    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments stated for the file, by id."""
        return self._instruments

    def batches(
        self, start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> Iterator[Sequence[MarketEvent]]:
        """Events with start <= ts_event < end by (ts_event, instrument_id), at most 8,192 a batch."""
        checked = self._check()
        ids = [instrument.instrument_id for instrument in self._instruments]
        start = None if start_ns is None else start_ns - checked.shift_ns
        end = None if end_ns is None else end_ns - checked.shift_ns
        for block in checked.spool.blocks(start, end):
            for begin in range(0, len(block["ts"]), BATCH_EVENTS):
                part = {name: values[begin : begin + BATCH_EVENTS] for name, values in block.items()}
                yield _events(part, checked.layout.kind, checked.shift_ns, ids)

    def _check(self) -> _Checked:
        if self._checked is None:
            self._checked = self._check_file()
        return self._checked

    def _check_file(self) -> _Checked:
        raw = RawFile(self._path, self._options)
        layout = find_layout(raw.place.file, raw.header, self._options)
        findings = Findings(raw.place)
        rows = RowReader(raw.place, layout, self._options, self._instruments, findings)
        daily = DailyTimes(raw.place, layout, self._options, self._instruments, self._calendars)
        spool = self._read_in_order(raw, rows, daily, layout, findings)
        read = spool.rows
        spool = checks.drop_duplicates(spool, layout.kind, self._options.on_duplicate, findings)
        if self._options.on_duplicate == "refuse":
            choice = self._options.spell("on_duplicate", "first")
            findings.refuse("duplicate", "duplicates", f"remove them, or {choice} (or last)")
        interval, shift = self._check_bars(spool, layout, daily.active, rows.times.dates_only, findings)
        checks.check_prices(spool, self._instruments, findings)
        report = DataReport(
            rows=read,
            events=spool.rows,
            first_ns=spool.first + shift,
            last_ns=spool.last + shift,
            findings=findings.as_tuple(),
            unused_columns=layout.unused,
        )
        with self._path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        description = DataDescription(
            name=str(self._path),
            sha256=digest,
            limits=limit_sentences(
                layout, self._options, self._instruments, rows, report, daily.active, interval, shift
            ),
            has_open=layout.kind is not FileKind.BARS or "open" in layout.columns,
            bar_interval_ns=interval,
            volume_known=layout.kind is not FileKind.BARS or "volume" in layout.columns,
            permits_per_share_fees=not self._options.prices_adjusted,
            event_count=spool.rows,
        )
        return _Checked(spool, layout, shift, description, report)

    def _read_in_order(
        self, raw: RawFile, rows: RowReader, daily: DailyTimes, layout: Layout, findings: Findings
    ) -> Spool:
        """Every row of the file, checked by itself, in order of (time, instrument)."""
        spool = Spool()
        orderer = Orderer(spool, findings)
        for frame, lines in raw.frames(list(layout.columns.values())):
            columns = rows.read(frame, lines)
            if layout.kind is FileKind.BARS and len(lines):
                daily.apply(columns, rows.times.dates_only)
            orderer.add(columns)
        orderer.finish()
        if not spool.rows:
            raise InputError(f"{raw.place.file} must have rows below its header, had none")
        if not orderer.disordered:
            return spool
        if self._options.on_disorder == "refuse":
            remedy = f"sort them, or {self._options.spell('on_disorder', 'sort')}"
            findings.refuse("disorder", "rows earlier than a row above", remedy)
        return sort(spool)

    def _check_bars(
        self, spool: Spool, layout: Layout, daily: bool, dates_only: bool, findings: Findings
    ) -> tuple[int, int]:
        """Interval of the bars, and what turns their times into closes; (0, 0) for other kinds."""
        if layout.kind is not FileKind.BARS:
            return 0, 0
        options = self._options
        interval = options.bar_interval_ns or (DAY_NS if daily else None)
        interval = interval or checks.usual_interval(spool, len(self._instruments))
        if interval is None:
            raise InputError(
                f"{self._path.name} must have two bars of an instrument to tell their interval, had one; "
                f"state {options.spell('bar_interval_ns', '')}"
            )
        if daily:
            shift = 0
        elif options.timestamp_marks == "open":
            shift = interval
        else:  # A date that marks the close means that day's end.
            shift = DAY_NS if dates_only else 0
        calendars = [self._calendars.calendar(instrument.calendar) for instrument in self._instruments]
        checks.find_gaps(spool, calendars, interval, daily, shift, findings)
        if options.on_gap == "refuse":
            remedy = f"see column {layout.columns[TIME]!r}; add them, or {options.spell('on_gap', 'report')}"
            findings.refuse("gap", "missing bars", remedy)
        return interval, shift


def _events(columns: Columns, kind: FileKind, shift: int, ids: list[str]) -> list[MarketEvent]:
    """The rows as events; built column by column, because a loop over rows costs three times as much."""
    times = (columns["ts"] + shift).tolist()
    names = repeat(ids[0]) if len(ids) == 1 else map(ids.__getitem__, columns["rank"].tolist())
    nothing = repeat(None)
    if kind is FileKind.QUOTES:
        return list(
            map(
                Quote, names, times, times, columns["bid_price"].tolist(), columns["ask_price"].tolist(),
                columns["bid_size"].tolist(), columns["ask_size"].tolist(),
            )
        )  # fmt: skip
    if kind is FileKind.TRADES:
        sides = map(SIDES.__getitem__, columns["side"].tolist()) if "side" in columns else nothing
        trade_ids = columns["trade_id"] if "trade_id" in columns else columns["line"]
        return list(
            map(
                Trade, names, times, times, columns["price"].tolist(), columns["quantity"].tolist(), sides,
                map(str, trade_ids.tolist()),
            )
        )  # fmt: skip
    opens, highs, lows, volumes = (
        columns[role].tolist() if role in columns else nothing for role in ("open", "high", "low", "volume")
    )
    return list(map(Bar, names, times, times, opens, highs, lows, columns["close"].tolist(), volumes))
