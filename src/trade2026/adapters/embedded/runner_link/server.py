"""The runner's side of its line: answers questions, and tells every client what changes."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from trade2026.adapters.embedded.line import sockets
from trade2026.adapters.embedded.runner_link.messages import (
    Failed,
    Question,
    Reply,
    ToldJob,
    ToldRun,
    frame,
    read_frame,
)
from trade2026.ports.runner_link import RunnerService, StrategyStatus, Told, TooManyJobs, UnknownId
from trade2026.primitives.errors import InputError, OperatingError, OutcomeUnknown, Trade2026Error

BUFFER_BYTES: Final = 8 * 1024 * 1024
"""What may wait for a client that does not read before it is dropped."""

UNANSWERED_MAX: Final = 64
"""Questions of one client under way at once; beyond it the client is not read from."""

Note = Callable[[str], None]


async def serve(path: str, service: RunnerService, note: Note = lambda _: None) -> "RunnerServer":
    """Listen at `path` in the running event loop; raises OperatingError where it is in use."""
    server = RunnerServer(path, service, note)
    await server.start()
    return server


class RunnerServer:
    """A listening runner; made by `serve`."""

    def __init__(self, path: str, service: RunnerService, note: Note) -> None:
        self._path = path
        self._service = service
        self._note = note
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

    def _tell(self, status: Told) -> None:
        data = frame(ToldRun(status) if isinstance(status, StrategyStatus) else ToldJob(status))
        for writer in list(self._clients):
            self._send(writer, data)

    def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if writer.transport.get_write_buffer_size() > BUFFER_BYTES:
            self._note("a client of the runner was dropped: it does not read")
            writer.transport.abort()
        elif not writer.is_closing():
            writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        decoder = msgspec.msgpack.Decoder(Question)
        under_way = asyncio.Semaphore(UNANSWERED_MAX)
        self._clients[writer] = None
        try:
            while (question := await read_frame(reader, decoder)) is not None:
                await under_way.acquire()
                task = asyncio.get_running_loop().create_task(self._answer(question, writer))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                task.add_done_callback(lambda _: under_way.release())
        except OperatingError as error:
            self._note(f"a client of the runner was dropped: {error}")
        finally:
            self._clients.pop(writer, None)
            writer.close()

    async def _answer(self, question: Question, writer: asyncio.StreamWriter) -> None:
        try:
            value: Any = await self._service.answer(question.question)
            data = frame(Reply(question.number, msgspec.Raw(msgspec.msgpack.encode(value))))
        except Trade2026Error as error:
            data = frame(_failed(question.number, error))
        self._send(writer, data)


def _failed(number: int, error: Trade2026Error) -> Failed:
    """The error as it travels, by the nearest kind that the other side knows."""
    kinds = (UnknownId, TooManyJobs, OutcomeUnknown, InputError)
    name = next((kind.__name__ for kind in kinds if isinstance(error, kind)), OperatingError.__name__)
    if isinstance(error, OperatingError):
        return Failed(number, name, str(error), error.retryable, error.retry_after_ns)
    return Failed(number, name, str(error))
