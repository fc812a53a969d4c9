"""What every request passes first: sizes, request id, the way to its handler, problems, figures and the log.

One ASGI application and no more than that, because each layer in between would cost every order.
"""

import logging
from collections.abc import Awaitable
from typing import Any, Final

import msgspec
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from trade2026.primitives.errors import Trade2026Error
from trade2026.web.access import admit
from trade2026.web.context import WebContext
from trade2026.web.errors import ProblemRaised, fault, to_problem
from trade2026.web.exchange import (
    FORM_TYPE,
    JSON_TYPE,
    KEY,
    Exchange,
    Receive,
    Scope,
    Send,
    check_json,
)
from trade2026.web.orders.handlers import OrderHandlers
from trade2026.web.orders.lane import Lane, Tasks
from trade2026.web.orders.socket import PATH as ORDERS_PATH
from trade2026.web.orders.socket import OrderSocket
from trade2026.web.roles import NOBODY, VIEWER, RoleTable
from trade2026.web.static import StaticFiles

SOCKET_PATH: Final = "/ws/v1"
OPS_PATH: Final = "/ops/halt"
_WELL_KNOWN: Final = "/.well-known/"
_ADDRESS_BYTES_MAX: Final = 8_192
_HEADER_BYTES_MAX: Final = 32_768
_HEADERS_MAX: Final = 100
_STRANGERS_BYTES_MAX: Final = 65_536
"""Largest body where no login is needed."""
_WITH_BODY: Final = frozenset(("POST", "PUT", "PATCH", "DELETE"))

LOG: Final = logging.getLogger("trade2026.web.access")
_ORDERS: Final = "/api/v1/orders"


class AccessRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the access log; never a header, a query or a body, so never a secret."""

    request_id: str
    method: str
    route: str
    path: str
    status: int
    ms: float
    address: str
    user: str | None = None


class Edge:
    """The whole application as the server sees it.

    Parameters
    ----------
    order_socket : OrderSocket
        Started and closed by whoever runs the application.
    rest : ASGI application
        Every route of the API that is not one of the fast ones; also told of start and end.
    """

    def __init__(
        self,
        context: WebContext,
        table: RoleTable,
        orders: OrderHandlers,
        order_socket: OrderSocket,
        rest: ASGIApp,
        files: StaticFiles,
    ) -> None:
        self.context = context
        self.table = table
        self.order_socket = order_socket
        self.rest = rest
        table.declare_socket(SOCKET_PATH, VIEWER)
        self._orders = orders
        self._files = files
        self._clock = context.services.clock
        self._tasks = Tasks()
        self._lane = Lane(
            context, lambda exchange, answer: self._tasks.start(self._answer(exchange, answer)), self._note
        )

    def take(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a request whose last byte is here, without ASGI or a task; False where it needs them."""
        route = self._orders.route(scope["method"], scope["path"])
        if route is None:
            return False
        try:
            _check_sizes(scope)
        except ProblemRaised:
            return False
        self._lane.take(self._exchange(scope, receive, send), route)
        return True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        exchange = self._exchange(scope, receive, send)
        await self._answer(exchange, self._handle(exchange))

    def _exchange(self, scope: Scope, receive: Receive, send: Send) -> Exchange:
        request_id = self.context.next_request_id()
        return Exchange(self.context, scope, receive, send, request_id, self._clock.monotonic_ns())

    async def _handle(self, exchange: Exchange) -> None:
        _check_sizes(exchange.scope)
        handler = self._orders.find(exchange.method, exchange.path)
        if handler is not None:
            await handler(exchange)
        else:
            await self._dispatch(exchange)

    async def _answer(self, exchange: Exchange, answer: Awaitable[None]) -> None:
        """Have something answer, or say what went wrong with it; and note how it was."""
        try:
            await answer
        except ProblemRaised as error:
            await exchange.problem(error)
        except Trade2026Error as error:
            await exchange.problem(to_problem(error))
        finally:
            if not exchange.status:  # A fault of ours goes on to the server's log; the caller learns its id.
                await exchange.problem(fault())
            self._note(exchange)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.rest(scope, receive, send)
        elif scope["path"] == SOCKET_PATH:
            await self.context.services.hub.endpoint(WebSocket(scope, receive, send))
        elif scope["path"] == ORDERS_PATH:
            await self.order_socket.endpoint(WebSocket(scope, receive, send))
        else:
            await WebSocket(scope, receive, send).close(4404, "there is no socket here")

    async def _dispatch(self, exchange: Exchange) -> None:
        path = exchange.path
        if path.startswith(("/api/", _WELL_KNOWN)) or path in ("/api", OPS_PATH):
            await self._to_rest(exchange)
        elif path.startswith("/ws"):
            raise ProblemRaised("not-found", f"{path[:200]} is spoken to over a WebSocket, if at all")
        else:
            await self._files.serve(exchange)

    async def _to_rest(self, exchange: Exchange) -> None:
        """Hand on to the router what the table of roles admits, with a body that was read and checked."""
        declared = self.table.match(exchange.method, exchange.path)
        if declared is None:
            raise self._unmatched(exchange)
        admit(exchange, declared)
        body = b""
        if exchange.method in _WITH_BODY:
            settings = self.context.services.settings
            limit = settings.body_bytes_max if declared.role != NOBODY else _STRANGERS_BYTES_MAX
            body = await exchange.body(limit, settings.body_seconds)
            if body:
                form = exchange.path == OPS_PATH
                exchange.check_type(FORM_TYPE if form else JSON_TYPE)
                if not form:
                    check_json(body)
        scope: dict[str, Any] = dict(exchange.scope)
        scope[KEY] = exchange
        await self.rest(scope, exchange.replay(body), exchange.send)

    def _unmatched(self, exchange: Exchange) -> ProblemRaised:
        path = exchange.path[:200]
        methods = self.table.methods(exchange.path)
        if not methods:
            return ProblemRaised("not-found", f"there is nothing at {path}", remedy="see /api/v1/docs")
        allowed = ", ".join(methods)
        return ProblemRaised(
            "method-not-allowed",
            f"{path} takes {allowed}, was {exchange.method[:20]}",
            headers={"Allow": allowed},
        )

    def _note(self, exchange: Exchange) -> None:
        elapsed = self._clock.monotonic_ns() - exchange.started_ns
        status = exchange.status or 500
        self.context.metrics.observe(exchange.method[:10], exchange.route, status, elapsed / 1e9)
        level = _level(exchange, status)
        if LOG.isEnabledFor(level):
            principal = exchange.principal
            record = AccessRecord(
                exchange.request_id, exchange.method, exchange.route, exchange.path[:200], status,
                round(elapsed / 1e6, 3), exchange.address, None if principal is None else principal.name,
            )  # fmt: skip
            LOG.log(level, "%s", msgspec.json.encode(record).decode())


def _level(exchange: Exchange, status: int) -> int:
    """What went well and is no news (a read) or in the journal (an order) is told to who looks closely."""
    if status >= 500:
        return logging.WARNING
    is_plain = exchange.method in ("GET", "HEAD") or exchange.path.startswith(_ORDERS)
    return logging.DEBUG if is_plain and status < 400 else logging.INFO


def _check_sizes(scope: Scope) -> None:
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _ADDRESS_BYTES_MAX:
        raise ProblemRaised("address-too-long", f"the address must be at most {_ADDRESS_BYTES_MAX} bytes")
    headers = scope["headers"]
    size = 0
    for name, value in headers:
        size += len(name) + len(value)
    if size > _HEADER_BYTES_MAX or len(headers) > _HEADERS_MAX:
        raise ProblemRaised(
            "headers-too-large",
            f"the headers must be at most {_HEADER_BYTES_MAX} bytes in {_HEADERS_MAX} headers",
        )
