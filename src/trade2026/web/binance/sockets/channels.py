"""What streams say: each message is made once, whoever and how many listen.

A channel is one stream. Some speak when a report tells a trade, others when a beat has come and something
changed: every 100 ms for the fast ones, every second for the others.
"""

from typing import Any, Final

import msgspec

from trade2026.model.enums import Side
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.simulation.exchange.candles import Candle, next_ms
from trade2026.simulation.exchange.tape import AggregateTrade, TapeTrade
from trade2026.web.binance.amounts import text
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.market_data import rows
from trade2026.web.binance.sockets.line import Line
from trade2026.web.binance.symbols import Symbol
from trade2026.web.binance.tickers import Window, best

ENCODER: Final = msgspec.json.Encoder()
LEVELS: Final = 5_000
"""As deep as the differences of depth look."""
_DAY_MS: Final = 86_400_000
_Side = dict[int, int]


class Channel:
    """One stream and who listens; a listener may want the name of the stream around each message."""

    beats = 0
    """Of 100 ms between looks; 0 for channels that speak at once."""

    def __init__(self, door: BinanceDoor, name: str) -> None:
        self.door = door
        self.name = name
        self.listeners: dict[Line, bool] = {}

    def say(self, data: Any) -> None:
        """Tell all who listen."""
        plain = ENCODER.encode(data).decode()
        named = ""
        for line, is_combined in self.listeners.items():
            if is_combined:
                named = named or f'{{"stream":"{self.name}","data":{plain}}}'
                line.say(named)
            else:
                line.say(plain)

    def beat(self) -> None:
        """Its time has come."""


class OfSymbol(Channel):
    """A stream of one symbol."""

    def __init__(self, door: BinanceDoor, name: str, symbol: Symbol) -> None:
        super().__init__(door, name)
        self.symbol = symbol
        self.seen = 0

    def is_new(self) -> bool:
        """Whether the symbol's book had a report since this was asked last."""
        now = self.door.records.sequences[self.symbol.number]
        was, self.seen = self.seen, now
        return was != now


class Trades(OfSymbol):
    """`<symbol>@trade`."""

    def tell(self, trade: TapeTrade, now_ms: int) -> None:
        """A trade."""
        symbol = self.symbol
        self.say({
            "e": "trade", "E": now_ms, "s": symbol.name, "t": trade.trade_id, "p": symbol.price(trade.price),
            "q": symbol.quantity(trade.lots), "T": trade.time_ns // MILLISECOND_NS,
            "m": trade.is_buyer_maker, "M": True,
        })  # fmt: skip


class AggregateTrades(OfSymbol):
    """`<symbol>@aggTrade`."""

    def tell(self, trade: AggregateTrade, now_ms: int) -> None:
        """Trades of one order at one price."""
        symbol = self.symbol
        self.say({
            "e": "aggTrade", "E": now_ms, "s": symbol.name, "a": trade.aggregate_id,
            "p": symbol.price(trade.price), "q": symbol.quantity(trade.lots), "f": trade.first_id,
            "l": trade.last_id, "T": trade.time_ns // MILLISECOND_NS, "m": trade.is_buyer_maker, "M": True,
        })  # fmt: skip


class BookTicker(OfSymbol):
    """`<symbol>@bookTicker`: the best prices, whenever they change."""

    def __init__(self, door: BinanceDoor, name: str, symbol: Symbol) -> None:
        super().__init__(door, name, symbol)
        self._last: tuple[tuple[str, str], tuple[str, str]] | None = None

    def look(self) -> None:
        """Speak where they changed."""
        symbol = self.symbol
        bid, ask = best(self.door, symbol, Side.BUY), best(self.door, symbol, Side.SELL)
        if (bid, ask) == self._last:
            return
        self._last = (bid, ask)
        update = self.door.records.sequences[symbol.number]
        self.say({"u": update, "s": symbol.name, "b": bid[0], "B": bid[1], "a": ask[0], "A": ask[1]})


class Depth(OfSymbol):
    """`<symbol>@depth[@100ms]`: what changed in the book, each update going on from the one before."""

    def __init__(self, door: BinanceDoor, name: str, symbol: Symbol, beats: int) -> None:
        super().__init__(door, name, symbol)
        self.beats = beats
        self.is_new()
        self._update = self.seen
        self._bids, self._asks = self._side(Side.BUY), self._side(Side.SELL)

    def _side(self, side: Side) -> _Side:
        return {price: lots for price, lots, _ in self.door.exchange.levels(self.symbol.number, side, LEVELS)}

    def beat(self) -> None:
        """Say what is different from what was said last."""
        if not self.is_new():
            return
        bids, asks = self._side(Side.BUY), self._side(Side.SELL)
        changed_bids, changed_asks = _changes(self._bids, bids), _changes(self._asks, asks)
        self._bids, self._asks = bids, asks
        if not changed_bids and not changed_asks:
            return  # The next update covers the numbers of this one.
        symbol, first, self._update = self.symbol, self._update + 1, self.seen
        self.say({
            "e": "depthUpdate", "E": self.door.exchange_ms(), "s": symbol.name, "U": first, "u": self.seen,
            "b": [(symbol.price(price), symbol.quantity(lots)) for price, lots in changed_bids],
            "a": [(symbol.price(price), symbol.quantity(lots)) for price, lots in changed_asks],
        })  # fmt: skip


def _changes(before: _Side, now: _Side) -> list[tuple[int, int]]:
    """Levels that are new or other than before, and with 0 those that are gone."""
    found = [(price, lots) for price, lots in now.items() if before.get(price) != lots]
    found += [(price, 0) for price in before if price not in now]
    return found


class PartialDepth(OfSymbol):
    """`<symbol>@depth<levels>[@100ms]`: the best levels."""

    def __init__(self, door: BinanceDoor, name: str, symbol: Symbol, levels: int, beats: int) -> None:
        super().__init__(door, name, symbol)
        self.beats = beats
        self._levels = levels

    def beat(self) -> None:
        """Say them where the book had a report."""
        if not self.is_new():
            return
        exchange, symbol = self.door.exchange, self.symbol
        self.say({
            "lastUpdateId": self.seen,
            "bids": rows(symbol, exchange.levels(symbol.number, Side.BUY, self._levels)),
            "asks": rows(symbol, exchange.levels(symbol.number, Side.SELL, self._levels)),
        })  # fmt: skip


class Klines(OfSymbol):
    """`<symbol>@kline_<interval>`: the running candle, and each one a last time when it is over."""

    def __init__(self, door: BinanceDoor, name: str, symbol: Symbol, interval: str) -> None:
        super().__init__(door, name, symbol)
        self.beats = 10
        self._interval = interval
        self._open_ms = -1
        self._count = -1

    def beat(self) -> None:
        """Say the candle that is over, once, and the running one where it changed."""
        candles = self.door.records.tapes[self.symbol.number].candles
        now = self.door.exchange_ms()
        running = candles.running(self._interval, now)
        if running is None:
            return
        if self._open_ms >= 0 and running.open_ms > self._open_ms:
            for bar in candles.bars(self._interval, self._open_ms, running.open_ms - 1, 2):
                self._tell(bar, now, is_over=True)
        elif running.count == self._count:
            return
        self._open_ms, self._count = running.open_ms, running.count
        self._tell(running, now, is_over=False)

    def _tell(self, bar: Candle, now_ms: int, *, is_over: bool) -> None:
        symbol = self.symbol
        self.say({
            "e": "kline", "E": now_ms, "s": symbol.name,
            "k": {
                "t": bar.open_ms, "T": next_ms(self._interval, bar.open_ms) - 1, "s": symbol.name,
                "i": self._interval, "f": bar.first_id, "L": bar.last_id, "o": symbol.price(bar.open),
                "c": symbol.price(bar.close), "h": symbol.price(bar.high), "l": symbol.price(bar.low),
                "v": symbol.quantity(bar.lots), "n": bar.count, "x": is_over, "q": text(bar.quote),
                "V": symbol.quantity(bar.taker_buy_lots), "Q": text(bar.taker_buy_quote), "B": "0",
            },
        })  # fmt: skip


def mini_ticker(door: BinanceDoor, symbol: Symbol) -> dict[str, Any]:
    """The short ticker of 24 hours."""
    window = Window(door, symbol, _DAY_MS)
    return {
        "e": "24hrMiniTicker", "E": window.time_ms, "s": symbol.name, "c": symbol.price(window.close),
        "o": symbol.price(window.open), "h": symbol.price(window.high), "l": symbol.price(window.low),
        "v": symbol.quantity(window.lots), "q": text(window.quote),
    }  # fmt: skip


def ticker(door: BinanceDoor, symbol: Symbol) -> dict[str, Any]:
    """The long ticker of 24 hours."""
    window = Window(door, symbol, _DAY_MS)
    bid, ask = best(door, symbol, Side.BUY), best(door, symbol, Side.SELL)
    return {
        "e": "24hrTicker", "E": window.time_ms, "s": symbol.name, "p": symbol.price(window.change),
        "P": window.percent(), "w": symbol.average(window.quote, window.lots),
        "x": symbol.price(window.previous), "c": symbol.price(window.close),
        "Q": symbol.quantity(window.last_lots), "b": bid[0], "B": bid[1], "a": ask[0], "A": ask[1],
        "o": symbol.price(window.open), "h": symbol.price(window.high), "l": symbol.price(window.low),
        "v": symbol.quantity(window.lots), "q": text(window.quote), "O": window.start_ms,
        "C": window.end_ms, "F": window.first_id, "L": window.last_id, "n": window.count,
    }  # fmt: skip


class Ticker(OfSymbol):
    """`<symbol>@ticker` and `<symbol>@miniTicker`, once a second where the book had a report."""

    def __init__(self, door: BinanceDoor, name: str, symbol: Symbol, *, is_mini: bool) -> None:
        super().__init__(door, name, symbol)
        self.beats = 10
        self._make = mini_ticker if is_mini else ticker

    def beat(self) -> None:
        """Say it."""
        if self.is_new():
            self.say(self._make(self.door, self.symbol))


class AllTickers(Channel):
    """`!ticker@arr` and `!miniTicker@arr`: of all symbols whose book had a report."""

    def __init__(self, door: BinanceDoor, name: str, *, is_mini: bool) -> None:
        super().__init__(door, name)
        self.beats = 10
        self._make = mini_ticker if is_mini else ticker
        self._seen = [0] * len(door.by_number)

    def beat(self) -> None:
        """Say them together."""
        sequences = self.door.records.sequences
        changed = [each for each in self.door.by_number if sequences[each.number] != self._seen[each.number]]
        self._seen = list(sequences)
        if changed:
            self.say([self._make(self.door, each) for each in changed])
