"""Venues over HTTP: what is shown, and an operator's word."""

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
    for change in ({"kind": "ORDER"}, {"reason": "short"}, {"name": ""}, {"more": 1}):
        reply = running(operator("POST", f"{VENUES}/PAPER/accept", {**body, **change}))
        assert (reply.status, reply.slug) == (422, "invalid-input"), change
    reply = running(operator("POST", f"{VENUES}/PAPER/accept", body))
    assert (reply.status, reply.slug) == (422, "command-denied")
