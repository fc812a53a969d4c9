"""A proposal is confirmed once: asked twice, from two tabs, after a lost answer or a crash between orders."""

import asyncio
from typing import Any

import pytest

from tests.web.caller import Caller, Reply
from tests.web.conftest import Running
from tests.web.desk import KO
from tests.web.rebalancing.calls import (
    REBALANCING,
    confirm,
    fill,
    latest_of,
    orders_of,
    proposed,
    shown,
    wanted,
)
from trade2026.ports.core_link import Answer, Intent, PreviewIntent
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.fixed_point import parse_raw


def test_confirming_twice_from_two_tabs_and_under_keys_makes_each_order_once(
    running: Running, trader: Caller, account: str
) -> None:
    found = proposed(running, trader, wanted(account))
    path = f"{REBALANCING}/{found['proposal_id']}/confirm"

    async def at_once() -> list[Reply]:
        return await asyncio.gather(*(trader("POST", path, {}) for _ in range(20)))

    replies = running(at_once())
    assert {reply.status for reply in replies} == {200}
    assert sorted(reply.json["repeated"] for reply in replies) == [False] + [True] * 19
    assert confirm(running, trader, found["proposal_id"], **{"Idempotency-Key": "k-1"}).json["repeated"]
    assert orders_of(running, account) == [each["client_order_id"] for each in found["orders"]]
    fill(running)
    done = shown(running, trader, found["proposal_id"])
    assert done["state"] == "SENT"
    assert [each["order"]["status"] for each in done["orders"]] == ["FILLED", "FILLED"]
    again = proposed(running, trader, wanted(account))
    assert all(parse_raw(each["value"], "it") < 20_000 * 10**9 for each in again["orders"])


def test_a_key_confirms_one_proposal(running: Running, trader: Caller, account: str) -> None:
    first, second = (
        proposed(running, trader, wanted(account, weights={KO: text})) for text in ("0.1", "0.2")
    )
    key = {"Idempotency-Key": "k-2"}
    assert confirm(running, trader, first["proposal_id"], **key).status == 200
    reply = confirm(running, trader, second["proposal_id"], **key)
    assert (reply.status, reply.slug) == (422, "idempotency-conflict")
    assert confirm(running, trader, second["proposal_id"], **{"Idempotency-Key": "no spaces"}).status == 422
    assert shown(running, trader, second["proposal_id"])["state"] == "OPEN"


def test_after_sixty_seconds_it_is_over(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account))
    running.desk.clock.advance(59.9)
    assert shown(running, trader, found["proposal_id"])["why_not"] == ""
    running.desk.clock.advance(0.1)
    expired = shown(running, trader, found["proposal_id"])
    assert (expired["state"], expired["seconds_left"]) == ("EXPIRED", 0.0)
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (409, "conflict")
    assert "expired 60 s after" in reply.json["detail"]
    assert orders_of(running, account) == []


def test_after_a_move_of_25_bps_it_is_over(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account, weights={KO: "0.3"}))
    latest = latest_of(running, KO)
    was = latest.price
    latest.price = was + was * 24 // 10_000
    assert shown(running, trader, found["proposal_id"])["why_not"] == ""
    latest.price = was + was * 27 // 10_000
    assert "KO.XNYS moved by +2" in shown(running, trader, found["proposal_id"])["why_not"]
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (409, "conflict")
    assert "more than 25 bps" in reply.json["detail"]
    latest.price = was - was * 27 // 10_000
    assert confirm(running, trader, found["proposal_id"]).status == 409
    latest.price = was
    assert confirm(running, trader, found["proposal_id"]).status == 200


def test_withdrawn_is_not_confirmed(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account))
    path = f"{REBALANCING}/{found['proposal_id']}"
    assert running(trader("DELETE", path)).json["state"] == "WITHDRAWN"
    assert running(trader("DELETE", path)).json["state"] == "WITHDRAWN"
    assert confirm(running, trader, found["proposal_id"]).slug == "conflict"
    sent = proposed(running, trader, wanted(account))
    assert confirm(running, trader, sent["proposal_id"]).status == 200
    assert running(trader("DELETE", f"{REBALANCING}/{sent['proposal_id']}")).slug == "conflict"


def test_an_unknown_proposal(running: Running, trader: Caller) -> None:
    assert running(trader("GET", f"{REBALANCING}/rb-none")).slug == "not-found"
    assert confirm(running, trader, "rb-none").slug == "not-found"


def test_a_lost_answer_is_said_and_confirming_again_doubles_nothing(
    running: Running, trader: Caller, account: str
) -> None:
    found = proposed(running, trader, wanted(account))
    running.desk.core.loses = 1
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (504, "outcome-unknown")
    again = confirm(running, trader, found["proposal_id"])
    assert (again.status, again.json["repeated"]) == (200, True)
    assert again.json["proposal"]["state"] == "SENT"
    assert orders_of(running, account) == [each["client_order_id"] for each in found["orders"]]


def test_a_core_that_is_away_is_said_before_anything_is_written(
    running: Running, trader: Caller, account: str
) -> None:
    found = proposed(running, trader, wanted(account))
    before = list(running.desk.proposals.writes)
    running.desk.core.is_connected = False
    assert confirm(running, trader, found["proposal_id"]).slug == "core-away"
    assert running(trader("POST", REBALANCING, wanted(account))).slug == "core-away"
    running.desk.core.is_connected = True
    assert running.desk.proposals.writes == before


def test_a_full_disk_sends_nothing(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account))
    running.desk.proposals.is_full = True
    assert confirm(running, trader, found["proposal_id"]).slug == "unavailable"
    assert orders_of(running, account) == []
    running.desk.proposals.is_full = False
    assert confirm(running, trader, found["proposal_id"]).status == 200
    assert len(orders_of(running, account)) == 2


class OneAtATime:
    """A core that dies with the web process after so many orders of a batch."""

    def __init__(self, core: Any, survive: int) -> None:
        self._core, self._left = core, survive
        self.is_connected = True

    async def ask(self, *intents: Intent) -> Answer:
        if all(isinstance(each, PreviewIntent) for each in intents):
            answer: Answer = await self._core.ask(*intents)
            return answer
        kept = intents[: self._left]
        self._left -= len(kept)
        if kept:
            await self._core.ask(*kept)
        raise OperatingError("killed on the way", retryable=True)


def send_through(running: Running, core: Any) -> None:
    running.desk.rebalancing.sender._core = core


@pytest.mark.parametrize("survive", [0, 1, 2])
def test_a_web_process_that_dies_between_orders_is_completed_by_the_next(
    running: Running, trader: Caller, survive: int, account: str
) -> None:
    desk = running.desk
    found = proposed(running, trader, wanted(account))
    send_through(running, OneAtATime(desk.core, survive))
    assert confirm(running, trader, found["proposal_id"]).status == 504
    send_through(running, desk.core)
    running(desk.step(0))
    restarted = desk.make_rebalancing()  # Over the same folder; its memory is gone.
    proposal = running(restarted.proposal(found["proposal_id"], None))
    assert proposal.state == ("SENT" if survive == 2 else "INTERRUPTED")
    done, repeated = running(restarted.confirm(found["proposal_id"], None, "tina"))
    assert (done.state, repeated) == ("SENT", True)
    assert orders_of(running, account) == [each["client_order_id"] for each in found["orders"]]


def test_what_is_not_sent_is_not_completed_once_the_market_has_moved(
    running: Running, trader: Caller, account: str
) -> None:
    desk = running.desk
    found = proposed(running, trader, wanted(account))
    send_through(running, OneAtATime(desk.core, 1))
    assert confirm(running, trader, found["proposal_id"]).status == 504
    send_through(running, desk.core)
    running(desk.step(0))
    unsent = found["orders"][1]["instrument_id"]
    latest = latest_of(running, unsent)
    latest.price = latest.price * 101 // 100
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (409, "conflict")
    assert f"{unsent} moved" in reply.json["detail"]
    stopped = running(trader("DELETE", f"{REBALANCING}/{found['proposal_id']}")).json
    assert stopped["state"] == "STOPPED"
    assert "1 orders were not sent" in stopped["reason"]


def test_a_file_that_cannot_be_read_is_said(running: Running, trader: Caller) -> None:
    running.desk.proposals.files["rb-bad.json"] = b"{"
    restarted = running.desk.make_rebalancing()
    assert running(restarted.proposals(frozenset())) == []
    del running.desk.proposals.files["rb-bad.json"]
    assert "rb-bad.json cannot be read" in restarted.problems[0]
    assert running(trader("GET", REBALANCING)).json["problems"] == []


def test_names_are_the_proposals(running: Running, trader: Caller, account: str) -> None:
    """Whoever asks for the order again, by whatever way, asks for the same one."""
    found = proposed(running, trader, wanted(account, weights={KO: "0.1"}))
    assert confirm(running, trader, found["proposal_id"]).status == 200
    planned = found["orders"][0]
    body = {name: planned[name] for name in ("client_order_id", "instrument_id", "side", "order_qty")}
    body |= {name: planned[name] for name in ("order_type", "time_in_force", "limit_price")}
    reply = running(trader("POST", "/api/v1/orders", {"account_id": account, **body}))
    assert (reply.status, reply.json["repeated"]) == (200, True)
