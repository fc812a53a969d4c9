"""The live feed's door: what clients of the feed are told, beside the topics they listen to."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from starlette.websockets import WebSocket

from trade2026.ports.clock import Clock
from trade2026.primitives.time import SECOND_NS, format_ns
from trade2026.web.live import messages
from trade2026.web.live.board import Board
from trade2026.web.live.connection import Connection
from trade2026.web.live.door import Authenticator, Door
from trade2026.web.live.limits import LiveLimits
from trade2026.web.live.lossless import Replay
from trade2026.web.live.session import Session
from trade2026.web.live.topics import TOPICS, LiveRow, TopicSpec


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


class Hub(Door[Connection]):
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
        super().__init__(
            "live", authenticator=authenticator, clock=clock, journal_seq=journal_seq,
            allowed_origins=allowed_origins, bounds=self._limits,
        )  # fmt: skip
        self._board = Board(topics, limits=self._limits, clock=clock, replay=replay, journal_seq=journal_seq)

    async def aclose(self) -> None:
        """Say goodbye to every client (1001) and wait until all are gone."""
        await super().aclose()
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

    def refuse(self, topic: str, detail: str, remedy: str) -> None:
        """Tell who listens to a topic of a family that there is nothing of this name, and end it for them."""
        self._board.refuse(topic, detail, remedy)

    def when_wanted(self, tell: Callable[[str], None]) -> None:
        """Have `tell` called with a topic's name right before its first listener is shown its state."""
        self._board.on_wanted = tell

    # --------------------------------------------------------------------------------- connections

    def figures(self) -> HubFigures:
        """Counts for metrics."""
        return HubFigures(
            connections=len(self._guests),
            users=len(self._users),
            subscriptions=sum(len(each.subscriptions) for each in self._guests.values()),
            blocked=sum(each.blocked_since_ns is not None for each in self._guests.values()),
            frames_sent=self._sent.frames,
            bytes_sent=self._sent.bytes,
            encoded=self._board.encoded(),
            closed=dict(self._closed),
        )

    # ------------------------------------------------------------------------------------ of the door

    def _receive_guest(self, connection_id: str, websocket: WebSocket) -> Connection:
        return Connection(connection_id, websocket, self._clock, self._sent, self._limits.control_messages)

    async def _read(self, guest: Connection) -> None:
        session = Session(guest, self._board, self._log_in, limits=self._limits, clock=self._clock)
        await session.read_for_ever()

    def _greet(self, guest: Connection) -> None:
        now = self._clock.now_ns()
        guest.say(messages.hello(guest.id, format_ns(now), self._limits.beat_ns // SECOND_NS))

    def _renewed(self, guest: Connection, accounts: frozenset[str] | None) -> None:
        if guest.accounts != accounts:
            self._board.change_accounts(guest)

    def _left(self, guest: Connection) -> None:
        guest.close()
        self._board.drop(guest)
