"""The side of a line that listens: many clients, each read until it sends what is no message."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, cast

import msgspec

from trade2026.adapters.embedded.line import sockets
from trade2026.adapters.embedded.line.framing import FrameReader, Greeting, encode_message
from trade2026.primitives.errors import InputError, OperatingError

BUFFER_BYTES: Final = 8 * 1024 * 1024
"""What may wait for a client that does not read before it is dropped."""

_GRACE_S: Final = 1.0

Note = Callable[[str], None]
PeerT = TypeVar("PeerT", bound="Peer")


class LineServer(Generic[PeerT]):
    """Listens at a path; the base of the servers of all protocols.

    Parameters
    ----------
    note : callable
        Takes a line for the log: who was dropped, and why.
    buffer_bytes : int
        What may wait for one client; one longer than that is dropped.
    """

    def __init__(self, path: str, note: Note, buffer_bytes: int) -> None:
        self.note: Final = note
        self.buffer_bytes: Final = buffer_bytes
        self.clients: Final[dict[int, PeerT]] = {}
        self._path = path
        self._inode: int | None = None
        self._made = 0
        self._server: asyncio.Server | None = None

    @abstractmethod
    def make_peer(self, number: int) -> PeerT:
        """What speaks with a new client."""

    def flush(self) -> None:
        """Send what waits for any client now, not in the next turn of the loop."""
        for client in list(self.clients.values()):
            client.flush()

    async def start(self) -> None:
        """Begin to listen; raises OperatingError where the path is in use or cannot be used."""
        sock = sockets.listen(self._path)
        self._inode = sockets.inode(self._path)
        self._server = await asyncio.get_running_loop().create_unix_server(self._new_client, sock=sock)

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

    def _new_client(self) -> PeerT:
        self._made += 1
        return self.make_peer(self._made)


class Peer(asyncio.Protocol):
    """One client; what is sent to it within one turn of the loop leaves in one write, unless flushed before.

    Parameters
    ----------
    decode : callable
        A message of the client from the bytes of its frame.
    """

    def __init__(
        self, server: "LineServer[Any]", number: int, greeting: Greeting, decode: Callable[[bytes], Any]
    ) -> None:
        self._line = server
        self._number = number
        self._greeting = greeting
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._frames = FrameReader(greeting)
        self._decode = decode
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._is_due = False  # What waits leaves in the next turn.
        self._resting: asyncio.TimerHandle | None = None  # Until it ends, patient frames wait.
        self._gone: asyncio.Future[None] = self._loop.create_future()

    @property
    def called(self) -> str:
        """What the client calls itself; "" before it has said so."""
        return ""

    @property
    def name(self) -> str:
        """For the log."""
        return f"client {self._number}" + (f" ({self.called!r})" if self.called else "")

    @abstractmethod
    def take(self, message: Any) -> None:
        """A message of the client."""

    def ended(self) -> None:  # Most have nothing to do.
        """The client is gone, or was dropped; called once at least, and maybe again."""

    # ------------------------------------------------------------------------------- from the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = stream = cast(asyncio.Transport, transport)  # uvloop's is none by its class.
        self._line.clients[self._number] = self
        stream.write(self._greeting.data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it; answers that are still decided for it go nowhere."""
        self._transport = None
        self._waiting.clear()
        self._line.clients.pop(self._number, None)
        self.ended()
        if not self._gone.done():
            self._gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take every message that is whole; whoever sends anything else is dropped."""
        try:
            for frame in self._frames.feed(data):
                message = self._decode(frame)
                if self._transport is None:  # Dropped over a message before this one.
                    return
                self.take(message)
        except (OperatingError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self.drop(f"it sent what is no message: {error}")

    # --------------------------------------------------------------------------------- to the loop

    def send(self, message: msgspec.Struct) -> None:
        """Send a message."""
        try:
            frame = encode_message(message)
        except InputError as error:  # More than a client may ask for at once; it was decided all the same.
            self.drop(f"its answer cannot be sent: {error}")
            return
        self.send_frame(frame)

    def send_frame(self, frame: bytes, patience_s: float = 0.0) -> None:
        """Send it with whatever else is sent in this turn of the loop.

        One with patience waits, so long at the most, where another one was sent within that time.
        """
        transport = self._transport
        if transport is None:
            return
        if not self._waiting:
            if transport.get_write_buffer_size() > self._line.buffer_bytes:
                self.drop(f"it does not read: {transport.get_write_buffer_size():,} bytes wait for it")
                return
        elif self._waiting_bytes > self._line.buffer_bytes:
            self.flush()  # So much in one turn is measured as it goes, and held by the transport alone.
            self.send_frame(frame, patience_s)
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)
        if patience_s:
            if self._resting is not None:
                return
            self._resting = self._loop.call_later(patience_s, self._rested, patience_s)
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._flush_due)

    def flush(self) -> None:
        """Send what waits now."""
        if self._waiting and self._transport is not None:
            self._transport.write(b"".join(self._waiting))
        self._waiting.clear()
        self._waiting_bytes = 0

    def _flush_due(self) -> None:
        self._is_due = False
        self.flush()

    def _rested(self, patience_s: float) -> None:
        self._resting = None
        if self._waiting:
            self._resting = self._loop.call_later(patience_s, self._rested, patience_s)
            self.flush()

    def hang_up(self) -> "asyncio.Future[None]":
        """Send what waits and close; the future is done when it is closed."""
        self.flush()
        if self._transport is not None:
            self._transport.close()
        return self._gone

    def cut_off(self) -> None:
        """Close at once; what waits is lost."""
        if self._transport is not None:
            self._transport.abort()

    def drop(self, reason: str) -> None:
        """Have nothing to do with it any more, and say so in the log."""
        self._line.note(f"dropped {self.name}: {reason}")
        self._waiting.clear()
        self._waiting_bytes = 0
        transport, self._transport = self._transport, None
        self._line.clients.pop(self._number, None)
        self.ended()
        if transport is not None:
            transport.abort()
