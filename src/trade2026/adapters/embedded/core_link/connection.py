"""The asyncio client of the core's line: many asks under way at once, and a new line when one is lost."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Final, cast
from weakref import WeakValueDictionary

import msgspec

from trade2026.adapters.embedded.core_link import sockets
from trade2026.adapters.embedded.core_link.framing import GREETING, FrameReader, encode_message
from trade2026.ports.core_link import (
    Advanced,
    Answer,
    Ask,
    AskStatus,
    ControlFeed,
    CoreStatus,
    FeedAction,
    FeedStatus,
    FromCore,
    Hello,
    Intent,
    Market,
)
from trade2026.ports.working_orders import WorkingOrders
from trade2026.primitives.errors import OperatingError, OutcomeUnknown
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

UNSENT_BYTES: Final = 8 * 1024 * 1024
"""What may wait to be sent to a core that does not read before asks are refused."""

MAX_TOLD: Final = 65_536
"""What a listener may leave lying before it is told that it fell behind."""

Told = Market | Advanced | FeedStatus
Reply = Answer | FeedStatus | CoreStatus | WorkingOrders


class CoreConnection:
    """`ports.core_link.CoreClient` over a Unix socket.

    Parameters
    ----------
    path : str
        Of the core's socket.
    hello : Hello
        Who this is, and what it wants to be told.
    changed : callable
        Called with whether the core answers, each time that changes.
    answer_within_ns : int
        After so long an ask is given up, its outcome unknown, though the line is there.
    first_pause_ns, longest_pause_ns : int
        Between attempts to connect; doubles from the first to the longest.
    """

    def __init__(
        self,
        path: str,
        hello: Hello,
        *,
        changed: Callable[[bool], None] = lambda _: None,
        answer_within_ns: int = 30 * SECOND_NS,
        first_pause_ns: int = 50 * MILLISECOND_NS,
        longest_pause_ns: int = 2 * SECOND_NS,
    ) -> None:
        self._path = path
        self._hello = hello
        self._changed = changed
        self._answer_within_s = answer_within_ns / SECOND_NS
        self._first_pause_s = first_pause_ns / SECOND_NS
        self._longest_pause_s = longest_pause_ns / SECOND_NS
        self._ids = count(1)
        self._line: _Line | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._why = "no attempt to connect has ended yet"
        self._listeners: WeakValueDictionary[int, _Listener] = WeakValueDictionary()

    @property
    def is_connected(self) -> bool:
        """Whether the core answers."""
        return self._line is not None and self._line.is_open

    async def start(self) -> None:
        """Begin to connect, in the running loop, and to connect again whenever the line is lost."""
        if self._keeper is None:
            self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def wait_connected(self, timeout_ns: int) -> bool:
        """Wait until the core answers; False when it does not in time."""
        try:
            async with asyncio.timeout(timeout_ns / SECOND_NS):
                await self._connected.wait()
        except TimeoutError:
            return False
        return True

    async def aclose(self) -> None:
        """Hang up; asks under way end as OutcomeUnknown."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])

    # ------------------------------------------------------------------------------------- the port

    async def ask(self, *intents: Intent) -> Answer:
        """Have intents decided.

        Raises
        ------
        OperatingError
            The core is away; nothing was sent.
        OutcomeUnknown
            It was sent and no answer came: the same ask under the same client order id tells.
        InputError
            It cannot be sent: a number of more than 64 bits.
        """
        line = self._open_line()
        request_id = next(self._ids)
        answer = await line.request(request_id, Ask(request_id, intents))
        assert isinstance(answer, Answer), "an ask is answered by an answer"
        return answer

    async def control_feed(self, action: FeedAction, speed: float = 1.0) -> FeedStatus:
        """Steer the replay; errors as in `ask`."""
        line = self._open_line()
        request_id = next(self._ids)
        status = await line.request(request_id, ControlFeed(request_id, action, speed))
        assert isinstance(status, FeedStatus), "steering is answered by the feed's status"
        return status

    async def status(self) -> CoreStatus:
        """How the core is; errors as in `ask`."""
        line = self._open_line()
        request_id = next(self._ids)
        status = await line.request(request_id, AskStatus(request_id))
        assert isinstance(status, CoreStatus), "a question for the status is answered by it"
        return status

    def told(self) -> "_Listener":
        """What the core tells unasked, from this call on; begins anew with the feed's status when a lost
        line is back. OperatingError when `MAX_TOLD` messages were left lying.
        """
        listener = _Listener()
        self._listeners[id(listener)] = listener
        return listener

    # ------------------------------------------------------------------------------------ the keeper

    async def _keep(self) -> None:
        """Connect, wait for the end, and again."""
        loop = asyncio.get_running_loop()
        pause_s = self._first_pause_s
        while True:
            line = _Line(self._hello, self._tell, self._greeted, self._answer_within_s)
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
                    self._connected.clear()
                    self._changed(False)
                    pause_s = self._first_pause_s
                line.close("this process hung up")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, self._longest_pause_s)

    def _greeted(self, line: "_Line") -> None:
        self._line = line
        self._connected.set()
        self._changed(True)

    def _tell(self, messages: list[Told]) -> None:
        for listener in list(self._listeners.values()):
            listener.take(messages)

    def _open_line(self) -> "_Line":
        line = self._line
        if line is not None and line.is_open:
            return line
        raise OperatingError(
            f"the trading core is away ({self._why}); nothing was sent. It is tried again by itself; "
            f"'trade2026 status' says more",
            retryable=True,
        )


class _Line(asyncio.Protocol):
    """One connection, from its greeting to its end."""

    def __init__(
        self,
        hello: Hello,
        tell: Callable[[list[Told]], None],
        greeted: Callable[["_Line"], None],
        answer_within_s: float,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self._hello = hello
        self._tell = tell
        self._greeted = greeted
        self._answer_within_s = answer_within_s
        self._transport: asyncio.Transport | None = None
        self._frames = FrameReader()
        self._decode = msgspec.msgpack.Decoder(FromCore).decode
        self._pending: dict[int, tuple[asyncio.Future[Reply], float]] = {}
        self._waiting: list[bytes] = []
        self._is_full = False
        self._is_greeted = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything can be sent; may be False before `lost` has been noticed."""
        return self._transport is not None

    def request(self, request_id: int, message: Ask | ControlFeed | AskStatus) -> "asyncio.Future[Reply]":
        """Send it with whatever else is sent in this turn of the loop; the future is the reply."""
        if self._is_full:
            raise OperatingError(
                "the trading core does not read; nothing was sent. Try again", retryable=True
            )
        frame = encode_message(message)
        loop = self._loop
        reply: asyncio.Future[Reply] = loop.create_future()
        self._pending[request_id] = (reply, loop.time())
        if not self._waiting:
            loop.call_soon(self._flush)
            if self._timer is None:
                self._timer = loop.call_later(self._answer_within_s, self._give_up)
        self._waiting.append(frame)
        return reply

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
        for reply, _ in pending.values():
            if not reply.done():
                reply.set_exception(_unknown(reason))
        if not self.lost.done():
            self.lost.set_result(reason)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet and say hello."""
        self._transport = stream = cast(asyncio.Transport, transport)  # uvloop's is none by its class.
        stream.set_write_buffer_limits(high=UNSENT_BYTES)
        stream.write(GREETING + encode_message(self._hello))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everyone who waits."""
        self.close(f"the line to the trading core was lost: {exc}" if exc else "the trading core hung up")

    def pause_writing(self) -> None:
        """The core does not read."""
        self._is_full = True

    def resume_writing(self) -> None:
        """It reads again."""
        self._is_full = False

    def data_received(self, data: bytes) -> None:
        """Take every message that is whole; a core that sends anything else is hung up on."""
        told: list[Told] = []
        pending, decode = self._pending, self._decode
        try:
            frames = self._frames.feed(data)
            if self._frames.is_greeted and not self._is_greeted:
                self._is_greeted = True
                self._greeted(self)
            for frame in frames:
                message: FromCore = decode(frame)
                if isinstance(message, Market | Advanced) or not message.request_id:
                    told.append(message)  # type: ignore[arg-type]
                    continue
                found = pending.pop(message.request_id, None)
                if found is not None and not found[0].done():
                    found[0].set_result(message)
        except (OperatingError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self.close(f"what came from the core is no message: {error}")
        if told:
            self._tell(told)

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
            reply, _ = self._pending.pop(number)
            if not reply.done():
                reply.set_exception(_unknown(f"no answer came within {self._answer_within_s:g} s"))
        oldest = next(iter(self._pending.values()), None)  # Entries are in the order of their asking.
        self._timer = None
        if oldest is not None:
            wait_s = max(oldest[1] - due, 0.001)
            self._timer = loop.call_later(wait_s, self._give_up)


def _unknown(reason: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{reason}; whether what was asked is done is not known. Ask again under the same client order id",
        retryable=True,
    )


class _Listener:
    """Iterates over what is told; a new end of the journal replaces one that still waits at the end."""

    def __init__(self) -> None:
        self._told: deque[Told] = deque()
        self._wake: asyncio.Future[None] | None = None
        self._is_behind = False

    def take(self, messages: list[Told]) -> None:
        """Keep messages for whoever iterates."""
        told = self._told
        for message in messages:
            if type(message) is Advanced and told and type(told[-1]) is Advanced:
                told[-1] = message
            else:
                told.append(message)
        if len(told) > MAX_TOLD:
            self._is_behind = True
            told.clear()
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def __aiter__(self) -> "_Listener":
        return self

    async def __anext__(self) -> Told:
        while not self._told:
            if self._is_behind:
                raise OperatingError(
                    f"more than {MAX_TOLD:,} messages of the core were left lying; what came is incomplete. "
                    f"Listen anew"
                )
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        return self._told.popleft()
