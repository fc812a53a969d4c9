"""The server's side of an HTTP connection: uvicorn's protocol, with bounds of time and size before a request.

An application sees a request only once its headers are there. What never gets so far, or goes on after its
answer, is ended here: silence, headers that trickle or never end, bodies nobody reads, callers that take
nothing, more connections than there is room for. Each is told why as far as HTTP lets us, in the words of
every other problem.
"""

import asyncio
import resource
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from trade2026.web.errors import PROBLEM_TYPE, ProblemRaised, encode_problem
from trade2026.web.exchange import CYCLE
from trade2026.web.joining import JoiningTransport

REST_S: Final = 5.0
"""From an answer to the end of a body it did not wait for."""
STALL_S: Final = 20.0
"""How long a caller may take nothing of an answer."""
HEAD_BYTES_MAX: Final = 65_536
REST_BYTES_MAX: Final = 2 << 20
_FILES_WANTED: Final = 16_384
_FILES_SPARE: Final = 200
_VERSIONS: Final = ("1.1", "1.0")
_STATUS_LINES: Final = {
    "malformed-request": b"HTTP/1.1 400 Bad Request\r\n",
    "request-timeout": b"HTTP/1.1 408 Request Timeout\r\n",
    "headers-too-large": b"HTTP/1.1 431 Request Header Fields Too Large\r\n",
}


def make_room() -> int:
    """Let the process have many connections; how many it may have at once, files beside them allowed for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_WANTED if hard == resource.RLIM_INFINITY else min(_FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return _FILES_WANTED if soft == resource.RLIM_INFINITY else max(_FILES_SPARE, soft - _FILES_SPARE)


class BoundedHttpProtocol(HttpToolsProtocol):
    """`uvicorn.Config(http=...)`; its bounds are set once, before the first connection.

    Attributes
    ----------
    connections_max : int
        At once, live sockets included.
    head_s : float
        From connecting, or the first byte of a further request, to the end of its headers.
    """

    connections_max: int = 4_096
    head_s: float = 10.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hang up at once where there is no room; else wait for headers, but not for ever."""
        # It is none by its class.
        super().connection_made(cast(asyncio.Transport, JoiningTransport(transport, self.loop)))
        self._timer: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._is_in_head = False
        self._is_in_message = False
        self._head_bytes = self._rest_bytes = 0
        self._begun: RequestResponseCycle | None = None
        if len(self.connections) > self.connections_max:
            transport.abort()
            return
        self._timer = self.loop.call_later(self.head_s, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """No timer outlives its connection."""
        self._disarm()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bound what comes before the headers are whole."""
        super().data_received(data)
        begun, self._begun = self._begun, None
        if begun is not None:  # The rest of its body is still on its way.
            super()._start_asgi_task(begun, self.app)
        if not self._is_in_head or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES_MAX:
            self._refuse("headers-too-large", f"the headers must be at most {HEAD_BYTES_MAX} bytes")
        elif self._timer is None:
            self._timer = self.loop.call_later(self.head_s, self._too_late)

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._is_in_head = self._is_in_message = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """The request goes to the application, whose own bounds hold for the body."""
        self._is_in_head = False
        self._disarm()
        if self.parser.get_http_version() not in _VERSIONS:  # A line without a version passes the parser.
            self.send_400_response("")
            return
        super().on_headers_complete()
        scope: Any = self.scope
        scope[CYCLE] = self.cycle

    def on_body(self, body: bytes) -> None:
        """Nobody waits for what follows an answer."""
        super().on_body(body)
        if self._is_answered():
            self._rest_bytes += len(body)
            if self._rest_bytes > REST_BYTES_MAX:
                self.transport.close()

    def on_message_complete(self) -> None:
        """The next request may come, and need not at once."""
        self._is_in_message = False
        super().on_message_complete()
        self._begin_whole()
        if self._timer is not None and self._is_answered():
            self._disarm()
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Leave one with a body for its end: the application may be able to take it without a task."""
        if cycle.more_body and not cycle.waiting_for_100_continue and hasattr(app, "take"):
            self._begun = cycle
        else:
            super()._start_asgi_task(cycle, app)

    def _begin_whole(self) -> None:
        """Begin the request whose last byte has just come, unless it was begun before."""
        begun, self._begun = self._begun, None
        if begun is None:
            return
        app: Any = self.app
        if not app.take(begun.scope, begun.receive, begun.send):
            super()._start_asgi_task(begun, app)

    def on_response_complete(self) -> None:
        """Where the body is still on its way it may end, but not for ever."""
        super().on_response_complete()
        if self._is_in_message and not self._is_in_head and not self.transport.is_closing():
            self._rest_bytes = 0
            self._disarm()
            self._timer = self.loop.call_later(REST_S, self.transport.close)

    def pause_writing(self) -> None:
        """The caller takes nothing."""
        super().pause_writing()
        if self._stall is None:
            self._stall = self.loop.call_later(STALL_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The caller takes something."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is told so, as far as there is a request to answer."""
        self._disarm()
        self._refuse("malformed-request", "the request is not HTTP/1.1 as RFC 9112 has it")

    def _too_late(self) -> None:
        self._timer = None
        if self._is_in_head:
            self._refuse("request-timeout", f"the headers must arrive within {self.head_s:g} s")
        elif not self.transport.is_closing():
            self.transport.close()

    def _is_answered(self) -> bool:
        cycle: Any = self.cycle  # None before the first request.
        return cycle is not None and cycle.response_complete

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, slug: str, detail: str) -> None:
        """Answer and close; only close while an earlier request of the connection has no whole answer."""
        self._disarm()
        if self.transport.is_closing():
            return
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            self.transport.write(self._answer(ProblemRaised(slug, detail)))
        self.transport.close()

    def _answer(self, problem: ProblemRaised) -> bytes:
        context: Any = getattr(self.app, "context", None)
        request_id = "" if context is None else context.next_request_id()
        if context is not None:
            context.metrics.observe("-", "-", problem.kind.status, 0.0)
        body = encode_problem(problem, "", request_id)
        return (
            _STATUS_LINES[problem.slug]
            + f"content-type: {PROBLEM_TYPE}\r\ncontent-length: {len(body)}\r\n"
            f"x-request-id: {request_id}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n".encode()
            + body
        )
