"""Stopping and resuming: who may, when, and what is journaled; by page, by program, and by the plain form."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.desk import ACCOUNT, KO, PASSWORD
from tests.web.test_orders import ORDERS, order

HALT, RESUME, STATE = "/api/v1/halt", "/api/v1/resume", "/api/v1/trading-state"
GOOD = {"scope": "GLOBAL", "target": "", "reason": "prices were checked"}
OWN = {"Origin": "http://desk.example", "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def _trading_again(running: Running) -> Any:
    """Each test leaves trading as it found it."""
    yield
    admin = running(running.desk.admin())
    running.desk.clock.advance(31)
    for state in running(admin("GET", STATE)).json["items"]:
        if state["state"] == "HALTED":
            body = {**GOOD, "scope": state["scope"], "target": state["target"]}
            assert running(admin("POST", RESUME, body)).status == 202


def test_a_halt_refuses_new_orders_and_cancels_open_ones_of_everyone(running: Running) -> None:
    desk = running.desk
    one, other = (running(desk.user(name, "trader")) for name in ("otto", "olga"))
    made = running(one("POST", ORDERS, order("otto-1"))).json["order"]["order_id"]
    halted = running(other("POST", HALT, {"scope": "GLOBAL", "reason": "too fast"}))
    assert halted.status == 202
    assert made in halted.json["canceled"]
    refused = running(one("POST", ORDERS, order("otto-2")))
    assert refused.json["failures"][0]["check"] == "TRADING_STATE"
    state = running(one("GET", STATE)).json
    assert state["halted"] is True
    assert state["items"][0]["by"] == "olga"
    assert state["items"][0]["text"] == "too fast"
    assert state["can_resume_at"] is not None
    assert (
        running(other("POST", HALT, {"scope": "GLOBAL", "reason": "too fast"})).status == 202
    )  # Again: no harm.


@pytest.mark.parametrize(
    ("scope", "target"), [("ACCOUNT", ACCOUNT), ("INSTRUMENT", KO), ("VENUE", "XNYS"), ("STRATEGY", "s-1")]
)
def test_each_scope_is_halted_and_resumed_by_itself(running: Running, scope: str, target: str) -> None:
    admin = running(running.desk.admin())
    made = running(admin("POST", ORDERS, order(strategy_id="s-1"))).json["order"]["order_id"]
    body = {"scope": scope, "target": target, "reason": "look at it first"}
    assert made in running(admin("POST", HALT, body)).json["canceled"]
    assert running(admin("POST", ORDERS, order(strategy_id="s-1"))).status == 422
    assert running(admin("GET", STATE)).json["halted"] is False
    early = running(admin("POST", RESUME, body))
    assert (early.status, early.slug) == (409, "cool-down")
    assert 1 <= int(early.headers["retry-after"]) <= 30
    running.desk.clock.advance(31)
    assert running(admin("POST", RESUME, body)).status == 202
    assert running(admin("POST", ORDERS, order(strategy_id="s-1"))).status == 201
    assert running(admin("POST", RESUME, body)).slug == "conflict"


def test_resuming_needs_a_fresh_login_a_reason_and_the_role(running: Running) -> None:
    desk = running.desk
    trader, operator = running(desk.user("ria", "trader")), running(desk.user("rob", "operator"))
    assert running(trader("POST", HALT, {"reason": "stop"})).status == 202
    assert running(trader("POST", RESUME, GOOD)).json["value"] == "operator"
    for reason in ("short", "          x", ""):
        assert running(operator("POST", RESUME, {**GOOD, "reason": reason})).status == 422
    desk.clock.advance(301)
    stale = running(operator("POST", RESUME, GOOD))
    assert (stale.status, stale.slug) == (403, "fresh-login-needed")
    fresh = running(desk.admin())
    assert running(fresh("POST", RESUME, GOOD)).status == 202
    events = running(fresh("GET", "/api/v1/events?types=TradingStateSet&limit=1")).json["items"]
    assert events[0]["data"]["text"] == "resumed (solo): prices were checked"
    assert events[0]["data"]["trader_id"] == "admin"


@pytest.mark.parametrize(
    "body",
    [
        {"scope": "GLOBAL", "target": "x", "reason": "r"},
        {"scope": "ACCOUNT", "reason": "r"},
        {"scope": "EVERYTHING", "reason": "r"},
        {"scope": "GLOBAL"},
        {"scope": "GLOBAL", "reason": ""},
        {"scope": "GLOBAL", "reason": "r", "force": True},
    ],
)
def test_a_halt_that_says_too_little_or_too_much(running: Running, body: dict[str, Any]) -> None:
    assert running(running(running.desk.admin())("POST", HALT, body)).status == 422


def test_a_foreign_account_is_not_halted(running: Running) -> None:
    stranger = running(running.desk.user("sven", "trader", ("OTHER",)))
    body = {"scope": "ACCOUNT", "target": ACCOUNT, "reason": "r"}
    assert running(stranger("POST", HALT, body)).status == 404


def test_a_halt_tells_nobody_of_foreign_orders(running: Running) -> None:
    desk = running.desk
    owner, stranger = running(desk.user("owen", "trader")), running(desk.user("suse", "trader", ("OTHER",)))
    running(owner("POST", ORDERS, order("owen-1")))
    assert running(stranger("POST", HALT, {"reason": "stop"})).json["canceled"] == []
    left = running(owner("GET", f"{ORDERS}?status=open")).json["items"]
    assert {each["status"] for each in left} <= {"PENDING_CANCEL"}


def test_a_halt_without_a_core_is_said_so(running: Running) -> None:
    admin = running(running.desk.admin())
    running.desk.core.is_connected = False
    try:
        assert running(admin("POST", HALT, {"reason": "stop"})).slug == "core-away"
        health = running(admin("GET", "/api/v1/health"))
        assert (health.status, health.json["status"], health.json["core"]) == (200, "degraded", "away")
    finally:
        running.desk.core.is_connected = True


# --------------------------------------------------------------------------------- the plain form


def fill_in(**fields: str) -> bytes:
    form = {"name": "admin", "scope": "GLOBAL", "target": "", "reason": "by hand", **fields}
    return urlencode(form).encode()


def test_the_form_halts_without_script_or_session(running: Running) -> None:
    caller = Caller(running.desk.app)
    shown = running(caller("GET", "/ops/halt"))
    assert b"<form" in shown.body
    assert b'name="password"' in shown.body
    form = fill_in(password=running.desk.password)
    reply = running(caller("POST", "/ops/halt", form, headers=OWN))
    assert reply.status == 200
    assert b"is halted" in reply.body
    assert reply.cookies() == {}
    admin = running(running.desk.admin())
    assert running(admin("GET", STATE)).json["items"][0]["text"] == "by hand"


def test_the_form_says_what_is_wrong_without_repeating_secrets(running: Running) -> None:
    running(running.desk.user("vik", "viewer"))
    caller = Caller(running.desk.app)
    wrong = running(caller("POST", "/ops/halt", fill_in(password="canary"), headers=OWN))
    assert wrong.status == 401
    assert b"Nothing was halted" in wrong.body
    assert b"canary" not in wrong.body
    viewer = running(caller("POST", "/ops/halt", fill_in(name="vik", password=PASSWORD), headers=OWN))
    assert viewer.status == 403
    evil = fill_in(name='"><script>alert(1)</script>', password="x", reason="<b>")
    reply = running(caller("POST", "/ops/halt", evil, headers=OWN))
    assert b"<script>" not in reply.body
    assert b"<b>" not in reply.body
    elsewhere = {**OWN, "Origin": "http://evil.example"}
    form = fill_in(password=running.desk.password)
    assert running(caller("POST", "/ops/halt", form, headers=elsewhere)).slug == "origin-refused"
    assert running(caller("POST", "/ops/halt", {}, headers={"Origin": OWN["Origin"]})).status == 415
    admin = running(running.desk.admin())
    assert running(admin("GET", STATE)).json["halted"] is False
