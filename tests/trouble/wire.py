"""Bytes over a socket, as a broken or a hostile caller sends them, and what comes back."""

import json
import socket
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.desk_process import RealDesk

PATIENCE_S = 25.0


class Answer(NamedTuple):
    """One answer; `headers` by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def slug(self) -> str:
        """Of a problem document; "" for anything else."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(json.loads(self.body)["type"]).removeprefix("/problems/")


class Wire:
    """One connection to a desk; `read` is what came and is no part of an answer yet."""

    def __init__(self, desk: RealDesk, timeout: float = PATIENCE_S) -> None:
        self.socket = socket.create_connection(("127.0.0.1", desk.port), timeout=timeout)
        self.read = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> bool:
        """Send all of it; False where the other side hung up meanwhile."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def answer(self) -> Answer | None:
        """The next answer; None once the other side has hung up. TimeoutError where neither happens."""
        while b"\r\n\r\n" not in self.read:
            if not self.more():
                return None
        head, _, self.read = self.read.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        status = int(first.split(" ")[1])
        length = 0 if status in (100, 204, 304) else int(headers.get("content-length", 0))
        while len(self.read) < length:
            if not self.more():
                return None
        body, self.read = self.read[:length], self.read[length:]
        return Answer(status, headers, body)

    def is_closed(self) -> bool:
        """Whether the other side hangs up within the patience, saying nothing more."""
        return not self.read and not self.more()

    def more(self) -> bool:
        """Wait for more; False once the other side has hung up."""
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            return False
        self.read += data
        return bool(data)


def head(desk: RealDesk, method: str, path: str, *lines: str, token: str = "") -> bytes:
    """The head of a request, up to the empty line."""
    given = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{desk.port}", *lines]
    if token:
        given.append(f"Authorization: Bearer {token}")
    return "\r\n".join(given).encode("latin-1") + b"\r\n\r\n"


def exchange(desk: RealDesk, data: bytes) -> Answer | None:
    """Send on a connection of its own; the first answer."""
    with Wire(desk) as wire:
        wire.send(data)
        return wire.answer()


def post(desk: RealDesk, token: str, path: str, body: bytes, *lines: str) -> Answer:
    """Send a body as it is."""
    lines = (f"Content-Length: {len(body)}", "Content-Type: application/json", *lines)
    found = exchange(desk, head(desk, "POST", path, *lines, token=token) + body)
    assert found is not None, "the desk hung up without an answer"
    return found


def memory_kib(pid: int) -> int:
    """What a process holds in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError(f"process {pid} has no memory")


def is_served(desk: RealDesk, within_s: float = 1.0) -> Any:
    """The desk's health, asked on a connection of its own; AssertionError where it takes too long."""
    started = time.monotonic()
    found = exchange(desk, head(desk, "GET", "/api/v1/health"))
    assert found is not None
    assert found.status == 200
    assert time.monotonic() - started < within_s, "health came late"
    return json.loads(found.body)
