"""The commands that need a running desk, on a real one."""

import json
import stat
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.desk_process import RealDesk, start_desk

pytestmark = [pytest.mark.process, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk() -> Iterator[RealDesk]:
    with start_desk(replay={"is_paused": True, "speed": 20.0}, web={"cool_down_seconds": 1}) as desk:
        yield desk


@pytest.fixture
def logged_in(desk: RealDesk) -> Iterator[RealDesk]:
    desk.command("login", "admin", text=desk.password + "\n")
    yield desk
    desk.command("logout")


def rows(desk: RealDesk, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in desk.command(*arguments, "--json").stdout.splitlines()]


def until(condition: Callable[[], Any]) -> Any:
    ends = time.monotonic() + 20
    while not (found := condition()):
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.05)
    return found


def test_login_and_logout(desk: RealDesk) -> None:
    nobody = desk.command("orders", check=False)
    assert nobody.returncode == 2
    assert "trade2026 login NAME" in nobody.stderr
    wrong = desk.command("login", "admin", text="not this\n", check=False)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    done = desk.command("login", "admin", text=desk.password + "\n")
    assert f"Logged in at {desk.url} as admin, admin." in done.stdout
    assert "trade2026 user password admin" in done.stderr
    file = desk.home / "desk" / "client-token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert desk.password not in file.read_text()
    assert "admin is logged out" in desk.command("logout").stdout
    assert not file.exists()
    assert "Nobody was logged in" in desk.command("logout").stdout


def test_a_session_is_renewed_before_it_ends(logged_in: RealDesk) -> None:
    file = logged_in.home / "desk" / "client-token"
    before = json.loads(file.read_text())
    file.write_text(json.dumps({**before, "ends": time.time_ns() + 30 * 10**9}))
    logged_in.command("accounts")
    after = json.loads(file.read_text())
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert after["ends"] > time.time_ns() + 60 * 10**9
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_login_that_was_ended_from_elsewhere(logged_in: RealDesk) -> None:
    token = json.loads((logged_in.home / "desk" / "client-token").read_text())["access_token"]
    httpx.post(f"{logged_in.url}/api/v1/auth/logout", headers={"Authorization": f"Bearer {token}"})
    done = logged_in.command("accounts", check=False)
    assert done.returncode == 2
    assert "'trade2026 login admin' begins another" in done.stderr


def test_an_address_where_nobody_listens(desk: RealDesk) -> None:
    done = desk.command("login", "admin", "--url", "http://127.0.0.1:9", text="x\n", check=False)
    assert done.returncode == 3
    assert "cannot be reached" in done.stderr


def test_an_order_from_preview_to_position(logged_in: RealDesk) -> None:
    desk = logged_in
    before = len(rows(desk, "orders", "--status", "all"))
    shown = desk.command("order", "buy", "KO.XNYS", "100", "--preview")
    assert "APPROVED" in shown.stdout
    (found,) = rows(desk, "order", "buy", "KO.XNYS", "100", "--preview")
    assert found["accepted"] is True
    refused = desk.command("order", "buy", "KO.XNYS", "100000000", "--preview", check=False)
    assert refused.returncode == 1
    assert "MAX_ORDER_NOTIONAL" in refused.stdout
    assert len(rows(desk, "orders", "--status", "all")) == before

    unsure = desk.command("order", "buy", "KO.XNYS", "100", check=False)
    assert unsure.returncode == 2
    assert "--yes" in unsure.stderr
    again = ("order", "buy", "KO.XNYS", "100", "--yes", "--tif", "gtc", "--key", "cli-1")
    assert "is sent" in desk.command(*again).stdout
    assert "was sent before" in desk.command(*again).stdout
    no = desk.command("order", "buy", "KO.XNYS", "100000000", "--yes", check=False)
    assert no.returncode == 1
    assert "would pass" in no.stderr
    assert desk.command("order", "buy", "KO.XNYS", "ten", "--yes", check=False).returncode == 2

    desk.command("feed", "step")
    (fill,) = until(lambda: rows(desk, "fills"))
    assert fill["last_qty"] == "100"
    (position,) = rows(desk, "positions")
    assert (position["instrument_id"], position["quantity"]) == ("KO.XNYS", "100")
    assert "KO.XNYS" in desk.command("positions").stdout
    assert "PAPER" in desk.command("accounts").stdout
    assert "KO.XNYS" in desk.command("fills").stdout


def test_weights_become_orders_once(logged_in: RealDesk) -> None:
    desk = logged_in
    neither = desk.command("portfolio", "propose", check=False)
    assert neither.returncode == 2
    assert "--weight" in neither.stderr
    asked = ("portfolio", "propose", "-w", "XOM.XNYS=0.1", "--capital", "100000", "--offset-bps", "50")
    shown = desk.command(*asked)
    assert "XOM.XNYS" in shown.stdout
    assert "Expected cost" in shown.stdout
    assert "trade2026 portfolio confirm rb-" in shown.stderr
    (proposal,) = rows(desk, *asked)
    assert proposal["state"] == "OPEN"
    unsure = desk.command("portfolio", "confirm", proposal["proposal_id"], check=False)
    assert unsure.returncode == 2
    assert "--yes" in unsure.stderr
    confirm = ("portfolio", "confirm", proposal["proposal_id"], "--yes")
    assert "is confirmed: SENT" in desk.command(*confirm).stdout
    assert "was confirmed before: SENT" in desk.command(*confirm).stdout
    names = [each["client_order_id"] for each in rows(desk, "orders", "--status", "all")]
    assert [each for each in names if each.startswith("rb-")] == [f"{proposal['proposal_id']}.0"]
    assert "SENT" in desk.command("portfolio", "show", proposal["proposal_id"]).stdout
    (other,) = rows(desk, *asked, "-w", "JPM.XNYS=0.1")  # The first is bought already, or about to be.
    assert [each["instrument_id"] for each in other["orders"]] == ["JPM.XNYS"]
    assert "WITHDRAWN" in desk.command("portfolio", "withdraw", other["proposal_id"]).stdout
    states = {each["proposal_id"]: each["state"] for each in rows(desk, "portfolio", "list")}
    assert states[other["proposal_id"]] == "WITHDRAWN"
    assert desk.command("portfolio", "confirm", other["proposal_id"], "--yes", check=False).returncode == 1
    assert proposal["proposal_id"] in desk.command("portfolio", "list").stdout
    desk.command("cancel", "--all")
    until(lambda: not rows(desk, "orders"))


def test_cancel(logged_in: RealDesk) -> None:
    desk = logged_in
    made = [
        rows(desk, "order", "buy", "KO.XNYS", "5", "--limit", "1.5", "--tif", "GTC", "--yes")[0]["order"]
        for _ in range(3)
    ]
    until(lambda: len(rows(desk, "orders")) == 3)
    assert "1.5" in desk.command("orders").stdout
    desk.command("cancel", str(made[0]["order_id"]))
    until(lambda: len(rows(desk, "orders")) == 2)
    assert desk.command("cancel", str(made[0]["order_id"]), check=False).returncode == 1
    assert desk.command("cancel", "999999", check=False).returncode == 2
    assert desk.command("cancel", check=False).returncode == 2
    assert "Cancels sent: 2." in desk.command("cancel", "--all").stdout
    until(lambda: not rows(desk, "orders"))


def test_halt_and_resume(logged_in: RealDesk) -> None:
    desk = logged_in
    assert "Halted: GLOBAL" in desk.command("halt", "--reason", "the test says so").stdout
    assert desk.command("order", "buy", "KO.XNYS", "1", "--yes", check=False).returncode == 1
    assert desk.command("resume", "--reason", "short", check=False).returncode == 2
    reason = "nothing was wrong after all"
    until(lambda: desk.command("resume", "--reason", reason, check=False).returncode == 0)
    assert desk.command("resume", "--reason", reason, check=False).returncode == 1


def test_feed(logged_in: RealDesk) -> None:
    desk = logged_in
    assert rows(desk, "feed", "show")[0]["state"] == "PAUSED"
    assert "7 steps a second" in desk.command("feed", "speed", "7").stdout
    assert rows(desk, "feed", "play")[0]["state"] == "PLAYING"
    assert rows(desk, "feed", "pause")[0]["state"] == "PAUSED"
    assert desk.command("feed", "speed", "fast", check=False).returncode == 2


def test_strategy(logged_in: RealDesk) -> None:
    desk = logged_in
    assert "none" in desk.command("strategy", "list").stderr
    start = ("strategy", "start", "dual_moving_average", "--account", "PAPER", "--param", "fast=5")
    run = desk.command(*start, "--param", "slow=20").stdout.strip()
    until(lambda: rows(desk, "strategy", "list")[0]["state"] == "RUNNING")
    assert run in desk.command("strategy", "list").stdout
    assert "none" in desk.command("strategy", "log", run).stderr
    desk.command("strategy", "stop", run, "--reason", "seen")
    until(lambda: rows(desk, "strategy", "list")[0]["state"] == "STOPPED")
    assert desk.command(*start, "--param", "nonsense=1", check=False).returncode == 2
    assert desk.command("strategy", "stop", "nobody-9", check=False).returncode == 2


def test_a_stop_is_held_and_its_life_is_shown(logged_in: RealDesk) -> None:
    desk = logged_in
    shown = desk.command("order", "buy", "KO.XNYS", "10", "--stop", "9000", "--tif", "GTC", "--preview")
    assert "the core would hold the order until the last price is at or above 9000" in shown.stdout
    said = desk.command("order", "buy", "KO.XNYS", "10", "--stop", "9000", "--tif", "GTC", "--yes").stdout
    assert "is held: BUY 10 KO.XNYS triggered at 9000 GTC, HELD" in said
    number = said.split()[1]
    life = desk.command("order", "show", number).stdout
    for words in ("HELD", "Held by the core", "limits version", "reference price", "real time"):
        assert words in life
    (step,) = rows(desk, "order", "show", number)
    assert step["type"] == "OrderHeld"
    assert f"Order {number}: CANCELED." in desk.command("cancel", number).stdout
    assert [each["type"] for each in rows(desk, "order", "show", number)] == ["OrderHeld", "OrderCanceled"]
    none = desk.command("order", "show", "999999", check=False)
    assert none.returncode == 2
    assert "there is no order 999999" in none.stderr


def test_a_bracket_is_three_orders(logged_in: RealDesk) -> None:
    desk = logged_in
    exits = ("--take-profit", "9000", "--stop-loss", "0.01")
    order = ("order", "buy", "KO.XNYS", "10", "--limit", "0.5")
    said = desk.command(*order, "--tif", "GTC", *exits, "--yes").stdout
    assert [line.rsplit(", ")[-1] for line in said.splitlines()] == ["PENDING_NEW.", "HELD.", "HELD."]
    (batch,) = rows(desk, *order, *exits, "--key", "b", "--yes")
    assert [each["order"]["status"] for each in batch["results"]] == ["PENDING_NEW", "HELD", "HELD"]
    wrong = desk.command("order", "buy", "KO.XNYS", "10", "--trail", "5%", "--yes", check=False)
    assert wrong.returncode == 2
    assert "trailing_offset" in wrong.stderr
    desk.command("cancel", "--all")
