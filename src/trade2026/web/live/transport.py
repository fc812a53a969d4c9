"""The server's side of a live socket: uvicorn's protocol, which can be cut while the client takes nothing.

ASGI alone cannot close a connection whose client has stopped reading: the close waits in line behind data
that never leaves. `LiveProtocol` adds `cut` to the scope's extensions for that, says 4408 where a client no
longer answers pings, and keeps little unsent data in the kernel, so that a client that does not read is
noticed early.
"""

import socket
import struct
from asyncio import BaseTransport
from typing import Any, Final, Protocol

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from trade2026.web.live import messages
from trade2026.web.live.messages import CloseCode

EXTENSION: Final = "trade2026.cut"
NO_PONG: Final = "slow consumer: no answer to a ping; reconnect and resume"
MESSAGE_BYTES_MAX: Final = 262_144
"""Of any socket: room for the largest batch of orders. What is no batch is held to less."""
_UNSENT_BYTES: Final = 131_072
_LINGER_S: Final = 10.0


class Cut(Protocol):
    """Ends a connection now, whatever waits to be sent."""

    def __call__(self, code: int, reason: str) -> None:
        """Say bye and close; a client that has not taken it after ten seconds is hung up on."""
        ...


class LiveProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol with `trade2026.cut` in `scope["extensions"]`."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep what the kernel holds unsent small; where it cannot, its own bound holds."""
        super().connection_made(transport)
        option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
        line = transport.get_extra_info("socket")
        if option is not None and line is not None and line.family in (socket.AF_INET, socket.AF_INET6):
            line.setsockopt(socket.IPPROTO_TCP, option, _UNSENT_BYTES)

    def handle_connect(self, event: Request) -> None:
        """Offer `cut` to the application, which has not run yet."""
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][EXTENSION] = self.cut

    def cut(self, code: int, reason: str) -> None:
        """Say bye and close without waiting for the client to take what was sent before."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.conn.send_text(messages.bye(code, reason).encode())
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()  # The client's answer to the close ends the connection.
        self.close_timer = self.loop.call_later(_LINGER_S, self._hang_up)

    def _hang_up(self) -> None:
        line = self.transport.get_extra_info("socket")
        if line is not None:  # Reset: the kernel would keep what is unsent for minutes otherwise.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def keepalive_timeout(self) -> None:
        """A client that does not answer pings does not read, unless it is we who do not read its answer."""
        self.pong_timer = None
        self.pending_ping_payload = None
        if self.read_paused:
            self.schedule_ping()
        else:
            self.cut(CloseCode.SLOW_CONSUMER, NO_PONG)

    def shutdown(self) -> None:
        """The server stops."""
        if self.handshake_complete and not self.close_sent:
            self.cut(CloseCode.GOING_AWAY, "the server stops; reconnect")
        else:
            super().shutdown()


LIVE_SERVER_OPTIONS: Final[dict[str, Any]] = {
    "ws": LiveProtocol,
    "ws_per_message_deflate": False,
    "ws_max_size": MESSAGE_BYTES_MAX,
    "ws_ping_interval": 3.0,
    "ws_ping_timeout": 6.0,
}
"""Keyword arguments for `uvicorn.Config`: a client that stops reading is closed within ten seconds."""
