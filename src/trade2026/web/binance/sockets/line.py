"""One WebSocket: a bounded queue to its client, who is dropped when it takes too little, and nobody else
with it.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from trade2026.primitives.time import SECOND_NS
from trade2026.web.binance.counting import Limits
from trade2026.web.exchange import Receive, Scope, Send
from trade2026.web.live.limits import TokenBucket
from trade2026.web.live.transport import EXTENSION, Cut

POLICY: Final = 1008
GOING_AWAY: Final = 1001
_MESSAGE_CHARACTERS_MAX: Final = 65_536


class Line:
    """A connection.

    Parameters
    ----------
    rate : int
        Messages that the client may send in a second; who sends more is dropped.
    """

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, limits: Limits, rate: int, now_ns: int
    ) -> None:
        self._receive = receive
        self._send = send
        self._limits = limits
        self._cut: Cut | None = scope.get("extensions", {}).get(EXTENSION)
        client = scope.get("client")
        self.address: str = client[0] if client else ""
        self._queue: deque[str] = deque()
        self._waiting = 0
        self._wake = asyncio.Event()
        self._over: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self._heard = TokenBucket(rate, SECOND_NS // rate, now_ns)

    @property
    def is_over(self) -> bool:
        """Whether it is to end."""
        return self._over.done()

    def say(self, message: str) -> None:
        """Queue a message; a client that has let too much wait is dropped."""
        if self._over.done():
            return
        self._waiting += len(message)
        limits = self._limits
        if len(self._queue) >= limits.queue_messages or self._waiting > limits.queue_bytes:
            self._queue.clear()
            self.end(POLICY, "slow consumer: too much waits to be taken")
            return
        self._queue.append(message)
        self._wake.set()

    def end(self, code: int, reason: str) -> None:
        """Have the connection closed; the first reason counts."""
        if not self._over.done():
            self._over.set_result((code, reason))

    async def refuse(self) -> None:
        """Do not let it in."""
        await self._send({"type": "websocket.close", "code": POLICY, "reason": ""})

    async def serve(self, hear: Callable[[str], None], clock_ns: Callable[[], int]) -> None:
        """Let it in, and serve it until it ends."""
        message = await self._receive()
        if message["type"] != "websocket.connect":
            return
        await self._send({"type": "websocket.accept"})
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(self._write()), loop.create_task(self._read(hear, clock_ns))]
        try:
            waited: list[asyncio.Future[Any]] = [*tasks, self._over]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            was_over = self._over.done()
            self.end(GOING_AWAY, "")
        for outcome in outcomes:  # A client that went away while it was written to is no fault.
            if isinstance(outcome, Exception) and not isinstance(outcome, OSError):
                raise outcome
        if was_over:
            await self._close(*self._over.result())

    async def _close(self, code: int, reason: str) -> None:
        if self._cut is not None and code == POLICY:
            self._cut(code, reason)  # Behind what waits, a close would never leave.
            return
        with contextlib.suppress(OSError, RuntimeError):  # It may be gone already.
            await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def _write(self) -> None:
        queue, send = self._queue, self._send
        while True:
            await self._wake.wait()
            self._wake.clear()
            while queue:
                message = queue.popleft()
                self._waiting -= len(message)
                await send({"type": "websocket.send", "text": message})

    async def _read(self, hear: Callable[[str], None], clock_ns: Callable[[], int]) -> None:
        while not self._over.done():
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None or len(text) > _MESSAGE_CHARACTERS_MAX:
                self.end(POLICY, "only text messages of bounded size are taken")
            elif not self._heard.take(clock_ns()):
                self.end(POLICY, "Too many requests")
            else:
                hear(text)
