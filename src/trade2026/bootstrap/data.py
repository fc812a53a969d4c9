"""Finds market data: what ships, is kept or was captured by its name, files and recorded runs by path."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trade2026.adapters.embedded import factors, sp500
from trade2026.adapters.embedded.private_disk import PrivateDiskStorage
from trade2026.application.data import summarize
from trade2026.application.instruments import instrument_of
from trade2026.application.named_data import DataKind, NamedData, named_bars, named_summary
from trade2026.application.prism.history import has_bars
from trade2026.application.requests import DataRequest
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.shelf import DiskShelf, Stamps, named
from trade2026.model.instrument import Instrument
from trade2026.ports.calendar import CalendarProvider
from trade2026.ports.feed import MarketDataSource
from trade2026.ports.prism import DATA, PrismHello, PrismLine
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS

if TYPE_CHECKING:  # It needs what makes a market.
    from trade2026.application.prism.source import PrismSource

_UNITS: Final = {"s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS, "w": 7 * DAY_NS}
_STATED_AS: Final = {
    "kind": "--rows bars, trades or quotes",
    "columns": "--column ROLE=HEADER",
    "header": "--header NAME,NAME,...",
    "instruments": "--instrument TEXT=SYMBOL.VENUE",
    "bar_interval_ns": "--bar-interval such as 1m",
}
"""Options of the file adapter whose name on the command line is another, or that are told with a form."""
_OPTION_OF: Final = {
    "instrument_ids": "--instrument",
    "tick_size": "--tick",
    "lot_size": "--lot",
    "columns": "--column",
}
"""Fields of a data request whose option has another name."""
_INTERVAL: Final = re.compile(r"([1-9][0-9]{0,5})([smhdw])\Z")


_LOOKED_AT_MAX: Final = 32 << 20
"""Bytes of a set that is looked at while its list waits: a second of CPU or two."""


class DataFinder:
    """`application.services.DataSources` of the desk at one home."""

    def __init__(self, calendars: CalendarProvider, home: str) -> None:
        self._calendars = calendars
        self._places = Places(home)
        self._samples: dict[str, NamedData] = {}  # What they are; their prices are not held.
        self._looked_at: dict[str, tuple[Stamps, NamedData]] = {}
        self.shelf = DiskShelf(home, (*self.shipped(), DATA))

    def shipped(self) -> tuple[str, ...]:
        """Data sets that ship with the desk."""
        return (sp500.NAME, factors.NAME)

    def names(self) -> tuple[str, ...]:
        """Data that ships with the desk, that the user keeps, and that the desk has captured."""
        return (*self.shipped(), *self.shelf.names(), *self._captured())

    def _captured(self) -> tuple[str, ...]:
        """The simulated market of this home, once it has kept a bar of itself."""
        folder = Path(self._places.prism)
        return (DATA,) if folder.is_dir() and has_bars(PrivateDiskStorage(folder)) else ()

    def about(self, name: str) -> NamedData:
        """What a name stands for; InputError for one that is none."""
        if name in self.shipped():
            if name not in self._samples:
                self._samples[name] = _sample(name)
            return self._samples[name]
        if name in self.shelf.names():
            return _told(name, DataKind.KEPT, lambda: self._about_kept(name))
        if name in self._captured():
            return _told(name, DataKind.CAPTURED, self._about_market)
        raise InputError(f"data must be one of {', '.join(self.names())}, was {name!r}")

    def _about_kept(self, name: str) -> NamedData:
        """What was found when it was kept; of a set that does not say it what is found now, once."""
        about = self.shelf.about(name)
        if about is not None:
            return about
        stamps = self.shelf.stamps(name)
        if self._looked_at.get(name, ((), None))[0] != stamps:
            size = sum(each[2] for each in stamps)
            if size > _LOOKED_AT_MAX:
                raise InputError(
                    f"data {name!r} was kept by an earlier version, which did not write down what is in it, "
                    f"and {size >> 20:,} MiB are too much to look at now, {_LOOKED_AT_MAX >> 20} at most; "
                    f"remove it with `trade2026 data remove {name}` and keep it again"
                )
            summary = summarize(self.open(DataRequest(names=(name,))), self._calendars)
            self._looked_at[name] = stamps, named_summary(name, summary)
        return self._looked_at[name][1]

    def _about_market(self) -> NamedData:
        return named_bars(DATA, DataKind.CAPTURED, self._market())

    def open(self, request: DataRequest) -> MarketDataSource:
        """The one source of all names of the request, files checked as a whole.

        Raises
        ------
        InputError
            A name is unknown, a file or folder cannot be used, or the instrument of a file is not stated.
        """
        from trade2026.adapters.embedded.sources import open_sources

        if not request.names or not all(request.names):
            raise InputError(
                f"--data must name {', '.join(self.names())}, a file or the folder of a run, was empty"
            )
        if DATA in request.names:
            return self._prism(request)
        if kept := [name for name in request.names if name in self.shelf.names()]:
            return self._kept(request, kept[0])
        files = [name for name in request.names if not self._says_itself(name)]
        if not files:
            _refuse_file_options(request)
            return open_sources([(name, None) for name in request.names], self._calendars)
        for name in files:
            self._check_file(name)
        given = self._instruments(request, len(files))
        options = iter(given)
        parts = [
            (name, None if self._says_itself(name) else _options(request, next(options)))
            for name in request.names
        ]
        return open_sources(parts, self._calendars)

    def _kept(self, request: DataRequest, name: str) -> MarketDataSource:
        """A set that the user keeps, which says itself what it is."""
        if len(request.names) > 1:
            raise InputError(
                f"data must be {name} alone or other data, was {', '.join(request.names)}: name its files"
            )
        _refuse_file_options(request)
        return named(self.open(self.shelf.request(name)), name, self.shelf.folder(name))

    def _says_itself(self, name: str) -> bool:
        """Whether it needs no options: a set that ships, or a recorded run."""
        return name in self.shipped() or Path(name).is_dir()

    def live(self, request: DataRequest) -> PrismLine | None:
        """The line to the market that this data comes from; None for data that was recorded."""
        if DATA not in request.names:
            return None
        from trade2026.adapters.embedded.prism_line import PrismConnection

        return PrismConnection(self._places.socket("prism"), PrismHello("core", "", market_data=True))

    def _prism(self, request: DataRequest) -> MarketDataSource:
        """What the simulated market of this home keeps of itself."""
        if len(request.names) > 1:
            raise InputError(
                f"data must be {DATA} alone or recorded data, was {', '.join(request.names)}: one lives"
            )
        _refuse_file_options(request)
        return self._market()

    def _market(self) -> "PrismSource":
        from trade2026.application.prism.folder import load_prism_config
        from trade2026.application.prism.source import PrismSource

        storage = PrivateDiskStorage(self._places.prism)
        return PrismSource(load_prism_config(storage), storage)

    def _check_file(self, name: str) -> None:
        if not Path(name).exists():
            raise InputError(
                f"--data must be {', '.join(self.names())}, or a CSV or Parquet file or the folder of a "
                f"recorded run that exists, was {name!r}; check the path"
            )

    def _instruments(self, request: DataRequest, files: int) -> list[dict[str, Instrument] | Instrument]:
        """What each file is of: one instrument for all, one for each, or several in one by its symbols."""
        stated = request.instrument_ids
        if not stated:
            raise InputError(
                "--instrument must be stated for a file: SYMBOL.VENUE such as BTCUSDT.BINANCE, once for each "
                "file, or once for each symbol of one file"
            )
        by_text = {}
        for text in stated:
            key, _, name = text.rpartition("=")
            by_text[key or name.rpartition(".")[0]] = instrument_of(name, request)
        instruments = list(by_text.values())
        if len(instruments) < len(stated) and files > 1:
            raise InputError(f"--instrument must name each instrument once, was {', '.join(stated)}")
        if len(instruments) == 1:
            return [instruments[0]] * files
        if files == 1:
            return [by_text]
        if len(instruments) != files:
            raise InputError(
                f"--instrument must be given once, or once for each of the {files} files, was given "
                f"{len(instruments)} times"
            )
        return list(instruments)


def _sample(name: str) -> NamedData:
    """What a sample is."""
    from trade2026.adapters.embedded.sources import SAMPLES

    return named_bars(name, DataKind.SAMPLE, SAMPLES[name]())


def _told(name: str, kind: DataKind, ask: Callable[[], NamedData]) -> NamedData:
    """What is found when it is asked; what cannot be used says why."""
    try:
        return ask()
    except InputError as error:
        return NamedData(name=name, kind=kind, problem=str(error))


def _options(request: DataRequest, instruments: dict[str, Instrument] | Instrument) -> Any:
    """The file adapter's options; words that are no choice are refused there."""
    from trade2026.adapters.embedded.files import FileOptions
    from trade2026.adapters.embedded.files.options import FileKind

    kinds = {kind.value: kind for kind in FileKind}
    if request.rows and request.rows not in kinds:
        raise InputError(f"--rows must be one of {', '.join(kinds)}, was {request.rows!r}")
    words: dict[str, Any] = {
        "kind": kinds.get(request.rows),
        "timestamp_unit": request.timestamp_unit or None,
        "timestamp_marks": request.timestamp_marks,
        "on_disorder": request.on_disorder,
        "on_duplicate": request.on_duplicate,
        "on_gap": request.on_gap,
        "on_excess_decimals": request.on_excess_decimals,
    }
    return FileOptions(
        instruments=instruments,
        columns=dict(request.columns),
        header=request.header or None,
        bar_interval_ns=_interval(request.bar_interval) if request.bar_interval else None,
        prices_adjusted=request.adjusted,
        spell=_as_option,
        **words,
    )


def _as_option(option: str, value: str) -> str:
    """How the command line states an option of the file adapter."""
    if not value and option in _STATED_AS:
        return _STATED_AS[option]
    return f"--{option.replace('_', '-')} {value}".rstrip()


def _refuse_file_options(request: DataRequest) -> None:
    """Refuse what would be ignored: sets that ship and recorded runs say themselves what they are."""
    plain = DataRequest(names=request.names)
    for name in plain.__struct_fields__:
        # What is done about faults may differ by command, and such a set has none.
        if name.startswith("on_") or getattr(request, name) == getattr(plain, name):
            continue
        option = _OPTION_OF.get(name, f"--{name.replace('_', '-')}")
        raise InputError(
            f"{option} goes with files; all about {', '.join(request.names)} is known; leave it out"
        )


def _interval(text: str) -> int:
    found = _INTERVAL.match(text)
    if found is None:
        raise InputError(f"--bar-interval must be such as 1m, 5m, 1h or 1d, was {text!r}")
    return int(found[1]) * _UNITS[found[2]]
