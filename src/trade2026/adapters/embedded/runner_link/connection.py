"""The asyncio client of the runner's line; it connects again by itself."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Any, Final, TypeVar

import msgspec

from trade2026.adapters.embedded.line import sockets
from trade2026.adapters.embedded.runner_link.messages import (
    Failed,
    FromRunner,
    Question,
    Reply,
    frame,
    read_frame,
)
from trade2026.ports.runner_link import (
    AskJob,
    AskJobs,
    AskLog,
    AskResult,
    AskStrategies,
    BacktestJob,
    CancelJob,
    JobStatus,
    LogLine,
    RunnerQuestion,
    StartStrategy,
    StopStrategy,
    StrategyStatus,
    SubmitBacktest,
    Told,
    TooManyJobs,
    UnknownId,
)
from trade2026.primitives.errors import InputError, OperatingError, OutcomeUnknown, Trade2026Error
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

TOLD_MAX: Final = 10_000
"""Changes a listener may leave lying; the oldest are dropped, each status being whole in itself."""

_Value = TypeVar("_Value")


class RunnerConnection:
    """`ports.runner_link.RunnerClient` over a Unix socket; `start` it, and `aclose` it in the end.

    Parameters
    ----------
    answer_within_ns : int
        After so long a question is given up.
    first_pause_ns, longest_pause_ns : int
        Between attempts to connect; doubles from the first to the longest.
    """

    def __init__(
        self,
        path: str,
        *,
        answer_within_ns: int = 30 * SECOND_NS,
        first_pause_ns: int = 50 * MILLISECOND_NS,
        longest_pause_ns: int = 2 * SECOND_NS,
    ) -> None:
        self._path = path
        self._answer_within_s = answer_within_ns / SECOND_NS
        self._first_pause_s = first_pause_ns / SECOND_NS
        self._longest_pause_s = longest_pause_ns / SECOND_NS
        self._numbers = count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._pending: dict[int, asyncio.Future[Reply]] = {}
        self._listeners: dict[int, asyncio.Queue[Told]] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether the runner answers."""
        return self._writer is not None

    async def start(self) -> None:
        """Begin to connect, and to connect again whenever the line is lost."""
        if self._keeper is None:
            self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def wait_connected(self, timeout_ns: int) -> bool:
        """Wait until the runner answers; False when it does not in time."""
        try:
            async with asyncio.timeout(timeout_ns / SECOND_NS):
                await self._connected.wait()
        except TimeoutError:
            return False
        return True

    async def aclose(self) -> None:
        """Hang up."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])

    # ------------------------------------------------------------------------------------- the port

    async def start_strategy(
        self, strategy: str, parameters: str, account_id: str, trader_id: str
    ) -> StrategyStatus:
        """Start a strategy; `parameters` is a JSON object."""
        return await self._ask(StartStrategy(strategy, parameters, account_id, trader_id), StrategyStatus)

    async def stop_strategy(self, run_id: str, trader_id: str, reason: str) -> StrategyStatus:
        """Halt a run and cancel its orders."""
        return await self._ask(StopStrategy(run_id, trader_id, reason), StrategyStatus)

    async def strategy_status(self) -> tuple[StrategyStatus, ...]:
        """Every run, oldest first."""
        return await self._ask(AskStrategies(), tuple[StrategyStatus, ...])

    async def strategy_log(self, run_id: str, after: int = 0, limit: int = 100) -> tuple[LogLine, ...]:
        """Lines with numbers above `after`, oldest first; with a negative `after` the last `limit`."""
        return await self._ask(AskLog(run_id, after, limit), tuple[LogLine, ...])

    async def submit_backtest(self, request: BacktestJob, owner: str) -> JobStatus:
        """Queue a backtest."""
        return await self._ask(SubmitBacktest(request, owner), JobStatus)

    async def jobs(self) -> tuple[JobStatus, ...]:
        """Jobs that are remembered, newest first."""
        return await self._ask(AskJobs(), tuple[JobStatus, ...])

    async def job(self, job_id: str) -> JobStatus:
        """One job."""
        return await self._ask(AskJob(job_id), JobStatus)

    async def cancel(self, job_id: str) -> JobStatus:
        """Cancel a job."""
        return await self._ask(CancelJob(job_id), JobStatus)

    async def job_result(self, job_id: str) -> bytes:
        """The result of a job that is done, as JSON."""
        return await self._ask(AskResult(job_id), bytes)

    async def told(self) -> AsyncIterator[Told]:
        """Changes of runs and jobs from the first `anext` on."""
        queue: asyncio.Queue[Told] = asyncio.Queue()
        self._listeners[id(queue)] = queue
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.pop(id(queue), None)

    # ------------------------------------------------------------------------------------- the line

    async def _ask(self, question: RunnerQuestion, kind: type[_Value]) -> _Value:
        writer = self._writer
        if writer is None:
            raise OperatingError(
                f"the runner is away ({self._path}); nothing was asked. It is tried again by itself; "
                f"'trade2026 status' says more",
                retryable=True,
            )
        number = next(self._numbers)
        data = frame(Question(number, question))
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._pending[number] = reply
        try:
            writer.write(data)
            async with asyncio.timeout(self._answer_within_s):
                return msgspec.msgpack.decode((await reply).value, type=kind)
        except TimeoutError:
            raise _unknown("it did not answer in time") from None
        finally:
            self._pending.pop(number, None)

    async def _keep(self) -> None:
        """Connect, listen until the line ends, and again."""
        pause_s = self._first_pause_s
        while True:
            try:
                sock = sockets.connect(self._path)
                sock.setblocking(False)
                reader, writer = await asyncio.open_unix_connection(sock=sock)
            except OSError:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, self._longest_pause_s)
                continue
            pause_s = self._first_pause_s
            self._writer = writer
            self._connected.set()
            try:
                await self._listen(reader)
            except OperatingError:
                pass  # It speaks another version: the pause below, and then it may have been restarted.
            finally:
                self._writer = None
                self._connected.clear()
                writer.transport.abort()
                for reply in self._pending.values():
                    if not reply.done():
                        reply.set_exception(_unknown("the line to the runner was lost"))
            await asyncio.sleep(pause_s)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(FromRunner)
        while (message := await read_frame(reader, decoder)) is not None:
            if isinstance(message, Reply | Failed):
                reply = self._pending.get(message.number)
                if reply is None or reply.done():
                    continue
                if isinstance(message, Reply):
                    reply.set_result(message)
                else:
                    reply.set_exception(_error(message))
                continue
            for queue in self._listeners.values():
                if queue.qsize() >= TOLD_MAX:
                    queue.get_nowait()
                queue.put_nowait(message.status)


def _unknown(reason: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{reason}; whether what was asked is done is not known, its status tells", retryable=True
    )


def _error(failed: Failed) -> Trade2026Error:
    """The error that the other side raised."""
    for kind in (UnknownId, InputError):
        if failed.error == kind.__name__:
            return kind(failed.text)
    for operating in (TooManyJobs, OutcomeUnknown):
        if failed.error == operating.__name__:
            break
    else:
        operating = OperatingError  # type: ignore[assignment]
    return operating(failed.text, retryable=failed.retryable, retry_after_ns=failed.retry_after_ns)
