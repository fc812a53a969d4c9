"""The side that answers, and that tells everybody what changes."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from trade2026.adapters.embedded.asking.messages import (
    Failed,
    Line,
    Question,
    Reply,
    Told,
    packed,
    read_frame,
    unpacked,
)
from trade2026.adapters.embedded.line import sockets
from trade2026.adapters.embedded.line.framing import encode_message
from trade2026.ports.asking import AnsweringService, KeyReused, TooManyJobs, UnknownId
from trade2026.primitives.errors import InputError, OperatingError, OutcomeUnknown, Trade2026Error

BUFFER_BYTES: Final = 8 * 1024 * 1024
"""What may wait for a client that does not read before it is dropped."""

UNANSWERED_MAX: Final = 64
"""Questions of one client under way at once; beyond it the client is not read from."""

Note = Callable[[str], None]


async def serve(
    path: str, line: Line, service: AnsweringService, note: Note = lambda _: None
) -> "AskingServer":
    """Listen at `path` in the running event loop; raises OperatingError where it is in use."""
    server = AskingServer(path, line, service, note)
    await server.start()
    return server


class AskingServer:
    """A listening side; made by `serve`."""

    def __init__(self, path: str, line: Line, service: AnsweringService, note: Note) -> None:
        self._path, self._line = path, line
        self._service = service
        self._note = note
        self._names = {kind: name for name, kind in line.told.items()}
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.StreamWriter, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._forget: Callable[[], None] | None = None

    async def start(self) -> None:
        """Begin to listen."""
        sock = sockets.listen(self._path)
        self._server = await asyncio.start_unix_server(self._serve, sock=sock)
        self._forget = self._service.listen(self._tell)

    async def aclose(self) -> None:
        """Stop listening and hang up on everyone."""
        if self._server is None:
            return
        if self._forget is not None:
            self._forget()
        self._server.close()
        Path(self._path).unlink(missing_ok=True)
        for writer in list(self._clients):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await self._server.wait_closed()
        self._server = None

    def _tell(self, status: Any) -> None:
        data = encode_message(Told(self._names[type(status)], packed(status)))
        for writer in list(self._clients):
            self._send(writer, data)

    def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if writer.transport.get_write_buffer_size() > BUFFER_BYTES:
            self._note(f"a client of {self._line.name} was dropped: it does not read")
            writer.transport.abort()
        elif not writer.is_closing():
            writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        decoder = msgspec.msgpack.Decoder(Question)
        questions: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(self._line.questions)
        under_way = asyncio.Semaphore(UNANSWERED_MAX)
        self._clients[writer] = None
        try:
            while (asked := await read_frame(reader, decoder)) is not None:
                question = unpacked(asked.question, questions)
                await under_way.acquire()
                task = asyncio.get_running_loop().create_task(self._answer(asked.number, question, writer))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                task.add_done_callback(lambda _: under_way.release())
        except OperatingError as error:
            self._note(f"a client of {self._line.name} was dropped: {error}")
        finally:
            self._clients.pop(writer, None)
            writer.close()

    async def _answer(self, number: int, question: Any, writer: asyncio.StreamWriter) -> None:
        try:
            data = encode_message(Reply(number, packed(await self._service.answer(question))))
        except Trade2026Error as error:
            data = encode_message(_failed(number, error))
        self._send(writer, data)


def _failed(number: int, error: Trade2026Error) -> Failed:
    """The error as it travels, by the nearest kind that the other side knows."""
    kinds = (UnknownId, KeyReused, TooManyJobs, OutcomeUnknown, InputError)
    name = next((kind.__name__ for kind in kinds if isinstance(error, kind)), OperatingError.__name__)
    if isinstance(error, OperatingError):
        return Failed(number, name, str(error), error.retryable, error.retry_after_ns)
    return Failed(number, name, str(error))
