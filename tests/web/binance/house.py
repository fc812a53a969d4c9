"""An exchange with a door, some accounts and a caller that signs, in the test's own loop or behind a port."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import uvicorn

from trade2026.matching.clearing import Listing
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.matching.words import PlaceOrder
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.simulation.exchange.instant import InstantExchange
from trade2026.web.binance.app import SERVER_OPTIONS, BinanceApp, binance_app
from trade2026.web.binance.counting import Limits
from trade2026.web.binance.keys import ApiKey, ApiKeys, Permission

BTC = Listing(
    "BTCUSDT", "BTC", "USDT", 10**7, 10**4, min_lots=10, max_lots=10**8, min_notional=5 * 10**9,
    maker_fee_ppm=100, taker_fee_ppm=200, max_parts=10,
)  # fmt: skip
ETH = Listing("ETHBTC", "ETH", "BTC", 10**4, 10**5)
START_NS = 1_750_000_000 * 10**9
DAY_NS = 86_400 * 10**9
WIDE = Limits(weight_1m=10**9, orders_10s=10**9, orders_1d=10**9, connections_5m=10**9, messages_per_s=1_000)


class StillClock:
    """Stands until it is moved."""

    def __init__(self, now_ns: int = START_NS) -> None:
        self.ns = now_ns

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns


def known_keys() -> ApiKeys:
    """Of ann, who has one that may only look as well, and of bob."""
    return ApiKeys([
        ApiKey(key="annkey", owner="ann", secret="annsecret"),
        ApiKey(key="bobkey", owner="bob", secret="bobsecret"),
        ApiKey(key="lookkey", owner="ann", secret="looksecret", permissions=frozenset({Permission.READ})),
    ])  # fmt: skip


class House:
    """The exchange, its door, and who has what."""

    def __init__(
        self, clock: Any, limits: Limits = WIDE, exchange_kind: type[InstantExchange] = InstantExchange
    ) -> None:
        self.clock = clock
        self.market = CompiledMarket([BTC, ETH])
        for owner in ("ann", "bob", "mia"):
            self.market.clearing.deposit(owner, "USDT", 10**6 * 10**9)
            self.market.clearing.deposit(owner, "BTC", 100 * 10**9)
            self.market.clearing.deposit(owner, "ETH", 100 * 10**9)
        self.exchange = exchange_kind(self.market, clock.now_ns)
        self.keys = known_keys()
        self.app: BinanceApp = binance_app(self.exchange, self.keys, clock, limits)

    def quote(self, price: float, lots: int, side: Side, owner: str = "mia", number: int = 0) -> int:
        """A limit order of somebody without a door, at a price in the quote asset."""
        order_id = self.exchange.next_order_id()
        ticks = round(price * 10**9) // self.market.listings[number].tick_size
        self.exchange.do(
            owner, number,
            PlaceOrder(order_id, owner, side, OrderType.LIMIT, TimeInForce.GTC, lots, ticks),
        )  # fmt: skip
        return order_id

    def book(self) -> None:
        """Some depth around 50,000."""
        for step in range(1, 6):
            self.quote(50_000 - 10 * step, 100_000, Side.BUY)
            self.quote(50_000 + 10 * step, 100_000, Side.SELL)


class Answer:
    """Status, headers and JSON of an answer."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.raw = body
        self.json = json.loads(body)

    @property
    def code(self) -> Any:
        return self.json.get("code") if isinstance(self.json, dict) else None


async def call_raw(
    app: Any, method: str, path: str, query: bytes = b"", body: bytes = b"", headers: Any = ()
) -> Answer:
    """One request, straight to the application."""
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query,
        "headers": [*headers, (b"content-length", str(len(body)).encode())], "client": ("10.0.0.1", 1),
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], names, b"".join(each.get("body", b"") for each in sent[1:]))


class Caller:
    """Calls the door as whoever has a key; unsigned without one."""

    def __init__(self, house: House, key: str = "", secret: str = "") -> None:
        self.house = house
        self.key, self.secret = key, secret

    async def __call__(self, method: str, path: str, **params: Any) -> Answer:
        path = path if path.startswith("/") else f"/api/v3/{path}"
        headers = []
        if self.key:
            params.setdefault("timestamp", self.house.clock.now_ns() // 10**6)
            headers = [(b"x-mbx-apikey", self.key.encode())]
        payload = urlencode(params)
        if self.key:
            signature = hmac.new(self.secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
            payload += f"&signature={signature}"
        if method in ("POST", "PUT"):
            return await call_raw(self.house.app, method, path, b"", payload.encode(), headers)
        return await call_raw(self.house.app, method, path, payload.encode(), b"", headers)


def caller(house: House, name: str = "") -> Caller:
    """A caller with the key of this name."""
    return Caller(house, f"{name}key", f"{name}secret") if name else Caller(house)


class Served:
    """A house behind a port, in a loop of its own thread."""

    def __init__(self, house: House, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self.house = house
        self.host = f"127.0.0.1:{port}"
        self._loop = loop

    def do(self, act: Any, *arguments: Any) -> Any:
        """Have something done in the house's loop, and wait for it."""

        async def doing() -> Any:
            return act(*arguments)

        return asyncio.run_coroutine_threadsafe(doing(), self._loop).result(30)


@contextlib.contextmanager
def serve(make: Any) -> Iterator[Served]:
    """Serve what `make` makes until the block ends."""
    ready: list[Served] = []
    is_up, is_over = threading.Event(), threading.Event()

    async def run() -> None:
        house = make()
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(house.app, log_level="error", access_log=False, **SERVER_OPTIONS)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        ready.append(Served(house, asyncio.get_running_loop(), listener.getsockname()[1]))
        is_up.set()
        while not is_over.is_set():
            await asyncio.sleep(0.01)
        server.should_exit = True
        await serving

    thread = threading.Thread(target=asyncio.run, args=(run(),), name="served door")
    thread.start()
    try:
        assert is_up.wait(60), "the door did not come up"
        yield ready[0]
    finally:
        is_over.set()
        thread.join(30)
