"""A job of the desk: waited for, canceled."""

from collections.abc import Callable
from typing import Final

from trade2026.client.asynchronous.line import AsyncLine
from trade2026.client.call import PREFIX, Call, decoder, get, segment
from trade2026.client.results.backtests import Job
from trade2026.primitives.errors import OperatingError

_JOB: Final = decoder(Job)
_FIRST_LOOK_S: Final = 0.1
_LOOK_S: Final = 1.0


class AsyncRunningJob:
    """One job on the desk.

    Attributes
    ----------
    job : Job
        As last seen.
    path : str
        Where jobs of its kind are.
    """

    path = "/jobs"

    def __init__(self, line: AsyncLine, job: Job) -> None:
        self._line = line
        self.job = job

    @property
    def job_id(self) -> str:
        """Names it."""
        return self.job.job_id

    async def refresh(self) -> Job:
        """Look how far it is."""
        self.job = await self._line._send(get(_JOB, f"{self.path}/{segment(self.job_id)}"))
        return self.job

    async def wait(
        self, progress: Callable[[Job], None] | None = None, *, timeout_s: float | None = None
    ) -> Job:
        """Wait until it is over, and tell `progress` whenever something changed.

        Raises
        ------
        OperatingError
            It is not over after `timeout_s`; it goes on.
        """
        line = self._line
        ends = None if timeout_s is None else line._clock() + timeout_s
        pause = _FIRST_LOOK_S
        told: Job | None = None
        while True:
            job = await self.refresh()
            if progress is not None and job != told:
                progress(job)
                told = job
            if job.state.is_over:
                return job
            if ends is not None and line._clock() + pause > ends:
                raise OperatingError(
                    f"{job.kind} {job.job_id} is {job.state} after {timeout_s:g} s; it goes on, wait again",
                    retryable=True,
                )
            await line._pause(pause)
            pause = min(pause * 1.5, _LOOK_S)

    async def cancel(self) -> Job:
        """Cancel it, unless it is over."""
        path = f"{PREFIX}{self.path}/{segment(self.job_id)}"
        self.job = await self._line._send(Call("DELETE", path, None, _JOB, is_repeatable=True))
        return self.job
