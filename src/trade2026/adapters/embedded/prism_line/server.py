"""The simulated market's side of its line: answers who asks, and tells who listens and who trades."""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from trade2026.adapters.embedded.line.framing import encode_message
from trade2026.adapters.embedded.line.server import BUFFER_BYTES, LineServer, Note, Peer
from trade2026.adapters.embedded.prism_line.framing import GREETING
from trade2026.ports.prism import PrismHello, Tick
from trade2026.ports.prism_trading import Answered, Asked, News, PrismService, Refused, ToPrism
from trade2026.primitives.errors import InputError

MAX_UNANSWERED: Final = 4_096
"""Questions of one client that may wait for their answers; beyond it the client is not read from."""

_decode: Final = msgspec.msgpack.Decoder(ToPrism).decode


async def serve(
    path: str, service: PrismService, note: Note = lambda _: None, *, buffer_bytes: int = BUFFER_BYTES
) -> "PrismServer":
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
    server = PrismServer(path, service, note, buffer_bytes)
    await server.start()
    return server


class PrismServer(LineServer["_Client"]):
    """A listening market; made by `serve`."""

    def __init__(self, path: str, service: PrismService, note: Note, buffer_bytes: int) -> None:
        super().__init__(path, note, buffer_bytes)
        self.service: Final = service
        self._listeners: dict[int, _Client] = {}
        self._end_listening: Callable[[], None] | None = None

    def make_peer(self, number: int) -> "_Client":
        """What speaks with a new client."""
        return _Client(self, number)

    def begin_listening(self, number: int, client: "_Client") -> None:
        """Tell a client prices, which are encoded once for all; listening anew has every book told again."""
        self._listeners[number] = client
        before, self._end_listening = self._end_listening, self.service.listen(self._tell)
        if before is not None:
            before()

    def end_listening(self, number: int) -> None:
        """Tell a client no more."""
        self._listeners.pop(number, None)
        if not self._listeners and self._end_listening is not None:
            self._end_listening()
            self._end_listening = None

    def _tell(self, tick: Tick) -> None:
        frame = encode_message(tick)
        for client in list(self._listeners.values()):
            client.send_frame(frame)


class _Client(Peer):
    """One client of the market."""

    def __init__(self, server: PrismServer, number: int) -> None:
        super().__init__(server, number, GREETING, _decode)
        self._server = server
        self._hello: PrismHello | None = None
        self._end_attending: Callable[[], None] | None = None
        self._unanswered: set[asyncio.Task[None]] = set()
        self._is_paused = False

    @property
    def called(self) -> str:
        """What it calls itself."""
        if self._hello is None:
            return ""
        return " ".join(filter(None, (self._hello.client, self._hello.account_id)))

    def take(self, message: ToPrism) -> None:
        """A message of the client."""
        if isinstance(message, PrismHello):
            self._greet(message)
        elif self._hello is None:
            self.drop("it asked before it said hello")
        else:
            self._begin(message)

    def ended(self) -> None:
        """It hears no more; what it asked for is done all the same."""
        self._server.end_listening(self._number)
        if self._end_attending is not None:
            self._end_attending()
            self._end_attending = None

    def _greet(self, hello: PrismHello) -> None:
        if self._hello is not None:
            self.drop("it said hello twice")
            return
        self._hello = hello
        service = self._server.service
        if hello.account_id:
            first: list[News] = []  # What is told at once, which comes behind the welcome.
            is_welcome = False

            def tell(news: News) -> None:
                if is_welcome:
                    self.send(news)
                else:
                    first.append(news)

            try:
                self._end_attending = service.attend(hello.account_id, tell)
            except InputError as error:
                self.send(Answered(0, Refused(str(error))))
                self._server.note(f"refused {self.name}: {error}")
                self.hang_up()
                return
            is_welcome = True
            for message in (service.welcome(), *first):
                self.send(message)
        else:
            self.send(service.welcome())
        if hello.market_data:
            self._server.begin_listening(self._number, self)

    def _begin(self, asked: Asked) -> None:
        task = self._loop.create_task(self._answer(asked))
        self._unanswered.add(task)
        task.add_done_callback(self._answered)
        if len(self._unanswered) >= MAX_UNANSWERED and not self._is_paused:
            assert self._transport is not None, "it was just read from"
            self._transport.pause_reading()
            self._is_paused = True

    async def _answer(self, asked: Asked) -> None:
        assert self._hello is not None, "it has said hello"
        reply = await self._server.service.answer(self._hello.account_id, asked.what)
        self.send(Answered(asked.request_id, reply))

    def _answered(self, task: "asyncio.Task[None]") -> None:
        self._unanswered.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:  # A fault of ours, or of its disk: no answer is better than a wrong one.
            self._server.note(f"{self.name} asked what ended in an error: {error!r}")
            self.drop("what it asked ended in an error")
        elif self._is_paused and len(self._unanswered) < MAX_UNANSWERED // 2 and self._transport is not None:
            self._transport.resume_reading()
            self._is_paused = False
