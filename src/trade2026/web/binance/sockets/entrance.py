"""Where WebSockets come in: counted, sent to the conversation of their address, and forgotten when they
end.
"""

import asyncio
from typing import Final
from urllib.parse import parse_qs

from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.sockets.events import AccountEvents
from trade2026.web.binance.sockets.hub import StreamHub
from trade2026.web.binance.sockets.line import GOING_AWAY, Line
from trade2026.web.binance.sockets.session import Session
from trade2026.web.binance.sockets.streams import StreamTalk, named_streams
from trade2026.web.exchange import Receive, Scope, Send

API: Final = "/ws-api/v3"


class Entrance:
    """All WebSockets of the door."""

    def __init__(self, door: BinanceDoor) -> None:
        self._door = door
        self.hub = StreamHub(door)
        self.events = AccountEvents(door)
        self._lines: dict[Line, asyncio.Task[None]] = {}

    @property
    def connections(self) -> int:
        """How many there are."""
        return len(self._lines)

    async def close(self) -> None:
        """End all, and wait until they are gone."""
        tasks = list(self._lines.values())
        for line in list(self._lines):
            line.end(GOING_AWAY, "the server stops")
        if tasks:
            await asyncio.wait(tasks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI, of websocket alone."""
        door, path = self._door, scope["path"]
        is_api = path in (API, API + "/")
        named = named_streams(path, scope["query_string"])
        limits = door.limits
        rate = limits.requests_per_s if is_api else limits.messages_per_s
        line = Line(scope, receive, send, limits, rate, door.clock.monotonic_ns())
        may_connect = door.counters.connects(line.address, door.clock.now_ns())
        is_full = len(self._lines) >= limits.connections_total
        if (named is None and not is_api) or is_full or not may_connect:
            await line.refuse()
            return
        task = asyncio.current_task()
        assert task is not None, "an application runs in a task"
        self._lines[line] = task
        talk: Session | StreamTalk
        if is_api:
            wanted = parse_qs(scope["query_string"].decode("latin-1")[:1_000]).get("returnRateLimits", [""])
            talk = Session(door, self.events, line, tells_limits=wanted[-1].lower() != "false")
        else:
            assert named is not None, "it is one of both"
            talk = StreamTalk(door, self.hub, line, is_combined=named[1])
            talk.begin(named[0])
        try:
            await line.serve(talk.hear, door.clock.monotonic_ns)
        finally:
            talk.end()
            del self._lines[line]
