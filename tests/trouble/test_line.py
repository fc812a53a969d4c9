"""Connections that never say what they want, say it twice, or say too much: the desk serves on."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.desk_process import RealDesk
from tests.trouble.conftest import ORDER, WEB
from tests.trouble.wire import Answer, Wire, exchange, head, is_served, memory_kib, post

pytestmark = pytest.mark.process
BODY = json.dumps(ORDER).encode()
LIMIT_S = WEB["head_seconds"] + 6


@contextmanager
def others(desk: RealDesk) -> Iterator[list[float]]:
    """Somebody asks for health ten times a second meanwhile; how long each took."""
    took: list[float] = []
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.1):
            started = time.monotonic()
            is_served(desk, 5.0)
            took.append(time.monotonic() - started)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield took
    finally:
        over.set()
        thread.join()


def ended(wire: Wire, keep: Callable[[], object]) -> tuple[float, Answer | None]:
    """How long it takes until the desk ends a connection that is kept busy, and what it says."""
    started = time.monotonic()
    wire.socket.settimeout(0.1)
    found = None
    while time.monotonic() - started < LIMIT_S:
        try:
            answer = wire.answer()
        except TimeoutError:
            keep()
            continue
        if answer is None:
            return time.monotonic() - started, found
        found = answer
    raise AssertionError(f"still open after {LIMIT_S} s")


def test_slow_callers_are_ended_while_others_are_served(desk: RealDesk, token: str) -> None:
    """Headers byte by byte, a body byte by byte, silence, half a request line: all at once."""
    chunked = ("Transfer-Encoding: chunked", "Content-Type: application/json")
    long = ("Content-Length: 1000", "Content-Type: application/json")
    starts = {
        "a header at a time": (b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n", 408),
        "half a line": (b"GET /api/v1/hea", b"l", 408),
        "silence": (b"", b"", None),
        "silence after an answer": (head(desk, "GET", "/api/v1/health") + b"GET /", b"", 408),
        "a body byte by byte": (head(desk, "POST", "/api/v1/orders", *long, token=token), b" ", 408),
        "a form byte by byte": (
            head(desk, "POST", "/ops/halt", "Content-Length: 1000",
                 "Content-Type: application/x-www-form-urlencoded"), b"a", 408,
        ),
        "chunks one by one": (
            head(desk, "POST", "/api/v1/orders", *chunked, token=token), b"1\r\n \r\n", 408,
        ),
        "a login in chunks": (head(desk, "POST", "/api/v1/auth/login", *chunked), b"1\r\n \r\n", 408),
        "a body for what reads none": (
            head(desk, "GET", "/api/v1/health", "Transfer-Encoding: chunked"), b"1\r\n \r\n", 200,
        ),
        "a body for who may not": (head(desk, "POST", "/api/v1/orders", *chunked), b"1\r\n \r\n", 401),
    }  # fmt: skip
    results: dict[str, tuple[float, Answer | None]] = {}

    def run(name: str) -> None:
        first, more, _ = starts[name]
        with Wire(desk) as wire:
            wire.send(first)
            results[name] = ended(wire, lambda: more and wire.send(more))

    threads = [threading.Thread(target=run, args=(name,)) for name in starts]
    with others(desk) as took:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(results) == set(starts)
    for name, (_, _, status) in starts.items():
        answer = results[name][1]
        assert (None if answer is None else answer.status) == status, (name, answer)
    assert len(took) > 10
    assert sorted(took)[len(took) // 2] < 0.2


def test_two_thousand_idle_connections_leave_room(desk: RealDesk) -> None:
    pid = desk.pid("web")
    assert pid is not None
    before = memory_kib(pid)
    lines: list[socket.socket] = []
    try:
        for number in range(2_000):
            line = socket.create_connection(("127.0.0.1", desk.port), timeout=10)
            lines.append(line)
            if number % 2:
                line.sendall(b"GET /api/v1/health HTTP/1.1\r\n")
        for _ in range(20):
            is_served(desk)
        assert memory_kib(pid) - before < 50 * 1024
        ends = time.monotonic() + LIMIT_S
        for line in lines[::40]:
            line.settimeout(max(0.1, ends - time.monotonic()))
            while line.recv(65_536):
                pass  # 408 for those that had begun; then the end.
    finally:
        for line in lines:
            line.close()
    is_served(desk)


def smuggled(*lines: str, body: bytes) -> bytes:
    """A request for health, whose body is another one to who counts otherwise."""
    return b"\r\n".join([b"POST /api/v1/auth/refresh HTTP/1.1", b"Host: x"] + [
        line.encode("latin-1") for line in lines
    ]) + b"\r\n\r\n" + body  # fmt: skip


INNER = b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLED = {
    "length and chunks": smuggled(
        "Content-Length: 44", "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + INNER
    ),
    "chunks and length": smuggled(
        "Transfer-Encoding: chunked", "Content-Length: 4", body=b"2c\r\n" + INNER + b"\r\n0\r\n\r\n"
    ),
    "two lengths": smuggled("Content-Length: 0", "Content-Length: 41", body=INNER),
    "two lengths in one": smuggled("Content-Length: 0, 41", body=INNER),
    "a length with a sign": smuggled("Content-Length: +41", body=INNER),
    "a negative length": smuggled("Content-Length: -1", body=INNER),
    "a hexadecimal length": smuggled("Content-Length: 0x29", body=INNER),
    "a length with a blank inside": smuggled("Content-Length: 4 1", body=INNER),
    "a length beyond 64 bits": smuggled("Content-Length: 18446744073709551657", body=INNER),
    "a length of five thousand digits": smuggled("Content-Length: " + "0" * 5_000 + "41", body=INNER),
    "a blank before the colon": smuggled("Content-Length : 41", body=INNER),
    "a blank before the colon of chunks": smuggled("Transfer-Encoding : chunked", body=b"0\r\n\r\n" + INNER),
    "an unknown coding last": smuggled("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + INNER),
    "an unknown coding": smuggled("Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + INNER),
    "chunked twice": smuggled(
        "Transfer-Encoding: chunked", "Transfer-Encoding: identity", body=b"0\r\n\r\n" + INNER
    ),
    "a vertical tab before chunked": smuggled("Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n" + INNER),
    "a folded header": smuggled("X: a", " Transfer-Encoding: chunked", "Content-Length: 0", body=INNER),
    "a bare line feed": b"GET /api/v1/health HTTP/1.1\nHost: x\n\n" + INNER,
    "a bare carriage return": b"GET /api/v1/health HTTP/1.1\r\nHost: x\rX: y\r\n\r\n" + INNER,
    "a chunk size with a sign": smuggled("Transfer-Encoding: chunked", body=b"+0\r\n\r\n" + INNER),
    "a chunk size of no number": smuggled("Transfer-Encoding: chunked", body=b"z\r\n\r\n" + INNER),
    "a chunk larger than said": smuggled("Transfer-Encoding: chunked", body=b"1\r\nabc\r\n0\r\n\r\n" + INNER),
    "a zero in a header": b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n" + INNER,
    "no version": b"GET /api/v1/health\r\n\r\n",
    "version 9": b"GET /api/v1/health HTTP/9.9\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "zeros": bytes(1_000),
}


@pytest.mark.parametrize("data", SMUGGLED.values(), ids=SMUGGLED.keys())
def test_a_request_is_read_one_way_or_not_at_all(desk: RealDesk, data: bytes) -> None:
    """Never the answer to the inner request; what cannot be read for sure ends the connection."""
    with Wire(desk) as wire:
        wire.send(data)
        wire.socket.shutdown(socket.SHUT_WR)
        found = []
        while (answer := wire.answer()) is not None:
            found.append(answer)
    assert not any(b"Log in first" in each.body and b"/api/v1/me" in each.body for each in found), found
    assert [each.status for each in found] in ([400], [413], [401, 400], [200, 400], []), found
    for each in found[-1:]:
        assert each.slug in ("malformed-request", "body-too-large"), each
    is_served(desk)


BOMBS = {
    "one header of 40 KB": (("X-A: " + "b" * 40_000,), 431, "headers-too-large"),
    "200 headers": (tuple(f"X-{n}: y" for n in range(200)), 431, "headers-too-large"),
    "a megabyte of headers": (tuple(f"X-{n}: {'y' * 1000}" for n in range(1_000)), 431, "headers-too-large"),
    "a cookie of 33 KB": (("Cookie: trade2026_session=" + "a" * 33_000,), 431, "headers-too-large"),
}


@pytest.mark.parametrize(("lines", "status", "slug"), BOMBS.values(), ids=BOMBS.keys())
def test_too_many_headers(desk: RealDesk, lines: tuple[str, ...], status: int, slug: str) -> None:
    found = exchange(desk, head(desk, "GET", "/api/v1/health", *lines))
    assert found is not None
    assert (found.status, found.slug) == (status, slug)
    assert "x-request-id" in found.headers
    is_served(desk)


def test_headers_without_end_are_cut_off_early(desk: RealDesk) -> None:
    pid = desk.pid("web")
    assert pid is not None
    before = memory_kib(pid)
    for begin in (b"GET /api/v1/health HTTP/1.1\r\nX-A: ", b"GET /", b"GET /api/v1/health HTTP/1.1\r\n"):
        block = b"X-Y: zzzzzzzz\r\n" * 4_096 if begin.endswith(b"\r\n") else b"a" * 65_536
        with Wire(desk) as wire:
            wire.send(begin)
            sent = 0
            while sent < 1_000 and wire.send(block):
                sent += 1
            assert sent < 1_000, begin
            found = wire.answer()
            assert found is None or found.status in (400, 431)
    assert memory_kib(pid) - before < 50 * 1024


@pytest.mark.parametrize("path", ["/" + "a" * 9_000, "/api/v1/orders?cursor=" + "a" * 9_000])
def test_an_address_that_is_too_long(desk: RealDesk, path: str) -> None:
    found = exchange(desk, head(desk, "GET", path))
    assert found is not None
    assert (found.status, found.slug) == (414, "address-too-long")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/health%0d%0aX-Injected:%20yes",
        "/%0d%0aSet-Cookie:%20a=b",
        "/api/v1/orders/%0a%0dx",
        "/\\\\evil",
    ],
)
def test_no_header_of_ours_is_written_by_a_caller(desk: RealDesk, token: str, path: str) -> None:
    for lines in ((), ("Idempotency-Key: a%0d%0aX-Injected: yes", "Origin: http://x%0d%0aX-Injected: yes")):
        found = exchange(desk, head(desk, "GET", path, *lines, token=token))
        assert found is not None
        assert found.status in (404, 422)
        assert "x-injected" not in found.headers
        assert "set-cookie" not in found.headers


def test_a_caller_that_takes_nothing_is_hung_up_on(desk: RealDesk, token: str) -> None:
    """Asks for megabytes again and again and reads none of it; nobody else waits for that."""
    pid = desk.pid("web")
    assert pid is not None
    before = memory_kib(pid)
    request = head(desk, "GET", "/api/v1/openapi.json")
    with Wire(desk) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        wire.socket.settimeout(0.2)
        try:
            for _ in range(400):
                if not wire.send(request * 10):
                    break
        except TimeoutError:
            pass  # It reads no more of what we ask.
        is_served(desk)
        assert memory_kib(pid) - before < 50 * 1024


def test_pipelined_requests_are_answered_in_order(desk: RealDesk, token: str) -> None:
    paths = ["/api/v1/health", "/api/v1/nothing", "/api/v1/me", "/api/v1/orders?limit=0"]
    with Wire(desk) as wire:
        wire.send(b"".join(head(desk, "GET", path, token=token) for path in paths))
        found = [wire.answer() for _ in paths]
    assert [each.status for each in found if each is not None] == [200, 404, 200, 422]


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "OPTIONS", "PUT", "PURGE"])
def test_other_methods_are_refused(desk: RealDesk, token: str, method: str) -> None:
    target = "127.0.0.1:22" if method == "CONNECT" else "/api/v1/orders"
    found = exchange(desk, head(desk, method, target, "X-Secret: mirror", token=token))
    assert found is not None
    assert found.status in (400, 404, 405)
    assert b"mirror" not in found.body


@pytest.mark.parametrize("name", ["batch", "preview", "cancel-all"])
def test_what_is_only_posted_to_is_no_order(desk: RealDesk, token: str, name: str) -> None:
    found = exchange(desk, head(desk, "GET", f"/api/v1/orders/{name}", token=token))
    assert found is not None
    assert (found.status, found.headers["allow"]) == (405, "POST")


def test_a_batch_has_room_for_the_places_of_its_orders(desk: RealDesk, token: str) -> None:
    body = json.dumps({"orders": [{**ORDER, "client_order_id": "named-1"}]}).encode()
    for length, status in ((60, 200), (61, 422), (0, 422)):
        key = f"Idempotency-Key: {'k' * length}"
        assert post(desk, token, "/api/v1/orders/batch", body, key).status == status, length
