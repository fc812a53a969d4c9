"""What traded in one book, as everybody may see it: single trades, and trades of one order at one price
together.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final, TypeVar

import msgspec

from trade2026.simulation.exchange.candles import Candles

TRADES_KEPT: Final = 10_000
"""So many trades, and so many aggregated ones, are kept of each book."""


class TapeTrade(msgspec.Struct, frozen=True, gc=False):
    """One trade; `is_buyer_maker` where the resting order bought. `quote` is raw."""

    trade_id: int
    price: int
    lots: int
    quote: int
    time_ns: int
    is_buyer_maker: bool

    @property
    def key(self) -> int:
        """Its number."""
        return self.trade_id


class AggregateTrade(msgspec.Struct, gc=False):
    """Trades of one taker at one price in one go."""

    aggregate_id: int
    price: int
    lots: int
    first_id: int
    last_id: int
    time_ns: int
    is_buyer_maker: bool

    @property
    def key(self) -> int:
        """Its number."""
        return self.aggregate_id


Kept = TypeVar("Kept", TapeTrade, AggregateTrade)


class Tape:
    """The trades of one book, and its candles."""

    def __init__(self) -> None:
        self.trades: deque[TapeTrade] = deque(maxlen=TRADES_KEPT)
        self.aggregates: deque[AggregateTrade] = deque(maxlen=TRADES_KEPT)
        self.candles = Candles()
        self._next_aggregate = 0

    @property
    def last_price(self) -> int | None:
        """Of the last trade, ticks; None before the first."""
        return self.trades[-1].price if self.trades else None

    def add(self, trade: TapeTrade, *, is_joined: bool) -> None:
        """The next trade; `is_joined` where its taker made the one before, in the same command."""
        self.trades.append(trade)
        self.candles.add(
            trade.time_ns // 1_000_000, trade.trade_id, trade.price, trade.lots, trade.quote,
            is_buy=not trade.is_buyer_maker,
        )  # fmt: skip
        if is_joined:
            last = self.aggregates[-1]
            if last.price == trade.price:
                last.lots += trade.lots
                last.last_id = trade.trade_id
                return
        self.aggregates.append(
            AggregateTrade(
                self._next_aggregate, trade.price, trade.lots, trade.trade_id, trade.trade_id, trade.time_ns,
                trade.is_buyer_maker,
            )
        )  # fmt: skip
        self._next_aggregate += 1


def last_of(kept: deque[Kept], most: int) -> list[Kept]:
    """The last so many, the oldest first."""
    return list(islice(kept, max(0, len(kept) - most), None))


def from_number(kept: deque[Kept], number: int, most: int) -> list[Kept]:
    """So many from a number on; numbers have no gaps."""
    if not kept:
        return []
    return list(islice(kept, max(0, number - kept[0].key), max(0, number - kept[0].key) + most))


def within(kept: deque[Kept], start_ns: int | None, end_ns: int | None, most: int) -> list[Kept]:
    """The first so many of a span of time, both ends inclusive; the last so many without a start."""
    if start_ns is None:
        newest: Iterator[Kept] = (each for each in reversed(kept) if end_ns is None or each.time_ns <= end_ns)
        return list(islice(newest, most))[::-1]
    oldest = (
        each for each in kept if each.time_ns >= start_ns and (end_ns is None or each.time_ns <= end_ns)
    )
    return list(islice(oldest, most))
