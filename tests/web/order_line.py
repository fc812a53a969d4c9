"""A desk's application behind a real port, and clients of its socket for orders."""

import asyncio
import contextlib
import importlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any

import uvicorn
import websockets.asyncio.client as ws_client
from websockets.exceptions import ConnectionClosed

from tests.web.conftest import Running
from tests.web.desk import ACCOUNT, KO
from trade2026.web.live import LIVE_SERVER_OPTIONS
from trade2026.web.orders.socket import OrderSocket, OrderSocketLimits
from trade2026.web.roles import RoleTable

msgpack: Any = importlib.import_module("msgpack")  # Without types; a decoder independent of ours.


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class OrderClient:
    """Keeps what was said to it, by kind: answers by their batch, and the rest in order."""

    def __init__(self, line: ws_client.ClientConnection) -> None:
        self.line = line
        self.heard: list[dict[str, Any]] = []

    async def say(self, *, binary: bool = False, **message: Any) -> None:
        await self.line.send(msgpack.packb(message) if binary else json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message, heartbeats aside."""
        while True:
            got = await self.line.recv()
            message: dict[str, Any] = msgpack.unpackb(got) if isinstance(got, bytes) else json.loads(got)
            self.heard.append(message)
            if message["op"] != "beat":
                return message

    async def batch(self, *requests: dict[str, Any], number: int = 1, binary: bool = False) -> dict[str, Any]:
        """Send a batch, and the answer to it."""
        await self.say(op="batch", id=number, requests=list(requests), binary=binary)
        return await self.hear()

    async def until_closed(self) -> tuple[int, str]:
        """Read on to the end: the close code and reason."""
        try:
            while True:
                await self.hear()
        except ConnectionClosed:
            return self.line.close_code or 0, self.line.close_reason or ""


class OrderLine:
    """The way to a served application: `talk` runs a conversation with it."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.desk = running.desk
        self.port = 0

    @property
    def door(self) -> OrderSocket:
        door: OrderSocket = self.desk.app.order_socket
        return door

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/v1/orders"

    @contextlib.contextmanager
    def bounded(self, **limits: int) -> Iterator[None]:
        """Other limits for whoever connects meanwhile."""
        app = self.desk.app
        before = app.order_socket
        app.order_socket = OrderSocket(app.context, RoleTable(), OrderSocketLimits(**limits))
        try:
            yield
        finally:
            app.order_socket = before

    @contextlib.asynccontextmanager
    async def connected(self, token: str | None, **options: Any) -> AsyncIterator[OrderClient]:
        """A client that has said who it is, and was greeted."""
        async with ws_client.connect(self.url, compression=None, close_timeout=1, **options) as line:
            client = OrderClient(line)
            if token is not None:
                await client.say(op="auth", token=token)
                assert (await client.hear())["op"] == "hello"
            yield client

    def talk(self, token: str, say: Callable[[OrderClient], Awaitable[Any]]) -> Any:
        """Connect, say what is to be said, and what it came to."""

        async def conversation() -> Any:
            async with self.connected(token) as client:
                return await say(client)

        return self.run(conversation())

    def run(self, conversation: Coroutine[Any, Any, Any]) -> Any:
        """Run it in the loop of the desk, ten seconds at most."""
        return self.running(asyncio.wait_for(conversation, 10))


@contextlib.asynccontextmanager
async def serving(line: OrderLine) -> AsyncIterator[None]:
    """The application of the desk behind uvicorn on a free port, as the web process serves it."""
    options: dict[str, Any] = {
        **LIVE_SERVER_OPTIONS,
        "ws_ping_interval": None,
        "timeout_graceful_shutdown": 1,
    }
    config = uvicorn.Config(line.desk.app, log_level="warning", lifespan="off", **options)
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line.port = listener.getsockname()[1]
        task = asyncio.create_task(server.serve([listener]))
        try:
            yield
        finally:
            await asyncio.wait_for(line.door.aclose(), 10)
            server.should_exit = True
            await task


def submit(name: str, **changes: Any) -> dict[str, Any]:
    """A buy far below the market: it rests."""
    terms = {
        "do": "submit", "account_id": ACCOUNT, "instrument_id": KO, "side": "BUY", "order_type": "LIMIT",
        "time_in_force": "GTC", "order_qty": "10", "limit_price": "2.1", "client_order_id": name,
    }  # fmt: skip
    return {key: value for key, value in {**terms, **changes}.items() if value is not None}


def cancel(name: str, order_id: int, account_id: str = ACCOUNT) -> dict[str, Any]:
    return {"do": "cancel", "account_id": account_id, "order_id": order_id, "client_order_id": name}


def replace(name: str, order_id: int, **changes: Any) -> dict[str, Any]:
    terms = {
        "do": "replace", "account_id": ACCOUNT, "order_id": order_id, "client_order_id": name,
        "order_qty": "20", "limit_price": "2.05",
    }  # fmt: skip
    return {**terms, **changes}


def words(answer: dict[str, Any]) -> list[str]:
    """What became of each request of a batch."""
    assert answer["op"] == "results", answer
    return [each["result"] for each in answer["results"]]
