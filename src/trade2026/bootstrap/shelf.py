"""Data sets that the user gave a name: copies of files and of recorded runs in the desk's own folder.

Below `HOME/data` each has a folder with the copies and `data.json`, which says what the files do not say
themselves. It is written whole before it gets its name, so that a set is there or is not.
"""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

import msgspec

from trade2026.application.requests import DataRequest
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import MarketEvent
from trade2026.ports.feed import CheckedSource, DataDescription, DataReport, MarketDataSource
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.time import UnixNanos

_FILE: Final = "data.json"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_FILES: Final = (".csv", ".gz", ".json", ".parquet", ".zst")
"""What a name may not end in: it would be taken for a file."""
_REMEDY: Final = "Check the folder and its disk, or set TRADE2026_HOME to another folder."


class DiskShelf:
    """`application.services.DataShelf` below a desk's home; `reserved` are names that mean other data."""

    def __init__(self, home: str, reserved: Sequence[str]) -> None:
        self._folder = Path(home) / "data"
        self._reserved = tuple(reserved)

    def names(self) -> tuple[str, ...]:
        """Data sets that the user has named, sorted."""
        try:
            with os.scandir(self._folder) as items:
                found = [item.name for item in items if not item.name.startswith(".") and item.is_dir()]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreUnavailable(f"cannot list {self._folder}: {error.strerror}. {_REMEDY}") from error
        return tuple(sorted(name for name in found if name not in self._reserved))

    def request(self, name: str) -> DataRequest:
        """What to open for a name; InputError where its `data.json` cannot be used."""
        folder = self._folder / name
        try:
            text = (folder / _FILE).read_bytes()
            found = msgspec.json.decode(text, type=DataRequest)
        except (OSError, msgspec.MsgspecError) as error:
            raise InputError(
                f"data {name!r} cannot be used: {folder / _FILE}: {error}; remove it with `trade2026 data "
                f"remove {name}` and keep it again"
            ) from error
        return msgspec.structs.replace(found, names=tuple(str(folder / each) for each in found.names))

    def keep(self, name: str, request: DataRequest) -> None:
        """Copy the files or runs that a request names, and give them a name."""
        self._check_new(name)
        for path in request.names:
            if not Path(path).exists():
                raise InputError(f"only files and the folders of recorded runs are kept, was {path!r}")
        copies = _copies(request.names)
        unfinished = self._folder / f".{name}.{os.getpid()}"
        try:
            unfinished.mkdir(parents=True)
            for copy, path in zip(copies, request.names, strict=True):
                if Path(path).is_dir():
                    shutil.copytree(path, unfinished / copy)
                else:
                    shutil.copyfile(path, unfinished / copy)
            kept = msgspec.structs.replace(request, names=copies)
            (unfinished / _FILE).write_bytes(msgspec.json.format(msgspec.json.encode(kept)) + b"\n")
            for copied in unfinished.rglob("*"):
                _sync(copied)
            _sync(unfinished)
            unfinished.rename(self._folder / name)
            _sync(self._folder)
        except OSError as error:
            with suppress(OSError):
                shutil.rmtree(unfinished)
            raise StoreUnavailable(f"cannot keep data {name!r}: {error}. {_REMEDY}") from error

    def remove(self, name: str) -> None:
        """Remove a set and its copies; InputError where there is none."""
        if name not in self.names():
            raise InputError(
                f"name must be one of {', '.join(self.names()) or '(none is kept)'}, was {name!r}"
            )
        ended = self._folder / f".{name}.{os.getpid()}.removed"
        try:
            (self._folder / name).rename(ended)
            shutil.rmtree(ended)
        except OSError as error:
            raise StoreUnavailable(f"cannot remove data {name!r}: {error}. {_REMEDY}") from error

    def _check_new(self, name: str) -> None:
        if not _NAME.match(name) or name.endswith(_FILES):
            raise InputError(
                "the name of kept data must be up to 64 letters, digits, dots, dashes or underlines, with a "
                f"letter or digit first, and not end as a file's does, was {name!r}"
            )
        if name in self._reserved:
            raise InputError(f"the name of kept data must not be {name!r}, which is other data already")
        if name in self.names():
            raise InputError(
                f"data {name!r} is kept already; take another name, or `trade2026 data remove {name}` first"
            )


class NamedSource:
    """A source under the name that the user gave it."""

    def __init__(self, source: MarketDataSource, name: str) -> None:
        self._source, self._name = source, name

    def describe(self) -> DataDescription:
        """What it is, by its name."""
        return replace(self._source.describe(), name=self._name)

    def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument it has data for, by id."""
        return self._source.instruments()

    def batches(
        self, start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> Iterator[Sequence[MarketEvent]]:
        """Events with start <= ts_event < end, as those of the source."""
        return self._source.batches(start_ns, end_ns)


class NamedCheckedSource(NamedSource):
    """The same of one file or run, which is checked as a whole."""

    def __init__(self, source: CheckedSource, name: str) -> None:
        super().__init__(source, name)
        self._checked = source

    def report(self) -> DataReport:
        """What the check found."""
        return self._checked.report()


def named(source: MarketDataSource, name: str) -> MarketDataSource:
    """A source under a name; what several files make together has no report, and gets none."""
    if hasattr(source, "report"):
        return NamedCheckedSource(cast(CheckedSource, source), name)
    return NamedSource(source, name)


def _copies(paths: Sequence[str]) -> tuple[str, ...]:
    """Names of the copies: as the files are called, numbered where two are called the same."""
    called = [Path(path).resolve().name for path in paths]
    if len(set(called)) == len(called) and _FILE not in called:
        return tuple(called)
    return tuple(f"{number}-{name}" for number, name in enumerate(called, start=1))


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
