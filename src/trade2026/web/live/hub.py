"""The live feed's door: connections come in, are known or closed, and are watched while they last."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt
from starlette.websockets import WebSocket, WebSocketDisconnect

from trade2026.ports.clock import Clock
from trade2026.primitives.errors import Trade2026Error
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS, UnixNanos, format_ns
from trade2026.web.live import messages, origin
from trade2026.web.live.board import Board
from trade2026.web.live.connection import Connection, Ending, Principal, Sent
from trade2026.web.live.limits import LiveLimits
from trade2026.web.live.lossless import Replay
from trade2026.web.live.messages import CloseCode
from trade2026.web.live.session import Session
from trade2026.web.live.topics import TOPICS, LiveRow, TopicSpec
from trade2026.web.live.transport import EXTENSION, Cut

_log: Final = logging.getLogger(__name__)
_REASON_BYTES: Final = 120  # A close frame holds 123.


class Authenticator(Protocol):
    """Knows who a token is; `application.identity.Identity` is one."""

    def authenticate(self, token: str) -> Any:
        """The principal of a token; raises a Trade2026Error saying why it is none."""
        ...

    def is_valid(self, principal: Any, now: UnixNanos) -> bool:
        """Whether the principal's token has neither expired nor been revoked."""
        ...


class HubFigures(msgspec.Struct, frozen=True):
    """Counts since the start, and connections now.

    Attributes
    ----------
    blocked : int
        Connections whose clients take nothing at the moment.
    encoded : int
        How often frames were encoded; `frames_sent` over it is what sharing saves.
    closed : dict
        Connections that the server closed, by close code.
    """

    connections: int
    users: int
    subscriptions: int
    blocked: int
    frames_sent: int
    bytes_sent: int
    encoded: int
    closed: dict[int, int]


class Hub:
    """The WebSocket endpoint and the topics behind it. All of it lives in one event loop.

    Parameters
    ----------
    authenticator : Authenticator
        Knows tokens.
    clock : Clock
        The real clock.
    replay : Replay
        `replay_topic` of the read models.
    journal_seq : callable
        The number of the journal that the read models show.
    allowed_origins : iterable of str
        Other sites whose pages may connect, as "https://desk.example".
    """

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        clock: Clock,
        replay: Replay,
        journal_seq: Callable[[], int],
        allowed_origins: Iterable[str] = (),
        limits: LiveLimits | None = None,
        topics: Iterable[TopicSpec] = TOPICS,
    ) -> None:
        self._limits = limits or LiveLimits()
        self._authenticator = authenticator
        self._clock = clock
        self._journal_seq = journal_seq
        self._origins = tuple(each.lower().rstrip("/") for each in allowed_origins)
        self._board = Board(topics, limits=self._limits, clock=clock, replay=replay, journal_seq=journal_seq)
        self._connections: dict[str, Connection] = {}
        self._users: Counter[str] = Counter()
        self._endpoints: dict[asyncio.Task[None], None] = {}
        self._opened = 0
        self._sent = Sent()
        self._closed: Counter[int] = Counter()
        self._watch: asyncio.Task[None] | None = None
        self._is_closing = False

    async def start(self) -> None:
        """Begin to watch connections; called in the event loop they will live in."""
        self._watch = asyncio.create_task(self._watch_for_ever(), name="live-watch")

    async def aclose(self) -> None:
        """Say goodbye to every client (1001) and wait until all are gone."""
        self._is_closing = True
        for connection in self._connections.values():
            connection.end(CloseCode.GOING_AWAY, "the server stops; reconnect")
        if self._endpoints:
            await asyncio.wait(self._endpoints)
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        self._board.close()

    # ---------------------------------------------------------------------------------- publishing

    def publish_rows(
        self,
        topic: str,
        keys: Sequence[str],
        columns: Mapping[str, Sequence[float] | npt.NDArray[np.float64]],
    ) -> None:
        """Set rows of a conflated topic: one float64 for each key in each column, NaN for unknown.

        Raises InputError when the topic is not conflated, or columns are missing, unknown or of another
        length.
        """
        self._board.publish_rows(topic, keys, columns)

    def publish_state(self, topic: str, rows: Sequence[LiveRow], *, whole: bool = False) -> None:
        """Set rows of a state topic by their key; `whole` says that there are no others.

        Rows of a topic without keys (feed, services) are always the whole. Raises InputError when the topic
        is no state, or a row has no key.
        """
        self._board.publish_state(topic, rows, whole=whole)

    def publish_lossless(self, topic: str, seq: int, rows: Sequence[LiveRow]) -> None:
        """Add all rows that a journal number has in a lossless topic.

        Raises InputError when the topic is not lossless, or the number is not above the last.
        """
        self._board.publish_lossless(topic, seq, rows)

    def is_wanted(self, topic: str) -> bool:
        """Whether anyone listens to a topic now."""
        return self._board.is_wanted(topic)

    def when_wanted(self, tell: Callable[[str], None]) -> None:
        """Have `tell` called with a topic's name right before its first listener is shown its state."""
        self._board.on_wanted = tell

    # --------------------------------------------------------------------------------- connections

    @property
    def connections(self) -> int:
        """Open connections."""
        return len(self._connections)

    def figures(self) -> HubFigures:
        """Counts for metrics."""
        return HubFigures(
            connections=len(self._connections),
            users=len(self._users),
            subscriptions=sum(len(each.subscriptions) for each in self._connections.values()),
            blocked=sum(each.blocked_since_ns is not None for each in self._connections.values()),
            frames_sent=self._sent.frames,
            bytes_sent=self._sent.bytes,
            encoded=self._board.encoded(),
            closed=dict(self._closed),
        )

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve one connection until it ends."""
        task = asyncio.current_task()
        assert task is not None
        self._endpoints[task] = None
        try:
            await websocket.accept()
            await self._serve(websocket)
        except WebSocketDisconnect:
            pass  # It went away before it was let in, or while it was told goodbye.
        finally:
            del self._endpoints[task]

    async def _serve(self, websocket: WebSocket) -> None:
        self._opened += 1
        connection = Connection(
            f"c{self._opened}", websocket, self._clock, self._sent, self._limits.control_messages
        )
        self._connections[connection.id] = connection
        session = Session(connection, self._board, self._log_in, limits=self._limits, clock=self._clock)
        tasks: list[asyncio.Task[None]] = []
        try:
            self._admit(connection)
            if not connection.ending.done():
                tasks.append(
                    asyncio.create_task(connection.send_for_ever(), name=f"live-send-{connection.id}")
                )
                tasks.append(asyncio.create_task(session.read_for_ever(), name=f"live-read-{connection.id}"))
                waited: list[asyncio.Future[Any]] = [*tasks, connection.ending]
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in tasks:
                each.cancel()
            if connection.ending.done():
                self._closed[connection.ending.result().code] += 1
            elif connection.was_cut:
                self._closed[CloseCode.SLOW_CONSUMER] += 1
            self._forget(connection)
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                raise outcome
        if connection.ending.done():
            await self._say_goodbye(connection, connection.ending.result())

    def _admit(self, connection: Connection) -> None:
        websocket = connection.websocket
        cookie = websocket.cookies.get(origin.SESSION_COOKIE)
        if self._is_closing:
            connection.end(CloseCode.GOING_AWAY, "the server stops; reconnect")
        elif len(self._connections) > self._limits.connections_total:
            connection.end(CloseCode.TOO_MANY_CONNECTIONS, "too many connections; try again later")
        elif not origin.is_own(
            websocket.headers, websocket.url.scheme, self._origins, is_required=cookie is not None
        ):
            connection.end(CloseCode.FOREIGN_ORIGIN, "the page is not the desk's own; have its site allowed")
        elif cookie is not None:
            self._log_in(connection, cookie)
        elif self._unknown() > self._limits.connections_unknown:
            connection.end(CloseCode.TOO_MANY_CONNECTIONS, "too many connections that say not who; try again")

    def _unknown(self) -> int:
        return len(self._connections) - self._users.total()

    def _log_in(self, connection: Connection, token: str) -> None:
        """Let a connection in, or keep it in with a newer token, or end it."""
        try:
            principal: Principal = self._authenticator.authenticate(token)
        except Trade2026Error as error:
            connection.end(CloseCode.NOT_AUTHENTICATED, f"not logged in: {error}")
            return
        before = connection.principal
        if before is None:
            if self._users[principal.name] >= self._limits.connections_per_user:
                connection.end(
                    CloseCode.TOO_MANY_CONNECTIONS,
                    f"a user has at most {self._limits.connections_per_user} connections; close some",
                )
                return
            self._users[principal.name] += 1
            connection.principal = principal
            now = self._clock.now_ns()
            connection.say(messages.hello(connection.id, format_ns(now), self._limits.beat_ns // SECOND_NS))
        elif principal.name != before.name:
            connection.end(
                CloseCode.NOT_AUTHENTICATED, "the token is another user's; open another connection"
            )
        else:
            accounts = connection.accounts
            connection.principal = principal
            connection.say(messages.authed(principal.name))
            if connection.accounts != accounts:
                self._board.change_accounts(connection)

    def _forget(self, connection: Connection) -> None:
        self._board.drop(connection)
        del self._connections[connection.id]
        if connection.principal is not None:
            name = connection.principal.name
            self._users[name] -= 1
            if not self._users[name]:
                del self._users[name]

    async def _say_goodbye(self, connection: Connection, ending: Ending) -> None:
        reason = ending.reason.encode()[:_REASON_BYTES].decode(errors="ignore")
        _log.info("live connection %s closed: %s %s", connection.id, ending.code, reason)
        cut: Cut | None = connection.websocket.scope.get("extensions", {}).get(EXTENSION)
        if cut is not None:
            cut(ending.code, reason)
            return
        try:
            async with asyncio.timeout(self._limits.close_ns / SECOND_NS):
                await connection.websocket.send_text(messages.bye(ending.code, reason))
                await connection.websocket.close(ending.code, reason)
        except TimeoutError:
            pass  # The client takes nothing, and this server offers no way to cut it: leaving hangs up.

    # -------------------------------------------------------------------------------------- watching

    async def _watch_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._limits.check_ns / SECOND_NS)
            self.check()

    def check(self) -> None:
        """Look at every connection once: end the expired, the silent and the blocked; send heartbeats."""
        now, monotonic = self._clock.now_ns(), self._clock.monotonic_ns()
        limits = self._limits
        beat: str | None = None
        for connection in self._connections.values():
            blocked = connection.blocked_since_ns
            if connection.principal is None:
                if monotonic - connection.opened_ns >= limits.login_ns:
                    connection.end(CloseCode.NOT_AUTHENTICATED, "no token came; send it first")
            elif not self._authenticator.is_valid(connection.principal, now):
                connection.end(CloseCode.NOT_AUTHENTICATED, "the session has ended; log in again")
            elif blocked is not None and monotonic - blocked >= limits.blocked_ns:
                connection.end(
                    CloseCode.SLOW_CONSUMER, "slow consumer: nothing was taken for long; reconnect and resume"
                )
            elif monotonic - connection.beat_ns >= limits.beat_ns:
                connection.beat_ns = monotonic
                beat = beat or messages.beat(now / MILLISECOND_NS, self._journal_seq())
                connection.say(beat)
