"""Orders that the core holds, from the request to the life that is told of them, on a whole desk."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.desk import ACCOUNT, KO
from tests.web.test_orders import ORDERS, order

FAR = {"stop": "1.5", "profit": "9"}


@pytest.fixture(scope="module")
def trader(running: Running) -> Caller:
    caller: Caller = running(running.desk.user("theo", "trader"))
    return caller


def stop(name: str | None, **changes: Any) -> dict[str, Any]:
    """A buy that waits far above the market."""
    return order(
        name, **{"order_type": "STOP", "limit_price": None, "trigger_price": "9", **changes}
    )  # fmt: skip


def life(running: Running, trader: Caller, order_id: int) -> list[dict[str, Any]]:
    reply = running(trader("GET", f"{ORDERS}/{order_id}/events"))
    assert reply.status == 200
    steps: list[dict[str, Any]] = reply.json["items"]
    return steps


def until(running: Running, trader: Caller, order_id: int, status: str) -> dict[str, Any]:
    """The order once it has this status: what a venue says comes after the answer to the request."""

    async def look() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(5_000):
            found = (await trader("GET", f"{ORDERS}/{order_id}")).json
            if found["status"] == status:
                return found
            await asyncio.sleep(0.001)
        raise AssertionError(f"order {order_id} is still {found['status']}")

    shown: dict[str, Any] = running(look())
    return shown


def evidence(step: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in step["evidence"]}


def test_a_stop_is_held_and_shown_with_its_trigger(running: Running, trader: Caller) -> None:
    made = running(trader("POST", ORDERS, stop("stop-1")))
    assert made.status == 201
    answered = made.json["order"]
    assert (answered["status"], answered["trigger_price"], answered["trigger_source"]) == (
        "HELD",
        "9",
        "LAST",
    )
    shown = running(trader("GET", f"{ORDERS}/{answered['order_id']}")).json
    different = {name for name in shown if shown[name] != answered.get(name)}
    assert different <= {"created_wall", "updated_wall"}
    again = running(trader("POST", ORDERS, stop("stop-1")))
    assert (again.status, again.json["repeated"]) == (200, True)
    other = running(trader("POST", ORDERS, stop("stop-1", trigger_price="8")))
    assert other.slug == "idempotency-conflict"


def test_a_plain_order_is_shown_as_ever(running: Running, trader: Caller) -> None:
    made = running(trader("POST", ORDERS, order("plain-1"))).json["order"]
    assert "trigger_price" not in made
    assert "list_id" not in running(trader("GET", f"{ORDERS}/{made['order_id']}")).json


def test_a_preview_says_that_the_core_would_hold_it(running: Running, trader: Caller) -> None:
    found = running(trader("POST", f"{ORDERS}/preview", stop(None))).json
    assert (found["accepted"], found["held"]) == (True, True)
    assert "until the last price is at or above 9" in found["text"]
    assert Decimal(found["notional"]) == 90
    plain = running(trader("POST", f"{ORDERS}/preview", order())).json
    assert plain["held"] is False
    wrong = running(trader("POST", f"{ORDERS}/preview", stop(None, trigger_price="1"))).json
    assert [each["check"] for each in wrong["failures"]] == ["TRIGGER_PRICE"]


def test_what_the_core_holds_is_changed_at_once(running: Running, trader: Caller) -> None:
    order_id = running(trader("POST", ORDERS, stop("stop-2"))).json["order"]["order_id"]
    moved = running(
        trader("POST", f"{ORDERS}/{order_id}/replace", {"order_qty": "20", "trigger_price": "8.5"})
    )
    assert moved.status == 202
    changed = moved.json["order"]
    assert (changed["status"], changed["order_qty"], changed["trigger_price"]) == ("HELD", "20", "8.5")
    canceled = running(trader("POST", f"{ORDERS}/{order_id}/cancel", {})).json["order"]
    assert (canceled["status"], canceled["leaves_qty"]) == ("CANCELED", "0")
    shown = running(trader("GET", f"{ORDERS}/{order_id}")).json
    assert (shown["status"], shown["order_qty"], shown["trigger_price"]) == ("CANCELED", "20", "8.5")
    steps = [step["title"] for step in life(running, trader, order_id)]
    assert steps == ["Held by the core", "Replaced", "Canceled"]


def test_canceling_all_counts_what_was_held(running: Running, trader: Caller) -> None:
    held = running(trader("POST", ORDERS, stop("stop-3"))).json["order"]["order_id"]
    rests = running(trader("POST", ORDERS, order("rests-3"))).json["order"]["order_id"]
    done = running(trader("POST", f"{ORDERS}/cancel-all", {"account_id": ACCOUNT})).json
    assert {held, rests} <= set(done["canceled"])
    assert running(trader("GET", f"{ORDERS}/{held}")).json["status"] == "CANCELED"


def test_a_bracket_from_entry_to_exit(running: Running, trader: Caller) -> None:
    entry = {**order("b-1"), "order_type": "MARKET"}
    del entry["limit_price"]
    body = {
        "entry": entry,
        "take_profit": {"limit_price": FAR["profit"]},
        "stop_loss": {"trigger_price": FAR["stop"]},
    }
    reply = running(trader("POST", f"{ORDERS}/bracket", body, headers={"Idempotency-Key": "b"}))
    made = [result["order"] for result in reply.json["results"]]
    assert [each["client_order_id"] for each in made] == ["b-1", "b.1", "b.2"]
    assert [each["status"] for each in made] == ["PENDING_NEW", "HELD", "HELD"]
    assert [each.get("armed_qty") for each in made] == [None, "0", "0"]
    assert {each.get("list_id") for each in made} == {None, "b-1"}
    running(running.desk.step())
    ids = [each["order_id"] for each in made]
    until(running, trader, ids[0], "FILLED")
    profit = until(running, trader, ids[1], "NEW")
    loss = until(running, trader, ids[2], "HELD")
    assert (profit["armed_qty"], loss["armed_qty"]) == ("10", "10")
    (fill,) = [step for step in life(running, trader, ids[0]) if step["type"] == "OrderFilled"]
    assert {each["account"] for each in fill["postings"]} >= {"CASH", "COST", "POSITION"}
    assert evidence(fill)["execution id"]
    steps = life(running, trader, ids[1])
    assert [step["title"] for step in steps] == [
        "Held by the core", "Armed", "Released", "Taken by the venue"
    ]  # fmt: skip
    assert "b-1" in steps[0]["text"]
    assert evidence(steps[0])["limits version"]
    assert evidence(steps[0])["reference price"]
    canceled = running(trader("POST", f"{ORDERS}/{ids[2]}/cancel", {})).json["order"]
    assert canceled["status"] == "CANCELED"


def test_the_exits_of_a_refused_entry_are_refused_too(running: Running, trader: Caller) -> None:
    body = {
        "entry": order("big-1", order_qty="4000000000"), "stop_loss": {"trigger_price": FAR["stop"]},
    }  # fmt: skip
    results = running(trader("POST", f"{ORDERS}/bracket", body)).json["results"]
    assert [each["problem"]["type"] for each in results] == [
        "/problems/order-refused", "/problems/order-denied"
    ]  # fmt: skip


def test_a_bracket_that_cannot_be_read_sends_nothing(running: Running, trader: Caller) -> None:
    body = {"entry": order("bad-1", order_qty="-1"), "stop_loss": {"trigger_price": "x"}}
    before = running.desk.desk.service.status().seq
    reply = running(trader("POST", f"{ORDERS}/bracket", body))
    assert reply.status == 422
    assert reply.json["field"] == "stop_loss.trigger_price"
    body["stop_loss"] = {"trigger_price": "1.5", "limit_price": "-"}
    assert running(trader("POST", f"{ORDERS}/bracket", body)).status == 422
    assert running.desk.desk.service.status().seq <= before + 2


def test_an_iceberg_goes_out_part_by_part(running: Running, trader: Caller) -> None:
    made = running(trader("POST", ORDERS, order("ice-1", order_qty="30", display_qty="10"))).json["order"]
    assert (made["status"], made["display_qty"]) == ("PENDING_NEW", "10")
    assert until(running, trader, made["order_id"], "NEW")["order_qty"] == "30"
    titles = [step["title"] for step in life(running, trader, made["order_id"])]
    assert titles == ["Held by the core", "Released", "Taken by the venue"]


def test_the_life_of_an_order_comes_in_parts_and_to_those_who_may_see_it(
    running: Running, trader: Caller
) -> None:
    order_id = running(trader("POST", ORDERS, stop("stop-9"))).json["order"]["order_id"]
    for trigger in ("8", "8.5", "8"):
        body = {"order_qty": "10", "trigger_price": trigger}
        assert running(trader("POST", f"{ORDERS}/{order_id}/replace", body)).status == 202
    whole = life(running, trader, order_id)
    parts: list[dict[str, Any]] = []
    cursor = None
    while True:
        query = "?limit=3" + (f"&cursor={cursor}" if cursor else "")
        page = running(trader("GET", f"{ORDERS}/{order_id}/events{query}")).json
        assert len(page["items"]) <= 3
        parts += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert parts == whole
    assert len(whole) == 4
    stranger = running(running.desk.user("sam", "viewer", ("OTHER",)))
    for who, number in ((stranger, order_id), (trader, 10**9)):
        reply = running(who("GET", f"{ORDERS}/{number}/events"))
        assert (reply.status, reply.slug) == (404, "not-found")
    assert running(trader("GET", f"{ORDERS}/{order_id}/events?cursor=nonsense")).status == 422
    assert KO in whole[0]["text"]
