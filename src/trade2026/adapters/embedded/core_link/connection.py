"""The asyncio client of the core's line: many asks under way at once, and a new line when one is lost."""

from collections.abc import Callable
from typing import Final
from weakref import WeakValueDictionary

import msgspec

from trade2026.adapters.embedded.core_link.framing import GREETING
from trade2026.adapters.embedded.line.client import LineClient, Listener, Pace, Protocol
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
from trade2026.ports.quick_core import Heard
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

Told = Market | Advanced | FeedStatus


def _request_id(message: FromCore) -> int:
    return 0 if isinstance(message, Market | Advanced) else message.request_id


_PROTOCOL: Final = Protocol(
    GREETING, msgspec.msgpack.Decoder(FromCore).decode, _request_id, "the trading core",
    "'trade2026 status' says more", "Ask again under the same client order id",
)  # fmt: skip


def _replaces(later: Told, before: Told) -> bool:
    """A new end of the journal replaces one that still waits at the end."""
    return type(later) is Advanced and type(before) is Advanced


class CoreConnection(LineClient):
    """`ports.quick_core.QuickCoreClient` over a Unix socket.

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
        pace = Pace(answer_within_ns, first_pause_ns, longest_pause_ns)
        super().__init__(path, hello, _PROTOCOL, self._tell, changed, pace)
        self._listeners: WeakValueDictionary[int, Listener[Told]] = WeakValueDictionary()

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
        answer = await self.send(lambda request_id: Ask(request_id, intents))
        assert isinstance(answer, Answer), "an ask is answered by an answer"
        return answer

    def ask_then(self, intents: tuple[Intent, ...], heard: Heard) -> None:
        """As `ask`, for who is told in the turn of the event loop in which the answer comes."""
        self.send_then(lambda request_id: Ask(request_id, intents), heard)

    async def control_feed(self, action: FeedAction, speed: float = 1.0) -> FeedStatus:
        """Steer the replay; errors as in `ask`."""
        status = await self.send(lambda request_id: ControlFeed(request_id, action, speed))
        assert isinstance(status, FeedStatus), "steering is answered by the feed's status"
        return status

    async def status(self) -> CoreStatus:
        """How the core is; errors as in `ask`."""
        status = await self.send(AskStatus)
        assert isinstance(status, CoreStatus), "a question for the status is answered by it"
        return status

    def told(self) -> "Listener[Told]":
        """What the core tells unasked, from this call on; begins anew with the feed's status when a lost
        line is back. OperatingError when `MAX_TOLD` messages were left lying.
        """
        listener: Listener[Told] = Listener(_replaces, "the core")
        self._listeners[id(listener)] = listener
        return listener

    def _tell(self, messages: list[Told]) -> None:
        for listener in list(self._listeners.values()):
            listener.take(messages)
