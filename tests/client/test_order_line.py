"""Orders in batches from Python: on a desk, and on a server that breaks the line or loses answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.client.desk_double import TOKENS
from tests.web.conftest import Running
from tests.web.desk import ACCOUNT, KO, PASSWORD, WebDesk
from tests.web.order_line import OrderLine as ServedLine
from tests.web.order_line import serving
from trade2026.client import (
    AsyncClient,
    CancelOrder,
    DeskUnreachable,
    NewOrder,
    OrderLine,
    OutcomeUnknown,
    ReplaceOrder,
    RequestInvalid,
    Unavailable,
)
from trade2026.primitives.errors import InputError, IntegrityError, OperatingError

Script = Callable[["Line"], Awaitable[None]]


def buy(name: str | None = None, qty: int = 10) -> NewOrder:
    return NewOrder(
        account_id=ACCOUNT, instrument_id=KO, side="BUY", order_qty=qty, limit_price="2.1",
        time_in_force="GTC", client_order_id=name,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ on a desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLine]:
    with asyncio.Runner() as runner:
        desk = runner.run(WebDesk().open(tmp_path_factory.mktemp("desk")))
        line = ServedLine(Running(runner, desk))
        served = serving(line)
        runner.run(served.__aenter__())
        runner.run(desk.user("tina", "trader"))
        yield line
        runner.run(served.__aexit__(None, None, None))
        runner.run(desk.close())


def client_of(desk: ServedLine) -> AsyncClient:
    return AsyncClient(f"http://127.0.0.1:{desk.port}", name="tina", password=PASSWORD)


def test_batches_on_a_desk(desk: ServedLine) -> None:
    async def talk() -> None:
        async with client_of(desk) as client, OrderLine(client) as line:
            first, second = await asyncio.gather(
                line.send([buy("one"), buy(), buy(qty=4_000_000_000)]),
                line.send([buy("one"), buy("one", 11)]),
            )
            assert [each.result for each in first.results] == ["approved", "approved", "refused"]
            assert [each.result for each in second.results] == ["repeated", "denied"]
            refused = first.results[2].problem
            assert refused is not None
            assert refused.largest_qty is not None
            assert refused.largest_qty > 0
            order_id = first.results[0].order_id
            assert order_id is not None
            assert (await client.order(order_id)).client_order_id == "one"
            change = ReplaceOrder(account_id=ACCOUNT, order_id=order_id, order_qty=20, limit_price="2.05")
            assert (await line.send([change])).results[0].result == "approved"
            end = CancelOrder(account_id=ACCOUNT, order_id=order_id, client_order_id="end")
            answers = [(await line.send([end])).results[0] for _ in range(2)]
            assert [each.result for each in answers] == ["approved", "repeated"]
            with pytest.raises(RequestInvalid) as wrong:
                await line.send([buy("two"), buy("a b")])
            assert wrong.value.errors[0].field == "requests[1].client_order_id"
            assert line.reconnects == 0

    desk.run(talk())


def test_an_answer_that_is_lost_is_asked_for_again(desk: ServedLine) -> None:
    async def talk() -> None:
        async with client_of(desk) as client, OrderLine(client) as line:
            desk.desk.core.loses = 1
            answer = await line.send([buy("lost")])
            assert answer.results[0].result == "repeated"

    desk.run(talk())


# ------------------------------------------------------------------------------------ on a bad server


class Line:
    """The server's side of one connection."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket

    async def welcome(self) -> None:
        assert msgspec.json.decode(await self.socket.recv())["op"] == "auth"
        await self.socket.send('{"op":"hello"}')

    async def hear(self) -> dict[str, Any]:
        data = await self.socket.recv()
        assert isinstance(data, bytes)
        message: dict[str, Any] = msgspec.msgpack.decode(data)
        return message

    async def say(self, **message: Any) -> None:
        await self.socket.send(msgspec.msgpack.encode(message))

    async def approve(self, batch: dict[str, Any]) -> None:
        results = [{"result": "approved", "order_id": 1} for _ in batch["requests"]]
        await self.say(op="results", id=batch["id"], seq=1, results=results)

    async def refuse(self, batch: dict[str, Any], slug: str, status: int, wait_s: float) -> None:
        problem = {
            "type": f"/problems/{slug}", "title": "", "status": status, "detail": slug, "instance": "",
            "request_id": "r",
        }  # fmt: skip
        await self.say(op="problem", id=batch["id"], problem=problem, retry_after_s=wait_s)


@asynccontextmanager
async def served(*scripts: Script, patience_s: float = 5.0) -> AsyncIterator[OrderLine]:
    """A line to a server that plays one script for each connection."""
    left = list(scripts)
    names = iter(range(1, 100))

    async def play(socket: ServerConnection) -> None:
        await left.pop(0)(Line(socket))

    def tokens(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={**TOKENS, "access_token": f"token-{next(names)}"})

    async with serve(play, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        client = AsyncClient(
            f"http://127.0.0.1:{port}", name="ann", password="p", transport=httpx.MockTransport(tokens)
        )
        client.keep_session()
        async with asyncio.timeout(10), client, OrderLine(client, patience_s=patience_s) as line:
            yield line


async def silent(line: Line) -> None:
    await line.welcome()
    await line.socket.wait_closed()


def test_what_waits_is_sent_again_in_its_order_when_the_line_breaks() -> None:
    heard: list[list[dict[str, Any]]] = []

    async def first(line: Line) -> None:
        await line.welcome()
        heard.append([await line.hear() for _ in range(3)])
        await line.approve(heard[0][1])
        line.socket.transport.abort()

    async def second(line: Line) -> None:
        await line.welcome()
        heard.append([await line.hear() for _ in range(2)])
        for batch in heard[1]:
            await line.approve(batch)
        await line.socket.wait_closed()

    async def talk() -> None:
        async with served(first, second) as line:
            answers = await asyncio.gather(*(line.send([buy(), buy("named")]) for _ in range(3)))
            assert all(len(each.results) == 2 for each in answers)
            assert line.reconnects == 1

    asyncio.run(talk())
    assert heard[1] == [heard[0][0], heard[0][2]]  # To the letter: the same names.
    names = [request["client_order_id"] for batch in heard[0] for request in batch["requests"]]
    assert len(set(names)) == 4
    assert names.count("named") == 3


def test_problems_that_pass_are_waited_for() -> None:
    async def play(line: Line) -> None:
        await line.welcome()
        for slug, status in (("core-away", 503), ("outcome-unknown", 504), ("too-many-requests", 429)):
            await line.refuse(await line.hear(), slug, status, 0.01)
        await line.approve(await line.hear())
        await line.socket.wait_closed()

    async def talk() -> None:
        async with served(play) as line:
            assert (await line.send([buy()])).seq == 1

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("slug", "status", "kind"),
    [
        ("core-away", 503, Unavailable),
        ("outcome-unknown", 504, OutcomeUnknown),
        ("invalid-input", 422, RequestInvalid),
    ],
)
def test_patience_ends(slug: str, status: int, kind: type[Exception]) -> None:
    async def play(line: Line) -> None:
        await line.welcome()
        await line.refuse(await line.hear(), slug, status, 60)
        await line.socket.wait_closed()

    async def talk() -> None:
        async with served(play) as line:
            with pytest.raises(kind, match=slug if kind is not OutcomeUnknown else "same client order ids"):
                await line.send([buy()])

    asyncio.run(talk())


def test_silence_and_absence_are_told_apart() -> None:
    async def talk() -> None:
        async with served(silent, patience_s=0.1) as line:
            with pytest.raises(OutcomeUnknown):
                await line.send([buy()])
        async with served(patience_s=0.0) as line:  # It accepts, and hangs up before it knows who is there.
            with pytest.raises((DeskUnreachable, OutcomeUnknown)):
                await line.send([buy()])

    asyncio.run(talk())


def test_a_line_that_is_closed_leaves_nobody_waiting() -> None:
    async def talk() -> None:
        async with served(silent) as line:
            waiting = asyncio.create_task(line.send([buy()]))
            await asyncio.sleep(0.05)
            await line.aclose()
            with pytest.raises(OutcomeUnknown):
                await waiting
            with pytest.raises(OperatingError, match="was closed"):
                await line.send([buy()])

    asyncio.run(talk())


def test_what_no_client_should_ask_or_read() -> None:
    async def nonsense(line: Line) -> None:
        await line.welcome()
        await line.hear()
        await line.say(op="sing", id=1)
        await line.socket.wait_closed()

    async def turned_away(line: Line) -> None:
        await line.socket.recv()
        await line.socket.close(4403, "the role is too low")

    async def talk() -> None:
        async with served(nonsense) as line:
            with pytest.raises((OutcomeUnknown, IntegrityError)):
                await line.send([buy()])
            with pytest.raises(IntegrityError, match="update the client"):
                await line.send([buy()])
        async with served(silent) as line:
            with pytest.raises(InputError, match="at most"):
                await line.send([buy("x" * 64) for _ in range(2_000)])
            with pytest.raises(InputError, match="order_qty"):
                await line.send([buy(qty=1.5)])  # type: ignore[arg-type]
        async with served(turned_away) as line:
            with pytest.raises((InputError, OutcomeUnknown), match="role is too low"):
                await line.send([buy()])

    asyncio.run(talk())
