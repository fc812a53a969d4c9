"""What subscribers are sent: snapshots and changes, every row once and in order, and nothing of others."""

import numpy as np
import pytest

from tests.web.live.harness import Desk, connected, in_loop, serving
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS
from trade2026.web.live.limits import LiveLimits

QUIET = 3_600 * SECOND_NS


@in_loop
async def test_quotes_come_as_snapshot_then_changes_with_new_keys_announced():
    async with serving(Desk()) as desk, connected(desk) as client:
        desk.quotes(A=1.0, B=2.0)
        await client.say(op="sub", id=7, topic="quotes", max_hz=30)
        assert await client.hear() == {
            "op": "subbed",
            "id": 7,
            "topic": "quotes",
            "kind": "conflated",
            "columns": ["last", "previous_close", "change_bps", "ts_ms"],
            "keys": ["A", "B"],
            "max_hz": 30,
        }
        snapshot = await client.next_frame()
        assert (snapshot["s"], snapshot["q"], snapshot["n"], snapshot["snap"]) == (7, 1, 2, True)
        assert snapshot["t"] == desk.clock.now / 1e6
        assert np.isnan(np.frombuffer(snapshot["c"]["previous_close"], dtype="<f8")).all()
        assert client.shown(7, "last") == {"A": 1.0, "B": 2.0}
        desk.quotes(B=3.0)
        change = await client.next_frame()
        assert (change["q"], change["n"], change["snap"], change["k"]) == (2, 1, False, b"\1\0\0\0")
        desk.quotes(C=4.0)
        assert await client.hear() == {"op": "keys", "id": 7, "keys": ["C"]}
        await client.next_frame()
        assert client.shown(7, "last") == {"A": 1.0, "B": 3.0, "C": 4.0}


@in_loop
async def test_a_burst_is_one_frame_of_the_latest():
    async with serving(Desk()) as desk, connected(desk) as client:
        await client.say(op="sub", id=1, topic="quotes")
        assert (await client.next_frame())["n"] == 0  # An empty topic has a snapshot as well.
        for number in range(1_000):
            desk.quotes(A=float(number))
        await client.next_frame()
        assert client.shown(1, "last") == {"A": 999.0}
        assert len(client.frames) == 2


@in_loop
async def test_clients_that_see_the_same_share_one_encoding():
    async with serving(Desk()) as desk, connected(desk) as one, connected(desk) as two:
        for client in (one, two):
            await client.say(op="sub", id=5, topic="quotes")
            await client.next_frame()
        before = desk.hub.figures()
        for number in range(10):
            desk.quotes(A=float(number), B=0.5)
            assert await one.next_frame() == await two.next_frame()
        after = desk.hub.figures()
        assert after.encoded - before.encoded == 10
        assert after.frames_sent - before.frames_sent == 21 + 1  # And the two announcements of keys.


@in_loop
async def test_a_large_topic_comes_in_parts():
    async with serving(Desk()) as desk, connected(desk, max_size=1 << 20) as client:
        desk.quotes(**{f"K{number}": float(number) for number in range(10_000)})
        await client.say(op="sub", id=1, topic="quotes")
        await client.until(lambda: len(client.frames) == 3)
        assert [(frame["n"], frame["snap"], frame["q"]) for frame in client.frames] == [
            (4_096, True, 1),
            (4_096, False, 2),
            (1_808, False, 3),
        ]
        assert client.shown(1, "last") == {f"K{number}": float(number) for number in range(10_000)}


@in_loop
async def test_state_comes_whole_then_by_row():
    async with serving(Desk()) as desk, connected(desk) as client:
        desk.state("accounts", {"account_id": "X", "equity": "1.00"}, {"account_id": "Y", "equity": "2.00"})
        await client.say(op="sub", id=3, topic="accounts")
        await client.until_op("subbed")
        assert client.control[-1]["keys"] == ["account_id"]
        assert (await client.hear())["snap"] is True
        desk.state("accounts", {"account_id": "X", "equity": "1.00"}, {"account_id": "Y", "equity": "3.00"})
        assert await client.hear() == {
            "s": 3,
            "q": 2,
            "snap": False,
            "rows": [{"account_id": "Y", "equity": "3.00"}],
        }
        desk.state("accounts", {"account_id": "Y", "equity": "3.00"}, whole=True)
        assert await client.hear() == {
            "s": 3,
            "q": 3,
            "snap": True,
            "rows": [{"account_id": "Y", "equity": "3.00"}],
        }


@in_loop
async def test_a_topic_without_keys_is_always_whole():
    async with serving(Desk()) as desk, connected(desk) as client:
        await client.say(op="sub", id=1, topic="services")
        assert (await client.next_frame())["rows"] == []
        desk.state("services", {"role": "core"}, {"role": "web"})
        assert (await client.next_frame())["snap"] is True
        desk.state("services", {"role": "core"}, {"role": "web"})  # No change: nothing is sent.
        desk.state("services", {"role": "web"})
        assert await client.next_frame() == {"s": 1, "q": 3, "snap": True, "rows": [{"role": "web"}]}


@in_loop
async def test_orders_resume_from_a_number_without_gap_or_repetition():
    async with serving(Desk()) as desk, connected(desk) as client:
        for seq in range(1, 2_501):
            desk.lossless("orders", seq, ("X", {"n": 2 * seq}), ("X", {"n": 2 * seq + 1}))
        await client.say(op="sub", id=1, topic="orders", from_seq=100)
        assert (await client.until_op("subbed"))["seq"] == 2_500
        desk.lossless("orders", 2_501, ("X", {"n": 5_002}))
        await client.until(lambda: bool(client.frames) and client.frames[-1]["q"] == 2_501)
        assert [row["n"] for row in client.rows(1)] == list(range(200, 5_003))
        assert all(frame["snap"] is False for frame in client.frames)


@in_loop
async def test_without_a_number_only_what_comes_is_sent():
    async with serving(Desk()) as desk, connected(desk) as client:
        desk.lossless("fills", 1, ("X", {"n": 1}))
        await client.say(op="sub", id=1, topic="fills")
        await client.until_op("subbed")
        desk.lossless("fills", 9, ("X", {"n": 9}))
        assert await client.hear() == {"s": 1, "q": 9, "snap": False, "rows": [{"n": 9}]}
        assert desk.models.replays == 0


@in_loop
async def test_rows_no_longer_kept_are_said_to_be_gone():
    async with serving(Desk()) as desk, connected(desk) as client:
        desk.models.gone_before = 50
        await client.say(op="sub", id=1, topic="fills", from_seq=49)
        answer = await client.until_op("error")
        assert (answer["code"], answer["id"]) == ("no_replay", 1)
        assert "as_of_seq" in answer["remedy"]
        await client.say(op="unsub", id=1)
        await client.until_op("unsubbed")
        await client.say(op="sub", id=1, topic="fills", from_seq=50)
        await client.until_op("subbed")
        desk.lossless("fills", 60, ("X", {"n": 60}))
        assert (await client.next_frame())["rows"] == [{"n": 60}]


@in_loop
async def test_a_burst_beyond_the_queue_costs_a_healthy_client_nothing():
    """The server itself was faster than its loop: what left the queue is replayed."""
    limits = LiveLimits(queue_rows=10, check_ns=QUIET)
    async with serving(Desk(limits)) as desk, connected(desk) as client:
        desk.models.seq = 5
        await client.say(op="sub", id=1, topic="orders")
        await client.until_op("subbed")
        for seq in range(6, 106):
            desk.lossless("orders", seq, ("X", {"n": seq}))
        await client.until(lambda: bool(client.frames) and client.frames[-1]["q"] == 105)
        assert [row["n"] for row in client.rows(1)] == list(range(6, 106))
        assert desk.models.replays == 1


@in_loop
async def test_foreign_accounts_are_never_sent():
    async with serving(Desk()) as desk:
        desk.auth.add("bob", "bob", ["B"])
        async with connected(desk, "bob") as bob, connected(desk) as ann:
            desk.lossless("orders", 1, ("A", {"n": 1}), ("B", {"n": 2}))
            desk.state(
                "positions",
                {"account_id": "A", "instrument_id": "X", "qty": "1"},
                {"account_id": "B", "instrument_id": "X", "qty": "2"},
            )
            for client in (bob, ann):
                await client.say(op="sub", id=1, topic="orders", from_seq=0)
                await client.say(op="sub", id=2, topic="positions")
                await client.say(op="sub", id=3, topic="alerts")
                while (await client.until_op("subbed"))["id"] != 3:
                    pass
            desk.lossless("orders", 2, ("A", {"n": 3}))
            desk.lossless("orders", 3, ("A", {"n": 4}), ("B", {"n": 5}))
            desk.lossless("alerts", 3, (None, {"n": 6}), ("A", {"n": 7}))
            for client, n_orders, n_alerts in ((bob, 2, 1), (ann, 5, 2)):
                while len(client.rows(1)) < n_orders or len(client.rows(3)) < n_alerts or not client.rows(2):
                    await client.hear()
                await client.say(op="ping", t=1)
                await client.until_op("pong")
            assert [row["n"] for row in bob.rows(1)] == [2, 5]
            assert [row["n"] for row in bob.rows(3)] == [6]
            assert [row["account_id"] for row in bob.rows(2)] == ["B"]
            assert [row["n"] for row in ann.rows(1)] == [1, 2, 3, 4, 5]
            assert len(ann.rows(2)) == 2
            await bob.say(op="sub", id=9, topic="orders", account_id="A")
            refused = await bob.until_op("error")
            assert (refused["code"], refused["detail"]) == ("unknown_account", "there is no account 'A'")
            await ann.say(op="sub", id=9, topic="orders", account_id="B", from_seq=0)
            await ann.until(lambda: len(ann.rows(9)) == 2)
            assert [row["n"] for row in ann.rows(9)] == [2, 5]


@in_loop
async def test_fewer_accounts_after_a_newer_token():
    async with serving(Desk()) as desk:
        desk.auth.add("both", "bob", ["A", "B"])
        async with connected(desk, "both") as bob:
            desk.state("accounts", {"account_id": "A"}, {"account_id": "B"})
            await bob.say(op="sub", id=1, topic="accounts")
            await bob.say(op="sub", id=2, topic="orders")
            assert len((await bob.next_frame())["rows"]) == 2
            await bob.say(op="auth", token=desk.auth.add("one", "bob", ["B"]))
            again = await bob.next_frame()
            assert (again["snap"], again["rows"]) == (True, [{"account_id": "B"}])
            desk.lossless("orders", 1, ("A", {"n": 1}), ("B", {"n": 2}))
            assert (await bob.next_frame())["rows"] == [{"n": 2}]


@in_loop
async def test_requests_that_cannot_be_done_are_refused_one_by_one():
    limits = LiveLimits(subscriptions=2, check_ns=QUIET)
    async with serving(Desk(limits)) as desk, connected(desk) as client:
        asked = [
            ({"op": "sub", "id": 1, "topic": "nothing"}, "unknown_topic"),
            ({"op": "unsub", "id": 1}, "unknown_subscription"),
            ({"op": "sub", "id": 1, "topic": "quotes"}, None),
            ({"op": "sub", "id": 1, "topic": "bars"}, "duplicate_subscription"),
            ({"op": "sub", "id": 2, "topic": "bars"}, None),
            ({"op": "sub", "id": 3, "topic": "feed"}, "too_many_subscriptions"),
        ]
        for message, code in asked:
            await client.say(**message)
            answer = await client.until_op("error" if code else "subbed")
            assert (answer.get("code"), answer["id"]) == (code, message["id"])
        await client.say(op="unsub", id=1)
        await client.until_op("unsubbed")
        desk.quotes(A=1.0)
        await client.say(op="ping", t=1)
        await client.until_op("pong")
        assert not desk.hub.is_wanted("quotes")
        assert {frame["s"] for frame in client.frames if frame["n"]} == set()


@in_loop
async def test_first_listeners_are_announced_before_they_are_shown_the_state():
    async with serving(Desk()) as desk, connected(desk) as client:
        wanted: list[str] = []

        def fill(topic: str) -> None:
            wanted.append(topic)
            desk.state("accounts", {"account_id": "A"})

        desk.hub.when_wanted(fill)
        await client.say(op="sub", id=1, topic="accounts")
        assert (await client.next_frame())["rows"] == [{"account_id": "A"}]
        await client.say(op="sub", id=2, topic="accounts")
        await client.next_frame()
        assert wanted == ["accounts"]


def test_publishing_what_cannot_be_is_refused():
    desk = Desk()
    row = {"account_id": "A"}
    with pytest.raises(InputError, match="one of quotes, bars, was 'orders'"):
        desk.hub.publish_rows("orders", ["A"], {})
    with pytest.raises(InputError, match="columns of quotes must be"):
        desk.hub.publish_rows("quotes", ["A"], {"last": [1.0]})
    columns = {name: [1.0] for name in ("last", "previous_close", "change_bps", "ts_ms")}
    with pytest.raises(InputError, match="one value for each of 2 keys"):
        desk.hub.publish_rows("quotes", ["A", "B"], columns)
    with pytest.raises(InputError, match="must have account_id, instrument_id"):
        desk.state("positions", row)
    desk.lossless("orders", 5, ("A", {}))
    with pytest.raises(InputError, match="was 5 after 5"):
        desk.lossless("orders", 5, ("A", {}))
