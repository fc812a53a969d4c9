"""Analyses: what there are, and one route for each, made from its declaration."""

from typing import Any, Final

import msgspec
from fastapi import Request, Response

from trade2026.application.analyses.declaration import Analysis
from trade2026.application.analyses.registry import analyses
from trade2026.application.analyses.schema import request_schema
from trade2026.ports.runner_link import AnalysisJob, JobState
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.web.api import PREFIX, Routes, Said, reply
from trade2026.web.context import Caller, Here
from trade2026.web.orders.requests import decode
from trade2026.web.roles import TRADER, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.jobs import JobView, job_view
from trade2026.web.routes.queries import NoQuery

ROUTES: Final = Routes("analyses")
WAIT_NS: Final = 200 * MILLISECOND_NS
"""How long an answer waits for the result, unless the caller prefers not to wait (RFC 7240)."""


class AnalysisAnswer(JobView, frozen=True, kw_only=True):
    """The job, and its result where that was found at once."""

    result: dict[str, Any] | None


class AnalysisView(msgspec.Struct, frozen=True):
    """An analysis: `path` is where it is asked for, `request_schema` the JSON Schema of the body."""

    analysis_id: str
    title: str
    doc: str
    path: str
    keywords: tuple[str, ...]
    request_schema: dict[str, Any]
    example: dict[str, Any]


class AnalysisList(msgspec.Struct, frozen=True):
    """All analyses."""

    items: tuple[AnalysisView, ...]


@ROUTES.add(
    "GET",
    "/analyses",
    VIEWER,
    Said(
        "All of them.",
        AnalysisList,
        {
            "items": [
                {
                    "analysis_id": "portfolio/assets",
                    "title": "Assets",
                    "doc": "Assets side by side.",
                    "path": "/api/v1/portfolio/assets",
                    "keywords": ["correlation"],
                    "request_schema": {"type": "object"},
                    "example": {"data": "sp500"},
                }
            ]
        },
    ),
)
async def list_analyses(_: NoQuery) -> Response:
    """List analyses."""
    return reply(AnalysisList(tuple(map(_view, analyses()))))


def _view(analysis: Analysis[Any, Any]) -> AnalysisView:
    return AnalysisView(
        analysis.analysis_id, analysis.title, analysis.doc, f"/api/v1/{analysis.analysis_id}",
        analysis.keywords, request_schema(analysis.request), msgspec.to_builtins(analysis.example),
    )  # fmt: skip


_ANSWERS: Final = Said(
    "It goes on; follow it at GET /jobs/{job_id}, as Location says.",
    AnalysisAnswer,
    {**examples.ANALYSIS_JOB, "result": None},
    202,
    also=(
        Said(
            "It was over within 200 ms, and this is its result; `state` and `error` say where there is none. "
            "With the header `Prefer: respond-async` nobody waits.",
            AnalysisAnswer,
            {**examples.ANALYSIS_JOB, "state": "DONE", "progress": 1.0, "result": examples.ANALYSIS},
        ),
    ),
)


def _prefers(request: Request, what: str) -> bool:
    """Whether a header Prefer (RFC 7240) names it."""
    given = ",".join(request.headers.getlist("prefer"))
    return what in (each.partition(";")[0].strip().lower() for each in given.split(","))


def _declare(analysis: Analysis[Any, Any]) -> None:
    """Its route; the name and the words are those of the declaration."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(analysis.request)

    async def start(here: Here, caller: Caller, request: Request, _: NoQuery) -> Response:
        body = decode(decoder, await request.body() or b"{}")
        asked = AnalysisJob(analysis=analysis.analysis_id, request=msgspec.json.encode(body).decode())
        wait_ns = 0 if _prefers(request, "respond-async") else WAIT_NS
        job = await here.services.runner.submit(asked, caller.name, wait_ns=wait_ns)
        found = None
        if job.state is JobState.DONE:
            found = msgspec.Raw(await here.services.runner.job_result(job.job_id))
        answer = {**msgspec.to_builtins(job_view(job)), "result": found}
        status = 202 if job.state in (JobState.QUEUED, JobState.RUNNING) else 200
        return reply(answer, status, {"Location": f"{PREFIX}/jobs/{job.job_id}"})

    start.__name__ = "start_" + analysis.page_id.replace("-", "_")
    start.__doc__ = f"{analysis.title}: {analysis.doc}"
    ROUTES.add(
        "POST",
        f"/{analysis.analysis_id}",
        TRADER,
        _ANSWERS,
        problems=("conflict", "unavailable"),
        body=analysis.request,
        body_example=msgspec.to_builtins(analysis.example),
    )(start)


for _each in analyses():
    _declare(_each)
