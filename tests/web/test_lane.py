"""Requests that are answered without a task get the answers of those that have one, through a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.web.desk import WebDesk
from tests.web.serving import listening
from tests.web.test_orders import order
from trade2026.model.enums import OrderStatus

SUBMIT = "/api/v1/orders"
WAIT_S = 20.0


class ByTask:
    """The application, without the way that needs no task."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.context = app.context

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


class Line:
    """A connection of somebody with a token."""

    def __init__(self, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], token: str) -> None:
        self._reader, self._writer = streams
        self._token = token

    def request(self, path: str, body: Any, *more: str, token: str = "", length: int | None = None) -> bytes:
        """The bytes of a request."""
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        lines = (
            f"POST {path} HTTP/1.1", "host: desk", f"authorization: Bearer {token or self._token}",
            f"content-length: {len(data) if length is None else length}", *more,
        )  # fmt: skip
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + data

    def json(self, path: str, body: Any, *more: str, **options: Any) -> bytes:
        """The bytes of a request with a body of JSON."""
        return self.request(path, body, "content-type: application/json", *more, **options)

    async def say(self, *parts: bytes) -> None:
        """Send parts of requests, each by itself."""
        for part in parts:
            self._writer.write(part)
            await self._writer.drain()
            await asyncio.sleep(0)

    async def hear(self) -> tuple[bytes, list[bytes], bytes]:
        """Status line, headers but for the date, and body of the next answer."""
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), WAIT_S)
        status, *lines = head.strip().split(b"\r\n")
        if status.startswith(b"HTTP/1.1 100"):
            return await self.hear()
        size = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        body = await asyncio.wait_for(self._reader.readexactly(size), WAIT_S)
        return status, sorted(line for line in lines if not line.startswith(b"date:")), body

    async def ask(self, *parts: bytes) -> tuple[bytes, list[bytes], bytes]:
        """The answer to a request."""
        await self.say(*parts)
        return await self.hear()


async def comes_to(desk: WebDesk, order_id: int, status: OrderStatus, quantity: str) -> None:
    """Until the venue has brought an order so far; the next request may meet another on its way otherwise."""

    async def shows() -> None:
        while True:
            shown = desk.models.order(order_id, None)
            if shown is not None and (shown.status, shown.order_qty) == (status, quantity):
                return
            await asyncio.sleep(0.001)

    await asyncio.wait_for(shows(), WAIT_S)


async def talk(desk: WebDesk, line: Line) -> list[Any]:
    """One talk over one connection, with all that can come of it."""
    heard = []

    async def ask(*parts: bytes) -> Any:
        heard.append(await line.ask(*parts))
        return msgspec.json.decode(heard[-1][2])

    made = (await ask(line.json(SUBMIT, order("one"))))["order"]["order_id"]
    await ask(line.json(SUBMIT, order("one")))
    await ask(line.json(SUBMIT, order("one", order_qty="20")))
    await ask(line.json(SUBMIT, order("two", order_qty="-1")))
    await ask(line.json(SUBMIT, order("far", account_id="NOBODY")))
    await ask(line.json(SUBMIT, b"{"))
    await ask(line.request(SUBMIT, order("three")))
    await ask(line.json(SUBMIT, order("three"), token="none"))
    await comes_to(desk, made, OrderStatus.NEW, "10")
    await ask(line.json(f"{SUBMIT}/{made}/replace", {"order_qty": "30", "limit_price": "2.2"}))
    await comes_to(desk, made, OrderStatus.NEW, "30")
    await ask(line.json(f"{SUBMIT}/{made}/cancel", {"client_order_id": "end"}))
    await comes_to(desk, made, OrderStatus.CANCELED, "30")
    await ask(line.json(f"{SUBMIT}/{made}/cancel", {"client_order_id": "end"}))
    await ask(line.request(f"{SUBMIT}/{made}/cancel", b""))
    await ask(line.request(f"{SUBMIT}/{made}/cancel", b"{}"))
    await ask(line.json(f"{SUBMIT}/12345/cancel", {}))
    await ask(line.json(f"{SUBMIT}/x/replace", {"order_qty": "30", "limit_price": "2.2"}))
    await ask(line.json(f"{SUBMIT}/batch", {"orders": [order("four")]}))
    await ask(line.json(SUBMIT, order("five"), "x-long: " + "x" * 40_000))
    whole = line.json(SUBMIT, order("six"))
    await ask(whole[:-9], whole[-9:-2], whole[-2:])
    head, _, body = line.json(SUBMIT, order("seven"), "expect: 100-continue").partition(b"\r\n\r\n")
    await ask(head + b"\r\n\r\n", body)
    await line.say(line.json(SUBMIT, order("eight")) + line.json(SUBMIT, order("nine")))
    heard += [await line.hear(), await line.hear()]
    desk.core.loses = 1
    await ask(line.json(SUBMIT, order("ten")))
    desk.core.is_connected = False
    await ask(line.json(SUBMIT, order("ten")))
    desk.core.is_connected = True
    await ask(line.json(SUBMIT, order("ten")))
    await ask(line.json(SUBMIT, b"", length=2**40))
    return heard


@asynccontextmanager
async def connected(desk: WebDesk, app: Any) -> AsyncIterator[Line]:
    """A trader's connection to the application behind the server of the desk."""
    caller = await desk.user("tina", "trader")
    async with listening(app) as port:
        streams = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield Line(streams, caller.token)
        finally:
            streams[1].close()
    await desk.close()


async def heard_by(folder: Path, *, by_task: bool) -> tuple[list[Any], int]:
    """What a talk hears, and how often the core was asked without a task."""
    desk = await WebDesk().open(folder)
    async with connected(desk, ByTask(desk.app) if by_task else desk.app) as line:
        return await talk(desk, line), desk.core.asked_then


def steady(heard: tuple[bytes, list[bytes], bytes]) -> Any:
    """An answer without what depends on how far the venue had come."""
    status, lines, data = heard
    body = msgspec.json.decode(data)
    if "order" in body:
        lines = [line for line in lines if not line.startswith(b"content-length:")]
        shown = body["order"]
        names = ("order_id", "client_order_id", "account_id", "instrument_id", "side")
        body = [sorted(body), body.get("repeated"), [shown[name] for name in names]]
    elif "orders" in body or "results" in body:
        lines, body = [], sorted(body)
    return status, lines, body


def test_an_answer_without_a_task_is_that_of_a_task(tmp_path: Path) -> None:
    found, asked = asyncio.run(heard_by(tmp_path / "lane", by_task=False))
    expected, never = asyncio.run(heard_by(tmp_path / "task", by_task=True))
    assert [steady(each) for each in found] == [steady(each) for each in expected]
    statuses = {int(status.split()[1]) for status, _, _ in found}
    assert statuses >= {200, 201, 202, 401, 404, 413, 415, 422, 431, 503, 504}
    assert (asked >= 6, never) == (True, 0)  # The rest waits for more, or is refused before.


def test_a_fault_is_told_with_its_number_and_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> tuple[bytes, list[bytes], bytes]:
        desk = await WebDesk().open(tmp_path)

        def fails(*_: Any) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr(desk.core, "ask_then", fails)
        async with connected(desk, desk.app) as line:
            return await line.ask(line.json(SUBMIT, order("one")))

    status, lines, body = asyncio.run(main())
    assert status.startswith(b"HTTP/1.1 500")
    assert b"a bug" not in body
    number = next(line for line in lines if line.startswith(b"x-request-id: "))
    assert msgspec.json.decode(body)["request_id"] == number.partition(b": ")[2].decode()
    assert "a bug" in caplog.text
