"""Jobs of the desk, whatever they make: looked at, waited for, canceled."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from trade2026.client.call import PREFIX, Call, Decode, get, segment
from trade2026.client.results.backtests import Job
from trade2026.client.results.sim import SimScorecardJob
from trade2026.client.synchronous.line import Line
from trade2026.primitives.errors import OperatingError

JobT = TypeVar("JobT", Job, SimScorecardJob)

_FIRST_LOOK_S: Final = 0.1
_LOOK_S: Final = 1.0


class RunningJob(Generic[JobT]):
    """One job on the desk.

    Parameters
    ----------
    path : str
        Where the interface has it: GET looks, DELETE cancels.
    what : str
        What it is called in messages, such as "backtest".

    Attributes
    ----------
    job : Job or SimScorecardJob
        As last seen.
    """

    def __init__(self, line: Line, job: JobT, path: str, decode: Decode[JobT], what: str) -> None:
        self._line = line
        self._path = path
        self._decode: Decode[JobT] = decode
        self._what = what
        self.job: JobT = job

    @property
    def job_id(self) -> str:
        """Names it."""
        return self.job.job_id

    def refresh(self) -> JobT:
        """Look how far it is."""
        self.job = self._line._send(get(self._decode, self._path))
        return self.job

    def wait(self, progress: Callable[[JobT], None] | None = None, *, timeout_s: float | None = None) -> JobT:
        """Wait until it is over, and tell `progress` whenever something changed.

        Raises
        ------
        OperatingError
            It is not over after `timeout_s`; it goes on.
        """
        line = self._line
        ends = None if timeout_s is None else line._clock() + timeout_s
        pause = _FIRST_LOOK_S
        told: JobT | None = None
        while True:
            job = self.job if self.job.state.is_over else self.refresh()
            if progress is not None and job != told:
                progress(job)
                told = job
            if job.state.is_over:
                return job
            if ends is not None and line._clock() + pause > ends:
                raise OperatingError(
                    f"{self._what} {job.job_id} is {job.state} after {timeout_s:g} s; it goes on, wait again",
                    retryable=True,
                )
            line._pause(pause)
            pause = min(pause * 1.5, _LOOK_S)

    def cancel(self) -> JobT:
        """Cancel it, unless it is over."""
        path = PREFIX + self._path
        self.job = self._line._send(Call("DELETE", path, None, self._decode, is_repeatable=True))
        return self.job


class TabledJob(RunningJob[Job]):
    """A job whose result has tables."""

    def table(self, path: str) -> bytes:
        """A table of its result as a Parquet file, such as "/data/weights" of an analysis or "/fills"; raises
        Conflict unless it is DONE.
        """
        call = get(bytes, f"/jobs/{segment(self.job_id)}/table", {"path": path})
        return self._line._send(call)
