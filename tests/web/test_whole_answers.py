"""Answers that are written whole are what ASGI would have made of them, through a real server."""

import asyncio
from typing import Any

import pytest

from tests.web.serving import listening
from trade2026.web.exchange import Exchange

POST = b"POST / HTTP/1.1\r\nhost: desk\r\ncontent-length: 2\r\n"


class Answering:
    """Answers each request with a number, by ASGI alone where asked; notes how it was."""

    def __init__(self, *, by_asgi: bool) -> None:
        self.by_asgi = by_asgi
        self.context = None
        self.passed_asgi = 0
        self._requests = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        self._requests += 1
        if self.by_asgi:
            scope.pop("trade2026.cycle", None)

        async def noted(message: Any) -> None:
            self.passed_asgi += 1
            await send(message)

        exchange = Exchange(None, scope, receive, noted, f"id-{self._requests}", 0)
        await exchange.body(100, 5.0)
        await exchange.answer((200, 201, 202)[self._requests % 3], b'{"number":%d}' % self._requests)


async def said(app: Answering, requests: list[bytes], *, pauses: bool) -> bytes:
    """All that a connection hears that says these things, until the server hangs up."""
    async with listening(app, timeout_keep_alive=1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        heard = b""
        for request in requests:
            writer.write(request)
            if pauses:
                heard += await reader.readuntil(b"}")
        heard += await asyncio.wait_for(reader.read(), 20)
        writer.close()
    return heard


def answers(heard: bytes) -> list[tuple[bytes, list[bytes], bytes]]:
    """Status line, headers but for the date, and body of each."""
    found = []
    while heard:
        head, _, rest = heard.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        body = b""
        if lines:
            size = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
            body, rest = rest[:size], rest[size:]
        found.append((status, sorted(line for line in lines if not line.startswith(b"date:")), body))
        assert not lines or sum(line.startswith(b"date:") for line in lines) == 1
        heard = rest
    return found


LAST = POST + b"connection: close\r\n\r\n{}"
CASES = {
    "one after the other": ([POST + b"\r\n{}", POST + b"\r\n{}", LAST], True, 2),
    "pipelined": ([(POST + b"\r\n{}") * 3 + LAST], False, 2),
    "asked to go on": ([POST + b"expect: 100-continue\r\n\r\n", b"{}", LAST], False, 2),
    "of the old protocol": ([b"POST / HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}"], False, 2),
}


@pytest.mark.parametrize("case", CASES)
def test_a_whole_answer_is_what_asgi_makes_of_it(case: str) -> None:
    requests, pauses, _ = CASES[case]
    whole, plain = Answering(by_asgi=False), Answering(by_asgi=True)
    heard = asyncio.run(said(whole, requests, pauses=pauses))
    assert answers(heard) == answers(asyncio.run(said(plain, requests, pauses=pauses)))
    assert heard.count(b'{"number":') == whole._requests == plain._requests
    assert whole.passed_asgi <= CASES[case][2] < plain.passed_asgi or whole._requests == 1
