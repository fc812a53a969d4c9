"""Ways for an answer to leave in one piece.

uvicorn writes the head and the body of an answer one after the other, and uvloop hands each write to the
system at once. Sending is what an answer costs most, so the head waits for the body; at the latest it leaves
in the next turn of the event loop, for an answer without a body or with one that is still being made. What
begins no answer, such as frames of a WebSocket, leaves together with all else of its turn.

An answer that is whole already need not pass ASGI at all, which looks at each header of it again: it is
written with a head that is made once for every second and status.
"""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

_BEGINS: Final = b"HTTP/1.1 "
_GATHERED_BYTES: Final = 64 * 1024
"""What waits for the end of a turn at most: beyond, the transport has to know, to say when it is too much."""
_STATUS_LINES: Final = {
    each.value: b"HTTP/1.1 %d %b\r\n" % (each.value, each.phrase.encode()) for each in HTTPStatus
}


class JoiningTransport:
    """An `asyncio.Transport` around another one; whatever is not about writing goes to that."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""
        self._gathered: list[bytes] = []
        self._gathered_bytes = 0
        self.is_closing = transport.is_closing  # Asked several times a request.

    def __getattr__(self, name: str) -> Any:
        """The other one's."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, the head that waits before it; or let a head wait, or what may be one of many."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif data.startswith(_BEGINS):
            self._flush()
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            if not self._gathered:
                self._loop.call_soon(self._flush)
            self._gathered.append(data)
            self._gathered_bytes += len(data)
            if self._gathered_bytes >= _GATHERED_BYTES:
                self._flush()

    def write_whole(self, data: bytes) -> None:
        """Send an answer, head and body."""
        self._flush()
        self._transport.write(data)

    def close(self) -> None:
        """Close once all that was written is sent."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Close at once, and send nothing more."""
        self._head = b""
        self._gathered, self._gathered_bytes = [], 0
        self._transport.abort()

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)
        elif self._gathered:
            gathered, self._gathered, self._gathered_bytes = self._gathered, [], 0
            self._transport.write(b"".join(gathered))


class WholeAnswers:
    """Writes answers whose headers differ in nothing but the request's id and the body's length.

    Parameters
    ----------
    headers : sequence of (bytes, bytes)
        Those that all of them have, beside the server's own.
    """

    def __init__(self, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        self._headers = _lines(headers)
        self._of: Any = None
        self._heads: dict[int, bytes] = {}

    def write(self, cycle: Any, status: int, request_id: str, body: bytes) -> bool:
        """Answer a request, given the server's state of it; False where that has to pass ASGI.

        It has to where the server is no longer at the start of an answer or has something to say itself: that
        the caller shall go on, that the connection ends, or that it has to wait for the caller.
        """
        if (
            cycle is None
            or cycle.response_started
            or cycle.disconnected
            or not cycle.keep_alive
            or cycle.waiting_for_100_continue
            or cycle.access_log
            or cycle.flow.write_paused
            or type(cycle.transport) is not JoiningTransport
        ):
            return False
        if cycle.default_headers is not self._of:  # A new list each second, for the date.
            self._of = cycle.default_headers
            self._heads.clear()
        head = self._heads.get(status)
        if head is None:
            head = _STATUS_LINES[status] + _lines(self._of) + self._headers
            self._heads[status] = head
        tail = f"x-request-id: {request_id}\r\ncontent-length: {len(body)}\r\n\r\n"
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write_whole(head + tail.encode() + body)
        cycle.message_event.set()
        cycle.on_response()
        return True


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%b: %b\r\n" % each for each in headers)
