"""Halting a real desk by each way that is left when others are dead, until the venue has confirmed it."""

import json
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.desk_process import RealDesk, start_desk
from tests.trouble.conftest import ORDER, WEB, Furnished, furnish

pytestmark = pytest.mark.process
COUNT = 5
SCOPES = [
    ("GLOBAL", ""),
    ("VENUE", "XNYS"),
    ("ACCOUNT", "PAPER"),
    ("INSTRUMENT", "KO.XNYS"),
    ("STRATEGY", "s-1"),
]


@pytest.fixture(scope="module")
def given() -> Iterator[Furnished]:
    """A desk of its own: its web process is stopped, and its trading halted."""
    web = {**WEB, "cool_down_seconds": 0}
    with start_desk(replay={"is_paused": True}, web=web) as desk:
        found = furnish(desk)
        yield found
        found.admin.close()


@pytest.fixture(autouse=True)
def orders(given: Furnished) -> Iterator[list[int]]:
    """Some that rest; afterwards trading goes on."""
    body = {**ORDER, "strategy_id": "s-1"}
    made = [given.admin.post("/api/v1/orders", json=body).json()["order"]["order_id"] for _ in range(COUNT)]
    yield made
    for each in states(given):
        reason = {"scope": each["scope"], "target": each["target"], "reason": "the test is over"}
        assert given.admin.post("/api/v1/resume", json=reason).status_code == 202


def states(given: Furnished) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = given.admin.get("/api/v1/trading-state").json()["items"]
    return [each for each in items if each["state"] == "HALTED"]


def open_orders(given: Furnished) -> list[int]:
    return [each["order_id"] for each in given.admin.get("/api/v1/orders?status=open").json()["items"]]


def halt(desk: RealDesk, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = desk.command("halt", "--reason", "a test", "--json", *arguments, check=False)
    assert done.returncode == code, done
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("scope", "target"), SCOPES)
def test_straight_to_the_core_with_nobody_logged_in(
    given: Furnished, orders: list[int], scope: str, target: str
) -> None:
    found = halt(given.desk, "--scope", scope, "--target", target)
    assert (found["by"], found["confirmed"], found["left"]) == ("core", True, 0)
    assert set(orders) <= set(found["canceled"])
    # The core answered, not the page's process: that reads the same journal, a moment later.
    given.desk.wait_for(lambda: states(given) and not open_orders(given), "the page to have read it")
    (state,) = states(given)
    assert (state["scope"], state["target"], state["by"]) == (scope, target, "DESK")
    assert state["text"].endswith(", at the command line: a test")


def test_with_a_web_service_that_does_not_answer(given: Furnished, orders: list[int]) -> None:
    desk = given.desk
    desk.command("login", "admin", text=f"{desk.password}\n")
    by_web = halt(desk)
    assert (by_web["by"], by_web["confirmed"]) == ("web", True)
    assert set(orders) <= set(by_web["canceled"])
    assert states(given)[0]["by"] == "admin"
    pid = desk.pid("web")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        done = desk.command("halt", "--reason", "a test")
    finally:
        os.kill(pid, signal.SIGCONT)
        desk.command("logout")
    assert "the web service did not take it" in done.stderr
    assert "Confirmed after" in done.stdout
    events = given.admin.get("/api/v1/events?types=TradingStateSet&limit=5").json()["items"]
    assert "DESK" in {each["data"]["trader_id"] for each in events}


@pytest.mark.parametrize("role", ["core", "supervisor"])
def test_by_a_signal(given: Furnished, role: str) -> None:
    pid = given.desk.status()["pid"] if role == "supervisor" else given.desk.pid("core")
    assert pid is not None
    os.kill(pid, signal.SIGUSR1)
    given.desk.wait_for(lambda: not open_orders(given), "the orders to be canceled")
    (state,) = states(given)
    assert (state["scope"], state["text"]) == ("GLOBAL", "by the signal SIGUSR1")


def test_a_core_that_hangs_is_halted_by_the_signal_when_it_goes_on(given: Furnished) -> None:
    desk = given.desk
    pid = desk.pid("core")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        found = halt(desk, "--timeout", "0.5", code=1)
        assert time.monotonic() - began < 20
    finally:
        os.kill(pid, signal.SIGCONT)
    assert (found["by"], found["confirmed"], found["seq"]) == ("signal", False, None)
    assert found["why"]
    desk.wait_for(lambda: states(given) and not open_orders(given), "the core to halt")


def test_a_halt_holds_when_the_core_starts_again(given: Furnished) -> None:
    desk = given.desk
    halt(desk, "--scope", "VENUE", "--target", "XNYS")
    desk.kill("core")
    desk.wait_for(lambda: desk.pid("core") is not None, "the core to be back")
    desk.wait_for(
        lambda: given.admin.get("/api/v1/health").json()["core"] == "connected", "the core to answer"
    )
    assert [each["scope"] for each in states(given)] == ["VENUE"]
    assert given.admin.post("/api/v1/orders", json=ORDER).status_code == 422


def test_what_cannot_be_used_is_said(given: Furnished) -> None:
    for words in (("--scope", "ALL"), ("--target", "x"), ("--scope", "VENUE"), ("--timeout", "-1")):
        done = given.desk.command("halt", "--reason", "r", *words, check=False)
        assert done.returncode == 2, done
    unknown = given.desk.command(
        "halt", "--reason", "r", "--scope", "VENUE", "--target", "NOWHERE", check=False
    )
    assert (unknown.returncode, "not known" in unknown.stderr) == (2, True)
    assert given.desk.command("halt", "--reason", " ", check=False).returncode == 2
