"""Who listens to which stream, and when each of them speaks."""

import asyncio
import re
from collections.abc import Callable
from typing import Final

from trade2026.simulation.exchange.candles import INTERVALS
from trade2026.simulation.exchange.reports import Report
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.sockets.channels import (
    AggregateTrades,
    AllTickers,
    BookTicker,
    Channel,
    Depth,
    Klines,
    PartialDepth,
    Ticker,
    Trades,
)
from trade2026.web.binance.sockets.line import Line
from trade2026.web.binance.symbols import Symbol

_BEAT_S: Final = 0.1
_KIND: Final = re.compile(
    r"(?P<plain>trade|aggTrade|bookTicker|miniTicker|ticker)\Z"
    r"|kline_(?P<interval>[0-9]{1,2}[smhdwM])\Z"
    r"|depth(?P<levels>5|10|20)?(?:@(?P<speed>100|1000)ms)?\Z"
)
_BY_KIND: Final[dict[str, Callable[[BinanceDoor, str, Symbol], Channel]]] = {
    "trade": Trades,
    "aggTrade": AggregateTrades,
    "bookTicker": BookTicker,
    "ticker": lambda door, name, symbol: Ticker(door, name, symbol, is_mini=False),
    "miniTicker": lambda door, name, symbol: Ticker(door, name, symbol, is_mini=True),
}


class StreamHub:
    """All channels that anybody listens to; there is a timer only while there are any that need it."""

    def __init__(self, door: BinanceDoor) -> None:
        self._door = door
        self._channels: dict[str, Channel] = {}
        self._symbols = {symbol.lower: symbol for symbol in door.by_number}
        self._aggregates = [0] * len(door.by_number)
        self._trades = [0] * len(door.by_number)
        self._timer: asyncio.TimerHandle | None = None
        self._beats = 0
        door.hearers.append(self._heard)

    @property
    def channels(self) -> int:
        """How many streams are listened to."""
        return len(self._channels)

    def listen(self, line: Line, name: str, *, is_combined: bool) -> bool:
        """Have a line told a stream; False where there is no such stream."""
        channel = self._channels.get(name)
        if channel is None:
            channel = self._make(name)
            if channel is None:
                return False
            self._channels[name] = channel
            if channel.beats and self._timer is None:
                self._arm()
        channel.listeners[line] = is_combined
        return True

    def leave(self, line: Line, name: str) -> None:
        """Tell it no more; a stream that nobody listens to is forgotten."""
        channel = self._channels.get(name)
        if channel is not None:
            channel.listeners.pop(line, None)
            if not channel.listeners:
                del self._channels[name]

    def _make(self, name: str) -> Channel | None:
        if name in ("!ticker@arr", "!miniTicker@arr"):
            return AllTickers(self._door, name, is_mini=name == "!miniTicker@arr")
        start, _, kind = name.partition("@")
        symbol, match = self._symbols.get(start), _KIND.match(kind)
        if symbol is None or match is None:
            return None
        if match["plain"]:
            return _BY_KIND[match["plain"]](self._door, name, symbol)
        if match["interval"]:
            return (
                Klines(self._door, name, symbol, match["interval"])
                if match["interval"] in INTERVALS
                else None
            )
        beats = 1 if match["speed"] == "100" else 10
        if match["levels"]:
            return PartialDepth(self._door, name, symbol, int(match["levels"]), beats)
        return Depth(self._door, name, symbol, beats)

    # ------------------------------------------------------------------------------------------ speaking

    def _heard(self, report: Report) -> None:
        """Trades and best prices are told at once."""
        number = report.number
        symbol, tape = self._door.by_number[number], self._door.records.tapes[number]
        channels = self._channels
        now_ms = report.time_ns // 1_000_000
        if report.happened.settlements:
            self._tell_trades(symbol, len(report.happened.settlements), now_ms)
        elif tape.aggregates:
            self._aggregates[number] = tape.aggregates[-1].aggregate_id + 1
        book = channels.get(f"{symbol.lower}@bookTicker")
        if isinstance(book, BookTicker):
            book.look()

    def _tell_trades(self, symbol: Symbol, count: int, now_ms: int) -> None:
        tape = self._door.records.tapes[symbol.number]
        trades = self._channels.get(f"{symbol.lower}@trade")
        if isinstance(trades, Trades):
            for index in range(-min(count, len(tape.trades)), 0):
                trades.tell(tape.trades[index], now_ms)
        first = self._aggregates[symbol.number]
        last = tape.aggregates[-1].aggregate_id
        self._aggregates[symbol.number] = last + 1
        aggregates = self._channels.get(f"{symbol.lower}@aggTrade")
        if isinstance(aggregates, AggregateTrades):
            for index in range(-min(last + 1 - first, len(tape.aggregates), count), 0):
                aggregates.tell(tape.aggregates[index], now_ms)

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_BEAT_S, self._beat)

    def _beat(self) -> None:
        self._timer = None
        self._beats += 1
        needed = [each for each in self._channels.values() if each.beats]
        if needed:
            self._arm()  # First: a fault of one channel must not silence the others.
        for channel in needed:
            if self._beats % channel.beats == 0:
                channel.beat()
