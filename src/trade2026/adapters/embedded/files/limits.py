"""The sentences that every result made from a file carries: what was assumed and what is wrong with it."""

from collections.abc import Iterator

from trade2026.adapters.embedded.files.header import Layout
from trade2026.adapters.embedded.files.options import FileKind, FileOptions
from trade2026.adapters.embedded.files.rows import RowReader
from trade2026.model.instrument import Instrument, VolumeUnit
from trade2026.ports.feed import DataReport
from trade2026.primitives.fixed_point import format_raw

_FINDINGS = {
    "disorder": "{count} rows were out of order and were sorted",
    "duplicate": "{count} duplicate rows were dropped",
    "gap": "{count} bars are missing within sessions",
    "overlap": "{count} bars begin before the one before has ended",
    "rounded": "{count} values had more than nine decimals and were rounded",
    "off_tick": "{count} rows have a price off the instrument's tick",
    "crossed": "{count} quotes have a bid above the ask",
}


def limit_sentences(
    layout: Layout, options: FileOptions, instruments: tuple[Instrument, ...], rows: RowReader,
    report: DataReport, daily: bool, interval: int, shift: int,
) -> tuple[str, ...]:  # fmt: skip
    """Sentences for `DataDescription.limits`."""
    sentences = list(_about_times(options, rows))
    if layout.kind is FileKind.BARS:
        sentences += _about_bars(layout, options, daily, interval, shift)
    if layout.kind is FileKind.TRADES and not {"side", "buyer_maker"} & set(layout.columns):
        sentences.append("The side that took liquidity is not known.")
    if "volume" in layout.columns or layout.kind is not FileKind.BARS:
        sentences += _about_units(instruments)
    if options.prices_adjusted:
        sentences.append("Prices are adjusted: they are not what was paid; per-share fees are refused.")
    for symbol in sorted(rows.symbols):
        name = instruments[0].instrument_id
        if _letters(symbol) not in (_letters(name), _letters(name.split(".")[0])):
            sentences.append(f"The file names its rows {symbol!r}; they were read as {name}.")
    for finding in report.findings:
        examples = f" ({'; '.join(finding.examples)})" if finding.examples else ""
        sentences.append(
            _FINDINGS[finding.name].format(count=f"{finding.count:,}").capitalize() + f"{examples}."
        )
    if report.unused_columns:
        sentences.append(f"Columns not used: {', '.join(report.unused_columns)}.")
    return tuple(sentences)


def _about_times(options: FileOptions, rows: RowReader) -> Iterator[str]:
    if rows.times.saw_naive:
        yield "Times carry no zone and were read as UTC."
    if rows.times.unit_inferred:
        yield f"Integer times were taken as {rows.times.unit} since 1970, by their magnitude."


def _about_bars(
    layout: Layout, options: FileOptions, daily: bool, interval: int, shift: int
) -> Iterator[str]:
    if daily:
        yield "Dates name sessions: a bar is known at the close of its session."
    elif shift == 0:
        yield "Times were taken to mark the close of a bar."
    elif options.timestamp_marks == "close":
        yield "Dates were taken to mark the close of a bar, known at the end of that UTC day."
    else:
        stated = "stated" if options.bar_interval_ns else "the usual distance between bars"
        yield (
            "Times were taken to mark the open of a bar, which is known "
            f"{format_raw(interval)} seconds later ({stated})."
        )
    if "open" not in layout.columns:
        yield "Closing prices only: orders fill at the next close."
    if "volume" not in layout.columns:
        yield "No volume: no participation cap applies."


def _about_units(instruments: tuple[Instrument, ...]) -> Iterator[str]:
    words = {
        VolumeUnit.QUOTE: "money traded, not units",
        VolumeUnit.CONTRACTS: "contracts, not units of the base: it is no cap for orders in units",
    }
    for unit in sorted({instrument.volume_unit for instrument in instruments}):
        if unit in words:
            yield f"Volume counts {words[unit]}."


def _letters(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())
