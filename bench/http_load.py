"""A load client for HTTP/1.1 that costs little, so that a benchmark on two cores measures the server.

Each connection has one request under way. Requests are bytes made beforehand or by a callable; of an answer
the status and the body are looked at, nothing else. `paced` is an open loop: a request is timed from when it
should have left, so that waiting for a free connection counts.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from bench.pacing import times

Taken = Callable[[int, bytes], None]
"""Takes status and body of an answer."""


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection(asyncio.Protocol):
    """One keep-alive connection; `send` hands the answer to a callable."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._wanted = -1  # Length of the answer once its head has been read.
        self._head = 0
        self._status = 0
        self._taken: Taken | None = None
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class.

    def connection_lost(self, exc: Exception | None) -> None:
        """Whatever was under way has no answer."""
        self.is_lost = True
        self._answer(0, b"")

    def send(self, data: bytes, taken: Taken) -> None:
        """Send one request; the one before must have been answered."""
        assert self._taken is None, "one request at a time"
        self._taken = taken
        if self.is_lost or self._transport is None:
            self._answer(0, b"")
        else:
            self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        """Collect until the answer is whole."""
        self._buffer += data
        if self._wanted < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            self._status = int(head[9:12])
            at = head.find(b"content-length: ")
            length = int(head[at + 16 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self._head, self._wanted = end + 4, end + 4 + length
        if len(self._buffer) >= self._wanted:
            body = bytes(self._buffer[self._head : self._wanted])
            del self._buffer[: self._wanted]
            self._wanted = -1
            self._answer(self._status, body)

    def _answer(self, status: int, body: bytes) -> None:
        taken, self._taken = self._taken, None
        if taken is not None:
            taken(status, body)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


@dataclass
class Load:
    """What a load has seen: seconds to each answer, how often each status came, and how long it ran."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def errors(self) -> int:
        """Answers that never came, and those of the 5xx kind."""
        return sum(count for status, count in self.statuses.items() if status == 0 or status >= 500)

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds


async def connect(host: str, port: int, count: int) -> list[Connection]:
    """So many open connections."""
    loop = asyncio.get_running_loop()
    connections = []
    for _ in range(count):
        _, protocol = await loop.create_connection(Connection, host, port)
        connections.append(protocol)
    return connections


Next = Callable[[], tuple[bytes, Taken | None]]
"""Makes the next request, and what is to be done with its answer."""


async def closed(connections: list[Connection], following: Next, seconds: float) -> Load:
    """Every connection sends its next request as soon as the last is answered."""
    load = Load()
    done = asyncio.get_running_loop().create_future()
    begin = time.perf_counter()
    end = begin + seconds
    left = len(connections)

    def start(connection: Connection) -> None:
        nonlocal left
        sent = time.perf_counter()
        if sent >= end or connection.is_lost:
            left -= 1
            if left == 0:
                done.set_result(None)
            return
        data, then = following()

        def taken(status: int, body: bytes) -> None:
            load.latencies.append(time.perf_counter() - sent)
            load.statuses[status] += 1
            if then is not None:
                then(status, body)
            start(connection)

        connection.send(data, taken)

    for connection in connections:
        start(connection)
    await done
    load.seconds = time.perf_counter() - begin
    return load


async def paced(connections: list[Connection], following: Next, seconds: float, rate: float) -> Load:
    """Requests leave at fixed times whatever the answers do; each is timed from its time."""
    load = Load()
    idle = deque(connections)  # In turn, so that all of them are used.
    late: deque[float] = deque()
    count = int(seconds * rate)
    answered = 0
    done = asyncio.get_running_loop().create_future()
    begin = time.perf_counter()

    def send(due: float) -> None:
        connection = idle.popleft()
        data, then = following()

        def taken(status: int, body: bytes) -> None:
            nonlocal answered
            load.latencies.append(time.perf_counter() - due)
            load.statuses[status] += 1
            if then is not None:
                then(status, body)
            idle.append(connection)
            answered += 1
            if late:
                send(late.popleft())
            elif answered == count and not done.done():
                done.set_result(None)

        connection.send(data, taken)

    async for due in times(count, 1.0 / rate):
        if idle:
            send(due)
        else:
            late.append(due)
    await done
    load.seconds = time.perf_counter() - begin
    return load
