"""Orders in batches over one line: several under way at once, and asked again where no answer came.

It is for asyncio alone: its use is that one waits for many batches at a time. A program that waits for each
has the same from `Client.submit_many`.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection, connect

from trade2026.client.asynchronous.client import AsyncClient
from trade2026.client.errors import (
    DeskUnreachable,
    LoginNeeded,
    OutcomeUnknown,
    ProblemError,
    Unavailable,
    make_problem_error,
)
from trade2026.client.problem import Problem
from trade2026.client.requests import CancelOrder, NewOrder, ReplaceOrder
from trade2026.client.results.orders import OrderResults
from trade2026.client.values import decode_value
from trade2026.primitives.errors import InputError, IntegrityError, OperatingError, Trade2026Error

PATH: Final = "/ws/v1/orders"
MESSAGE_BYTES_MAX: Final = 262_144
_ANSWER_BYTES_MAX: Final = 1 << 24
_QUIET_S: Final = 15.0
"""The server says something every five seconds."""
_LOOK_S: Final = 1.0
_OPEN_S: Final = 10.0
_WAIT_FIRST_S: Final = 0.1
_WAIT_MAX_S: Final = 5.0
_NOT_KNOWN: Final = 4401
_FOR_GOOD: Final = (4400, 4403)
_DOWN: Final = (OSError, TimeoutError, websockets.WebSocketException)
_AGAIN: Final = ("core-away", "outcome-unknown", "too-many-requests")
"""Problems of which asking again makes an answer."""


class _Refusal(msgspec.Struct, frozen=True):
    """A batch, or a message, that was not done or of which nobody knows."""

    problem: Problem
    id: int | None = None
    retry_after_s: float | None = None


class _Op(msgspec.Struct, frozen=True):
    op: str


class _Batch:
    """One that waits for its answer."""

    def __init__(self, data: bytes, until: float) -> None:
        self.data = data
        self.until = until
        self.on: ClientConnection | None = None  # The line it was last sent on.
        self.why = ""
        self.answered: asyncio.Future[OrderResults] = asyncio.get_running_loop().create_future()


_OP: Final = msgspec.msgpack.Decoder(_Op)
_ANSWERS: Final[dict[str, Any]] = {
    "results": msgspec.msgpack.Decoder(OrderResults, dec_hook=decode_value),
    "problem": msgspec.msgpack.Decoder(_Refusal, dec_hook=decode_value),
}


class OrderLine:
    """Sends batches of requests about orders: `async with OrderLine(client) as line`, `line.send(...)`.

    Calls of `send` may be under way together; the desk takes them in their order. Where the line breaks, or
    the core is away, a batch is asked again under the same names: what had been done is "repeated", and
    nothing is done twice.

    Parameters
    ----------
    client : AsyncClient
        Gives the address and tokens; stays the caller's.
    patience_s : float
        For how long to go on asking for the answer of a batch.

    Attributes
    ----------
    reconnects : int
        How often the line was made anew.
    """

    def __init__(self, client: AsyncClient, *, patience_s: float = 30.0) -> None:
        self.reconnects = 0
        self._client = client
        self._patience_s = patience_s
        self._line: ClientConnection | None = None
        self._token = ""
        self._refusals = 0
        self._last_id = 0
        self._waiting: dict[int, _Batch] = {}
        self._wait_s = _WAIT_FIRST_S
        self._resending: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._ended: Trade2026Error | None = None

    async def __aenter__(self) -> "OrderLine":
        self._task = asyncio.get_running_loop().create_task(self._keep(), name="order-line")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the line; whoever still waits for an answer is told that it is not known."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, *self._resending, return_exceptions=True)
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    async def send(self, requests: Sequence[NewOrder | CancelOrder | ReplaceOrder]) -> OrderResults:
        """Send up to 500 requests to be decided in one go; a result for each, in their order.

        Requests without a `client_order_id` are given one.

        Raises
        ------
        InputError
            A field cannot be used, the message is above 256 KiB, or the desk ended the line for good.
        OutcomeUnknown
            No answer in the time there was: the same requests under the same names tell.
        DeskUnreachable
            The desk was away for that long; nothing was sent.
        """
        if self._ended is not None:
            raise self._ended
        self._last_id = number = self._last_id + 1
        name = self._client.make_key()
        asked = [each.request(f"{name}.{index}") for index, each in enumerate(requests)]
        data = msgspec.msgpack.encode({"op": "batch", "id": number, "requests": asked})
        if len(data) > MESSAGE_BYTES_MAX:
            raise InputError(
                f"requests must be at most {MESSAGE_BYTES_MAX:,} bytes, was {len(data):,}; send two batches"
            )
        batch = self._waiting[number] = _Batch(data, time.monotonic() + self._patience_s)
        try:
            await self._send(batch)
            return await batch.answered
        finally:
            self._waiting.pop(number, None)

    async def _send(self, batch: _Batch) -> None:
        """Send if there is a line; one that is broken is seen by whoever receives."""
        line = self._line
        if line is not None:
            batch.on = line
            with suppress(websockets.ConnectionClosed):
                await line.send(batch.data)

    # --------------------------------------------------------------------------------------- keeping

    async def _keep(self) -> None:
        """Have a line as long as there is hope for one."""
        try:
            while True:
                try:
                    await self._open()
                    await self._receive_for_ever()
                except _DOWN as error:
                    await self._down(error)
        except Trade2026Error as error:
            self._end(error)
        finally:
            self._end(OperatingError("the order line was closed"))

    async def _open(self) -> None:
        """A new line, and all that waits sent anew in its order."""
        newer = self._token if self._refusals else None
        try:
            self._token = await self._client.token(newer_than=newer)
        except (DeskUnreachable, Unavailable) as error:
            raise TimeoutError(str(error)) from error
        url = "ws" + self._client.url.removeprefix("http") + PATH
        async with asyncio.timeout(_OPEN_S):
            line = await connect(url, compression=None, max_size=_ANSWER_BYTES_MAX)
            try:
                await line.send(msgspec.json.encode({"op": "auth", "token": self._token}).decode())
                await line.recv()  # The greeting, or a goodbye: then the line ends.
                while unsent := [each for each in self._waiting.values() if each.on is not line]:
                    unsent[0].on = line
                    await line.send(unsent[0].data)
            except BaseException:
                await line.close()
                raise
        self._line = line

    async def _receive_for_ever(self) -> None:
        line = self._line
        assert line is not None, "is open"
        heard = looked = time.monotonic()
        while True:
            try:
                async with asyncio.timeout(_LOOK_S):
                    message = await line.recv()
            except TimeoutError:
                if time.monotonic() - heard > _QUIET_S:
                    raise
            else:
                heard = time.monotonic()
                self._take(message)
            if time.monotonic() - looked > _LOOK_S:
                looked = time.monotonic()
                self._give_up()
                await self._renew_token(line)

    async def _renew_token(self, line: ClientConnection) -> None:
        """Say a newer token before the one in use ends, so that the line stays."""
        with suppress(DeskUnreachable, Unavailable):  # The line itself shows whether the desk is there.
            token = await self._client.token()
            if token != self._token:
                self._token = token
                await line.send(msgspec.json.encode({"op": "auth", "token": token}).decode())

    async def _down(self, error: Exception) -> None:
        """The line is lost: wait a little, unless it is of no use."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()
        code = error.rcvd.code if isinstance(error, websockets.ConnectionClosed) and error.rcvd else 0
        reason = str(error) or type(error).__name__
        if code in _FOR_GOOD:
            raise InputError(f"the desk ended the order line: {reason}")
        self._refusals = self._refusals + 1 if code == _NOT_KNOWN else 0
        if self._refusals > 1:
            raise OperatingError(f"the desk does not take tokens it has just given: {reason}")
        for batch in self._waiting.values():
            batch.why = reason
        self._give_up()
        self.reconnects += 1
        await asyncio.sleep(self._wait_s)
        self._give_up()
        self._wait_s = min(self._wait_s * 2, _WAIT_MAX_S)

    # --------------------------------------------------------------------------------------- answers

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, str):  # Heartbeats and the like; an answer has the form of its batch.
            return
        self._wait_s = _WAIT_FIRST_S
        self._refusals = 0
        try:
            answer = _ANSWERS[_OP.decode(message).op].decode(message)
        except (msgspec.DecodeError, KeyError) as error:
            raise IntegrityError(f"an answer cannot be read: {error}; update the client") from None
        batch = None if answer.id is None else self._waiting.get(answer.id)
        if batch is None or batch.answered.done():
            return
        if isinstance(answer, OrderResults):
            batch.answered.set_result(answer)
        else:
            self._refused(batch, answer)

    def _refused(self, batch: _Batch, refusal: _Refusal) -> None:
        error = make_problem_error(refusal.problem, refusal.retry_after_s)
        wait_s = refusal.retry_after_s or _LOOK_S
        if refusal.problem.slug not in _AGAIN:
            batch.answered.set_exception(error)
        elif time.monotonic() + wait_s > batch.until:
            batch.answered.set_exception(self._unanswered(batch, error))
        else:
            batch.why = str(error)
            asyncio.get_running_loop().call_later(wait_s, self._again, batch)

    def _again(self, batch: _Batch) -> None:
        if not batch.answered.done() and self._line is not None:  # A new line sends all that waits.
            task = asyncio.get_running_loop().create_task(self._send(batch))
            self._resending.add(task)
            task.add_done_callback(self._resending.discard)

    def _give_up(self) -> None:
        """Tell who has waited for long enough."""
        now = time.monotonic()
        for batch in self._waiting.values():
            if now >= batch.until and not batch.answered.done():
                batch.answered.set_exception(self._unanswered(batch, None))

    def _unanswered(self, batch: _Batch, error: ProblemError | None) -> Trade2026Error:
        why = batch.why or f"no answer came within {self._patience_s:g} s"
        if error is not None and error.slug != "outcome-unknown":
            return error
        if batch.on is None:
            return DeskUnreachable(f"the desk at {self._client.url} is away: {why}; try again")
        return OutcomeUnknown(
            f"{why}; what became of the batch is not known: ask again under the same client order ids",
            "", None if error is None else error.problem,
        )  # fmt: skip

    def _end(self, error: Trade2026Error) -> None:
        """Nothing is sent any more; everyone who waits is told."""
        self._ended = self._ended or error
        for batch in self._waiting.values():
            batch.why = str(error)
            if not batch.answered.done():
                is_known = isinstance(error, InputError | LoginNeeded) and batch.on is None
                batch.answered.set_exception(error if is_known else self._unanswered(batch, None))
