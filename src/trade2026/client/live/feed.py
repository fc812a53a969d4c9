"""The live feed: one line for many topics, made anew when it breaks, without a gap in lossless topics."""

import asyncio
import time
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection, connect

from trade2026.client.asynchronous.client import AsyncClient
from trade2026.client.errors import DeskUnreachable, RowsLost, Unavailable
from trade2026.client.live.frames import Update, read_frame
from trade2026.client.live.subscription import GapSeen, Subscription
from trade2026.primitives.errors import InputError, OperatingError

PATH: Final = "/ws/v1"
_FRAME_BYTES_MAX: Final = 1 << 24
_QUIET_S: Final = 15.0
"""The server says something every five seconds."""
_LOOK_S: Final = 1.0
_OPEN_S: Final = 10.0
_WAIT_FIRST_S: Final = 0.1
_WAIT_MAX_S: Final = 5.0
_NOT_KNOWN: Final = 4401
_FOR_GOOD: Final = (4400, 4403)
_DOWN: Final = (OSError, TimeoutError, websockets.WebSocketException, GapSeen)


class LiveFeed:
    """Follows topics of a desk: `async with LiveFeed(client) as feed`, then `async for update in feed`.

    A line that breaks is made anew, with growing pauses. Lossless topics (orders, fills, alerts) go on
    where they were: no row is missing and none comes twice. State topics and columns begin with a snapshot.

    Parameters
    ----------
    client : AsyncClient
        Gives the address and tokens; stays the caller's.
    patience_s : float or None
        For how long to try while the desk is away; None for ever.

    Attributes
    ----------
    reconnects : int
        How often the line was made anew.
    journal_seq : int
        The journal's number of the last heartbeat.
    """

    def __init__(self, client: AsyncClient, *, patience_s: float | None = None) -> None:
        self.reconnects = 0
        self.journal_seq = 0
        self._client = client
        self._patience_s = patience_s
        self._subscriptions: dict[int, Subscription] = {}
        self._last_id = 0
        self._line: ClientConnection | None = None
        self._token = ""
        self._updates: deque[Update] = deque()
        self._wait_s = _WAIT_FIRST_S
        self._heard = 0.0
        self._looked = 0.0
        self._away_since: float | None = None
        self._refusals = 0

    async def __aenter__(self) -> "LiveFeed":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the line."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    # ----------------------------------------------------------------------------------------- topics

    async def subscribe(
        self,
        topic: str,
        *,
        max_hz: float | None = None,
        from_seq: int | None = None,
        account_id: str | None = None,
    ) -> int:
        """Begin to follow a topic; gives the number its updates carry.

        Parameters
        ----------
        max_hz : float, optional
            How often at most what changed is sent, 1 to 30.
        from_seq : int, optional
            Of a lossless topic: from this number of the journal on, such as `rows.as_of_seq + 1`.
        account_id : str, optional
            This account's rows alone.
        """
        self._last_id += 1
        found = Subscription(
            self._last_id, topic, max_hz=max_hz, from_seq=from_seq, account_id=account_id
        )  # fmt: skip
        self._subscriptions[found.id] = found
        if self._line is not None:
            await self._say(found.ask())
        return found.id

    async def unsubscribe(self, subscription: int) -> None:
        """Follow a topic no more."""
        if self._subscriptions.pop(subscription, None) is not None and self._line is not None:
            await self._say({"op": "unsub", "id": subscription})

    # ---------------------------------------------------------------------------------------- updates

    def __aiter__(self) -> "LiveFeed":
        return self

    async def __anext__(self) -> Update:
        """The next update.

        Raises
        ------
        LoginNeeded
            The login has ended, and there is no password.
        RowsLost
            The server no longer keeps the rows that are next.
        InputError
            A topic or an account does not exist, or the client is at fault.
        DeskUnreachable
            The desk was away for longer than `patience_s`.
        """
        while not self._updates:
            try:
                if self._line is None:
                    await self._open()
                await self._receive()
            except _DOWN as error:
                await self._down(error)
        return self._updates.popleft()

    async def _open(self) -> None:
        """A new line, with every topic asked for from where it was."""
        newer = self._token if self._refusals else None
        try:
            self._token = await self._client.token(newer_than=newer)
        except (DeskUnreachable, Unavailable) as error:
            raise TimeoutError(str(error)) from error
        url = "ws" + self._client.url.removeprefix("http") + PATH
        async with asyncio.timeout(_OPEN_S):
            self._line = await connect(url, compression=None, max_size=_FRAME_BYTES_MAX)
            await self._say({"op": "auth", "token": self._token})
            for each in self._subscriptions.values():
                await self._say(each.ask())
        self._heard = time.monotonic()

    async def _say(self, message: dict[str, Any]) -> None:
        """Send; a line that is broken is seen by whoever receives."""
        assert self._line is not None, "is open"
        with suppress(websockets.ConnectionClosed):
            await self._line.send(msgspec.json.encode(message).decode())

    async def _receive(self) -> None:
        """Take one message, or find that there was none for a while."""
        assert self._line is not None, "is open"
        try:
            async with asyncio.timeout(_LOOK_S):
                message = await self._line.recv()
        except TimeoutError:
            if time.monotonic() - self._heard > _QUIET_S:
                raise
        else:
            self._heard = time.monotonic()
            if isinstance(message, bytes):
                self._take_frame(message)
            else:
                self._take_control(msgspec.json.decode(message))
        if time.monotonic() - self._looked > _LOOK_S:
            self._looked = time.monotonic()
            await self._renew_token()

    async def _renew_token(self) -> None:
        """Say a newer token before the one in use ends, so that the line stays."""
        try:
            token = await self._client.token()
        except (DeskUnreachable, Unavailable) as error:
            raise TimeoutError(str(error)) from error
        if token != self._token:
            self._token = token
            await self._say({"op": "auth", "token": token})

    def _take_frame(self, data: bytes) -> None:
        frame = read_frame(data)
        found = self._subscriptions.get(frame.s)
        if found is None or not found.is_ready:  # Was on its way when we left the topic.
            return
        update = found.take(frame)
        if update is not None:
            self._updates.append(update)

    def _take_control(self, message: dict[str, Any]) -> None:
        match message["op"]:
            case "hello":
                self._wait_s = _WAIT_FIRST_S
                self._away_since = None
                self._refusals = 0
            case "subbed" if message["id"] in self._subscriptions:
                self._subscriptions[message["id"]].begun(message)
            case "keys" if message["id"] in self._subscriptions:
                self._subscriptions[message["id"]].keys_added(message["keys"])
            case "beat":
                self.journal_seq = message["seq"]
            case "error":
                self._refused(message)
            case _:  # What newer servers say besides.
                pass

    def _refused(self, message: dict[str, Any]) -> None:
        found = self._subscriptions.pop(message.get("id", -1), None)
        text = f"{message['detail']}; {message['remedy']}"
        if message["code"] == "no_replay" and found is not None:
            raise RowsLost(found.topic, text)
        if found is not None or message["code"] in ("bad_message", "unknown_topic", "unknown_account"):
            raise InputError(text)

    async def _down(self, error: Exception) -> None:
        """The line is lost: wait a little, unless it is of no use."""
        await self.aclose()
        code = error.rcvd.code if isinstance(error, websockets.ConnectionClosed) and error.rcvd else 0
        reason = str(error) or type(error).__name__
        if code in _FOR_GOOD:
            raise InputError(f"the desk ended the live feed: {reason}")
        if code == _NOT_KNOWN:
            self._refusals += 1
            if self._refusals > 1:
                raise OperatingError(f"the desk does not take tokens it has just given: {reason}")
        now = time.monotonic()
        self._away_since = now if self._away_since is None else self._away_since
        if self._patience_s is not None and now - self._away_since >= self._patience_s:
            raise DeskUnreachable(f"the live feed of {self._client.url} is away: {reason}; try again")
        self.reconnects += 1
        await asyncio.sleep(self._wait_s)
        self._wait_s = min(self._wait_s * 2, _WAIT_MAX_S)
