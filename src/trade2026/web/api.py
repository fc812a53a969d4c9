"""How a route is declared: method, path, role, words and answers in one place, never without a role."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from fastapi import FastAPI, Response

from trade2026.web.exchange import JSON_TYPE
from trade2026.web.roles import Declared, RoleTable

PREFIX: Final = "/api/v1"
_ENCODER: Final = msgspec.json.Encoder()

Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as documented.

    Attributes
    ----------
    model : type or None
        What msgspec encodes, whose schema is shown; None for no body, or one that is no JSON.
    example : Any
        One such answer.
    media_type : str
        Of the body.
    also : tuple of Said
        Other good answers, each with a status of its own.
    """

    text: str
    model: Any = None
    example: Any = None
    status: int = 200
    media_type: str = JSON_TYPE
    also: tuple["Said", ...] = ()


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """A route before it is part of an application."""

    declared: Declared
    endpoint: Callable[..., Awaitable[Any]]
    said: Said
    problems: tuple[str, ...]
    tag: str
    body_example: Any = None
    shown: bool = True
    takes_key: bool = False
    body: Any = None


class Routes:
    """The routes of one topic, gathered where they are written."""

    def __init__(self, tag: str, prefix: str = PREFIX) -> None:
        self.tag = tag
        self._prefix = prefix
        self.specs: list[RouteSpec] = []

    def add(
        self,
        method: str,
        path: str,
        role: str,
        said: Said,
        *,
        limit: str = "reads",
        problems: tuple[str, ...] = (),
        body_example: Any = None,
        shown: bool = True,
        takes_key: bool = False,
        body: Any = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """Declare a route.

        Parameters
        ----------
        role : str
            The least role that may; `roles.NOBODY` where no login is needed.
        limit : str
            Which limit of rate holds.
        problems : tuple of str
            Slugs of `errors.KINDS` it may answer beyond those that every route may.
        takes_key : bool
            Whether an Idempotency-Key names the request.
        body : type or None
            What msgspec decodes the body as, where the route reads it by itself.
        """
        declared = Declared(method, self._prefix + path, role, limit)

        def register(endpoint: Endpoint) -> Endpoint:
            self.specs.append(
                RouteSpec(declared, endpoint, said, problems, self.tag, body_example, shown, takes_key, body)
            )
            return endpoint

        return register


def attach(app: FastAPI, table: RoleTable, routes: Routes) -> None:
    """Make the routes part of an application and of its table of roles."""
    for spec in routes.specs:
        table.declare(spec.declared)
        app.add_api_route(
            spec.declared.path,
            spec.endpoint,
            methods=[spec.declared.method],
            status_code=spec.said.status,
            response_class=Response,
            response_model=None,
            name=spec.endpoint.__name__,
            operation_id=spec.endpoint.__name__,
            tags=[spec.tag],
            include_in_schema=spec.shown,
            responses={422: {"description": "replaced by `openapi`"}},
        )


def reply(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer of what msgspec can encode."""
    return Response(_ENCODER.encode(value), status, headers, JSON_TYPE)


def reply_as_of(seq: int, value: Any, status: int = 200) -> Response:
    """The same, saying which number of the journal it shows."""
    return reply(value, status, {"X-As-Of-Seq": str(seq)})
