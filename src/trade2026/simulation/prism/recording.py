"""What a simulated market showed, kept as arrays: bars of the whole run, trades and quotes of a part of it.

Bars are added up as trades come, so a run of weeks costs what its minutes cost. Trades and quotes are kept
within `detail` alone, and quotes may be thinned: of each multiple of `quote_every_ns` the last quote is kept,
with its own time. The quote in force at each multiple is then exact, and those in between are gone, so what
is measured strictly before a trade needs all of them.
"""

from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure.tape import Bars, Quotes, Session, Tape, Trades
from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.layout import Memory
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import MINUTE_NS
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.market import Chunk, PrismMarket

TRADE_COLUMNS: Final = ("time_ns", "price_ticks", "lots", "sign", "number")
"""A sign is +1 where the buyer took, -1 the seller; the number is that of the command in the exchange."""
QUOTE_COLUMNS: Final = ("time_ns", "bid_ticks", "ask_ticks", "bid_lots", "ask_lots")
"""A price of 0 is an empty side."""
BAR_COLUMNS: Final = ("start_ns", "open_ticks", "high_ticks", "low_ticks", "close_ticks", "lots")
_RAW: Final = 1e9
_PRICE, _QUANTITY, _TAKER_SIDE = 3, 4, 7
"""Columns of an event that is a trade."""


def _scaled(counts: Memory, unit: float) -> FloatArray:
    """Counts of ticks or lots in money or base."""
    return counts.astype(np.float64) * unit


class _Rows:
    """Arrays that are one when they are asked for."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._parts: list[Memory] = []

    def add(self, rows: Memory) -> None:
        if len(rows):
            self._parts.append(rows)

    def joined(self) -> Memory:
        if len(self._parts) != 1:
            empty = np.empty((0, self._width), np.int64)
            self._parts = [np.concatenate([empty, *self._parts])]
        return self._parts[0]


class _Quotes:
    """Quotes of a book, all of them or the last of each interval."""

    def __init__(self, every_ns: int) -> None:
        self._every_ns = every_ns
        self._kept = _Rows(len(QUOTE_COLUMNS))
        self._open = np.empty((0, len(QUOTE_COLUMNS)), np.int64)

    def add(self, rows: Memory) -> None:
        if not self._every_ns:
            self._kept.add(rows)
            return
        if not len(rows):
            return
        rows = np.concatenate((self._open, rows))
        ends = np.flatnonzero(np.diff(rows[:, 0] // self._every_ns))
        self._kept.add(rows[ends])
        self._open = rows[-1:]

    def joined(self) -> Memory:
        return np.concatenate((self._kept.joined(), self._open))


class _Bars:
    """Bars of a book; the last one is still being added to."""

    def __init__(self, interval_ns: int) -> None:
        self._interval_ns = interval_ns
        self._closed = _Rows(len(BAR_COLUMNS))
        self._open = np.empty((0, len(BAR_COLUMNS)), np.int64)

    def add(self, trades: Memory) -> None:
        if not len(trades):
            return
        bins = trades[:, 0] // self._interval_ns
        first = np.concatenate(([0], np.flatnonzero(np.diff(bins)) + 1))
        last = np.concatenate((first[1:], [len(bins)])) - 1
        prices, lots = trades[:, 1], trades[:, 2]
        found = np.column_stack((
            bins[first] * self._interval_ns, prices[first], np.maximum.reduceat(prices, first),
            np.minimum.reduceat(prices, first), prices[last], np.add.reduceat(lots, first),
        ))  # fmt: skip
        if len(self._open) and self._open[0, 0] == found[0, 0]:
            old, new = self._open[0], found[0]
            found[0] = (
                old[0], old[1], max(old[2], new[2]), min(old[3], new[3]), new[4], old[5] + new[5],
            )  # fmt: skip
        else:
            self._closed.add(self._open)
        self._closed.add(found[:-1])
        self._open = found[-1:]

    def joined(self) -> Memory:
        return np.concatenate((self._closed.joined(), self._open))


class Recorder:
    """Listens to a market from now on.

    Parameters
    ----------
    interval_ns : int
        Length of the bars; a bar without a trade is missing.
    detail : (begin_ns, end_ns) or None
        Trades and quotes from `begin_ns` on and before `end_ns` are kept; None keeps all.
    quote_every_ns : int
        Keep the last quote of each multiple of this alone; 0 keeps every quote.
    keeps_orders : bool
        Whether the commands and events of the detail are kept too: everything that happened.

    Raises
    ------
    InputError
        An interval is not above 0, `quote_every_ns` is below 0, or the detail ends before it begins.
    """

    def __init__(
        self,
        market: PrismMarket,
        *,
        interval_ns: int = MINUTE_NS,
        detail: tuple[int, int] | None = None,
        quote_every_ns: int = 0,
        keeps_orders: bool = False,
    ) -> None:
        if interval_ns <= 0:
            raise InputError(f"interval_ns must be above 0, was {interval_ns}; a minute is usual")
        if quote_every_ns < 0:
            raise InputError(f"quote_every_ns must be at least 0, was {quote_every_ns}; 0 keeps every quote")
        if detail is not None and detail[0] > detail[1]:
            raise InputError(f"detail must not end before it begins, was {detail}")
        market.flush()
        self._market, self._interval_ns = market, interval_ns
        self._begin, self._end = detail or (0, at.NEVER)
        self._quote_every_ns, self._keeps_orders = quote_every_ns, keeps_orders
        books = range(len(market.config.books))
        self._bars = [_Bars(interval_ns) for _ in books]
        self._last = np.empty((0, 2), np.int64)
        self._clear()
        self.end = market.listen(self._hear)
        """Hear no more."""

    def _clear(self) -> None:
        books = range(len(self._market.config.books))
        self._trades = [_Rows(len(TRADE_COLUMNS)) for _ in books]
        self._quotes = [_Quotes(self._quote_every_ns) for _ in books]
        self._commands = _Rows(at.LOG_WIDTH)
        self._events = [_Rows(book_at.EVENT_WIDTH + 1) for _ in books]

    def _hear(self, chunk: Chunk) -> None:
        commands = chunk.commands
        # The first events may belong to a command that was told of before.
        known = np.concatenate((self._last, commands[:, (at.LOG_SEQUENCE, at.LOG_TIME)]))
        self._last = known[-1:]
        for number, events in enumerate(chunk.events):
            if not len(events):
                continue
            times = known[np.searchsorted(known[:, 0], events[:, 1]), 1]
            is_trade = events[:, 0] == book_at.TRADED
            found, when = events[is_trade], times[is_trade]
            signs = np.where(found[:, _TAKER_SIDE] == book_at.BUY, 1, -1)
            trades = np.column_stack((when, found[:, _PRICE], found[:, _QUANTITY], signs, found[:, 1]))
            self._bars[number].add(trades)
            self._trades[number].add(self._inside(trades))
            if self._keeps_orders:
                told = events.copy()
                told[~is_trade, book_at.MAKER_OWNER_FIELD :] = 0  # Others do not have these fields.
                self._events[number].add(self._inside(np.column_stack((times, told))))
        quotes = chunk.quotes
        for number, kept in enumerate(self._quotes):
            mine = quotes[quotes[:, 2] == number]
            kept.add(self._inside(mine[:, (1, 3, 4, 5, 6)]))
        if self._keeps_orders:
            is_inside = (commands[:, at.LOG_TIME] >= self._begin) & (commands[:, at.LOG_TIME] < self._end)
            self._commands.add(commands[is_inside])

    def _inside(self, rows: Memory) -> Memory:
        """The rows of the detail; times never run backwards, and the result is a copy."""
        begin, end = np.searchsorted(rows[:, 0], (self._begin, self._end))
        return rows[begin:end].copy()

    def trades(self, book: int) -> IntArray:
        """Trades of the detail, shape (n, 5), columns TRADE_COLUMNS; one row for each maker's order."""
        return self._trades[book].joined()

    def quotes(self, book: int) -> IntArray:
        """Quotes of the detail, shape (n, 5), columns QUOTE_COLUMNS."""
        return self._quotes[book].joined()

    def bars(self, book: int) -> IntArray:
        """Bars of the whole run, shape (n, 6), columns BAR_COLUMNS; the last one may be incomplete."""
        return self._bars[book].joined()

    def commands(self) -> IntArray:
        """Commands of the detail with their numbers, times and books, shape (n, 16): columns LOG_... of
        `compiled.layout`."""
        return self._commands.joined()

    def events(self, book: int) -> IntArray:
        """Events of the detail, shape (n, 15): the time, then kind, number of the command, fields."""
        return self._events[book].joined()

    def drop_detail(self) -> None:
        """Forget trades, quotes, commands and events so far: who writes them away in parts keeps memory
        bounded."""
        self._clear()

    def tape(self, book: int, name: str) -> Tape:
        """A book as a tape for the scorecard: prices in money, quantities in the base asset.

        Returns are those of its bars. Of a thinned recording, quotes are as `quote_every_ns` says.
        """
        listing = self._market.config.books[book].listing
        tick, lot = listing.tick_size / _RAW, listing.lot_size / _RAW
        trades, quotes, bars = self.trades(book), self.quotes(book), self.bars(book)
        is_known = quotes[:, 1:3] > 0
        prices = np.where(is_known, quotes[:, 1:3] * tick, np.nan)
        return Tape(
            name=name,
            trades=Trades(
                ts_ns=trades[:, 0], prices=_scaled(trades[:, 1], tick), quantities=_scaled(trades[:, 2], lot),
                signs=trades[:, 3],
            ),
            quotes=Quotes(
                ts_ns=quotes[:, 0], bid=prices[:, 0], ask=prices[:, 1], bid_sizes=_scaled(quotes[:, 3], lot),
                ask_sizes=_scaled(quotes[:, 4], lot), end_ns=self._ended(quotes),
            ),
            bars=Bars(
                start_ns=bars[:, 0], close=_scaled(bars[:, 4], tick), volume=_scaled(bars[:, 5], lot),
                interval_ns=self._interval_ns,
            ),
            session=Session.REGULAR,
        )  # fmt: skip

    def _ended(self, quotes: Memory) -> int | None:
        """Until when the last quote held."""
        end = min(self._end, self._market.now_ns)
        return max(end, int(quotes[-1, 0])) if len(quotes) else None
