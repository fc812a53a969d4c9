"""Data sets that ship, opened once for all analyses of a process."""

from trade2026.application.requests import DataRequest
from trade2026.application.services import DataSources
from trade2026.ports.feed import MarketDataSource
from trade2026.ports.prism import PrismLine


class KeptData:
    """`application.services.DataSources` that keeps what it opened by name alone.

    A set that ships is part of the code and does not change under a process. Files and runs are opened anew.
    """

    def __init__(self, data: DataSources) -> None:
        self._data = data
        self._opened: dict[str, MarketDataSource] = {}

    def names(self) -> tuple[str, ...]:
        """Data sets that ship with the desk."""
        return self._data.names()

    def open(self, request: DataRequest) -> MarketDataSource:
        """The source asked for; raises InputError for what cannot be used."""
        name = request.names[0] if request.names else ""
        if request != DataRequest(names=(name,)) or name not in self._data.names():
            return self._data.open(request)
        if name not in self._opened:
            self._opened[name] = self._data.open(request)
        return self._opened[name]

    def live(self, request: DataRequest) -> PrismLine | None:
        """The line to the market that this data comes from; None for data that was recorded."""
        return self._data.live(request)
