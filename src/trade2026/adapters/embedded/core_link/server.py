"""The core's side of its line: takes asks from many clients, and tells them what they asked to hear."""

from functools import partial
from typing import Final

import msgspec

from trade2026.adapters.embedded.core_link.framing import GREETING
from trade2026.adapters.embedded.line.framing import encode_message
from trade2026.adapters.embedded.line.server import BUFFER_BYTES, LineServer, Note, Peer
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

MAX_UNANSWERED: Final = 4_096
"""Asks of one client that may wait for their answers; beyond it the client is not read from."""

_PATIENCE_S: Final = 0.004
"""What a `Market` message soon after another waits for the patient: a quarter of a picture's time."""

_decode: Final = msgspec.msgpack.Decoder(ToCore).decode


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


class CoreServer(LineServer["_Client"]):
    """A listening core; made by `serve`."""

    def __init__(self, path: str, service: CoreService, note: Note, buffer_bytes: int) -> None:
        super().__init__(path, note, buffer_bytes)
        self.service: Final = service

    def make_peer(self, number: int) -> "_Client":
        """What speaks with a new client."""
        return _Client(self, number)

    def tell(self, message: Market | Advanced | FeedStatus) -> None:
        """Send it to every client that asked for such messages; a status of the feed to all."""
        frame = b""
        for client in list(self.clients.values()):
            if client.wants(message):
                frame = frame or encode_message(message)
                client.send_frame(frame, client.patience_s if isinstance(message, Market) else 0.0)


class _Client(Peer):
    """One client of the core."""

    def __init__(self, server: CoreServer, number: int) -> None:
        super().__init__(server, number, GREETING, _decode)
        self._server = server
        self._hello: Hello | None = None
        self._unanswered = 0
        self._is_paused = False

    @property
    def called(self) -> str:
        """What it calls itself."""
        return self._hello.client if self._hello else ""

    @property
    def patience_s(self) -> float:
        """How long `Market` messages may wait for it."""
        return _PATIENCE_S if self._hello and self._hello.is_patient else 0.0

    def wants(self, message: Market | Advanced | FeedStatus) -> bool:
        """Whether it asked to be told such messages."""
        hello = self._hello
        if hello is None:
            return False
        if isinstance(message, Market):
            return hello.market_data
        return hello.follow or isinstance(message, FeedStatus)

    def take(self, message: ToCore) -> None:
        """A message of the client."""
        service = self._server.service
        if type(message) is Ask and self._hello:
            self._unanswered += 1
            if self._unanswered >= MAX_UNANSWERED and not self._is_paused:
                assert self._transport is not None, "it was just read from"
                self._transport.pause_reading()
                self._is_paused = True
            service.ask(message.intents, partial(self._answer, message.request_id))
        elif isinstance(message, Hello):
            self._greet(message)
        elif self._hello is None:
            self.drop("it asked before it said hello")
        elif isinstance(message, ControlFeed):
            status = service.control_feed(message.action, message.speed)
            self.send(msgspec.structs.replace(status, request_id=message.request_id))
        elif isinstance(message, AskWorking):
            found = service.working(message.scope, message.target)
            self.send(msgspec.structs.replace(found, request_id=message.request_id))
        else:
            assert isinstance(message, AskStatus), "there is no other message"
            self.send(msgspec.structs.replace(service.status(), request_id=message.request_id))

    def _greet(self, hello: Hello) -> None:
        if self._hello is not None:
            self.drop("it said hello twice")
            return
        self._hello = hello
        status = self._server.service.status()
        self.send(msgspec.structs.replace(status.feed, request_id=0))
        if hello.follow:
            self.send(Advanced(status.durable_seq))

    def _answer(self, request_id: int, seq: int, decisions: tuple[Decision, ...]) -> None:
        self._unanswered -= 1
        if self._transport is None:
            return
        if self._is_paused and self._unanswered < MAX_UNANSWERED // 2:
            self._transport.resume_reading()
            self._is_paused = False
        self.send(Answer(request_id, seq, decisions))
