"""Accounts of others: on every route that takes an id, reading or writing, they are as if they were not."""

import asyncio
import itertools
import json
from typing import Any

import httpx
import msgspec
import pytest
import websockets

from tests.desk_process import RealDesk
from tests.trouble.conftest import FOREIGN, MINE, ORDER, Furnished

pytestmark = pytest.mark.process
TEXT = "for nobody else's eyes"
SIM = "/api/v1/sim"


@pytest.fixture(scope="module")
def theirs(furnished: Furnished) -> dict[str, str]:
    """An open order, a fill, a halt and a run on an account that neither vera nor tina may see."""
    admin = furnished.admin
    open_one = {**ORDER, "account_id": FOREIGN, "client_order_id": "theirs-1"}
    made = admin.post("/api/v1/orders", json=open_one)
    assert made.status_code == 201, made.text
    market = {**open_one, "order_type": "MARKET", "time_in_force": "DAY", "client_order_id": "theirs-2"}
    market.pop("limit_price")
    assert admin.post("/api/v1/orders", json=market).status_code == 201
    assert admin.post("/api/v1/feed", json={"action": "STEP"}).status_code == 200
    body = {"strategy": "momentum", "account_id": FOREIGN}
    run = admin.post("/api/v1/strategy-runs", json=body)
    assert run.status_code == 202, run.text
    return {"order_id": str(made.json()["order"]["order_id"]), "run_id": run.json()["run_id"]}


def routes(desk: RealDesk) -> list[tuple[str, str, dict[str, Any]]]:
    document = httpx.get(f"{desk.url}/api/v1/openapi.json").json()
    return [(m.upper(), path, each) for path, item in document["paths"].items() for m, each in item.items()]


BODIES: dict[str, dict[str, Any]] = {
    "replace_order": {"order_qty": "5", "limit_price": "2"},
    "submit_order": {**ORDER, "account_id": FOREIGN},
    "preview_order": {**ORDER, "account_id": FOREIGN},
    "cancel_all": {"account_id": FOREIGN},
    "start_strategy_run": {"strategy": "momentum", "account_id": FOREIGN},
    "halt_trading": {"scope": "ACCOUNT", "target": FOREIGN, "reason": "not mine to halt"},
    "resume_trading": {"scope": "ACCOUNT", "target": FOREIGN, "reason": "not mine to resume"},
}


def test_an_id_of_theirs_is_unknown_on_every_route(furnished: Furnished, theirs: dict[str, str]) -> None:
    """404, in the same words as for an id of nobody's."""
    asked = 0
    with furnished.client("tina") as tina:
        for method, path, each in routes(furnished.desk):
            names = [name for name in ("order_id", "run_id", "account_id") if f"{{{name}}}" in path]
            if not names:
                continue
            body = BODIES.get(each["operationId"], {} if method == "POST" else None)
            known = {"account_id": FOREIGN, **theirs}[names[0]]
            unknown = {"account_id": "NOSUCH", "order_id": "987654", "run_id": "momentum-99"}[names[0]]
            found = [
                tina.request(method, path.format(**{names[0]: value}), json=body)
                for value in (known, unknown)
            ]
            assert [each.status_code for each in found] == [404, 404], (method, path, found[0].text)
            texts = [
                each.json()["detail"].replace(value, "ID")
                for each, value in zip(found, (known, unknown), strict=True)
            ]
            assert texts[0] == texts[1], (method, path)
            assert found[0].headers.keys() == found[1].headers.keys()
            asked += 1
    assert asked >= 7


@pytest.mark.parametrize("operation", [name for name in BODIES if name != "replace_order"])
def test_a_body_that_names_their_account_finds_none(
    furnished: Furnished, theirs: dict[str, str], operation: str
) -> None:
    (path,) = [path for _, path, each in routes(furnished.desk) if each["operationId"] == operation]
    with furnished.client("tina") as tina:
        found = tina.post(path, json=BODIES[operation])
    assert found.status_code == (403 if operation == "resume_trading" else 404), found.text


def test_a_batch_tells_mine_from_theirs(furnished: Furnished, theirs: dict[str, str]) -> None:
    orders = [{**ORDER, "account_id": FOREIGN, "client_order_id": "b-1"}, {**ORDER, "client_order_id": "b-2"}]
    with furnished.client("tina") as tina:
        results = tina.post("/api/v1/orders/batch", json={"orders": orders}).json()["results"]
        assert results[0]["problem"]["status"] == 404
        assert results[1]["order"]["account_id"] == MINE


def test_no_list_shows_theirs(furnished: Furnished, theirs: dict[str, str]) -> None:
    """Every read of the API, with and without their id as a filter."""
    lists = 0
    for name in ("vera", "tina"):
        with furnished.client(name) as caller:
            for method, path, each in routes(furnished.desk):
                if method != "GET" or "{" in path:
                    continue
                takes = {one["name"] for one in each.get("parameters", ()) if one["in"] == "query"}
                for account in ("", FOREIGN, MINE):
                    query = {"instrument_id": "KO.XNYS"} if path.endswith("/bars") else {}
                    if account and "account_id" not in takes:
                        continue
                    if account or path.endswith("/equity"):
                        query["account_id"] = account or MINE
                    if "limit" in takes:
                        query["limit"] = "1000"
                    found = caller.get(path, params=query)
                    if path.startswith(SIM) and found.status_code == 503:
                        continue  # No simulated market runs here.
                    assert found.status_code in (200, 403), (path, found.text)
                    if path.endswith(("/users", "/openapi.json", "/ui/pages")):
                        continue
                    text = found.text.replace(f"account_id={FOREIGN}", "")
                    assert f'"{FOREIGN}"' not in text, (path, query)
                    assert "theirs-" not in text, (path, query)
                    lists += 1
    assert lists > 40


def test_the_live_socket_sends_nothing_of_theirs(furnished: Furnished, theirs: dict[str, str]) -> None:
    topics = (
        "orders",
        "fills",
        "alerts",
        "positions",
        "accounts",
        "trading-state",
        "strategy-runs",
        "jobs",
        "venues",
    )

    told: list[str] = []

    async def listen() -> str:
        heard = ""
        async with websockets.connect(f"ws://127.0.0.1:{furnished.desk.port}/ws/v1") as line:
            await line.send(json.dumps({"op": "auth", "token": furnished.token("tina")}))
            for number, (topic, account) in enumerate(itertools.product(topics, (None, FOREIGN))):
                wanted: dict[str, Any] = {"op": "sub", "id": number, "topic": topic}
                if topic in ("orders", "fills", "alerts"):
                    wanted["from_seq"] = 1
                if account:
                    wanted["account_id"] = account
                await line.send(json.dumps(wanted))
            await asyncio.to_thread(
                furnished.admin.post, "/api/v1/orders",
                json={**ORDER, "account_id": FOREIGN, "client_order_id": "theirs-3"},
            )  # fmt: skip
            try:
                while True:
                    message = await asyncio.wait_for(line.recv(), 1.5)
                    if isinstance(message, bytes):
                        heard += str(msgspec.msgpack.decode(message))
                    else:
                        told.append(json.loads(message)["op"])
            except TimeoutError:
                return heard

    heard = asyncio.run(listen())
    assert told.count("subbed") >= len(topics)
    assert told.count("error") > 3  # An account that is not ours is unknown there too.
    assert f"'{MINE}'" in heard
    assert "theirs-" not in heard
    assert f"'{FOREIGN}'" not in heard


def test_fields_that_are_not_asked_for_are_refused(furnished: Furnished) -> None:
    """Nobody raises their own role, or signs an order as somebody else, by naming more fields."""
    with furnished.client("tina") as tina:
        for field in ("trader_id", "order_id", "status", "role", "accounts", "environment"):
            found = tina.post("/api/v1/orders", json={**ORDER, field: "admin"})
            assert found.status_code == 422, field
            assert found.json()["field"] == field
        body = {"current_password": "x", "new_password": "y", "role": "admin"}
        assert tina.post("/api/v1/auth/password", json=body).status_code == 422
        assert tina.patch("/api/v1/users/tina", json={"role": "admin"}).status_code == 403
