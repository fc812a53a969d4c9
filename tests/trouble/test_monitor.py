"""A real desk and its monitor: good health raises nothing, and an order that nobody approved halts all."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.application.monitor.given import order
from tests.desk_process import RealDesk, start_desk
from tests.trouble.conftest import ORDER, WEB, Furnished, furnish
from trade2026.adapters.embedded.wire.framing import encode_frame
from trade2026.ports.wire_log import WireFrame, WireRecord, WireSent

pytestmark = pytest.mark.process
WITHIN_S = 3.0
"""A second is promised; the rest is for a machine that does something else beside."""


@pytest.fixture(scope="module")
def given() -> Iterator[Furnished]:
    with start_desk(replay={"speed": 5}, web={**WEB, "cool_down_seconds": 0}) as desk:
        found = furnish(desk)
        desk.wait_for(lambda: desk.pid("monitor") is not None, "the monitor to watch")
        yield found
        found.admin.close()


def monitor(desk: RealDesk) -> dict[str, Any]:
    """As `trade2026 status --json` has it."""
    found: dict[str, Any] = desk.status()["monitor"]
    return found


def halts(given: Furnished) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = given.admin.get("/api/v1/trading-state").json()["items"]
    return [each for each in items if each["state"] == "HALTED"]


def resume(given: Furnished) -> None:
    body = {"scope": "GLOBAL", "target": "", "reason": "the test is over"}
    given.desk.wait_for(
        lambda: given.admin.post("/api/v1/resume", json=body).status_code in (202, 409), "trading to go on"
    )


def slip(desk: RealDesk, *records: WireRecord) -> None:
    """What a broken sender leaves on the wire: a frame behind those of the core."""
    path = max(Path(desk.home, "desk", "wire").glob("wire-*.log"))
    with path.open("ab") as file:
        file.write(encode_frame(WireFrame(1, 1, time.time_ns(), 0, records)))


def test_a_desk_that_trades_raises_no_alarm(given: Furnished) -> None:
    taken = 0
    for number in range(60):
        market = {**ORDER, "order_type": "MARKET", "limit_price": None}
        made = given.admin.post("/api/v1/orders", json=ORDER if number % 3 else market)
        taken += made.status_code == 201
        if made.status_code == 201 and number % 2:
            order_id = made.json()["order"]["order_id"]
            terms = {"order_qty": "12", "limit_price": "2.1"}
            given.admin.post(f"/api/v1/orders/{order_id}/replace", json=terms)
            given.admin.post(f"/api/v1/orders/{order_id}/cancel", json={})
    assert taken > 30
    desk = given.desk
    desk.wait_for(lambda: monitor(desk)["orders_out"] >= taken, "the monitor to see the orders")
    found = desk.wait_for(lambda: monitor(desk)["fills"] and monitor(desk), "fills")
    assert (found["orders_in"], found["orders_out"], found["alarms"]) == (taken, taken, 0), found
    assert halts(given) == []
    rows = {each["role"]: each["state"] for each in given.admin.get("/api/v1/services").json()["items"]}
    assert rows["monitor"] == "RUNNING"
    shown = given.admin.get("/api/v1/services").json()["monitor"]
    assert shown["alarms"] == 0
    assert "no alarm" in desk.command("status").stdout


def test_an_order_that_nobody_approved_halts_everything_at_once(given: Furnished) -> None:
    resting = given.admin.post("/api/v1/orders", json=ORDER).json()["order"]["order_id"]
    stray = msgspec.structs.replace(order(987_654), instrument_id="KO.XNYS")
    began = time.monotonic()
    slip(given.desk, WireSent(1, stray))
    state = given.desk.wait_for(lambda: halts(given), "the monitor to halt")[0]
    assert time.monotonic() - began < WITHIN_S
    assert (state["scope"], state["by"]) == ("GLOBAL", "MONITOR")
    assert state["text"].startswith("NOT_APPROVED: order 987654")
    given.desk.wait_for(
        lambda: given.admin.get(f"/api/v1/orders/{resting}").json()["status"] == "CANCELED", "the cancels"
    )
    alarm = given.desk.wait_for(lambda: monitor(given.desk)["last"], "the status to be written")[0]
    assert (alarm["rule"], alarm["did"].startswith("halted at ")) == ("NOT_APPROVED", True)
    told = given.desk.command("status", check=False)
    assert "NOT_APPROVED" in told.stdout
    resume(given)


def test_a_core_that_does_not_confirm_is_signaled(given: Furnished) -> None:
    pid = given.desk.pid("core")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        slip(given.desk, WireSent(1, order(987_655)))
        given.desk.wait_for(
            lambda: any("SIGUSR1 was sent" in each["did"] for each in monitor(given.desk)["last"]),
            "the monitor to signal",
        )
    finally:
        os.kill(pid, signal.SIGCONT)
    given.desk.wait_for(lambda: halts(given), "the core to halt")
    resume(given)


def test_the_monitor_and_the_core_start_again_without_an_alarm(given: Furnished) -> None:
    desk = given.desk
    before = desk.pid("monitor")
    desk.kill("monitor")
    desk.wait_for(lambda: desk.pid("monitor") not in (None, before), "the monitor to be back")
    given.admin.post("/api/v1/orders", json=ORDER)
    desk.kill("core")
    desk.wait_for(lambda: given.admin.get("/api/v1/health").json()["core"] == "away", "the core to be missed")
    desk.wait_for(
        lambda: given.admin.get("/api/v1/health").json()["core"] == "connected", "the core to be back"
    )
    assert given.admin.post("/api/v1/orders", json=ORDER).status_code == 201
    desk.wait_for(lambda: monitor(desk)["orders_out"] >= 2, "the monitor to see both")
    given.admin.post("/api/v1/orders", json=ORDER)
    desk.wait_for(lambda: monitor(desk)["orders_out"] >= 3, "the monitor to go on to one more")
    assert monitor(desk)["alarms"] == 0, json.dumps(monitor(desk))
