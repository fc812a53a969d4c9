"""The client of the simulated market's line, for who listens to its prices and for who trades on it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from weakref import WeakValueDictionary

import msgspec

from trade2026.adapters.embedded.line.client import LineClient, Listener, Pace, Protocol
from trade2026.adapters.embedded.prism_line.framing import GREETING
from trade2026.ports.prism import PrismHello, PrismWelcome, Tick
from trade2026.ports.prism_trading import (
    AccountReport,
    Answered,
    Asked,
    Beat,
    FromPrism,
    News,
    Question,
    Refused,
    Reply,
)
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

Told = PrismWelcome | Tick


def _request_id(message: FromPrism) -> int:
    return message.request_id if type(message) is Answered else 0


_PROTOCOL: Final = Protocol(
    GREETING, msgspec.msgpack.Decoder(FromPrism).decode, _request_id, "the simulated market",
    "'trade2026 run prism' starts it", "Ask what became of it",
)  # fmt: skip


def _replaces(later: Told, before: Told) -> bool:
    """A tick without events makes one before it that has none either superfluous."""
    return type(later) is Tick and type(before) is Tick and not before.events and not later.events


def _nobody(_: News) -> None:
    """For a client without an account, who is told none."""


def _nothing(_is_connected: bool, _why: str) -> None:  # As it is called.
    """Nobody watches."""


class PrismConnection(LineClient):
    """`ports.prism.PrismLine`, and `ports.prism_trading.PrismTradingLine` where `hello` names an account.

    Parameters
    ----------
    path : str
        Of the market's socket.
    hello : PrismHello
        Who this is, whose orders it sends, and whether it wants prices.
    answer_within_ns : int
        After so long a question is given up, its outcome unknown, though the line is there.
    first_pause_ns, longest_pause_ns : int
        Between attempts to connect; doubles from the first to the longest.
    """

    def __init__(
        self,
        path: str,
        hello: PrismHello,
        *,
        answer_within_ns: int = 30 * SECOND_NS,
        first_pause_ns: int = 20 * MILLISECOND_NS,
        longest_pause_ns: int = SECOND_NS,
    ) -> None:
        pace = Pace(answer_within_ns, first_pause_ns, longest_pause_ns)
        super().__init__(path, hello, _PROTOCOL, self._hear, self._on_changed, pace)
        self._account_id = hello.account_id
        self._listeners: WeakValueDictionary[int, Listener[Told]] = WeakValueDictionary()
        self._welcome: PrismWelcome | None = None
        self._news: Callable[[News], None] = _nobody
        self._watcher: Callable[[bool, str], None] = _nothing
        self.refusal = ""
        """What the market said before it hung up last; "" while it takes this client."""

    @property
    def account_id(self) -> str:
        """Whose line it is."""
        return self._account_id

    @property
    def is_connected(self) -> bool:
        """Whether the market has welcomed this client and answers."""
        return super().is_connected and self._welcome is not None

    @property
    def why(self) -> str:
        """Why there was no line last."""
        return self.refusal or super().why

    def watch(self, news: Callable[[News], None], changed: Callable[[bool, str], None]) -> None:
        """Say who hears of the account, and whether there is a line and why not; before `start`."""
        self._news, self._watcher = news, changed

    def told(self) -> "Listener[Told]":
        """What the market tells from this call on; begins with a `PrismWelcome`, at once where there is a
        line, and again whenever the line is new. OperatingError when `MAX_TOLD` messages were left lying.
        """
        listener: Listener[Told] = Listener(_replaces, "the simulated market")
        self._listeners[id(listener)] = listener
        if self.is_connected and self._welcome is not None:
            listener.take([self._welcome])
        return listener

    def ask(self, question: Question) -> Awaitable[Reply]:
        """Send a question before this returns; see `ports.prism_trading.PrismTradingLine`."""
        answer = self.send(lambda request_id: Asked(request_id, question))
        return _what(answer)

    def _hear(self, messages: list[FromPrism]) -> None:
        told: list[Told] = []
        for message in messages:
            if isinstance(message, AccountReport | Beat):
                self._news(message)
            elif isinstance(message, Answered):
                assert isinstance(message.what, Refused), "nothing else is said unasked"
                self.refusal = message.what.text
            else:
                if isinstance(message, PrismWelcome):
                    self._welcome, self.refusal = message, ""
                    self._connected.set()
                    self._watcher(True, "")
                told.append(message)
        if told:
            for listener in list(self._listeners.values()):
                listener.take(told)

    def _begun(self) -> None:
        """A line counts once the market has said its welcome."""

    def _on_changed(self, _is_connected: bool) -> None:  # As it is called.
        """The line is lost: of one that begins its welcome tells."""
        was_welcome, self._welcome = self._welcome is not None, None
        if was_welcome:
            self._watcher(False, self.why)


async def _what(answer: "asyncio.Future[Answered]") -> Reply:
    return (await answer).what
