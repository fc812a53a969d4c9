"""A web process is killed while a confirmed proposal waits: nothing is doubled, and it can be completed."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.desk_process import RealDesk, start_desk
from tests.trouble.conftest import WEB, log_in

pytestmark = [pytest.mark.process, pytest.mark.slow]
REBALANCING = "/api/v1/portfolio/rebalancing"
CASH = {"account_id": "CASH", "account_type": "CASH", "cash": "10000"}


@pytest.fixture
def desk() -> Iterator[RealDesk]:
    with start_desk(replay={"is_paused": True}, config={"accounts": [CASH]}, web=WEB) as desk:
        yield desk


def test_a_kill_while_buys_wait(desk: RealDesk) -> None:
    token = log_in(desk, "admin", desk.password)["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=desk.url, timeout=30, headers=headers) as client:
        desk.wait_for(lambda: is_quoted(client), "the first prices")
        send(client, {"KO.XNYS": "1"}, "MARKET")
        desk.wait_for(lambda: holds(client, "KO.XNYS"), "the first position")

        found = send(client, {"KO.XNYS": "0.2", "XOM.XNYS": "0.7"}, "LIMIT")
        assert (found["state"], found["orders"][1]["order"]) == ("WAITING", None)
        path = f"{REBALANCING}/{found['proposal_id']}"
        killed = desk.kill("web")
        desk.wait_for(lambda: desk.pid("web") not in (None, killed), "the web process to start again")
        asked = desk.wait_for(lambda: answer(client, "GET", path), "an answer")
        assert asked["state"] == "INTERRUPTED"
        assert asked["orders"][0]["order"]["status"] == "NEW"
        confirmed = desk.wait_for(lambda: answer(client, "POST", f"{path}/confirm"), "the core's line")
        assert confirmed["repeated"] is True
        assert confirmed["proposal"]["state"] == "WAITING"
        client.post("/api/v1/feed", json={"action": "STEP"})
        done = desk.wait_for(lambda: sent(client, path), "the buys")
        orders = client.get("/api/v1/orders").json()["items"]
        names = [each["client_order_id"] for each in orders if each["client_order_id"].startswith("rb-")]
        assert sorted(names) == sorted(set(names))
        assert {each["client_order_id"] for each in done["orders"]} < set(names)


def send(client: httpx.Client, weights: dict[str, str], order_type: str) -> Any:
    body = {"account_id": "CASH", "weights": weights, "order_type": order_type, "offset_bps": 700}
    made = client.post(REBALANCING, json=body)
    assert made.status_code == 201, made.text
    confirmed = client.post(f"{REBALANCING}/{made.json()['proposal_id']}/confirm", json={})
    assert confirmed.status_code == 200, confirmed.text
    client.post("/api/v1/feed", json={"action": "STEP"}) if order_type == "MARKET" else None
    return confirmed.json()["proposal"]


def is_quoted(client: httpx.Client) -> bool:
    if client.get("/api/v1/quotes").json()["items"]:
        return True
    client.post("/api/v1/feed", json={"action": "STEP"})
    return False


def holds(client: httpx.Client, instrument_id: str) -> bool:
    found = client.get("/api/v1/positions").json()["items"]
    return any(each["instrument_id"] == instrument_id for each in found)


def answer(client: httpx.Client, method: str, path: str) -> Any:
    """What it answers once both processes do."""
    try:
        reply = client.request(method, path, json={} if method == "POST" else None)
    except httpx.TransportError:
        return None
    return reply.json() if reply.status_code == 200 else None


def sent(client: httpx.Client, path: str) -> Any:
    found = client.get(path).json()
    return found if found["state"] == "SENT" else None
