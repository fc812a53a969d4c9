"""A simulated market's service over an exchange that is instant or late, and one account that is attended."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.web.binance.house import StillClock
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.prism.customers import Customer
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.service import Made, PrismDesk
from trade2026.matching.clearing import Listing
from trade2026.matching.market import Market
from trade2026.matching.words import BookCommand, PlaceOrder
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.ports.prism_trading import (
    AccountReport,
    Cancel,
    Place,
    Refused,
    Replace,
)
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.exchange.instant import InstantExchange
from trade2026.simulation.exchange.reports import Report

LISTING = Listing("BTCUSDT", "BTC", "USDT", 10**7, 10**4, taker_fee_ppm=200)
ID = "BTCUSDT.PRISM"
CASH = 10**6 * UNIT
CUSTOMERS = {
    "a": Customer("a", (("USDT", CASH),), (("BTC", UNIT),)),
    "b": Customer("b", (("USDT", CASH),)),
}


class LateExchange(InstantExchange):
    """Does what it is asked when a test says so; at once while it is not told to wait."""

    waits = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.under_way: list[asyncio.Event] = []

    async def request(self, owner: str, number: int, command: BookCommand) -> Report:
        if self.waits:
            arrives = asyncio.Event()
            self.under_way.append(arrives)
            await arrives.wait()
        return self.do(owner, number, command)


class Given:
    """A market, its service, and one account that is attended."""

    def __init__(self, folder: Path) -> None:
        self.clock = StillClock()
        self.market = Market([LISTING])
        self.market.clearing.deposit("mia", "USDT", CASH)
        self.market.clearing.deposit("mia", "BTC", 100 * UNIT)
        self.exchange = LateExchange(self.market, self.clock.now_ns)
        self.keeper = Keeper(DiskStorage(folder), self.clock.now_ns)
        self.keeper.begin()
        self.desk = PrismDesk(
            self.exchange, self.market.clearing, self.keeper, self.clock, Made(3, 1.0), CUSTOMERS.get
        )
        self.news: list[Any] = []
        self.desk.attend("a", self.news.append)
        self.names = 0

    def quote(self, price: int, lots: int, side: Side) -> None:
        """Mia's, in whole units of the quote asset."""
        order_id = self.exchange.next_order_id()
        kind, time_in_force = OrderType.LIMIT, TimeInForce.GTC
        self.exchange.do("mia", 0, PlaceOrder(order_id, "mia", side, kind, time_in_force, lots, price * 100))

    def place(self, name: str, side: Side = Side.BUY, price: int | None = 100, **more: Any) -> Place:
        terms: dict[str, Any] = {
            "order_type": OrderType.MARKET if price is None else OrderType.LIMIT,
            "time_in_force": TimeInForce.GTC, "order_qty": UNIT // 100, "instrument_id": ID,
            "stamp": self.clock.now_ns(), "window_ns": SECOND_NS,
        }  # fmt: skip
        limit_price = None if price is None else price * UNIT
        return Place(client_order_id=name, side=side, limit_price=limit_price, **{**terms, **more})

    def cancel(self, name: str, orig: str) -> Cancel:
        return Cancel(self.clock.now_ns(), SECOND_NS, name, orig)

    def replace(self, name: str, orig: str, order_qty: int, price: int | None = None) -> Replace:
        limit_price = None if price is None else price * UNIT
        return Replace(self.clock.now_ns(), SECOND_NS, name, orig, order_qty, limit_price)

    async def ask(self, question: Any, account_id: str = "a") -> Any:
        return await self.desk.answer(account_id, question)

    async def refused(self, question: Any, why: str, account_id: str = "a") -> None:
        told = len(self.news)
        reply = await self.ask(question, account_id)
        assert isinstance(reply, Refused), reply
        assert why in reply.text
        assert len(self.news) == told

    @property
    def reports(self) -> list[Any]:
        return [each.report for each in self.news if isinstance(each, AccountReport)]

    def kinds(self) -> list[tuple[str, ExecType]]:
        return [(each.client_order_id, each.exec_type) for each in self.reports]


def run(main: Callable[[], Any]) -> None:
    asyncio.run(asyncio.wait_for(main(), 20))
