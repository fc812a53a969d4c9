"""What the use cases need from the outside, as one typed bundle that `bootstrap` fills."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from trade2026.application.requests import DataRequest
from trade2026.ports.calendar import CalendarProvider
from trade2026.ports.clock import Clock
from trade2026.ports.feed import MarketDataSource
from trade2026.ports.prism import PrismLine
from trade2026.ports.retired import RetiredIndex
from trade2026.ports.storage import Storage
from trade2026.ports.strategy import Strategy
from trade2026.ports.venue import LiveVenue

if TYPE_CHECKING:  # They say what is done with these services.
    from trade2026.application.data import DataSummary
    from trade2026.application.named_data import NamedData


class RandomSource(Protocol):
    """Uniform draws from a seeded generator."""

    def random(self) -> float:
        """The next number of a uniform stream on [0, 1)."""
        ...


@dataclass(frozen=True, slots=True)
class StrategyDefinition:
    """A strategy that was found, before it is made.

    Attributes
    ----------
    name : str
        As shown: "momentum", "mine.py:Mine".
    strategy_id : str
        Names it in orders and folders.
    summary : str
        First sentence of its documentation; may be empty.
    parameters_type : type
        Its frozen msgspec struct.
    source_sha256 : str
        Over the source it consists of, hexadecimal.
    make : callable
        From parameters to the strategy; raises InputError when its constructor does.
    """

    name: str
    strategy_id: str
    summary: str
    parameters_type: type[msgspec.Struct]
    source_sha256: str
    make: Callable[[msgspec.Struct], Strategy]


class Strategies(Protocol):
    """Finds strategies by name, or by the path of a Python file."""

    def names(self) -> tuple[str, ...]:
        """Strategies that ship with the desk, in the order to show."""
        ...

    def find(self, text: str) -> StrategyDefinition:
        """The strategy of that name or path; raises InputError that says what was wrong."""
        ...


class DataSources(Protocol):
    """Finds market data by name, or by the paths of files."""

    def shipped(self) -> tuple[str, ...]:
        """Data sets that ship with the desk, and do not change under a process."""
        ...

    def names(self) -> tuple[str, ...]:
        """All data that has a name: what ships, what the user keeps, and what the desk has captured."""
        ...

    def about(self, name: str) -> "NamedData":
        """What can be asked for by a name, without reading it all; InputError for one that is none."""
        ...

    def open(self, request: DataRequest) -> MarketDataSource:
        """The source asked for; raises InputError naming file, line and column of what cannot be used."""
        ...

    def live(self, request: DataRequest) -> PrismLine | None:
        """The line to the market that this data comes from; None for data that was recorded."""
        ...


class DataShelf(Protocol):
    """Copies of the user's files and recorded runs, by the names that the user gave them."""

    def names(self) -> tuple[str, ...]:
        """Names of what is kept, sorted."""
        ...

    def check_new(self, name: str) -> None:
        """Raise InputError for a name that is taken, or that data cannot have."""
        ...

    def keep(self, name: str, request: DataRequest, summary: "DataSummary") -> None:
        """Copy what a request names; `summary` is what was found when it was read as a whole.

        Raises InputError for a name that is taken or none, StoreUnavailable.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove what is kept under a name. Raises InputError where nothing is, StoreUnavailable."""
        ...


class Folders(Protocol):
    """Folders below the desk's own folder."""

    def names(self, folder: str) -> list[str]:
        """Names of the folders in `folder`, sorted; none where it does not exist."""
        ...

    def make(self, folder: str) -> bool:
        """Make a new folder, and those above it; False where it exists. Raises StoreUnavailable."""
        ...

    def exists(self, folder: str) -> bool:
        """Whether there is such a folder."""
        ...

    def is_taken(self, path: str) -> bool:
        """Whether the path is anything but free or an empty folder."""
        ...

    def move(self, old: str, new: str) -> None:
        """Give a folder another name, durably; at the new one there is nothing, or an empty folder."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a use case may reach; made once, in `bootstrap`.

    Attributes
    ----------
    home : str
        The one folder of the desk's data, absolute.
    open_storage : callable
        From the path of a folder to its storage; makes the folder where it is missing.
    open_private : callable
        The same, with files and a new folder for their owner alone.
    head_key : callable
        The key that signs journal heads, made on first use.
    make_random : callable
        From a seed to a generator.
    code_version : callable
        The version of the code that runs, with a digest of its source.
    open_retired : callable
        From the path of a folder to the index of retired orders in it.
    pause : callable
        Block for so many nanoseconds.
    live_venues : callable
        The venues that are reached over a line; made in the running loop, once for each start of the core.
    """

    home: str
    clock: Clock
    calendars: CalendarProvider
    strategies: Strategies
    data: DataSources
    shelf: DataShelf
    folders: Folders
    open_storage: Callable[[str], Storage]
    open_private: Callable[[str], Storage]
    head_key: Callable[[], bytes]
    make_random: Callable[[int], RandomSource]
    code_version: Callable[[], str]
    open_retired: Callable[[str], RetiredIndex]
    pause: Callable[[int], None]
    live_venues: Callable[[], tuple[LiveVenue, ...]] = tuple
