"""The reading side of one client: what it says is checked, counted, and answered."""

from collections.abc import Callable

import msgspec

from trade2026.ports.clock import Clock
from trade2026.primitives.time import SECOND_NS
from trade2026.web.live import messages
from trade2026.web.live.board import Board, Refused
from trade2026.web.live.connection import Connection
from trade2026.web.live.limits import LiveLimits, TokenBucket
from trade2026.web.live.messages import CloseCode, ErrorCode
from trade2026.web.live.transport import NO_PONG


class Session:
    """What one client says.

    Parameters
    ----------
    log_in : callable
        Takes a connection and the token it gave: lets it in, keeps it in, or ends it.
    """

    def __init__(
        self,
        connection: Connection,
        board: Board,
        log_in: Callable[[Connection, str], None],
        *,
        limits: LiveLimits,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._board = board
        self._log_in = log_in
        self._limits = limits
        self._clock = clock
        now = clock.monotonic_ns()
        self._messages = TokenBucket(limits.message_burst, SECOND_NS // limits.messages_per_s, now)
        self._faults = TokenBucket(limits.faults, limits.fault_span_ns // limits.faults, now)

    async def read_for_ever(self) -> None:
        """Read until the client is gone or the connection is to end."""
        connection = self._connection
        while not connection.ending.done():
            message = await connection.websocket.receive()
            if message["type"] == "websocket.disconnect":
                connection.was_cut = message.get("reason") == NO_PONG
                return
            self._hear(message.get("text"))

    def _hear(self, text: str | None) -> None:
        if not self._messages.take(self._clock.monotonic_ns()):
            self._fault(
                ErrorCode.TOO_MANY_MESSAGES,
                f"more than {self._limits.messages_per_s} messages a second; this one was not acted on",
                "send fewer",
            )
            return
        if text is None:
            self._fault(ErrorCode.BAD_MESSAGE, "the message is not text", "send JSON as a text message")
            return
        if len(text) > self._limits.message_bytes:
            self._connection.end(
                CloseCode.BAD_MESSAGE, f"a message has at most {self._limits.message_bytes} bytes"
            )
            return
        try:
            message = messages.decode(text)
        except msgspec.DecodeError as error:
            self._fault(
                ErrorCode.BAD_MESSAGE,
                f"the message is none of ours: {error}",
                'send JSON such as {"op":"sub","id":1,"topic":"quotes"}; see docs/live-feed.md',
            )
            return
        self._answer(message)

    def _answer(self, message: messages.FromClient) -> None:
        connection = self._connection
        if isinstance(message, messages.Authenticate):
            self._log_in(connection, message.token)
        elif connection.principal is None:
            self._fault(
                ErrorCode.NOT_AUTHENTICATED,
                "the client has not said who it is",
                'send {"op":"auth","token":...} first',
            )
        elif isinstance(message, messages.Subscribe):
            try:
                self._board.subscribe(connection, message)
            except Refused as refusal:
                self._say(messages.error(refusal.code, str(refusal), refusal.remedy, message.id))
        elif isinstance(message, messages.Unsubscribe):
            if self._board.unsubscribe(connection, message.id):
                self._say(messages.unsubbed(message.id))
            else:
                self._say(
                    messages.error(
                        ErrorCode.UNKNOWN_SUBSCRIPTION,
                        f"id must be that of a subscription, was {message.id}",
                        "nothing is to be done: it is not subscribed",
                        message.id,
                    )
                )
        else:
            self._say(messages.pong(message.t))

    def _fault(self, code: ErrorCode, detail: str, remedy: str) -> None:
        if self._faults.take(self._clock.monotonic_ns()):
            self._say(messages.error(code, detail, remedy))
        else:
            self._connection.end(
                CloseCode.BAD_MESSAGE, f"too many messages were refused, the last as {code.value}"
            )

    def _say(self, text: str) -> None:
        if not self._connection.say(text):
            self._connection.end(CloseCode.SLOW_CONSUMER, "slow consumer: answers are not taken; reconnect")
