"""A live feed behind a real server, with a clock set by hand, and clients that keep what they were told."""

import asyncio
import contextlib
import functools
import importlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import uvicorn
import websockets.asyncio.client as ws_client
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.exceptions import ConnectionClosed

from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS
from trade2026.web.live.hub import Hub
from trade2026.web.live.limits import LiveLimits
from trade2026.web.live.topics import PlainRow
from trade2026.web.live.transport import LIVE_SERVER_OPTIONS

msgpack: Any = importlib.import_module("msgpack")  # Without types; a decoder independent of ours.

QUIET = LiveLimits(check_ns=3_600 * SECOND_NS)
"""The hub looks at its connections only when a test says so."""


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a coroutine test in a loop of its own, half a minute at most."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(30):
                await test(*args, **kwargs)

        asyncio.run(bounded())

    return run


class HandClock:
    def __init__(self) -> None:
        self.now = 1_800_000_000 * SECOND_NS

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * SECOND_NS)


@dataclass(frozen=True)
class FakePrincipal:
    name: str
    accounts: tuple[str, ...]
    expires_at: int
    token: str


@dataclass
class FakeAuthenticator:
    clock: HandClock
    principals: dict[str, FakePrincipal] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)

    def add(self, token: str, name: str, accounts: Sequence[str] = ("*",), seconds: float = 900) -> str:
        expires_at = self.clock.now + round(seconds * SECOND_NS)
        self.principals[token] = FakePrincipal(name, tuple(accounts), expires_at, token)
        return token

    def authenticate(self, token: str) -> FakePrincipal:
        if token not in self.principals or token in self.revoked:
            raise InputError("the token is none of ours")
        return self.principals[token]

    def is_valid(self, principal: FakePrincipal, now: int) -> bool:
        return now < principal.expires_at and principal.token not in self.revoked


class Kept(NamedTuple):
    seq: int
    account_id: str | None
    view: dict[str, object]


class KeptPage(NamedTuple):
    rows: Sequence[Kept]
    is_gone: bool
    next_from_seq: int | None


@dataclass
class FakeReadModels:
    """Keeps every row for ever, but those before `gone_before`."""

    rows: dict[str, list[Kept]] = field(default_factory=dict)
    seq: int = 0
    gone_before: int = 0
    replays: int = 0

    def replay_topic(
        self, topic: str, from_seq: int, accounts: frozenset[str] | None, limit: int
    ) -> KeptPage:
        self.replays += 1
        if from_seq < self.gone_before:
            return KeptPage((), True, None)
        rows = [
            row
            for row in self.rows.get(topic, [])
            if row.seq >= from_seq
            and (accounts is None or row.account_id is None or row.account_id in accounts)
        ]
        stop = min(limit, len(rows))
        while 0 < stop < len(rows) and rows[stop].seq == rows[stop - 1].seq:
            stop += 1
        return KeptPage(rows[:stop], False, rows[stop].seq if stop < len(rows) else None)


class Desk:
    """A hub with fakes around it, and the address of its server."""

    def __init__(self, limits: LiveLimits = QUIET, allowed_origins: Sequence[str] = ()) -> None:
        self.clock = HandClock()
        self.auth = FakeAuthenticator(self.clock)
        self.models = FakeReadModels()
        self.hub = Hub(
            authenticator=self.auth,
            clock=self.clock,
            replay=self.models.replay_topic,
            journal_seq=lambda: self.models.seq,
            allowed_origins=allowed_origins,
            limits=limits,
        )
        self.port = 0
        self.auth.add("all", "ann")

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/v1"

    def lossless(self, topic: str, seq: int, *rows: tuple[str | None, dict[str, object]]) -> None:
        """As the read models do: keep, count, tell."""
        kept = [Kept(seq, account, view) for account, view in rows]
        self.models.rows.setdefault(topic, []).extend(kept)
        self.models.seq = seq
        self.hub.publish_lossless(topic, seq, kept)

    def state(self, topic: str, *views: Mapping[str, object], whole: bool = False) -> None:
        rows = [PlainRow(view.get("account_id"), view) for view in views]  # type: ignore[arg-type]
        self.hub.publish_state(topic, rows, whole=whole)

    def quotes(self, **last: float) -> None:
        count = len(last)
        self.hub.publish_rows(
            "quotes",
            list(last),
            {
                "last": list(last.values()),
                "previous_close": [np.nan] * count,
                "change_bps": [0.0] * count,
                "ts_ms": [1.0] * count,
            },
        )


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(desk: Desk, **options: Any) -> AsyncIterator[Desk]:
    """The desk's hub behind uvicorn on a free port."""
    app = Starlette(routes=[WebSocketRoute("/ws/v1", desk.hub.endpoint)])
    chosen: dict[str, Any] = {**LIVE_SERVER_OPTIONS, "log_level": "warning", "lifespan": "off", **options}
    server = _Server(uvicorn.Config(app, **chosen))
    line = socket.create_server(("127.0.0.1", 0))
    desk.port = line.getsockname()[1]
    await desk.hub.start()
    task = asyncio.create_task(server.serve([line]))
    try:
        yield desk
    finally:
        await desk.hub.aclose()
        server.should_exit = True
        await task
        line.close()


class Client:
    """A client that keeps control messages and data apart, and the state a page would show."""

    def __init__(self, line: ws_client.ClientConnection) -> None:
        self.line = line
        self.control: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []
        self.keys: dict[int, list[str]] = {}

    async def say(self, **message: object) -> None:
        await self.line.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message of either kind."""
        got = await self.line.recv()
        if isinstance(got, bytes):
            frame: dict[str, Any] = msgpack.unpackb(got)
            self.frames.append(frame)
            return frame
        message: dict[str, Any] = json.loads(got)
        self.control.append(message)
        if message["op"] in ("subbed", "keys"):
            self.keys.setdefault(message["id"], []).extend(message.get("keys") or [])
        return message

    async def until(self, met: Callable[[], bool]) -> None:
        while not met():
            await self.hear()

    async def until_q(self, q: int) -> None:
        """Read until the last frame has this number."""
        await self.until(lambda: bool(self.frames) and self.frames[-1]["q"] == q)

    async def until_op(self, op: str) -> dict[str, Any]:
        while (message := await self.hear()).get("op") != op:
            pass
        return message

    async def next_frame(self) -> dict[str, Any]:
        while "q" not in (message := await self.hear()):
            pass
        return message

    async def until_closed(self) -> tuple[int, str]:
        """Read on to the end: the close code and reason."""
        try:
            while True:
                await self.hear()
        except ConnectionClosed:
            return self.line.close_code or 0, self.line.close_reason or ""

    def shown(self, subscription_id: int, column: str) -> dict[str, float]:
        """A column of a conflated subscription after all frames so far."""
        shown: dict[str, float] = {}
        for frame in self.frames:
            if frame["s"] == subscription_id:
                if frame["snap"]:
                    shown.clear()
                indices = np.frombuffer(frame["k"], dtype="<u4")
                values = np.frombuffer(frame["c"][column], dtype="<f8")
                for index, value in zip(indices, values, strict=True):
                    shown[self.keys[subscription_id][index]] = float(value)
        return shown

    def rows(self, subscription_id: int) -> list[dict[str, Any]]:
        return [row for frame in self.frames if frame["s"] == subscription_id for row in frame["rows"]]


@contextlib.asynccontextmanager
async def connected(desk: Desk, token: str | None = "all", **options: Any) -> AsyncIterator[Client]:
    """A client that has said who it is, and was greeted."""
    async with ws_client.connect(desk.url, compression=None, close_timeout=1, **options) as line:
        client = Client(line)
        if token is not None:
            await client.say(op="auth", token=token)
            await client.until_op("hello")
        yield client
