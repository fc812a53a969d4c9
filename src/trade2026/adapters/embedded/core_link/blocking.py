"""The blocking client of the core's line, for a process that does one thing at a time: a strategy."""

import contextlib
import socket
import time
from collections import deque
from typing import Final

import msgspec

from trade2026.adapters.embedded.core_link.framing import GREETING
from trade2026.adapters.embedded.line import sockets
from trade2026.adapters.embedded.line.framing import FrameReader, encode_message
from trade2026.model.enums import Scope
from trade2026.ports.core_link import (
    Advanced,
    Answer,
    Ask,
    AskStatus,
    CoreStatus,
    FeedStatus,
    FromCore,
    Hello,
    Intent,
    Market,
)
from trade2026.ports.working_orders import AskWorking, WorkingOrders
from trade2026.primitives.errors import OperatingError, OutcomeUnknown
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

Reply = Answer | CoreStatus | WorkingOrders

_READ_BYTES: Final = 256 * 1024
_FIRST_PAUSE_NS: Final = 20 * MILLISECOND_NS
_LONGEST_PAUSE_NS: Final = SECOND_NS


class BlockingCoreConnection:
    """`ports.core_link.BlockingCoreClient` over a Unix socket; once its line is lost it stays lost.

    Parameters
    ----------
    path : str
        Of the core's socket.
    hello : Hello
        Who this is, and what it wants to be told.
    connect_within_ns : int
        How long to try to connect, with back-off.
    answer_within_ns : int
        How long an ask waits for its answer.

    Raises
    ------
    OperatingError
        The core does not answer in time, or speaks another version.
    """

    def __init__(
        self,
        path: str,
        hello: Hello,
        *,
        connect_within_ns: int = 10 * SECOND_NS,
        answer_within_ns: int = 30 * SECOND_NS,
    ) -> None:
        self._path = path
        self._answer_within_ns = answer_within_ns
        self._decode = msgspec.msgpack.Decoder(FromCore).decode
        self._told: deque[Market | Advanced | FeedStatus] = deque()
        self._answers: dict[int, Reply] = {}
        self._asked = 0
        self._lost = ""
        self._sock: socket.socket
        self._frames: FrameReader
        self._connect(hello, connect_within_ns)

    def ask(self, *intents: Intent) -> Answer:
        """Have intents decided; what is told meanwhile is kept for `next_told`.

        Raises
        ------
        OperatingError
            The line was lost before; nothing was sent.
        OutcomeUnknown
            It was sent and no answer came: the same ask under the same client order id tells.
        InputError
            It cannot be sent: a number of more than 64 bits.
        """
        answer = self._request(Ask(self._next(), intents))
        assert isinstance(answer, Answer), "an ask is answered by an answer"
        return answer

    def status(self) -> CoreStatus:
        """How the core is; errors as in `ask`."""
        status = self._request(AskStatus(self._next()))
        assert isinstance(status, CoreStatus), "a question for the status is answered by it"
        return status

    def working(self, scope: Scope, target: str) -> WorkingOrders:
        """Which orders of a scope are not done; errors as in `ask`."""
        found = self._request(AskWorking(self._next(), scope, target))
        assert isinstance(found, WorkingOrders), "a question for orders is answered by them"
        return found

    def _next(self) -> int:
        self._check()
        self._asked += 1
        return self._asked

    def _request(self, message: Ask | AskStatus | AskWorking) -> Reply:
        frame = encode_message(message)
        deadline = time.monotonic_ns() + self._answer_within_ns
        try:
            self._sock.settimeout(self._answer_within_ns / SECOND_NS)
            self._sock.sendall(frame)
            while (answer := self._answers.pop(message.request_id, None)) is None:
                if not self._read(deadline):
                    raise _Lost(f"no answer came within {self._answer_within_ns / SECOND_NS:g} s")
        except (OSError, _Lost) as error:
            raise OutcomeUnknown(
                f"{self._lose(error)}; whether what was asked is done is not known. Connect anew and ask "
                f"again under the same client order id",
                retryable=True,
            ) from None
        return answer

    def next_told(self, timeout_ns: int) -> Market | Advanced | FeedStatus | None:
        """The next thing told; None after the timeout. OperatingError when the line is lost, once all
        that came before has been given.
        """
        told = self._told
        if told:
            return told.popleft()
        self._check()
        deadline = time.monotonic_ns() + timeout_ns
        try:
            while not told:
                if not self._read(deadline):
                    return None
        except (OSError, _Lost) as error:
            self._lose(error)
            if not told:
                self._check()
        return told.popleft()

    def close(self) -> None:
        """Hang up."""
        self._lost = self._lost or "this process hung up"
        self._sock.close()

    # ------------------------------------------------------------------------------------- the line

    def _connect(self, hello: Hello, within_ns: int) -> None:
        deadline = time.monotonic_ns() + within_ns
        pause_ns = _FIRST_PAUSE_NS
        while True:
            try:
                self._sock = sockets.connect(self._path)
                break
            except OSError as error:
                left_ns = deadline - time.monotonic_ns()
                if left_ns <= 0:
                    raise self._away(f"cannot connect to {self._path}: {error.strerror or error}") from None
            time.sleep(min(pause_ns, left_ns) / SECOND_NS)
            pause_ns = min(pause_ns * 2, _LONGEST_PAUSE_NS)
        self._frames = FrameReader(GREETING)
        deadline = max(deadline, time.monotonic_ns() + SECOND_NS)
        try:
            self._sock.settimeout((deadline - time.monotonic_ns()) / SECOND_NS)
            self._sock.sendall(GREETING.data + encode_message(hello))
            while not self._frames.is_greeted:
                if not self._read(deadline):
                    raise _Lost("it accepted the line and said nothing")
        except (OSError, _Lost) as error:
            raise self._away(self._lose(error)) from None

    def _read(self, deadline_ns: int) -> bool:
        """Take what arrives until the deadline; False when nothing does. Raises OSError and _Lost."""
        left_ns = deadline_ns - time.monotonic_ns()
        self._sock.settimeout(max(left_ns, 0) / SECOND_NS)  # At 0 it takes what is there.
        try:
            data = self._sock.recv(_READ_BYTES)
        except (TimeoutError, BlockingIOError):
            return False
        if not data:
            raise _Lost("the trading core hung up")
        try:
            for frame in self._frames.feed(data):
                self._take(self._decode(frame))
        except (OperatingError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _Lost(f"what came from the core is no message: {error}") from None
        return True

    def _take(self, message: FromCore) -> None:
        if isinstance(message, Answer | CoreStatus | WorkingOrders):
            self._answers[message.request_id] = message
        else:
            self._told.append(message)

    def _lose(self, error: Exception) -> str:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        self._lost = self._lost or reason
        with contextlib.suppress(OSError):
            self._sock.close()
        return self._lost

    def _check(self) -> None:
        if self._lost:
            raise self._away(self._lost)

    def _away(self, why: str) -> OperatingError:
        return OperatingError(
            f"the trading core is away ({why}); nothing was sent. Connect anew when it is back",
            retryable=True,
        )


class _Lost(Exception):
    """The line cannot be used any more."""
