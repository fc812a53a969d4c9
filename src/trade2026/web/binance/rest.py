"""The REST side: one bare ASGI application, because each layer in between would cost every order."""

import logging
from typing import Any, Final

from trade2026.web.binance import account, market_data, order_lists, orders, refusals, tickers
from trade2026.web.binance.calls import ENCODER, Call, Route
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.params import Params
from trade2026.web.binance.refusals import Refusal
from trade2026.web.binance.signing import check_signature, check_time, payload_of
from trade2026.web.errors import ProblemRaised
from trade2026.web.exchange import Exchange, Header, Receive, Scope, Send

ROUTES: Final[tuple[Route, ...]] = (
    *market_data.ROUTES, *tickers.ROUTES, *orders.ROUTES, *account.ROUTES, *order_lists.ROUTES,
)  # fmt: skip
LOG: Final = logging.getLogger("trade2026.web.binance.access")

_HEADERS: Final[tuple[Header, ...]] = (
    (b"content-type", b"application/json;charset=UTF-8"),
    (b"cache-control", b"no-cache, no-store, must-revalidate"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_WITH_BODY: Final = frozenset({"POST", "PUT", "DELETE"})
_ORDERS: Final = "/api/v3/order"


class Rest:
    """Answers requests; a refusal is an answer, a fault of ours goes on to the server's log."""

    def __init__(self, door: BinanceDoor) -> None:
        self._door = door
        self._routes: dict[str, dict[str, Route]] = {}
        for route in ROUTES:
            method, _, path = route.rest.partition(" ")
            if path:
                self._routes.setdefault(path, {})[method] = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI, of http alone."""
        client = scope.get("client")
        call = Call(self._door, Params({}), client[0] if client else "")
        exchange = Exchange(None, scope, receive, send, "", 0)
        status, body = 0, b""
        headers: tuple[Header, ...] = ()
        try:
            body, status = ENCODER.encode(await self._answer(exchange, call)), 200
        except Refusal as refusal:
            status, body, headers = refusal.status, ENCODER.encode(refusal.body), refusal.headers
        except ProblemRaised as problem:  # Of the body: too large, too slow, or not all of it.
            status = problem.kind.status
            body = ENCODER.encode(Refusal(-1000, str(problem)).body)
            headers = ((b"connection", b"close"),)
        finally:
            if not status:
                broken = refusals.fault()
                status, body = broken.status, ENCODER.encode(broken.body)
            await self._send(send, exchange, call, status, body, headers)

    async def _answer(self, exchange: Exchange, call: Call) -> Any:
        door = self._door
        method = exchange.method
        body = b""
        if method in _WITH_BODY:
            body = await exchange.body(door.limits.body_bytes, door.limits.body_seconds)
        methods = self._routes.get(exchange.path)
        if methods is None:
            door.counters.charge(call.address, 1, door.clock.now_ns())
            raise refusals.unknown_path()
        route = methods.get(method)
        if route is None:
            door.counters.charge(call.address, 1, door.clock.now_ns())
            raise refusals.wrong_method()
        query: bytes = exchange.scope["query_string"]
        try:
            call.params = Params.of_request(query, body)
        finally:
            door.counters.charge(call.address, route.cost(call.params), door.clock.now_ns())
        if route.permission is not None:
            key = exchange.headers.get(b"x-mbx-apikey")
            if not key or not key.isascii() or len(key) > 128:
                raise refusals.bad_key_format()
            found = door.keys.find(key.decode())
            if found is None:
                raise refusals.bad_key()
            check_time(call.params, door.clock.now_ns())
            check_signature(found, call.params, payload_of(query, body))
            call.admit(found, route.permission)
        return await route.answer(call)

    async def _send(
        self, send: Send, exchange: Exchange, call: Call, status: int, body: bytes, more: tuple[Header, ...]
    ) -> None:
        door = self._door
        now = door.clock.now_ns()
        used = str(door.counters.weight(call.address, now)).encode()
        headers = [
            *_HEADERS,
            (b"content-length", str(len(body)).encode()),
            (b"x-mbx-used-weight", used),
            (b"x-mbx-used-weight-1m", used),
            *more,
        ]
        if call.owner and exchange.method == "POST" and exchange.path.startswith(_ORDERS):
            short, day = door.counters.orders(call.owner, now)
            headers.append((b"x-mbx-order-count-10s", str(short).encode()))
            headers.append((b"x-mbx-order-count-1d", str(day).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if exchange.method == "HEAD" else body})
        if LOG.isEnabledFor(logging.INFO):  # Neither keys nor parameters, so never a secret.
            LOG.info("%s %s %d %s", exchange.method, exchange.path[:200], status, call.owner or "-")
