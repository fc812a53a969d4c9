"""The live feed against a server that breaks the line, repeats, leaves out, and turns away, as it is told."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.client.desk_double import TOKENS
from tests.client.samples import order
from trade2026.client import AsyncClient, DeskUnreachable, LiveFeed, RowsLost
from trade2026.client.live.frames import read_columns, read_frame, read_rows
from trade2026.primitives.errors import InputError, IntegrityError, OperatingError

Script = Callable[["Line"], Awaitable[None]]


class Line:
    """The server's side of one connection."""

    def __init__(self, socket: ServerConnection, said: list[dict[str, Any]]) -> None:
        self.socket = socket
        self.said = said

    async def hear(self) -> dict[str, Any]:
        message: dict[str, Any] = msgspec.json.decode(await self.socket.recv())
        self.said.append(message)
        return message

    async def say(self, **message: Any) -> None:
        await self.socket.send(msgspec.json.encode(message).decode())

    async def frame(self, **frame: Any) -> None:
        await self.socket.send(msgspec.msgpack.encode(frame))

    async def welcome(self, kind: str = "lossless", **more: Any) -> dict[str, Any]:
        """Take a token and one subscription; gives the subscription."""
        assert (await self.hear())["op"] == "auth"
        wanted = await self.hear()
        await self.say(op="hello", conn="c1", server_time="2026-01-01T00:00:00Z", heartbeat_s=5)
        await self.say(op="subbed", id=wanted["id"], topic=wanted["topic"], kind=kind, **more)
        return wanted

    async def orders(self, subscription: int, *seqs: int) -> None:
        rows = [order(seq) for seq in seqs]
        await self.frame(s=subscription, q=seqs[-1], snap=False, rows=rows)


@asynccontextmanager
async def served(
    *scripts: Script, patience_s: float | None = None
) -> AsyncIterator[tuple[LiveFeed, list[Any]]]:
    """A feed of a server that plays one script for each connection; and what it heard."""
    said: list[dict[str, Any]] = []
    left = list(scripts)
    names = iter(range(1, 100))

    async def play(socket: ServerConnection) -> None:
        await left.pop(0)(Line(socket, said))

    def tokens(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={**TOKENS, "access_token": f"token-{next(names)}"})

    async with serve(play, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        client = AsyncClient(
            f"http://127.0.0.1:{port}", name="ann", password="p", transport=httpx.MockTransport(tokens)
        )
        client.keep_session()
        async with client, LiveFeed(client, patience_s=patience_s) as feed:
            yield feed, said


async def rows_of(feed: LiveFeed, count: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            found += [each.seq for each in (await feed.__anext__()).rows]
    return found


def test_orders_go_on_without_a_gap_and_none_comes_twice() -> None:
    async def first(line: Line) -> None:
        wanted = await line.welcome(seq=4)
        assert "from_seq" not in wanted
        await line.orders(wanted["id"], 5, 6)
        await line.socket.close(1001)

    async def second(line: Line) -> None:
        wanted = await line.welcome(seq=9)
        assert wanted["from_seq"] == 7
        await line.orders(wanted["id"], 6, 7)  # One it had.
        await line.orders(wanted["id"], 7)  # All it had.
        line.socket.transport.abort()

    async def third(line: Line) -> None:
        wanted = await line.welcome(seq=9)
        assert wanted["from_seq"] == 8
        await line.orders(wanted["id"], 8)
        await line.hear()

    async def run() -> None:
        async with served(first, second, third) as (feed, _):
            await feed.subscribe("orders")
            assert await rows_of(feed, 4) == [5, 6, 7, 8]
            assert feed.reconnects == 2

    asyncio.run(run())


def test_a_break_before_the_first_row_loses_none() -> None:
    async def first(line: Line) -> None:
        await line.welcome(seq=4)
        await line.socket.close(1012)

    async def second(line: Line) -> None:
        wanted = await line.welcome(seq=6)
        assert wanted["from_seq"] == 5
        await line.orders(wanted["id"], 5, 6)
        await line.hear()

    async def run() -> None:
        async with served(first, second) as (feed, _):
            await feed.subscribe("orders")
            assert await rows_of(feed, 2) == [5, 6]

    asyncio.run(run())


def test_a_lost_frame_of_numbers_makes_the_line_anew() -> None:
    one = {"t": 1.0, "n": 1, "k": struct.pack("<I", 0), "c": {"last": struct.pack("<d", 2.5)}}

    async def first(line: Line) -> None:
        wanted = await line.welcome("conflated", columns=["last"], keys=["KO"], max_hz=20)
        await line.frame(s=wanted["id"], q=1, snap=True, **one)
        await line.frame(s=wanted["id"], q=3, snap=False, **one)
        await line.hear()

    async def second(line: Line) -> None:
        wanted = await line.welcome("conflated", columns=["last"], keys=["KO"], max_hz=20)
        await line.say(op="keys", id=wanted["id"], keys=["PG"])
        await line.frame(s=wanted["id"], q=1, snap=True, **{**one, "k": struct.pack("<I", 1)})
        await line.hear()

    async def run() -> None:
        async with served(first, second) as (feed, said), asyncio.timeout(10):
            await feed.subscribe("quotes", max_hz=5)
            updates = [await feed.__anext__() for _ in range(2)]
            assert [each.columns.to_dicts() for each in updates if each.columns] == [
                {"KO": {"last": 2.5}}, {"PG": {"last": 2.5}},
            ]  # fmt: skip
            assert said[1]["max_hz"] == 5

    asyncio.run(run())


def test_rows_that_are_kept_no_more_are_said_to_be_lost() -> None:
    async def first(line: Line) -> None:
        wanted = await line.welcome(seq=900)
        await line.say(op="error", id=wanted["id"], code="no_replay", detail="gone", remedy="read the list")
        await line.hear()

    async def run() -> None:
        async with served(first) as (feed, _):
            await feed.subscribe("orders", from_seq=3)
            with pytest.raises(RowsLost, match="read the list") as caught:
                await rows_of(feed, 1)
            assert caught.value.topic == "orders"

    asyncio.run(run())


def test_a_topic_that_does_not_exist() -> None:
    async def first(line: Line) -> None:
        await line.hear()
        wanted = await line.hear()
        await line.say(
            op="error", id=wanted["id"], code="unknown_topic", detail="no such", remedy="see the list"
        )
        await line.hear()

    async def run() -> None:
        async with served(first) as (feed, _):
            await feed.subscribe("gossip")
            with pytest.raises(InputError, match="no such"):
                await rows_of(feed, 1)

    asyncio.run(run())


def test_a_token_that_is_refused_is_renewed_once() -> None:
    async def turned_away(line: Line) -> None:
        await line.hear()
        await line.socket.close(4401, "expired")

    async def fine(line: Line) -> None:
        wanted = await line.welcome(seq=4)
        await line.orders(wanted["id"], 5)
        await line.hear()

    async def run() -> None:
        async with served(turned_away, fine) as (feed, said):
            await feed.subscribe("orders")
            assert await rows_of(feed, 1) == [5]
            used = [each["token"] for each in said if each["op"] == "auth"]
            assert len(set(used)) == 2
        async with served(turned_away, turned_away) as (feed, _):
            await feed.subscribe("orders")
            with pytest.raises(OperatingError, match="tokens it has just given"):
                await rows_of(feed, 1)

    asyncio.run(run())


def test_a_fault_of_ours_is_not_tried_again() -> None:
    async def refused(line: Line) -> None:
        await line.hear()
        await line.socket.close(4400, "too many refused messages")

    async def run() -> None:
        async with served(refused) as (feed, _):
            await feed.subscribe("orders")
            with pytest.raises(InputError, match="too many refused"):
                await rows_of(feed, 1)

    asyncio.run(run())


def test_patience_ends_where_it_has_an_end() -> None:
    async def run() -> None:
        async with served(patience_s=0.3) as (feed, _):
            await feed.subscribe("orders")
            feed._client.url = "http://127.0.0.1:9"  # Nobody listens there.
            async with asyncio.timeout(10):
                with pytest.raises(DeskUnreachable):
                    await feed.__anext__()

    asyncio.run(run())


def test_a_topic_that_was_left_is_quiet() -> None:
    async def first(line: Line) -> None:
        wanted = await line.welcome(seq=4)
        await line.orders(wanted["id"], 5)
        assert (await line.hear()) == {"op": "unsub", "id": wanted["id"]}
        await line.orders(wanted["id"], 6)
        other = await line.hear()
        await line.say(op="subbed", id=other["id"], topic="orders", kind="lossless", seq=6)
        await line.orders(other["id"], 7)
        await line.hear()

    async def run() -> None:
        async with served(first) as (feed, _):
            number = await feed.subscribe("orders")
            assert await rows_of(feed, 1) == [5]
            await feed.unsubscribe(number)
            await feed.subscribe("orders")
            assert await rows_of(feed, 1) == [7]

    asyncio.run(run())


def test_frames_that_make_no_sense_are_refused() -> None:
    with pytest.raises(IntegrityError):
        read_frame(b"\xc1")
    frame = msgspec.msgpack.encode({"s": 1, "q": 1, "snap": True, "rows": [{"order_id": "x"}]})
    with pytest.raises(IntegrityError, match="orders"):
        read_rows("orders", read_frame(frame))
    for k, c in ((struct.pack("<I", 5), struct.pack("<d", 1)), (b"\0\0\0\0", b"\0")):
        wrong = msgspec.msgpack.encode({"s": 1, "q": 1, "snap": True, "n": 1, "k": k, "c": {"last": c}})
        with pytest.raises(IntegrityError):
            read_columns(read_frame(wrong), ["KO"])
