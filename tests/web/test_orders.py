"""Orders over HTTP: what the core says, said in statuses; the same request twice; and when nobody answers."""

import asyncio
from typing import Any

import pytest

from tests.web.caller import Caller, Reply
from tests.web.conftest import Running
from tests.web.desk import ACCOUNT, KO
from trade2026.model.events import OrderDenied
from trade2026.model.events.order import DenialReason
from trade2026.ports.core_link import Decision
from trade2026.primitives.errors import OperatingError
from trade2026.web.orders.answers import event_of, problem_of

ORDERS = "/api/v1/orders"


def order(name: str | None = None, **changes: Any) -> dict[str, Any]:
    """A buy far below the market: it rests."""
    body = {
        "account_id": ACCOUNT, "instrument_id": KO, "side": "BUY", "order_type": "LIMIT",
        "time_in_force": "GTC", "order_qty": "10", "limit_price": "2.1", "client_order_id": name,
    }  # fmt: skip
    return {key: value for key, value in {**body, **changes}.items() if value is not None}


@pytest.fixture(scope="module")
def trader(running: Running) -> Caller:
    caller: Caller = running(running.desk.user("tina", "trader"))
    return caller


def test_an_order_is_made_once(running: Running, trader: Caller) -> None:
    first = running(trader("POST", ORDERS, order("once")))
    assert first.status == 201
    assert first.json["repeated"] is False
    assert first.json["order"]["status"] == "PENDING_NEW"
    assert first.json["order"]["trader_id"] == "tina"
    again = running(trader("POST", ORDERS, order("once")))
    assert again.status == 200
    assert again.json["repeated"] is True
    assert again.json["order"]["order_id"] == first.json["order"]["order_id"]
    assert again.json["order"]["status"] == "NEW"  # As the read models show it.


def test_the_key_is_the_name_of_the_order(running: Running, trader: Caller) -> None:
    first = running(trader("POST", ORDERS, order(), headers={"Idempotency-Key": "key-1"}))
    again = running(trader("POST", ORDERS, order("key-1")))
    assert first.json["order"]["client_order_id"] == "key-1"
    assert (first.status, again.status) == (201, 200)
    other = running(trader("POST", ORDERS, order(order_qty="11"), headers={"Idempotency-Key": "key-1"}))
    assert (other.status, other.slug) == (422, "idempotency-conflict")
    assert running(trader("POST", ORDERS, order("b"), headers={"Idempotency-Key": "a"})).status == 422
    for key in ("no spaces", "", "x" * 65, "é"):
        assert running(trader("POST", ORDERS, order(), headers={"Idempotency-Key": key})).status == 422
        for path in (f"{ORDERS}/batch", f"{ORDERS}/cancel-all", "/api/v1/halt"):
            body: dict[str, Any] = {"orders": [order()]} if path.endswith("batch") else {}
            body = {"reason": "r"} if path.endswith("halt") else body
            assert running(trader("POST", path, body, headers={"Idempotency-Key": key})).status == 422


def test_fifty_at_once_under_one_key_make_one_order(running: Running, trader: Caller) -> None:
    async def all_at_once() -> list[Reply]:
        headers = {"Idempotency-Key": "fifty"}
        return await asyncio.gather(*(trader("POST", ORDERS, order(), headers=headers) for _ in range(50)))

    replies = running(all_at_once())
    assert sorted(reply.status for reply in replies) == [200] * 49 + [201]
    assert len({reply.json["order"]["order_id"] for reply in replies}) == 1


def test_without_a_name_the_server_makes_one(running: Running, trader: Caller) -> None:
    names = {running(trader("POST", ORDERS, order())).json["order"]["client_order_id"] for _ in range(3)}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"order_qty": 10}, "order_qty"),
        ({"limit_price": 2.5}, "limit_price"),
        ({"order_qty": "1e400"}, "order_qty"),
        ({"order_qty": "NaN"}, "order_qty"),
        ({"order_qty": "-1"}, "order_qty"),
        ({"order_qty": "0"}, "order_qty"),
        ({"order_qty": "0.0000000001"}, "order_qty"),
        ({"order_qty": "10000000000"}, "order_qty"),
        ({"side": "HOLD"}, "side"),
        ({"surprise": "x"}, "surprise"),
        ({"account_id": None}, "account_id"),
        ({"client_order_id": "a b"}, "client_order_id"),
        ({"client_order_id": "x" * 65}, "client_order_id"),
        ({"limit_price": None}, "limit_price"),
        ({"order_type": "MARKET"}, "limit_price"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(
    running: Running, trader: Caller, changes: dict[str, Any], field: str
) -> None:
    body = order("bad")
    body = {name: value for name, value in {**body, **changes}.items() if value is not None}
    before = running.desk.desk.service.status().seq
    reply = running(trader("POST", ORDERS, body))
    assert (reply.status, reply.slug) == (422, "invalid-input")
    assert reply.json["field"] == field
    assert reply.json["errors"][0]["field"] == field
    assert running.desk.desk.service.status().seq <= before + 1


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b'{"account_id":"\\ud800"}', b"[" * 9000])
def test_what_is_no_order_is_refused(running: Running, trader: Caller, body: bytes) -> None:
    assert running(trader("POST", ORDERS, body)).status == 422


def test_a_refusal_has_every_check_and_what_would_pass(running: Running, trader: Caller) -> None:
    reply = running(trader("POST", ORDERS, order("big", order_qty="4000000000")))
    assert (reply.status, reply.slug) == (422, "order-refused")
    assert int(reply.json["largest_qty"]) > 0
    assert {each["check"] for each in reply.json["failures"]} >= {"MAX_ORDER_NOTIONAL"}
    assert reply.json["request_id"] == reply.headers["x-request-id"]


def test_foreign_and_unknown_accounts_look_the_same(running: Running) -> None:
    stranger = running(running.desk.user("stan", "trader", ("OTHER",)))
    foreign = running(stranger("POST", ORDERS, order("x")))
    unknown = running(stranger("POST", ORDERS, order("x", account_id="NONE")))
    assert foreign.status == unknown.status == 404
    assert {**foreign.json, "request_id": ""} == {
        **unknown.json, "request_id": "", "detail": "there is no account 'PAPER'", "value": "PAPER",
        "errors": foreign.json.get("errors"),
    } or foreign.json["detail"].replace("PAPER", "NONE") == unknown.json["detail"]  # fmt: skip
    mine = running(running.desk.user("tess", "trader"))
    made = running(mine("POST", ORDERS, order("tess-1"))).json["order"]["order_id"]
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/replace")):
        body = {"order_qty": "1", "limit_price": "2"} if path == "/replace" else None
        replies = [running(stranger(method, f"{ORDERS}/{number}{path}", body)) for number in (made, 10**9)]
        assert [reply.status for reply in replies] == [404, 404]
    assert running(stranger("GET", ORDERS)).json["items"] == []


def test_cancel_and_replace(running: Running, trader: Caller) -> None:
    made = running(trader("POST", ORDERS, order("life"))).json["order"]["order_id"]
    body = {"order_qty": "20", "limit_price": "2.05", "client_order_id": "life-2"}
    replaced = running(trader("POST", f"{ORDERS}/{made}/replace", body))
    assert replaced.status == 202
    assert replaced.json["order"]["pending_order_qty"] == "20"

    async def quantity() -> str:
        shown = ""
        for _ in range(200):
            shown = (await trader("GET", f"{ORDERS}/{made}")).json["order_qty"]
            if shown == "20":
                break
            await asyncio.sleep(0.005)
        return str(shown)

    assert running(quantity()) == "20"
    assert running(trader("POST", f"{ORDERS}/{made}/replace", body)).status == 202  # Repeated.
    canceled = running(trader("POST", f"{ORDERS}/{made}/cancel", {"client_order_id": "life-3"}))
    assert canceled.status == 202
    assert canceled.json["order"]["status"] == "PENDING_CANCEL"

    async def done() -> str:
        status = ""
        for _ in range(200):
            status = (await trader("GET", f"{ORDERS}/{made}")).json["status"]
            if status == "CANCELED":
                break
            await asyncio.sleep(0.005)
        return str(status)

    assert running(done()) == "CANCELED"
    again = running(trader("POST", f"{ORDERS}/{made}/cancel"))
    assert (again.status, again.slug) == (409, "conflict")


@pytest.mark.parametrize("name", ["0", "x", "-1", "1.5", "99999999999999999999", "٣"])
def test_a_number_that_is_no_order(running: Running, trader: Caller, name: str) -> None:
    assert running(trader("POST", f"{ORDERS}/{name}/cancel")).status == 404


def test_a_batch_has_a_result_for_each(running: Running, trader: Caller) -> None:
    orders = [order(), order(account_id="NONE"), order(order_qty="4000000000")]
    reply = running(trader("POST", f"{ORDERS}/batch", {"orders": orders}, headers={"Idempotency-Key": "b"}))
    assert reply.status == 200
    first, second, third = reply.json["results"]
    assert first["order"]["client_order_id"] == "b.0"
    assert second["problem"]["status"] == 404
    assert third["problem"]["type"] == "/problems/order-refused"
    again = running(
        trader("POST", f"{ORDERS}/batch", {"orders": orders[:1]}, headers={"Idempotency-Key": "b"})
    )
    assert again.json["results"][0]["repeated"] is True


def test_a_bad_field_refuses_the_whole_batch(running: Running, trader: Caller) -> None:
    orders = [order("good"), order("x", order_qty="-5"), order("y", limit_price="zero")]
    reply = running(trader("POST", f"{ORDERS}/batch", {"orders": orders[:2]}))
    assert [each["field"] for each in reply.json["errors"]] == ["orders[1].order_qty"]
    reply = running(trader("POST", f"{ORDERS}/batch", {"orders": orders}))
    assert reply.json["field"] == "orders[2].limit_price"
    assert running(trader("POST", f"{ORDERS}/batch", {"orders": []})).status == 422
    assert running(trader("POST", f"{ORDERS}/batch", {"orders": [orders[0]] * 501})).status == 422
    assert "good" not in [each["client_order_id"] for each in running(trader("GET", ORDERS)).json["items"]]


def test_a_preview_sends_nothing(running: Running, trader: Caller) -> None:
    running(trader("POST", ORDERS, order("once")))
    before = running.desk.desk.service.status().seq
    good = running(trader("POST", f"{ORDERS}/preview", order()))
    assert (good.status, good.json["verdict"], good.json["notional"]) == (200, "APPROVED", "21")
    bad = running(trader("POST", f"{ORDERS}/preview", order(order_qty="4000000000")))
    assert (bad.status, bad.json["verdict"], bad.json["accepted"]) == (200, "REFUSED", False)
    assert bad.json["failures"]
    denied = running(trader("POST", f"{ORDERS}/preview", order("once", order_qty="77")))
    assert denied.json["verdict"] == "DENIED"
    assert running.desk.desk.service.status().seq <= before + 1  # At most the clock was journaled.


def test_while_the_core_is_away_nothing_is_sent(running: Running, trader: Caller) -> None:
    running.desk.core.is_connected = False
    try:
        reply = running(trader("POST", ORDERS, order("away")))
        assert (reply.status, reply.slug, reply.headers["retry-after"]) == (503, "core-away", "1")
        assert running(trader("GET", ORDERS)).status == 200
    finally:
        running.desk.core.is_connected = True
    assert running(trader("POST", ORDERS, order("away"))).status == 201


def test_an_answer_that_is_lost_can_be_asked_for_again(running: Running, trader: Caller) -> None:
    running.desk.core.loses = 1
    lost = running(trader("POST", ORDERS, order("lost")))
    assert (lost.status, lost.slug) == (504, "outcome-unknown")
    assert "Idempotency-Key" in lost.json["remedy"]
    found = running(trader("POST", ORDERS, order("lost")))
    assert (found.status, found.json["repeated"]) == (200, True)


@pytest.mark.parametrize(
    ("reason", "status", "slug"),
    [
        (DenialReason.UNKNOWN_ACCOUNT, 404, "not-found"),
        (DenialReason.NOT_ENTITLED, 404, "not-found"),
        (DenialReason.UNKNOWN_ORDER, 404, "not-found"),
        (DenialReason.DUPLICATE_CLIENT_ORDER_ID, 422, "idempotency-conflict"),
        (DenialReason.ORDER_DONE, 409, "conflict"),
        (DenialReason.REQUEST_PENDING, 409, "conflict"),
        (DenialReason.MALFORMED, 422, "order-denied"),
        (DenialReason.UNKNOWN_INSTRUMENT, 422, "order-denied"),
        (DenialReason.NOTHING_TO_CHANGE, 422, "order-denied"),
    ],
)
def test_every_denial_has_its_status(reason: DenialReason, status: int, slug: str) -> None:
    problem = problem_of(OrderDenied(1, "a", "c", 0, reason, "words"))
    assert problem is not None
    assert (problem.kind.status, problem.slug, problem.detail) == (status, slug, "words")


def test_a_full_journal_is_said_so() -> None:
    with pytest.raises(Exception, match="no room") as full:
        event_of(Decision((), "no room", True))
    assert full.value.slug == "journal-full"  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="does not fit") as bad:
        event_of(Decision((), "does not fit", False))
    assert bad.value.kind.status == 422  # type: ignore[attr-defined]


def test_the_core_is_not_waited_for_for_ever(running: Running, trader: Caller) -> None:
    async def never(*_: Any) -> Any:
        raise OperatingError("closed", retryable=True)

    asked = running.desk.core.ask
    running.desk.core.ask = never  # type: ignore[method-assign]
    try:
        assert running(trader("POST", ORDERS, order("x"))).slug == "outcome-unknown"
    finally:
        running.desk.core.ask = asked  # type: ignore[method-assign]


def test_cancel_all(running: Running, trader: Caller) -> None:
    open_before = running(trader("GET", f"{ORDERS}?status=open&limit=1000")).json["items"]
    reply = running(trader("POST", f"{ORDERS}/cancel-all", {"account_id": ACCOUNT}))
    assert reply.status == 202
    assert reply.json["canceled"] == sorted(each["order_id"] for each in open_before)
    assert running(trader("POST", f"{ORDERS}/cancel-all", {"account_id": "OTHER"})).status == 404
    assert running(trader("POST", f"{ORDERS}/cancel-all", {"side": "BUY"})).status == 422
