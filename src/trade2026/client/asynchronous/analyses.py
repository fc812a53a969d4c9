"""Analyses of the desk: what there are, started, waited for, read."""

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec

from trade2026.client.asynchronous.jobs import AsyncTabledJob
from trade2026.client.asynchronous.line import AsyncLine
from trade2026.client.call import decoder, get, post, rows_decoder, segment
from trade2026.client.results.backtests import (
    AnalysisAnswer,
    AnalysisDescription,
    AnalysisResult,
    DataSet,
    Job,
)
from trade2026.client.rows import Rows

_ANSWER: Final = decoder(AnalysisAnswer)
_DATA: Final = rows_decoder(DataSet)
_JOB: Final = decoder(Job)
_JOBS: Final = rows_decoder(Job)
_LIST: Final = rows_decoder(AnalysisDescription)
_RESULT: Final = decoder(AnalysisResult)


class AsyncAnalysis(AsyncTabledJob):
    """One analysis on the desk."""

    def __init__(self, line: AsyncLine, job: Job, result: AnalysisResult | None = None) -> None:
        super().__init__(line, job, f"/jobs/{segment(job.job_id)}", _JOB, "analysis")
        self._result = result

    async def result(self) -> AnalysisResult:
        """What it found; raises Conflict unless it is DONE."""
        if self._result is not None:
            return self._result
        return await self._line._send(get(_RESULT, f"/jobs/{segment(self.job_id)}/result"))


class AsyncAnalyses(AsyncLine):
    """Requests about analyses."""

    async def analyses(self) -> Rows[AnalysisDescription]:
        """What there is to ask for, each with the schema of its request."""
        return await self._send(get(_LIST, "/analyses"))

    async def data_sets(self) -> Rows[DataSet]:
        """The data that analyses and backtests take by its name."""
        return await self._send(get(_DATA, "/data"))

    async def analyze(self, analysis_id: str, **request: Any) -> AsyncAnalysis:
        """Ask for an analysis such as "portfolio/assets"; what is left out of its request has its default.

        One that is over within 200 ms comes back with its result; another one goes on as a job.
        """
        path = "/".join(segment(each) for each in analysis_id.split("/"))
        body: dict[str, Any] = msgspec.to_builtins(request)
        answer = await self._send(post(_ANSWER, f"/{path}", body))
        return AsyncAnalysis(self, answer.job, answer.result)

    async def analysis(self, job_id: str) -> AsyncAnalysis:
        """One that was started before."""
        return AsyncAnalysis(self, await self._send(get(_JOB, f"/jobs/{segment(job_id)}")))

    async def analysis_jobs(self, *, limit: int = 100, cursor: str | None = None) -> Rows[Job]:
        """Those that were asked for, newest first, a part of them."""
        query = {"limit": limit, "cursor": cursor, "kind": "analysis"}
        return await self._send(get(_JOBS, "/jobs", query))

    def each_analysis_job(self) -> AsyncIterator[Job]:
        """Every one that was asked for, newest first."""
        return self._each(
            lambda cursor: get(_JOBS, "/jobs", {"limit": 1000, "cursor": cursor, "kind": "analysis"})
        )
