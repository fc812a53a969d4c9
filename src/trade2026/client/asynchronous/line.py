"""The line to the desk: requests sent, logins kept, what failed asked again."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx

from trade2026.client.attempts import Answer, Attempts
from trade2026.client.call import Call, nothing, post
from trade2026.client.errors import DeskUnreachable, LoginNeeded, Problem, ProblemError
from trade2026.client.login import Login
from trade2026.client.results.desk import Tokens
from trade2026.client.rows import Rows, RowT
from trade2026.primitives.errors import OutcomeUnknown

T = TypeVar("T")

DEFAULT_URL: Final = "http://127.0.0.1:8026"
# Failures of the line before a request has left.
_UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class AsyncLine:
    """Sends requests to one desk as one user."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        name: str | None = None,
        password: str | None = None,
        token: str | None = None,
        refresh_token: str | None = None,
        timeout_s: float = 15.0,
        patience_s: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._login = Login(name, password, token, refresh_token)
        self._patience_s = patience_s
        self._http = httpx.AsyncClient(base_url=self.url, timeout=timeout_s, transport=transport)
        self._lock = asyncio.Lock()
        self._clock: Callable[[], float] = time.monotonic
        self._pause: Any = asyncio.sleep
        self._make_key: Callable[[], str] = lambda: uuid4().hex

    async def aclose(self) -> None:
        """Let go of the line; a session that was begun here with a password ends."""
        try:
            if self._login.is_own:
                await self._end_session()
        finally:
            await self._http.aclose()

    async def _end_session(self) -> None:
        call = post(nothing, "/auth/logout", {})
        self._patience_s = 0.0
        # The desk may be away, or have ended the session itself; without us its tokens end in time.
        with suppress(ProblemError, DeskUnreachable, OutcomeUnknown):
            await self._answer(call, token=self._login.token)
        self._login.forget()

    def make_key(self) -> str:
        """A name for a request that nobody else makes."""
        return self._make_key()

    # ----------------------------------------------------------------------------------------- logins

    @property
    def tokens(self) -> Tokens | None:
        """Tokens of the session; None before the first request and with a token that was given."""
        return self._login.tokens

    def keep_session(self) -> None:
        """Let the session go on when the client is closed: its tokens are kept elsewhere."""
        self._login.keep()

    async def login(self) -> Tokens:
        """Log in with name and password now, as what needs a fresh login asks for."""
        call = self._login.login_call()
        if call is None:
            raise LoginNeeded(_no_password(self.url))
        async with self._lock:
            tokens = await self._answer(call)
            self._login.take(tokens, self._clock())
        return tokens

    async def logout(self) -> None:
        """End the session; its tokens are good no more."""
        await self._send(post(nothing, "/auth/logout", {}))
        self._login.forget()

    async def token(self, *, newer_than: str | None = None) -> str:
        """An access token that is good for a while, another than `newer_than`; raises LoginNeeded."""
        async with self._lock:
            current = self._login.token
            if current is None or current == newer_than or self._login.is_due(self._clock()):
                await self._renew()
            assert self._login.token is not None, "renewed"
            return self._login.token

    async def _renew(self) -> None:
        call = self._login.next_call()
        if call is None:
            if self._login.token is not None and self._login.tokens is None:
                return  # A token that was given: how long it is good is for the desk to say.
            raise LoginNeeded(_no_password(self.url))
        try:
            tokens = await self._answer(call)
        except (LoginNeeded, OutcomeUnknown):  # Used up, perhaps without our having seen what it brought.
            again = self._login.login_call()
            if not self._login.forget_refresh() or again is None:
                raise
            tokens = await self._answer(again)
        self._login.take(tokens, self._clock())

    # --------------------------------------------------------------------------------------- requests

    async def _send(self, call: Call[T]) -> T:
        """The result of a request; raises ProblemError, DeskUnreachable or OutcomeUnknown."""
        if call.is_public:
            return await self._answer(call)
        used = await self.token()
        attempts = self._attempts(call)
        try:
            return await self._answer(call, attempts, used)
        except LoginNeeded:
            newer = await self.token(newer_than=used)
            if newer == used:
                raise
            return await self._answer(call, attempts, newer)

    def _attempts(self, call: Call[T]) -> Attempts:
        return Attempts(call, self.url, self._patience_s, self._clock())

    async def _answer(self, call: Call[T], attempts: Attempts | None = None, token: str | None = None) -> T:
        attempts = attempts or self._attempts(call)
        headers = {} if call.body is None else {"Content-Type": "application/json"}
        if call.key:
            headers["Idempotency-Key"] = call.key
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        while True:
            try:
                response = await self._http.request(
                    call.method, call.path, content=call.body, headers=headers
                )
            except _UNSENT as error:
                wait = attempts.unsent(_words(error), self._clock())
            except httpx.TransportError as error:
                wait = attempts.lost(_words(error), self._clock())
            else:
                if response.status_code < 300:
                    return call.decode(response.content)
                answer = Answer(response.status_code, response.content, call.path, response.headers)
                wait = attempts.refused(answer, self._clock())
            await self._pause(wait)

    async def _each(self, page: Callable[[str | None], Call[Rows[RowT]]]) -> AsyncIterator[RowT]:
        """Every row of a list, a part at a time."""
        cursor: str | None = None
        while True:
            rows = await self._send(page(cursor))
            for row in rows:
                yield row
            cursor = rows.next_cursor
            if cursor is None:
                return


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _no_password(url: str) -> Problem:
    return Problem(
        type="/problems/not-logged-in", title="Log in first", status=401,
        detail="there is no token that is good, and no name and password to get one with",
        remedy="give name and password, or a newer token", instance=url, request_id="",
    )  # fmt: skip
