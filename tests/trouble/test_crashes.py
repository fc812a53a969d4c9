"""Processes that die under load, a port in use: what was promised holds, what is said is true."""

import asyncio
import itertools
import os
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.desk_process import RealDesk, start_desk
from tests.trouble.conftest import ORDER, WEB, Furnished, furnish

pytestmark = pytest.mark.process
ORDERS = 200
ROUNDS = 2


@pytest.fixture(scope="module")
def broken() -> Iterator[Furnished]:
    """A desk of its own: its processes are killed."""
    with start_desk(replay={"is_paused": True}, web={**WEB, "core_seconds": 5.0}) as desk:
        found = furnish(desk)
        yield found
        found.admin.close()


def is_whole(given: Furnished) -> bool:
    """Whether core and runner answer again, as the desk itself says."""
    try:
        health = given.admin.get("/api/v1/health").json()
        roles = given.admin.get("/api/v1/services").json()["items"]
    except httpx.TransportError:
        return False
    states = {each["role"]: each["state"] for each in roles}
    return bool(health["status"] == "ok" and set(states.values()) == {"RUNNING"})


def listed(given: Furnished) -> Counter[str]:
    """How often each client_order_id made an order."""
    found: Counter[str] = Counter()
    cursor = None
    while True:
        query = {"limit": "1000", **({"cursor": cursor} if cursor else {})}
        page = given.admin.get("/api/v1/orders", params=query).json()
        found.update(each["client_order_id"] for each in page["items"] if each["order_id"] is not None)
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def send(given: Furnished, names: list[str], kill: bool) -> dict[str, int]:
    """Status of each order; the core is killed in the midst of them."""
    statuses: dict[str, int] = {}
    answered = itertools.count(1)
    limits = httpx.Limits(max_connections=50)
    headers = {"Authorization": f"Bearer {given.token('tina')}"}
    pid = given.desk.pid("core") if kill else None
    async with httpx.AsyncClient(
        base_url=given.desk.url, limits=limits, headers=headers, timeout=30
    ) as client:

        async def one(name: str) -> None:
            found = await client.post("/api/v1/orders", json=ORDER, headers={"Idempotency-Key": name})
            statuses[name] = found.status_code
            if found.status_code >= 500:
                assert found.headers["content-type"] == "application/problem+json"
                assert "retry-after" in found.headers
            if next(answered) == len(names) // 3 and pid is not None:
                os.kill(pid, signal.SIGKILL)

        await asyncio.gather(*map(one, names))
    return statuses


@pytest.mark.slow
def test_the_core_killed_among_orders_forgets_none_and_doubles_none(broken: Furnished) -> None:
    seen: Counter[int] = Counter()
    for number in range(ROUNDS):
        broken.desk.wait_for(lambda: is_whole(broken), "the desk to be whole")
        names = [f"crash-{number}-{each}" for each in range(ORDERS)]
        statuses = asyncio.run(send(broken, names, kill=True))
        assert set(statuses.values()) <= {201, 503, 504}, Counter(statuses.values())
        seen.update(statuses.values())
        broken.desk.wait_for(lambda: is_whole(broken), "the core to be back")
        before = listed(broken)
        for name, status in statuses.items():
            if status == 201:
                assert before[name] == 1, f"{name} was acknowledged"
            elif status == 503:
                assert before[name] == 0, f"{name} was said not to have been sent"
        unknown = [name for name, status in statuses.items() if status == 504]
        for again in range(2):
            repeated = asyncio.run(send(broken, unknown, kill=False))
            assert set(repeated.values()) <= ({200, 201} if again == 0 else {200})
        after = listed(broken)
        assert all(after[name] == 1 for name in unknown)
    assert seen[201] > ORDERS // 4
    assert seen[503] + seen[504] > 0, "the core died too late to show anything"


def test_reads_go_on_and_say_so_while_the_core_is_away(broken: Furnished) -> None:
    desk = broken.desk
    broken.desk.wait_for(lambda: is_whole(broken), "the desk to be whole")
    before = broken.admin.get("/api/v1/orders?limit=1000").json()
    desk.kill("core")
    health = desk.wait_for(
        lambda: (found := broken.admin.get("/api/v1/health").json())["core"] == "away" and found,
        "the loss to be noticed",
    )
    assert health["status"] == "degraded"
    assert health["text"]
    found = broken.admin.post("/api/v1/orders", json=ORDER)
    if found.status_code != 201:  # It may be back already.
        assert found.status_code in (503, 504)
        assert found.json()["remedy"]
    assert broken.admin.get("/api/v1/orders?limit=1000").json()["items"][-5:] == before["items"][-5:]
    desk.wait_for(lambda: is_whole(broken), "the core to be back")


def test_the_runner_killed_comes_back_and_trading_goes_on(broken: Furnished) -> None:
    desk = broken.desk
    desk.wait_for(lambda: is_whole(broken), "the desk to be whole")
    body = {"strategy": "momentum", "account_id": "PAPER"}
    run = broken.admin.post("/api/v1/strategy-runs", json=body).json()["run_id"]

    def state() -> str:
        found = broken.admin.get(f"/api/v1/strategy-runs/{run}")
        return str(found.json().get("state"))

    desk.wait_for(lambda: state() == "RUNNING", "the strategy to run")
    killed = desk.kill("runner")
    answers = [broken.admin.post("/api/v1/orders", json=ORDER).status_code for _ in range(20)]
    assert answers == [201] * 20
    away = broken.admin.get("/api/v1/backtests")
    assert away.status_code in (200, 503)
    desk.wait_for(lambda: desk.pid("runner") not in (None, killed), "the runner to be started again", 40)
    desk.wait_for(
        lambda: (
            broken.admin.get("/api/v1/backtests").status_code == 200
            and is_whole(broken)
            and state() == "RUNNING"
        ),
        "runner and strategy to be back",
    )
    assert broken.admin.post(f"/api/v1/strategy-runs/{run}/stop", json={}).status_code == 202
    desk.wait_for(lambda: state() == "STOPPED", "the strategy to stop")


def test_the_web_killed_comes_back_with_everything(broken: Furnished) -> None:
    """Tokens stay good, and everything is there that was acknowledged."""
    desk = broken.desk
    desk.wait_for(lambda: is_whole(broken), "the desk to be whole")
    made = broken.admin.post("/api/v1/orders", json=ORDER, headers={"Idempotency-Key": "web-1"})
    assert made.status_code == 201
    desk.kill("web")

    def order() -> Any:
        try:
            found = broken.admin.get(f"/api/v1/orders/{made.json()['order']['order_id']}")
        except httpx.TransportError:
            return None
        return found if found.status_code == 200 else None

    found = desk.wait_for(order, "the order to be shown again")
    assert found.json()["client_order_id"] == "web-1"

    def repeated() -> Any:
        """What the same request is answered, once the line to the core is there again."""
        answer = broken.admin.post("/api/v1/orders", json=ORDER, headers={"Idempotency-Key": "web-1"})
        return None if answer.status_code == 503 else answer

    again = desk.wait_for(repeated, "the line to the core")
    assert again.status_code == 200
    assert again.json()["repeated"] is True


def test_a_port_in_use_is_told_at_once(tmp_path: Any) -> None:
    desk = RealDesk(tmp_path / "h")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", desk.port))
        taken.listen()
        done = desk.command("up", check=False)
        assert done.returncode == 3, (done.stdout, done.stderr)
        said = done.stdout + done.stderr
        assert str(desk.port) in said
        assert "TRADE2026_PORT" in said or "--port" in said
        assert "Traceback" not in said
        web = desk.command("run", "web", check=False)
        assert web.returncode == 3
        assert f"cannot listen on 127.0.0.1 port {desk.port}" in web.stderr + web.stdout
        assert "Traceback" not in web.stderr
    assert desk.status() == {} or not desk.pids()
