"""Markets that live venues are held against: one on virtual time, one behind a door, one behind a line."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tests.adapters.venues.binance.served import Heard, RealClock, Setting, setting
from tests.adapters.venues.prism.served import House as PrismHouse
from tests.simulation.market_harness import STOCK, Market
from tests.web.binance.house import WIDE, House
from trade2026.adapters.venues.binance import BinanceVenue
from trade2026.adapters.venues.prism import PrismVenue
from trade2026.application.prism.customers import Customer
from trade2026.matching.clearing import Listing
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.model.enums import ExecType, Side
from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import StreamState, VenueTerms
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.exchange.instant import InstantExchange
from trade2026.web.binance.app import binance_app

ResultT = TypeVar("ResultT")


class SimMarket(Market):
    """The simulated venue; its time is virtual, so it comes to rest by waiting."""

    unit = STOCK.instrument_id
    """What it calls what is traded."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.inner.deposit("a", "USD", 1000 * UNIT)

    async def settle(self) -> None:
        """Until nothing is under way."""
        await asyncio.sleep(1)

    async def beats(self, count: int) -> None:
        """For so many heartbeats."""
        await asyncio.sleep(count + 0.2)

    async def trade_at(self, price: int) -> None:
        """Others trade one lot."""
        self.trade(price)
        await self.settle()

    def of(self, account_id: str) -> Any:
        """The venue as another account sees it."""
        return self.venue

    def allow_twice(self) -> None:
        """What a careless sender does, and the simulated venue never forgives."""
        self.inner.received.clear()


class StockHouse(House):
    """An exchange that trades the stock of the simulated market, without fees."""

    def __init__(self) -> None:
        super().__init__(RealClock())
        self.market = CompiledMarket([Listing("AAAUSD", "AAA", "USD", 10**7, UNIT)])
        for owner in ("ann", "bob", "mia"):
            self.market.clearing.deposit(owner, "USD", 10**6 * UNIT)
            self.market.clearing.deposit(owner, "AAA", 1_000 * UNIT)
        self.exchange = InstantExchange(self.market, self.clock.now_ns)
        self.app = binance_app(self.exchange, self.keys, self.clock, WIDE)

    def trade_at(self, price: int) -> None:
        """Others trade one lot, or with whoever is in the way."""
        self.quote(price, 1, Side.SELL, "mia")
        self.quote(price, 1, Side.BUY, "bob")


class DoorMarket:
    """The adapter for Binance, with a real line to a door of ours."""

    unit = "AAA"

    def __init__(self, made: Setting) -> None:
        self._setting = made
        self._others: list[BinanceVenue] = []
        self.heard: Heard[BinanceVenue]

    @classmethod
    @contextlib.contextmanager
    def served(cls) -> "Iterator[DoorMarket]":
        """Until the block ends."""
        with setting(StockHouse) as made:
            yield cls(made)

    @property
    def venue(self) -> BinanceVenue:
        return self.heard.venue

    @property
    def told(self) -> list[ExecutionReport]:
        return self.heard.reports

    @property
    def stream(self) -> list[StreamState]:
        return self.heard.states()

    def kinds(self, name: str = "") -> list[ExecType]:
        return [each.exec_type for each in self.told if name in ("", each.client_order_id)]

    def live(self, main: Callable[[], Coroutine[Any, Any, ResultT]]) -> ResultT:
        """Listening and connected while `main` runs."""

        async def life() -> ResultT:
            self.heard = Heard(self._venue("ann", "a"))
            await self.venue.open()
            try:
                return await main()
            finally:
                for each in (self.venue, *self._others):
                    await each.close()

        return asyncio.run(life())

    def _venue(self, name: str, account_id: str) -> BinanceVenue:
        symbols = {STOCK.instrument_id: "AAAUSD"}
        return self._setting.venue(
            name, account_id=account_id, symbols=symbols, venue="SIM", heartbeat_ms=50,
            self_trade_prevention="NONE",
        )  # fmt: skip

    async def settle(self) -> None:
        await self.venue.catch_up()

    async def beats(self, count: int) -> None:
        await self.heard.until(lambda: self.stream.count(StreamState.HEARTBEAT) >= count)

    async def trade_at(self, price: int) -> None:
        house = self._setting.house
        assert isinstance(house, StockHouse)
        self._setting.served.do(house.trade_at, price)
        await self.settle()

    def of(self, account_id: str) -> BinanceVenue:
        self._others.append(self._venue("bob", account_id))
        return self._others[-1]

    def allow_twice(self) -> None:
        """It forgives."""


_LISTED = "AAAUSD.PRISM"
"""The stock of these tests, as the simulated market calls it."""


class LineMarket:
    """The adapter for the simulated market, with a real line to an exchange of two books."""

    unit = "AAA"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._others: list[Heard[PrismVenue]] = []
        self._house: PrismHouse
        self.heard: Heard[PrismVenue]

    @property
    def venue(self) -> Any:
        return Renaming(self.heard.venue)

    @property
    def told(self) -> list[ExecutionReport]:
        return self.heard.reports

    @property
    def stream(self) -> list[StreamState]:
        return self.heard.states()

    def kinds(self, name: str = "") -> list[ExecType]:
        return [each.exec_type for each in self.told if name in ("", each.client_order_id)]

    def live(self, main: Callable[[], Coroutine[Any, Any, ResultT]]) -> ResultT:
        """Listening and connected while `main` runs."""

        async def life() -> ResultT:
            cash = (("AAA", 1_000 * UNIT), ("USD", 10**6 * UNIT))
            customers = {name: Customer(name, cash) for name in ("a", "b")}
            listings = [Listing("AAAUSD", "AAA", "USD", 10**7, UNIT)]
            async with PrismHouse(self._folder, listings, customers) as self._house:
                self.heard = Heard(self._house.venue("a", terms=VenueTerms(request_window_ns=UNIT)))
                await self.heard.venue.open()
                try:
                    return await main()
                finally:
                    for each in (self.heard, *self._others):
                        await each.venue.close()

        return asyncio.run(life())

    async def settle(self) -> None:
        """Its answers come behind what was told, and a question behind what was asked."""
        await self.heard.venue.open_orders("a")
        await asyncio.sleep(0)

    async def beats(self, count: int) -> None:
        await self.heard.until(lambda: self.stream.count(StreamState.HEARTBEAT) >= count)

    async def trade_at(self, price: int) -> None:
        """Others trade one lot, or with whoever is in the way."""
        self._house.quote(price, 1, Side.SELL)
        self._house.quote(price, 1, Side.BUY)
        await self.settle()

    def of(self, account_id: str) -> Any:
        """The venue as another account sees it."""
        self._others.append(Heard(self._house.venue(account_id)))
        return Opening(self._others[-1].venue)

    def allow_twice(self) -> None:
        """It forgives once what was sent is over, and never an id."""


class Renaming:
    """A venue that calls the stock of these tests as the simulated market does."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def submit(self, order: Any) -> None:
        self._inner.submit(msgspec.structs.replace(order, instrument_id=_LISTED))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Opening:
    """A venue that connects when it is first asked."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def open_orders(self, account_id: str) -> Any:
        await self._inner.open()
        return await self._inner.open_orders(account_id)
