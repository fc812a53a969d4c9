"""Our own door behind a port, a venue that is pointed at it, and a wire between them that can be cut."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Generic, TypeVar

from tests.web.binance.house import House, Served, serve
from trade2026.adapters.venues.binance import BinanceConfig, BinanceVenue, Hosts, make_signer
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions
from trade2026.ports.venue import LiveVenue, StreamState
from trade2026.primitives.fixed_point import UNIT

BTC = "BTCUSDT.BINANCE"
SYMBOLS = {BTC: "BTCUSDT", "ETHBTC.BINANCE": "ETHBTC"}
PATIENCE_S = 20.0
VenueT = TypeVar("VenueT", bound=LiveVenue)


class RealClock:
    """The machine's clock, `ahead_ns` off where a test says so."""

    ahead_ns = 0

    def now_ns(self) -> int:
        return time.time_ns() + self.ahead_ns

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()


def booked_house() -> House:
    """A house on real time, with some depth around 50,000."""
    house = House(RealClock())
    house.book()
    return house


class Heard(Generic[VenueT]):
    """What a venue told, and a way to wait for it."""

    def __init__(self, venue: VenueT) -> None:
        self.venue = venue
        self.reports: list[ExecutionReport] = []
        self.stream: list[tuple[StreamState, str]] = []
        self.failed: list[tuple[str, str, str]] = []
        self._news = asyncio.Event()
        venue.connect(self._on_report)
        venue.watch(self._on_stream, self._on_failed)

    def _on_report(self, report: ExecutionReport) -> None:
        self.reports.append(report)
        self._news.set()

    def _on_stream(self, state: StreamState, text: str) -> None:
        self.stream.append((state, text))
        self._news.set()

    def _on_failed(self, account_id: str, client_order_id: str, text: str) -> None:
        self.failed.append((account_id, client_order_id, text))
        self._news.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so, as far as what is told goes."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    def kinds(self, name: str) -> list[ExecType]:
        return [each.exec_type for each in self.reports if each.client_order_id == name]

    async def answered(self, name: str, *kinds: ExecType) -> None:
        """Wait for these reports about a request, the first of all about it."""
        await self.until(lambda: len(self.kinds(name)) >= len(kinds))
        assert tuple(self.kinds(name)) == kinds, self.reports

    def states(self) -> list[StreamState]:
        return [state for state, _ in self.stream]


class Wire:
    """A TCP proxy: passes bytes on, drops connections, or keeps answers to itself."""

    def __init__(self, host: str) -> None:
        self._target = host.rpartition(":")
        self.drops_answers = self.drops_requests = False
        self._server: asyncio.Server | None = None
        self._both: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.requests: list[bytes] = []
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """No connection is taken any more, and none goes on."""
        assert self._server is not None
        self._server.close()
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
            answers, there = await asyncio.open_connection(self._target[0], int(self._target[2]))
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
            self.requests.append(data)
            if not self.drops_requests:
                writer.write(data)
        writer.close()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if self.drops_answers:
                writer.transport.abort()
                return
            writer.write(data)
        writer.close()


class Setting:
    """A door that is served, and the venues that a test makes of it."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.clock = RealClock()
        self.wire = Wire(served.host)

    @property
    def house(self) -> House:
        return self.served.house

    def venue(
        self, name: str = "ann", *, through_wire: str = "", host: str = "", **changes: Any
    ) -> BinanceVenue:
        """A venue with the key of that name; "rest" or "stream" or both go through the wire."""
        host, wire = host or self.served.host, f"127.0.0.1:{self.wire.port}"
        hosts = Hosts(
            f"http://{wire if 'rest' in through_wire else host}",
            f"ws://{wire if 'stream' in through_wire else host}/ws-api/v3",
        )
        config = BinanceConfig(**{"account_id": "a", "symbols": SYMBOLS, "hosts": hosts, **changes})
        signer = make_signer(f"{name}key", f"{name}secret")
        return BinanceVenue(config, signer, self.clock, random.Random(1))

    @contextlib.asynccontextmanager
    async def wired(self) -> AsyncIterator[Wire]:
        await self.wire.start()
        try:
            yield self.wire
        finally:
            await self.wire.stop()

    @contextlib.asynccontextmanager
    async def opened(self, name: str = "ann", **changes: Any) -> AsyncIterator["Heard[BinanceVenue]"]:
        venue = self.venue(name, **changes)
        heard = Heard(venue)
        await venue.open()
        try:
            yield heard
        finally:
            await venue.close()


@contextlib.contextmanager
def setting(make: Callable[[], House] = booked_house) -> Iterator[Setting]:
    with serve(make) as served:
        yield Setting(served)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 3 * PATIENCE_S))


def order(
    name: str, side: Side = Side.BUY, quantity: str = "0.01", price: int | None = 49_000,
    time_in_force: TimeInForce = TimeInForce.GTC, instructions: OrderInstructions | None = None,
    number: int = 1, kind: OrderType | None = None,
) -> OrderApproved:  # fmt: skip
    kind = kind or (OrderType.MARKET if price is None else OrderType.LIMIT)
    raw = round(float(quantity) * UNIT)
    return OrderApproved(
        number, 0, "a", name, "t", "", BTC, side, kind, time_in_force, raw,
        None if price is None else price * UNIT, 50_000 * UNIT, 0, 1, 0, 0, instructions,
    )  # fmt: skip


def cancel(name: str, orig: str, number: int = 1) -> OrderPendingCancel:
    return OrderPendingCancel(number, 0, "a", name, orig, BTC)


def replace(name: str, orig: str, quantity: str, price: int = 49_000, number: int = 1) -> OrderPendingReplace:
    raw = round(float(quantity) * UNIT)
    return OrderPendingReplace(number, 0, "a", name, orig, BTC, raw, price * UNIT, 50_000 * UNIT, 1)
