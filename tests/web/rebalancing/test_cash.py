"""CASH accounts: sells first, buys as their cash comes in, and who waits says where it is."""

import asyncio
from typing import Any

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.desk import KO
from tests.web.rebalancing.calls import (
    REBALANCING,
    XOM,
    confirm,
    fill,
    latest_of,
    proposed,
    shown,
    wanted,
)
from trade2026.ports.core_link import Answer, Intent, PreviewIntent


def invested(running: Running, trader: Caller, cash: str) -> None:
    """All of the CASH account in KO."""
    found = proposed(running, trader, wanted(cash, weights={KO: "1"}, order_type="MARKET"))
    assert confirm(running, trader, found["proposal_id"]).status == 200
    fill(running)


def test_buys_follow_once_sells_have_brought_in_the_cash(running: Running, trader: Caller, cash: str) -> None:
    invested(running, trader, cash)
    found = proposed(running, trader, wanted(cash, weights={KO: "0.2", XOM: "0.7"}, offset_bps=800))
    assert [(each["side"], each["risk"]) for each in found["orders"]] == [
        ("SELL", "APPROVED"), ("BUY", "WAITS"),
    ]  # fmt: skip
    answer = confirm(running, trader, found["proposal_id"]).json["proposal"]
    assert (answer["state"], answer["orders"][1]["order"]) == ("WAITING", None)
    assert "wait for cash of the sells" in answer["reason"]
    running(running.desk.step())

    async def until_sent() -> None:
        while (await running.desk.rebalancing.proposal(found["proposal_id"], None)).state == "WAITING":
            await asyncio.sleep(0.001)

    running(until_sent())
    done = shown(running, trader, found["proposal_id"])
    assert done["state"] == "SENT"
    assert done["orders"][0]["order"]["status"] == "FILLED"
    assert done["orders"][1]["order"]["status"] in ("PENDING_NEW", "NEW")
    fill(running)
    book = running.desk.desk.core.engines.ledger.accounts[cash]
    assert book.cash["USD"] >= 0
    assert book.positions[XOM].quantity > 0


class Overtaken:
    """A core whose answer about buys arrives when the sells have filled already."""

    def __init__(self, running: Running) -> None:
        self._desk, self._core = running.desk, running.desk.core
        self.is_connected = True
        self.overtaken = 0

    async def ask(self, *intents: Intent) -> Answer:
        answer = await self._core.ask(*intents)
        if isinstance(intents[0], PreviewIntent) and not self.overtaken:
            self.overtaken += 1
            await self._desk.step()
        return answer


def test_a_fill_that_overtakes_the_answer_about_buys_is_not_missed(
    running: Running, trader: Caller, cash: str
) -> None:
    invested(running, trader, cash)
    weights = {KO: "0.2", XOM: "0.7"}
    found = proposed(running, trader, wanted(cash, weights=weights, offset_bps=800))
    core: Any = Overtaken(running)
    running.desk.rebalancing.sender._core = core
    try:
        assert confirm(running, trader, found["proposal_id"]).json["proposal"]["state"] in ("WAITING", "SENT")

        async def until_sent() -> None:
            while (await running.desk.rebalancing.proposal(found["proposal_id"], None)).state == "WAITING":
                await asyncio.sleep(0.001)

        running(until_sent())
    finally:
        running.desk.rebalancing.sender._core = running.desk.core
    assert core.overtaken == 1
    assert shown(running, trader, found["proposal_id"])["state"] == "SENT"


def test_buys_that_sells_do_not_pay_for_are_not_sent(running: Running, trader: Caller, cash: str) -> None:
    invested(running, trader, cash)
    found = proposed(running, trader, wanted(cash, weights={KO: "0.2", XOM: "0.7"}, offset_bps=-900))
    assert confirm(running, trader, found["proposal_id"]).json["proposal"]["state"] == "WAITING"
    sell = shown(running, trader, found["proposal_id"])["orders"][0]["order"]
    assert running(trader("POST", f"/api/v1/orders/{sell['order_id']}/cancel", {})).status == 202
    running(running.desk.step())

    async def until_stopped() -> None:
        while (await running.desk.rebalancing.proposal(found["proposal_id"], None)).state == "WAITING":
            await asyncio.sleep(0.001)

    running(until_stopped())
    stopped = shown(running, trader, found["proposal_id"])
    assert stopped["state"] == "STOPPED"
    assert "did not bring in the cash" in stopped["reason"]
    assert stopped["orders"][1]["order"] is None


def test_what_waits_survives_a_restart_and_can_be_withdrawn(
    running: Running, trader: Caller, cash: str
) -> None:
    invested(running, trader, cash)
    found = proposed(running, trader, wanted(cash, weights={KO: "0.2", XOM: "0.7"}, offset_bps=800))
    assert confirm(running, trader, found["proposal_id"]).json["proposal"]["state"] == "WAITING"
    restarted = running.desk.make_rebalancing()
    proposal = running(restarted.proposal(found["proposal_id"], None))
    assert (proposal.state, "restarted" in proposal.reason) == ("INTERRUPTED", True)
    again, repeated = running(restarted.confirm(found["proposal_id"], None, "tina"))
    assert (again.state, repeated) == ("WAITING", True)
    withdrawn = running(trader("DELETE", f"{REBALANCING}/{found['proposal_id']}")).json
    assert (withdrawn["state"], withdrawn["reason"]) == (
        "STOPPED",
        "withdrawn by tina; 1 orders were not sent",
    )


def test_a_market_order_that_waited_is_not_sent_into_a_moved_market(
    running: Running, trader: Caller, cash: str
) -> None:
    invested(running, trader, cash)
    body = wanted(cash, weights={KO: "0.2", XOM: "0.7"}, order_type="MARKET")
    found = proposed(running, trader, body)
    assert confirm(running, trader, found["proposal_id"]).json["proposal"]["state"] == "WAITING"
    latest = latest_of(running, XOM)
    price = latest.price * 2

    def move(changed: Any) -> None:
        latest.price = price

    running.desk.market.subscribe(move)
    running(running.desk.step())

    async def until_stopped() -> None:
        while (await running.desk.rebalancing.proposal(found["proposal_id"], None)).state == "WAITING":
            await asyncio.sleep(0.001)

    running(until_stopped())
    stopped = shown(running, trader, found["proposal_id"])
    assert (stopped["state"], stopped["orders"][1]["order"]) == ("STOPPED", None)
    assert "1 order not sent: XOM.XNYS moved by" in stopped["reason"]
