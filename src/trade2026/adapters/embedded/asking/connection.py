"""The asyncio client of such a line; it connects again by itself."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Any, Final, TypeVar

import msgspec

from trade2026.adapters.embedded.asking.messages import (
    Failed,
    FromServer,
    Line,
    Question,
    Reply,
    packed,
    read_frame,
    unpacked,
)
from trade2026.adapters.embedded.line import sockets
from trade2026.adapters.embedded.line.framing import encode_message
from trade2026.ports.asking import KeyReused, TooManyJobs, UnknownId
from trade2026.primitives.errors import InputError, OperatingError, OutcomeUnknown, Trade2026Error
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

TOLD_MAX: Final = 10_000
"""What a listener may leave lying; the oldest is dropped, each being whole in itself."""

_Value = TypeVar("_Value")


class AskingConnection:
    """Asks over a Unix socket; `start` it, and `aclose` it in the end.

    Parameters
    ----------
    line : Line
        As the other side has it.
    answer_within_ns : int
        After so long a question is given up.
    first_pause_ns, longest_pause_ns : int
        Between attempts to connect; doubles from the first to the longest.
    """

    def __init__(
        self,
        path: str,
        line: Line,
        *,
        answer_within_ns: int = 30 * SECOND_NS,
        first_pause_ns: int = 50 * MILLISECOND_NS,
        longest_pause_ns: int = 2 * SECOND_NS,
    ) -> None:
        self._path, self._line = path, line
        self._answer_within_s = answer_within_ns / SECOND_NS
        self._first_pause_s = first_pause_ns / SECOND_NS
        self._longest_pause_s = longest_pause_ns / SECOND_NS
        self._decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {
            name: msgspec.msgpack.Decoder(kind) for name, kind in line.told.items()
        }
        self._numbers = count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._pending: dict[int, asyncio.Future[Reply]] = {}
        self._listeners: dict[int, asyncio.Queue[Any]] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether the other side answers."""
        return self._writer is not None

    async def start(self) -> None:
        """Begin to connect, and to connect again whenever the line is lost."""
        if self._keeper is None:
            self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def wait_connected(self, timeout_ns: int) -> bool:
        """Wait until the other side answers; False when it does not in time."""
        try:
            async with asyncio.timeout(timeout_ns / SECOND_NS):
                await self._connected.wait()
        except TimeoutError:
            return False
        return True

    async def aclose(self) -> None:
        """Hang up."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])

    async def ask(self, question: msgspec.Struct, kind: type[_Value]) -> _Value:
        """Ask, and wait for an answer of this type.

        Raises
        ------
        InputError, UnknownId, KeyReused, TooManyJobs
            As the other side raised it.
        OperatingError
            The other side is away, or raised it; OutcomeUnknown where nobody knows what it did.
        """
        writer = self._writer
        if writer is None:
            raise OperatingError(
                f"{self._line.name} is away ({self._path}); nothing was asked. It is tried again by itself; "
                f"'trade2026 status' says more",
                retryable=True,
            )
        number = next(self._numbers)
        data = encode_message(Question(number, packed(question)))
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._pending[number] = reply
        try:
            writer.write(data)
            async with asyncio.timeout(self._answer_within_s):
                return msgspec.msgpack.decode((await reply).value, type=kind)
        except TimeoutError:
            raise _unknown("it did not answer in time") from None
        finally:
            self._pending.pop(number, None)

    async def told(self) -> AsyncIterator[Any]:
        """What is told to everybody, from the first `anext` on."""
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self._listeners[id(queue)] = queue
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.pop(id(queue), None)

    async def _keep(self) -> None:
        """Connect, listen until the line ends, and again."""
        pause_s = self._first_pause_s
        while True:
            try:
                sock = sockets.connect(self._path)
                sock.setblocking(False)
                reader, writer = await asyncio.open_unix_connection(sock=sock)
            except OSError:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, self._longest_pause_s)
                continue
            pause_s = self._first_pause_s
            self._writer = writer
            self._connected.set()
            try:
                await self._listen(reader)
            except OperatingError:
                pass  # It speaks another version: the pause below, and then it may have been restarted.
            finally:
                self._writer = None
                self._connected.clear()
                writer.transport.abort()
                for reply in self._pending.values():
                    if not reply.done():
                        reply.set_exception(_unknown(f"the line to {self._line.name} was lost"))
            await asyncio.sleep(pause_s)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromServer)
        while (message := await read_frame(reader, decoder)) is not None:
            if isinstance(message, Reply | Failed):
                reply = self._pending.get(message.number)
                if reply is None or reply.done():
                    continue
                if isinstance(message, Reply):
                    reply.set_result(message)
                else:
                    reply.set_exception(_error(message))
                continue
            if message.kind not in self._decoders:
                raise OperatingError(f"{self._line.name} told {message.kind!r}, which is not known here")
            value = unpacked(message.value, self._decoders[message.kind])
            for queue in self._listeners.values():
                if queue.qsize() >= TOLD_MAX:
                    queue.get_nowait()
                queue.put_nowait(value)


def _unknown(reason: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{reason}; whether what was asked is done is not known, its status tells", retryable=True
    )


def _error(failed: Failed) -> Trade2026Error:
    """The error that the other side raised."""
    for kind in (UnknownId, KeyReused, InputError):
        if failed.error == kind.__name__:
            return kind(failed.text)
    for operating in (TooManyJobs, OutcomeUnknown):
        if failed.error == operating.__name__:
            break
    else:
        operating = OperatingError  # type: ignore[assignment]
    return operating(failed.text, retryable=failed.retryable, retry_after_ns=failed.retry_after_ns)
