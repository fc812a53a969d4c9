"""The simulated market as a data set: what is traded there, and the bars that it has kept of itself."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from trade2026.application.prism.history import read_bars
from trade2026.application.prism.instruments import instruments_of
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import MarketEvent
from trade2026.ports.feed import DataDescription
from trade2026.ports.prism import DATA
from trade2026.ports.storage import Storage
from trade2026.primitives.time import UnixNanos
from trade2026.simulation.prism.config import PrismConfig

_LIMITS: Final = (
    "The market is simulated: no price of it was ever paid anywhere, and nothing that works here is shown to "
    "work elsewhere.",
)


class PrismSource:
    """`ports.feed.MarketDataSource` of a market that lives: its past in bars of a minute."""

    def __init__(self, config: PrismConfig, storage: Storage) -> None:
        self._config = config
        self._storage = storage
        self._instruments = tuple(sorted(instruments_of(config), key=lambda each: each.instrument_id))

    def describe(self) -> DataDescription:
        """What it is; the hash is of the market's configuration, for the data has no end."""
        return DataDescription(
            name=DATA,
            sha256=hashlib.sha256(msgspec.json.encode(self._config)).hexdigest(),
            limits=_LIMITS,
            has_open=True,
            bar_interval_ns=0,
            volume_known=True,
            permits_per_share_fees=False,
            event_count=None,
        )

    def instruments(self) -> tuple[Instrument, ...]:
        """What is traded, by id."""
        return self._instruments

    def batches(
        self, start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> Iterator[Sequence[MarketEvent]]:
        """Bars of a minute that the market's process has written so far."""
        return read_bars(self._storage, [each.instrument_id for each in self._instruments], start_ns, end_ns)
