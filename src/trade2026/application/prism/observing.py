"""What a simulated market has done lately and who did it, kept within bounds for whoever looks at it.

It hears the market's arrays, lays them aside, and counts them together: once a second of the market, or when
somebody asks. A trader's inventory and cash are added up from its trades, so that what an account is given
from outside is no profit. Start at `Observer`; `showing` makes answers of what it keeps.
"""

from collections import deque
from typing import Final, NamedTuple

import numpy as np

from trade2026.application.prism.windows import Window
from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.layout import Memory
from trade2026.model.enums import Side
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.market import Chunk
from trade2026.simulation.prism.timeline import Timeline

COLUMNS_KEPT: Final = 600
"""One a second of the market."""

CELLS: Final = 64
SPAN_BPS: Final = 20.0
"""What a column shows around the mid, at least: the cells are whole ticks wide, 1, 2 or 5 times a power of
ten, so that columns of different moments have the same ones."""

TAPE_KEPT: Final = 500
BLOCK_CLIPS: Final = 30.0
"""From so many usual sizes on what an order took is a block: one in a hundred of the default market."""

WINDOW_NS: Final = 300 * SECOND_NS
NEAR_BPS: Final = 10.0
"""How far from the mid depth is counted."""

_TOGETHER: Final = 4_096
"""Chunks that are laid aside at most before they are counted."""

_TRADE_ID, _PRICE, _LOTS, _TAKER_SIDE = 2, 3, 4, 7


class Column(NamedTuple):
    """A book at one moment, in ticks and lots; `mark` counts what was shown before."""

    mark: int
    at: int
    mid_ticks: float
    bid: int
    ask: int
    low_tick: int
    step_ticks: int
    sizes: list[int]


class Print(NamedTuple):
    """A trade, in ticks and lots."""

    mark: int
    trade_id: int
    at: int
    price: int
    lots: int
    is_buy: bool
    is_block: bool


class WatchedBook:
    """What is kept of one book.

    Attributes
    ----------
    quotes : Window
        Time, bid, ask (0 for none), lots at each.
    trades : Window
        Time, price, lots, sign of the taker.
    depth : Window
        Time, lots on either side within NEAR_BPS of the mid.
    counts : Window
        Time, orders and cancels so far.
    """

    def __init__(self) -> None:
        self.columns: deque[Column] = deque(maxlen=COLUMNS_KEPT)
        self.tape: deque[Print] = deque(maxlen=TAPE_KEPT)
        self.quotes = Window(5, WINDOW_NS)
        self.trades = Window(4, WINDOW_NS)
        self.depth = Window(3, WINDOW_NS)
        self.counts = Window(3, WINDOW_NS)
        self.trade_count = self.lots = self.orders = self.cancels = 0


class Flows:
    """What every owner has done in every book, by their numbers: arrays of shape (owners, books).

    `base` and `lots` count lots, `cash` is raw, `notional` in ticks of lots as a float.
    """

    def __init__(self, books: int) -> None:
        self._books = books
        self.base, self.cash = (np.zeros((64, books), np.int64) for _ in range(2))
        self.orders, self.trades = (np.zeros((64, books), np.int64) for _ in range(2))
        self.notional = np.zeros((64, books))

    def cover(self, owners: int) -> None:
        """Have rows for so many owners."""
        while owners > len(self.base):
            for name in ("base", "cash", "orders", "trades", "notional"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros_like(old)]))


class Observer:
    """Hears a market from now on.

    Attributes
    ----------
    books : list of WatchedBook
        By the number of the book.
    mark : int
        Counts columns and trades. It begins with the market's time in milliseconds, so that it goes on
        growing over a restart of a market at the pace of the clock.
    started_ns : int
        When it began to hear.
    begun_at : list of int
        Price of the last trade of each book then, else the one it began with, ticks.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.market = timeline.market
        self.market.flush()
        self._config = self.market.config
        count = len(self._config.books)
        self.books = [WatchedBook() for _ in range(count)]
        self.flows = Flows(count)
        self.started_ns = self.market.now_ns
        self.begun_at = [
            engine.last_price or book.price_ticks
            for engine, book in zip(self.market.exchange.books, self._config.books, strict=True)
        ]
        self.mark = self.started_ns // 1_000_000
        self._commands: list[Memory] = []
        self._events: list[list[Memory]] = [[] for _ in range(count)]
        self._quotes: list[Memory] = []
        self._last = np.empty((0, 2), np.int64)
        self._block_lots = [BLOCK_CLIPS * book.clip_lots for book in self._config.books]
        self.market.listen(self._hear)
        timeline.call_at((self.started_ns // SECOND_NS + 1) * SECOND_NS, self._look)

    # -------------------------------------------------------------------------------------------- hearing

    def _hear(self, chunk: Chunk) -> None:
        """Lay a copy aside: the arrays are the market's own."""
        self._commands.append(chunk.commands.copy())
        for kept, events in zip(self._events, chunk.events, strict=True):
            if len(events):
                kept.append(events.copy())
        if len(chunk.quotes):
            self._quotes.append(chunk.quotes.copy())
        if len(self._commands) >= _TOGETHER:
            self.count()

    def count(self) -> None:
        """Count what was laid aside, so that everything kept is as of now."""
        if not self._commands:
            return
        commands = np.concatenate(self._commands)
        # The first events may belong to a command that was told of before.
        known = np.concatenate((self._last, commands[:, (at.LOG_SEQUENCE, at.LOG_TIME)]))
        self._last = known[-1:]
        self._commands = []
        self.flows.cover(len(self.market.exchange.clearing.owners.names))
        self._count_commands(commands)
        for number, parts in enumerate(self._events):
            if parts:
                events = np.concatenate(parts)
                parts.clear()
                self._count_trades(number, events[events[:, 0] == book_at.TRADED], known)
        if self._quotes:
            quotes = np.concatenate(self._quotes)
            self._quotes = []
            for number, book in enumerate(self.books):
                mine = quotes[quotes[:, 2] == number]
                book.quotes.add(mine[:, (1, 3, 4, 5, 6)])

    def _count_commands(self, commands: Memory) -> None:
        ops, books = commands[:, at.LOG_COMMAND + book_at.OP], commands[:, at.LOG_BOOK]
        placed = commands[ops == book_at.PLACE_ORDER]
        owners = placed[:, at.LOG_COMMAND + book_at.OWNER_COLUMN]
        np.add.at(self.flows.orders, (owners, placed[:, at.LOG_BOOK]), 1)
        counts = len(self.books)
        orders = np.bincount(placed[:, at.LOG_BOOK], minlength=counts).tolist()
        cancels = np.bincount(books[ops == book_at.CANCEL_OPEN], minlength=counts).tolist()
        for book, more, fewer in zip(self.books, orders, cancels, strict=True):
            book.orders += more
            book.cancels += fewer

    def _count_trades(self, number: int, found: Memory, known: Memory) -> None:
        if not len(found):
            return
        times = known[np.searchsorted(known[:, 0], found[:, 1]), 1]
        prices, lots = found[:, _PRICE], found[:, _LOTS]
        is_buy = found[:, _TAKER_SIDE] == book_at.BUY
        self._count_flows(number, found, is_buy)
        book = self.books[number]
        book.trade_count += len(found)
        book.lots += int(lots.sum())
        book.trades.add(np.column_stack((times, prices, lots, np.where(is_buy, 1, -1))))
        first = np.concatenate(([0], np.flatnonzero(np.diff(found[:, 1])) + 1))
        together = np.repeat(np.add.reduceat(lots, first), np.diff(np.append(first, len(found))))
        is_block = together >= self._block_lots[number]
        shown = zip(
            found[:, _TRADE_ID].tolist(), times.tolist(), prices.tolist(), lots.tolist(), is_buy.tolist(),
            is_block.tolist(), strict=True,
        )  # fmt: skip
        book.tape.extend(Print(mark, *row) for mark, row in enumerate(shown, self.mark + 1))
        self.mark += len(found)

    def _count_flows(self, number: int, found: Memory, is_buy: Memory) -> None:
        flows, unit = self.flows, self._config.books[number].listing.unit
        lots, ticks = found[:, _LOTS], found[:, _PRICE] * found[:, _LOTS]
        makers, takers = found[:, book_at.MAKER_OWNER_FIELD], found[:, book_at.TAKER_OWNER_FIELD]
        signs = np.where(is_buy, 1, -1)
        for owners, sign, fees in (
            (takers, signs, found[:, book_at.TAKER_FEE_FIELD]),
            (makers, -signs, found[:, book_at.MAKER_FEE_FIELD]),
        ):
            np.add.at(flows.base[:, number], owners, sign * lots)
            np.add.at(flows.cash[:, number], owners, -sign * ticks * unit - fees)
            np.add.at(flows.trades[:, number], owners, 1)
            np.add.at(flows.notional[:, number], owners, ticks)

    # -------------------------------------------------------------------------------------------- looking

    def _look(self, now_ns: int) -> int:
        """Once a second of the market: a column of every book."""
        self.market.flush()
        self.count()
        mids = self.market.mids()
        for number, (book, last_mid) in enumerate(zip(self.books, mids, strict=True)):
            engine, quote = self.market.exchange.books[number], self.market.quote(number)
            both = quote.bid and quote.ask
            mid = (quote.bid + quote.ask) / 2 if both else last_mid
            bids = engine.level_rows(Side.BUY, CELLS * CELLS)
            asks = engine.level_rows(Side.SELL, CELLS * CELLS)
            near = mid * NEAR_BPS * 1e-4
            depth = [int(rows[np.abs(rows[:, 0] - mid) <= near, 1].sum()) for rows in (bids, asks)]
            book.depth.add(np.array([[now_ns, *depth]], np.int64))
            book.counts.add(np.array([[now_ns, book.orders, book.cancels]], np.int64))
            self.mark += 1
            low, step = cells_around(mid)
            sizes = _cells(np.concatenate((bids, asks)), low, step)
            book.columns.append(Column(self.mark, now_ns, mid, quote.bid, quote.ask, low, step, sizes))
        return now_ns + SECOND_NS


def cells_around(mid_ticks: float) -> tuple[int, int]:
    """The first tick and the width of the cells that show SPAN_BPS around a mid."""
    wanted, step = mid_ticks * SPAN_BPS * 1e-4 / CELLS, 1
    while step < wanted:  # 1, 2, 5, 10, 20, ...
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return (int(mid_ticks) // step - CELLS // 2) * step, step


def _cells(levels: Memory, low: int, step: int) -> list[int]:
    """What is shown in each cell, lots."""
    cells = (levels[:, 0] - low) // step
    is_inside = (cells >= 0) & (cells < CELLS)
    counted = np.bincount(cells[is_inside], weights=levels[is_inside, 1], minlength=CELLS)
    found: list[int] = counted.astype(np.int64).tolist()
    return found
