"""Jobs of every kind: how far they are, cancel, result. Where they are started says what they are of."""

from functools import cache
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Response
from pydantic import Field

from trade2026.application.analyses.registry import analyses
from trade2026.application.asked import asked_of, title_of
from trade2026.application.rebalancing.weights import has_weights
from trade2026.ports.runner_link import AnalysisJob, JobState, JobStatus, JobWait
from trade2026.ports.runner_link import JobRequest as Asked
from trade2026.primitives.time import format_ns
from trade2026.web.api import Routes, Said, reply
from trade2026.web.context import Caller, Here, WebContext
from trade2026.web.errors import ProblemRaised, invalid
from trade2026.web.exchange import JSON_TYPE
from trade2026.web.roles import OPERATOR, TRADER, VIEWER, check_role
from trade2026.web.routes import examples
from trade2026.web.routes.queries import Loose, Name, NoQuery, Paged
from trade2026.web.services import Principal

ROUTES: Final = Routes("jobs")
PARQUET_TYPE: Final = "application/vnd.apache.parquet"


class JobRequest(msgspec.Struct, frozen=True, tag_field="type", tag="backtest"):
    """What was asked for of a backtest; "" where the default was taken."""

    strategy: str
    parameters: dict[str, Any]
    data: str
    start: str
    end: str
    cash: str
    account_type: str
    max_leverage: str
    costs: dict[str, str]
    seed: int


class AnalysisRequest(msgspec.Struct, frozen=True, tag_field="type", tag="analysis"):
    """What was asked for of an analysis, with the defaults that were taken."""

    analysis: str
    request: dict[str, Any]


class JobView(msgspec.Struct, frozen=True):
    """A job; times are of the real clock. `progress` goes from 0 to 1.

    `title` says what runs, the title of an analysis or the name of a strategy, and `asked` in a line with
    what: the data, and choices that differ from the defaults. `page` is where the web shows it, `compare`
    where it is compared with another one of its kind, `propose` where weights that it finds become orders, ""
    for one that finds none. `waits_for` says what holds it up: JOBS that come first, or the DESK, which is so
    busy with orders that all jobs stand still; else null.
    """

    job_id: str
    kind: str
    title: str
    asked: str
    state: JobState
    progress: float
    text: str
    waits_for: JobWait | None
    owner: str
    created: str
    started: str | None
    finished: str | None
    error: str
    page: str
    compare: str
    propose: str
    request: JobRequest | AnalysisRequest


class JobList(msgspec.Struct, frozen=True):
    """Jobs, newest first."""

    items: tuple[JobView, ...]
    next_cursor: str | None


class PagedJobs(Paged):
    """A part of the list, of one kind or of one analysis where that is said."""

    kind: str | None = Field(None, max_length=20, description='"backtest" or "analysis".')
    analysis: str | None = Field(None, max_length=64, description="Id of an analysis.")


class TableQuery(Loose):
    """Which table: a JSON Pointer into the result."""

    path: str = Field(
        min_length=2, max_length=400, pattern=r"^(/[a-z][a-z0-9_]*)+$", examples=["/data/weights"],
        description="Where the table is in the result: a list of objects, whose fields become columns.",
    )  # fmt: skip


@ROUTES.add(
    "GET",
    "/jobs",
    VIEWER,
    Said("Jobs, newest first.", JobList, {"items": [examples.JOB], "next_cursor": None}),
    problems=("unavailable",),
)
async def list_jobs(here: Here, query: Annotated[PagedJobs, Query()]) -> Response:
    """List jobs."""
    return reply(await jobs_page(here, query, query.kind, query.analysis))


@ROUTES.add(
    "GET",
    "/jobs/{job_id}",
    VIEWER,
    Said("The job.", JobView, examples.JOB),
    problems=("not-found", "unavailable"),
)
async def get_job(here: Here, job_id: Name, _: NoQuery) -> Response:
    """Get one job: how far it is."""
    return reply(job_view(await here.services.runner.job(job_id)))


@ROUTES.add(
    "DELETE",
    "/jobs/{job_id}",
    TRADER,
    Said("It is canceled, unless it had ended.", JobView, examples.JOB, 202),
    problems=("not-found", "unavailable"),
)
async def cancel_job(here: Here, caller: Caller, job_id: Name, _: NoQuery) -> Response:
    """Cancel a job; somebody else's needs the role operator."""
    return reply(job_view(await canceled(here, caller, job_id)), 202)


@ROUTES.add(
    "GET",
    "/jobs/{job_id}/result",
    VIEWER,
    Said("What it found; its form depends on the kind of job.", dict[str, Any], examples.ANALYSIS),
    problems=("not-found", "conflict", "unavailable"),
)
async def get_job_result(here: Here, job_id: Name, _: NoQuery) -> Response:
    """Get the result of a job that is done."""
    return await result_of(here, job_id)


@ROUTES.add(
    "GET",
    "/jobs/{job_id}/table",
    VIEWER,
    Said("A table of what it found, as a file.", None, "PAR1", media_type=PARQUET_TYPE),
    problems=("not-found", "conflict", "unavailable"),
)
async def get_job_table(here: Here, job_id: Name, query: Annotated[TableQuery, Query()]) -> Response:
    """Get a table of the result of a job that is done, as a Parquet file."""
    await done_job(here, job_id)
    table = await here.services.runner.job_table(job_id, query.path)
    name = f"{job_id}{query.path.replace('/', '-')}.parquet"
    return Response(
        table, media_type=PARQUET_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


# --------------------------------------------------------------------------- shared with kinds of jobs


async def jobs_page(here: WebContext, query: Paged, kind: str | None, analysis: str | None = None) -> JobList:
    """A part of the list; ProblemRaised for a cursor that is none."""
    jobs = [
        job
        for job in await here.services.runner.jobs()
        if (kind is None or job.kind == kind) and (analysis is None or _is_of(job.request, analysis))
    ]
    first = 0
    if query.cursor is not None:
        places = [place for place, job in enumerate(jobs) if job.job_id == query.cursor]
        if not places:
            raise invalid("cursor", "cursor must be the next_cursor of a list of jobs", query.cursor)
        first = places[0]
    following = jobs[first + query.limit].job_id if first + query.limit < len(jobs) else None
    return JobList(tuple(map(job_view, jobs[first : first + query.limit])), following)


async def job_of(here: WebContext, job_id: str, kind: str | None = None) -> JobStatus:
    """The job; ProblemRaised where it is of another kind than `kind`."""
    job = await here.services.runner.job(job_id)
    if kind is not None and job.kind != kind:
        raise ProblemRaised("not-found", f"job {job_id} is no {kind}", remedy=f"ask for it at /jobs/{job_id}")
    return job


async def canceled(here: WebContext, caller: Principal, job_id: str, kind: str | None = None) -> JobStatus:
    """Cancel it as this user."""
    job = await job_of(here, job_id, kind)
    if job.owner != caller.name:
        check_role(str(caller.role), OPERATOR)
    return await here.services.runner.cancel(job_id)


async def result_of(here: WebContext, job_id: str, kind: str | None = None) -> Response:
    """Its result as it was written; ProblemRaised while there is none."""
    await done_job(here, job_id, kind)
    return Response(await here.services.runner.job_result(job_id), media_type=JSON_TYPE)


async def done_job(here: WebContext, job_id: str, kind: str | None = None) -> None:
    """Check that it has a result; ProblemRaised while there is none."""
    job = await job_of(here, job_id, kind)
    if job.state is not JobState.DONE:
        raise ProblemRaised(
            "conflict",
            f"{job.kind} {job_id} is {job.state}, it has no result",
            remedy="wait until it is DONE",
        )


def job_view(job: JobStatus) -> JobView:
    """A job as it is shown."""
    page, compare = _places(job.request)
    return JobView(
        job.job_id, job.kind, title_of(job.request), asked_of(job.request), job.state, job.progress, job.text,
        job.waits_for, job.owner,
        format_ns(job.created_ns), _time(job.started_ns), _time(job.finished_ns), job.error,
        f"{page}?job={job.job_id}", f"{compare}?a={job.job_id}", _propose(job), _request(job.request),
    )  # fmt: skip


def _request(request: Asked) -> JobRequest | AnalysisRequest:
    if isinstance(request, AnalysisJob):
        return AnalysisRequest(request.analysis, msgspec.json.decode(request.request))
    return JobRequest(
        request.strategy, msgspec.json.decode(request.parameters or "{}"), request.data, request.start,
        request.end, request.cash, request.account_type, request.max_leverage, request.costs, request.seed,
    )  # fmt: skip


def _places(request: Asked) -> tuple[str, str]:
    """The page of such a job, and the one that compares two; of an analysis that is no more, the list."""
    if not isinstance(request, AnalysisJob):
        return "/strategies/backtest", "/strategies/compare"
    found = [each.page_path for each in analyses() if each.analysis_id == request.analysis]
    return (found[0], f"{found[0]}/compare") if found else ("/research", "/research")


def _propose(job: JobStatus) -> str:
    """Where its weights become orders; "" where it finds none."""
    if isinstance(job.request, AnalysisJob) and job.request.analysis in _allocations():
        return f"/portfolio/rebalance?job={job.job_id}"
    return ""


@cache
def _allocations() -> frozenset[str]:
    """Analyses that find weights."""
    return frozenset(each.analysis_id for each in analyses() if has_weights(each.result))


def _is_of(request: Asked, analysis: str) -> bool:
    return isinstance(request, AnalysisJob) and request.analysis == analysis


def _time(ns: int) -> str | None:
    return format_ns(ns) if ns else None
