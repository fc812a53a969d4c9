"""Proposals over HTTP, on a desk that runs: at live quotes, net of what is there, checked by risk."""

from typing import Any

import msgspec
import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.desk import KO
from tests.web.rebalancing.calls import (
    REBALANCING,
    XOM,
    confirm,
    latest_of,
    orders_of,
    proposed,
    wanted,
)
from trade2026.ports.runner_link import AnalysisJob, JobState
from trade2026.primitives.fixed_point import parse_raw


def test_a_proposal_sends_nothing_and_is_at_the_paper_venues_touch(
    running: Running, trader: Caller, account: str
) -> None:
    before = running.desk.desk.service.status().seq
    found = proposed(running, trader, wanted(account))
    assert running.desk.desk.service.status().seq <= before + 1  # The real clock, at most.
    assert (found["state"], found["why_not"], found["seconds_left"]) == ("OPEN", "", 60.0)
    assert (found["equity"], found["cash_before"]) == ("1000000", "1000000")
    line = next(each for each in found["lines"] if each["instrument_id"] == KO)
    latest = latest_of(running, KO)
    assert line["source"] == "PAPER"
    assert parse_raw(line["bid"], "bid") < latest.price < parse_raw(line["ask"], "ask")
    assert {each["risk"] for each in found["orders"]} == {"APPROVED"}
    assert all(each["order"] is None for each in found["orders"])
    spent = sum(parse_raw(each["value"], "value") for each in found["orders"])
    assert spent == pytest.approx(500_000 * 10**9, rel=1e-4)


def test_what_was_asked_for_asks_for_the_same_again(running: Running, trader: Caller, account: str) -> None:
    body = wanted(account, capital="100000", min_trade="10", others="CLOSE")
    first = proposed(running, trader, body)
    again = proposed(running, trader, first["request"])
    assert again["request"] == first["request"]
    assert [each["order_qty"] for each in again["orders"]] == [each["order_qty"] for each in first["orders"]]


def test_weights_come_from_a_job(running: Running, trader: Caller, account: str) -> None:
    runner = running.desk.runner
    status = running(runner.submit(AnalysisJob(analysis="portfolio/mean-variance"), "tina"))
    body = {"account_id": account, "job_id": status.job_id}
    assert running(trader("POST", REBALANCING, body)).slug == "conflict"  # It is not done.
    runner.queued[0] = msgspec.structs.replace(status, state=JobState.DONE)
    reply = running(trader("POST", REBALANCING, body))
    assert (reply.status, reply.slug) == (422, "invalid-input")
    assert "has none" in reply.json["detail"]
    rows = [{"asset": KO, "weight": 0.25, "risk_share": 1.0}, {"asset": XOM, "weight": 0.0}]
    runner.result = msgspec.json.encode({"data": {"weights": rows}})
    found = proposed(running, trader, body)
    assert found["job_id"] == status.job_id
    assert [each["instrument_id"] for each in found["orders"]] == [KO]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights": {"NOPE.XNYS": "0.5"}}, "NOPE.XNYS is not known here"),
        ({"weights": {KO: "x"}}, "weights.KO.XNYS must be a decimal"),
        ({"weights": {}}, "weights"),
        ({"weights": None}, "give weights or job_id"),
        ({"job_id": "analysis-1"}, "give weights or job_id"),
        ({"capital": "-1"}, "capital must be above zero"),
        ({"offset_bps": 1001}, "offset_bps"),
        ({"weights": {KO: 0.5}}, "weights.KO.XNYS"),
        ({"account_id": "C0", "weights": {KO: "-0.5"}}, "must not be below zero in a CASH account"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_cannot_be_planned_is_named(
    running: Running, trader: Caller, changes: dict[str, Any], words: str, account: str
) -> None:
    reply = running(trader("POST", REBALANCING, {**wanted(account), **changes}))
    assert (reply.status, reply.slug) == (422, "invalid-input")
    assert words in reply.json["detail"]


def test_a_quote_that_is_stale_is_refused_by_name(running: Running, trader: Caller, account: str) -> None:
    running.desk.market.lost()
    reply = running(trader("POST", REBALANCING, wanted(account)))
    assert (reply.status, reply.slug) == (422, "invalid-input")
    assert "KO.XNYS has a stale quote" in reply.json["detail"]
    assert "XOM.XNYS has a stale quote" in reply.json["detail"]
    running(running.desk.step())


def test_who_may(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account))
    viewer = running(running.desk.user("vera", "viewer", (account,)))
    other = running(running.desk.user("otto", "trader", ("C0",)))
    path = f"{REBALANCING}/{found['proposal_id']}"
    assert running(viewer("GET", path)).status == 200
    assert running(viewer("POST", REBALANCING, wanted(account))).slug == "role-too-low"
    assert running(viewer("POST", f"{path}/confirm", {})).slug == "role-too-low"
    assert running(viewer("DELETE", path)).slug == "role-too-low"
    for method, address in (("GET", path), ("POST", f"{path}/confirm"), ("DELETE", path)):
        assert running(other(method, address, {} if method == "POST" else None)).slug == "not-found"
    assert running(other("POST", REBALANCING, wanted(account))).slug == "not-found"
    assert running(other("GET", REBALANCING)).json["items"] == []
    assert len(running(viewer("GET", f"{REBALANCING}?account_id={account}")).json["items"]) == 1


def test_orders_that_are_too_much_together_are_refused_before_any_leaves(
    running: Running, trader: Caller, account: str
) -> None:
    """Each alone would pass the leverage of two; both do not."""
    found = proposed(running, trader, wanted(account, weights={KO: "1.2", XOM: "1.2"}))
    assert [each["risk"] for each in found["orders"]] == ["APPROVED", "REFUSED"]
    assert found["orders"][1]["failures"][0]["check"] == "LEVERAGE"
    assert "with the orders before it" in found["orders"][1]["risk_text"]
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (409, "conflict")
    assert orders_of(running, account) == []
