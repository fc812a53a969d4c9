"""Candles of one book: what traded in each second, minute, ... month, and windows that roll over them.

A trade changes the candle of its second alone; when a second is over it is merged into all longer ones, and
who asks sees the running second merged in. Prices are in ticks, quantities in lots, quote amounts raw."""

from collections.abc import Iterator
from typing import Final, Self

import msgspec

from trade2026.primitives.time import MILLISECOND_NS, to_datetime, to_unix_ns

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_WEEK: Final = 7 * _DAY
_FIRST_MONDAY: Final = 4 * _DAY

INTERVALS: Final[dict[str, int]] = {
    "1s": 1_000, "1m": _MINUTE, "3m": 3 * _MINUTE, "5m": 5 * _MINUTE, "15m": 15 * _MINUTE,
    "30m": 30 * _MINUTE, "1h": _HOUR, "2h": 2 * _HOUR, "4h": 4 * _HOUR, "6h": 6 * _HOUR, "8h": 8 * _HOUR,
    "12h": 12 * _HOUR, "1d": _DAY, "3d": 3 * _DAY, "1w": _WEEK, "1M": 0,
}  # fmt: skip
"""Length of each interval, ms; 0 for the calendar month, which has none."""

KEPT: Final = 1_500
"""So many candles of each interval are kept; a day has 1,440 minutes."""


class Candle(msgspec.Struct):
    """What traded from `open_ms` on. With `count` 0 nothing did, and its prices are the last before it."""

    open_ms: int
    open: int
    high: int
    low: int
    close: int
    lots: int = 0
    quote: int = 0
    count: int = 0
    taker_buy_lots: int = 0
    taker_buy_quote: int = 0
    first_id: int = -1
    last_id: int = -1
    last_lots: int = 0

    def add(self, later: "Candle") -> None:
        """Take in what traded after all that is in here."""
        if not later.count:
            return
        if not self.count:
            self.open, self.high, self.low, self.first_id = later.open, later.high, later.low, later.first_id
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close, self.last_id, self.last_lots = later.close, later.last_id, later.last_lots
        self.lots += later.lots
        self.quote += later.quote
        self.count += later.count
        self.taker_buy_lots += later.taker_buy_lots
        self.taker_buy_quote += later.taker_buy_quote

    def copy_at(self, open_ms: int) -> Self:
        """The same from another moment on."""
        return msgspec.structs.replace(self, open_ms=open_ms)


def floor_ms(interval: str, at_ms: int) -> int:
    """When the interval that a moment is in began, UTC; weeks begin on Mondays."""
    if interval == "1M":
        moment = to_datetime(at_ms * MILLISECOND_NS)
        return to_unix_ns(moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)) // MILLISECOND_NS
    length = INTERVALS[interval]
    shift = _FIRST_MONDAY if interval == "1w" else 0
    return (at_ms - shift) // length * length + shift


def next_ms(interval: str, open_ms: int) -> int:
    """When the next interval begins."""
    if interval == "1M":
        return floor_ms(interval, open_ms + 32 * _DAY)
    return open_ms + INTERVALS[interval]


def before_ms(interval: str, open_ms: int) -> int:
    """When the interval before this one began."""
    return floor_ms(interval, open_ms - 1)


class Candles:
    """All candles of one book; `add` takes its trades in their order."""

    def __init__(self) -> None:
        self._second: Candle | None = None
        self._bars: dict[str, dict[int, Candle]] = {interval: {} for interval in INTERVALS}
        self.last: Candle | None = None
        """The last second in which something traded."""

    def add(self, at_ms: int, trade_id: int, price: int, lots: int, quote: int, *, is_buy: bool) -> None:
        """A trade; `is_buy` where the taker bought."""
        open_ms = at_ms - at_ms % 1_000
        second = self._second
        if second is None or second.open_ms != open_ms:
            if second is not None:
                self._merge(second)
            second = self._second = self.last = Candle(open_ms, price, price, price, price, first_id=trade_id)
        if price > second.high:
            second.high = price
        elif price < second.low:
            second.low = price
        second.close, second.last_id, second.last_lots = price, trade_id, lots
        second.lots += lots
        second.quote += quote
        second.count += 1
        if is_buy:
            second.taker_buy_lots += lots
            second.taker_buy_quote += quote

    def _merge(self, second: Candle) -> None:
        for interval, bars in self._bars.items():
            open_ms = floor_ms(interval, second.open_ms)
            found = bars.get(open_ms)
            if found is not None:
                found.add(second)
                continue
            bars[open_ms] = second.copy_at(open_ms)
            if len(bars) > KEPT:
                del bars[next(iter(bars))]

    def _at(self, interval: str, open_ms: int) -> Candle | None:
        """A copy of the candle that begins there, the running second included; None where nothing traded."""
        found = self._bars[interval].get(open_ms)
        second = self._second
        if second is None or floor_ms(interval, second.open_ms) != open_ms:
            return found
        if found is None:
            return second.copy_at(open_ms)
        whole = found.copy_at(open_ms)
        whole.add(second)
        return whole

    def first_ms(self, interval: str) -> int | None:
        """When the oldest candle that is kept begins; None before the first trade."""
        bars = self._bars[interval]
        if bars:
            return next(iter(bars))
        return None if self._second is None else floor_ms(interval, self._second.open_ms)

    def bars(self, interval: str, start_ms: int | None, end_ms: int, most: int) -> list[Candle]:
        """Candles that begin within a span, the oldest first, without gaps: where nothing traded they are
        flat.

        The first `most` from `start_ms` on, or without it the last `most` up to `end_ms`, both inclusive.
        """
        first = self.first_ms(interval)
        if first is None or end_ms < first:
            return []
        last_open = floor_ms(interval, end_ms)
        if start_ms is None:
            at = last_open
            for _ in range(most - 1):
                if at <= first:
                    break
                at = before_ms(interval, at)
        else:
            at = floor_ms(interval, start_ms)
            at = at if at >= start_ms else next_ms(interval, at)
        at = max(at, first)
        close = self._close_before(interval, at)
        found: list[Candle] = []
        while at <= last_open and len(found) < most:
            bar = self._at(interval, at)
            if bar is None:
                bar = Candle(at, close, close, close, close)
            close = bar.close
            found.append(bar)
            at = next_ms(interval, at)
        return found

    def _close_before(self, interval: str, at: int) -> int:
        """The last price before a candle, of those that are kept."""
        close = 0
        for open_ms in reversed(self._bars[interval]):
            if open_ms < at:
                close = self._bars[interval][open_ms].close
                break
        second = self._second
        if second is not None and second.open_ms < at:
            close = second.close
        return close

    def running(self, interval: str, at_ms: int) -> Candle | None:
        """The candle that a moment is in; flat where nothing traded in it, None before the first trade."""
        found = self.bars(interval, None, at_ms, 1)
        return found[0] if found else None

    def window(self, start_ms: int, end_ms: int) -> Candle | None:
        """All that traded within a span, in whole minutes (whole hours beyond a day); None where nothing
        did.
        """
        interval = "1m" if end_ms - start_ms <= _DAY else "1h"
        whole: Candle | None = None
        for bar in self._between(interval, start_ms, end_ms):
            if whole is None:
                whole = bar.copy_at(bar.open_ms)
            else:
                whole.add(bar)
        return whole

    def _between(self, interval: str, start_ms: int, end_ms: int) -> Iterator[Candle]:
        bars = self._bars[interval]
        second = self._second
        opens = [open_ms for open_ms in bars if start_ms <= open_ms <= end_ms]
        for open_ms in opens:
            yield bars[open_ms]
        if second is not None and start_ms <= floor_ms(interval, second.open_ms) <= end_ms:
            yield second

    def close_before(self, at_ms: int) -> int | None:
        """The last price of the minutes before a moment, of those that are kept."""
        return self._close_before("1m", at_ms) or None
