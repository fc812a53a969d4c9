"""One request and its answer as every route sees them: a bounded body in, our headers out."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NoReturn

import msgspec

from trade2026.web.errors import PROBLEM_TYPE, ProblemRaised, encode_problem
from trade2026.web.joining import WholeAnswers

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

JSON_TYPE: Final = "application/json"
FORM_TYPE: Final = "application/x-www-form-urlencoded"
KEY: Final = "trade2026.exchange"
"""Where the exchange stands in the scope of a request."""
CYCLE: Final = "trade2026.cycle"
"""Where the scope has the server's own state of the request."""

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# "no-referrer" would make browsers send "Origin: null" with our own forms.
SECURITY_HEADERS: Final[tuple[Header, ...]] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NO_STORE: Final[Header] = (b"cache-control", b"no-store")
_JSON_HEADER: Final[Header] = (b"content-type", JSON_TYPE.encode())
_WHOLE: Final = WholeAnswers((_JSON_HEADER, _NO_STORE, *SECURITY_HEADERS))
_DEPTH_MAX: Final = 32
_LENGTH_DIGITS_MAX: Final = 18
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET: Final = re.compile(rb"[\[\]{}]")


class Exchange:
    """A request and what is known of its answer.

    Attributes
    ----------
    request_id : str
        Ours, unique for the life of the process and across restarts.
    address : str
        Where it comes from, without the port; "" when unknown.
    route : str
        Template of the route that took it, for metrics; "" before that.
    principal : Any
        Who asks, once known.
    status : int
        Of the answer once it began; 0 before.
    """

    __slots__ = (
        "_cycle", "_receive", "_send", "address", "context", "headers", "method", "path", "principal",
        "request_id", "route", "scope", "started_ns", "status",
    )  # fmt: skip

    def __init__(
        self, context: Any, scope: Scope, receive: Receive, send: Send, request_id: str, started_ns: int
    ) -> None:
        self.context = context
        self.scope = scope
        self._cycle: Any = scope.pop(CYCLE, None)  # Else both would hold one another.
        self._receive = receive
        self._send = send
        self.request_id = request_id
        self.started_ns = started_ns
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        client = scope.get("client")
        self.address: str = client[0] if client else ""
        self.route = ""
        self.principal: Any = None
        self.status = 0

    def header(self, name: bytes) -> str:
        """A header's value, "" when absent; `name` in lower case."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def idempotency_key(self) -> str | None:
        """The name the caller gives the request; None without one, which is not an empty one."""
        value = self.headers.get(b"idempotency-key")
        return None if value is None else value.decode("latin-1")

    # ------------------------------------------------------------------------------------- the body

    async def body(self, limit: int, seconds: float) -> bytes:
        """The whole body; ProblemRaised when it is above `limit` bytes or takes longer than `seconds`."""
        data = self.body_now(limit)
        if data is not None:
            return data
        try:
            async with asyncio.timeout(seconds):
                return await self._gather(limit)
        except TimeoutError:
            raise ProblemRaised(
                "request-timeout",
                f"the body must arrive within {seconds:g} s; send it again at once",
                headers={"Connection": "close"},
            ) from None

    def body_now(self, limit: int) -> bytes | None:
        """The whole body where all of it is here; ProblemRaised when it is above `limit`, or said to be."""
        length = self.headers.get(b"content-length")
        if length is None:
            if b"transfer-encoding" not in self.headers:
                return b""
        elif not length.isdigit() or len(length) > _LENGTH_DIGITS_MAX or int(length) > limit:
            _too_large(limit)
        elif length == b"0":
            return b""
        return self._whole(limit)

    def _whole(self, limit: int) -> bytes | None:
        """The body where all of it is here, as it is of nearly every request: nothing to wait for."""
        cycle = self._cycle
        if cycle is None or cycle.more_body or cycle.disconnected or cycle.waiting_for_100_continue:
            return None
        data = bytes(cycle.body)
        cycle.body = bytearray()
        cycle.flow.resume_reading()
        return data if len(data) <= limit else _too_large(limit)

    async def _gather(self, limit: int) -> bytes:
        message = await self._receive()
        data: bytes = message.get("body", b"")
        if not message.get("more_body"):
            _check_whole(message)
            return data if len(data) <= limit else _too_large(limit)
        parts = [data]
        size = len(data)
        while message.get("more_body"):
            message = await self._receive()
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                _too_large(limit)
            parts.append(part)
        _check_whole(message)
        return b"".join(parts)

    def check_type(self, wanted: str = JSON_TYPE) -> None:
        """Raise ProblemRaised unless the body is said to be of the wanted type, in UTF-8 where it says so."""
        given = self.headers.get(b"content-type", b"")
        if given == b"application/json" and wanted is JSON_TYPE:
            return
        name, _, options = given.decode("latin-1").lower().partition(";")
        charset = options.replace(" ", "").replace('"', "")
        if name.strip() != wanted or charset not in ("", "charset=utf-8"):
            raise ProblemRaised(
                "unsupported-media-type",
                f"Content-Type must be {wanted}",
                field="Content-Type",
                value=given.decode("latin-1")[:200],
                remedy=f"send {wanted}",
            )

    # ----------------------------------------------------------------------------------- the answer

    async def answer(self, status: int, body: bytes) -> None:
        """Send a JSON answer to a POST."""
        if self.answer_now(status, body):
            return
        self.status = status
        await self._send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    _JSON_HEADER,
                    (b"content-length", str(len(body)).encode()),
                    (b"x-request-id", self.request_id.encode()),
                    _NO_STORE,
                    *SECURITY_HEADERS,
                ],
            }
        )
        await self._send({"type": "http.response.body", "body": body})

    def answer_now(self, status: int, body: bytes) -> bool:
        """As `answer`, at once; False where it has to take its time."""
        is_sent = _WHOLE.write(self._cycle, status, self.request_id, body)
        if is_sent:
            self.status = status
        return is_sent

    async def problem(self, error: ProblemRaised) -> None:
        """Send a problem document, unless an answer has begun."""
        if self.status:
            return
        self.status = status = error.kind.status
        body = encode_problem(error, self.path, self.request_id)
        headers: list[Header] = [
            (b"content-type", PROBLEM_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", self.request_id.encode()),
            _NO_STORE,
            *SECURITY_HEADERS,
            *((name.lower().encode(), value.encode()) for name, value in error.headers.items()),
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"" if self.method == "HEAD" else body})

    async def send(self, message: Message) -> None:
        """ASGI's `send` for what answers by itself: adds our headers to the start of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [(name, value) for name, value in message.get("headers", ()) if name != b"server"]
            headers.append((b"x-request-id", self.request_id.encode()))
            headers.extend(SECURITY_HEADERS)
            if not any(name == b"cache-control" for name, _ in headers):
                headers.append(_NO_STORE)
            message = {**message, "headers": headers}
        await self._send(message)

    def replay(self, body: bytes) -> Receive:
        """ASGI's `receive` for what reads the body by itself, once we have read it."""
        told = False

        async def receive() -> Message:
            nonlocal told
            if told:
                return await self._receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        return receive


def _check_whole(message: Message) -> None:
    """Half a request is none: what was sent before its sender hung up is not acted upon."""
    if message["type"] == "http.disconnect":
        raise ProblemRaised("request-timeout", "the connection ended before the body did")


def _too_large(limit: int) -> NoReturn:
    raise ProblemRaised(
        "body-too-large",
        f"the body must be at most {limit} bytes; send less",
        headers={"Connection": "close"},
    )


def check_json(body: bytes) -> None:
    """Raise ProblemRaised unless the body is JSON of bounded depth; NaN and lone surrogates are none."""
    if body.count(b"[") + body.count(b"{") > _DEPTH_MAX and _depth(body) > _DEPTH_MAX:
        raise ProblemRaised("malformed-json", f"the body must be at most {_DEPTH_MAX} levels deep")
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ProblemRaised("malformed-json", f"the body must be JSON: {error}") from None


def _depth(body: bytes) -> int:
    """How deep brackets nest outside strings; stops counting once beyond the limit."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        if bracket in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > _DEPTH_MAX:
                break
        else:
            depth -= 1
    return deepest
