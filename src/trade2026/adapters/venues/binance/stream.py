"""The account's events over the WebSocket API: told in their order, and missed while there is no line.

The stream has no numbers that would show a hole, so every time it begins again there was one. Whether it
lives is asked on the same line, behind which every event before the answer has come.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final, Protocol

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from trade2026.adapters.venues.binance.config import BinanceConfig
from trade2026.adapters.venues.binance.errors import unreachable
from trade2026.adapters.venues.binance.rows import EventHead, Said
from trade2026.adapters.venues.binance.signing import Signer, signed_message
from trade2026.ports.clock import Clock
from trade2026.ports.venue import StreamSink, StreamState
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import MILLISECOND_NS

_LOG: Final = logging.getLogger(__name__)
_LOG.setLevel(logging.WARNING)  # Below it websockets writes whole messages, signatures and all.
_SAID: Final = msgspec.json.Decoder(Said)
_HEAD: Final = msgspec.json.Decoder(EventHead)
_GARBAGE: Final = (msgspec.MsgspecError, UnicodeError, RecursionError)
_BROKEN: Final = (OSError, WebSocketException, InvalidHandshake, InvalidURI)
_UNREADABLE: Final = (InputError, ValueError, LookupError, TypeError, ArithmeticError)
_MESSAGE_BYTES_MAX: Final = 1 << 20
_PAUSE_MIN_S: Final = 0.25
_PAUSE_MAX_S: Final = 30.0


class Draw(Protocol):
    """Uniform draws."""

    def random(self) -> float:
        """The next number on [0, 1)."""
        ...


class UserStream:
    """The stream of one account. It begins again by itself, in pauses that double and are drawn.

    Parameters
    ----------
    hear : callable
        Told the JSON of each execution report, in order.
    tell : callable
        Told what becomes of the stream.
    """

    def __init__(
        self,
        config: BinanceConfig,
        signer: Signer,
        clock: Clock,
        random: Draw,
        hear: Callable[[bytes], None],
        tell: StreamSink,
    ) -> None:
        self._config, self._signer, self._clock, self._random = config, signer, clock, random
        self._hear, self._tell = hear, tell
        self._line: _Line | None = None
        self._task: asyncio.Task[None] | None = None
        self._was_open = False

    async def open(self) -> None:
        """Connect and subscribe; VenueUnreachable where that fails."""
        await self.close()
        line = await self._begin()
        self._task = asyncio.get_running_loop().create_task(self._live(line), name="user stream")

    async def close(self) -> None:
        """Listen no more; nothing is told of it."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    async def beat(self) -> None:
        """Ask whether the stream lives: on return every event that was told before has been heard.

        Raises
        ------
        VenueUnreachable
            It does not answer, or there is none.
        """
        if self._line is None:
            raise unreachable("there is no stream")
        await self._line.ask("ping", {})

    async def _begin(self) -> "_Line":
        """A line that is subscribed, and told of."""
        config = self._config
        timeout_s = config.request_timeout_ms / 1_000
        try:
            connection = await connect(
                config.hosts.ws_url, proxy=config.proxy or None, open_timeout=timeout_s, close_timeout=1,
                max_size=_MESSAGE_BYTES_MAX, ping_interval=None, logger=_LOG,
            )  # fmt: skip
        except TimeoutError:
            raise unreachable("the stream did not open in time") from None
        except _BROKEN as error:
            raise unreachable(f"the stream did not open: {type(error).__name__}") from None
        line = _Line(connection, timeout_s, self._on_event)
        try:
            stamp = self._clock.now_ns() // MILLISECOND_NS
            params = {"timestamp": stamp, "recvWindow": config.recv_window_ms}
            await line.ask("userDataStream.subscribe.signature", signed_message(self._signer, params))
        except BaseException:
            await line.close()
            raise
        self._line = line
        self._tell(StreamState.CONNECTED, "")
        if self._was_open:
            self._tell(StreamState.GAP, "the stream began anew: what it said in between is missed")
        self._was_open = True
        return line

    async def _live(self, line: "_Line") -> None:
        """Beat until the line is lost; then say so, and begin again."""
        while True:
            text = await self._beat_on(line)
            self._tell(StreamState.DISCONNECTED, text)
            await line.close()
            line = await self._again()

    async def _beat_on(self, line: "_Line") -> str:
        """Why the line was lost."""
        interval_s = self._config.heartbeat_ms / 1_000
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(interval_s):
                    return await line.wait_lost()
            try:
                await line.ask("ping", {})
            except OperatingError as error:
                return str(error)
            self._tell(StreamState.HEARTBEAT, "")

    async def _again(self) -> "_Line":
        pause_s = _PAUSE_MIN_S
        while True:
            await asyncio.sleep(pause_s * (0.5 + self._random.random() / 2))
            pause_s = min(2 * pause_s, _PAUSE_MAX_S)
            try:
                return await self._begin()
            except OperatingError as error:
                _LOG.warning("the user stream cannot begin again: %s", error)

    def _on_event(self, event: bytes) -> str:
        """Have one event heard; why the line is of no use any more, or ""."""
        try:
            kind = _HEAD.decode(event).e
            if kind == "executionReport":
                self._hear(event)
        except (*_GARBAGE, *_UNREADABLE) as error:
            self._tell(StreamState.GAP, f"an event cannot be read: {type(error).__name__}: {error}")
            return ""
        return f"the venue says {kind}" if kind in ("eventStreamTerminated", "serverShutdown") else ""


class _Line:
    """One connection with somebody who reads it."""

    def __init__(
        self, connection: ClientConnection, timeout_s: float, on_event: Callable[[bytes], str]
    ) -> None:
        self._connection, self._timeout_s, self._on_event = connection, timeout_s, on_event
        self._asked = 0
        self._answers: dict[int | str, asyncio.Future[None]] = {}
        self._reader = asyncio.get_running_loop().create_task(self._read(), name="user stream reader")

    async def wait_lost(self) -> str:
        """Until the line is lost: why."""
        return await asyncio.shield(self._reader)

    async def ask(self, method: str, params: dict[str, str | int]) -> None:
        """Ask and wait for a yes; VenueUnreachable for anything else."""
        if self._reader.done():
            raise unreachable("the stream is lost")
        self._asked += 1
        number = self._asked
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params}
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._connection.send(msgspec.json.encode(message).decode())
                await answer
        except TimeoutError:
            raise unreachable(f"no answer to {method} on the stream") from None
        except _BROKEN as error:
            raise unreachable(f"the stream broke: {type(error).__name__}") from None
        finally:
            self._answers.pop(number, None)
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # Seen, also where sending failed first.

    async def close(self) -> None:
        """Hang up."""
        self._reader.cancel()
        await asyncio.wait([self._reader])
        with contextlib.suppress(*_BROKEN, TimeoutError):
            await self._connection.close()

    async def _read(self) -> str:
        text = "the stream ended"
        try:
            async for message in self._connection:
                if text := self._take(message if isinstance(message, bytes) else message.encode()):
                    break
            else:
                text = "the venue closed the stream"
        except _BROKEN as error:
            text = f"the stream broke: {type(error).__name__}"
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(unreachable(text))
        return text

    def _take(self, message: bytes) -> str:
        try:
            said = _SAID.decode(message)
        except _GARBAGE as error:
            return f"the stream cannot be read: {type(error).__name__}"
        if bytes(said.event):
            return self._on_event(bytes(said.event))
        answer = None if said.id is None else self._answers.get(said.id)
        if answer is not None and not answer.done():
            if said.status == 200:
                answer.set_result(None)
            else:
                answer.set_exception(unreachable(f"{said.status} {bytes(said.error).decode()}"))
        return ""
