"""Venues over HTTP: what is shown, and an operator's word."""

from typing import Any

import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running

VENUES = "/api/v1/venues"


@pytest.fixture(scope="module")
def operator(running: Running) -> Caller:
    caller: Caller = running(running.desk.user("olga", "operator"))
    return caller


def test_a_desk_on_paper_has_no_session(running: Running, operator: Caller) -> None:
    page = running(operator("GET", VENUES)).json
    assert page["items"] == []
    reply = running(operator("POST", f"{VENUES}/PAPER/reconcile", {"reason": "to see"}))
    assert (reply.status, reply.slug) == (422, "command-denied")
    assert "no session" in reply.json["detail"]


def test_what_cannot_be_accepted_is_not_asked(running: Running, operator: Caller) -> None:
    body = {"account_id": "PAPER", "kind": "POSITION", "name": "KO.XNYS", "reason": "transferred by hand"}
    for change in ({"kind": "CASH"}, {"reason": "short"}, {"name": ""}, {"more": 1}):
        reply = running(operator("POST", f"{VENUES}/PAPER/accept", {**body, **change}))
        assert (reply.status, reply.slug) == (422, "invalid-input"), change
    reply = running(operator("POST", f"{VENUES}/PAPER/accept", body))
    assert (reply.status, reply.slug) == (422, "command-denied")


def test_accepting_needs_a_fresh_login_and_comparing_does_not(running: Running) -> None:
    desk = running.desk
    caller = running(desk.user("otto", "operator"))
    body = {"account_id": "PAPER", "kind": "POSITION", "name": "KO.XNYS", "reason": "transferred by hand"}
    desk.clock.advance(301)
    stale = running(caller("POST", f"{VENUES}/PAPER/accept", body))
    assert (stale.status, stale.slug) == (403, "fresh-login-needed")
    assert "accepting a difference needs a login" in stale.json["detail"]
    reply = running(caller("POST", f"{VENUES}/PAPER/reconcile", {"reason": "to see"}))
    assert reply.slug == "command-denied"
    fresh = running(desk.admin())
    assert running(fresh("POST", f"{VENUES}/PAPER/accept", body)).slug == "command-denied"


def test_lists_about_venues_are_empty_on_paper(running: Running, operator: Caller) -> None:
    for path in ("reconciliations", "reconciliations/differences", "unknown-outcomes"):
        assert running(operator("GET", f"/api/v1/{path}")).json["items"] == []


def test_the_ladder_follows_a_halt_of_one_scope(running: Running, operator: Caller) -> None:
    admin = running(running.desk.admin())
    order = {
        "account_id": "PAPER", "instrument_id": "KO.XNYS", "side": "BUY", "order_qty": "5",
        "order_type": "LIMIT", "time_in_force": "GTC", "limit_price": "0.5",
    }  # fmt: skip
    assert running(admin("POST", "/api/v1/orders", order)).status == 201
    rung = rungs(running, operator)["INSTRUMENT", "KO.XNYS"]
    assert (rung["state"], rung["open_orders"], rung["venue_word"]) == ("ACTIVE", 1, None)
    halt = {"scope": "INSTRUMENT", "target": "KO.XNYS", "reason": "prices look wrong"}
    assert running(admin("POST", "/api/v1/halt", halt)).status == 202
    found = rungs(running, operator)
    rung = found["INSTRUMENT", "KO.XNYS"]
    assert (rung["state"], rung["by"], rung["text"]) == ("HALTED", "admin", "prices look wrong")
    assert rung["venue_word"] == ("OUTSTANDING" if rung["open_orders"] else "CONFIRMED")
    assert found["GLOBAL", ""]["state"] == "ACTIVE"
    assert ("VENUE", "XNYS") in found
    (alert,) = running(operator("GET", "/api/v1/alerts?limit=1")).json["items"]
    assert (alert["title"], alert["link"]) == ("Trading halted", "/ops/trading-state")
    running.desk.clock.advance(31)
    fresh = running(running.desk.admin())
    resume = {**halt, "reason": "prices were checked"}
    assert running(fresh("POST", "/api/v1/resume", resume)).status == 202


def rungs(running: Running, caller: Caller) -> dict[tuple[str, str], dict[str, Any]]:
    items = running(caller("GET", "/api/v1/trading-state/ladder")).json["items"]
    return {(each["scope"], each["target"]): each for each in items}
