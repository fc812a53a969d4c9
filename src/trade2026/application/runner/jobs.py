"""The queue of jobs: a few at a time, in processes of their own, each with a folder that outlives it.

A backtest runs a user's code and has a process for itself; analyses may follow one another in a worker.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from trade2026.application.runner.job import REFUSED, check_job, table_file
from trade2026.application.runner.job_records import (
    has_result,
    load_job,
    load_jobs,
    make_job,
    read_result,
    save_job,
)
from trade2026.application.runner.piece import Piece
from trade2026.application.runner.reports import Progress
from trade2026.application.runner.settings import JobSettings
from trade2026.application.runner.tables import check_table_path
from trade2026.application.runner.workers import Workers
from trade2026.application.services import Services
from trade2026.ports.asking import TooManyJobs, UnknownId
from trade2026.ports.children import HeldChildren
from trade2026.ports.runner_link import AnalysisJob, JobRequest, JobState, JobStatus, JobWait, kind_of
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import SECOND_NS

KEPT: Final = 500
"""Jobs that are listed; older ones are found by their id."""

OVER: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELED, JobState.INTERRUPTED})
_UNFINISHED: Final = "the desk was stopped while it was waiting or running; submit it again"


class Jobs:
    """All jobs; in one event loop.

    Parameters
    ----------
    cores : int
        Processor cores of the machine: one is left to trading.
    tell : callable
        Told every change of a job.
    settings : JobSettings
        How many there may be.
    """

    def __init__(
        self, services: Services, children: HeldChildren, cores: int, tell: Callable[[JobStatus], None],
        settings: JobSettings | None = None,
    ) -> None:  # fmt: skip
        self._services = services
        self._children = children
        self._settings = settings or JobSettings()
        self._workers = Workers(children, keeps=self._settings.warm)
        self._running_max = self._settings.running or max(1, cores - 1)
        self._tell = tell
        self._jobs: dict[str, JobStatus] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._running: dict[str, Piece] = {}
        self._export = asyncio.Lock()  # One at a time: workers are for the queue.
        self._awaited: dict[str, list[asyncio.Future[None]]] = {}
        self._is_held = False
        children.watch(self._hold)
        for job in load_jobs(services, KEPT):
            if job.state not in OVER:
                job = msgspec.structs.replace(
                    job, state=JobState.INTERRUPTED, finished_ns=services.clock.now_ns(), error=_UNFINISHED,
                    waits_for=None,
                )  # fmt: skip
                save_job(services, job)
            self._jobs[job.job_id] = job

    # ------------------------------------------------------------------------------------ questions

    def submit(self, request: JobRequest, owner: str) -> JobStatus:
        """Queue a job.

        Raises
        ------
        InputError
            A name, a parameter or a choice is wrong; the rest is found when the job is prepared.
        TooManyJobs
            The owner has as many waiting as one may have.
        """
        check_job(self._services, request)
        kind = kind_of(request)
        self._check_room(owner, kind)
        job_id = make_job(self._services, kind, request)
        now = self._services.clock.now_ns()
        job = JobStatus(
            job_id=job_id, kind=kind, state=JobState.QUEUED, owner=owner, request=request,
            created_ns=now, text="waiting",
        )  # fmt: skip
        self._change(job)
        while len(self._jobs) > KEPT and (oldest := next(iter(self._jobs.values()))).state in OVER:
            del self._jobs[oldest.job_id]
        self._start_waiting()
        return self._jobs[job_id]

    async def ended(self, job_id: str, within_ns: int) -> JobStatus:
        """The job once it is over, or as it is after so long; at once while it waits for others."""
        job = self.find(job_id)
        if job.state is not JobState.RUNNING or within_ns <= 0:
            return job
        ended = asyncio.get_running_loop().create_future()
        self._awaited.setdefault(job_id, []).append(ended)
        await asyncio.wait([ended], timeout=within_ns / SECOND_NS)
        if not ended.done():
            self._awaited[job_id].remove(ended)
        return self.find(job_id)

    def all(self) -> tuple[JobStatus, ...]:
        """Jobs that are remembered, newest first."""
        return tuple(reversed(self._jobs.values()))

    def find(self, job_id: str) -> JobStatus:
        """One job; raises UnknownId."""
        job = self._jobs.get(job_id) or load_job(self._services, job_id)
        if job is None:
            raise UnknownId(f"job_id must be a job, was {job_id!r}; the list of jobs has them all")
        return job

    def result(self, job_id: str) -> bytes:
        """The result of a job that is done; raises UnknownId where it has none."""
        self.find(job_id)
        return read_result(self._services, job_id)

    async def table(self, job_id: str, path: str) -> bytes:
        """A table of the result of a job that is done, as Parquet; it is made once.

        Raises
        ------
        UnknownId, InputError
            There is no such job, no result, or no such table in it.
        OperatingError
            It could not be made.
        """
        file = table_file(check_table_path(path))
        self.result(job_id)
        async with self._export:
            if not has_result(self._services, job_id, file):
                piece = Piece(
                    self._workers, "job", f"{job_id}{path}", tell=lambda _: None,
                    has_result=partial(has_result, self._services, job_id, file),
                )  # fmt: skip
                ending = await piece.run()
                if ending.state is not JobState.DONE:
                    kind = InputError if ending.text == REFUSED else OperatingError
                    raise kind(ending.error or "the table was not written; ask again")
            return read_result(self._services, job_id, file)

    def cancel(self, job_id: str) -> JobStatus:
        """Cancel a job; one that runs ends within two seconds."""
        job = self.find(job_id)
        if job.state is JobState.QUEUED:
            self._finish(job, JobState.CANCELED, "canceled before it began")
        elif job.state is JobState.RUNNING and not self._running[job_id].is_canceled:
            self._change(msgspec.structs.replace(job, text="being canceled"), saved=False)
            self._running[job_id].cancel()
        return self.find(job_id)

    # ------------------------------------------------------------------------------------ the queue

    def _count(self, owner: str, state: JobState, kind: str | None = None) -> int:
        return sum(
            job.owner == owner and job.state is state and kind in (None, job.kind)
            for job in self._jobs.values()
        )

    def _check_room(self, owner: str, kind: str) -> None:
        settings = self._settings
        for most, of_kind, what in (
            (settings.queued_per_user, None, "jobs"),
            (settings.of_kind(kind).queued, kind, f"jobs of the kind {kind}"),
        ):
            if most is not None and self._count(owner, JobState.QUEUED, of_kind) >= most:
                raise TooManyJobs(
                    f"{owner} has {most} {what} waiting, which is the most; wait for one or cancel one, "
                    f"or have it raised in desk/jobs.json",
                    retryable=True, retry_after_ns=5 * SECOND_NS,
                )  # fmt: skip

    def _may_run(self, job: JobStatus) -> bool:
        settings = self._settings
        most = settings.of_kind(job.kind).running
        return self._count(job.owner, JobState.RUNNING) < settings.running_per_user and (
            most is None or self._count(job.owner, JobState.RUNNING, job.kind) < most
        )

    def _start_waiting(self) -> None:
        """Start what may run now, oldest first."""
        for job in list(self._jobs.values()):
            if len(self._tasks) >= self._running_max:
                return
            if job.state is JobState.QUEUED and self._may_run(job):
                now = self._services.clock.now_ns()
                self._change(
                    msgspec.structs.replace(job, state=JobState.RUNNING, started_ns=now, text="starting")
                )
                is_ours = isinstance(job.request, AnalysisJob)
                piece = self._running[job.job_id] = Piece(
                    self._workers if is_ours else self._children, "job", job.job_id,
                    tell=partial(self._progress, job.job_id),
                    has_result=partial(has_result, self._services, job.job_id),
                )  # fmt: skip
                task = asyncio.get_running_loop().create_task(self._run(job.job_id, piece), name=job.job_id)
                self._tasks[job.job_id] = task

    async def _run(self, job_id: str, piece: Piece) -> None:
        """See one job through."""
        try:
            ending = await piece.run()
            self._finish(self._jobs[job_id], *ending)
        except OperatingError as error:
            self._finish(self._jobs[job_id], JobState.FAILED, "it could not be run", str(error))
        except Exception as error:  # A bug of ours: it is raised, and nobody waits for the job meanwhile.
            words = f"a defect of the desk, {type(error).__name__}: {error}; the runner's log has more"
            self._finish(self._jobs[job_id], JobState.FAILED, "it could not be run", words)
            asyncio.get_running_loop().call_soon(self._start_waiting)
            raise
        finally:
            self._running.pop(job_id, None)
            self._tasks.pop(job_id, None)
        self._start_waiting()

    def _progress(self, job_id: str, report: Progress) -> None:
        job = self._jobs[job_id]
        self._change(msgspec.structs.replace(job, progress=report.fraction, text=report.text), saved=False)

    def _finish(self, job: JobStatus, state: JobState, text: str, error: str = "") -> None:
        now = self._services.clock.now_ns()
        progress = 1.0 if state is JobState.DONE else job.progress
        self._change(
            msgspec.structs.replace(
                job, state=state, finished_ns=now, progress=progress, text=text, error=error
            )
        )

    def _hold(self, is_held: bool) -> None:
        """Say of all that are not over that the desk holds them up, or that it does no longer."""
        self._is_held = is_held
        for job in list(self._jobs.values()):
            if job.state not in OVER:
                self._change(job, saved=False)

    def _waits_for(self, job: JobStatus) -> JobWait | None:
        if self._is_held and job.state not in OVER:
            return JobWait.DESK
        return JobWait.JOBS if job.state is JobState.QUEUED else None

    def _change(self, job: JobStatus, *, saved: bool = True) -> None:
        """Remember a job's new status, on disk where it is to outlive a restart, and tell it."""
        job = msgspec.structs.replace(job, waits_for=self._waits_for(job))
        if saved:
            save_job(self._services, job)
        self._jobs[job.job_id] = job
        if job.state in OVER:
            for ended in self._awaited.pop(job.job_id, ()):
                if not ended.done():
                    ended.set_result(None)
        self._tell(job)

    async def aclose(self) -> None:
        """End all processes; after the next start what they did not finish is interrupted."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._workers.aclose()
