"""Analyses: what there are, and one route for each, made from its declaration."""

from typing import Any, Final

import msgspec
from fastapi import Request, Response

from trade2026.application.analyses.declaration import Analysis
from trade2026.application.analyses.registry import analyses
from trade2026.application.analyses.schema import request_schema
from trade2026.ports.runner_link import AnalysisJob
from trade2026.web.api import Routes, Said, reply
from trade2026.web.context import Caller, Here
from trade2026.web.orders.requests import decode
from trade2026.web.roles import TRADER, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.jobs import JobView, job_view
from trade2026.web.routes.queries import NoQuery

ROUTES: Final = Routes("analyses")


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


def _declare(analysis: Analysis[Any, Any]) -> None:
    """Its route; the name and the words are those of the declaration."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(analysis.request)

    async def start(here: Here, caller: Caller, request: Request, _: NoQuery) -> Response:
        body = decode(decoder, await request.body() or b"{}")
        job = AnalysisJob(analysis=analysis.analysis_id, request=msgspec.json.encode(body).decode())
        return reply(job_view(await here.services.runner.submit(job, caller.name)), 202)

    start.__name__ = "start_" + analysis.page_id.replace("-", "_")
    start.__doc__ = f"{analysis.title}: {analysis.doc}"
    ROUTES.add(
        "POST",
        f"/{analysis.analysis_id}",
        TRADER,
        Said("It is queued; follow it at GET /jobs/{job_id}.", JobView, examples.ANALYSIS_JOB, 202),
        problems=("conflict", "unavailable"),
        body=analysis.request,
        body_example=msgspec.to_builtins(analysis.example),
    )(start)


for _each in analyses():
    _declare(_each)
