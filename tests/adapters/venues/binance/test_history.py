"""Histories that are longer than a page: whatever was placed, filled or ended when, none of it is left out.

The oracle is the venue's whole list, which the fake hands out page by page as the protocol does.
"""

import asyncio
import random
from collections.abc import Mapping
from typing import Any, cast

import msgspec
import pytest

from tests.adapters.venues.binance.served import SYMBOLS
from trade2026.adapters.venues.binance.config import BinanceConfig
from trade2026.adapters.venues.binance.errors import Refused
from trade2026.adapters.venues.binance.incoming import instrument_names
from trade2026.adapters.venues.binance.memory import Memory
from trade2026.adapters.venues.binance.names import execution_id, venue_order_id
from trade2026.adapters.venues.binance.queries import Queries
from trade2026.adapters.venues.binance.rest import Rest
from trade2026.adapters.venues.binance.rows import OrderRow, TradeRow
from trade2026.primitives.errors import VenueUnreachable
from trade2026.primitives.time import MILLISECOND_NS

PAGE = 4
START_MS = 1_700_000_000_000


class Venue:
    """Lists of orders and fills, its clock, and questions that break off in the middle."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.now_ms = START_MS
        self.orders: dict[str, list[OrderRow]] = {symbol: [] for symbol in SYMBOLS.values()}
        self.fills: dict[str, list[TradeRow]] = {symbol: [] for symbol in SYMBOLS.values()}
        self.breaks = 0.0
        self.asked = 0

    def now_ns(self) -> int:
        return self.now_ms * MILLISECOND_NS

    def monotonic_ns(self) -> int:
        return self.now_ns()

    def live(self, seconds: float) -> None:
        """Time passes, and something happens."""
        self.now_ms += round(1_000 * seconds)
        symbol = self.chance.choice(list(self.orders))
        rows = self.orders[symbol]
        if self.chance.random() < 0.6 or not rows:
            number = rows[-1].order_id + self.chance.randint(1, 9) if rows else 5
            rows.append(OrderRow(
                symbol, number, f"o{number}", "10", "3", "0", "NEW", "GTC", "LIMIT", "BUY", self.now_ms,
                self.now_ms,
            ))  # fmt: skip
            return
        place = self.chance.randrange(len(rows))
        row = rows[place]
        if row.status != "NEW":
            return
        status = self.chance.choice(("FILLED", "CANCELED"))
        rows[place] = msgspec.structs.replace(row, status=status, update_time=self.now_ms, executed_qty="3")
        if status == "FILLED":
            self._fill(symbol, row)

    def _fill(self, symbol: str, row: OrderRow) -> None:
        fills = self.fills[symbol]
        number = fills[-1].id + 1 if fills else 1
        for is_buyer in (True, False)[: self.chance.randint(1, 2)]:  # Now and then with oneself.
            fills.append(TradeRow(
                symbol, number, row.order_id, "10", "3", "0.1", "BNB", self.now_ms, is_buyer, not is_buyer,
            ))  # fmt: skip

    async def signed(self, method: str, path: str, params: Mapping[str, str]) -> bytes:
        self.asked += 1
        if self.chance.random() < self.breaks:
            raise VenueUnreachable("the line broke", retryable=True)
        name, symbol = path.rpartition("/")[2], params["symbol"]
        if name == "order":
            return self._one(symbol, int(params["orderId"]))
        rows: list[Any] = self.orders[symbol] if name == "allOrders" else self.fills[symbol]
        key = "orderId" if name == "allOrders" else "fromId"
        of = (lambda each: each.order_id) if name == "allOrders" else (lambda each: each.id)
        found = [each for each in rows if of(each) >= int(params[key])]
        return msgspec.json.encode(found[: int(params["limit"])])

    def _one(self, symbol: str, number: int) -> bytes:
        for row in self.orders[symbol]:
            if row.order_id == number:
                return msgspec.json.encode(row)
        raise Refused(-2013, "Order does not exist.")


def made(venue: Venue) -> Queries:
    config = BinanceConfig("a", SYMBOLS)
    return Queries(
        config, cast(Rest, venue), venue, Memory(), instrument_names(SYMBOLS, "BINANCE"), page=PAGE
    )  # fmt: skip


async def insist(make: Any) -> Any:
    """Ask until there is an answer, as the session does."""
    for _ in range(10_000):
        try:
            return await make()
        except VenueUnreachable:
            continue
    raise AssertionError("there never was an answer")


@pytest.mark.parametrize("seed", range(20))
def test_every_order_and_fill_is_found_at_any_time(seed: int) -> None:
    async def test() -> None:
        chance = random.Random(seed)
        venue = Venue(chance)
        queries = made(venue)
        venue.breaks = chance.choice((0.0, 0.05))
        for _ in range(15):
            for _ in range(chance.randint(0, 12)):
                venue.live(chance.choice((0.0, 0.1, 30.0)))
            since_ms = chance.choice((0, START_MS, venue.now_ms - 40_000, venue.now_ms))
            since = since_ms * MILLISECOND_NS
            if chance.random() < 0.5:
                page = await insist(lambda since=since: queries.order_history(since))
                assert {(each.venue_order_id, each.exec_type != "NEW") for each in page} == {
                    (venue_order_id(row.symbol, row.order_id), row.status != "NEW")
                    for rows in venue.orders.values()
                    for row in rows
                    if row.update_time >= since_ms
                }
            page = await insist(lambda since=since: queries.executions(since))
            assert sorted(
                (each.venue_order_id, each.execution_id, each.client_order_id) for each in page
            ) == sorted(
                (
                    venue_order_id(row.symbol, row.order_id),
                    execution_id(row.id, is_buy=row.is_buyer),
                    f"o{row.order_id}",
                )
                for rows in venue.fills.values()
                for row in rows
                if row.time >= since_ms
            )

    asyncio.run(test())


def test_what_is_final_is_not_asked_again() -> None:
    async def test() -> None:
        venue = Venue(random.Random(1))
        queries = made(venue)
        for number in range(1, 50):
            venue.orders["BTCUSDT"].append(OrderRow(
                "BTCUSDT", number, f"o{number}", "10", "3", "0", "CANCELED", "GTC", "LIMIT", "BUY", START_MS,
                START_MS,
            ))  # fmt: skip
        venue.now_ms += 120_000
        assert len(await queries.order_history(0)) == 49
        venue.asked = 0
        assert len(await queries.order_history(0)) == 49
        assert venue.asked == len(SYMBOLS)

    asyncio.run(test())
