"""An exchange behind a line in a test's loop, a venue that is pointed at it, and a wire that can be cut."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.adapters.venues.binance.served import RealClock
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.line import sockets
from trade2026.adapters.embedded.prism_line import PrismConnection, PrismServer, serve
from trade2026.adapters.venues.prism import PrismVenue
from trade2026.adapters.venues.prism.venue import TERMS
from trade2026.application.prism.customers import Customer
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.service import Made, PrismDesk
from trade2026.matching.clearing import Listing
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.matching.words import CancelOpen, PlaceOrder
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.ports.prism import PrismHello
from trade2026.ports.venue import VenueTerms
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.exchange.instant import InstantExchange

PATIENCE_S = 20.0
BTC = "BTCUSDT.PRISM"
CASH = 10**6 * UNIT
LISTINGS = (
    Listing("BTCUSDT", "BTC", "USDT", 10**7, 10**4, min_notional=5 * 10**9, taker_fee_ppm=200),
    Listing("ETHUSDT", "ETH", "USDT", 10**7, 10**5),
)
CUSTOMERS = {
    "a": Customer("a", (("USDT", CASH),), (("BTC", 10 * UNIT), ("ETH", 100 * UNIT))),
    "b": Customer("b", (("USDT", CASH),)),
}
QUICK: dict[str, Any] = {"first_pause_ns": UNIT // 1_000, "longest_pause_ns": UNIT // 50}


class House:
    """One life of the market's process: begins in `async with`, and ends as a killed one does."""

    def __init__(
        self,
        folder: Path,
        listings: Sequence[Listing] = LISTINGS,
        customers: Mapping[str, Customer] = CUSTOMERS,
        clock: RealClock | None = None,
    ) -> None:
        self.clock = clock or RealClock()
        self.path = str(folder / "prism.sock")
        self.wire_path = str(folder / "wire.sock")
        self.notes: list[str] = []
        self.storage = DiskStorage(folder / "prism")
        self.market = CompiledMarket(listings)
        for asset in {name for each in listings for name in (each.base, each.quote)}:
            self.market.clearing.deposit("mia", asset, 10**6 * UNIT)
        self.exchange = InstantExchange(self.market, self.clock.now_ns)
        self.keeper = Keeper(self.storage, self.clock.now_ns)
        self.keeper.begin()
        self.desk = PrismDesk(
            self.exchange, self.market.clearing, self.keeper, self.clock, Made(7, 1.0), customers.get
        )
        self.server: PrismServer
        self._running: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self.server = await serve(self.path, self.desk, self.notes.append)
        self._running = asyncio.get_running_loop().create_task(self.desk.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def kill(self) -> None:
        """Nothing is said or written any more; what was written is there."""
        self._running.cancel()
        for client in list(self.server.clients.values()):
            client.cut_off()
        await self.server.aclose()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running
        self.storage.close()

    def venue(self, *accounts: str, through_wire: bool = False, terms: VenueTerms = TERMS) -> PrismVenue:
        """A venue of these accounts."""
        path = self.wire_path if through_wire else self.path
        lines = [PrismConnection(path, PrismHello("test", each, False), **QUICK) for each in accounts]
        return PrismVenue(lines, self.clock, terms)

    # What others do, at once.

    def quote(self, price: float, lots: int, side: Side, owner: str = "mia", number: int = 0) -> int:
        """A limit order of somebody at a price in the quote asset."""
        order_id = self.exchange.next_order_id()
        ticks = round(price * UNIT) // self.market.listings[number].tick_size
        kind, time_in_force = OrderType.LIMIT, TimeInForce.GTC
        self.exchange.do(owner, number, PlaceOrder(order_id, owner, side, kind, time_in_force, lots, ticks))
        return order_id

    def take_back(self, order_id: int, owner: str) -> None:
        """Somebody ends an order without the line."""
        self.exchange.do(owner, 0, CancelOpen(order_id))

    def book(self) -> None:
        """Some depth around 50,000."""
        for step in range(1, 6):
            self.quote(50_000 - 10 * step, 100_000, Side.BUY)
            self.quote(50_000 + 10 * step, 100_000, Side.SELL)

    def held(self, owner: str) -> dict[str, int]:
        """What the exchange says that an owner has."""
        found = self.exchange.balances(owner)
        return {asset: each.total for asset, each in found.items() if each.total}


class Wire:
    """A proxy between two Unix sockets: passes bytes on, drops connections, or keeps some to itself."""

    def __init__(self, house: House) -> None:
        self.path, self.target = house.wire_path, house.path
        self.drops_answers = self.drops_requests = False
        self.requests = bytearray()
        self._server: asyncio.Server | None = None
        self._both: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_unix_server(self._serve, sock=sockets.listen(self.path))

    async def stop(self) -> None:
        """No connection is taken any more, and none goes on."""
        assert self._server is not None
        self._server.close()
        Path(self.path).unlink(missing_ok=True)
        self.cut()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    def cut(self) -> None:
        """Reset every connection."""
        for writer in list(self._both):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there: asyncio.StreamWriter | None = None
        try:
            answers, there = await asyncio.open_unix_connection(self.target)
            self._both |= {writer, there}
            await asyncio.gather(self._out(reader, there), self._back(answers, writer))
        except OSError:
            pass
        finally:
            for each in (writer, there):
                if each is not None:
                    self._both.discard(each)
                    each.transport.abort()
            self._tasks.discard(task)

    async def _out(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            self.requests += data
            if not self.drops_requests:
                writer.write(data)
        writer.close()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if not self.drops_answers:
                writer.write(data)
        writer.close()


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test in a loop, for so long at most."""
    asyncio.run(asyncio.wait_for(test(), 3 * PATIENCE_S))
