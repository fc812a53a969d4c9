"""One connection as every door sees it: who is behind it, what waits to be said to it, and why it ends.

Nothing but what was said is queued. The next message is asked for when the one before has been taken by the
server's socket.
"""

import asyncio
from collections import deque
from typing import NamedTuple, Protocol

from starlette.websockets import WebSocket

from trade2026.ports.clock import Clock

Payload = str | bytes
"""A message as it goes over the line: text or binary."""


class Principal(Protocol):
    """Who a client is, as `application.identity` proves it."""

    @property
    def name(self) -> str:
        """Name of the user."""
        ...

    @property
    def accounts(self) -> tuple[str, ...]:
        """Accounts they may see; "*" for all."""
        ...


class Ending(NamedTuple):
    """Why a connection is closed by the server."""

    code: int
    reason: str


class Sent:
    """What was sent to all clients together."""

    def __init__(self) -> None:
        self.frames = 0
        self.bytes = 0


class Guest:
    """One client.

    Attributes
    ----------
    principal : Principal or None
        None until it said who it is.
    blocked_since_ns : int or None
        Monotonic time since which a message waits for the client to take it.
    was_cut : bool
        Whether the server's side of the socket closed it, because no ping was answered.
    ending : asyncio.Future
        Done when the server wants to close: with the code and reason.
    """

    def __init__(
        self, connection_id: str, websocket: WebSocket, clock: Clock, sent: Sent, queue: int
    ) -> None:
        self.id = connection_id
        self.websocket = websocket
        self.principal: Principal | None = None
        self.opened_ns = clock.monotonic_ns()
        self.beat_ns = self.opened_ns
        self.blocked_since_ns: int | None = None
        self.was_cut = False
        self.ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._clock = clock
        self._sent = sent
        self._queue = queue
        self._control: deque[Payload] = deque()
        self._wake = asyncio.Event()

    @property
    def accounts(self) -> frozenset[str] | None:
        """Accounts the client may see; None for all."""
        if self.principal is None:
            return frozenset()
        return None if "*" in self.principal.accounts else frozenset(self.principal.accounts)

    def say(self, message: Payload) -> bool:
        """Queue a control message; False where the client does not take its answers."""
        if len(self._control) >= self._queue:
            return False
        self._control.append(message)
        self._wake.set()
        return True

    def end(self, code: int, reason: str) -> None:
        """Have the connection closed; the first reason counts."""
        if not self.ending.done():
            self.ending.set_result(Ending(code, reason))

    async def send_for_ever(self) -> None:
        """Send what there is whenever there is something; ends by cancellation or a lost line."""
        send = self.websocket.send
        now = self._clock.monotonic_ns
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (payload := self._next()) is not None:
                self.blocked_since_ns = now()
                if isinstance(payload, bytes):
                    await send({"type": "websocket.send", "bytes": payload})
                else:
                    await send({"type": "websocket.send", "text": payload})
                self.blocked_since_ns = None
                self._sent.frames += 1
                self._sent.bytes += len(payload)

    def _next(self) -> Payload | None:
        """What is to be sent now; asked for again once that was taken."""
        return self._control.popleft() if self._control else None
