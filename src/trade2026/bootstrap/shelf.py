"""Data sets that the user gave a name: copies of files and of recorded runs in the desk's own folder.

Below `HOME/data` each has a folder with the copies, `data.json`, which says what the files do not say
themselves, and `about.json`, what was found in them. It is written whole before it gets its name, so that a
set is there or is not. Sets of versions that wrote no `about.json` are described by who looks at them.
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

from trade2026.application.data import DataSummary
from trade2026.application.named_data import NamedData, named_summary
from trade2026.application.requests import DataRequest
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import MarketEvent
from trade2026.ports.feed import CheckedSource, DataDescription, DataReport, MarketDataSource
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.time import UnixNanos

_FILE: Final = "data.json"
_ABOUT: Final = "about.json"
_OURS: Final = (_FILE, _ABOUT)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_FILES: Final = (".csv", ".gz", ".json", ".parquet", ".zst")
"""What a name may not end in: it would be taken for a file."""
Stamps = tuple[tuple[str, int, int], ...]
"""Path, time of the last change and bytes of each file."""

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

    def folder(self, name: str) -> str:
        """Where a set lies."""
        return str(self._folder / name)

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

    def about(self, name: str) -> NamedData | None:
        """What was found when it was kept; InputError where that cannot be read.

        None for a set of a version that did not write it down.
        """
        file = self._folder / name / _ABOUT
        try:
            return msgspec.json.decode(file.read_bytes(), type=NamedData)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            raise InputError(
                f"data {name!r} does not say what is in it: {file}: {error}; remove it with `trade2026 data "
                f"remove {name}` and keep it again"
            ) from error

    def stamps(self, name: str) -> Stamps:
        """Of all files of a set; others mean that it was removed, and perhaps kept anew.

        Raises
        ------
        InputError
            It is gone.
        """
        try:
            files = [each for each in sorted((self._folder / name).rglob("*")) if each.is_file()]
            states = [(str(each), each.stat()) for each in files]
        except FileNotFoundError as error:
            raise InputError(f"data {name!r} was removed meanwhile: {error}; look again") from error
        return tuple((path, state.st_mtime_ns, state.st_size) for path, state in states)

    def keep(self, name: str, request: DataRequest, summary: DataSummary) -> None:
        """Copy the files or runs that a request names, and give them a name."""
        self.check_new(name)
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
            about = _named(named_summary(name, summary), request.names, copies)
            for file, value in ((_FILE, kept), (_ABOUT, about)):
                (unfinished / file).write_bytes(msgspec.json.format(msgspec.json.encode(value)) + b"\n")
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

    def check_new(self, name: str) -> None:
        """Refuse a name that is taken, or that no data can have."""
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
    """A source under the name that the user gave it; what it says of its files names no folder."""

    def __init__(self, source: MarketDataSource, name: str, folder: str) -> None:
        self._source, self._name, self._folder = source, name, folder

    def describe(self) -> DataDescription:
        """What it is, by its name."""
        found = self._source.describe()
        limits = tuple(each.removeprefix(f"{self._folder}/") for each in found.limits)
        return replace(found, name=self._name, limits=limits)

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

    def __init__(self, source: CheckedSource, name: str, folder: str) -> None:
        super().__init__(source, name, folder)
        self._checked = source

    def report(self) -> DataReport:
        """What the check found."""
        return self._checked.report()


def named(source: MarketDataSource, name: str, folder: str) -> MarketDataSource:
    """A source under a name; what several files make together has no report, and gets none."""
    if hasattr(source, "report"):
        return NamedCheckedSource(cast(CheckedSource, source), name, folder)
    return NamedSource(source, name, folder)


def _named(about: NamedData, paths: Sequence[str], copies: Sequence[str]) -> NamedData:
    """With limits that name copies: where the files lay is nobody's business who only has the name."""
    called = dict(zip((f"{path}: " for path in paths), (f"{copy}: " for copy in copies), strict=True))
    limits = []
    for limit in about.limits:
        path = next((each for each in called if limit.startswith(each)), "")
        limits.append(called.get(path, "") + limit.removeprefix(path))
    return msgspec.structs.replace(about, limits=tuple(limits))


def _copies(paths: Sequence[str]) -> tuple[str, ...]:
    """Names of the copies: as the files are called, numbered where two are called the same."""
    called = [Path(path).resolve().name for path in paths]
    if len(set(called)) == len(called) and not set(_OURS).intersection(called):
        return tuple(called)
    return tuple(f"{number}-{name}" for number, name in enumerate(called, start=1))


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
