"""Makes the application: every route with its role, one edge in front of all of them."""

from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from trade2026.primitives.errors import Trade2026Error
from trade2026.web.api import attach
from trade2026.web.context import WebContext, exchange_of
from trade2026.web.edge import Edge
from trade2026.web.errors import (
    PROBLEM_TYPE,
    FieldError,
    ProblemRaised,
    encode_problem,
    fault,
    to_problem,
)
from trade2026.web.openapi import build_openapi
from trade2026.web.orders.handlers import OrderHandlers
from trade2026.web.orders.socket import OrderSocket
from trade2026.web.roles import RoleTable, check_declared
from trade2026.web.routes import ALL_ROUTES
from trade2026.web.services import WebServices
from trade2026.web.static import StaticFiles

_SECRET: Final = ("password", "token")
_SHOWN_MAX: Final = 200


def create_app(services: WebServices) -> Edge:
    """The ASGI application of the web process. Raises AssertionError for a route that declares no role."""
    context = WebContext(services)
    table = RoleTable()
    handlers = OrderHandlers(context, table)
    rest = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for routes in ALL_ROUTES:
        attach(rest, table, routes)
    check_declared(rest.routes, table)
    rest.add_exception_handler(Trade2026Error, _on_error)
    rest.add_exception_handler(RequestValidationError, _on_invalid)
    rest.add_exception_handler(HTTPException, _on_http)
    rest.add_exception_handler(Exception, _on_fault)
    specs = [spec for routes in ALL_ROUTES for spec in routes.specs]
    document: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not document:
            document.update(build_openapi(rest, specs, table, services.version))
        return document

    rest.openapi = openapi  # type: ignore[method-assign]
    files = StaticFiles(context, services.ui_folder, services.settings.root_path)
    return Edge(context, table, handlers, OrderSocket(context, table), rest, files)


def _respond(request: Request, error: ProblemRaised) -> Response:
    exchange = exchange_of(request)
    body = encode_problem(error, exchange.path, exchange.request_id)
    return Response(body, error.kind.status, error.headers, PROBLEM_TYPE)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, Trade2026Error), "registered for it"
    return _respond(request, to_problem(error))


async def _on_invalid(request: Request, error: Exception) -> Response:
    """422 with every field that cannot be used; values of secrets are not repeated."""
    assert isinstance(error, RequestValidationError), "registered for it"
    errors = tuple(_field_error(each) for each in error.errors())
    detail = f"{errors[0].field}: {errors[0].message}"
    return _respond(request, ProblemRaised("invalid-input", detail, errors=errors))


def _field_error(error: dict[str, Any]) -> FieldError:
    place = [str(part) for part in error["loc"][1:]]
    field = ".".join(place)[:_SHOWN_MAX] or "body"
    value = error.get("input")
    shown = None
    if isinstance(value, str | int | float) and not any(word in field.lower() for word in _SECRET):
        shown = str(value)[:_SHOWN_MAX]
    remedy = "remove it" if error["type"] == "extra_forbidden" else None
    return FieldError(field, error["msg"], shown, remedy)


async def _on_http(request: Request, error: Exception) -> Response:
    """What the router says by itself; the edge has looked at path and method before."""
    assert isinstance(error, HTTPException), "registered for it"
    slug = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "malformed-json")
    return _respond(request, ProblemRaised(slug, str(error.detail)))


async def _on_fault(request: Request, error: Exception) -> Response:
    """A fault of ours: the caller learns its id, the log the rest."""
    return _respond(request, fault())
