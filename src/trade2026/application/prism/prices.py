"""What a simulated market tells of its prices: every trade, the newest quote of each book that moved, and
every minute as a bar when it is over.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from trade2026.application.prism.instruments import instrument_id_of
from trade2026.matching.clearing import Listing
from trade2026.matching.words import Traded
from trade2026.model.enums import Side
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.simulation.exchange.candles import Candle
from trade2026.simulation.exchange.reports import Exchange, Report
from trade2026.simulation.exchange.tape import Tape

_MINUTE_MS: Final = 60_000


class Prices:
    """Gathers what happened until it is taken, while somebody listens.

    Parameters
    ----------
    run : str
        Names the market's run: trades of another one have other ids.
    tapes : sequence of Tape
        What traded, by listing; kept by somebody else.
    """

    def __init__(self, exchange: Exchange, run: str, tapes: Sequence[Tape]) -> None:
        self._exchange, self._run, self._tapes = exchange, run, tapes
        self._listings: Sequence[Listing] = tuple(exchange.listings)
        self._ids = [instrument_id_of(listing.symbol) for listing in self._listings]
        self._trades: list[Trade] = []
        self._moved: set[int] = set()
        self._is_listening = False
        self._minute_ms = 0  # Bars of minutes before this one have been told.

    def begin(self) -> None:
        """Somebody listens from now on, and is to be told where every book is."""
        if not self._is_listening:
            self._is_listening, self._minute_ms = True, self._now_minute_ms()
        self._moved.update(range(len(self._listings)))

    def end(self) -> None:
        """Nobody listens."""
        self._is_listening = False
        self._trades.clear()
        self._moved.clear()

    def hear(self, report: Report) -> None:
        """Take in what happened."""
        if not self._is_listening:
            return
        number = report.number
        self._moved.add(number)
        for event in report.happened.events:
            if type(event) is Traded:
                listing = self._listings[number]
                self._trades.append(
                    Trade(
                        self._ids[number], report.time_ns, report.time_ns, event.price * listing.tick_size,
                        event.quantity * listing.lot_size, event.taker_side, f"{self._run}-{event.trade_id}",
                    )
                )  # fmt: skip

    def take(self) -> tuple[MarketEvent, ...]:
        """What happened since it was taken last, in order of time."""
        trades, self._trades = self._trades, []
        quotes = [quote for number in sorted(self._moved) if (quote := self._quote(number)) is not None]
        self._moved.clear()
        return tuple(sorted((*self._bars_since(), *trades, *quotes), key=attrgetter("ts_event")))

    def _now_minute_ms(self) -> int:
        return self._exchange.now_ns() // MILLISECOND_NS // _MINUTE_MS * _MINUTE_MS

    def _bars_since(self) -> list[Bar]:
        """Of the minutes that have ended since, in order of time, each before what came after it."""
        begin, end = self._minute_ms, self._now_minute_ms()
        if not self._is_listening or begin >= end:
            return []
        self._minute_ms = end
        most = (end - begin) // _MINUTE_MS
        return [
            self._bar(number, candle)
            for number, tape in enumerate(self._tapes)
            for candle in tape.candles.bars("1m", begin, end - 1, most)
        ]

    def last_prices(self) -> tuple[tuple[str, int], ...]:
        """Where each book has traded last, raw; without those that have not."""
        return tuple(
            (self._ids[number], tape.last_price * self._listings[number].tick_size)
            for number, tape in enumerate(self._tapes)
            if tape.last_price is not None
        )

    def _bar(self, number: int, candle: Candle) -> Bar:
        listing = self._listings[number]
        tick, lot = listing.tick_size, listing.lot_size
        close_ns = (candle.open_ms + _MINUTE_MS) * MILLISECOND_NS
        return Bar(
            self._ids[number], close_ns, close_ns, candle.open * tick, candle.high * tick, candle.low * tick,
            candle.close * tick, candle.lots * lot,
        )  # fmt: skip

    def _quote(self, number: int) -> Quote | None:
        """The best of a book now; None while it has one side only."""
        bids = self._exchange.levels(number, Side.BUY, 1)
        asks = self._exchange.levels(number, Side.SELL, 1)
        if not bids or not asks:
            return None
        listing, now = self._listings[number], self._exchange.now_ns()
        tick, lot = listing.tick_size, listing.lot_size
        return Quote(
            self._ids[number], now, now, bids[0].price * tick, asks[0].price * tick, bids[0].shown_qty * lot,
            asks[0].shown_qty * lot,
        )  # fmt: skip
