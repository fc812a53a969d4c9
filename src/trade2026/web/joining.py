"""A connection's transport that sends the head of an answer together with what follows it.

uvicorn writes the head and the body of an answer one after the other, and uvloop hands each write to the
system at once. Sending is what an answer costs most, so the head waits for the body; at the latest it leaves
in the next turn of the event loop, for an answer without a body or with one that is still being made.
"""

import asyncio
from typing import Any, Final

_BEGINS: Final = b"HTTP/1.1 "


class JoiningTransport:
    """An `asyncio.Transport` around another one; whatever is not about writing goes to that."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""
        self.is_closing = transport.is_closing  # Asked several times a request.

    def __getattr__(self, name: str) -> Any:
        """The other one's."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, the head that waits before it; or let a head wait."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif data.startswith(_BEGINS):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Close once all that was written is sent."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Close at once, and send nothing more."""
        self._head = b""
        self._transport.abort()

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)
