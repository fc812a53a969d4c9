"""Tickers: the last price, the best prices, and what traded in a window that rolls."""

import re
from typing import Any, Final

from trade2026.model.enums import Side
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.web.binance import refusals
from trade2026.web.binance.amounts import ZERO, ratio_text, text
from trade2026.web.binance.calls import Call, Route
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.params import Params
from trade2026.web.binance.refusals import Refusal
from trade2026.web.binance.symbols import Symbol

_DAY_MS: Final = 86_400_000
_MINUTE_MS: Final = 60_000
_WINDOW: Final = re.compile(r"([1-9][0-9]?)([mhd])\Z")
_LONGEST: Final = {"m": 59, "h": 23, "d": 7}
_UNITS: Final = {"m": _MINUTE_MS, "h": 3_600_000, "d": _DAY_MS}
_TYPES: Final = {"FULL": 0, "MINI": 0}


class Window:
    """What traded within a span, and what changed over it."""

    __slots__ = (
        "change", "close", "count", "end_ms", "first_id", "high", "last_id", "last_lots", "lots", "low",
        "open", "previous", "quote", "start_ms", "symbol", "time_ms",
    )  # fmt: skip

    def __init__(self, door: BinanceDoor, symbol: Symbol, length_ms: int) -> None:
        """Of the whole minutes that end with the running one."""
        now = door.exchange_ms()
        tape = door.records.tapes[symbol.number]
        start = now - now % _MINUTE_MS - length_ms + _MINUTE_MS
        unit = _UNITS["h"]
        if length_ms > _DAY_MS:
            start -= start % unit
        whole = tape.candles.window(start, now)
        last = tape.last_price or 0
        self.symbol = symbol
        self.start_ms, self.end_ms, self.time_ms = start, now, now
        self.previous = tape.candles.close_before(start) or (last if whole is None else whole.open)
        self.last_lots = tape.trades[-1].lots if tape.trades else 0
        if whole is None:
            self.open = self.high = self.low = self.close = last
            self.lots = self.quote = self.count = 0
            self.first_id = self.last_id = -1
        else:
            self.open, self.high, self.low, self.close = whole.open, whole.high, whole.low, whole.close
            self.lots, self.quote, self.count = whole.lots, whole.quote, whole.count
            self.first_id, self.last_id = whole.first_id, whole.last_id
        self.change = self.close - self.open

    def percent(self) -> str:
        """By how much the price changed, percent."""
        return ratio_text(self.change * 100, self.open, 3)

    def mini(self) -> dict[str, Any]:
        """The short form."""
        symbol = self.symbol
        return {
            "symbol": symbol.name, "openPrice": symbol.price(self.open), "highPrice": symbol.price(self.high),
            "lowPrice": symbol.price(self.low), "lastPrice": symbol.price(self.close),
            "volume": symbol.quantity(self.lots), "quoteVolume": text(self.quote),
            "openTime": self.start_ms, "closeTime": self.end_ms,
            "firstId": self.first_id, "lastId": self.last_id, "count": self.count,
        }  # fmt: skip

    def full(self) -> dict[str, Any]:
        """The form with the changes."""
        symbol = self.symbol
        return {
            "symbol": symbol.name, "priceChange": symbol.price(self.change),
            "priceChangePercent": self.percent(),
            "weightedAvgPrice": symbol.average(self.quote, self.lots), **self.mini(),
        }  # fmt: skip


def best(door: BinanceDoor, symbol: Symbol, side: Side) -> tuple[str, str]:
    """Price and quantity of the best level; zeros where there is none."""
    levels = door.exchange.levels(symbol.number, side, 1)
    if not levels:
        return ZERO, ZERO
    return symbol.price(levels[0].price), symbol.quantity(levels[0].shown_qty)


def day(door: BinanceDoor, symbol: Symbol) -> dict[str, Any]:
    """The ticker of 24 hours."""
    window = Window(door, symbol, _DAY_MS)
    bid, bid_qty = best(door, symbol, Side.BUY)
    ask, ask_qty = best(door, symbol, Side.SELL)
    return {
        **window.full(), "prevClosePrice": symbol.price(window.previous),
        "lastQty": symbol.quantity(window.last_lots), "bidPrice": bid, "bidQty": bid_qty,
        "askPrice": ask, "askQty": ask_qty,
    }  # fmt: skip


def _wanted(call: Call, *, is_required: bool = False) -> tuple[list[Symbol], bool]:
    """The symbols that are asked for, and whether a single one is."""
    one, names = call.params.optional("symbol"), call.params.strings("symbols")
    call.params.optional("symbolStatus")
    if one is not None and names is not None:
        raise Refusal(-1128, "Combination of optional parameters invalid.")
    if one is not None:
        return [call.door.symbol(one)], True
    if names is not None:
        return [call.door.symbol(name) for name in names], False
    if is_required:
        raise refusals.neither("symbol", "symbols")
    return list(call.door.by_number), False


async def ticker_day(call: Call) -> Any:
    """Tickers of 24 hours."""
    symbols, is_one = _wanted(call)
    is_mini = call.params.word("type", _TYPES) == "MINI"
    call.params.done()
    door = call.door
    found = [Window(door, each, _DAY_MS).mini() if is_mini else day(door, each) for each in symbols]
    return found[0] if is_one else found


async def ticker_price(call: Call) -> Any:
    """Last prices."""
    symbols, is_one = _wanted(call)
    call.params.done()
    tapes = call.door.records.tapes
    found = [
        {"symbol": each.name, "price": each.price(tapes[each.number].last_price or 0)} for each in symbols
    ]
    return found[0] if is_one else found


async def ticker_book(call: Call) -> Any:
    """Best prices."""
    symbols, is_one = _wanted(call)
    call.params.done()
    found = []
    for each in symbols:
        bid, bid_qty = best(call.door, each, Side.BUY)
        ask, ask_qty = best(call.door, each, Side.SELL)
        found.append({
            "symbol": each.name, "bidPrice": bid, "bidQty": bid_qty, "askPrice": ask, "askQty": ask_qty,
        })  # fmt: skip
    return found[0] if is_one else found


async def ticker_window(call: Call) -> Any:
    """Tickers of a window of minutes, hours or days."""
    symbols, is_one = _wanted(call, is_required=True)
    named = call.params.optional("windowSize") or "1d"
    is_mini = call.params.word("type", _TYPES) == "MINI"
    call.params.done()
    match = _WINDOW.match(named)
    if match is None or int(match[1]) > _LONGEST[match[2]]:
        raise refusals.not_valid("windowSize")
    length = int(match[1]) * _UNITS[match[2]]
    windows = [Window(call.door, each, length) for each in symbols]
    found = [each.mini() if is_mini else each.full() for each in windows]
    return found[0] if is_one else found


async def ticker_trading_day(call: Call) -> Any:
    """Tickers since midnight UTC."""
    symbols, is_one = _wanted(call, is_required=True)
    is_mini = call.params.word("type", _TYPES) == "MINI"
    if call.params.optional("timeZone") not in (None, "0", "00:00", "+00:00", "0:00"):
        raise refusals.not_valid("timeZone")
    call.params.done()
    now = call.door.exchange.now_ns() // MILLISECOND_NS
    length = now - now % _MINUTE_MS - now // _DAY_MS * _DAY_MS + _MINUTE_MS
    windows = [Window(call.door, each, length) for each in symbols]
    found = [each.mini() if is_mini else each.full() for each in windows]
    return found[0] if is_one else found


def _weight(one: int, all_of: int) -> Any:
    def weight(params: Params) -> int:
        return one if "symbol" in params.values else all_of

    return weight


ROUTES: Final = (
    Route(handler=ticker_day, rest="GET /api/v3/ticker/24hr", ws="ticker.24hr", weight=_weight(2, 80)),
    Route(handler=ticker_price, rest="GET /api/v3/ticker/price", ws="ticker.price", weight=_weight(2, 4)),
    Route(handler=ticker_book, rest="GET /api/v3/ticker/bookTicker", ws="ticker.book", weight=_weight(2, 4)),
    Route(handler=ticker_window, rest="GET /api/v3/ticker", ws="ticker", weight=_weight(4, 200)),
    Route(
        handler=ticker_trading_day, rest="GET /api/v3/ticker/tradingDay", ws="ticker.tradingDay",
        weight=_weight(4, 200),
    ),
)  # fmt: skip
