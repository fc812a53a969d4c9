"""Orders over the socket: the words for what became of them, their order, and the same request twice."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.desk import ACCOUNT, KO
from tests.web.order_line import OrderClient, OrderLine, cancel, replace, serving, submit, words
from trade2026.ports.core_link import Answer, Decision, Intent
from trade2026.primitives.errors import OperatingError


@pytest.fixture(scope="module")
def line(running: Running) -> Iterator[OrderLine]:
    line = OrderLine(running)
    served = serving(line)
    running(served.__aenter__())
    yield line
    running(served.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def trader(running: Running) -> Caller:
    caller: Caller = running(running.desk.user("tina", "trader"))
    return caller


@pytest.mark.parametrize("binary", [False, True])
def test_every_request_has_its_word_in_its_place(line: OrderLine, trader: Caller, binary: bool) -> None:
    name = f"w{binary}"

    async def talk(client: OrderClient) -> None:
        answer = await client.batch(
            submit(f"{name}1"),
            submit(f"{name}2", order_qty="4000000000"),
            submit(f"{name}1"),
            submit(f"{name}1", order_qty="11"),
            submit(f"{name}3", instrument_id="NONE.XNYS"),
            submit(f"{name}4", account_id="NOBODYS"),
            submit(f"{name}5"),
            number=7,
            binary=binary,
        )
        assert answer["id"] == 7
        assert words(answer) == [
            "approved", "refused", "repeated", "denied", "refused", "denied", "approved",
        ]  # fmt: skip
        first, refused, repeated, conflict, unknown, foreign, last = answer["results"]
        assert first.keys() == {"result", "order_id"}
        assert repeated["order_id"] == first["order_id"]
        assert last["order_id"] > first["order_id"]
        slugs = [each["problem"]["type"].removeprefix("/problems/") for each in (conflict, unknown, foreign)]
        assert slugs == ["idempotency-conflict", "order-refused", "not-found"]
        assert refused["problem"]["type"] == "/problems/order-refused"
        assert int(refused["problem"]["largest_qty"]) > 0
        assert {each["check"] for each in refused["problem"]["failures"]} >= {"MAX_ORDER_NOTIONAL"}
        # Reads of this server show what an answer told of.
        shown = await trader("GET", f"/api/v1/orders/{last['order_id']}")
        assert (shown.status, shown.json["client_order_id"]) == (200, f"{name}5")
        assert answer["seq"] <= int(shown.headers["x-as-of-seq"])
        assert answer["seq"] >= shown.json["created_seq"]

    line.talk(trader.token, talk)


def test_an_order_lives_and_ends(line: OrderLine, trader: Caller) -> None:
    async def shown(order_id: int, field: str, wanted: str) -> None:
        while (await trader("GET", f"/api/v1/orders/{order_id}")).json[field] != wanted:
            await asyncio.sleep(0)

    async def talk(client: OrderClient) -> None:
        (made,) = (await client.batch(submit("life")))["results"]
        order_id = made["order_id"]
        await shown(order_id, "status", "NEW")
        assert words(await client.batch(replace("life-2", order_id))) == ["approved"]
        await shown(order_id, "order_qty", "20")
        again = await client.batch(
            replace("life-2", order_id),
            replace("life-3", order_id, order_qty="4000000000", limit_price="2.05"),
        )
        assert words(again) == ["repeated", "refused"]
        assert [each["order_id"] for each in again["results"]] == [order_id] * 2
        # A cancel does not wait behind a replace.
        ended = await client.batch(replace("life-7", order_id, order_qty="30"), cancel("life-4", order_id))
        assert words(ended) == ["denied", "approved"]
        await shown(order_id, "status", "CANCELED")
        late = await client.batch(
            cancel("life-4", order_id), cancel("life-5", order_id), cancel("life-6", 10**9)
        )
        assert words(late) == ["repeated", "denied", "denied"]
        slugs = [each.get("problem", {}).get("type") for each in late["results"]]
        assert slugs == [None, "/problems/conflict", "/problems/not-found"]

    line.talk(trader.token, talk)


def test_a_stop_is_held_and_lives_like_any_order(line: OrderLine, trader: Caller) -> None:
    stop = submit(
        "stop", side="SELL", order_type="STOP", limit_price=None, trigger_price="1.9", order_qty="1"
    )

    async def talk(client: OrderClient) -> None:
        (made,) = (await client.batch(stop))["results"]
        assert made["result"] == "approved"
        shown = (await trader("GET", f"/api/v1/orders/{made['order_id']}")).json
        assert (shown["client_order_id"], shown["status"]) == ("stop", "HELD")
        again = await client.batch(
            stop, cancel("stop-2", made["order_id"]), cancel("stop-2", made["order_id"])
        )
        assert words(again) == ["repeated", "approved", "repeated"]
        assert {each["order_id"] for each in again["results"]} == {made["order_id"]}

    line.talk(trader.token, talk)


def test_a_request_is_the_same_on_either_way(line: OrderLine, trader: Caller) -> None:
    async def talk(client: OrderClient) -> None:
        body = submit("either")
        del body["do"]
        rest = (await trader("POST", "/api/v1/orders", body)).json["order"]["order_id"]
        answer = await client.batch(submit("either"), submit("either", order_qty="11"), submit("other"))
        assert words(answer) == ["repeated", "denied", "approved"]
        assert answer["results"][0]["order_id"] == rest
        again = await trader("POST", "/api/v1/orders", {**body, "client_order_id": "other"})
        assert (again.status, again.json["repeated"]) == (200, True)
        assert again.json["order"]["order_id"] == answer["results"][2]["order_id"]
        first = await trader("POST", f"/api/v1/orders/{rest}/cancel", {"client_order_id": "end"})
        assert first.status == 202
        assert words(await client.batch(cancel("end", rest))) == ["repeated"]

    line.talk(trader.token, talk)


def test_batches_are_decided_in_the_order_they_came_in(line: OrderLine, trader: Caller) -> None:
    """Every batch says the same names with another quantity: whoever was first has them all."""

    async def talk(client: OrderClient) -> None:
        for number in range(1, 21):
            requests = [submit(f"row{number}")] + [
                submit(f"all{each}", order_qty=str(number)) for each in range(5)
            ]
            await client.say(op="batch", id=number, requests=requests, binary=number % 2 == 0)
        answers = [await client.hear() for _ in range(20)]
        assert [each["id"] for each in answers] == list(range(1, 21))
        assert words(answers[0]) == ["approved"] * 6
        assert all(words(each) == ["approved"] + ["denied"] * 5 for each in answers[1:])
        made = [each["results"][0]["order_id"] for each in answers]
        assert made == sorted(made)
        seqs = [each["seq"] for each in answers]
        assert seqs == sorted(seqs)

    line.talk(trader.token, talk)


def test_one_batch_is_one_ask(line: OrderLine, trader: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    ask = line.desk.core.ask

    async def counted(*intents: Intent) -> Answer:
        asked.append(len(intents))
        return await ask(*intents)

    monkeypatch.setattr(line.desk.core, "ask", counted)

    async def talk(client: OrderClient) -> None:
        await client.batch(*(submit(f"one{number}") for number in range(500)))
        assert words(await client.batch(submit("none", account_id="NOBODYS"))) == ["denied"]

    line.talk(trader.token, talk)
    assert asked == [500]


def test_foreign_accounts_are_not_confirmed(line: OrderLine) -> None:
    stranger = line.run(line.desk.user("stan", "trader", ("OTHER",)))

    async def talk(client: OrderClient) -> None:
        answer = await client.batch(
            submit("s1"), cancel("s2", 1), submit("s3", account_id="NONE"), cancel("s4", 1, "OTHER")
        )
        assert words(answer) == ["denied"] * 4
        problems = [each["problem"] for each in answer["results"]]
        assert {each["type"] for each in problems} == {"/problems/not-found"}
        assert problems[0]["detail"].replace("PAPER", "NONE") == problems[2]["detail"]

    line.talk(stranger.token, talk)


# ------------------------------------------------------------------------------------------ the core


def test_while_the_core_is_away_nothing_is_sent(line: OrderLine, trader: Caller) -> None:
    async def talk(client: OrderClient) -> None:
        line.desk.core.is_connected = False
        try:
            answer = await client.batch(submit("away"), number=3)
        finally:
            line.desk.core.is_connected = True
        assert (answer["op"], answer["id"], answer["retry_after_s"]) == ("problem", 3, 1)
        assert answer["problem"]["type"] == "/problems/core-away"
        assert words(await client.batch(submit("away"))) == ["approved"]

    line.talk(trader.token, talk)


def test_an_outcome_that_is_unknown_is_said_to_be(line: OrderLine, trader: Caller) -> None:
    async def talk(client: OrderClient) -> None:
        line.desk.core.loses = 1
        lost = await client.batch(submit("lost1"), submit("lost2"), number=4)
        assert (lost["op"], lost["id"]) == ("problem", 4)
        assert lost["problem"]["type"] == "/problems/outcome-unknown"
        assert "client_order_id" in lost["problem"]["remedy"]
        assert words(await client.batch(submit("lost1"), submit("lost2"))) == ["repeated"] * 2

    line.talk(trader.token, talk)


def test_what_the_core_cannot_decide_is_an_error(
    line: OrderLine, trader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*intents: Intent) -> Answer:
        return Answer(1, 1, tuple(Decision((), "no room", bool(index)) for index in range(len(intents))))

    monkeypatch.setattr(line.desk.core, "ask", full)

    async def talk(client: OrderClient) -> None:
        answer = await client.batch(submit("f1"), submit("f2"))
        assert words(answer) == ["error", "error"]
        slugs = [each["problem"]["type"] for each in answer["results"]]
        assert slugs == ["/problems/command-denied", "/problems/journal-full"]

    line.talk(trader.token, talk)


def test_a_fault_of_ours_ends_the_connection_and_says_so(
    line: OrderLine, trader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Intent) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(line.desk.core, "ask", broken)

    async def talk(client: OrderClient) -> None:
        await client.say(op="batch", id=1, requests=[submit("fault")])
        code, reason = await client.until_closed()
        assert (code, "same client order ids" in reason) == (1011, True)

    line.talk(trader.token, talk)


def test_the_core_going_away_for_good_is_no_end_of_the_connection(
    line: OrderLine, trader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: Intent) -> Any:
        raise OperatingError("hung up", retryable=True)

    monkeypatch.setattr(line.desk.core, "ask", gone)

    async def talk(client: OrderClient) -> None:
        for number in range(30):
            answer = await client.batch(submit("x"), number=number)
            assert answer["problem"]["type"] == "/problems/outcome-unknown"

    line.talk(trader.token, talk)


def test_a_market_order_has_no_price(line: OrderLine, trader: Caller) -> None:
    market = {
        "do": "submit", "account_id": ACCOUNT, "instrument_id": KO, "side": "BUY", "order_type": "MARKET",
        "order_qty": "1", "client_order_id": "market",
    }  # fmt: skip

    async def talk(client: OrderClient) -> None:
        assert words(await client.batch(market)) == ["approved"]
        priced = await client.batch({**market, "limit_price": "1"})
        assert priced["problem"]["field"] == "requests[0].limit_price"

    line.talk(trader.token, talk)
