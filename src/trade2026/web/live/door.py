"""What every WebSocket of the desk shares: connections come in, are known or closed, and are watched.

A door lets a client in by the cookie of its page or by a token as first message, ends it when that is no
longer good, when it takes nothing, or when there are too many, and says goodbye with a code and a reason.
What is said beyond that is the business of the hub (`hub.Hub`) and of order entry (`web.orders.socket`).
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, Protocol, TypeVar

from starlette.websockets import WebSocket, WebSocketDisconnect

from trade2026.ports.clock import Clock
from trade2026.primitives.errors import Trade2026Error
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS, UnixNanos
from trade2026.web.live import messages, origin
from trade2026.web.live.guest import Ending, Guest, Principal, Sent
from trade2026.web.live.limits import DoorLimits
from trade2026.web.live.messages import CloseCode
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


GuestT = TypeVar("GuestT", bound=Guest)


class Door(ABC, Generic[GuestT]):
    """One WebSocket endpoint. All of it lives in one event loop.

    Parameters
    ----------
    name : str
        What its tasks and its lines of the log are called by.
    authenticator : Authenticator
        Knows tokens.
    clock : Clock
        The real clock.
    journal_seq : callable
        The number of the journal that the read models show, for heartbeats.
    allowed_origins : iterable of str
        Other sites whose pages may connect, as "https://desk.example".
    """

    def __init__(
        self,
        name: str,
        *,
        authenticator: Authenticator,
        clock: Clock,
        journal_seq: Callable[[], int],
        allowed_origins: Iterable[str],
        bounds: DoorLimits,
    ) -> None:
        self._name = name
        self._bounds = bounds
        self._authenticator = authenticator
        self._clock = clock
        self._journal_seq = journal_seq
        self._origins = tuple(each.lower().rstrip("/") for each in allowed_origins)
        self._guests: dict[str, GuestT] = {}
        self._users: Counter[str] = Counter()
        self._endpoints: dict[asyncio.Task[None], None] = {}
        self._opened = 0
        self._sent = Sent()
        self._closed: Counter[int] = Counter()
        self._watch: asyncio.Task[None] | None = None
        self._is_closing = False

    # -------------------------------------------------------------------------- what differs by door

    @abstractmethod
    def _receive_guest(self, connection_id: str, websocket: WebSocket) -> GuestT:
        """A new connection."""

    @abstractmethod
    async def _read(self, guest: GuestT) -> None:
        """Read until the client is gone or the connection is to end."""

    @abstractmethod
    def _greet(self, guest: GuestT) -> None:
        """Tell a client that it is known."""

    def _check_may_enter(self, principal: Any) -> None:
        """Raise a Trade2026Error saying why a user whose token is good may not come in here all the same."""

    def _renewed(self, guest: GuestT, accounts: frozenset[str] | None) -> None:
        """A client gave a newer token; `accounts` is what it might see before."""

    async def _finish(self, guest: GuestT) -> None:
        """What is under way of a client that is to end, before its sending does."""

    def _left(self, guest: GuestT) -> None:
        """A client is gone, or about to be."""

    # ----------------------------------------------------------------------------------- connections

    async def start(self) -> None:
        """Begin to watch connections; called in the event loop they will live in."""
        self._watch = asyncio.create_task(self._watch_for_ever(), name=f"{self._name}-watch")

    async def aclose(self) -> None:
        """Say goodbye to every client (1001) and wait until all are gone."""
        self._is_closing = True
        for guest in self._guests.values():
            guest.end(CloseCode.GOING_AWAY, "the server stops; reconnect")
        if self._endpoints:
            await asyncio.wait(self._endpoints)
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    @property
    def connections(self) -> int:
        """Open connections."""
        return len(self._guests)

    @property
    def closed(self) -> dict[int, int]:
        """Connections that the server closed, by close code."""
        return dict(self._closed)

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
        guest = self._receive_guest(f"c{self._opened}", websocket)
        self._guests[guest.id] = guest
        tasks: list[asyncio.Task[None]] = []
        try:
            self._admit(guest)
            if not guest.ending.done():
                name = self._name
                tasks.append(asyncio.create_task(guest.send_for_ever(), name=f"{name}-send-{guest.id}"))
                tasks.append(asyncio.create_task(self._read(guest), name=f"{name}-read-{guest.id}"))
                waited: list[asyncio.Future[Any]] = [*tasks, guest.ending]
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
                tasks[1].cancel()
                await self._finish(guest)
        finally:
            for each in tasks:
                each.cancel()
            if guest.ending.done():
                self._closed[guest.ending.result().code] += 1
            elif guest.was_cut:
                self._closed[CloseCode.SLOW_CONSUMER] += 1
            self._forget(guest)
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                raise outcome
        if guest.ending.done():
            await self._say_goodbye(guest, guest.ending.result())

    def _admit(self, guest: GuestT) -> None:
        websocket = guest.websocket
        cookie = websocket.cookies.get(origin.SESSION_COOKIE)
        if self._is_closing:
            guest.end(CloseCode.GOING_AWAY, "the server stops; reconnect")
        elif len(self._guests) > self._bounds.connections_total:
            guest.end(CloseCode.TOO_MANY_CONNECTIONS, "too many connections; try again later")
        elif not origin.is_own(
            websocket.headers, websocket.url.scheme, self._origins, is_required=cookie is not None
        ):
            guest.end(CloseCode.FORBIDDEN, "the page is not the desk's own; have its site allowed")
        elif cookie is not None:
            self._log_in(guest, cookie)
        elif self._unknown() > self._bounds.connections_unknown:
            guest.end(CloseCode.TOO_MANY_CONNECTIONS, "too many connections that say not who; try again")

    def _unknown(self) -> int:
        return len(self._guests) - self._users.total()

    def _log_in(self, guest: GuestT, token: str) -> None:
        """Let a connection in, or keep it in with a newer token, or end it."""
        try:
            principal: Principal = self._authenticator.authenticate(token)
        except Trade2026Error as error:
            guest.end(CloseCode.NOT_AUTHENTICATED, f"not logged in: {error}")
            return
        try:
            self._check_may_enter(principal)
        except Trade2026Error as error:
            guest.end(CloseCode.FORBIDDEN, str(error))
            return
        before = guest.principal
        if before is None:
            if self._users[principal.name] >= self._bounds.connections_per_user:
                guest.end(
                    CloseCode.TOO_MANY_CONNECTIONS,
                    f"a user has at most {self._bounds.connections_per_user} connections; close some",
                )
                return
            self._users[principal.name] += 1
            guest.principal = principal
            self._greet(guest)
        elif principal.name != before.name:
            guest.end(CloseCode.NOT_AUTHENTICATED, "the token is another user's; open another connection")
        else:
            accounts = guest.accounts
            guest.principal = principal
            guest.say(messages.authed(principal.name))
            self._renewed(guest, accounts)

    def _forget(self, guest: GuestT) -> None:
        self._left(guest)
        del self._guests[guest.id]
        if guest.principal is not None:
            name = guest.principal.name
            self._users[name] -= 1
            if not self._users[name]:
                del self._users[name]

    async def _say_goodbye(self, guest: GuestT, ending: Ending) -> None:
        reason = ending.reason.encode()[:_REASON_BYTES].decode(errors="ignore")
        _log.info("%s connection %s closed: %s %s", self._name, guest.id, ending.code, reason)
        cut: Cut | None = guest.websocket.scope.get("extensions", {}).get(EXTENSION)
        if cut is not None:
            cut(ending.code, reason)
            return
        try:
            async with asyncio.timeout(self._bounds.close_ns / SECOND_NS):
                await guest.websocket.send_text(messages.bye(ending.code, reason))
                await guest.websocket.close(ending.code, reason)
        except TimeoutError:
            pass  # The client takes nothing, and this server offers no way to cut it: leaving hangs up.

    # -------------------------------------------------------------------------------------- watching

    async def _watch_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._bounds.check_ns / SECOND_NS)
            self.check()

    def check(self) -> None:
        """Look at every connection once: end the expired, the silent and the blocked; send heartbeats."""
        now, monotonic = self._clock.now_ns(), self._clock.monotonic_ns()
        bounds = self._bounds
        beat: str | None = None
        for guest in self._guests.values():
            blocked = guest.blocked_since_ns
            if guest.principal is None:
                if monotonic - guest.opened_ns >= bounds.login_ns:
                    guest.end(CloseCode.NOT_AUTHENTICATED, "no token came; send it first")
            elif not self._authenticator.is_valid(guest.principal, now):
                guest.end(CloseCode.NOT_AUTHENTICATED, "the session has ended; log in again")
            elif blocked is not None and monotonic - blocked >= bounds.blocked_ns:
                guest.end(
                    CloseCode.SLOW_CONSUMER, "slow consumer: nothing was taken for long; reconnect and resume"
                )
            elif monotonic - guest.beat_ns >= bounds.beat_ns:
                guest.beat_ns = monotonic
                beat = beat or messages.beat(now / MILLISECOND_NS, self._journal_seq())
                guest.say(beat)
