"""From what the user names to a source of market data: samples by their names, files by their path, and
recorded runs of the simulated market by their folder.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trade2026.adapters.embedded import factors, sp500
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.daily_sample import DailySample
from trade2026.adapters.embedded.merge import MergedSource
from trade2026.ports.calendar import CalendarProvider
from trade2026.ports.feed import MarketDataSource
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:  # Files need numpy and polars, the sample neither.
    from trade2026.adapters.embedded.files.options import FileOptions

SAMPLES: Final[Mapping[str, Callable[[], DailySample]]] = {
    sp500.NAME: sp500.Sp500Source,
    factors.NAME: factors.FactorsSource,
}
"""Data sets that ship with the package, by name."""


def open_source(
    data: str, options: "FileOptions | None" = None, calendars: CalendarProvider | None = None
) -> MarketDataSource:
    """The source of that name.

    Parameters
    ----------
    data : str
        Name of a sample that ships with the package, else the path of a CSV or Parquet file, or the folder
        of a recorded run.
    options : FileOptions or None
        For a file: its instruments and choices. None for what says itself what it is.
    calendars : CalendarProvider or None
        Shared with the caller; None to make one.

    Raises
    ------
    InputError
        A file comes without options, or a sample or a folder with them.
    """
    if data in SAMPLES:
        if options is not None:
            raise InputError(f"options must be left out for {data}, whose instruments are known")
        return SAMPLES[data]()
    if Path(data).is_dir():
        if options is not None:
            raise InputError(
                f"options must be left out for the folder {data!r}, whose run says what it is of"
            )
        from trade2026.adapters.embedded.recorded_run import RecordedRunSource

        return RecordedRunSource(Path(data))
    if options is None:
        raise InputError(
            f"instrument must be stated for the file {data!r}: a file does not say what its rows are of; "
            f"samples that need none are {', '.join(SAMPLES)}"
        )
    from trade2026.adapters.embedded.files.source import FileSource

    return FileSource(Path(data), options, calendars or Calendars())


def open_sources(
    parts: Sequence[tuple[str, "FileOptions | None"]], calendars: CalendarProvider | None = None
) -> MarketDataSource:
    """One source for several names, in order of (ts_event, instrument_id)."""
    calendars = calendars or Calendars()
    opened = [open_source(data, options, calendars) for data, options in parts]
    return opened[0] if len(opened) == 1 else MergedSource(opened)
