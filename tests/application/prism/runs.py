"""A short run of a simulated market on disk, and what the market itself said of the same time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tests.simulation.prism.helpers import SECOND, START, TWO_BOOKS, Ear
from trade2026.application.prism import writing
from trade2026.application.prism.writing import Recorded, RecordRequest, record_market
from trade2026.matching.compiled.translate import to_events
from trade2026.matching.words import Traded
from trade2026.model.market_data import MarketEvent, Quote, Trade
from trade2026.simulation.prism.market import PrismMarket

SEED = 11
WARM_UP_S, SECONDS, PART_S = 10, 60, 25
BEGIN = START + WARM_UP_S * SECOND
IDS = ("BTCUSDT.PRISM", "ETHUSDT.PRISM")
SWAPPED = msgspec.structs.replace(TWO_BOOKS, books=TWO_BOOKS.books[::-1])
"""Books in another order than their names have."""


def record(folder: Path, *, should_stop: Callable[[], bool] | None = None, **words: Any) -> Recorded:
    """A minute in three parts."""
    usual = writing.PART_NS
    writing.PART_NS = PART_S * SECOND  # type: ignore[misc]  # An hour is too long for a test.
    try:
        request = RecordRequest(
            folder=str(folder), config=SWAPPED, seed=SEED, hours=SECONDS / 3600, start_ns=START,
            warm_up_s=WARM_UP_S,
        )  # fmt: skip
        return record_market(msgspec.structs.replace(request, **words), should_stop=should_stop)
    finally:
        writing.PART_NS = usual  # type: ignore[misc]


class _Said(NamedTuple):
    time: int
    name: str
    kind: int
    at: int
    event: MarketEvent


def said_by_market() -> list[MarketEvent]:
    """Trades and quotes of the same minute in words, from a market of its own and by another way."""
    market = PrismMarket(SWAPPED, SEED, START)
    market.run_until(BEGIN)
    ear = Ear(market)
    market.run_until(BEGIN + SECONDS * SECOND)
    found: list[_Said] = []
    for number, book in enumerate(SWAPPED.books):
        name, tick, lot = f"{book.listing.symbol}.PRISM", book.listing.tick_size, book.listing.lot_size
        rows = ear.events(number)
        for at, (time, row, event) in enumerate(
            zip(ear.times(number).tolist(), rows.tolist(), to_events(rows.tolist()), strict=True)
        ):
            if isinstance(event, Traded):
                trade = Trade(
                    name, time, time, event.price * tick, event.quantity * lot, event.taker_side, ""
                )
                found.append(_Said(time, name, 0, row[1] * 10**6 + at, trade))
        for at, (_, time, where, bid, ask, bids, asks, *_) in enumerate(ear.quotes.tolist()):
            if where == number and bid and ask:
                quote = Quote(name, time, time, bid * tick, ask * tick, bids * lot, asks * lot)
                found.append(_Said(time, name, 1, at, quote))
    found.sort(key=lambda each: each[:4])
    return [each.event for each in found]
