"""Analyses of the desk: what there are, started, waited for, read."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from trade2026.client.call import decoder, get, post, rows_decoder, segment
from trade2026.client.results.backtests import (
    AnalysisAnswer,
    AnalysisDescription,
    AnalysisResult,
    DataSet,
    Job,
)
from trade2026.client.rows import Rows
from trade2026.client.synchronous.jobs import TabledJob
from trade2026.client.synchronous.line import Line

_ANSWER: Final = decoder(AnalysisAnswer)
_DATA: Final = rows_decoder(DataSet)
_JOB: Final = decoder(Job)
_JOBS: Final = rows_decoder(Job)
_LIST: Final = rows_decoder(AnalysisDescription)
_RESULT: Final = decoder(AnalysisResult)


class Analysis(TabledJob):
    """One analysis on the desk."""

    def __init__(self, line: Line, job: Job, result: AnalysisResult | None = None) -> None:
        super().__init__(line, job, f"/jobs/{segment(job.job_id)}", _JOB, "analysis")
        self._result = result

    def result(self) -> AnalysisResult:
        """What it found; raises Conflict unless it is DONE."""
        if self._result is not None:
            return self._result
        return self._line._send(get(_RESULT, f"/jobs/{segment(self.job_id)}/result"))


class Analyses(Line):
    """Requests about analyses."""

    def analyses(self) -> Rows[AnalysisDescription]:
        """What there is to ask for, each with the schema of its request."""
        return self._send(get(_LIST, "/analyses"))

    def data_sets(self) -> Rows[DataSet]:
        """The data that analyses and backtests take by its name."""
        return self._send(get(_DATA, "/data"))

    def analyze(self, analysis_id: str, **request: Any) -> Analysis:
        """Ask for an analysis such as "portfolio/assets"; what is left out of its request has its default.

        One that is over within 200 ms comes back with its result; another one goes on as a job.
        """
        path = "/".join(segment(each) for each in analysis_id.split("/"))
        body: dict[str, Any] = msgspec.to_builtins(request)
        answer = self._send(post(_ANSWER, f"/{path}", body))
        return Analysis(self, answer.job, answer.result)

    def analysis(self, job_id: str) -> Analysis:
        """One that was started before."""
        return Analysis(self, self._send(get(_JOB, f"/jobs/{segment(job_id)}")))

    def analysis_jobs(self, *, limit: int = 100, cursor: str | None = None) -> Rows[Job]:
        """Those that were asked for, newest first, a part of them."""
        query = {"limit": limit, "cursor": cursor, "kind": "analysis"}
        return self._send(get(_JOBS, "/jobs", query))

    def each_analysis_job(self) -> Iterator[Job]:
        """Every one that was asked for, newest first."""
        return self._each(
            lambda cursor: get(_JOBS, "/jobs", {"limit": 1000, "cursor": cursor, "kind": "analysis"})
        )
