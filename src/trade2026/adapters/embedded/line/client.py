"""The asyncio client of a line: many requests under way at once, and a new line when one is lost."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Final, Generic, TypeVar, cast

import msgspec

from trade2026.adapters.embedded.line import sockets
from trade2026.adapters.embedded.line.framing import FrameReader, Greeting, encode_message
from trade2026.primitives.errors import OperatingError, OutcomeUnknown
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

UNSENT_BYTES: Final = 8 * 1024 * 1024
"""What may wait to be sent to a peer that does not read before requests are refused."""

MAX_TOLD: Final = 65_536
"""What a listener may leave lying before it is told that it fell behind."""

ToldT = TypeVar("ToldT")

Taken = Callable[[Any], None]
"""Takes what answers a request, or the OutcomeUnknown in its place; must not raise."""


@dataclass(frozen=True)
class Protocol:
    """What a client has to know of what it speaks.

    Attributes
    ----------
    decode : callable
        A message of the peer from the bytes of its frame; raises what msgspec raises.
    request_id : callable
        Which request a message answers; 0 for one that is told unasked.
    peer : str
        What messages of errors call the other side: "the trading core".
    look : str
        Where a person finds out why it is away.
    again : str
        How a request of unknown outcome is asked about.
    """

    greeting: Greeting
    decode: Callable[[bytes], Any]
    request_id: Callable[[Any], int]
    peer: str
    look: str
    again: str

    def unknown(self, reason: str) -> OutcomeUnknown:
        """A request was sent and nobody knows what became of it."""
        text = f"{reason}; whether what was asked is done is not known. {self.again}"
        return OutcomeUnknown(text, retryable=True)


@dataclass(frozen=True)
class Pace:
    """How long a request may be unanswered, and the pauses between attempts to connect; nanoseconds.

    The pause doubles from the first to the longest.
    """

    answer_within_ns: int = 30 * SECOND_NS
    first_pause_ns: int = 50 * MILLISECOND_NS
    longest_pause_ns: int = 2 * SECOND_NS


class LineClient:
    """A line to one path, made again by itself; the base of the clients of all protocols.

    Parameters
    ----------
    hello : Struct
        What is said first on every new line.
    tell : callable
        Takes what the peer told unasked, in order.
    changed : callable
        Called with whether the peer answers, each time that changes.
    """

    def __init__(
        self,
        path: str,
        hello: msgspec.Struct,
        protocol: Protocol,
        tell: Callable[[list[Any]], None],
        changed: Callable[[bool], None],
        pace: Pace,
    ) -> None:
        self._path = path
        self._hello = hello
        self._protocol = protocol
        self._tell_all = tell
        self._changed = changed
        self._pace = pace
        self._ids = count(1)
        self._line: Line | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._why = "no attempt to connect has ended yet"

    @property
    def is_connected(self) -> bool:
        """Whether the peer answers."""
        return self._line is not None and self._line.is_open

    @property
    def why(self) -> str:
        """Why there was no line last."""
        return self._why

    async def start(self) -> None:
        """Begin to connect, in the running loop, and to connect again whenever the line is lost."""
        if self._keeper is None:
            self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def wait_connected(self, timeout_ns: int) -> bool:
        """Wait until the peer answers; False when it does not in time."""
        try:
            async with asyncio.timeout(timeout_ns / SECOND_NS):
                await self._connected.wait()
        except TimeoutError:
            return False
        return True

    async def aclose(self) -> None:
        """Hang up; requests under way end as OutcomeUnknown."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])

    def send(self, make: Callable[[int], msgspec.Struct]) -> "asyncio.Future[Any]":
        """Send a request that is made with its number; the future is what answers it.

        Raises
        ------
        OperatingError
            The peer is away, or does not read; nothing was sent. The future instead raises OutcomeUnknown
            where it was sent and no answer came.
        InputError
            It cannot be sent: a number of more than 64 bits.
        """
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.send_then(make, partial(_settle, reply))
        return reply

    def send_then(self, make: Callable[[int], msgspec.Struct], taken: Taken) -> None:
        """As `send`, for who is told in the very turn of the event loop in which the answer comes."""
        line = self._open_line()
        request_id = next(self._ids)
        line.request(request_id, make(request_id), taken)

    async def _keep(self) -> None:
        """Connect, wait for the end, and again."""
        loop = asyncio.get_running_loop()
        pause_s = first_s = self._pace.first_pause_ns / SECOND_NS
        while True:
            line = Line(
                self._protocol, self._hello, self._tell_all, self._greeted, self._pace.answer_within_ns
            )
            try:
                sock = sockets.connect(self._path)
                sock.setblocking(False)
                await loop.create_unix_connection(lambda line=line: line, sock=sock)  # type: ignore[misc]
                self._why = await line.lost
            except OSError as error:
                self._why = f"cannot connect to {self._path}: {error.strerror or error}"
            finally:
                if self._line is line:
                    self._line = None
                    if self._connected.is_set():  # One that was refused waits longer each time.
                        pause_s = first_s
                    self._connected.clear()
                    self._changed(False)
                line.close("this process hung up")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, self._pace.longest_pause_ns / SECOND_NS)

    def _greeted(self, line: "Line") -> None:
        self._line = line
        self._begun()

    def _begun(self) -> None:
        """There is a line. A protocol in which more has to be said first calls it connected later."""
        self._connected.set()
        self._changed(True)

    def _open_line(self) -> "Line":
        line = self._line
        if line is not None and line.is_open:
            return line
        raise OperatingError(
            f"{self._protocol.peer} is away ({self._why}); nothing was sent. It is tried again by itself; "
            f"{self._protocol.look}",
            retryable=True,
        )


class Line(asyncio.Protocol):
    """One connection, from its greeting to its end."""

    def __init__(
        self,
        protocol: Protocol,
        hello: msgspec.Struct,
        tell: Callable[[list[Any]], None],
        greeted: Callable[["Line"], None],
        answer_within_ns: int,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self._protocol = protocol
        self._hello = hello
        self._tell = tell
        self._greeted = greeted
        self._answer_within_s = answer_within_ns / SECOND_NS
        self._transport: asyncio.Transport | None = None
        self._frames = FrameReader(protocol.greeting)
        self._pending: dict[int, tuple[Taken, float]] = {}
        self._waiting: list[bytes] = []
        self._is_full = False
        self._is_greeted = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything can be sent; may be False before `lost` has been noticed."""
        return self._transport is not None

    def request(self, request_id: int, message: msgspec.Struct, taken: Taken) -> None:
        """Send it with whatever else is sent in this turn of the loop."""
        if self._is_full:
            raise OperatingError(
                f"{self._protocol.peer} does not read; nothing was sent. Try again", retryable=True
            )
        frame = encode_message(message)
        loop = self._loop
        self._pending[request_id] = (taken, loop.time())
        if not self._waiting:
            loop.call_soon(self._flush)
            if self._timer is None:
                self._timer = loop.call_later(self._answer_within_s, self._give_up)
        self._waiting.append(frame)

    def close(self, reason: str) -> None:
        """Hang up; whoever waits for a reply is told that none comes."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting.clear()
        pending, self._pending = self._pending, {}
        for taken, _ in pending.values():
            taken(self._protocol.unknown(reason))
        if not self.lost.done():
            self.lost.set_result(reason)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet and say hello."""
        self._transport = stream = cast(asyncio.Transport, transport)  # uvloop's is none by its class.
        stream.set_write_buffer_limits(high=UNSENT_BYTES)
        stream.write(self._protocol.greeting.data + encode_message(self._hello))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everyone who waits."""
        peer = self._protocol.peer
        self.close(f"the line to {peer} was lost: {exc}" if exc else f"{peer} hung up")

    def pause_writing(self) -> None:
        """The peer does not read."""
        self._is_full = True

    def resume_writing(self) -> None:
        """It reads again."""
        self._is_full = False

    def data_received(self, data: bytes) -> None:
        """Take every message that is whole; a peer that sends anything else is hung up on.

        What is told is passed on before a later answer of the same bytes is: whoever waits for the answer
        has heard what came before it.
        """
        told: list[Any] = []
        answers: list[tuple[Taken, Any]] = []
        pending, decode, id_of = self._pending, self._protocol.decode, self._protocol.request_id
        try:
            frames = self._frames.feed(data)
            if self._frames.is_greeted and not self._is_greeted:
                self._is_greeted = True
                self._greeted(self)
            for frame in frames:
                message = decode(frame)
                request_id = id_of(message)
                if not request_id:
                    told.append(message)
                    continue
                found = pending.pop(request_id, None)
                if found is not None:
                    answers.append((found[0], message))
        except (OperatingError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self.close(f"what came from {self._protocol.peer} is no message: {error}")
        if told:
            self._tell(told)
        for taken, message in answers:
            taken(message)

    def _flush(self) -> None:
        if self._transport is not None:
            self._transport.write(b"".join(self._waiting))
        self._waiting.clear()

    def _give_up(self) -> None:
        """Give up on requests that wait too long, and look again when the next one would."""
        loop = self._loop
        due = loop.time() - self._answer_within_s
        late = [number for number, (_, asked) in self._pending.items() if asked <= due]
        for number in late:
            taken, _ = self._pending.pop(number)
            taken(self._protocol.unknown(f"no answer came within {self._answer_within_s:g} s"))
        oldest = next(iter(self._pending.values()), None)  # Entries are in the order of their asking.
        self._timer = None
        if oldest is not None:
            wait_s = max(oldest[1] - due, 0.001)
            self._timer = loop.call_later(wait_s, self._give_up)


def _settle(reply: "asyncio.Future[Any]", answer: Any) -> None:
    if reply.done():  # Nobody waits any more.
        return
    if isinstance(answer, OutcomeUnknown):
        reply.set_exception(answer)
    else:
        reply.set_result(answer)


class Listener(Generic[ToldT]):
    """Iterates over what is told; a message may take the place of one that still waits at the end.

    Parameters
    ----------
    replaces : callable
        Whether a message makes the one before it superfluous.
    of : str
        Whose messages they are, for the error: "the core".
    """

    def __init__(self, replaces: Callable[[ToldT, ToldT], bool], of: str) -> None:
        self._replaces, self._of = replaces, of
        self._told: deque[ToldT] = deque()
        self._wake: asyncio.Future[None] | None = None
        self._is_behind = False

    def take(self, messages: list[ToldT]) -> None:
        """Keep messages for whoever iterates."""
        told = self._told
        for message in messages:
            if told and self._replaces(message, told[-1]):
                told[-1] = message
            else:
                told.append(message)
        if len(told) > MAX_TOLD:
            self._is_behind = True
            told.clear()
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def __aiter__(self) -> "Listener[ToldT]":
        return self

    async def __anext__(self) -> ToldT:
        while not self._told:
            if self._is_behind:
                raise OperatingError(
                    f"more than {MAX_TOLD:,} messages of {self._of} were left lying; what came is "
                    f"incomplete. Listen anew"
                )
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        return self._told.popleft()
