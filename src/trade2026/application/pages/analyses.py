"""The pages of analyses, each made from its declaration; the list of their jobs; two of them side by side."""

from typing import Any, Final

import msgspec

from trade2026.application.analyses.declaration import Analysis
from trade2026.application.analyses.registry import analyses
from trade2026.application.analyses.requests import ROWS_FIELDS
from trade2026.application.analyses.run import DESK_URL
from trade2026.application.analyses.schema import request_schema
from trade2026.application.pages.data import DATA_CHOICE, DATA_SOURCE
from trade2026.application.pages.jobs import cancel_job, jobs_table
from trade2026.application.pages.spec import (
    Block,
    Choices,
    Condition,
    Form,
    Kind,
    Mode,
    PageSpec,
    Parameter,
    Result,
    Role,
    Source,
    View,
    Workspace,
)
from trade2026.application.pages.views import TextOptions

_DATA: Final = "/result/data"
_COMPARED: Final = (View.KPI, View.BAR, View.LINE)
_JOBS_ORDER: Final = 0
_COMPARE_ORDER: Final = 200
"""Compare pages come last, in the order of their analyses."""

CANCEL: Final = cancel_job("/jobs/{job_id}")
_BEFORE: Final = (
    Block(
        view=View.MARKDOWN,
        title="What to know",
        data="/result/warnings",
        opts=TextOptions(warning=True),
        span=3,
    ),
    Block(
        view=View.MARKDOWN,
        title="Limits of this result",
        data="/result/limits",
        opts=TextOptions(warning=True, group="Of the data set {name}:"),
        span=3,
        doc="What the data cannot show; read it before the figures.",
    ),
)
_BEHIND: Final = (
    Block(
        view=View.MARKDOWN,
        title="How it was found",
        data="/result/solved",
        span=3,
        doc="By which method, and how far from the best it may be.",
    ),
    Block(
        view=View.MARKDOWN,
        title="Open as Python",
        data="/result/python",
        opts=TextOptions(here=DESK_URL),
        span=2,
        doc="The call that gives the same result.",
    ),
    Block(
        view=View.JSON,
        title="Provenance",
        data="/result/provenance",
        doc="Request, data, hashes and version from which the same result can be made again.",
    ),
)


def _page(analysis: Analysis[Any, Any]) -> PageSpec:
    """Form, progress and result of one analysis."""
    return PageSpec(
        page_id=analysis.page_id,
        workspace=analysis.workspace,
        path=analysis.page_path,
        title=analysis.title,
        doc=analysis.doc,
        kind=Kind.FORM,
        order=analysis.order,
        role=Role.VIEWER,
        keywords=analysis.keywords,
        sources={
            "names": DATA_SOURCE,
            "job": Source(path="/jobs/{job}", topic="jobs", refresh_s=5, optional=True),
            "result": Source(
                path="/jobs/{job}/result",
                when=Condition(data="/job/state", values=("DONE",)),
                optional=True,
            ),
        },
        forms=(_form(analysis),),
        layout=(*_BEFORE, *(_moved(block, _DATA) for block in analysis.layout), *_BEHIND),
    )


def _form(analysis: Analysis[Any, Any]) -> Form:
    schema = request_schema(analysis.request)
    properties = {name: each for name, each in schema["properties"].items() if name not in ROWS_FIELDS}
    for name in {"data", "factor_data"} & properties.keys():
        properties[name] = {**properties[name], **DATA_CHOICE}
    for name in ("start", "end"):
        properties[name] = {**properties[name], "format": "date"}
    return Form(
        form_id=analysis.page_id,
        title=analysis.title,
        method="POST",
        path=f"/{analysis.analysis_id}",
        mode=Mode.JOB,
        role=Role.TRADER,
        submit="Run",
        result=Result(path="/jobs/{job_id}/result"),
        form_schema={"type": "object", "required": schema.get("required", []), "properties": properties},
        presets=analysis.presets,
        doc=(
            "It runs beside the desk at low priority. Prices or returns of your own can be sent from Python."
        ),
    )


def _moved(block: Block, below: str) -> Block:
    return msgspec.structs.replace(block, data=f"{below}{block.data}")


def _compare(number: int, analysis: Analysis[Any, Any]) -> PageSpec:
    """Two results of one analysis: figures and bars with their difference, and curves in one chart."""
    choices = Choices(data="/jobs/items", value="job_id", title="asked")
    return PageSpec(
        page_id=f"{analysis.page_id}-compare",
        workspace=analysis.workspace,
        path=f"{analysis.page_path}/compare",
        title=f"Compare: {analysis.title}",
        doc=f"Two results of the analysis {analysis.title} side by side.",
        kind=Kind.COMPARE,
        tab=False,
        order=_COMPARE_ORDER + number,
        role=Role.VIEWER,
        keywords=("compare", "difference", *analysis.keywords),
        params=(
            Parameter(name="a", title="First", choices_from=choices),
            Parameter(name="b", title="Second", choices_from=choices),
        ),
        sources={
            "jobs": Source(
                path="/jobs", query={"limit": "200", "analysis": analysis.analysis_id}, topic="jobs"
            ),
            "a": Source(path="/jobs/{a}/result", optional=True),
            "b": Source(path="/jobs/{b}/result", optional=True),
        },
        layout=tuple(_moved(block, "/a/data") for block in analysis.layout if block.view in _COMPARED),
    )


JOBS: Final = PageSpec(
    page_id="analysis-jobs",
    workspace=Workspace.RESEARCH,
    path="/research",
    title="Analyses",
    doc="Every analysis that was asked for, newest first.",
    kind=Kind.LIST,
    order=_JOBS_ORDER,
    role=Role.VIEWER,
    keywords=("jobs", "queue", "analyses", "results"),
    sources={
        "jobs": Source(
            path="/jobs",
            query={"limit": "200", "kind": "analysis"},
            topic="jobs",
            refresh_s=15,
            paged=True,
        )
    },
    actions=(CANCEL,),
    layout=(jobs_table("Analysis", "No analysis was run yet. Start one on its page."),),
)

PAGES: Final = (
    *map(_page, analyses()),
    JOBS,
    *(
        _compare(number, each)
        for number, each in enumerate(analyses())
        if any(block.view in _COMPARED for block in each.layout)
    ),
)
