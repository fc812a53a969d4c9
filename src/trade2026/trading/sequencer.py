"""One writer: commands in, events journaled, and only what is durable goes further.

`Sequencer` is the step by step form that a backtest drives itself. `BatchingSequencer` is the form of a
running desk: whoever has a command posts it; a batch is decided, journaled and synced once, and only then
are its senders answered and its orders sent to a venue. While one sync runs the next batch gathers, so load
raises the size of the batch and not the time to an answer.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from trade2026.model.commands import CancelOrder, Command, ReportExecution, SetTradingState, StopRun
from trade2026.model.events import Event
from trade2026.primitives.errors import InputError, OperatingError, StoreUnavailable
from trade2026.trading.codec import encode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal
from trade2026.trading.router import OUTGOING, Router

_RESERVED = frozenset({CancelOrder, ReportExecution, SetTradingState, StopRun})
"""Commands that may use the journal's last room: what ends risk is taken when what starts it is not."""


class Sequencer:
    """Decides, journals and applies one command at a time; `flush` makes it durable and sends orders."""

    def __init__(self, core: Core, journal: Journal, router: Router) -> None:
        self.core = core
        self._journal = journal
        self._router = router
        self._outgoing: list[Any] = []  # Of `router.Outgoing`.

    def execute(self, command: Command) -> tuple[Event, ...]:
        """Decide, append to the journal, change the state; nothing is durable or sent before `flush`.

        Raises
        ------
        InputError
            A number of the command does not fit the journal; nothing changed.
        StoreUnavailable
            The journal is full (DiskFull, nothing changed) or has failed.
        """
        core = self.core
        events = core.decide(command)
        self._journal.append(encode_record(command, events), reserve=type(command) in _RESERVED)
        for event in events:
            core.evolve(event)
            if type(event) in OUTGOING:
                self._outgoing.append(event)
        return events

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be sent."""
        return not self._outgoing

    def flush(self) -> None:
        """Make all that was executed durable, then send what waits to the venues."""
        self._journal.sync()
        self.send()

    async def flush_async(self) -> None:
        """As `flush`, the sync in the storage's thread; what is executed meanwhile waits for the next."""
        outgoing, self._outgoing = self._outgoing, []
        await self._journal.sync_async()
        for event in outgoing:
            self._router.send(event)

    def send(self) -> None:
        """Send what waits; only for what a sync has covered."""
        if self._outgoing:
            outgoing, self._outgoing = self._outgoing, []
            for event in outgoing:
                self._router.send(event)


class Spawn(Protocol):
    """Starts a task and keeps hold of it; a simulation's spawn counts them."""

    def __call__(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        """The running task."""
        ...


Answer = asyncio.Future[tuple[Event, ...]]


class BatchingSequencer:
    """A sequencer that many may post to; one task drains, journals and answers.

    A failed sync is fatal: every waiting sender gets the error, nothing is ever answered again, and
    `failure` says why; the process is to end and start again from its journal.
    """

    def __init__(self, sequencer: Sequencer, spawn: Spawn, *, batch_max: int = 512) -> None:
        if batch_max < 1:
            raise InputError(f"batch_max must be at least 1, was {batch_max}")
        self._sequencer = sequencer
        self._batch_max = batch_max
        self._queue: list[tuple[Command, Answer | None]] = []
        self._wake = asyncio.Event()
        self._closing = False
        self.failure: OperatingError | None = None
        self._task = spawn(self._run(), "sequencer")

    def post(self, command: Command) -> Answer:
        """Hand a command in; the answer is its events, once they are durable.

        Cancelling the answer does not take the command back.
        """
        answer: Answer = asyncio.get_running_loop().create_future()
        self._put(command, answer)
        return answer

    def tell(self, command: Command) -> None:
        """Hand a command in without waiting for an answer; for venues' reports and marks."""
        self._put(command, None)

    def _put(self, command: Command, answer: Answer | None) -> None:
        if self.failure is not None or self._closing:
            raise self.failure or StoreUnavailable("the sequencer is closed; start the desk again")
        self._queue.append((command, answer))
        self._wake.set()

    async def close(self) -> None:
        """Answer everything posted, then stop; raises the failure if there was one."""
        self._closing = True
        self._wake.set()
        await self._task
        if self.failure is not None:
            raise self.failure

    async def _run(self) -> None:
        while True:
            if not self._queue:
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            batch, self._queue = self._queue[: self._batch_max], self._queue[self._batch_max :]
            try:
                answered = self._execute(batch)
                await self._sequencer.flush_async()
            except OperatingError as error:
                self._fail(error, batch)
                return
            for answer, events in answered:
                if not answer.done():
                    answer.set_result(events)

    def _execute(self, batch: list[tuple[Command, Answer | None]]) -> list[tuple[Answer, tuple[Event, ...]]]:
        answered = []
        for command, answer in batch:
            try:
                events = self._sequencer.execute(command)
            except InputError as error:
                _refuse(answer, error)
            except StoreUnavailable as error:
                if not error.retryable:  # The journal has failed; a full one only refuses this command.
                    raise
                _refuse(answer, error)
            else:
                if answer is not None:
                    answered.append((answer, events))
        return answered

    def _fail(self, error: OperatingError, batch: list[tuple[Command, Answer | None]]) -> None:
        self.failure = error
        waiting, self._queue = batch + self._queue, []
        for _, answer in waiting:
            _refuse(answer, error)


def _refuse(answer: Answer | None, error: InputError | OperatingError) -> None:
    if answer is not None and not answer.done():
        answer.set_exception(error)
