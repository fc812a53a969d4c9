"""Makes the processes of strategies match what the journal says is to run.

A run is to run from its `RunStarted` until it is halted or has its `RunStopped`. Its process is watched, told
to end by the halt, ended where it does not, and started again where it died; a halt and its cancels go
through the core, so that no process has to cooperate.
"""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec

from trade2026.application.runner.definitions import check_request, strategy_id
from trade2026.application.runner.keeper import Keeper
from trade2026.application.runner.log import read_log
from trade2026.application.runner.records import OVER, forget_old, load_runs, save_runs
from trade2026.application.services import Services
from trade2026.application.strategy_runs import FAILED, halt_intents, next_run_id, read_details, start_intents
from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import CommandDenied, Event, RunStarted, RunStopped, TradingStateSet
from trade2026.ports.asking import UnknownId
from trade2026.ports.children import Children
from trade2026.ports.core_link import Answer, CoreClient, Intent
from trade2026.ports.runner_link import LogLine, RunState, StrategyStatus
from trade2026.ports.storage import DiskFull, Storage
from trade2026.primitives.errors import InputError, IntegrityError, OperatingError
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import JournalReader

RUNS_MAX: Final = 32
"""Strategies that may run at once; each has a process of its own."""

_SAVE_EVERY: Final = 50_000
"""Frames after which the cursor is saved though no run has changed, so that a start reads no more again."""

_LISTEN_NS: Final = SECOND_NS
_GATHER_S: Final = 0.02
"""Between looks while the journal grows: a look for each of its signs would cost more than the frames."""
_SEEN_S: Final = 1.0
_ARRAY: Final = 0x90
_TAGS: Final = frozenset({25, 28, 29})
"""Of SetTradingState, StartRun, StopRun."""


def is_about_runs(payload: bytes | memoryview) -> bool:
    """Whether a frame can be about a run, by the tag of its command alone."""
    head = payload[1]
    if head & 0xF0 == _ARRAY:
        return payload[2] in _TAGS
    return payload[4] in _TAGS  # An array of more than fifteen has two bytes of length.


class StrategyRuns:
    """All runs of strategies; in one event loop.

    Parameters
    ----------
    journal, state, logs : Storage
        Folders of the journal, of the runner's own state, and of the strategies' logs.
    tell : callable
        Told every change of a run.
    """

    def __init__(
        self,
        services: Services,
        core: CoreClient,
        children: Children,
        journal: Storage,
        state: Storage,
        logs: Storage,
        tell: Callable[[StrategyStatus], None],
    ) -> None:
        self._services = services
        self._core = core
        self._children = children
        self._journal = journal
        self._state = state
        self._logs = logs
        self._tell = tell
        cursor, runs = load_runs(state)
        self._runs = {run.run_id: run for run in runs}
        self._reader = JournalReader(journal, cursor=cursor, trusts_writer=True)
        self._keepers: dict[str, Keeper] = {}
        self._asked: dict[str, None] = {}  # Ids given to starts that the journal has not shown yet.
        self._is_caught_up = False
        self._caught_up = asyncio.Event()
        self._unsaved = 0  # Frames read since the cursor was saved.
        self._hurry = asyncio.Event()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []  # For a frame to be seen.

    # ------------------------------------------------------------------------------------ questions

    def status(self) -> tuple[StrategyStatus, ...]:
        """Every run that is remembered, oldest first."""
        return tuple(self._runs.values())

    async def start(self, strategy: str, parameters: str, account_id: str, trader_id: str) -> StrategyStatus:
        """Check what can be checked, and have the core journal the start."""
        check_request(self._services, strategy, parameters)
        await self._caught_up.wait()  # Before that ids that were used are not all known.
        if len(self._keepers) >= RUNS_MAX:
            raise OperatingError(f"at most {RUNS_MAX} strategies may run at once; stop one", retryable=True)
        run_id = next_run_id(strategy_id(self._services, strategy), [*self._runs, *self._asked])
        entitle, *others = start_intents(run_id, strategy, parameters, account_id, trader_id)
        self._asked[run_id] = None
        try:
            await self._ask(entitle)  # Alone and first: it is denied where the account is not open.
            events, seq = await self._ask(*others)
        except BaseException:
            self._asked.pop(run_id, None)
            raise
        await self._see_frame(seq)  # So that whoever is answered can stop it, and finds it in the list.
        started = next(event for event in events if isinstance(event, RunStarted))
        run = self._runs.get(run_id) or _started(started)
        assert run is not None, "the details are those of start_intents"
        return run

    async def stop(self, run_id: str, trader_id: str, reason: str) -> StrategyStatus:
        """Have the core halt the run and cancel its orders; its process ends when it sees that."""
        run = self._find(run_id)
        if run.state in OVER:
            return run
        request_id = f"{run_id}-halt-{self._services.clock.now_ns()}"
        await self._ask(*halt_intents(run_id, trader_id, reason or f"stopped by {trader_id}", request_id))
        return msgspec.structs.replace(self._find(run_id), state=RunState.STOPPING)

    async def log(self, run_id: str, after: int, limit: int) -> tuple[LogLine, ...]:
        """A page of a run's log."""
        self._find(run_id)
        return await self._logs.in_background(lambda: read_log(self._logs, run_id, after, limit))

    def _find(self, run_id: str) -> StrategyStatus:
        run = self._runs.get(run_id)
        if run is None:
            raise UnknownId(f"run_id must be a strategy's run, was {run_id!r}; the list of runs has them all")
        return run

    async def _ask(self, *intents: Intent) -> tuple[list[Event], int]:
        """Events of all intents, and how far the journal was; InputError with the core's words for a no."""
        answer: Answer = await self._core.ask(*intents)
        events: list[Event] = []
        for decision in answer.decisions:
            if decision.error:
                kind = OperatingError if decision.retryable else InputError
                raise kind(decision.error)
            for event in decision.events:
                if isinstance(event, CommandDenied):
                    raise InputError(event.text)
                events.append(event)
        return events, answer.seq

    # ------------------------------------------------------------------------------------ the journal

    async def run(self) -> None:
        """Follow the journal until canceled.

        Raises
        ------
        IntegrityError
            The journal is damaged.
        """
        while True:
            if self._read():
                await self._gather()
                continue
            if not self._is_caught_up:
                self._is_caught_up = True
                self._caught_up.set()
                for run_id in list(self._runs):
                    self._keep(run_id)
            await self._reader.wait_async(_LISTEN_NS)

    async def _gather(self) -> None:
        """Let frames come together, unless there is more to read or somebody waits."""
        seen = self._reader.position.seq
        for _, future in [each for each in self._waiting if each[0] <= seen and not each[1].done()]:
            future.set_result(None)
        self._waiting = [each for each in self._waiting if not each[1].done()]
        if self._waiting or not self._is_caught_up:
            await asyncio.sleep(0)
            return
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GATHER_S):
                await self._hurry.wait()

    async def _see_frame(self, seq: int) -> None:
        """Wait, a second at most, until this frame was read; it is durable."""
        if self._reader.position.seq >= seq:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((seq, future))
        self._hurry.set()
        await asyncio.wait([future], timeout=_SEEN_S)
        future.cancel()

    def _read(self) -> bool:
        """Take the next frames; whether there were any."""
        try:
            frames = self._reader.read_available()
        except IntegrityError:
            if self._reader.position.seq == 0 or not self._begin_again():
                raise
            return True
        is_changed = False
        for frame in frames:
            if is_about_runs(frame.payload):
                for event in decode_record(frame.payload, frame.seq)[1]:
                    is_changed = self._see(event) or is_changed
        self._unsaved += len(frames)
        if is_changed or self._unsaved >= _SAVE_EVERY:
            forget_old(self._runs)
            self._save()
        return bool(frames)

    def _begin_again(self) -> bool:
        """Read the journal from its start, once: it may be another than the cursor was of."""
        if self._is_caught_up:
            return False
        self._is_caught_up = False
        self._reader.close()
        self._runs.clear()
        self._reader = JournalReader(self._journal, trusts_writer=True)
        return True

    def _see(self, event: Event) -> bool:
        """What an event means for a run; whether it means anything."""
        if isinstance(event, RunStarted):
            run = _started(event)
            if run is None:
                return False
            self._asked.pop(run.run_id, None)
            self._change(run)
            if self._is_caught_up:
                self._keep(run.run_id)
            return True
        if isinstance(event, TradingStateSet):
            known = self._runs.get(event.target) if event.scope is Scope.STRATEGY else None
            if known is None or known.state in OVER or event.state is not TradingState.HALTED:
                return False
            self._change(msgspec.structs.replace(known, state=RunState.STOPPING))
            self._end(event.target)
            return True
        if isinstance(event, RunStopped) and event.run_id in self._runs:
            failed = event.text.startswith(FAILED)
            self._change(
                msgspec.structs.replace(
                    self._runs[event.run_id],
                    state=RunState.FAILED if failed else RunState.STOPPED,
                    error=event.text.removeprefix(FAILED) if failed else "",
                    stopped_ns=event.now,
                    input_sha256=event.input_sha256,
                )
            )
            self._end(event.run_id)
            return True
        return False

    def _keep(self, run_id: str) -> None:
        """Have a process kept for a run that is not over."""
        if self._runs[run_id].state not in OVER and run_id not in self._keepers:
            self._keepers[run_id] = Keeper(
                run_id, self._services.clock, self._core, self._children, self._runs.__getitem__,
                self._change_and_save, self._forget,
            )  # fmt: skip

    def _end(self, run_id: str) -> None:
        keeper = self._keepers.get(run_id)
        if keeper is not None:
            keeper.end()

    def _forget(self, run_id: str) -> None:
        self._keepers.pop(run_id, None)

    def _change(self, run: StrategyStatus) -> None:
        """Remember a run's new status and tell it."""
        known = self._runs.get(run.run_id)
        if known is None or known.state is not run.state:
            run = msgspec.structs.replace(run, since_ns=self._services.clock.now_ns())
        self._runs[run.run_id] = run
        self._tell(run)

    def _change_and_save(self, run: StrategyStatus) -> None:
        known = self._runs.get(run.run_id)
        self._change(run)
        if known is None or known.state is not run.state:
            self._save()

    def _save(self) -> None:
        self._unsaved = 0
        with suppress(DiskFull):  # The journal has it all; without the file a start reads more of it again.
            save_runs(self._state, self._reader.position, self.status())

    async def aclose(self) -> None:
        """End all processes; what runs now runs again after the next start."""
        self._save()
        await asyncio.gather(*(keeper.aclose() for keeper in list(self._keepers.values())))
        self._reader.close()


def _started(event: RunStarted) -> StrategyStatus | None:
    """The status of a run that begins; None for what is no strategy's."""
    details = read_details(event.details)
    if details is None:
        return None
    return StrategyStatus(
        run_id=event.run_id,
        strategy=details.strategy,
        parameters=bytes(details.parameters).decode(),
        account_id=details.account_id,
        trader_id=details.trader_id,
        state=RunState.STARTING,
        started_ns=event.now,
    )
