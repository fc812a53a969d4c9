"""The desk itself: health, figures, events, services, pages, and the description of this interface."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Request, Response
from pydantic import Field

from trade2026.application.monitor.status import shown
from trade2026.application.pages.registry import pages_etag, pages_json
from trade2026.application.read_models.event_log import EventQuery
from trade2026.application.read_models.paging import Page
from trade2026.application.read_models.tail import TailState
from trade2026.application.read_models.views import AlertView, EventView
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS, format_ns
from trade2026.web.access import visible
from trade2026.web.api import Routes, Said, reply, reply_as_of
from trade2026.web.context import Caller, Here, This, WebContext
from trade2026.web.metrics import CONTENT_TYPE
from trade2026.web.plain_pages import api_page
from trade2026.web.roles import NOBODY, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.queries import NoQuery, Paged
from trade2026.web.services import ServiceRow, WebServices

ROUTES: Final = Routes("system")


class Health(msgspec.Struct, frozen=True):
    """How the desk is.

    `status` is "ok", "degraded" (something is away; what is shown may be old) or "down" (the read models
    cannot follow the journal). `core` is "connected" or "away", `feed` its state, `journal_seq` what is
    shown.
    """

    status: str
    core: str
    feed: str
    journal_seq: int
    version: str
    text: str


class ServiceView(msgspec.Struct, frozen=True):
    """One process of the desk."""

    role: str
    state: str
    pid: int | None
    started: str | None
    restarts: int
    text: str


class Services(msgspec.Struct, frozen=True):
    """Processes, and the core as it says itself; `core` is empty while it is away.

    `monitor` is what the independent monitor wrote last: orders approved and orders that left since it began,
    and its alarms, the latest first; empty where it never ran.
    """

    items: tuple[ServiceView, ...]
    core: dict[str, Any]
    monitor: dict[str, Any]


class PageList(msgspec.Struct, frozen=True):
    """Descriptions of pages; `application.pages` has their types."""

    pages: list[dict[str, Any]]
    etag: str


class EventsQuery(Paged):
    """Which events: frames `first` to `last`, of the types named with commas, holding the text."""

    first: int = Field(1, ge=1, le=2**63 - 1)
    last: int | None = Field(None, ge=1, le=2**63 - 1)
    types: str = Field("", max_length=500, examples=["OrderFilled,OrderCanceled"])
    text: str = Field("", max_length=200)
    oldest_first: bool = False


@ROUTES.add(
    "GET",
    "/health",
    NOBODY,
    Said(
        "How the desk is; 200 as long as this process lives.",
        Health,
        {
            "status": "ok",
            "core": "connected",
            "feed": "PLAYING",
            "journal_seq": 160,
            "version": "2026.1",
            "text": "",
        },
    ),
)
async def get_health(here: Here, _: NoQuery) -> Response:
    """Say how the desk is."""
    return reply(health(here))


def health(context: WebContext) -> Health:
    """How the desk is, from what this process knows without asking anyone."""
    services = context.services
    models, status = services.read_models, services.market.feed
    connected = services.core.is_connected
    feed = "UNKNOWN" if status is None or not connected else status.state.value
    word, text = "ok", ""
    if models.state is TailState.FAILED:
        word, text = "down", models.reason
    elif not connected:
        word, text = "degraded", "the trading core does not answer"
    elif models.state is not TailState.LIVE:
        word, text = "degraded", models.reason or f"the read models are {models.state}"
    elif feed == "FAILED":
        word, text = "degraded", status.error if status is not None else ""
    return Health(word, "connected" if connected else "away", feed, models.seq, services.version, text)


@ROUTES.add(
    "GET",
    "/metrics",
    VIEWER,
    Said("Prometheus' text format.", media_type="text/plain", example="trade2026_journal_seq 160.0"),
)
async def get_metrics(here: Here, _: NoQuery) -> Response:
    """Read figures for Prometheus."""
    services, metrics = here.services, here.metrics
    seq = services.read_models.seq
    known = max(seq, here.acknowledged_seq)
    heard = here.heard_ns
    age = float("nan") if heard is None else (services.clock.monotonic_ns() - heard) / SECOND_NS
    for name, value in (
        ("journal_seq", known), ("read_model_seq", seq), ("read_model_lag", known - seq),
        ("feed_age_seconds", age), ("websocket_clients", services.hub.connections),
        ("core_connected", services.core.is_connected), ("runner_connected", services.runner.is_connected),
    ):  # fmt: skip
        metrics.set(name, float(value))
    return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})


@ROUTES.add(
    "GET", "/events", VIEWER, Said("Events, newest first.", Page[EventView], examples.listing(examples.EVENT))
)
async def list_events(here: Here, caller: Caller, query: Annotated[EventsQuery, Query()]) -> Response:
    """Search the journal, newest first unless asked otherwise; a part may be short and have a cursor."""
    await here.catch_up()
    types = tuple(name.strip() for name in query.types.split(",") if name.strip())
    wanted = EventQuery(query.first, query.last, types, query.text, query.oldest_first, visible(caller))
    page = await here.services.read_models.events(wanted, query.limit, query.cursor)
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET", "/alerts", VIEWER, Said("Alerts, newest first.", Page[AlertView], examples.listing(examples.ALERT))
)
async def list_alerts(here: Here, caller: Caller, query: Annotated[Paged, Query()]) -> Response:
    """List what a person should know, newest first, each with the page that shows more."""
    await here.catch_up()
    page = here.services.read_models.alerts(visible(caller), query.limit, query.cursor)
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/services",
    VIEWER,
    Said(
        "Processes of the desk.",
        Services,
        {"items": [examples.SERVICE], "core": {"pid": 4711}, "monitor": examples.MONITOR},
    ),
)
async def list_services(here: Here, _: NoQuery) -> Response:
    """List the processes of the desk, how the core is, and what the monitor saw."""
    monitor = shown(here.services.monitor())
    return reply(Services(await service_views(here.services), await _core(here), monitor))


async def service_views(services: WebServices) -> tuple[ServiceView, ...]:
    """A row for each process of the desk."""
    return tuple(map(_service, await _rows(services)))


async def _rows(services: WebServices) -> list[ServiceRow]:
    """What the supervisor says; without one, this process and what it sees of the others."""
    if services.supervisor is not None:
        try:
            return list(await services.supervisor.services())
        except OperatingError as error:
            return [*_seen(services), ServiceRow("supervisor", "AWAY", None, None, 0, str(error))]
    return _seen(services)


def _seen(services: WebServices) -> list[ServiceRow]:
    return [
        ServiceRow("web", "RUNNING", services.pid, services.started_ns, 0, ""),
        ServiceRow("core", "RUNNING" if services.core.is_connected else "AWAY", None, None, 0, ""),
        ServiceRow("runner", "RUNNING" if services.runner.is_connected else "AWAY", None, None, 0, ""),
    ]


async def _core(context: WebContext) -> dict[str, Any]:
    if not context.services.core.is_connected:
        return {}
    try:
        status = await context.services.core.status()
    except OperatingError:
        return {}
    return {
        "pid": status.pid, "code_version": status.code_version, "environment": status.environment.value,
        "started": format_ns(status.started_ns), "seq": status.seq, "durable_seq": status.durable_seq,
        "has_room": status.has_room, "recovered_frames": status.recovered_frames,
        "disk_level": status.disk_level.value, "disk_free_bytes": status.disk_free_bytes,
    }  # fmt: skip


def _service(row: ServiceRow) -> ServiceView:
    started = None if not row.started_ns else format_ns(row.started_ns)
    return ServiceView(row.role, row.state, row.pid, started, row.restarts, row.text)


@ROUTES.add(
    "GET",
    "/ui/pages",
    VIEWER,
    Said("Descriptions of pages; answers 304 to a known ETag.", PageList, {"pages": [], "etag": "5f"}),
)
async def list_pages(this: This, _: NoQuery) -> Response:
    """List the pages the desk describes."""
    headers = {"ETag": pages_etag(), "Cache-Control": "private, no-cache"}
    if pages_etag() in [each.strip() for each in this.header(b"if-none-match").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(pages_json(), headers=headers, media_type="application/json")


@ROUTES.add("GET", "/openapi.json", NOBODY, Said("OpenAPI 3.1."), shown=False)
async def get_openapi(request: Request, _: NoQuery) -> Response:
    """Describe this interface for machines."""
    return reply(request.app.openapi())


@ROUTES.add("GET", "/docs", NOBODY, Said("A page.", media_type="text/html"), shown=False)
async def get_docs(request: Request, _: NoQuery) -> Response:
    """Describe this interface for people."""
    return Response(api_page(request.app.openapi()), media_type="text/html; charset=utf-8")
