"""Who is let in, for how long, how many, and what happens to those who misbehave."""

import json

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from tests.web.live.harness import QUIET, Desk, connected, in_loop, serving
from trade2026.web.live.limits import LiveLimits


def limits(**changed: int) -> LiveLimits:
    return msgspec.structs.replace(QUIET, **changed)


@in_loop
async def test_a_token_as_first_message_opens_the_feed():
    async with serving(Desk()) as desk, connected(desk) as client:
        assert client.control == [
            {"op": "hello", "conn": "c1", "server_time": "2027-01-15T08:00:00Z", "heartbeat_s": 5}
        ]
        await client.say(op="ping", t=12.5)
        assert await client.hear() == {"op": "pong", "t": 12.5}


@in_loop
async def test_nothing_is_answered_before_the_token():
    async with serving(Desk()) as desk, connected(desk, token=None) as client:
        desk.quotes(A=1.0)
        await client.say(op="sub", id=1, topic="quotes")
        assert (await client.hear())["code"] == "not_authenticated"
        await client.say(op="auth", token="all")
        assert (await client.hear())["op"] == "hello"


@in_loop
async def test_a_wrong_token_closes_with_4401():
    async with serving(Desk()) as desk, connected(desk, token=None) as client:
        await client.say(op="auth", token="no")
        code, reason = await client.until_closed()
        assert (code, reason) == (4401, "not logged in: the token is none of ours")
        assert client.control == [{"op": "bye", "code": 4401, "reason": reason}]


@in_loop
async def test_who_says_nothing_is_closed_after_five_seconds():
    async with serving(Desk()) as desk, connected(desk, token=None) as client:
        await client.line.ping()  # The server has accepted when it answers.
        desk.clock.advance(4.9)
        desk.hub.check()
        await (await client.line.ping())
        desk.clock.advance(0.1)
        desk.hub.check()
        assert (await client.until_closed())[0] == 4401


def cookie(token: str, origin: str | None) -> dict[str, object]:
    return {"additional_headers": {"Cookie": f"a=b; trade2026_session={token}"}, "origin": origin}


@in_loop
async def test_a_cookie_needs_the_origin_of_the_page():
    origin: str | None
    desk = Desk(allowed_origins=["https://desk.example"])
    async with serving(desk):
        own = f"http://127.0.0.1:{desk.port}"
        for origin in (own, "https://desk.example"):
            async with connected(desk, token=None, **cookie("all", origin)) as client:
                assert (await client.hear())["op"] == "hello"
        foreign = [None, "null", "http://evil.example", own + ".evil.example", own.replace("http", "https")]
        for origin in foreign:
            async with connected(desk, token=None, **cookie("all", origin)) as client:
                assert (await client.until_closed())[0] == 4403, origin


@in_loop
async def test_a_foreign_page_is_refused_even_with_a_token_of_its_own():
    async with serving(Desk()) as desk, connected(desk, token=None, origin="http://evil.example") as client:
        assert (await client.until_closed())[0] == 4403


@in_loop
async def test_a_stale_cookie_closes_with_4401():
    async with serving(Desk()) as desk:
        own = f"http://127.0.0.1:{desk.port}"
        async with connected(desk, token=None, **cookie("old", own)) as client:
            assert (await client.until_closed())[0] == 4401


@in_loop
async def test_expiry_closes_and_a_newer_token_extends():
    async with serving(Desk()) as desk:
        desk.auth.add("short", "ann", seconds=60)
        async with connected(desk, "short") as stays, connected(desk, "short") as goes:
            desk.clock.advance(59)
            await stays.say(op="auth", token=desk.auth.add("next", "ann", seconds=60))
            assert await stays.hear() == {"op": "authed", "name": "ann"}
            desk.clock.advance(1)
            desk.hub.check()
            assert (await goes.until_closed())[0] == 4401
            await stays.say(op="ping", t=1)
            await stays.until_op("pong")


@in_loop
async def test_revocation_closes():
    async with serving(Desk()) as desk, connected(desk) as client:
        desk.auth.revoked.append("all")
        desk.hub.check()
        assert (await client.until_closed())[0] == 4401


@in_loop
async def test_the_hub_looks_by_itself_well_within_five_seconds():
    async with serving(Desk(LiveLimits())) as desk, connected(desk) as client:
        assert LiveLimits().check_ns * 4 < 5_000_000_000
        desk.auth.revoked.append("all")
        assert (await client.until_closed())[0] == 4401


@in_loop
async def test_another_users_token_does_not_take_over_a_connection():
    async with serving(Desk()) as desk, connected(desk) as client:
        desk.auth.add("bob", "bob")
        await client.say(op="auth", token="bob")
        assert (await client.until_closed())[0] == 4401


@in_loop
async def test_heartbeats_tell_the_journals_number():
    async with serving(Desk()) as desk, connected(desk) as client:
        desk.models.seq = 77
        desk.clock.advance(4.9)
        desk.hub.check()
        desk.clock.advance(0.1)
        desk.hub.check()
        assert await client.hear() == {"op": "beat", "t": desk.clock.now / 1e6, "seq": 77}


@in_loop
async def test_a_user_has_so_many_connections_and_others_are_not_affected():
    async with serving(Desk(limits(connections_per_user=2))) as desk:
        desk.auth.add("bob", "bob")
        async with connected(desk), connected(desk) as second:
            async with connected(desk, token=None) as third:
                await third.say(op="auth", token="all")
                assert (await third.until_closed())[0] == 4409
            async with connected(desk, "bob"):
                assert desk.hub.figures().users == 2
            await second.line.close()
            async with connected(desk, token=None) as again:  # A place is free once the server knows.
                while desk.hub.connections > 2:
                    await (await again.line.ping())
                await again.say(op="auth", token="all")
                await again.until_op("hello")


@in_loop
async def test_connections_in_total_and_of_the_unknown_are_bounded():
    async with serving(Desk(limits(connections_total=3, connections_unknown=1))) as desk:
        async with connected(desk), connected(desk, token=None) as unknown:
            await (await unknown.line.ping())
            async with connected(desk, token=None) as refused:
                code, reason = await refused.until_closed()
                assert (code, "say not who" in reason) == (4409, True)
            await unknown.say(op="auth", token="all")
            await unknown.until_op("hello")
            async with connected(desk), connected(desk, token=None) as refused:
                code, reason = await refused.until_closed()
                assert (code, reason) == (4409, "too many connections; try again later")
        assert desk.hub.figures().closed[4409] == 2


GARBAGE = [
    "",
    "{",
    "[]",
    "null",
    "1e999",
    json.dumps({"op": "sub"}),
    json.dumps({"op": "sub", "id": -1, "topic": "quotes"}),
    json.dumps({"op": "sub", "id": 2**32, "topic": "quotes"}),
    json.dumps({"op": "sub", "id": 1.5, "topic": "quotes"}),
    json.dumps({"op": "sub", "id": 1, "topic": "quotes", "max_hz": 31}),
    json.dumps({"op": "sub", "id": 1, "topic": "quotes", "max_hz": 0}),
    json.dumps({"op": "sub", "id": 1, "topic": "orders", "from_seq": -1}),
    json.dumps({"op": "sub", "id": 1, "topic": "x" * 300}),
    json.dumps({"op": "none"}),
    json.dumps({"op": "ping"}),
    json.dumps({"op": "auth", "token": 5}),
    "[" * 30_000,
    b"\x81\xa2op\xa3sub",
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda each: str(each)[:40])
@in_loop
async def test_garbage_is_answered_with_an_error(garbage):
    async with serving(Desk()) as desk, connected(desk) as client:
        await client.line.send(garbage)
        answer = await client.hear()
        assert (answer["op"], answer["code"]) == ("error", "bad_message")
        assert answer["detail"]
        assert answer["remedy"]
        await client.say(op="ping", t=1)
        assert (await client.hear())["op"] == "pong"


@in_loop
async def test_repeated_garbage_closes_with_4400_and_forgiveness_takes_time():
    async with serving(Desk(limits(faults=3))) as desk, connected(desk) as client:
        for _ in range(3):
            await client.line.send("{")
            assert (await client.hear())["op"] == "error"
        desk.clock.advance(20)  # One of three in a minute.
        await client.line.send("{")
        assert (await client.hear())["op"] == "error"
        await client.line.send("{")
        assert (await client.until_closed())[0] == 4400


@in_loop
async def test_more_messages_than_allowed_are_not_acted_on():
    async with serving(Desk(limits(message_burst=5, faults=2))) as desk, connected(desk) as client:
        for number in range(4):  # The token was the first of five.
            await client.say(op="ping", t=number)
            assert (await client.hear())["op"] == "pong"
        await client.say(op="ping", t=9)
        assert (await client.hear())["code"] == "too_many_messages"
        desk.clock.advance(1 / 50)
        await client.say(op="ping", t=10)
        assert (await client.hear()) == {"op": "pong", "t": 10}
        for number in range(3):
            await client.say(op="ping", t=number)
        assert (await client.until_closed())[0] == 4400


@in_loop
async def test_a_message_beyond_64_kib_ends_the_connection():
    async with serving(Desk()) as desk, connected(desk) as client:
        await client.line.send("x" * 262_145)
        assert (await client.until_closed())[0] == 1009  # The server refuses it before it is read.
    async with serving(Desk()) as desk, connected(desk) as client:
        await client.line.send("x" * 65_537)
        assert (await client.until_closed())[0] == 4400


@in_loop
async def test_closing_the_hub_says_goodbye_and_later_comers_are_sent_away():
    async with serving(Desk()) as desk, connected(desk) as client:
        await desk.hub.aclose()
        assert (await client.until_closed())[0] == 1001
        assert desk.hub.connections == 0
        async with connected(desk, token=None) as late:
            assert (await late.until_closed())[0] == 1001


@in_loop
async def test_clients_that_vanish_leave_nothing_behind():
    async with serving(Desk()) as desk, connected(desk) as client, connected(desk) as watcher:
        for number, topic in enumerate(("quotes", "orders", "positions")):
            await client.say(op="sub", id=number, topic=topic)
            await client.until_op("subbed")
        client.line.transport.abort()
        while desk.hub.connections > 1:
            await (await watcher.line.ping())
        figures = desk.hub.figures()
        assert (figures.connections, figures.users, figures.subscriptions) == (1, 1, 0)
        assert not any(desk.hub.is_wanted(topic) for topic in ("quotes", "orders", "positions"))
        with pytest.raises(ConnectionClosed):
            await client.line.recv()


@in_loop
async def test_other_servers_close_too():
    """Without the extension of `LiveProtocol` the close goes through ASGI."""
    async with serving(Desk(), ws="websockets-sansio") as desk, connected(desk) as client:
        desk.auth.revoked.append("all")
        desk.hub.check()
        assert (await client.until_closed())[0] == 4401
        assert client.control[-1]["op"] == "bye"
