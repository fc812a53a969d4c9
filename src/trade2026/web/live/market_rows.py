"""Columns of the topics `quotes` and `bars`, from the latest of each instrument that moved."""

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from trade2026.model.market_data import Bar
from trade2026.ports.core_link import Advanced, FeedStatus, Market
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.web.live.pacing import Throttle

_UNIT: Final = 1e9  # Raw integers count units of 1e-9.
_FRAMES_HZ: Final = 60.0


class LatestOf(Protocol):
    """The latest of an instrument as raw integers."""

    price: int
    ts: int
    previous_close: int | None


class MarketSource(Protocol):
    """What is needed of `application.read_models.MarketView`."""

    is_connected: bool

    @property
    def feed(self) -> FeedStatus | None:
        """The feed at the trading time it has reached."""
        ...

    def tell(self, message: Market | FeedStatus | Advanced) -> None:
        """Take what the core tells."""
        ...

    def lost(self) -> None:
        """The line to the core is lost."""
        ...

    def subscribe(self, callback: Callable[[Sequence[str]], None]) -> Callable[[], None]:
        """Have the instruments that moved told."""
        ...

    def latest(self, instrument_id: str) -> LatestOf | None:
        """The latest of an instrument."""
        ...

    def last_bar(self, instrument_id: str) -> Bar | None:
        """The last bar of an instrument."""
        ...


class RowsSide(Protocol):
    """Takes rows of conflated topics; `hub.Hub` does."""

    def publish_rows(self, topic: str, keys: Sequence[str], columns: Any) -> None:
        """Set rows."""
        ...

    def is_wanted(self, topic: str) -> bool:
        """Whether anyone listens."""
        ...


class MarketPublisher:
    """Remembers which instruments moved, and turns them into columns while someone listens."""

    TOPICS: Final = ("quotes", "bars")

    def __init__(self, hub: RowsSide, market: MarketSource, loop: asyncio.AbstractEventLoop) -> None:
        self._hub = hub
        self._market = market
        self._moved: dict[str, None] = {}
        self._throttle = Throttle(_FRAMES_HZ, self._flush_if_wanted, loop)

    def moved(self, instrument_ids: Sequence[str]) -> None:
        """These have a newer price."""
        self._moved.update(dict.fromkeys(instrument_ids))
        self._throttle.changed()

    def close(self) -> None:
        """Publish nothing any more."""
        self._throttle.close()

    def _flush_if_wanted(self) -> None:
        if any(self._hub.is_wanted(topic) for topic in self.TOPICS):
            self.flush()

    def flush(self) -> None:
        """Publish all that moved since the last time."""
        moved, self._moved = list(self._moved), {}
        quotes = [(each, found) for each in moved if (found := self._market.latest(each)) is not None]
        bars = [(each, bar) for each in moved if (bar := self._market.last_bar(each)) is not None]
        if quotes:
            self._hub.publish_rows("quotes", [name for name, _ in quotes], _quote_columns(quotes))
        if bars:
            self._hub.publish_rows("bars", [name for name, _ in bars], _bar_columns(bars))


def _quote_columns(quotes: Sequence[tuple[str, LatestOf]]) -> dict[str, list[float]]:
    previous = [latest.previous_close for _, latest in quotes]
    prices = [latest.price for _, latest in quotes]
    return {
        "last": [price / _UNIT for price in prices],
        "previous_close": [_float(each) for each in previous],
        "change_bps": [
            (price - before) / before * 10_000 if before else math.nan
            for price, before in zip(prices, previous, strict=True)
        ],
        "ts_ms": [latest.ts / MILLISECOND_NS for _, latest in quotes],
    }


def _bar_columns(bars: Sequence[tuple[str, Bar]]) -> dict[str, list[float]]:
    return {
        "open": [_float(bar.open) for _, bar in bars],
        "high": [_float(bar.high) for _, bar in bars],
        "low": [_float(bar.low) for _, bar in bars],
        "close": [bar.close / _UNIT for _, bar in bars],
        "volume": [_float(bar.volume) for _, bar in bars],
        "ts_ms": [bar.ts_event / MILLISECOND_NS for _, bar in bars],
    }


def _float(raw: int | None) -> float:
    return math.nan if raw is None else raw / _UNIT
