"""The core's side of its line: takes asks from many clients, and tells them what they asked to hear."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, cast

import msgspec

from trade2026.adapters.embedded.core_link import sockets
from trade2026.adapters.embedded.core_link.framing import GREETING, FrameReader, encode_message
from trade2026.ports.core_link import (
    Advanced,
    Answer,
    Ask,
    AskStatus,
    ControlFeed,
    CoreService,
    Decision,
    FeedStatus,
    Hello,
    Market,
    ToCore,
)
from trade2026.ports.working_orders import AskWorking
from trade2026.primitives.errors import InputError, OperatingError

BUFFER_BYTES: Final = 8 * 1024 * 1024
"""What may wait for a client that does not read before it is dropped."""

MAX_UNANSWERED: Final = 4_096
"""Asks of one client that may wait for their answers; beyond it the client is not read from."""

_GRACE_S: Final = 1.0

Note = Callable[[str], None]


async def serve(
    path: str, service: CoreService, note: Note = lambda _: None, *, buffer_bytes: int = BUFFER_BYTES
) -> "CoreServer":
    """Listen at `path` in the running event loop.

    Parameters
    ----------
    note : callable
        Takes a line for the log: who was dropped, and why.
    buffer_bytes : int
        What may wait for one client; one longer than that is dropped.

    Raises
    ------
    OperatingError
        The path is in use or cannot be used.
    """
    server = CoreServer(path, service, note, buffer_bytes)
    await server.start()
    return server


class CoreServer:
    """A listening core; made by `serve`."""

    def __init__(self, path: str, service: CoreService, note: Note, buffer_bytes: int) -> None:
        self.service: Final = service
        self.note: Final = note
        self.buffer_bytes: Final = buffer_bytes
        self.clients: Final[dict[int, _Client]] = {}
        self._path = path
        self._inode: int | None = None
        self._made = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen; raises OperatingError."""
        sock = sockets.listen(self._path)
        self._inode = sockets.inode(self._path)
        self._server = await asyncio.get_running_loop().create_unix_server(self._new_client, sock=sock)

    def tell(self, message: Market | Advanced | FeedStatus) -> None:
        """Send it to every client that asked for such messages; a status of the feed to all."""
        frame = b""
        for client in list(self.clients.values()):
            if client.wants(message):
                frame = frame or encode_message(message)
                client.send_frame(frame)

    async def aclose(self) -> None:
        """Stop listening, send what waits, hang up; clients that do not read are cut off after a second."""
        if self._server is None:
            return
        self._server.close()
        if self._inode is not None and sockets.inode(self._path) == self._inode:
            Path(self._path).unlink(missing_ok=True)
        gone = [client.hang_up() for client in list(self.clients.values())]
        if gone:
            await asyncio.wait(gone, timeout=_GRACE_S)
        for client in list(self.clients.values()):
            client.cut_off()
        await self._server.wait_closed()
        self._server = None

    def _new_client(self) -> "_Client":
        self._made += 1
        return _Client(self, self._made)


class _Client(asyncio.Protocol):
    """One client; what is sent to it within one turn of the loop leaves in one write."""

    def __init__(self, server: CoreServer, number: int) -> None:
        self._server = server
        self._number = number
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._frames = FrameReader()
        self._decode = msgspec.msgpack.Decoder(ToCore).decode
        self._hello: Hello | None = None
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._unanswered = 0
        self._is_paused = False
        self._gone: asyncio.Future[None] = self._loop.create_future()

    @property
    def name(self) -> str:
        """For the log."""
        return f"client {self._number}" + (f" ({self._hello.client!r})" if self._hello else "")

    def wants(self, message: Market | Advanced | FeedStatus) -> bool:
        """Whether it asked to be told such messages."""
        hello = self._hello
        if hello is None:
            return False
        if isinstance(message, Market):
            return hello.market_data
        return hello.follow or isinstance(message, FeedStatus)

    # ------------------------------------------------------------------------------- from the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = stream = cast(asyncio.Transport, transport)  # uvloop's is none by its class.
        self._server.clients[self._number] = self
        stream.write(GREETING)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it; answers that are still decided for it go nowhere."""
        self._transport = None
        self._waiting.clear()
        self._server.clients.pop(self._number, None)
        if not self._gone.done():
            self._gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take every message that is whole; whoever sends anything else is dropped."""
        try:
            for frame in self._frames.feed(data):
                self._take(self._decode(frame))
        except (OperatingError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._drop(f"it sent what is no message: {error}")

    def _take(self, message: ToCore) -> None:
        if self._transport is None:  # Dropped over a message before this one.
            return
        service = self._server.service
        if type(message) is Ask and self._hello:
            self._unanswered += 1
            if self._unanswered >= MAX_UNANSWERED and not self._is_paused:
                self._transport.pause_reading()
                self._is_paused = True
            service.ask(message.intents, partial(self._answer, message.request_id))
        elif isinstance(message, Hello):
            self._greet(message)
        elif self._hello is None:
            self._drop("it asked before it said hello")
        elif isinstance(message, ControlFeed):
            status = service.control_feed(message.action, message.speed)
            self._send(msgspec.structs.replace(status, request_id=message.request_id))
        elif isinstance(message, AskWorking):
            found = service.working(message.scope, message.target)
            self._send(msgspec.structs.replace(found, request_id=message.request_id))
        else:
            assert isinstance(message, AskStatus), "there is no other message"
            self._send(msgspec.structs.replace(service.status(), request_id=message.request_id))

    def _greet(self, hello: Hello) -> None:
        if self._hello is not None:
            self._drop("it said hello twice")
            return
        self._hello = hello
        status = self._server.service.status()
        self._send(msgspec.structs.replace(status.feed, request_id=0))
        if hello.follow:
            self._send(Advanced(status.durable_seq))

    def _answer(self, request_id: int, seq: int, decisions: tuple[Decision, ...]) -> None:
        self._unanswered -= 1
        if self._transport is None:
            return
        if self._is_paused and self._unanswered < MAX_UNANSWERED // 2:
            self._transport.resume_reading()
            self._is_paused = False
        self._send(Answer(request_id, seq, decisions))

    # --------------------------------------------------------------------------------- to the loop

    def _send(self, message: msgspec.Struct) -> None:
        try:
            frame = encode_message(message)
        except InputError as error:  # More than a client may ask for at once; it was decided all the same.
            self._drop(f"its answer cannot be sent: {error}")
            return
        self.send_frame(frame)

    def send_frame(self, frame: bytes) -> None:
        """Send it with whatever else is sent in this turn of the loop."""
        transport = self._transport
        if transport is None:
            return
        if not self._waiting:
            if transport.get_write_buffer_size() > self._server.buffer_bytes:
                self._drop(f"it does not read: {transport.get_write_buffer_size():,} bytes wait for it")
                return
            self._loop.call_soon(self._flush)
        elif self._waiting_bytes > self._server.buffer_bytes:
            self._flush()  # So much in one turn is measured as it goes, and held by the transport alone.
            self.send_frame(frame)
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)

    def _flush(self) -> None:
        if self._waiting and self._transport is not None:
            self._transport.write(b"".join(self._waiting))
        self._waiting.clear()
        self._waiting_bytes = 0

    def hang_up(self) -> "asyncio.Future[None]":
        """Send what waits and close; the future is done when it is closed."""
        self._flush()
        if self._transport is not None:
            self._transport.close()
        return self._gone

    def cut_off(self) -> None:
        """Close at once; what waits is lost."""
        if self._transport is not None:
            self._transport.abort()

    def _drop(self, reason: str) -> None:
        self._server.note(f"dropped {self.name}: {reason}")
        self._waiting.clear()
        self._waiting_bytes = 0
        transport, self._transport = self._transport, None
        self._server.clients.pop(self._number, None)
        if transport is not None:
            transport.abort()
