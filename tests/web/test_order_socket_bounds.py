"""Who may send orders over the socket, for how long, how much at once, and what becomes of bad messages."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import websockets.asyncio.client as ws_client
from websockets.exceptions import ConnectionClosed

from tests.web.caller import Caller, log_in
from tests.web.conftest import Running
from tests.web.desk import PASSWORD
from tests.web.order_line import OrderClient, OrderLine, msgpack, serving, submit, words
from trade2026.application.identity.roles import Role
from trade2026.ports.core_link import Answer, Intent
from trade2026.primitives.time import SECOND_NS
from trade2026.web.limits import Buckets
from trade2026.web.roles import ROLES, VIEWER


@pytest.fixture(scope="module")
def line(running: Running) -> Iterator[OrderLine]:
    line = OrderLine(running)
    served = serving(line)
    running(served.__aenter__())
    yield line
    running(served.__aexit__(None, None, None))


@pytest.fixture(scope="module", autouse=True)
def _tina(running: Running) -> None:
    running(running.desk.user("tina", "trader"))


@pytest.fixture
def trader(running: Running) -> Caller:
    """With a token of its own: the clock moves here."""
    caller: Caller = running(log_in(running.desk.app, "tina", PASSWORD))
    return caller


def slug(message: dict[str, Any]) -> str:
    assert message["op"] == "problem", message
    return str(message["problem"]["type"].removeprefix("/problems/"))


# -------------------------------------------------------------------------------------- bad messages


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"order_qty": 10}, "order_qty"),
        ({"order_qty": "1e400"}, "order_qty"),
        ({"order_qty": "-1"}, "order_qty"),
        ({"order_qty": "0.0000000001"}, "order_qty"),
        ({"limit_price": None}, "limit_price"),
        ({"side": "HOLD"}, "side"),
        ({"surprise": "x"}, "surprise"),
        ({"account_id": None}, "account_id"),
        ({"client_order_id": None}, "client_order_id"),
        ({"client_order_id": "a b"}, "client_order_id"),
        ({"client_order_id": "x" * 65}, "client_order_id"),
    ],
)
@pytest.mark.parametrize("binary", [False, True])
def test_a_field_that_cannot_be_used_refuses_the_batch_and_is_named(
    line: OrderLine, trader: Caller, changes: dict[str, Any], field: str, binary: bool
) -> None:
    """With the words that the same request has over REST."""
    bad = submit("bad", **changes)
    before = line.desk.desk.service.status().seq

    async def talk(client: OrderClient) -> None:
        answer = await client.batch(submit("good"), bad, number=9, binary=binary)
        assert (slug(answer), answer["id"]) == ("invalid-input", 9)
        assert answer["problem"]["field"] == f"requests[1].{field}"
        body = {key: value for key, value in bad.items() if key != "do"}
        if "client_order_id" in body:
            rest = (await trader("POST", "/api/v1/orders", body)).json
            assert rest["errors"][0]["message"].removeprefix(f"{field}: ") == answer["problem"]["errors"][0][
                "message"
            ].removeprefix(f"requests[1].{field}: ").replace("requests[1].", "")

    line.talk(trader.token, talk)
    assert line.desk.desk.service.status().seq <= before + 1  # At most the clock was journaled.


BAD = {
    "no JSON": ("{", None, "malformed-json"),
    "too deep": ('{"op":"batch","id":5,"requests":' + "[" * 9000, None, "malformed-json"),
    "no message": ("[]", None, "invalid-input"),
    "another op": ('{"op":"sell","id":5}', 5, "invalid-input"),
    "no op": ('{"id":5,"requests":[]}', 5, "invalid-input"),
    "nothing asked": ('{"op":"batch","id":5,"requests":[]}', 5, "invalid-input"),
    "no id": ('{"op":"batch","requests":[{"do":"cancel"}]}', None, "invalid-input"),
    "another do": ('{"op":"batch","id":5,"requests":[{"do":"steal"}]}', 5, "invalid-input"),
    "no MessagePack": (b"\xc1", None, "malformed-frame"),
    "cut": (b"\x83\xa2op\xa5batch\xa2id", None, "malformed-frame"),
    "nested": (b"\x91" * 60_000, None, "malformed-frame"),
    "a number": (b"\x05", None, "invalid-input"),
    "no text": (msgpack.packb({"op": "batch", "id": 5, "requests": [b"x"]}), 5, "invalid-input"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_message_is_answered_and_harms_no_other(line: OrderLine, trader: Caller, name: str) -> None:
    data, number, wanted = BAD[name]

    async def talk(client: OrderClient) -> None:
        await client.say(op="batch", id=1, requests=[submit(f"before {name}".replace(" ", "-"))])
        await client.line.send(data)
        await client.say(op="batch", id=2, requests=[submit(f"after {name}".replace(" ", "-"))])
        heard = [await client.hear() for _ in range(3)]
        (problem,) = [each for each in heard if each["op"] == "problem"]
        assert (slug(problem), problem.get("id")) == (wanted, number)
        answers = {each["id"]: words(each) for each in heard if each["op"] == "results"}
        assert answers == {1: ["approved"], 2: ["approved"]}

    line.talk(trader.token, talk)


def test_five_hundred_and_one_are_too_many(line: OrderLine, trader: Caller) -> None:
    async def talk(client: OrderClient) -> None:
        answer = await client.batch(*(submit(f"n{number}") for number in range(501)), binary=True)
        assert (slug(answer), answer["problem"]["field"]) == ("invalid-input", "requests")

    line.talk(trader.token, talk)


def test_a_message_that_is_too_large_ends_the_connection(line: OrderLine, trader: Caller) -> None:
    async def talk(client: OrderClient) -> None:
        await client.line.send("x" * 262_145)
        assert (await client.until_closed())[0] == 1009

    line.talk(trader.token, talk)


def test_ten_bad_messages_end_the_connection_after_the_answers_under_way(
    line: OrderLine, trader: Caller
) -> None:
    async def talk(client: OrderClient) -> None:
        await client.say(op="batch", id=1, requests=[submit("patience")])
        for _ in range(11):
            await client.line.send("{")
        code, reason = await client.until_closed()
        assert (code, reason.split(",")[0]) == (4400, "too many messages were refused")
        assert [each["op"] for each in client.heard].count("results") == 1
        assert client.heard[-1] == {"op": "bye", "code": 4400, "reason": reason}

    line.talk(trader.token, talk)


def test_pings_are_answered_and_counted(line: OrderLine, trader: Caller) -> None:
    async def talk(client: OrderClient) -> None:
        for number in range(99):  # The token was the first of a hundred.
            await client.say(op="ping", t=number, binary=number % 2 == 1)
            assert await client.hear() == {"op": "pong", "t": number}
        await client.say(op="ping", t=1)
        assert slug(await client.hear()) == "too-many-requests"
        assert words(await client.batch(submit("counted"))) == ["approved"]

    line.talk(trader.token, talk)


# ------------------------------------------------------------------------------------------- tokens


async def ends(line: OrderLine, token: str | None, **options: Any) -> tuple[int, str]:
    async with line.connected(None, **options) as client:
        with suppress(ConnectionClosed):
            if token is not None:
                await client.say(op="auth", token=token)
        return await client.until_closed()


def test_a_wrong_token_ends_with_4401(line: OrderLine) -> None:
    assert line.run(ends(line, "no"))[0] == 4401


def test_every_role_with_the_socket(line: OrderLine, running: Running) -> None:
    async def talk() -> dict[str, str]:
        found = {}
        for role in ROLES:
            caller = await running.desk.user(f"one-{role}", role)
            async with line.connected(None) as client:
                await client.say(op="auth", token=caller.token)
                heard = await client.hear()
                found[role] = f"{heard['op']} {heard.get('code', '')}".strip()
                if role == VIEWER:
                    code, reason = await client.until_closed()
                    assert (code, "needs the role 'trader'" in reason) == (4403, True)
        return found

    assert line.run(talk()) == {
        "viewer": "bye 4403", "trader": "hello", "operator": "hello", "admin": "hello",
    }  # fmt: skip


def test_nothing_is_done_before_the_token(line: OrderLine, trader: Caller) -> None:
    async def talk() -> None:
        async with line.connected(None) as client:
            assert slug(await client.batch(submit("early"))) == "not-logged-in"
            line.desk.clock.advance(4.9)
            line.door.check()
            await client.say(op="auth", token=trader.token)
            assert (await client.hear())["op"] == "hello"
            assert words(await client.batch(submit("early"))) == ["approved"]
        async with line.connected(None) as client:
            await (await client.line.ping())  # The server has accepted when it answers.
            line.desk.clock.advance(5)
            line.door.check()
            assert (await client.until_closed())[0] == 4401

    line.run(talk())


def test_a_cookie_needs_the_origin_of_the_page(line: OrderLine, trader: Caller) -> None:
    cookie = {"Cookie": f"trade2026_session={trader.token}"}

    async def talk() -> None:
        own: Any = f"http://127.0.0.1:{line.port}"
        async with line.connected(None, additional_headers=cookie, origin=own) as client:
            assert (await client.hear())["op"] == "hello"
        for origin in (None, "http://evil.example", own + ".evil.example"):
            code, _ = await ends(line, None, additional_headers=cookie, origin=origin)
            assert code == 4403, origin
        assert (await ends(line, trader.token, origin="http://evil.example"))[0] == 4403

    line.run(talk())


def test_expiry_ends_it_and_a_newer_token_extends(line: OrderLine, running: Running) -> None:
    desk = running.desk

    async def talk() -> None:
        await desk.user("shorty", "trader")
        session = await desk.identity.login("shorty", PASSWORD, "127.0.0.1")
        lifetime = (session.access_expires - desk.clock.now_ns()) / SECOND_NS
        async with line.connected(session.access_token) as stays:
            async with line.connected(session.access_token) as goes:
                desk.clock.advance(lifetime - 1)
                newer = await desk.identity.refresh(session.refresh_token)
                await stays.say(op="auth", token=newer.access_token)
                assert await stays.hear() == {"op": "authed", "name": "shorty"}
                desk.clock.advance(1)
                # Nothing is done for who has expired, whether or not that has been noticed yet.
                await goes.say(op="batch", id=1, requests=[submit("late")])
                assert (await goes.until_closed())[0] == 4401
                assert [each["op"] for each in goes.heard] == ["hello", "bye"]
            line.door.check()
            assert words(await stays.batch(submit("late"))) == ["approved"]

    line.run(talk())


@pytest.mark.parametrize("how", ["logout", "role", "disabled"])
def test_revocation_ends_it_within_a_look(line: OrderLine, running: Running, how: str) -> None:
    desk = running.desk

    async def talk() -> None:
        caller = await desk.user(f"gone-{how}", "trader")
        async with line.connected(caller.token) as client:
            line.door.check()
            if how == "logout":
                await caller("POST", "/api/v1/auth/logout", {})
            elif how == "role":
                await desk.identity.change_user(f"gone-{how}", role=Role.VIEWER)
            else:
                await desk.identity.change_user(f"gone-{how}", disabled=True)
            line.door.check()
            assert (await client.until_closed())[0] == 4401

    line.run(talk())
    assert line.door._limits.check_ns * 4 < 5 * SECOND_NS


# -------------------------------------------------------------------------------------------- bounds


def test_orders_are_counted_one_by_one_where_they_are_limited(
    line: OrderLine, trader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(line.desk.app.context.limits, "orders", Buckets(10, 20))

    async def talk(client: OrderClient) -> None:
        async def batch(name: str, count: int) -> dict[str, Any]:
            return await client.batch(*(submit(f"{name}{number}") for number in range(count)))

        assert words(await batch("r1-", 14)) == ["approved"] * 14
        refused = await batch("r2-", 15)
        assert (slug(refused), refused["retry_after_s"]) == ("too-many-requests", 1)
        line.desk.clock.advance(1)
        assert words(await batch("r2-", 15)) == ["approved"] * 15
        line.desk.clock.advance(2)
        assert words(await batch("r3-", 40)) == ["approved"] * 40  # Of a full bucket, made up for.
        assert slug(await batch("r4-", 1)) == "too-many-requests"
        line.desk.clock.advance(1.9)
        assert slug(await batch("r4-", 1)) == "too-many-requests"
        line.desk.clock.advance(0.3)
        assert words(await batch("r4-", 1)) == ["approved"]

    line.talk(trader.token, talk)
    body = {
        "orders": [{key: value for key, value in submit(f"r5-{n}").items() if key != "do"} for n in (1, 2, 3)]
    }
    line.desk.clock.advance(0.1)
    assert line.run(trader("POST", "/api/v1/orders/batch", body)).slug == "too-many-requests"


@pytest.mark.parametrize("limits", [{"batches": 2}, {"requests": 6}], ids=str)
def test_no_more_is_read_than_may_be_under_way(
    line: OrderLine, trader: Caller, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]
) -> None:
    """Two batches of three are under way at most; the rest waits on the wire and is lost to nobody."""
    ask = line.desk.core.ask
    gate = asyncio.Semaphore(0)
    under_way: list[int] = []
    asking = 0

    async def held(*intents: Intent) -> Answer:
        nonlocal asking
        asking += 1
        under_way.append(asking)
        await gate.acquire()
        try:
            return await ask(*intents)
        finally:
            asking -= 1

    monkeypatch.setattr(line.desk.core, "ask", held)

    async def talk(client: OrderClient) -> None:
        for number in range(12):
            await client.say(
                op="batch",
                id=number,
                requests=[submit(f"{limits}{number}-{n}".translate(_PLAIN)) for n in "abc"],
            )
        for number in range(12):
            gate.release()
            answer = await client.hear()
            assert (answer["id"], words(answer)) == (number, ["approved"] * 3)
            for guest in line.door._guests.values():
                assert guest.batches <= 2
                assert guest.requests <= 6

    with line.bounded(**limits):
        line.talk(trader.token, talk)
    assert max(under_way) == 2


_PLAIN = {ord(each): None for each in "{}': "}


def test_who_takes_no_answers_is_ended_and_costs_little(line: OrderLine, trader: Caller) -> None:
    async def talk() -> None:
        plug = socket.socket()
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        plug.connect(("127.0.0.1", line.port))
        plug.setblocking(False)
        slow_line = await ws_client.connect(
            line.url, sock=plug, compression=None, max_queue=1, close_timeout=1
        )
        slow = OrderClient(slow_line)
        await slow.say(op="auth", token=trader.token)
        await slow.hear()
        (guest,) = line.door._guests.values()
        number = 0

        async def flood() -> None:
            nonlocal number
            while True:  # Refusals have long answers.
                number += 1
                requests = [submit(f"z{number}-{n}", order_qty="4000000000") for n in range(100)]
                await slow.say(op="batch", id=number, requests=requests)

        flooding = asyncio.create_task(flood())
        while guest.blocked_since_ns is None or guest.requests < 300:
            await asyncio.sleep(0)
        assert guest.requests <= 300
        async with line.connected(trader.token) as healthy:
            assert words(await healthy.batch(submit("healthy"))) == ["approved"]
            line.desk.clock.advance(9.9)
            line.door.check()
            assert line.door.connections == 2
            line.desk.clock.advance(0.1)
            line.door.check()
            while line.door.connections > 1:
                await (await healthy.line.ping())
            assert words(await healthy.batch(submit("healthy2"))) == ["approved"]
        code, reason = await slow.until_closed()
        assert (code, reason.split(":")[0]) == (4408, "slow consumer")
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)

    with line.bounded(requests=201, blocked_ns=10 * SECOND_NS):
        line.run(talk())


def test_a_user_has_so_many_connections(line: OrderLine, trader: Caller) -> None:
    async def talk() -> None:
        async with line.connected(trader.token), line.connected(trader.token):
            code, reason = await ends(line, trader.token)
            assert (code, "at most 2 connections" in reason) == (4409, True)

    with line.bounded(connections_per_user=2):
        line.run(talk())


def test_the_server_stops_after_what_is_under_way(
    line: OrderLine, trader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = line.desk.core.ask
    is_asked, may_go = asyncio.Event(), asyncio.Event()

    async def held(*intents: Intent) -> Answer:
        is_asked.set()
        await may_go.wait()
        return await ask(*intents)

    monkeypatch.setattr(line.desk.core, "ask", held)

    async def talk(client: OrderClient) -> None:
        await client.say(op="batch", id=1, requests=[submit("last")])
        await is_asked.wait()
        closing = asyncio.create_task(line.door.aclose())
        await asyncio.sleep(0)
        may_go.set()
        assert (await client.until_closed())[0] == 1001
        assert [each["op"] for each in client.heard] == ["hello", "results", "bye"]
        await closing

    with line.bounded():
        line.talk(trader.token, talk)


def test_who_hangs_up_counts_until_the_core_has_answered(
    line: OrderLine, trader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = line.desk.core.ask
    is_asked, may_go = asyncio.Event(), asyncio.Event()

    async def held(*intents: Intent) -> Answer:
        is_asked.set()
        await may_go.wait()
        return await ask(*intents)

    monkeypatch.setattr(line.desk.core, "ask", held)

    async def talk() -> None:
        async with line.connected(trader.token) as client:
            await client.say(op="batch", id=1, requests=[submit("hung-up")])
            await is_asked.wait()
        for _ in range(10):
            await asyncio.sleep(0)
        assert line.door.connections == 1
        may_go.set()
        while line.door.connections:
            await asyncio.sleep(0)
        async with line.connected(trader.token) as client:
            assert words(await client.batch(submit("hung-up"))) == ["repeated"]

    line.run(talk())
