"""Bars of one instrument in columns, the newest so many; and bars of a minute made from trades or quotes."""

from array import array
from bisect import bisect_left
from typing import Final

import msgspec

from trade2026.application.read_models.views import format_optional, format_ts
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import MINUTE_NS

BARS_MAX: Final = 50_000
"""Bars of each instrument that are kept in memory, at least; older ones are read again when asked for."""
_NONE: Final = -(2**63)


class BarView(msgspec.Struct, frozen=True):
    """One interval that ended at `ts`; open, high and low are None in close-only data, volume if unknown."""

    ts: str
    open: str | None
    high: str | None
    low: str | None
    close: str
    volume: str | None


def bar_view(bar: Bar) -> BarView:
    """The bar as it is shown."""
    return BarView(
        format_ts(bar.ts_event), format_optional(bar.open), format_optional(bar.high),
        format_optional(bar.low), format_raw(bar.close), format_optional(bar.volume),
    )  # fmt: skip


class Bars:
    """In order of time; when there are twice too many the older half goes. Raw integers."""

    __slots__ = ("_bars_max", "_closes", "_highs", "_instrument_id", "_lows", "_opens", "_times", "_volumes",
                 "is_cut")  # fmt: skip

    def __init__(self, instrument_id: str, bars_max: int = BARS_MAX) -> None:
        self._instrument_id = instrument_id
        self._bars_max = bars_max
        self._times, self._closes, self._opens = array("q"), array("q"), array("q")
        self._highs, self._lows, self._volumes = array("q"), array("q"), array("q")
        self.is_cut = False

    def __len__(self) -> int:
        return len(self._times)

    @property
    def first_ns(self) -> int | None:
        """When the oldest bar ended; None without any."""
        return self._times[0] if self._times else None

    def append(self, bar: Bar) -> None:
        """Take a bar, unless it is no later than the last one."""
        if self._times and bar.ts_event <= self._times[-1]:
            return
        self._times.append(bar.ts_event)
        self._closes.append(bar.close)
        for column, value in (
            (self._opens, bar.open), (self._highs, bar.high), (self._lows, bar.low),
            (self._volumes, bar.volume),
        ):  # fmt: skip
            column.append(_NONE if value is None else value)
        if len(self._times) >= 2 * self._bars_max:
            self.is_cut = True
            for column in (
                self._times, self._closes, self._opens, self._highs, self._lows, self._volumes,
            ):  # fmt: skip
                del column[: self._bars_max]

    def __getitem__(self, row: int) -> Bar:
        ts = self._times[row]
        opened, high, low = (_some(column[row]) for column in (self._opens, self._highs, self._lows))
        return Bar(
            self._instrument_id, ts, ts, opened, high, low, self._closes[row], _some(self._volumes[row])
        )

    def span(self, start_ns: int | None, end_ns: int | None, limit: int) -> list[Bar]:
        """The newest `limit` bars with start <= ts < end, in order of time."""
        first = 0 if start_ns is None else bisect_left(self._times, start_ns)
        stop = len(self._times) if end_ns is None else bisect_left(self._times, end_ns)
        return [self[row] for row in range(max(first, stop - limit), stop)]


def _some(value: int) -> int | None:
    return None if value == _NONE else value


class MinuteBars:
    """Gathers trades of an instrument into bars of a minute; the middle of quotes until it has traded."""

    __slots__ = ("_close", "_end", "_has_traded", "_high", "_low", "_open", "_volume")

    def __init__(self) -> None:
        self._end = 0
        self._has_traded = False
        self._open = self._high = self._low = self._close = 0
        self._volume: int | None = None

    def take(self, event: Trade | Quote) -> Bar | None:
        """The minute that this event shows to be over; None while it goes on."""
        if isinstance(event, Trade):
            price, volume = event.price, event.quantity
            self._has_traded = True
        elif self._has_traded:
            return None
        else:
            price, volume = (event.bid_price + event.ask_price) // 2, None
        end = event.ts_event // MINUTE_NS * MINUTE_NS + MINUTE_NS
        done = None
        if end != self._end:
            done = self.forming(event.instrument_id)
            self._end, self._volume = end, None
            self._open = self._high = self._low = price
        self._high, self._low, self._close = max(self._high, price), min(self._low, price), price
        if volume is not None:
            self._volume = volume if self._volume is None else self._volume + volume
        return done

    def forming(self, instrument_id: str) -> Bar | None:
        """The minute that goes on, as far as it is; None before its first event."""
        if not self._end:
            return None
        return Bar(
            instrument_id, self._end, self._end, self._open, self._high, self._low, self._close, self._volume
        )
