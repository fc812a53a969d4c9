"""The simulated market as a data set: what is traded there, and the bars that it has kept of itself."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from trade2026.application.prism.history import bars_span, read_bars
from trade2026.application.prism.instruments import instruments_of
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import MarketEvent
from trade2026.ports.feed import DataDescription
from trade2026.ports.prism import DATA
from trade2026.ports.storage import Storage
from trade2026.primitives.time import MINUTE_NS, UnixNanos
from trade2026.simulation.prism.config import PrismConfig

_LIMITS: Final = (
    "The market is simulated: no price of it was ever paid anywhere, and nothing that works here is shown to "
    "work elsewhere.",
    "Prices are those that were traded, never adjusted closes. A minute without a trade has no bar, and "
    "neither has the time in which the market did not run.",
    "A market that is made anew, also from another seed or with other traders, goes on at the last prices of "
    "the one before it, in the same rows.",
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
            bar_interval_ns=MINUTE_NS,
            volume_known=True,
            permits_per_share_fees=False,
            event_count=None,
        )

    def instruments(self) -> tuple[Instrument, ...]:
        """What is traded, by id."""
        return self._instruments

    def span(self) -> tuple[UnixNanos, UnixNanos] | None:
        """The times of the first and the last bar that are kept; None before the first."""
        return bars_span(self._storage, [each.instrument_id for each in self._instruments])

    def batches(
        self, start_ns: UnixNanos | None, end_ns: UnixNanos | None
    ) -> Iterator[Sequence[MarketEvent]]:
        """Bars of a minute that the market's process has written so far."""
        return read_bars(self._storage, [each.instrument_id for each in self._instruments], start_ns, end_ns)
