"""Keeps the process of one run: starts it, hears it, starts it again when it dies, ends it when it must."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from trade2026.application.runner.records import OVER
from trade2026.application.runner.reports import Ended, Seen, decode_report
from trade2026.application.strategy_runs import FAILED, end_intents, halt_intents
from trade2026.ports.children import Child, Children
from trade2026.ports.clock import Clock
from trade2026.ports.core_link import CoreClient, Intent
from trade2026.ports.runner_link import RunState, StrategyStatus
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS

CORE_AWAY: Final = 75
"""Exit code of a process that lost its line to the core: no fault of the strategy."""

GRACE_S: Final = 5.0
"""How long a process may take to end by itself, and again after it was told to."""

DEATHS_MAX: Final = 5
_DEATHS_WITHIN_NS: Final = 60 * SECOND_NS
_PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)


class Keeper:
    """One run; its task ends when the run is over.

    Parameters
    ----------
    status, change : callable
        The run's status now, and what takes a new one.
    forget : callable
        Told when there is nothing left to keep.
    """

    def __init__(
        self,
        run_id: str,
        clock: Clock,
        core: CoreClient,
        children: Children,
        status: Callable[[str], StrategyStatus],
        change: Callable[[StrategyStatus], None],
        forget: Callable[[str], None],
    ) -> None:
        self._run_id = run_id
        self._clock = clock
        self._core = core
        self._children = children
        self._status = status
        self._change = change
        self._ending = asyncio.Event()
        self._child: Child | None = None
        self._ended: Ended | None = None
        self._deaths: deque[int] = deque(maxlen=DEATHS_MAX)
        if status(run_id).state is RunState.STOPPING:
            self._ending.set()
        self._task = asyncio.get_running_loop().create_task(self._keep(), name=f"run {run_id}")
        self._task.add_done_callback(lambda task: forget(run_id))

    def end(self) -> None:
        """The run is halted or over: see its process end."""
        self._ending.set()

    async def aclose(self) -> None:
        """End the process, and leave the run as it is."""
        self._task.cancel()
        await asyncio.wait([self._task])

    # ------------------------------------------------------------------------------------ one life

    async def _keep(self) -> None:
        error = ""
        try:
            while not self._ending.is_set() and not error:
                if not self._core.is_connected:
                    await self._pause(_PAUSES_S[0])
                    continue
                error = await self._live()
        finally:
            if self._child is not None:
                await self._put_down(self._child, at_once=True)
        await self._finish(error)

    async def _live(self) -> str:
        """One life of the process; why the run has failed, or "" to go on."""
        self._ended = None
        try:
            child = await self._children.start("strategy", self._run_id)
        except OperatingError as error:
            return await self._mourn(f"its process could not be started: {error}")
        self._child = child
        hearing = asyncio.create_task(self._hear(child))
        exited = asyncio.create_task(child.wait())
        ending = asyncio.create_task(self._ending.wait())
        try:
            await asyncio.wait({exited, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not exited.done():
                await self._put_down(child, at_once=False)
            code = await exited
            await asyncio.wait({hearing}, timeout=GRACE_S)
        finally:
            for task in (hearing, exited, ending):
                task.cancel()
        self._child = None
        if self._ended is not None:
            if not self._ended.error:
                await self._pause(GRACE_S)  # It has seen its halt before this process did.
            return self._ended.error
        if self._ending.is_set():
            return ""
        if code == CORE_AWAY:
            self._update(state=RunState.RESTARTING, error="the line to the trading core was lost")
            await self._pause(_PAUSES_S[1])
            return ""
        return await self._mourn(f"its process ended with code {code}: {_last_line(child.last_words())}")

    async def _mourn(self, why: str) -> str:
        """A death of its own making: start again after a pause, unless there are too many."""
        now = self._clock.monotonic_ns()
        self._deaths.append(now)
        if len(self._deaths) == DEATHS_MAX and now - self._deaths[0] <= _DEATHS_WITHIN_NS:
            return f"it died {DEATHS_MAX} times within a minute, the last time because {why}"
        recent = sum(now - death <= _DEATHS_WITHIN_NS for death in self._deaths)
        status = self._status(self._run_id)
        self._update(state=RunState.RESTARTING, error=why, restarts=status.restarts + 1)
        await self._pause(_PAUSES_S[min(recent, len(_PAUSES_S)) - 1])
        return ""

    async def _hear(self, child: Child) -> None:
        async for line in child.lines():
            report = decode_report(line)
            if isinstance(report, Seen):
                self._update(
                    state=RunState.RUNNING, seen_ns=report.now, input_sha256=report.input_sha256, error=""
                )
            elif isinstance(report, Ended):
                self._ended = report
                self._update(seen_ns=report.now, input_sha256=report.input_sha256)

    async def _put_down(self, child: Child, *, at_once: bool) -> None:
        """See the process end: by itself, else told to, else without its consent."""
        exited = asyncio.ensure_future(child.wait())
        steps: tuple[Callable[[], None], ...] = (child.terminate, child.kill)
        for step in steps if at_once else (lambda: None, *steps):
            step()
            done, _ = await asyncio.wait({exited}, timeout=GRACE_S)
            if done:
                return
        await exited

    # ------------------------------------------------------------------------------------ its end

    async def _finish(self, error: str) -> None:
        """Have the core halt the run if it is not, and journal its end; again until that is done."""
        for attempt in range(1 << 30):
            status = self._status(self._run_id)
            if status.state in OVER:
                return
            text = f"{FAILED}{error}" if error else "stopped"
            halt: tuple[Intent, ...] = ()
            if not self._ending.is_set():
                request_id = f"{self._run_id}-end-{self._clock.now_ns()}"
                halt = halt_intents(self._run_id, self._run_id, error, request_id)
            end = end_intents(self._run_id, status.account_id, status.input_sha256, text)
            try:
                answer = await self._core.ask(*halt, *end)
                if not any(decision.error for decision in answer.decisions):
                    await self._until_over()
                    return
            except OperatingError:
                pass  # The core is away: it is asked again, and the journal says if it had been done.
            await asyncio.sleep(_PAUSES_S[min(attempt, len(_PAUSES_S) - 1)])

    async def _until_over(self) -> None:
        """Until the journal has shown the run's end, which is the manager's to see."""
        while self._status(self._run_id).state not in OVER:
            await asyncio.sleep(0.02)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for a run that is to end."""
        waiting = asyncio.create_task(self._ending.wait())
        await asyncio.wait({waiting}, timeout=seconds)
        waiting.cancel()

    def _update(
        self,
        *,
        state: RunState | None = None,
        error: str | None = None,
        seen_ns: int | None = None,
        input_sha256: str | None = None,
        restarts: int | None = None,
    ) -> None:
        """Change what is known of the run; one that is to end does not go back to running."""
        known = self._status(self._run_id)
        if known.state in OVER:
            return
        if state is not None and known.state is RunState.STOPPING:
            state = None
        given = {
            "state": state, "error": error, "seen_ns": seen_ns, "input_sha256": input_sha256,
            "restarts": restarts,
        }  # fmt: skip
        changes = {name: value for name, value in given.items() if value is not None}
        self._change(msgspec.structs.replace(known, **changes))


def _last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"
