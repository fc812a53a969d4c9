"""Processes that do one analysis after another: the next one finds everything imported.

Analyses are functions of ours without a state, so that one process may do several of them. What runs a user's
code has a process of its own, see `jobs`.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final, NamedTuple

from trade2026.application.runner.reports import Taken, Waiting, decode_report
from trade2026.ports.children import Child, Children
from trade2026.primitives.errors import OperatingError

ROLE: Final = "worker"
KEPT_S: Final = 900.0
"""How long a worker without work is kept."""


class Worker(NamedTuple):
    """A process, and what it reports over all its jobs."""

    child: Child
    lines: AsyncIterator[bytes]

    async def end(self) -> None:
        """End it; it holds nothing, its results are on disk."""
        self.child.kill()
        async for _ in self.lines:
            pass
        await self.child.wait()


class Workers:
    """`ports.children.Children` for jobs that may follow one another in a process.

    At most one worker waits. None is started before the first job: a desk on which nobody does research has
    none. One that was lost, by a cancel or a crash, is replaced as soon as its job is over.

    Parameters
    ----------
    keeps : bool
        Whether a worker may wait at all; else each ends with its job.
    """

    def __init__(self, children: Children, *, keeps: bool = True) -> None:
        self._children = children
        self._keeps = keeps
        self._waiting: Worker | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = 0

    async def start(self, *arguments: str, background: bool = True) -> "Turn":
        """Give the job, whose id is the last argument, to the worker that waits, or to a new one."""
        job_id = arguments[-1]
        waiting = self._take()
        worker = await self.new() if waiting is None else waiting
        worker.child.write(job_id.encode())
        return Turn(self, worker, job_id, was_waiting=waiting is not None)

    async def new(self) -> Worker:
        """A new worker; raises OperatingError."""
        self._started += 1
        child = await self._children.start(ROLE, str(self._started), background=True)
        return Worker(child, child.lines())

    def over(self, worker: Worker, *, is_sound: bool) -> None:
        """A turn has ended: keep the worker, or see to another one where it was lost."""
        if is_sound:
            self._keep(worker)
        elif self._keeps and self._waiting is None:
            self._spawn(self._replace())

    async def aclose(self) -> None:
        """End the one that waits."""
        self._keeps = False
        self._expire()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _take(self) -> Worker | None:
        if self._expiry is not None:
            self._expiry.cancel()
        worker, self._waiting, self._expiry = self._waiting, None, None
        return worker

    def _keep(self, worker: Worker) -> None:
        """Let it wait, unless another one does already."""
        if not self._keeps or self._waiting is not None:
            self._end(worker)
            return
        self._waiting = worker
        self._expiry = asyncio.get_running_loop().call_later(KEPT_S, self._expire)

    def _expire(self) -> None:
        if (worker := self._take()) is not None:
            self._end(worker)

    def _end(self, worker: Worker) -> None:
        self._spawn(worker.end())

    async def _replace(self) -> None:
        try:
            worker = await self.new()
        except OperatingError:  # The next job starts one itself, and has the error where that fails too.
            return
        self._keep(worker)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Turn:
    """`ports.children.Child`: a worker for the time of one job. Once that is over, signals reach nobody."""

    def __init__(self, workers: Workers, worker: Worker, job_id: str, *, was_waiting: bool) -> None:
        """For Workers."""
        self._workers, self._worker, self._job_id = workers, worker, job_id
        self._was_waiting = was_waiting
        self._is_over = self._is_signaled = False

    @property
    def pid(self) -> int:
        """Its number."""
        return self._worker.child.pid

    async def lines(self) -> AsyncIterator[bytes]:
        """What it reports about the job; ends with the job, or with the process."""
        is_taken = False
        while True:
            async for line in self._worker.lines:
                report = decode_report(line)
                if isinstance(report, Taken):
                    is_taken = True
                elif isinstance(report, Waiting):
                    self._is_over = True
                    return
                else:
                    yield line
            if is_taken or self._is_signaled or not self._was_waiting:
                return
            self._was_waiting = False  # It had died while it waited, which is not the job's fault.
            await self._worker.child.wait()
            self._worker = await self._workers.new()
            if self._is_signaled:  # While it was being started.
                self._worker.child.kill()
            self._worker.child.write(self._job_id.encode())

    async def wait(self) -> int:
        """Zero once the job is over, else the exit code of the process once it has ended."""
        if not self._is_over:
            code = await self._worker.child.wait()
            self._workers.over(self._worker, is_sound=False)
            return code
        if self._is_signaled:  # The signal may still be on its way, and is not for the next job.
            await self._worker.end()
        self._workers.over(self._worker, is_sound=not self._is_signaled)
        return 0

    def write(self, line: bytes) -> None:
        """Write a line to its standard input."""
        self._worker.child.write(line)

    def interrupt(self) -> None:
        """SIGINT."""
        if self._signal():
            self._worker.child.interrupt()

    def terminate(self) -> None:
        """SIGTERM."""
        if self._signal():
            self._worker.child.terminate()

    def kill(self) -> None:
        """SIGKILL."""
        if self._signal():
            self._worker.child.kill()

    def last_words(self) -> str:
        """The end of its standard error."""
        return self._worker.child.last_words()

    def _signal(self) -> bool:
        """Whether a signal is for this job; it is remembered."""
        self._is_signaled = self._is_signaled or not self._is_over
        return not self._is_over
