"""Market data: what everybody may ask of books, trades and candles."""

from typing import Any, Final

from trade2026.matching.order import Level
from trade2026.model.enums import Side
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.simulation.exchange.candles import INTERVALS, Candle, next_ms
from trade2026.simulation.exchange.tape import (
    AggregateTrade,
    TapeTrade,
    from_number,
    last_of,
    within,
)
from trade2026.web.binance import refusals
from trade2026.web.binance.amounts import text
from trade2026.web.binance.calls import Call, Route
from trade2026.web.binance.params import Params
from trade2026.web.binance.refusals import Refusal
from trade2026.web.binance.symbols import Symbol, rate_limits

_DEPTH: Final = 100
_DEPTH_MAX: Final = 5_000
_LIST: Final = 500
_LIST_MAX: Final = 1_000
_AVERAGE_MS: Final = 5 * 60_000


async def ping(call: Call) -> dict[str, Any]:
    """Whether anybody is there."""
    call.params.done()
    return {}


async def time(call: Call) -> dict[str, Any]:
    """The time that requests are held against."""
    call.params.done()
    return {"serverTime": call.door.now_ms()}


async def exchange_info(call: Call) -> dict[str, Any]:
    """Symbols with their filters, and limits."""
    params, door = call.params, call.door
    names = params.strings("symbols")
    one = params.optional("symbol")
    params.optional("permissions")
    params.flag("showPermissionSets", default=True)
    status = params.word("symbolStatus", {"TRADING": 0, "HALT": 0, "BREAK": 0})
    params.done()
    if one is not None and names is not None:
        raise Refusal(-1128, "Combination of optional parameters invalid.")
    wanted = [one] if one is not None else names
    symbols = [door.symbol(name) for name in wanted] if wanted is not None else list(door.by_number)
    if status not in (None, "TRADING"):
        symbols = []
    return {
        "timezone": "UTC", "serverTime": door.now_ms(), "rateLimits": rate_limits(door.limits),
        "exchangeFilters": [], "symbols": [each.description() for each in symbols],
    }  # fmt: skip


def rows(symbol: Symbol, levels: list[Level]) -> list[tuple[str, str]]:
    """Levels as they are sent."""
    return [(symbol.price(price), symbol.quantity(lots)) for price, lots, _ in levels]


async def depth(call: Call) -> dict[str, Any]:
    """The best levels of both sides, as of an update that the streams of depth go on from."""
    symbol, limit = call.symbol(), call.params.limit(_DEPTH, _DEPTH_MAX)
    call.params.optional("symbolStatus")
    call.params.done()
    exchange = call.door.exchange
    return {
        "lastUpdateId": call.door.records.sequences[symbol.number],
        "bids": rows(symbol, exchange.levels(symbol.number, Side.BUY, limit)),
        "asks": rows(symbol, exchange.levels(symbol.number, Side.SELL, limit)),
    }


def trade_row(symbol: Symbol, trade: TapeTrade) -> dict[str, Any]:
    """A trade as it is listed."""
    return {
        "id": trade.trade_id, "price": symbol.price(trade.price), "qty": symbol.quantity(trade.lots),
        "quoteQty": text(trade.quote), "time": trade.time_ns // MILLISECOND_NS,
        "isBuyerMaker": trade.is_buyer_maker, "isBestMatch": True,
    }  # fmt: skip


async def trades(call: Call) -> list[dict[str, Any]]:
    """The last trades."""
    symbol, limit = call.symbol(), call.params.limit(_LIST, _LIST_MAX)
    call.params.done()
    return [trade_row(symbol, each) for each in last_of(call.door.records.tapes[symbol.number].trades, limit)]


async def historical_trades(call: Call) -> list[dict[str, Any]]:
    """Trades from a number on, as far back as they are kept."""
    symbol, limit = call.symbol(), call.params.limit(_LIST, _LIST_MAX)
    first = call.params.integer("fromId")
    call.params.done()
    kept = call.door.records.tapes[symbol.number].trades
    found = last_of(kept, limit) if first is None else from_number(kept, first, limit)
    return [trade_row(symbol, each) for each in found]


def aggregate_row(symbol: Symbol, trade: AggregateTrade) -> dict[str, Any]:
    """An aggregated trade as it is listed."""
    return {
        "a": trade.aggregate_id, "p": symbol.price(trade.price), "q": symbol.quantity(trade.lots),
        "f": trade.first_id, "l": trade.last_id, "T": trade.time_ns // MILLISECOND_NS,
        "m": trade.is_buyer_maker, "M": True,
    }  # fmt: skip


async def aggregate_trades(call: Call) -> list[dict[str, Any]]:
    """Aggregated trades, from a number on or within a span of time."""
    symbol, limit = call.symbol(), call.params.limit(_LIST, _LIST_MAX)
    first = call.params.integer("fromId")
    start, end = call.span_ms()
    call.params.done()
    kept = call.door.records.tapes[symbol.number].aggregates
    if first is not None:
        if start is not None or end is not None:
            raise Refusal(-1128, "Combination of optional parameters invalid.")
        found = from_number(kept, first, limit)
    else:
        found = within(kept, to_ns(start), to_ns(end, is_end=True), limit)
    return [aggregate_row(symbol, each) for each in found]


def to_ns(at_ms: int | None, *, is_end: bool = False) -> int | None:
    """The first, or the last, nanosecond of a millisecond."""
    if at_ms is None:
        return None
    return at_ms * MILLISECOND_NS + (MILLISECOND_NS - 1 if is_end else 0)


def candle_row(symbol: Symbol, interval: str, bar: Candle) -> list[Any]:
    """A candle as it is listed."""
    return [
        bar.open_ms, symbol.price(bar.open), symbol.price(bar.high), symbol.price(bar.low),
        symbol.price(bar.close), symbol.quantity(bar.lots), next_ms(interval, bar.open_ms) - 1,
        text(bar.quote), bar.count, symbol.quantity(bar.taker_buy_lots), text(bar.taker_buy_quote), "0",
    ]  # fmt: skip


async def klines(call: Call) -> list[list[Any]]:
    """Candles; those in which nothing traded are flat."""
    params = call.params
    symbol = call.symbol()
    params.text("interval")
    interval = params.word("interval", INTERVALS, refusals.bad_interval)
    assert interval is not None, "it was sent"
    start, end = call.span_ms()
    if params.optional("timeZone") not in (None, "0", "00:00", "+00:00", "0:00"):
        raise Refusal(-1130, "Data sent for parameter 'timeZone' is not valid.")
    limit = params.limit(_LIST, _LIST_MAX)
    params.done()
    now_ms = call.door.exchange_ms()
    last = now_ms if end is None else min(end, now_ms)
    bars = call.door.records.tapes[symbol.number].candles.bars(interval, start, last, limit)
    return [candle_row(symbol, interval, bar) for bar in bars]


async def average_price(call: Call) -> dict[str, Any]:
    """The mean price of five minutes, or the last one where nothing traded."""
    symbol = call.symbol()
    call.params.done()
    tape = call.door.records.tapes[symbol.number]
    now_ms = call.door.exchange_ms()
    whole = tape.candles.window(now_ms - _AVERAGE_MS, now_ms)
    price = symbol.price(tape.last_price or 0)
    if whole is not None:
        price = symbol.average(whole.quote, whole.lots)
    closed = tape.trades[-1].time_ns // MILLISECOND_NS if tape.trades else 0
    return {"mins": 5, "price": price, "closeTime": closed}


def _depth_weight(params: Params) -> int:
    given = params.values.get("limit", "")
    limit = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else _DEPTH
    return 5 if limit <= 100 else 25 if limit <= 500 else 50 if limit <= 1_000 else 250


ROUTES: Final = (
    Route(handler=ping, rest="GET /api/v3/ping", ws="ping"),
    Route(handler=time, rest="GET /api/v3/time", ws="time"),
    Route(handler=exchange_info, rest="GET /api/v3/exchangeInfo", ws="exchangeInfo", weight=20),
    Route(handler=depth, rest="GET /api/v3/depth", ws="depth", weight=_depth_weight),
    Route(handler=trades, rest="GET /api/v3/trades", ws="trades.recent", weight=25),
    Route(handler=historical_trades, rest="GET /api/v3/historicalTrades", ws="trades.historical", weight=25),
    Route(handler=aggregate_trades, rest="GET /api/v3/aggTrades", ws="trades.aggregate", weight=4),
    Route(handler=klines, rest="GET /api/v3/klines", ws="klines", weight=2),
    Route(handler=klines, rest="GET /api/v3/uiKlines", ws="uiKlines", weight=2),
    Route(handler=average_price, rest="GET /api/v3/avgPrice", ws="avgPrice", weight=2),
)
