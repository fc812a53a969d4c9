"""One writer: commands in, events journaled, and only what is durable goes further.

`Sequencer` is the step by step form that a backtest drives itself. `BatchingSequencer` is the form of a
running desk: whoever has a command posts it; a batch is decided, journaled and synced once, and only then
are its senders answered and its orders sent to a venue. While one sync runs the next batch gathers, so load
raises the size of the batch and not the time to an answer.

What ends risk does not queue behind what begins it: halts go first into the next batch, then cancels. A halt
that comes while a sync runs is decided before what the sync covers is sent.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, Protocol

from trade2026.model.commands import CancelOrder, Command, ReportExecution, SetTradingState, StartRun
from trade2026.model.events import Event
from trade2026.ports.retired import RetiredIndex
from trade2026.ports.storage import DiskFull
from trade2026.primitives.errors import InputError, OperatingError, StoreUnavailable, Trade2026Error
from trade2026.trading.codec import encode_record
from trade2026.trading.core import Core
from trade2026.trading.halts import stopped
from trade2026.trading.journal import Journal
from trade2026.trading.reserve import DESK_RUN_ID, RESERVED
from trade2026.trading.retired import RETIRES, Retired
from trade2026.trading.router import OUTGOING, Router
from trade2026.trading.sender import Sender


def _nothing_more() -> bool:
    return False


class Sequencer:
    """Decides, journals and applies one command at a time; `flush` makes it durable and sends orders.

    `index` keeps what leaves memory; None for a core that nothing leaves, InputError for one that something
    has left. It must have come as far as the core.
    """

    def __init__(
        self, core: Core, journal: Journal, router: Router, index: RetiredIndex | None = None
    ) -> None:
        if index is None and core.engines.oms.retirements:
            raise InputError("orders have left memory and cannot be told from new ones; give their index")
        self.core = core
        self._retired = None if index is None else Retired(core, journal, index)
        self._journal = journal
        self._router = router
        self._outgoing: list[Any] = []  # Of `halts.Outgoing`.
        self._unsaid: list[ReportExecution] = []
        self._ripe = core.engines.oms.ripe

    def execute(self, command: Command) -> tuple[Event, ...]:
        """Decide, append to the journal, change the state; nothing is durable or sent before `flush`.

        What the command names and memory has no more is recalled first, in a frame of its own;
        IntegrityError where the index of it is damaged.

        Raises
        ------
        InputError
            The journal cannot hold a number of it, or no index what is to leave memory; nothing changed.
        StoreUnavailable
            The journal is full (DiskFull, nothing changed) or has failed.
        """
        core, retired = self.core, self._retired
        asked = type(command)
        reserve = asked in RESERVED and (type(command) is not StartRun or command.run_id == DESK_RUN_ID)
        if retired is not None:
            retired.recall(command, reserve=reserve)
        elif asked is RETIRES:
            raise InputError("orders cannot leave memory without an index that keeps them")
        events = core.decide(command)
        self._journal.append(encode_record(command, events), reserve=reserve)
        if asked is RETIRES and retired is not None:
            retired.keep(events)
        for event in events:
            core.evolve(event)
            if type(event) in OUTGOING:
                self._outgoing.append(event)
        if self._ripe:
            self._decide_ripe(command)
        return events

    def _decide_ripe(self, command: Command) -> None:
        """Decide what waited for the command: a correction takes effect before anything else happens.

        Where the journal has no room it stays ripe, and is decided after the next command.
        """
        report = ReportExecution(command.now, self._ripe[0])
        if command != report:
            with suppress(DiskFull):
                self.execute(report)

    def preview(self, command: Command) -> tuple[Event, ...]:
        """What `execute` would say now; nothing is journaled but the recall of what the command names."""
        if self._retired is not None:
            self._retired.recall(command, reserve=False)
        return self.core.decide(command)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be sent."""
        return not self._outgoing

    def flush(self) -> None:
        """Make all that was executed durable, then send what waits to the venues."""
        for report in self.take_unsaid():
            self.execute(report)
        self._journal.sync()
        while self._outgoing and self._send(self._take()):
            self._journal.sync()

    async def flush_async(self, before_send: Callable[[], bool] = _nothing_more) -> None:
        """As `flush`, the sync in the background; what is executed meanwhile waits for the next.

        `before_send` may execute what has to count before anything is sent, and says whether it did.
        """
        outgoing = self._take()
        await self._journal.sync_async()
        has_more = before_send()
        while self._send(outgoing) or has_more:
            has_more = False
            outgoing = self._take()
            await self._journal.sync_async()

    def take_unsaid(self) -> list[ReportExecution]:
        """Reports of what was not sent that found no room in the journal: execute them when it has some."""
        unsaid, self._unsaid = self._unsaid, []
        return unsaid

    def _take(self) -> list[Any]:
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def _send(self, outgoing: list[Any]) -> bool:
        """Send what a sync has covered and no halt forbids; True when a report says that something stayed."""
        engines = self.core.engines
        states = engines.risk.trading_states
        is_unsent = False
        for event in outgoing:
            report = (stopped(engines, event) if states else None) or self._router.send(event)
            if report is not None:
                is_unsent = self._end(report) or is_unsent
        return is_unsent

    def _end(self, report: ReportExecution) -> bool:
        """Execute a report of what was not sent; a full journal takes it later."""
        try:
            self.execute(report)
        except StoreUnavailable as error:
            if not error.retryable:
                raise
            self._unsaid.append(report)
            return False
        return True


class Spawn(Protocol):
    """Starts a task and keeps hold of it; a simulation's spawn counts them."""

    def __call__(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        """The running task."""
        ...


Answer = asyncio.Future[tuple[Event, ...]]
Posted = tuple[Command | None, Sender | None]
OnDropped = Callable[[Command, Trade2026Error], None]

RETRY_S: Final = 0.1
"""How long venues' reports that found no room in the journal wait before they are tried again."""


def _ignore(command: Command, error: Trade2026Error) -> None:
    """Nobody asked to be told."""


def _nothing() -> None:
    """Nobody asked to be told."""


class BatchingSequencer:
    """A sequencer that many may post to; one task drains, journals and answers.

    A failed sync is fatal: every waiting sender gets the error, nothing is ever answered again, and
    `failure` says why; the process is to end and start again from its journal. The same goes for whatever
    else ends the task: nobody is left waiting.

    Parameters
    ----------
    spawn : callable
        Starts the task.
    batch_max : int
        Most commands that one sync covers, at least 1.
    on_dropped : callable
        Told of a command without an answer (`tell`) that could not be journaled, and why. A venue's report
        is dropped only when no journal could hold it; one that finds the disk full is kept and tried again.
    on_durable : callable
        Told after each sync, before its senders are answered; must not raise.
    """

    def __init__(
        self,
        sequencer: Sequencer,
        spawn: Spawn,
        *,
        batch_max: int = 512,
        on_dropped: OnDropped = _ignore,
        on_durable: Callable[[], None] = _nothing,
    ) -> None:
        if batch_max < 1:
            raise InputError(f"batch_max must be at least 1, was {batch_max}")
        self._sequencer = sequencer
        self._batch_max = batch_max
        self._on_dropped = on_dropped
        self._on_durable = on_durable
        self._halts: list[Posted] = []
        self._cancels: list[Posted] = []
        self._queue: list[Posted] = []  # Everything else.
        self._lanes: dict[type, list[Posted]] = {SetTradingState: self._halts, CancelOrder: self._cancels}
        self._batch: list[Posted] = []
        self._answered: list[tuple[Sender, tuple[Event, ...]]] = []
        self._kept: list[Posted] = []  # Venues' reports that found no room, in their order.
        self._wake = asyncio.Event()
        self._closing = False
        self.failure: OperatingError | None = None
        self.after_answers = _nothing  # Called whenever senders have been answered; must not raise.
        self._task = spawn(self._run(), "sequencer")
        self._task.add_done_callback(self._ended)

    @property
    def is_open(self) -> bool:
        """Whether anything can be handed in."""
        return self.failure is None and not self._closing

    def post(self, command: Command) -> Answer:
        """Hand a command in; the answer is its events, once they are durable.

        Cancelling the answer does not take the command back.
        """
        answer: Answer = asyncio.get_running_loop().create_future()
        self._put(command, answer)
        return answer

    def post_for(self, command: Command, sender: Sender) -> None:
        """Hand a command in for somebody who is told, in the sequencer's turn, once it is durable."""
        self._put(command, sender)

    def tell(self, command: Command) -> None:
        """Hand a command in without waiting for an answer; for venues' reports and marks."""
        self._put(command, None)

    def preview(self, command: Command) -> tuple[Event, ...]:
        """What the command would lead to if it were decided now, before anything that waits."""
        return self._sequencer.preview(command)

    def settled(self) -> Answer:
        """Done, with no events, when everything handed in before is decided and durable; journals nothing."""
        answer: Answer = asyncio.get_running_loop().create_future()
        self._put(None, answer)
        return answer

    def _put(self, command: Command | None, answer: Sender | None) -> None:
        if self.failure is not None or self._closing:
            raise self.failure or StoreUnavailable("the sequencer is closed; start the desk again")
        self._lanes.get(type(command), self._queue).append((command, answer))
        self._wake.set()

    async def ended(self) -> OperatingError | None:
        """Wait until nothing is answered any more; the failure, or None after `close`."""
        await asyncio.wait([self._task])
        return self.failure

    async def close(self) -> None:
        """Answer everything posted, then stop; raises the failure if there was one."""
        self._closing = True
        self._wake.set()
        await asyncio.wait([self._task])
        if self.failure is not None:
            raise self.failure

    async def _run(self) -> None:
        while self._is_posted() or self._kept or not self._closing:
            if not self._is_posted() and not self._closing:
                await self._wait()
                if not self._is_posted() and not self._kept:
                    continue
            self._batch, self._kept = self._kept + self._next_batch(), []
            try:
                self._answered = self._execute(self._batch)
                await self._sequencer.flush_async(self._decide_halts)
            except OperatingError as error:
                self._fail(error)
                return
            self._batch = []
            self._kept += [(report, None) for report in self._sequencer.take_unsaid()]
            self._on_durable()
            for answer, events in self._answered:
                if not answer.done():
                    answer.set_result(events)
            if self._answered:
                self.after_answers()
            if self._closing and self._kept and not self._is_posted():
                self._fail(_unjournaled(len(self._kept)))
                return

    def _is_posted(self) -> bool:
        return bool(self._queue or self._halts or self._cancels)

    def _next_batch(self) -> list[Posted]:
        """Halts, then cancels, then the rest, each in the order posted; a quarter is left to the rest."""
        taken = _cut(self._halts, self._batch_max)
        room = self._batch_max - len(taken)
        if self._cancels and room:
            taken += _cut(self._cancels, max(room * 3 // 4, 1) if self._queue else room)
        return taken + _cut(self._queue, self._batch_max - len(taken))

    def _decide_halts(self) -> bool:
        """Decide the halts that came while a sync ran; whether there were any."""
        halts = _cut(self._halts, self._batch_max)
        self._batch += halts  # They fail with it.
        self._answered[:0] = self._execute(halts)  # And are answered first.
        return bool(halts)

    async def _wait(self) -> None:
        """Until something is posted, or it is time to try the kept reports again."""
        self._wake.clear()
        retry = asyncio.get_running_loop().call_later(RETRY_S, self._wake.set) if self._kept else None
        await self._wake.wait()
        if retry is not None:
            retry.cancel()

    def _execute(self, batch: list[Posted]) -> list[tuple[Sender, tuple[Event, ...]]]:
        answered = []
        for command, answer in batch:
            is_report = answer is None and type(command) is ReportExecution
            if is_report and self._kept:  # Behind one that waits, so that their order stays.
                self._kept.append((command, answer))
                continue
            try:
                events = () if command is None else self._sequencer.execute(command)
            except InputError as error:
                self._refuse(command, answer, error)
            except StoreUnavailable as error:
                if not error.retryable:  # The journal has failed; a full one only refuses this command.
                    raise
                if is_report:
                    self._kept.append((command, answer))
                else:
                    self._refuse(command, answer, error)
            else:
                if answer is not None:
                    answered.append((answer, events))
        return answered

    def _refuse(
        self, command: Command | None, answer: Sender | None, error: InputError | OperatingError
    ) -> None:
        if answer is None:
            assert command is not None, "whoever posts nothing waits for it"
            self._on_dropped(command, error)
        elif not answer.done():
            answer.set_exception(error)

    def _fail(self, error: OperatingError) -> None:
        self.failure = error
        waiting = self._batch + self._halts + self._cancels + self._queue
        for lane in (self._batch, self._halts, self._cancels, self._queue, self._kept):
            lane.clear()
        for _, answer in waiting:
            if answer is not None and not answer.done():
                answer.set_exception(error)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """However the task ended, nobody waits for ever and nobody posts into the void."""
        cause = asyncio.CancelledError("its task was canceled") if task.cancelled() else task.exception()
        if cause is not None and self.failure is None:
            error = OperatingError(f"the sequencer ended: {cause!r}. Start the desk again from its journal.")
            error.__cause__ = cause
            self._fail(error)


def _cut(lane: list[Posted], most: int) -> list[Posted]:
    """Take the first so many out of a lane."""
    taken = lane[:most]
    del lane[:most]
    return taken


def _unjournaled(count: int) -> StoreUnavailable:
    return StoreUnavailable(
        f"the journal is full, and {count} reports of venues found no room in it. Free space on its disk, "
        "start again, and have the venues repeat their reports."
    )
