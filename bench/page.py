"""A page that listens to the live feed and costs little: on two cores a benchmark is to measure the server.

It reads the head of each frame, answers pings, and throws the rest away: a page is drawn on another machine.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Final, cast

from bench.running_desk import RunningDesk

_TOPICS: Final = ("quotes", "orders", "fills", "positions")
_TEXT: Final = 0x1
_BINARY: Final = 0x2
_CLOSE: Final = 0x8
_PING: Final = 0x9
_PONG: Final = 0xA
_ASK: Final = (
    "GET /ws/v1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Page(asyncio.Protocol):
    """One WebSocket.

    Attributes
    ----------
    frames, size : int
        What came so far: frames, and bytes in them.
    lost : Future
        Done when the connection is, with why.
    """

    def __init__(self, desk: RunningDesk, topics: Sequence[str] = _TOPICS) -> None:
        self.frames = 0
        self.size = 0
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._desk = desk
        self._topics = topics
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class.
        self._transport.write((_ASK % self._desk.port).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so."""
        if not self.lost.done():
            self.lost.set_result(str(exc or "the server hung up"))

    def data_received(self, data: bytes) -> None:
        """Walk over whole frames."""
        data = self._rest + data if self._rest else data
        if not self._is_open:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            assert head.startswith(b"HTTP/1.1 101 "), head
            self._is_open = True
            self._say({"op": "auth", "token": self._desk.token})
            for number, topic in enumerate(self._topics, 1):
                self._say({"op": "sub", "id": number, "topic": topic})
        at, end = 0, len(data)
        while at + 2 <= end:
            begin, size = at + 2, data[at + 1]  # A server does not mask what it sends.
            if size >= 126:
                begin += 2 if size == 126 else 8
                size = int.from_bytes(data[at + 2 : begin], "big")
            if begin + size > end:
                break
            self._take(data[at] & 0x0F, data, begin, size)
            at = begin + size
        self._rest = data[at:]

    def _take(self, kind: int, data: bytes, begin: int, size: int) -> None:
        assert kind in (_TEXT, _BINARY, _CLOSE, _PING), f"the frames are out of step: {kind}"
        self.frames += 1
        self.size += size
        if kind == _PING:
            self._send(_PONG, data[begin : begin + size])
        elif kind == _CLOSE and not self.lost.done():
            self.lost.set_result(data[begin + 2 : begin + size].decode())

    def _say(self, message: dict[str, object]) -> None:
        self._send(_TEXT, json.dumps(message).encode())

    def _send(self, kind: int, data: bytes) -> None:
        assert self._transport is not None, "it is connected"
        head = bytes((0x80 | kind, 0x80 | len(data))) if len(data) < 126 else (
            bytes((0x80 | kind, 0x80 | 126)) + len(data).to_bytes(2, "big")
        )  # fmt: skip
        self._transport.write(head + bytes(4) + data)  # A mask of zeros changes nothing.

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()


async def listen(desk: RunningDesk) -> None:
    """Be a page: take whatever comes, until canceled; AssertionError when the server hangs up."""
    loop = asyncio.get_running_loop()
    _, page = await loop.create_connection(lambda: Page(desk), "127.0.0.1", desk.port)
    try:
        raise AssertionError(f"the page was hung up on after {page.frames} frames: {await page.lost}")
    finally:
        page.close()
